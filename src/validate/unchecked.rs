//! What could not be checked, and what holds for many objects: told once.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::codes;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Span};
use crate::schema::{GroupVersionKind, Unusable};

/// The command that mends whatever is wrong with recorded schemas.
pub const FETCH: &str = "record them: `fleetwright schema fetch`, or for one cluster with `--cluster NAME`";

/// What is true of a kind or a version, to be told once however many objects and clusters it is about.
#[derive(Debug, Default)]
pub struct Once(BTreeMap<(Code, String), About>);

/// The first of several problems that are one, with all their clusters, and the objects it is about.
type About = (Diagnostic, BTreeSet<Option<String>>);

impl Once {
    /// Adds one; what it is about is told with the first.
    pub fn add(&mut self, problem: Diagnostic) {
        let key = (problem.code, problem.message.clone());
        let object = problem.object.clone();
        let (first, objects) = self.0.entry(key).or_insert_with(|| (problem.clone(), BTreeSet::new()));
        first.clusters.extend(problem.clusters);
        objects.insert(object);
    }

    /// Adds those of other clusters.
    pub fn merge(&mut self, other: Self) {
        for (key, (problem, about)) in other.0 {
            match self.0.entry(key) {
                Entry::Vacant(entry) => drop(entry.insert((problem, about))),
                Entry::Occupied(entry) => {
                    let (first, objects) = entry.into_mut();
                    first.clusters.extend(problem.clusters);
                    objects.extend(about);
                }
            }
        }
    }

    /// Each of them, once.
    pub fn told(self) -> Diagnostics {
        let told = self.0.into_values().map(|(first, objects)| match objects.len() {
            0 | 1 => first,
            2 => first.note("and 1 other object"),
            count => first.note(format!("and {} other objects", count - 1)),
        });
        told.collect()
    }
}

/// What could not be checked, over all clusters, to be told once.
#[derive(Debug, Default)]
pub struct Unchecked {
    /// The kinds without a schema, by cluster whose record is otherwise whole.
    kinds: BTreeMap<Arc<str>, (Span, BTreeSet<GroupVersionKind>)>,
    /// Clusters whose record cannot be used, by why.
    broken: BTreeMap<(bool, String), Vec<Labelled>>,
}

/// A cluster and the label of its block.
type Labelled = (Arc<str>, Span);

impl Unchecked {
    /// A kind of a cluster for which there is no schema.
    pub fn add(&mut self, cluster: &Arc<str>, span: Span, kind: GroupVersionKind) {
        let entry = self.kinds.entry(Arc::clone(cluster));
        entry.or_insert_with(|| (span, BTreeSet::new())).1.insert(kind);
    }

    /// A cluster of which nothing that was recorded can be used.
    pub fn broken(&mut self, cluster: &Arc<str>, span: Span, unusable: &Unusable) {
        let is_damage = !matches!(unusable, Unusable::Missing);
        let clusters = self.broken.entry((is_damage, unusable.to_string())).or_default();
        clusters.push((Arc::clone(cluster), span));
    }

    /// Adds what could not be checked on other clusters.
    pub fn merge(&mut self, other: Self) {
        self.kinds.extend(other.kinds);
        for (why, clusters) in other.broken {
            self.broken.entry(why).or_default().extend(clusters);
        }
    }

    /// Each reason once, with the kinds and clusters that it is about.
    pub fn told(mut self) -> Diagnostics {
        let mut findings = Diagnostics::new();
        for ((is_damage, why), clusters) in std::mem::take(&mut self.broken) {
            let kinds =
                clusters.iter().filter_map(|(name, _)| self.kinds.remove(name)).flat_map(|(_, kinds)| kinds);
            let kinds: BTreeSet<GroupVersionKind> = kinds.collect();
            let message = match kinds.len() {
                0 => why,
                kinds => format!("{why}: {} could not be checked", count(kinds)),
            };
            let problem = match is_damage {
                true => Diagnostic::error(codes::UNUSABLE, message),
                false => Diagnostic::warning(codes::UNRECORDED, message),
            };
            findings.push(listed(problem, &kinds, clusters));
        }
        let mut same: BTreeMap<BTreeSet<GroupVersionKind>, Vec<Labelled>> = BTreeMap::new();
        for (name, (span, kinds)) in self.kinds {
            same.entry(kinds).or_default().push((name, span));
        }
        for (kinds, clusters) in same {
            let them = if kinds.len() == 1 { "it" } else { "them" };
            let message =
                format!("{} could not be checked: nothing is recorded of {them}", count(kinds.len()));
            findings.push(listed(Diagnostic::warning(codes::UNRECORDED, message), &kinds, clusters));
        }
        findings
    }
}

fn count(kinds: usize) -> String {
    if kinds == 1 { "1 kind".to_owned() } else { format!("{kinds} kinds") }
}

/// The problem with the kinds and the clusters it is about.
fn listed(problem: Diagnostic, kinds: &BTreeSet<GroupVersionKind>, clusters: Vec<Labelled>) -> Diagnostic {
    let names: Vec<String> = kinds.iter().map(ToString::to_string).collect();
    let problem = problem.help(FETCH);
    let problem =
        if names.is_empty() { problem } else { problem.note(format!("not checked: {}", names.join(", "))) };
    let problem = match clusters.first() {
        Some((_, span)) => problem.at(*span, ""),
        None => problem,
    };
    clusters.into_iter().fold(problem, |problem, (name, _)| problem.on(name))
}
