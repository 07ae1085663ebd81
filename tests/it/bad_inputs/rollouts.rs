//! Rollouts that cannot be run as they are written.
//!
//! B25 (gates) and B26 (two clusters of one context or UID) have tests of their own elsewhere.

use super::beside::{all_told, fine, told};

fn rollout(arguments: &str, stages: &[(&str, &str)]) -> String {
    let stages = stages.iter().map(|(name, members)| format!("  stage \"{name}\" {{\n    {members}\n  }}\n"));
    format!("rollout \"r\" {{\n{arguments}{}}}\n", stages.collect::<String>())
}

#[test]
fn b23_the_first_stage_proves_a_release() {
    let both = "clusters = [\"prod-a\", \"prod-b\"]";
    let text = told((
        "C011",
        "2:9",
        &[
            "rollout \"r\" has no canary: its only stage holds all clusters",
            "begin with a stage that holds one cluster",
        ],
        &rollout("", &[("canary", both)]),
    ));
    insta::assert_snapshot!(text, @r#"
    error[C011]: rollout "r" has no canary: its only stage holds all clusters
     --> fleet/x.hcl:2:9
      |
    2 |   stage "canary" {
      |         ^^^^^^^^ all 2 clusters
      |
      = note: the first stage proves a release before the others get it
      = help: begin with a stage that holds one cluster

    1 error
    "#);
    all_told(&[
        ("C011", "1:9", &["rollout \"r\" has no canary: it has no stage"], &rollout("", &[])),
        (
            "C004",
            "3:17",
            &["there is no cluster \"prod-z\"", "did you mean \"prod-a\"?"],
            &rollout("", &[("canary", "clusters = [\"prod-z\"]"), ("rest", both)]),
        ),
        (
            "C011",
            "6:17",
            &["lists cluster \"prod-a\" twice"],
            &rollout("", &[("canary", "clusters = [\"prod-a\"]"), ("rest", both)]),
        ),
        (
            "F009",
            "5:9",
            &["stage \"canary\" stands twice in rollout \"r\""],
            &rollout("", &[("canary", "clusters = [\"prod-a\"]"), ("canary", "clusters = [\"prod-b\"]")]),
        ),
        (
            "C011",
            "3:16",
            &[
                "stage \"canary\" of rollout \"r\" holds no cluster",
                "name clusters of the rollout: prod-a or prod-b",
            ],
            &rollout("", &[("canary", "clusters = []"), ("rest", both)]),
        ),
        (
            "C011",
            "6:13",
            &["stage \"rest\" of rollout \"r\" holds no cluster"],
            &rollout("", &[("canary", both), ("rest", "match = \"env=dev\"")]),
        ),
        (
            "C011",
            "7:17",
            &["stage \"rest\" names cluster \"prod-b\", which rollout \"r\" does not match"],
            &rollout(
                "  match = \"zone=a\"\n",
                &[("canary", "clusters = [\"prod-a\"]"), ("rest", "clusters = [\"prod-b\"]")],
            ),
        ),
        (
            "C011",
            "2:11",
            &["rollout \"r\" matches no cluster"],
            &rollout("  match = \"env=dev\"\n", &[("canary", "clusters = [\"prod-a\"]")]),
        ),
        (
            "C011",
            "2:9",
            &["takes `clusters` or `match`, and has both"],
            &rollout(
                "",
                &[
                    ("canary", "clusters = [\"prod-a\"]\n    match = \"zone=a\""),
                    ("rest", "clusters = [\"prod-b\"]"),
                ],
            ),
        ),
        (
            "C011",
            "2:9",
            &["takes `clusters` or `match`, and has neither"],
            &rollout("", &[("canary", ""), ("rest", both)]),
        ),
    ]);
    let two = rollout("", &[("canary", "clusters = [\"prod-a\"]"), ("rest", "clusters = [\"prod-b\"]")]);
    let text = told((
        "C011",
        "1:9",
        &["clusters \"prod-a\", \"prod-b\" are in two rollouts: rollout \"q\" and rollout \"r\""],
        &format!("{two}{}", two.replace("\"r\"", "\"q\"")),
    ));
    insta::assert_snapshot!(text, @r#"
    error[C011]: clusters "prod-a", "prod-b" are in two rollouts: rollout "q" and rollout "r"
     --> fleet/x.hcl:1:9
      |
    1 | rollout "r" {
      |         ^^^ in this one
    ...
    9 | rollout "q" {
      |         --- and in this one
      |
      = help: make their `match` disjoint: a cluster is in at most one rollout

    1 error
    "#);
}

#[test]
fn b23_a_rollout_of_one_cluster_needs_one_stage() {
    let one = rollout("  match = \"zone=a\"\n", &[("all", "clusters = [\"prod-a\"]")]);
    fine(&|place| place.write("fleet/x.hcl", &one));
    let two = rollout("", &[("canary", "match = \"zone=a\""), ("rest", "match = \"zone=b\"")]);
    fine(&|place| place.write("fleet/x.hcl", &two));
}

#[test]
fn b24_an_order_names_each_cluster_once() {
    all_told(&[
        (
            "C011",
            "3:27",
            &["rollout \"r\" lists cluster \"prod-a\" twice", "first here", "again here"],
            &rollout(
                "",
                &[("canary", "clusters = [\"prod-a\", \"prod-a\"]"), ("rest", "clusters = [\"prod-b\"]")],
            ),
        ),
        (
            "C011",
            "6:13",
            &["rollout \"r\" lists cluster \"prod-a\" twice", "first here", "again here"],
            &rollout("", &[("canary", "match = \"zone=a\""), ("rest", "match = \"env=prod\"")]),
        ),
    ]);
    let omits = rollout("  match = \"env=prod\"\n", &[("canary", "clusters = [\"prod-a\"]")]);
    let text = told(("C011", "2:11", &["rollout \"r\" omits \"prod-b\": in no stage"], &omits));
    insta::assert_snapshot!(text, @r#"
    error[C011]: rollout "r" omits "prod-b": in no stage
     --> fleet/x.hcl:2:11
      |
    2 |   match = "env=prod"
      |           ^^^^^^^^^^ matches it too
      |
      = help: add it to a stage, or narrow `match`

    1 error
    "#);
}
