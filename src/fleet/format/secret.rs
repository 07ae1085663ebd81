//! What of a file is secret, told by its text alone: the defaults of sensitive variables, and what is given to
//! `sensitive(…)`. So it is known before anything is resolved, and in a file that is wrong.

use std::collections::BTreeSet;
use std::ops::Range;

use super::scan::scan;
use super::token::{Kind, Token};
use crate::fleet::schema::ROOT;
use crate::fleet::secret_name::names_secret;
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
    let tokens = placed(text);
    let mut found: Vec<&[Placed<'_>]> = Vec::new();
    for (number, pair) in tokens.windows(2).enumerate() {
        if matches!(pair, [(_, word), (_, open)] if is(word, "sensitive") && open.kind == Kind::OpenParen) {
            found.push(inner(tokens.get(number + 1..).unwrap_or_default()));
        }
    }
    let sensitive = variables(&tokens).into_iter().filter(|(_, block)| is_sensitive(block));
    found.extend(sensitive.filter_map(|(_, block)| argument(block, "default")));
    found.into_iter().filter_map(secret).collect()
}

/// The variables that a text declares, and that are not sensitive.
pub fn open_variables(text: &str) -> BTreeSet<String> {
    let tokens = placed(text);
    let open = variables(&tokens).into_iter().filter(|(_, block)| !is_sensitive(block));
    open.map(|(name, _)| name.to_owned()).collect()
}

fn placed(text: &str) -> Vec<Placed<'_>> {
    let (mut at, mut tokens) = (0, Vec::new());
    for token in scan(text).list {
        let start = at + token.blanks;
        at = start + token.text.len();
        tokens.push((start, token));
    }
    tokens
}

/// The variables of a text, with what stands in their blocks.
fn variables<'s, 't>(tokens: &'s [Placed<'t>]) -> Vec<(&'t str, &'s [Placed<'t>])> {
    let (mut found, mut depth) = (Vec::new(), 0);
    for (number, (_, token)) in tokens.iter().enumerate() {
        let rest = tokens.get(number..).unwrap_or_default();
        if depth == 0 && is(token, "variable") {
            let open = rest.iter().position(|(_, token)| token.kind == Kind::OpenBrace).unwrap_or(rest.len());
            let (header, block) = rest.split_at(open);
            let label =
                header.iter().skip(1).find(|(_, token)| matches!(token.kind, Kind::Literal | Kind::Ident));
            found.push((label.map_or("", |(_, token)| token.text), inner(block)));
        }
        depth += token.kind.depth();
    }
    found
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

/// The value of an argument of a block.
fn argument<'s, 't>(block: &'s [Placed<'t>], name: &str) -> Option<&'s [Placed<'t>]> {
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
}

/// Whether a variable is sensitive, or might be.
fn is_sensitive(block: &[Placed<'_>]) -> bool {
    argument(block, "sensitive").is_some_and(|value| !matches!(value, [(_, word)] if is(word, "false")))
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
    cover(text, secrets(text).into_iter().flat_map(|secret| secret.literals).collect())
}

/// The same for a file, and with a mask in place of what looks like a secret: a string under a name such as `api_token`,
/// and one that a variable is compared with, unless that is one of the `open` ones.
pub fn masked_file(text: &str, open: &BTreeSet<String>) -> String {
    let mut places: Vec<_> = secrets(text).into_iter().flat_map(|secret| secret.literals).collect();
    let tokens = placed(text);
    for line in tokens.split_inclusive(|(_, token)| token.ends_line()) {
        let is_compared = line.windows(3).any(|name| {
            matches!(name, [(_, root), (_, dot), (_, name)]
                if is(root, "var") && dot.kind == Kind::Dot && !open.contains(name.text))
        });
        for at in 0..line.len() {
            let (before, rest) = line.split_at(at);
            let [(_, sign), after @ ..] = rest else { continue };
            let is_given = matches!(sign.kind, Kind::Equal | Kind::Colon)
                && name_before(before).is_some_and(names_secret);
            let is_comparison = is_compared && matches!(sign.text, "==" | "!=");
            if is_given || is_comparison {
                places.extend(literal_at(after.iter()));
            }
            if is_comparison {
                places.extend(literal_at(before.iter().rev()));
            }
        }
    }
    cover(text, places)
}

/// The name that ends here: a word, or a word in quotes.
fn name_before<'t>(tokens: &[Placed<'t>]) -> Option<&'t str> {
    match tokens {
        [.., (_, word)] if word.kind == Kind::Ident => Some(word.text),
        [.., (_, text), (_, quote)] if text.kind == Kind::Literal && quote.kind == Kind::CloseQuote => {
            Some(text.text)
        }
        _ => None,
    }
}

/// The text of the string that begins or ends here.
fn literal_at<'s, 't: 's>(mut tokens: impl Iterator<Item = &'s Placed<'t>>) -> Option<Range<usize>> {
    let is_quote = |(_, token): &&Placed<'_>| matches!(token.kind, Kind::OpenQuote | Kind::CloseQuote);
    tokens.next().filter(is_quote)?;
    let (start, token) = tokens.next().filter(|(_, token)| token.kind == Kind::Literal)?;
    Some(*start..*start + token.text.len())
}

/// A text with a mask in these places.
fn cover(text: &str, mut places: Vec<Range<usize>>) -> String {
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
    fn what_looks_like_a_secret_in_a_file_is_masked() {
        let open = open_variables("variable \"open\" {}\nvariable \"b\" {\n  sensitive = true\n}\n");
        assert_eq!(open, BTreeSet::from(["open".to_owned()]));
        for (text, shown) in [
            ("a = { api_token = \"x\", b = \"y\" }\n", "a = { api_token = \"(sensitive)\", b = \"y\" }\n"),
            ("a = { \"x.key\" : \"x${1}\" }\n", "a = { \"x.key\" : \"(sensitive)${1}\" }\n"),
            ("a = var.b == \"x\" ? \"y\" : \"z\"\n", "a = var.b == \"(sensitive)\" ? \"y\" : \"z\"\n"),
            ("a = \"x\" != upper(var.b)\n", "a = \"(sensitive)\" != upper(var.b)\n"),
            (
                "a = var.open == \"x\"\nb = local.b == \"y\"\n",
                "a = var.open == \"x\"\nb = local.b == \"y\"\n",
            ),
        ] {
            assert_eq!(masked_file(text, &open), shown);
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
