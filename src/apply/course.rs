//! The course of a run under its lock: what has been done so far, and whether anything more may be begun.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::begin::Locks;
use super::book;
use super::codes;
use super::event::Event;
use super::outcome::{End, Ended, ObjectEnd, Outcome};
use super::run::{Job, Stop};
use super::wait::Pending;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::live::{Failure, Proven, Version};
use crate::object::ObjectRef;
use crate::plan::{Change, Live, LiveState, Phase, Record, Wave};

/// What has been done so far.
pub(super) struct Course<'a> {
    pub proven: &'a Proven,
    pub job: &'a Job<'a>,
    pub locks: &'a Locks,
    pub stop: Stop,
    pub tell: &'a (dyn Fn(Event) + Sync),
    /// What is there, as it was read last; with the record as it is written.
    pub state: LiveState,
    pub record: Record,
    pub version: Version,
    /// What became of each change, by its place in the plan.
    pub ends: BTreeMap<usize, ObjectEnd>,
    /// What the server returned of every object that was written.
    pub written: BTreeMap<ObjectRef, Live>,
    /// What the server had of every object that needed no writing any longer, as somebody did it, or an earlier run.
    pub found: BTreeMap<ObjectRef, Live>,
    /// What was written, and others still own a part of: the next run takes it.
    pub shared: BTreeSet<ObjectRef>,
    /// What was deleted.
    pub gone: Vec<ObjectRef>,
    /// What was deleted to be made again, and is not made again yet: by its place in the plan.
    pub absent: BTreeSet<usize>,
    /// What was written and is not known to be ready.
    pub pending: BTreeMap<ObjectRef, Pending>,
    /// How often somebody has changed back what was written: by the object and the manager.
    pub contested: BTreeMap<(ObjectRef, String), usize>,
    /// The wave that is under way, with what those before keep for now.
    pub wave: Wave,
    /// What was written only in part so far, and is written once more.
    pub partly: BTreeSet<usize>,
    /// Those of them that are still so.
    pub halves: BTreeSet<usize>,
    /// Why pods could not be asked for what keeps their workloads from becoming ready; each is told once.
    pub unexplained: BTreeSet<String>,
    pub problems: Diagnostics,
    /// Whether something went wrong with an object, so that nothing after its wave is begun.
    pub failed: bool,
    /// Why nothing more is begun at all.
    pub halt: Option<Halt>,
}

/// Why nothing more is begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Halt {
    /// A signal came.
    Stopped,
    /// The lock is not ours any longer.
    LostLock,
    /// Something that all that follows needs is not there; it has been told.
    Broken,
}

impl<'a> Course<'a> {
    /// The change at a place of the plan.
    pub fn change(&self, place: usize) -> Option<&'a Change> {
        self.job.plan.changes.get(place)
    }

    /// Whether something may be begun: no signal came, the lock is ours, nothing is broken.
    pub fn may_begin(&mut self) -> bool {
        if self.halt.is_none() && *self.stop.borrow() {
            self.halt = Some(Halt::Stopped);
        }
        if self.halt.is_none() && !self.locks.are_held() {
            self.halt = Some(Halt::LostLock);
            let cluster = &self.job.wanted.cluster;
            let message = format!("the lock of cluster \"{cluster}\" was lost: {}", self.locks.loss());
            let problem = Diagnostic::error(codes::LOST_LOCK, message).on(Arc::clone(cluster));
            let problem = problem.note("what was under way was let end, and nothing was begun any more");
            self.problems.push(
                problem.help("see who holds it with `fleetwright status`, then run the same command again"),
            );
        }
        self.halt.is_none()
    }

    /// Whether something may be written to an object: also what was deleted to be made again is made, whatever else
    /// stops the run, as long as the lock is ours.
    pub fn may_write(&mut self, place: usize) -> bool {
        self.may_begin() || (self.absent.contains(&place) && self.locks.are_held())
    }

    /// Ends everything for a reason that is told.
    pub fn halt(&mut self, problem: Diagnostic) {
        self.halt = self.halt.or(Some(Halt::Broken));
        self.problems.push(problem.on(Arc::clone(&self.job.wanted.cluster)));
    }

    /// That a part of the run has panicked: the run ends as if it were told to.
    pub fn panicked(&mut self) {
        let message = "a part of fleetwright failed by a mistake of its own; nothing more was begun";
        self.halt(
            Diagnostic::error(codes::DEFECT, message)
                .help("run the same command again, and report it, please"),
        );
    }

    /// Says what became of an object.
    pub fn end(&mut self, place: usize, end: ObjectEnd) {
        let end = match end {
            ObjectEnd::Failed(why) if self.absent.contains(&place) => ObjectEnd::Missing(why),
            end => end,
        };
        if let Some(change) = self.change(place) {
            (self.tell)(Event::Object {
                object: change.object.clone(),
                unit: change.unit.clone(),
                end: end.clone(),
            });
        }
        self.ends.insert(place, end);
    }

    /// Says that an object failed, and why.
    pub fn fail(&mut self, place: usize, end: ObjectEnd, problem: Diagnostic) {
        self.failed = true;
        let object = self.change(place).map(|change| change.object.to_string()).unwrap_or_default();
        let problem = self.with_absence(place, problem);
        self.problems.push(problem.on(Arc::clone(&self.job.wanted.cluster)).about(object));
        self.end(place, end);
    }

    /// A problem of an object; with the word that it is missing now, if it was deleted to be made again.
    pub fn with_absence(&self, place: usize, problem: Diagnostic) -> Diagnostic {
        match self.absent.contains(&place) {
            true => {
                problem.note("it was deleted to be made again, and is missing now; the same command makes it")
            }
            false => problem,
        }
    }

    /// Tells what was deleted to be made again and was not reached any more after that.
    pub fn tell_absent(&mut self) {
        for place in self.absent.clone() {
            let Some(change) = self.change(place).filter(|_| !self.ends.contains_key(&place)) else {
                continue;
            };
            let why = "the run ended before it was made again";
            let problem =
                Diagnostic::error(codes::NOT_WRITTEN, format!("{} was not written: {why}", change.object));
            self.fail(place, ObjectEnd::Failed(Arc::from(why)), problem.help("run the same command again"));
        }
    }

    /// Writes the record, as the one after that which was written last.
    pub async fn write_record(&mut self, record: Record) -> Result<(), Failure> {
        let set = &self.job.wanted.set;
        self.version = self.proven.write_record(set, &record, Some(&self.version)).await?;
        self.state.record = Ok(Some(record.clone()));
        self.record = record;
        Ok(())
    }

    /// Says in the record that from now on something is deleted.
    pub async fn write_phase(&mut self, phase: Phase) {
        let mut record = self.record.clone();
        if let Some(run) = &mut record.run {
            run.phase = phase;
        }
        if let Err(failure) = self.write_record(record).await {
            self.halt(failure.diagnostic());
        }
    }

    /// Records what became of everything, and says it.
    pub async fn finish(mut self) -> Outcome {
        let is_done = self.halt.is_none() && !self.failed;
        // A run that lost its lock writes nothing any more: what it made is in the record since before it was made.
        if self.halt != Some(Halt::LostLock) {
            match super::begin::now(self.proven) {
                Ok(now) => {
                    let halves = self.halves.iter().filter_map(|place| self.change(*place));
                    let unfinished = self
                        .shared
                        .iter()
                        .cloned()
                        .chain(halves.map(|change| change.object.clone()))
                        .collect();
                    let ending = book::Ending {
                        written: &self.written,
                        found: &self.found,
                        unfinished: &unfinished,
                        gone: &self.gone,
                        state: &self.state,
                        now,
                        is_done,
                        has_failed: self.failed,
                    };
                    let record = book::narrowed(self.record.clone(), self.job, &ending);
                    if let Err(failure) = self.write_record(record).await {
                        self.failed = true;
                        self.problems.push(failure.diagnostic());
                    }
                }
                Err(problems) => {
                    self.failed = true;
                    self.problems.append(problems);
                }
            }
        }
        let end = match self.halt {
            Some(Halt::Stopped) => End::Stopped,
            Some(Halt::LostLock | Halt::Broken) => End::Partial,
            None if self.failed => End::Partial,
            None => End::Done,
        };
        outcome(self.job, end, &self.ends, self.problems)
    }
}

/// What came of a job, with what became of some of its changes; the others were not reached.
pub(super) fn outcome(
    job: &Job<'_>,
    end: End,
    ends: &BTreeMap<usize, ObjectEnd>,
    problems: Diagnostics,
) -> Outcome {
    let changes = job.plan.changes.iter().enumerate().filter(|(_, change)| change.action.is_carried_out());
    let objects = changes.map(|(place, change)| Ended {
        object: change.object.clone(),
        unit: change.unit.clone(),
        end: ends.get(&place).cloned().unwrap_or(ObjectEnd::Untouched),
    });
    let is_unchanged = |change: &&Change| change.action == crate::plan::Action::Unchanged;
    Outcome {
        end,
        objects: objects.collect(),
        unchanged: job.plan.changes.iter().filter(is_unchanged).count(),
        problems,
    }
}
