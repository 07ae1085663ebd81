//! Objects made wrong, one field at a time.

use fleetwright::object::Quantity;
use serde_json::{Value, json};

/// A changed object, and what was changed.
pub struct Mutation {
    pub what: String,
    /// The field that was changed, as a JSON pointer.
    pub path: String,
    pub object: Value,
}

/// How many fields of an object are changed in each way; all of them with `FLEETWRIGHT_SOAK=1`.
const EACH: usize = 2;

#[derive(Clone, Copy, Debug)]
enum Way {
    Drop,
    Rename,
    Retype,
    OutOfRange,
    BadQuantity,
    BadName,
    Twice,
}

const WAYS: [Way; 7] =
    [Way::Drop, Way::Rename, Way::Retype, Way::OutOfRange, Way::BadQuantity, Way::BadName, Way::Twice];

/// The changes of an object; the same ones each time.
pub fn all(name: &str, object: &Value) -> Vec<Mutation> {
    #[expect(clippy::disallowed_methods, reason = "how the long runs are asked for")]
    let soak = std::env::var_os("FLEETWRIGHT_SOAK").is_some();
    let mut paths = Vec::new();
    walk(object, &mut String::new(), &mut paths);
    paths.retain(|path| {
        !matches!(path.as_str(), "/apiVersion" | "/kind" | "/metadata" | "/metadata/namespace")
    });
    let mut found = Vec::new();
    for way in WAYS {
        let mut fit: Vec<(u64, Mutation)> = Vec::new();
        for path in &paths {
            if let Some(object) = changed(object, path, way) {
                let what = format!("{way:?} {path}");
                fit.push((hash(&format!("{name} {what}")), Mutation { what, path: path.clone(), object }));
            }
        }
        fit.sort_by_key(|(hash, _)| *hash);
        fit.truncate(if soak { usize::MAX } else { EACH });
        found.extend(fit.into_iter().map(|(_, mutation)| mutation));
    }
    found
}

/// Every field, as a JSON pointer.
fn walk(value: &Value, path: &mut String, found: &mut Vec<String>) {
    let mut below = |key: &str, value: &Value| {
        let length = path.len();
        path.push('/');
        path.push_str(&key.replace('~', "~0").replace('/', "~1"));
        found.push(path.clone());
        walk(value, path, found);
        path.truncate(length);
    };
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| below(key, value)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| below(&index.to_string(), item))
        }
        _ => {}
    }
}

fn changed(object: &Value, path: &str, way: Way) -> Option<Value> {
    let (parent, key) = path.rsplit_once('/')?;
    let key = key.replace("~1", "/").replace("~0", "~");
    let found = object.pointer(path)?;
    let is_name = path == "/metadata/name";
    let replacement = match (way, found) {
        (Way::Drop | Way::Rename, _) if is_name => return None,
        (Way::Drop, _) => None,
        (Way::Rename, _) if key.parse::<usize>().is_ok() || key.len() < 3 => return None,
        (Way::Rename, found) => Some(found.clone()),
        (Way::Retype, _) if is_name => return None,
        (Way::Retype, Value::String(_)) => Some(json!(7)),
        (Way::Retype, Value::Number(_)) => Some(json!("seven")),
        (Way::Retype, Value::Bool(_)) => Some(json!("yes")),
        (Way::Retype, Value::Object(_)) => Some(json!("text")),
        (Way::Retype, Value::Array(_)) => Some(json!({ "a": "b" })),
        (Way::OutOfRange, Value::Number(_)) => {
            let values = [json!(-1), json!(70_000), json!(4_294_967_296_u64), json!(1.5)];
            Some(values[usize::try_from(hash(path) % 4).unwrap_or(0)].clone())
        }
        (Way::BadQuantity, Value::String(text))
            if Quantity::parse(text).is_ok()
                && !["/metadata", "/data"].iter().any(|no| path.starts_with(no)) =>
        {
            Some(json!("1,5Gi"))
        }
        // One object of a name on a cluster.
        (Way::BadName, Value::String(name)) if is_name => Some(json!(format!("Not_A {name}!"))),
        (Way::BadName, Value::String(_)) if matches!(key.as_str(), "name" | "key" | "serviceAccountName") => {
            Some(json!("Not_A Name!"))
        }
        (Way::Twice, Value::Array(items)) if !items.is_empty() => {
            let mut items = items.clone();
            items.push(items[0].clone());
            Some(Value::Array(items))
        }
        _ => return None,
    };
    let mut object = object.clone();
    match (object.pointer_mut(parent)?, way, replacement) {
        (Value::Object(map), Way::Rename, Some(value)) => {
            map.remove(&key);
            let (head, tail) = key.split_at(key.len() / 2);
            map.insert(format!("{head}x{tail}"), value);
        }
        (Value::Object(map), _, Some(value)) => drop(map.insert(key, value)),
        (Value::Object(map), _, None) => drop(map.remove(&key)),
        (Value::Array(items), _, Some(value)) => items[key.parse::<usize>().ok()?] = value,
        (Value::Array(items), _, None) => drop(items.remove(key.parse().ok()?)),
        _ => return None,
    }
    Some(object)
}

/// FNV-1a: which fields are picked must not change from run to run.
fn hash(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
