//! A diff as JSON.

use serde::Serialize;
use serde_json::Value;

use super::counts::Counts;
use super::entry::{Entry, Part, Verb};
use super::{Diff, Known};
use crate::diagnostic::{Diagnostics, SourceMap};
use crate::diff::{Clusters, FieldChange, Path, Shown, Step};
use crate::plan::{Conflict, Judged};
use crate::report::json::{Finding, VERSION, findings};
use crate::report::severity::Summary;

/// What `diff -o json` prints.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Document {
    /// Always 1.
    pub version: u32,
    /// What the render was compared with, as in `live` or `git:main`.
    pub against: String,
    /// Whether all is known of every cluster. If not, what is not among `objects` may differ all the same.
    pub complete: bool,
    /// The clusters that were asked for.
    pub clusters: Vec<Cluster>,
    /// The objects of which something is to be done or to be told, in the order in which they are applied; the same on
    /// several clusters once. An object of which different things are to be done on different clusters is here once for
    /// each of them.
    pub objects: Vec<Object>,
    /// How many objects over all clusters, an object counted once for each of them.
    pub counts: Counts,
    /// What there is to tell beside it.
    pub findings: Vec<Finding>,
    /// How many findings.
    pub summary: Summary,
}

/// One cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Cluster {
    /// Its name.
    pub name: String,
    /// How much is known of it.
    pub state: State,
    /// Why it is not known, or not all of it.
    pub reasons: Vec<String>,
    /// How many objects.
    pub counts: Counts,
}

/// How much is known of a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum State {
    /// All of it.
    Known,
    /// Not all of it.
    KnownInPart,
    /// Nothing.
    Unknown,
    /// It was not looked at, as it must not be.
    Refused,
}

/// What is to be done to one object on some clusters.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Object {
    /// Its version of the API, as `apps/v1`.
    pub api_version: String,
    /// Its kind.
    pub kind: String,
    /// Its namespace; null for an object of the whole cluster.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
    /// The unit that renders it, or that did; null where that is not known.
    pub unit: Option<String>,
    /// What is to be done.
    pub action: Verb,
    /// The clusters on which that is to be done.
    pub clusters: Vec<String>,
    /// What there is to say about it, each fact once: what holds on all of `clusters` first, then what holds on fewer.
    pub parts: Vec<Said>,
}

/// What there is to say about an object on some of its clusters.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Said {
    /// The clusters.
    pub clusters: Vec<String>,
    /// The reason of the action, where it has one.
    pub reason: Option<String>,
    /// Why the server did not judge it; null where it did, or where two renders were compared.
    pub doubt: Option<Doubt>,
    /// The fields that differ. Of an object that is created, one: all of it.
    pub fields: Vec<Field>,
    /// The fields that other managers own and that would be taken from them.
    pub conflicts: Vec<Taken>,
}

/// Why the server did not judge an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Doubt {
    /// It was judged by schemas alone, for this reason.
    Approximate(String),
    /// It cannot be judged yet, for this reason.
    Later(String),
}

/// One field that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Field {
    /// The field as people write it; empty for the whole object.
    pub path: String,
    /// The field step by step.
    pub steps: Vec<Move>,
    /// What it was; null where there was nothing.
    pub before: Option<Side>,
    /// What it is to be; null where there is to be nothing.
    pub after: Option<Side>,
}

/// A field that another manager owns.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Taken {
    /// The field as people write it.
    pub path: String,
    /// The field step by step.
    pub steps: Vec<Move>,
    /// Who owns it.
    pub manager: String,
    /// The owner's value; null where there is none.
    pub theirs: Option<Side>,
    /// What is rendered; null where nothing is.
    pub ours: Option<Side>,
}

/// One step to a field.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Move {
    /// To a key of a map.
    Key(String),
    /// To the item of a list that has these values at these keys.
    Item(Vec<Named>),
    /// To the item of a set that is this value.
    Member(Value),
    /// To the item at this place, from 0.
    Index(usize),
    /// To the order of the items; its value is the list of their names.
    Order,
}

/// A key of an item and its value.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Named {
    /// The key.
    pub key: String,
    /// Its value.
    pub value: Value,
}

/// One side of a change.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Side {
    /// This value; what is secret in it is masked.
    Value(Value),
    /// Always true: a value that is not shown.
    Hidden(bool),
}

impl Document {
    /// The document of a diff, with what there is to tell beside it.
    pub fn of(diff: &Diff<'_>, problems: &Diagnostics, sources: &SourceMap) -> Self {
        let clusters = diff.clusters.iter().map(|one| {
            let (state, reasons) = match &one.found.known {
                Known::Completely => (State::Known, Vec::new()),
                Known::Partly(reasons) => (State::KnownInPart, reasons.iter().cloned().collect()),
                Known::Unread(why) => (State::Unknown, vec![why.clone()]),
                Known::Refused(why) => (State::Refused, vec![why.clone()]),
            };
            Cluster { name: one.found.name.to_string(), state, reasons, counts: one.counts }
        });
        Self {
            version: VERSION,
            against: diff.against.clone(),
            complete: diff.is_complete(),
            clusters: clusters.collect(),
            objects: diff.entries.iter().map(Object::of).collect(),
            counts: diff.counts(),
            findings: findings(problems, sources),
            summary: Summary::of(problems),
        }
    }
}

fn list(clusters: &Clusters) -> Vec<String> {
    clusters.iter().map(|name| name.to_string()).collect()
}

impl Object {
    fn of(entry: &Entry<'_>) -> Self {
        Self {
            api_version: entry.api_version.to_owned(),
            kind: entry.object.kind.to_string(),
            namespace: entry.object.namespace.as_ref().map(|namespace| namespace.to_string()),
            name: entry.object.name.to_string(),
            unit: entry.unit.map(str::to_owned),
            action: entry.verb,
            clusters: list(&entry.clusters),
            parts: entry.parts.iter().map(Said::of).collect(),
        }
    }
}

impl Said {
    fn of(part: &Part<'_>) -> Self {
        let doubt = part.judged.and_then(|judged| match judged {
            Judged::Server | Judged::Rendered => None,
            Judged::Approximately(why) | Judged::Forbidden(why) => Some(Doubt::Approximate(why.to_string())),
            Judged::Later(why) => Some(Doubt::Later(why.to_string())),
        });
        Self {
            clusters: list(&part.clusters),
            reason: part.why.map(str::to_owned),
            doubt,
            fields: part.fields.iter().map(|field| Field::of(field)).collect(),
            conflicts: part.conflicts.iter().map(|conflict| Taken::of(conflict)).collect(),
        }
    }
}

impl Field {
    fn of(FieldChange { path, before, after }: &FieldChange) -> Self {
        Self { path: path.to_string(), steps: steps(path), before: Side::of(before), after: Side::of(after) }
    }
}

impl Taken {
    fn of(Conflict { path, manager, held: _, theirs, ours }: &Conflict) -> Self {
        Self {
            path: path.to_string(),
            steps: steps(path),
            manager: manager.clone(),
            theirs: Side::of(theirs),
            ours: Side::of(ours),
        }
    }
}

impl Side {
    fn of(side: &Shown) -> Option<Self> {
        match side {
            Shown::Absent => None,
            Shown::Value(value) => Some(Self::Value(value.clone())),
            Shown::Hidden => Some(Self::Hidden(true)),
        }
    }
}

fn steps(path: &Path) -> Vec<Move> {
    let step = |step: &Step| match step {
        Step::Key(key) => Move::Key(key.clone()),
        Step::Item(keys) => {
            let named = |(key, value): &(String, Value)| Named { key: key.clone(), value: value.clone() };
            Move::Item(keys.iter().map(named).collect())
        }
        Step::Member(value) => Move::Member(value.clone()),
        Step::Index(index) => Move::Index(*index),
        Step::Order => Move::Order,
    };
    path.0.iter().map(step).collect()
}
