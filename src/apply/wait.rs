//! Waiting until what was written is ready, and stays so.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::Instant;

use super::begin::pause;
use super::codes;
use super::course::Course;
use super::event::{Event, Step};
use super::fresh::last_manager;
use super::outcome::ObjectEnd;
use crate::diagnostic::Diagnostic;
use crate::live::{Proven, Reason, Unknown};
use crate::object::{ObjectRef, ReadyWhen};
use crate::plan::{Action, Change, Live, Served, SetId, ours};
use crate::readiness::{PodFailure, Pods, Readiness, may_flap, pod_failure, pods_of, readiness};

/// When what was written is looked at first, and how far apart the looks become.
const FIRST_LOOK: Duration = Duration::from_millis(200);
const LAST_LOOK: Duration = Duration::from_secs(2);

/// How many kinds, or workloads, are looked at side by side.
const SIDE_BY_SIDE: usize = 8;

/// How often somebody may change back what was written, before it is a fight.
const FIGHT: usize = 2;

/// How long something is not ready before its pods are looked at.
const PODS_AFTER: Duration = Duration::from_secs(1);

/// An object that is to become ready.
#[derive(Clone, Debug)]
pub(super) struct Pending {
    /// Its place in the plan, if it was written.
    place: Option<usize>,
    unit: Option<Arc<str>>,
    served: Served,
    since: Instant,
    /// Since when it has been ready, of those that must stay so.
    ready: Option<Instant>,
    /// What was told last of why it is not.
    said: Option<Arc<str>>,
    /// Why one of its pods does not start, and since when that has been seen.
    stuck: Option<(Arc<str>, Instant)>,
}

impl Pending {
    /// One that was written, or looked at, just now.
    pub fn new(place: Option<usize>, change: &Change, served: &Served) -> Self {
        let unit = change.unit.clone();
        // Fields have other names in other versions: it is looked at in the one it is written in.
        let served = Served { api_version: Arc::clone(&change.api_version), ..served.clone() };
        Self { place, unit, served, since: Instant::now(), ready: None, said: None, stuck: None }
    }

    fn listed(&self, object: &ObjectRef) -> Listed {
        (Arc::clone(&object.group), Arc::clone(&object.kind), Arc::clone(&self.served.api_version))
    }
}

/// What one look found.
#[derive(Default)]
struct Found {
    /// What is there.
    objects: BTreeMap<ObjectRef, Live>,
    /// Why a kind could not be read.
    unread: BTreeMap<Listed, String>,
}

/// What is listed at once: a group, a kind, and the version of the API that its objects are read in.
type Listed = (Arc<str>, Arc<str>, Arc<str>);

/// What one look says of an object.
enum Seen {
    Ready,
    /// It is ready, and must stay so for a while.
    Settling,
    NotYet(Arc<str>),
    Failed(Arc<str>),
}

impl Course<'_> {
    /// Waits until everything that was written is ready; and at last also what was not, as a release is ready only if
    /// all of it is.
    pub async fn become_ready_with_the_rest(&mut self) {
        if !self.failed && self.may_begin() {
            let changes = self.job.plan.changes.iter().enumerate();
            let unchanged = changes.filter(|(_, change)| change.action == Action::Unchanged);
            let unchanged: Vec<usize> = unchanged.map(|(place, _)| place).collect();
            self.await_unchanged(&unchanged);
        }
        self.become_ready().await;
    }

    /// Begins to wait for what this run does not write.
    pub fn await_unchanged(&mut self, places: &[usize]) {
        let plan = self.job.plan;
        for change in places.iter().filter_map(|place| plan.changes.get(*place)) {
            if !self.pending.contains_key(&change.object) {
                self.await_ready(None, change);
            }
        }
    }

    /// Waits until everything that was written is ready, each unit for as long as it may take. If one fails, the others
    /// are not waited for.
    pub async fn become_ready(&mut self) {
        self.become_ready_from(FIRST_LOOK).await;
    }

    /// The same, with the first look after this time.
    pub async fn become_ready_from(&mut self, first: Duration) {
        if self.failed || self.pending.is_empty() || !self.may_begin() {
            return;
        }
        (self.tell)(Event::Begun(Step::Readying { objects: self.pending.len() }));
        let mut wait = first;
        while !self.pending.is_empty() && !self.failed && self.may_begin() {
            if pause(&mut self.stop, wait).await {
                continue;
            }
            wait = (wait * 2).clamp(FIRST_LOOK, LAST_LOOK);
            let found = self.look().await;
            self.see(found).await;
        }
    }

    /// What is there of the kinds of all that is pending.
    async fn look(&mut self) -> Found {
        let lists: BTreeMap<Listed, Served> = self
            .pending
            .iter()
            .map(|(object, pending)| (pending.listed(object), pending.served.clone()))
            .collect();
        let mut waiting: Vec<_> = lists.into_iter().collect();
        let mut under_way = JoinSet::new();
        let mut found = Found::default();
        loop {
            while under_way.len() < SIDE_BY_SIDE
                && let Some((list, served)) = waiting.pop()
            {
                let (proven, set): (Proven, SetId) = (self.proven.clone(), self.job.wanted.set.clone());
                under_way.spawn(async move {
                    let members = proven.members(&list.0, &list.1, &served, &set).await;
                    (list, members)
                });
            }
            match under_way.join_next().await {
                None => break,
                Some(Ok((list, Ok(members)))) => {
                    let is_of_it = |object: &ObjectRef| {
                        self.pending.get(object).is_some_and(|pending| pending.listed(object) == list)
                    };
                    found.objects.extend(members.into_iter().filter(|(object, _)| is_of_it(object)));
                }
                Some(Ok((list, Err(unknown)))) => {
                    self.unread(&unknown);
                    found.unread.insert(list, unknown.phrase());
                }
                Some(Err(_)) => self.panicked(),
            }
        }
        self.look_for_missing(&mut found).await;
        found
    }

    /// Asks for each object that is in no list: it may be there without our label, by which they are listed.
    async fn look_for_missing(&mut self, found: &mut Found) {
        let is_missing = |(object, pending): &(&ObjectRef, &Pending)| {
            !found.objects.contains_key(*object) && !found.unread.contains_key(&pending.listed(object))
        };
        let missing = self.pending.iter().filter(is_missing);
        let missing: Vec<_> =
            missing.map(|(object, pending)| (object.clone(), pending.served.clone())).collect();
        let mut missing = missing.into_iter();
        let mut under_way = JoinSet::new();
        loop {
            while under_way.len() < SIDE_BY_SIDE
                && let Some((object, served)) = missing.next()
            {
                let proven = self.proven.clone();
                under_way.spawn(async move {
                    let live = proven.object(&served.api_version, &served, &object).await;
                    (object, live)
                });
            }
            match under_way.join_next().await {
                None => return,
                Some(Ok((object, Ok(Some(live))))) => drop(found.objects.insert(object, live)),
                Some(Ok((_, Ok(None)))) => {}
                Some(Ok((object, Err(unknown)))) => {
                    self.unread(&unknown);
                    let list = self.pending.get(&object).map(|pending| pending.listed(&object));
                    found.unread.extend(list.map(|list| (list, unknown.phrase())));
                }
                Some(Err(_)) => self.panicked(),
            }
        }
    }

    /// A look that failed is tried again, unless the server does not know who asks any longer.
    fn unread(&mut self, unknown: &Unknown) {
        if let Reason::Credentials(_)
        | Reason::Status { code: 401 | 403, .. }
        | Reason::Tls
        | Reason::Elsewhere(_) = unknown.reason
        {
            self.halt(unknown.diagnostic());
        }
    }

    /// Says what has become of each, and of whom it is not waited for any longer.
    async fn see(&mut self, found: Found) {
        let mut pods: Vec<(ObjectRef, Pods)> = Vec::new();
        let mut contested: Vec<(ObjectRef, &Live)> = Vec::new();
        let late = self.late();
        let objects: Vec<ObjectRef> = self.pending.keys().cloned().collect();
        for object in objects {
            let Some(pending) = self.pending.get(&object).cloned() else { continue };
            let live = found.objects.get(&object);
            if let Some(live) = live.filter(|live| self.is_contested(&object, live)) {
                contested.push((object, live));
                continue;
            }
            match self.seen(&object, &found) {
                Seen::Ready => self.is_ready(&object, &pending),
                Seen::Settling => {}
                Seen::Failed(why) => self.is_unready(&object, pending.place, &why),
                Seen::NotYet(why) => {
                    if pending.since.elapsed() > PODS_AFTER
                        && let Some(of) = live.and_then(|live| pods_of(&live.object))
                    {
                        pods.push((object.clone(), of));
                    }
                    self.say(&object, &why);
                    if late.contains(&pending.unit) {
                        let limit = self.job.patience.ready.as_secs();
                        self.is_unready(&object, pending.place, &format!("after {limit}s: {why}"));
                    }
                }
            }
        }
        self.contest(contested).await;
        self.look_at_pods(pods).await;
    }

    fn seen(&mut self, object: &ObjectRef, found: &Found) -> Seen {
        let Some(live) = found.objects.get(object) else {
            let pending = self.pending.get(object);
            let unread = pending.and_then(|pending| found.unread.get(&pending.listed(object)));
            let why: Arc<str> = match unread {
                Some(why) => Arc::from(format!("it cannot be read: {why}")),
                None => Arc::from("it is not there"),
            };
            let is_gone = unread.is_none();
            self.is_not_ready_any_longer(object, &why, is_gone);
            return Seen::NotYet(why);
        };
        let verdict = readiness(&live.object, self.when(object));
        match verdict {
            Readiness::Ready if !may_flap(object) => Seen::Ready,
            Readiness::Ready => {
                let Some(pending) = self.pending.get_mut(object) else { return Seen::Ready };
                let since = *pending.ready.get_or_insert_with(Instant::now);
                if since.elapsed() >= self.job.patience.stable { Seen::Ready } else { Seen::Settling }
            }
            Readiness::NotYet(why) => {
                self.is_not_ready_any_longer(object, &why, true);
                Seen::NotYet(why)
            }
            Readiness::Failed(why) => Seen::Failed(why),
        }
    }

    /// Begins its time of being ready anew; tells that it was ready before, if that is known to have ended.
    fn is_not_ready_any_longer(&mut self, object: &ObjectRef, why: &str, is_known: bool) {
        let was_ready = self.pending.get_mut(object).and_then(|pending| pending.ready.take()).is_some();
        if was_ready && is_known {
            let message = format!("{object} was ready and is not any longer: {why}");
            let problem = Diagnostic::warning(codes::FLAPPED, message.clone());
            self.problems.push(problem.on(Arc::clone(&self.job.wanted.cluster)).about(object.to_string()));
            (self.tell)(Event::Warning(message));
        }
    }

    /// What the fleet says of when objects of its kind are ready.
    fn when(&self, object: &ObjectRef) -> Option<&ReadyWhen> {
        let unit = self.job.wanted.objects.get(object)?.unit;
        self.job.wanted.units.get(unit)?.ready_when(object)
    }

    /// Whether somebody has changed what was written.
    fn is_contested(&self, object: &ObjectRef, live: &Live) -> bool {
        let digest = |live: &Live| ours(&live.object).map(|ours| ours.fields.digest(&live.object));
        let written = self.written.get(object).or_else(|| self.found.get(object));
        written.is_some_and(|written| written.uid() != live.uid() || digest(written) != digest(live))
    }

    /// Writes once more what somebody has changed back, if that is still what was agreed to. With one who does so again
    /// it would go on for ever.
    async fn contest(&mut self, contested: Vec<(ObjectRef, &Live)>) {
        let mut again = Vec::new();
        for (object, live) in contested {
            let Some(place) = self.pending.get(&object).and_then(|pending| pending.place) else {
                // This run has not written it, and does not write it now.
                self.is_unready(&object, None, "somebody changed it while it was waited for");
                continue;
            };
            let who = last_manager(live).unwrap_or_else(|| "somebody".to_owned());
            let rounds = self.contested.entry((object.clone(), who.clone())).or_default();
            *rounds += 1;
            if *rounds < FIGHT {
                again.push(place);
                continue;
            }
            let why = format!("{who} has changed back what was written, {rounds} times");
            let problem = Diagnostic::error(codes::FIGHT, format!("fighting over {object} with {who}"));
            self.halt(
                problem
                    .about(object.to_string())
                    .note(why.clone())
                    .help("let only one of the two keep it, then run the same command again"),
            );
            self.pending.remove(&object);
            self.end(place, ObjectEnd::Unready(Arc::from(why)));
        }
        self.write_again(again).await;
    }

    fn is_ready(&mut self, object: &ObjectRef, pending: &Pending) {
        self.pending.remove(object);
        let Some(place) = pending.place else { return };
        let end = match self.change(place).map(|change| &change.action) {
            Some(Action::Create) => ObjectEnd::Created,
            Some(Action::Adopt) => ObjectEnd::Adopted,
            Some(Action::Replace(_)) => ObjectEnd::Replaced,
            Some(Action::Delete) => ObjectEnd::Deleted,
            // Of what was not to be changed, no place is kept.
            Some(
                Action::Update
                | Action::Unchanged
                | Action::Keep(_)
                | Action::Stray
                | Action::Terminating(_)
                | Action::Refused(_)
                | Action::Unknown(_),
            )
            | None => ObjectEnd::Changed,
        };
        self.end(place, end);
    }

    pub fn is_unready(&mut self, object: &ObjectRef, place: Option<usize>, why: &str) {
        self.pending.remove(object);
        let problem = Diagnostic::error(codes::NOT_READY, format!("{object} is not ready: {why}"));
        let problem = problem.help("mend it and apply it again; what was written stays, and is recorded");
        match place {
            Some(place) => self.fail(place, ObjectEnd::Unready(Arc::from(why)), problem),
            None => {
                self.failed = true;
                let problem = problem.on(Arc::clone(&self.job.wanted.cluster)).about(object.to_string());
                self.problems.push(problem.note("this run did not write it"));
            }
        }
    }

    fn say(&mut self, object: &ObjectRef, why: &Arc<str>) {
        let Some(pending) = self.pending.get_mut(object) else { return };
        if pending.said.as_ref() == Some(why) {
            return;
        }
        pending.said = Some(Arc::clone(why));
        let unit = pending.unit.clone();
        (self.tell)(Event::NotReady { object: object.clone(), unit, why: Arc::clone(why) });
    }

    /// The units that have had their time, which runs from the last of each that was written.
    fn late(&self) -> BTreeSet<Option<Arc<str>>> {
        let mut last: BTreeMap<&Option<Arc<str>>, Instant> = BTreeMap::new();
        for pending in self.pending.values() {
            let since = last.entry(&pending.unit).or_insert(pending.since);
            *since = pending.since.max(*since);
        }
        let late = last.into_iter().filter(|(_, since)| since.elapsed() >= self.job.patience.ready);
        late.map(|(unit, _)| unit.clone()).collect()
    }

    /// Whether a pod says why its workload does not become ready. Only pods count that were made since we last changed the
    /// workload: those before may be what it mends.
    async fn look_at_pods(&mut self, workloads: Vec<(ObjectRef, Pods)>) {
        let mut waiting = workloads.into_iter();
        let mut under_way = JoinSet::new();
        loop {
            while under_way.len() < SIDE_BY_SIDE
                && let Some((object, of)) = waiting.next()
            {
                let proven = self.proven.clone();
                under_way.spawn(async move {
                    let pods = proven.pods(&of.namespace, &of.selector).await;
                    (object, of, pods)
                });
            }
            match under_way.join_next().await {
                None => return,
                Some(Ok((object, of, Ok(pods)))) => {
                    let failures = pods.iter().filter(|pod| of.holds(pod)).filter_map(pod_failure);
                    let failure = failures.min_by_key(|failure| failure.grace);
                    let Some(pending) = self.pending.get_mut(&object) else { continue };
                    let lasts = match (&failure, &pending.stuck) {
                        (Some(failure), Some((reason, since))) if *reason == failure.reason => {
                            since.elapsed()
                        }
                        (Some(failure), _) => {
                            pending.stuck = Some((Arc::clone(&failure.reason), Instant::now()));
                            Duration::ZERO
                        }
                        (None, _) => {
                            pending.stuck = None;
                            continue;
                        }
                    };
                    if let Some(failure) = failure.filter(|failure| lasts >= failure.grace) {
                        let place = pending.place;
                        let hides = self.hides(&object);
                        self.is_unready(&object, place, &phrase(&failure, hides));
                    }
                }
                // They only explain; if nothing at all can be read any longer, the next look ends the run.
                Some(Ok((_, _, Err(unknown)))) => {
                    let text = format!("why workloads are not ready is not known: {}", unknown.phrase());
                    if self.unexplained.insert(text.clone()) {
                        (self.tell)(Event::Warning(text));
                    }
                }
                Some(Err(_)) => self.panicked(),
            }
        }
    }
}

/// Why a pod does not run; without its own last words if they may repeat a secret.
fn phrase(failure: &PodFailure, hides: bool) -> String {
    let PodFailure { pod, container, reason, message, grace: _ } = failure;
    let container =
        container.as_ref().map(|container| format!(", container {container}")).unwrap_or_default();
    let message = match (message.is_empty(), hides) {
        (true, _) => String::new(),
        (false, true) => ": its message is not shown, as secrets are in what is rendered".to_owned(),
        (false, false) => format!(": {message}"),
    };
    format!("pod {pod}{container}: {reason}{message}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inv08_the_last_words_of_a_container_are_not_told_where_they_may_repeat_a_secret() {
        let failure = PodFailure {
            pod: "web-1".into(),
            container: Some("main".into()),
            reason: "CrashLoopBackOff".into(),
            message: "exit code 1: cannot connect to postgres://app:hunter2@db".to_owned(),
            grace: Duration::ZERO,
        };
        let told = phrase(&failure, false);
        assert_eq!(
            told,
            "pod web-1, container main: CrashLoopBackOff: exit code 1: cannot connect to postgres://app:hunter2@db"
        );
        let told = phrase(&failure, true);
        assert_eq!(
            told,
            "pod web-1, container main: CrashLoopBackOff: its message is not shown, as secrets are in what is rendered"
        );
    }
}
