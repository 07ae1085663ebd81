//! What is kept in the record while a cluster is changed: widened before the first write, narrowed after the last.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::run::{Applied, Job, covered};
use crate::object::{ObjectRef, migrated};
use crate::plan::{
    Action, Admission, Change, Entry, FIELD_MANAGER, Judged, Kept, Kind, Live, LiveState, PART_OF, Phase,
    Record, Release, Run, Wanted, WantedObject, is_applied,
};

/// What is known at the end of a run, beside the record as it was.
pub(super) struct Ending<'a> {
    /// What the server returned of every object that was written.
    pub written: &'a BTreeMap<ObjectRef, Live>,
    /// What the server had of every object that was as it is to be by then, though it was to be written.
    pub found: &'a BTreeMap<ObjectRef, Live>,
    /// Those of both that others still own a part of, or that still have subsets which are no longer rendered.
    pub unfinished: &'a BTreeSet<ObjectRef>,
    /// What is gone.
    pub gone: &'a [ObjectRef],
    /// What was there after all that others need was written.
    pub state: &'a LiveState,
    /// Now, by the clock of the server.
    pub now: Timestamp,
    /// Whether everything is as it is to be, and ready.
    pub is_done: bool,
    /// Whether something is not: then what was ready before is so no longer.
    pub has_failed: bool,
}

/// Whether the record says already what a run without any write would leave in it.
pub(super) fn is_settled(record: &Record, job: &Job<'_>) -> bool {
    let is_named = record.cluster == *job.wanted.cluster;
    let is_head = record
        .releases
        .first()
        .is_some_and(|head| head.digest == job.release.digest && head.ready.is_some_and(|at| at >= head.at));
    let is_kept = job.wanted.objects.iter().all(|(object, wanted)| {
        record.inventory.get(object).is_some_and(|entry| {
            entry.unit == wanted.unit && entry.secrets == *wanted.secrets && entry.uid.is_some()
        })
    });
    record.run.is_none() && is_named && is_head && is_kept && gone(record, job.state, job.wanted).is_empty()
}

/// What is recorded, no longer wanted, and known not to be there.
pub(super) fn gone(record: &Record, state: &LiveState, wanted: &Wanted<'_>) -> Vec<ObjectRef> {
    let unwanted = record.inventory.keys().filter(|object| wanted.objects.get(object).is_none());
    unwanted.filter(|object| state.is_absent(object)).cloned().collect()
}

/// The record with every object that is about to be made or deleted, so that none is forgotten whatever happens.
pub(super) fn widened(
    mut record: Record,
    job: &Job<'_>,
    state: &LiveState,
    run: &str,
    now: Timestamp,
) -> Record {
    record.cluster = job.wanted.cluster.to_string();
    for (object, wanted) in job.wanted.objects.iter() {
        if !record.inventory.contains_key(object) {
            record.inventory.insert(object.clone(), blank(wanted));
        }
    }
    for change in &job.plan.changes {
        if let Some(entry) = record.inventory.get_mut(&change.object)
            && entry.uid.is_none()
            && let Some(live) = state.live(&change.object)
            && is_known(&change.action, live, job.wanted)
        {
            entry.uid = live.uid().map(str::to_owned);
        }
    }
    let Applied { digest, by, .. } = job.release;
    let writes = job.plan.changes.iter().any(|change| change.action.is_carried_out());
    begin_release(&mut record, job, now, writes);
    record.run =
        Some(Run { id: run.to_owned(), by: by.to_owned(), release: digest, at: now, phase: Phase::Applying });
    record
}

/// Whether what is there is what an earlier run made, and did not come to record: what is to be deleted must have been
/// applied by fleetwright and carry the label, and is in the record under its UID before it goes.
fn is_known(action: &Action, live: &Live, wanted: &Wanted<'_>) -> bool {
    match action {
        Action::Update | Action::Unchanged => true,
        Action::Delete | Action::Replace(_) => {
            is_applied(live) && live.label(PART_OF) == Some(wanted.set.as_str())
        }
        Action::Create
        | Action::Adopt
        | Action::Keep(_)
        | Action::Stray
        | Action::Terminating(_)
        | Action::Refused(_)
        | Action::Unknown(_) => false,
    }
}

fn blank(wanted: &WantedObject<'_>) -> Entry {
    Entry {
        api_version: wanted.object.api_version().to_owned(),
        unit: wanted.unit.to_owned(),
        uid: None,
        applied: None,
        secrets: wanted.secrets.clone(),
    }
}

/// Puts the release at the head. What the one before it had to prove is proven if its soak is over.
fn begin_release(record: &mut Record, job: &Job<'_>, now: Timestamp, writes: bool) {
    let Applied { digest, commit, dirty, by, rollout, soak: _, is_gated: _, broken_glass, process: _ } =
        job.release;
    if let Some(head) = record.releases.first_mut().filter(|head| head.digest == digest) {
        // By a clock that was set back since, or by that of another server, it would be ready before it came.
        head.at = head.at.min(now);
        if writes {
            head.ready = None;
        }
        head.broken_glass = broken_glass.map(str::to_owned).or_else(|| head.broken_glass.clone());
        return;
    }
    // One whose last run did not come to its end is not what it was when it became ready.
    let is_finished = record.run.is_none();
    if let Some(head) = record.releases.first_mut().filter(|_| is_finished)
        && has_proven_itself(head, &job.release, now)
    {
        head.verified = true;
    }
    // What was applied here before proves nothing of the time in between.
    let before = record.releases.iter().position(|release| release.digest == digest);
    let before = before.map(|place| record.releases.remove(place));
    let release = Release {
        digest,
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        commit: commit.map(str::to_owned),
        dirty,
        at: now,
        by: by.to_owned(),
        rollout: rollout.map(str::to_owned),
        ready: None,
        verified: before.is_some_and(|before| before.verified),
        written: 0,
        covers: BTreeSet::new(),
        broken_glass: broken_glass.map(str::to_owned),
        objects: None,
    };
    record.releases.insert(0, release);
    forget_oldest(&mut record.releases);
    keep_objects(record, job.wanted);
}

/// Whether what a stage asks of a release is met: by the stage as it is defined now. What gates say is not known here, and
/// what the rules were broken for met none of them.
fn has_proven_itself(head: &Release, now_applied: &Applied<'_>, now: Timestamp) -> bool {
    let soak = i64::try_from(now_applied.soak.as_secs()).unwrap_or(i64::MAX);
    let has_soaked = |ready: Timestamp| now.as_second().saturating_sub(ready.as_second()) >= soak;
    !now_applied.is_gated
        && head.broken_glass.is_none()
        && head.ready.filter(|ready| *ready >= head.at).is_some_and(has_soaked)
}

/// Keeps the newest, and the last one before this that was verified: the one that a rollback goes to.
fn forget_oldest(releases: &mut Vec<Release>) {
    let verified = releases.iter().skip(1).position(|release| release.verified).map(|place| place + 1);
    let verified = verified.filter(|place| *place >= Record::RELEASES).map(|place| releases.remove(place));
    releases.truncate(Record::RELEASES - usize::from(verified.is_some()));
    releases.extend(verified);
}

/// Keeps the rendered objects of the release that is applied, and of the last one that was verified before it.
fn keep_objects(record: &mut Record, wanted: &Wanted<'_>) {
    let mut is_found = false;
    for (place, release) in record.releases.iter_mut().enumerate() {
        if place == 0 {
            release.objects = Some(Kept::all(wanted));
        } else if release.verified && !is_found {
            is_found = true;
        } else {
            release.objects = None;
        }
    }
}

/// Whether an earlier run made an object anew, and did not come to record that it is another one now.
fn is_made_anew(entry: &Entry, live: &Live, wanted: &Wanted<'_>) -> bool {
    entry.uid.as_deref() != live.uid() && is_applied(live) && live.label(PART_OF) == Some(wanted.set.as_str())
}

/// The record with what became of the objects.
pub(super) fn narrowed(mut record: Record, job: &Job<'_>, ending: &Ending<'_>) -> Record {
    let Ending { written, found, unfinished, gone: deleted, state, now, is_done, has_failed } = ending;
    let admission = state.admission.as_ref().ok();
    for (object, wanted) in job.wanted.objects.iter() {
        let Some(entry) = record.inventory.get_mut(object) else { continue };
        match written.get(object).or_else(|| found.get(object)) {
            // As if it were not applied yet: the rest is for the next run to do.
            Some(returned) if unfinished.contains(object) => {
                *entry = Entry { uid: returned.uid().map(str::to_owned), ..blank(wanted) };
            }
            Some(returned) => *entry = applied(wanted, returned, state, admission),
            // It stays as it was applied, whichever unit renders it now.
            None => {
                entry.unit = wanted.unit.to_owned();
                entry.secrets.extend(wanted.secrets.iter().cloned());
                if *is_done {
                    entry.secrets = wanted.secrets.clone();
                }
            }
        }
    }
    let unchanged = job
        .plan
        .changes
        .iter()
        .filter(|change| change.action == Action::Unchanged && change.judged == Judged::Server);
    for object in unchanged.map(|change| &change.object) {
        // The server says that it is as it is to be: an earlier run wrote it, and did not come to record that.
        if let (Some(wanted), Some(live), Some(entry)) =
            (job.wanted.objects.get(object), state.live(object), record.inventory.get_mut(object))
            && (entry.applied.is_none() || is_made_anew(entry, live, job.wanted))
            // What others still own of it is for the next run to take.
            && migrated(&live.object, FIELD_MANAGER).is_none()
        {
            *entry = applied(wanted, live, state, admission);
        }
    }
    for object in deleted.iter() {
        // What was replaced is wanted again.
        if !written.contains_key(object) && job.wanted.objects.get(object).is_none() {
            record.inventory.remove(object);
        }
    }
    for object in gone(&record, state, job.wanted) {
        record.inventory.remove(&object);
    }
    // Only what this run did proves anything: not what failed, was not reached, or somebody else did.
    let is_done_here =
        |change: &&Change| written.contains_key(&change.object) || deleted.contains(&change.object);
    let carried_out: Vec<&Change> = job
        .plan
        .changes
        .iter()
        .filter(|change| change.action.is_carried_out())
        .filter(is_done_here)
        .collect();
    if let Some(head) = record.releases.first_mut() {
        head.written += carried_out.len();
        head.covers.extend(covered(carried_out.into_iter()));
        if *is_done {
            head.ready = head.ready.filter(|ready| *ready >= head.at).or(Some((*now).max(head.at)));
        } else if *has_failed {
            head.ready = None;
        }
    }
    match is_done {
        true => record.run = None,
        false => {
            if let Some(run) = &mut record.run {
                run.phase = Phase::Failed;
            }
        }
    }
    record
}

fn applied(
    wanted: &WantedObject<'_>,
    returned: &Live,
    state: &LiveState,
    admission: Option<&Admission>,
) -> Entry {
    match state.kind(wanted.reference()) {
        Some(Kind::Listed { served, .. }) => Entry::applied(wanted, returned, served, admission),
        Some(Kind::NotServed | Kind::Unread(_)) | None => {
            Entry { uid: returned.uid().map(str::to_owned), ..blank(wanted) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::Digest;

    fn release(name: &str, verified: bool) -> Release {
        Release {
            digest: Digest::of_bytes(name.as_bytes()),
            tool: "1".to_owned(),
            commit: Some(name.to_owned()),
            dirty: false,
            at: Timestamp::UNIX_EPOCH,
            by: "somebody@lab".to_owned(),
            rollout: None,
            ready: None,
            verified,
            written: 0,
            covers: BTreeSet::new(),
            broken_glass: None,
            objects: None,
        }
    }

    #[test]
    fn a_release_is_verified_by_its_soak_only_where_nothing_else_is_asked_for() {
        let applied = |is_gated| Applied {
            digest: Digest::of_bytes(b"next"),
            commit: None,
            dirty: false,
            by: "somebody@lab",
            process: 1,
            rollout: Some("shop"),
            soak: std::time::Duration::from_secs(60),
            is_gated,
            broken_glass: None,
        };
        let at = |second| Timestamp::from_second(second).unwrap();
        let ready = |ready: Option<i64>| Release { ready: ready.map(at), ..release("head", false) };
        let proven = |head: &Release, is_gated| has_proven_itself(head, &applied(is_gated), at(1000));
        assert!(proven(&ready(Some(940)), false));
        assert!(!proven(&ready(Some(941)), false));
        assert!(!proven(&ready(None), false));
        assert!(!proven(&ready(Some(0)), true));
        let broken = Release { broken_glass: Some("fire".to_owned()), ..ready(Some(0)) };
        assert!(!proven(&broken, false));
    }

    #[test]
    fn f99_the_last_verified_release_is_kept_however_many_came_after_it() {
        let kept = |verified: &[usize]| {
            let mut releases: Vec<Release> =
                (0..14).map(|place| release(&place.to_string(), verified.contains(&place))).collect();
            forget_oldest(&mut releases);
            releases.into_iter().filter_map(|release| release.commit).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(kept(&[]), "0 1 2 3 4 5 6 7 8 9");
        assert_eq!(kept(&[4, 12]), "0 1 2 3 4 5 6 7 8 9");
        assert_eq!(kept(&[10, 12]), "0 1 2 3 4 5 6 7 8 10");
        // It is not known yet whether the newest one keeps what it had.
        assert_eq!(kept(&[0, 13]), "0 1 2 3 4 5 6 7 8 13");
        let mut few = vec![release("0", false), release("1", true)];
        forget_oldest(&mut few);
        assert_eq!(few.len(), 2);
    }
}
