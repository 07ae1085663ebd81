//! What `diff` found, folded over clusters: the data of all its formats.
//!
//! [`Diff::of`] folds the changes of all clusters; [`text`], [`json`] and [`markdown`] print the same [`Diff`].

mod counts;
mod entry;
pub mod json;

mod lines;
pub mod markdown;
mod names;
pub(super) mod paint;
mod quote;
pub mod text;
mod words;

use std::collections::BTreeSet;
use std::sync::Arc;

pub use self::counts::Counts;
pub(super) use self::paint::Paint;

use self::entry::{Entry, entries};
use crate::diff::Clusters;
use crate::plan::{Action, Change, Plan};

/// What was found on one cluster.
#[derive(Clone, Debug)]
pub struct ClusterDiff<'a> {
    name: Arc<str>,
    changes: &'a [Change],
    known: Known,
}

/// How much is known of a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// All of it.
    Completely,
    /// Not all of it; with the reasons.
    Partly(BTreeSet<String>),
    /// Nothing; with the reason.
    Unread(String),
    /// It was not looked at; with the reason.
    Refused(String),
}

/// What `diff` found on all clusters.
#[derive(Clone, Debug)]
pub struct Diff<'a> {
    /// What the render was compared with, as in `live` or `git:main`.
    against: String,
    clusters: Vec<Compared<'a>>,
    entries: Vec<Entry<'a>>,
}

/// One cluster of it.
#[derive(Clone, Debug)]
struct Compared<'a> {
    found: ClusterDiff<'a>,
    counts: Counts,
}

impl<'a> ClusterDiff<'a> {
    /// What a plan says; unknown in part if something could not be read.
    pub fn of(plan: &'a Plan) -> Self {
        let known = match plan.is_complete() {
            true => Known::Completely,
            false => Known::Partly(plan.unread.iter().map(|unread| unread.why.clone()).collect()),
        };
        Self { name: Arc::clone(&plan.cluster), changes: &plan.changes, known }
    }

    /// What was found without a server, all of which is known.
    pub fn offline(name: &Arc<str>, changes: &'a [Change]) -> Self {
        Self { name: Arc::clone(name), changes, known: Known::Completely }
    }

    /// The same, of which something could not be compared, with the reason in a phrase.
    pub fn in_part(self, why: impl Into<String>) -> Self {
        Self { known: Known::Partly(BTreeSet::from([why.into()])), ..self }
    }

    /// A cluster of which nothing could be read, with the reason in a phrase.
    pub fn unread(name: &Arc<str>, why: impl Into<String>) -> Self {
        Self { name: Arc::clone(name), changes: &[], known: Known::Unread(why.into()) }
    }

    /// A cluster that must not be asked, such as one with another UID, with the reason in a phrase.
    pub fn refused(name: &Arc<str>, why: impl Into<String>) -> Self {
        Self { name: Arc::clone(name), changes: &[], known: Known::Refused(why.into()) }
    }
}

impl<'a> Diff<'a> {
    /// The changes of all clusters, the same ones folded. `against` is what the render was compared with, as in `live`
    /// or `git:main`.
    pub fn of(against: &str, clusters: Vec<ClusterDiff<'a>>) -> Self {
        let entries = entries(&clusters);
        let counted = |found: ClusterDiff<'a>| Compared { counts: Counts::of(found.changes), found };
        Self { against: against.to_owned(), clusters: clusters.into_iter().map(counted).collect(), entries }
    }

    /// Whether something would be done to a cluster, or would have to be.
    pub fn has_differences(&self) -> bool {
        self.clusters.iter().flat_map(|one| one.found.changes).any(|change| change.action.is_difference())
    }

    /// Whether everything is known that there is to know.
    pub fn is_complete(&self) -> bool {
        let is_unknown = |change: &Change| matches!(change.action, Action::Unknown(_));
        // Of nothing, nothing is known.
        !self.clusters.is_empty()
            && self
                .clusters
                .iter()
                .all(|one| one.found.known == Known::Completely && !one.found.changes.iter().any(is_unknown))
    }

    /// The names of all clusters.
    fn names(&self) -> Clusters {
        self.clusters.iter().map(|one| Arc::clone(&one.found.name)).collect()
    }

    /// How many objects over all clusters.
    pub(super) fn counts(&self) -> Counts {
        self.clusters.iter().fold(Counts::default(), |sum, one| sum.and(&one.counts))
    }
}

#[cfg(test)]
mod tests;
