//! The rules of a rollout, on four clusters: when, how much, after whom; and what is said when they are broken.

use serde_json::{Value, json};

use super::four::{Four, NAMES};
use super::scene::config_map;
use crate::harness::{Fault, Rule};
use crate::program::Outcome;
use crate::repository::commit;

/// A rollout with a canary, and a component on all of its clusters and one on `prod-b` alone. `canary` goes into the
/// canary's stage, `more` into the rollout.
pub fn rollout(canary: &str, more: &str) -> String {
    format!(
        "rollout \"prod\" {{\n  match = \"env=prod\"\n\
         \x20 stage \"canary\" {{\n    clusters = [\"prod-a\"]\n{canary}  }}\n\
         \x20 stage \"rest\" {{\n    clusters = [\"prod-b\", \"prod-c\", \"prod-d\"]\n  }}\n{more}}}\n\
         component \"web\" {{\n  match = \"env=prod\"\n  namespace = \"shop\"\n  manifests = [\"web.yaml\"]\n}}\n\
         component \"only-b\" {{\n  match = \"name=prod-b\"\n  namespace = \"shop\"\n  manifests = [\"b.yaml\"]\n}}\n"
    )
}

/// Four clusters with a fleet of this name that nothing has been applied of.
pub fn four(name: &str, canary: &str, more: &str) -> Four {
    let four = Four::apart(name, &rollout(canary, more));
    four.render(&[config_map("settings", "1")]);
    four.manifest("b.yaml", &[config_map("b", "1")]);
    four
}

fn said(outcome: &Outcome) -> String {
    format!("{}\n{}", outcome.stdout, outcome.stderr)
}

impl Four {
    /// An apply that is done.
    pub fn done(&self, cluster: &str, more: &[&str]) -> Outcome {
        let outcome = self.apply(cluster, more);
        assert_eq!(outcome.status, Some(0), "{cluster}: {}", said(&outcome));
        outcome
    }

    /// An apply that is refused before it writes anything, and says these words.
    pub fn refused(&self, cluster: &str, more: &[&str], words: &[&str]) -> Outcome {
        let before = self.writes(cluster).len();
        let outcome = self.apply(cluster, more);
        assert_eq!(outcome.status, Some(4), "{cluster}: {}", said(&outcome));
        for word in words {
            assert!(outcome.stderr.contains(word), "{word}: {}", outcome.stderr);
        }
        let after = self.writes(cluster);
        assert_eq!(after.len(), before, "{cluster}: {:?}", after.last());
        outcome
    }

    /// The newest release of a cluster, as `history` tells it.
    fn newest(&self, cluster: &str) -> Value {
        let history = self.run(&["history", "--cluster", cluster, "-o", "json"]);
        assert_eq!(history.status, Some(0), "{}", said(&history));
        let document: Value = serde_json::from_str(&history.stdout).unwrap();
        document["releases"][0].clone()
    }
}

#[test]
fn a_freeze_holds_everywhere_and_is_broken_only_aloud() {
    let once = "  freeze \"stocktaking\" {\n    from = \"2020-01-01T00:00:00Z\"\n    until = \"2099-01-01T00:00:00Z\"\n\
                \x20   reason = \"the shelves are counted\"\n  }\n";
    let four = four("freeze", "", once);
    four.refused(
        "prod-a",
        &[],
        &["stocktaking", "the shelves are counted", "2099-01-01 00:00:00 UTC", "--break-glass"],
    );
    // A window that comes again and again, and is open now.
    let again = "  freeze \"always\" {\n    cron = \"* * * * *\"\n    duration = \"10m\"\n  }\n";
    four.define("freeze", &rollout("", again));
    four.refused("prod-a", &[], &["always"]);
    let broken = four.done("prod-a", &["--break-glass", "the shelf burns"]);
    assert!(broken.stderr.contains("always"), "{}", broken.stderr);
    assert!(broken.stderr.contains("the shelf burns"), "{}", broken.stderr);
    assert_eq!(four.newest("prod-a")["brokenGlass"], "the shelf burns");
    // Windows that are over, or not yet there.
    let closed = "  freeze \"past\" {\n    from = \"2020-01-01T00:00:00Z\"\n    until = \"2021-01-01T00:00:00Z\"\n  }\n\
                  \x20 freeze \"future\" {\n    from = \"2098-01-01T00:00:00Z\"\n    until = \"2099-01-01T00:00:00Z\"\n  }\n";
    four.define("freeze", &rollout("", closed));
    four.render(&[config_map("settings", "2")]);
    four.done("prod-a", &[]);
    assert_eq!(four.newest("prod-a")["brokenGlass"], Value::Null);
}

#[test]
fn glass_that_no_rule_is_behind_stays_whole() {
    let four = four("whole-glass", "", "");
    let whole = four.done("prod-a", &["--break-glass", "to be sure"]);
    assert!(whole.stderr.contains("`--break-glass` is not needed"), "{}", whole.stderr);
    assert_eq!(four.newest("prod-a")["brokenGlass"], Value::Null);
    let lease = "fleetwright.whole-glass.rollout.prod";
    assert!(four.everything("prod-a").keys().any(|name| name.ends_with(lease)), "the rollout was not locked");
    // Another run that holds the rollout is in the way, and the next cluster is changed beside it.
    let held = json!({
        "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
        "metadata": {"namespace": four.state, "name": lease},
        "spec": {"holderIdentity": "another-run", "leaseDurationSeconds": 600},
    });
    four.edit("prod-a", "somebody", &held, &json!({"spec": held["spec"]}));
    let broken = four.done("prod-b", &["--break-glass", "the shelf burns"]);
    assert!(broken.stderr.contains("another-run"), "{}", broken.stderr);
    assert_eq!(four.newest("prod-b")["brokenGlass"], "the shelf burns");
}

#[test]
fn a_reason_that_says_nothing_breaks_no_glass() {
    let four = four("glass", "", "");
    for reason in ["", "  "] {
        let wrong = four.apply("prod-b", &["--break-glass", reason]);
        assert_eq!(wrong.status, Some(2), "{}", said(&wrong));
    }
    assert_eq!(four.writes("prod-b").len(), 0);
}

#[test]
fn limits_hold_from_the_second_apply_on() {
    let limits = "  limits {\n    deletions = 1\n    changed_percent = 20\n  }\n";
    let four = four("limits", "", limits);
    let maps = |count: usize, changed: usize| {
        let value = |number| if number < changed { "changed" } else { "first" };
        (0..count).map(|number| config_map(&format!("map-{number}"), value(number))).collect::<Vec<_>>()
    };
    // All of a first apply is new. With their namespace there are ten.
    four.render(&maps(9, 0));
    four.done("prod-a", &[]);
    four.render(&maps(9, 3));
    four.refused("prod-a", &[], &["3 of 10", "20 percent"]);
    four.render(&maps(9, 2));
    four.done("prod-a", &[]);
    // Two of ten go: within the one limit, beyond the other.
    four.render(&maps(7, 2));
    four.refused("prod-a", &[], &["--deletions 2"]);
    four.refused("prod-a", &["--deletions", "1"], &["2"]);
    four.refused("prod-a", &["--deletions", "3"], &["2"]);
    four.done("prod-a", &["--deletions", "2"]);
    let deleted = four.writes("prod-a").iter().filter(|write| write.verb == "delete").count();
    assert_eq!(deleted, 2);
    // What is said of deletions allows no changes; breaking glass does, and is recorded.
    four.render(&maps(7, 7));
    four.refused("prod-a", &["--deletions", "0"], &["5 of 8", "20 percent", "--break-glass"]);
    let broken = four.done("prod-a", &["--break-glass", "a new label for everything"]);
    assert!(broken.stderr.contains("5 of 8"), "{}", broken.stderr);
    assert_eq!(four.newest("prod-a")["brokenGlass"], "a new label for everything");
}

#[test]
fn an_approval_is_not_passed_unasked() {
    let four = four("approval", "    approval = true\n", "");
    let canary = four.done("prod-a", &["--fleet", "fleet"]);
    assert!(canary.stderr.contains("until gates are judged, with the same --fleet\n"), "{}", canary.stderr);
    four.refused("prod-b", &[], &["approval", "canary", "--break-glass"]);
    let broken = four.done("prod-b", &["--break-glass", "approved by word of mouth"]);
    assert!(broken.stderr.contains("approved by word of mouth"), "{}", broken.stderr);
    assert_eq!(four.newest("prod-b")["brokenGlass"], "approved by word of mouth");
    let history = four.run(&["history", "--cluster", "prod-b"]);
    assert!(history.stdout.contains("approved by word of mouth"), "{}", said(&history));
    // Nobody has approved of it when the next release comes.
    four.render(&[config_map("settings", "2")]);
    four.done("prod-a", &[]);
    let history = four.run(&["history", "--cluster", "prod-a", "-o", "json"]);
    let document: Value = serde_json::from_str(&history.stdout).unwrap();
    assert_eq!(document["releases"][1]["state"], "replaced", "{}", said(&history));
}

#[test]
fn a_gate_is_not_passed_unasked() {
    let gate =
        "gate \"errors\" {\n  prometheus = \"http://127.0.0.1:1\"\n  query = \"errors\"\n  max = 1\n}\n";
    let gated = format!("{}{gate}", rollout("    gates = [\"errors\"]\n", ""));
    let four = four("gates", "", "");
    four.define("gates", &gated);
    four.done("prod-a", &[]);
    four.refused("prod-b", &[], &["errors", "canary", "--break-glass"]);
    four.done("prod-b", &["--break-glass", "the gate is not built yet"]);
    assert_eq!(four.newest("prod-b")["brokenGlass"], "the gate is not built yet");
}

#[test]
fn f73_a_canary_that_was_changed_since_proves_nothing() {
    let four = four("drift", "", "");
    four.done("prod-a", &[]);
    let object = config_map("settings", "");
    four.edit("prod-a", "kubectl-edit", &object, &json!({"data": {"key": "by hand"}}));
    four.refused("prod-b", &[], &["prod-a", "ConfigMap/settings"]);
    // What is not ours may be there.
    four.edit("prod-a", "kubectl-edit", &object, &json!({"data": {"key": "1", "other": "by hand"}}));
    four.done("prod-b", &[]);
    assert_eq!(four.values("settings")["prod-b"], "1");
}

#[test]
fn a_canary_that_a_release_does_not_change_has_proven_nothing() {
    let four = four("nothing", "", "");
    for cluster in NAMES {
        four.done(cluster, &[]);
    }
    four.manifest("b.yaml", &[config_map("b", "2")]);
    // The release is another one, though the canary has nothing to do.
    four.refused("prod-b", &[], &["fleetwright apply --cluster prod-a"]);
    let same = ", each `apply` with the same --fleet";
    four.refused("prod-b", &["--fleet", "fleet"], &["fleetwright apply --cluster prod-a", same]);
    let before = four.writes("prod-a").len();
    four.done("prod-a", &[]);
    assert_eq!(four.writes("prod-a").len(), before);
    let told = four.done("prod-b", &[]);
    assert!(told.stderr.contains("W0"), "{}", told.stderr);
    assert!(told.stderr.contains("prod-a"), "{}", told.stderr);
    assert_eq!(four.values("b")["prod-b"], "2");
}

#[test]
fn what_the_canary_does_not_cover_is_named_or_refused() {
    let four = four("coverage", "", "");
    for cluster in NAMES {
        four.done(cluster, &[]);
    }
    four.render(&[config_map("settings", "2")]);
    four.manifest("b.yaml", &[config_map("b", "2")]);
    four.define("coverage", &rollout("", "  require_coverage = true\n"));
    four.done("prod-a", &[]);
    four.refused("prod-b", &[], &["component.only-b", "ConfigMap"]);
    four.done("prod-c", &[]);
    four.define("coverage", &rollout("", ""));
    let told = four.done("prod-b", &[]);
    assert!(told.stderr.contains("component.only-b"), "{}", told.stderr);
}

#[test]
fn nobody_is_before_a_canary_that_cannot_be_read() {
    let four = four("unread", "", "");
    four.done("prod-a", &[]);
    four.proxy("prod-a").add(Rule::new(Fault::ResetBefore));
    four.refused("prod-b", &["--request-timeout", "2s"], &["prod-a"]);
    four.proxy("prod-a").clear();
    four.done("prod-b", &[]);
}

#[test]
fn f72_a_release_that_is_on_its_way_is_named_and_ends_where_the_next_begins() {
    let four = four("underway", "", "");
    let first = commit(&four.place);
    four.done("prod-a", &[]);
    assert_eq!(four.newest("prod-a")["commit"], first.as_str());
    // The fleet goes on: what prod-b would get is not what the canary has.
    four.render(&[config_map("settings", "2")]);
    let second = commit(&four.place);
    four.refused("prod-b", &[], &[&first[..8], "prod-a"]);
    // As of the commit that is on its way it goes on.
    four.done("prod-b", &["--rev", &first]);
    // A new release begins on the first stage, and ends the other.
    four.done("prod-a", &[]);
    assert_eq!(four.newest("prod-a")["commit"], second.as_str());
    four.refused("prod-c", &["--rev", &first], &[&second[..8]]);
    four.done("prod-b", &[]);
    let values = [("prod-a", json!("2")), ("prod-b", json!("2"))];
    assert_eq!(four.values("settings"), values.into_iter().collect());
}
