//! The codes of this room.

use crate::diagnostic::Code;

/// A name or namespace that the API server would refuse.
pub const NAME: Code = Code::new("V001");
/// A label or annotation that the API server would refuse.
pub const LABEL: Code = Code::new("V002");
/// More bytes than the API server or etcd takes.
pub const SIZE: Code = Code::new("V003");
/// A template that nothing renders.
pub const UNUSED_TEMPLATE: Code = Code::new("V004");
/// A field that the kind does not have.
pub const UNKNOWN_FIELD: Code = Code::new("V010");
/// A field of another type.
pub const TYPE: Code = Code::new("V011");
/// A field that must be there and is not.
pub const MISSING: Code = Code::new("V012");
/// A value that the kind does not take.
pub const VALUE: Code = Code::new("V013");
/// One item twice in a list that holds each once.
pub const TWICE: Code = Code::new("V014");
/// Fields that exclude or need one another.
pub const COMBINATION: Code = Code::new("V015");
/// A rule of a CustomResourceDefinition that does not hold.
pub const RULE: Code = Code::new("V016");
/// A kind or version that the cluster does not serve.
pub const KIND: Code = Code::new("V017");
/// A version that Kubernetes has stopped serving.
pub const GONE: Code = Code::new("V018");
/// A namespace where there is none, or none where there must be.
pub const SCOPE: Code = Code::new("V019");
/// Recorded schemas that cannot be used.
pub const UNUSABLE: Code = Code::new("V020");
/// Kinds that no recorded schema speaks of.
pub const UNRECORDED: Code = Code::new("V021");
/// Schemas that were recorded from another version of Kubernetes.
pub const OTHER_VERSION: Code = Code::new("V022");
