//! What differs between two objects, as it may be shown; and the same change on many clusters told once.
//!
//! A diff compares; what is to be done about it is decided in `plan`. Secrets are masked here, where a
//! [`FieldChange`] is made: what is printed never saw them.

mod change;
mod compare;
mod edits;
mod fold;
mod hidden;
mod left_out;
mod list;
mod path;

pub use change::{FieldChange, Shown};
pub use compare::compare;
pub use edits::edits;
pub use fold::{Clusters, Folded, Variant, by_size, fold};
pub use hidden::Hidden;
pub use path::{Path, Step};

#[cfg(test)]
mod tests;
