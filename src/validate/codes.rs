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
