//! The codes of what stands in the way of applying a plan.

use crate::diagnostic::Code;

/// Something that is to be applied, or the record, could not be read.
pub const UNREAD: Code = Code::new("P001");
/// Something that could not be read keeps its objects.
pub const KEPT: Code = Code::new("P002");
/// The server would not take an object.
pub const REFUSED: Code = Code::new("P003");
/// An object that is to be applied is being deleted.
pub const TERMINATING: Code = Code::new("P004");
/// An object would have to be deleted and made again.
pub const REPLACE: Code = Code::new("P005");
/// Fields that somebody else owns.
pub const CONFLICT: Code = Code::new("P006");
/// Objects that something else made.
pub const ADOPT: Code = Code::new("P007");
/// More would be changed or deleted than is allowed without a word.
pub const LIMIT: Code = Code::new("P008");
/// A number of deletions that is not that of the plan.
pub const NUMBER: Code = Code::new("P009");
/// An object that is larger than a server takes.
pub const SIZE: Code = Code::new("P010");
/// An object that is named to be deleted and is not deleted.
pub const NAMED: Code = Code::new("P011");
/// A Namespace or CustomResourceDefinition that goes with all that is in it.
pub const WITH_ALL: Code = Code::new("P012");
/// A cluster that had another name when it was applied to last.
pub const RENAMED: Code = Code::new("P013");
/// More changes than the limits of the rollout allow.
pub const CHANGED: Code = Code::new("P014");
/// Callers without a sidecar would be shut out.
pub const STRICT: Code = Code::new("P020");
/// A revision of Istio that the cluster does not have.
pub const REVISION: Code = Code::new("P021");
/// What nothing checks while istiod is down.
pub const UNCHECKED: Code = Code::new("P022");
/// A saved plan that is not for what is here.
pub const UNFIT: Code = Code::new("P030");
/// An object that is not as it was when a plan was saved.
pub const STALE: Code = Code::new("P031");
