//! What of a file is secret, told by its text alone: the defaults of sensitive variables, and what is given to
//! `sensitive(…)`. So it is known before anything is resolved, and in a file that is wrong.

use std::ops::Range;

use super::scan::scan;
use super::token::{Kind, Token};
use crate::fleet::schema::ROOT;
use crate::object::MASK;

/// A piece of a text that may not be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// All of it.
    pub at: Range<usize>,
    /// The literals in it: what stands between the quotes of strings, the lines of heredocs, numbers, `true` and
    /// `false`. None where the text does not parse.
    pub literals: Vec<Range<usize>>,
}

/// The secrets of a text that parses.
pub fn secrets(text: &str) -> Vec<Secret> {
    if !text.contains("sensitive") {
        return Vec::new();
    }
    let mut tokens = Vec::new();
    let mut at = 0;
    for token in scan(text).list {
        let start = at + token.blanks;
        at = start + token.text.len();
        tokens.push((start, token));
    }
    let (mut found, mut depth) = (Vec::new(), 0);
    for (number, (_, token)) in tokens.iter().enumerate() {
        let rest = tokens.get(number..).unwrap_or_default();
        match rest {
            [(_, word), (_, open), ..] if is(word, "sensitive") && open.kind == Kind::OpenParen => {
                found.push(inner(rest.get(1..).unwrap_or_default()));
            }
            [(_, word), ..] if depth == 0 && is(word, "variable") => {
                let open = rest.iter().position(|(_, token)| token.kind == Kind::OpenBrace);
                let block = rest.get(open.unwrap_or(rest.len())..).map(inner).unwrap_or_default();
                found.extend(default(block));
            }
            _ => {}
        }
        depth += token.kind.depth();
    }
    found.into_iter().filter_map(secret).collect()
}

/// A token, and where it begins.
type Placed<'t> = (usize, Token<'t>);

fn is(token: &Token<'_>, word: &str) -> bool {
    token.kind == Kind::Ident && token.text == word
}

/// What stands between the bracket that these tokens begin with, and the one that closes it.
fn inner<'s, 't>(tokens: &'s [Placed<'t>]) -> &'s [Placed<'t>] {
    let mut depth = 0;
    let end = tokens.iter().position(|(_, token)| {
        depth += token.kind.depth();
        depth == 0
    });
    tokens.get(1..end.unwrap_or(tokens.len())).unwrap_or_default()
}

/// The default of a variable, if it is sensitive or might be.
fn default<'s, 't>(block: &'s [Placed<'t>]) -> Option<&'s [Placed<'t>]> {
    let argument = |name: &str| {
        let mut depth = 0;
        let start = block.windows(2).position(|pair| {
            let is_it = depth == 0
                && matches!(pair, [(_, word), (_, sign)] if is(word, name) && sign.kind == Kind::Equal);
            depth += pair.first().map_or(0, |(_, token)| token.kind.depth());
            is_it
        })?;
        let value = block.get(start + 2..)?;
        let mut depth = 0;
        let end = value.iter().position(|(_, token)| {
            depth += token.kind.depth();
            depth == 0 && token.ends_line()
        });
        value.get(..end.unwrap_or(value.len()))
    };
    let is_open = |value: &[Placed<'_>]| matches!(value, [(_, word)] if is(word, "false"));
    argument("sensitive").filter(|value| !is_open(value)).and_then(|_| argument("default"))
}

fn secret(tokens: &[Placed<'_>]) -> Option<Secret> {
    let place = |(start, token): &Placed<'_>| *start..*start + token.text.len();
    let at = tokens.first()?.0..place(tokens.last()?).end;
    let is_literal = |(_, token): &&Placed<'_>| match token.kind {
        Kind::Literal | Kind::Number => true,
        Kind::Ident => matches!(token.text, "true" | "false"),
        _ => false,
    };
    Some(Secret { at, literals: tokens.iter().filter(is_literal).map(place).collect() })
}

/// What may not be shown of a text that does not parse: more than is secret, since nobody can tell where it ends. In
/// each block at its top all that follows a `sensitive(`, or the `default` of a variable that may be sensitive.
pub fn secrets_of_broken(text: &str) -> Vec<Range<usize>> {
    let mut starts = vec![0];
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let word = line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default();
        if at > 0 && ROOT.block(word).is_some() {
            starts.push(at);
        }
        at += line.len();
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let found = starts.iter().zip(ends).filter_map(|(start, end)| {
        let block = text.get(*start..end)?;
        let call = block.match_indices("sensitive").find_map(|(at, word)| {
            let behind = block.get(at + word.len()..)?;
            let open = behind.trim_start().starts_with('(');
            open.then(|| end - behind.trim_start().len() + 1 - *start)
        });
        let is_sensitive = block.match_indices("sensitive").any(|(at, word)| {
            let behind = block.get(at + word.len()..).unwrap_or_default().trim_start();
            let value = behind.strip_prefix('=').map(str::trim_start);
            value.is_some_and(|value| !value.starts_with("false"))
        });
        let default = block.find("default").filter(|_| is_sensitive && block.starts_with("variable"));
        let default = default.map(|at| at + "default".len());
        let from = call.into_iter().chain(default).min()?;
        Some(start + from..end)
    });
    found.collect()
}

/// A piece of HCL with a mask in place of each secret literal. The text parses, or is one expression that does.
pub fn masked(text: &str) -> String {
    let mut places: Vec<Range<usize>> =
        secrets(text).into_iter().flat_map(|secret| secret.literals).collect();
    places.sort_by_key(|place| (place.start, place.end));
    let (mut shown, mut end) = (String::with_capacity(text.len()), 0);
    for place in places.into_iter().filter(|place| !place.is_empty()) {
        // A call within a default is found twice.
        if place.start < end {
            continue;
        }
        shown.push_str(text.get(end..place.start).unwrap_or_default());
        shown.push_str(MASK);
        if text.get(place.clone()).is_some_and(|literal| literal.ends_with('\n')) {
            shown.push('\n');
        }
        end = place.end;
    }
    shown.push_str(text.get(end..).unwrap_or_default());
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_found_in_a_text_alone() {
        for (text, shown) in [
            ("variable \"a\" {\n  default = \"x\" # y\n}\n", "variable \"a\" {\n  default = \"x\" # y\n}\n"),
            (
                "variable \"a\" {\n  default   = { k = [\"x\", 12], b = true } # y\n  sensitive = true\n}\n",
                "variable \"a\" {\n  default   = { k = [\"(sensitive)\", (sensitive)], b = (sensitive) } # y\n  sensitive = true\n}\n",
            ),
            (
                "variable \"a\" {\n  sensitive = local.x\n  default = <<EOT\nx\n  y\nEOT\n}\nlocals {\n  a = \"x\"\n}\n",
                "variable \"a\" {\n  sensitive = local.x\n  default = <<EOT\n(sensitive)\n(sensitive)\nEOT\n}\nlocals {\n  a = \"x\"\n}\n",
            ),
            (
                "variable \"a\" {\n  sensitive = false\n  default = 1\n}\n",
                "variable \"a\" {\n  sensitive = false\n  default = 1\n}\n",
            ),
            ("[sensitive(upper(\"x)\")), \"y\"]", "[sensitive(upper(\"(sensitive)\")), \"y\"]"),
        ] {
            assert_eq!(masked(text), shown);
        }
    }

    #[test]
    fn of_a_broken_text_more_is_held_back() {
        for (text, shown) in [
            ("locals {\n  a = \"x\n}\n", "locals {\n  a = \"x\n}\n"),
            (
                "variable \"a\" {\n  default = \"x\n  sensitive = true\n}\nlocals {\n  b = 1\n}\n",
                "variable \"a\" {\n  default…locals {\n  b = 1\n}\n",
            ),
            ("locals {\n  a = \"x\n  b = sensitive (\"y\")\n}\n", "locals {\n  a = \"x\n  b = sensitive (…"),
            (
                "variable \"a\" {\n  default = \"x\n  sensitive = false\n}\n",
                "variable \"a\" {\n  default = \"x\n  sensitive = false\n}\n",
            ),
        ] {
            let mut left = text.to_owned();
            for place in secrets_of_broken(text).into_iter().rev() {
                left.replace_range(place, "…");
            }
            assert_eq!(left, shown);
        }
    }
}
