//! What is known of the clusters of a rollout when one of them is to be changed, and whether it may be.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::evidence::soaked;
use super::{codes, words};
use crate::cluster::{Rollout, Stage};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::object::Digest;
use crate::plan::{Release, Run};

/// What is known when a cluster is to be changed.
#[derive(Clone, Debug)]
pub struct Situation<'a> {
    /// The rollout that the cluster is in.
    pub rollout: &'a Rollout,
    /// The cluster.
    pub cluster: &'a str,
    /// The release that it is to get.
    pub release: Digest,
    /// What it would change there, as [`Release::covers`]; empty if nothing.
    pub covers: &'a BTreeSet<String>,
    /// The release that was applied to it last, as its record says.
    pub own: Option<&'a Release>,
    /// The other clusters of the rollout, as far as they matter: those of the same stage and of the stages before.
    pub others: BTreeMap<Arc<str>, Seen>,
    /// Now, by the clock of the cluster's API server.
    pub now: Timestamp,
    /// Why the rules may be broken, if they may.
    pub break_glass: Option<&'a str>,
    /// Why the rollout's lock cannot be had, in a phrase. Looked at only where rules may be broken: otherwise it is taken
    /// or waited for.
    pub lock: Option<String>,
    /// What would be changed beyond the rollout's limits, in a phrase. Looked at only where rules may be broken: otherwise
    /// it stands in the way of the plan.
    pub limit: Option<String>,
}

/// What is decided.
#[derive(Clone, Debug)]
pub struct Decision<'a> {
    /// What stands in the way (errors), and what is worth knowing (warnings).
    pub problems: Diagnostics,
    /// Why rules are broken, if any is.
    pub broken: Option<&'a str>,
}

/// What is known of another cluster.
#[derive(Clone, Debug)]
pub enum Seen {
    /// It could not be read: why.
    Unread(String),
    /// It has no record: nothing was ever applied to it.
    Nothing,
    /// What its record says, and whether it is as it was applied.
    Recorded {
        /// The releases, the newest first.
        releases: Vec<Release>,
        /// A run that is not finished.
        run: Option<Run>,
        /// What differs there now from what the release renders, or is not ready, in a phrase; none if nothing.
        drift: Option<String>,
        /// When it was last not ready since it became so with its newest release, as its objects and pods tell; none
        /// if they tell of nothing. Looked for on clusters of earlier stages.
        unready: Option<Box<Unready>>,
        /// Now, by the clock of its API server.
        now: Timestamp,
    },
}

/// That something was not ready for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unready {
    /// What: `shop/Deployment/web`.
    pub what: String,
    /// Until when.
    pub until: Timestamp,
    /// What says so, in a phrase.
    pub how: String,
}

impl Seen {
    /// What it says of a release.
    pub(super) fn release(&self, digest: Digest) -> Option<&Release> {
        match self {
            Self::Unread(_) | Self::Nothing => None,
            Self::Recorded { releases, .. } => releases.iter().find(|release| release.digest == digest),
        }
    }
}

/// The most things that are named of those that no earlier cluster has seen.
const MOST_NAMED: usize = 8;

impl<'a> Situation<'a> {
    /// What stands in the way of changing the cluster, and what is worth knowing. With `break_glass` nothing stands in the
    /// way, and what did is told all the same.
    pub fn decide(&self) -> Decision<'a> {
        let mut problems = Diagnostics::new();
        self.frozen(&mut problems);
        let own = self.rollout.stage_of(self.cluster).map_or(0, |(own, _)| own);
        for (place, stage) in self.rollout.stages.iter().enumerate().take(own + 1) {
            let others = stage.clusters.iter().filter(|cluster| ***cluster != *self.cluster);
            if place < own {
                others.for_each(|cluster| self.lacks(cluster, stage, &mut problems));
                self.judged(stage, &mut problems);
            } else {
                others.for_each(|cluster| self.sibling(cluster, &mut problems));
            }
        }
        self.covered(&mut problems);
        if own == 0 {
            problems.append(self.ended().into_iter().collect());
        }
        self.locked(&mut problems);
        self.limited(&mut problems);
        match self.break_glass {
            None => Decision { problems, broken: None },
            Some(reason) if problems.has_errors() => {
                Decision { problems: self.broken(reason, problems), broken: Some(reason) }
            }
            Some(_) => {
                problems.push(unneeded(self.cluster));
                Decision { problems, broken: None }
            }
        }
    }

    /// That another cluster of the rollout is being changed, or that it is not known whether one is.
    fn locked(&self, problems: &mut Diagnostics) {
        let Some(why) = &self.lock else { return };
        let message = format!("the lock of rollout \"{}\" is not taken: {why}", self.rollout.name);
        problems.push(
            Diagnostic::error(codes::NOT_LOCKED, message)
                .on(self.cluster)
                .help("wait until its holder has ended: two clusters may be changed at a time without it"),
        );
    }

    /// That more is changed than the limits of the rollout allow.
    fn limited(&self, problems: &mut Diagnostics) {
        let Some(what) = &self.limit else { return };
        let problem = Diagnostic::error(codes::TOO_MUCH, what.clone()).at(self.rollout.span, "");
        problems.push(problem.on(self.cluster).help("look at the plan: all of it is applied"));
    }

    fn frozen(&self, problems: &mut Diagnostics) {
        let rollout = &self.rollout.name;
        for freeze in &self.rollout.freezes {
            let Some(until) = freeze.covers(self.now) else { continue };
            let message = format!(
                "rollout \"{rollout}\" is frozen by \"{}\" until {}",
                freeze.name,
                words::moment(until)
            );
            let mut problem =
                Diagnostic::error(codes::FROZEN, message).at(freeze.span, "nothing is changed now");
            if let Some(reason) = freeze.reason.as_deref().filter(|reason| !reason.is_empty()) {
                problem = problem.note(reason.escape_debug().to_string());
            }
            problems.push(problem.on(self.cluster).help(format!(
                "after that: `{}`; what cannot wait goes on with `--break-glass \"reason\"`, which is recorded",
                words::apply(self.cluster)
            )));
        }
    }

    /// That another release is ended which soaks on this cluster of the first stage: no later cluster gets it then.
    fn ended(&self) -> Option<Diagnostic> {
        let own = self.own.filter(|own| own.digest != self.release)?;
        let is_of_it = own.rollout.as_deref() == Some(&*self.rollout.name);
        let (_, stage) = self.rollout.stage_of(self.cluster).filter(|_| is_of_it)?;
        let until = soaked(own.ready?, stage);
        let (rollout, release) = (&self.rollout.name, words::release(own));
        let message = format!(
            "this ends release {release} of rollout \"{rollout}\", which soaks on cluster \"{}\" until {}",
            self.cluster,
            words::moment(until)
        );
        let help = match &own.commit {
            Some(_) => "check out its commit, or use its plan, to go on with that one instead",
            None => "use its plan to go on with that one instead",
        };
        let problem = Diagnostic::warning(codes::ENDED, message)
            .note("a later cluster gets a release only as long as it is the one on the earlier ones");
        (self.now < until).then(|| problem.on(self.cluster).help(help))
    }

    /// Gates and approvals of an earlier stage, which this version does not judge.
    fn judged(&self, stage: &Stage, problems: &mut Diagnostics) {
        let gates = stage.gates.iter().map(|gate| format!("gate \"{gate}\"")).collect::<Vec<_>>().join(", ");
        let what = match (gates.is_empty(), stage.approval) {
            (true, false) => return,
            (false, false) => gates,
            (true, true) => "an approval".to_owned(),
            (false, true) => format!("{gates} and an approval"),
        };
        problems.push(
            Diagnostic::error(
                codes::NOT_JUDGED,
                format!("stage \"{}\" asks for {what}, and is not passed", stage.name),
            )
            .at(stage.span, "this stage")
            .note("this version of fleetwright judges no gates and knows no approvals")
            .on(self.cluster)
            .help("judge it yourself; `--break-glass \"reason\"` goes on without, and is recorded"),
        );
    }

    /// Whether the earlier clusters were changed at all, and in all that this one is changed in. Told where each of them
    /// has the release: before that there is more to say.
    fn covered(&self, problems: &mut Diagnostics) {
        let earlier: Option<Vec<&Release>> = self
            .rollout
            .before(self.cluster)
            .map(|cluster| self.others.get(cluster).and_then(|seen| seen.release(self.release)))
            .collect();
        let Some(earlier) = earlier.filter(|earlier| !earlier.is_empty()) else { return };
        if self.covers.is_empty() {
            return;
        }
        let (severity, setting) = match self.rollout.require_coverage {
            true => (Severity::Error, Some("the rollout says `require_coverage = true`")),
            false => (Severity::Warning, None),
        };
        let tell = |code, message: String, help: String| {
            let problem = Diagnostic { severity, ..Diagnostic::warning(code, message) };
            let problem = setting.into_iter().fold(problem, Diagnostic::note);
            problem.at(self.rollout.span, "").on(self.cluster).help(help)
        };
        let look = format!("look at it with `fleetwright diff --cluster {}`", self.cluster);
        if earlier.iter().all(|release| release.written == 0) {
            let names: Vec<String> =
                self.rollout.before(self.cluster).map(|cluster| format!("\"{cluster}\"")).collect();
            let message = format!(
                "the release changed nothing on {}: that it is ready there proves nothing for cluster \"{}\"",
                names.join(", "),
                self.cluster
            );
            problems.push(tell(codes::PROVED_NOTHING, message, look));
            return;
        }
        let seen: BTreeSet<&String> = earlier.iter().flat_map(|release| &release.covers).collect();
        let unseen: Vec<&str> =
            self.covers.iter().filter(|what| !seen.contains(what)).map(String::as_str).collect();
        if unseen.is_empty() {
            return;
        }
        let named: Vec<String> =
            unseen.iter().take(MOST_NAMED).map(|what| what.escape_debug().to_string()).collect();
        let more = match unseen.len().saturating_sub(MOST_NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let message = format!(
            "cluster \"{}\" is changed in what no earlier cluster was changed in: {}{more}",
            self.cluster,
            named.join(", ")
        );
        problems.push(tell(codes::NOT_COVERED, message, look));
    }

    /// The same, with nothing in the way.
    fn broken(&self, reason: &str, problems: Diagnostics) -> Diagnostics {
        let count = problems.iter().filter(|problem| problem.severity == Severity::Error).count();
        let rules = match count {
            1 => "a rule is".to_owned(),
            count => format!("{count} rules are"),
        };
        let mut told = Diagnostics::new();
        told.push(
            Diagnostic::warning(
                codes::BROKEN_GLASS,
                format!("BREAKING GLASS, {rules} not kept: rollout \"{}\"", self.rollout.name),
            )
            .note(format!("because: {}", reason.escape_debug()))
            .note("this is recorded on the cluster if anything is done there")
            .on(self.cluster),
        );
        told.append(
            problems
                .into_iter()
                .map(|problem| match problem.severity {
                    Severity::Error => Diagnostic {
                        severity: Severity::Warning,
                        message: format!("not kept: {}", problem.message),
                        ..problem
                    },
                    Severity::Warning => problem,
                })
                .collect(),
        );
        told
    }
}

/// That `--break-glass` was given where it changes nothing.
pub fn unneeded(cluster: &str) -> Diagnostic {
    Diagnostic::warning(codes::UNBROKEN, "`--break-glass` is not needed: no rule is in the way")
        .note("its reason is not recorded")
        .on(cluster)
        .help("leave it out")
}
