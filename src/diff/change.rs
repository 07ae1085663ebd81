//! One field that differs.

use serde_json::Value;

use super::path::Path;

/// One field that differs, as it may be shown. A list or map that is there on one side alone is one change.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldChange {
    /// The field.
    pub path: Path,
    /// What it was.
    pub before: Shown,
    /// What it is to be.
    pub after: Shown,
}

/// One side of a change.
#[derive(Clone, Debug, PartialEq)]
pub enum Shown {
    /// There is nothing.
    Absent,
    /// This value; parts of it that are secret are masked.
    Value(Value),
    /// A value that is not shown.
    Hidden,
}
