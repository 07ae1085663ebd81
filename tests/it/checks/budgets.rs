//! `disruption`, `pdb-blocks`.

use super::shop::{Case, findings, told, validate, with};

const BUDGET: &str = "  maxUnavailable: 1\n  selector:\n    matchLabels: {app: web}";

#[test]
fn disruption() {
    insta::assert_snapshot!(told(&Case {
        check: "disruption",
        besides: &["selector"],
        mistakes: &[&[(BUDGET, "  maxUnavailable: 1\n  selector:\n    matchLabels: {app: wbe}")]],
        ..Case::default()
    }), @"
    V107 disruption error shop/Deployment/web
      Deployment/web has 3 replicas and no PodDisruptionBudget: a drain may stop all at once
      at `replicas: 3`: these replicas
      help: add a `disruption` block, or render a PodDisruptionBudget
    ");
}

#[test]
fn pdb_blocks() {
    let second = "apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: second
spec:
  maxUnavailable: 1
  selector:
    matchExpressions: [{key: track, operator: In, values: [canary]}]
---
apiVersion: v1
kind: Pod
metadata:
  name: canary
  labels: {track: canary}
spec:
  serviceAccountName: web
  restartPolicy: Never
  containers:
    - name: canary
      image: registry.example.com/web:1.0
      resources:
        limits: {cpu: 1, memory: 64Mi}
";
    insta::assert_snapshot!(told(&Case {
        check: "pdb-blocks",
        added: second,
        mistakes: &[
            &[("maxUnavailable: 1\n  selector:\n    matchLabels: {app: web}", "maxUnavailable: 0%\n  selector:\n    matchLabels: {app: web}")],
            &[("maxUnavailable: 1\n  selector:\n    matchLabels: {app: web}", "minAvailable: 3\n  selector:\n    matchLabels: {app: web}")],
            &[("maxUnavailable: 1\n  selector:\n    matchLabels: {app: web}", "minAvailable: 67%\n  selector:\n    matchLabels: {app: web}")],
            &[("values: [canary]", "values: [canary, stable]")],
        ],
        ..Case::default()
    }), @r#"
    V114 pdb-blocks error shop/PodDisruptionBudget/web
      `maxUnavailable` "0%" lets no pod be evicted
      at `maxUnavailable: 0%`: a drain of a node waits for ever
      help: allow one disruption at least: `maxUnavailable: 1`, or more replicas

    V114 pdb-blocks error shop/PodDisruptionBudget/web
      `minAvailable` 3 of 3 replicas lets no pod be evicted
      at `minAvailable: 3`: a drain of a node waits for ever
      help: allow one disruption at least: `maxUnavailable: 1`, or more replicas

    V114 pdb-blocks error shop/PodDisruptionBudget/web
      `minAvailable` "67%" of 3 replicas lets no pod be evicted
      at `minAvailable: 67%`: a drain of a node waits for ever
      help: allow one disruption at least: `maxUnavailable: 1`, or more replicas

    V114 pdb-blocks error shop/PodDisruptionBudget/web
      two PodDisruptionBudgets select the pods of Deployment/web: no pod of it can be evicted
      at `selector:`: selects them
      at `selector:`: selects them, too
      help: leave one of the two
    "#);
}

/// How many replicas a budget is of: the fewest that the autoscaler leaves.
#[test]
fn a_budget_is_of_the_fewest_replicas() {
    let scaler = "apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: web
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  minReplicas: LEAST
  maxReplicas: 9
";
    let found = |least: &str, budget: &str| {
        let shop = with(&scaler.replace("LEAST", least)).replace("  replicas: 3\n", "");
        let shop = shop.replace("maxUnavailable: 1", budget);
        let document = validate(&super::shop::FLEET.replace("BLOCK", ""), &shop);
        findings(&document)
            .iter()
            .map(|finding| finding["message"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(found("3", "minAvailable: 2"), [""; 0]);
    assert_eq!(found("2", "minAvailable: 2"), ["`minAvailable` 2 of 2 replicas lets no pod be evicted"]);
    assert_eq!(found("1", "maxUnavailable: 10%"), [""; 0]);
    assert_eq!(
        found("1", "minAvailable: 50%"),
        ["`minAvailable` \"50%\" of 1 replica lets no pod be evicted"]
    );
}
