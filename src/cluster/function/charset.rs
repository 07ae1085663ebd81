//! Text as the bytes of a character encoding, in base64.

use super::arguments::{Arguments, Failure, string};
use super::{Function, Reads};
use crate::cluster::eval::limit::Text;
use crate::cluster::value::Value;
use crate::object::{base64_decode, base64_encode};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("textdecodebase64", &["text", "encoding"], Reads::Everything, decode),
    Function::new("textencodebase64", &["text", "encoding"], Reads::Everything, encode),
];

enum Charset {
    Utf8,
    /// Big-endian, with a byte order mark (RFC 2781).
    Utf16,
    Utf16Be,
    Utf16Le,
    /// Latin-1.
    Iso8859,
}

/// The encoding that the second argument names, by its name with IANA.
fn charset(arguments: &Arguments) -> Result<Charset, Failure> {
    match arguments.text(1)?.to_ascii_uppercase().as_str() {
        "UTF-8" => Ok(Charset::Utf8),
        "UTF-16" => Ok(Charset::Utf16),
        "UTF-16BE" => Ok(Charset::Utf16Be),
        "UTF-16LE" => Ok(Charset::Utf16Le),
        "ISO-8859-1" | "LATIN1" => Ok(Charset::Iso8859),
        _ => Err(arguments
            .failure(1, "must be \"UTF-8\", \"UTF-16\", \"UTF-16BE\", \"UTF-16LE\" or \"ISO-8859-1\"")),
    }
}

fn encode(arguments: &Arguments) -> Result<Value, Failure> {
    let source = arguments.text(0)?;
    let big = || source.encode_utf16().flat_map(u16::to_be_bytes);
    let bytes: Vec<u8> = match charset(arguments)? {
        Charset::Utf8 => source.as_bytes().to_vec(),
        Charset::Utf16 => [0xfe, 0xff].into_iter().chain(big()).collect(),
        Charset::Utf16Be => big().collect(),
        Charset::Utf16Le => source.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        Charset::Iso8859 => {
            let bytes: Result<_, _> = source.chars().map(|c| u8::try_from(u32::from(c))).collect();
            bytes.map_err(|_| arguments.failure(0, "must have only characters of ISO-8859-1"))?
        }
    };
    let mut text = Text::default();
    text.push(&base64_encode(&bytes))?;
    string(text.into_string())
}

fn decode(arguments: &Arguments) -> Result<Value, Failure> {
    let bytes = base64_decode(&arguments.text(0)?)
        .ok_or_else(|| arguments.failure(0, "must be base64, with its padding"))?;
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let (pairs, rest) = bytes.as_chunks();
        let units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
        String::from_utf16(&units).ok().filter(|_| rest.is_empty())
    };
    let decoded = match (charset(arguments)?, bytes.as_slice()) {
        (Charset::Utf8, _) => String::from_utf8(bytes).ok(),
        (Charset::Utf16, [0xff, 0xfe, bytes @ ..]) | (Charset::Utf16Le, bytes) => {
            wide(bytes, u16::from_le_bytes)
        }
        (Charset::Utf16, [0xfe, 0xff, bytes @ ..]) | (Charset::Utf16 | Charset::Utf16Be, bytes) => {
            wide(bytes, u16::from_be_bytes)
        }
        (Charset::Iso8859, bytes) => Some(bytes.iter().copied().map(char::from).collect()),
    };
    let text = decoded.ok_or_else(|| arguments.failure(0, "must decode to text of the encoding"))?;
    let mut limited = Text::default();
    limited.push(&text)?;
    string(limited.into_string())
}
