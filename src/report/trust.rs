//! What `trust` found and did, as text and JSON.

use serde::Serialize;

use super::json::{Finding, VERSION, findings};
use super::severity::Summary;
use crate::diagnostic::{Diagnostics, SourceMap};

/// What `trust -o json` prints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Trust {
    /// Always 1.
    pub version: u32,
    /// What answered; null if nothing did that may be trusted.
    pub found: Option<Found>,
    /// What was done about it.
    pub outcome: Outcome,
    /// What there is to tell.
    pub findings: Vec<Finding>,
    /// How many.
    pub summary: Summary,
}

/// What answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Found {
    /// The cluster of the fleet.
    pub cluster: String,
    /// The context of the kubeconfig.
    pub context: String,
    /// The address of the server.
    pub server: String,
    /// The user of the kubeconfig.
    pub user: String,
    /// The version of Kubernetes, as the server has it.
    pub kubernetes: String,
    /// The UID of its namespace kube-system.
    pub uid: String,
}

/// What `trust` did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Outcome {
    /// The UID was written into the fleet.
    Pinned,
    /// It was there already; nothing was written.
    AlreadyPinned,
    /// Nothing was written.
    NotPinned,
}

impl Trust {
    /// The document.
    pub fn new(found: Option<Found>, outcome: Outcome, problems: &Diagnostics, sources: &SourceMap) -> Self {
        let (findings, summary) = (findings(problems, sources), Summary::of(problems));
        Self { version: VERSION, found, outcome, findings, summary }
    }
}

/// What answered, a line for each fact.
pub fn text(found: &Found) -> String {
    let Found { cluster, context, server, user, kubernetes, uid } = found;
    let facts = [
        ("cluster", cluster),
        ("context", context),
        ("server", server),
        ("user", user),
        ("kubernetes", kubernetes),
        ("uid", uid),
    ];
    facts.iter().map(|(name, value)| format!("{name:<12}{}\n", value.escape_debug())).collect()
}
