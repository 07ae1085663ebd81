//! The codes of what stands in the way of changing a cluster, and of what goes wrong on the way.

use crate::diagnostic::Code;

/// Something changed since the plan was shown.
pub const CHANGED_SINCE: Code = Code::new("A001");
/// Rights that the user lacks.
pub const RIGHTS: Code = Code::new("A002");
/// A lock that was lost while the cluster was changed.
pub const LOST_LOCK: Code = Code::new("A004");
/// A part of the run that failed by a mistake in fleetwright.
pub const DEFECT: Code = Code::new("A005");
/// A server that tells no time.
pub const NO_TIME: Code = Code::new("A006");
/// Another run that changes the cluster, or another one of its rollout.
pub const LOCKED: Code = Code::new("A007");
/// An object that was not written.
pub const NOT_WRITTEN: Code = Code::new("A010");
/// An object of which it is not known whether it was written.
pub const UNCLEAR: Code = Code::new("A011");
/// An object that somebody changed while it was to be written.
pub const CHANGED_WHILE: Code = Code::new("A012");
/// An object that another manager keeps changing back.
pub const FIGHT: Code = Code::new("A013");
/// A webhook that could not be asked, without which nothing is written.
pub const WEBHOOK: Code = Code::new("A014");
/// A kind that the server no longer has.
pub const KIND_GONE: Code = Code::new("A015");
/// An object that did not become ready.
pub const NOT_READY: Code = Code::new("A016");
/// An object that was not deleted.
pub const NOT_DELETED: Code = Code::new("A017");
/// An object that stopped being ready for a while.
pub const FLAPPED: Code = Code::new("A018");
/// An object that somebody made at the same moment.
pub const APPEARED: Code = Code::new("A019");
/// An object of which others still own what was applied.
pub const NOT_MIGRATED: Code = Code::new("A020");
