//! What comes of deleting an object.

use std::sync::Arc;

use super::codes;
use super::course::Course;
use super::outcome::ObjectEnd;
use super::task::Task;
use crate::diagnostic::Diagnostic;
use crate::live::Removed;
use crate::plan::{Action, Change, Kind};

impl Course<'_> {
    pub fn removed(&mut self, place: usize, change: &Change, removed: Removed) -> Option<Task> {
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
}
