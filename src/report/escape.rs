//! Characters that could deceive a reader or drive a terminal, made visible.

use std::borrow::Cow;
use std::fmt::Write;

/// Whether a character must not reach a terminal as it is: C0, DEL and C1 controls, line and paragraph
/// separators, bidirectional controls, characters without width, and noncharacters.
///
/// After Unicode's UAX #9 (bidirectional controls) and the property `Default_Ignorable_Code_Point`, without
/// the variation selectors that emoji need and the joiner that scripts need beside letters.
fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fdd0}'..='\u{fdef}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
        || (c as u32) & 0xfffe == 0xfffe
}

/// The text with every deceptive character but the line break written out: `\t`, `\r`, `\x1b`, `\u{202e}`.
/// A backslash that stands there already is left alone: this is for reading, not for reading back.
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|c| c != '\n' && is_deceptive(c)) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\n' => shown.push('\n'),
            '\t' => shown.push_str("\\t"),
            '\r' => shown.push_str("\\r"),
            c if is_deceptive(c) => escape(&mut shown, c),
            c => shown.push(c),
        }
    }
    Cow::Owned(shown)
}

fn escape(into: &mut String, c: char) {
    let code = u32::from(c);
    let written = if code < 0x100 { write!(into, "\\x{code:02x}") } else { write!(into, "\\u{{{code:x}}}") };
    debug_assert!(written.is_ok(), "writing to a string cannot fail");
}

/// [`printable`] on one line: line breaks are written out too.
pub(super) fn one_line(text: &str) -> Cow<'_, str> {
    match printable(text) {
        shown if !shown.contains('\n') => shown,
        shown => Cow::Owned(shown.replace('\n', "\\n")),
    }
}

/// JSON text with every deceptive character written as `\uXXXX`, so that the value read back is the same.
/// Outside of strings JSON has no such character but the line break, which stays.
pub fn json_safe(json: String) -> String {
    if !json.chars().any(|c| c != '\n' && is_deceptive(c)) {
        return json;
    }
    let mut safe = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if c == '\n' || !is_deceptive(c) {
            safe.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            let written = write!(safe, "\\u{unit:04x}");
            debug_assert!(written.is_ok(), "writing to a string cannot fail");
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s07_terminal_escapes_are_neutralised() {
        for (found, shown) in [
            ("plain – text ✓ é 日本", "plain – text ✓ é 日本"),
            ("a\nb", "a\nb"),
            ("\u{1b}[31mred\u{1b}[0m", "\\x1b[31mred\\x1b[0m"),
            ("\u{1b}]8;;http://x\u{7}link", "\\x1b]8;;http://x\\x07link"),
            ("\u{9b}2J", "\\x9b2J"),
            ("a\rb\u{8}c\td\u{7f}\0", "a\\rb\\x08c\\td\\x7f\\x00"),
            ("user\u{202e}nimda", "user\\u{202e}nimda"),
            ("prod\u{200b}-a\u{feff}", "prod\\u{200b}-a\\u{feff}"),
            ("a\u{2028}b\u{85}c", "a\\u{2028}b\\x85c"),
            ("tag\u{e0041}\u{fffe}", "tag\\u{e0041}\\u{fffe}"),
        ] {
            assert_eq!(printable(found), shown);
        }
    }

    #[test]
    fn one_line_stays_one_line() {
        assert_eq!(one_line("a\nb"), "a\\nb");
        assert_eq!(one_line("ab"), "ab");
    }

    #[test]
    fn json_keeps_its_value() {
        let value = serde_json::json!({"k\u{202e}": "\u{1b}[0m \u{9b} \u{e0041} é\n"});
        let safe = json_safe(serde_json::to_string_pretty(&value).unwrap());
        assert!(!safe.chars().any(|c| c != '\n' && is_deceptive(c)), "{safe}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&safe).unwrap(), value);
    }
}
