//! Whether a saved plan is still what would be done: object by object, with what came in between and who did it.

use std::collections::{BTreeMap, BTreeSet};

use super::build::Plan;
use super::codes;
use super::key::Key;
use super::ownership::is_ours;
use super::preview::Preview;
use super::record::Record;
use super::saved::{SavedAction, SavedCluster, SavedObject, hides, objects};
use super::state::{Live, LiveState};
use super::wanted::Wanted;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::object::{Digest, Managed, ObjectRef, managed};

/// How a saved plan stands, if nothing came in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Something of it is still to be done; the rest is as the plan wants it, as after a run that was stopped.
    Due,
    /// All of it is as the plan wants it: it was applied, or there was nothing to do.
    Done,
}

/// Why a saved plan may not be applied any more.
#[derive(Debug, thiserror::Error)]
pub enum Unfit {
    /// It was made for a cluster with another UID.
    #[error("it was made for the cluster with the UID {planned}, and this one has {found}")]
    Cluster {
        /// The UID in the plan.
        planned: String,
        /// The UID of the cluster.
        found: String,
    },
    /// Something else is rendered than when it was made.
    #[error("it is of another release than the one that is rendered here")]
    Release,
    /// The record that its hashes are keyed with is not there.
    #[error("the record that it was made with is gone, or cannot be read")]
    NoRecord,
    /// It was not made by somebody who could read the record.
    #[error("its seal is not that of the record of this cluster")]
    Seal,
    /// It cannot be compared.
    #[error("it cannot be compared: {0}")]
    Format(#[from] serde_json::Error),
    /// Objects are not as they were.
    #[error("objects are not as they were when it was made")]
    Stale(Vec<Stale>),
}

/// An object that is not as it was when the plan was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stale {
    /// The object.
    pub object: ObjectRef,
    /// What came in between.
    pub since: Since,
    /// The fields that have other values; one with something secret in its path is named as such.
    pub fields: Vec<String>,
    /// Who has a hand in these fields now; in the whole object, if it was not there.
    pub managers: Vec<String>,
}

/// What came in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// It was not there, and is.
    Appeared,
    /// It was there, and is not.
    Disappeared,
    /// It was deleted and made again.
    MadeAnew,
    /// Fields that are ours, or are to be, have other values.
    Changed,
    /// It is as it was, and something else would have to be done to it, or would become of it.
    Otherwise,
}

impl SavedCluster {
    /// Whether this is still what would be done: `plan` is what would be done now, from the same previews as any other.
    ///
    /// # Errors
    /// If it is not, or cannot be told.
    pub fn check(
        &self,
        plan: &Plan,
        wanted: &Wanted<'_>,
        state: &LiveState,
        previews: &BTreeMap<ObjectRef, Preview>,
        release: Digest,
    ) -> Result<Standing, Unfit> {
        if self.uid != state.uid {
            return Err(Unfit::Cluster { planned: self.uid.clone(), found: state.uid.clone() });
        }
        if self.release != release.to_string() {
            return Err(Unfit::Release);
        }
        let record = state.record.as_ref().map_err(|_| Unfit::NoRecord)?;
        // A plan that was made before there was a record holds against the record that its own run has made. Its key
        // stands in it: whoever can write to it can seal it.
        let is_own = |record: &Record| record.releases.iter().all(|one| one.digest == release);
        let key = match (&self.salt, record) {
            (Some(_), Some(record)) if !is_own(record) => return Err(Unfit::Seal),
            (Some(salt), _) => *Digest::parse(salt).ok_or(Unfit::Seal)?.as_bytes(),
            (None, Some(record)) => record.key,
            (None, None) => return Err(Unfit::NoRecord),
        };
        if !self.is_sealed(key)? {
            return Err(Unfit::Seal);
        }
        let key = Key(key);
        let now = objects(plan, wanted, state, previews, &key, self.salt.is_none());
        let now: BTreeMap<ObjectRef, SavedObject> =
            now.into_iter().map(|now| (now.reference(), now)).collect();
        let planned: BTreeMap<ObjectRef, &SavedObject> =
            self.objects.iter().map(|planned| (planned.reference(), planned)).collect();
        let all: BTreeSet<&ObjectRef> = now.keys().chain(planned.keys()).collect();
        let mut standing = Standing::Done;
        let mut stale = Vec::new();
        for object in all {
            let live = state.live(object);
            let (planned, now) = (planned.get(object).copied(), now.get(object));
            match compared(planned, now, live) {
                Found::Done => {}
                Found::Due => standing = Standing::Due,
                Found::Stale => {
                    let key = key.of(object);
                    let paths = |entry: &Managed, live: &Live| {
                        key.paths(entry, &live.object, &hides(object, wanted, state))
                    };
                    stale.push(told(object, planned, now, live, &paths));
                }
            }
        }
        // Once that run has ended, nothing of it is left to be done.
        let is_over = self.salt.is_some() && record.as_ref().is_some_and(|record| record.run.is_none());
        match stale.is_empty() {
            true if is_over && standing == Standing::Due => Err(Unfit::Seal),
            true => Ok(standing),
            false => Err(Unfit::Stale(stale)),
        }
    }
}

enum Found {
    Done,
    Due,
    Stale,
}

/// How an object stands to what was planned for it.
fn compared(planned: Option<&SavedObject>, now: Option<&SavedObject>, live: Option<&Live>) -> Found {
    use SavedAction::{Adopt, Create, Delete, Leave, Replace, Unchanged, Update};
    let is_still = |action: SavedAction| matches!(action, Unchanged | Leave);
    match (planned, now) {
        (None, None) => Found::Done,
        // What is only looked at, such as what somebody labelled, is no part of a plan.
        (None, Some(now)) => {
            if is_still(now.action) {
                Found::Done
            } else {
                Found::Stale
            }
        }
        (Some(planned), None) => match planned.action {
            Delete | Leave | Unchanged => Found::Done,
            Create | Update | Adopt | Replace => Found::Stale,
        },
        (Some(planned), Some(now)) => {
            let is_there = planned.after.is_empty() || planned.after == now.before;
            let becomes = planned.after.is_empty() || now.after.is_empty() || planned.after == now.after;
            let is_same = planned.uid == now.uid && planned.before == now.before && becomes;
            let is_between = becomes && is_between(planned, now);
            match (planned.action, now.action) {
                (Unchanged | Leave, now) if is_still(now) => Found::Done,
                (Create | Update | Adopt | Replace, Unchanged) if is_there => Found::Done,
                (Delete, Leave)
                    if live.is_some_and(|live| {
                        live.terminating().is_some() && live.uid() == planned.uid.as_deref()
                    }) =>
                {
                    Found::Done
                }
                (Update | Adopt, Update) if is_between => Found::Due,
                // It was deleted, and is still to be made again.
                (Replace, Create) if becomes => Found::Due,
                (planned, now) if planned == now && is_same => Found::Due,
                _ => Found::Stale,
            }
        }
    }
}

/// Whether an object is as its plan leaves it between two writes: as it is to be, but for one field that is what is known
/// of it in between.
fn is_between(planned: &SavedObject, now: &SavedObject) -> bool {
    let paths: BTreeSet<&String> = planned.after.keys().chain(now.before.keys()).collect();
    let mut others = paths.into_iter().filter(|path| planned.after.get(*path) != now.before.get(*path));
    let is_known =
        |path: &String| planned.between.is_some() && now.before.get(path) == planned.between.as_ref();
    planned.uid == now.uid && others.next().is_some_and(is_known) && others.next().is_none()
}

fn told(
    object: &ObjectRef,
    planned: Option<&SavedObject>,
    now: Option<&SavedObject>,
    live: Option<&Live>,
    paths: &dyn Fn(&Managed, &Live) -> BTreeSet<String>,
) -> Stale {
    let uid = planned.and_then(|planned| planned.uid.as_deref());
    let none = BTreeMap::new();
    let before = |one: Option<&SavedObject>| one.map_or(&none, |one| &one.before).clone();
    let (was, is) = (before(planned), before(now));
    let since = match (planned, uid, live.map(Live::uid)) {
        (None, _, _) | (Some(_), None, None) => Since::Otherwise,
        (Some(_), None, Some(_)) => Since::Appeared,
        (Some(_), Some(_), None) => Since::Disappeared,
        (Some(_), Some(planned), Some(uid)) if uid != Some(planned) => Since::MadeAnew,
        (Some(_), Some(_), Some(_)) if was != is => Since::Changed,
        (Some(_), Some(_), Some(_)) => Since::Otherwise,
    };
    let fields: BTreeSet<&String> = match since {
        Since::Changed => {
            was.keys().chain(is.keys()).filter(|path| was.get(*path) != is.get(*path)).collect()
        }
        Since::Appeared | Since::Disappeared | Since::MadeAnew | Since::Otherwise => BTreeSet::new(),
    };
    let touches = |entry: &Managed, live: &Live| match since {
        Since::Appeared | Since::MadeAnew => true,
        Since::Changed => paths(entry, live).iter().any(|path| fields.contains(path)),
        Since::Disappeared | Since::Otherwise => false,
    };
    let entries = live.map(|live| managed(&live.object).unwrap_or_default());
    let (ours, theirs): (Vec<Managed>, Vec<Managed>) = entries
        .into_iter()
        .flatten()
        .filter(|entry| live.is_some_and(|live| touches(entry, live)))
        .partition(is_ours);
    // Only where nobody else has a hand in it, another run of fleetwright has.
    let managers = if theirs.is_empty() { ours } else { theirs };
    let managers: BTreeSet<String> = managers.into_iter().map(|entry| entry.manager).collect();
    let named = |path: &String| match path.strip_prefix('#') {
        Some(_) => "a field whose path is secret".to_owned(),
        None => path.trim_start_matches('.').to_owned(),
    };
    Stale {
        object: object.clone(),
        since,
        fields: fields.into_iter().map(named).collect::<BTreeSet<_>>().into_iter().collect(),
        managers: managers.into_iter().collect(),
    }
}

impl Unfit {
    /// The problems that are told of it: one for each object that came to be otherwise.
    pub fn problems(&self, cluster: &str) -> Diagnostics {
        let again = format!("look at it again: `fleetwright diff --cluster {cluster} --save PLAN`");
        let mut found = Diagnostics::new();
        match self {
            Self::Stale(stale) => {
                for stale in stale {
                    found.push(stale.problem().on(cluster).help(again.clone()));
                }
            }
            Self::Cluster { .. } | Self::Release | Self::NoRecord | Self::Seal | Self::Format(_) => {
                let message = format!("the plan cannot be applied: {self}");
                found.push(Diagnostic::error(codes::UNFIT, message).on(cluster).help(again));
            }
        }
        found
    }
}

impl Stale {
    fn problem(&self) -> Diagnostic {
        let Self { object, since, fields, managers } = self;
        let by = if managers.is_empty() { String::new() } else { format!(" by {}", managers.join(" and ")) };
        let what = match since {
            Since::Appeared => format!("{object} was made{by} since the plan was"),
            Since::Disappeared => format!("{object} is gone since the plan was made"),
            Since::MadeAnew => format!("{object} was deleted and made again{by} since the plan was made"),
            Since::Changed => format!("{object} was changed{by} since the plan was made"),
            Since::Otherwise => format!("what would be done to {object} is not what was planned"),
        };
        let problem = Diagnostic::error(codes::STALE, what).about(object.to_string());
        fields.iter().fold(problem, |problem, field| problem.note(format!("{field} has another value")))
    }
}
