//! What happens while a cluster is changed, a JSON object per line, and what came of it, as one JSON document.

use serde::Serialize;

use super::said;
use super::summary::Counts;
use crate::apply::{Ended, Event, ObjectEnd, Outcome, Step};
use crate::diagnostic::{Diagnostics, SourceMap};
use crate::object::ObjectRef;
use crate::report::diff;
use crate::report::escape::json_safe;
use crate::report::json::{Finding, VERSION, findings};
use crate::report::severity::Summary;

/// One line of `apply --log-format json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Line {
    /// Always 1.
    pub version: u32,
    /// When, by this machine's clock: RFC 3339, in UTC.
    pub time: String,
    /// The cluster; of a notice it may be another one of the rollout than that which is changed.
    pub cluster: String,
    /// What happened.
    pub event: Happened,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Happened {
    /// The lock is held by another run, and is waited for.
    Waiting {
        /// Who holds it.
        holder: String,
    },
    /// The lock is this run's.
    Locked {
        /// The id of this run.
        run: String,
    },
    /// The record is widened by what is about to be made.
    Recording,
    /// Objects are being written.
    Writing {
        /// How many.
        objects: usize,
    },
    /// What was written is to become ready.
    Readying {
        /// How many objects are not yet.
        objects: usize,
    },
    /// Proxies are given time to learn of what was written.
    Settling {
        /// How long, in milliseconds.
        milliseconds: u64,
    },
    /// Objects are being deleted.
    Deleting {
        /// How many.
        objects: usize,
    },
    /// An object is being written or deleted.
    Begun {
        /// The object.
        object: Object,
    },
    /// An object came further: written, ready, failed.
    Object {
        /// The object.
        object: Object,
        /// What became of it.
        state: State,
        /// Why, where there is a reason.
        reason: Option<String>,
    },
    /// An object is not ready yet.
    NotReady {
        /// The object.
        object: Object,
        /// What is missing.
        reason: String,
    },
    /// Something worth knowing that stops nothing.
    Warning {
        /// What.
        message: String,
    },
    /// Something happened on the way to the API server of the line's cluster, and stopped nothing: a try that failed and
    /// is repeated, a warning of the server, a word of a credential plugin.
    Notice {
        /// What, in a phrase with the cluster's name before it.
        message: String,
    },
    /// A signal came: nothing new is begun.
    Stopping,
}

/// An object of the cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Object {
    /// The API group; empty for the core group.
    pub group: String,
    /// The kind.
    pub kind: String,
    /// The namespace; null for an object of the whole cluster.
    pub namespace: Option<String>,
    /// The name.
    pub name: String,
    /// The unit that renders it, or that did; null where that is not known.
    pub unit: Option<String>,
}

/// What became of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum State {
    /// It was made, and is ready.
    Created,
    /// It was changed, and is ready.
    Changed,
    /// It was taken over, and is ready.
    Adopted,
    /// It was deleted and made again, and is ready.
    Replaced,
    /// It is gone.
    Deleted,
    /// It was written, and is not ready yet.
    Written,
    /// It was written, and did not become ready.
    NotReady,
    /// It was not written.
    Failed,
    /// It was deleted to be made again, and is not made again.
    Missing,
    /// It is not known whether it was written.
    Unknown,
    /// It was not reached.
    Untouched,
}

/// What `apply --log-format json` prints at its end.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Document {
    /// Always 1.
    pub version: u32,
    /// How it ended.
    pub end: End,
    /// The cluster; null if the command line or the fleet names none.
    pub cluster: Option<String>,
    /// The digest of the release; null if nothing was rendered.
    pub release: Option<String>,
    /// The commit that it was rendered from; null if there is none.
    pub commit: Option<String>,
    /// Whether files differ from that commit, so that it does not render to this.
    pub dirty: bool,
    /// The plan as it was shown; null if there is none.
    pub plan: Option<diff::json::Document>,
    /// Every object that was to be changed, in the order of the plan.
    pub objects: Vec<Finished>,
    /// How many objects came to what.
    pub counts: Counts,
    /// The next step.
    pub next: Option<String>,
    /// What there is to tell.
    pub findings: Vec<Finding>,
    /// How many.
    pub summary: Summary,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum End {
    /// Everything is as it is to be.
    Done,
    /// Something is wrong or in the way; no object was written.
    Refused,
    /// Something was written, and not everything.
    Partial,
    /// A signal stopped it.
    Stopped,
}

/// One object and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Finished {
    /// The object.
    pub object: Object,
    /// What became of it.
    pub state: State,
    /// Why, where there is a reason.
    pub reason: Option<String>,
}

/// What a document tells beside its outcome.
#[derive(Clone, Debug, Default)]
pub struct About<'a> {
    /// The cluster.
    pub cluster: Option<&'a str>,
    /// The digest of the release.
    pub release: Option<String>,
    /// The commit that it was rendered from.
    pub commit: Option<&'a str>,
    /// Whether it renders to something else.
    pub dirty: bool,
    /// The plan as it was shown.
    pub plan: Option<diff::json::Document>,
    /// The next step.
    pub next: Option<&'a str>,
}

impl Line {
    /// What happened, as one line with its end. `time` is RFC 3339.
    ///
    /// # Errors
    /// If it cannot be written as JSON, which does not happen to strings.
    pub fn print(cluster: &str, time: String, event: &Event) -> serde_json::Result<String> {
        let cluster = if let Event::Notice { cluster, .. } = event { cluster } else { cluster };
        let line = Self { version: VERSION, time, cluster: cluster.to_owned(), event: Happened::of(event) };
        Ok(json_safe(serde_json::to_string(&line)?) + "\n")
    }
}

impl Happened {
    fn of(event: &Event) -> Self {
        match event {
            Event::Waiting { holder } => Self::Waiting { holder: holder.clone() },
            Event::Locked { run } => Self::Locked { run: run.to_string() },
            Event::Begun(Step::Recording) => Self::Recording,
            Event::Begun(Step::Writing { objects }) => Self::Writing { objects: *objects },
            Event::Begun(Step::Readying { objects }) => Self::Readying { objects: *objects },
            Event::Begun(Step::Settling(time)) => {
                Self::Settling { milliseconds: u64::try_from(time.as_millis()).unwrap_or(u64::MAX) }
            }
            Event::Begun(Step::Deleting { objects }) => Self::Deleting { objects: *objects },
            Event::Writing { object, unit } => Self::Begun { object: Object::of(object, unit.as_deref()) },
            Event::Object { object, unit, end } => Self::Object {
                object: Object::of(object, unit.as_deref()),
                state: State::of(end),
                reason: said(end).1.map(str::to_owned),
            },
            Event::NotReady { object, unit, why } => {
                Self::NotReady { object: Object::of(object, unit.as_deref()), reason: why.to_string() }
            }
            Event::Warning(message) => Self::Warning { message: message.clone() },
            Event::Notice { text, cluster: _ } => Self::Notice { message: text.clone() },
            Event::Stopping => Self::Stopping,
        }
    }
}

impl Object {
    fn of(object: &ObjectRef, unit: Option<&str>) -> Self {
        let ObjectRef { group, kind, namespace, name } = object;
        Self {
            group: group.to_string(),
            kind: kind.to_string(),
            namespace: namespace.as_ref().map(ToString::to_string),
            name: name.to_string(),
            unit: unit.map(str::to_owned),
        }
    }
}

impl State {
    fn of(end: &ObjectEnd) -> Self {
        match end {
            ObjectEnd::Created => Self::Created,
            ObjectEnd::Changed => Self::Changed,
            ObjectEnd::Adopted => Self::Adopted,
            ObjectEnd::Replaced => Self::Replaced,
            ObjectEnd::Deleted => Self::Deleted,
            ObjectEnd::Written => Self::Written,
            ObjectEnd::Unready(_) => Self::NotReady,
            ObjectEnd::Failed(_) => Self::Failed,
            ObjectEnd::Missing(_) => Self::Missing,
            ObjectEnd::Unknown(_) => Self::Unknown,
            ObjectEnd::Untouched => Self::Untouched,
        }
    }
}

impl Finished {
    fn of(Ended { object, unit, end }: &Ended) -> Self {
        Self {
            object: Object::of(object, unit.as_deref()),
            state: State::of(end),
            reason: said(end).1.map(str::to_owned),
        }
    }
}

impl Document {
    /// The document of a run; without an outcome nothing was begun.
    pub fn of(
        about: About<'_>,
        outcome: Option<&Outcome>,
        problems: &Diagnostics,
        sources: &SourceMap,
    ) -> Self {
        let About { cluster, release, commit, dirty, plan, next } = about;
        let end = match outcome.map(|outcome| outcome.end) {
            None | Some(crate::apply::End::Refused) => End::Refused,
            Some(crate::apply::End::Done) => End::Done,
            Some(crate::apply::End::Partial) => End::Partial,
            Some(crate::apply::End::Stopped) => End::Stopped,
        };
        let objects = outcome.iter().flat_map(|outcome| &outcome.objects);
        Self {
            version: VERSION,
            end,
            cluster: cluster.map(str::to_owned),
            release,
            commit: commit.map(str::to_owned),
            dirty,
            plan,
            objects: objects.map(Finished::of).collect(),
            counts: outcome.map(Counts::of).unwrap_or_default(),
            next: next.map(str::to_owned),
            findings: findings(problems, sources),
            summary: Summary::of(problems),
        }
    }
}
