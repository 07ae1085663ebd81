//! JSON, base64 and URLs.

use super::arguments::{Arguments, Failure, string};
use super::{Function, Reads, json};
use crate::cluster::eval::limit::Text;
use crate::cluster::value::Value;
use crate::object::{base64_decode, base64_encode};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("base64decode", &["text"], Reads::Everything, base64decode),
    Function::new("base64encode", &["text"], Reads::Everything, base64encode),
    Function::new("jsondecode", &["text"], Reads::Everything, jsondecode),
    Function::new("jsonencode", &["value"], Reads::Everything, jsonencode),
    Function::new("urlencode", &["text"], Reads::Everything, urlencode),
];

fn base64encode(arguments: &Arguments) -> Result<Value, Failure> {
    let source = arguments.text(0)?;
    let mut text = Text::default();
    text.push(&base64_encode(source.as_bytes()))?;
    string(text.into_string())
}

/// The text behind base64 with padding. What is not UTF-8 is an error: a value is text.
fn base64decode(arguments: &Arguments) -> Result<Value, Failure> {
    let source = arguments.text(0)?;
    let bytes =
        base64_decode(&source).ok_or_else(|| arguments.failure(0, "must be base64, with its padding"))?;
    let text = String::from_utf8(bytes).map_err(|_| arguments.failure(0, "must decode to UTF-8 text"))?;
    string(text)
}

fn jsonencode(arguments: &Arguments) -> Result<Value, Failure> {
    string(json::encode(arguments.any(0)?)?)
}

fn jsondecode(arguments: &Arguments) -> Result<Value, Failure> {
    let source = arguments.text(0)?;
    json::decode(&source).map_err(|problem| arguments.failure(0, &format!("must be JSON: {problem}")))
}

/// The text as a part of a query: `+` for a space, `%` and two digits for each byte that may not stand there.
fn urlencode(arguments: &Arguments) -> Result<Value, Failure> {
    let mut text = Text::default();
    for byte in arguments.text(0)?.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                text.push_char(char::from(byte))?;
            }
            b' ' => text.push("+")?,
            _ => text.push(&format!("%{byte:02X}"))?,
        }
    }
    string(text.into_string())
}
