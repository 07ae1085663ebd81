//! The characters that mark rendered text: which template line it comes from, and what was spliced in.
//!
//! They are noncharacters of Unicode, U+FDD0 to U+FDEF, which no text means anything by; templates and
//! values that hold one are refused, so taking them all out of rendered text gives the text itself.

use std::ops::RangeInclusive;

/// Every character that is set aside.
pub(super) const RESERVED: RangeInclusive<char> = '\u{fdd0}'..='\u{fdef}';
/// Begins the number of a line marker.
const LINE: char = '\u{fdd0}';
/// Before a spliced value.
pub(super) const OPEN: char = '\u{fdd1}';
/// After a spliced value.
pub(super) const CLOSE: char = '\u{fdd2}';
/// Before a number, or the inside of a quoted text: as harmless as the template's own text, and different from
/// rendering to rendering.
pub(super) const INERT: char = '\u{fdd3}';
/// After it.
pub(super) const INERT_END: char = '\u{fdd4}';
/// Before YAML that `to_yaml` made, where it is printed.
pub(super) const BLOCK: char = '\u{fdd7}';
/// After it.
pub(super) const BLOCK_END: char = '\u{fdd8}';
/// The first byte of each in UTF-8.
pub(super) const FIRST: u8 = 0xef;
/// How many bytes each has in UTF-8.
pub(super) const BYTES: usize = 3;
/// The first of sixteen digits.
const ZERO: u32 = 0xfde0;
/// Digits of a line marker. It has always that many, so that a marker cut in two can be told.
const DIGITS: u32 = 5;
/// How many line markers there can be: more than any set of templates has lines.
pub(super) const MAX_LINES: usize = 1 << (4 * DIGITS);

/// The marker of the line with this number.
pub(super) fn line(number: usize) -> String {
    let number = u32::try_from(number.min(MAX_LINES - 1)).unwrap_or(0);
    let digits = (0..DIGITS).rev().filter_map(|place| char::from_u32(ZERO + (number >> (4 * place) & 0xf)));
    std::iter::once(LINE).chain(digits).collect()
}

/// The number of the line marker that a text begins with, and the text after it.
fn number(text: &str) -> Option<(usize, &str)> {
    let mut chars = text.strip_prefix(LINE)?.chars();
    let mut number = 0;
    for _ in 0..DIGITS {
        let digit = u32::from(chars.next()?).checked_sub(ZERO).filter(|digit| *digit < 16)?;
        number = number << 4 | digit as usize;
    }
    Some((number, chars.as_str()))
}

/// The last byte of a reserved character in UTF-8.
pub(super) const fn last_byte(mark: char) -> u8 {
    0x80 | (mark as u32 & 0x3f) as u8
}

/// The reserved character that a text begins with.
pub(super) fn mark(text: &[u8]) -> Option<char> {
    // U+FDD0 is EF B7 90.
    match text {
        [FIRST, 0xb7, last @ 0x90..=0xaf, ..] => {
            char::from_u32(u32::from(*RESERVED.start()) + u32::from(last - 0x90))
        }
        _ => None,
    }
}

/// The text without any marker.
pub(super) fn clean(text: &str) -> String {
    text.chars().filter(|c| !RESERVED.contains(c)).collect()
}

/// The text without line markers.
pub(super) fn without_lines(text: &str) -> String {
    text.chars().filter(|c| !RESERVED.contains(c) || matches!(*c, OPEN | CLOSE)).collect()
}

/// The first reserved character of a text: its offset.
pub(super) fn find(text: &str) -> Option<usize> {
    // All of them begin with this byte in UTF-8; most texts have none.
    if !text.as_bytes().contains(&FIRST) {
        return None;
    }
    text.char_indices().find(|(_, c)| RESERVED.contains(c)).map(|(offset, _)| offset)
}

/// Something found in marked text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// The line with this number begins.
    Line(usize),
    /// A spliced value begins.
    Open,
    /// A spliced value ends.
    Close,
    /// A number or the inside of a quoted text begins.
    Inert,
    /// It ends.
    InertEnd,
    /// YAML made by `to_yaml` begins.
    Block,
    /// It ends.
    BlockEnd,
}

/// Takes the markers out of a text: what is left goes to `out`, each mark to `seen` with its offset there.
pub(super) fn strip(marked: &str, out: &mut String, mut seen: impl FnMut(Mark, usize)) {
    let mut rest = marked;
    while let Some(offset) = rest.as_bytes().iter().position(|byte| *byte == FIRST) {
        let (before, from) = rest.split_at(offset);
        out.push_str(before);
        if let Some((line, after)) = number(from) {
            seen(Mark::Line(line), out.len());
            rest = after;
            continue;
        }
        let mut chars = from.chars();
        match chars.next() {
            Some(OPEN) => seen(Mark::Open, out.len()),
            Some(CLOSE) => seen(Mark::Close, out.len()),
            Some(INERT) => seen(Mark::Inert, out.len()),
            Some(INERT_END) => seen(Mark::InertEnd, out.len()),
            Some(BLOCK) => seen(Mark::Block, out.len()),
            Some(BLOCK_END) => seen(Mark::BlockEnd, out.len()),
            Some(other) if !RESERVED.contains(&other) => out.push(other),
            // A digit of a line marker that a filter cut.
            Some(_) | None => {}
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_come_out_where_they_went_in() {
        let marked = format!("a{}b{OPEN}ü\u{fe0f}{CLOSE}{}", line(7), line(MAX_LINES - 1));
        let (mut out, mut seen) = (String::new(), Vec::new());
        strip(&marked, &mut out, |mark, offset| seen.push((mark, offset)));
        assert_eq!(out, "abü\u{fe0f}");
        assert_eq!(
            seen,
            [(Mark::Line(7), 1), (Mark::Open, 2), (Mark::Close, 7), (Mark::Line(MAX_LINES - 1), 7)]
        );
        assert_eq!(clean(&marked), out);
    }

    #[test]
    fn a_marker_cut_in_two_leaves_nothing_behind() {
        let marker = line(0x12345);
        for cut in 1..=DIGITS as usize {
            let end = marker.char_indices().nth(cut).unwrap().0;
            let mut out = String::new();
            strip(&format!("x{}y", &marker[..end]), &mut out, |_, _| panic!("no mark is whole"));
            assert_eq!(out, "xy");
        }
    }

    #[test]
    fn every_reserved_character_is_known_by_its_bytes() {
        for reserved in RESERVED {
            assert_eq!(mark(reserved.to_string().as_bytes()), Some(reserved));
            assert_eq!(reserved.to_string().bytes().last(), Some(last_byte(reserved)));
        }
        for other in ["", "a", "\u{fdcf}", "\u{fdf0}", "\u{feff}"] {
            assert_eq!(mark(other.as_bytes()), None);
        }
    }

    #[test]
    fn reserved_characters_are_found() {
        assert_eq!(find("a\u{fdef}"), Some(1));
        assert_eq!(find("a\u{fdf0}\u{feff}"), None);
    }
}
