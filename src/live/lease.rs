//! The Lease of a lock: what a run claims in it, and what it says of its holder.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::notice::legible;
use crate::object::Digest;
use crate::plan::SetId;

/// The annotations that tell who holds it.
const BY: &str = "fleetwright.dev/by";
const PROCESS: &str = "fleetwright.dev/process";
const RELEASE: &str = "fleetwright.dev/release";
const CLUSTER: &str = "fleetwright.dev/cluster";
const SINCE: &str = "fleetwright.dev/since";

/// One of the locks of a fleet: where its Lease is, and what it is of.
#[derive(Clone, Debug)]
pub struct LockId {
    /// The namespace of the Lease.
    pub(super) namespace: Arc<str>,
    /// Its name.
    pub(super) name: String,
    /// The rollout; none if it is of the cluster that keeps it.
    rollout: Option<Arc<str>>,
}

impl LockId {
    /// That of a cluster, which keeps it.
    pub fn of_cluster(set: &SetId) -> Self {
        Self { namespace: Arc::clone(&set.namespace), name: set.name.clone(), rollout: None }
    }

    /// That of a rollout, which its first cluster keeps.
    pub fn of_rollout(set: &SetId, rollout: &str) -> Self {
        let name = format!("{}.rollout.{rollout}", set.name);
        Self { namespace: Arc::clone(&set.namespace), name, rollout: Some(Arc::from(rollout)) }
    }

    /// What it is of, in words, if this cluster keeps it.
    pub fn what(&self, keeper: &str) -> String {
        match &self.rollout {
            Some(rollout) => format!("rollout \"{rollout}\""),
            None => format!("cluster \"{keeper}\""),
        }
    }

    /// The command that frees it of a run that has ended, if this cluster keeps it.
    pub fn unlock(&self, keeper: &str, run: &str) -> String {
        let rollout = if self.rollout.is_some() { " --rollout" } else { "" };
        format!("fleetwright unlock --cluster {keeper}{rollout} {run}")
    }
}

/// What a run claims.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The lock.
    pub lock: LockId,
    /// The id of the run.
    pub run: Arc<str>,
    /// Who runs it: `user@host`.
    pub by: String,
    /// The process on that host.
    pub process: u32,
    /// The release that is applied.
    pub release: Digest,
    /// The cluster that is changed.
    pub cluster: Arc<str>,
    /// How long it lasts without being renewed.
    pub lasts: Duration,
}

impl Claim {
    /// The Lease that claims it: `version` as it must still be, if it is there.
    pub(super) fn body(
        &self,
        version: Option<&str>,
        transitions: i64,
        since: Option<Timestamp>,
        now: Option<Timestamp>,
    ) -> Value {
        let mut metadata = Map::from_iter([
            ("name".to_owned(), json!(self.lock.name)),
            ("namespace".to_owned(), json!(*self.lock.namespace)),
            (
                "annotations".to_owned(),
                json!({
                    BY: self.by,
                    PROCESS: self.process.to_string(),
                    RELEASE: self.release.to_string(),
                    CLUSTER: *self.cluster,
                    SINCE: since.map(|since| since.to_string()).unwrap_or_default(),
                }),
            ),
        ]);
        metadata.extend(version.map(|version| ("resourceVersion".to_owned(), json!(version))));
        let mut spec = Map::from_iter([
            ("holderIdentity".to_owned(), json!(*self.run)),
            ("leaseDurationSeconds".to_owned(), json!(self.lasts.as_secs().max(1))),
            ("leaseTransitions".to_owned(), json!(transitions)),
        ]);
        // `MicroTime`: always with six digits.
        let micro = |time: Timestamp| json!(format!("{time:.6}"));
        spec.extend(since.map(|since| ("acquireTime".to_owned(), micro(since))));
        spec.extend(now.map(|now| ("renewTime".to_owned(), micro(now))));
        json!({ "apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata, "spec": spec })
    }
}

/// Who holds a lock, as its Lease says. All texts are on one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The id of the run.
    pub run: String,
    /// Who runs it; empty if the Lease does not say.
    pub by: String,
    /// The process.
    pub process: String,
    /// The release.
    pub release: String,
    /// The cluster that is changed.
    pub cluster: String,
    /// Since when it has held it, by the clock of the API server.
    pub since: String,
    /// When it last renewed it, by the same clock.
    pub renewed: String,
    /// How long it lasts without being renewed.
    pub lasts: Duration,
}

impl Holder {
    /// What is known of it, a line each.
    pub fn notes(&self) -> Vec<String> {
        let Self { run, by, process, release, cluster, since, renewed, lasts: _ } = self;
        let lines = [
            ("run", run),
            ("by", by),
            ("process", process),
            ("release", release),
            ("cluster", cluster),
            ("since", since),
            ("last renewed", renewed),
        ];
        let said = lines.into_iter().filter(|(_, text)| !text.is_empty());
        said.map(|(what, text)| format!("{what} {text}")).collect()
    }
}

impl Holder {
    /// Whether it has not been renewed for as long as it lasts, by what it says itself and the clock of its server: a run
    /// that wants it watches it all the same before it takes it.
    pub fn is_over(&self, now: Timestamp) -> bool {
        let renewed = self.renewed.parse::<Timestamp>().ok();
        let lasts = jiff::SignedDuration::try_from(self.lasts).ok();
        let until = renewed.zip(lasts).and_then(|(renewed, lasts)| renewed.checked_add(lasts).ok());
        until.is_some_and(|until| until < now)
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { run, by, process, since, .. } = self;
        write!(f, "run {run}")?;
        for (what, text) in [("by", by), ("process", process), ("since", since)] {
            if !text.is_empty() {
                write!(f, ", {what} {text}")?;
            }
        }
        Ok(())
    }
}

/// A Lease as the server gives it.
pub(super) struct Lease(Value);

impl Lease {
    pub fn read(text: &str, name: &str) -> Option<Self> {
        let lease = Self(serde_json::from_str(text).ok()?);
        let is_it = lease.text("/kind") == "Lease" && lease.text("/metadata/name") == name;
        (is_it && !lease.version().is_empty()).then_some(lease)
    }

    fn text(&self, path: &str) -> &str {
        self.0.pointer(path).and_then(Value::as_str).unwrap_or_default()
    }

    pub fn version(&self) -> &str {
        self.text("/metadata/resourceVersion")
    }

    pub fn transitions(&self) -> i64 {
        self.0.pointer("/spec/leaseTransitions").and_then(Value::as_i64).unwrap_or_default()
    }

    pub fn holder(&self) -> Option<Holder> {
        let run = legible(self.text("/spec/holderIdentity"));
        let annotations = self.0.pointer("/metadata/annotations");
        let said =
            |name: &str| legible(annotations.and_then(|all| all.get(name)?.as_str()).unwrap_or_default());
        // A Lease without a time is held until somebody gives it back.
        let lasts = self.0.pointer("/spec/leaseDurationSeconds").and_then(Value::as_u64);
        (!run.is_empty()).then(|| Holder {
            run,
            by: said(BY),
            process: said(PROCESS),
            release: said(RELEASE),
            cluster: said(CLUSTER),
            since: said(SINCE),
            renewed: legible(self.text("/spec/renewTime")),
            lasts: lasts.map_or(Duration::MAX, Duration::from_secs),
        })
    }

    /// The same, held by nobody.
    pub fn freed(&self) -> Value {
        let metadata = ["name", "namespace", "resourceVersion", "labels"].map(|key| {
            (key.to_owned(), self.0.pointer("/metadata").and_then(|metadata| metadata.get(key)).cloned())
        });
        let metadata = metadata.into_iter().filter_map(|(key, value)| Some((key, value?)));
        json!({
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": metadata.collect::<Map<String, Value>>(),
            "spec": { "leaseTransitions": self.transitions() },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_that_was_not_renewed_for_as_long_as_it_lasts_is_over() {
        let is_over = |renewed: &str, lasts: Duration, now: &str| {
            let text = String::new;
            let holder = Holder {
                run: "aaaa".to_owned(),
                by: text(),
                process: text(),
                release: text(),
                cluster: text(),
                since: text(),
                renewed: renewed.to_owned(),
                lasts,
            };
            holder.is_over(now.parse().unwrap())
        };
        let lasts = Duration::from_secs(30);
        let renewed = "2026-03-01T10:00:00.000000Z";
        assert!(!is_over(renewed, lasts, "2026-03-01T10:00:30Z"));
        assert!(is_over(renewed, lasts, "2026-03-01T10:00:31Z"));
        // What says nothing, or never ends, is not over.
        assert!(!is_over("", lasts, "2026-03-01T11:00:00Z"));
        assert!(!is_over(renewed, Duration::MAX, "2026-03-01T11:00:00Z"));
    }
}
