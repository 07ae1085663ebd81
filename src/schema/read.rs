//! OpenAPI v3 schemas read.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::node::{Fields, Identity, Limits, Logic, Node, Rest, Shape};
use super::pattern::Pattern;
use super::rule::Rule;

/// How deep schemas may be nested. The deepest known, that of a CustomResourceDefinition for pod templates, is
/// below 30; deeper ones are taken for anything.
const MAX_DEPTH: usize = 100;

/// The name of the definition that every reference to it leads to, without `#/components/schemas/`.
const REFERENCE: &str = "#/components/schemas/";

/// Definitions of the built-in kinds that are read as types of their own.
const QUANTITY: &str = "io.k8s.apimachinery.pkg.api.resource.Quantity";

/// How a schema is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Of a built-in kind: a map of which nothing is said may hold anything.
    BuiltIn,
    /// Of a custom kind: a map of which nothing is said must be empty.
    Custom,
}

/// The schema that an OpenAPI v3 schema is. Keywords that API servers do not know are passed over, as they do.
pub fn node(value: &Value, dialect: Dialect) -> Node {
    read(value, dialect, false, MAX_DEPTH)
}

fn read(value: &Value, dialect: Dialect, branch: bool, depth: usize) -> Node {
    let (Value::Object(schema), Some(depth)) = (value, depth.checked_sub(1)) else { return Node::default() };
    if let Some(name) = reference(schema) {
        let shape = if name == QUANTITY { Shape::Quantity } else { Shape::Reference(Arc::from(name)) };
        return Node { shape, typed: true, default: schema.get("default").cloned(), ..Node::default() };
    }
    let flag = |key: &str| schema.get(key) == Some(&Value::Bool(true));
    let kind = schema.get("type").and_then(Value::as_str);
    let is_either = flag("x-kubernetes-int-or-string")
        || schema.get("format").and_then(Value::as_str) == Some("int-or-string");
    let shape = match kind {
        _ if is_either => Shape::IntOrString,
        Some("string") => Shape::String,
        Some("integer") => Shape::Integer,
        Some("number") => Shape::Number,
        Some("boolean") => Shape::Bool,
        Some("array") => Shape::List {
            items: schema.get("items").map(|items| Box::new(read(items, dialect, branch, depth))),
            identity: identity(schema),
        },
        Some("object") => Shape::Map(fields(schema, dialect, branch, depth)),
        _ if schema.contains_key("properties")
            || schema.contains_key("required")
            || schema.contains_key("additionalProperties") =>
        {
            Shape::Map(fields(schema, dialect, true, depth))
        }
        _ if schema.contains_key("items") => Shape::List {
            items: schema.get("items").map(|items| Box::new(read(items, dialect, true, depth))),
            identity: Identity::None,
        },
        _ => Shape::Any,
    };
    Node {
        typed: kind.is_some() || is_either,
        nullable: flag("nullable"),
        default: schema.get("default").cloned(),
        limits: limits(schema),
        logic: if is_either && dialect == Dialect::BuiltIn { None } else { logic(schema, dialect, depth) },
        rules: rules(schema),
        cross: None,
        shape,
    }
}

/// `$ref`, bare or as the only one of `allOf`, which is how a description stands beside one.
fn reference(schema: &Map<String, Value>) -> Option<&str> {
    let target =
        schema.get("$ref").or_else(|| match schema.get("allOf").and_then(Value::as_array)?.as_slice() {
            [Value::Object(only)] => only.get("$ref"),
            _ => None,
        });
    target?.as_str().map(|target| target.strip_prefix(REFERENCE).unwrap_or(target))
}

fn fields(schema: &Map<String, Value>, dialect: Dialect, branch: bool, depth: usize) -> Fields {
    let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    let properties =
        properties.map(|(key, value)| (key.as_str().into(), read(value, dialect, branch, depth))).collect();
    let is_open = schema.get("x-kubernetes-preserve-unknown-fields") == Some(&Value::Bool(true));
    let rest = match schema.get("additionalProperties") {
        _ if is_open => Rest::Anything,
        Some(Value::Bool(true)) => Rest::Anything,
        Some(each @ Value::Object(_)) => Rest::Each(Box::new(read(each, dialect, branch, depth))),
        _ if branch => Rest::Anything,
        _ if dialect == Dialect::BuiltIn && !schema.contains_key("properties") => Rest::Anything,
        _ => Rest::Refused,
    };
    let embedded = schema.get("x-kubernetes-embedded-resource") == Some(&Value::Bool(true));
    Fields { properties, rest, required: texts(schema.get("required")), embedded }
}

fn identity(schema: &Map<String, Value>) -> Identity {
    match schema.get("x-kubernetes-list-type").and_then(Value::as_str) {
        Some("set") => Identity::Set,
        Some("map") => Identity::Keys(texts(schema.get("x-kubernetes-list-map-keys"))),
        _ => Identity::None,
    }
}

fn texts(value: Option<&Value>) -> Vec<Box<str>> {
    let items = value.and_then(Value::as_array).into_iter().flatten();
    items.filter_map(Value::as_str).map(Into::into).collect()
}

fn limits(schema: &Map<String, Value>) -> Option<Box<Limits>> {
    const KEYS: [&str; 14] = [
        "minimum",
        "maximum",
        "multipleOf",
        "minLength",
        "maxLength",
        "pattern",
        "format",
        "enum",
        "minItems",
        "maxItems",
        "minProperties",
        "maxProperties",
        "exclusiveMinimum",
        "exclusiveMaximum",
    ];
    if !KEYS.iter().any(|key| schema.contains_key(*key)) {
        return None;
    }
    let number = |key: &str| schema.get(key).and_then(Value::as_f64);
    let count = |key: &str| schema.get(key).and_then(Value::as_u64);
    let text = |key: &str| schema.get(key).and_then(Value::as_str);
    let excluded = |key: &str| schema.get(key) == Some(&Value::Bool(true));
    Some(Box::new(Limits {
        minimum: number("minimum").map(|least| (least, excluded("exclusiveMinimum"))),
        maximum: number("maximum").map(|greatest| (greatest, excluded("exclusiveMaximum"))),
        multiple_of: number("multipleOf"),
        min_length: count("minLength"),
        max_length: count("maxLength"),
        pattern: text("pattern").map(Pattern::new),
        format: text("format").map(Into::into),
        one_of: schema.get("enum").and_then(Value::as_array).cloned().unwrap_or_default(),
        min_items: count("minItems"),
        max_items: count("maxItems"),
        min_properties: count("minProperties"),
        max_properties: count("maxProperties"),
    }))
}

fn logic(schema: &Map<String, Value>, dialect: Dialect, depth: usize) -> Option<Box<Logic>> {
    let list = |key: &str| -> Vec<Node> {
        let items = schema.get(key).and_then(Value::as_array).into_iter().flatten();
        items.map(|item| read(item, dialect, true, depth)).collect()
    };
    let logic = Logic {
        all_of: list("allOf"),
        any_of: list("anyOf"),
        one_of: list("oneOf"),
        not: schema.get("not").map(|not| read(not, dialect, true, depth)),
    };
    let says_nothing =
        logic.all_of.is_empty() && logic.any_of.is_empty() && logic.one_of.is_empty() && logic.not.is_none();
    (!says_nothing).then(|| Box::new(logic))
}

fn rules(schema: &Map<String, Value>) -> Vec<Rule> {
    let items = schema.get("x-kubernetes-validations").and_then(Value::as_array).into_iter().flatten();
    items
        .filter_map(|item| {
            let text = |key: &str| item.get(key).and_then(Value::as_str);
            Some(Rule::new(text("rule")?, text("message")))
        })
        .collect()
}
