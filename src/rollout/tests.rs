//! Whether a cluster may be changed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use insta::assert_snapshot;
use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::cluster::{Freeze, Limits, Rollout, Stage, Window};
use crate::diagnostic::{Diagnostics, Severity, SourceMap, Span};
use crate::object::Digest;
use crate::plan::{Phase, Release, Run};

fn span() -> Span {
    Span::new(SourceMap::default().add("f".to_owned(), "f"), 0..1)
}

/// The canary `a` soaks for half an hour; then `b` and `c`, ten minutes; then `d`.
fn rollout() -> Rollout {
    let stage = |name: &str, clusters: &[&str], minutes: u64| Stage {
        name: name.into(),
        clusters: clusters.iter().map(|name| Arc::from(*name)).collect(),
        soak: Duration::from_secs(minutes * 60),
        gates: Vec::new(),
        approval: false,
        span: span(),
    };
    Rollout {
        name: "prod".into(),
        clusters: ["a", "b", "c", "d"].into_iter().map(Arc::from).collect(),
        stages: vec![stage("canary", &["a"], 30), stage("some", &["b", "c"], 10), stage("rest", &["d"], 0)],
        freezes: Vec::new(),
        limits: Limits::default(),
        require_coverage: false,
        span: span(),
    }
}

fn digest(name: &str) -> Digest {
    Digest::of_bytes(name.as_bytes())
}

fn at(text: &str) -> Timestamp {
    format!("2026-03-01T{text}:00Z").parse().unwrap()
}

fn release(name: &str) -> Release {
    Release {
        digest: digest(name),
        tool: "0.1.0".to_owned(),
        commit: Some(format!("{name}0123456789abcdef")),
        dirty: false,
        at: at("10:00"),
        by: "ann@laptop".to_owned(),
        rollout: Some("prod".to_owned()),
        ready: Some(at("10:10")),
        verified: false,
        written: 3,
        covers: BTreeSet::from(["Deployment of service.shop".to_owned()]),
        broken_glass: None,
        objects: None,
    }
}

fn run(name: &str, phase: Phase) -> Run {
    Run { id: "r1".to_owned(), by: "bob@ci".to_owned(), release: digest(name), at: at("10:20"), phase }
}

fn seen(releases: Vec<Release>, run: Option<Run>, drift: Option<&str>) -> Seen {
    Seen::Recorded { releases, run, drift: drift.map(str::to_owned), unready: None, now: at("11:00") }
}

/// What is decided of a cluster that gets the release `new`.
fn decided(
    rollout: &Rollout,
    cluster: &str,
    others: &[(&str, Seen)],
    break_glass: Option<&str>,
) -> Diagnostics {
    let covers = BTreeSet::from(["Deployment of service.shop".to_owned()]);
    covering(rollout, cluster, others, break_glass, &covers)
}

fn covering(
    rollout: &Rollout,
    cluster: &str,
    others: &[(&str, Seen)],
    break_glass: Option<&str>,
    covers: &BTreeSet<String>,
) -> Diagnostics {
    let others = others.iter().map(|(name, seen)| (Arc::from(*name), seen.clone())).collect();
    let situation = Situation {
        rollout,
        cluster,
        release: digest("new"),
        covers,
        own: None,
        others,
        now: at("11:00"),
        break_glass,
        lock: None,
        limit: None,
    };
    situation.decide().problems
}

fn told(problems: &Diagnostics) -> String {
    let lines = problems.iter().map(|problem| {
        let severity = match problem.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let clusters: Vec<&str> = problem.clusters.iter().map(|name| &**name).collect();
        let notes: String = problem.notes.iter().map(|note| format!("\n    note: {note}")).collect();
        let help = problem.help.as_ref().map_or(String::new(), |help| format!("\n    help: {help}"));
        format!("{severity} {} [{}] {}{notes}{help}", problem.code, clusters.join(" "), problem.message)
    });
    if problems.is_empty() { "nothing in the way".to_owned() } else { lines.collect::<Vec<_>>().join("\n") }
}

fn of_b(canary: Seen) -> String {
    told(&decided(&rollout(), "b", &[("a", canary)], None))
}

#[test]
fn a_canary_soaks_from_when_it_was_last_not_ready() {
    let flickered = |until: &str| {
        let unready = Unready {
            what: "shop/Deployment/web".to_owned(),
            until: at(until),
            how: "pod web-1 became ready then".to_owned(),
        };
        match seen(vec![release("new")], None, None) {
            Seen::Recorded { releases, run, drift, now, .. } => {
                Seen::Recorded { releases, run, drift, unready: Some(Box::new(unready)), now }
            }
            other => other,
        }
    };
    // It is ready since 10:10 by its record, and half an hour is enough.
    assert_snapshot!(of_b(flickered("10:56")), @r#"
    error W006 [a] cluster "a" soaks until 2026-03-01 11:26:00 UTC, 26m more
        note: shop/Deployment/web was not ready until 2026-03-01 10:56:00 UTC, 4m ago; the soak counts from there: pod web-1 became ready then
        help: after that: `fleetwright apply --cluster b`
    "#);
    assert_eq!(of_b(flickered("10:30")), "nothing in the way");
    assert_eq!(of_b(flickered("09:00")), "nothing in the way");
}

#[test]
fn a_later_cluster_waits_for_the_evidence_of_the_earlier_ones() {
    let not_ready = Release { ready: None, ..release("new") };
    let young = Release { ready: Some(at("10:45")), ..release("new") };
    let stale = Release { at: at("10:20"), ..release("new") };
    assert_snapshot!(told(&decided(&rollout(), "b", &[], None)), @r#"
    error W002 [a] what is on cluster "a" is not known: it was not asked
        note: it is of an earlier stage, and what is not known proves nothing
        help: mend the way to it, then look with `fleetwright status --cluster a`
    "#);
    assert_snapshot!(of_b(Seen::Unread("connection refused".to_owned())), @r#"
    error W002 [a] what is on cluster "a" is not known: connection refused
        note: it is of an earlier stage, and what is not known proves nothing
        help: mend the way to it, then look with `fleetwright status --cluster a`
    "#);
    assert_snapshot!(of_b(Seen::Nothing), @r#"
    error W003 [a] cluster "a" has not got release 11507a0e2f5e
        note: nothing was ever applied to it
        help: apply it there first: `fleetwright apply --cluster a`
    "#);
    assert_snapshot!(of_b(seen(Vec::new(), None, None)), @r#"
    error W003 [a] cluster "a" has not got release 11507a0e2f5e
        note: nothing was ever applied to it
        help: apply it there first: `fleetwright apply --cluster a`
    "#);
    assert_snapshot!(of_b(seen(vec![release("new")], Some(run("new", Phase::Applying)), None)), @r#"
    error W004 [a] the run that applies this release to cluster "a" has not finished
        note: begun at 2026-03-01 10:20:00 UTC by bob@ci, 40m ago; release 11507a0e2f5e
        help: wait for it; if it is not running any more, `fleetwright apply --cluster a` goes on with it
    "#);
    assert_snapshot!(of_b(seen(vec![release("new")], Some(run("new", Phase::Failed)), None)), @r#"
    error W004 [a] the run that applies this release to cluster "a" has failed
        note: begun at 2026-03-01 10:20:00 UTC by bob@ci, 40m ago; release 11507a0e2f5e
        help: `fleetwright apply --cluster a` tries it again
    "#);
    assert_snapshot!(of_b(seen(vec![release("old")], Some(run("old", Phase::Deleting)), None)), @r#"
    error W004 [a] the run that applies another release to cluster "a" has not finished: it deletes
        note: begun at 2026-03-01 10:20:00 UTC by bob@ci, 40m ago; release cba06b5736fa
        help: wait for it; if it is not running any more, `fleetwright apply --cluster a` begins this release there
    "#);
    assert_snapshot!(of_b(seen(vec![not_ready], None, None)), @r#"
    error W005 [a] cluster "a" is not ready with release 11507a0e2f5e
        note: it was applied there at 2026-03-01 10:00:00 UTC
        help: `fleetwright apply --cluster a` goes on and waits for it
    "#);
    assert_snapshot!(of_b(seen(vec![young], None, None)), @r#"
    error W006 [a] cluster "a" soaks until 2026-03-01 11:15:00 UTC, 15m more
        note: it is ready since 2026-03-01 10:45:00 UTC
        help: after that: `fleetwright apply --cluster b`
    "#);
    assert_snapshot!(of_b(seen(vec![stale], None, None)), @r#"
    error W005 [a] cluster "a" is not ready with release 11507a0e2f5e
        note: it was applied there at 2026-03-01 10:20:00 UTC
        help: `fleetwright apply --cluster a` goes on and waits for it
    "#);
    assert_snapshot!(of_b(seen(vec![release("new")], None, None)), @"nothing in the way");
}

#[test]
fn f72_a_release_in_progress_is_named_and_what_ends_it() {
    assert_snapshot!(of_b(seen(vec![release("old")], None, None)), @r#"
    error W009 [a] cluster "a" has release cba06b5736fa of commit old012345678, and not 11507a0e2f5e
        note: the other was applied there at 2026-03-01 10:00:00 UTC by ann@laptop
        help: begin this release with `fleetwright apply --cluster a`, which ends the other; to go on with the other, check out its commit, or use its plan
    "#);
    let local = Release { commit: None, dirty: true, ..release("old") };
    assert_snapshot!(of_b(seen(vec![local, release("new")], None, None)), @r#"
    error W009 [a] cluster "a" has release cba06b5736fa, with changes, and not 11507a0e2f5e
        note: the other was applied there at 2026-03-01 10:00:00 UTC by ann@laptop
        note: this one was there at 2026-03-01 10:00:00 UTC; its evidence does not count any more
        help: begin this release with `fleetwright apply --cluster a`, which ends the other; to go on with the other, use its plan
    "#);
}

#[test]
fn f73_a_canary_that_is_no_longer_what_was_judged_proves_nothing() {
    let drift = "1 object differs from it: web/Deployment/shop";
    assert_snapshot!(of_b(seen(vec![release("new")], None, Some(drift))), @r#"
    error W007 [a] cluster "a" is no longer as it was when the release became ready
        note: 1 object differs from it: web/Deployment/shop
        help: look at it with `fleetwright diff --cluster a`; `fleetwright apply --cluster a` mends it, and the soak begins anew
    "#);
}

#[test]
fn f56_one_cluster_of_a_stage_at_a_time() {
    let canary = ("a", seen(vec![release("new")], None, None));
    let of_c = |sibling: Seen| told(&decided(&rollout(), "c", &[canary.clone(), ("b", sibling)], None));
    assert_snapshot!(of_c(Seen::Nothing), @"nothing in the way");
    assert_snapshot!(of_c(Seen::Unread("no answer".to_owned())), @r#"
    warning W002 [b] what is on cluster "b" is not known: no answer
        note: it is of the same stage; a failed run there would not be seen
    "#);
    assert_snapshot!(of_c(seen(vec![release("new")], Some(run("new", Phase::Failed)), None)), @r#"
    error W004 [b] the run that applies this release to cluster "b" has failed
        note: begun at 2026-03-01 10:20:00 UTC by bob@ci, 40m ago; release 11507a0e2f5e
        help: `fleetwright apply --cluster b` tries it again
    "#);
    assert_snapshot!(of_c(seen(vec![release("old")], Some(run("old", Phase::Failed)), None)), @r#"
    warning W004 [b] the run that applies release cba06b5736fa to cluster "b" has failed
        note: begun at 2026-03-01 10:20:00 UTC by bob@ci
    "#);
    assert_snapshot!(of_c(seen(vec![Release { ready: None, ..release("new") }], None, None)), @r#"
    error W005 [b] cluster "b" is not ready with release 11507a0e2f5e
        note: it is of the same stage, and one cluster at a time is changed
        help: `fleetwright apply --cluster b` goes on and waits for it
    "#);
    assert_snapshot!(of_c(seen(vec![release("new")], None, Some("1 object is not ready"))), @r#"
    warning W007 [b] cluster "b" is no longer as it was when the release became ready
        note: 1 object is not ready
        help: look at it with `fleetwright diff --cluster b`
    "#);
    assert_snapshot!(of_c(seen(vec![release("old")], None, None)), @"nothing in the way");
}

#[test]
fn the_first_stage_waits_for_freezes_alone() {
    let mut rollout = rollout();
    let half_way = [("b", seen(vec![release("old")], Some(run("old", Phase::Applying)), None))];
    assert_snapshot!(told(&decided(&rollout, "a", &half_way, None)), @"nothing in the way");
    rollout.freezes = vec![Freeze {
        name: "holidays".into(),
        window: Window::Once { from: at("10:00"), until: at("12:00") },
        reason: Some("nobody\nis there".into()),
        span: span(),
    }];
    assert_snapshot!(told(&decided(&rollout, "a", &[], None)), @r#"
    error W001 [a] rollout "prod" is frozen by "holidays" until 2026-03-01 12:00:00 UTC
        note: nobody\nis there
        help: after that: `fleetwright apply --cluster a`; what cannot wait goes on with `--break-glass "reason"`, which is recorded
    "#);
    assert_snapshot!(told(&decided(&rollout, "a", &[], Some("outage\n4711"))), @r#"
    warning W012 [a] BREAKING GLASS, a rule is not kept: rollout "prod"
        note: because: outage\n4711
        note: this is recorded on the cluster if anything is done there
    warning W001 [a] not kept: rollout "prod" is frozen by "holidays" until 2026-03-01 12:00:00 UTC
        note: nobody\nis there
        help: after that: `fleetwright apply --cluster a`; what cannot wait goes on with `--break-glass "reason"`, which is recorded
    "#);
}

#[test]
fn gates_and_approvals_are_not_passed_unjudged() {
    let mut rollout = rollout();
    rollout.stages[0].gates = vec!["errors".into(), "latency".into()];
    rollout.stages[0].approval = true;
    let canary = [("a", seen(vec![release("new")], None, None))];
    assert_snapshot!(told(&decided(&rollout, "b", &canary, None)), @r#"
    error W008 [b] stage "canary" asks for gate "errors", gate "latency" and an approval, and is not passed
        note: this version of fleetwright judges no gates and knows no approvals
        help: judge it yourself; `--break-glass "reason"` goes on without, and is recorded
    "#);
    assert_snapshot!(told(&decided(&rollout, "a", &[], None)), @"nothing in the way");
    let broken = Release { broken_glass: Some("outage".to_owned()), ..release("new") };
    rollout.stages[0].gates.clear();
    let canary = [("a", seen(vec![broken], None, None))];
    assert_snapshot!(told(&decided(&rollout, "b", &canary, Some("outage 4711"))), @r#"
    warning W012 [b] BREAKING GLASS, a rule is not kept: rollout "prod"
        note: because: outage 4711
        note: this is recorded on the cluster if anything is done there
    warning W012 [a] cluster "a" got this release against the rules of its rollout
        note: because: outage
    warning W008 [b] not kept: stage "canary" asks for an approval, and is not passed
        note: this version of fleetwright judges no gates and knows no approvals
        help: judge it yourself; `--break-glass "reason"` goes on without, and is recorded
    "#);
}

#[test]
fn a_canary_that_was_not_changed_alike_has_proven_nothing() {
    let mut rollout = rollout();
    let covers = BTreeSet::from([
        "Deployment of service.shop".to_owned(),
        "VirtualService of service.shop".to_owned(),
    ]);
    let canary = |written: usize| [("a", seen(vec![Release { written, ..release("new") }], None, None))];
    assert_snapshot!(told(&covering(&rollout, "b", &canary(0), None, &covers)), @r#"
    warning W010 [b] the release changed nothing on "a": that it is ready there proves nothing for cluster "b"
        help: look at it with `fleetwright diff --cluster b`
    "#);
    assert_snapshot!(told(&covering(&rollout, "b", &canary(3), None, &covers)), @r#"
    warning W011 [b] cluster "b" is changed in what no earlier cluster was changed in: VirtualService of service.shop
        help: look at it with `fleetwright diff --cluster b`
    "#);
    assert_snapshot!(told(&covering(&rollout, "b", &canary(0), None, &BTreeSet::new())), @"nothing in the way");
    rollout.require_coverage = true;
    assert_snapshot!(told(&covering(&rollout, "b", &canary(3), None, &covers)), @r#"
    error W011 [b] cluster "b" is changed in what no earlier cluster was changed in: VirtualService of service.shop
        note: the rollout says `require_coverage = true`
        help: look at it with `fleetwright diff --cluster b`
    "#);
}

#[test]
fn what_comes_next_is_told_with_its_time() {
    let rollout = rollout();
    let covers = BTreeSet::new();
    let told = |cluster: &str, others: &[(&str, Seen)]| {
        let others: BTreeMap<Arc<str>, Seen> =
            others.iter().map(|(name, seen)| (Arc::from(*name), seen.clone())).collect();
        let now = at("11:00");
        let situation = Situation {
            rollout: &rollout,
            cluster,
            release: digest("new"),
            covers: &covers,
            own: None,
            others,
            now,
            break_glass: None,
            lock: None,
            limit: None,
        };
        next(&situation, at("11:00")).map_or("the last".to_owned(), |next| next.told(now))
    };
    let has = || seen(vec![release("new")], None, None);
    let old = || seen(vec![release("old")], None, None);
    assert_snapshot!(told("a", &[]), @"soaks until 2026-03-01 11:30:00 UTC (30m); then: fleetwright apply --cluster b");
    assert_snapshot!(told("b", &[("a", has()), ("c", old())]), @"next: fleetwright apply --cluster c");
    assert_snapshot!(told("c", &[("a", has()), ("b", old())]), @"next: fleetwright apply --cluster b");
    assert_snapshot!(told("c", &[("a", has()), ("b", has())]), @"soaks until 2026-03-01 11:10:00 UTC (10m); then: fleetwright apply --cluster d");
    assert_snapshot!(told("d", &[("a", has()), ("b", has()), ("c", has())]), @"the last");
    assert_snapshot!(told("z", &[]), @"the last");
}

#[test]
fn only_what_is_broken_is_recorded_as_broken() {
    let (rollout, covers) = (rollout(), BTreeSet::new());
    let decided = |others: &[(&str, Seen)], lock: Option<&str>, break_glass| {
        let situation = Situation {
            rollout: &rollout,
            cluster: "b",
            release: digest("new"),
            covers: &covers,
            own: None,
            others: others.iter().map(|(name, seen)| (Arc::from(*name), seen.clone())).collect(),
            now: at("11:00"),
            break_glass,
            lock: lock.map(str::to_owned),
            limit: None,
        };
        let decision = situation.decide();
        format!("{:?}\n{}", decision.broken, told(&decision.problems))
    };
    let proven = [("a", seen(vec![release("new")], None, None))];
    assert_eq!(decided(&proven, None, None), "None\nnothing in the way");
    assert_snapshot!(decided(&proven, None, Some("outage")), @"
    None
    warning W015 [b] `--break-glass` is not needed: no rule is in the way
        note: its reason is not recorded
        help: leave it out
    ");
    assert_snapshot!(decided(&proven, Some("run r1 holds it"), Some("outage")), @r#"
    Some("outage")
    warning W012 [b] BREAKING GLASS, a rule is not kept: rollout "prod"
        note: because: outage
        note: this is recorded on the cluster if anything is done there
    warning W014 [b] not kept: the lock of rollout "prod" is not taken: run r1 holds it
        help: wait until its holder has ended: two clusters may be changed at a time without it
    "#);
    assert!(
        decided(&[("a", Seen::Nothing)], None, Some("outage")).starts_with("Some(\"outage\")\nwarning W012")
    );
}

#[test]
fn spans_are_told_in_two_parts() {
    let told = |seconds: i64| words::span(SignedDuration::from_secs(seconds));
    let lines = [-5, 0, 59, 60, 61, 3_600, 3_661, 86_400, 90_061].map(told);
    assert_snapshot!(lines.join(", "), @"0s, 0s, 59s, 1m, 1m 1s, 1h, 1h 1m, 1d, 1d 1h");
    assert_eq!(words::span(SignedDuration::from_millis(100)), "1s");
}

mod invariants {
    use proptest::prelude::*;

    use super::*;

    fn minute() -> impl Strategy<Value = Timestamp> {
        (0_i64..120).prop_map(|minute| at("09:30") + SignedDuration::from_mins(minute))
    }

    fn any_release() -> impl Strategy<Value = Release> {
        (prop_oneof![4 => Just("new"), 1 => Just("old")], minute(), prop::option::weighted(0.9, minute()))
            .prop_map(|(name, at, ready)| Release { at, ready, ..release(name) })
    }

    fn any_run() -> impl Strategy<Value = Run> {
        let phase = prop_oneof![Just(Phase::Applying), Just(Phase::Deleting), Just(Phase::Failed)];
        (prop_oneof![Just("new"), Just("old")], phase).prop_map(|(name, phase)| run(name, phase))
    }

    fn any_seen() -> impl Strategy<Value = Seen> {
        let recorded = (
            prop::collection::vec(any_release(), 0..3),
            prop::option::weighted(0.1, any_run()),
            prop::option::weighted(0.1, Just("1 object differs".to_owned())),
            prop::option::weighted(0.2, minute()),
            minute().prop_map(|now| now + SignedDuration::from_mins(60)),
        );
        prop_oneof![
            1 => Just(Seen::Unread("no answer".to_owned())),
            1 => Just(Seen::Nothing),
            12 => recorded.prop_map(|(releases, run, drift, until, now)| {
                let unready = until.map(|until| Box::new(Unready { what: "web".into(), until, how: "it says so".into() }));
                Seen::Recorded { releases, run, drift, unready, now }
            }),
        ]
    }

    /// Whether a cluster holds the release as it is to be before others get it.
    fn has_proven(seen: Option<&Seen>, soak: i64) -> bool {
        let Some(Seen::Recorded { releases, run: None, drift: None, unready, now }) = seen else {
            return false;
        };
        let Some(newest) = releases.first() else { return false };
        let Some(ready) = newest.ready else { return false };
        newest.digest == digest("new")
            && ready >= newest.at
            && now.duration_since(ready) >= SignedDuration::from_mins(soak)
            && unready
                .as_ref()
                .is_none_or(|one| now.duration_since(one.until) >= SignedDuration::from_mins(soak))
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

        /// INV-12 and the canary: no cluster is changed before the earlier ones have proven the release, nor while another
        /// of its stage is half-way with it. Glass can always be broken, and what was in the way is told all the same.
        #[test]
        fn nothing_is_allowed_before_its_evidence(
            others in prop::collection::btree_map(prop::sample::select(vec!["a", "b", "c", "d"]), any_seen(), 1..5),
            cluster in prop::sample::select(vec!["a", "b", "c", "d"]),
        ) {
            let rollout = rollout();
            let others: Vec<(&str, Seen)> = others.into_iter().filter(|(name, _)| *name != cluster).collect();
            let of = |name: &str| others.iter().find(|(other, _)| *other == name).map(|(_, seen)| seen);
            let problems = decided(&rollout, cluster, &others, None);
            let earlier: &[(&str, i64)] = match cluster {
                "a" => &[],
                "b" | "c" => &[("a", 30)],
                _ => &[("a", 30), ("b", 10), ("c", 10)],
            };
            let proven = earlier.iter().all(|(name, soak)| has_proven(of(name), *soak));
            let sibling = match cluster { "b" => of("c"), "c" => of("b"), _ => None };
            let half_way = match sibling {
                Some(Seen::Recorded { run: Some(run), .. }) => run.release == digest("new"),
                Some(Seen::Recorded { releases, .. }) => releases.first().is_some_and(|newest| {
                    newest.digest == digest("new") && newest.ready.is_none_or(|ready| ready < newest.at)
                }),
                _ => false,
            };
            prop_assert_eq!(!problems.has_errors(), proven && !half_way, "{}", told(&problems));

            let broken = decided(&rollout, cluster, &others, Some("outage"));
            prop_assert!(!broken.has_errors());
            // What is in the way is told with the breaking; that nothing was, instead.
            prop_assert_eq!(broken.len(), problems.len() + 1);
            for problem in problems.iter().filter(|problem| problem.severity == Severity::Error) {
                prop_assert!(problem.help.is_some(), "{}", problem.message);
            }
        }
    }
}

#[test]
fn where_a_release_begins_it_is_told_that_it_ends_one_that_soaks() {
    let covers = BTreeSet::new();
    let rollout = rollout();
    let told = |cluster: &str, own: &Release| {
        let situation = Situation {
            rollout: &rollout,
            cluster,
            release: digest("new"),
            covers: &covers,
            own: Some(own),
            others: BTreeMap::new(),
            now: at("11:00"),
            break_glass: None,
            lock: None,
            limit: None,
        };
        told(&situation.decide().problems)
    };
    let soaks = Release { ready: Some(at("10:45")), ..release("old") };
    assert_snapshot!(told("a", &soaks), @r#"
    warning W013 [a] this ends release cba06b5736fa of commit old012345678 of rollout "prod", which soaks on cluster "a" until 2026-03-01 11:15:00 UTC
        note: a later cluster gets a release only as long as it is the one on the earlier ones
        help: check out its commit, or use its plan, to go on with that one instead
    "#);
    assert_snapshot!(told("a", &Release { commit: None, ..soaks.clone() }), @r#"
    warning W013 [a] this ends release cba06b5736fa of rollout "prod", which soaks on cluster "a" until 2026-03-01 11:15:00 UTC
        note: a later cluster gets a release only as long as it is the one on the earlier ones
        help: use its plan to go on with that one instead
    "#);
    // It has soaked, never became ready, is of something else, or is this one.
    for other in [
        Release { ready: Some(at("10:30")), ..release("old") },
        Release { ready: None, ..release("old") },
        Release { rollout: None, ..soaks.clone() },
        Release { ready: Some(at("10:45")), ..release("new") },
    ] {
        assert_eq!(told("a", &other), "nothing in the way");
    }
    assert!(!told("b", &soaks).contains("W013"));
}
