//! What is not known, or not allowed to be seen, is told as that: it is neither ready, nor written, nor gone.

use std::time::Duration;

use fleetwright::apply::{End, Event, ObjectEnd};
use fleetwright::object::ReadyWhen;
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{Scene, config_map, shown};
use crate::harness::{Fault, Rule, block_on, eventually};

fn write(fault: Fault) -> Rule {
    Rule::new(fault).verb("patch").dry_run(false)
}

fn deployment() -> Value {
    let labels = json!({ "app": "web" });
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "web", "namespace": "here" },
        "spec": {
            "selector": { "matchLabels": labels },
            "template": {
                "metadata": { "labels": labels },
                "spec": { "containers": [{ "name": "main", "image": "registry.example.com/web:1" }] },
            },
        },
    })
}

#[test]
fn inv10_a_kind_that_can_no_longer_be_read_in_the_middle_of_a_run_is_not_ready() {
    let mut scene = Scene::new(&[config_map("a", "1")]);
    assert_eq!(scene.apply().end, End::Done);
    scene.want(&[config_map("a", "1"), definition("cog")]);
    // It is read for the plan, under the lock, and once the definition is there.
    scene.proxy.add(Rule::new(Fault::status(503)).verb("list").kind("v1", "ConfigMap").from(3));
    assert_snapshot!(shown(&scene, &scene.apply()), @r#"
    Partial, 1 unchanged
    CustomResourceDefinition/cogs.known.example.com: Created
    L028 cluster "CLUSTER" cannot be read: the server answered 503: the server is currently unable to handle the request
      context "CLUSTER", server https://HOST, user "CLUSTER"
      asked for GET /api/v1/configmaps
      help: run the same command again; if it stays so, look at the server's log
    "#);
    assert_eq!(scene.record().releases[0].ready, None);
    scene.proxy.clear();
    assert_eq!(scene.apply().end, End::Done);
}

#[test]
fn a_kind_in_two_versions_is_looked_at_in_both() {
    let autoscaler = |name: &str, version: &str, metric: Value| {
        let mut spec = json!({
            "scaleTargetRef": { "apiVersion": "apps/v1", "kind": "Deployment", "name": name }, "maxReplicas": 3,
        });
        spec.as_object_mut().unwrap().extend(metric.as_object().unwrap().clone());
        json!({
            "apiVersion": format!("autoscaling/{version}"), "kind": "HorizontalPodAutoscaler",
            "metadata": { "name": name, "namespace": "here" }, "spec": spec,
        })
    };
    let target = json!({ "type": "Utilization", "averageUtilization": 50 });
    let metrics = json!([{ "type": "Resource", "resource": { "name": "cpu", "target": target } }]);
    let mut scene = Scene::new(&[
        autoscaler("one", "v1", json!({ "targetCPUUtilizationPercentage": 50 })),
        autoscaler("two", "v2", json!({ "metrics": metrics })),
    ]);
    scene.patience.ready = Duration::from_secs(2);
    // Nobody scales anything here: they do not become ready, and nobody is accused of that.
    assert_snapshot!(shown(&scene, &scene.apply()), @r#"
    Partial, 0 unchanged
    HERE/HorizontalPodAutoscaler/one: Unready("after 2s: it has not read its metrics yet")
    HERE/HorizontalPodAutoscaler/two: Unready("after 2s: it has not read its metrics yet")
    A016 HERE/HorizontalPodAutoscaler/one is not ready: after 2s: it has not read its metrics yet
      help: mend it and apply it again; what was written stays, and is recorded
    A016 HERE/HorizontalPodAutoscaler/two is not ready: after 2s: it has not read its metrics yet
      help: mend it and apply it again; what was written stays, and is recorded
    "#);
}

#[test]
fn f16_a_right_that_only_explains_stops_nothing() {
    let mut scene = Scene::new(&[deployment()]);
    scene.patience.ready = Duration::from_secs(4);
    scene.proxy.add(Rule::new(Fault::status(403)).verb("list").kind("v1", "Pod"));
    let outcome = scene.apply();
    assert_snapshot!(shown(&scene, &outcome), @r#"
    Partial, 0 unchanged
    HERE/Deployment/web: Unready("after 4s: no controller has looked at it yet")
    A016 HERE/Deployment/web is not ready: after 4s: no controller has looked at it yet
      help: mend it and apply it again; what was written stays, and is recorded
    "#);
    let told = scene.told.lock().unwrap();
    let warnings: Vec<&Event> = told.iter().filter(|event| matches!(event, Event::Warning(_))).collect();
    assert_snapshot!(format!("{warnings:?}"), @r#"[Warning("why workloads are not ready is not known: the user may not read this (403 Forbidden): forbidden: the proxy says so")]"#);
}

#[test]
fn f14_what_the_server_did_not_take_is_not_called_unknown() {
    let scene = Scene::new(&[config_map("a", "1"), config_map("b", "1")]);
    scene.proxy.add(write(Fault::status(401)).name("a"));
    assert_snapshot!(shown(&scene, &scene.apply()), @r#"
    Partial, 0 unchanged
    HERE/ConfigMap/a: Failed("the server does not know the user (401 Unauthorized)")
    HERE/ConfigMap/b: Written
    A010 cluster "CLUSTER" cannot be written to: the server does not know the user (401 Unauthorized)
      HERE/ConfigMap/a was not written
      context "CLUSTER", server https://HOST, user "CLUSTER"
      asked for PATCH /api/v1/namespaces/HERE/configmaps/a
      help: log in again; kubectl --context 'CLUSTER' auth whoami tells who you are
    "#);
    // A try before may have been acted on.
    scene.proxy.clear();
    scene.proxy.add(write(Fault::ResetAfter).name("a"));
    scene.proxy.add(Rule::new(Fault::status(401)).verb("get").kind("v1", "ConfigMap").name("a"));
    assert_snapshot!(shown(&scene, &scene.apply()), @r#"
    Partial, 1 unchanged
    HERE/ConfigMap/a: Unknown("the server does not know the user (401 Unauthorized)")
    A011 cluster "CLUSTER" cannot be read: the server does not know the user (401 Unauthorized)
      whether HERE/ConfigMap/a was written is not known
      context "CLUSTER", server https://HOST, user "CLUSTER"
      asked for GET /api/v1/namespaces/HERE/configmaps/a
      help: log in again; kubectl --context 'CLUSTER' auth whoami tells who you are
    "#);
}

#[test]
fn a_deletion_that_is_given_up_fails_the_run() {
    let mut scene = Scene::new(&[config_map("a", "1"), config_map("b", "1")]);
    assert_eq!(scene.apply().end, End::Done);
    scene.want(&[config_map("a", "1")]);
    let status = json!({
        "kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "Conflict", "code": 409,
        "message": "admission plugin \"Lab\": somebody counts",
    });
    let no = Fault::answer(409, "application/json", &status.to_string());
    scene.proxy.add(Rule::new(no).verb("delete").kind("v1", "ConfigMap"));
    assert_snapshot!(shown(&scene, &scene.apply()), @r#"
    Partial, 1 unchanged
    HERE/ConfigMap/b: Failed("somebody changes it, or what it counts against, each time: the server answered 409: admission plugin \"Lab\": somebody counts")
    A017 HERE/ConfigMap/b was not deleted: somebody changes it, or what it counts against, each time: the server answered 409: admission plugin "Lab": somebody counts
      help: see what holds it; it stays in the record, and the same command tries again
    "#);
    assert_eq!(scene.record().releases[0].ready, None);
}

/// The definition of the kind with this name in small letters.
fn definition(name: &str) -> Value {
    let kind = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
    let plural = format!("{name}s");
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": { "name": format!("{plural}.known.example.com") },
        "spec": {
            "group": "known.example.com", "scope": "Namespaced",
            "names": { "plural": plural, "singular": name, "kind": kind, "listKind": format!("{kind}List") },
            "versions": [{
                "name": "v1", "served": true, "storage": true,
                "schema": { "openAPIV3Schema": { "type": "object" } },
            }],
        },
    })
}

#[test]
fn f32_f38_a_path_that_is_not_served_is_told_by_any_404() {
    let gear = json!({
        "apiVersion": "known.example.com/v1", "kind": "Gear",
        "metadata": { "name": "one", "namespace": "here" },
    });
    let mut scene = Scene::new(&[definition("gear"), gear]);
    scene.applying.ready_when.insert("Gear".into(), ReadyWhen::Exists);
    let nothing = Fault::answer(404, "text/plain", "404 page not found\n");
    scene.proxy.add(write(nothing.clone()).kind("known.example.com/v1", "Gear").times(2));
    assert_snapshot!(shown(&scene, &scene.apply()), @"
    Done, 0 unchanged
    CustomResourceDefinition/gears.known.example.com: Created
    HERE/Gear/one: Created
    ");
    let told = scene.told.lock().unwrap();
    let begun = |event: &&Event| matches!(event, Event::Writing { object, .. } if &*object.kind == "Gear");
    assert_eq!(told.iter().filter(begun).count(), 1);
    drop(told);
    // What nobody defines here is gone.
    let scene = Scene::new(&[config_map("a", "1")]);
    scene.proxy.add(write(nothing).kind("v1", "ConfigMap"));
    assert_snapshot!(shown(&scene, &scene.apply()), @r#"
    Partial, 0 unchanged
    HERE/ConfigMap/a: Failed("the server answered 404")
    A015 HERE/ConfigMap/a was not written: the server no longer has the kind ConfigMap
      help: see who removed its CustomResourceDefinition
    "#);
}

#[test]
fn f24_a_webhook_that_is_down_is_named_for_a_secret_too() {
    let secret = json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "s", "namespace": "here" },
        "stringData": { "key": "hunter2" },
    });
    let scene = Scene::new(&[secret]);
    let status = json!({
        "kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "InternalError", "code": 500,
        "message": "Internal error occurred: failed calling webhook \"inject.istio.io\": hunter2",
    });
    let down = Fault::answer(500, "application/json", &status.to_string());
    scene.proxy.add(write(down).kind("v1", "Secret").name("s"));
    assert_snapshot!(shown(&scene, &scene.apply()), @r#"
    Partial, 0 unchanged
    HERE/Secret/s: Failed("the server answered 500: failed calling webhook \"inject.istio.io\"")
    A014 HERE/Secret/s was not written: the webhook inject.istio.io does not answer, and nothing is written without it
      the server answered 500: failed calling webhook "inject.istio.io"
      context "CLUSTER", server https://HOST, user "CLUSTER"
      help: it is istiod: see whether its pods in istio-system run, then run the same command again
    "#);
}

#[test]
fn an_object_that_loses_our_label_is_there_and_gets_it_back() {
    let mut scene = Scene::new(&[deployment()]);
    scene.patience.ready = Duration::from_secs(4);
    let label = fleetwright::plan::PART_OF;
    let object = scene.here(&deployment());
    let outcome = block_on(async {
        let proven = scene.proven().await;
        let (state, plan) = scene.plan(&proven).await;
        let other = scene.other("somebody").await;
        let strips = async {
            eventually("it is there", async || other.get(&object).await).await;
            let none = json!({ "metadata": { "labels": { label: null } } });
            other.edit(&object, &none).await;
        };
        tokio::join!(scene.carry_out(&proven, &state, &plan), strips).0
    });
    assert_snapshot!(shown(&scene, &outcome), @r#"
    Partial, 0 unchanged
    HERE/Deployment/web: Unready("after 4s: no controller has looked at it yet")
    A016 HERE/Deployment/web is not ready: after 4s: no controller has looked at it yet
      help: mend it and apply it again; what was written stays, and is recorded
    "#);
    let live = block_on(async { scene.other("reader").await.get(&object).await }).unwrap();
    assert_eq!(live["metadata"]["labels"][label], scene.set().as_str());
}

#[test]
fn f57_what_was_written_and_not_freed_of_others_is_recorded_as_written() {
    let mut scene = Scene::new(&[config_map("a", "2")]);
    let object = scene.here(&config_map("a", "1"));
    block_on(async { scene.other("kubectl-client-side-apply").await.create(&object).await });
    scene.permit.adopt = true;
    scene.proxy.add(write(Fault::status(403)).kind("v1", "ConfigMap").nth(2));
    assert_snapshot!(shown(&scene, &scene.apply()), @r#"
    Partial, 0 unchanged
    HERE/ConfigMap/a: Unready("others still own fields of it: the server answered 403: forbidden: the proxy says so")
    A020 HERE/ConfigMap/a was written, and others still own fields of it: the server answered 403: forbidden: the proxy says so
      as long as they do, a field that is no longer rendered stays
      help: run the same command again
    "#);
    let record = scene.record();
    let entry = record.inventory.values().next().unwrap();
    assert!(entry.uid.is_some() && entry.applied.is_none());
    assert_eq!(record.releases[0].written, 1);
    scene.proxy.clear();
    let outcome = scene.apply();
    assert_eq!(outcome.end, End::Done, "{}", shown(&scene, &outcome));
    assert!(!outcome.objects.iter().any(|one| matches!(one.end, ObjectEnd::Failed(_))));
    let record = scene.record();
    assert!(record.inventory.values().all(|entry| entry.applied.is_some()));
    // It was changed once.
    assert_eq!(record.releases[0].written, 1);
}

#[test]
fn f53_what_another_run_applied_since_the_plan_is_not_built_upon() {
    let mut scene = Scene::new(&[config_map("a", "1")]);
    assert_eq!(scene.apply().end, End::Done);
    scene.want(&[config_map("a", "1"), config_map("b", "1")]);
    let outcome = block_on(async {
        let proven = scene.proven().await;
        let (state, plan) = scene.plan(&proven).await;
        scene.want(&[config_map("a", "1"), config_map("x", "1")]);
        let (then, other) = scene.plan(&proven).await;
        assert_eq!(scene.carry_out(&proven, &then, &other).await.end, End::Done);
        scene.want(&[config_map("a", "1"), config_map("b", "1")]);
        scene.carry_out(&proven, &state, &plan).await
    });
    let other = scene.record().releases[0].digest.to_string();
    assert_snapshot!(shown(&scene, &outcome).replace(&other, "DIGEST"), @r#"
    Refused, 1 unchanged
    HERE/ConfigMap/b: Untouched
    A001 cluster "CLUSTER" has changed since the plan was shown: tests@lab applied release DIGEST to it
      help: look at the diff again, and apply what it shows then
    "#);
}

#[test]
fn what_failed_or_was_not_reached_is_covered_by_nothing() {
    let account = json!({
        "apiVersion": "v1", "kind": "ServiceAccount", "metadata": { "name": "web", "namespace": "here" },
    });
    // The Deployment comes after both.
    let scene = Scene::new(&[config_map("a", "1"), account, deployment()]);
    scene.proxy.add(write(Fault::status(403)).kind("v1", "ConfigMap"));
    assert_eq!(scene.apply().end, End::Partial);
    let head = scene.record().releases.remove(0);
    let covers: Vec<&str> = head.covers.iter().map(String::as_str).collect();
    assert_eq!((head.written, covers), (1, vec!["ServiceAccount of component.loose"]));
}
