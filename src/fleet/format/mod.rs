//! The layout of HCL, as `terraform fmt` has it.
//!
//! Only the blanks between tokens change: indentation by nesting, `=` and trailing comments of consecutive lines in
//! one column, one blank around operators. Line breaks, comments, strings and heredocs stay as they are written. The
//! rules are those of hclwrite's `Format`, which `tests/it/fmt.rs` holds this to, byte for byte.

mod blanks;
mod layout;
mod meaning;
mod scan;
mod secret;
mod token;

use meaning::meaning;

pub use secret::{masked, masked_file, open_variables, secrets, secrets_of_broken};

#[cfg(test)]
mod tests;

/// Why a text was not laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// The text is no HCL.
    #[error("the file is not HCL")]
    Syntax,
    /// Laid out, it would say something else than before.
    #[error("laid out, it would not say the same as before")]
    Meaning,
}

/// The text in its usual layout. Line endings are kept, and a last line without one stays without; a byte order mark
/// at the start goes, as it does in hclwrite. What is laid out already comes back as it is.
///
/// # Errors
/// If the text is no HCL. If the result would parse to something else, which no text is known to do.
pub fn format(text: &str) -> Result<String, FormatError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let before = meaning(text).ok_or(FormatError::Syntax)?;
    let mut tokens = scan::scan(text);
    layout::lay_out(&mut tokens.list);
    let after = tokens.text();
    if meaning(&after).is_some_and(|meaning| meaning == before) {
        Ok(after)
    } else {
        Err(FormatError::Meaning)
    }
}

/// Whether a comment stands in a piece of HCL, outside of its strings.
pub fn has_comment(text: &str) -> bool {
    scan::scan(text).list.iter().any(|token| token.kind == token::Kind::Comment)
}
