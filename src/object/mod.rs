//! The Kubernetes words: objects, what names them, who owns their fields, their order, quantities, selectors and
//! names.

mod base64;
mod body;
mod digest;
mod field;
mod malformed;
mod managed;
mod merge;
mod migrate;
mod name;
mod named;
mod order;
mod quantity;
mod ready_when;
mod reference;
mod scope;
mod selector;
mod set;

pub use base64::{base64_decode, base64_encode};
pub use body::Object;
pub use digest::Digest;
pub use field::{FieldPath, MASK};
pub use malformed::Malformed;
pub use managed::{FieldSet, Managed, Member, Operation, Unmanaged, managed};
pub use merge::MergeError;
pub use migrate::migrated;
pub use name::{
    InvalidName, NameFault, annotation_key, dns_label, dns_subdomain, label_key, label_value, object_name,
    service_name,
};
pub use named::{BadName, Named, TakeOver, kind_and_group};
pub use order::{ApplyOrder, apply_order};
pub use quantity::{Quantity, QuantityError};
pub use ready_when::{BadReadyWhen, ReadyWhen};
pub use reference::ObjectRef;
pub use scope::{Scope, scope};
pub use selector::{Selector, SelectorError, SelectorErrorKind};
pub use set::Objects;

/// The label of everything that belongs to a set of applied objects, with the id of the set as its value
/// ([KEP-3659](https://github.com/kubernetes/enhancements/tree/master/keps/sig-cli/3659-kubectl-apply-prune)).
pub const PART_OF: &str = "applyset.kubernetes.io/part-of";

#[cfg(test)]
mod tests;
