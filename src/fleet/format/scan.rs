//! From a text to its tokens, as HCL's own scanner has them; one pass without recursion.
//!
//! Beside the scanner of the outline, which finds its way through text that is wrong: this one is for text that
//! parses, and knows every token of it.

use super::token::{Kind, Token, Tokens};

/// What the scanner is inside of.
enum Frame<'t> {
    /// Code, with the number of braces that are open in it.
    Code { braces: usize },
    /// A string in quotes.
    Quote,
    /// A heredoc.
    Heredoc {
        tag: &'t str,
        /// Whether a line begins here.
        at_start: bool,
    },
}

/// Tokens of several characters, longest first.
const SYMBOLS: [(&str, Kind); 31] = [
    ("...", Kind::Ellipsis),
    ("==", Kind::Operator),
    ("!=", Kind::Operator),
    (">=", Kind::Operator),
    ("<=", Kind::Operator),
    ("&&", Kind::Operator),
    ("||", Kind::Operator),
    ("::", Kind::DoubleColon),
    ("=>", Kind::Other),
    ("\r\n", Kind::Newline),
    ("\n", Kind::Newline),
    ("[", Kind::OpenBracket),
    ("]", Kind::CloseBracket),
    ("(", Kind::OpenParen),
    (")", Kind::CloseParen),
    ("{", Kind::OpenBrace),
    ("}", Kind::CloseBrace),
    ("=", Kind::Equal),
    (".", Kind::Dot),
    (",", Kind::Comma),
    ("!", Kind::Bang),
    ("-", Kind::Minus),
    (":", Kind::Colon),
    ("?", Kind::Question),
    ("+", Kind::Operator),
    ("*", Kind::Operator),
    ("/", Kind::Operator),
    ("%", Kind::Operator),
    ("<", Kind::Operator),
    (">", Kind::Operator),
    ("\"", Kind::OpenQuote),
];

struct Scanner<'t> {
    /// What is not yet read.
    rest: &'t str,
    blanks: usize,
    frames: Vec<Frame<'t>>,
    tokens: Vec<Token<'t>>,
}

/// The tokens of a text. Never fails: what HCL does not know is [`Kind::Other`].
pub fn scan(text: &str) -> Tokens<'_> {
    let frames = vec![Frame::Code { braces: 0 }];
    let mut scanner = Scanner { rest: text, blanks: 0, frames, tokens: Vec::new() };
    loop {
        if matches!(scanner.frames.last(), Some(Frame::Code { .. }) | None) {
            let code = scanner.rest.trim_start_matches([' ', '\t']);
            scanner.blanks = scanner.rest.len() - code.len();
            if code.is_empty() {
                return Tokens { list: scanner.tokens, after: scanner.rest };
            }
            scanner.rest = code;
        }
        if scanner.rest.is_empty() {
            return Tokens { list: scanner.tokens, after: "" };
        }
        match scanner.frames.last() {
            Some(Frame::Quote) => scanner.quoted(),
            Some(Frame::Heredoc { tag, at_start }) => {
                let (tag, at_start) = (*tag, *at_start);
                scanner.heredoc(tag, at_start);
            }
            Some(Frame::Code { .. }) | None => scanner.code(),
        }
    }
}

impl<'t> Scanner<'t> {
    /// Takes a token of this many bytes.
    fn take(&mut self, kind: Kind, length: usize) -> &'t str {
        let (text, rest) = self.rest.split_at(length);
        self.tokens.push(Token { kind, text, blanks: std::mem::take(&mut self.blanks) });
        self.rest = rest;
        text
    }

    fn code(&mut self) {
        let rest = self.rest;
        let Some(first) = rest.chars().next() else { return };
        if let Some(length) = comment(rest) {
            self.take(Kind::Comment, length);
        } else if first.is_ascii_digit() {
            self.take(Kind::Number, number(rest));
        } else if first == '_' || unicode_ident::is_xid_start(first) {
            self.take(Kind::Ident, identifier(rest));
        } else if let Some(tag) = heredoc_tag(rest) {
            // Up to and with the end of its line.
            let length = rest.find('\n').map_or(rest.len(), |newline| newline + 1);
            self.take(Kind::OpenHeredoc, length);
            self.frames.push(Frame::Heredoc { tag, at_start: true });
        } else if rest.starts_with("~}") {
            self.take(Kind::CloseSequence, 2);
            self.leave();
        } else {
            let known = SYMBOLS.iter().find(|(symbol, _)| rest.starts_with(symbol));
            let (length, kind) =
                known.map_or((first.len_utf8(), Kind::Other), |(symbol, kind)| (symbol.len(), *kind));
            self.symbol(kind, length);
        }
    }

    fn symbol(&mut self, kind: Kind, length: usize) {
        let is_inner = self.frames.len() > 1;
        match (kind, self.frames.last_mut()) {
            (Kind::CloseBrace, Some(Frame::Code { braces: 0 })) if is_inner => {
                self.take(Kind::CloseSequence, length);
                self.leave();
                return;
            }
            (Kind::OpenBrace, Some(Frame::Code { braces })) => *braces += 1,
            (Kind::CloseBrace, Some(Frame::Code { braces })) => *braces = braces.saturating_sub(1),
            (Kind::OpenQuote, _) => self.frames.push(Frame::Quote),
            _ => {}
        }
        self.take(kind, length);
    }

    /// Leaves what the scanner is inside of; the text itself is never left.
    fn leave(&mut self) {
        if self.frames.len() > 1 {
            self.frames.pop();
        }
    }

    /// An interpolation or directive, if one begins here.
    fn sequence(&mut self) -> bool {
        if !self.rest.starts_with("${") && !self.rest.starts_with("%{") {
            return false;
        }
        let length = if self.rest.get(2..).is_some_and(|inner| inner.starts_with('~')) { 3 } else { 2 };
        self.take(Kind::OpenSequence, length);
        self.frames.push(Frame::Code { braces: 0 });
        true
    }

    fn quoted(&mut self) {
        if self.rest.starts_with('"') {
            self.take(Kind::CloseQuote, 1);
            self.leave();
        } else if !self.sequence() {
            let length = literal(self.rest, true);
            self.take(Kind::Literal, length);
        }
    }

    /// One line of a heredoc, or its part before a sequence. Its last line holds the tag alone, and ends.
    fn heredoc(&mut self, tag: &str, at_start: bool) {
        let is_sequence = self.sequence();
        let mut starts_line = false;
        if !is_sequence {
            let length = literal(self.rest, false);
            let line = self.rest.get(..length).unwrap_or_default();
            starts_line = line.ends_with('\n');
            if at_start && starts_line && line.trim() == tag {
                let content = line.strip_suffix("\r\n").or(line.strip_suffix('\n')).unwrap_or(line);
                self.take(Kind::CloseHeredoc, content.len());
                self.take(Kind::Newline, length - content.len());
                self.leave();
                return;
            }
            self.take(Kind::Literal, length);
        }
        let inner = if is_sequence { 1 } else { 0 };
        if let Some(Frame::Heredoc { at_start, .. }) = self.frames.iter_mut().rev().nth(inner) {
            *at_start = starts_line;
        }
    }
}

/// The length of the comment that begins here.
fn comment(rest: &str) -> Option<usize> {
    if rest.starts_with('#') || rest.starts_with("//") {
        return Some(rest.find('\n').map_or(rest.len(), |newline| newline + 1));
    }
    let inner = rest.strip_prefix("/*")?;
    Some(inner.find("*/").map_or(rest.len(), |end| end + 4))
}

/// The length of the number that begins here: digits, points and exponents, and no point at its end.
fn number(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let (mut at, mut end) = (0, 0);
    loop {
        match bytes.get(at) {
            Some(b'0'..=b'9') => at += 1,
            Some(b'e' | b'E') if digit(at + 1) => at += 2,
            Some(b'e' | b'E') if matches!(bytes.get(at + 1), Some(b'+' | b'-')) && digit(at + 2) => at += 3,
            Some(b'.') => {
                at += 1;
                continue;
            }
            _ => return end,
        }
        end = at;
    }
}

/// The length of the identifier that the text begins with.
fn identifier(rest: &str) -> usize {
    let ends = |c: char| !unicode_ident::is_xid_continue(c) && c != '-';
    rest.find(ends).unwrap_or(rest.len())
}

/// The tag of the heredoc that begins here.
fn heredoc_tag(rest: &str) -> Option<&str> {
    let tag = rest.strip_prefix("<<")?;
    let tag = tag.strip_prefix('-').unwrap_or(tag);
    if !tag.starts_with(|c| c == '_' || unicode_ident::is_xid_start(c)) {
        return None;
    }
    let (tag, after) = tag.split_at(identifier(tag));
    (after.starts_with('\n') || after.starts_with("\r\n")).then_some(tag)
}

/// The length of the literal text that a template goes on with: to the next sequence, and to the quote that ends the
/// string or to the end of the line of a heredoc.
fn literal(rest: &str, is_quoted: bool) -> usize {
    let bytes = rest.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let ahead = bytes.get(at..).unwrap_or_default();
        match byte {
            b'$' if ahead.starts_with(b"$${") => at += 3,
            b'%' if ahead.starts_with(b"%%{") => at += 3,
            b'$' if ahead.starts_with(b"${") => return at,
            b'%' if ahead.starts_with(b"%{") => return at,
            b'"' if is_quoted => return at,
            // What is escaped is one character of any length: its other bytes are none of these.
            b'\\' if is_quoted => at += 2,
            b'\n' if !is_quoted => return at + 1,
            _ => at += 1,
        }
    }
    let mut end = at.min(rest.len());
    while !rest.is_char_boundary(end) {
        end += 1;
    }
    end
}
