//! What is to be done to one object, on all clusters where it is the same.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use super::ClusterDiff;
use crate::diff::{Clusters, FieldChange, Shown, by_size, fold};
use crate::object::ObjectRef;
use crate::plan::{Action, Change, Conflict, Judged};

/// What is to be done to one object on some clusters.
#[derive(Clone, Debug)]
pub(super) struct Entry<'a> {
    pub object: &'a ObjectRef,
    pub api_version: &'a str,
    pub unit: Option<&'a str>,
    pub verb: Verb,
    pub clusters: Clusters,
    /// What there is to say about it, each fact once: first what holds on all its clusters, if anything does, then what
    /// holds on fewer and fewer.
    pub parts: Vec<Part<'a>>,
}

/// What there is to say about an object on exactly these clusters.
#[derive(Clone, Debug, Default)]
pub(super) struct Part<'a> {
    pub clusters: Clusters,
    pub why: Option<&'a str>,
    /// Who says so, if it is not for sure.
    pub judged: Option<&'a Judged>,
    pub fields: Vec<&'a FieldChange>,
    pub conflicts: Vec<&'a Conflict>,
}

/// An action without its reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Verb {
    /// It would be created.
    Create,
    /// It would be changed.
    Update,
    /// It was not made by fleetwright and would be taken over.
    Adopt,
    /// It would have to be deleted and made again.
    Replace,
    /// It would be deleted.
    Delete,
    /// The server does not take it.
    Refused,
    /// It is being deleted.
    Terminating,
    /// It is not known what would become of it.
    Unknown,
    /// It is no longer rendered and stays.
    Keep,
    /// It carries the label of the fleet and is neither rendered nor recorded.
    Stray,
    /// Nothing would be done.
    Unchanged,
}

/// Where a fact about an object stands among the others, and what it is about.
type Key = (u8, String);

/// One thing to say about an object.
#[derive(Clone, Copy, PartialEq)]
enum Fact<'a> {
    Why(&'a str),
    Judged(&'a Judged),
    Field(&'a FieldChange),
    Conflict(&'a Conflict),
}

impl Verb {
    /// That of an action, and the reason that the action gives.
    pub(super) fn of(action: &Action) -> (Self, Option<&str>) {
        match action {
            Action::Create => (Self::Create, None),
            Action::Update => (Self::Update, None),
            Action::Adopt => (Self::Adopt, None),
            Action::Replace(why) => (Self::Replace, Some(why)),
            Action::Delete => (Self::Delete, None),
            Action::Keep(why) => (Self::Keep, Some(why)),
            Action::Stray => (Self::Stray, None),
            Action::Terminating(why) => (Self::Terminating, Some(why)),
            Action::Refused(why) => (Self::Refused, Some(why)),
            Action::Unknown(why) => (Self::Unknown, Some(why)),
            Action::Unchanged => (Self::Unchanged, None),
        }
    }
}

/// What is to be done to every object, in the order of the clusters' changes. What stays as it is for sure is left out.
pub(super) fn entries<'a>(clusters: &[ClusterDiff<'a>]) -> Vec<Entry<'a>> {
    let mut all: BTreeMap<(&Arc<str>, &ObjectRef), &'a Change> = BTreeMap::new();
    let heads = clusters.iter().map(|cluster| {
        let told = cluster.changes.iter().filter(|change| is_told(change));
        let heads = told.map(|change| (&change.object, head(change)));
        (Arc::clone(&cluster.name), heads.collect())
    });
    let folded = fold(heads.collect::<Vec<_>>());
    for cluster in clusters {
        all.extend(cluster.changes.iter().map(|change| ((&cluster.name, &change.object), change)));
    }
    let entries = folded.into_iter().flat_map(|folded| {
        let object = folded.key;
        folded.variants.into_iter().map(move |variant| (object, variant))
    });
    entries
        .map(|(object, variant)| {
            let (verb, unit, api_version) = variant.value;
            let changes = variant
                .clusters
                .iter()
                .filter_map(|cluster| Some((Arc::clone(cluster), *all.get(&(cluster, object))?)));
            let parts = parts(changes);
            Entry { object, api_version, unit, verb, clusters: variant.clusters, parts }
        })
        .collect()
}

fn is_told(change: &Change) -> bool {
    change.action != Action::Unchanged
        || !matches!(change.judged, Judged::Server | Judged::Rendered)
        || !change.fields.is_empty()
        || !change.conflicts.is_empty()
}

fn head(change: &Change) -> (Verb, Option<&str>, &str) {
    (Verb::of(&change.action).0, change.unit.as_deref(), &change.api_version)
}

/// The facts of all changes, those together that hold on the same clusters.
fn parts<'a>(changes: impl Iterator<Item = (Arc<str>, &'a Change)>) -> Vec<Part<'a>> {
    let mut parts: Vec<Part<'a>> = Vec::new();
    let mut places: BTreeMap<Clusters, usize> = BTreeMap::new();
    let facts = fold(changes.map(|(cluster, change)| (cluster, facts(change))));
    for variant in facts.into_iter().flat_map(|folded| folded.variants) {
        let place = *places.entry(variant.clusters.clone()).or_insert(parts.len());
        if place == parts.len() {
            parts.push(Part { clusters: variant.clusters, ..Part::default() });
        }
        let Some(part) = parts.get_mut(place) else { continue };
        match variant.value {
            Fact::Why(why) => part.why = Some(why),
            Fact::Judged(judged) => part.judged = Some(judged),
            Fact::Field(field) => part.fields.push(field),
            Fact::Conflict(conflict) => part.conflicts.push(conflict),
        }
    }
    parts.sort_by(|a, b| by_size(&a.clusters, &b.clusters));
    parts
}

fn facts(change: &Change) -> Vec<(Key, Fact<'_>)> {
    let why = Verb::of(&change.action).1.map(|why| ((0, String::new()), Fact::Why(why)));
    let judged = match &change.judged {
        Judged::Server | Judged::Rendered => None,
        judged @ (Judged::Approximately(_) | Judged::Forbidden(_) | Judged::Later(_)) => {
            Some(((1, String::new()), Fact::Judged(judged)))
        }
    };
    let fields = change.fields.iter().map(|field| ((2, field.path.to_string()), Fact::Field(field)));
    let conflicts = change.conflicts.iter().map(|conflict| {
        let key = format!("{} {}", conflict.path, conflict.manager);
        ((3, key), Fact::Conflict(conflict))
    });
    why.into_iter().chain(judged).chain(fields).chain(conflicts).collect()
}

impl<'a> Entry<'a> {
    /// Of an object that is there on one side alone: what most clusters have of it, and who they are.
    pub(super) fn whole(&self) -> Option<(&'a FieldChange, &Clusters)> {
        self.parts.iter().find_map(|part| Some((part.whole()?, &part.clusters)))
    }
}

impl<'a> Part<'a> {
    /// The object itself, if it is there on one side alone.
    pub(super) fn whole(&self) -> Option<&'a FieldChange> {
        self.fields.iter().copied().find(|field| is_whole(field))
    }
}

/// Whether a change is the coming or going of a whole object.
pub(super) fn is_whole(field: &FieldChange) -> bool {
    field.path.0.is_empty() && (field.before == Shown::Absent || field.after == Shown::Absent)
}
