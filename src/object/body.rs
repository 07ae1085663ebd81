//! An object.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::malformed::Malformed;
use super::name;
use super::reference::ObjectRef;

/// A Kubernetes object: a map with `apiVersion`, `kind` and `metadata.name`, and labels and annotations
/// that are strings. What else is in it was not looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    body: Map<String, Value>,
    api_version: Arc<str>,
    reference: ObjectRef,
}

impl Object {
    /// The object that a value is.
    ///
    /// # Errors
    /// If it lacks what every object has, or has it in another type. An empty namespace is none, as the
    /// API server has it.
    pub fn from_value(value: Value) -> Result<Self, Malformed> {
        let body = match value {
            Value::Object(body) => body,
            other => return Err(Malformed::NotAMap { found: type_name(&other) }),
        };
        let api_version = text(&["apiVersion"], body.get("apiVersion"))?;
        let group = match api_version.split_once('/') {
            None => "",
            Some((group, version)) if !group.is_empty() && !version.is_empty() && !version.contains('/') => {
                group
            }
            Some(_) => return Err(Malformed::ApiVersion { found: api_version.to_owned() }),
        };
        let kind = text(&["kind"], body.get("kind"))?;
        let has_items = body.get("items").is_some_and(Value::is_array);
        if kind.ends_with("List") && has_items || (api_version, kind) == ("v1", "List") {
            return Err(Malformed::List { kind: kind.to_owned() });
        }
        let metadata = match body.get("metadata") {
            Some(Value::Object(metadata)) => metadata,
            other => return Err(no(&["metadata"], "a map", other)),
        };
        let named = metadata.get("name").is_some_and(|name| !name.is_null());
        if !named && metadata.contains_key("generateName") {
            return Err(Malformed::GenerateName);
        }
        let name = text(&["metadata", "name"], metadata.get("name"))?;
        named_well(&["metadata", "name"], name::object_name(name))?;
        let namespace = match metadata.get("namespace") {
            None | Some(Value::Null) => None,
            Some(Value::String(namespace)) if namespace.is_empty() => None,
            Some(Value::String(namespace)) => {
                named_well(&["metadata", "namespace"], name::dns_label(namespace))?;
                Some(Arc::from(namespace.as_str()))
            }
            other => return Err(no(&["metadata", "namespace"], "a string", other)),
        };
        strings(metadata, "labels")?;
        strings(metadata, "annotations")?;
        let reference =
            ObjectRef { group: Arc::from(group), kind: Arc::from(kind), namespace, name: Arc::from(name) };
        let api_version = Arc::from(api_version);
        Ok(Self { body, api_version, reference })
    }

    /// `apiVersion`: `GROUP/VERSION`, or `VERSION` alone for the core group.
    pub fn api_version(&self) -> &str {
        &self.api_version
    }

    /// The API group; empty for the core group.
    pub fn group(&self) -> &str {
        &self.reference.group
    }

    /// The version, such as `v1`.
    pub fn version(&self) -> &str {
        self.api_version.rsplit('/').next().unwrap_or("")
    }

    /// The kind, such as `Deployment`.
    pub fn kind(&self) -> &str {
        &self.reference.kind
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.reference.name
    }

    /// The namespace, if it names one.
    pub fn namespace(&self) -> Option<&str> {
        self.reference.namespace.as_deref()
    }

    /// The labels.
    pub fn labels(&self) -> impl Iterator<Item = (&str, &str)> {
        self.strings("labels")
    }

    /// The annotations.
    pub fn annotations(&self) -> impl Iterator<Item = (&str, &str)> {
        self.strings("annotations")
    }

    /// What names it.
    pub fn reference(&self) -> &ObjectRef {
        &self.reference
    }

    /// The whole of it.
    pub fn body(&self) -> &Map<String, Value> {
        &self.body
    }

    pub(super) fn body_mut(&mut self) -> &mut Map<String, Value> {
        &mut self.body
    }

    /// At most so many bytes are its JSON: as if every byte of its texts were escaped.
    pub fn most_bytes(&self) -> usize {
        self.body.iter().map(|(key, value)| most_bytes(key, value)).sum::<usize>() + 2
    }

    /// The value below these keys, if there is one; a key of a list is its index in decimal.
    pub fn get(&self, path: &[&str]) -> Option<&Value> {
        let (first, rest) = path.split_first()?;
        rest.iter().try_fold(self.body.get(*first)?, |value, key| match value {
            Value::Object(map) => map.get(*key),
            Value::Array(items) => items.get(key.parse::<usize>().ok()?),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
        })
    }

    /// The same object in this namespace.
    ///
    /// # Errors
    /// If that is no name of a namespace.
    pub fn with_namespace(mut self, namespace: &str) -> Result<Self, Malformed> {
        named_well(&["metadata", "namespace"], name::dns_label(namespace))?;
        if let Some(Value::Object(metadata)) = self.body.get_mut("metadata") {
            metadata.insert("namespace".to_owned(), Value::String(namespace.to_owned()));
        }
        self.reference.namespace = Some(Arc::from(namespace));
        Ok(self)
    }

    /// The value it was made of.
    pub fn into_value(self) -> Value {
        Value::Object(self.body)
    }

    fn strings(&self, field: &str) -> impl Iterator<Item = (&str, &str)> {
        self.get(&["metadata", field])
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .filter_map(|(key, value)| Some((key.as_str(), value.as_str()?)))
    }
}

/// The most bytes that an entry of a map can have as JSON.
fn most_bytes(key: &str, value: &Value) -> usize {
    let text = |text: &str| 6 * text.len() + 4;
    let value = match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 32,
        Value::String(value) => text(value),
        Value::Array(items) => items.iter().map(|item| most_bytes("", item)).sum::<usize>() + 2,
        Value::Object(entries) => {
            entries.iter().map(|(key, value)| most_bytes(key, value)).sum::<usize>() + 2
        }
    };
    text(key) + value
}

/// The text of a field that must be a string with something in it.
fn text<'a>(path: &[&str], found: Option<&'a Value>) -> Result<&'a str, Malformed> {
    match found {
        Some(Value::String(text)) if text.is_empty() => Err(Malformed::Empty { path: owned(path) }),
        Some(Value::String(text)) => Ok(text),
        other => Err(no(path, "a string", other)),
    }
}

/// Holds that labels or annotations, where there are any, are a map of strings.
fn strings(metadata: &Map<String, Value>, field: &str) -> Result<(), Malformed> {
    match metadata.get(field) {
        None | Some(Value::Null) => Ok(()),
        Some(Value::Object(entries)) => match entries.iter().find(|(_, value)| !value.is_string()) {
            Some((key, value)) => Err(no(&["metadata", field, key], "a string", Some(value))),
            None => Ok(()),
        },
        other => Err(no(&["metadata", field], "a map of strings", other)),
    }
}

fn named_well(path: &[&str], checked: Result<(), name::InvalidName>) -> Result<(), Malformed> {
    checked.map_err(|invalid| Malformed::Name { path: owned(path), invalid })
}

fn no(path: &[&str], expected: &'static str, found: Option<&Value>) -> Malformed {
    match found {
        None | Some(Value::Null) => Malformed::Missing { path: owned(path) },
        Some(value) => Malformed::Type { path: owned(path), expected, found: type_name(value) },
    }
}

fn owned(path: &[&str]) -> Vec<String> {
    path.iter().map(|part| (*part).to_owned()).collect()
}

/// What a value is, as messages say it.
fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a bool",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "a map",
    }
}
