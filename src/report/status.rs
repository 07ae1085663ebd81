//! What each cluster holds and how far it has come, as text and JSON.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use super::diff::{ClusterDiff, Counts, Diff};
use super::escape::one_line;
use super::json::{Finding, VERSION, findings};
use super::release::{Release, short};
use super::severity::Summary;
use crate::diagnostic::{Diagnostics, SourceMap};
use crate::object::Digest;
use crate::plan::{Phase, Plan, Record};

/// What is known of a cluster.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// What is to be done to it to make it what is rendered here.
    pub plan: &'a Plan,
    /// Its record, none if nothing was ever applied to it; or why it could not be read.
    pub record: Result<Option<&'a Record>, &'a str>,
    /// The digest of the release that is rendered here.
    pub rendered: Digest,
    /// Objects that are there and not ready.
    pub unready: &'a [Unready],
    /// Who holds its lock, if somebody does; or why that could not be read.
    pub lock: Result<Option<&'a Lock>, &'a str>,
    /// How long a release must be ready on it.
    pub soak: Duration,
    /// The time there.
    pub now: Timestamp,
}

/// Who holds a lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Lock {
    /// The id of the run, as `unlock` takes it.
    pub run: String,
    /// Who, and since when, in a phrase.
    pub holder: String,
}

/// What `status -o json` prints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Status {
    /// Always 1.
    pub version: u32,
    /// The clusters that were asked for.
    pub clusters: Vec<Cluster>,
    /// What there is to tell.
    pub findings: Vec<Finding>,
    /// How many.
    pub summary: Summary,
}

/// One cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Cluster {
    /// Its name.
    pub name: String,
    /// Why nothing is known of it; null if something is.
    pub unknown: Option<String>,
    /// Why its record could not be read; null if it was.
    pub record_unknown: Option<String>,
    /// The release that was applied last; null if none ever was, or if `recordUnknown` says why that is not known.
    pub release: Option<Release>,
    /// Whether that is the release that is rendered here: then `differences` are drift.
    pub is_rendered: bool,
    /// What would be done to make it what is rendered here.
    pub differences: Counts,
    /// Whether all of it could be read: its objects, its record and its lock.
    pub complete: bool,
    /// Whether what `differences` say is of all of it.
    #[serde(skip)]
    is_compared: bool,
    /// Objects that are there and not ready.
    pub not_ready: Vec<Unready>,
    /// A run that is under way, or that did not finish; null if there is none, or if `recordUnknown` says why that is not
    /// known.
    pub run: Option<Run>,
    /// Why it could not be read who holds the lock; null if it was.
    pub lock_unknown: Option<String>,
    /// Who holds the lock; null if nobody does, or if `lockUnknown` says why that is not known.
    pub lock: Option<Lock>,
}

/// An object that is not ready.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Unready {
    /// The object.
    pub object: String,
    /// Why.
    pub reason: String,
}

/// A run that is under way, or that did not finish.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Run {
    /// Its id.
    pub id: String,
    /// Who began it.
    pub by: String,
    /// When: RFC 3339, by the clock of the cluster's API server.
    pub at: String,
    /// The digest of the release that it applies.
    pub release: String,
    /// How far it had come.
    pub phase: Reached,
}

/// How far a run has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Reached {
    /// It writes, and waits for what it wrote.
    Applying,
    /// It deletes what is no longer rendered.
    Deleting,
    /// It ended, and not everything is as it is to be.
    Failed,
}

impl Cluster {
    /// A cluster of which something is known.
    pub fn known(name: &str, known: &Known<'_>) -> Self {
        let Known { plan, record, rendered, unready, lock, soak, now } = *known;
        let known = record.ok().flatten();
        let newest = known.and_then(|record| record.releases.first());
        let run = known.and_then(|record| record.run.as_ref()).map(|run| Run {
            id: run.id.clone(),
            by: run.by.clone(),
            at: run.at.to_string(),
            release: run.release.to_string(),
            phase: match run.phase {
                Phase::Applying => Reached::Applying,
                Phase::Deleting => Reached::Deleting,
                Phase::Failed => Reached::Failed,
            },
        });
        let diff = Diff::of("live", vec![ClusterDiff::of(plan)]);
        Self {
            name: name.to_owned(),
            unknown: None,
            record_unknown: record.err().map(str::to_owned),
            release: newest.map(|release| Release::of(release, soak, now, None)),
            is_rendered: newest.is_some_and(|release| release.digest == rendered),
            differences: diff.counts(),
            complete: plan.is_complete() && record.is_ok() && lock.is_ok(),
            is_compared: plan.is_complete() && record.is_ok(),
            not_ready: unready.to_vec(),
            run,
            lock_unknown: lock.err().map(str::to_owned),
            lock: lock.ok().flatten().cloned(),
        }
    }

    /// A cluster of which nothing is known, with the reason in a phrase.
    pub fn unknown(name: &str, why: impl Into<String>) -> Self {
        let why = why.into();
        Self {
            name: name.to_owned(),
            unknown: Some(why.clone()),
            record_unknown: Some(why.clone()),
            release: None,
            is_rendered: false,
            differences: Counts::default(),
            complete: false,
            is_compared: false,
            not_ready: Vec::new(),
            run: None,
            lock_unknown: Some(why),
            lock: None,
        }
    }

    fn text(&self) -> String {
        let name = one_line(&self.name);
        if let Some(why) = &self.unknown {
            return format!("{name}  unknown: {}\n", one_line(why));
        }
        let mut lines = match (&self.release, &self.record_unknown) {
            (Some(release), _) => vec![format!("{name}  release {}", release.head()), release.far()],
            (None, Some(why)) => vec![format!("{name}  its record could not be read: {}", one_line(why))],
            (None, None) => vec![format!("{name}  nothing was ever applied to it")],
        };
        let differences = self.differences.differences().join(", ");
        lines.push(match (differences.is_empty(), self.is_compared, self.is_rendered) {
            (true, true, true) => "no drift".to_owned(),
            (true, true, false) => "nothing differs from what is rendered here".to_owned(),
            (true, false, _) => "not all of it could be read".to_owned(),
            (false, _, true) => format!("drift: {differences}"),
            (false, _, false) => format!("differs from what is rendered here: {differences}"),
        });
        if !differences.is_empty() && !self.is_compared {
            lines.push("not all of it could be read".to_owned());
        }
        lines.extend(
            self.not_ready
                .iter()
                .take(MOST_NAMED)
                .map(|one| format!("not ready: {}: {}", one_line(&one.object), one_line(&one.reason))),
        );
        if let Some(more @ 1..) = self.not_ready.len().checked_sub(MOST_NAMED) {
            lines.push(format!("and {more} more that are not ready"));
        }
        lines.extend(self.run.as_ref().map(|run| {
            let what = match run.phase {
                Reached::Applying => "was writing when last heard of",
                Reached::Deleting => "was deleting when last heard of",
                Reached::Failed => "did not come to its end",
            };
            let Run { id, by, at, release, phase: _ } = run;
            let release = short(release);
            format!("run {} of {release} by {}, begun {}, {what}", one_line(id), one_line(by), one_line(at))
        }));
        lines.extend(self.lock.as_ref().map(|lock| format!("locked by {}", one_line(&lock.holder))));
        let unknown = self.lock_unknown.as_ref();
        lines.extend(unknown.map(|why| format!("who holds the lock is not known: {}", one_line(why))));
        let indented = lines.iter().enumerate().map(|(index, line)| match index {
            0 => format!("{line}\n"),
            _ => format!("    {line}\n"),
        });
        indented.collect()
    }
}

/// The most objects that are named of a cluster.
const MOST_NAMED: usize = 10;

impl Status {
    /// The document.
    pub fn new(clusters: Vec<Cluster>, problems: &Diagnostics, sources: &SourceMap) -> Self {
        let (findings, summary) = (findings(problems, sources), Summary::of(problems));
        Self { version: VERSION, clusters, findings, summary }
    }
}

/// A few lines for each cluster.
pub fn text(clusters: &[Cluster]) -> String {
    clusters.iter().map(Cluster::text).collect()
}
