//! The fields that others own and that a real apply would not take from them.

use std::sync::Arc;

use serde_json::Value;

use super::change::{Conflict, Held};
use super::ownership::is_ours;
use crate::diff::{Hidden, Path, Step};
use crate::object::{FieldSet, Managed, Member, Unmanaged, managed};
use crate::schema::rendered;

/// What of an object is applied.
pub(super) enum Applied<'a> {
    /// What the server says that we would own.
    Owned(&'a [FieldSet]),
    /// What is rendered, where the server does not say.
    Rendered(&'a Value),
}

impl Applied<'_> {
    fn covers(&self, path: &[Member]) -> bool {
        match self {
            // Who owns a map or an item without anything below it, while we own parts of it, owns that it is there.
            Self::Owned(sets) => sets.iter().any(|fields| fields.covers(path) && !fields.has_below(path)),
            Self::Rendered(body) => {
                path.iter().try_fold(*body, |value, member| rendered(member, value)).is_some()
            }
        }
    }
}

/// The fields that are to have another value than live, and that another manager owns: what a server-side apply that
/// is not forced answers with 409
/// ([conflicts](https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts)). `after` is the object
/// as it would be.
///
/// # Errors
/// If the managers of the live object are not known.
pub(super) fn conflicts(
    live: &Value,
    after: &Value,
    applied: &Applied<'_>,
    hidden: &Hidden,
) -> Result<Vec<Conflict>, Unmanaged> {
    let mut found: Vec<Conflict> = Vec::new();
    for other in managed(live)?.iter().filter(|entry| !is_ours(entry)) {
        for (path, theirs) in other.fields.leaves(live) {
            if !applied.covers(&path) {
                continue;
            }
            let becomes = path.iter().try_fold(after, |value, member| member.of(value));
            if theirs == becomes {
                continue;
            }
            let path = steps(&path);
            let (theirs, ours) = (hidden.show(&path, theirs), hidden.show(&path, becomes));
            found.push(Conflict {
                manager: name(other),
                held: held(other),
                theirs,
                ours,
                path: hidden.path(&path),
            });
        }
    }
    Ok(found)
}

/// The fields that a forced dry run took from their owners, beside those that are `found` already: what another version
/// of the API calls otherwise, and items that stand twice, cannot be found by their values. `versions` are those that
/// the server has the kind in: what is owned in a version that is gone is owned by nobody.
///
/// # Errors
/// If the managers of one of the objects are not known.
pub(super) fn taken(
    live: &Value,
    after: &Value,
    versions: &[Arc<str>],
    found: &[Conflict],
    hidden: &Hidden,
) -> Result<Vec<Conflict>, Unmanaged> {
    let remaining = managed(after)?;
    let others = managed(live)?;
    let others = others.iter().filter(|entry| !is_ours(entry));
    let mut taken: Vec<Conflict> = Vec::new();
    for other in others.filter(|entry| versions.iter().any(|version| **version == *entry.api_version)) {
        let is_it = |entry: &&Managed| {
            (&entry.manager, entry.operation, &entry.api_version, &entry.subresource)
                == (&other.manager, other.operation, &other.api_version, &other.subresource)
        };
        let left = remaining.iter().find(is_it);
        for (path, theirs) in other.fields.leaves(live) {
            if left.is_some_and(|left| left.fields.covers(&path)) {
                continue;
            }
            let becomes = path.iter().try_fold(after, |value, member| member.of(value));
            let at = steps(&path);
            let conflict = Conflict {
                manager: name(other),
                held: held(other),
                theirs: hidden.show(&at, theirs),
                ours: hidden.show(&at, becomes),
                path: hidden.path(&at),
            };
            let is_same = |one: &Conflict| one.path == conflict.path && one.manager == conflict.manager;
            if !found.iter().chain(&taken).any(is_same) {
                taken.push(conflict);
            }
        }
    }
    Ok(taken)
}

fn name(other: &Managed) -> String {
    match &other.subresource {
        Some(subresource) => format!("{} ({subresource})", other.manager),
        None => other.manager.clone(),
    }
}

fn held(other: &Managed) -> Held {
    if other.subresource.is_some() { Held::Subresource } else { Held::Object }
}

/// The path that a way through a set of fields is.
pub(super) fn steps(path: &[Member]) -> Path {
    let value = |text: &String| serde_json::from_str(text).unwrap_or_else(|_| Value::from(text.as_str()));
    let step = |member: &Member| match member {
        Member::Field(name) => Step::Key(name.clone()),
        Member::Keys(keys) => Step::Item(keys.iter().map(|(key, text)| (key.clone(), value(text))).collect()),
        Member::Value(text) => Step::Member(value(text)),
        Member::Index(index) => Step::Index(*index),
    };
    Path(path.iter().map(step).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::object::ObjectRef;

    #[test]
    fn who_owns_a_map_alone_owns_none_of_its_parts() {
        let found = |theirs: Value, ours: Value| {
            let entry = |manager: &str, operation: &str, fields: Value| json!({ "manager": manager, "operation": operation, "apiVersion": "v1", "fieldsType": "FieldsV1", "fieldsV1": fields });
            let managers = [entry("kubectl", "Update", theirs), entry("fleetwright", "Apply", ours)];
            let live = json!({ "metadata": { "managedFields": managers }, "data": { "a": "1", "b": "2" } });
            let after = json!({ "data": { "a": "1" } });
            let object = ObjectRef {
                group: Arc::from(""),
                kind: Arc::from("ConfigMap"),
                namespace: Some(Arc::from("shop")),
                name: Arc::from("a"),
            };
            let owned: Vec<FieldSet> =
                managed(&live).unwrap().into_iter().filter(is_ours).map(|entry| entry.fields).collect();
            let none = std::collections::BTreeSet::new();
            let hidden = Hidden::of(&object, &none);
            let found = conflicts(&live, &after, &Applied::Owned(&owned), &hidden).unwrap();
            found.iter().map(|conflict| conflict.path.to_string()).collect::<Vec<_>>()
        };
        let map = json!({ "f:data": { ".": {} } });
        assert_eq!(found(map.clone(), json!({ "f:data": { "f:a": {}, "f:b": {} } })), Vec::<String>::new());
        // What is owned as a whole is.
        assert_eq!(found(map.clone(), map), ["data"]);
        let part = json!({ "f:data": { "f:b": {} } });
        assert_eq!(found(part.clone(), part), ["data.b"]);
    }
}
