//! The codes of this room: `T` templates, `Y` rendered YAML, `O` rendered objects.

use crate::diagnostic::Code;

/// A template or manifest that cannot be read.
pub(super) const UNREADABLE: Code = Code::new("T001");
/// A character that templates may not hold.
pub(super) const CHARACTER: Code = Code::new("T002");
/// A template with a syntax error.
pub(super) const SYNTAX: Code = Code::new("T003");
/// A filter, test or function that does not exist.
pub(super) const UNKNOWN: Code = Code::new("T004");
/// Something that templates do not have, for a reason.
pub(super) const UNAVAILABLE: Code = Code::new("T005");
/// A template or component that is not there.
pub(super) const MISSING: Code = Code::new("T006");
/// Templates or components that contain themselves.
pub(super) const CYCLE: Code = Code::new("T007");
/// Two components of one name.
pub(super) const TWICE: Code = Code::new("T008");
/// Any other reason why the templates cannot be used together.
pub(super) const LOAD: Code = Code::new("T009");
/// Templates that stand inside each other too deep.
pub(super) const NESTING: Code = Code::new("T010");
/// A name that is not defined.
pub(super) const UNDEFINED: Code = Code::new("T020");
/// A null that would print nothing.
pub(super) const NOTHING: Code = Code::new("T021");
/// A list or map printed without a filter.
pub(super) const COLLECTION: Code = Code::new("T022");
/// An expression that cannot be worked out.
pub(super) const EXPRESSION: Code = Code::new("T023");
/// A required value that is not there.
pub(super) const REQUIRED: Code = Code::new("T024");
/// More output, steps or memory than a rendering may use.
pub(super) const LIMIT: Code = Code::new("T025");
/// A number that a template cannot hold exactly.
pub(super) const NUMBER: Code = Code::new("T026");
/// A value with a character that values may not hold.
pub(super) const VALUE: Code = Code::new("T027");
/// A value that changes the structure of the YAML around it.
pub(super) const STRUCTURE: Code = Code::new("T030");
/// A string that becomes something else than a string.
pub(super) const TYPE: Code = Code::new("T031");
/// A unit that renders nothing.
pub(super) const EMPTY: Code = Code::new("T040");
/// Rendered text that is no YAML.
pub(super) const YAML: Code = Code::new("Y001");
/// A document that is no Kubernetes object.
pub(super) const MALFORMED: Code = Code::new("O001");
/// A namespaced object without a namespace.
pub(super) const NO_NAMESPACE: Code = Code::new("O002");
/// An object of the whole cluster with a namespace.
pub(super) const HAS_NAMESPACE: Code = Code::new("O003");
/// A field that the API server owns.
pub(super) const SERVER_FIELD: Code = Code::new("O004");
/// The ownership mark of another tool, or our own.
pub(super) const OWNERSHIP: Code = Code::new("O005");
/// A Helm hook.
pub(super) const HOOK: Code = Code::new("O006");
/// One object twice in a cluster.
pub(super) const DUPLICATE: Code = Code::new("O007");
/// A patch that names no rendered object.
pub(super) const PATCH_TARGET: Code = Code::new("O008");
/// A patch that cannot be merged.
pub(super) const PATCH: Code = Code::new("O009");
/// A secret in what names an object.
pub(super) const SECRET_NAME: Code = Code::new("O010");
