//! The plan file: what was shown, so that exactly that can be applied. No value stands in it, but hashes of values.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::build::{Plan, hidden};
use super::change::{Action, Change};
use super::key::Key;
use super::permit::Permit;
use super::preview::Preview;
use super::shrink::shrinking;
use super::state::{Live, LiveState};
use super::wanted::Wanted;
use crate::cluster::Limits;
use crate::diff::Hidden;
use crate::object::{BadName, Digest, Member, Named, ObjectRef, TakeOver};

/// The version of the format.
const VERSION: u32 = 1;

/// A plan for one or several clusters, as it is saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Saved {
    /// The version of the format: 1.
    pub version: u32,
    /// The version of fleetwright.
    pub tool: String,
    /// The fleet.
    pub fleet: String,
    /// The commit that renders exactly this; null if there is none.
    pub commit: Option<String>,
    /// The clusters.
    pub clusters: Vec<SavedCluster>,
    /// The SHA-256 of all of the above.
    pub digest: String,
}

/// The plan for one cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SavedCluster {
    /// The cluster.
    pub name: String,
    /// The UID of its `kube-system` namespace.
    pub uid: String,
    /// The digest of the release that it belongs to.
    pub release: String,
    /// Whether objects that something else made may be taken over.
    pub adopt: bool,
    /// How many objects may be deleted, said aloud; null if nobody did.
    pub deletions: Option<usize>,
    /// The fields that may be taken from other managers, beside those of the fleet: `OBJECT:PATH`.
    pub takes: Vec<String>,
    /// The Namespaces and CustomResourceDefinitions that may be deleted with all that is in them.
    pub deletes: Vec<String>,
    /// The key of the hashes where the cluster has no record yet, which holds it otherwise.
    pub salt: Option<String>,
    /// The objects, in the order in which they are applied.
    pub objects: Vec<SavedObject>,
    /// A keyed hash of all of the above: where there is a record, only who can read it can make one. Where there is a
    /// salt, anybody can: such a plan holds only where there is no record, and for what its own run has left.
    pub seal: String,
}

/// What is to be done to one object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SavedObject {
    /// The API group; empty for the core group.
    pub group: String,
    /// The kind.
    pub kind: String,
    /// The namespace.
    pub namespace: Option<String>,
    /// The name.
    pub name: String,
    /// The UID; null if it is not there.
    pub uid: Option<String>,
    /// What is to be done.
    pub action: SavedAction,
    /// The keyed hash of what was rendered; null for what is no longer rendered, and for an object with secrets where
    /// the key stands in this file. Then there are no hashes of its values either.
    pub rendered: Option<String>,
    /// The keyed hashes of the values of our fields as they are, by path; a path that holds a secret is a hash too.
    pub before: BTreeMap<String, String>,
    /// The same as they are to be; empty where nothing changes, or where the server could not say.
    pub after: BTreeMap<String, String>,
    /// The keyed hash of the subsets that a `DestinationRule` has between two writes, while routes may still use those that
    /// go; null for everything else.
    pub between: Option<String>,
}

/// What is to be done to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum SavedAction {
    /// Nothing.
    Unchanged,
    /// Make it.
    Create,
    /// Change it.
    Update,
    /// Take it over, and change it if need be.
    Adopt,
    /// Delete it and make it again.
    Replace,
    /// Delete it.
    Delete,
    /// Leave it: it is not ours to delete, or is being deleted, or is refused.
    Leave,
}

/// Why something is no plan.
#[derive(Debug, thiserror::Error)]
pub enum BadPlan {
    /// It is not what is written.
    #[error("it is not what `diff --save` writes: {0}")]
    Format(#[from] serde_json::Error),
    /// It is of another version.
    #[error("its format has version {0}, and this build reads version {VERSION}")]
    Version(u32),
    /// It was edited, or cut off.
    #[error("it is not as it was written: its digest is another")]
    Digest,
}

#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

impl Saved {
    /// The plans of some clusters.
    ///
    /// # Errors
    /// If it cannot be written as JSON, which does not happen to it.
    pub fn new(fleet: &str, commit: Option<String>, clusters: Vec<SavedCluster>) -> serde_json::Result<Self> {
        let mut saved = Self {
            version: VERSION,
            tool: env!("CARGO_PKG_VERSION").to_owned(),
            fleet: fleet.to_owned(),
            commit,
            clusters,
            digest: String::new(),
        };
        saved.digest = saved.own_digest()?;
        Ok(saved)
    }

    /// The plan that a text is.
    ///
    /// # Errors
    /// If it is not what is written, or was changed since.
    pub fn read(text: &str) -> Result<Self, BadPlan> {
        let Versioned { version } = serde_json::from_str(text)?;
        if version != VERSION {
            return Err(BadPlan::Version(version));
        }
        let saved: Self = serde_json::from_str(text)?;
        if saved.digest != saved.own_digest()? {
            return Err(BadPlan::Digest);
        }
        Ok(saved)
    }

    fn own_digest(&self) -> serde_json::Result<String> {
        let blank = Self { digest: String::new(), ..self.clone() };
        serde_json::to_value(&blank).map(|value| Digest::of(&value).to_string())
    }
}

impl SavedObject {
    /// What names it.
    pub fn reference(&self) -> ObjectRef {
        ObjectRef {
            group: Arc::from(self.group.as_str()),
            kind: Arc::from(self.kind.as_str()),
            namespace: self.namespace.as_deref().map(Arc::from),
            name: Arc::from(self.name.as_str()),
        }
    }
}

impl SavedCluster {
    /// The plan for one cluster, with what is permitted. `salt` keys the hashes where there is no record that holds a
    /// key.
    ///
    /// # Errors
    /// If it cannot be written as JSON, which does not happen to it.
    pub fn new(
        plan: &Plan,
        wanted: &Wanted<'_>,
        state: &LiveState,
        previews: &BTreeMap<ObjectRef, Preview>,
        release: Digest,
        permit: &Permit,
        salt: [u8; 32],
    ) -> serde_json::Result<Self> {
        let recorded = state.recorded().map(|record| record.key);
        let key = Key(recorded.unwrap_or(salt));
        let Permit { adopt, deletions, take_over, limits: _ } = permit;
        let mut saved = Self {
            name: plan.cluster.to_string(),
            uid: state.uid.clone(),
            release: release.to_string(),
            adopt: *adopt,
            deletions: *deletions,
            takes: take_over.iter().map(TakeOver::to_string).collect(),
            deletes: wanted.deletes.iter().map(Named::to_string).collect(),
            salt: recorded.is_none().then(|| Digest::from_bytes(salt).to_string()),
            objects: objects(plan, wanted, state, previews, &key, recorded.is_some()),
            seal: String::new(),
        };
        saved.seal = key.hash("", &serde_json::to_value(&saved)?);
        Ok(saved)
    }

    /// What is permitted, by the plan and by these limits.
    ///
    /// # Errors
    /// If something in it is not what is written.
    pub fn permit(&self, limits: Limits) -> Result<Permit, BadName> {
        let take_over = self.takes.iter().map(|take| TakeOver::parse(take)).collect::<Result<_, _>>()?;
        Ok(Permit { adopt: self.adopt, deletions: self.deletions, take_over, limits })
    }

    /// What may be deleted with all that is in it: [`Wanted::deletes`].
    ///
    /// # Errors
    /// If something in it is not what is written.
    pub fn named(&self) -> Result<Vec<Named>, BadName> {
        self.deletes.iter().map(|name| Named::parse(name)).collect()
    }

    /// What is allowed of what it still has to do, by a plan that it was held against and found to be the same: what was
    /// said of the deletions was said of all that it names, and some may be done.
    pub fn left(&self, plan: &Plan, permit: Permit, deletes: Vec<Named>) -> (Permit, Vec<Named>) {
        let named = self.objects.iter().filter(|object| object.action == SavedAction::Delete).count();
        let left = || plan.changes.iter().filter(|change| change.action == Action::Delete);
        let deletions = permit.deletions.map(|said| if said == named { left().count() } else { said });
        let is_left = |name: &Named| left().any(|change| name.matches(&change.object));
        (Permit { deletions, ..permit }, deletes.into_iter().filter(is_left).collect())
    }

    /// Whether it is as it was written by somebody who could read the record that this key is of.
    ///
    /// # Errors
    /// If it cannot be written as JSON, which does not happen to it.
    pub fn is_sealed(&self, key: [u8; 32]) -> serde_json::Result<bool> {
        let blank = Self { seal: String::new(), ..self.clone() };
        Ok(self.seal == Key(key).hash("", &serde_json::to_value(&blank)?))
    }
}

/// What is to be done to each object of a plan. With the key beside it, a short secret could be guessed from its hash:
/// unless `is_kept`, no hash of an object with secrets is told.
pub(super) fn objects(
    plan: &Plan,
    wanted: &Wanted<'_>,
    state: &LiveState,
    previews: &BTreeMap<ObjectRef, Preview>,
    key: &Key,
    is_kept: bool,
) -> Vec<SavedObject> {
    let objects = plan.changes.iter().map(|change| {
        let live = state.live(&change.object);
        let after = match previews.get(&change.object) {
            Some(Preview::Accepted(object)) if action(&change.action) != SavedAction::Unchanged => {
                Some(object)
            }
            Some(_) | None => None,
        };
        let object = change.object.clone();
        let hidden = hides(&object, wanted, state);
        let is_told = is_kept || !hidden.is_secret();
        let key = key.of(&object);
        let (live_told, after) = (live.filter(|_| is_told), after.filter(|_| is_told));
        let rendered = wanted.objects.get(&object).filter(|_| is_told);
        SavedObject {
            uid: live.and_then(Live::uid).map(str::to_owned),
            action: action(&change.action),
            rendered: rendered.map(|object| key.hash("", &object.body(&wanted.set))),
            before: live_told.map(|live| key.fields(&live.object, after, &hidden)).unwrap_or_default(),
            after: after.map(|after| key.fields(after, None, &hidden)).unwrap_or_default(),
            between: between(change, live_told, after, wanted, &key, &hidden),
            group: object.group.to_string(),
            kind: object.kind.to_string(),
            namespace: object.namespace.map(|namespace| namespace.to_string()),
            name: object.name.to_string(),
        }
    });
    objects.collect()
}

/// The hash of the subsets of a `DestinationRule` as they are after the first of two writes: those that it gets, and those
/// that it loses.
fn between(
    change: &Change,
    live: Option<&Live>,
    after: Option<&Value>,
    wanted: &Wanted<'_>,
    key: &Key,
    hidden: &Hidden,
) -> Option<String> {
    let shrinking = shrinking(change, &live?.object, wanted.objects.get(&change.object)?.object)?;
    let after = after?.pointer("/spec/subsets").and_then(Value::as_array);
    let subsets: Vec<Value> = after.into_iter().flatten().cloned().chain(shrinking.gone).collect();
    let path = [Member::Field("spec".to_owned()), Member::Field("subsets".to_owned())];
    Some(key.hash(&key.path(&path, hidden), &Value::from(subsets)))
}

/// What must not be told of an object.
pub(super) fn hides(object: &ObjectRef, wanted: &Wanted<'_>, state: &LiveState) -> Hidden {
    match wanted.objects.get(object) {
        Some(wanted) => hidden(wanted, state),
        None => {
            let record = state.recorded();
            let entry = record.and_then(|record| record.inventory.get(object));
            Hidden::of(object, entry.into_iter().flat_map(|entry| &entry.secrets))
        }
    }
}

fn action(action: &Action) -> SavedAction {
    match action {
        Action::Unchanged => SavedAction::Unchanged,
        Action::Create => SavedAction::Create,
        Action::Update => SavedAction::Update,
        Action::Adopt => SavedAction::Adopt,
        Action::Replace(_) => SavedAction::Replace,
        Action::Delete => SavedAction::Delete,
        Action::Keep(_)
        | Action::Stray
        | Action::Terminating(_)
        | Action::Refused(_)
        | Action::Unknown(_) => SavedAction::Leave,
    }
}
