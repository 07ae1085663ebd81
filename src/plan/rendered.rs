//! What two renders of one cluster differ in: no server is asked.

use std::sync::Arc;

use serde_json::Value;

use super::change::{Action, Change, Judged};
use super::wanted::WantedObject;
use crate::diff::{FieldChange, Hidden, Path, Shown, Step, compare};
use crate::object::{Object, Objects};

/// The changes from one render of a cluster to another, in the order in which they are applied; what is gone comes
/// last, the last applied first.
pub fn between<'r>(
    before: impl IntoIterator<Item = WantedObject<'r>>,
    after: impl IntoIterator<Item = WantedObject<'r>>,
) -> Vec<Change> {
    let (before, after) = (set(before), set(after));
    let mut changes = Vec::with_capacity(after.len());
    for (reference, object) in after.iter() {
        let old = before.get(reference);
        let secrets = object.secrets.iter().chain(old.into_iter().flat_map(|old| old.secrets));
        let hidden = Hidden::of(reference, secrets);
        let mut fields = compare(old.map(body).as_ref(), Some(&body(object)), &hidden);
        // Between two renders it is a change like any other; a server has its objects in every version.
        fields.extend(old.and_then(|old| version(old, object)));
        let action = match old {
            None => Action::Create,
            Some(_) if fields.is_empty() => Action::Unchanged,
            Some(_) => Action::Update,
        };
        changes.push(Change { fields, ..change(object, action) });
    }
    let gone = before.iter().rev().filter(|(reference, _)| after.get(reference).is_none());
    changes.extend(gone.map(|(_, object)| change(object, Action::Delete)));
    changes
}

fn set<'r>(objects: impl IntoIterator<Item = WantedObject<'r>>) -> Objects<WantedObject<'r>> {
    let mut set = Objects::new();
    for object in objects {
        // Of two in one file the first counts; rendering writes no two.
        match set.insert(object.object.reference().clone(), object) {
            Ok(()) | Err(_) => {}
        }
    }
    set
}

fn version(before: &WantedObject<'_>, after: &WantedObject<'_>) -> Option<FieldChange> {
    let (before, after) = (before.object.api_version(), after.object.api_version());
    let path = Path(vec![Step::Key("apiVersion".to_owned())]);
    let shown = |version: &str| Shown::Value(Value::from(version));
    (before != after).then(|| FieldChange { path, before: shown(before), after: shown(after) })
}

fn body(object: &WantedObject<'_>) -> Value {
    let object: &Object = object.object;
    Value::Object(object.body().clone())
}

fn change(object: &WantedObject<'_>, action: Action) -> Change {
    Change {
        object: object.reference().clone(),
        api_version: Arc::from(object.object.api_version()),
        unit: Some(Arc::from(object.unit)),
        action,
        fields: Vec::new(),
        conflicts: Vec::new(),
        judged: Judged::Rendered,
    }
}
