//! What is wrong, and where: spans, codes, labels, and the list they are collected in.
//!
//! Every room that reads text written by a person tells its problems as [`Diagnostic`]s, so that all
//! independent ones can be reported in one run and `report` alone decides what they look like.

pub mod check;
mod code;
mod list;
mod near;
mod secrets;
mod span;

pub use check::{CHECKS, Check};
pub use code::Code;
pub use list::{Diagnostic, Diagnostics, Excerpt, Field, Label, Severity};
pub use near::{one_of, suggest};
pub use secrets::Secrets;
pub use span::{FileId, Position, SourceFile, SourceMap, Span};
