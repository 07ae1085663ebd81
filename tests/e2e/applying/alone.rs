//! One cluster of a rollout at a time, and nobody after one that failed.

use std::time::Duration;

use super::four::{Four, NAMES};
use super::locks::signal;
use super::rules::four;
use super::scene::config_map;
use crate::harness::{Fault, Rule, block_on, eventually};
use crate::program::Outcome;

fn said(outcome: &Outcome) -> String {
    format!("{}\n{}", outcome.stdout, outcome.stderr)
}

/// Some objects of this value, rendered for all clusters.
fn render(four: &Four, value: &str) {
    let maps = (0..20).map(|number| config_map(&format!("map-{number:02}"), value));
    four.render(&maps.collect::<Vec<_>>());
}

/// Lets every write of an object take this long.
fn slow(four: &Four, time: Duration) {
    for proxy in &four.proxies {
        proxy.add(Rule::new(Fault::Delay(time)).verb("patch").kind("v1", "ConfigMap").dry_run(false));
    }
}

/// Waits until a cluster is written to.
fn until_written_to(four: &Four, cluster: &str, from: usize) {
    block_on(eventually("the cluster is written to", async || {
        (four.writes(cluster).len() > from).then_some(())
    }));
}

/// When a cluster was written to: before the first and after the last write past these, in moments of all proxies.
fn span(four: &Four, cluster: &str, past: usize) -> Option<(u64, u64)> {
    let writes = four.writes(cluster).split_off(past);
    let began = writes.iter().map(|write| write.began).min()?;
    Some((began, writes.iter().map(|write| write.ended).max()?))
}

#[test]
fn inv12_f56_while_one_cluster_is_changed_no_other_is() {
    let four = four("alone", "", "");
    render(&four, "1");
    four.done("prod-a", &[]);
    slow(&four, Duration::from_millis(400));
    let first = four.start("prod-b", &[]);
    until_written_to(&four, "prod-b", 0);
    four.refused("prod-c", &[], &["prod-b"]);
    let first = four.ended(first);
    assert_eq!(first.status, Some(0), "{}", said(&first));
    four.done("prod-c", &[]);
}

#[test]
fn inv12_runs_that_begin_together_never_write_together() {
    let four = four("together", "", "");
    let mut random = 0x5851_f42d_u64;
    for round in 1..=4 {
        render(&four, &round.to_string());
        for proxy in &four.proxies {
            proxy.clear();
        }
        four.done("prod-a", &[]);
        slow(&four, Duration::from_millis(150));
        let before = NAMES.map(|name| four.writes(name).len());
        let mut runs = Vec::new();
        for at in [1, 2, 3, 0] {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            runs.push(four.start(NAMES[at], &["--lock-timeout", "2s"]));
            std::thread::sleep(Duration::from_millis((random >> 33) % 400));
        }
        let ended: Vec<Outcome> = runs.into_iter().map(|run| four.ended(run)).collect();
        let statuses: Vec<Option<i32>> = ended.iter().map(|outcome| outcome.status).collect();
        assert!(
            statuses.iter().all(|status| matches!(status, Some(0 | 4))),
            "{statuses:?} {}",
            said(&ended[0])
        );
        let mut spans: Vec<(u64, u64)> =
            NAMES.iter().zip(before).filter_map(|(name, past)| span(&four, name, past)).collect();
        spans.sort_unstable();
        assert!(!spans.is_empty(), "round {round}: {statuses:?} {}", said(&ended[0]));
        for pair in spans.windows(2) {
            assert!(pair[0].1 < pair[1].0, "round {round}: {spans:?}");
        }
        // Who was refused wrote nothing.
        let written = spans.len();
        let done = statuses[..3].iter().filter(|status| **status == Some(0)).count();
        assert_eq!(written, done, "round {round}: {statuses:?}");
    }
}

#[test]
fn inv12_after_a_failure_nobody_is_next() {
    let four = four("failure", "", "");
    render(&four, "1");
    four.done("prod-a", &[]);
    let refusal = Fault::answer(
        422,
        "application/json",
        r#"{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Invalid","message":"no","code":422}"#,
    );
    let rule = Rule::new(refusal).verb("patch").kind("v1", "ConfigMap").name("map-07").dry_run(false);
    four.proxy("prod-b").add(rule);
    let failed = four.apply("prod-b", &[]);
    assert_eq!(failed.status, Some(5), "{}", said(&failed));
    assert!(failed.stderr.contains("map-07"), "{}", failed.stderr);
    four.refused("prod-c", &[], &["prod-b"]);
    four.refused("prod-d", &[], &["prod-b"]);
    four.proxy("prod-b").clear();
    four.done("prod-b", &[]);
    four.done("prod-c", &[]);
}

#[test]
fn inv12_f58_after_a_signal_nobody_is_next() {
    let four = four("signal", "", "");
    render(&four, "1");
    four.done("prod-a", &[]);
    slow(&four, Duration::from_millis(700));
    let run = four.start("prod-b", &[]);
    until_written_to(&four, "prod-b", 3);
    signal(&run, "INT");
    let ended = four.ended(run);
    assert_eq!(ended.status, Some(130), "{}", said(&ended));
    four.refused("prod-c", &[], &["prod-b"]);
    four.proxy("prod-b").clear();
    four.done("prod-b", &[]);
}

#[test]
fn inv12_f57_after_a_run_that_was_killed_nobody_is_next() {
    let four = four("killed", "", "");
    render(&four, "1");
    four.done("prod-a", &[]);
    slow(&four, Duration::from_millis(700));
    let mut run = four.start("prod-b", &[]);
    until_written_to(&four, "prod-b", 3);
    run.kill().unwrap();
    run.wait().unwrap();
    four.refused("prod-c", &[], &["prod-b"]);
    // Neither when its lock has run out.
    std::thread::sleep(Duration::from_secs(4));
    four.refused("prod-c", &[], &["prod-b"]);
    four.proxy("prod-b").clear();
    four.done("prod-b", &[]);
    four.done("prod-c", &[]);
}
