//! The Kubernetes words: objects, what names them, their order, quantities, selectors and names.

mod base64;
mod body;
mod field;
mod malformed;
mod merge;
mod name;
mod order;
mod quantity;
mod reference;
mod scope;
mod selector;
mod set;

pub use base64::{base64_decode, base64_encode};
pub use body::Object;
pub use field::{FieldPath, MASK};
pub use malformed::Malformed;
pub use merge::MergeError;
pub use name::{
    InvalidName, NameFault, annotation_key, dns_label, dns_subdomain, label_key, label_value, object_name,
    service_name,
};
pub use order::{ApplyOrder, apply_order};
pub use quantity::{Quantity, QuantityError};
pub use reference::ObjectRef;
pub use scope::{Scope, scope};
pub use selector::{Selector, SelectorError, SelectorErrorKind};
pub use set::Objects;

#[cfg(test)]
mod tests;
