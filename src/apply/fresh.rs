//! What is there once the lock is held, held against what was agreed to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::begin::{Hindrance, Locks, is_same};
use super::codes;
use super::run::Job;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::live::{Proven, Version};
use crate::object::{Digest, Managed, ObjectRef, managed};
use crate::plan::{self, Action, Change, Kind, Live, LiveState, Record};

/// What is there, and is as it was agreed to.
pub(super) struct Fresh {
    /// What is there.
    pub state: LiveState,
    /// The record, and in which state it was read.
    pub record: Option<(Record, Version)>,
    /// What needs no doing any longer: it was done since, or must be left alone by now.
    pub settled: BTreeSet<ObjectRef>,
    /// What is worth knowing of that.
    pub warnings: Diagnostics,
}

/// Reads everything again, and asks the server again about what is not as it was.
pub(super) async fn read(proven: &Proven, job: &Job<'_>, locks: &Locks) -> Result<Fresh, Hindrance> {
    let told = |failure: crate::live::Failure| Hindrance::from(failure.diagnostic());
    let stored = proven.record(&job.wanted.set, job.fleet).await.map_err(told)?;
    let mut state = proven.state(job.wanted, job.fleet).await.map_err(told)?;
    forget_made(&mut state, job, locks);
    let record = stored.map(|stored| (stored.record, stored.version));
    let is_one = match &state.record {
        Ok(listed) => listed.as_ref() == record.as_ref().map(|(record, _)| record),
        Err(unread) => return Err((*unread.problem).clone().into()),
    };
    if !is_one {
        let message =
            format!("the record of cluster \"{}\" was written while the lock was held", job.wanted.cluster);
        let problem = Diagnostic::error(codes::CHANGED_SINCE, message).on(Arc::clone(&job.wanted.cluster));
        return Err(problem.help("see who writes it, then run it again").into());
    }
    if let Some(what) = recorded_since(job, record.as_ref().map(|(record, _)| record)) {
        let message =
            format!("cluster \"{}\" has changed since the plan was shown: {what}", job.wanted.cluster);
        let problem = Diagnostic::error(codes::CHANGED_SINCE, message).on(Arc::clone(&job.wanted.cluster));
        return Err(problem.help("look at the diff again, and apply what it shows then").into());
    }
    let moved: BTreeSet<&ObjectRef> = job
        .plan
        .changes
        .iter()
        .map(|change| &change.object)
        .filter(|object| !is_same(job.state, &state, object))
        .collect();
    let asks = plan::asks(job.wanted, &state, false).into_iter().filter(|ask| moved.contains(&ask.object));
    let previews = proven.previews(asks.collect()).await;
    let fresh = plan::build(job.wanted, &state, &previews, job.schemas);
    let fresh: BTreeMap<&ObjectRef, &Change> =
        fresh.changes.iter().map(|change| (&change.object, change)).collect();
    let (mut settled, mut warnings, mut changed) = (BTreeSet::new(), Diagnostics::new(), Diagnostics::new());
    for approved in job.plan.changes.iter().filter(|change| moved.contains(&change.object)) {
        match held(approved, fresh.get(&approved.object).copied()) {
            Held::AsApproved => {}
            Held::Settled => drop(settled.insert(approved.object.clone())),
            Held::LeftAlone(why) => {
                settled.insert(approved.object.clone());
                let message = format!("{} is not deleted: {why}", approved.object);
                warnings.push(
                    Diagnostic::warning(codes::CHANGED_SINCE, message).on(Arc::clone(&job.wanted.cluster)),
                );
            }
            Held::Changed => {
                let live = state.live(&approved.object);
                let fresh = fresh.get(&approved.object).copied();
                changed.push(changed_since(job, approved, fresh, live));
            }
        }
    }
    let approved: BTreeSet<&ObjectRef> = job.plan.changes.iter().map(|change| &change.object).collect();
    for (object, now) in fresh.iter().filter(|(object, _)| !approved.contains(*object)) {
        if now.action.is_carried_out() {
            let message =
                format!("{object} was not in the plan that was shown, and would be: {}", word(&now.action));
            let problem = Diagnostic::error(codes::CHANGED_SINCE, message).about(object.to_string());
            let problem = problem.on(Arc::clone(&job.wanted.cluster));
            changed.push(problem.help("look at the diff again, and apply what it shows then"));
        }
    }
    if !changed.is_empty() {
        return Err(Hindrance::Refused(changed));
    }
    let blockers = job.plan.blockers(job.wanted, &state, job.permit);
    if blockers.has_errors() {
        return Err(Hindrance::Refused(blockers));
    }
    Ok(Fresh { state, record, settled, warnings })
}

/// What another run has recorded since the plan was made, if it is anything but a part of what this one is to do.
fn recorded_since(job: &Job<'_>, now: Option<&Record>) -> Option<String> {
    let is_wanted = |object: &ObjectRef| job.wanted.objects.get(object).is_some();
    others_recorded(job.state.recorded(), now, job.release.digest, is_wanted)
}

fn others_recorded(
    before: Option<&Record>,
    now: Option<&Record>,
    release: Digest,
    is_wanted: impl Fn(&ObjectRef) -> bool,
) -> Option<String> {
    let Some(now) = now else {
        return before.is_some().then(|| "its record is not there any longer".to_owned());
    };
    let head = |record: &Record| record.releases.first().map(|head| head.digest);
    let run = |record: &Record| record.run.as_ref().map(|run| run.id.clone());
    let was_there = |object: &ObjectRef| before.is_some_and(|before| before.inventory.contains_key(object));
    let is_same = before.is_some_and(|before| {
        (head(before), run(before)) == (head(now), run(now))
            && before.inventory.keys().eq(now.inventory.keys())
    });
    // Whoever applied the same in the meantime did what this run is to do.
    let is_ours = head(now) == Some(release)
        && now.inventory.keys().all(|object| was_there(object) || is_wanted(object));
    if is_same || is_ours {
        return None;
    }
    let by = |by: &str| by.escape_debug().to_string();
    Some(match (&now.run, now.releases.first()) {
        (Some(other), _) if before.and_then(run) != Some(other.id.clone()) => {
            format!(
                "{} applied release {} to it, in the run {}, which has not finished",
                by(&other.by),
                other.release,
                other.id
            )
        }
        (_, Some(head))
            if before.and_then(|before| before.releases.first()).map(|before| before.digest)
                != Some(head.digest) =>
        {
            format!("{} applied release {} to it", by(&head.by), head.digest)
        }
        _ => "another run has recorded other objects of it".to_owned(),
    })
}

/// Takes the namespace of the record for absent where it was made for the locks: so it is still to be made as rendered.
fn forget_made(state: &mut LiveState, job: &Job<'_>, locks: &Locks) {
    for kind in state.kinds.values_mut() {
        if let Kind::Listed { objects, .. } = kind {
            objects.retain(|object, _| !locks.made(object, &job.wanted.set));
        }
    }
}

/// What a change has become since it was agreed to.
enum Held {
    AsApproved,
    Settled,
    LeftAlone(Arc<str>),
    Changed,
}

fn held(approved: &Change, fresh: Option<&Change>) -> Held {
    match (&approved.action, fresh.map(|fresh| &fresh.action)) {
        (Action::Delete, None) => Held::Settled,
        (Action::Delete, Some(Action::Delete)) => Held::AsApproved,
        (Action::Delete, Some(Action::Keep(why))) => Held::LeftAlone(Arc::clone(why)),
        (Action::Unchanged, Some(Action::Unchanged)) => Held::AsApproved,
        (Action::Create | Action::Update | Action::Adopt | Action::Replace(_), Some(Action::Unchanged)) => {
            Held::Settled
        }
        (Action::Create | Action::Update | Action::Adopt | Action::Replace(_), Some(_))
            if fresh.is_some_and(|fresh| approved.is_as_approved(fresh)) =>
        {
            Held::AsApproved
        }
        // Nothing is done about these.
        (
            Action::Keep(_)
            | Action::Stray
            | Action::Terminating(_)
            | Action::Refused(_)
            | Action::Unknown(_),
            _,
        ) => Held::AsApproved,
        (
            Action::Create
            | Action::Update
            | Action::Adopt
            | Action::Replace(_)
            | Action::Delete
            | Action::Unchanged,
            _,
        ) => Held::Changed,
    }
}

/// That an object is not any longer what was agreed to: what differs now, and who wrote it last.
pub(super) fn changed_since(
    job: &Job<'_>,
    approved: &Change,
    fresh: Option<&Change>,
    live: Option<&Live>,
) -> Diagnostic {
    let message = format!("{} has changed since the plan was shown", approved.object);
    let mut problem = Diagnostic::error(codes::CHANGED_SINCE, message)
        .on(Arc::clone(&job.wanted.cluster))
        .about(approved.object.to_string());
    if let Some(writer) = live.and_then(last_writer) {
        problem = problem.note(format!("last changed by {writer}"));
    }
    problem = match fresh {
        None => problem.note("it is not there any longer"),
        Some(fresh) => {
            let paths = fresh.fields.iter().filter(|field| !approved.fields.contains(field));
            let paths: Vec<String> = paths.take(MOST_NAMED).map(|field| field.path.to_string()).collect();
            let problem = problem.note(format!(
                "agreed was: {}; now it is: {}",
                word(&approved.action),
                word(&fresh.action)
            ));
            match paths.is_empty() {
                true => problem,
                false => problem.note(format!("fields that differ now: {}", paths.join(", "))),
            }
        }
    };
    problem.help("look at the diff again, and apply what it shows then")
}

/// How many fields are named that differ.
const MOST_NAMED: usize = 10;

/// The manager that wrote an object last, beside fleetwright, and when.
pub(super) fn last_writer(live: &Live) -> Option<String> {
    let last = last(live)?;
    Some(match last.time {
        Some(time) => format!("{} at {time}", last.manager),
        None => last.manager,
    })
}

/// The name of that manager.
pub(super) fn last_manager(live: &Live) -> Option<String> {
    last(live).map(|last| last.manager)
}

fn last(live: &Live) -> Option<Managed> {
    let managers = managed(&live.object).ok()?;
    let others = managers
        .into_iter()
        .filter(|entry| entry.manager != plan::FIELD_MANAGER && entry.subresource.is_none());
    others.max_by(|one, other| one.time.cmp(&other.time))
}

/// What is done, in a word.
fn word(action: &Action) -> String {
    match action {
        Action::Unchanged => "unchanged".to_owned(),
        Action::Create => "create".to_owned(),
        Action::Update => "update".to_owned(),
        Action::Adopt => "adopt".to_owned(),
        Action::Replace(_) => "replace".to_owned(),
        Action::Delete => "delete".to_owned(),
        Action::Stray => "not recorded".to_owned(),
        Action::Keep(why) => format!("kept, {why}"),
        Action::Terminating(why) => format!("being deleted, {why}"),
        Action::Refused(why) => format!("refused, {why}"),
        Action::Unknown(why) => format!("unknown, {why}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Entry, Phase, Release, Run};

    fn object(name: &str) -> ObjectRef {
        ObjectRef {
            group: Arc::from(""),
            kind: Arc::from("ConfigMap"),
            namespace: Some(Arc::from("shop")),
            name: Arc::from(name),
        }
    }

    fn digest(release: &str) -> Digest {
        Digest::of_bytes(release.as_bytes())
    }

    /// A record of these objects, with this release at its head.
    fn record(release: &str, objects: &[&str], run: Option<&str>) -> Record {
        let mut record = Record::new("shop", "a", "uid", [0; 32]);
        let at = jiff::Timestamp::UNIX_EPOCH;
        for name in objects {
            let (api_version, unit) = ("v1".to_owned(), "component.web".to_owned());
            let entry = Entry { api_version, unit, uid: None, applied: None, secrets: BTreeSet::new() };
            record.inventory.insert(object(name), entry);
        }
        record.releases.push(Release {
            digest: digest(release),
            tool: "1".to_owned(),
            commit: None,
            dirty: false,
            at,
            by: "somebody@lab".to_owned(),
            rollout: None,
            ready: None,
            verified: false,
            written: 0,
            covers: BTreeSet::new(),
            broken_glass: None,
            objects: None,
        });
        record.run = run.map(|id| Run {
            id: id.to_owned(),
            by: "somebody@lab".to_owned(),
            release: digest(release),
            at,
            phase: Phase::Applying,
        });
        record
    }

    #[test]
    fn what_another_run_recorded_since_is_seen_unless_it_did_the_same() {
        let before = record("r0", &["a", "old"], None);
        let seen = |before: Option<&Record>, now: Option<&Record>| {
            let wanted = [object("a"), object("b")];
            others_recorded(before, now, digest("r1"), |object| wanted.contains(object)).is_some()
        };
        for (now, is_seen) in [
            (record("r0", &["a", "old"], None), false),
            // Another release; one of the same objects; one that has not come to its end.
            (record("r2", &["a", "b", "x"], None), true),
            (record("r2", &["a", "old"], None), true),
            (record("r0", &["a", "old"], Some("other")), true),
            (record("r0", &["a", "old", "x"], None), true),
            // The same release, to its end or half-way; with an object that it does not render.
            (record("r1", &["a", "b"], None), false),
            (record("r1", &["a", "b", "old"], Some("other")), false),
            (record("r1", &["a", "b", "x"], None), true),
        ] {
            assert_eq!(seen(Some(&before), Some(&now)), is_seen, "{now:?} {:?}", now.run);
        }
        assert!(!seen(None, None));
        assert!(seen(Some(&before), None));
        assert!(seen(None, Some(&record("r2", &["a"], None))));
        assert!(!seen(None, Some(&record("r1", &["a"], None))));
        // A run that died before the plan was made stands in it.
        let died = record("r0", &["a", "old"], Some("died"));
        assert!(!seen(Some(&died), Some(&died)));
    }
}
