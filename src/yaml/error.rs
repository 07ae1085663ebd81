//! Why a text is not the YAML that an API server reads.

use std::ops::Range;

use super::plain::Refusal;
use super::read::{MAX_ALIAS_NODES, MAX_DEPTH};

/// What is wrong with a text, and where. It holds one error: YAML cannot be read on after the first.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct Error {
    /// What is wrong.
    pub kind: ErrorKind,
    /// The bytes of the text at fault; never past its end.
    pub at: Range<usize>,
    /// A second place: the first of two equal keys, or the bracket or quote that was never closed.
    pub also: Option<Range<usize>>,
}

/// What can be wrong. The text of a scalar in it is escaped when printed, and may be secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ErrorKind {
    /// Structure that is no YAML.
    #[error("{message}")]
    Syntax {
        /// What was found, or what is missing.
        message: &'static str,
        /// The next step.
        hint: &'static str,
    },
    /// A character that YAML does not allow in a text.
    #[error("the character {} is not allowed in YAML", shown(*.character))]
    Character {
        /// The character.
        character: char,
    },
    /// One key twice in a map.
    #[error("the key \"{}\" is given twice in one map", .key.escape_debug())]
    DuplicateKey {
        /// The key.
        key: String,
    },
    /// A key that is no string.
    #[error("{found} as a key: {}; the keys of an object are strings", shortened(.text))]
    Key {
        /// What it is, such as `a list`.
        found: &'static str,
        /// The key as written.
        text: String,
    },
    /// A value that JSON and the API server could not hold.
    #[error("{} {refusal}", shortened(.text))]
    Value {
        /// The scalar as written.
        text: String,
        /// Why it is refused.
        refusal: Refusal,
    },
    /// A tag other than those of YAML's core.
    #[error("the tag {} is not supported", .tag.escape_debug())]
    Tag {
        /// The tag as written.
        tag: String,
    },
    /// A value that is not what its tag says.
    #[error("{} is not what the tag {tag} says", shortened(.text))]
    TagMismatch {
        /// The value as written, or what it is.
        text: String,
        /// The tag.
        tag: &'static str,
    },
    /// An alias without an anchor before it.
    #[error("no anchor &{} stands before this alias", .name.escape_debug())]
    UnknownAnchor {
        /// The name.
        name: String,
    },
    /// An alias inside the very value that it names.
    #[error("the anchor &{} contains itself", .name.escape_debug())]
    SelfReference {
        /// The name.
        name: String,
    },
    /// `<<` with something else than a map or a list of maps.
    #[error("`<<` merges {found}; it takes a map, or a list of maps")]
    Merge {
        /// What it is.
        found: &'static str,
    },
    /// A key that stands before a `<<` which merges the same key in: readers disagree on who wins.
    #[error("`<<` merges in the key \"{}\", which is given before it", .key.escape_debug())]
    MergeOver {
        /// The key.
        key: String,
    },
    /// Too deep.
    #[error("nested more than {MAX_DEPTH} levels deep")]
    Depth,
    /// Aliases that blow the text up.
    #[error("aliases expand to more than {MAX_ALIAS_NODES} values")]
    Aliases,
}

/// A character as a message names it.
fn shown(character: char) -> String {
    format!("U+{:04X}", u32::from(character))
}

/// The start of a text on one line.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 60;
    let start: String = text.chars().take(LONGEST).collect();
    let more = if start.len() < text.len() { "…" } else { "" };
    format!("{}{more}", start.escape_debug())
}

impl ErrorKind {
    /// The next step for who wrote the text.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Syntax { hint, .. } => hint,
            Self::Character { .. } => {
                "take it away, or write the text with the filter `quote`, which escapes it"
            }
            Self::DuplicateKey { key } if key == "<<" => "merge several maps with one key: `<<: [*a, *b]`",
            Self::DuplicateKey { .. } => "take one of the two away",
            Self::Key { .. } => "put the key between quotes",
            Self::Value { .. } => "put it between quotes if it is meant as text",
            Self::Tag { .. } => {
                "allowed are !!str, !!int, !!bool, !!null, !!float, !!map and !!seq; quote a text that begins with `!`"
            }
            Self::TagMismatch { .. } => "take the tag away, or write a value that it fits",
            Self::UnknownAnchor { .. } => {
                "quote a text that begins with `*`; an anchor is good for one document"
            }
            Self::SelfReference { .. } => "name another anchor; a value cannot hold itself",
            Self::Merge { .. } => "write `<<: *anchor`, or quote `<<` if it is meant as a key",
            Self::MergeOver { .. } => "put `<<` before the keys that are to win over it",
            Self::Depth => "flatten it; no object of Kubernetes is nested that deep",
            Self::Aliases => "write the values out, or let the template repeat them",
        }
    }
}
