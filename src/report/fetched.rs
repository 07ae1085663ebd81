//! What `schema fetch` recorded, as text and JSON.

use serde::Serialize;

use super::json::{Finding, VERSION, findings};
use super::severity::Summary;
use crate::diagnostic::{Diagnostics, SourceMap};

/// What `schema fetch -o json` prints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Fetch {
    /// Always 1.
    pub version: u32,
    /// The clusters whose schemas were recorded.
    pub clusters: Vec<Fetched>,
    /// What there is to tell, among it why others were not.
    pub findings: Vec<Finding>,
    /// How many.
    pub summary: Summary,
}

/// One cluster whose schemas were recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Fetched {
    /// The cluster of the fleet.
    pub cluster: String,
    /// The version of Kubernetes, as the server has it.
    pub kubernetes: String,
    /// How many kinds it serves that can be applied, each version counted.
    pub kinds: usize,
    /// The groups and versions that could not be read.
    pub unread: Vec<String>,
    /// The groups and versions that could not be read and stay as recorded before.
    pub kept: Vec<String>,
    /// How many files were written.
    pub written: usize,
    /// How many files were removed: definitions that no cluster uses any longer.
    pub removed: usize,
}

impl Fetch {
    /// The document.
    pub fn new(clusters: Vec<Fetched>, problems: &Diagnostics, sources: &SourceMap) -> Self {
        let (findings, summary) = (findings(problems, sources), Summary::of(problems));
        Self { version: VERSION, clusters, findings, summary }
    }
}

/// One line about a cluster.
pub fn line(fetched: &Fetched) -> String {
    let Fetched { cluster, kubernetes, kinds, unread, kept, written, removed } = fetched;
    let some = |versions: &[String], what: &str| match versions.len() {
        0 => String::new(),
        count => format!(", {count} of its API versions {what}"),
    };
    let (kept, unread) = (some(kept, "kept as recorded before"), some(unread, "unread"));
    let files = match (written, removed) {
        (0, 0) => "as recorded before".to_owned(),
        (written, 0) => format!("{written} files written"),
        (written, removed) => format!("{written} files written, {removed} removed"),
    };
    format!("{cluster}: Kubernetes {}, {kinds} kinds{kept}{unread}: {files}\n", kubernetes.escape_debug())
}
