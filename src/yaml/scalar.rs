//! How a string is written.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::plain::is_plain_string;

/// The string between double quotes, on one line, escaped so that it is read back as it is.
pub fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    write_quoted(&mut out, text);
    out
}

/// The string as a scalar on one line that stands anywhere, between `[` and `]` too: without quotes where
/// it is read back as that very string, else as [`quote`] writes it.
pub fn scalar(text: &str) -> Cow<'_, str> {
    let in_flow = !text.contains([',', '[', ']', '{', '}', '?']);
    if in_flow && can_stand_plain(text) { Cow::Borrowed(text) } else { Cow::Owned(quote(text)) }
}

/// Which bytes mean nothing to YAML inside of a scalar that begins with a letter.
const IS_INERT: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte: u8 = 0;
    while byte < 128 {
        table[byte as usize] =
            byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'/' | b':');
        byte += 1;
    }
    table
};

/// Whether the string can stand without quotes as a value or a key in a block.
pub(super) fn can_stand_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return false };
    // Letters first, and longer than `false`: no word or number of YAML is like that.
    let is_no_word = first.is_ascii_alphabetic() && bytes.len() > 5;
    if is_no_word && *last != b':' && bytes.iter().all(|byte| IS_INERT[usize::from(*byte)]) {
        return true;
    }
    if bytes.iter().all(u8::is_ascii_alphabetic) {
        return is_plain_string(text);
    }
    if matches!(
        first,
        b' ' | b'?'
            | b':'
            | b','
            | b'['
            | b']'
            | b'{'
            | b'}'
            | b'#'
            | b'&'
            | b'*'
            | b'!'
            | b'|'
            | b'>'
            | b'\''
            | b'"'
            | b'%'
            | b'@'
            | b'`'
    ) || matches!(last, b' ' | b':')
    {
        return false;
    }
    if *first == b'-' && matches!(bytes.get(1), None | Some(b' ' | b',' | b'[' | b']' | b'{' | b'}')) {
        return false;
    }
    // The marks between documents.
    if bytes.starts_with(b"---") || bytes.starts_with(b"...") {
        return false;
    }
    let ends_a_scalar = |pair: &[u8]| matches!(pair, [b':', b' '] | [b' ', b'#']);
    if bytes.windows(2).any(ends_a_scalar) || !is_printable(text) {
        return false;
    }
    is_no_word || is_plain_string(text)
}

/// Whether the string can be written as a literal block (`|`).
///
/// Not if its first line with anything in it begins with a blank, which would need an indentation
/// indicator (and a tab there is refused by go-yaml), nor if a line ends with a blank, which no reviewer
/// sees.
pub(super) fn can_stand_literal(text: &str) -> bool {
    let mut begun = false;
    for line in text.split('\n') {
        if line.is_empty() {
            continue;
        }
        if !begun && line.starts_with([' ', '\t']) || line.ends_with([' ', '\t']) {
            return false;
        }
        begun = true;
        if !is_printable_with_tabs(line) {
            return false;
        }
    }
    begun
}

fn is_printable(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
        || text.chars().all(|c| matches!(c, ' '..='~') || is_shown_as_it_is(c))
}

fn is_printable_with_tabs(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\t'))
        || text.chars().all(|c| matches!(c, ' '..='~' | '\t') || is_shown_as_it_is(c))
}

/// Whether a character outside of ASCII may stand in YAML as it is, and is seen by who reads it: no C1,
/// line or paragraph separator, byte order mark or noncharacter, and none of the invisible marks that hide
/// or reorder text.
fn is_shown_as_it_is(c: char) -> bool {
    matches!(c, '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}' | '\u{10000}'..)
        && !matches!(
            c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}'
        )
        && u32::from(c) & 0xfffe != 0xfffe
}

/// Writes the string between double quotes.
pub(super) fn write_quoted(out: &mut String, text: &str) {
    out.push('"');
    let mut written = 0;
    for (at, c) in text.char_indices() {
        if matches!(c, ' ' | '!' | '#'..='[' | ']'..='~') || is_shown_as_it_is(c) {
            continue;
        }
        out.push_str(text.get(written..at).unwrap_or_default());
        written = at + c.len_utf8();
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            _ => escape(out, c),
        }
    }
    out.push_str(text.get(written..).unwrap_or_default());
    out.push('"');
}

fn escape(out: &mut String, c: char) {
    let code = u32::from(c);
    let written = match code {
        0..=0xff => write!(out, "\\x{code:02X}"),
        0x100..=0xffff => write!(out, "\\u{code:04X}"),
        _ => write!(out, "\\U{code:08X}"),
    };
    debug_assert!(written.is_ok(), "a String takes every text");
}
