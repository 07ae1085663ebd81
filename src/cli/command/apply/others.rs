//! The other clusters of a rollout: what their records say, and whether they are as that says.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use crate::cli::asking::{self, Failed};
use crate::cli::clock;
use crate::cli::command::planned::{Asking, Planned, planned};
use crate::cli::connect;
use crate::cli::settings::Connect;
use crate::cluster::Rollout;
use crate::diagnostic::Diagnostic;
use crate::live::kubeconfig::Access;
use crate::live::{Failure, Identities, Tell};
use crate::object::{Digest, ObjectRef};
use crate::plan::{Action, Record, Wanted};
use crate::render::parallel;
use crate::rollout::Seen;
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

/// Asks them side by side, on threads of their own: may be called within a runtime.
pub fn look(others: &[Other<'_>], how: &How<'_>) -> BTreeMap<Arc<str>, Seen> {
    let ask = || parallel::map(SIDE_BY_SIDE, others, |other| (Arc::clone(&other.cluster), one(other, how)));
    let seen = std::thread::scope(|scope| scope.spawn(ask).join());
    match seen {
        Ok(seen) => seen.into_iter().collect(),
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

/// Asks them once more, within a runtime, for what their records say alone: whether each is as its record says was seen
/// before.
pub async fn look_again(others: &[Other<'_>], how: &How<'_>) -> BTreeMap<Arc<str>, Seen> {
    let mut seen = BTreeMap::new();
    for some in others.chunks(SIDE_BY_SIDE) {
        let asks = some.iter().map(|other| {
            let ask = async {
                let asked = asking::within(how.connect, ask(other, how, Depth::Record)).await;
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
enum Depth {
    /// Its record.
    Record,
    /// Also whether it is as that says.
    Objects,
}

fn one(other: &Other<'_>, how: &How<'_>) -> Seen {
    seen_of(asking::ask(how.connect, ask(other, how, Depth::Objects)), other)
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
    let holds_it = record.releases.first().is_some_and(|release| release.digest == how.release);
    let drift = if holds_it && depth == Depth::Objects {
        let planned = planned(&proven, wanted, other.schemas, how.fleet, Asking::USUAL).await?;
        match drift(wanted, &planned) {
            Drift::None => None,
            Drift::Found(what) => Some(what),
            Drift::Unknown(why) => return Ok(Seen::Unread(why)),
        }
    } else {
        None
    };
    let Record { releases, run, .. } = record;
    Ok(Seen::Recorded { releases, run, drift, now: clock::at(&proven) })
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
