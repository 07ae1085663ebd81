//! What is wrong with a template that Tera cannot parse, told at the tag that was opened.
//!
//! Tera stops where it can go no further, which for a tag that was never closed is far below it. So the tags
//! are gone through once more here, by themselves.

use std::ops::Range;

use tera::Tera;

use super::codes;
use super::fault;
use super::piece::{Code, code, comment, opening, raw};
use super::token::{Token, TokenKind};
use crate::diagnostic::{Diagnostic, FileId, Span, one_of, suggest};

/// Tags that open a block, and those that close it.
const BLOCKS: [(&str, &str); 8] = [
    ("if", "endif"),
    ("for", "endfor"),
    ("set", "endset"),
    ("set_global", "endset"),
    ("component", "endcomponent"),
    ("filter", "endfilter"),
    ("block", "endblock"),
    ("raw", "endraw"),
];
/// The other tags.
const TAGS: [&str; 6] = ["elif", "else", "include", "extends", "break", "continue"];
/// Tags that people know from elsewhere, and what there is in their place.
const ELSEWHERE: [(&str, &str); 6] = [
    ("macro", COMPONENT),
    ("endmacro", COMPONENT),
    ("import", COMPONENT),
    ("elseif", "write `{% elif … %}`"),
    ("end", "name the tag that it closes: `{% endif %}`, `{% endfor %}`"),
    ("with", "bind a name with `{% set name = … %}`"),
];
const COMPONENT: &str = "write a macro as `{% component name(argument) %} … {% endcomponent %}`, and call it as `{{ <name argument={…} /> }}`";
const SEE: &str = "see templates/README.md for what a template may hold; literal braces stand in `{% raw %} … {% endraw %}`";

/// The syntax error of a template.
pub(super) fn check(parser: &Tera, name: &str, file: FileId, text: &str) -> Option<Diagnostic> {
    let error = parser.clone().add_raw_template(name, text).err()?;
    if !matches!(error.kind(), tera::ErrorKind::SyntaxError(_)) {
        return None;
    }
    let report = fault::report(&error)?;
    let range = report.span().range.clone();
    let told = fault::worded(report.message());
    // What is wrong inside of a tag is known to Tera alone.
    let found = first(text).filter(|found| match found.kind {
        Kind::Delimiter => found.at.start <= range.start,
        Kind::Tag => !told.starts_with("found "),
        Kind::Word => found.at == range,
    });
    Some(match found {
        Some(found) => {
            let diagnostic =
                Diagnostic::error(codes::SYNTAX, found.message).at(Span::new(file, found.at), "");
            let diagnostic = match found.opened {
                Some(opened) => diagnostic.at(Span::new(file, opened), "opened here"),
                None => diagnostic,
            };
            diagnostic.help(found.help)
        }
        None => {
            let help = match text.get(range.clone()) {
                Some(".") => {
                    "write the name without a dot before it: `values.image`, where Helm has `.Values.image`"
                }
                _ => SEE,
            };
            Diagnostic::error(codes::SYNTAX, expected(&told)).at(Span::new(file, range), "").help(help)
        }
    })
}

/// Tera's words for what it expected, in ours.
fn expected(told: &str) -> String {
    match told.split_once(" but expected ") {
        Some(("found identifier", sign)) => {
            format!("found a name where `{}` is expected", sign.trim_matches('`'))
        }
        Some((found, list)) if list.starts_with("one of: ") => format!("{found} where a value is expected"),
        Some((found, "identifier")) => format!("{found} where a name is expected"),
        Some((found, sign)) => format!("{found} where `{}` is expected", sign.trim_matches('`')),
        None => told.to_owned(),
    }
}

/// What the error is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A `{{`, `{%` or `{#` without its end.
    Delimiter,
    /// A tag that is not known, closes nothing or is never closed.
    Tag,
    /// A word in a tag.
    Word,
}

/// An error, by bytes of the template.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Found {
    kind: Kind,
    message: String,
    at: Range<usize>,
    /// The tag that is open there.
    opened: Option<Range<usize>>,
    help: String,
}

impl Found {
    fn new(kind: Kind, at: Range<usize>, message: String, help: impl Into<String>) -> Self {
        Self { kind, message, at, opened: None, help: help.into() }
    }
}

/// A tag that waits for its end.
struct Open<'a> {
    word: &'a str,
    end: &'a str,
    at: Range<usize>,
}

/// The first error of the tags of a template.
fn first(text: &str) -> Option<Found> {
    let mut open: Vec<Open<'_>> = Vec::new();
    let mut at = 0;
    while let Some(offset) = text.get(at..).and_then(opening) {
        let start = at + offset;
        let delimiter = text.get(start..start + 2)?;
        if delimiter == "{#" {
            match comment(text, start) {
                Some(end) => at = end,
                None => return Some(unclosed(start, "{#", "#}")),
            }
            continue;
        }
        if let Some((_, end)) = raw(text, start).filter(|_| delimiter == "{%") {
            at = end;
            continue;
        }
        let close = if delimiter == "{%" { "%}" } else { "}}" };
        let Some(tag) = code(text, start, close).filter(|tag| !swallows(text, tag)) else {
            let string = broken_string(text, start + 2);
            return string.or_else(|| Some(unclosed(start, delimiter, close)));
        };
        at = tag.range.end;
        if delimiter == "{%"
            && let Some(found) = step(text, &tag, &mut open)
        {
            return Some(found);
        }
    }
    let Open { word, end, at } = open.pop()?;
    let help = format!("close it with `{{% {end} %}}`");
    Some(Found::new(Kind::Tag, at, format!("`{{% {word} %}}` is never closed"), help))
}

/// One tag: opens, closes, or is wrong.
fn step<'a>(text: &'a str, tag: &Code, open: &mut Vec<Open<'a>>) -> Option<Found> {
    let spelled =
        |at: usize| tag.tokens.get(at).and_then(|token| text.get(token.range.clone())).unwrap_or("");
    let first = tag.tokens.first().filter(|token| token.kind == TokenKind::Word)?;
    let (word, at) = (spelled(0), first.range.clone());
    if let Some((_, end)) = BLOCKS.iter().find(|(start, _)| *start == word) {
        let binds = matches!(word, "set" | "set_global") && spelled(2) == "=";
        if !binds {
            open.push(Open { word, end, at: tag.range.clone() });
        }
        return None;
    }
    if let Some((opens, _)) = BLOCKS.iter().find(|(_, end)| *end == word) {
        let Some(last) = open.last() else {
            let help = format!("take it out, or open it with `{{% {opens} … %}}`");
            return Some(Found::new(Kind::Tag, at, format!("`{{% {word} %}}` closes nothing"), help));
        };
        if last.end == word {
            open.pop();
            return None;
        }
        let message = format!("`{{% {word} %}}` does not close `{{% {} %}}`", last.word);
        let help = format!("write `{{% {} %}}` before it, or in its place", last.end);
        let opened = Some(last.at.clone());
        return Some(Found { opened, ..Found::new(Kind::Tag, at, message, help) });
    }
    if word == "else" && spelled(1) == "if" {
        let at = tag.tokens.get(1)?.range.clone();
        let message = "there is no tag `else if`".to_owned();
        return Some(Found::new(Kind::Word, at, message, "write `{% elif … %}`"));
    }
    if TAGS.contains(&word) {
        return None;
    }
    let known = || BLOCKS.iter().flat_map(|(start, end)| [*start, *end]).chain(TAGS);
    let help = match (ELSEWHERE.iter().find(|(other, _)| *other == word), suggest(word, known())) {
        (Some((_, instead)), _) => (*instead).to_owned(),
        (None, Some(near)) => format!("did you mean `{{% {near} … %}}`?"),
        (None, None) => format!("use {}", one_of(BLOCKS.iter().map(|(start, _)| *start).chain(TAGS))),
    };
    Some(Found::new(Kind::Tag, at, format!("there is no tag `{}`", word.escape_debug()), help))
}

fn unclosed(start: usize, delimiter: &str, close: &str) -> Found {
    let message = format!("`{delimiter}` is never closed");
    Found::new(Kind::Delimiter, start..start + 2, message, format!("close it with `{close}`"))
}

/// Whether what was read as one tag goes on into the next: it was never closed.
fn swallows(text: &str, tag: &Code) -> bool {
    let spelled = |token: &Token| text.get(token.range.clone()).unwrap_or("");
    tag.tokens.windows(2).any(|pair| {
        let [first, second] = pair else { return false };
        let adjacent = first.range.end == second.range.start;
        adjacent && spelled(first) == "{" && matches!(spelled(second), "{" | "%" | "#")
    })
}

/// A string in a tag that has no end on its line.
fn broken_string(text: &str, from: usize) -> Option<Found> {
    let line = text.get(from..)?.lines().next()?;
    let mut quote: Option<(usize, char)> = None;
    let mut escaped = false;
    for (offset, character) in line.char_indices() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if character == '\\' => escaped = true,
            Some((_, open)) if character == open => quote = None,
            None if matches!(character, '"' | '\'' | '`') => quote = Some((offset, character)),
            Some(_) | None => {}
        }
    }
    let (offset, open) = quote?;
    let at = from + offset..from + offset + 1;
    let message = "this string is never closed".to_owned();
    Some(Found::new(Kind::Delimiter, at, message, format!("close it with `{open}`")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b33_the_tag_at_fault_is_found() {
        let cases = [
            ("{{ a }}{% if b %}{% endif %}{% raw %}{{ {% endraw %}", None),
            ("{% set a = 1 %}{% set b %}{% endset %}", None),
            ("{{ {\"a\": {\"b\": 1}} | to_json }}", None),
            ("{{ a\n{{ b }}", Some(("`{{` is never closed", 0..2))),
            ("{% if a\n{% endif %}", Some(("`{%` is never closed", 0..2))),
            ("x {# y", Some(("`{#` is never closed", 2..4))),
            ("{{ \"a }}\n\"", Some(("this string is never closed", 3..4))),
            ("{% raw %} {{ x }}", Some(("`{% raw %}` is never closed", 0..9))),
            (
                "{% if a %}{% for b in c %}{% endif %}",
                Some(("`{% endif %}` does not close `{% for %}`", 29..34)),
            ),
            ("{% if a %}\n{% if b %}{% endif %}", Some(("`{% if %}` is never closed", 0..10))),
            ("{% endfor %}", Some(("`{% endfor %}` closes nothing", 3..9))),
            ("{% if a %}{% else if b %}", Some(("there is no tag `else if`", 18..20))),
            ("{% fro a in b %}", Some(("there is no tag `fro`", 3..6))),
        ];
        for (text, expected) in cases {
            let found = first(text).map(|found| (found.message, found.at));
            assert_eq!(found, expected.map(|(message, at)| (message.to_owned(), at)), "{text}");
        }
    }
}
