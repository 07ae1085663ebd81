//! `DestinationRules` that lose subsets, which routes may still use.

use serde_json::Value;

use super::change::Change;
use super::needs::NETWORKING;
use crate::diff::{Path, Step};
use crate::object::Object;

/// What a `DestinationRule` loses, and whether it gains something at the same time.
pub(super) struct Shrinking {
    /// The live subsets that are no longer rendered.
    pub gone: Vec<Value>,
    /// Whether something else changes in it: then it is written twice, first with the subsets that go.
    pub adds: bool,
}

/// How a `DestinationRule` shrinks; none if it does not.
pub(super) fn shrinking(change: &Change, live: &Value, rendered: &Object) -> Option<Shrinking> {
    if !change.object.is(NETWORKING, "DestinationRule") {
        return None;
    }
    let is = live.pointer("/spec/subsets").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let becomes = rendered.get(&["spec", "subsets"]).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let names = |subsets: &[Value], wanted: &Value| {
        subsets.iter().any(|subset| subset.get("name") == wanted.get("name"))
    };
    let gone: Vec<Value> = is.iter().filter(|subset| !names(becomes, subset)).cloned().collect();
    let adds = becomes.iter().any(|subset| !is.contains(subset))
        || change.fields.iter().any(|field| !is_of_subsets(&field.path));
    (!gone.is_empty()).then_some(Shrinking { gone, adds })
}

/// Whether a field of a `DestinationRule` is one of its subsets, or of all of them.
pub fn is_of_subsets(path: &Path) -> bool {
    let key = |step: &Step, name: &str| matches!(step, Step::Key(key) if key == name);
    matches!(path.0.as_slice(), [spec, subsets, ..] if key(spec, "spec") && key(subsets, "subsets"))
}
