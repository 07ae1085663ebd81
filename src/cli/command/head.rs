//! What is rendered now: of which release it is, and the commit that renders to it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Run;
use crate::cli::locate;
use crate::cli::pipeline::{self, Loaded, Outcome};
use crate::cli::progress::Progress;
use crate::cli::selection::Clusters;
use crate::cli::settings;
use crate::cluster::{Given, Rollout};
use crate::diagnostic::{Diagnostic, Severity};
use crate::object::Digest;
use crate::plan::{SetId, Wanted, release};
use crate::validate::Validated;

/// What is rendered now.
pub struct Head<'h> {
    /// The fleet.
    pub loaded: &'h Loaded,
    /// The clusters that the command is about.
    pub chosen: &'h Clusters,
    /// What rendering came to.
    pub outcome: &'h Outcome,
    /// The objects.
    pub validated: &'h Validated,
}

/// The commit that something was rendered from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its full id.
    pub id: String,
    /// Whether the commit renders to something else: files differ from it, and it matters.
    pub dirty: bool,
}

impl Run {
    /// Renders and checks these clusters.
    pub(super) fn rendered(
        &mut self,
        fleet: &settings::Fleet,
        progress: bool,
        loaded: &Loaded,
        clusters: &Clusters,
    ) -> Outcome {
        let count = loaded.resolved.clusters.iter().filter(|one| clusters.contains(&one.name)).count();
        let progress = Progress::new("rendering", count, progress);
        let done = || progress.cluster_done();
        let (sources, problems) = (&mut self.sources, &mut self.problems);
        let outcome = pipeline::render(loaded, clusters, fleet.threads, sources, problems, &done);
        progress.finish();
        // What built-in checks find is worth a look here; it stops `validate` alone.
        self.problems = std::mem::take(&mut self.problems).advisory();
        outcome
    }

    /// The commit that is checked out, or that `--rev` names; none outside of a repository, and none, with a warning, where
    /// the repository cannot be read.
    pub(super) fn commit(
        &mut self,
        fleet: &settings::Fleet,
        progress: bool,
        given: &[Given],
        validated: &Validated,
    ) -> Option<Commit> {
        let revision = fleet.revision.as_deref().unwrap_or("HEAD");
        // Resolved once: a branch that moves meanwhile is none of this run's.
        let id = match locate::commit(fleet.dir.as_deref(), revision) {
            Ok(id) => id?,
            Err(problem) => {
                let note = "the release is recorded without its commit";
                self.problems.push(Diagnostic { severity: Severity::Warning, ..*problem }.note(note));
                return None;
            }
        };
        let names = validated.rendered().clusters().iter().map(|cluster| cluster.name().clone());
        let clusters = Clusters::Only(names.collect());
        // Where it does not render, there is nothing to tell: it is another then.
        let so_far = std::mem::take(&mut self.problems);
        let loaded = self.load_at(fleet, Some(&id), given);
        let before =
            loaded.as_ref().and_then(|loaded| self.rendered(fleet, progress, loaded, &clusters).validated);
        self.problems = so_far;
        let now = release(validated.rendered().clusters());
        let is_same = before.is_some_and(|before| release(before.rendered().clusters()) == now);
        Some(Commit { id, dirty: !is_same })
    }
}

/// The clusters that are chosen, and those that get the same release: a release is what all of a rollout's are to
/// become.
pub fn with_companions(chosen: &Clusters, rollouts: &[Rollout]) -> Clusters {
    let Clusters::Only(names) = chosen else { return Clusters::All };
    let with = rollouts.iter().filter(|rollout| !rollout.clusters.is_disjoint(names));
    let with: BTreeSet<Arc<str>> = with.flat_map(|rollout| rollout.clusters.iter().cloned()).collect();
    Clusters::Only(names.union(&with).cloned().collect())
}

/// The rollout that a cluster is in.
pub fn rollout_of<'l>(cluster: &str, rollouts: &'l [Rollout]) -> Option<&'l Rollout> {
    rollouts.iter().find(|rollout| rollout.clusters.contains(cluster))
}

/// The release of a cluster: that of its rollout, or its own.
pub fn release_of(cluster: &Arc<str>, loaded: &Loaded, validated: &Validated) -> Digest {
    let rollout = rollout_of(cluster, &loaded.resolved.rollouts);
    let is_of_it = |name: &Arc<str>| match rollout {
        Some(rollout) => rollout.clusters.contains(name),
        None => name == cluster,
    };
    let clusters = validated.rendered().clusters().iter();
    release(clusters.filter(|rendered| is_of_it(rendered.name())))
}

/// What a cluster is to hold; a retired one nothing. `None` if it was not rendered.
pub fn wanted_of<'v>(cluster: &str, loaded: &Loaded, validated: &'v Validated) -> Option<Wanted<'v>> {
    let fleet = &loaded.resolved;
    let set = SetId::of(&fleet.name, &fleet.state_namespace);
    let known = fleet.clusters.iter().find(|one| *one.name == *cluster)?;
    match known.retired {
        true => Some(Wanted::new(&known.name, set, [])),
        false => Wanted::of(validated, cluster, set),
    }
}
