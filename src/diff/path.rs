//! The way to a field of an object, as people write it.

use std::fmt;

use serde_json::Value;

/// The way to a field of an object. Displayed as `spec.containers[name=app].image`; a key that is no plain word
/// stands in brackets and quotes, as in `metadata.labels["app.kubernetes.io/name"]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path(pub Vec<Step>);

/// One step of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A key of a map.
    Key(String),
    /// The item of a list with these values at these keys.
    Item(Vec<(String, Value)>),
    /// The item of a set that is this value.
    Member(Value),
    /// The item at this place, from 0.
    Index(usize),
    /// No item, but the order of the items; its value is the list of their names.
    Order,
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if is_plain(key) && place > 0 => write!(f, ".{key}")?,
                Step::Key(key) if is_plain(key) => f.write_str(key)?,
                Step::Key(key) => write!(f, "[\"{}\"]", key.escape_debug())?,
                Step::Item(keys) => {
                    f.write_str("[")?;
                    for (number, (key, value)) in keys.iter().enumerate() {
                        let separator = if number > 0 { "," } else { "" };
                        write!(f, "{separator}{key}={}", word(value))?;
                    }
                    f.write_str("]")?;
                }
                Step::Member(value) => write!(f, "[={}]", word(value))?,
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Order => f.write_str("[order]")?,
            }
        }
        Ok(())
    }
}

fn is_plain(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// A scalar in brackets: text without quotes where it cannot be mistaken for anything else.
fn word(value: &Value) -> String {
    match value {
        Value::String(text) if is_plain(text) && serde_json::from_str::<Value>(text).is_err() => text.clone(),
        other => other.to_string(),
    }
}
