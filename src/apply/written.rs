//! What comes of writing an object.

use std::sync::Arc;

use super::codes;
use super::course::Course;
use super::fresh::last_writer;
use super::outcome::ObjectEnd;
use super::task::{NEW_KIND, Rounds, Task};
use super::trouble::Trouble;
use super::wait::Pending;
use crate::diagnostic::Diagnostic;
use crate::live::{Migration, Reason, Unknown, WriteFailure, Written};
use crate::object::ObjectRef;
use crate::plan::{Change, Kind, Live, Rejection};

impl Course<'_> {
    /// What is to be done next with an object that was written.
    pub fn landed(&mut self, place: usize, change: &Change, written: Written) -> Option<Task> {
        if written.was_there && !self.locks.made(&change.object, &self.job.wanted.set) {
            let message =
                format!("{} was made by somebody else at the same moment, and is taken over", change.object);
            let problem =
                Diagnostic::warning(codes::APPEARED, message).on(Arc::clone(&self.job.wanted.cluster));
            let writer = last_writer(&written.live).map(|writer| format!("by {writer}"));
            self.problems.push(writer.into_iter().fold(problem, Diagnostic::note));
            self.wrote(place, change, written.live);
            return None;
        }
        let migration = self.migration(change, &written.live);
        // Whatever comes of the rest: it is written.
        self.wrote(place, change, written.live);
        let migration = migration?;
        self.shared.insert(change.object.clone());
        Some(Task::Migrate(Box::new(migration)))
    }

    /// What is to be done next with an object that needed no writing any longer.
    pub fn was_done(&mut self, place: usize, change: &Change, live: Live) -> Option<Task> {
        let migration = self.migration(change, &live);
        self.found.insert(change.object.clone(), live);
        self.await_ready(Some(place), change);
        self.end(place, ObjectEnd::Written);
        let migration = migration?;
        self.shared.insert(change.object.clone());
        Some(Task::Migrate(Box::new(migration)))
    }

    /// Keeps an object that no other manager owns what was applied of any longer.
    pub fn migrated(&mut self, change: &Change, live: Live) {
        self.know(&change.object, live.clone());
        self.shared.remove(&change.object);
        let kept = match self.written.contains_key(&change.object) {
            true => &mut self.written,
            false => &mut self.found,
        };
        kept.insert(change.object.clone(), live);
    }

    /// What others still own of an object that is applied for the first time, as far as the record knows.
    pub fn migration(&self, change: &Change, live: &Live) -> Option<Migration> {
        let entry = self.record.inventory.get(&change.object);
        let is_first = entry.is_none_or(|entry| entry.applied.is_none());
        if !is_first {
            return None;
        }
        Migration::of(change, &self.ask(&change.object)?, live)
    }

    pub fn wrote(&mut self, place: usize, change: &Change, live: Live) {
        self.know(&change.object, live.clone());
        self.is_ours(&change.object, &live);
        if self.wave.keeps.contains_key(&place) {
            self.partly.insert(place);
            self.halves.insert(place);
        } else {
            self.halves.remove(&place);
        }
        self.absent.remove(&place);
        self.written.insert(change.object.clone(), live);
        self.await_ready(Some(place), change);
        self.end(place, ObjectEnd::Written);
    }

    /// That an object is the one that was applied, whatever becomes of its label: as the record will say in the end.
    fn is_ours(&mut self, object: &ObjectRef, live: &Live) {
        if let Some(entry) = self.record.inventory.get_mut(object) {
            entry.uid = live.uid().map(str::to_owned);
        }
    }

    /// Keeps what was read of an object just now.
    pub fn know(&mut self, object: &ObjectRef, live: Live) {
        let kind = (Arc::clone(&object.group), Arc::clone(&object.kind));
        if let Some(Kind::Listed { objects, .. }) = self.state.kinds.get_mut(&kind) {
            objects.insert(object.clone(), live);
        }
    }

    /// That an object is to become ready.
    pub fn await_ready(&mut self, place: Option<usize>, change: &Change) {
        match self.state.served(&change.object) {
            Some(served) => {
                let pending = Pending::new(place, change, served);
                self.pending.insert(change.object.clone(), pending);
            }
            None => self.is_unready(&change.object, place, "the server does not serve its kind"),
        }
    }

    pub fn not_written(
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
            WriteFailure::Unknown(unknown) => {
                rounds.is_doubtful |= unknown.is_doubtful();
                match unknown.reason {
                    Reason::Credentials(_)
                    | Reason::Tls
                    | Reason::Elsewhere(_)
                    | Reason::Status { code: 401, .. } => {
                        self.unclear(place, change, &unknown, rounds);
                        None
                    }
                    _ => {
                        rounds.failure = Some(*unknown);
                        self.look_of(place, change)
                    }
                }
            }
            WriteFailure::NoKind(what) => self.without_kind(place, change, &what, rounds),
            WriteFailure::TooLarge(bytes) => {
                let why = format!(
                    "it has {bytes} bytes, and a server keeps none of more than {}",
                    crate::live::MAX_SENT
                );
                self.refuse(place, change, &why, "make it smaller, or split it");
                None
            }
            WriteFailure::Refused(rejection) => self.refused(place, change, &rejection),
        }
    }

    /// The server does not serve the kind of an object: not yet, if this run defines it.
    fn without_kind(
        &mut self,
        place: usize,
        change: &Change,
        why: &str,
        rounds: &mut Rounds,
    ) -> Option<Task> {
        if self.is_defined_here(&change.object) && rounds.of_new_kind < NEW_KIND.0 {
            rounds.of_new_kind += 1;
            let live = self.state.live(&change.object).cloned();
            let task = self.write_of(place, change, live.as_ref());
            return self.fitting(place, change, task).map(Task::later);
        }
        let kind = &change.object.kind;
        let message = format!("{} was not written: the server no longer has the kind {kind}", change.object);
        let problem =
            Diagnostic::error(codes::KIND_GONE, message).help("see who removed its CustomResourceDefinition");
        self.halt(self.with_absence(place, problem));
        self.end(place, ObjectEnd::Failed(Arc::from(why)));
        None
    }

    fn refused(&mut self, place: usize, change: &Change, rejection: &Rejection) -> Option<Task> {
        let why = rejection.phrase(self.hides(&change.object));
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

    pub fn refuse(&mut self, place: usize, change: &Change, why: &str, help: &str) {
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

    /// That an object cannot be written as nobody answers who is asked, and whether that is known: nothing more is begun.
    pub fn unclear(&mut self, place: usize, change: &Change, unknown: &Unknown, rounds: &Rounds) {
        let why: Arc<str> = Arc::from(unknown.phrase());
        let (code, note, end) = match rounds.is_doubtful {
            true => {
                let note = format!("whether {} was written is not known", change.object);
                (codes::UNCLEAR, note, ObjectEnd::Unknown(why))
            }
            false => {
                (codes::NOT_WRITTEN, format!("{} was not written", change.object), ObjectEnd::Failed(why))
            }
        };
        let mut problem = unknown.diagnostic();
        problem.notes.insert(0, note);
        let problem = Diagnostic { code, ..problem }.about(change.object.to_string());
        self.halt(self.with_absence(place, problem));
        self.end(place, end);
    }

    pub fn not_migrated(&mut self, place: usize, change: &Change, failure: &WriteFailure) {
        let why = match failure {
            WriteFailure::Moved | WriteFailure::Taken(_) => "somebody keeps changing it".to_owned(),
            WriteFailure::Refused(rejection) => rejection.phrase(self.hides(&change.object)).to_string(),
            WriteFailure::TooLarge(bytes) => format!("it has {bytes} bytes"),
            WriteFailure::NoKind(what) => what.clone(),
            WriteFailure::Unknown(unknown) => unknown.phrase(),
        };
        let why = format!("others still own fields of it: {why}");
        let message = format!("{} was written, and {why}", change.object);
        let problem = Diagnostic::error(codes::NOT_MIGRATED, message)
            .note("as long as they do, a field that is no longer rendered stays");
        self.pending.remove(&change.object);
        self.fail(place, ObjectEnd::Unready(Arc::from(why)), problem.help("run the same command again"));
    }
}
