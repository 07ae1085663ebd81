//! A name that is not defined: which part of the path is missing, and what is there in its place.

use std::ops::Range;

use tera::value::ValueKind;
use tera::{Context, Value};

use super::codes;
use super::piece::{Code, Piece, pieces};
use super::token::TokenKind;
use crate::diagnostic::{Diagnostic, one_of, suggest};

/// How many names that are bound to other names are followed.
const MAX_HOPS: usize = 8;

/// One part of a path, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Part {
    /// The key; `None` for a subscript that has to be worked out.
    key: Option<String>,
    range: Range<usize>,
}

/// Tells about the path whose last token ends at `range.end` in `text`: the diagnostic, without a place, and
/// the bytes of the part that is missing. `listed` are the names that Tera found near, if it said so.
pub(super) fn tell(
    text: &str,
    range: Range<usize>,
    context: &Context,
    listed: &[&str],
) -> (Diagnostic, Range<usize>) {
    let cut = pieces(text);
    let Some(path) = path_at(text, &cut, &range) else {
        return (Diagnostic::error(codes::UNDEFINED, "a value here is not defined"), range);
    };
    if let [first, .., last] = path.as_slice()
        && is_parameter(text, &cut, first)
    {
        // What a component was called with is not known here.
        let whole = path.iter().fold(String::new(), |prefix, part| joined(&prefix, part));
        let diagnostic = Diagnostic::error(codes::UNDEFINED, format!("`{whole}` is not defined"));
        return (optional(diagnostic), first.range.start..last.range.end);
    }
    let (mut value, mut prefix) = (None, String::new());
    for (index, part) in path.iter().enumerate() {
        let found = match (&part.key, index, &value) {
            (Some(key), 0, _) => bound(text, &cut, key, part.range.start, context, MAX_HOPS),
            (Some(key), _, Some(parent)) => get(parent, key),
            _ => None,
        };
        let Some(found) = found.filter(|value| !value.is_undefined()) else {
            return (missing(&prefix, part, value.as_ref(), index, context, listed), part.range.clone());
        };
        prefix = joined(&prefix, part);
        value = Some(found);
    }
    (optional(Diagnostic::error(codes::UNDEFINED, format!("`{prefix}` is not defined here"))), range)
}

fn missing(
    prefix: &str,
    part: &Part,
    parent: Option<&Value>,
    index: usize,
    context: &Context,
    listed: &[&str],
) -> Diagnostic {
    let Some(key) = &part.key else {
        let message = format!("`{prefix}` has no element of this number or key");
        return optional(Diagnostic::error(codes::UNDEFINED, message));
    };
    let shown = key.escape_debug();
    if index == 0 {
        const ROOTS: [&str; 6] = ["cluster", "clusters", "fleet", "service", "unit", "values"];
        let known: Vec<&str> = ROOTS.into_iter().filter(|root| context.contains_key(root)).collect();
        let diagnostic = Diagnostic::error(codes::UNDEFINED, format!("`{shown}` is not defined"));
        if key == "service" {
            return diagnostic.help("only templates of a `service` block see `service`; use `values` here");
        }
        return match suggest(key, known.iter().copied().chain(listed.iter().copied())) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None => diagnostic.help(format!("a template sees {}", one_of(known))),
        };
    }
    match parent {
        Some(parent) if parent.as_array().is_some() => {
            let length = parent.as_array().map_or(0, <[Value]>::len);
            let message = format!("`{prefix}` is a list of {length}, so it has no `{shown}`");
            optional(Diagnostic::error(codes::UNDEFINED, message))
        }
        Some(parent) if parent.is_none() => {
            let message = format!("`{prefix}` is null, so it has no `{shown}`");
            Diagnostic::error(codes::UNDEFINED, message).help(format!("ask first: `{{% if {prefix} %}}`"))
        }
        Some(parent) if parent.kind() != ValueKind::Map => {
            let message = format!("`{prefix}` is {}, so it has no `{shown}`", kind(parent));
            Diagnostic::error(codes::UNDEFINED, message).help(format!("use `{prefix}` itself"))
        }
        parent => {
            let mut known = parent.map(keys).unwrap_or_default();
            if known.is_empty() {
                known = listed.iter().map(|name| (*name).to_owned()).collect();
            }
            let diagnostic = Diagnostic::error(codes::UNDEFINED, format!("`{prefix}` has no `{shown}`"));
            let names = || known.iter().map(String::as_str);
            match suggest(key, names()).map(str::to_owned).or_else(|| below(parent, key)) {
                Some(near) => diagnostic.help(format!("did you mean `{prefix}.{near}`?")),
                None if known.is_empty() => optional(diagnostic),
                None => optional(diagnostic.note(format!("`{prefix}` has {}", one_of(names())))),
            }
        }
    }
}

/// The nearest key one level down: `labels.region` for `region`.
fn below(parent: Option<&Value>, key: &str) -> Option<String> {
    let maps = parent?.as_map()?.iter().filter(|(_, value)| value.as_map().is_some());
    let mut found = maps.filter_map(|(outer, value)| {
        let inner = keys(value);
        let near = suggest(key, inner.iter().map(String::as_str))?;
        Some(format!("{outer}.{near}"))
    });
    found.next()
}

fn optional(diagnostic: Diagnostic) -> Diagnostic {
    diagnostic.help(
        "set it in the fleet; where it may be missing, ask with `is defined` or add `| default(value=…)`",
    )
}

fn kind(value: &Value) -> &'static str {
    match value.kind() {
        ValueKind::String => "a string",
        ValueKind::Bool => "a bool",
        _ => "a number",
    }
}

fn keys(value: &Value) -> Vec<String> {
    let mut keys: Vec<String> =
        value.as_map().into_iter().flatten().map(|(key, _)| key.to_string()).collect();
    keys.sort();
    keys
}

fn get(parent: &Value, key: &str) -> Option<Value> {
    match parent.as_map() {
        Some(map) => map.get(&tera::value::Key::Str(key)).cloned(),
        None => parent.as_array()?.get(key.parse::<usize>().ok()?).cloned(),
    }
}

fn joined(prefix: &str, part: &Part) -> String {
    match &part.key {
        Some(key) if prefix.is_empty() => key.clone(),
        Some(key) if key.chars().all(|c| c == '_' || c.is_alphanumeric()) => format!("{prefix}.{key}"),
        Some(key) => format!("{prefix}[\"{}\"]", key.escape_debug()),
        None => format!("{prefix}[…]"),
    }
}

/// `range`, with the whole of the path that it begins in.
pub(super) fn whole(text: &str, range: Range<usize>) -> Range<usize> {
    let path = path_at(text, &pieces(text), &(range.start..range.start + 1)).unwrap_or_default();
    match path.first().zip(path.last()) {
        Some((first, last)) => first.range.start..last.range.end.max(range.end),
        None => range,
    }
}

/// The path that `range` is a part of.
fn path_at(text: &str, cut: &[Piece], range: &Range<usize>) -> Option<Vec<Part>> {
    let code = cut.iter().find_map(|piece| match piece {
        Piece::Output(code) | Piece::Tag(code) if code.range.contains(&range.start) => Some(code),
        _ => None,
    })?;
    let mut last = code.tokens.iter().rposition(|token| token.range.start < range.end)?;
    let mut start = last;
    while start > 0 && continues(text, code, start) {
        start -= 1;
    }
    while last + 1 < code.tokens.len() && continues(text, code, last + 1) {
        last += 1;
    }
    let mut parts = Vec::new();
    let mut at = start;
    while at <= last {
        let token = code.tokens.get(at)?;
        let word = text.get(token.range.clone())?;
        match word {
            "." | "?." => at += 1,
            "[" | "?[" => {
                let inner = code.tokens.get(at + 1)?;
                let literal = inner.kind != TokenKind::Word
                    && text.get(code.tokens.get(at + 2)?.range.clone()) == Some("]");
                let key = literal.then(|| text.get(inner.range.clone())).flatten();
                parts.push(Part { key: key.map(unquoted), range: inner.range.clone() });
                let close = (at..=last).find(|at| spelled(text, code, *at) == "]").unwrap_or(last);
                at = close + 1;
            }
            word if token.kind == TokenKind::Word => {
                parts.push(Part { key: Some(word.to_owned()), range: token.range.clone() });
                at += 1;
            }
            _ => return None,
        }
    }
    (!parts.is_empty()).then_some(parts)
}

/// Whether the token at `at` is part of a path that begins before it. Of subscripts, those of one token are.
fn continues(text: &str, code: &Code, at: usize) -> bool {
    let before = |places: usize| at.checked_sub(places).map_or("", |before| spelled(text, code, before));
    let is_name = |word: &str| word.starts_with(|c: char| c == '_' || c.is_alphabetic()) || word == "]";
    match spelled(text, code, at) {
        "." | "?." => is_name(before(1)),
        "[" | "?[" => is_name(before(1)) && spelled(text, code, at + 2) == "]",
        "]" => matches!(before(2), "[" | "?["),
        _ => match before(1) {
            "." | "?." => true,
            "[" | "?[" => is_name(before(2)) && spelled(text, code, at + 1) == "]",
            _ => false,
        },
    }
}

fn spelled<'a>(text: &'a str, code: &Code, at: usize) -> &'a str {
    code.tokens.get(at).and_then(|token| text.get(token.range.clone())).unwrap_or("")
}

fn unquoted(literal: &str) -> String {
    literal.trim_matches(['"', '\'', '`']).to_owned()
}

/// The value that a name has at `offset`: of the loop or `set` that binds it last before, or of the context.
/// Of what a loop goes over, the first element stands for all.
fn bound(
    text: &str,
    cut: &[Piece],
    name: &str,
    offset: usize,
    context: &Context,
    hops: usize,
) -> Option<Value> {
    let binding = cut.iter().rev().filter_map(|piece| match piece {
        Piece::Tag(code) if code.range.end <= offset && hops > 0 => binding(text, code, name),
        _ => None,
    });
    let mut binding = binding;
    if let Some((element, range)) = binding.next() {
        let path = path_at(text, cut, &range)?;
        let (first, rest) = path.split_first()?;
        let start = bound(text, cut, first.key.as_deref()?, first.range.start, context, hops - 1)?;
        let value = rest.iter().try_fold(start, |value, part| get(&value, part.key.as_deref()?))?;
        return if element { first_of(&value) } else { Some(value) };
    }
    context.get(name).cloned()
}

/// Whether a path begins with a parameter of the component that it stands in.
fn is_parameter(text: &str, cut: &[Piece], first: &Part) -> bool {
    let tags = cut.iter().rev().filter_map(|piece| match piece {
        Piece::Tag(code) if code.range.end <= first.range.start => Some(code),
        _ => None,
    });
    let mut edges = tags.filter(|code| matches!(spelled(text, code, 0), "component" | "endcomponent"));
    edges.next().filter(|code| spelled(text, code, 0) == "component").is_some_and(|code| {
        (2..code.tokens.len()).any(|at| Some(spelled(text, code, at)) == first.key.as_deref())
    })
}

fn first_of(value: &Value) -> Option<Value> {
    match value.as_map() {
        Some(map) => map.values().next().cloned(),
        None => value.as_array()?.first().cloned(),
    }
}

/// Where the path is that a `for` (whose element is bound) or `set` tag binds to `name`.
fn binding(text: &str, code: &Code, name: &str) -> Option<(bool, Range<usize>)> {
    let last = code.tokens.last()?.range.clone();
    match spelled(text, code, 0) {
        "for" => {
            let into = (1..code.tokens.len()).find(|at| spelled(text, code, *at) == "in")?;
            // The last name before `in` is the value; a key is a string and has no fields.
            (spelled(text, code, into - 1) == name).then_some((true, last))
        }
        "set" | "set_global" if spelled(text, code, 1) == name && spelled(text, code, 2) == "=" => {
            Some((false, last))
        }
        _ => None,
    }
}
