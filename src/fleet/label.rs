//! The names that labels may carry.

use super::block::{Name, shown};
use super::codes;
use super::schema::{LabelForm, LabelSchema};
use crate::diagnostic::{Diagnostic, one_of, suggest};
use crate::object;

/// The longest identifier of a variable, local or output, in bytes.
const MAX_IDENTIFIER: usize = 128;

/// What is wrong with the name, if anything.
pub fn check(block: &str, schema: LabelSchema, name: &Name) -> Option<Diagnostic> {
    let problem = |reason: String, help: String| {
        let shown = shown(&name.text);
        let what = schema.what.to_lowercase();
        Diagnostic::error(codes::NAME, format!("{block} {what} \"{shown}\" is not allowed: {reason}"))
            .at(name.span, "this name")
            .help(help)
    };
    match schema.form {
        LabelForm::Dns => object::dns_label(&name.text).err().map(|invalid| {
            problem(
                invalid.found(),
                "use lower-case letters, digits and `-`, at most 63, beginning and ending with a letter or digit"
                    .to_owned(),
            )
        }),
        LabelForm::Identifier => {
            let begins = |c: char| c.is_ascii_alphabetic() || c == '_';
            let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
            let bad = name.text.char_indices().find(|(_, c)| !fine(*c));
            let reason = match (bad, name.text.chars().next()) {
                (_, None) => "it is empty".to_owned(),
                (Some((offset, bad)), _) => format!("'{}' at offset {offset}", bad.escape_default()),
                (None, _) if name.text.len() > MAX_IDENTIFIER => {
                    format!("it has {} characters; at most {MAX_IDENTIFIER} are allowed", name.text.len())
                }
                (None, Some(first)) if begins(first) => return None,
                (None, Some(_)) => "it does not begin with a letter".to_owned(),
            };
            Some(problem(reason, "use letters, digits, `_` and `-`, beginning with a letter".to_owned()))
        }
        LabelForm::OneOf(allowed) if allowed.contains(&&*name.text) => None,
        LabelForm::OneOf(allowed) => {
            let help = match suggest(&name.text, allowed.iter().copied()) {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => "take one of these".to_owned(),
            };
            Some(problem(format!("expected {}", one_of(allowed.iter().copied())), help))
        }
    }
}
