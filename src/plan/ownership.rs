//! What of a live object is fleetwright's.

use serde_json::Value;

use super::FIELD_MANAGER;
use super::admission::Admission;
use super::record::{Applied, Entry};
use super::state::{Live, LiveState, Served};
use super::wanted::{SetId, WantedObject};
use crate::object::{Managed, ObjectRef, Operation, PART_OF, managed};

/// What fleetwright owns of an object by server-side apply: none if it owns nothing, or if that is not clear.
pub fn ours(object: &Value) -> Option<Managed> {
    let mut entries = managed(object).ok()?.into_iter().filter(is_ours);
    // Several are there where fields were applied in several versions of the API: then no digest says it all.
    match (entries.next(), entries.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    }
}

/// Whether an entry of `managedFields` is what fleetwright applied.
pub(super) fn is_ours(entry: &Managed) -> bool {
    entry.manager == FIELD_MANAGER && entry.operation == Operation::Apply && entry.subresource.is_none()
}

/// Whether fleetwright has applied a live object: not if who owns its fields is not clear.
pub fn is_applied(live: &Live) -> bool {
    managed(&live.object).is_ok_and(|managers| managers.iter().any(is_ours))
}

impl Entry {
    /// What is to be recorded of an object that was applied, from what the server returned.
    pub fn applied(
        wanted: &WantedObject<'_>,
        returned: &Live,
        served: &Served,
        admission: Option<&Admission>,
    ) -> Self {
        let owned = ours(&returned.object).map(|ours| ours.fields.digest(&returned.object));
        let applied = owned.zip(admission).map(|(owned, admission)| Applied {
            rendered: wanted.digest(),
            owned,
            admission: admission.around(wanted.reference(), served),
        });
        Self {
            api_version: wanted.object.api_version().to_owned(),
            unit: wanted.unit.to_owned(),
            uid: returned.uid().map(str::to_owned),
            applied,
            secrets: wanted.secrets.clone(),
        }
    }
}

/// Whether an object is the namespace of the record as a run made it for its lock, and died or was refused before it came
/// to write the record: nobody else has written anything into it.
pub(super) fn is_bare(object: &ObjectRef, live: &Live, set: &SetId) -> bool {
    let is_by_us = |entry: &Managed| entry.manager == FIELD_MANAGER;
    let managers = managed(&live.object).unwrap_or_default();
    set.is_namespace(object) && !managers.is_empty() && managers.iter().all(is_by_us)
}

/// Whether what is there of a wanted object is known to be fleetwright's, by the record and the UID or the label: what is
/// not is adopted, not updated. True where the record could not be read, which is told as such.
pub(super) fn is_of_fleet(object: &ObjectRef, live: &Live, state: &LiveState, set: &SetId) -> bool {
    if is_bare(object, live, set) {
        return true;
    }
    match &state.record {
        Ok(Some(record)) => record.inventory.get(object).is_some_and(|entry| {
            let is_it = entry.uid.is_some() && entry.uid.as_deref() == live.uid();
            is_it || live.label(PART_OF) == Some(set.as_str())
        }),
        Ok(None) => false,
        Err(_) => true,
    }
}

/// Why what is there may not be deleted, for good or to be made anew, as what was applied and recorded so: its UID must be
/// the recorded one, it must carry the label of the set, and have no owner. None if it may. Of what a run had recorded and
/// was killed before it knew the UID, that fleetwright applied it stands for the UID.
pub(super) fn disproof(entry: Option<&Entry>, live: &Live, set: &SetId) -> Option<String> {
    let Some(entry) = entry else {
        return Some("nothing proves that fleetwright made it: it is not recorded".to_owned());
    };
    match &entry.uid {
        None if !is_applied(live) => {
            return Some(
                "nothing proves that fleetwright made it: it was never applied to its end".to_owned(),
            );
        }
        Some(uid) if live.uid() != Some(uid) => {
            return Some(
                "it is another object than the one that was applied: it was made anew by somebody".to_owned(),
            );
        }
        Some(_) | None => {}
    }
    if live.label(PART_OF) != Some(set.as_str()) {
        return Some(format!("it does not carry the label {PART_OF} of this fleet any longer"));
    }
    live.owner().map(|owner| format!("it belongs to {owner}"))
}

/// Whether digests say that an object is as it was applied last, and that the server would take it again as it did
/// then: then a dry run would change nothing.
pub(super) fn is_untouched(
    wanted: &WantedObject<'_>,
    entry: &Entry,
    live: &Live,
    served: &Served,
    admission: &Admission,
    set: &SetId,
) -> bool {
    // What else is done to a bare pod (limits, service accounts, priorities) cannot be read off a configuration.
    if wanted.reference().is("", "Pod") {
        return false;
    }
    if !admission.knows(wanted.reference(), served) {
        return false;
    }
    let Some(applied) = &entry.applied else { return false };
    let Some(ours) = ours(&live.object) else { return false };
    entry.uid.as_deref() == live.uid()
        && live.label(PART_OF) == Some(set.as_str())
        && ours.api_version == wanted.object.api_version()
        && live.api_version() == Some(wanted.object.api_version())
        && applied.rendered == wanted.digest()
        && applied.owned == ours.fields.digest(&live.object)
        && applied.admission == admission.around(wanted.reference(), served)
}
