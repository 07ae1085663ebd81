//! What API servers take: their OpenAPI schemas, recorded, and objects held to them without a network.
//!
//! [`openapi`] reduces what a server publishes; [`mod@record`] lays it down in files that can be reviewed;
//! [`folder`] reads them again, [`set`] finds the schema of a kind, and [`mod@check`] holds an object to it.
//! [`mod@apply`] says what an object would become where no server may be asked. [`overlay`] and [`cross`] add what built-in kinds are held to beyond their schema, [`mod@removed`] knows which versions of
//! them are gone since when.

mod apply;
mod check;
mod cross;
mod folder;
mod format;
mod kind;
mod node;
mod openapi;
mod overlay;
mod pattern;
mod read;
mod record;
mod removed;
mod rule;
mod rule_value;
mod set;
mod text;

pub use apply::{Owners, apply, rendered};
pub use check::{Problem, Violation, check};
pub use folder::{Folder, Unusable};
pub use kind::{GroupVersionKind, Served};
pub use node::Node;
pub use openapi::{Document, reduce};
pub use record::{Index, Record, is_package, record};
pub use removed::{Removed, removed};
pub use set::{Known, Schemas};

#[cfg(test)]
mod tests;
