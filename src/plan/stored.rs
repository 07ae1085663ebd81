//! The record as it is stored: compressed JSON of a form of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::sync::Arc;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::record::{Applied, BadRecord, Entry, Kept, Phase, Record, Release, Run, VERSION};
use crate::object::{Digest, FieldPath, ObjectRef};

/// The most bytes that are unpacked: some hundred thousand objects.
const MAX_UNPACKED: u64 = 512 << 20;

#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Stored {
    version: u32,
    fleet: String,
    cluster: String,
    uid: String,
    key: String,
    inventory: Vec<StoredEntry>,
    releases: Vec<StoredRelease>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    run: Option<StoredRun>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct StoredEntry {
    group: Arc<str>,
    kind: Arc<str>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    namespace: Option<Arc<str>>,
    name: Arc<str>,
    api_version: String,
    unit: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    uid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    applied: Option<StoredApplied>,
    #[serde(skip_serializing_if = "BTreeSet::is_empty", default)]
    secrets: BTreeSet<FieldPath>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredApplied {
    rendered: String,
    owned: String,
    admission: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct StoredRelease {
    digest: String,
    tool: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    commit: Option<String>,
    dirty: bool,
    at: String,
    by: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    rollout: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    ready: Option<String>,
    verified: bool,
    written: usize,
    #[serde(skip_serializing_if = "BTreeSet::is_empty", default)]
    covers: BTreeSet<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    broken_glass: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    objects: Option<Vec<StoredObject>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredObject {
    body: Value,
    #[serde(skip_serializing_if = "BTreeSet::is_empty", default)]
    secrets: BTreeSet<FieldPath>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct StoredRun {
    id: String,
    by: String,
    release: String,
    at: String,
    phase: StoredPhase,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum StoredPhase {
    Applying,
    Deleting,
    Failed,
}

pub(super) fn write(record: &Record) -> std::io::Result<Vec<u8>> {
    let Record { fleet, cluster, uid, key, inventory, releases, run } = record;
    let stored = Stored {
        version: VERSION,
        fleet: fleet.clone(),
        cluster: cluster.clone(),
        uid: uid.clone(),
        key: Digest::from_bytes(*key).to_string(),
        inventory: inventory.iter().map(|(object, entry)| StoredEntry::of(object, entry)).collect(),
        releases: releases.iter().take(Record::RELEASES).map(StoredRelease::of).collect(),
        run: run.as_ref().map(StoredRun::of),
    };
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    serde_json::to_writer(&mut packed, &stored)?;
    packed.flush()?;
    packed.finish()
}

pub(super) fn read(bytes: &[u8]) -> Result<Record, BadRecord> {
    let mut text = Vec::new();
    let mut unpacked = GzDecoder::new(bytes).take(MAX_UNPACKED);
    unpacked.read_to_end(&mut text).map_err(|error| BadRecord::Format(error.to_string()))?;
    // Its own words could repeat what is recorded.
    let wrong = |error: serde_json::Error| {
        BadRecord::Format(format!("at line {}, column {}", error.line(), error.column()))
    };
    let Versioned { version } = serde_json::from_slice(&text).map_err(wrong)?;
    if version != VERSION {
        return Err(BadRecord::Version(version));
    }
    let stored: Stored = serde_json::from_slice(&text).map_err(wrong)?;
    let mut record =
        Record::new(&stored.fleet, &stored.cluster, &stored.uid, *digest(&stored.key)?.as_bytes());
    let entries: Result<BTreeMap<_, _>, _> = stored.inventory.into_iter().map(StoredEntry::read).collect();
    record.inventory = entries?;
    record.releases = stored.releases.into_iter().map(StoredRelease::read).collect::<Result<_, _>>()?;
    record.run = stored.run.map(StoredRun::read).transpose()?;
    Ok(record)
}

fn digest(text: &str) -> Result<Digest, BadRecord> {
    Digest::parse(text).ok_or_else(|| BadRecord::Format("a digest in it is none".to_owned()))
}

fn moment(text: &str) -> Result<Timestamp, BadRecord> {
    text.parse().map_err(|_| BadRecord::Format("a time in it is none".to_owned()))
}

impl StoredEntry {
    fn of(object: &ObjectRef, entry: &Entry) -> Self {
        let ObjectRef { group, kind, namespace, name } = object.clone();
        let Entry { api_version, unit, uid, applied, secrets } = entry.clone();
        let applied = applied.map(|Applied { rendered, owned, admission }| StoredApplied {
            rendered: rendered.to_string(),
            owned: owned.to_string(),
            admission: admission.to_string(),
        });
        Self { group, kind, namespace, name, api_version, unit, uid, applied, secrets }
    }

    fn read(self) -> Result<(ObjectRef, Entry), BadRecord> {
        let Self { group, kind, namespace, name, api_version, unit, uid, applied, secrets } = self;
        let applied = match applied {
            Some(StoredApplied { rendered, owned, admission }) => Some(Applied {
                rendered: digest(&rendered)?,
                owned: digest(&owned)?,
                admission: digest(&admission)?,
            }),
            None => None,
        };
        Ok((ObjectRef { group, kind, namespace, name }, Entry { api_version, unit, uid, applied, secrets }))
    }
}

impl StoredRelease {
    fn of(release: &Release) -> Self {
        let Release { digest, at, ready, tool, commit, dirty, by, rollout, verified, written, .. } = release;
        Self {
            digest: digest.to_string(),
            tool: tool.clone(),
            commit: commit.clone(),
            dirty: *dirty,
            at: at.to_string(),
            by: by.clone(),
            rollout: rollout.clone(),
            ready: ready.map(|ready| ready.to_string()),
            verified: *verified,
            written: *written,
            covers: release.covers.clone(),
            broken_glass: release.broken_glass.clone(),
            objects: release.objects.as_ref().map(|objects| objects.iter().map(StoredObject::of).collect()),
        }
    }

    fn read(self) -> Result<Release, BadRecord> {
        Ok(Release {
            digest: digest(&self.digest)?,
            tool: self.tool,
            commit: self.commit,
            dirty: self.dirty,
            at: moment(&self.at)?,
            by: self.by,
            rollout: self.rollout,
            ready: self.ready.as_deref().map(moment).transpose()?,
            verified: self.verified,
            written: self.written,
            covers: self.covers,
            broken_glass: self.broken_glass,
            objects: self.objects.map(|objects| objects.into_iter().map(StoredObject::read).collect()),
        })
    }
}

impl StoredObject {
    fn of(kept: &Kept) -> Self {
        let Kept { body, secrets } = kept.clone();
        Self { body, secrets }
    }

    fn read(self) -> Kept {
        let Self { body, secrets } = self;
        Kept { body, secrets }
    }
}

impl StoredRun {
    fn of(run: &Run) -> Self {
        let Run { id, by, release, at, phase } = run.clone();
        let phase = match phase {
            Phase::Applying => StoredPhase::Applying,
            Phase::Deleting => StoredPhase::Deleting,
            Phase::Failed => StoredPhase::Failed,
        };
        Self { id, by, release: release.to_string(), at: at.to_string(), phase }
    }

    fn read(self) -> Result<Run, BadRecord> {
        let Self { id, by, release, at, phase } = self;
        let phase = match phase {
            StoredPhase::Applying => Phase::Applying,
            StoredPhase::Deleting => Phase::Deleting,
            StoredPhase::Failed => Phase::Failed,
        };
        Ok(Run { id, by, release: digest(&release)?, at: moment(&at)?, phase })
    }
}
