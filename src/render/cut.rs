//! A marked text taken apart: what the template printed, and the values spliced in.

use memchr::{memchr, memchr2_iter};

use super::marker::{self, CLOSE, INERT, INERT_END, OPEN};

/// A marked text taken apart. Nothing of it was held to be UTF-8 but the values.
pub(super) struct Cut<'a> {
    /// The text with a mark in place of each value; its line markers are still in it.
    pub frame: Vec<u8>,
    /// The values in the order they stand.
    pub values: Vec<&'a str>,
}

impl<'a> Cut<'a> {
    /// Takes a text apart; `None` for one in which values lie within values.
    pub(super) fn of(marked: &'a [u8]) -> Option<Self> {
        let mut frame = Vec::with_capacity(marked.len());
        let mut values = Vec::new();
        let mut rest = marked;
        while let Some((opened, inside)) = open(rest) {
            let end = memchr(marker::FIRST, rest.get(inside..)?)?;
            let (value, after) = rest.get(inside..)?.split_at(end);
            match (opened, marker::mark(after)?) {
                (OPEN, CLOSE) | (INERT, INERT_END) => {}
                // A value within the value, or a character that begins with the same byte.
                _ => return None,
            }
            // The mark stays.
            frame.extend_from_slice(rest.get(..inside)?);
            values.push(str::from_utf8(value).ok()?);
            rest = after.get(marker::BYTES..)?;
        }
        frame.extend_from_slice(rest);
        Some(Self { frame, values })
    }
}

/// The first mark before a value, and where the value begins.
fn open(text: &[u8]) -> Option<(char, usize)> {
    // Line markers, which are many, have none of these bytes.
    let (open, inert) = const { (marker::last_byte(OPEN), marker::last_byte(INERT)) };
    memchr2_iter(open, inert, text).find_map(|last| {
        let end = last + 1;
        let mark = marker::mark(text.get(end.checked_sub(marker::BYTES)?..)?)?;
        matches!(mark, OPEN | INERT).then_some((mark, end))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_cut_out_and_their_marks_stay() {
        let marked = format!(
            "{}a: {OPEN}x{CLOSE}{}b: é\u{feff}{INERT}1{INERT_END}\u{2051}{}",
            marker::line(3),
            marker::line(0x12345),
            marker::line(9).chars().take(3).collect::<String>()
        );
        let cut = Cut::of(marked.as_bytes()).unwrap();
        assert_eq!(cut.values, ["x", "1"]);
        let frame = marked.replace(&format!("x{CLOSE}"), "").replace(&format!("1{INERT_END}"), "");
        assert_eq!(String::from_utf8(cut.frame).unwrap(), frame);
    }

    #[test]
    fn marks_that_do_not_belong_together_are_not_cut() {
        for marked in
            [format!("{OPEN}a{OPEN}b{CLOSE}{CLOSE}"), format!("{OPEN}a{INERT_END}"), format!("a{OPEN}b")]
        {
            assert!(Cut::of(marked.as_bytes()).is_none(), "{marked:?}");
        }
        assert!(Cut::of(b"").is_some() && Cut::of(b"a: b").is_some());
    }
}
