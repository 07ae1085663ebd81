//! What a fleet says of how it is applied: units, and the clusters of a rollout.

use super::*;

#[test]
fn a_unit_says_how_its_objects_are_applied() {
    let (fleet, problems) = resolved_with(
        r#"
component "a" {
  match     = "name=prod-a"
  namespace = "web"
  templates = ["x.yaml"]
  for_each  = toset(["one"])
  take_over = ["Deployment/${each.key}:spec.replicas"]
  replace   = ["web/Job.batch/migrate"]
  ready_when = {
    Widget                = "create"
    "Widget.example.com"  = "condition=Spinning"
    PersistentVolumeClaim = "jsonpath={.status.phase}=Bound"
  }
}
"#,
        &[],
    );
    insta::assert_snapshot!(problems, @"");
    let unit = &fleet.clusters.iter().find(|cluster| &*cluster.name == "prod-a").unwrap().units[0];
    insta::assert_snapshot!(unit.applying.take_over[0], @"Deployment/one:spec.replicas");
    insta::assert_snapshot!(unit.applying.replace[0], @"web/Job.batch/migrate");
    let when = |group: &str, kind: &str| {
        let object = crate::object::ObjectRef {
            group: group.into(),
            kind: kind.into(),
            namespace: None,
            name: "x".into(),
        };
        format!("{:?}", unit.applying.ready_when(&object))
    };
    insta::assert_snapshot!(when("example.com", "Widget"), @r#"Some(Condition { name: "Spinning", status: "True" })"#);
    insta::assert_snapshot!(when("other.example.com", "Widget"), @"Some(Exists)");
    insta::assert_snapshot!(when("", "ConfigMap"), @"None");
}

#[test]
fn what_cannot_be_applied_so_is_told() {
    insta::assert_snapshot!(told(r#"
variable "token" {
  sensitive = true
  default   = "Deployment/shop:spec.replicas"
}
component "a" {
  match     = "name=prod-a"
  templates = ["x.yaml"]
  take_over = ["Deployment/shop", "Deployment/shop:spec..a", "shop:spec"]
  replace   = ["Deployment", "a/b/c/d", "web/Namespace/web", "web/PersistentVolumeClaim/data"]
  ready_when = {
    Widget          = "ready"
    Gadget          = "condition=Ready=Maybe"
    "Two Words"     = "create"
    Deployment      = "create"
    "Pod.other.com" = "create"
    Gauge           = "jsonpath={.status[*]}=a"
  }
}
component "b" {
  match     = "name=prod-a"
  templates = ["x.yaml"]
  take_over = [var.token]
  ready_when = { Widget = 1 }
}
"#), @r#"
    C021 9:16 component "a": "Deployment/shop" names no field of an object: it is not OBJECT:PATH [prod-a]
        help: write "Deployment/shop:spec.replicas"; `fleetwright diff` prints it where a field is taken
    C021 9:35 component "a": "Deployment/shop:spec..a" names no field of an object: its path is not written as a diff writes it, as spec.template.spec.containers[name=main].image [prod-a]
        help: write "Deployment/shop:spec.replicas"; `fleetwright diff` prints it where a field is taken
    C021 9:62 component "a": "shop:spec" names no field of an object: it is not KIND/NAME or NAMESPACE/KIND/NAME [prod-a]
        help: write "Deployment/shop:spec.replicas"; `fleetwright diff` prints it where a field is taken
    C021 10:16 component "a": "Deployment" names no object: it is not KIND/NAME or NAMESPACE/KIND/NAME [prod-a]
        help: write "Deployment/shop", or with its namespace "web/Deployment/shop"
    C021 10:30 component "a": "a/b/c/d" names no object: it is not KIND/NAME or NAMESPACE/KIND/NAME [prod-a]
        help: write "Deployment/shop", or with its namespace "web/Deployment/shop"
    C021 10:41 component "a": a Namespace is never deleted to be made again [prod-a]
        help: take it out of `replace`; make one under another name, and move what is in it
    C021 10:62 component "a": a PersistentVolumeClaim is never deleted to be made again [prod-a]
        help: take it out of `replace`; make one under another name, and move what is in it
    C021 12:23 component "a": `ready_when`: "ready" does not say when it is ready: it is not create, condition=TYPE, condition=TYPE=STATUS or jsonpath={.PATH}=VALUE [prod-a]
        help: write "create", "condition=Ready" or "jsonpath={.status.phase}=Bound", as for `kubectl wait --for`
    C021 13:23 component "a": `ready_when`: "condition=Ready=Maybe" does not say when it is ready: its condition is not TYPE, or TYPE=STATUS with True, False or Unknown [prod-a]
        help: write "create", "condition=Ready" or "jsonpath={.status.phase}=Bound", as for `kubectl wait --for`
    C021 14:23 component "a": `ready_when`: "Two Words" names no kind: its kind is not KIND or KIND.GROUP, as Deployment or Gateway.networking.istio.io [prod-a]
        help: write the kind, and its group where two have it: "Widget.example.com"
    C021 15:23 component "a": `ready_when`: a Deployment is ready by a rule of its own [prod-a]
        help: take it out of `ready_when`
    C021 17:23 component "a": `ready_when`: "jsonpath={.status[*]}=a" does not say when it is ready: its path is not made of keys alone, as {.status.phase} or {.status.items[0].phase} [prod-a]
        help: write "create", "condition=Ready" or "jsonpath={.status.phase}=Bound", as for `kubectl wait --for`
    C016 23:15 `take_over` of component "b" holds a secret [prod-a]
        help: this can be read by everybody: keep secrets out of it
    C001 24:27 `ready_when.Widget` takes a string that is not empty; found the number 1 [prod-a]
        help: write it in quotes: "1"
    "#);
}

#[test]
fn a_rollout_keeps_its_stages_in_their_order() {
    let (fleet, problems) = resolved_with(
        r#"
rollout "all" {
  match            = "fleet=shop"
  require_coverage = true
  stage "canary" {
    match = "env=dev"
    soak  = "30m"
  }
  stage "rest" {
    clusters = ["prod-b", "prod-a"]
    approval = true
  }
  freeze "holidays" {
    from   = "2026-12-20T00:00:00Z"
    until  = "2027-01-02T00:00:00+01:00"
    reason = "nobody is there"
  }
  freeze "nights" {
    cron     = "0 18 * * *"
    duration = "12h"
    timezone = "Europe/Berlin"
  }
  limits {
    deletions       = 3
    changed_percent = 0
  }
}
"#,
        &[],
    );
    insta::assert_snapshot!(problems, @"");
    let rollout = &fleet.rollouts[0];
    let told = |freeze: &Freeze| {
        let window = match &freeze.window {
            Window::Once { from, until } => format!("{from} to {until}"),
            Window::Cron { line, duration, zone } => {
                format!("{line}, {}s, {}", duration.as_secs(), zone.iana_name().unwrap_or("?"))
            }
        };
        format!("{}: {window}: {}", freeze.name, freeze.reason.as_deref().unwrap_or("-"))
    };
    let stages = rollout.stages.iter().map(|stage| {
        let Stage { name, clusters, soak, gates, approval, span: _ } = stage;
        format!("{name}: {clusters:?} {}s {gates:?} {approval}", soak.as_secs())
    });
    let lines: Vec<String> = stages.chain(rollout.freezes.iter().map(told)).collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    canary: ["dev-1"] 1800s [] false
    rest: ["prod-b", "prod-a"] 0s [] true
    holidays: 2026-12-20T00:00:00Z to 2027-01-01T23:00:00Z: nobody is there
    nights: 0 18 * * *, 43200s, Europe/Berlin: -
    "#);
    assert_eq!(rollout.limits, Limits { deletions: Some(3), changed_percent: Some(0) });
    assert!(rollout.require_coverage);
    assert_eq!(rollout.first().map(|name| &**name), Some("dev-1"));
    assert_eq!(rollout.before("prod-a").map(|name| &**name).collect::<Vec<_>>(), ["dev-1"]);
    assert_eq!(rollout.before("dev-1").count(), 0);
    assert_eq!(rollout.stage_of("prod-a").map(|(place, stage)| (place, &*stage.name)), Some((1, "rest")));
    assert!(rollout.stage_of("prod-z").is_none());
}

/// A retired cluster holds nothing, and what holds nothing proves nothing.
#[test]
fn a_retired_cluster_is_no_canary() {
    let rollout = r#"
cluster "old" {
  labels  = { env = "old" }
  retired = true
}
rollout "all" {
  match = "fleet=shop"
  stage "canary" {
    match = "env in (CANARY)"
  }
  stage "rest" {
    match = "env=prod"
  }
}
"#;
    let told = |canary: &str| resolved_with(&rollout.replace("CANARY", canary), &[]);
    let (fleet, problems) = told("dev,old");
    assert!(!problems.contains("rollout"), "{problems}");
    let rollout = &fleet.rollouts[0];
    assert_eq!(rollout.before("prod-a").map(|name| &**name).collect::<Vec<_>>(), ["dev-1"]);
    assert!(rollout.clusters.contains("old") && rollout.stage_of("old").is_none());
    let problems = told("old").1;
    assert!(problems.contains("holds retired clusters alone"), "{problems}");
}
