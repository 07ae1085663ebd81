//! What happens while a cluster is changed, and what came of it: as lines, as a tree for a terminal, and as JSON.

pub mod event;
pub mod json;
pub mod summary;
mod tree;

pub use tree::Tree;

use super::escape::one_line;
use crate::apply::ObjectEnd;
use crate::object::ObjectRef;

#[cfg(test)]
mod tests;

/// `shop/Deployment/web (service.web)`, on one line.
fn name(object: &ObjectRef, unit: Option<&str>) -> String {
    let object = object.to_string();
    match unit {
        Some(unit) => format!("{} ({})", one_line(&object), one_line(unit)),
        None => one_line(&object).into_owned(),
    }
}

/// What became of an object, in a word or two, and why where there is a reason.
fn said(end: &ObjectEnd) -> (&'static str, Option<&str>) {
    match end {
        ObjectEnd::Created => ("created", None),
        ObjectEnd::Changed => ("changed", None),
        ObjectEnd::Adopted => ("taken over", None),
        ObjectEnd::Replaced => ("replaced", None),
        ObjectEnd::Deleted => ("deleted", None),
        ObjectEnd::Written => ("written, not ready yet", None),
        ObjectEnd::Unready(why) => ("not ready", Some(why)),
        ObjectEnd::Failed(why) => ("failed", Some(why)),
        ObjectEnd::Missing(why) => ("deleted, not made again", Some(why)),
        ObjectEnd::Unknown(why) => ("unknown whether written", Some(why)),
        ObjectEnd::Untouched => ("not reached", None),
    }
}

/// Whether an object is as it is to be.
fn is_done(end: &ObjectEnd) -> bool {
    match end {
        ObjectEnd::Created
        | ObjectEnd::Changed
        | ObjectEnd::Adopted
        | ObjectEnd::Replaced
        | ObjectEnd::Deleted => true,
        ObjectEnd::Written
        | ObjectEnd::Unready(_)
        | ObjectEnd::Failed(_)
        | ObjectEnd::Missing(_)
        | ObjectEnd::Unknown(_)
        | ObjectEnd::Untouched => false,
    }
}

/// Whether an object did not come to what it was to be, and will not by waiting.
fn is_bad(end: &ObjectEnd) -> bool {
    match end {
        ObjectEnd::Unready(_) | ObjectEnd::Failed(_) | ObjectEnd::Missing(_) | ObjectEnd::Unknown(_) => true,
        ObjectEnd::Created
        | ObjectEnd::Changed
        | ObjectEnd::Adopted
        | ObjectEnd::Replaced
        | ObjectEnd::Deleted
        | ObjectEnd::Written
        | ObjectEnd::Untouched => false,
    }
}
