//! What would change on the live clusters: each is asked on a thread of its own.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::cli::asking::{self, Failed};
use crate::cli::command::planned::{Asking, Planned, planned};
use crate::cli::connect;
use crate::cli::console::Console;
use crate::cli::settings::Connect;
use crate::cli::status::ExitStatus;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::live::kubeconfig::Access;
use crate::live::{Failure, Identities};
use crate::object::ObjectRef;
use crate::parallel;
use crate::plan::{Action, LiveState, Plan, Preview, Unread, Wanted};
use crate::report::diff::ClusterDiff;
use crate::schema::Schemas;

/// How many clusters are asked at a time.
const SIDE_BY_SIDE: usize = 16;

/// One cluster to ask.
pub struct Job<'r> {
    /// What it is to hold.
    pub wanted: Wanted<'r>,
    /// The way to it.
    pub access: Access,
    /// The schemas that were recorded of it.
    pub schemas: Option<&'r Schemas>,
}

/// What came of asking a cluster.
pub struct Answer {
    /// The cluster.
    pub cluster: Arc<str>,
    /// The plan.
    pub plan: Result<Made, Failed>,
    /// The warning that is due where nothing proves which cluster it is.
    pub doubt: Option<Diagnostic>,
}

/// A plan, and what it was made from.
pub struct Made {
    /// The plan.
    pub plan: Plan,
    /// What is there and what the server said of it, where that is to be saved: it is large.
    pub kept: Option<(LiveState, BTreeMap<ObjectRef, Preview>)>,
    /// Why what the server does to objects is not known, so that it was asked about each of them.
    pub unclear: Option<Unread>,
}

/// How clusters are asked.
pub struct How<'s> {
    /// The fleet.
    pub fleet: &'s str,
    /// How they are reached.
    pub connect: &'s Connect,
    /// Which clusters there are.
    pub identities: &'s Identities,
    /// Whether a server is asked about every object.
    pub exact: bool,
    /// Whether the plans are to be saved.
    pub saves: bool,
}

/// Asks the clusters, some side by side; the answers come in their order. `done` is called as each has answered.
pub fn ask(jobs: &[Job<'_>], how: &How<'_>, console: Console, done: &(dyn Fn() + Sync)) -> Vec<Answer> {
    parallel::map(SIDE_BY_SIDE, jobs, |job| {
        let answer = one(job, how, console);
        done();
        answer
    })
}

fn one(job: &Job<'_>, how: &How<'_>, console: Console) -> Answer {
    let cluster = Arc::clone(&job.wanted.cluster);
    let mut doubt = None;
    let asking = Asking { exact: how.exact, ..Asking::USUAL };
    let ask = async {
        let proven =
            connect::prove(&cluster, &job.access, how.connect, how.identities, connect::tell(console))
                .await?;
        doubt = proven.doubt();
        let Planned { plan, state, previews } =
            planned(&proven, &job.wanted, job.schemas, how.fleet, asking).await?;
        let unclear = state.admission.as_ref().err().cloned();
        Ok(Made { plan, kept: how.saves.then_some((state, previews)), unclear })
    };
    let plan = asking::ask(how.connect, ask);
    Answer { cluster, plan, doubt }
}

impl Answer {
    /// What stands between the cluster and its plan, what could not be read of it, and what is doubtful.
    pub fn problems(&self) -> Diagnostics {
        let mut problems = Diagnostics::new();
        self.doubt.iter().for_each(|doubt| problems.push(doubt.clone()));
        match &self.plan {
            Ok(made) => {
                // Several of one cluster that failed for one reason are told together.
                let mut told: Vec<&Diagnostic> = Vec::new();
                for problem in made.plan.unread.iter().map(|unread| &*unread.problem) {
                    if !told.contains(&problem) {
                        told.push(problem);
                        problems.push(problem.clone());
                    }
                }
                if let Some(unclear) = &made.unclear {
                    let note = "without it the server is asked about every object, also those that nobody has touched";
                    let problem = Diagnostic { severity: Severity::Warning, ..(*unclear.problem).clone() };
                    problems.push(problem.note(note));
                }
            }
            Err(failed) => problems.push(failed.diagnostic(&self.cluster)),
        }
        problems
    }

    /// What is to be shown of it.
    pub fn diff(&self) -> ClusterDiff<'_> {
        match &self.plan {
            Ok(made) => ClusterDiff::of(&made.plan),
            Err(failed @ Failed::Cluster(Failure::Wrong(_) | Failure::Refused(_) | Failure::Mismatch(_))) => {
                ClusterDiff::refused(&self.cluster, failed.phrase(&self.cluster))
            }
            Err(failed) => ClusterDiff::unread(&self.cluster, failed.phrase(&self.cluster)),
        }
    }

    /// How a run ends that has asked it alone.
    pub fn status(&self) -> ExitStatus {
        let plan = match &self.plan {
            Ok(made) => &made.plan,
            Err(failed) => return failed.status(),
        };
        let any = |is: &dyn Fn(&Action) -> bool| plan.changes.iter().any(|change| is(&change.action));
        let mut status = ExitStatus::Done;
        if any(&Action::is_difference) {
            status = status.and(ExitStatus::Differences);
        }
        if !plan.is_complete() {
            status = status.and(ExitStatus::Unknown);
        }
        if any(&|action| matches!(action, Action::Refused(_))) {
            status = status.and(ExitStatus::Refused);
        }
        status
    }
}
