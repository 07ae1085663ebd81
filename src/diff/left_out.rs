//! What no comparison looks at.

use serde_json::{Map, Value};

use crate::object::PART_OF;

/// What names the object, and what the server writes by itself. There is no other rule, and no setting for one.
const FIELDS: [&[&str]; 11] = [
    &["apiVersion"],
    &["kind"],
    &["metadata", "name"],
    &["metadata", "namespace"],
    &["metadata", "uid"],
    &["metadata", "resourceVersion"],
    &["metadata", "generation"],
    &["metadata", "creationTimestamp"],
    &["metadata", "selfLink"],
    &["metadata", "managedFields"],
    &["status"],
];

/// What the names of the annotations that fleetwright adds begin with.
const ANNOTATIONS: &str = "fleetwright.dev/";

/// The object without what no comparison looks at. A map that only held such things goes too: whether it is there is
/// not the object's own.
pub(super) fn normalised(object: &Value) -> Value {
    let mut object = object.clone();
    let Value::Object(body) = &mut object else { return object };
    for path in FIELDS {
        match path {
            [key] => drop(body.remove(*key)),
            [parent, key] => without(body, parent, |name| name == *key),
            _ => {}
        }
    }
    if let Some(Value::Object(metadata)) = body.get_mut("metadata") {
        without(metadata, "labels", |name| name == PART_OF);
        without(metadata, "annotations", |name| name.starts_with(ANNOTATIONS));
        if metadata.is_empty() {
            body.remove("metadata");
        }
    }
    object
}

/// Takes keys out of the map at `parent`, and the map itself if nothing is left of it.
fn without(body: &mut Map<String, Value>, parent: &str, is_left_out: impl Fn(&str) -> bool) {
    let Some(Value::Object(map)) = body.get_mut(parent) else { return };
    let before = map.len();
    map.retain(|name, _| !is_left_out(name));
    if map.is_empty() && before > 0 && parent != "metadata" {
        body.remove(parent);
    }
}
