//! Writing and deleting in waves: some objects side by side, and what failed in a doubtful way looked at again.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use super::begin::pause;
use super::course::{Course, Halt};
use super::event::{Event, Step};
use super::outcome::ObjectEnd;
use super::task::{Answer, Rounds, Task};
use super::trouble::Told;
use crate::object::ObjectRef;
use crate::plan::{Action, Before, Change, Phase, Steps, Wave};

/// How many objects are written or deleted side by side.
const SIDE_BY_SIDE: usize = 16;

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
            self.become_ready_from(Duration::ZERO).await;
            if !self.failed && self.may_begin() {
                let changes = steps.foundation.iter().flat_map(|wave| &wave.changes);
                let is_namespace = |place: &usize| {
                    self.change(*place).is_some_and(|change| change.object.is("", "Namespace"))
                };
                match changes.copied().all(|place| is_namespace(&place)) {
                    true => self.read_admission().await,
                    false => self.read_again().await,
                }
            }
        }
        for wave in &steps.writes {
            self.wave(wave, settled).await;
        }
    }

    async fn wave(&mut self, wave: &Wave, settled: &BTreeSet<ObjectRef>) {
        if self.failed || !self.may_begin() || !self.comes_after(wave).await {
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
        let mut looks = VecDeque::new();
        for place in places {
            let Some(change) = self.change(place) else { continue };
            looks.extend(self.look_of(place, change).map(|task| (place, task)));
        }
        self.do_all(looks).await;
    }

    /// Waits for what must have happened before; whether it did.
    async fn comes_after(&mut self, wave: &Wave) -> bool {
        match wave.before {
            Before::Nothing => true,
            Before::Ready => {
                self.await_unchanged(&wave.after);
                self.become_ready().await;
                !self.failed && self.may_begin()
            }
            Before::Settled => {
                let settle = self.job.patience.settle;
                (self.tell)(Event::Begun(Step::Settling(settle)));
                pause(&mut self.stop, settle).await;
                self.may_begin()
            }
        }
    }

    /// What is as it is to be, since somebody did it, or an earlier run did; what is left to do about it.
    fn settle(&mut self, place: usize, change: &Change) -> Option<Task> {
        let live = self.state.live(&change.object).cloned();
        match (&change.action, live) {
            (Action::Delete, None) => self.end(place, ObjectEnd::Deleted),
            // It is not ours to delete any longer, which has been told.
            (Action::Delete, Some(_)) => self.end(place, ObjectEnd::Untouched),
            (Action::Create | Action::Update | Action::Adopt | Action::Replace(_), Some(live)) => {
                return self.was_done(place, change, live);
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

    /// Does tasks, some side by side, until none is left. What has begun is let end, whatever happens.
    async fn do_all(&mut self, mut tasks: VecDeque<(usize, Task)>) {
        let mut under_way: JoinSet<(usize, Answer)> = JoinSet::new();
        let mut rounds: BTreeMap<usize, Rounds> = BTreeMap::new();
        let (mut unanswered, mut begun) = (BTreeSet::new(), BTreeSet::new());
        let patience = self.job.patience.ready;
        loop {
            let may_begin = self.may_begin();
            tasks.retain(|(place, task)| may_begin || !task.is_write() || self.may_write(*place));
            while under_way.len() < SIDE_BY_SIDE
                && let Some((place, task)) = tasks.pop_front()
            {
                if let (true, Some(change)) = (task.is_write() && begun.insert(place), self.change(place)) {
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
        self.tell_absent();
    }

    /// What is to be done next with an object.
    fn next(&mut self, place: usize, answer: Answer, rounds: &mut Rounds) -> Option<Task> {
        let change = self.change(place)?;
        match answer {
            Answer::Stopped => None,
            Answer::Wrote(Ok(written)) => self.landed(place, change, written),
            Answer::Wrote(Err(failure)) => self.not_written(place, change, failure, rounds),
            Answer::Looked(Ok((live, preview))) => self.looked(place, change, live, preview, rounds),
            Answer::Looked(Err(unknown)) => {
                self.unclear(place, change, &unknown, rounds);
                None
            }
            Answer::Migrated(Ok(live)) => {
                self.migrated(change, live);
                None
            }
            Answer::Migrated(Err(failure)) => {
                self.not_migrated(place, change, &failure);
                None
            }
            Answer::Removed(removed) => {
                self.removed(place, change, removed);
                None
            }
            Answer::Replaced(written) => {
                self.is_absent(place, change);
                self.next(place, Answer::Wrote(written), rounds)
            }
            Answer::Explained(told) => {
                let Told { problem, why, halts } = *told;
                match halts {
                    true => {
                        let problem = self.with_absence(place, problem);
                        self.halt(problem.about(change.object.to_string()));
                        self.end(place, ObjectEnd::Failed(why));
                    }
                    false => self.fail(place, ObjectEnd::Failed(why), problem),
                }
                None
            }
        }
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
