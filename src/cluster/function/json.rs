//! JSON with exact numbers.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::cluster::eval::limit::{self, Limit, Text};
use crate::cluster::number::{Number, NumberError};
use crate::cluster::value::{Kind, Value};

/// Lists and objects inside each other that are read.
const MAX_DEPTH: usize = 64;

/// The value as JSON on one line: keys sorted; `<`, `>`, `&`, U+2028 and U+2029 escaped, as Terraform does.
pub(crate) fn encode(value: &Value) -> Result<String, Limit> {
    let mut text = Text::default();
    encode_into(value, &mut text)?;
    Ok(text.into_string())
}

/// Recursive: what is deeper than [`limit::MAX_DEPTH`] was refused before.
fn encode_into(value: &Value, text: &mut Text) -> Result<(), Limit> {
    match &value.kind {
        Kind::Null => text.push("null"),
        Kind::Bool(flag) => text.push(if *flag { "true" } else { "false" }),
        Kind::Number(number) => text.push(&number.to_string()),
        Kind::String(string) => encode_string(string, text),
        Kind::List(items) => {
            for (index, item) in items.iter().enumerate() {
                text.push(if index == 0 { "[" } else { "," })?;
                encode_into(item, text)?;
            }
            text.push(if items.is_empty() { "[]" } else { "]" })
        }
        Kind::Map(entries) => {
            for (index, (key, entry)) in entries.iter().enumerate() {
                text.push(if index == 0 { "{" } else { "," })?;
                encode_string(key, text)?;
                text.push(":")?;
                encode_into(entry, text)?;
            }
            text.push(if entries.is_empty() { "{}" } else { "}" })
        }
    }
}

/// A string in quotes.
pub(super) fn encode_string(string: &str, text: &mut Text) -> Result<(), Limit> {
    text.push("\"")?;
    for c in string.chars() {
        match c {
            '"' => text.push("\\\"")?,
            '\\' => text.push("\\\\")?,
            '\u{8}' => text.push("\\b")?,
            '\u{c}' => text.push("\\f")?,
            '\n' => text.push("\\n")?,
            '\r' => text.push("\\r")?,
            '\t' => text.push("\\t")?,
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                text.push(&format!("\\u{:04x}", u32::from(c)))?;
            }
            _ => text.push_char(c)?,
        }
    }
    text.push("\"")
}

/// Why a text is no JSON, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct JsonError {
    offset: usize,
    problem: Problem,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Problem {
    Expected(&'static str),
    DuplicateKey,
    Number(NumberError),
    Depth,
    Limit(Limit),
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.problem {
            Problem::Expected(what) => write!(f, "expected {what}")?,
            Problem::DuplicateKey => write!(f, "a key stands twice in one object")?,
            Problem::Number(error) => write!(f, "a number is {error}")?,
            Problem::Depth => write!(f, "more than {MAX_DEPTH} lists and objects inside each other")?,
            Problem::Limit(limit) => write!(f, "{limit}")?,
        }
        write!(f, " (byte {})", self.offset)
    }
}

/// The value that a JSON text spells.
pub(super) fn decode(text: &str) -> Result<Value, JsonError> {
    let mut reader = Reader { text, offset: 0 };
    let value = reader.value(0)?;
    reader.skip_space();
    if reader.offset < text.len() {
        return Err(reader.expected("the end"));
    }
    Ok(value)
}

struct Reader<'t> {
    text: &'t str,
    offset: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.offset..).unwrap_or("")
    }

    fn error(&self, problem: Problem) -> JsonError {
        JsonError { offset: self.offset, problem }
    }

    fn expected(&self, what: &'static str) -> JsonError {
        self.error(Problem::Expected(what))
    }

    fn skip_space(&mut self) {
        let rest = self.rest();
        self.offset += rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
    }

    /// Goes past `token` and the space before it, if it is next.
    fn take(&mut self, token: &str) -> bool {
        self.skip_space();
        let found = self.rest().starts_with(token);
        if found {
            self.offset += token.len();
        }
        found
    }

    fn value(&mut self, depth: usize) -> Result<Value, JsonError> {
        self.skip_space();
        if depth == MAX_DEPTH && self.rest().starts_with(['[', '{']) {
            return Err(self.error(Problem::Depth));
        }
        let kind = if self.take("null") {
            Kind::Null
        } else if self.take("true") {
            Kind::Bool(true)
        } else if self.take("false") {
            Kind::Bool(false)
        } else if self.take("[") {
            self.list(depth)?
        } else if self.take("{") {
            self.object(depth)?
        } else if self.rest().starts_with('"') {
            Kind::String(self.string()?)
        } else {
            Kind::Number(self.number()?)
        };
        Ok(Value::new(kind))
    }

    fn list(&mut self, depth: usize) -> Result<Kind, JsonError> {
        let mut items = Vec::new();
        if !self.take("]") {
            loop {
                limit::elements(items.len() + 1).map_err(|limit| self.error(Problem::Limit(limit)))?;
                items.push(self.value(depth + 1)?);
                if self.take("]") {
                    break;
                }
                if !self.take(",") {
                    return Err(self.expected("`,` or `]`"));
                }
            }
        }
        Ok(Kind::List(Arc::new(items)))
    }

    fn object(&mut self, depth: usize) -> Result<Kind, JsonError> {
        let mut entries = BTreeMap::new();
        if !self.take("}") {
            loop {
                limit::elements(entries.len() + 1).map_err(|limit| self.error(Problem::Limit(limit)))?;
                self.skip_space();
                if !self.rest().starts_with('"') {
                    return Err(self.expected("a key in quotes"));
                }
                let start = self.offset;
                let key = self.string()?;
                if !self.take(":") {
                    return Err(self.expected("`:`"));
                }
                if entries.insert(key, self.value(depth + 1)?).is_some() {
                    return Err(JsonError { offset: start, problem: Problem::DuplicateKey });
                }
                if self.take("}") {
                    break;
                }
                if !self.take(",") {
                    return Err(self.expected("`,` or `}`"));
                }
            }
        }
        Ok(Kind::Map(Arc::new(entries)))
    }

    /// A number as RFC 8259 spells it, which is narrower than what [`Number::parse`] takes.
    fn number(&mut self) -> Result<Number, JsonError> {
        let rest = self.rest();
        let length = rest
            .find(|c: char| !c.is_ascii_digit() && !matches!(c, '-' | '+' | '.' | 'e' | 'E'))
            .unwrap_or(rest.len());
        let text = rest.get(..length).unwrap_or("");
        let digits = text.strip_prefix('-').unwrap_or(text);
        let after_zero = digits.strip_prefix('0').unwrap_or("");
        let leading_zero = after_zero.starts_with(|c: char| c.is_ascii_digit());
        if text.is_empty() || leading_zero {
            return Err(self.expected("a value"));
        }
        match Number::parse(text) {
            Ok(number) => {
                self.offset += length;
                Ok(number)
            }
            Err(NumberError::Syntax | NumberError::DivisionByZero) => Err(self.expected("a value")),
            Err(error) => Err(self.error(Problem::Number(error))),
        }
    }

    /// A string; the opening quote is next.
    fn string(&mut self) -> Result<Arc<str>, JsonError> {
        self.offset += 1;
        let mut string = String::new();
        loop {
            let rest = self.rest();
            let Some(stop) = rest.find(|c: char| c == '"' || c == '\\' || c < ' ') else {
                return Err(self.expected("a closing quote"));
            };
            let (plain, marker) = rest.split_at(stop);
            string.push_str(plain);
            let escape = marker.strip_prefix('\\').map(|escape| escape.chars().next());
            let ends = marker.starts_with('"');
            self.offset += stop;
            match escape {
                None if ends => {
                    self.offset += 1;
                    return Ok(string.into());
                }
                None => return Err(self.expected("no control character in a string")),
                Some(Some('u')) => {
                    self.offset += 2;
                    string.push(self.unicode_escape()?);
                }
                Some(escape) => {
                    string.push(match escape {
                        Some(c @ ('"' | '\\' | '/')) => c,
                        Some('b') => '\u{8}',
                        Some('f') => '\u{c}',
                        Some('n') => '\n',
                        Some('r') => '\r',
                        Some('t') => '\t',
                        _ => return Err(self.expected("an escape of JSON")),
                    });
                    self.offset += 2;
                }
            }
        }
    }

    /// What follows `\u`: four digits or, for a surrogate pair, two times four.
    fn unicode_escape(&mut self) -> Result<char, JsonError> {
        let unit = self.four_digits()?;
        let code = match unit {
            0xd800..=0xdbff => {
                if !self.rest().starts_with("\\u") {
                    return Err(self.expected("the other half of a surrogate pair"));
                }
                self.offset += 2;
                let low = self.four_digits()?;
                if !(0xdc00..=0xdfff).contains(&low) {
                    return Err(self.expected("the other half of a surrogate pair"));
                }
                0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00)
            }
            _ => unit,
        };
        char::from_u32(code).ok_or_else(|| self.expected("the first half of a surrogate pair"))
    }

    fn four_digits(&mut self) -> Result<u32, JsonError> {
        let digits = self.rest().get(..4).filter(|digits| digits.chars().all(|c| c.is_ascii_hexdigit()));
        match digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()) {
            Some(unit) => {
                self.offset += 4;
                Ok(unit)
            }
            None => Err(self.expected("four hexadecimal digits")),
        }
    }
}
