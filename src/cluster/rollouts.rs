//! Rollouts: which cluster is in which stage, checked as far as a definition can be.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use super::eval::Scope;
use super::freeze::Freeze;
use super::gates::{self, Needs};
use super::heads::Head;
use super::select::{Match, fixed, fixed_names, fixed_text, unknown};
use super::value::Kind;
use super::{codes, duration, freeze};
use crate::diagnostic::{Diagnostic, Diagnostics, Span, one_of};
use crate::fleet::{Block, Fleet};

/// The clusters that get one release, some before others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rollout {
    /// Its name.
    pub name: Arc<str>,
    /// Its clusters.
    pub clusters: BTreeSet<Arc<str>>,
    /// Its stages, in their order.
    pub stages: Vec<Stage>,
    /// When nothing is changed.
    pub freezes: Vec<Freeze>,
    /// How much may change at a time.
    pub limits: Limits,
    /// Whether a canary must have been changed in all that a later cluster is changed in.
    pub require_coverage: bool,
    /// The label of its block.
    pub span: Span,
}

/// Clusters that get a release one after the other, after those of the stages before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Its name.
    pub name: Arc<str>,
    /// Its clusters, in the order in which they are changed.
    pub clusters: Vec<Arc<str>>,
    /// How long a release must have been ready there.
    pub soak: Duration,
    /// The gates that judge the soak.
    pub gates: Vec<Arc<str>>,
    /// Whether somebody must approve.
    pub approval: bool,
    /// The label of its block.
    pub span: Span,
}

/// How much of a cluster may change at a time; nothing is limited where nothing is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// The most objects that are deleted.
    pub deletions: Option<usize>,
    /// The most objects that are changed or deleted, in percent of those recorded.
    pub changed_percent: Option<usize>,
}

impl Rollout {
    /// The stage that a cluster is in, and its place in the order, from 0.
    pub fn stage_of(&self, cluster: &str) -> Option<(usize, &Stage)> {
        self.stages.iter().enumerate().find(|(_, stage)| stage.clusters.iter().any(|one| **one == *cluster))
    }

    /// How long a release must have been ready on a cluster; zero for one that is in no stage.
    pub fn soak_of(&self, cluster: &str) -> Duration {
        self.stage_of(cluster).map(|(_, stage)| stage.soak).unwrap_or_default()
    }

    /// The clusters of the stages before that of a cluster, in their order.
    pub fn before(&self, cluster: &str) -> impl Iterator<Item = &Arc<str>> {
        let own = self.stage_of(cluster).map_or(0, |(own, _)| own);
        self.stages.iter().take(own).flat_map(|stage| &stage.clusters)
    }

    /// The first cluster of the first stage: where a release begins.
    pub fn first(&self) -> Option<&Arc<str>> {
        self.stages.first()?.clusters.first()
    }
}

/// The rollouts of a fleet; tells what is wrong with them and with its gates. `scope` is what expressions that are the same
/// for all clusters see, `scopes` what those of one cluster do.
pub fn check(
    fleet: &Fleet,
    heads: &[&Head<'_>],
    scope: &Scope,
    scopes: &BTreeMap<Arc<str>, &Scope>,
    problems: &mut Diagnostics,
) -> Vec<Rollout> {
    let mut taken: BTreeMap<&str, &Block> = BTreeMap::new();
    let mut used_gates: BTreeSet<&str> = BTreeSet::new();
    let mut rollouts = Vec::with_capacity(fleet.rollouts.len());
    for rollout in &fleet.rollouts {
        let matching = Match::read(rollout, "match", scope, problems);
        let clusters: Vec<&Head<'_>> =
            heads.iter().copied().filter(|head| matching.matches(&head.labels)).collect();
        in_two(rollout, &clusters, &mut taken, problems);
        fixed(rollout, "on_failure", scope, problems);
        let require_coverage = flag(rollout, "require_coverage", scope, problems);
        let limits = rollout.blocks_of("limits").map(|limits| Limits {
            deletions: count(limits, "deletions", scope, problems),
            changed_percent: count(limits, "changed_percent", scope, problems),
        });
        let limits = limits.last().unwrap_or_default();
        let freezes = rollout.blocks_of("freeze").filter_map(|block| freeze::read(block, scope, problems));
        let freezes = freezes.collect();
        let failed = matches!(matching, Match::Failed);
        let members = if failed { Vec::new() } else { stages(rollout, &clusters, heads, scope, problems) };
        let mut members = members.into_iter();
        let mut known = Vec::new();
        for block in rollout.blocks_of("stage") {
            let mut stage =
                judged(fleet, rollout, block, &clusters, scope, scopes, &mut used_gates, problems);
            stage.clusters = members.next().unwrap_or_default();
            known.push(stage);
        }
        rollouts.push(Rollout {
            name: Arc::from(rollout.name()),
            clusters: clusters.iter().map(|head| head.name.clone()).collect(),
            stages: known,
            freezes,
            limits,
            require_coverage,
            span: rollout.place(),
        });
    }
    for gate in fleet.gates.iter().filter(|gate| !used_gates.contains(gate.name())) {
        problems.push(
            Diagnostic::warning(codes::UNUSED, format!("{} is used by no stage", gate.title()))
                .at(gate.place(), "defined here")
                .help("name it in the `gates` of a stage, or take it out"),
        );
    }
    rollouts
}

/// Tells the clusters that an earlier rollout has already.
fn in_two<'h>(
    rollout: &'h Block,
    clusters: &[&'h Head<'h>],
    taken: &mut BTreeMap<&'h str, &'h Block>,
    problems: &mut Diagnostics,
) {
    let mut shared: BTreeMap<&str, (&Block, Vec<&str>)> = BTreeMap::new();
    for head in clusters {
        if let Some(first) = taken.insert(&head.name, rollout) {
            shared.entry(first.name()).or_insert((first, Vec::new())).1.push(&head.name);
        }
    }
    for (first, names) in shared.into_values() {
        let (noun, verb) = if names.len() == 1 { ("cluster", "is") } else { ("clusters", "are") };
        let (names, title) = (quoted(&names), rollout.title());
        let message = format!("{noun} {names} {verb} in two rollouts: {} and {title}", first.title());
        problems.push(
            Diagnostic::error(codes::ROLLOUT, message)
                .at(rollout.place(), "in this one")
                .at(first.place(), "and in this one")
                .help("make their `match` disjoint: a cluster is in at most one rollout"),
        );
    }
}

/// The first stage proves a release before the others get it: so there are two at least, unless there is one
/// cluster only; each holds clusters of the rollout, and each cluster is in one. The clusters of each, in their order.
fn stages(
    rollout: &Block,
    clusters: &[&Head<'_>],
    heads: &[&Head<'_>],
    scope: &Scope,
    problems: &mut Diagnostics,
) -> Vec<Vec<Arc<str>>> {
    let title = rollout.title();
    let place = rollout.arg("match").map_or(rollout.place(), |argument| argument.span);
    if clusters.is_empty() {
        problems.push(
            Diagnostic::error(codes::ROLLOUT, format!("{title} matches no cluster"))
                .at(place, "this selector")
                .help("widen the selector, or take the rollout out"),
        );
        return Vec::new();
    }
    let mut ordered = Vec::new();
    let mut placed: BTreeMap<Arc<str>, Span> = BTreeMap::new();
    let mut sizes = Vec::new();
    // Where a stage has a problem, who is in it is not known.
    let mut all_known = !rollout.incomplete;
    for stage in rollout.blocks_of("stage") {
        let before = problems.len();
        let members = members(&title, stage, clusters, heads, scope, problems);
        all_known &= problems.len() == before;
        if members.is_empty() && problems.len() == before {
            let at = stage.arg("clusters").or(stage.arg("match"));
            problems.push(
                Diagnostic::error(codes::ROLLOUT, format!("{} of {title} holds no cluster", stage.title()))
                    .at(at.map_or(stage.place(), |argument| argument.span), "none of this rollout")
                    .note("a stage without a cluster proves nothing to the next")
                    .help(format!("name clusters of the rollout: {}", listed(clusters))),
            );
        }
        sizes.push((members.len(), stage.place()));
        let is_retired = |name: &Arc<str>| clusters.iter().any(|head| head.retired && head.name == *name);
        let proving: Vec<Arc<str>> =
            members.iter().map(|(name, _)| name.clone()).filter(|name| !is_retired(name)).collect();
        if proving.is_empty() && !members.is_empty() && clusters.iter().any(|head| !head.retired) {
            problems.push(
                Diagnostic::error(
                    codes::ROLLOUT,
                    format!("{} of {title} holds retired clusters alone", stage.title()),
                )
                .at(stage.place(), "this stage")
                .note(
                    "nothing is rendered for a retired cluster, so that it proves nothing to the next stage",
                )
                .help("add a cluster that is not retired, or take the stage out"),
            );
        }
        ordered.push(proving);
        for (name, span) in members {
            if let Some(first) = placed.insert(name.clone(), span) {
                problems.push(
                    Diagnostic::error(codes::ROLLOUT, format!("{title} lists cluster \"{name}\" twice"))
                        .at(span, "again here")
                        .at(first, "first here")
                        .help("keep it in one stage"),
                );
            }
        }
    }
    let left: Vec<&str> =
        clusters.iter().map(|head| &*head.name).filter(|name| !placed.contains_key(*name)).collect();
    match sizes.as_slice() {
        [] if all_known => problems.push(
            Diagnostic::error(codes::ROLLOUT, format!("{title} has no canary: it has no stage"))
                .at(rollout.place(), "no `stage` block here")
                .help("add a stage with the canary, and one for the rest"),
        ),
        [(size, place)] if *size > 1 && *size == clusters.len() && all_known => problems.push(
            Diagnostic::error(
                codes::ROLLOUT,
                format!("{title} has no canary: its only stage holds all clusters"),
            )
            .at(*place, format!("all {size} clusters"))
            .note("the first stage proves a release before the others get it")
            .help("begin with a stage that holds one cluster"),
        ),
        _ if all_known && !left.is_empty() => {
            let them = if left.len() == 1 { "it" } else { "them" };
            problems.push(
                Diagnostic::error(codes::ROLLOUT, format!("{title} omits {}: in no stage", quoted(&left)))
                    .at(place, format!("matches {them} too"))
                    .help(format!("add {them} to a stage, or narrow `match`")),
            );
        }
        _ => {}
    }
    ordered
}

/// A flag that is the same for all clusters; off where nothing is said.
fn flag(block: &Block, name: &str, scope: &Scope, problems: &mut Diagnostics) -> bool {
    fixed(block, name, scope, problems).is_some_and(|value| value.kind == Kind::Bool(true))
}

/// A count that is the same for all clusters.
fn count(block: &Block, name: &str, scope: &Scope, problems: &mut Diagnostics) -> Option<usize> {
    match fixed(block, name, scope, problems)?.kind {
        Kind::Number(number) => number.as_i64().and_then(|number| usize::try_from(number).ok()),
        Kind::Null | Kind::Bool(_) | Kind::String(_) | Kind::List(_) | Kind::Map(_) => None,
    }
}

fn listed(clusters: &[&Head<'_>]) -> String {
    one_of(clusters.iter().map(|head| &*head.name))
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}

/// The clusters of a stage, each with the place that puts it there. A name that is no cluster, or one that
/// the rollout does not match, is told.
fn members(
    title: &str,
    stage: &Block,
    clusters: &[&Head<'_>],
    heads: &[&Head<'_>],
    scope: &Scope,
    problems: &mut Diagnostics,
) -> Vec<(Arc<str>, Span)> {
    let both = match (stage.arg("clusters"), stage.arg("match")) {
        (Some(_), Some(_)) => Some("and has both"),
        (None, None) => Some("and has neither"),
        (Some(_), None) | (None, Some(_)) => None,
    };
    if let Some(both) = both {
        problems.push(
            Diagnostic::error(
                codes::ROLLOUT,
                format!("{} of {title} takes `clusters` or `match`, {both}", stage.title()),
            )
            .at(stage.place(), "this stage")
            .help("list its clusters, or match them by a selector"),
        );
        return Vec::new();
    }
    if stage.arg("match").is_some() {
        let matching = Match::read(stage, "match", scope, problems);
        let at = stage.arg("match").map_or(stage.place(), |argument| argument.span);
        let matched = clusters.iter().filter(|head| matching.matches(&head.labels));
        return matched.map(|head| (head.name.clone(), at)).collect();
    }
    let mut members = Vec::new();
    for (name, span) in fixed_names(stage, "clusters", scope, problems) {
        if !heads.iter().any(|head| head.name == name) {
            problems.push(unknown("cluster", &name, span, heads.iter().map(|head| &*head.name)));
        } else if !clusters.iter().any(|head| head.name == name) {
            problems.push(
                Diagnostic::error(
                    codes::ROLLOUT,
                    format!("{} names cluster \"{name}\", which {title} does not match", stage.title()),
                )
                .at(span, "not in this rollout")
                .help("take it out of the stage, or widen the rollout's `match`"),
            );
        } else {
            members.push((name, span));
        }
    }
    members
}

/// What a stage says, but its clusters; its gates are judged.
#[expect(
    clippy::too_many_arguments,
    reason = "one pass over what a stage names, with what it needs to judge it"
)]
fn judged<'f>(
    fleet: &'f Fleet,
    rollout: &Block,
    stage: &Block,
    clusters: &[&Head<'_>],
    scope: &Scope,
    scopes: &BTreeMap<Arc<str>, &Scope>,
    used: &mut BTreeSet<&'f str>,
    problems: &mut Diagnostics,
) -> Stage {
    let soak = fixed_text(stage, "soak", scope, problems).and_then(|text| duration::parse(&text).ok());
    let approval = flag(stage, "approval", scope, problems);
    let mut gates_of_stage = Vec::new();
    for (name, span) in fixed_names(stage, "gates", scope, problems) {
        let Some(gate) = fleet.gates.iter().find(|gate| gate.name() == &*name) else {
            problems.push(unknown("gate", &name, span, fleet.gates.iter().map(Block::name)));
            continue;
        };
        used.insert(gate.name());
        gates_of_stage.push(name);
        let mut needs: Needs = None;
        for head in clusters {
            let Some(scope) = scopes.get(&head.name) else { continue };
            let mut found = Diagnostics::new();
            needs = needs.max(gates::check(gate, scope, &mut found));
            problems.append(found.on(&head.name));
        }
        let soaked = soak.unwrap_or_default();
        if let Some(needs) = needs.filter(|needs| *needs > soaked) {
            problems.push(
                Diagnostic::error(
                    codes::GATE,
                    format!(
                        "{} of {} soaks for {}s, and {} needs {}s to say anything",
                        stage.title(),
                        rollout.title(),
                        soaked.as_secs(),
                        gate.title(),
                        needs.as_secs()
                    ),
                )
                .at(span, "used here")
                .at(stage.arg("soak").map_or(stage.place(), |argument| argument.span), "the soak")
                .note("a gate needs `settle`, and an `interval` for each of `min_samples`")
                .help("soak longer, or ask for fewer samples"),
            );
        }
    }
    Stage {
        name: Arc::from(stage.name()),
        clusters: Vec::new(),
        soak: soak.unwrap_or_default(),
        gates: gates_of_stage,
        approval,
        span: stage.place(),
    }
}
