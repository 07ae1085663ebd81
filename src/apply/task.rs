//! What is done to one object at a time: a write, a look, a deletion.

use std::sync::Arc;
use std::time::Duration;

use super::begin::pause;
use super::codes;
use super::course::Course;
use super::outcome::ObjectEnd;
use super::run::Stop;
use super::trouble::{Told, Trouble};
use crate::diagnostic::Diagnostic;
use crate::live::{Migration, Proven, Removal, Removed, Unknown, Write, WriteFailure, Written};
use crate::object::ObjectRef;
use crate::plan::{Action, Ask, Change, Live, Preview};

/// How often, and how far apart, an object is tried whose kind was defined just now: the server takes a moment to serve it.
pub(super) const NEW_KIND: (usize, Duration) = (20, Duration::from_millis(500));

/// Something to do with one object; done on a task of its own.
pub(super) enum Task {
    Write(Box<Write>),
    /// The same after a moment, of a kind that is not served yet.
    WriteLater(Box<Write>),
    Look(Box<Ask>),
    Migrate(Box<Migration>),
    Remove(Box<Removal>),
    /// To delete it and make it again: one piece of work, so that nothing but the loss of the lock comes in between.
    Replace(Box<Removal>, Box<Write>),
    Explain(Box<Trouble>, Box<ObjectRef>),
}

/// What came of it.
pub(super) enum Answer {
    Wrote(Result<Written, WriteFailure>),
    /// A signal came before it was sent.
    Stopped,
    Looked(Result<(Option<Live>, Option<Preview>), Unknown>),
    Migrated(Result<Live, WriteFailure>),
    Removed(Removed),
    /// It was deleted; what came of making it again.
    Replaced(Result<Written, WriteFailure>),
    Explained(Box<Told>),
}

impl Task {
    /// Whether it changes the cluster.
    pub fn is_write(&self) -> bool {
        match self {
            Self::Write(_) | Self::WriteLater(_) | Self::Migrate(_) | Self::Remove(_) | Self::Replace(..) => {
                true
            }
            Self::Look(_) | Self::Explain(..) => false,
        }
    }

    /// The same, once the server serves a kind that was defined just now.
    pub fn later(self) -> Self {
        match self {
            Self::Write(write) => Self::WriteLater(write),
            Self::WriteLater(_)
            | Self::Look(_)
            | Self::Migrate(_)
            | Self::Remove(_)
            | Self::Replace(..)
            | Self::Explain(..) => self,
        }
    }

    pub async fn done(self, proven: &Proven, patience: Duration, stop: &Stop) -> Answer {
        match self {
            Self::Write(write) => Answer::Wrote(proven.write(&write).await),
            Self::WriteLater(write) => match pause(&mut stop.clone(), NEW_KIND.1).await {
                true => Answer::Stopped,
                false => Answer::Wrote(proven.write(&write).await),
            },
            Self::Look(ask) => Answer::Looked(look(proven, *ask).await),
            Self::Migrate(migration) => Answer::Migrated(proven.migrate(&migration).await),
            Self::Remove(removal) => {
                // What is deleted goes by itself; nobody who wants to stop has to wait for it.
                let enough = || *stop.borrow();
                Answer::Removed(proven.remove(&removal, patience, &enough).await)
            }
            Self::Replace(removal, write) => match proven.remove(&removal, patience, &|| false).await {
                Removed::Gone => Answer::Replaced(proven.write(&write).await),
                left => Answer::Removed(left),
            },
            Self::Explain(trouble, object) => {
                Answer::Explained(Box::new(trouble.told(proven, &object).await))
            }
        }
    }
}

/// What a wave remembers of one of its objects.
#[derive(Default)]
pub(super) struct Rounds {
    /// How often it was looked at again.
    pub looked: usize,
    /// How often it was tried while its kind was new.
    pub of_new_kind: usize,
    /// Whether a try since then may have been acted on all the same.
    pub is_doubtful: bool,
    /// What the last failure said, if it said that the server could not.
    pub failure: Option<Unknown>,
}

async fn look(proven: &Proven, ask: Ask) -> Result<(Option<Live>, Option<Preview>), Unknown> {
    let live = proven.object(&ask.api_version, &ask.served, &ask.object).await?;
    let object = ask.object.clone();
    let preview = proven.previews(vec![ask]).await.remove(&object);
    Ok((live, preview))
}

impl Course<'_> {
    /// What is to be done for a change; tells if that cannot be said any longer.
    pub fn task(&mut self, place: usize, change: &Change) -> Option<Task> {
        let live = self.state.live(&change.object).cloned();
        let task = match &change.action {
            Action::Create | Action::Update | Action::Adopt => self.write_of(place, change, live.as_ref()),
            Action::Delete => self.removal(change, live.as_ref()).map(Task::Remove),
            Action::Replace(_) => {
                let write = self.prepared(place, change, None);
                match live {
                    Some(live) => {
                        self.removal(change, Some(&live)).zip(write).map(|(old, new)| Task::Replace(old, new))
                    }
                    None => write.map(Task::Write),
                }
            }
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
    pub fn fitting(&mut self, place: usize, change: &Change, task: Option<Task>) -> Option<Task> {
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

    pub fn ask(&self, object: &ObjectRef) -> Option<Ask> {
        let wanted = self.job.wanted.objects.get(object)?;
        Some(Ask {
            object: object.clone(),
            api_version: Arc::from(wanted.object.api_version()),
            served: self.state.served(object)?.clone(),
            body: wanted.body(&self.job.wanted.set),
            hides: self.hides(object),
        })
    }

    pub fn write_of(&self, place: usize, change: &Change, live: Option<&Live>) -> Option<Task> {
        self.prepared(place, change, live).map(Task::Write)
    }

    fn prepared(&self, place: usize, change: &Change, live: Option<&Live>) -> Option<Box<Write>> {
        let ask = self.ask(&change.object)?;
        let ask = Ask { body: self.wave.body(place, ask.body), ..ask };
        // Every conflict was allowed: what stands in the way of a plan was looked for twice.
        Some(Box::new(Write::of(change, ask, live, !change.conflicts.is_empty())?))
    }

    /// To look again at what is there of an object, and at what would become of it.
    pub fn look_of(&mut self, place: usize, change: &Change) -> Option<Task> {
        let task = self.ask(&change.object).map(|ask| Task::Look(Box::new(ask)));
        self.fitting(place, change, task)
    }

    fn removal(&self, change: &Change, live: Option<&Live>) -> Option<Box<Removal>> {
        let recorded = self.record.inventory.get(&change.object).and_then(|entry| entry.uid.as_deref());
        let hides = self.hides(&change.object);
        let served = self.state.served(&change.object)?;
        let removal = Removal::of(change, served, live?, recorded, &self.job.wanted.set, hides)?;
        Some(Box::new(removal))
    }

    /// Whether what the server says of an object may repeat a secret.
    pub fn hides(&self, object: &ObjectRef) -> bool {
        let wanted = self.job.wanted.objects.get(object).is_some_and(|wanted| !wanted.secrets.is_empty());
        let recorded = self.record.inventory.get(object).is_some_and(|entry| !entry.secrets.is_empty());
        wanted || recorded || object.is("", "Secret")
    }
}
