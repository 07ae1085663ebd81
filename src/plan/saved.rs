//! The plan file: what was shown, so that exactly that can be applied. No value stands in it, but hashes of values.

use std::collections::BTreeMap;

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::Sha256;

use super::build::{Plan, hidden};
use super::change::Action;
use super::conflict::steps;
use super::ownership::ours;
use super::preview::Preview;
use super::state::{Kind, Live, LiveState};
use super::wanted::Wanted;
use crate::diff::Hidden;
use crate::object::{Digest, Member, ObjectRef};

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
    /// The key of the hashes where the cluster has no record yet, which holds it otherwise.
    pub salt: Option<String>,
    /// The objects, in the order in which they are applied.
    pub objects: Vec<SavedObject>,
    /// A keyed hash of all of the above: where there is a record, only who can read it can make one.
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

impl SavedCluster {
    /// The plan for one cluster. `salt` keys the hashes where there is no record that holds a key.
    ///
    /// # Errors
    /// If it cannot be written as JSON, which does not happen to it.
    pub fn new(
        plan: &Plan,
        wanted: &Wanted<'_>,
        state: &LiveState,
        previews: &BTreeMap<ObjectRef, Preview>,
        release: Digest,
        salt: [u8; 32],
    ) -> serde_json::Result<Self> {
        let recorded = state.record.as_ref().ok().and_then(Option::as_ref).map(|record| record.key);
        let key = Key(recorded.unwrap_or(salt));
        let objects = plan.changes.iter().map(|change| {
            let live = match state.kind(&change.object) {
                Some(Kind::Listed { objects, .. }) => objects.get(&change.object),
                Some(Kind::NotServed | Kind::Unread(_)) | None => None,
            };
            let after = match previews.get(&change.object) {
                Some(Preview::Accepted(object)) if action(&change.action) != SavedAction::Unchanged => {
                    Some(object)
                }
                Some(_) | None => None,
            };
            let object = change.object.clone();
            let hidden = match wanted.objects.get(&object) {
                Some(wanted) => hidden(wanted, state),
                None => {
                    let record = state.record.as_ref().ok().and_then(Option::as_ref);
                    let entry = record.and_then(|record| record.inventory.get(&object));
                    Hidden::of(&object, entry.into_iter().flat_map(|entry| &entry.secrets))
                }
            };
            // With the key beside it, a short secret could be guessed from its hash.
            let is_told = recorded.is_some() || !hidden.is_secret();
            let key = key.of(&object);
            let (live_told, after) = (live.filter(|_| is_told), after.filter(|_| is_told));
            let rendered = wanted.objects.get(&object).filter(|_| is_told);
            SavedObject {
                uid: live.and_then(Live::uid).map(str::to_owned),
                action: action(&change.action),
                rendered: rendered.map(|object| key.hash("", &object.body(&wanted.set))),
                before: live_told.map(|live| key.fields(&live.object, after, &hidden)).unwrap_or_default(),
                after: after.map(|after| key.fields(after, None, &hidden)).unwrap_or_default(),
                group: object.group.to_string(),
                kind: object.kind.to_string(),
                namespace: object.namespace.map(|namespace| namespace.to_string()),
                name: object.name.to_string(),
            }
        });
        let mut saved = Self {
            name: plan.cluster.to_string(),
            uid: state.uid.clone(),
            release: release.to_string(),
            salt: recorded.is_none().then(|| Digest::from_bytes(salt).to_string()),
            objects: objects.collect(),
            seal: String::new(),
        };
        saved.seal = key.hash("", &serde_json::to_value(&saved)?);
        Ok(saved)
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

/// What hashes are keyed with.
struct Key([u8; 32]);

impl Key {
    /// The key of one object: the same value in two of them has two hashes.
    fn of(&self, object: &ObjectRef) -> Self {
        let mut mac = self.mac();
        for part in
            [&object.group, &object.kind, object.namespace.as_ref().unwrap_or(&object.group), &object.name]
        {
            mac.update(part.as_bytes());
            mac.update(&[0]);
        }
        Self(mac.finalize().into_bytes().into())
    }

    fn mac(&self) -> Hmac<Sha256> {
        // HMAC fills a short key up with zeros.
        let mut block = [0; 64];
        block.iter_mut().zip(self.0).for_each(|(place, byte)| *place = byte);
        Hmac::<Sha256>::new(&block.into())
    }

    /// The hash of a value at a path: the first half of HMAC-SHA256
    /// ([RFC 2104](https://www.rfc-editor.org/rfc/rfc2104), truncated as its section 5 allows), in hexadecimal.
    fn hash(&self, path: &str, value: &Value) -> String {
        let mut mac = self.mac();
        mac.update(path.as_bytes());
        mac.update(&[0]);
        mac.update(Digest::of(value).as_bytes());
        mac.finalize().into_bytes().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }

    /// A path; one that names an item by something secret as a hash.
    fn path(&self, path: &[Member], hidden: &Hidden) -> String {
        let text: String = path.iter().map(Member::to_string).collect();
        let steps = steps(path);
        if hidden.path(&steps) == steps { text } else { format!("#{}", self.hash("#", &Value::from(text))) }
    }

    /// The hashes of the fields that we own in an object, and of those that we would own `then`.
    fn fields(&self, object: &Value, then: Option<&Value>, hidden: &Hidden) -> BTreeMap<String, String> {
        let mut hashes = BTreeMap::new();
        for owned in [Some(object), then].into_iter().flatten().filter_map(ours) {
            for (path, value) in owned.fields.leaves(object) {
                let path = self.path(&path, hidden);
                let hash = match value {
                    Some(value) => self.hash(&path, value),
                    None => "absent".to_owned(),
                };
                hashes.insert(path, hash);
            }
        }
        hashes
    }
}
