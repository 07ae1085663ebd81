//! What stands between a release and the clusters after one that has, or has not, got it.

use jiff::{SignedDuration, Timestamp};

use super::situation::{Seen, Situation, Unready};
use super::{codes, words};
use crate::cluster::Stage;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::plan::{Phase, Release, Run};

/// When a release has soaked, as far as that is known: when it became ready and the soak after it.
pub fn soaked(ready: Timestamp, stage: &Stage) -> Timestamp {
    let soak = SignedDuration::try_from(stage.soak).unwrap_or(SignedDuration::MAX);
    ready.saturating_add(soak).unwrap_or(Timestamp::MAX)
}

/// Since when a release is ready, if that was seen after it came there.
pub fn ready(release: &Release) -> Option<Timestamp> {
    release.ready.filter(|ready| *ready >= release.at)
}

impl Situation<'_> {
    /// What stands in the way as far as one cluster of an earlier stage goes; nothing if it has proven the release.
    pub(super) fn lacks(&self, cluster: &str, stage: &Stage, problems: &mut Diagnostics) {
        let mut tell = |problem: Diagnostic| problems.push(problem.on(cluster));
        let (releases, run, drift, unready, now) = match self.others.get(cluster) {
            None => return tell(unread(cluster, "it was not asked", true)),
            Some(Seen::Unread(why)) => return tell(unread(cluster, why, true)),
            Some(Seen::Nothing) => {
                return tell(self.not_there(cluster, "nothing was ever applied to it".to_owned()));
            }
            Some(Seen::Recorded { releases, run, drift, unready, now }) => {
                (releases, run, drift, unready, *now)
            }
        };
        if let Some(run) = run {
            return tell(self.unfinished(cluster, run, now));
        }
        let Some(newest) = releases.first() else {
            return tell(self.not_there(cluster, "nothing was ever applied to it".to_owned()));
        };
        if newest.digest != self.release {
            return tell(self.other(cluster, newest));
        }
        let Some(ready) = ready(newest) else {
            let message = format!("cluster \"{cluster}\" is not ready with release {}", self.release.short());
            let problem = Diagnostic::error(codes::NOT_READY, message)
                .note(format!("it was applied there at {}", words::moment(newest.at)));
            return tell(problem.help(format!("`{}` goes on and waits for it", words::apply(cluster))));
        };
        if let Some(drift) = drift {
            let message =
                format!("cluster \"{cluster}\" is no longer as it was when the release became ready");
            let problem = Diagnostic::error(codes::DRIFTED, message).note(drift.clone());
            return tell(problem.help(format!(
                "look at it with `fleetwright diff --cluster {cluster}`; `{}` mends it, and the soak begins anew",
                words::apply(cluster)
            )));
        }
        // Pods that crash and come back are ready at every other look: it soaks from when they last came back.
        let unready = unready.as_deref().filter(|unready| unready.until > ready);
        let until = soaked(unready.map_or(ready, |unready| unready.until), stage);
        if now < until {
            let message = format!(
                "cluster \"{cluster}\" soaks until {}, {} more",
                words::moment(until),
                words::span(until.duration_since(now))
            );
            let soak = SignedDuration::try_from(stage.soak).unwrap_or(SignedDuration::MAX);
            let problem = Diagnostic::error(codes::SOAKING, message)
                .at(stage.span, format!("soaks for {}", words::span(soak)))
                .note(match unready {
                    None => format!("it is ready since {}", words::moment(ready)),
                    Some(Unready { what, until, how }) => format!(
                        "{what} was not ready until {}, {} ago; the soak counts from there: {how}",
                        words::moment(*until),
                        words::span(now.duration_since(*until))
                    ),
                });
            return tell(problem.help(format!("after that: `{}`", words::apply(self.cluster))));
        }
        if let Some(reason) = &newest.broken_glass {
            let message = format!("cluster \"{cluster}\" got this release against the rules of its rollout");
            tell(
                Diagnostic::warning(codes::BROKEN_GLASS, message)
                    .note(format!("because: {}", reason.escape_debug())),
            );
        }
    }

    /// What stands in the way as far as another cluster of the same stage goes: at most one is half-way.
    pub(super) fn sibling(&self, cluster: &str, problems: &mut Diagnostics) {
        match self.others.get(cluster) {
            None | Some(Seen::Nothing) => {}
            Some(Seen::Unread(why)) => problems.push(unread(cluster, why, false).on(cluster)),
            Some(Seen::Recorded { releases, run, drift, unready: _, now }) => {
                let own = releases.first().filter(|release| release.digest == self.release);
                match (run, own) {
                    (Some(run), _) if run.release == self.release => {
                        problems.push(self.unfinished(cluster, run, *now).on(cluster));
                    }
                    (Some(run), _) => problems.push(of_another(cluster, run)),
                    (None, Some(own)) if ready(own).is_none() => {
                        let release = self.release.short();
                        problems.push(
                            Diagnostic::error(
                                codes::NOT_READY,
                                format!("cluster \"{cluster}\" is not ready with release {release}"),
                            )
                            .note("it is of the same stage, and one cluster at a time is changed")
                            .on(cluster)
                            .help(format!("`{}` goes on and waits for it", words::apply(cluster))),
                        );
                    }
                    (None, Some(_)) => problems.append(drift.iter().map(|drift| {
                        let message = format!("cluster \"{cluster}\" is no longer as it was when the release became ready");
                        Diagnostic::warning(codes::DRIFTED, message)
                            .note(drift.clone())
                            .on(cluster)
                            .help(format!("look at it with `fleetwright diff --cluster {cluster}`"))
                    }).collect()),
                    (None, None) => {}
                }
            }
        }
    }

    fn not_there(&self, cluster: &str, why: String) -> Diagnostic {
        let release = self.release.short();
        Diagnostic::error(codes::NOT_THERE, format!("cluster \"{cluster}\" has not got release {release}"))
            .note(why)
            .help(format!("apply it there first: `{}`", words::apply(cluster)))
    }

    /// Another release is the newest there. Where this one begins is told too, since that ends the other.
    fn other(&self, cluster: &str, newest: &Release) -> Diagnostic {
        let (this, other) = (self.release.short(), words::release(newest));
        let message = format!("cluster \"{cluster}\" has release {other}, and not {this}");
        let had = self.others.get(cluster).and_then(|seen| seen.release(self.release));
        let first = self.lacking().unwrap_or(cluster);
        let back = match &newest.commit {
            Some(_) => "check out its commit, or use its plan",
            None => "use its plan",
        };
        let problem = Diagnostic::error(codes::OTHER_RELEASE, message).note(format!(
            "the other was applied there at {} by {}",
            words::moment(newest.at),
            newest.by.escape_debug()
        ));
        let problem = match had {
            Some(had) => problem.note(format!(
                "this one was there at {}; its evidence does not count any more",
                words::moment(had.at)
            )),
            None => problem,
        };
        problem.help(format!(
            "begin this release with `{}`, which ends the other; to go on with the other, {back}",
            words::apply(first)
        ))
    }

    /// The first cluster of the earlier stages that has not got the release.
    fn lacking(&self) -> Option<&str> {
        let has = |cluster: &str| match self.others.get(cluster) {
            Some(Seen::Recorded { releases, .. }) => {
                releases.first().is_some_and(|newest| newest.digest == self.release)
            }
            Some(Seen::Unread(_) | Seen::Nothing) | None => false,
        };
        self.rollout.before(self.cluster).map(|cluster| &**cluster).find(|cluster| !has(cluster))
    }

    fn unfinished(&self, cluster: &str, run: &Run, now: Timestamp) -> Diagnostic {
        let wait = "wait for it; if it is not running any more, ";
        let (is, first, next) = match run.phase {
            Phase::Applying => ("has not finished", wait, "goes on with it"),
            Phase::Deleting => ("has not finished: it deletes", wait, "goes on with it"),
            Phase::Failed => ("has failed", "", "tries it again"),
        };
        let (which, next) = match run.release == self.release {
            true => ("this release", next),
            false => ("another release", "begins this release there"),
        };
        let message = format!("the run that applies {which} to cluster \"{cluster}\" {is}");
        Diagnostic::error(codes::UNFINISHED, message)
            .note(format!(
                "begun at {} by {}, {} ago; release {}",
                words::moment(run.at),
                run.by.escape_debug(),
                words::span(now.duration_since(run.at)),
                run.release.short()
            ))
            .help(format!("{first}`{}` {next}", words::apply(cluster)))
    }
}

fn unread(cluster: &str, why: &str, is_earlier: bool) -> Diagnostic {
    let message = format!("what is on cluster \"{cluster}\" is not known: {why}");
    if is_earlier {
        let note = "it is of an earlier stage, and what is not known proves nothing";
        let help = format!("mend the way to it, then look with `fleetwright status --cluster {cluster}`");
        Diagnostic::error(codes::UNREAD, message).note(note).help(help)
    } else {
        Diagnostic::warning(codes::UNREAD, message)
            .note("it is of the same stage; a failed run there would not be seen")
    }
}

fn of_another(cluster: &str, run: &Run) -> Diagnostic {
    let is = match run.phase {
        Phase::Applying | Phase::Deleting => "has not finished",
        Phase::Failed => "has failed",
    };
    let release = run.release.short();
    Diagnostic::warning(
        codes::UNFINISHED,
        format!("the run that applies release {release} to cluster \"{cluster}\" {is}"),
    )
    .note(format!("begun at {} by {}", words::moment(run.at), run.by.escape_debug()))
    .on(cluster)
}
