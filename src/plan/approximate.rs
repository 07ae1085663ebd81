//! What an object would become, where the server may not be asked.

use serde_json::{Map, Value};

use super::ownership::is_ours;
use crate::object::{Object, base64_encode, managed};
use crate::schema::{GroupVersionKind, Owners, Schemas, apply};

/// What `live` would become if `body` of `object` were applied, as far as the schemas tell.
pub(super) fn approximate(live: &Value, body: &Value, object: &Object, schemas: Option<&Schemas>) -> Value {
    let mut owners = Owners::default();
    // If they are not known, nothing is taken for ours, and nothing goes.
    for entry in managed(live).unwrap_or_default() {
        if is_ours(&entry) {
            owners.ours = entry.fields;
        } else {
            owners.others.push(entry.fields);
        }
    }
    let is_secret = object.group().is_empty() && object.kind() == "Secret";
    let body = if is_secret { &with_data(body.clone()) } else { body };
    apply(live, body, &owners, &GroupVersionKind::of(object), schemas)
}

/// A Secret with its `stringData` as the server keeps it: in `data`.
fn with_data(mut body: Value) -> Value {
    let Some(map) = body.as_object_mut() else { return body };
    if let Some(Value::Object(texts)) = map.remove("stringData") {
        let data = map.entry("data").or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(data) = data {
            let texts = texts
                .into_iter()
                .filter_map(|(key, text)| Some((key, base64_encode(text.as_str()?.as_bytes()))));
            data.extend(texts.map(|(key, text)| (key, Value::from(text))));
        }
    }
    body
}
