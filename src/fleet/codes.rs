//! The codes of this room.

use crate::diagnostic::Code;

/// A file or folder of the fleet cannot be read.
pub const UNREADABLE: Code = Code::new("F001");
/// A syntax error.
pub const SYNTAX: Code = Code::new("F002");
/// A bracket, quote, heredoc or comment that nothing closes.
pub const UNCLOSED: Code = Code::new("F003");
/// A character that may not stand in a fleet file.
pub const CHARACTER: Code = Code::new("F004");
/// An argument that does not exist here.
pub const UNKNOWN_ARGUMENT: Code = Code::new("F005");
/// A block that does not exist here.
pub const UNKNOWN_BLOCK: Code = Code::new("F006");
/// A block with a label too many or too few.
pub const LABELS: Code = Code::new("F007");
/// A name that its grammar does not allow.
pub const NAME: Code = Code::new("F008");
/// The same name or block twice.
pub const DUPLICATE: Code = Code::new("F009");
/// A block without an argument that it needs.
pub const MISSING_ARGUMENT: Code = Code::new("F010");
/// An argument written as a block, or the other way round.
pub const BLOCK_OR_ARGUMENT: Code = Code::new("F011");
/// No cluster, or no `fleet` block.
pub const NOTHING_DEFINED: Code = Code::new("F012");
/// A file that looks like one of the fleet and is not read.
pub const NOT_READ: Code = Code::new("F013");
