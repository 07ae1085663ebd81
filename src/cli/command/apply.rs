//! `apply`: one cluster becomes what is rendered.

mod approved;
mod first;
mod others;
mod steps;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use super::head::{Commit, release_of, rollout_of, wanted_of, with_companions};
use super::{Run, print_json};
use crate::apply::{End, Outcome};
use crate::cli::args::LogFormat;
use crate::cli::asking::Failed;
use crate::cli::codes;
use crate::cli::connect;
use crate::cli::console::Console;
use crate::cli::notices::Notices;
use crate::cli::pipeline::{self, Loaded};
use crate::cli::runtime::block_on;
use crate::cli::selection::Clusters;
use crate::cli::settings::Apply;
use crate::cli::status::ExitStatus;
use crate::cluster::{Cluster, Rollout};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::live::kubeconfig::Access;
use crate::object::Digest;
use crate::plan::{Plan, SavedCluster, Wanted};
use crate::report::apply::{json, summary};
use crate::report::diff::{self, ClusterDiff};
use crate::schema::Schemas;
use crate::validate::Validated;

/// Changes one cluster to what is rendered.
///
/// # Errors
/// If stdout or stderr cannot be written.
pub fn run(settings: &Apply, console: &Console) -> io::Result<ExitStatus> {
    let mut run = Run::default();
    let (prepared, ended) = match run.prepare(settings) {
        Ok(prepared) => {
            let ended = run.carry_out(settings, &prepared, *console)?;
            (Some(prepared), ended)
        }
        Err(status) => (None, Ended::before(status)),
    };
    run.fold();
    let told = match settings.log {
        LogFormat::Text => run.tell(&ended, prepared.as_ref(), console),
        LogFormat::Json => {
            let about = json::About {
                cluster: prepared.as_ref().map(|prepared| &*prepared.cluster.name),
                release: prepared.as_ref().map(|prepared| prepared.release.to_string()),
                commit: prepared.as_ref().and_then(|prepared| Some(&*prepared.commit.as_ref()?.id)),
                dirty: prepared
                    .as_ref()
                    .is_some_and(|prepared| prepared.commit.as_ref().is_some_and(|commit| commit.dirty)),
                plan: ended
                    .plan
                    .as_ref()
                    .map(|plan| diff::json::Document::of(&shown(plan), &Diagnostics::new(), &run.sources)),
                next: ended.next.as_deref(),
            };
            let outcome = ended.outcome.as_ref();
            print_json(&json::Document::of(about, outcome, &run.problems, &run.sources), console)
        }
    };
    match told {
        Err(error) if ended.status == ExitStatus::Done => Err(error),
        // How the cluster was left says more than that nobody could be told.
        Ok(()) | Err(_) => Ok(ended.status),
    }
}

/// A plan as it is shown: as `diff` shows it.
fn shown(plan: &Plan) -> diff::Diff<'_> {
    diff::Diff::of("live", vec![ClusterDiff::of(plan)])
}

/// What is to be done, before any server was asked.
struct Prepared {
    loaded: Loaded,
    cluster: Cluster,
    validated: Validated,
    recorded: std::collections::BTreeMap<Arc<str>, crate::validate::Recorded>,
    release: Digest,
    commit: Option<Commit>,
    /// The part of a saved plan that is about the cluster; none if no plan was given.
    saved: Option<SavedCluster>,
    access: Access,
}

impl Prepared {
    fn rollout(&self) -> Option<&Rollout> {
        rollout_of(&self.cluster.name, &self.loaded.resolved.rollouts)
    }

    fn schemas(&self, cluster: &str) -> Option<&Schemas> {
        self.recorded.get(cluster).and_then(|recorded| recorded.schemas.as_ref().ok())
    }

    fn wanted(&self, cluster: &str) -> Option<Wanted<'_>> {
        wanted_of(cluster, &self.loaded, &self.validated)
    }
}

/// How a run ended.
struct Ended {
    status: ExitStatus,
    /// The plan, if there was one.
    plan: Option<Plan>,
    /// What came of it, if it was begun.
    outcome: Option<Outcome>,
    took: Duration,
    /// The next step.
    next: Option<String>,
}

impl Ended {
    /// Before anything was begun.
    fn before(status: ExitStatus) -> Self {
        Self { status, plan: None, outcome: None, took: Duration::ZERO, next: None }
    }
}

impl Run {
    /// Everything that takes no server.
    fn prepare(&mut self, settings: &Apply) -> Result<Prepared, ExitStatus> {
        let given = self.given(&settings.fleet);
        let loaded = self.load_at(&settings.fleet, settings.fleet.revision.as_deref(), &given);
        let loaded = loaded.ok_or(ExitStatus::Wrong)?;
        let cluster = self.one_cluster("apply", &settings.cluster, &loaded)?;
        let saved = match &settings.plan {
            Some(path) => Some(approved::read(path).map_err(|problem| self.wrong(*problem))?),
            None => None,
        };
        let chosen = Clusters::Only([Arc::clone(&cluster.name)].into());
        let needed = with_companions(&chosen, &loaded.resolved.rollouts);
        let outcome = self.rendered(&settings.fleet, settings.progress, &loaded, &needed);
        let pipeline::Outcome { validated, recorded, excused: _, again: _ } = outcome;
        let validated = validated.ok_or(ExitStatus::Wrong)?;
        let release = release_of(&cluster.name, &loaded, &validated);
        let saved = match saved {
            Some(saved) => {
                let part = approved::of(&saved, &loaded.resolved.name, &cluster.name);
                let part = part.map_err(|problem| self.wrong(*problem))?;
                approved::same_release(&saved, part, &release).map_err(|problem| self.refused(*problem))?;
                Some(part.clone())
            }
            None => None,
        };
        if cluster.uid.is_none() {
            let message = format!(
                "cluster \"{}\" is not pinned: nothing would prove which one is changed",
                cluster.name
            );
            let problem = Diagnostic::error(codes::NOT_PINNED, message).at(cluster.span, "it has no `uid`");
            let problem = problem.on(Arc::clone(&cluster.name));
            return Err(self.refused(
                problem.help(format!("pin it with `fleetwright trust --cluster {}`", cluster.name)),
            ));
        }
        let access = self.way(&cluster, &loaded, &settings.connect)?;
        let commit = self.commit(&settings.fleet, settings.progress, &given, &validated);
        Ok(Prepared { loaded, cluster, validated, recorded, release, commit, saved, access })
    }

    /// Everything that takes one.
    fn carry_out(&mut self, settings: &Apply, prepared: &Prepared, console: Console) -> io::Result<Ended> {
        let others = self.others(settings, prepared);
        let notices = Notices::new(console, settings.log);
        let mut steps = steps::Steps { run: self, settings, prepared, others, console, notices };
        match block_on(steps.all()) {
            Ok(ended) => ended,
            Err(error) => {
                let failed = Failed::Machine(error);
                self.problems.push(failed.diagnostic(&prepared.cluster.name));
                Ok(Ended::before(failed.status()))
            }
        }
    }

    /// The other clusters of its rollout that matter, and the way to each.
    fn others<'p>(&mut self, settings: &Apply, prepared: &'p Prepared) -> Vec<others::Other<'p>> {
        let Some(rollout) = prepared.rollout() else { return Vec::new() };
        let clusters = &prepared.loaded.resolved.clusters;
        let names = others::that_matter(&prepared.cluster.name, rollout).into_iter();
        let other = |name: Arc<str>| {
            let unknown =
                |what: &str| Box::new(Diagnostic::error(codes::NO_CONTEXT, what).on(Arc::clone(&name)));
            let access = match clusters.iter().find(|cluster| cluster.name == name) {
                Some(cluster) => {
                    let access = connect::access(cluster, clusters, &settings.connect, &mut self.sources);
                    access.map(|(access, _)| access).map_err(|problems| {
                        let first = problems.into_iter().next().map(Box::new);
                        first.unwrap_or_else(|| unknown("no way to it is known"))
                    })
                }
                None => Err(unknown("it is not in the fleet")),
            };
            let (wanted, schemas) = (prepared.wanted(&name), prepared.schemas(&name));
            let is_earlier = rollout.before(&prepared.cluster.name).any(|earlier| *earlier == name);
            others::Other { cluster: name, access, wanted, schemas, is_earlier }
        };
        names.map(other).collect()
    }

    /// What came of it, for people.
    fn tell(&self, ended: &Ended, prepared: Option<&Prepared>, console: &Console) -> io::Result<()> {
        // stdout may be read where stderr is not any more.
        let told = console.tell_diagnostics(&self.problems, &self.sources);
        let (Some(outcome), Some(prepared)) = (&ended.outcome, prepared) else { return told };
        let cluster = &prepared.cluster.name;
        let printed = console.print(&summary::text(cluster, outcome, ended.took, console.out));
        let hinted = ended.next.as_ref().map_or(Ok(()), |next| console.tell_line(next));
        told.and(printed).and(hinted)
    }
}

/// How a run ends that came to this.
fn status(outcome: &Outcome, signal: Option<ExitStatus>) -> ExitStatus {
    match outcome.end {
        End::Done => ExitStatus::Done,
        End::Refused => ExitStatus::Refused,
        End::Partial => ExitStatus::Partial,
        End::Stopped => signal.unwrap_or(ExitStatus::Terminated),
    }
}
