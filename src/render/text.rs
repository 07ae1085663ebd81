//! Rendered text, the template lines it comes from, and the values spliced into it.

use std::ops::Range;

use super::marker::{self, Mark};
use crate::diagnostic::{Excerpt, Span};

/// Rendered text without its markers, and what they said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Text {
    /// The text itself.
    pub text: String,
    /// The bytes of each spliced string.
    pub splices: Vec<Range<usize>>,
    /// The bytes of each number and of the inside of each quoted text.
    pub inert: Vec<Range<usize>>,
    /// The bytes of each map or list that `to_yaml` wrote over several lines.
    pub blocks: Vec<Range<usize>>,
    /// Where a template line begins in the text, ascending.
    lines: Vec<(usize, Span)>,
}

impl Text {
    /// Takes the markers out. `line` tells the place that a line marker stands for.
    pub(super) fn of(marked: &str, line: impl Fn(usize) -> Option<Span>) -> Self {
        let mut found = Self { text: String::with_capacity(marked.len()), ..Self::default() };
        let (mut lines, mut splices, mut blocks, mut inert) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (mut open, mut block, mut plain): (Vec<usize>, Option<usize>, Option<usize>) =
            (Vec::new(), None, None);
        marker::strip(marked, &mut found.text, |mark, offset| match mark {
            Mark::Line(number) => lines.extend(line(number).map(|span| (offset, span))),
            Mark::Open => open.push(offset),
            Mark::Close => splices.extend(open.pop().map(|start| start..offset)),
            Mark::Inert => plain = Some(offset),
            Mark::InertEnd => inert.extend(plain.take().map(|start| start..offset)),
            Mark::Block => block = Some(offset),
            Mark::BlockEnd => blocks.extend(block.take().map(|start| start..offset)),
        });
        Self { splices, inert, blocks, lines, ..found }
    }

    /// Text of a plain file: every line is its own.
    pub(super) fn plain(text: &str, file: crate::diagnostic::FileId) -> Self {
        let mut offset = 0;
        let mut lines = Vec::new();
        for line in text.split_inclusive('\n') {
            let start = offset + (line.len() - line.trim_start().len()).min(line.len());
            let end = offset + line.trim_end().len();
            if end > start {
                lines.push((offset, Span::new(file, start..end)));
            }
            offset += line.len();
        }
        Self { text: text.to_owned(), lines, ..Self::default() }
    }

    /// The template line that the byte at `offset` comes from: the last one that began at or before it,
    /// or on its line the first one.
    pub(super) fn origin(&self, offset: usize) -> Option<Span> {
        let next = self.lines.partition_point(|(start, _)| *start <= offset);
        let before = next.checked_sub(1).and_then(|index| self.lines.get(index));
        let line_start = self.line_start(offset);
        match before {
            Some((start, span)) if *start >= line_start => Some(*span),
            _ => {
                let line_end = self.line_end(offset);
                let after = self.lines.get(next).filter(|(start, _)| *start <= line_end);
                after.or(before).map(|(_, span)| *span)
            }
        }
    }

    /// The template line that was written last.
    pub(super) fn last_line(&self) -> Option<Span> {
        self.lines.last().map(|(_, span)| *span)
    }

    /// The text of a line, counted from 1.
    pub(super) fn line(&self, number: usize) -> Option<&str> {
        self.text.split('\n').nth(number.checked_sub(1)?)
    }

    fn line_start(&self, offset: usize) -> usize {
        let bytes = self.text.as_bytes();
        let before = bytes.get(..offset.min(bytes.len())).unwrap_or(&[]);
        before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1)
    }

    fn line_end(&self, offset: usize) -> usize {
        let bytes = self.text.as_bytes();
        let offset = offset.min(bytes.len());
        let after = bytes.get(offset..).unwrap_or(&[]);
        after.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |newline| offset + newline)
    }

    /// The line that holds the first byte of `range`, and how to underline it.
    pub(super) fn excerpt(&self, name: &str, range: &Range<usize>, label: &str) -> Excerpt {
        let start = self.line_start(range.start);
        let end = self.line_end(range.start);
        let line = self.text.get(start..end).unwrap_or("");
        let chars = |range: Range<usize>| self.text.get(range).map_or(0, |text| text.chars().count());
        Excerpt {
            name: name.to_owned(),
            line: self.text.as_bytes().iter().take(start).filter(|byte| **byte == b'\n').count() + 1,
            column: chars(start..range.start.clamp(start, end)) + 1,
            width: chars(range.start.clamp(start, end)..range.end.clamp(start, end)).max(1),
            text: line.to_owned(),
            label: label.to_owned(),
        }
    }
}
