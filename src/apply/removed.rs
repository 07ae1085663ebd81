//! What comes of deleting an object.

use std::sync::Arc;

use super::codes;
use super::course::Course;
use super::outcome::ObjectEnd;
use crate::diagnostic::Diagnostic;
use crate::live::Removed;
use crate::plan::{Action, Change, Kind};

impl Course<'_> {
    pub fn removed(&mut self, place: usize, change: &Change, removed: Removed) {
        let object = &change.object;
        match removed {
            Removed::Gone => {
                self.gone.push(object.clone());
                self.end(place, ObjectEnd::Deleted);
            }
            Removed::Terminating(finalizers) => {
                if change.action != Action::Delete {
                    self.absent.insert(place);
                }
                let held = match finalizers.is_empty() {
                    true => String::new(),
                    false => format!(", held by {}", finalizers.join(", ")),
                };
                self.not_deleted(place, change, &format!("it is still being deleted{held}"));
            }
            Removed::Kept(why) if change.action == Action::Delete => {
                let message = format!("{object} is not deleted: {why}");
                let problem = Diagnostic::warning(codes::NOT_DELETED, message);
                self.problems
                    .push(problem.on(Arc::clone(&self.job.wanted.cluster)).about(object.to_string()));
                self.end(place, ObjectEnd::Untouched);
            }
            Removed::Kept(why) => {
                self.not_deleted(place, change, &why);
            }
            Removed::Contested(rejection) => {
                let words = rejection.map(|rejection| rejection.phrase(self.hides(object)));
                let why = match words {
                    Some(words) => {
                        format!("somebody changes it, or what it counts against, each time: {words}")
                    }
                    None => "somebody keeps changing it".to_owned(),
                };
                self.not_deleted(place, change, &why);
            }
            Removed::Refused(rejection) => {
                let why = rejection.phrase(self.hides(object));
                self.not_deleted(place, change, &why);
            }
            Removed::Untouched(unknown) => {
                let mut problem = unknown.diagnostic();
                problem.notes.insert(0, format!("{object} was not deleted"));
                self.halt(Diagnostic { code: codes::NOT_DELETED, ..problem }.about(object.to_string()));
                self.end(place, ObjectEnd::Failed(Arc::from(unknown.phrase())));
            }
            Removed::Unknown(unknown) => {
                let mut problem = unknown.diagnostic();
                problem.notes.insert(0, format!("whether {object} was deleted is not known"));
                self.halt(Diagnostic { code: codes::UNCLEAR, ..problem }.about(object.to_string()));
                self.end(place, ObjectEnd::Unknown(Arc::from(unknown.phrase())));
            }
        }
    }

    /// Keeps that an object is gone which is made again.
    pub fn is_absent(&mut self, place: usize, change: &Change) {
        let object = &change.object;
        self.gone.push(object.clone());
        self.absent.insert(place);
        let kind = (Arc::clone(&object.group), Arc::clone(&object.kind));
        if let Some(Kind::Listed { objects, .. }) = self.state.kinds.get_mut(&kind) {
            objects.remove(object);
        }
    }

    fn not_deleted(&mut self, place: usize, change: &Change, why: &str) {
        let message = format!("{} was not deleted: {why}", change.object);
        let problem = Diagnostic::error(codes::NOT_DELETED, message);
        let problem =
            problem.help("see what holds it; it stays in the record, and the same command tries again");
        self.fail(place, ObjectEnd::Failed(Arc::from(why)), problem);
    }
}
