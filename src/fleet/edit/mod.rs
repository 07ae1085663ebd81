//! One argument of one block, set in place: everything else of the file stays as it was written.

mod address;
mod place;
mod splice;
mod written;

use std::ops::Range;

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::parser::{parse_body, parse_expr};
use hcl_edit::structure::{Block, Body, Structure};

use super::format::has_comment;
use super::literal::{is_literal, same};
use place::{Place, find};

pub use address::{Address, Assignment, names};

#[cfg(test)]
mod tests;

/// Why something was not set. The text is as it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct EditError {
    message: String,
    /// The place in the text that it is about, and what a person is told of it.
    pub at: Option<(Range<usize>, &'static str)>,
    /// The next step, where there is one.
    pub help: Option<String>,
    /// What stands there where a literal was expected, if that is a plain reference such as `var.image`: its steps.
    pub reference: Option<Vec<String>>,
}

impl EditError {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), at: None, help: None, reference: None }
    }

    fn at(mut self, at: Option<Range<usize>>, says: &'static str) -> Self {
        self.at = at.map(|at| (at, says));
        self
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// A text in which something was set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edited {
    /// The text as it is now.
    pub text: String,
    /// The line that the argument stands in now, from 1.
    pub line: usize,
    /// The literal that stood there, as it was written; `None` if nothing did.
    pub before: Option<String>,
    /// The literal that stands there now.
    pub after: String,
    /// Whether neither of the two may be shown: the default of a sensitive variable, a value that was given as a secret,
    /// or one under a name such as `PASSWORD`.
    pub is_secret: bool,
}

impl Edited {
    /// Whether the value is another one than before.
    pub fn is_changed(&self) -> bool {
        self.before.as_deref() != Some(self.after.as_str())
    }
}

/// The text with what is assigned in the one block at this address. A literal that stands there is replaced; where
/// nothing stands, and the block or map takes it, it comes behind the argument that precedes it in the language, or
/// at the end. Comments, layout, line endings and a byte order mark are kept.
///
/// # Errors
/// If there is no such block or place; if an expression stands there that is no literal; if the value is not of the
/// type that belongs there; or if the block is written in a way that leaves no place for it.
pub fn set(text: &str, address: &Address, assignment: &Assignment) -> Result<Edited, EditError> {
    // Spans count from behind the byte order mark.
    let (kept, text) = text.split_at(text.len() - text.strip_prefix('\u{feff}').unwrap_or(text).len());
    let body = parse_body(text).map_err(|_| EditError::new("the file is not HCL"))?;
    let block = only(&body, address, assignment)?;
    let is_default = assignment.path.steps().first().is_some_and(|first| first == "default");
    let is_secret = assignment.is_secret || is_default && is_secret(block);
    // What is pointed at is shown.
    let unseen = |error: EditError| if is_secret { EditError { at: None, ..error } } else { error };
    let edited = changed(text, block, address, assignment, is_secret).map_err(unseen)?;
    let is_secret = is_secret || assignment.path.names_secret();
    Ok(Edited { text: format!("{kept}{}", edited.text), is_secret, ..edited })
}

/// The same without a byte order mark, in the block that was found.
fn changed(
    text: &str,
    block: &Block,
    address: &Address,
    assignment: &Assignment,
    is_secret: bool,
) -> Result<Edited, EditError> {
    let path = &assignment.path;
    let (before, after, spliced) = match find(text, block, address.schema(), path)? {
        Place::There { value, ty, .. } => {
            let span = value.span().unwrap_or_default();
            let source = text.get(span.clone()).unwrap_or_default();
            if !is_literal(value) {
                return Err(place::expression(text, &path.to_string(), value, is_secret));
            }
            let new = written::written(&path.to_string(), ty, &assignment.value, Some(value))?;
            if parse_expr(&new).is_ok_and(|new| same(&new, value)) {
                let (line, source) = (line_of(text, span.start), source.to_owned());
                return Ok(Edited {
                    text: text.to_owned(),
                    line,
                    before: Some(source.clone()),
                    after: source,
                    is_secret,
                });
            }
            if matches!(value, Expression::Array(_) | Expression::Object(_)) && has_comment(source) {
                let error =
                    EditError::new(format!("a comment stands in the value of `{path}`, and would be lost"));
                return Err(error
                    .at(Some(span), "this would be replaced as a whole")
                    .help("set a part of it, as in `values.ingress.weight=0`, or edit the file"));
            }
            (Some(source.to_owned()), new.clone(), splice::replaced(text, span, &new))
        }
        Place::Missing { into, name, keys, ty } => {
            let new = written::written(&path.to_string(), ty, &assignment.value, None)?;
            let maps = keys.iter().rev();
            let whole = maps.fold(new.clone(), |inner, key| format!("{{ {} = {inner} }}", splice::key(key)));
            (None, new, splice::inserted(text, into, name, &whole))
        }
    };
    let edited = spliced.and_then(|edited| {
        let line = checked(text, &edited, address, assignment, &after)?;
        Some(Edited { text: edited, line, before, after, is_secret })
    });
    edited.ok_or_else(|| {
        EditError::new(format!("the block is written in a way that leaves no place for `{path}`"))
            .at(block.ident.span(), "this block")
            .help("edit the file")
    })
}

/// The line of the argument, if the edited text says there what it should. Whatever the layout was: else it is not
/// used.
fn checked(
    before: &str,
    edited: &str,
    address: &Address,
    assignment: &Assignment,
    value: &str,
) -> Option<usize> {
    let (body, old) = (parse_body(edited).ok()?, parse_body(before).ok()?);
    let block = only(&body, address, assignment).ok()?;
    let Ok(Place::There { key, value: there, .. }) = find(edited, block, address.schema(), &assignment.path)
    else {
        return None;
    };
    let is_right = same(there, &parse_expr(value).ok()?)
        && others(&body, block) == others(&old, only(&old, address, assignment).ok()?);
    is_right.then(|| line_of(edited, key.start))
}

/// How many structures stand beside a block, and the words that begin them.
fn others<'a>(body: &'a Body, block: &Block) -> Vec<&'a str> {
    let others =
        body.iter().filter(|structure| !structure.as_block().is_some_and(|other| std::ptr::eq(other, block)));
    let word = |structure: &'a Structure| match structure {
        Structure::Attribute(attribute) => attribute.key.as_str(),
        Structure::Block(block) => block.ident.as_str(),
    };
    others.map(word).collect()
}

/// The one block that is meant.
fn only<'a>(body: &'a Body, address: &Address, assignment: &Assignment) -> Result<&'a Block, EditError> {
    let mut found =
        body.iter().filter_map(Structure::as_block).filter(|block| address.is(block, &assignment.path));
    match (found.next(), found.next()) {
        (Some(block), None) => Ok(block),
        (_, _) => Err(EditError::new(format!("the file does not hold {} once", address.title()))),
    }
}

fn is_secret(block: &Block) -> bool {
    let sensitive = place::attribute(block, "sensitive").map(|attribute| &attribute.value);
    let is_open = |value: &Expression| matches!(value, Expression::Bool(value) if !*value.value());
    block.ident.as_str() == "variable" && sensitive.is_some_and(|value| !is_open(value))
}

fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}
