//! What follows from an edit of the fleet: what is wrong then and was not before, and what is rendered otherwise.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::sync::Arc;

use super::pipeline;
use crate::cluster::Given;
use crate::diagnostic::{Diagnostics, Severity, SourceMap};
use crate::source::{RelPath, Sources};

/// A fleet in one state.
pub struct State {
    /// What is wrong with it.
    pub problems: Diagnostics,
    /// What each unit renders to, as a number that is another one if that is; `None` if no template could be read.
    prints: Option<pipeline::Prints>,
    /// Whether it could be read at all.
    pub is_read: bool,
}

/// The units that render something else, by the clusters on which they do.
pub type Reach = BTreeMap<BTreeSet<Arc<str>>, BTreeSet<String>>;

impl State {
    /// Renders and checks all of a fleet.
    pub fn of(
        sources: Sources,
        folder: &RelPath,
        given: &[Given],
        threads: NonZeroUsize,
        map: &mut SourceMap,
    ) -> Self {
        let mut problems = Diagnostics::new();
        let loaded = pipeline::load(sources, folder, given, threads, map, &mut problems);
        let prints = loaded.as_ref().and_then(|loaded| pipeline::prints(loaded, threads, map, &mut problems));
        Self { problems, prints, is_read: loaded.is_some() }
    }

    /// What is wrong here and was not `before`.
    pub fn new_problems(&self, before: &Self) -> Diagnostics {
        // Each that was there before stands for one: the same mistake in a second place is a new one.
        let mut known: Vec<_> =
            before.problems.iter().map(|one| (one.code, &one.message, &one.clusters, &one.object)).collect();
        let is_new = |problem: &&crate::diagnostic::Diagnostic| {
            let same = (problem.code, &problem.message, &problem.clusters, &problem.object);
            let at = known.iter().position(|other| *other == same);
            at.map(|at| known.swap_remove(at)).is_none()
        };
        self.problems.iter().filter(is_new).cloned().collect()
    }

    /// How many errors there are that stop more than `validate`.
    pub fn errors(&self) -> usize {
        let stops = self.problems.iter().filter(|one| one.severity == Severity::Error && one.check.is_none());
        stops.cloned().collect::<Diagnostics>().folded().len()
    }

    /// What renders something else here than `before`; `None` if that is not known.
    pub fn reach(&self, before: &Self) -> Option<Reach> {
        let (now, then) = (self.prints.as_ref()?, before.prints.as_ref()?);
        let mut units: BTreeMap<&str, BTreeSet<Arc<str>>> = BTreeMap::new();
        let all: BTreeSet<&(Arc<str>, String)> = now.keys().chain(then.keys()).collect();
        for unit in all.into_iter().filter(|unit| now.get(*unit) != then.get(*unit)) {
            units.entry(&unit.1).or_default().insert(Arc::clone(&unit.0));
        }
        let mut reach = Reach::new();
        for (unit, clusters) in units {
            reach.entry(clusters).or_default().insert(unit.to_owned());
        }
        Some(reach)
    }
}
