//! How moments, spans of time, releases and commands are told.

use jiff::{SignedDuration, Timestamp};

use crate::object::Digest;
use crate::plan::Release;

/// `0123456789ab of commit 89abcdef0123, with changes`.
pub fn release(release: &Release) -> String {
    let commit =
        release.commit.as_deref().map(|commit| commit.chars().take(Digest::SHORT).collect::<String>());
    let of = commit.map_or_else(String::new, |commit| format!(" of commit {}", commit.escape_debug()));
    let dirty = if release.dirty { ", with changes" } else { "" };
    format!("{}{of}{dirty}", release.digest.short())
}

/// `2026-03-01 10:00:00 UTC`.
pub fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// `1h 5m`, to the next second above.
pub fn span(time: SignedDuration) -> String {
    let seconds = time.as_secs().saturating_add(i64::from(time.subsec_nanos() > 0)).max(0);
    let parts =
        [(seconds / 86_400, "d"), (seconds / 3_600 % 24, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s")];
    let told: Vec<String> = parts
        .into_iter()
        .skip_while(|(count, _)| *count == 0)
        .take(2)
        .filter(|(count, _)| *count > 0)
        .map(|(count, unit)| format!("{count}{unit}"))
        .collect();
    if told.is_empty() { "0s".to_owned() } else { told.join(" ") }
}

/// `fleetwright apply --cluster prod-a`.
pub fn apply(cluster: &str) -> String {
    format!("fleetwright apply --cluster {cluster}")
}
