//! JSON read with exact numbers, places, and no tolerance (RFC 8259).

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use crate::cluster::{Kind, Number, NumberError, Value};
use crate::diagnostic::{FileId, Span};

/// The most objects and lists that stand in one another.
pub const MAX_DEPTH: usize = 64;

/// Why a text is not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct Error {
    /// What is wrong.
    pub kind: ErrorKind,
    /// The bytes at fault; empty at the end of the text.
    pub at: Range<usize>,
    /// The first of two members of one name.
    pub first: Option<Range<usize>>,
}

/// What is wrong with it. No message repeats more than one character of the text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ErrorKind {
    /// Something else has to stand there.
    #[error("expected {expected}, found {}", shown(*.found))]
    Expected {
        /// What may stand there.
        expected: &'static str,
        /// What does; `None` at the end.
        found: Option<char>,
    },
    /// Two members of one name.
    #[error("an object has two members of the same name")]
    Duplicate,
    /// Deeper than [`MAX_DEPTH`].
    #[error("nested deeper than {MAX_DEPTH} levels")]
    Depth,
    /// A number that is not kept exactly.
    #[error("a number {0}")]
    Number(NumberError),
    /// Half of a surrogate pair.
    #[error("half of a surrogate pair, which no text can hold")]
    Surrogate,
}

fn shown(found: Option<char>) -> String {
    match found {
        None => "the end".to_owned(),
        // Between backticks a quote needs no escape.
        Some(quote @ ('"' | '\'')) => format!("`{quote}`"),
        Some(c) => format!("`{}`", c.escape_debug()),
    }
}

/// The one value that a text holds.
///
/// # Errors
/// The first thing that is not JSON, a member named twice, or a number out of range.
pub fn parse(text: &str, file: FileId) -> Result<Value, Error> {
    let mut reader = Reader { text, at: 0, file };
    reader.blanks();
    let value = reader.value(0)?;
    reader.blanks();
    match reader.peek() {
        None => Ok(value),
        Some(_) => Err(reader.expected("the end after the first value")),
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    file: FileId,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
    }

    fn take(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        self.at += if found { token.len() } else { 0 };
        found
    }

    fn error(&self, kind: ErrorKind, at: Range<usize>) -> Error {
        Error { kind, at, first: None }
    }

    fn expected(&self, expected: &'static str) -> Error {
        let found = self.peek();
        let end = self.at + found.map_or(0, char::len_utf8);
        self.error(ErrorKind::Expected { expected, found }, self.at..end)
    }

    fn value(&mut self, depth: usize) -> Result<Value, Error> {
        let start = self.at;
        let kind = match self.peek() {
            Some('{') => self.object(depth)?,
            Some('[') => self.list(depth)?,
            Some('"') => Kind::String(Arc::from(self.string()?)),
            Some('-' | '0'..='9') => Kind::Number(self.number()?),
            _ if self.take("true") => Kind::Bool(true),
            _ if self.take("false") => Kind::Bool(false),
            _ if self.take("null") => Kind::Null,
            _ => return Err(self.expected("a value")),
        };
        Ok(Value::new(kind).at(Span::new(self.file, start..self.at)))
    }

    /// The level below, past the bracket that opens it.
    fn deeper(&mut self, depth: usize) -> Result<usize, Error> {
        if depth >= MAX_DEPTH {
            return Err(self.error(ErrorKind::Depth, self.at..self.at + 1));
        }
        self.at += 1;
        self.blanks();
        Ok(depth + 1)
    }

    fn list(&mut self, depth: usize) -> Result<Kind, Error> {
        let depth = self.deeper(depth)?;
        let mut items = Vec::new();
        if !self.take("]") {
            loop {
                self.blanks();
                items.push(self.value(depth)?);
                self.blanks();
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

    fn object(&mut self, depth: usize) -> Result<Kind, Error> {
        let depth = self.deeper(depth)?;
        let mut members: BTreeMap<Arc<str>, Value> = BTreeMap::new();
        let mut places: BTreeMap<Arc<str>, Range<usize>> = BTreeMap::new();
        if !self.take("}") {
            loop {
                self.blanks();
                if self.peek() != Some('"') {
                    return Err(self.expected("the name of a member, in double quotes"));
                }
                let start = self.at;
                let name: Arc<str> = Arc::from(self.string()?);
                let place = start..self.at;
                if let Some(first) = places.insert(name.clone(), place.clone()) {
                    return Err(Error { kind: ErrorKind::Duplicate, at: place, first: Some(first) });
                }
                self.blanks();
                if !self.take(":") {
                    return Err(self.expected("`:`"));
                }
                self.blanks();
                members.insert(name, self.value(depth)?);
                self.blanks();
                if self.take("}") {
                    break;
                }
                if !self.take(",") {
                    return Err(self.expected("`,` or `}`"));
                }
            }
        }
        Ok(Kind::Map(Arc::new(members)))
    }

    fn number(&mut self) -> Result<Number, Error> {
        let start = self.at;
        self.take("-");
        if !self.take("0") {
            self.digits()?;
        }
        if self.take(".") {
            self.digits()?;
        }
        if self.take("e") || self.take("E") {
            if !self.take("+") {
                self.take("-");
            }
            self.digits()?;
        }
        let text = &self.text[start..self.at];
        Number::parse(text).map_err(|error| self.error(ErrorKind::Number(error), start..self.at))
    }

    fn digits(&mut self) -> Result<(), Error> {
        let rest = self.rest();
        let count = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        self.at += count;
        if count == 0 { Err(self.expected("a digit")) } else { Ok(()) }
    }

    fn string(&mut self) -> Result<String, Error> {
        self.at += 1;
        let mut text = String::new();
        loop {
            let plain = self.rest();
            let plain =
                &plain[..plain.find(|c: char| c == '"' || c == '\\' || c < ' ').unwrap_or(plain.len())];
            text.push_str(plain);
            self.at += plain.len();
            if self.take("\"") {
                return Ok(text);
            }
            if !self.take("\\") {
                return Err(self.expected("`\"` at the end of the string"));
            }
            text.push(self.escape()?);
        }
    }

    fn escape(&mut self) -> Result<char, Error> {
        const PLAIN: [(&str, char); 8] = [
            ("\"", '"'),
            ("\\", '\\'),
            ("/", '/'),
            ("b", '\u{8}'),
            ("f", '\u{c}'),
            ("n", '\n'),
            ("r", '\r'),
            ("t", '\t'),
        ];
        if let Some((_, c)) = PLAIN.iter().find(|(token, _)| self.take(token)) {
            return Ok(*c);
        }
        let start = self.at.saturating_sub(1);
        if !self.take("u") {
            return Err(self.expected("an escape that JSON knows"));
        }
        let first = self.hex()?;
        let mut units = vec![first];
        if (0xd800..0xdc00).contains(&first) && self.take("\\u") {
            units.push(self.hex()?);
        }
        let mut decoded = char::decode_utf16(units);
        match (decoded.next(), decoded.next()) {
            (Some(Ok(c)), None) => Ok(c),
            _ => Err(self.error(ErrorKind::Surrogate, start..self.at)),
        }
    }

    fn hex(&mut self) -> Result<u16, Error> {
        let mut code = 0;
        for _ in 0..4 {
            let Some(digit) = self.peek().and_then(|c| c.to_digit(16)) else {
                return Err(self.expected("four hexadecimal digits"));
            };
            code = code * 16 + digit;
            self.at += 1;
        }
        Ok(u16::try_from(code).unwrap_or(u16::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::SourceMap;

    fn read(text: &str) -> Result<String, String> {
        fn write(value: &Value) -> String {
            match &value.kind {
                Kind::List(items) => format!("[{}]", items.iter().map(write).collect::<Vec<_>>().join(",")),
                Kind::Map(members) => {
                    let members: Vec<_> =
                        members.iter().map(|(name, value)| format!("{name}:{}", write(value))).collect();
                    format!("{{{}}}", members.join(","))
                }
                _ => value.shown(),
            }
        }
        let file = SourceMap::default().add("", "");
        parse(text, file)
            .map(|value| write(&value))
            .map_err(|error| format!("{}..{} {error}", error.at.start, error.at.end))
    }

    #[test]
    fn values_are_read_exactly() {
        for (text, value) in [
            (" {\"b\": [1, -0.50, 1e3, true, null], \"a\": {}} ", "{a:{},b:[1,-0.50,1000,true,null]}"),
            ("[]", "[]"),
            (r#""\u00e9\ud83d\ude00\n\/""#, r#""é😀\n/""#),
            ("9223372036854775807", "9223372036854775807"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(value));
        }
    }

    #[test]
    fn b70_what_is_not_json_is_refused_with_its_place() {
        for (text, error) in [
            ("", "0..0 expected a value, found the end"),
            ("{} {}", "3..4 expected the end after the first value, found `{`"),
            ("{}x", "2..3 expected the end after the first value, found `x`"),
            ("{\"a\":1,\"a\":2}", "7..10 an object has two members of the same name"),
            ("{\"a\":NaN}", "5..6 expected a value, found `N`"),
            ("{1:2}", "1..2 expected the name of a member, in double quotes, found `1`"),
            ("[1,]", "3..4 expected a value, found `]`"),
            ("[01]", "2..3 expected `,` or `]`, found `1`"),
            ("[1.]", "3..4 expected a digit, found `]`"),
            ("9223372036854775808", "0..19 a number outside of −9223372036854775808 to 9223372036854775807"),
            ("\"a\nb\"", "2..3 expected `\"` at the end of the string, found `\\n`"),
            ("\"\\x\"", "2..3 expected an escape that JSON knows, found `x`"),
            ("\"\\ud800\"", "1..7 half of a surrogate pair, which no text can hold"),
            ("\"\\ud800\\u0041\"", "1..13 half of a surrogate pair, which no text can hold"),
            ("\"\\u12é\"", "5..7 expected four hexadecimal digits, found `é`"),
            ("{\"a\" 1}", "5..6 expected `:`, found `1`"),
            ("\"é", "3..3 expected `\"` at the end of the string, found the end"),
        ] {
            assert_eq!(read(text), Err(error.to_owned()), "{text}");
        }
    }

    #[test]
    fn b70_depth_has_a_limit() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(read(&nested(MAX_DEPTH - 1)).is_ok());
        assert!(read(&nested(MAX_DEPTH)).is_ok());
        assert_eq!(read(&nested(MAX_DEPTH + 1)), Err("64..65 nested deeper than 64 levels".to_owned()));
        assert!(read(&nested(100_000)).is_err());
    }
}
