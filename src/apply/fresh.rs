//! What is there once the lock is held, held against what was agreed to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::begin::{Hindrance, Locks, is_same};
use super::codes;
use super::run::Job;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::live::{Proven, Version};
use crate::object::{Managed, ObjectRef, managed};
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
    if changed.has_errors() {
        return Err(Hindrance::Refused(changed));
    }
    let blockers = job.plan.blockers(job.wanted, &state, job.permit);
    if blockers.has_errors() {
        return Err(Hindrance::Refused(blockers));
    }
    Ok(Fresh { state, record, settled, warnings })
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
