//! What a server publishes under `/openapi/v3`, reduced to what objects are held to.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::kind::{GroupVersionKind, Served};
use crate::object::Scope;

/// Keywords that are kept; what is left out describes, or tells clients how to print or patch.
const KEPT: [&str; 34] = [
    "$ref",
    "additionalProperties",
    "allOf",
    "anyOf",
    "default",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "items",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "not",
    "nullable",
    "oneOf",
    "pattern",
    "properties",
    "required",
    "type",
    "uniqueItems",
    "x-kubernetes-embedded-resource",
    "x-kubernetes-int-or-string",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-list-type",
    "x-kubernetes-map-type",
    "x-kubernetes-preserve-unknown-fields",
    "x-kubernetes-validations",
];

/// How deep schemas are followed.
const MAX_DEPTH: usize = 100;

/// One document: the kinds that can be applied, and the definitions that they lead to.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// The kinds.
    pub kinds: BTreeMap<GroupVersionKind, Served>,
    /// The reduced definitions by name.
    pub definitions: BTreeMap<String, Value>,
}

/// Reads the document of one group and version.
///
/// Kinds are those that its paths create under a name and patch, so that reviews and subresources are none.
/// Left out is all that only a server writes: `status`, managed fields, lists.
pub fn reduce(document: &Value) -> Document {
    let schemas = document.pointer("/components/schemas").and_then(Value::as_object);
    let mut by_kind: BTreeMap<GroupVersionKind, &str> = BTreeMap::new();
    for (definition, schema) in schemas.into_iter().flatten() {
        let kinds = schema.get("x-kubernetes-group-version-kind").and_then(Value::as_array);
        for kind in kinds.into_iter().flatten().filter_map(gvk) {
            by_kind.entry(kind).or_insert(definition);
        }
    }
    let mut found = Document::default();
    for (path, operations) in document.get("paths").and_then(Value::as_object).into_iter().flatten() {
        let one = document.get("paths").and_then(|paths| paths.get(format!("{path}/{{name}}")));
        let can_patch = one.is_some_and(|one| one.get("patch").is_some());
        let Some(create) = operations.get("post").filter(|_| can_patch && !path.contains("{name}")) else {
            continue;
        };
        let Some(kind) = create.get("x-kubernetes-group-version-kind").and_then(gvk) else { continue };
        let scope =
            if path.contains("/namespaces/{namespace}/") { Scope::Namespaced } else { Scope::Cluster };
        if let Some(definition) = by_kind.get(&kind) {
            let definition = (*definition).to_owned();
            found.kinds.insert(kind, Served { scope, definition });
        }
    }
    let mut waiting: Vec<String> = found.kinds.values().map(|served| served.definition.clone()).collect();
    let roots: BTreeSet<String> = waiting.iter().cloned().collect();
    while let Some(name) = waiting.pop() {
        let Some(schema) = schemas.and_then(|schemas| schemas.get(&name)) else { continue };
        if found.definitions.contains_key(&name) || !is_name(&name) {
            continue;
        }
        let mut reduced = kept(schema, is_built_in(&name), MAX_DEPTH);
        server_written(&mut reduced, &name, roots.contains(&name));
        referred(&reduced, &mut waiting);
        found.definitions.insert(name, reduced);
    }
    found
}

/// Whether a definition is of a kind that is built into Kubernetes: its server decodes it into a Go type, where
/// a custom one is held to its schema.
pub fn is_built_in(definition: &str) -> bool {
    definition.starts_with("io.k8s.api.")
        || definition.starts_with("io.k8s.apimachinery.")
        || definition.starts_with("io.k8s.apiextensions-apiserver.")
        || definition.starts_with("io.k8s.kube-aggregator.")
}

/// Whether it is a name as definitions have one (`Naming` of the OpenAPI specification, *Components Object*). Its package
/// becomes the name of a file: what a server calls `../x` must not lead out of the folder.
fn is_name(definition: &str) -> bool {
    definition.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

fn gvk(value: &Value) -> Option<GroupVersionKind> {
    let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    Some(GroupVersionKind { group: text("group")?, version: text("version")?, kind: text("kind")? })
}

/// The schema without what is not kept, at any depth.
fn kept(schema: &Value, built_in: bool, depth: usize) -> Value {
    let (Value::Object(schema), Some(depth)) = (schema, depth.checked_sub(1)) else { return schema.clone() };
    let mut reduced = Map::new();
    let below = |value: &Value| kept(value, built_in, depth);
    for (key, value) in schema {
        let value = match (key.as_str(), value) {
            ("properties", Value::Object(properties)) => {
                Value::Object(properties.iter().map(|(key, value)| (key.clone(), below(value))).collect())
            }
            ("items" | "additionalProperties" | "not", value) => below(value),
            ("allOf" | "anyOf" | "oneOf", Value::Array(items)) => items.iter().map(below).collect(),
            ("x-kubernetes-validations", Value::Array(rules)) => rules.iter().map(rule).collect(),
            // Go's zero values, which every field of a built-in kind has.
            ("default", default) if built_in && is_zero(default) => continue,
            ("x-kubernetes-group-version-kind", _) => continue,
            (key, value) if KEPT.contains(&key) => value.clone(),
            _ => continue,
        };
        reduced.insert(key.clone(), value);
    }
    match reduced.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
        Some([only]) if only.get("$ref").is_some() => {
            let target = only.get("$ref").cloned();
            reduced.remove("allOf");
            reduced.extend(target.map(|target| ("$ref".to_owned(), target)));
        }
        _ => {}
    }
    Value::Object(reduced)
}

/// A rule without what only its author reads.
fn rule(rule: &Value) -> Value {
    let parts = rule.as_object().into_iter().flatten();
    let kept = parts.filter(|(key, _)| matches!(key.as_str(), "rule" | "message"));
    Value::Object(kept.map(|(key, value)| (key.clone(), value.clone())).collect())
}

fn is_zero(default: &Value) -> bool {
    match default {
        Value::Object(map) => map.is_empty(),
        Value::String(text) => text.is_empty(),
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::Bool(_) | Value::Null | Value::Array(_) => false,
    }
}

/// Opens what only a server writes, so that nothing below it is recorded.
fn server_written(schema: &mut Value, name: &str, is_kind: bool) {
    let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else { return };
    let written: &[&str] = match name {
        "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta" => &["managedFields"],
        _ if is_kind => &["status"],
        _ => &[],
    };
    for key in written {
        if let Some(value) = properties.get_mut(*key) {
            *value = serde_json::json!({ "x-kubernetes-preserve-unknown-fields": true });
        }
    }
}

/// Adds the names of the definitions that a reduced schema refers to.
pub(super) fn referred(schema: &Value, found: &mut Vec<String>) {
    references(schema, found, MAX_DEPTH);
}

fn references(value: &Value, found: &mut Vec<String>, depth: usize) {
    let Some(depth) = depth.checked_sub(1) else { return };
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                match (key.as_str(), value) {
                    ("$ref", Value::String(target)) => {
                        found.push(target.rsplit('/').next().unwrap_or(target).to_owned());
                    }
                    (_, value) => references(value, found, depth),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found, depth)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
