//! Writing and deleting in waves: some objects side by side, and what failed in a doubtful way looked at again.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use super::begin::pause;
use super::codes;
use super::course::{Course, Halt};
use super::event::{Event, Step};
use super::fresh::{changed_since, last_writer};
use super::outcome::ObjectEnd;
use super::run::Stop;
use super::trouble::{Told, Trouble};
use super::wait::Pending;
use crate::diagnostic::Diagnostic;
use crate::live::{Migration, Proven, Reason, Removal, Removed, Unknown, Write, WriteFailure, Written};
use crate::object::ObjectRef;
use crate::plan::{
    self, Action, Ask, Before, Change, Kind, Live, LiveState, Phase, Preview, Record, Rejection, Steps,
    Wanted, Wave, is_of_subsets,
};

/// How many objects are written or deleted side by side.
const SIDE_BY_SIDE: usize = 16;

/// How long proxies are given to learn of what was written, before what relies on it is written or what it relied on is
/// deleted: istiod pushes within a second or two of a change, debounced by up to ten
/// ([PILOT_DEBOUNCE_MAX](https://istio.io/latest/docs/reference/commands/pilot-discovery/#envvars)).
pub(super) const SETTLE: Duration = Duration::from_secs(5);

/// How often an object is looked at again that somebody changes while it is written.
const ROUNDS: usize = 5;

/// How often, and how far apart, an object is tried whose kind was defined just now: the server takes a moment to serve it.
const NEW_KIND: (usize, Duration) = (20, Duration::from_millis(500));

/// Something to do with one object; done on a task of its own.
enum Task {
    Write(Box<Write>),
    WriteLater(Box<Write>, Duration),
    Look(Box<Ask>),
    Migrate(Box<Migration>),
    Remove(Box<Removal>),
    Explain(Box<Trouble>, Box<ObjectRef>),
}

/// What came of it.
enum Answer {
    Wrote(Result<Written, WriteFailure>),
    Looked(Result<(Option<Live>, Option<Preview>), Unknown>),
    Migrated(Result<Live, WriteFailure>),
    Removed(Removed),
    Explained(Box<Told>),
}

impl Task {
    /// Whether it changes the cluster.
    fn is_write(&self) -> bool {
        match self {
            Self::Write(_) | Self::WriteLater(..) | Self::Migrate(_) | Self::Remove(_) => true,
            Self::Look(_) | Self::Explain(..) => false,
        }
    }

    /// The same, once the server serves a kind that was defined just now.
    fn later(self) -> Self {
        match self {
            Self::Write(write) => Self::WriteLater(write, NEW_KIND.1),
            Self::WriteLater(..) | Self::Look(_) | Self::Migrate(_) | Self::Remove(_) | Self::Explain(..) => {
                self
            }
        }
    }

    async fn done(self, proven: &Proven, patience: Duration, stop: &Stop) -> Answer {
        match self {
            Self::Write(write) => Answer::Wrote(proven.write(&write).await),
            Self::WriteLater(write, wait) => {
                tokio::time::sleep(wait).await;
                Answer::Wrote(proven.write(&write).await)
            }
            Self::Look(ask) => Answer::Looked(look(proven, *ask).await),
            Self::Migrate(migration) => Answer::Migrated(proven.migrate(&migration).await),
            Self::Remove(removal) => {
                // What is deleted goes by itself; nobody who wants to stop has to wait for it.
                let enough = || *stop.borrow();
                Answer::Removed(proven.remove(&removal, patience, &enough).await)
            }
            Self::Explain(trouble, object) => {
                Answer::Explained(Box::new(trouble.told(proven, &object).await))
            }
        }
    }
}

async fn look(proven: &Proven, ask: Ask) -> Result<(Option<Live>, Option<Preview>), Unknown> {
    let live = proven.object(&ask.api_version, &ask.served, &ask.object).await?;
    let object = ask.object.clone();
    let preview = proven.previews(vec![ask]).await.remove(&object);
    Ok((live, preview))
}

/// What a wave remembers of one of its objects.
#[derive(Default)]
struct Rounds {
    looked: usize,
    of_new_kind: usize,
    /// What the last failure said, if it said that the server could not.
    failure: Option<Unknown>,
}

impl Course<'_> {
    /// Writes everything in its order, as long as nothing fails.
    pub async fn write(&mut self, steps: &Steps, settled: &BTreeSet<ObjectRef>) {
        let waves = steps.foundation.iter().chain(&steps.writes).chain(&steps.last);
        let objects = waves.map(|wave| wave.changes.len()).sum();
        if objects > 0 {
            (self.tell)(Event::Begun(Step::Writing { objects }));
        }
        for wave in &steps.foundation {
            self.wave(wave, settled).await;
        }
        if !steps.foundation.is_empty() && !self.failed && self.halt.is_none() {
            self.become_ready().await;
            if !self.failed && self.may_begin() {
                self.read_again().await;
            }
        }
        for wave in &steps.writes {
            self.wave(wave, settled).await;
        }
    }

    async fn wave(&mut self, wave: &Wave, settled: &BTreeSet<ObjectRef>) {
        if self.failed || !self.may_begin() || !self.comes_after(wave.before).await {
            return;
        }
        let mut keeps = std::mem::take(&mut self.wave.keeps);
        keeps.retain(|place, _| !wave.changes.contains(place));
        keeps.extend(wave.keeps.clone());
        self.wave = Wave { keeps, ..wave.clone() };
        let mut tasks = VecDeque::new();
        for &place in &wave.changes {
            let Some(change) = self.change(place) else { continue };
            let task = match settled.contains(&change.object) {
                true => self.settle(place, change),
                false => self.task(place, change),
            };
            tasks.extend(task.map(|task| (place, task)));
        }
        self.do_all(tasks).await;
    }

    /// Writes objects once more, as far as what would be done now was agreed to.
    pub async fn write_again(&mut self, places: Vec<usize>) {
        let looks = places.into_iter().filter_map(|place| {
            let ask = self.ask(&self.change(place)?.object)?;
            Some((place, Task::Look(Box::new(ask))))
        });
        let looks = looks.collect();
        self.do_all(looks).await;
    }

    /// Waits for what must have happened before; whether it did.
    async fn comes_after(&mut self, before: Before) -> bool {
        match before {
            Before::Nothing => true,
            Before::Ready => {
                self.become_ready().await;
                !self.failed && self.may_begin()
            }
            Before::Settled => {
                (self.tell)(Event::Begun(Step::Settling(SETTLE)));
                pause(&mut self.stop, SETTLE).await;
                self.may_begin()
            }
        }
    }

    /// What is as it is to be, since somebody did it, or an earlier run did; what is left to do about it.
    fn settle(&mut self, place: usize, change: &Change) -> Option<Task> {
        let live = self.state.live(&change.object).cloned();
        match (&change.action, live) {
            (Action::Delete, None) => {
                self.gone.push(change.object.clone());
                self.end(place, ObjectEnd::Deleted);
            }
            // It is not ours to delete any longer, which has been told.
            (Action::Delete, Some(_)) => self.end(place, ObjectEnd::Untouched),
            (Action::Create | Action::Update | Action::Adopt | Action::Replace(_), Some(live)) => {
                return self.landed(place, change, Written { live, was_there: false });
            }
            (Action::Create | Action::Update | Action::Adopt | Action::Replace(_), None) => {
                self.await_ready(Some(place), change);
                self.end(place, ObjectEnd::Written);
            }
            // Nothing is done about these.
            (
                Action::Unchanged
                | Action::Keep(_)
                | Action::Stray
                | Action::Terminating(_)
                | Action::Refused(_)
                | Action::Unknown(_),
                _,
            ) => {}
        }
        None
    }

    /// What is to be done for a change; tells if that cannot be said any longer.
    fn task(&mut self, place: usize, change: &Change) -> Option<Task> {
        let live = self.state.live(&change.object).cloned();
        let task = match &change.action {
            Action::Create | Action::Update | Action::Adopt => self.write_of(place, change, live.as_ref()),
            Action::Delete => self.removal(change, live.as_ref()),
            Action::Replace(_) => match live {
                Some(live) => self.removal(change, Some(&live)),
                None => self.write_of(place, change, None),
            },
            Action::Unchanged
            | Action::Keep(_)
            | Action::Stray
            | Action::Terminating(_)
            | Action::Refused(_)
            | Action::Unknown(_) => return None,
        };
        self.fitting(place, change, task)
    }

    /// What is to be done with an object; if that cannot be said any longer, it has failed.
    fn fitting(&mut self, place: usize, change: &Change, task: Option<Task>) -> Option<Task> {
        if task.is_none() {
            let why = "what is there does not fit what was to be done with it";
            let problem = Diagnostic::error(
                codes::CHANGED_WHILE,
                format!("{} was left as it is: {why}", change.object),
            );
            self.fail(place, ObjectEnd::Failed(Arc::from(why)), problem.help("run the same command again"));
        }
        task
    }

    fn ask(&self, object: &ObjectRef) -> Option<Ask> {
        let wanted = self.job.wanted.objects.get(object)?;
        Some(Ask {
            object: object.clone(),
            api_version: Arc::from(wanted.object.api_version()),
            served: self.state.served(object)?.clone(),
            body: wanted.body(&self.job.wanted.set),
            hides: self.hides(object),
        })
    }

    fn write_of(&self, place: usize, change: &Change, live: Option<&Live>) -> Option<Task> {
        let ask = self.ask(&change.object)?;
        let ask = Ask { body: self.wave.body(place, ask.body), ..ask };
        // Every conflict was allowed: what stands in the way of a plan was looked for twice.
        Some(Task::Write(Box::new(Write::of(change, ask, live, !change.conflicts.is_empty())?)))
    }

    /// To look again at what is there of an object, and at what would become of it.
    fn look_of(&mut self, place: usize, change: &Change) -> Option<Task> {
        let task = self.ask(&change.object).map(|ask| Task::Look(Box::new(ask)));
        self.fitting(place, change, task)
    }

    fn removal(&self, change: &Change, live: Option<&Live>) -> Option<Task> {
        let recorded = self.record.inventory.get(&change.object).and_then(|entry| entry.uid.as_deref());
        let hides = self.hides(&change.object);
        let served = self.state.served(&change.object)?;
        let removal = Removal::of(change, served, live?, recorded, &self.job.wanted.set, hides)?;
        Some(Task::Remove(Box::new(removal)))
    }

    /// Whether what the server says of an object may repeat a secret.
    fn hides(&self, object: &ObjectRef) -> bool {
        let wanted = self.job.wanted.objects.get(object).is_some_and(|wanted| !wanted.secrets.is_empty());
        let recorded = self.record.inventory.get(object).is_some_and(|entry| !entry.secrets.is_empty());
        wanted || recorded || object.is("", "Secret")
    }

    /// Does tasks, some side by side, until none is left. What has begun is let end, whatever happens.
    async fn do_all(&mut self, mut tasks: VecDeque<(usize, Task)>) {
        let mut under_way: JoinSet<(usize, Answer)> = JoinSet::new();
        let mut rounds: BTreeMap<usize, Rounds> = BTreeMap::new();
        let mut unanswered = BTreeSet::new();
        let patience = self.job.patience.ready;
        loop {
            let may_begin = self.may_begin();
            tasks.retain(|(_, task)| may_begin || !task.is_write());
            while under_way.len() < SIDE_BY_SIDE
                && let Some((place, task)) = tasks.pop_front()
            {
                if let (true, Some(change)) = (task.is_write(), self.change(place)) {
                    (self.tell)(Event::Writing { object: change.object.clone(), unit: change.unit.clone() });
                }
                let (proven, stop) = (self.proven.clone(), self.stop.clone());
                unanswered.insert(place);
                under_way.spawn(async move { (place, task.done(&proven, patience, &stop).await) });
            }
            match under_way.join_next().await {
                None => break,
                Some(Err(_)) => self.panicked(),
                Some(Ok((place, answer))) => {
                    unanswered.remove(&place);
                    let rounds = rounds.entry(place).or_default();
                    let next = self.next(place, answer, rounds);
                    tasks.extend(next.map(|task| (place, task)));
                }
            }
        }
        // Their tasks panicked.
        for place in unanswered {
            self.end(place, ObjectEnd::Unknown(Arc::from("fleetwright failed while it was written")));
        }
    }

    /// What is to be done next with an object.
    fn next(&mut self, place: usize, answer: Answer, rounds: &mut Rounds) -> Option<Task> {
        let change = self.change(place)?;
        match answer {
            Answer::Wrote(Ok(written)) => self.landed(place, change, written),
            Answer::Wrote(Err(failure)) => self.not_written(place, change, failure, rounds),
            Answer::Looked(Ok((live, preview))) => self.looked(place, change, live, preview, rounds),
            Answer::Looked(Err(unknown)) => {
                self.unclear(place, change, &unknown);
                None
            }
            Answer::Migrated(Ok(live)) => {
                self.wrote(place, change, live);
                None
            }
            Answer::Migrated(Err(failure)) => {
                self.not_migrated(place, change, &failure);
                None
            }
            Answer::Removed(removed) => self.removed(place, change, removed),
            Answer::Explained(told) => {
                let Told { problem, why, halts } = *told;
                match halts {
                    true => {
                        self.halt(problem.about(change.object.to_string()));
                        self.end(place, ObjectEnd::Failed(why));
                    }
                    false => self.fail(place, ObjectEnd::Failed(why), problem),
                }
                None
            }
        }
    }

    /// What is to be done next with an object that was written.
    fn landed(&mut self, place: usize, change: &Change, written: Written) -> Option<Task> {
        if written.was_there && !self.locks.made(&change.object, &self.job.wanted.set) {
            let message =
                format!("{} was made by somebody else at the same moment, and is taken over", change.object);
            let problem =
                Diagnostic::warning(codes::APPEARED, message).on(Arc::clone(&self.job.wanted.cluster));
            let writer = last_writer(&written.live).map(|writer| format!("by {writer}"));
            self.problems.push(writer.into_iter().fold(problem, Diagnostic::note));
        } else if let Some(migration) = self.migration(change, &written.live) {
            return Some(Task::Migrate(Box::new(migration)));
        }
        self.wrote(place, change, written.live);
        None
    }

    /// What others still own of an object that is applied for the first time, as far as the record knows.
    fn migration(&self, change: &Change, live: &Live) -> Option<Migration> {
        let entry = self.record.inventory.get(&change.object);
        let is_first = entry.is_none_or(|entry| entry.applied.is_none());
        if !is_first {
            return None;
        }
        Migration::of(change, &self.ask(&change.object)?, live)
    }

    /// Frees of other owners what an earlier run applied and did not come to record.
    pub async fn migrate_unrecorded(&mut self) {
        if self.failed || !self.may_begin() {
            return;
        }
        let unchanged =
            self.job.plan.changes.iter().enumerate().filter(|(_, change)| change.action == Action::Unchanged);
        let tasks = unchanged.filter_map(|(place, change)| {
            let live = self.state.live(&change.object)?;
            Some((place, Task::Migrate(Box::new(self.migration(change, live)?))))
        });
        let tasks = tasks.collect();
        self.do_all(tasks).await;
    }

    fn not_migrated(&mut self, place: usize, change: &Change, failure: &WriteFailure) {
        let why = match failure {
            WriteFailure::Moved | WriteFailure::Taken(_) => "somebody keeps changing it".to_owned(),
            WriteFailure::Refused(rejection) => rejection.phrase(self.hides(&change.object)).to_string(),
            WriteFailure::TooLarge(bytes) => format!("it has {bytes} bytes"),
            WriteFailure::Unknown(unknown) => unknown.phrase(),
        };
        let message = format!("{} was written, and others still own fields of it: {why}", change.object);
        let problem = Diagnostic::error(codes::NOT_MIGRATED, message)
            .note("as long as they do, a field that is no longer rendered stays");
        self.fail(place, ObjectEnd::Failed(Arc::from(why)), problem.help("run the same command again"));
    }

    fn wrote(&mut self, place: usize, change: &Change, live: Live) {
        self.know(&change.object, live.clone());
        if self.wave.keeps.contains_key(&place) {
            self.partly.insert(place);
        }
        self.written.insert(change.object.clone(), live);
        self.await_ready(Some(place), change);
        self.end(place, ObjectEnd::Written);
    }

    /// That an object is to become ready.
    pub fn await_ready(&mut self, place: Option<usize>, change: &Change) {
        let Some(served) = self.state.served(&change.object).cloned() else { return };
        let pending = Pending::new(place, change, served);
        self.pending.insert(change.object.clone(), pending);
    }

    fn not_written(
        &mut self,
        place: usize,
        change: &Change,
        failure: WriteFailure,
        rounds: &mut Rounds,
    ) -> Option<Task> {
        match failure {
            WriteFailure::Moved | WriteFailure::Taken(_) => {
                rounds.failure = None;
                self.look_of(place, change)
            }
            WriteFailure::Unknown(unknown) => match unknown.reason {
                Reason::Credentials(_)
                | Reason::Tls
                | Reason::Elsewhere(_)
                | Reason::Status { code: 401, .. } => {
                    self.unclear(place, change, &unknown);
                    None
                }
                _ => {
                    rounds.failure = Some(*unknown);
                    self.look_of(place, change)
                }
            },
            WriteFailure::TooLarge(bytes) => {
                let why = format!(
                    "it has {bytes} bytes, and a server keeps none of more than {}",
                    crate::live::MAX_SENT
                );
                self.refuse(place, change, &why, "make it smaller, or split it");
                None
            }
            WriteFailure::Refused(rejection) => self.refused(place, change, &rejection, rounds),
        }
    }

    fn refused(
        &mut self,
        place: usize,
        change: &Change,
        rejection: &Rejection,
        rounds: &mut Rounds,
    ) -> Option<Task> {
        let why = rejection.phrase(self.hides(&change.object));
        let is_no_kind = rejection.code == 404 && !rejection.message.contains('"');
        if is_no_kind && self.is_defined_here(&change.object) && rounds.of_new_kind < NEW_KIND.0 {
            rounds.of_new_kind += 1;
            let live = self.state.live(&change.object).cloned();
            let task = self.write_of(place, change, live.as_ref());
            return self.fitting(place, change, task).map(Task::later);
        }
        if is_no_kind {
            let kind = &change.object.kind;
            let message =
                format!("{} was not written: the server no longer has the kind {kind}", change.object);
            self.halt(
                Diagnostic::error(codes::KIND_GONE, message)
                    .help("see who removed its CustomResourceDefinition"),
            );
            self.end(place, ObjectEnd::Failed(why));
            return None;
        }
        if let Some(trouble) = Trouble::of_namespace(&change.object, rejection, &why) {
            return Some(Task::Explain(Box::new(trouble), Box::new(change.object.clone())));
        }
        self.refuse(
            place,
            change,
            &why,
            "mend what the server says, then run it again; what was written stays",
        );
        None
    }

    fn refuse(&mut self, place: usize, change: &Change, why: &str, help: &str) {
        let problem =
            Diagnostic::error(codes::NOT_WRITTEN, format!("{} was not written: {why}", change.object));
        self.fail(place, ObjectEnd::Failed(Arc::from(why)), problem.help(help));
    }

    /// Whether the kind of an object is defined by the same run.
    fn is_defined_here(&self, object: &ObjectRef) -> bool {
        self.written.iter().any(|(reference, live)| {
            let text = |path: &str| live.object.pointer(path).and_then(serde_json::Value::as_str);
            reference.is("apiextensions.k8s.io", "CustomResourceDefinition")
                && text("/spec/group") == Some(&object.group)
                && text("/spec/names/kind") == Some(&object.kind)
        })
    }

    /// That it is not known what became of an object: nothing more is begun, as the server does not answer.
    fn unclear(&mut self, place: usize, change: &Change, unknown: &Unknown) {
        let why = Arc::from(unknown.phrase());
        let mut problem = unknown.diagnostic();
        problem.notes.insert(0, format!("whether {} was written is not known", change.object));
        self.halt(Diagnostic { code: codes::UNCLEAR, ..problem }.about(change.object.to_string()));
        self.end(place, ObjectEnd::Unknown(why));
    }

    /// What an object has become that could not be written as it was looked at before.
    fn looked(
        &mut self,
        place: usize,
        change: &Change,
        live: Option<Live>,
        preview: Option<Preview>,
        rounds: &mut Rounds,
    ) -> Option<Task> {
        if let Some(Preview::Unread(unread)) = &preview {
            if let Some(trouble) = rounds.failure.as_ref().and_then(Trouble::of_webhook) {
                return Some(Task::Explain(Box::new(trouble), Box::new(change.object.clone())));
            }
            self.halt((*unread.problem).clone());
            self.end(place, ObjectEnd::Unknown(Arc::from(unread.why.as_str())));
            return None;
        }
        let Some(fresh) = self.judged(change, live.clone(), preview) else {
            return self.fitting(place, change, None);
        };
        rounds.looked += 1;
        match (&fresh.action, live) {
            // It landed.
            (_, Some(live)) if self.is_as_sent(place, &fresh, &live) => {
                self.landed(place, change, Written { live, was_there: false })
            }
            (_, live)
                if self.is_approved(place, change, &fresh) || is_still_absent(change, live.as_ref()) =>
            {
                let failure = rounds.failure.take();
                if let Some(failure) = failure.as_ref().filter(|failure| is_refusal(failure)) {
                    let why = failure.phrase();
                    if let Some(trouble) = Trouble::of_webhook(failure) {
                        return Some(Task::Explain(Box::new(trouble), Box::new(change.object.clone())));
                    }
                    self.refuse(place, change, &why, "run the same command again");
                    return None;
                }
                if rounds.looked > ROUNDS {
                    let (why, help) = match failure {
                        Some(failure) => (failure.phrase(), "run the same command again"),
                        None => ("somebody keeps changing it".to_owned(), "see who does, then run it again"),
                    };
                    self.refuse(place, change, &why, help);
                    return None;
                }
                let task = self.write_of(place, change, live.as_ref());
                if let Some(live) = live {
                    self.know(&change.object, live);
                }
                self.fitting(place, change, task)
            }
            (_, live) => {
                let problem = changed_since(self.job, change, Some(&fresh), live.as_ref());
                let why = match live.as_ref().and_then(last_writer) {
                    Some(writer) => format!("it has changed since it was shown, by {writer}"),
                    None => "it has changed since it was shown".to_owned(),
                };
                self.fail(
                    place,
                    ObjectEnd::Failed(Arc::from(why)),
                    Diagnostic { code: codes::CHANGED_WHILE, ..problem },
                );
                None
            }
        }
    }

    /// Whether what would be done now was agreed to: the same; or, of what was written in part, no more than that.
    fn is_approved(&self, place: usize, change: &Change, fresh: &Change) -> bool {
        let is_part = || {
            self.partly.contains(&place)
                && fresh.action == change.action
                && fresh.fields.iter().all(|field| change.fields.contains(field))
                && fresh.conflicts.iter().all(|conflict| change.conflicts.contains(conflict))
        };
        change.is_as_approved(fresh) || is_part()
    }

    /// Whether an object is as it is sent in this wave: as it is rendered, or as that with the subsets that are kept for
    /// now.
    fn is_as_sent(&self, place: usize, fresh: &Change, live: &Live) -> bool {
        if fresh.action == Action::Unchanged || !self.wave.keeps.contains_key(&place) {
            return fresh.action == Action::Unchanged;
        }
        let Some(ask) = self.ask(&fresh.object) else { return false };
        let sent = self.wave.body(place, ask.body);
        let is_only_that = fresh.fields.iter().all(|field| is_of_subsets(&field.path));
        is_only_that && sent.pointer("/spec/subsets") == live.object.pointer("/spec/subsets")
    }

    /// Keeps what was read of an object just now.
    fn know(&mut self, object: &ObjectRef, live: Live) {
        let kind = (Arc::clone(&object.group), Arc::clone(&object.kind));
        if let Some(Kind::Listed { objects, .. }) = self.state.kinds.get_mut(&kind) {
            objects.insert(object.clone(), live);
        }
    }

    /// What would be done with one object as it is now.
    fn judged(&self, change: &Change, live: Option<Live>, preview: Option<Preview>) -> Option<Change> {
        let object = &change.object;
        let wanted = *self.job.wanted.objects.get(object)?;
        let one = Wanted {
            units: self.job.wanted.units.clone(),
            ..Wanted::new(&self.job.wanted.cluster, self.job.wanted.set.clone(), [wanted])
        };
        let served = self.state.served(object)?.clone();
        let objects = live.into_iter().map(|live| (object.clone(), live)).collect();
        let kind = (Arc::clone(&object.group), Arc::clone(&object.kind));
        let mut record =
            Record::new(&self.record.fleet, &self.record.cluster, &self.record.uid, self.record.key);
        let entry = self.record.inventory.get(object).cloned();
        record.inventory.extend(entry.map(|entry| (object.clone(), entry)));
        let state = LiveState {
            uid: self.state.uid.clone(),
            record: Ok(Some(record)),
            kinds: BTreeMap::from([(kind, Kind::Listed { served, objects })]),
            admission: self.state.admission.clone(),
        };
        let previews = preview.into_iter().map(|preview| (object.clone(), preview)).collect();
        plan::build(&one, &state, &previews, self.job.schemas).changes.into_iter().next()
    }

    fn removed(&mut self, place: usize, change: &Change, removed: Removed) -> Option<Task> {
        let object = &change.object;
        match removed {
            Removed::Gone if change.action == Action::Delete => {
                self.gone.push(object.clone());
                self.end(place, ObjectEnd::Deleted);
                None
            }
            Removed::Gone => {
                self.gone.push(object.clone());
                let kind = (Arc::clone(&object.group), Arc::clone(&object.kind));
                if let Some(Kind::Listed { objects, .. }) = self.state.kinds.get_mut(&kind) {
                    objects.remove(object);
                }
                let task = self.write_of(place, change, None);
                self.fitting(place, change, task)
            }
            Removed::Terminating(finalizers) => {
                let held = match finalizers.is_empty() {
                    true => String::new(),
                    false => format!(", held by {}", finalizers.join(", ")),
                };
                self.not_deleted(place, change, &format!("it is still being deleted{held}"));
                None
            }
            Removed::Kept(why) if change.action == Action::Delete => {
                let message = format!("{object} is not deleted: {why}");
                let problem = Diagnostic::warning(codes::NOT_DELETED, message);
                self.problems
                    .push(problem.on(Arc::clone(&self.job.wanted.cluster)).about(object.to_string()));
                self.end(place, ObjectEnd::Untouched);
                None
            }
            Removed::Kept(why) => {
                self.not_deleted(place, change, &why);
                None
            }
            Removed::Refused(rejection) => {
                let why = rejection.phrase(self.hides(object));
                self.not_deleted(place, change, &why);
                None
            }
            Removed::Unknown(unknown) => {
                self.unclear(place, change, &unknown);
                None
            }
        }
    }

    fn not_deleted(&mut self, place: usize, change: &Change, why: &str) {
        let message = format!("{} was not deleted: {why}", change.object);
        let problem = Diagnostic::error(codes::NOT_DELETED, message);
        let help = "see what holds it; it stays in the record, and the same command tries again";
        self.fail(place, ObjectEnd::Failed(Arc::from(why)), problem.help(help));
    }

    /// Deletes what is no longer wanted, the last applied first, and writes what comes after that; only if everything
    /// before succeeded.
    pub async fn delete(&mut self, steps: &Steps, settled: &BTreeSet<ObjectRef>) {
        self.delete_all(&steps.deletions, settled).await;
        for wave in &steps.last {
            self.wave(wave, settled).await;
        }
        self.become_ready().await;
    }

    async fn delete_all(&mut self, waves: &[Wave], settled: &BTreeSet<ObjectRef>) {
        let objects: usize = waves.iter().map(|wave| wave.changes.len()).sum();
        if objects == 0 || self.failed || !self.may_begin() {
            return;
        }
        if let Err(failure) = self.proven.prove_again().await {
            self.halt(failure.diagnostic());
            return;
        }
        self.write_phase(Phase::Deleting).await;
        if self.halt == Some(Halt::Broken) {
            return;
        }
        (self.tell)(Event::Begun(Step::Deleting { objects }));
        for wave in waves {
            self.wave(wave, settled).await;
        }
    }
}

/// Whether an object that is to be made is not there yet.
fn is_still_absent(change: &Change, live: Option<&Live>) -> bool {
    matches!(change.action, Action::Create | Action::Replace(_)) && live.is_none()
}

/// Whether a failure is the server's own word, after it was asked often enough.
fn is_refusal(failure: &Unknown) -> bool {
    matches!(failure.reason, Reason::Status { .. })
}
