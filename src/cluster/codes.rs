//! The codes of this room but for the evaluator's.

use crate::diagnostic::Code;

/// A value of the wrong type, or out of range.
pub const TYPE: Code = Code::new("C001");
/// Two blocks of one step set the same path to different values.
pub const CONFLICT: Code = Code::new("C002");
/// A cycle in `replaces`, `depends_on` or locals.
pub const CYCLE: Code = Code::new("C003");
/// A name that refers to nothing.
pub const UNKNOWN_NAME: Code = Code::new("C004");
/// A variable without a value, or a value without a variable.
pub const VARIABLE: Code = Code::new("C005");
/// A variable's validation failed.
pub const VALIDATION: Code = Code::new("C006");
/// The type of a variable is no type.
pub const TYPE_EXPRESSION: Code = Code::new("C007");
/// `remove` names something that cannot be taken away.
pub const REMOVE: Code = Code::new("C008");
/// A template or manifest that does not exist.
pub const TEMPLATE: Code = Code::new("C009");
/// A service that is not complete.
pub const SERVICE: Code = Code::new("C010");
/// A rollout that cannot be run as it is written.
pub const ROLLOUT: Code = Code::new("C011");
/// A gate that cannot give a verdict.
pub const GATE: Code = Code::new("C012");
/// A freeze that is no window.
pub const FREEZE: Code = Code::new("C013");
/// Two clusters, or two units, that would be taken for one.
pub const IDENTITY: Code = Code::new("C014");
/// `for_each` with something that is no map or set.
pub const FOR_EACH: Code = Code::new("C015");
/// A secret where everybody can read it.
pub const SENSITIVE: Code = Code::new("C016");
/// A fleet that needs another version of fleetwright.
pub const VERSION: Code = Code::new("C017");
/// A `moved` that leads nowhere.
pub const MOVED: Code = Code::new("C018");
/// An excuse that excuses nothing.
pub const EXCUSE: Code = Code::new("C019");
/// A variable or local that nothing uses.
pub const UNUSED: Code = Code::new("C020");
/// A unit that says of how it is applied what cannot be meant.
pub const APPLYING: Code = Code::new("C021");
/// `remove` names what is set nowhere.
pub const REMOVES_NOTHING: Code = Code::new("C022");
