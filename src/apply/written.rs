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
        } else if let Some(migration) = self.migration(change, &written.live) {
            return Some(Task::Migrate(Box::new(migration)));
        }
        self.wrote(place, change, written.live);
        None
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
        if self.wave.keeps.contains_key(&place) {
            self.partly.insert(place);
        }
        self.written.insert(change.object.clone(), live);
        self.await_ready(Some(place), change);
        self.end(place, ObjectEnd::Written);
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
        let Some(served) = self.state.served(&change.object).cloned() else { return };
        let pending = Pending::new(place, change, served);
        self.pending.insert(change.object.clone(), pending);
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

    /// That it is not known what became of an object: nothing more is begun, as the server does not answer.
    pub fn unclear(&mut self, place: usize, change: &Change, unknown: &Unknown) {
        let why = Arc::from(unknown.phrase());
        let mut problem = unknown.diagnostic();
        problem.notes.insert(0, format!("whether {} was written is not known", change.object));
        self.halt(Diagnostic { code: codes::UNCLEAR, ..problem }.about(change.object.to_string()));
        self.end(place, ObjectEnd::Unknown(why));
    }

    pub fn not_migrated(&mut self, place: usize, change: &Change, failure: &WriteFailure) {
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
}
