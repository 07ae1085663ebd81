//! Text put into text.

use std::ops::Range;

use hcl_edit::Ident;
use hcl_edit::Span as _;
use hcl_edit::expr::{Object, ObjectValueAssignment, ObjectValueTerminator};
use hcl_edit::structure::{Attribute, Block, Structure};

use super::place::{Parent, attribute};
use super::written::quoted;
use crate::fleet::schema::BlockSchema;

/// The text with `with` in the place of a range.
pub fn replaced(text: &str, range: Range<usize>, with: &str) -> Option<String> {
    Some(format!("{}{with}{}", text.get(..range.start)?, text.get(range.end..)?))
}

/// The text with a new argument; `None` where its layout leaves no place.
pub fn inserted(text: &str, into: Parent<'_>, name: &str, value: &str) -> Option<String> {
    match into {
        Parent::Block(block, schema) => into_block(text, block, neighbour(block, schema, name), name, value),
        Parent::Map(map) => into_map(text, map, name, value),
    }
}

/// The argument that a new one comes behind: the nearest that precedes it in the language, or else the last one before
/// the first nested block.
fn neighbour<'a>(block: &'a Block, schema: &'static BlockSchema, name: &str) -> Option<&'a Attribute> {
    let mut before: Vec<&str> = schema.args().map(|arg| arg.name).take_while(|arg| *arg != name).collect();
    before.reverse();
    let preceding = before.into_iter().find_map(|name| attribute(block, name));
    preceding.or_else(|| block.body.iter().map_while(Structure::as_attribute).last())
}

fn into_block(
    text: &str,
    block: &Block,
    neighbour: Option<&Attribute>,
    name: &str,
    value: &str,
) -> Option<String> {
    let newline = newline(text);
    let word = block.ident.span()?;
    let header = block.labels.last().map_or(Some(word.clone()), |label| label.span())?;
    let open = header.end + text.get(header.end..)?.find('{')?;
    let close = block.span()?.end.checked_sub(1)?;
    if text.get(close..close + 1)? != "}" {
        return None;
    }
    let inner = text.get(open + 1..close)?;
    let outer = indentation(text, word.start)?;
    if !inner.contains('\n') {
        let (indent, inner) = (format!("{newline}{outer}  "), inner.trim());
        let kept = if inner.is_empty() { String::new() } else { format!("{indent}{inner}") };
        let line = padded(name, None, "=", value);
        return replaced(text, open + 1..close, &format!("{kept}{indent}{line}{newline}{outer}"));
    }
    let (end, indent, line) = match neighbour {
        Some(neighbour) => {
            let (key, there) = (neighbour.key.span()?, neighbour.value.span()?);
            let sign = key.end + text.get(key.end..)?.find('=')?;
            let indent = indentation(text, key.start)?;
            (there.end, indent, padded(name, Some(sign - key.start), "=", value))
        }
        None => (open + 1, format!("{outer}  "), padded(name, None, "=", value)),
    };
    let at = line_end(text, end)?;
    replaced(text, at..at, &format!("{newline}{indent}{line}"))
}

fn into_map(text: &str, map: &Object, name: &str, value: &str) -> Option<String> {
    let newline = newline(text);
    let key = key(name);
    let span = map.span()?;
    let (open, close) = (span.start, span.end.checked_sub(1)?);
    let inner = text.get(open + 1..close)?;
    let Some((last_key, last)) = map.iter().last() else {
        return match inner.contains('\n') {
            false => replaced(text, open + 1..close, &format!(" {key} = {value} ")),
            true => {
                let indent = indentation(text, open)?;
                replaced(text, open + 1..open + 1, &format!("{newline}{indent}  {key} = {value}"))
            }
        };
    };
    let sign = match last.assignment() {
        ObjectValueAssignment::Equals => "=",
        ObjectValueAssignment::Colon => ":",
    };
    let (start, end) = (last_key.span()?.start, last.expr().span()?.end);
    let is_comma = last.terminator() == ObjectValueTerminator::Comma;
    let behind = line_end(text, end).filter(|at| *at < close);
    let indent = indentation(text, start)?;
    let is_alone = text.get(..start)?.ends_with(&indent) && text.get(..start - indent.len())?.ends_with('\n');
    match behind.filter(|_| is_alone) {
        Some(at) => {
            let column = last_key.span()?.end + text.get(last_key.span()?.end..)?.find(sign)? - start;
            let line = padded(&key, Some(column), sign, value);
            let comma = if is_comma { "," } else { "" };
            replaced(text, at..at, &format!("{newline}{indent}{line}{comma}"))
        }
        // In the line of the last one.
        None => {
            let at = if is_comma { end + text.get(end..close)?.find(',')? + 1 } else { end };
            let (before, after) = if is_comma { ("", ",") } else { (",", "") };
            replaced(text, at..at, &format!("{before} {key} {sign} {value}{after}"))
        }
    }
}

/// The key of a map as it is written.
pub fn key(name: &str) -> String {
    if Ident::try_new(name).is_ok() { name.to_owned() } else { quoted(name) }
}

fn newline(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

/// The end of the line that `at` stands in, before its line break.
fn line_end(text: &str, at: usize) -> Option<usize> {
    let end = at + text.get(at..)?.find('\n')?;
    Some(if text.get(..end)?.ends_with('\r') { end - 1 } else { end })
}

/// The blanks that the line begins with that `at` stands in.
fn indentation(text: &str, at: usize) -> Option<String> {
    let start = text.get(..at)?.rfind('\n').map_or(0, |newline| newline + 1);
    Some(text.get(start..)?.chars().take_while(|character| matches!(character, ' ' | '\t')).collect())
}

/// `name = value`, the sign in the same column as that of a neighbour if the name leaves room for it.
fn padded(name: &str, column: Option<usize>, sign: &str, value: &str) -> String {
    let width = column.map_or(0, |column| column.saturating_sub(1));
    format!("{name:width$} {sign} {value}")
}
