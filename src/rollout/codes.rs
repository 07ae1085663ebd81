//! The codes of this room.

use crate::diagnostic::Code;

/// A cluster that is not to be changed now.
pub const FROZEN: Code = Code::new("W001");
/// A cluster of an earlier stage that could not be read.
pub const UNREAD: Code = Code::new("W002");
/// A cluster of an earlier stage that has not got the release.
pub const NOT_THERE: Code = Code::new("W003");
/// A run on another cluster of the rollout that is not finished, or failed.
pub const UNFINISHED: Code = Code::new("W004");
/// A cluster of an earlier stage where the release is not ready.
pub const NOT_READY: Code = Code::new("W005");
/// A cluster of an earlier stage where the release has not been ready for long enough.
pub const SOAKING: Code = Code::new("W006");
/// A cluster of an earlier stage that is no longer as the release left it.
pub const DRIFTED: Code = Code::new("W007");
/// An earlier stage that nobody has judged.
pub const NOT_JUDGED: Code = Code::new("W008");
/// Another release that the rollout is in the middle of.
pub const OTHER_RELEASE: Code = Code::new("W009");
/// A release that changed nothing where it was to prove itself.
pub const PROVED_NOTHING: Code = Code::new("W010");
/// A change of a kind that no earlier cluster has seen.
pub const NOT_COVERED: Code = Code::new("W011");
/// Rules of a rollout that are broken on purpose.
pub const BROKEN_GLASS: Code = Code::new("W012");
/// Another release that is ended before it has reached every cluster.
pub const ENDED: Code = Code::new("W013");
/// A rollout's lock that is not taken, since rules are broken on purpose.
pub const NOT_LOCKED: Code = Code::new("W014");
/// More changes than the limits of a rollout allow, since rules are broken on purpose.
pub const TOO_MUCH: Code = Code::new("W016");
/// Rules that were to be broken, and none was in the way.
pub const UNBROKEN: Code = Code::new("W015");
