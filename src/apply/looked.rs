//! What an object has become that could not be written as it was looked at before.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::codes;
use super::course::Course;
use super::fresh::{changed_since, last_writer};
use super::outcome::ObjectEnd;
use super::task::{Rounds, Task};
use super::trouble::Trouble;
use crate::diagnostic::Diagnostic;
use crate::live::{Reason, Unknown, Written};
use crate::plan::{self, Action, Change, Kind, Live, LiveState, Preview, Record, Wanted, is_of_subsets};

/// How often an object is looked at again that somebody changes while it is written.
const ROUNDS: usize = 5;

impl Course<'_> {
    /// What an object has become that could not be written as it was looked at before.
    pub fn looked(
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
            let why = Arc::from(unread.why.as_str());
            self.halt(self.with_absence(place, (*unread.problem).clone().about(change.object.to_string())));
            self.end(
                place,
                match rounds.is_doubtful {
                    true => ObjectEnd::Unknown(why),
                    false => ObjectEnd::Failed(why),
                },
            );
            return None;
        }
        // What is there says what became of every try before.
        rounds.is_doubtful = false;
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
                if self.is_approved(place, change, &fresh)
                    || is_still_absent(change, live.as_ref())
                    || self.is_of_this_run(change, &fresh, live.as_ref()) =>
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
                let is_made = self.is_of_this_run(change, &fresh, live.as_ref());
                let task = self.write_of(place, if is_made { &fresh } else { change }, live.as_ref());
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

    /// Whether what is to be done again is done to an object that this run has made: all of it was agreed to, and it
    /// takes nothing from others.
    fn is_of_this_run(&self, change: &Change, fresh: &Change, live: Option<&Live>) -> bool {
        let made = self.written.get(&change.object).and_then(Live::uid);
        matches!(change.action, Action::Create | Action::Replace(_))
            && fresh.action == Action::Update
            && fresh.conflicts.is_empty()
            && made.is_some()
            && live.and_then(Live::uid) == made
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
}

/// Whether an object that is to be made is not there yet.
fn is_still_absent(change: &Change, live: Option<&Live>) -> bool {
    matches!(change.action, Action::Create | Action::Replace(_)) && live.is_none()
}

/// Whether a failure is the server's own word, after it was asked often enough.
fn is_refusal(failure: &Unknown) -> bool {
    matches!(failure.reason, Reason::Status { .. })
}
