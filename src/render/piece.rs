//! The pieces of a template: literal text, `{{ … }}`, `{% … %}`, comments and raw blocks.
//!
//! Cuts a template exactly where Tera 2.4 does, so that what is inserted between pieces lands where it was
//! meant to. Only templates that Tera has parsed are cut; anything else ends the list early.

use std::ops::Range;

use super::token::{Token, tokens};

/// One piece of a template, by bytes of its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Literal text.
    Text(Range<usize>),
    /// `{{ … }}`
    Output(Code),
    /// `{% … %}`
    Tag(Code),
    /// `{% raw %} … {% endraw %}`: the literal text inside.
    Raw(Range<usize>),
}

/// What stands between delimiters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Code {
    /// Delimiters included.
    pub range: Range<usize>,
    /// What lies between the delimiters and their dashes.
    pub inner: Range<usize>,
    /// Whether the opening delimiter takes away white space before it.
    pub trims_before: bool,
    /// Whether the closing delimiter takes away white space after it.
    pub trims_after: bool,
    /// The tokens inside.
    pub tokens: Vec<Token>,
}

/// The pieces of a template, in order. Comments are left out.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let start = opening(rest).map_or(text.len(), |offset| at + offset);
        if start > at {
            found.push(Piece::Text(at..start));
        }
        let Some(opened) = text.get(start..start + 2) else { break };
        let (piece, end) = match opened {
            "{#" => (None, comment(text, start)),
            "{%" => match raw(text, start) {
                Some((content, end)) => (Some(Piece::Raw(content)), Some(end)),
                None => match code(text, start, "%}") {
                    Some(code) => (Some(Piece::Tag(code.clone())), Some(code.range.end)),
                    None => (None, None),
                },
            },
            _ => match code(text, start, "}}") {
                Some(code) => (Some(Piece::Output(code.clone())), Some(code.range.end)),
                None => (None, None),
            },
        };
        let Some(end) = end else { break };
        found.extend(piece);
        at = end;
    }
    found
}

/// The offset of the first opening delimiter.
pub(super) fn opening(text: &str) -> Option<usize> {
    text.as_bytes().windows(2).position(|pair| matches!(pair, b"{{" | b"{%" | b"{#"))
}

/// The end of the comment that begins at `start`.
pub(super) fn comment(text: &str, start: usize) -> Option<usize> {
    let skip = if text.as_bytes().get(start + 2) == Some(&b'-') { 3 } else { 2 };
    let rest = text.get(start + skip..)?;
    rest.find("#}").map(|offset| start + skip + offset + 2)
}

/// The `{{ … }}` or `{% … %}` that begins at `start`.
pub(super) fn code(text: &str, start: usize, close: &'static str) -> Option<Code> {
    let trims_before = text.as_bytes().get(start + 2) == Some(&b'-');
    let from = start + if trims_before { 3 } else { 2 };
    let (tokens, inner_end, trims_after) = tokens(text, from, close)?;
    let end = inner_end + if trims_after { 3 } else { 2 };
    Some(Code { range: start..end, inner: from..inner_end, trims_before, trims_after, tokens })
}

/// The content of a raw block that begins at `start`, and where the block ends.
pub(super) fn raw(text: &str, start: usize) -> Option<(Range<usize>, usize)> {
    let content = bare_tag(text, start, "raw")?;
    let mut at = content;
    loop {
        let close = at + text.get(at..)?.find("{%")?;
        if let Some(end) = bare_tag(text, close, "endraw") {
            return Some((content..close, end));
        }
        at = close + 2;
    }
}

/// The end of `{% NAME %}`, if that is what stands at `start`.
fn bare_tag(text: &str, start: usize, name: &str) -> Option<usize> {
    let space = |c: char| c.is_ascii_whitespace();
    let rest = text.get(start + 2..)?;
    let rest = rest.strip_prefix('-').unwrap_or(rest);
    let rest = rest.trim_start_matches(space).strip_prefix(name)?.trim_start_matches(space);
    let rest = rest.strip_prefix('-').unwrap_or(rest).strip_prefix("%}")?;
    Some(text.len() - rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Text(range) => format!("text {:?}", &text[range.clone()]),
            Piece::Output(code) => format!("output {:?}", &text[code.inner.clone()]),
            Piece::Tag(code) => format!("tag {:?}", &text[code.inner.clone()]),
            Piece::Raw(range) => format!("raw {:?}", &text[range.clone()]),
        };
        pieces(text).iter().map(piece).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn a_template_is_cut_where_tera_cuts_it() {
        let cases = [
            ("a {{ b }} c", r#"text "a ", output " b ", text " c""#),
            ("{{- \"}}\" -}}", r#"output " \"}}\" ""#),
            ("{% if a %}x{# {{ #}{% endif %}", r#"tag " if a ", text "x", tag " endif ""#),
            ("{%- raw -%}{{ x }}{% endraw %}z", r#"raw "{{ x }}", text "z""#),
            ("{{ '%}' ~ `}}` }}", r#"output " '%}' ~ `}}` ""#),
            ("{{ never closed", ""),
        ];
        for (template, pieces) in cases {
            assert_eq!(shown(template), pieces, "{template}");
        }
    }
}
