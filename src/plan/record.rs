//! The record: what fleetwright knows of what it applied to a cluster. It is kept in the cluster.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::stored;
use super::wanted::Wanted;
use crate::object::{Digest, FieldPath, ObjectRef};

/// What fleetwright knows of what it applied to one cluster.
#[derive(Clone, PartialEq)]
pub struct Record {
    /// The fleet.
    pub fleet: String,
    /// The cluster's name in it.
    pub cluster: String,
    /// The UID of the cluster's `kube-system` namespace: the record of one cluster is none of another.
    pub uid: String,
    /// What hashes in plans are keyed with. Secret.
    pub key: [u8; 32],
    /// Every object that was applied, or was about to be.
    pub inventory: BTreeMap<ObjectRef, Entry>,
    /// What was applied, the newest first; at most [`Record::RELEASES`].
    pub releases: Vec<Release>,
    /// The run that has begun to change the cluster and is not known to have ended.
    pub run: Option<Run>,
}

/// What is known of one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The version of the API that it was sent in, as `apps/v1`.
    pub api_version: String,
    /// The unit that rendered it, as `service.storefront`.
    pub unit: String,
    /// Its UID; none until it was applied once.
    pub uid: Option<String>,
    /// How it was applied last; none until then.
    pub applied: Option<Applied>,
    /// The paths in it that were secret.
    pub secrets: BTreeSet<FieldPath>,
}

/// How an object was applied last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The digest of what was rendered: [`WantedObject::digest`](super::WantedObject::digest).
    pub rendered: Digest,
    /// The digest of the values of our fields, as the server returned them:
    /// [`FieldSet::digest`](crate::object::FieldSet::digest).
    pub owned: Digest,
    /// The digest of what the server does to such objects: [`Admission::around`](super::Admission::around).
    pub admission: Digest,
}

/// What was applied as one.
#[derive(Clone, PartialEq)]
pub struct Release {
    /// Its digest.
    pub digest: Digest,
    /// The version of fleetwright.
    pub tool: String,
    /// The commit that it was rendered from, if there was one.
    pub commit: Option<String>,
    /// Whether files differed from that commit.
    pub dirty: bool,
    /// When it was first applied here, by the clock of the cluster's API server. Evidence is younger.
    pub at: Timestamp,
    /// Who applied it: `user@host`.
    pub by: String,
    /// The rollout it is of; none for a cluster that is a release of its own.
    pub rollout: Option<String>,
    /// Since when all of it is there and ready, by the same clock; a later write begins it anew. None until then.
    pub ready: Option<Timestamp>,
    /// Whether it has proven itself here: soaked, and all gates of its stage passed. A rollback goes to such a one.
    pub verified: bool,
    /// How many objects it changed here: a canary that it did not change has proven nothing.
    pub written: usize,
    /// What it changed here, as `Deployment of service.storefront`.
    pub covers: BTreeSet<String>,
    /// Why the rules of its rollout were broken for it.
    pub broken_glass: Option<String>,
    /// Its objects as they were rendered, for the release applied last and the last verified one.
    pub objects: Option<Arc<[Kept]>>,
}

/// An object as it was rendered for a release. Its values may be secret: it has no `Debug`.
#[derive(Clone, PartialEq)]
pub struct Kept {
    /// The object.
    pub body: serde_json::Value,
    /// The paths in it that were secret.
    pub secrets: BTreeSet<FieldPath>,
}

impl Kept {
    /// What is kept of all objects of a cluster.
    pub fn all(wanted: &Wanted<'_>) -> Arc<[Self]> {
        let objects = wanted.objects.iter().map(|(_, wanted)| Self {
            body: serde_json::Value::Object(wanted.object.body().clone()),
            secrets: wanted.secrets.clone(),
        });
        objects.collect()
    }
}

/// A run that changes a cluster. Recorded before its first write and taken out after its last: what stands here is not
/// finished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its id, as `unlock` takes it.
    pub id: String,
    /// Who runs it: `user@host`.
    pub by: String,
    /// The release that it applies.
    pub release: Digest,
    /// When it began, by the clock of the cluster's API server.
    pub at: Timestamp,
    /// How far it had come.
    pub phase: Phase,
}

/// How far a run has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It writes, and waits for what it wrote.
    Applying,
    /// It deletes what is no longer rendered.
    Deleting,
    /// It ended, and not everything is as it is to be.
    Failed,
}

/// Without the key, and without what was applied.
impl std::fmt::Debug for Record {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { fleet, cluster, uid, key: _, inventory, releases, run: _ } = self;
        write!(
            f,
            "Record({fleet:?} on {cluster:?} {uid}, {} objects, {} releases)",
            inventory.len(),
            releases.len()
        )
    }
}

/// Without what was applied.
impl std::fmt::Debug for Release {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Release({} at {}, {} objects changed)", self.digest, self.at, self.written)
    }
}

/// Why something is no record.
#[derive(Debug, thiserror::Error)]
pub enum BadRecord {
    /// It is not what is written.
    #[error("it is not what fleetwright writes: {0}")]
    Format(String),
    /// It is of another version.
    #[error("its format has version {0}, and this build reads version {VERSION}")]
    Version(u32),
}

/// The version of the format.
pub(super) const VERSION: u32 = 1;

impl Record {
    /// How many releases are kept.
    pub const RELEASES: usize = 10;

    /// An empty one.
    pub fn new(fleet: &str, cluster: &str, uid: &str, key: [u8; 32]) -> Self {
        Self {
            fleet: fleet.to_owned(),
            cluster: cluster.to_owned(),
            uid: uid.to_owned(),
            key,
            inventory: BTreeMap::new(),
            releases: Vec::new(),
            run: None,
        }
    }

    /// What is stored: compressed JSON.
    ///
    /// # Errors
    /// If it cannot be compressed, which does not happen in memory.
    pub fn to_bytes(&self) -> std::io::Result<Vec<u8>> {
        stored::write(self)
    }

    /// What was stored.
    ///
    /// # Errors
    /// If it is not what is written, or of another version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BadRecord> {
        stored::read(bytes)
    }
}
