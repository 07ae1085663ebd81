//! The label of an object that is another than that of its set, or none.

use serde_json::Value;

use super::change::{Conflict, Held};
use super::state::Live;
use super::wanted::SetId;
use crate::diff::{FieldChange, Path, Shown, Step};
use crate::object::PART_OF;

/// The label of a live object that should be that of a set.
pub(super) struct Label {
    theirs: Option<String>,
    ours: String,
}

/// The label of a live object, if it is not that of the set. Comparisons leave it out; but without it an object is
/// never deleted, and with that of another set it belongs to somebody else, who may delete it.
pub(super) fn label(live: &Live, set: &SetId) -> Option<Label> {
    let theirs = live.label(PART_OF);
    (theirs != Some(set.as_str()))
        .then(|| Label { theirs: theirs.map(str::to_owned), ours: set.as_str().to_owned() })
}

impl Label {
    /// That it is to be ours again.
    pub fn lost(&self) -> FieldChange {
        FieldChange { path: path(), before: self.before(), after: self.after() }
    }

    /// That it is another set's. All fleets apply under one name, so no server tells this: an object in two sets is an
    /// error ([KEP-3659](https://github.com/kubernetes/enhancements/tree/master/keps/sig-cli/3659-kubectl-apply-prune)).
    pub fn theirs(&self) -> Option<Conflict> {
        self.theirs.as_ref().map(|_| Conflict {
            path: path(),
            manager: "another set of objects".to_owned(),
            held: Held::Set,
            theirs: self.before(),
            ours: self.after(),
        })
    }

    fn before(&self) -> Shown {
        self.theirs.as_ref().map_or(Shown::Absent, |theirs| Shown::Value(Value::from(theirs.as_str())))
    }

    fn after(&self) -> Shown {
        Shown::Value(Value::from(self.ours.as_str()))
    }
}

fn path() -> Path {
    Path(["metadata", "labels", PART_OF].map(|key| Step::Key(key.to_owned())).to_vec())
}
