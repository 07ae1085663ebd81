//! Who owns the fields of an object of the fleet: once it is applied, nobody else by a plain update.

use serde_json::Value;

use super::channel::Channel;
use super::connection::Proven;
use super::preview::accepted;
use super::request::Request;
use super::status::Status;
use super::write::WriteFailure;
use crate::object::migrated;
use crate::plan::{Action, Ask, Change, FIELD_MANAGER, Live};

/// How often it is tried with an object that somebody changes at the same time.
const TRIES: usize = 5;

/// An object of which others own by plain updates what fleetwright has applied. As long as they do, a field that is no
/// longer rendered stays.
#[derive(Clone, Debug)]
pub struct Migration {
    pub(super) ask: Ask,
    /// The version of the object that it was judged by.
    pub(super) version: String,
    /// `metadata.managedFields` as they are to be.
    pub(super) managers: Value,
    live: Live,
}

impl Migration {
    /// What is to be done about an object that was applied, if something is: `live` is the object as it is after that.
    pub fn of(change: &Change, ask: &Ask, live: &Live) -> Option<Self> {
        let is_applied = match change.action {
            Action::Create | Action::Update | Action::Adopt | Action::Replace(_) | Action::Unchanged => true,
            Action::Delete
            | Action::Keep(_)
            | Action::Stray
            | Action::Terminating(_)
            | Action::Refused(_)
            | Action::Unknown(_) => false,
        };
        let managers =
            migrated(&live.object, FIELD_MANAGER).filter(|_| is_applied && change.object == ask.object)?;
        let version = live.version()?.to_owned();
        Some(Self { ask: ask.clone(), version, managers, live: live.clone() })
    }

    /// The same, judged by a newer state of the object; none if nothing is left to do.
    fn with(&self, live: Live) -> Option<Self> {
        let managers = migrated(&live.object, FIELD_MANAGER)?;
        let version = live.version()?.to_owned();
        Some(Self { ask: self.ask.clone(), version, managers, live })
    }
}

impl Proven {
    /// Takes from other managers the fields that fleetwright owns by server-side apply, if they own them by plain
    /// updates alone; no value changes. Returns the object as it is afterwards. If somebody changes it at the same
    /// time, it is looked at again.
    ///
    /// # Errors
    /// If that cannot be done, or is not known.
    pub async fn migrate(&self, migration: &Migration) -> Result<Live, WriteFailure> {
        self.channel.migrate(migration).await
    }
}

impl Channel {
    async fn migrate(&self, migration: &Migration) -> Result<Live, WriteFailure> {
        let unknown = |unknown| WriteFailure::Unknown(Box::new(unknown));
        let mut migration = migration.clone();
        let uid = migration.live.uid().map(str::to_owned);
        for _ in 0..TRIES {
            let request = Request::migrate(&migration);
            match self.send(&request).await {
                Ok(answer) if answer.code == 200 => {
                    let object = accepted(&answer.text, &migration.ask);
                    let object = object.map_err(|what| unknown(self.unreadable(&request.asked(), what)))?;
                    return Ok(Live { object });
                }
                Ok(answer) if answer.code == 409 => {}
                Ok(answer) if answer.code == 401 || request.is_passing(answer.code, &answer.text) => {
                    return Err(unknown(self.failed(&request, &answer)));
                }
                Ok(answer) => {
                    return Err(match Status::read(&answer.text) {
                        Some(status) => WriteFailure::Refused(self.rejection(&answer, status)),
                        None => unknown(self.failed(&request, &answer)),
                    });
                }
                // It may have been done all the same.
                Err(doubtful) if doubtful.is_doubtful() => {}
                Err(failed) => return Err(unknown(failed)),
            }
            let Ask { api_version, served, object, .. } = &migration.ask;
            let now = self.one(api_version, served, object).await.map_err(unknown)?;
            let Some(now) = now.filter(|now| now.uid() == uid.as_deref()) else {
                return Err(WriteFailure::Moved);
            };
            match migration.with(now.clone()) {
                Some(next) => migration = next,
                None => return Ok(now),
            }
        }
        Err(WriteFailure::Moved)
    }
}
