//! A scalar with holes, and the values that may fill them.

use serde_json::Value;

use crate::yaml::{self, Plain, Style};

/// The text of a scalar with holes.
pub(super) struct Hollow {
    /// How the scalar is written.
    pub style: Style,
    /// Whether it stands between `[` and `]` or `{` and `}`.
    pub in_flow: bool,
    /// What it consists of, in order.
    pub parts: Vec<Part>,
}

/// A part of such a text.
pub(super) enum Part {
    /// What the template printed.
    Text(Box<str>),
    /// The value with this number.
    Hole(usize),
}

/// An integer as it is printed.
pub(super) fn number(text: &str) -> Option<Value> {
    let number: i64 = text.parse().ok()?;
    (number.to_string() == text).then(|| Value::from(number))
}

impl Hollow {
    /// The text with these values in its holes; `None` if one of them would not be read as it is written.
    pub(super) fn fill(&self, values: &[&str]) -> Option<String> {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Text(literal) => text.push_str(literal),
                Part::Hole(hole) => {
                    let value = values.get(*hole)?;
                    if !self.takes(value, text.is_empty()) {
                        return None;
                    }
                    text.push_str(value);
                }
            }
        }
        let is_mark =
            |mark: &str| text.strip_prefix(mark).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
        let is_text = yaml::plain(&text) == Plain::String && !is_mark("---") && !is_mark("...");
        (self.style != Style::Plain || is_text).then_some(text)
    }

    /// Whether a value in this place reads as itself, whatever stands around it.
    fn takes(&self, value: &str, is_first: bool) -> bool {
        let bytes = value.as_bytes();
        match self.style {
            Style::DoubleQuoted => {
                bytes.iter().all(|byte| matches!(byte, b' '..=b'~') && !b"\"\\".contains(byte))
            }
            Style::SingleQuoted => bytes.iter().all(|byte| matches!(byte, b' '..=b'~') && *byte != b'\''),
            Style::Plain => {
                let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return false };
                let inert = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._/@+=%$*()^~;".contains(byte);
                // Between two others neither ends a scalar in a block.
                let between = |pair: &[u8]| match pair {
                    [b':', next] => *next != b' ',
                    _ => true,
                };
                let begins =
                    if is_first { first.is_ascii_alphanumeric() || *first == b'/' } else { inert(first) };
                begins
                    && inert(last)
                    && bytes.iter().all(|byte| inert(byte) || !self.in_flow && matches!(byte, b':' | b' '))
                    && bytes.windows(2).all(between)
            }
            Style::Literal | Style::Folded => false,
        }
    }
}
