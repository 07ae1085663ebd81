//! `status`: what each cluster holds, and how far it has come.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use super::head::{release_of, rollout_of, wanted_of, with_companions};
use super::planned::{Asking, Planned, planned};
use super::{Run, print_json};
use crate::cli::args::Format;
use crate::cli::console::Console;
use crate::cli::pipeline::{Loaded, Outcome};
use crate::cli::progress::Progress;
use crate::cli::selection::{Clusters, select};
use crate::cli::settings::Status;
use crate::cli::status::ExitStatus;
use crate::cli::{asking, clock, connect};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::live::kubeconfig::Access;
use crate::live::{Holder, Identities, LockId, Unknown};
use crate::object::Digest;
use crate::parallel;
use crate::plan::Wanted;
use crate::report::status::{self as report, Known, Lock, Unready};
use crate::schema::Schemas;

/// How many clusters are asked at a time.
const SIDE_BY_SIDE: usize = 16;

/// Shows what each cluster holds.
///
/// # Errors
/// If stdout or stderr cannot be written.
pub fn run(settings: &Status, console: &Console) -> io::Result<ExitStatus> {
    let mut run = Run::default();
    let (mut clusters, status) = match run.look(settings, *console) {
        Ok((clusters, status)) => (clusters, status),
        Err(status) => (Vec::new(), status),
    };
    run.fold();
    // What a condition says may repeat a secret.
    for unready in clusters.iter_mut().flat_map(|cluster| &mut cluster.not_ready) {
        unready.reason = run.sources.secrets().hide(&unready.reason);
    }
    match settings.format {
        Format::Json => print_json(&report::Status::new(clusters, &run.problems, &run.sources), console)?,
        Format::Text => {
            console.tell_diagnostics(&run.problems, &run.sources)?;
            console.print(&report::text(&clusters))?;
        }
    }
    Ok(status)
}

/// One cluster to ask.
struct Job<'r> {
    wanted: Wanted<'r>,
    access: Access,
    schemas: Option<&'r Schemas>,
    rendered: Digest,
    soak: Duration,
}

/// What came of asking it.
struct Answer {
    cluster: report::Cluster,
    problems: Diagnostics,
    status: ExitStatus,
}

impl Run {
    fn look(
        &mut self,
        settings: &Status,
        console: Console,
    ) -> Result<(Vec<report::Cluster>, ExitStatus), ExitStatus> {
        let loaded = self.load(&settings.fleet).ok_or(ExitStatus::Wrong)?;
        let chosen = select(&settings.selection, &loaded.resolved.clusters, &mut self.sources);
        let chosen = chosen.map_err(|problems| self.all_wrong(problems))?;
        let needed = with_companions(&chosen, &loaded.resolved.rollouts);
        let outcome = self.rendered(&settings.fleet, settings.progress, &loaded, &needed);
        let jobs = self.asked(settings, &loaded, &chosen, &outcome)?;
        let identities = Identities::of(&loaded.resolved.clusters);
        let progress = Progress::new("reading", jobs.len(), settings.progress);
        let answers = parallel::map(SIDE_BY_SIDE, &jobs, |job| {
            let answer = one(job, settings, &loaded.resolved.name, &identities, console);
            progress.cluster_done();
            answer
        });
        progress.finish();
        let mut status = ExitStatus::Done;
        let mut clusters = Vec::new();
        for answer in answers {
            status = status.and(answer.status);
            self.problems.append(answer.problems);
            clusters.push(answer.cluster);
        }
        Ok((clusters, status))
    }

    fn all_wrong(&mut self, problems: Diagnostics) -> ExitStatus {
        self.problems.append(problems);
        ExitStatus::Wrong
    }

    /// The clusters to ask, and the way to each.
    fn asked<'h>(
        &mut self,
        settings: &Status,
        loaded: &Loaded,
        chosen: &Clusters,
        outcome: &'h Outcome,
    ) -> Result<Vec<Job<'h>>, ExitStatus> {
        let validated = outcome.validated.as_ref().ok_or(ExitStatus::Wrong)?;
        let fleet = &loaded.resolved;
        let mut jobs = Vec::new();
        let mut wrong = Diagnostics::new();
        let is_asked = |cluster: &&crate::cluster::Cluster| {
            chosen.contains(&cluster.name) && !(cluster.retired && *chosen == Clusters::All)
        };
        for cluster in fleet.clusters.iter().filter(is_asked) {
            match connect::access(cluster, &fleet.clusters, &settings.connect, &mut self.sources) {
                Ok((access, doubts)) => {
                    self.problems.append(doubts);
                    let recorded = outcome.recorded.get(&cluster.name);
                    let schemas = recorded.and_then(|recorded| recorded.schemas.as_ref().ok());
                    let rollout = rollout_of(&cluster.name, &fleet.rollouts);
                    let soak = rollout.map(|rollout| rollout.soak_of(&cluster.name)).unwrap_or_default();
                    let rendered = release_of(&cluster.name, loaded, validated);
                    let wanted = wanted_of(&cluster.name, loaded, validated);
                    jobs.extend(wanted.map(|wanted| Job { wanted, access, schemas, rendered, soak }));
                }
                Err(problems) => wrong.append(problems),
            }
        }
        if wrong.is_empty() { Ok(jobs) } else { Err(self.all_wrong(wrong)) }
    }
}

fn one(job: &Job<'_>, settings: &Status, fleet: &str, identities: &Identities, console: Console) -> Answer {
    let cluster: &Arc<str> = &job.wanted.cluster;
    let ask = async {
        let proven =
            connect::prove(cluster, &job.access, &settings.connect, identities, connect::tell(console))
                .await?;
        let planned = planned(&proven, &job.wanted, job.schemas, fleet, Asking::USUAL).await?;
        let set = &job.wanted.set;
        let holder = proven.holder(&LockId::of_cluster(set)).await;
        Ok((proven.doubt(), planned, holder, clock::at(&proven)))
    };
    match asking::ask(&settings.connect, ask) {
        Ok((doubt, planned, holder, now)) => told(job, &planned, doubt, holder, now),
        Err(failed) => Answer {
            cluster: report::Cluster::unknown(cluster, failed.phrase(cluster)),
            problems: failed.diagnostic(cluster).into(),
            status: failed.status(),
        },
    }
}

fn told(
    job: &Job<'_>,
    planned: &Planned,
    doubt: Option<Diagnostic>,
    holder: Result<Option<Holder>, Unknown>,
    now: jiff::Timestamp,
) -> Answer {
    let Planned { plan, state, .. } = planned;
    let mut problems = Diagnostics::new();
    doubt.into_iter().for_each(|doubt| problems.push(doubt));
    let mut told: Vec<&Diagnostic> = Vec::new();
    for problem in plan.unread.iter().map(|unread| &*unread.problem) {
        if !told.contains(&problem) {
            told.push(problem);
            problems.push(problem.clone());
        }
    }
    let mut status = ExitStatus::Done;
    let lock = match holder {
        Ok(holder) => Ok(holder.map(|holder| Lock { run: holder.run.clone(), holder: holder.to_string() })),
        Err(unknown) => {
            problems.push(unknown.diagnostic());
            Err(unknown.phrase())
        }
    };
    let record = state.record.as_ref().map(Option::as_ref).map_err(|unread| {
        if !told.contains(&&*unread.problem) {
            problems.push((*unread.problem).clone());
        }
        &*unread.why
    });
    if !plan.is_complete() || record.is_err() || lock.is_err() {
        status = ExitStatus::Unknown;
    }
    let unready = planned.unready(&job.wanted).into_iter();
    let unready: Vec<Unready> = unready
        .map(|(object, why)| Unready { object: object.to_string(), reason: why.to_string() })
        .collect();
    let known = Known {
        plan,
        record,
        rendered: job.rendered,
        unready: &unready,
        lock: lock.as_ref().map(Option::as_ref).map_err(|why| &**why),
        soak: job.soak,
        now,
    };
    Answer { cluster: report::Cluster::known(&job.wanted.cluster, &known), problems, status }
}
