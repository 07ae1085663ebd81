//! The last releases of a cluster, as text and JSON.

use serde::Serialize;

use super::escape::one_line;
use super::json::{Finding, VERSION, findings};
use super::release::Release;
use super::severity::{Summary, count};
use crate::diagnostic::{Diagnostics, SourceMap};

/// What `history -o json` prints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct History {
    /// Always 1.
    pub version: u32,
    /// The cluster; null if the command line names none.
    pub cluster: Option<String>,
    /// The releases that its record knows, the newest first; null if it could not be read.
    pub releases: Option<Vec<Release>>,
    /// What there is to tell.
    pub findings: Vec<Finding>,
    /// How many.
    pub summary: Summary,
}

impl History {
    /// The document.
    pub fn new(
        cluster: Option<String>,
        releases: Option<Vec<Release>>,
        problems: &Diagnostics,
        sources: &SourceMap,
    ) -> Self {
        let (findings, summary) = (findings(problems, sources), Summary::of(problems));
        Self { version: VERSION, cluster, releases, findings, summary }
    }
}

/// A few lines for each release, the newest first.
pub fn text(cluster: &str, releases: &[Release]) -> String {
    if releases.is_empty() {
        return format!("nothing was ever applied to {}\n", one_line(cluster));
    }
    let one = |release: &Release| {
        let mut lines = vec![release.head(), format!("    {}", release.far())];
        lines.push(format!("    {} changed", count(release.written, "object")));
        lines.extend(release.rollout.as_ref().map(|rollout| format!("    rollout {}", one_line(rollout))));
        let broken = release.broken_glass.as_ref();
        lines.extend(broken.map(|reason| format!("    rules broken: {}", one_line(reason))));
        lines.into_iter().map(|line| line + "\n").collect::<String>()
    };
    releases.iter().map(one).collect()
}
