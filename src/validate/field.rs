//! A value in a rendered object, with the keys that lead to it.

use std::fmt;

use serde_json::Value;

use crate::object::{MASK, Object};
use crate::render::{RenderedObject, RenderedUnit};

/// An object and the unit that rendered it.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The unit.
    pub unit: &'a RenderedUnit,
    /// The object, where it comes from and what in it is secret.
    pub rendered: &'a RenderedObject,
}

impl<'a> Entry<'a> {
    /// The object.
    pub fn object(self) -> &'a Object {
        self.rendered.object()
    }

    /// Its name.
    pub fn name(self) -> &'a str {
        self.object().name()
    }

    /// Its namespace; empty for an object of the whole cluster.
    pub fn namespace(self) -> &'a str {
        self.object().namespace().unwrap_or("")
    }

    /// `Deployment/web`, as messages name it.
    pub fn short(self) -> String {
        self.object().reference().short()
    }

    /// The object as a whole.
    pub fn root(self) -> Field<'a> {
        Field { entry: self, value: None }
    }

    /// The field below these keys, if it is there and not null.
    pub fn at(self, path: &[&'a str]) -> Option<Field<'a>> {
        self.root().at(path)
    }

    /// The field below these keys, or the object as a whole.
    pub fn at_or_root(self, path: &[&'a str]) -> Field<'a> {
        self.at(path).unwrap_or_else(|| self.root())
    }
}

/// A key on the way to a field.
#[derive(Clone, Copy, Debug)]
pub enum Key<'a> {
    /// Of a map.
    Name(&'a str),
    /// Of a list, from 0.
    Index(usize),
}

impl fmt::Display for Key<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Index(index) => write!(f, "{index}"),
        }
    }
}

/// A value in an object. The keys that lead to it are looked for when somebody asks: most fields are never told.
#[derive(Clone, Copy, Debug)]
pub struct Field<'a> {
    entry: Entry<'a>,
    /// `None` for the object as a whole.
    value: Option<&'a Value>,
}

impl<'a> Field<'a> {
    /// The object it is in.
    pub fn entry(&self) -> Entry<'a> {
        self.entry
    }

    /// The keys that lead to it, as places are looked up by.
    pub fn keys(&self) -> Vec<String> {
        self.way().iter().map(Key::to_string).collect()
    }

    /// The keys that lead to it: of all values of the object, it is the one at this very place in memory.
    fn way(&self) -> Vec<Key<'a>> {
        let Some(wanted) = self.value else { return Vec::new() };
        let mut way = Vec::new();
        let entries = self.entry.object().body().iter();
        if entries.into_iter().any(|(key, value)| leads_to(value, Key::Name(key), wanted, &mut way)) {
            way.reverse();
        }
        way
    }

    /// The path as messages name it: `spec.ports[0].port`.
    pub fn path(&self) -> String {
        let mut text = String::new();
        for key in self.way() {
            match key {
                Key::Name(name) if text.is_empty() => text.push_str(&name.escape_debug().to_string()),
                Key::Name(name) => text.push_str(&format!(".{}", name.escape_debug())),
                Key::Index(index) => text.push_str(&format!("[{index}]")),
            }
        }
        text
    }

    /// The value under a key of a map; `None` where it is missing or null.
    pub fn get(&self, key: &str) -> Option<Self> {
        self.at(&[key])
    }

    /// The value below these keys; this very field where there are none.
    pub fn at(&self, path: &[&str]) -> Option<Self> {
        if path.is_empty() {
            return Some(*self);
        }
        let value = self.below(path)?;
        Some(Self { entry: self.entry, value: Some(value) })
    }

    /// The value below these keys; `None` where it is missing or null.
    fn below(&self, path: &[&str]) -> Option<&'a Value> {
        let Some((first, rest)) = path.split_first() else { return self.value };
        let value = match self.value {
            None => self.entry.object().body().get(*first),
            Some(value) => value.get(first),
        };
        let found = rest.iter().try_fold(value?, |value, key| value.get(key))?;
        (!found.is_null()).then_some(found)
    }

    /// The elements of a list below these keys, or of this list; none where there is no list.
    pub fn list(&self, path: &[&str]) -> Vec<Self> {
        let items = self.below(path).and_then(Value::as_array).into_iter().flatten();
        items.map(|item| Self { entry: self.entry, value: Some(item) }).collect()
    }

    /// The pairs of a map of strings.
    pub fn pairs(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let entries = self.value.and_then(Value::as_object).into_iter().flatten();
        entries.filter_map(|(key, value)| Some((key.as_str(), value.as_str()?)))
    }

    /// Whether it is a map or list with something in it.
    pub fn is_filled(&self) -> bool {
        match self.value {
            Some(Value::Object(map)) => !map.is_empty(),
            Some(Value::Array(items)) => !items.is_empty(),
            None | Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => false,
        }
    }

    /// The text of a string.
    pub fn text(&self) -> Option<&'a str> {
        self.value?.as_str()
    }

    /// The text of the string below these keys.
    pub fn text_at(&self, path: &[&'a str]) -> Option<&'a str> {
        self.below(path)?.as_str()
    }

    /// A whole number.
    pub fn number(&self) -> Option<i64> {
        self.value?.as_i64()
    }

    /// The whole number below these keys.
    pub fn number_at(&self, path: &[&'a str]) -> Option<i64> {
        self.below(path)?.as_i64()
    }

    /// Whether it is `true`.
    pub fn is_true(&self) -> bool {
        self.value.and_then(Value::as_bool) == Some(true)
    }

    /// The value as JSON, to compare it with others; not to be shown.
    pub fn json(&self) -> String {
        self.value.unwrap_or(&Value::Null).to_string()
    }

    /// The value as a message may show it: a string between quotes and escaped, a number or bool as it is; masked
    /// where it is secret.
    pub fn shown(&self) -> String {
        self.mask(match self.value.unwrap_or(&Value::Null) {
            Value::String(text) => format!("\"{}\"", text.escape_debug()),
            Value::Number(number) => number.to_string(),
            Value::Bool(truth) => truth.to_string(),
            Value::Array(_) => "a list".to_owned(),
            Value::Object(_) => "a map".to_owned(),
            Value::Null => "nothing".to_owned(),
        })
    }

    /// A text that was worked out from this value, as a message may show it.
    pub fn shown_as(&self, text: &str) -> String {
        self.mask(format!("\"{}\"", text.escape_debug()))
    }

    /// A map of strings as a message may show it: `app=web, tier=a`.
    pub fn shown_labels(&self) -> String {
        let pairs =
            self.pairs().map(|(key, value)| format!("{}={}", key.escape_debug(), value.escape_debug()));
        self.mask(pairs.collect::<Vec<_>>().join(", "))
    }

    /// The text, or a mask where this field is, holds, or lies in a secret.
    fn mask(&self, text: String) -> String {
        let rendered = self.entry.rendered;
        match !rendered.secrets().is_empty() && rendered.hides(&self.keys()) {
            true => MASK.to_owned(),
            false => text,
        }
    }
}

/// Whether `wanted` is this very value, or lies in it; then the keys that lead to it from here go on the list, the last
/// of them first. Recursion is bounded by the depth of what was rendered.
fn leads_to<'a>(value: &'a Value, key: Key<'a>, wanted: &Value, way: &mut Vec<Key<'a>>) -> bool {
    let found = std::ptr::eq(value, wanted)
        || match value {
            Value::Object(map) => map.iter().any(|(key, value)| leads_to(value, Key::Name(key), wanted, way)),
            Value::Array(items) => {
                items.iter().enumerate().any(|(index, item)| leads_to(item, Key::Index(index), wanted, way))
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
        };
    if found {
        way.push(key);
    }
    found
}
