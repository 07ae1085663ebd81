//! One argument of one block, set in place: everything else of the file stays as it was written.

use std::ops::Range;

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::parser::parse_body;
use hcl_edit::structure::{Attribute, Block, Body, Structure};

use super::block::shown;

/// Why an argument was not set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The text is no HCL.
    #[error("the file is not HCL")]
    Syntax,
    /// There is no such block, or there are several.
    #[error("the file does not hold this block once")]
    Block,
    /// The argument is there, and is an expression that cannot be replaced by a text without losing what it says.
    #[error("`{}` is an expression there, not a plain string", shown(.0))]
    Expression(String),
    /// The block is written in a way that the argument could not be put into.
    #[error("the block is written in a way that leaves no place for `{}`", shown(.0))]
    Layout(String),
}

/// The text with `name = "value"` in the block `kind "label"` at its top level: a plain string that is there is
/// replaced; else the argument comes after the one that is named `after`, or after the last one before the first
/// nested block. Comments, layout, line endings and a byte order mark are kept.
///
/// # Errors
/// If the block is not there once, or there is no place for the argument.
pub fn set_argument(
    text: &str,
    (kind, label): (&str, &str),
    name: &str,
    value: &str,
    after: &str,
) -> Result<String, EditError> {
    let body = parse_body(text.strip_prefix('\u{feff}').unwrap_or(text)).map_err(|_| EditError::Syntax)?;
    // Spans count from behind the byte order mark.
    let mark = text.len() - text.strip_prefix('\u{feff}').unwrap_or(text).len();
    let (kept, text) = text.split_at(mark);
    let block = only(&body, kind, label).ok_or(EditError::Block)?;
    let quoted = quoted(value);
    let layout = || EditError::Layout(name.to_owned());
    let edited = match argument(block, name) {
        Some(Attribute { value: Expression::String(written), .. }) => {
            let span = written.span().ok_or_else(layout)?;
            splice(text, span, &quoted)
        }
        Some(_) => return Err(EditError::Expression(name.to_owned())),
        None => inserted(text, block, name, &quoted, after),
    };
    let edited = edited.ok_or_else(layout)?;
    // Whatever the layout was: the result says what it should, or is not used.
    let is_right = parse_body(&edited).is_ok_and(|body| {
        only(&body, kind, label).and_then(|block| argument(block, name)).is_some_and(
            |argument| matches!(&argument.value, Expression::String(written) if written.as_str() == value),
        )
    });
    if is_right { Ok(format!("{kept}{edited}")) } else { Err(layout()) }
}

fn only<'a>(body: &'a Body, kind: &str, label: &str) -> Option<&'a Block> {
    let is_it = |block: &&Block| {
        block.ident.as_str() == kind && matches!(block.labels.as_slice(), [only] if only.as_str() == label)
    };
    let mut found = body.iter().filter_map(Structure::as_block).filter(is_it);
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

fn argument<'a>(block: &'a Block, name: &str) -> Option<&'a Attribute> {
    block.body.iter().filter_map(Structure::as_attribute).find(|attribute| attribute.key.as_str() == name)
}

fn quoted(value: &str) -> String {
    let mut quoted = String::from("\"");
    for character in value.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted.replace("${", "$${").replace("%{", "%%{")
}

fn splice(text: &str, range: Range<usize>, with: &str) -> Option<String> {
    Some(format!("{}{with}{}", text.get(..range.start)?, text.get(range.end..)?))
}

fn inserted(text: &str, block: &Block, name: &str, quoted: &str, after: &str) -> Option<String> {
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let header = block.labels.last().and_then(|label| label.span())?;
    let open = header.end + text.get(header.end..)?.find('{')?;
    let close = block.span()?.end.checked_sub(1)?;
    if text.get(close..close + 1)? != "}" {
        return None;
    }
    let inner = text.get(open + 1..close)?;
    let outer = indentation(text, header.start)?;
    if !inner.contains('\n') {
        let (indent, inner) = (format!("{newline}{outer}  "), inner.trim());
        let kept = if inner.is_empty() { String::new() } else { format!("{indent}{inner}") };
        let line = padded(name, None, quoted);
        return splice(text, open + 1..close, &format!("{kept}{indent}{line}{newline}{outer}"));
    }
    let anchor = argument(block, after).or_else(|| {
        let before_blocks = block.body.iter().map_while(Structure::as_attribute);
        before_blocks.last()
    });
    let (end, indent, line) = match anchor {
        Some(anchor) => {
            let (key, value) = (anchor.key.span()?, anchor.value.span()?);
            let equals = key.end + text.get(key.end..)?.find('=')?;
            let indent = indentation(text, key.start)?;
            (value.end, indent, padded(name, Some(equals - key.start), quoted))
        }
        None => (open + 1, format!("{outer}  "), padded(name, None, quoted)),
    };
    let at = end + text.get(end..)?.find('\n')?;
    let at = if text.get(..at)?.ends_with('\r') { at - 1 } else { at };
    splice(text, at..at, &format!("{newline}{indent}{line}"))
}

/// The blanks that the line begins with that `at` stands in.
fn indentation(text: &str, at: usize) -> Option<String> {
    let start = text.get(..at)?.rfind('\n').map_or(0, |newline| newline + 1);
    Some(text.get(start..)?.chars().take_while(|character| matches!(character, ' ' | '\t')).collect())
}

/// `name = value`, the sign in the same column as that of a neighbour if the name leaves room for it.
fn padded(name: &str, sign: Option<usize>, quoted: &str) -> String {
    let width = sign.map_or(0, |sign| sign.saturating_sub(1));
    format!("{name:width$} = {quoted}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const UID: &str = "7f0f6a3e-0000-4000-8000-000000000001";

    fn set(text: &str) -> Result<String, EditError> {
        set_argument(text, ("cluster", "a"), "uid", UID, "context")
    }

    #[test]
    fn the_argument_is_put_beside_its_neighbour_and_the_rest_is_kept() {
        for (before, after) in [
            (
                "# one\ncluster \"a\" {\n  labels  = { env = \"x\" }\n  context = \"a\" # why\n\n  values = {}\n}\n\ncluster \"b\" {}\n",
                "# one\ncluster \"a\" {\n  labels  = { env = \"x\" }\n  context = \"a\" # why\n  uid     = \"UID\"\n\n  values = {}\n}\n\ncluster \"b\" {}\n",
            ),
            ("cluster \"a\" {}\n", "cluster \"a\" {\n  uid = \"UID\"\n}\n"),
            ("cluster a { }\n", "cluster a {\n  uid = \"UID\"\n}\n"),
            ("cluster \"a\" { context = \"x\" }", "cluster \"a\" {\n  context = \"x\"\n  uid = \"UID\"\n}"),
            ("cluster \"a\" {\n  # nothing\n}\n", "cluster \"a\" {\n  uid = \"UID\"\n  # nothing\n}\n"),
            (
                "cluster \"a\" {\n\tx=1\n\tlabels = {\n\t\ty = 1\n\t}\n}\n",
                "cluster \"a\" {\n\tx=1\n\tlabels = {\n\t\ty = 1\n\t}\n\tuid    = \"UID\"\n}\n",
            ),
            (
                "\u{feff}cluster \"a\" {\r\n  context = \"a\"\r\n}\r\n",
                "\u{feff}cluster \"a\" {\r\n  context = \"a\"\r\n  uid     = \"UID\"\r\n}\r\n",
            ),
            (
                "cluster \"a\" {\n  uid = \"7f0f6a3e-0000-4000-8000-000000000009\" // old\n}\n",
                "cluster \"a\" {\n  uid = \"UID\" // old\n}\n",
            ),
        ] {
            assert_eq!(set(before).as_deref(), Ok(after.replace("UID", UID).as_str()), "{before}");
        }
    }

    #[test]
    fn what_cannot_be_edited_is_left_alone() {
        for (text, error) in [
            ("cluster \"b\" {}\n", EditError::Block),
            ("cluster \"a\" {}\ncluster \"a\" {}\n", EditError::Block),
            ("cluster \"a\" {\n  uid = var.uid\n}\n", EditError::Expression("uid".to_owned())),
            (
                "cluster \"a\" {\n  context = \"a\" /* a\n comment */\n}\n",
                EditError::Layout("uid".to_owned()),
            ),
            ("cluster \"a\" {\n", EditError::Syntax),
        ] {
            assert_eq!(set(text), Err(error), "{text}");
        }
    }

    #[test]
    fn a_value_stays_a_string() {
        let text = set_argument("x \"a\" {}\n", ("x", "a"), "v", "\"${a}\\\n%{b}", "").unwrap();
        assert_eq!(text, "x \"a\" {\n  v = \"\\\"$${a}\\\\\\n%%{b}\"\n}\n");
    }
}
