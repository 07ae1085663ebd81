//! JSON and base64.

use super::arguments::{Arguments, Failure, string};
use super::{Function, Reads, json};
use crate::cluster::eval::limit::Text;
use crate::cluster::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("base64decode", &["text"], Reads::Everything, base64decode),
    Function::new("base64encode", &["text"], Reads::Everything, base64encode),
    Function::new("jsondecode", &["text"], Reads::Everything, jsondecode),
    Function::new("jsonencode", &["value"], Reads::Everything, jsonencode),
];

/// The standard alphabet of RFC 4648, section 4.
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn base64encode(arguments: &Arguments) -> Result<Value, Failure> {
    let source = arguments.text(0)?;
    let mut text = Text::default();
    for chunk in source.as_bytes().chunks(3) {
        let bits =
            chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let sextet = (bits >> (18 - 6 * place)) & 0x3f;
            let digit = ALPHABET.get(sextet as usize).map_or('=', |digit| char::from(*digit));
            text.push_char(if place > chunk.len() { '=' } else { digit })?;
        }
    }
    string(text.into_string())
}

/// The text behind base64 with padding. What is not UTF-8 is an error: a value is text.
fn base64decode(arguments: &Arguments) -> Result<Value, Failure> {
    let source = arguments.text(0)?;
    let bytes =
        base64_bytes(&source).ok_or_else(|| arguments.failure(0, "must be base64, with its padding"))?;
    let text = String::from_utf8(bytes).map_err(|_| arguments.failure(0, "must decode to UTF-8 text"))?;
    string(text)
}

fn base64_bytes(source: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(source.len() / 4 * 3);
    if !source.len().is_multiple_of(4) {
        return None;
    }
    let mut chunks = source.as_bytes().chunks(4).peekable();
    while let Some(chunk) = chunks.next() {
        let padding = chunk.iter().rev().take_while(|byte| **byte == b'=').count();
        if padding > 2 || (padding > 0 && chunks.peek().is_some()) {
            return None;
        }
        let mut bits = 0_u32;
        for byte in chunk.iter().take(4 - padding) {
            let sextet = ALPHABET.iter().position(|digit| digit == byte)?;
            bits = bits << 6 | u32::try_from(sextet).ok()?;
        }
        bits <<= 6 * padding;
        let [_, decoded @ ..] = bits.to_be_bytes();
        let (kept, dropped) = decoded.split_at(3 - padding);
        // Bits that no byte has must be zero, or two texts would decode to the same bytes.
        if dropped.iter().any(|byte| *byte != 0) {
            return None;
        }
        bytes.extend_from_slice(kept);
    }
    Some(bytes)
}

fn jsonencode(arguments: &Arguments) -> Result<Value, Failure> {
    string(json::encode(arguments.any(0)?)?)
}

fn jsondecode(arguments: &Arguments) -> Result<Value, Failure> {
    let source = arguments.text(0)?;
    json::decode(&source).map_err(|problem| arguments.failure(0, &format!("must be JSON: {problem}")))
}
