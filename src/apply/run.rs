//! From an approved plan to a changed cluster.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use super::begin::{self, Hindrance, Locks};
use super::book;
use super::codes;
use super::course::{Course, outcome};
use super::event::{Event, Step};
use super::fresh::{self, Fresh};
use super::outcome::{End, Outcome};
use super::unready::unready;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::live::{Proven, Version};
use crate::object::Digest;
use crate::plan::{self, Change, LiveState, Permit, Plan, Record, Wanted, Wave};
use crate::schema::Schemas;

/// What is to be done to one cluster, as it was shown and agreed to.
pub struct Job<'a> {
    /// The fleet.
    pub fleet: &'a str,
    /// What the cluster is to hold.
    pub wanted: &'a Wanted<'a>,
    /// What was there when the plan was made.
    pub state: &'a LiveState,
    /// The plan.
    pub plan: &'a Plan,
    /// The schemas that hold on the cluster.
    pub schemas: Option<&'a Schemas>,
    /// What is allowed.
    pub permit: &'a Permit,
    /// Whether warnings count as errors.
    pub strict: bool,
    /// What is recorded of it.
    pub release: Applied<'a>,
    /// The first cluster of its rollout, which holds the rollout's lock, and the rollout's name; none for a cluster
    /// that is a release of its own, or where the rules are broken. May be the cluster itself.
    pub rollout: Option<(&'a Proven, &'a str)>,
    /// How long is waited for what.
    pub patience: Patience,
}

/// What stands in the way by now, or is worth knowing and was not told yet, asked once the locks are held: whether the
/// cluster may be changed at all was decided before, and what that was decided by may have changed since.
pub type Again<'a> = dyn Fn() -> Pin<Box<dyn Future<Output = Diagnostics> + 'a>> + 'a;

/// What is recorded of a release that is applied.
#[derive(Clone, Copy, Debug)]
pub struct Applied<'a> {
    /// Its digest.
    pub digest: Digest,
    /// The commit that it was rendered from.
    pub commit: Option<&'a str>,
    /// Whether files differed from that commit.
    pub dirty: bool,
    /// Who applies it: `user@host`.
    pub by: &'a str,
    /// The process, so that whoever finds the lock knows where to look.
    pub process: u32,
    /// Its rollout.
    pub rollout: Option<&'a str>,
    /// How long it soaks in its stage.
    pub soak: Duration,
    /// Whether its stage has gates or asks for an approval: this version judges neither, and verifies nothing there.
    pub is_gated: bool,
    /// Why the rules of its rollout are broken.
    pub broken_glass: Option<&'a str>,
}

/// How long is waited for what.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// How long the objects of a unit may take to become ready.
    pub ready: Duration,
    /// How long an object that may flap must stay ready.
    pub stable: Duration,
    /// How long proxies are given to learn of what was written, before what relies on it is written or what it relied on
    /// is deleted. Where something changes all the time, istiod waits for ten seconds before it pushes
    /// ([PILOT_DEBOUNCE_MAX](https://istio.io/latest/docs/reference/commands/pilot-discovery/#envvars)), and a push
    /// takes a second or two.
    pub settle: Duration,
    /// How long another run's lock is waited for that is alive.
    pub lock: Duration,
    /// How long the lock outlives a run that died.
    pub lease: Duration,
}

/// Whether a signal came: set by `cli`, looked at before everything that is begun.
pub type Stop = tokio::sync::watch::Receiver<bool>;

/// What the user may not do of all that a job needs, so that it is known before anybody agrees to it; nothing where
/// nothing is to be done.
pub async fn rights(proven: &Proven, job: &Job<'_>) -> Diagnostics {
    if is_nothing(job) { Diagnostics::new() } else { begin::rights(proven, job).await }
}

/// Changes a cluster. Nothing is written if `Outcome::end` is [`End::Refused`]; a namespace for the record and a lock
/// that was given back are nothing.
pub async fn run(
    proven: &Proven,
    job: &Job<'_>,
    again: Option<&Again<'_>>,
    mut stop: Stop,
    tell: &(dyn Fn(Event) + Sync),
) -> Outcome {
    let blockers = job.plan.blockers(job.wanted, job.state, job.permit);
    if blockers.has_errors() {
        return refused(job, Hindrance::Refused(blockers));
    }
    if is_nothing(job) {
        // Whoever agreed was told of what is in `blockers`.
        return outcome(job, End::Done, &BTreeMap::new(), Diagnostics::new());
    }
    // Somebody may have thought for long, and something else may answer by now.
    if let Err(failure) = proven.prove_again().await {
        return refused(job, failure.diagnostic().into());
    }
    let run = match id() {
        Ok(run) => run,
        Err(problem) => return refused(job, problem.into()),
    };
    let locks = match Locks::take(proven, job, &run, &mut stop, tell).await {
        Ok(locks) => locks,
        Err(hindrance) => return refused(job, hindrance),
    };
    let mut outcome = locked(proven, job, again, &run, &locks, stop, tell).await;
    locks.release(&mut outcome.problems).await;
    outcome
}

async fn locked(
    proven: &Proven,
    job: &Job<'_>,
    again: Option<&Again<'_>>,
    run: &RunId,
    locks: &Locks,
    stop: Stop,
    tell: &(dyn Fn(Event) + Sync),
) -> Outcome {
    let fresh = match fresh::read(proven, job, locks).await {
        Ok(fresh) => fresh,
        Err(hindrance) => return refused(job, hindrance),
    };
    let Fresh { mut state, record, settled, mut warnings } = fresh;
    if let Some(again) = again {
        warnings.append(again().await);
    }
    if job.strict {
        warnings = warnings.strict();
    }
    if warnings.has_errors() {
        return refused(job, Hindrance::Refused(warnings));
    }
    if *stop.borrow() {
        return refused(job, Hindrance::Stopped(Diagnostics::new()));
    }
    if !locks.are_held() {
        let message = format!("the lock of cluster \"{}\" was lost: {}", job.wanted.cluster, locks.loss());
        return refused(
            job,
            Diagnostic::error(codes::LOST_LOCK, message).help("run the same command again").into(),
        );
    }
    tell(Event::Begun(Step::Recording));
    // What the record says by now of an earlier run is gone once this one has begun.
    let steps = plan::steps(job.plan, job.wanted, &state);
    let (record, version) = match widen(proven, job, &state, record, run).await {
        Ok(recorded) => recorded,
        Err(hindrance) => return refused(job, hindrance),
    };
    state.record = Ok(Some(record.clone()));
    let mut course = Course {
        proven,
        job,
        locks,
        stop,
        tell,
        state,
        record,
        version,
        ends: BTreeMap::new(),
        written: BTreeMap::new(),
        found: BTreeMap::new(),
        shared: BTreeSet::new(),
        gone: Vec::new(),
        absent: BTreeSet::new(),
        pending: BTreeMap::new(),
        contested: BTreeMap::new(),
        wave: Wave::none(),
        partly: BTreeSet::new(),
        halves: BTreeSet::new(),
        unexplained: BTreeSet::new(),
        problems: warnings,
        failed: false,
        halt: None,
    };
    course.write(&steps, &settled).await;
    course.migrate_unrecorded().await;
    course.become_ready_with_the_rest().await;
    course.delete(&steps, &settled).await;
    course.finish().await
}

/// Writes the record widened by what is about to be done.
async fn widen(
    proven: &Proven,
    job: &Job<'_>,
    state: &LiveState,
    record: Option<(Record, Version)>,
    run: &RunId,
) -> Result<(Record, Version), Hindrance> {
    let now = begin::now(proven)?;
    let (record, before) = match record {
        Some((record, version)) => (record, Some(version)),
        None => {
            let uid = proven.uid().as_str();
            (Record::new(job.fleet, &job.wanted.cluster, uid, random()?), None)
        }
    };
    let record = book::widened(record, job, state, run, now);
    let written = proven.write_record(&job.wanted.set, &record, before.as_ref()).await;
    match written {
        Ok(version) => Ok((record, version)),
        Err(failure) => Err(failure.diagnostic().into()),
    }
}

/// Whether nothing is to be done, nothing is to be waited for, nothing is to be recorded, and no run is to be ended.
fn is_nothing(job: &Job<'_>) -> bool {
    let writes = job.plan.changes.iter().any(|change| change.action.is_carried_out());
    match &job.state.record {
        Ok(Some(record)) => {
            !writes && book::is_settled(record, job) && unready(job.wanted, job.state).is_empty()
        }
        Ok(None) | Err(_) => false,
    }
}

fn refused(job: &Job<'_>, hindrance: Hindrance) -> Outcome {
    let (end, problems) = match hindrance {
        Hindrance::Refused(problems) => (End::Refused, problems),
        Hindrance::Stopped(problems) => (End::Stopped, problems),
    };
    outcome(job, end, &BTreeMap::new(), problems.on(&job.wanted.cluster))
}

/// Random bytes of the system.
fn random<const N: usize>() -> Result<[u8; N], Diagnostics> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| {
        let message = format!("the system gives no random bytes: {error}");
        Diagnostics::from(Diagnostic::error(codes::DEFECT, message))
    })?;
    Ok(bytes)
}

fn id() -> Result<RunId, Diagnostics> {
    let bytes: [u8; 5] = random()?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into())
}

/// What a plan would change, as [`crate::plan::Release::covers`] has it.
pub fn covers(plan: &Plan) -> BTreeSet<String> {
    covered(plan.changes.iter().filter(|change| change.action.is_carried_out()))
}

/// What these changes are of.
pub(super) fn covered<'c>(changed: impl Iterator<Item = &'c Change>) -> BTreeSet<String> {
    let covers = changed.map(|change| match &change.unit {
        Some(unit) => format!("{} of {unit}", change.object.kind),
        None => change.object.kind.to_string(),
    });
    covers.collect()
}

/// The id of a run: random, short enough to be typed.
pub type RunId = Arc<str>;
