//! The scanner behind an outline: brackets, quotes, heredocs and comments, one pass without recursion.

use std::ops::Range;

use super::{Outline, Unclosed};

#[derive(Debug)]
enum Frame {
    /// `{`, `[` or `(`, with the byte that closes it; also `${` and `%{`.
    Bracket {
        at: Range<usize>,
        close: u8,
    },
    Quote {
        at: usize,
        inner: Inner,
    },
    Heredoc {
        at: Range<usize>,
        tag: Range<usize>,
        inner: Inner,
    },
}

/// What stood in the template of a quote or heredoc so far.
#[derive(Debug, Default)]
struct Inner {
    /// The directives that are open: their `%{`, and the word that ends them.
    directives: Vec<(Range<usize>, &'static str)>,
    /// The first interpolation that ended on another line than it began: where the template never ends,
    /// the one to blame.
    long: Option<(Range<usize>, usize)>,
}

impl Frame {
    fn start(&self) -> usize {
        match self {
            Self::Bracket { at, .. } | Self::Heredoc { at, .. } => at.start,
            Self::Quote { at, .. } => *at,
        }
    }
}

struct Scanner<'a> {
    text: &'a str,
    /// Where the lines end.
    newlines: Vec<usize>,
    at: usize,
    frames: Vec<Frame>,
    outline: Outline,
    item: Option<usize>,
    /// Whether an assignment may begin here.
    fresh: bool,
    /// Whether a `}` that begins its line closes the block whose line is indented as its own is.
    by_indent: bool,
}

/// The outline as the brackets say it; `by_indent` trusts the indentation of a `}` more.
pub(super) fn scan(text: &str, by_indent: bool) -> Outline {
    let mut scanner = Scanner {
        text,
        newlines: text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at).collect(),
        at: 0,
        frames: Vec::new(),
        outline: Outline::default(),
        item: None,
        fresh: true,
        by_indent,
    };
    while scanner.at < text.len() {
        match scanner.frames.last() {
            Some(Frame::Quote { at, .. }) => {
                let at = *at;
                scanner.quoted(at);
            }
            Some(Frame::Heredoc { tag, .. }) => {
                let tag = tag.clone();
                scanner.heredoc(tag);
            }
            Some(Frame::Bracket { .. }) | None => scanner.code(),
        }
    }
    if let Some(start) = scanner.item {
        scanner.outline.items.push(start..text.len());
    }
    // The innermost says enough: what is around it is open because of it.
    if let Some(frame) = scanner.frames.pop() {
        let unclosed = match frame {
            Frame::Bracket { at, .. } => Unclosed::new(at, None),
            Frame::Quote { at, .. } => Unclosed::new(at..at + 1, None),
            Frame::Heredoc { at, tag, inner } => match inner.long {
                Some((long, end)) if has_line(text, long.start..end, text.get(tag.clone())) => {
                    let end = scanner.line_end(long.end);
                    Unclosed::new(long, Some(end..end))
                }
                _ => Unclosed::new(at, None),
            },
        };
        scanner.outline.unclosed.push(unclosed);
    }
    scanner.outline
}

/// Whether a line of the range holds the tag alone.
fn has_line(text: &str, range: Range<usize>, tag: Option<&str>) -> bool {
    text.get(range).is_some_and(|part| part.lines().any(|line| Some(line.trim()) == tag))
}

impl Scanner<'_> {
    fn byte(&self, offset: usize) -> Option<u8> {
        self.text.as_bytes().get(offset).copied()
    }

    fn starts_with(&self, prefix: &str) -> bool {
        self.text.as_bytes()[self.at..].starts_with(prefix.as_bytes())
    }

    fn line_start(&self, offset: usize) -> usize {
        let before = self.newlines.partition_point(|newline| *newline < offset);
        before.checked_sub(1).and_then(|last| self.newlines.get(last)).map_or(0, |newline| newline + 1)
    }

    fn line_end(&self, from: usize) -> usize {
        let rest = self.text.as_bytes().get(from..).unwrap_or_default();
        from + rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len())
    }

    /// One step inside a quoted string.
    fn quoted(&mut self, opener: usize) {
        match self.byte(self.at) {
            Some(b'\\') => self.at += 2,
            Some(b'"') => {
                let end = self.at..self.at + 1;
                self.end_template(end);
                self.at += 1;
            }
            Some(b'\n') => self.broken_string(opener),
            _ => self.template(),
        }
    }

    /// A line ends inside a quoted string.
    fn broken_string(&mut self, opener: usize) {
        let long = match self.frames.pop() {
            Some(Frame::Quote { inner: Inner { long, .. }, .. }) => long,
            _ => None,
        };
        let unclosed = match (self.frames.last(), &long) {
            // `"${a"`: the quote was meant to end the string around the interpolation.
            (Some(Frame::Bracket { at, .. }), _) if at.len() == 2 => {
                Unclosed::new(at.clone(), Some(opener..opener + 1))
            }
            (_, Some((long, _))) => {
                let end = self.line_end(long.end);
                Unclosed::new(long.clone(), Some(end..end))
            }
            _ => Unclosed::new(opener..opener + 1, Some(self.at..self.at)),
        };
        self.outline.unclosed.push(unclosed);
        // Whatever the string was to be a part of ends with its line, as far as can be told.
        let line = self.line_start(opener);
        while self.frames.last().is_some_and(|frame| frame.start() > line) {
            self.frames.pop();
        }
        let content = self.text.get(opener..self.at).unwrap_or("").trim_end();
        if long.is_some() {
            // The bracket that ended the interpolation was meant for what is around it.
            if matches!(self.frames.last(), Some(Frame::Bracket { close: b'}', .. })) {
                self.frames.pop();
            }
        } else if content.ends_with('{') && content.len() > 1 {
            let brace = opener + content.len() - 1;
            self.frames.push(Frame::Bracket { at: brace..brace + 1, close: b'}' });
        }
    }

    /// The quote or heredoc on top ends; directives that are open in it stay so.
    fn end_template(&mut self, end: Range<usize>) {
        let Some(Frame::Quote { inner, .. } | Frame::Heredoc { inner, .. }) = self.frames.pop() else {
            return;
        };
        if let Some((opener, word)) = inner.directives.into_iter().next_back() {
            self.outline.unclosed.push(Unclosed { opener, found: Some(end), end: Some(word) });
        }
    }

    /// The template around the bracket on top.
    fn inner(&mut self) -> Option<&mut Inner> {
        match self.frames.last_mut() {
            Some(Frame::Quote { inner, .. } | Frame::Heredoc { inner, .. }) => Some(inner),
            Some(Frame::Bracket { .. }) | None => None,
        }
    }

    /// One step of literal text in a quote or heredoc: an interpolation opens a bracket.
    fn template(&mut self) {
        if self.starts_with("$${") || self.starts_with("%%{") {
            self.at += 3;
        } else if self.starts_with("${") || self.starts_with("%{") {
            self.directive();
            self.frames.push(Frame::Bracket { at: self.at..self.at + 2, close: b'}' });
            self.at += 2;
        } else {
            self.at += 1;
        }
    }

    /// Notes which directive begins or ends at a `%{`.
    fn directive(&mut self) {
        let opener = self.at..self.at + 2;
        let rest = self.text.get(self.at..).and_then(|rest| rest.strip_prefix("%{")).unwrap_or("");
        let word = rest.trim_start_matches('~').trim_start();
        let length = word.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(word.len());
        let word = word.get(..length).unwrap_or("");
        let Some(inner) = self.inner() else { return };
        match word {
            "if" => inner.directives.push((opener, "endif")),
            "for" => inner.directives.push((opener, "endfor")),
            "endif" | "endfor" => {
                inner.directives.pop();
            }
            _ => {}
        }
    }

    /// One step inside a heredoc; its last line holds the tag alone.
    fn heredoc(&mut self, tag: Range<usize>) {
        if self.byte(self.at.wrapping_sub(1)) == Some(b'\n') {
            let end = self.line_end(self.at);
            if self.text.get(self.at..end).map(str::trim) == self.text.get(tag) {
                let tag = self.at..end;
                self.end_template(tag);
                self.at = end;
                return;
            }
        }
        self.template();
    }

    /// One step outside of strings.
    fn code(&mut self) {
        let Some(byte) = self.byte(self.at) else { return };
        if byte == b'#' || self.starts_with("//") {
            self.at = self.line_end(self.at);
            return;
        }
        if self.starts_with("/*") {
            let rest = self.text.get(self.at + 2..).unwrap_or("");
            match rest.find("*/") {
                Some(end) => self.at += end + 4,
                None => {
                    let opener = self.at..self.at + 2;
                    self.outline.unclosed.push(Unclosed::new(opener, None));
                    self.at = self.text.len();
                }
            }
            return;
        }
        if byte == b'\n' && self.frames.is_empty() {
            if let Some(start) = self.item.take() {
                self.outline.items.push(start..self.at);
            }
        } else if !byte.is_ascii_whitespace() && self.item.is_none() {
            self.item = Some(self.at);
        }
        self.token(byte);
    }

    fn token(&mut self, byte: u8) {
        let at = self.at;
        match byte {
            b'"' => {
                self.frames.push(Frame::Quote { at, inner: Inner::default() });
                self.at += 1;
                self.fresh = false;
            }
            b'{' | b'[' | b'(' => {
                let close = match byte {
                    b'{' => b'}',
                    b'[' => b']',
                    _ => b')',
                };
                self.frames.push(Frame::Bracket { at: at..at + 1, close });
                self.at += 1;
                self.fresh = byte == b'{';
            }
            b'}' | b']' | b')' => self.close(byte),
            b'<' if self.starts_with("<<") => self.open_heredoc(),
            b'\n' | b',' => {
                self.at += 1;
                self.fresh = true;
            }
            _ if byte.is_ascii_alphabetic() || byte == b'_' => self.word(),
            _ => {
                self.at += 1;
                self.fresh &= byte.is_ascii_whitespace();
            }
        }
    }

    fn close(&mut self, byte: u8) {
        match self.frames.last() {
            Some(Frame::Bracket { at, close }) if *close == byte => {
                let at = at.clone();
                if self.by_indent && self.is_outdented(&at) {
                    let found = Some(self.at..self.at + 1);
                    self.outline.unclosed.push(Unclosed::new(at, found));
                    self.frames.pop();
                    // Closes what is around it instead.
                    return;
                }
                self.frames.pop();
                let end = self.at;
                let same_line = self.line_start(at.start) == self.line_start(end);
                if let Some(inner) = self.inner().filter(|inner| inner.long.is_none() && !same_line) {
                    inner.long = Some((at, end));
                }
                self.at += 1;
            }
            Some(Frame::Bracket { at, .. }) => {
                let found = Some(self.at..self.at + 1);
                self.outline.unclosed.push(Unclosed::new(at.clone(), found));
                let matching =
                    |frame: &Frame| matches!(frame, Frame::Bracket { close, .. } if *close == byte);
                if self.frames.iter().any(matching) {
                    while self.frames.pop().is_some_and(|frame| !matching(&frame)) {}
                } else {
                    self.frames.pop();
                }
                self.at += 1;
            }
            // A closing bracket without an opening one is for the parser to refuse.
            _ => self.at += 1,
        }
        self.fresh = false;
    }

    /// Whether the `}` here begins a line that is indented less than the line of the `{` it would close, and
    /// there is one further out for it.
    fn is_outdented(&self, opener: &Range<usize>) -> bool {
        const DEEPEST: usize = 200;
        let indent = |offset: usize| {
            let line = self.line_start(offset);
            let rest = self.text.as_bytes().get(line..).unwrap_or_default();
            (line, rest.iter().take(DEEPEST).take_while(|byte| matches!(byte, b' ' | b'\t')).count())
        };
        let ((line, width), (opened, opener_width)) = (indent(self.at), indent(opener.start));
        let outer = self.frames.iter().rev().nth(1);
        self.at == line + width
            && line != opened
            && width < opener_width
            && matches!(outer, Some(Frame::Bracket { close: b'}', at }) if at.len() == 1)
    }

    fn open_heredoc(&mut self) {
        let start = self.at + if self.starts_with("<<-") { 3 } else { 2 };
        let rest = self.text.get(start..).unwrap_or("");
        let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '-').unwrap_or(rest.len());
        if length == 0 {
            self.at = start;
            return;
        }
        let tag = start..start + length;
        self.frames.push(Frame::Heredoc { at: self.at..tag.end, tag, inner: Inner::default() });
        self.at = (self.line_end(start) + 1).min(self.text.len());
        self.fresh = false;
    }

    fn word(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or("");
        let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '-').unwrap_or(rest.len());
        let name = self.at..self.at + length.max(1);
        let after = rest.get(length..).unwrap_or("").trim_start_matches([' ', '\t']);
        if self.fresh && after.starts_with('=') && !after.starts_with("==") && !after.starts_with("=>") {
            let within = self.frames.last().map(Frame::start);
            self.outline.assignments.push((within, name.clone()));
        }
        self.at = name.end;
        self.fresh = false;
    }
}
