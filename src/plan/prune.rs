//! What is there and no longer wanted.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::change::{Action, Change, Judged, Why};
use super::ownership::disproof;
use super::record::Entry;
use super::state::{Kind, Live, LiveState};
use super::wanted::Wanted;
use crate::object::{ObjectRef, Objects, PART_OF};

/// What becomes of objects that are recorded, or carry our label, and are not wanted; the last applied first.
///
/// Something is deleted only with three proofs: it is recorded, its UID is the recorded one, and it carries our label.
pub(super) fn prune(wanted: &Wanted<'_>, state: &LiveState) -> Vec<Change> {
    let mut found: Objects<Change> = Objects::new();
    let is_wanted = |object: &ObjectRef| wanted.objects.get(object).is_some();
    let wanted_uids = uids(state, is_wanted);
    let recorded = state.recorded().map(|record| &record.inventory);
    let is_recorded = |object: &ObjectRef| recorded.is_some_and(|recorded| recorded.contains_key(object));
    let known_uids = uids(state, |object| is_wanted(object) || is_recorded(object));
    for (object, entry) in recorded.into_iter().flatten().filter(|(object, _)| !is_wanted(object)) {
        if let Some(action) = no_longer_wanted(object, entry, wanted, state, &wanted_uids) {
            add(&mut found, change(object, &entry.api_version, Some(&entry.unit), action));
        }
    }
    for kind in state.kinds.values() {
        let Kind::Listed { objects, served } = kind else { continue };
        let ours = objects.iter().filter(|(_, live)| live.label(PART_OF) == Some(wanted.set.as_str()));
        let is_known_elsewhere = |live: &Live| live.uid().is_some_and(|uid| known_uids.contains(uid));
        let strays = ours
            .filter(|(object, live)| !is_wanted(object) && !is_recorded(object) && !is_known_elsewhere(live));
        for (object, _) in strays {
            let action = match &state.record {
                Ok(_) => Action::Stray,
                Err(unread) => Action::Unknown(Why::from(format!("the record: {}", unread.why))),
            };
            add(&mut found, change(object, &served.api_version, None, action));
        }
    }
    found.into_values().rev().collect()
}

fn add(found: &mut Objects<Change>, change: Change) {
    // One that is recorded is not looked at as a stray.
    match found.insert(change.object.clone(), change) {
        Ok(()) | Err(_) => {}
    }
}

fn change(object: &ObjectRef, api_version: &str, unit: Option<&str>, action: Action) -> Change {
    Change {
        object: object.clone(),
        api_version: Arc::from(api_version),
        unit: unit.map(Arc::from),
        action,
        fields: Vec::new(),
        conflicts: Vec::new(),
        judged: Judged::Server,
    }
}

/// The UIDs of these of the objects that are there: some kinds are served in two groups, and an object of one is there
/// in both.
fn uids(state: &LiveState, is_meant: impl Fn(&ObjectRef) -> bool) -> BTreeSet<&str> {
    let listed = state.kinds.values().filter_map(|kind| match kind {
        Kind::Listed { objects, .. } => Some(objects),
        Kind::NotServed | Kind::Unread(_) => None,
    });
    let objects = listed.flatten().filter(|(object, _)| is_meant(object));
    objects.filter_map(|(_, live)| live.uid()).collect()
}

/// None where nothing is left of it.
fn no_longer_wanted(
    object: &ObjectRef,
    entry: &Entry,
    wanted: &Wanted<'_>,
    state: &LiveState,
    wanted_uids: &BTreeSet<&str>,
) -> Option<Action> {
    let keep = |why: String| Some(Action::Keep(Why::from(why)));
    let live = match state.kind(object) {
        Some(Kind::Listed { objects, .. }) => objects.get(object)?,
        Some(Kind::NotServed) => return keep("the server no longer has its kind".to_owned()),
        Some(Kind::Unread(unread)) => return Some(Action::Unknown(Why::from(unread.why.as_str()))),
        None => return Some(Action::Unknown(Why::from("its kind was not read"))),
    };
    if let Some(since) = live.terminating() {
        return keep(format!("it is being deleted since {since}"));
    }
    if let Some(why) = disproof(Some(entry), live, &wanted.set) {
        return keep(why);
    }
    if let Some(why) = elsewhere(object, wanted, state) {
        return Some(Action::Unknown(why));
    }
    if live.uid().is_some_and(|uid| wanted_uids.contains(uid)) {
        return keep("it is rendered in another API group".to_owned());
    }
    match inside(object, live) {
        Some(inside) => with_all_in_it(object, &inside, wanted, state),
        None => Some(Action::Delete),
    }
}

/// What goes with an object: all that is in a Namespace, all of a kind with its definition.
pub(super) enum Inside {
    Namespace(Arc<str>),
    Kind { group: String, kind: String },
}

impl Inside {
    fn holds(&self, object: &ObjectRef) -> bool {
        match self {
            Self::Namespace(name) => object.namespace.as_ref() == Some(name),
            Self::Kind { group, kind } => object.is(group, kind),
        }
    }

    /// How many objects of the fleet are in it, as far as is known: recorded, or there with our label.
    pub fn count(&self, wanted: &Wanted<'_>, state: &LiveState) -> usize {
        let record = state.recorded();
        let recorded = record.into_iter().flat_map(|record| record.inventory.keys());
        let listed = state.kinds.values().filter_map(|kind| match kind {
            Kind::Listed { objects, .. } => Some(objects),
            Kind::NotServed | Kind::Unread(_) => None,
        });
        let ours = listed.flatten().filter(|(_, live)| live.label(PART_OF) == Some(wanted.set.as_str()));
        let all: BTreeSet<&ObjectRef> = recorded.chain(ours.map(|(object, _)| object)).collect();
        all.into_iter().filter(|object| self.holds(object)).count()
    }
}

/// What would go with a live object; none with one that is nothing but itself.
pub(super) fn inside(object: &ObjectRef, live: &Live) -> Option<Inside> {
    let text = |path: &str| {
        let text = live.object.pointer(path).and_then(Value::as_str);
        text.unwrap_or_default().to_owned()
    };
    if object.is("", "Namespace") {
        Some(Inside::Namespace(Arc::clone(&object.name)))
    } else if object.is("apiextensions.k8s.io", "CustomResourceDefinition") {
        Some(Inside::Kind { group: text("/spec/group"), kind: text("/spec/names/kind") })
    } else {
        None
    }
}

fn with_all_in_it(
    object: &ObjectRef,
    inside: &Inside,
    wanted: &Wanted<'_>,
    state: &LiveState,
) -> Option<Action> {
    let rendered = wanted.objects.iter().filter(|(object, _)| inside.holds(object)).count();
    if rendered > 0 {
        let are = if rendered == 1 {
            "1 object that is rendered is".to_owned()
        } else {
            format!("{rendered} objects that are rendered are")
        };
        return Some(Action::Keep(Why::from(format!("{are} in it"))));
    }
    if matches!(inside, Inside::Namespace(name) if *name == wanted.set.namespace) {
        return Some(Action::Keep(Why::from("the record and the lock of this fleet are in it")));
    }
    if wanted.deletes.iter().any(|named| named.matches(object)) {
        return Some(Action::Delete);
    }
    let count = match inside.count(wanted, state) {
        0 => String::new(),
        1 => " (1 object of this fleet)".to_owned(),
        count => format!(" ({count} objects of this fleet)"),
    };
    Some(Action::Keep(Why::from(format!(
        "what is in it{count} would go with it; a Namespace or CustomResourceDefinition is deleted only by name"
    ))))
}

/// Why it may be wanted all the same: under the same kind in another group, which could not be read.
fn elsewhere(object: &ObjectRef, wanted: &Wanted<'_>, state: &LiveState) -> Option<Why> {
    let same = wanted.objects.iter().map(|(other, _)| other).filter(|other| {
        other.kind == object.kind && other.namespace == object.namespace && other.name == object.name
    });
    let unread = same.filter_map(|other| match state.kind(other) {
        Some(Kind::Unread(unread)) => Some(Why::from(unread.why.as_str())),
        Some(Kind::Listed { .. } | Kind::NotServed) | None => None,
    });
    unread.into_iter().next()
}
