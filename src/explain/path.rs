//! The way to a field of an object, as people write it: `spec.template.spec.containers[name=app].image`.

use std::fmt::Write;

use serde_json::{Map, Value};

use super::leaf::at;
use crate::object::FieldPath;

/// Why a text leads to no field of an object.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPath {
    /// It is not written as a path.
    #[error("it is not written as a path")]
    Syntax,
    /// There is no such key or item.
    #[error("`{found}` is not there")]
    Missing {
        /// The way up to where it leads nowhere.
        above: FieldPath,
        /// The key or item that is not there, as it was written.
        found: String,
    },
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Key(String),
    Index(usize),
    /// The item with these values at these keys.
    Item(Vec<(String, String)>),
    /// The item that is this value.
    Member(String),
}

/// The field that a text leads to in an object.
///
/// # Errors
/// If the text is no path, or the object has no such field.
pub fn find(body: &Map<String, Value>, text: &str) -> Result<FieldPath, BadPath> {
    let mut path = FieldPath::new();
    for (step, written) in parse(text).ok_or(BadPath::Syntax)? {
        let missing = || BadPath::Missing { above: path.clone(), found: written.clone() };
        let key = match (at(body, &path), &step) {
            (None, Step::Key(key)) if path.is_empty() => body.contains_key(key).then(|| key.clone()),
            (Some(Value::Object(map)), Step::Key(key)) => map.contains_key(key).then(|| key.clone()),
            (Some(Value::Array(items)), Step::Index(index)) => items.get(*index).map(|_| index.to_string()),
            (Some(Value::Array(items)), Step::Item(keys)) => {
                let has = |item: &Value| {
                    keys.iter().all(|(key, text)| item.get(key).is_some_and(|value| says(value, text)))
                };
                items.iter().position(has).map(|index| index.to_string())
            }
            (Some(Value::Array(items)), Step::Member(text)) => {
                items.iter().position(|item| says(item, text)).map(|index| index.to_string())
            }
            _ => None,
        };
        let key = key.ok_or_else(missing)?;
        path.push(key);
    }
    Ok(path)
}

/// Whether a scalar is what stands in brackets: as JSON, or as text without quotes.
fn says(value: &Value, text: &str) -> bool {
    value.as_str() == Some(text) || serde_json::from_str::<Value>(text).is_ok_and(|other| other == *value)
}

/// The steps, each as it is written.
fn parse(text: &str) -> Option<Vec<(Step, String)>> {
    let mut steps = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (step, after) = match rest.strip_prefix('[') {
            Some(inner) => {
                let end = closing(inner)?;
                (bracket(inner.get(..end)?)?, inner.get(end + 1..)?)
            }
            None => {
                let name = match steps.is_empty() {
                    true => rest,
                    false => rest.strip_prefix('.')?,
                };
                let end = name.find(['.', '[']).unwrap_or(name.len());
                let (key, after) = name.split_at(end);
                if key.is_empty() {
                    return None;
                }
                (Step::Key(key.to_owned()), after)
            }
        };
        let written = rest.get(..rest.len() - after.len())?.trim_start_matches('.').to_owned();
        steps.push((step, written));
        rest = after;
    }
    (!steps.is_empty()).then_some(steps)
}

/// Where the bracket is closed that was opened just before.
fn closing(text: &str) -> Option<usize> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    for (offset, character) in text.char_indices() {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            ']' if !is_quoted => return Some(offset),
            _ => {}
        }
    }
    None
}

fn bracket(text: &str) -> Option<Step> {
    if text.starts_with('"') {
        return serde_json::from_str(text).ok().map(Step::Key);
    }
    if let Ok(index) = text.parse() {
        return Some(Step::Index(index));
    }
    let unquoted = |text: &str| serde_json::from_str(text).unwrap_or_else(|_| text.to_owned());
    if let Some(member) = text.strip_prefix('=') {
        return Some(Step::Member(unquoted(member)));
    }
    let pairs = text.split(',').map(|pair| pair.split_once('='));
    let pairs = pairs.map(|pair| pair.map(|(key, value)| (key.trim().to_owned(), unquoted(value.trim()))));
    pairs.collect::<Option<Vec<_>>>().map(Step::Item)
}

/// A path as people write it. Items of lists are told by their `name`, where all items of the list have one of their own.
pub fn shown(body: &Map<String, Value>, path: &[String]) -> String {
    let mut text = String::new();
    for (place, key) in path.iter().enumerate() {
        let above = path.get(..place).unwrap_or_default();
        let written = match at(body, above) {
            Some(Value::Array(items)) => match name_of(items, key) {
                Some(name) => write!(text, "[name={name}]"),
                None => write!(text, "[{key}]"),
            },
            _ if !is_plain(key) => write!(text, "[\"{}\"]", key.escape_debug()),
            _ if place == 0 => write!(text, "{key}"),
            _ => write!(text, ".{key}"),
        };
        debug_assert!(written.is_ok(), "writing to a string cannot fail");
    }
    text
}

/// The keys, or the items as they are written in a path, of the map or list at a path; those of the whole for none.
pub fn keys(body: &Map<String, Value>, path: &[String]) -> Vec<String> {
    match at(body, path) {
        _ if path.is_empty() => body.keys().cloned().collect(),
        Some(Value::Object(map)) => map.keys().cloned().collect(),
        Some(Value::Array(items)) => (0..items.len())
            .map(|index| match name_of(items, &index.to_string()) {
                Some(name) => format!("[name={name}]"),
                None => format!("[{index}]"),
            })
            .collect(),
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) | None => Vec::new(),
    }
}

fn name_of<'a>(items: &'a [Value], index: &str) -> Option<&'a str> {
    let names: Option<Vec<&str>> = items.iter().map(|item| item.get("name")?.as_str()).collect();
    let names = names?;
    let name = names.get(index.parse::<usize>().ok()?)?;
    let is_word = is_plain(name) && name.parse::<i64>().is_err();
    (is_word && names.iter().filter(|other| *other == name).count() == 1).then_some(name)
}

/// Whether a key stands without quotes.
pub fn is_plain(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_path_leads_to_a_field_or_says_where_it_ends() {
        let object = json!({
            "metadata": {"annotations": {"a.b/c": "1", "x]\"y": "2"}},
            "spec": {
                "containers": [{"name": "app", "image": "x"}, {"name": "proxy", "image": "y"}],
                "ports": [{"port": 80, "protocol": "TCP"}, {"port": 80, "protocol": "UDP"}],
                "args": ["--a", "7"],
            },
        });
        let body = object.as_object().unwrap();
        for (text, expected, again) in [
            (
                "spec.containers[name=proxy].image",
                "spec/containers/1/image",
                "spec.containers[name=proxy].image",
            ),
            ("spec.containers[1].image", "spec/containers/1/image", "spec.containers[name=proxy].image"),
            ("spec.ports[port=80,protocol=UDP].port", "spec/ports/1/port", "spec.ports[1].port"),
            ("spec.args[=--a]", "spec/args/0", "spec.args[0]"),
            ("spec.args[=7]", "spec/args/1", "spec.args[1]"),
            (
                "metadata.annotations[\"a.b/c\"]",
                "metadata/annotations/a.b/c",
                "metadata.annotations[\"a.b/c\"]",
            ),
            (
                "[\"metadata\"].annotations[\"x]\\\"y\"]",
                "metadata/annotations/x]\"y",
                "metadata.annotations[\"x]\\\"y\"]",
            ),
            ("spec", "spec", "spec"),
        ] {
            let found = find(body, text).unwrap();
            assert_eq!(found.join("/"), expected, "{text}");
            assert_eq!(shown(body, &found), again);
        }
        for (text, above, missing) in [
            ("spce", "", "spce"),
            ("spec.container", "spec", "container"),
            ("spec.containers[name=ap].image", "spec/containers", "[name=ap]"),
            ("spec.containers[2]", "spec/containers", "[2]"),
            ("spec.args[0].x", "spec/args/0", "x"),
        ] {
            let Err(BadPath::Missing { above: at, found }) = find(body, text) else { panic!("{text}") };
            assert_eq!((at.join("/").as_str(), found.as_str()), (above, missing), "{text}");
        }
        for text in ["", ".", "spec.", "spec..x", "spec[", "spec[]", "spec[0]x", ".spec", "spec[\"x]"] {
            assert_eq!(find(body, text), Err(BadPath::Syntax), "{text}");
        }
    }
}
