//! The tokens inside `{{ … }}` and `{% … %}`.

use std::ops::Range;

/// One token, by bytes of the template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it stands.
    pub range: Range<usize>,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A name or a keyword.
    Word,
    /// A string literal.
    Text,
    /// A number.
    Number,
    /// Anything else, such as `|` or `?.`.
    Sign,
}

/// Signs of more than one character, longest first, as Tera reads them.
const SIGNS: [&str; 10] = ["...", "//", "**", "==", "!=", ">=", "<=", "</", "?.", "?["];

/// The tokens from `from` to the closing delimiter; where that (or its dash) begins; whether it has a dash.
/// Nothing if it is never closed or holds what Tera does not know.
pub(super) fn tokens(text: &str, from: usize, close: &str) -> Option<(Vec<Token>, usize, bool)> {
    let mut found = Vec::new();
    let mut at = from;
    loop {
        let rest = text.get(at..)?;
        let skipped = rest.trim_start_matches(|c: char| c.is_ascii_whitespace());
        at += rest.len() - skipped.len();
        if skipped.strip_prefix('-').is_some_and(|rest| rest.starts_with(close)) {
            return Some((found, at, true));
        }
        if skipped.starts_with(close) {
            return Some((found, at, false));
        }
        let (kind, length) = token(skipped)?;
        found.push(Token { kind, range: at..at + length });
        at += length;
    }
}

fn token(rest: &str) -> Option<(TokenKind, usize)> {
    if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
        return Some((TokenKind::Sign, sign.len()));
    }
    let first = rest.bytes().next()?;
    match first {
        b'"' | b'\'' | b'`' => literal(rest, first).map(|length| (TokenKind::Text, length)),
        b'0'..=b'9' => Some((TokenKind::Number, number(rest))),
        b'_' | b'a'..=b'z' | b'A'..=b'Z' => {
            let word = rest.bytes().take_while(|byte| *byte == b'_' || byte.is_ascii_alphanumeric());
            Some((TokenKind::Word, word.count()))
        }
        _ => rest.chars().next().map(|sign| (TokenKind::Sign, sign.len_utf8())),
    }
}

/// The length of a string literal, quotes included.
fn literal(rest: &str, quote: u8) -> Option<usize> {
    let mut escaped = false;
    for (offset, byte) in rest.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            _ if byte == quote => return Some(offset + 1),
            _ => {}
        }
    }
    None
}

/// The length of a number: digits with at most one point.
fn number(rest: &str) -> usize {
    let mut point = false;
    rest.bytes()
        .take_while(|byte| match byte {
            b'.' if !point => {
                point = true;
                true
            }
            byte => byte.is_ascii_digit(),
        })
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_those_of_tera() {
        let text = r#" a.b?.c | default(value='x\'y') != 1.5 -}}"#;
        let (found, end, dashed) = tokens(text, 0, "}}").unwrap();
        let words: Vec<&str> = found.iter().map(|token| &text[token.range.clone()]).collect();
        assert_eq!(
            words,
            ["a", ".", "b", "?.", "c", "|", "default", "(", "value", "=", r"'x\'y'", ")", "!=", "1.5"]
        );
        assert_eq!((&text[end..], dashed), ("-}}", true));
        assert_eq!(tokens("'never closed }}", 0, "}}"), None);
    }
}
