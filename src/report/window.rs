//! The lines around the labels of one file, safe to print.

use std::ops::Range;

use super::escape::printable;

/// The longest line that is shown whole, in characters. Of a longer one the part around its first label.
const LONGEST_LINE: usize = 240;

/// How many characters before its label a line that is cut begins.
const BEFORE_LABEL: usize = 60;

/// How many lines may stand between two marks of one window. `annotate-snippets` leaves them out, but reads
/// them first.
const NEAR: usize = 50;

/// A range of the text and what to say there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    /// Bytes of the text.
    pub range: Range<usize>,
    /// May be empty.
    pub label: String,
    /// Whether it is the primary one.
    pub primary: bool,
}

/// Whole lines of a file, escaped, and the marks in them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Window {
    /// The lines, without deceptive characters.
    pub text: String,
    /// The number of the first one, from 1.
    pub first_line: usize,
    /// The marks, as ranges of `text`, in the order given.
    pub marks: Vec<Mark>,
}

/// The windows that show all marks, that of the primary one first: marks far from one another have one each.
pub(super) fn windows(text: &str, marks: Vec<Mark>) -> Vec<Window> {
    let far = |from: usize, to: usize| {
        let between = text.as_bytes().get(from..to).unwrap_or_default();
        between.iter().filter(|byte| **byte == b'\n').nth(NEAR).is_some()
    };
    let mut sorted = marks;
    sorted.sort_by_key(|mark| mark.range.start);
    let mut groups: Vec<Vec<Mark>> = Vec::new();
    for mark in sorted {
        match groups.last_mut() {
            Some(group) if group.last().is_some_and(|last| !far(last.range.start, mark.range.start)) => {
                group.push(mark);
            }
            _ => groups.push(vec![mark]),
        }
    }
    groups.sort_by_key(|group| !group.iter().any(|mark| mark.primary));
    groups.iter().map(|group| window(text, group)).collect()
}

/// The lines of `text` from the first mark to the last. A mark over several lines is cut at the end of its
/// first: what matters is where it begins. Ranges past the end, or inside a character, are moved into it.
fn window(text: &str, marks: &[Mark]) -> Window {
    let boundary = |offset: usize| {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    };
    let marks: Vec<Mark> = marks
        .iter()
        .map(|mark| {
            let start = boundary(mark.range.start);
            Mark { range: start..boundary(mark.range.end).max(start), ..mark.clone() }
        })
        .collect();
    let first = marks.iter().map(|mark| mark.range.start).min().unwrap_or(0);
    let last = marks.iter().map(|mark| mark.range.start).max().unwrap_or(0);
    let mut start = text[..first].rfind('\n').map_or(0, |at| at + 1);
    let first_line = text[..start].bytes().filter(|byte| *byte == b'\n').count() + 1;

    let mut shown = String::new();
    let mut placed: Vec<(usize, Mark)> = Vec::new();
    loop {
        let end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let on_this_line = marks
            .iter()
            .enumerate()
            .filter(|(_, mark)| (start..=end).contains(&mark.range.start))
            .collect::<Vec<_>>();
        let line = Line::cut(text, start..end, on_this_line.iter().map(|(_, mark)| mark.range.start).min());
        let base = shown.len();
        for (index, mark) in on_this_line {
            let range = base + line.place(mark.range.start)..base + line.place(mark.range.end.min(end));
            placed.push((index, Mark { range, ..mark.clone() }));
        }
        shown.push_str(&line.shown());
        if end >= last {
            break;
        }
        shown.push('\n');
        start = end + 1;
    }
    placed.sort_by_key(|(index, _)| *index);
    Window { text: shown, first_line, marks: placed.into_iter().map(|(_, mark)| mark).collect() }
}

/// One line, or the part of it that is shown.
struct Line<'a> {
    text: &'a str,
    shown: Range<usize>,
    cut_before: bool,
    cut_after: bool,
}

impl<'a> Line<'a> {
    fn cut(text: &'a str, line: Range<usize>, label: Option<usize>) -> Self {
        let whole = text[line.clone()].strip_suffix('\r').unwrap_or(&text[line.clone()]);
        let end = line.start + whole.len();
        if whole.chars().nth(LONGEST_LINE).is_none() {
            return Self { text, shown: line.start..end, cut_before: false, cut_after: false };
        }
        let before = &text[line.start..label.unwrap_or(line.start).min(end)];
        let from =
            before.char_indices().rev().nth(BEFORE_LABEL - 1).map_or(line.start, |(at, _)| line.start + at);
        let to = text[from..end].char_indices().nth(LONGEST_LINE).map_or(end, |(at, _)| from + at);
        Self { text, shown: from..to, cut_before: from > line.start, cut_after: to < end }
    }

    fn shown(&self) -> String {
        let (before, after) = (if self.cut_before { "…" } else { "" }, if self.cut_after { "…" } else { "" });
        format!("{before}{}{after}", escaped(&self.text[self.shown.clone()]))
    }

    /// Where a byte of the text stands in what is shown.
    fn place(&self, at: usize) -> usize {
        let dots = if self.cut_before { "…".len() } else { 0 };
        let at = at.clamp(self.shown.start, self.shown.end);
        dots + escaped(&self.text[self.shown.start..at]).len()
    }
}

/// Tabs as four blanks, everything else that is not seen written out.
fn escaped(text: &str) -> String {
    printable(&text.replace('\t', "    ")).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(start: usize, end: usize) -> Mark {
        Mark { range: start..end, label: String::new(), primary: true }
    }

    fn shown(text: &str, ranges: &[(usize, usize)]) -> (String, usize, Vec<String>) {
        let marks: Vec<Mark> = ranges.iter().map(|(start, end)| mark(*start, *end)).collect();
        let window = window(text, &marks);
        let under = window.marks.iter().map(|mark| window.text[mark.range.clone()].to_owned()).collect();
        (window.text, window.first_line, under)
    }

    #[test]
    fn marks_that_are_far_apart_have_a_window_each() {
        let text = "x\n".repeat(200);
        let lines = |starts: [usize; 3]| {
            let mut marks: Vec<Mark> = starts.iter().map(|line| mark((line - 1) * 2, line * 2 - 1)).collect();
            marks[1].primary = false;
            marks[2].primary = false;
            let shown = windows(&text, marks);
            shown.iter().map(|one| (one.first_line, one.text.lines().count())).collect::<Vec<_>>()
        };
        assert_eq!(lines([110, 1, 51]), [(110, 1), (1, 51)]);
        assert_eq!(lines([1, 51, 102]), [(1, 51), (102, 1)]);
        assert_eq!(lines([1, 52, 102]), [(1, 1), (52, 51)]);
    }

    #[test]
    fn only_the_lines_between_the_marks_are_taken() {
        let (text, line, under) = shown("one\ntwo\nthree\nfour\n", &[(14, 18), (4, 7)]);
        assert_eq!((text.as_str(), line), ("two\nthree\nfour", 2));
        assert_eq!(under, ["four", "two"]);
    }

    #[test]
    fn marks_hold_over_escapes_and_are_cut_at_the_line() {
        assert_eq!(shown("\u{1b}\tkey = 1\r\nnext", &[(2, 20)]).0, "\\x1b    key = 1");
        assert_eq!(shown("\u{1b}\tkey = 1\r\nnext", &[(2, 20)]).2, ["key = 1"]);
    }

    #[test]
    fn no_range_is_out_of_reach() {
        for range in [(0, 0), (5, 5), (6, 6), (99, 100), (4, 5), (5, 2)] {
            shown("abé\n", &[range]);
            shown("", &[range]);
        }
        assert_eq!(shown("ab\n", &[(3, 3)]), (String::new(), 2, vec![String::new()]));
    }

    #[test]
    fn a_long_line_is_cut_around_its_first_mark() {
        let text = format!("{}here{}", "a".repeat(1000), "é".repeat(1000));
        let (shown, _, under) = shown(&text, &[(1000, 1004)]);
        assert_eq!(shown, format!("…{}here{}…", "a".repeat(60), "é".repeat(176)));
        assert_eq!(under, ["here"]);
    }
}
