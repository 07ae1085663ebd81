//! Values as rules see them.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::check::{ANY, resolved};
use super::node::{Node, Rest, Shape};
use super::set::Schemas;

/// How deep values are looked into; deeper than any that the reader of YAML lets through.
const MAX_DEPTH: usize = 200;

/// Words of the language, which no field can be called by.
const RESERVED: [&str; 20] = [
    "true",
    "false",
    "null",
    "in",
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
];

/// The value with the defaults that its schema gives, its fields called as rules call them.
pub fn of(value: &Value, node: &Node, schemas: &Schemas) -> cel::Value {
    convert(value, node, schemas, MAX_DEPTH)
}

fn convert(value: &Value, node: &Node, schemas: &Schemas, depth: usize) -> cel::Value {
    let Some(depth) = depth.checked_sub(1) else { return cel::Value::Null };
    let (node, _) = resolved(schemas, node);
    match value {
        Value::Null => cel::Value::Null,
        Value::Bool(value) => cel::Value::Bool(*value),
        Value::String(text) => cel::Value::from(text.as_str()),
        Value::Number(number) => match (&node.shape, number.as_i64(), number.as_f64()) {
            (Shape::Number, _, Some(number)) => cel::Value::Float(number),
            (_, Some(number), _) => cel::Value::Int(number),
            (Shape::Integer, None, Some(number)) if number.fract() == 0.0 => cel::Value::Int(number as i64),
            (_, None, Some(number)) => cel::Value::Float(number),
            (_, None, None) => cel::Value::Null,
        },
        Value::Array(items) => {
            let each = match &node.shape {
                Shape::List { items: Some(items), .. } => items,
                _ => &ANY,
            };
            let items = items.iter().map(|item| convert(item, each, schemas, depth));
            cel::Value::List(Arc::new(items.collect()))
        }
        Value::Object(map) => convert_map(map, node, schemas, depth),
    }
}

fn convert_map(map: &Map<String, Value>, node: &Node, schemas: &Schemas, depth: usize) -> cel::Value {
    let Shape::Map(fields) = &node.shape else {
        let entries = map.iter().map(|(key, value)| {
            (cel::objects::Key::from(key.as_str()), convert(value, &ANY, schemas, depth))
        });
        return map_of(entries);
    };
    let mut entries = BTreeMap::new();
    for (key, value) in map {
        match (fields.properties.get(key.as_str()), &fields.rest) {
            // A null that is none of its own is as if it were not there.
            (Some(node), _) if value.is_null() && !node.nullable => {}
            (Some(node), _) => {
                entries.insert(cel::objects::Key::from(escaped(key)), convert(value, node, schemas, depth));
            }
            (None, Rest::Each(node)) => {
                entries.insert(cel::objects::Key::from(key.as_str()), convert(value, node, schemas, depth));
            }
            // What no schema speaks of, no rule sees.
            (None, Rest::Refused | Rest::Anything) => {}
        }
    }
    for (key, node) in &fields.properties {
        let is_there = map.get(&**key).is_some_and(|value| !value.is_null());
        if let (false, Some(default)) = (is_there, &node.default) {
            entries.insert(cel::objects::Key::from(escaped(key)), convert(default, node, schemas, depth));
        }
    }
    map_of(entries)
}

fn map_of(entries: impl IntoIterator<Item = (cel::objects::Key, cel::Value)>) -> cel::Value {
    cel::Value::Map(cel::objects::Map { map: Arc::new(entries.into_iter().collect()) })
}

/// A field as rules call it: the page on CustomResourceDefinitions, *Escaping*.
fn escaped(key: &str) -> String {
    if RESERVED.contains(&key) {
        return format!("__{key}__");
    }
    key.replace("__", "__underscores__")
        .replace('.', "__dot__")
        .replace('-', "__dash__")
        .replace('/', "__slash__")
}

/// How many values a value holds, itself among them, and the characters of its texts.
pub fn size(value: &Value) -> u64 {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 1,
        Value::String(text) => 1 + text.len() as u64 / 16,
        Value::Array(items) => 1 + items.iter().map(size).sum::<u64>(),
        Value::Object(map) => 1 + map.values().map(size).sum::<u64>(),
    }
}
