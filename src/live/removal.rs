//! Deleting an object of the fleet: what a plan names, if it is still the one that it names.

use std::time::Duration;

use tokio::time::sleep;

use super::channel::Channel;
use super::connection::Proven;
use super::request::Request;
use super::status::Status;
use super::unknown::Unknown;
use crate::object::{ObjectRef, PART_OF};
use crate::plan::{Action, Change, Live, Rejection, Served, SetId};

/// How often an object is tried to be deleted that somebody changes at the same time.
const TRIES: usize = 5;

/// How long is waited before an object is looked at again that is being deleted.
const PAUSE: Duration = Duration::from_millis(250);

/// An object that is to be deleted. Made of a change of a plan that says so.
#[derive(Clone, Debug)]
pub struct Removal {
    pub(super) object: ObjectRef,
    pub(super) served: Served,
    /// Whether what the server says of it may repeat a secret.
    pub(super) hides: bool,
    uid: String,
    version: String,
    label: String,
}

impl Removal {
    /// The deletion of an object, if a change says that it is deleted, for good or to be made again, and if what is
    /// there is what was recorded under this UID, with the label of the set.
    pub fn of(
        change: &Change,
        served: &Served,
        live: &Live,
        recorded: Option<&str>,
        set: &SetId,
        hides: bool,
    ) -> Option<Self> {
        let is_removal = matches!(change.action, Action::Delete | Action::Replace(_));
        let is_ours = recorded.is_some() && live.uid() == recorded;
        let is_labelled = live.label(PART_OF) == Some(set.as_str());
        let removal = Self {
            object: change.object.clone(),
            served: served.clone(),
            hides,
            uid: live.uid()?.to_owned(),
            version: live.version()?.to_owned(),
            label: set.as_str().to_owned(),
        };
        (is_removal && is_ours && is_labelled && live.owner().is_none()).then_some(removal)
    }

    pub(super) fn uid(&self) -> &str {
        &self.uid
    }

    pub(super) fn version(&self) -> &str {
        &self.version
    }

    /// Whether what is there now may be deleted in its place, and if not, why.
    fn disproof(&self, live: &Live) -> Option<String> {
        if live.uid() != Some(&self.uid) {
            return Some("it is another object by now: somebody deleted it and made it anew".to_owned());
        }
        if live.label(PART_OF) != Some(&self.label) {
            return Some(format!("it does not carry the label {PART_OF} of this fleet any longer"));
        }
        live.owner().map(|owner| format!("it belongs to {owner} by now"))
    }
}

/// What became of an object that was to be deleted.
#[derive(Clone, Debug)]
pub enum Removed {
    /// It is gone.
    Gone,
    /// It will be, once these finalizers are done with it.
    Terminating(Vec<String>),
    /// It is not the one any longer that was to be deleted, and is left alone: why.
    Kept(String),
    /// The server says each time that it has changed, or that something else changed at the same moment; nothing says
    /// that it may not be deleted. The server's words, if it has any.
    Contested(Option<Rejection>),
    /// The server does not delete it.
    Refused(Rejection),
    /// It is there as it was: nobody was asked who could delete it.
    Untouched(Box<Unknown>),
    /// It is not known.
    Unknown(Box<Unknown>),
}

impl Proven {
    /// Deletes an object of the fleet, in the background, if it is still the one in the version that was looked at. If
    /// somebody changed it in between, it is looked at again, and deleted only if it is still provably ours. Waits
    /// until it is gone, for as long as this at most, and not once `enough` says so or the lock is lost.
    pub async fn remove(
        &self,
        removal: &Removal,
        patience: Duration,
        enough: &(dyn Fn() -> bool + Sync),
    ) -> Removed {
        match self.channel.remove(removal, &Wait { patience, enough }).await {
            Ok(removed) => removed,
            Err((unknown, false)) => Removed::Untouched(Box::new(unknown)),
            Err((unknown, true)) => Removed::Unknown(Box::new(unknown)),
        }
    }
}

fn doubtful(unknown: Unknown) -> (Unknown, bool) {
    (unknown, true)
}

/// How long is waited until something is gone.
struct Wait<'a> {
    patience: Duration,
    enough: &'a (dyn Fn() -> bool + Sync),
}

impl Channel {
    /// A failure comes with whether something may have been deleted all the same.
    async fn remove(&self, removal: &Removal, wait: &Wait<'_>) -> Result<Removed, (Unknown, bool)> {
        let mut removal = removal.clone();
        let (mut last, mut unanswered) = (None, None);
        for tried in 0..TRIES {
            if tried > 0 {
                sleep(PAUSE).await;
            }
            let request = Request::delete(&removal);
            let answer = match self.send(&request).await {
                Ok(answer) => answer,
                // What was asked may have been done; and if not, it is asked again.
                Err(unknown) if unknown.is_doubtful() => match self.now(&removal).await.map_err(doubtful)? {
                    None => return Ok(Removed::Gone),
                    Some(live) if live.terminating().is_some() => {
                        return self.gone(&removal, wait).await.map_err(doubtful);
                    }
                    Some(_) => {
                        unanswered = Some(unknown);
                        continue;
                    }
                },
                Err(unknown) => return Err((unknown, false)),
            };
            match answer.code {
                200 | 202 => return self.gone(&removal, wait).await.map_err(doubtful),
                404 if Status::read(&answer.text)
                    .is_some_and(|status| status.name == *removal.object.name) =>
                {
                    return Ok(Removed::Gone);
                }
                409 => {
                    unanswered = None;
                    let live = self.now(&removal).await.map_err(|unknown| (unknown, false))?;
                    let Some(live) = live else { return Ok(Removed::Gone) };
                    if let Some(why) = removal.disproof(&live) {
                        return Ok(Removed::Kept(why));
                    }
                    if live.terminating().is_some() {
                        return self.gone(&removal, wait).await.map_err(doubtful);
                    }
                    let version = live.version().map(str::to_owned).ok_or_else(|| {
                        (self.unreadable(&request.asked(), "it has no resourceVersion"), false)
                    })?;
                    removal.version = version;
                    last = Status::read(&answer.text).map(|status| self.rejection(&answer, status));
                }
                401 => return Err((self.failed(&request, &answer), false)),
                code if request.is_passing(code, &answer.text) => {
                    return Err(doubtful(self.failed(&request, &answer)));
                }
                _ => {
                    return match Status::read(&answer.text) {
                        Some(status) => Ok(Removed::Refused(self.rejection(&answer, status))),
                        None => Err(doubtful(self.failed(&request, &answer))),
                    };
                }
            }
        }
        match unanswered {
            Some(unknown) => Err(doubtful(unknown)),
            None => Ok(Removed::Contested(last)),
        }
    }

    /// Waits until it is gone.
    async fn gone(&self, removal: &Removal, wait: &Wait<'_>) -> Result<Removed, Unknown> {
        let until = tokio::time::Instant::now() + wait.patience;
        loop {
            let live = match self.now(removal).await? {
                None => return Ok(Removed::Gone),
                // Another one of its name.
                Some(live) if live.uid() != Some(&removal.uid) => return Ok(Removed::Gone),
                Some(live) => live,
            };
            if tokio::time::Instant::now() >= until || (wait.enough)() || !self.is_fenced() {
                return Ok(Removed::Terminating(live.finalizers()));
            }
            sleep(PAUSE).await;
        }
    }

    async fn now(&self, removal: &Removal) -> Result<Option<Live>, Unknown> {
        self.one(&removal.served.api_version, &removal.served, &removal.object).await
    }
}
