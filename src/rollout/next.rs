//! Which cluster comes after one that has got a release, and from when.

use jiff::Timestamp;

use super::evidence::{ready, soaked};
use super::situation::{Seen, Situation};
use super::words;

/// The cluster that comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Next<'a> {
    /// The cluster.
    pub cluster: &'a str,
    /// When what comes before it has soaked.
    pub from: Timestamp,
    /// Whether a stage before it asks for gates or an approval, which this version does not judge.
    pub is_judged: bool,
}

impl Next<'_> {
    /// What to do, in a line. `now` is by the same clock.
    pub fn told(&self, now: Timestamp) -> String {
        let soaks = match self.from > now {
            true => format!(
                "soaks until {} ({}); then: ",
                words::moment(self.from),
                words::span(self.from.duration_since(now))
            ),
            false => "next: ".to_owned(),
        };
        let judged = if self.is_judged { ", which needs --break-glass until gates are judged" } else { "" };
        format!("{soaks}{}{judged}", words::apply(self.cluster))
    }
}

/// Which cluster comes after that of the situation, which is ready with the release since a moment. First the others of
/// its stage, in their order, then the next stage. None if it is the last.
pub fn next<'a>(situation: &Situation<'a>, since: Timestamp) -> Option<Next<'a>> {
    let rollout = situation.rollout;
    let (own, stage) = rollout.stage_of(situation.cluster)?;
    let state = |cluster: &str| match situation.others.get(cluster) {
        Some(Seen::Recorded { releases, run: None, .. }) => {
            releases.first().filter(|newest| newest.digest == situation.release).and_then(ready)
        }
        Some(Seen::Recorded { run: Some(_), .. } | Seen::Nothing | Seen::Unread(_)) | None => None,
    };
    let has = |cluster: &str| cluster == situation.cluster || state(cluster).is_some();
    let earlier = rollout.stages.iter().take(own);
    let soaks = |until: usize| {
        let stages = rollout.stages.iter().take(until);
        let soaked = stages.flat_map(|stage| stage.clusters.iter().map(move |cluster| (cluster, stage)));
        let soaked = soaked.filter_map(|(cluster, stage)| {
            let ready = if **cluster == *situation.cluster { Some(since) } else { state(cluster) };
            ready.map(|ready| self::soaked(ready, stage))
        });
        soaked.max().unwrap_or(since)
    };
    if let Some(cluster) = stage.clusters.iter().find(|cluster| !has(cluster)) {
        let is_judged = earlier.clone().any(|stage| stage.approval || !stage.gates.is_empty());
        return Some(Next { cluster, from: soaks(own), is_judged });
    }
    let mut later = rollout.stages.iter().enumerate().skip(own + 1);
    let (place, cluster) = later.find_map(|(place, stage)| {
        stage.clusters.iter().find(|cluster| !has(cluster)).map(|cluster| (place, cluster))
    })?;
    let mut before = rollout.stages.iter().take(place);
    let is_judged = before.any(|stage| stage.approval || !stage.gates.is_empty());
    Some(Next { cluster, from: soaks(place), is_judged })
}
