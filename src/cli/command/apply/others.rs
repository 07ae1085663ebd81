//! The other clusters of a rollout: what their records say, and whether they are as that says.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use jiff::Timestamp;
use serde_json::Value;

use crate::cli::asking::{self, Failed};
use crate::cli::clock;
use crate::cli::command::planned::{Asking, Planned, planned};
use crate::cli::connect;
use crate::cli::settings::Connect;
use crate::cluster::Rollout;
use crate::diagnostic::Diagnostic;
use crate::live::kubeconfig::Access;
use crate::live::{Failure, Identities, Proven, Tell};
use crate::object::{Digest, ObjectRef};
use crate::plan::{Action, Record, Wanted};
use crate::readiness::{became_ready, may_flap, pods_of};
use crate::rollout::{Seen, Unready};
use crate::schema::Schemas;

/// How many clusters are asked at a time.
const SIDE_BY_SIDE: usize = 16;

/// The most objects that are named.
const MOST_NAMED: usize = 3;

/// One other cluster.
pub struct Other<'r> {
    /// Its name.
    pub cluster: Arc<str>,
    /// The way to it, or why there is none.
    pub access: Result<Access, Box<Diagnostic>>,
    /// What it is to hold.
    pub wanted: Option<Wanted<'r>>,
    /// The schemas that were recorded of it.
    pub schemas: Option<&'r Schemas>,
    /// Whether it is of an earlier stage, and must have proven the release.
    pub is_earlier: bool,
}

/// How they are asked.
pub struct How<'s> {
    /// The fleet.
    pub fleet: &'s str,
    /// The release that they may hold.
    pub release: Digest,
    /// How they are reached.
    pub connect: &'s Connect,
    /// Which clusters there are.
    pub identities: &'s Identities,
    /// What takes what happens on the way.
    pub tell: Tell,
}

/// The clusters that matter to whether `cluster` may be changed: those of the stages before, and of its own.
pub fn that_matter(cluster: &str, rollout: &Rollout) -> Vec<Arc<str>> {
    // One that is retired is in no stage; the first cluster keeps the lock for it too.
    let own = rollout.stage_of(cluster).map_or(1, |(own, _)| own + 1);
    let stages = rollout.stages.iter().take(own);
    let clusters = stages.flat_map(|stage| stage.clusters.iter());
    clusters.filter(|one| ***one != *cluster).cloned().collect()
}

/// Asks them side by side. Whether each is as its record says is looked at once, and what the records say alone once
/// more later.
pub async fn look(others: &[Other<'_>], how: &How<'_>, depth: Depth) -> BTreeMap<Arc<str>, Seen> {
    let mut seen = BTreeMap::new();
    for some in others.chunks(SIDE_BY_SIDE) {
        let asks = some.iter().map(|other| {
            let ask = async {
                let asked = asking::within(how.connect, ask(other, how, depth)).await;
                (Arc::clone(&other.cluster), seen_of(asked, other))
            };
            Box::pin(ask)
        });
        seen.extend(all(asks.collect()).await);
    }
    seen
}

/// What all of these come to, which are waited for side by side.
async fn all<T>(mut under_way: Vec<Pin<Box<impl Future<Output = T>>>>) -> Vec<T> {
    let mut done = Vec::with_capacity(under_way.len());
    poll_fn(|context| {
        under_way.retain_mut(|one| match one.as_mut().poll(context) {
            Poll::Ready(found) => {
                done.push(found);
                false
            }
            Poll::Pending => true,
        });
        if under_way.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    done
}

/// How much of a cluster is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Its record.
    Record,
    /// Also whether it is as that says.
    Objects,
}

fn seen_of(asked: Result<Seen, Failed>, other: &Other<'_>) -> Seen {
    asked.unwrap_or_else(|failed| Seen::Unread(failed.diagnostic(&other.cluster).message))
}

async fn ask(other: &Other<'_>, how: &How<'_>, depth: Depth) -> Result<Seen, Failure> {
    let access = match &other.access {
        Ok(access) => access,
        Err(why) => return Ok(Seen::Unread(why.message.clone())),
    };
    let Some(wanted) = &other.wanted else {
        return Ok(Seen::Unread("it was not rendered".to_owned()));
    };
    let tell = Arc::clone(&how.tell);
    let proven = connect::prove(&other.cluster, access, how.connect, how.identities, tell).await?;
    let record = proven.record(&wanted.set, how.fleet).await?.map(|stored| stored.record);
    let Some(record) = record else { return Ok(Seen::Nothing) };
    let Record { releases, run, .. } = record;
    let newest = releases.first().filter(|release| release.digest == how.release);
    let (mut drifted, mut unready) = (None, None);
    if let Some(newest) = newest.filter(|_| depth == Depth::Objects) {
        let planned = planned(&proven, wanted, other.schemas, how.fleet, Asking::USUAL).await?;
        match drift(wanted, &planned) {
            Drift::None => {}
            Drift::Found(what) => drifted = Some(what),
            Drift::Unknown(why) => return Ok(Seen::Unread(why)),
        }
        if let Some(ready) = newest.ready.filter(|_| drifted.is_none() && other.is_earlier) {
            unready = last_unready(&proven, wanted, &planned, ready).await?.map(Box::new);
        }
    }
    Ok(Seen::Recorded { releases, run, drift: drifted, unready, now: clock::at(&proven) })
}

/// When something was last not ready that is ready now and was at `since`. What becomes of pods says more than their
/// workloads do, so all of them are read; where they cannot be, it is not known.
async fn last_unready(
    proven: &Proven,
    wanted: &Wanted<'_>,
    planned: &Planned,
    since: Timestamp,
) -> Result<Option<Unready>, Failure> {
    let objects: Vec<(&ObjectRef, &Value)> = wanted
        .objects
        .iter()
        .filter_map(|(reference, _)| Some((reference, &planned.state.live(reference)?.object)))
        .collect();
    let mut last: Option<Unready> = None;
    for some in objects.chunks(SIDE_BY_SIDE) {
        let asks = some.iter().map(|(reference, live)| {
            let ask = async {
                let pods = match pods_of(live).filter(|_| may_flap(reference)) {
                    Some(of) => proven.pods(&of.namespace, &of.selector).await?,
                    None => Vec::new(),
                };
                Ok((*reference, *live, pods))
            };
            Box::pin(ask)
        });
        for looked in all(asks.collect()).await {
            let (reference, live, pods): (_, _, Vec<Value>) = looked.map_err(Failure::Unknown)?;
            let Some(object) = wanted.objects.get(reference) else { continue };
            let when = wanted.units.get(object.unit).and_then(|applying| applying.ready_when(reference));
            // Where nothing renders how many there are, an autoscaler may, or the nodes do.
            let is_scaled = object.object.get(&["spec", "replicas"]).is_none();
            if let Some(turn) = became_ready(live, when, &pods, is_scaled, since)
                && last.as_ref().is_none_or(|last| last.until < turn.at)
            {
                last = Some(Unready { what: reference.to_string(), until: turn.at, how: turn.how });
            }
        }
    }
    Ok(last)
}

/// How a cluster stands to what it is to hold.
enum Drift {
    /// It is as it is to be, and ready.
    None,
    /// What differs, or is not ready, in a phrase.
    Found(String),
    /// Not all of it is known: why.
    Unknown(String),
}

fn drift(wanted: &Wanted<'_>, planned: &Planned) -> Drift {
    let plan = &planned.plan;
    if !plan.is_complete() {
        let unread = plan.unread.first().map(|unread| unread.why.clone());
        let unknown = || {
            plan.changes.iter().find_map(|change| {
                let Action::Unknown(why) = &change.action else { return None };
                Some(format!("{}: {why}", change.object))
            })
        };
        return Drift::Unknown(
            unread.or_else(unknown).unwrap_or_else(|| "not all of it could be read".to_owned()),
        );
    }
    let differ: Vec<&ObjectRef> = plan
        .changes
        .iter()
        .filter(|change| change.action.is_difference())
        .map(|change| &change.object)
        .collect();
    if !differ.is_empty() {
        return Drift::Found(format!(
            "{} from it: {}",
            numbered(differ.len(), "differs", "differ"),
            named(&differ)
        ));
    }
    let unready = planned.unready(wanted);
    let objects: Vec<&ObjectRef> = unready.iter().map(|(object, _)| *object).collect();
    match unready.first() {
        Some((_, why)) => Drift::Found(format!(
            "{} not ready: {} ({why})",
            numbered(objects.len(), "is", "are"),
            named(&objects)
        )),
        None => Drift::None,
    }
}

fn numbered(count: usize, one: &str, several: &str) -> String {
    if count == 1 { format!("1 object {one}") } else { format!("{count} objects {several}") }
}

fn named(objects: &[&ObjectRef]) -> String {
    let names: Vec<String> = objects.iter().take(MOST_NAMED).map(ToString::to_string).collect();
    match objects.len().saturating_sub(MOST_NAMED) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}
