//! Two objects, compared field by field.

use serde_json::{Map, Value};

use super::change::{FieldChange, Shown};
use super::hidden::{Hidden, MAX_DEPTH, Scope};
use super::left_out::normalised;
use super::list;
use super::path::{Path, Step};

/// The fields that differ, in the order of their paths; none exactly if both are the same value but for what the
/// server and fleetwright add to an object. An object that is there on one side alone is one change with an empty
/// path and all that is compared of it.
///
/// Items of lists are matched by the keys that name them, where they have such keys; scalars that occur once count
/// as members of a set, but for arguments and commands; else what counts is the place, and an insertion is one
/// change. Numbers are the same if they are written the same: `1` is not `1.0`.
pub fn compare(before: Option<&Value>, after: Option<&Value>, hidden: &Hidden) -> Vec<FieldChange> {
    let (before, after) = (before.map(normalised), after.map(normalised));
    let mut found = Found { path: Vec::new(), changes: Vec::new() };
    found.either(before.as_ref(), after.as_ref(), &hidden.root());
    found.changes
}

/// The place that is looked at, and what was found so far.
pub(super) struct Found {
    path: Vec<Step>,
    changes: Vec<FieldChange>,
}

impl Found {
    /// What differs at a step below, of which a side may have nothing.
    pub(super) fn below(
        &mut self,
        step: Step,
        before: Option<&Value>,
        after: Option<&Value>,
        scope: &Scope<'_>,
    ) {
        self.path.push(step);
        self.either(before, after, scope);
        self.path.pop();
    }

    fn either(&mut self, before: Option<&Value>, after: Option<&Value>, scope: &Scope<'_>) {
        match (before, after) {
            (Some(before), Some(after)) => self.both(before, after, scope),
            (None, None) => {}
            (before, after) => self.change(before, after, scope),
        }
    }

    fn both(&mut self, before: &Value, after: &Value, scope: &Scope<'_>) {
        if before == after {
            return;
        }
        match (before, after) {
            (Value::Object(a), Value::Object(b)) if !self.is_whole(scope, before) => self.maps(a, b, scope),
            (Value::Array(a), Value::Array(b)) if !self.is_whole(scope, before) => {
                list::compare(self, a, b, scope)
            }
            _ => self.change(Some(before), Some(after), scope),
        }
    }

    /// Whether a map or list is compared as one value.
    fn is_whole(&self, scope: &Scope<'_>, value: &Value) -> bool {
        scope.hides(value) || self.path.len() >= MAX_DEPTH
    }

    fn maps(&mut self, before: &Map<String, Value>, after: &Map<String, Value>, scope: &Scope<'_>) {
        let mut keys: Vec<&String> = before.keys().chain(after.keys()).collect();
        keys.sort();
        keys.dedup();
        for key in keys {
            self.below(Step::Key(key.clone()), before.get(key), after.get(key), &scope.key(key));
        }
    }

    /// Whether this place is a key of a map with one of these names.
    pub(super) fn is_at(&self, names: &[&str]) -> bool {
        matches!(self.path.last(), Some(Step::Key(name)) if names.contains(&name.as_str()))
    }

    /// Tells that the items of the list at this place stand in another order; with the names of all of them.
    pub(super) fn order(&mut self, before: &Value, after: &Value) {
        let mut path = self.path.clone();
        path.push(Step::Order);
        let (before, after) = (Shown::Value(before.clone()), Shown::Value(after.clone()));
        self.changes.push(FieldChange { path: Path(path), before, after });
    }

    /// Tells that this place differs.
    pub(super) fn change(&mut self, before: Option<&Value>, after: Option<&Value>, scope: &Scope<'_>) {
        let shown = |value: Option<&Value>| value.map_or(Shown::Absent, |value| scope.show(value));
        self.changes.push(FieldChange {
            path: Path(self.path.clone()),
            before: shown(before),
            after: shown(after),
        });
    }
}
