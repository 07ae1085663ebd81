//! What comes before the first write: rights, the namespace of the record, the locks.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::codes;
use super::event::Event;
use super::run::{Job, Stop};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::live::{Attempt, Claim, Holder, Lock, LockId, Need, Patrol, Proven, Right, Unknown};
use crate::object::{ObjectRef, migrated};
use crate::plan::{Action, Admission, Change, FIELD_MANAGER, Kind, LiveState, SetId, Wanted};

/// How often a lock is looked at that is waited for.
const LOOK: Duration = Duration::from_secs(1);

/// Why nothing is begun.
pub(super) enum Hindrance {
    /// It is refused.
    Refused(Diagnostics),
    /// A signal came; what is worth knowing then.
    Stopped(Diagnostics),
}

impl From<Diagnostics> for Hindrance {
    fn from(problems: Diagnostics) -> Self {
        Self::Refused(problems)
    }
}

impl From<Diagnostic> for Hindrance {
    fn from(problem: Diagnostic) -> Self {
        Self::Refused(Diagnostics::from(problem))
    }
}

/// Waits, but no longer than until a signal comes; whether one did.
pub(super) async fn pause(stop: &mut Stop, wait: Duration) -> bool {
    match timeout(wait, stop.wait_for(|stop| *stop)).await.map(|came| came.is_ok()) {
        Ok(true) => true,
        // Nobody is left who could send one: then it is only waited.
        Ok(false) => {
            tokio::time::sleep(wait).await;
            false
        }
        Err(_) => false,
    }
}

/// What the user may not do of all that the plan needs, here and on the cluster that holds the rollout's lock: told all at
/// once.
pub(super) async fn rights(proven: &Proven, job: &Job<'_>) -> Diagnostics {
    let mut problems = Diagnostics::new();
    missing(proven, &job.wanted.cluster, &needs(job), &mut problems).await;
    if let Some((first, _)) = job.rollout.filter(|(first, _)| first.uid() != proven.uid()) {
        missing(first, &job.wanted.cluster, &of_lock(&job.wanted.set.namespace), &mut problems).await;
    }
    problems
}

async fn missing(keeper: &Proven, changed: &str, needs: &[Need], problems: &mut Diagnostics) {
    match keeper.missing(needs).await {
        Ok(missing) if missing.is_empty() => {}
        Ok(missing) => {
            let target = keeper.target();
            let where_ = match *target.cluster == *changed {
                true => String::new(),
                false => format!(" on cluster \"{}\", which holds the lock of the rollout", target.cluster),
            };
            let message =
                format!("the user may not do all that changing cluster \"{changed}\" needs{where_}");
            let problem = Diagnostic::error(codes::RIGHTS, message).on(Arc::clone(&target.cluster));
            let problem = problem.note(target.to_string());
            let problem =
                missing.iter().fold(problem, |problem, need| problem.note(format!("missing: {need}")));
            problems.push(
                problem.help("bind the user to a Role or ClusterRole with these rights, then run it again"),
            );
        }
        Err(unknown) => Unknown::together(&unknown).into_iter().for_each(|problem| problems.push(problem)),
    }
}

fn need(group: &str, plural: &str, namespace: Option<&Arc<str>>, verbs: &[&'static str]) -> Vec<Need> {
    let of = |verb: &&'static str| Need {
        right: Right { group: Arc::from(group), plural: Arc::from(plural), verb },
        namespace: namespace.map(Arc::clone),
    };
    verbs.iter().map(of).collect()
}

/// What a lock needs that is kept in this namespace.
fn of_lock(namespace: &Arc<str>) -> Vec<Need> {
    need("coordination.k8s.io", "leases", Some(namespace), &["get", "create", "update"])
}

/// What the plan needs, and what the record and the lock need.
fn needs(job: &Job<'_>) -> Vec<Need> {
    let own = &job.wanted.set.namespace;
    let mut needs = need("", "secrets", Some(own), &["get", "list", "create", "update", "delete"]);
    needs.extend(of_lock(own));
    let has_namespace = |admission: &Admission| admission.namespaces.contains_key(&*job.wanted.set.namespace);
    if job.state.admission.as_ref().is_ok_and(|admission| !has_namespace(admission)) {
        needs.extend(need("", "namespaces", None, &["create"]));
    }
    for change in &job.plan.changes {
        let Some((plural, is_namespaced)) = served(job, &change.object) else { continue };
        let namespace = change.object.namespace.as_ref().filter(|_| is_namespaced);
        let group = &change.object.group;
        let verbs = if is_shared(job, change) { &["get", "patch"] } else { verbs(change) };
        needs.extend(need(group, &plural, namespace, verbs));
        // Why a workload does not become ready, its pods say.
        if is_workload(&change.object) && change.action.is_written() {
            needs.extend(need("", "pods", namespace, &["list"]));
        }
        // They are listed in all namespaces at once.
        if change.action.is_carried_out() {
            needs.extend(need(group, &plural, None, &["list"]));
        }
    }
    needs
}

/// Whether an object needs no writing, and is freed all the same of other owners of what an earlier run applied.
fn is_shared(job: &Job<'_>, change: &Change) -> bool {
    let entry = job.state.recorded().and_then(|record| record.inventory.get(&change.object));
    change.action == Action::Unchanged
        && entry.is_none_or(|entry| entry.applied.is_none())
        && job.state.live(&change.object).is_some_and(|live| migrated(&live.object, FIELD_MANAGER).is_some())
}

/// Whether the pods of an object are looked at, as [`crate::readiness::pods_of`] has it.
fn is_workload(object: &ObjectRef) -> bool {
    ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"].iter().any(|kind| object.is("apps", kind))
        || object.is("batch", "Job")
        || object.is("", "ReplicationController")
}

fn verbs(change: &Change) -> &'static [&'static str] {
    match change.action {
        // What is not there is made by a patch, which takes both rights
        // (https://kubernetes.io/docs/reference/using-api/server-side-apply/#using-server-side-apply-in-a-controller).
        Action::Create => &["get", "patch", "create"],
        Action::Update | Action::Adopt => &["get", "patch"],
        Action::Replace(_) => &["get", "patch", "create", "delete"],
        Action::Delete => &["get", "delete"],
        Action::Unchanged
        | Action::Keep(_)
        | Action::Stray
        | Action::Terminating(_)
        | Action::Refused(_)
        | Action::Unknown(_) => &[],
    }
}

/// The name of a kind in paths, and whether its objects are in namespaces; of one that the same run defines, by its
/// definition.
fn served(job: &Job<'_>, object: &ObjectRef) -> Option<(Arc<str>, bool)> {
    match job.state.kind(object) {
        Some(Kind::Listed { served, .. }) => Some((Arc::clone(&served.plural), served.namespaced)),
        Some(Kind::NotServed | Kind::Unread(_)) | None => defined(job.wanted, object),
    }
}

fn defined(wanted: &Wanted<'_>, object: &ObjectRef) -> Option<(Arc<str>, bool)> {
    let definitions = wanted
        .objects
        .iter()
        .filter(|(reference, _)| reference.is("apiextensions.k8s.io", "CustomResourceDefinition"));
    definitions.map(|(_, wanted)| wanted.object).find_map(|definition| {
        let text = |path: &[&str]| definition.get(path).and_then(serde_json::Value::as_str);
        let is_it = text(&["spec", "group"]) == Some(&object.group)
            && text(&["spec", "names", "kind"]) == Some(&object.kind);
        let plural = text(&["spec", "names", "plural"]).filter(|_| is_it)?;
        Some((Arc::from(plural), text(&["spec", "scope"]) == Some("Namespaced")))
    })
}

/// The locks of a run: that of the rollout first, then that of the cluster; always in this order.
pub(super) struct Locks {
    held: Vec<Lock>,
    /// Whether the namespace of the record was made for them on the cluster that is changed.
    made_namespace: bool,
}

impl Locks {
    /// Takes them.
    pub async fn take(
        proven: &Proven,
        job: &Job<'_>,
        run: &Arc<str>,
        stop: &mut Stop,
        tell: &(dyn Fn(Event) + Sync),
    ) -> Result<Self, Hindrance> {
        let set = &job.wanted.set;
        let claim = |lock: LockId| Claim {
            lock,
            run: Arc::clone(run),
            by: job.release.by.to_owned(),
            process: job.release.process,
            release: job.release.digest,
            cluster: Arc::clone(&job.wanted.cluster),
            lasts: job.patience.lease,
        };
        let mut wanted = Vec::new();
        if let Some((first, rollout)) = job.rollout {
            // It is proven to be its own, and the lock of the rollout is kept there.
            let first = if first.uid() == proven.uid() { proven } else { first };
            wanted.push((first, claim(LockId::of_rollout(set, rollout))));
        }
        wanted.push((proven, claim(LockId::of_cluster(set))));
        let mut taken = Self { held: Vec::new(), made_namespace: false };
        for (keeper, claim) in wanted {
            match keeper.make_namespace(set).await {
                Ok(made) => taken.made_namespace |= made && keeper.uid() == proven.uid(),
                Err(failure) => return Err(taken.without(failure.diagnostic().into()).await),
            }
            match one(keeper, &claim, job.patience.lock, stop, tell).await {
                Ok(lock) => {
                    proven.fence(&lock);
                    taken.held.push(lock);
                }
                Err(hindrance) => return Err(taken.without(hindrance).await),
            }
        }
        tell(Event::Locked { run: Arc::clone(run) });
        Ok(taken)
    }

    /// Whether something may be begun.
    pub fn are_held(&self) -> bool {
        self.held.iter().all(Lock::is_held)
    }

    /// Whether an object is the namespace of the record, made for the locks a moment ago: whoever agreed to making it
    /// saw that it was not there.
    pub fn made(&self, object: &ObjectRef, set: &SetId) -> bool {
        self.made_namespace && set.is_namespace(object)
    }

    /// Why nothing may be begun any longer, in a phrase.
    pub fn loss(&self) -> String {
        let lost = self.held.iter().find(|lock| !lock.is_held());
        lost.map_or_else(|| "it was held for too short a time".to_owned(), Lock::loss)
    }

    /// Gives those back that were had, because another was not.
    async fn without(self, hindrance: Hindrance) -> Hindrance {
        match hindrance {
            Hindrance::Refused(mut problems) => {
                self.release(&mut problems).await;
                Hindrance::Refused(problems)
            }
            Hindrance::Stopped(mut problems) => {
                self.release(&mut problems).await;
                Hindrance::Stopped(problems)
            }
        }
    }

    /// Gives them back, the last first; tells what cannot be.
    pub async fn release(self, problems: &mut Diagnostics) {
        for lock in self.held.into_iter().rev() {
            if let Err(failure) = lock.release().await {
                let problem = failure.diagnostic();
                let problem = Diagnostic { severity: crate::diagnostic::Severity::Warning, ..problem };
                problems.push(problem.note("the lock was not given back; it ends by itself"));
            }
        }
    }
}

async fn one(
    proven: &Proven,
    claim: &Claim,
    patience: Duration,
    stop: &mut Stop,
    tell: &(dyn Fn(Event) + Sync),
) -> Result<Lock, Hindrance> {
    let begun = Instant::now();
    let mut patrol = Patrol::default();
    let mut told: Option<String> = None;
    loop {
        let holder = match proven.try_lock(claim, &mut patrol).await {
            Ok(Attempt::Ours(lock)) => return Ok(lock),
            Ok(Attempt::Held(holder)) if begun.elapsed() >= patience => {
                let message = "is being changed by another run, which is alive";
                let problem = locked(proven, claim, &holder, message);
                let help = "wait until it has ended, or give it time with --lock-timeout";
                return Err(problem.help(help).into());
            }
            Ok(Attempt::Lasting(holder)) if begun.elapsed() >= patience => {
                let message = "is locked by another run, by a Lease that does not end by itself";
                let problem = locked(proven, claim, &holder, message);
                let unlock = claim.lock.unlock(&proven.target().cluster, &holder.run);
                return Err(problem
                    .help(format!("make sure that that run has ended, then: {unlock}"))
                    .into());
            }
            Ok(Attempt::Held(holder) | Attempt::Lasting(holder) | Attempt::Watched(holder)) => {
                Some(holder.to_string())
            }
            Ok(Attempt::Contended) => None,
            Err(failure) => return Err(failure.diagnostic().into()),
        };
        if let Some(holder) = holder.filter(|holder| told.as_ref() != Some(holder)) {
            tell(Event::Waiting { holder: holder.clone() });
            told = Some(holder);
        }
        if pause(stop, LOOK).await {
            return Err(Hindrance::Stopped(Diagnostics::new()));
        }
    }
}

fn locked(proven: &Proven, claim: &Claim, holder: &Holder, message: &str) -> Diagnostic {
    let cluster = &proven.target().cluster;
    let message = format!("{} {message}", claim.lock.what(cluster));
    let problem = Diagnostic::error(codes::LOCKED, message).on(Arc::clone(cluster));
    holder.notes().into_iter().fold(problem, Diagnostic::note)
}

/// The time by the clock of the server.
pub(super) fn now(proven: &Proven) -> Result<jiff::Timestamp, Diagnostics> {
    let cluster = &proven.target().cluster;
    proven.time().ok_or_else(|| {
        Diagnostics::from(
            Diagnostic::error(codes::NO_TIME, format!("cluster \"{cluster}\" tells no time"))
                .on(Arc::clone(cluster))
                .note("its answers have no `Date`; without it nothing can be dated in the record")
                .note(proven.target().to_string())
                .help("let what stands between here and the API server pass the header `Date` on"),
        )
    })
}

/// Whether an object is as it was when the plan was made: the same one, in the same version.
pub(super) fn is_same(approved: &LiveState, fresh: &LiveState, object: &ObjectRef) -> bool {
    let mark = |state: &LiveState| match state.kind(object) {
        Some(Kind::Listed { objects, .. }) => Some(
            objects
                .get(object)
                .map(|live| (live.uid().map(str::to_owned), live.version().map(str::to_owned))),
        ),
        Some(Kind::NotServed) => Some(None),
        Some(Kind::Unread(_)) | None => None,
    };
    let (before, after) = (mark(approved), mark(fresh));
    before.is_some() && before == after
}
