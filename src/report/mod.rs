//! What a person or a program reads: data in, text out, no effects.
//!
//! [`text`], [`json`], [`sarif`] and [`github`] print the same diagnostics; [`manifest`] prints what was rendered.
//! Every text that leaves this room is free of control characters other than the line break, whatever was put in.

pub mod apply;
pub mod diff;
pub mod edited;
mod escape;
pub mod excuse;
pub mod explain;
pub mod fetched;
pub mod github;
pub mod history;
pub mod json;
pub mod line;
pub mod manifest;
mod placed;
pub mod release;
mod rules;
pub mod sarif;
mod severity;
pub mod status;
pub mod text;
pub mod trust;
pub mod unified;
pub mod version;
mod window;

pub use escape::{json_safe, printable};
pub use placed::ClusterBlocks;
pub use severity::Summary;

#[cfg(test)]
mod schema_tests;

/// The code of every diagnostic in the tests of this room, which reports none itself.
#[cfg(test)]
const CODE: crate::diagnostic::Code = crate::diagnostic::Code::new("R001");
