//! A release of a cluster's record, as text and JSON.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::escape::one_line;
use crate::object::Digest;
use crate::plan;

/// What was applied as one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Release {
    /// Its digest.
    pub digest: String,
    /// The commit that it was rendered from; null if there was none.
    pub commit: Option<String>,
    /// Whether files differed from that commit.
    pub dirty: bool,
    /// The version of fleetwright.
    pub tool: String,
    /// When it was first applied here: RFC 3339, by the clock of the cluster's API server.
    pub at: String,
    /// Who applied it.
    pub by: String,
    /// Its rollout; null for a cluster that is a release of its own.
    pub rollout: Option<String>,
    /// Since when all of it is there and ready; null if it is not, or never was.
    pub ready: Option<String>,
    /// Until when it soaks, or did; null if it is not ready, or was replaced before.
    pub soaks_until: Option<String>,
    /// When the release after it was applied; null if there is none.
    pub replaced: Option<String>,
    /// How far it has come.
    pub state: State,
    /// How many objects it changed here.
    pub written: usize,
    /// Why the rules of its rollout were broken for it; null if they were not.
    pub broken_glass: Option<String>,
    /// Whether its objects are kept in the record, so that `diff --against release:DIGEST` can compare with them.
    pub has_objects: bool,
}

/// How far a release has come on a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum State {
    /// Not all of it is there, or ready.
    NotReady,
    /// It is ready, and has not been for long enough.
    Soaking,
    /// It has been ready for long enough.
    Soaked,
    /// It has proven itself.
    Verified,
    /// The release after it came before it had been ready for long enough.
    Replaced,
}

impl Release {
    /// That of a record. `soak` is how long a release must be ready on this cluster, `now` the time there; `replaced` is
    /// when the next one was applied, if one was.
    pub fn of(release: &plan::Release, soak: Duration, now: Timestamp, replaced: Option<Timestamp>) -> Self {
        let soak = SignedDuration::try_from(soak).unwrap_or(SignedDuration::MAX);
        let until = release.ready.map(|ready| ready.saturating_add(soak).unwrap_or(Timestamp::MAX));
        let state = match (until, replaced) {
            // One that is applied again has been verified before, and proves nothing now.
            (None, None) => State::NotReady,
            (Some(until), None) if now < until => State::Soaking,
            (Some(_), None) if release.verified => State::Verified,
            (Some(_), None) => State::Soaked,
            // When it was replaced it was judged.
            (_, Some(_)) if release.verified => State::Verified,
            (_, Some(_)) => State::Replaced,
        };
        Self {
            digest: release.digest.to_string(),
            commit: release.commit.clone(),
            dirty: release.dirty,
            tool: release.tool.clone(),
            at: release.at.to_string(),
            by: release.by.clone(),
            rollout: release.rollout.clone(),
            ready: release.ready.map(|ready| ready.to_string()),
            soaks_until: until.filter(|_| state != State::Replaced).map(|until| until.to_string()),
            replaced: replaced.map(|at| at.to_string()),
            state,
            written: release.written,
            broken_glass: release.broken_glass.clone(),
            has_objects: release.objects.is_some(),
        }
    }

    /// `1f0c9ab21b3c  commit 3f2a… and changes beside it, applied 2026-11-22T10:00:00Z by me@laptop`.
    pub(super) fn head(&self) -> String {
        let commit = match (&self.commit, self.dirty) {
            (Some(commit), false) => format!("commit {}", short(commit)),
            (Some(commit), true) => format!("commit {} and changes beside it", short(commit)),
            (None, _) => "no commit".to_owned(),
        };
        format!("{}  {commit}, applied {} by {}", short(&self.digest), one_line(&self.at), one_line(&self.by))
    }

    /// How far it has come, in a phrase.
    pub(super) fn far(&self) -> String {
        let until = self.soaks_until.as_deref().unwrap_or_default();
        let ready = self.ready.as_deref().unwrap_or_default();
        match self.state {
            State::NotReady => "not ready: not all of it is there, or ready".to_owned(),
            State::Soaking => format!("ready since {}, soaks until {}", one_line(ready), one_line(until)),
            State::Soaked => format!("ready since {}, soaked", one_line(ready)),
            State::Verified => "verified".to_owned(),
            State::Replaced if self.ready.is_none() => "replaced before it was ready".to_owned(),
            State::Replaced => {
                let replaced = self.replaced.as_deref().unwrap_or_default();
                format!(
                    "ready since {}, replaced {} before it was verified",
                    one_line(ready),
                    one_line(replaced)
                )
            }
        }
    }
}

/// The beginning of a digest or a commit.
pub(super) fn short(digest: &str) -> String {
    one_line(digest).chars().take(Digest::SHORT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOAK: Duration = Duration::from_secs(30 * 60);

    fn release(ready: Option<&str>, verified: bool) -> plan::Release {
        plan::Release {
            digest: Digest::of_bytes(b"release"),
            tool: "1.0.0".to_owned(),
            commit: None,
            dirty: false,
            at: "2026-03-01T09:59:00Z".parse().unwrap(),
            by: "me@laptop".to_owned(),
            rollout: None,
            ready: ready.map(|at| at.parse().unwrap()),
            verified,
            written: 1,
            covers: std::collections::BTreeSet::new(),
            broken_glass: None,
            objects: None,
        }
    }

    /// How far a release has come at 11:00, and what is said of it.
    fn far(ready: Option<&str>, verified: bool, replaced: Option<&str>) -> (State, String) {
        let now = "2026-03-01T11:00:00Z".parse().unwrap();
        let told = Release::of(&release(ready, verified), SOAK, now, replaced.map(|at| at.parse().unwrap()));
        (told.state, told.far())
    }

    #[test]
    fn one_that_was_replaced_soaks_no_longer() {
        let (soaked, soaking) = (Some("2026-03-01T10:00:00Z"), Some("2026-03-01T10:50:00Z"));
        let next = Some("2026-03-01T10:05:00Z");
        assert_eq!(far(soaked, false, None).0, State::Soaked);
        assert_eq!(far(soaking, false, None).0, State::Soaking);
        let (state, told) = far(soaked, false, next);
        assert_eq!(state, State::Replaced);
        assert_eq!(
            told,
            "ready since 2026-03-01T10:00:00Z, replaced 2026-03-01T10:05:00Z before it was verified"
        );
        assert_eq!(far(None, false, next), (State::Replaced, "replaced before it was ready".to_owned()));
        assert_eq!(far(soaked, true, next).0, State::Verified);
    }

    #[test]
    fn one_that_is_applied_again_is_not_verified_until_it_has_soaked_again() {
        assert_eq!(far(None, true, None).0, State::NotReady);
        assert_eq!(far(Some("2026-03-01T10:50:00Z"), true, None).0, State::Soaking);
        assert_eq!(far(Some("2026-03-01T10:00:00Z"), true, None).0, State::Verified);
    }
}
