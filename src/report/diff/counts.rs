//! How many objects there are of which something is to be done.

use serde::Serialize;

use super::entry::Verb;
use super::{Diff, Known};
use crate::plan::{Change, Judged};
use crate::report::severity::count;

/// How many objects. Over several clusters, an object counts once for each of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Counts {
    /// To create.
    pub create: usize,
    /// To change.
    pub update: usize,
    /// To take over: not made by fleetwright.
    pub adopt: usize,
    /// To delete and make again.
    pub replace: usize,
    /// To delete.
    pub delete: usize,
    /// That the server does not take.
    pub refused: usize,
    /// That are being deleted.
    pub terminating: usize,
    /// Of which it is not known what would become of them.
    pub unknown: usize,
    /// That are no longer rendered and stay.
    pub kept: usize,
    /// That carry the label of the fleet and are neither rendered nor recorded.
    pub stray: usize,
    /// That stay as they are.
    pub unchanged: usize,
    /// That were not judged by the server, but approximately.
    pub approximate: usize,
    /// Fields that other managers own and that would be taken from them.
    pub conflicts: usize,
}

impl Counts {
    /// Counts the changes of one cluster.
    pub(super) fn of(changes: &[Change]) -> Self {
        let mut counts = Self::default();
        for change in changes {
            *counts.at(Verb::of(&change.action).0) += 1;
            counts.conflicts += change.conflicts.len();
            if let Judged::Approximately(_) | Judged::Forbidden(_) = change.judged {
                counts.approximate += 1;
            }
        }
        counts
    }

    fn at(&mut self, verb: Verb) -> &mut usize {
        match verb {
            Verb::Create => &mut self.create,
            Verb::Update => &mut self.update,
            Verb::Adopt => &mut self.adopt,
            Verb::Replace => &mut self.replace,
            Verb::Delete => &mut self.delete,
            Verb::Refused => &mut self.refused,
            Verb::Terminating => &mut self.terminating,
            Verb::Unknown => &mut self.unknown,
            Verb::Keep => &mut self.kept,
            Verb::Stray => &mut self.stray,
            Verb::Unchanged => &mut self.unchanged,
        }
    }

    /// The sum of both.
    pub(super) fn and(self, other: &Self) -> Self {
        Self {
            create: self.create + other.create,
            update: self.update + other.update,
            adopt: self.adopt + other.adopt,
            replace: self.replace + other.replace,
            delete: self.delete + other.delete,
            refused: self.refused + other.refused,
            terminating: self.terminating + other.terminating,
            unknown: self.unknown + other.unknown,
            kept: self.kept + other.kept,
            stray: self.stray + other.stray,
            unchanged: self.unchanged + other.unchanged,
            approximate: self.approximate + other.approximate,
            conflicts: self.conflicts + other.conflicts,
        }
    }

    /// What is to be done, with a number of objects each; nothing where there are none.
    pub(in crate::report) fn differences(&self) -> Vec<String> {
        let conflicts = if self.conflicts == 1 { "conflict" } else { "conflicts" };
        some(&[
            (self.create, "to create"),
            (self.update, "to change"),
            (self.adopt, "to take over"),
            (self.replace, "to replace"),
            (self.delete, "to delete"),
            (self.refused, "refused"),
            (self.terminating, "being deleted"),
            (self.conflicts, conflicts),
        ])
    }

    /// What is not to be done anything about.
    fn others(&self) -> Vec<String> {
        some(&[
            (self.unchanged, "unchanged"),
            (self.kept, "kept"),
            (self.stray, "astray"),
            (self.approximate, "approximate"),
            (self.unknown, "unknown"),
        ])
    }
}

fn some(counts: &[(usize, &str)]) -> Vec<String> {
    counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect()
}

/// `4 clusters: 1 to create, 2 conflicts; 370 unchanged; 1 cluster unknown`. It speaks of no differences only where all
/// is known and nothing differs.
pub(super) fn summary(diff: &Diff<'_>) -> String {
    let counts = diff.counts();
    let clusters = count(diff.clusters.len(), "cluster");
    let first = match (diff.has_differences(), diff.is_complete()) {
        (false, true) => format!("no differences on {clusters}"),
        (false, false) => format!("{clusters}: not all could be compared"),
        (true, _) => format!("{clusters}: {}", counts.differences().join(", ")),
    };
    let states = |is: fn(&Known) -> bool| diff.clusters.iter().filter(|one| is(&one.found.known)).count();
    let clusters = [
        (states(|known| matches!(known, Known::Partly(_))), "known in part"),
        (states(|known| matches!(known, Known::Unread(_))), "unknown"),
        (states(|known| matches!(known, Known::Refused(_))), "refused"),
    ];
    let clusters = clusters.into_iter().filter(|(number, _)| *number > 0);
    let clusters = clusters.map(|(number, what)| format!("{} {what}", count(number, "cluster")));
    let rest = [counts.others().join(", "), clusters.collect::<Vec<_>>().join(", ")];
    let rest = rest.into_iter().filter(|part| !part.is_empty());
    std::iter::once(first).chain(rest).collect::<Vec<_>>().join("; ")
}
