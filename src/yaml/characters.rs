//! Characters that YAML text may not hold.

/// The first character that may not stand in a text, and the byte it begins at.
///
/// Not allowed are control characters but tab and line breaks, noncharacters of the first plane (as
/// go-yaml has it), and those that readers of YAML 1.1 and 1.2 disagree on: U+0085, U+2028 and U+2029,
/// line breaks to one and text to the other, a carriage return without a line feed after it, and a byte
/// order mark after the start.
pub(super) fn first_forbidden(text: &str) -> Option<(usize, char)> {
    let is_plain_ascii = |byte: u8| matches!(byte, b' '..=b'~' | b'\n' | b'\t');
    if text.bytes().all(is_plain_ascii) {
        return None;
    }
    text.char_indices().find(|(at, c)| match c {
        ' '..='~' | '\n' | '\t' => false,
        '\r' => text.as_bytes().get(at + 1) != Some(&b'\n'),
        '\u{feff}' => *at != 0,
        '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}' => true,
        '\u{a0}'.. => false,
        _ => true,
    })
}
