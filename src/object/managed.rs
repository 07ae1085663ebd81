//! Who owns which fields of an object: `metadata.managedFields`.
//!
//! The form is `FieldsV1`
//! ([server-side apply](https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management)): keys
//! `f:NAME` for a field, `k:{…}` for the item of a list with these keys, `v:…` for the item of a set, `i:N` for the item
//! at a place, and `.` for the thing itself.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value};

use super::digest::Digest;

/// How deep a set of fields may be nested; API servers allow objects no deeper.
const MAX_DEPTH: usize = 128;

/// The most items of one list that are owned each for itself: each is looked for among all others.
const MAX_ITEMS: usize = 10_000;

/// What one manager owns, by one way of writing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Managed {
    /// The manager.
    pub manager: String,
    /// How it wrote.
    pub operation: Operation,
    /// The version of the object that the fields are of, as `apps/v1`.
    pub api_version: String,
    /// The subresource that it wrote, such as `status`.
    pub subresource: Option<String>,
    /// When it last changed something, as the server has it.
    pub time: Option<String>,
    /// The fields.
    pub fields: FieldSet,
}

/// How a manager wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// By server-side apply.
    Apply,
    /// In any other way.
    Update,
}

/// Why the managers of an object are not known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("its managedFields are not in a form that is known: {0}")]
pub struct Unmanaged(String);

/// A set of fields, as a tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldSet {
    /// Whether the field itself is in the set.
    pub owned: bool,
    /// What is below it.
    pub below: BTreeMap<Member, FieldSet>,
}

/// One step into a field.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Member {
    /// A key of a map.
    Field(String),
    /// The item of a list with these values, each as JSON, at these keys.
    Keys(BTreeMap<String, String>),
    /// The item of a set that is this, as JSON.
    Value(String),
    /// The item at this place.
    Index(usize),
}

/// The managers of a live object, in the order of the server.
///
/// # Errors
/// If `metadata.managedFields` is there in another form than `FieldsV1`.
pub fn managed(object: &Value) -> Result<Vec<Managed>, Unmanaged> {
    match object.pointer("/metadata/managedFields") {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(entries)) => entries.iter().map(Managed::read).collect(),
        Some(_) => Err(Unmanaged("they are no list".to_owned())),
    }
}

impl Managed {
    fn read(entry: &Value) -> Result<Self, Unmanaged> {
        let text = |key: &str| entry.get(key).and_then(Value::as_str).map(str::to_owned);
        let missing = |what: &str| Unmanaged(format!("an entry has no `{what}`"));
        let operation = match text("operation").as_deref() {
            Some("Apply") => Operation::Apply,
            Some("Update") => Operation::Update,
            Some(other) => return Err(Unmanaged(format!("the operation {other:?}"))),
            None => return Err(missing("operation")),
        };
        let fields = match entry.get("fieldsV1") {
            // No fields are none, and not the whole object.
            Some(Value::Object(fields)) => FieldSet { owned: false, ..FieldSet::read(fields, 0)? },
            None | Some(Value::Null) => FieldSet::default(),
            Some(_) => return Err(Unmanaged("`fieldsV1` is no map".to_owned())),
        };
        Ok(Self {
            manager: text("manager").ok_or_else(|| missing("manager"))?,
            operation,
            api_version: text("apiVersion").ok_or_else(|| missing("apiVersion"))?,
            subresource: text("subresource").filter(|name| !name.is_empty()),
            time: text("time"),
            fields,
        })
    }
}

impl FieldSet {
    fn read(fields: &Map<String, Value>, depth: usize) -> Result<Self, Unmanaged> {
        if depth > MAX_DEPTH {
            return Err(Unmanaged("they are nested too deeply".to_owned()));
        }
        let mut set = Self { owned: fields.is_empty(), below: BTreeMap::new() };
        for (key, below) in fields {
            if key == "." {
                set.owned = true;
                continue;
            }
            let member = Member::read(key).ok_or_else(|| Unmanaged(format!("the key {key:?}")))?;
            let Value::Object(below) = below else {
                return Err(Unmanaged(format!("what is below {key:?} is no map")));
            };
            set.below.insert(member, Self::read(below, depth + 1)?);
        }
        let items = set.below.keys().filter(|member| !matches!(member, Member::Field(_))).count();
        if items > MAX_ITEMS {
            return Err(Unmanaged(format!("more than {MAX_ITEMS} items of one list")));
        }
        Ok(set)
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        !self.owned && self.below.is_empty()
    }

    /// The set below a member.
    pub fn at(&self, member: &Member) -> Option<&Self> {
        self.below.get(member)
    }

    /// Whether a path into the object is in the set, or lies in a field that is in it as a whole.
    pub fn covers(&self, path: &[Member]) -> bool {
        match path.split_first() {
            None => self.owned || !self.below.is_empty(),
            Some(_) if self.owned && self.below.is_empty() => true,
            Some((first, rest)) => self.below.get(first).is_some_and(|below| below.covers(rest)),
        }
    }

    /// Whether fields below a path are in the set: then what is there is owned in parts.
    pub fn has_below(&self, path: &[Member]) -> bool {
        match path.split_first() {
            None => !self.below.is_empty(),
            Some((first, rest)) => self.below.get(first).is_some_and(|below| below.has_below(rest)),
        }
    }

    /// Each field that is in the set and has none below it, as a path with its value in an object; none where the
    /// object has no such field.
    pub fn leaves<'v>(&self, object: &'v Value) -> Vec<(Vec<Member>, Option<&'v Value>)> {
        let mut found = Vec::new();
        self.collect(Some(object), &mut Vec::new(), &mut found);
        found
    }

    fn collect<'v>(
        &self,
        value: Option<&'v Value>,
        path: &mut Vec<Member>,
        found: &mut Vec<(Vec<Member>, Option<&'v Value>)>,
    ) {
        if self.below.is_empty() && self.owned {
            found.push((path.clone(), value));
        }
        for (member, below) in &self.below {
            path.push(member.clone());
            below.collect(value.and_then(|value| member.of(value)), path, found);
            path.pop();
        }
    }

    /// The digest of the values that an object has at the fields of the set: of a field without others below it the
    /// whole value, of any other whether it is there; of a list also in which order its items stand, and how often, as
    /// the order of containers or variables has a meaning, and applying restores it.
    pub fn digest(&self, object: &Value) -> Digest {
        let mut text = Vec::new();
        self.describe(Some(object), &mut text);
        Digest::of_bytes(&text)
    }

    fn describe(&self, value: Option<&Value>, text: &mut Vec<u8>) {
        match value {
            None => text.push(b'-'),
            Some(value) if self.below.is_empty() => {
                text.extend_from_slice(Digest::of(value).as_bytes());
            }
            Some(_) => text.push(if self.owned { b'*' } else { b'+' }),
        }
        text.push(b'(');
        if let Some(Value::Array(items)) = value {
            // Of items that others put among them nothing is told: applying leaves them where they are.
            let ours = |item: &Value| self.below.keys().position(|member| member.names(item));
            let order: Vec<usize> = items.iter().filter_map(ours).collect();
            order.iter().for_each(|place| text.extend_from_slice(format!("{place},").as_bytes()));
            let named = |member: &Member| !matches!(member, Member::Field(_) | Member::Index(_));
            // An item that is not found by its keys may be there all the same, with keys that are left out.
            if self.below.keys().enumerate().any(|(place, member)| named(member) && !order.contains(&place)) {
                text.extend_from_slice(Digest::of(&Value::Array(items.clone())).as_bytes());
            }
        }
        for (member, below) in &self.below {
            text.extend_from_slice(member.to_string().as_bytes());
            below.describe(value.and_then(|value| member.of(value)), text);
        }
        text.push(b')');
    }
}

impl Member {
    fn read(key: &str) -> Option<Self> {
        let (kind, rest) = key.split_once(':')?;
        match kind {
            "f" => Some(Self::Field(rest.to_owned())),
            "k" => {
                let keys: Map<String, Value> = serde_json::from_str(rest).ok()?;
                Some(Self::Keys(keys.iter().map(|(key, value)| (key.clone(), value.to_string())).collect()))
            }
            "v" => {
                let value: Value = serde_json::from_str(rest).ok()?;
                Some(Self::Value(value.to_string()))
            }
            "i" => rest.parse().ok().map(Self::Index),
            _ => None,
        }
    }

    /// The value that this step leads to.
    pub fn of<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        match (self, value) {
            (Self::Field(name), Value::Object(map)) => map.get(name),
            (Self::Keys(_) | Self::Value(_), Value::Array(items)) => {
                items.iter().find(|item| self.names(item))
            }
            (Self::Index(index), Value::Array(items)) => items.get(*index),
            _ => None,
        }
    }

    /// Whether it leads to this item of a list, wherever that stands.
    fn names(&self, item: &Value) -> bool {
        match self {
            Self::Keys(keys) => {
                keys.iter().all(|(key, wanted)| item.get(key).is_some_and(|value| is(value, wanted)))
            }
            Self::Value(wanted) => is(item, wanted),
            Self::Field(_) | Self::Index(_) => false,
        }
    }
}

/// Whether a value is the one that is written so in JSON.
fn is(value: &Value, json: &str) -> bool {
    let bare =
        json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).filter(|bare| !bare.contains('\\'));
    match (value, bare) {
        // Most are plain words, and there are many to compare.
        (Value::String(text), Some(bare)) => text == bare,
        (value, _) => {
            let written = value.to_string();
            written == json
        }
    }
}

/// As in a path: `.name`, `[key=value]`, `[=value]`, `[0]`. What is no plain word is written as JSON, so that no two
/// paths are one text.
impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(name) if name.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
                write!(f, ".{name}")
            }
            Self::Field(name) => write!(f, ".{}", Value::from(name.as_str())),
            Self::Keys(keys) => {
                f.write_str("[")?;
                for (number, (key, value)) in keys.iter().enumerate() {
                    write!(f, "{}{}={value}", if number > 0 { "," } else { "" }, Value::from(key.as_str()))?;
                }
                f.write_str("]")
            }
            Self::Value(value) => write!(f, "[={value}]"),
            Self::Index(index) => write!(f, "[{index}]"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn set(fields: Value) -> FieldSet {
        let entry = json!({"manager": "m", "operation": "Apply", "apiVersion": "v1", "fieldsV1": fields});
        let object = json!({"metadata": {"managedFields": [entry]}});
        managed(&object).unwrap().remove(0).fields
    }

    fn fields() -> FieldSet {
        set(json!({
            "f:spec": {
                "f:replicas": {},
                "f:selector": {},
                "f:containers": {
                    "k:{\"name\":\"app\"}": {".": {}, "f:name": {}, "f:image": {}},
                },
                "f:finalizers": {"v:\"a/b\"": {}},
            },
        }))
    }

    fn object() -> Value {
        json!({"spec": {
            "replicas": 2,
            "selector": {"app": "x"},
            "containers": [{"name": "side", "image": "s"}, {"name": "app", "image": "a", "stdin": true}],
            "finalizers": ["c/d", "a/b"],
            "paused": false,
        }})
    }

    #[test]
    fn leaves_are_found_by_name_key_and_value() {
        let object = object();
        let leaves: Vec<String> = fields()
            .leaves(&object)
            .iter()
            .map(|(path, value)| {
                let path: String = path.iter().map(Member::to_string).collect();
                format!("{path} = {}", value.map_or("absent".to_owned(), Value::to_string))
            })
            .collect();
        assert_eq!(
            leaves,
            [
                r#".spec.containers["name"="app"].image = "a""#,
                r#".spec.containers["name"="app"].name = "app""#,
                r#".spec.finalizers[="a/b"] = "a/b""#,
                ".spec.replicas = 2",
                r#".spec.selector = {"app":"x"}"#,
            ]
        );
    }

    #[test]
    fn a_digest_changes_with_what_is_owned_and_with_nothing_else() {
        let digest = |edit: &dyn Fn(&mut Value)| {
            let mut object = object();
            edit(&mut object);
            fields().digest(&object)
        };
        let same = digest(&|_| {});
        let foreign: [&dyn Fn(&mut Value); 5] = [
            &|object| object["spec"]["paused"] = json!(true),
            &|object| object["spec"]["containers"][1]["stdin"] = json!(false),
            &|object| object["spec"]["containers"][0]["image"] = json!("t"),
            &|object| object["spec"]["finalizers"] = json!(["a/b"]),
            &|object| object["spec"]["containers"].as_array_mut().unwrap().reverse(),
        ];
        for edit in foreign {
            assert_eq!(digest(edit), same);
        }
        let owned: [&dyn Fn(&mut Value); 7] = [
            &|object| object["spec"]["replicas"] = json!(3),
            &|object| object["spec"]["replicas"] = json!("2"),
            &|object| object["spec"]["selector"]["tier"] = json!("web"),
            &|object| object["spec"]["containers"][1]["image"] = json!("b"),
            &|object| object["spec"]["containers"][1]["name"] = json!("other"),
            &|object| object["spec"]["containers"] = json!([]),
            &|object| object["spec"]["finalizers"] = json!(["c/d"]),
        ];
        for (number, edit) in owned.into_iter().enumerate() {
            assert_ne!(digest(edit), same, "{number}");
        }
    }

    #[test]
    fn a_digest_changes_with_the_order_and_the_number_of_items() {
        let item = |name: &str, value: &str| json!({"name": name, "value": value});
        let key = |name: &str| format!("k:{{\"name\":\"{name}\"}}");
        let owned = |whole: bool| {
            let mut fields = json!({"f:name": {}, "f:value": {}});
            if whole {
                fields["."] = json!({});
            }
            set(
                json!({"f:env": {key("A"): fields, key("B"): fields}, "f:tags": {"v:\"x\"": {}, "v:\"y\"": {}}}),
            )
        };
        let object = |env: &[Value], tags: &[&str]| json!({"env": env, "tags": tags});
        let (a, b, c) = (item("A", "1"), item("B", "2"), item("C", "3"));
        let digest = |env: &[Value], tags: &[&str]| owned(true).digest(&object(env, tags));
        let same = digest(&[a.clone(), b.clone()], &["x", "y"]);
        // What others put among ours moves nothing.
        assert_eq!(digest(&[a.clone(), c.clone(), b.clone()], &["z", "x", "y"]), same);
        assert_ne!(digest(&[b.clone(), a.clone()], &["x", "y"]), same);
        assert_ne!(digest(&[a.clone(), b.clone()], &["y", "x"]), same);
        assert_ne!(digest(&[a.clone(), b.clone(), item("A", "9")], &["x", "y"]), same);
        // Whose it is to take away.
        assert_ne!(owned(false).digest(&object(&[a.clone(), b.clone()], &["x", "y"])), same);
        // An item whose keys are left out is looked at all the same.
        let without = |value: &str| digest(&[a.clone(), json!({"value": value})], &["x", "y"]);
        assert_ne!(without("2"), without("3"));
    }

    #[test]
    fn a_set_covers_its_fields_and_what_lies_in_them() {
        let covers = |path: &[&str]| {
            let path: Vec<Member> = path.iter().map(|name| Member::Field((*name).to_owned())).collect();
            fields().covers(&path)
        };
        assert!(covers(&["spec", "replicas"]));
        assert!(covers(&["spec", "selector", "app"]));
        assert!(covers(&["spec", "containers"]));
        assert!(!covers(&["spec", "paused"]));
        assert!(!covers(&["status"]));
    }

    #[test]
    fn no_fields_are_nothing() {
        assert!(set(json!({})).is_empty());
        assert!(!set(json!({"f:a": {}})).is_empty());
    }

    #[test]
    fn managers_that_are_in_no_known_form_are_an_error() {
        let read = |entry: Value| managed(&json!({"metadata": {"managedFields": entry}}));
        assert_eq!(read(Value::Null), Ok(Vec::new()));
        assert_eq!(managed(&json!({})), Ok(Vec::new()));
        for wrong in [
            json!("x"),
            json!([{"operation": "Apply", "apiVersion": "v1"}]),
            json!([{"manager": "m", "operation": "Guess", "apiVersion": "v1"}]),
            json!([{"manager": "m", "operation": "Apply", "apiVersion": "v1", "fieldsV1": {"x:y": {}}}]),
            json!([{"manager": "m", "operation": "Apply", "apiVersion": "v1", "fieldsV1": {"f:y": 1}}]),
            json!([{"manager": "m", "operation": "Apply", "apiVersion": "v1", "fieldsV1": {"k:[]": {}}}]),
        ] {
            assert!(read(wrong.clone()).is_err(), "{wrong}");
        }
        let mut deep = json!({});
        for _ in 0..200 {
            deep = json!({"f:a": deep});
        }
        assert!(
            read(json!([{"manager": "m", "operation": "Apply", "apiVersion": "v1", "fieldsV1": deep}]))
                .is_err()
        );
    }
}
