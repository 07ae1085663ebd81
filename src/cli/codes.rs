//! The codes of what is wrong with the command line or with what it names.

use crate::diagnostic::Code;

/// There is no fleet where it was looked for.
pub const NO_FLEET: Code = Code::new("X001");
/// `--cluster` names no cluster of the fleet.
pub const NO_SUCH_CLUSTER: Code = Code::new("X002");
/// `--cluster` or `--select` means every cluster.
pub const EVERY_CLUSTER: Code = Code::new("X003");
/// `--select` is no label selector.
pub const SELECTOR: Code = Code::new("X004");
/// `--cluster` and `--select` leave no cluster.
pub const NOTHING_SELECTED: Code = Code::new("X005");
/// The git revision of `--rev` cannot be read.
pub const REVISION: Code = Code::new("X006");
/// The command line cannot be read.
pub const USAGE: Code = Code::new("X007");
/// A `--var` that is not `NAME=VALUE`.
pub const VARIABLE: Code = Code::new("X010");
/// A variable of the environment that is not UTF-8.
pub const ENVIRONMENT: Code = Code::new("X011");
/// A file of variables that cannot be read.
pub const VARIABLES_UNREADABLE: Code = Code::new("X012");
/// A file of variables that is not JSON or HCL.
pub const VARIABLES_SYNTAX: Code = Code::new("X013");
/// A file of variables that holds something else than variables.
pub const VARIABLES_CONTENT: Code = Code::new("X014");
/// A path below `--out` that leads through a link or is of the wrong kind.
pub const OUT_PATH: Code = Code::new("X020");
/// A file below `--out` that fleetwright did not write.
pub const OUT_FOREIGN: Code = Code::new("X021");
/// The index of `--out` is not one that this version wrote.
pub const OUT_INDEX: Code = Code::new("X022");
/// Two units render to one file.
pub const OUT_TWICE: Code = Code::new("X023");
/// Another run writes to the same folder.
pub const OUT_BUSY: Code = Code::new("X024");
/// A file that is no longer rendered was edited and is kept.
pub const OUT_KEPT: Code = Code::new("X025");
/// `--context` or `FLEETWRIGHT_CONTEXTS` is not as it should be.
pub const CONTEXTS: Code = Code::new("X015");
/// A cluster for which no context is known.
pub const NO_CONTEXT: Code = Code::new("X016");
/// A command that is about one cluster, and was given several.
pub const ONE_CLUSTER: Code = Code::new("X017");
/// Somebody must agree, and nobody can be asked.
pub const CONFIRMATION: Code = Code::new("X018");
/// Another UID is pinned than the one that is to be replaced.
pub const REPLACE: Code = Code::new("X019");
/// A file of the fleet that cannot be edited in place.
pub const EDIT: Code = Code::new("X026");
/// A file or folder that is to be laid out, and is not there.
pub const NO_SUCH_FILE: Code = Code::new("X038");
/// What the fleet is to be compared with cannot be read.
pub const AGAINST: Code = Code::new("X027");
/// A plan cannot be saved.
pub const SAVE: Code = Code::new("X028");
/// A cluster answered, and not all of it could be read in time.
pub const LATE: Code = Code::new("X029");
/// A cluster that is to be changed, and whose UID is not pinned.
pub const NOT_PINNED: Code = Code::new("X031");
/// A plan file that cannot be used here.
pub const PLAN: Code = Code::new("X032");
/// A plan file of another release than the one that is rendered.
pub const PLAN_RELEASE: Code = Code::new("X033");
/// A lock that is to be given back, and that nobody holds.
pub const NOT_LOCKED: Code = Code::new("X034");
/// A server warns of something, as that what is applied to it is deprecated.
pub const SERVER_WARNS: Code = Code::new("X035");
/// An object that is to be explained, and that no cluster renders, or several do.
pub const OBJECT: Code = Code::new("X036");
/// A field that is to be explained, and that the object does not have.
pub const FIELD: Code = Code::new("X037");
/// The operating system refused to read or write.
pub const MACHINE: Code = Code::new("X030");
/// A query that is not one JSON object of strings under keys that are known.
pub const QUERY: Code = Code::new("X041");
/// A query for what the fleet does not have.
pub const NOT_THERE: Code = Code::new("X042");
/// A query for what is sensitive.
pub const SENSITIVE_ANSWER: Code = Code::new("X043");
/// Something sensitive that is left out of an answer.
pub const LEFT_OUT: Code = Code::new("X044");
/// An answer that cannot be given as a map of strings.
pub const ANSWER: Code = Code::new("X045");
/// `init` would overwrite something.
pub const INIT_EXISTS: Code = Code::new("X040");
