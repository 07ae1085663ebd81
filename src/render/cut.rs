//! A marked text taken apart: what the template printed, and the values spliced in.

use memchr::memchr;

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
        while let Some((opened, before, from)) = split(rest) {
            let (closed, value, after) = split(from)?;
            if !matches!((opened, closed), (OPEN, CLOSE) | (INERT, INERT_END)) {
                return None;
            }
            // The mark stays.
            frame.extend_from_slice(rest.get(..before.len() + marker::BYTES)?);
            values.push(str::from_utf8(value).ok()?);
            rest = after;
        }
        frame.extend_from_slice(rest);
        Some(Self { frame, values })
    }
}

/// The first mark of a value in a text, what stands before it, and what after.
fn split(text: &[u8]) -> Option<(char, &[u8], &[u8])> {
    let mut at = 0;
    loop {
        let from = text.get(at..)?;
        match marker::mark(from) {
            Some(mark @ (OPEN | CLOSE | INERT | INERT_END)) => {
                let (before, from) = text.split_at(at);
                return Some((mark, before, from.get(marker::BYTES..)?));
            }
            // Digits of a line marker stand side by side.
            Some(_) => at += marker::BYTES,
            None => at += 1 + memchr(marker::FIRST, from.get(1..)?)?,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_cut_out_and_their_marks_stay() {
        let marked = format!(
            "{}a: {OPEN}x{CLOSE}{}b: é\u{feff}{INERT}1{INERT_END}{}",
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
        for marked in [
            format!("{OPEN}a{OPEN}b{CLOSE}{CLOSE}"),
            format!("{OPEN}a{INERT_END}"),
            format!("a{CLOSE}"),
            format!("a{OPEN}b"),
        ] {
            assert!(Cut::of(marked.as_bytes()).is_none(), "{marked:?}");
        }
        assert!(Cut::of(b"").is_some() && Cut::of(b"a: b").is_some());
    }
}
