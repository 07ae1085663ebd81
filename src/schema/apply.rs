//! Server-side apply without a server: an approximation of what an object would become.

use serde_json::{Map, Value};

use super::kind::GroupVersionKind;
use super::node::{Fields, Identity, Node, Rest, Shape};
use super::set::{Known, Schemas};
use crate::object::{FieldSet, Member, Quantity};

/// How deep objects may be nested; API servers allow no deeper.
const MAX_DEPTH: usize = 128;

/// Who owns what of the live object.
#[derive(Clone, Debug, Default)]
pub struct Owners {
    /// What the one who applies has applied before.
    pub ours: FieldSet,
    /// What each of the others owns.
    pub others: Vec<FieldSet>,
}

/// What `live` would become if `body` were applied: maps are merged, lists as the schema has it, and what was applied
/// before and is no longer there goes, unless somebody else owns it. Where there is no schema, a list is merged by the
/// keys under which its items are owned, and else replaced.
///
/// What is not done: admission, conversion, the defaults that servers have in code, and validation.
pub fn apply(
    live: &Value,
    body: &Value,
    owners: &Owners,
    kind: &GroupVersionKind,
    schemas: Option<&Schemas>,
) -> Value {
    let node = schemas.and_then(|schemas| match schemas.known(kind) {
        Known::Schema { node, .. } => Some(node),
        Known::Elsewhere(_) | Known::Nowhere(_) | Known::Unrecorded => None,
    });
    let merger = Merger { schemas };
    let mut merged = merger.merge(Some(live), body, node, Some(&owners.ours), 0);
    let others: Vec<&FieldSet> = owners.others.iter().collect();
    remove(&mut merged, body, &owners.ours, &others, 0);
    merged
}

struct Merger<'s> {
    schemas: Option<&'s Schemas>,
}

impl<'s> Merger<'s> {
    fn merge(
        &self,
        live: Option<&Value>,
        body: &Value,
        node: Option<&'s Node>,
        ours: Option<&FieldSet>,
        depth: usize,
    ) -> Value {
        let node = node.and_then(|node| self.resolved(node));
        let Some(live) = live.filter(|_| depth < MAX_DEPTH) else { return self.filled(body, node, depth) };
        let is_whole = ours.is_some_and(|ours| ours.owned && ours.below.is_empty());
        match (live, body) {
            (Value::Object(live), Value::Object(body)) if !is_whole => {
                let mut merged = live.clone();
                for (key, value) in body.iter().filter(|(_, value)| !value.is_null()) {
                    let below = ours.and_then(|ours| ours.at(&Member::Field(key.clone())));
                    let value = self.merge(live.get(key), value, field(node, key), below, depth + 1);
                    merged.insert(key.clone(), value);
                }
                Value::Object(merged)
            }
            (Value::Array(live), Value::Array(body)) if !is_whole => match node.map(|node| &node.shape) {
                Some(Shape::List { items, identity: Identity::Keys(keys) }) => {
                    Value::Array(self.items(live, body, items.as_deref(), keys, ours, depth))
                }
                Some(Shape::List { identity: Identity::Set, .. }) => {
                    let new = body.iter().filter(|item| !live.contains(item)).cloned();
                    Value::Array(live.iter().cloned().chain(new).collect())
                }
                Some(_) => self.filled(&Value::Array(body.clone()), node, depth),
                None => match ours.and_then(keys) {
                    Some(keys) => Value::Array(self.items(live, body, None, &keys, ours, depth)),
                    None => Value::Array(body.clone()),
                },
            },
            (live, body) if is_same(live, body, node) => live.clone(),
            (_, body) => self.filled(body, node, depth),
        }
    }

    /// The items of a list that are the same by these keys, merged; new ones stand at the end.
    fn items(
        &self,
        live: &[Value],
        body: &[Value],
        node: Option<&'s Node>,
        keys: &[Box<str>],
        ours: Option<&FieldSet>,
        depth: usize,
    ) -> Vec<Value> {
        let node = node.and_then(|node| self.resolved(node));
        let key = |item: &'_ Value, name: &str| -> Value {
            let default = || field(node, name).and_then(|node| node.default.clone());
            item.get(name).cloned().or_else(default).unwrap_or(Value::Null)
        };
        // A key that the schema has no default of may be one that the server fills in.
        let is_one = |live: &Value, item: &Value| {
            keys.iter().all(|name| match key(item, name) {
                Value::Null => true,
                wanted => key(live, name) == wanted,
            })
        };
        let mut merged: Vec<Value> = live.to_vec();
        for item in body {
            match merged.iter_mut().find(|other| is_one(other, item)) {
                Some(other) => {
                    let named = keys.iter().map(|name| (name.to_string(), key(other, name).to_string()));
                    let below = ours.and_then(|ours| ours.at(&Member::Keys(named.collect())));
                    *other = self.merge(Some(other), item, node, below, depth + 1);
                }
                None => merged.push(self.filled(item, node, depth)),
            }
        }
        merged
    }

    /// A value with the defaults of its schema.
    fn filled(&self, value: &Value, node: Option<&'s Node>, depth: usize) -> Value {
        let Some(node) = node.and_then(|node| self.resolved(node)).filter(|_| depth < MAX_DEPTH) else {
            return value.clone();
        };
        match (value, &node.shape) {
            (Value::Object(map), Shape::Map(fields)) => {
                let mut filled: Map<String, Value> = map
                    .iter()
                    .filter(|(_, value)| !value.is_null())
                    .map(|(key, value)| (key.clone(), self.filled(value, field(Some(node), key), depth + 1)))
                    .collect();
                for (key, below) in &fields.properties {
                    if let Some(default) = &below.default
                        && !filled.contains_key(&**key)
                        && !is_empty(default)
                    {
                        filled.insert(key.to_string(), self.filled(default, Some(below), depth + 1));
                    }
                }
                Value::Object(filled)
            }
            (Value::Array(items), Shape::List { items: node, .. }) => {
                let items = items.iter().map(|item| self.filled(item, node.as_deref(), depth + 1));
                Value::Array(items.collect())
            }
            (value, _) => value.clone(),
        }
    }

    /// What a reference leads to.
    fn resolved(&self, node: &'s Node) -> Option<&'s Node> {
        let mut node = node;
        for _ in 0..MAX_DEPTH {
            match &node.shape {
                Shape::Reference(name) => node = self.schemas?.definition(name)?,
                _ => return Some(node),
            }
        }
        None
    }
}

/// Whether servers leave a value out. The schema of built-in kinds gives `{}` as the default of every structure.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::String(text) => text.is_empty(),
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::Null => true,
        Value::Bool(_) => false,
    }
}

/// The schema of a key, its node being no reference.
fn field<'s>(node: Option<&'s Node>, key: &str) -> Option<&'s Node> {
    match &node?.shape {
        Shape::Map(Fields { properties, rest, .. }) => properties.get(key).or(match rest {
            Rest::Each(each) => Some(each),
            Rest::Refused | Rest::Anything => None,
        }),
        _ => None,
    }
}

/// The keys by which items of a list are owned.
fn keys(owned: &FieldSet) -> Option<Vec<Box<str>>> {
    owned.below.keys().find_map(|member| match member {
        Member::Keys(keys) => Some(keys.keys().map(|key| Box::from(key.as_str())).collect()),
        Member::Field(_) | Member::Value(_) | Member::Index(_) => None,
    })
}

/// Whether the server would write both alike.
fn is_same(live: &Value, body: &Value, node: Option<&Node>) -> bool {
    if live == body {
        return true;
    }
    let quantity = |value: &Value| match value {
        Value::String(text) => Quantity::parse(text).ok(),
        Value::Number(number) => Quantity::parse(&number.to_string()).ok(),
        _ => None,
    };
    match node.map(|node| &node.shape) {
        Some(Shape::Quantity) => quantity(live).is_some_and(|live| Some(live) == quantity(body)),
        _ => false,
    }
}

/// Takes away what was applied before and is not in `body`, unless somebody else owns it.
fn remove(merged: &mut Value, body: &Value, ours: &FieldSet, others: &[&FieldSet], depth: usize) {
    if depth >= MAX_DEPTH {
        return;
    }
    for (member, below) in &ours.below {
        let others: Vec<&FieldSet> = others.iter().filter_map(|other| other.at(member)).collect();
        match rendered(member, body) {
            Some(body) if !body.is_null() => {
                if let Some(merged) = child(merged, member) {
                    remove(merged, body, below, &others, depth + 1);
                }
            }
            Some(_) | None if below.owned && others.iter().all(|other| other.is_empty()) => {
                take(merged, member)
            }
            Some(_) | None => {
                let Some(left) = child(merged, member) else { continue };
                let was_empty = is_empty(left);
                remove(left, &Value::Null, below, &others, depth + 1);
                // Servers leave out what has become empty.
                if !was_empty && is_empty(left) {
                    take(merged, member);
                }
            }
        }
    }
}

/// The value that a step leads to in what is applied, in which keys of an item may be missing that the server fills in.
pub fn rendered<'v>(member: &Member, body: &'v Value) -> Option<&'v Value> {
    let filled_in = || match (member, body) {
        (Member::Keys(keys), Value::Array(items)) => items.iter().find(|item| {
            keys.iter().all(|(key, text)| {
                let written = item.get(key).map(Value::to_string);
                written.is_none_or(|written| written == *text)
            })
        }),
        _ => None,
    };
    member.of(body).or_else(filled_in)
}

fn position(items: &[Value], list: &Value, member: &Member) -> Option<usize> {
    let found = member.of(list)?;
    items.iter().position(|item| item == found)
}

fn child<'v>(value: &'v mut Value, member: &Member) -> Option<&'v mut Value> {
    let at = match &*value {
        Value::Array(items) => position(items, value, member),
        _ => None,
    };
    match (member, value) {
        (Member::Field(name), Value::Object(map)) => map.get_mut(name),
        (_, Value::Array(items)) => items.get_mut(at?),
        _ => None,
    }
}

fn take(value: &mut Value, member: &Member) {
    let at = match &*value {
        Value::Array(items) => position(items, value, member),
        _ => None,
    };
    match (member, value) {
        (Member::Field(name), Value::Object(map)) => drop(map.remove(name)),
        (_, Value::Array(items)) => {
            if let Some(at) = at {
                items.remove(at);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::object::{Object, managed};

    /// What a server keeps of a Deployment of this body, owned as it says.
    fn live() -> Value {
        let port = r#"k:{"containerPort":8080,"protocol":"TCP"}"#;
        json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": { "name": "web", "managedFields": [{
                "manager": "fleetwright", "operation": "Apply", "apiVersion": "apps/v1",
                "fieldsV1": { "f:containers": { r#"k:{"name":"main"}"#: {
                    ".": {}, "f:name": {}, "f:image": {},
                    "f:ports": { port: { ".": {}, "f:containerPort": {} } },
                    "f:args": {},
                } } },
            }] },
            "containers": [
                { "name": "side", "image": "s" },
                {
                    "name": "main", "image": "m:1", "imagePullPolicy": "Always", "args": ["a", "b"],
                    "ports": [{ "containerPort": 8080, "protocol": "TCP" }],
                },
            ],
        })
    }

    fn applied(container: Value) -> Value {
        let live = live();
        let ours = managed(&live).unwrap().remove(0).fields;
        let body = json!({ "apiVersion": "apps/v1", "kind": "Deployment", "containers": [container] });
        let kind = GroupVersionKind::parse("apps/v1 Deployment").unwrap();
        let owners = Owners { ours, others: Vec::new() };
        apply(&live, &body, &owners, &kind, None)["containers"].clone()
    }

    #[test]
    fn without_a_schema_items_are_merged_by_the_keys_they_are_owned_by() {
        let side = json!({ "name": "side", "image": "s" });
        let port = json!({ "containerPort": 8080 });
        let same = json!({ "name": "main", "image": "m:1", "args": ["a", "b"], "ports": [port] });
        assert_eq!(applied(same), live()["containers"]);
        let mut changed = live()["containers"][1].clone();
        changed["image"] = json!("m:2");
        changed["args"] = json!(["b"]);
        let body = json!({ "name": "main", "image": "m:2", "args": ["b"], "ports": [port] });
        assert_eq!(applied(body), json!([side, changed]));
        changed["ports"] = json!([{ "containerPort": 9090 }]);
        let body =
            json!({ "name": "main", "image": "m:2", "args": ["b"], "ports": [{ "containerPort": 9090 }] });
        assert_eq!(applied(body), json!([side, changed]));
        assert_eq!(
            applied(json!({ "name": "other", "image": "o" })),
            json!([side, { "name": "other", "image": "o" }])
        );
    }

    fn schemas() -> Schemas {
        let ports = json!({
            "type": "array",
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["port", "protocol"],
            "items": {"type": "object", "properties": {
                "port": {"type": "integer"},
                "protocol": {"type": "string", "default": "TCP"},
                "name": {"type": "string"},
            }},
        });
        let strings = |kind: &str| json!({"type": "array", "x-kubernetes-list-type": kind, "items": {"type": "string"}});
        let spec = json!({"type": "object", "properties": {
            "ports": ports,
            "set": strings("set"),
            "list": strings("atomic"),
            "labels": {"type": "object", "additionalProperties": {"type": "string"}},
            "mode": {"type": "string", "default": "slow"},
            "size": {"x-kubernetes-int-or-string": true},
        }});
        let schema = json!({"type": "object", "properties": {"spec": spec}});
        let definition = json!({
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": {"name": "things.example.com"},
            "spec": {
                "group": "example.com", "names": {"kind": "Thing"}, "scope": "Namespaced",
                "versions": [{"name": "v1", "served": true, "schema": {"openAPIV3Schema": schema}}],
            },
        });
        let mut schemas = Schemas::default();
        schemas.define(&Object::from_value(definition).unwrap());
        schemas
    }

    /// What a spec becomes, if we own `ours` of it and somebody else `theirs`.
    fn spec_of(live: Value, body: Value, ours: Value, theirs: Value, schemas: Option<&Schemas>) -> Value {
        let entry = |manager: &str, fields: Value| {
            let fields = if fields == json!({}) { fields } else { json!({"f:spec": fields}) };
            json!({"manager": manager, "operation": "Apply", "apiVersion": "v1", "fieldsV1": fields})
        };
        let owned = json!({"metadata": {"managedFields": [entry("ours", ours), entry("theirs", theirs)]}});
        let mut sets = managed(&owned).unwrap().into_iter().map(|entry| entry.fields);
        let owners = Owners { ours: sets.next().unwrap(), others: sets.collect() };
        let kind =
            GroupVersionKind { group: "example.com".into(), version: "v1".into(), kind: "Thing".into() };
        let merged = apply(&json!({"spec": live}), &json!({"spec": body}), &owners, &kind, schemas);
        merged["spec"].clone()
    }

    #[test]
    fn lists_are_merged_as_the_schema_has_it() {
        let schemas = schemas();
        let cases = [
            // A map keeps what others put there.
            (
                json!({"labels": {"a": "1"}}),
                json!({"labels": {"b": "2"}}),
                json!({"labels": {"a": "1", "b": "2"}}),
            ),
            // Items are the same by their keys, one of which has a default.
            (
                json!({"ports": [{"port": 1, "protocol": "TCP", "name": "a"}, {"port": 1, "protocol": "UDP"}]}),
                json!({"ports": [{"port": 1, "name": "b"}, {"port": 2}]}),
                json!({"ports": [
                    {"port": 1, "protocol": "TCP", "name": "b"},
                    {"port": 1, "protocol": "UDP"},
                    {"port": 2, "protocol": "TCP"},
                ]}),
            ),
            (json!({"set": ["a", "b"]}), json!({"set": ["c", "a"]}), json!({"set": ["a", "b", "c"]})),
            (json!({"list": ["a", "b"]}), json!({"list": ["c"]}), json!({"list": ["c"]})),
            // Null is nothing.
            (json!({"mode": "fast"}), json!({"mode": null}), json!({"mode": "fast"})),
        ];
        for (live, body, expected) in cases {
            let merged = spec_of(live, body.clone(), json!({}), json!({}), Some(&schemas));
            assert_eq!(merged, expected, "{body}");
        }
        let spec = spec_of(Value::Null, json!({"size": 1}), json!({}), json!({}), Some(&schemas));
        assert_eq!(spec, json!({"size": 1, "mode": "slow"}));
    }

    #[test]
    fn without_a_schema_lists_are_replaced() {
        let merged =
            spec_of(json!({"set": ["a"], "x": 1}), json!({"set": ["b"]}), json!({}), json!({}), None);
        assert_eq!(merged, json!({"set": ["b"], "x": 1}));
    }

    #[test]
    fn what_we_no_longer_say_goes_unless_others_own_it() {
        let schemas = schemas();
        let ports = json!({
            "k:{\"port\":1,\"protocol\":\"TCP\"}": {".": {}, "f:port": {}, "f:name": {}},
            "k:{\"port\":2,\"protocol\":\"TCP\"}": {".": {}, "f:port": {}},
        });
        let ours = json!({"f:mode": {}, "f:labels": {"f:a": {}, "f:b": {}}, "f:ports": ports, "f:set": {"v:\"x\"": {}}});
        let theirs = json!({"f:labels": {"f:b": {}}, "f:ports": {"k:{\"port\":2,\"protocol\":\"TCP\"}": {"f:name": {}}}});
        let live = json!({
            "mode": "fast",
            "labels": {"a": "1", "b": "2", "c": "3"},
            "ports": [
                {"port": 1, "protocol": "TCP", "name": "one"},
                {"port": 2, "protocol": "TCP", "name": "two"},
            ],
            "set": ["x", "y"],
        });
        let merged = spec_of(live.clone(), json!({"labels": {}}), ours.clone(), theirs, Some(&schemas));
        // Port 2 stays, as somebody else named it.
        assert_eq!(merged["labels"], json!({"b": "2", "c": "3"}));
        assert_eq!(merged["set"], json!(["y"]));
        assert_eq!(merged.get("mode"), None);
        assert_eq!(merged["ports"].as_array().unwrap().len(), 1);
        assert_eq!(merged["ports"][0]["name"], "two");
    }

    #[test]
    fn what_we_own_as_a_whole_is_replaced() {
        let live = json!({"selector": {"a": "1", "b": "2"}});
        let merged =
            spec_of(live, json!({"selector": {"a": "1"}}), json!({"f:selector": {}}), json!({}), None);
        assert_eq!(merged, json!({"selector": {"a": "1"}}));
    }
}
