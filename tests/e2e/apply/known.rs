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
    let inner = format!("{}-inner", scene.namespace);
    let namespace = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": inner } });
    scene.want(&[config_map("a", "1"), namespace]);
    // It is read for the plan, under the lock, and once the namespace is there.
    scene.proxy.add(Rule::new(Fault::status(503)).verb("list").kind("v1", "ConfigMap").from(3));
    assert_snapshot!(shown(&scene, &scene.apply()), @"");
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
    assert_snapshot!(shown(&scene, &scene.apply()), @"");
}

#[test]
fn f16_a_right_that_only_explains_stops_nothing() {
    let mut scene = Scene::new(&[deployment()]);
    scene.patience.ready = Duration::from_secs(4);
    scene.proxy.add(Rule::new(Fault::status(403)).verb("list").kind("v1", "Pod"));
    let outcome = scene.apply();
    assert_snapshot!(shown(&scene, &outcome), @"");
    let told = scene.told.lock().unwrap();
    let warnings: Vec<&Event> = told.iter().filter(|event| matches!(event, Event::Warning(_))).collect();
    assert_snapshot!(format!("{warnings:?}"), @"");
}

#[test]
fn f14_what_the_server_did_not_take_is_not_called_unknown() {
    let scene = Scene::new(&[config_map("a", "1"), config_map("b", "1")]);
    scene.proxy.add(write(Fault::status(401)).name("a"));
    assert_snapshot!(shown(&scene, &scene.apply()), @"");
    // A try before may have been acted on.
    scene.proxy.clear();
    scene.proxy.add(write(Fault::ResetAfter).name("a"));
    scene.proxy.add(Rule::new(Fault::status(401)).verb("get").kind("v1", "ConfigMap").name("a"));
    assert_snapshot!(shown(&scene, &scene.apply()), @"");
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
    assert_snapshot!(shown(&scene, &scene.apply()), @"");
    assert_eq!(scene.record().releases[0].ready, None);
}

fn gears() -> Value {
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": { "name": "gears.known.example.com" },
        "spec": {
            "group": "known.example.com", "scope": "Namespaced",
            "names": { "plural": "gears", "singular": "gear", "kind": "Gear", "listKind": "GearList" },
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
    let mut scene = Scene::new(&[gears(), gear]);
    scene.applying.ready_when.insert("Gear".into(), ReadyWhen::Exists);
    let nothing = Fault::answer(404, "text/plain", "404 page not found\n");
    scene.proxy.add(write(nothing.clone()).kind("known.example.com/v1", "Gear").times(2));
    assert_snapshot!(shown(&scene, &scene.apply()), @"");
    let told = scene.told.lock().unwrap();
    let begun = |event: &&Event| matches!(event, Event::Writing { object, .. } if &*object.kind == "Gear");
    assert_eq!(told.iter().filter(begun).count(), 1);
    drop(told);
    // What nobody defines here is gone.
    let scene = Scene::new(&[config_map("a", "1")]);
    scene.proxy.add(write(nothing).kind("v1", "ConfigMap"));
    assert_snapshot!(shown(&scene, &scene.apply()), @"");
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
    assert_snapshot!(shown(&scene, &scene.apply()), @"");
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
    assert_snapshot!(shown(&scene, &outcome), @"");
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
    assert_snapshot!(shown(&scene, &scene.apply()), @"");
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
    let (proven, state, plan) = block_on(async {
        let proven = scene.proven().await;
        let (state, plan) = scene.plan(&proven).await;
        (proven, state, plan)
    });
    scene.want(&[config_map("a", "1"), config_map("x", "1")]);
    assert_eq!(scene.apply().end, End::Done);
    scene.want(&[config_map("a", "1"), config_map("b", "1")]);
    let outcome = block_on(scene.carry_out(&proven, &state, &plan));
    let other = scene.record().releases[0].digest.to_string();
    assert_snapshot!(shown(&scene, &outcome).replace(&other, "DIGEST"), @"");
}

#[test]
fn what_failed_or_was_not_reached_is_covered_by_nothing() {
    let mut scene = Scene::new(&[config_map("a", "1"), deployment(), config_map("gone", "1")]);
    scene.patience.ready = Duration::from_secs(1);
    scene.proxy.add(write(Fault::status(403)).kind("v1", "ConfigMap"));
    assert_eq!(scene.apply().end, End::Partial);
    let head = scene.record().releases.remove(0);
    let covers: Vec<&str> = head.covers.iter().map(String::as_str).collect();
    assert_eq!((head.written, covers), (1, vec!["Deployment of component.loose"]));
}
