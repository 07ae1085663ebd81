//! What goes wrong inside an expression: how filters tell it through Tera, and how it is read back.

use tera::{Error, ErrorKind, ReportError};

use super::codes;
use super::marker;
use crate::diagnostic::Code;

/// What a filter or function of ours refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// A name that is not defined.
    Undefined,
    /// A null that would print nothing.
    Nothing,
    /// A list or map printed as it is.
    Collection,
    /// A number that YAML or JSON cannot hold.
    Number,
    /// A limit.
    Limit,
    /// An argument that makes no sense.
    Argument,
    /// A value that `required` asks for.
    Required,
}

/// All of them, in the order of their tags.
const FAULTS: [Fault; 7] = [
    Fault::Undefined,
    Fault::Nothing,
    Fault::Collection,
    Fault::Number,
    Fault::Limit,
    Fault::Argument,
    Fault::Required,
];

/// Tera carries errors as text, so a fault travels between these: tag, message, help. They are reserved
/// characters, so no message can hold them.
const BEGIN: char = '\u{fdd4}';
const NEXT: char = '\u{fdd5}';
const END: char = '\u{fdd6}';

impl Fault {
    /// Its stable code.
    pub(super) fn code(self) -> Code {
        match self {
            Self::Undefined => codes::UNDEFINED,
            Self::Nothing => codes::NOTHING,
            Self::Collection => codes::COLLECTION,
            Self::Number => codes::NUMBER,
            Self::Limit => codes::LIMIT,
            Self::Argument => codes::EXPRESSION,
            Self::Required => codes::REQUIRED,
        }
    }
}

fn packed(fault: Fault, message: &str, help: &str) -> String {
    let tag = FAULTS.iter().position(|other| *other == fault).unwrap_or(0);
    let (message, help) = (marker::clean(message), marker::clean(help));
    format!("{BEGIN}{tag}{NEXT}{message}{NEXT}{help}{END}")
}

/// An error at the filter or function itself.
pub(super) fn raise(fault: Fault, message: &str, help: &str) -> Error {
    Error::message(packed(fault, message, help))
}

/// An error at the value that a filter was given: Tera points there for this kind.
pub(super) fn raise_on_value(fault: Fault, message: &str, help: &str) -> Error {
    Error::new(ErrorKind::InvalidArgument {
        expected_type: packed(fault, message, help),
        actual_type: String::new(),
    })
}

/// A fault read back from the text of an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    /// What it is.
    pub fault: Fault,
    /// The message; empty where the place says it all.
    pub message: String,
    /// The next step.
    pub help: String,
}

/// The fault that a message carries; `None` for an error of Tera's own.
pub(super) fn told(message: &str) -> Option<Told> {
    let (_, rest) = message.split_once(BEGIN)?;
    let (packed, _) = rest.split_once(END)?;
    let mut parts = packed.split(NEXT);
    let fault = *FAULTS.get(parts.next()?.parse::<usize>().ok()?)?;
    Some(Told { fault, message: parts.next()?.to_owned(), help: parts.next()?.to_owned() })
}

/// The part of an error that has a place.
pub(super) fn report(error: &Error) -> Option<&ReportError> {
    match error.kind() {
        ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => Some(report),
        _ => None,
    }
}

/// Whether the error is our own refusal to take more bytes.
pub(super) fn is_quota(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Io(std::io::ErrorKind::QuotaExceeded))
}

/// Tera's words as our messages are written: lower case first, no full stop, no control characters.
pub(super) fn worded(message: &str) -> String {
    let message = marker::clean(message);
    let message = message.trim().trim_end_matches('.');
    let mut chars = message.chars();
    let first = chars.next().map(|first| first.to_lowercase().to_string()).unwrap_or_default();
    let rest: String = chars
        .flat_map(|c| if c.is_control() { c.escape_debug().collect::<Vec<char>>() } else { vec![c] })
        .collect();
    first + &rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_survives_its_journey_as_text() {
        for fault in FAULTS {
            let error = raise_on_value(fault, "a message", "a step");
            let expected = Told { fault, message: "a message".to_owned(), help: "a step".to_owned() };
            assert_eq!(told(&error.to_string()), Some(expected));
        }
        assert_eq!(told("Unknown filter `x`"), None);
    }

    #[test]
    fn the_words_of_tera_become_ours() {
        assert_eq!(worded("Cannot divide by 0."), "cannot divide by 0");
        assert_eq!(worded("The string `\u{1b}[2J` is bad"), "the string `\\u{1b}[2J` is bad");
    }
}
