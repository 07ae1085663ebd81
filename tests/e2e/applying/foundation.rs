//! Namespaces and definitions that a run makes, that end, or that are not there as they are asked for.

use std::time::Duration;

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::ready::{UNIT, gizmos};
use super::scene::{Scene, config_map, said, told};
use crate::harness::{Fault, Lab, Rule, block_on};
use crate::program::Outcome;

fn namespace(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
}

fn within(namespace: &str, mut object: Value) -> Value {
    object["metadata"]["namespace"] = json!(namespace);
    object
}

#[test]
fn f33_a_first_apply_makes_namespaces_and_kinds_before_what_is_in_them() {
    let scene = Scene::of(Lab::extended(), "");
    let (definition, gizmo) = gizmos(&scene);
    scene.units(&format!("{UNIT}  ready_when = {{ Gizmo = \"create\" }}\n}}\n"));
    let new = format!("{}-new", scene.namespace);
    let gizmo = within(&new, gizmo);
    scene.render(&[gizmo.clone(), within(&new, config_map("inside", "1")), definition, namespace(&new)]);
    let diff = scene.diff(&[]);
    assert_eq!(diff.status, Some(1), "{}", said(&diff));
    let applied = scene.apply(&[]);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
    assert!(scene.live(&gizmo).is_some());
    let diff = scene.diff(&["--exact"]);
    assert_eq!(diff.status, Some(0), "{}", said(&diff));
    let order: Vec<String> = scene.writes().into_iter().filter(|line| line.starts_with("PATCH ")).collect();
    assert!(order[0].contains("customresourcedefinitions"), "{order:?}");
    assert!(order[1].contains("namespaces"), "{order:?}");
}

#[test]
fn f34_a_namespace_that_ends_takes_nothing_new() {
    // Nobody on a bare cluster finishes what was begun: it stays so.
    let scene = Scene::of(Lab::extended(), &format!("{UNIT}}}\n"));
    let ending = format!("{}-ending", scene.namespace);
    scene.render(&[within(&ending, config_map("inside", "1")), config_map("beside", "1")]);
    block_on(async {
        let someone = scene.someone("somebody").await;
        someone.apply(&namespace(&ending)).await;
        someone.begin_to_delete(&namespace(&ending)).await;
    });
    let refused = scene.apply(&[]);
    assert!(matches!(refused.status, Some(4)), "{}", said(&refused));
    for known in ["ConfigMap/inside", "here-ending", "terminat"] {
        assert!(refused.stderr.contains(known), "{known}: {}", refused.stderr);
    }
    assert_snapshot!(told(&refused), @r#"
    + ConfigMap/beside in here  component.web  on a
        + data:
        +   key: "1"
    ! ConfigMap/inside in here-ending  component.web  on a
        refused: the server answered 403: metadata.namespace: namespace here-ending is being terminated
    1 cluster: 1 to create, 1 refused
    a: context "context", server https://HOST, user "context"
    error[P003]: here-ending/ConfigMap/inside cannot be applied: the server answered 403: metadata.namespace: namespace here-ending is being terminated
     --> fleet/web.yaml:1:1
      |
    1 | {"apiVersion":"v1","data":{"key":"1"},"kind":"ConfigMap","metadata":{"name":"inside","namespace":"here-ending"}}
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ rendered from here
      |
      = cluster: a
      = object: here-ending/ConfigMap/inside
      = note: the namespace here-ending is being deleted since TIME
      = help: wait until it is gone; what it waits for, and which finalizers, is in the conditions of `kubectl get namespace here-ending -o yaml`
    "#);
    assert_eq!(scene.writes(), Vec::<String>::new());
}

#[test]
fn f34_a_namespace_that_ends_midway_fails_what_is_in_it_at_once() {
    let scene = Scene::of(Lab::extended(), &format!("{UNIT}}}\n"));
    let ending = format!("{}-ending", scene.namespace);
    scene.render(&[within(&ending, config_map("inside", "1")), config_map("beside", "1")]);
    block_on(async { scene.someone("somebody").await.apply(&namespace(&ending)).await });
    let slow = Fault::Delay(Duration::from_millis(1500));
    scene.proxy.add(Rule::new(slow).verb("patch").kind("v1", "ConfigMap").name("inside").dry_run(false));
    let run = scene.start(&[]);
    scene.until_faulty(false);
    block_on(async {
        let someone = scene.someone("somebody").await;
        someone.begin_to_delete(&namespace(&ending)).await;
        // What its controller would say, which a bare cluster has not.
        let held = json!({
            "type": "NamespaceFinalizersRemaining", "status": "True", "reason": "SomeFinalizersRemain",
            "message": "Some content in the namespace has finalizers remaining: example.com/held in 1 resource instances",
            "lastTransitionTime": "2026-01-01T00:00:00Z",
        });
        someone.patch_status(&namespace(&ending), &json!({"status": {"conditions": [held]}})).await;
    });
    let failed = scene.ended(run);
    assert_eq!(failed.status, Some(5), "{}", said(&failed));
    for known in ["ConfigMap/inside", "terminat"] {
        assert!(failed.stderr.contains(known), "{known}: {}", failed.stderr);
    }
    let error = failed.stderr.split("\n\n").find(|part| part.starts_with("error")).unwrap_or_default();
    let told = told(&Outcome { status: None, stdout: String::new(), stderr: error.to_owned() });
    let age = |line: &str| match line.split_once(", for ") {
        Some((before, _)) => format!("{before}, for AGE"),
        None => line.to_owned(),
    };
    assert_snapshot!(told.lines().map(age).collect::<Vec<_>>().join("\n"), @"");
    let tries = scene.writes().into_iter().filter(|line| line.contains("configmaps/inside")).count();
    assert_eq!(tries, 1);
    assert!(scene.live(&config_map("beside", "")).is_some());
}

#[test]
fn f34_a_namespace_of_the_record_that_ends_is_told() {
    let scene = Scene::rendering(Lab::extended(), &[config_map("one", "1")]);
    block_on(async {
        let someone = scene.someone("somebody").await;
        someone.apply(&namespace(&scene.state)).await;
        someone.begin_to_delete(&namespace(&scene.state)).await;
    });
    let refused = scene.apply(&[]);
    assert_eq!(refused.status, Some(4), "{}", said(&refused));
    let known = "the namespace state of the record is being deleted";
    assert!(refused.stderr.contains(known), "{}", refused.stderr);
    assert_eq!(scene.writes(), Vec::<String>::new());
}

#[test]
fn f06_a_namespace_of_the_record_that_was_made_though_the_answer_was_lost_is_ours() {
    let scene = Scene::rendering(Lab::extended(), &[]);
    scene.render(&[namespace(&scene.state), config_map("one", "1")]);
    scene.proxy.add(Rule::new(Fault::ResetAfter).verb("create").kind("v1", "Namespace").times(1));
    let applied = scene.apply(&[]);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
}

#[test]
fn f39_a_version_that_is_gone_is_refused_with_the_one_that_is_there() {
    let budget = json!({
        "apiVersion": "policy/v1beta1", "kind": "PodDisruptionBudget",
        "metadata": {"name": "web", "namespace": "here"},
        "spec": {"maxUnavailable": 1, "selector": {"matchLabels": {"app": "web"}}},
    });
    let scene = Scene::rendering(Lab::extended(), &[budget, config_map("beside", "1")]);
    let refused = scene.apply(&[]);
    assert_eq!(refused.status, Some(4), "{}", said(&refused));
    for known in ["PodDisruptionBudget/web", "policy/v1beta1", "policy/v1"] {
        assert!(refused.stderr.contains(known), "{known}: {}", refused.stderr);
    }
    assert_snapshot!(told(&refused), @r#"
    + ConfigMap/beside in here  component.web  on a
        + data:
        +   key: "1"
    ! PodDisruptionBudget/web in here  component.web  on a
        refused: the server does not serve it as policy/v1beta1, but as policy/v1
    1 cluster: 1 to create, 1 refused
    a: context "context", server https://HOST, user "context"
    error[P003]: here/PodDisruptionBudget/web cannot be applied: the server does not serve it as policy/v1beta1, but as policy/v1
     --> fleet/web.yaml:1:1
      |
    1 | {"apiVersion":"policy/v1beta1","kind":"PodDisruptionBudget","metadata":{"name":"web","namespace":"here"},"spec":{"maxUnavailable":1,"selector":{"matchLabels":{"app":"web"}}}}
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ rendered from here
      |
      = cluster: a
      = object: here/PodDisruptionBudget/web
      = help: change what renders it
    "#);
    assert_eq!(scene.writes(), Vec::<String>::new());
}

#[test]
fn f48_names_that_differ_in_case_or_group_are_kept_apart() {
    let role = |name: &str| {
        json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role",
            "metadata": {"name": name, "namespace": "here"},
            "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}],
        })
    };
    let scene = Scene::of(Lab::extended(), "");
    let (one, gizmo) = gizmos(&scene);
    let elsewhere = |object: &Value| -> Value {
        let text = object.to_string().replace(&scene.namespace, &format!("other.{}", scene.namespace));
        serde_json::from_str(&text).unwrap()
    };
    let (two, other) = (elsewhere(&one), elsewhere(&gizmo));
    scene.units(&format!("{UNIT}  ready_when = {{ Gizmo = \"create\" }}\n}}\n"));
    let definitions = [one, two];
    scene.render(&[&definitions[..], &[gizmo.clone(), other.clone(), role("web"), role("Web")]].concat());
    let applied = scene.apply(&[]);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
    for object in [&gizmo, &other, &role("web"), &role("Web")] {
        assert!(scene.live(object).is_some(), "{object}");
    }
    assert_eq!(scene.record().unwrap().inventory.len(), 6);
    let diff = scene.diff(&[]);
    assert_eq!(diff.status, Some(0), "{}", said(&diff));
    // Of each two, the one that goes is the one that is no longer rendered.
    scene.render(&[&definitions[..], &[other.clone(), role("Web")]].concat());
    let applied = scene.apply(&[]);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
    for (object, stays) in [(&gizmo, false), (&other, true), (&role("web"), false), (&role("Web"), true)] {
        assert_eq!(scene.live(object).is_some(), stays, "{object}");
    }
}
