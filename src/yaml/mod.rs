//! YAML: the only door to it.
//!
//! [`read()`] turns text into documents with the place of every node and the place and style of every
//! scalar token; [`emit()`] writes a value so that the API server reads back the very same one. Both follow
//! `sigs.k8s.io/yaml`, which kubectl and the API server read with: YAML 1.2 structure with the plain
//! scalars of YAML 1.1. What that reader would change in silence (an integer outside of 64 bits, a number
//! that no double holds, the last of two equal keys) is an error here.

mod characters;
mod emit;
mod error;
mod node;
mod plain;
mod read;
mod scalar;
mod syntax;
mod tape;

pub use emit::{emit, emit_map};
pub use error::{Error, ErrorKind};
pub use node::{Document, Entry, Node, NodeKind, Scalar, Stream, Style, to_json};
pub use plain::{Plain, Refusal, is_plain_string, plain};
pub use read::{MAX_ALIAS_NODES, MAX_DEPTH, read};
pub use scalar::{quote, scalar};

#[cfg(test)]
mod tests;
