//! Objects made acceptable: what the server names as wrong is changed or taken out until it takes the rest.

use serde_json::{Value, json};

use crate::harness::dry_run::{Judge, Verdict, Way};

/// How often one object is mended before it is given up.
const ROUNDS: usize = 120;

/// The object as the server takes it, and a name for it; `None` if there is no such kind, or nothing can be mended.
pub async fn accepted(server: &Judge, mut object: Value) -> Option<(String, Value)> {
    let is_namespaced = server.is_namespaced(&object)?;
    let kind = format!("{} {}", object["apiVersion"].as_str()?, object["kind"].as_str()?);
    let name = object["metadata"]["name"].as_str()?.to_lowercase();
    let mut metadata = json!({ "name": name, "labels": { "app": "x" }, "annotations": { "note": "x" } });
    if is_namespaced {
        metadata["namespace"] = json!("default");
    }
    object["metadata"] = metadata;
    object.as_object_mut()?.remove("status");
    for _ in 0..ROUNDS {
        let causes = match server.ask(Way::Apply, &object).await {
            Verdict::Accepted { .. } => return Some((format!("{kind} named {name}"), object)),
            Verdict::Refused { causes, .. } => causes,
            Verdict::NotServed => return None,
        };
        let mut changed = false;
        for cause in &causes {
            let text = |key: &str| cause[key].as_str().unwrap_or_default();
            changed |= mend(&mut object, &path(text("field")), text("message"));
        }
        if !changed {
            return None;
        }
    }
    None
}

/// `spec.ports[0].name` as keys.
fn path(field: &str) -> Vec<String> {
    let mut keys = Vec::new();
    for part in field.split('.') {
        let mut pieces = part.split('[');
        keys.extend(pieces.next().filter(|name| !name.is_empty()).map(str::to_owned));
        keys.extend(pieces.map(|piece| piece.trim_end_matches(']').trim_matches('"').to_owned()));
    }
    keys
}

fn mend(object: &mut Value, path: &[String], message: &str) -> bool {
    let supported = message
        .split_once("supported values: ")
        .and_then(|(_, values)| Some(values.split('"').nth(1)?.to_owned()));
    let Some((last, parents)) = path.split_last() else { return false };
    // A name that must be another: an address, or one that is made of other fields.
    if path == ["metadata", "name"] {
        return false;
    }
    let pointer: String =
        parents.iter().map(|key| format!("/{}", key.replace('~', "~0").replace('/', "~1"))).collect();
    let Some(parent) = object.pointer_mut(&pointer) else {
        return path.len() > 2 && mend(object, parents, "");
    };
    match (parent, supported) {
        (Value::Object(map), Some(value)) if map.contains_key(last) && map[last] != value => {
            map.insert(last.clone(), json!(value));
            true
        }
        (Value::Object(map), _) if map.contains_key(last) => map.remove(last).is_some(),
        (Value::Array(items), supported) => match last.parse::<usize>() {
            Ok(index) if index < items.len() => {
                match supported.filter(|value| items[index] != **value) {
                    Some(value) => items[index] = json!(value),
                    None => drop(items.remove(index)),
                }
                true
            }
            _ => false,
        },
        // What is required and cannot be made up goes with what holds it.
        _ => path.len() > 2 && mend(object, parents, ""),
    }
}
