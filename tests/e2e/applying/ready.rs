//! What was written becomes ready, or says why not.

use serde_json::{Value, json};

use super::scene::{Scene, config_map, deployment, full};
use crate::harness::{Lab, block_on, eventually};
use crate::program::Outcome;

fn said(outcome: &Outcome) -> String {
    format!("{}\n{}", outcome.stdout, outcome.stderr)
}

const IMAGE: &str = "registry.example.com/web:1";

#[test]
fn f43_a_pod_that_fails_ends_the_run_early_with_its_reason() {
    for reason in ["CrashLoopBackOff", "ImagePullBackOff"] {
        let scene = Scene::rendering(full(), &[deployment("web", IMAGE, reason), config_map("beside", "1")]);
        let failed = scene.apply(&["--ready-timeout", "10m"]);
        assert_eq!(failed.status, Some(5), "{}", said(&failed));
        for known in [reason, "main", "Deployment/web"] {
            assert!(failed.stderr.contains(known), "{known}: {}", failed.stderr);
        }
        let record = scene.record().unwrap();
        assert!(record.run.is_some());
        assert!(record.releases[0].ready.is_none());
        // Mended, it goes on.
        scene.render(&[deployment("web", IMAGE, ""), config_map("beside", "1")]);
        let mended = scene.apply(&[]);
        assert_eq!(mended.status, Some(0), "{}", said(&mended));
    }
}

#[test]
fn f43_the_deadline_of_a_rollout_that_makes_no_progress_is_told() {
    let mut web = deployment("web", IMAGE, "unready");
    web["spec"]["progressDeadlineSeconds"] = json!(2);
    let scene = Scene::rendering(full(), &[web]);
    let failed = scene.apply(&["--ready-timeout", "10m"]);
    assert_eq!(failed.status, Some(5), "{}", said(&failed));
    assert!(failed.stderr.contains("ProgressDeadlineExceeded"), "{}", failed.stderr);
}

#[test]
fn f41_what_does_not_become_ready_in_time_is_told_with_what_is_missing() {
    let scene = Scene::rendering(full(), &[deployment("web", IMAGE, "unready")]);
    let failed = scene.apply(&["--ready-timeout", "3s"]);
    assert_eq!(failed.status, Some(5), "{}", said(&failed));
    assert!(failed.stderr.contains("0 of 1"), "{}", failed.stderr);
}

/// What the controller of Deployments says of one of a single replica.
fn status(ready: usize) -> Value {
    json!({"status": {
        "observedGeneration": 1, "replicas": 1, "updatedReplicas": 1,
        "readyReplicas": ready, "availableReplicas": ready, "unavailableReplicas": 1 - ready,
        "conditions": [{
            "type": "Available", "status": if ready == 1 { "True" } else { "False" },
            "reason": "MinimumReplicas", "message": "",
        }],
    }})
}

#[test]
fn what_is_no_longer_ready_is_no_success_although_nothing_is_to_be_written() {
    // No controller is here: the status is what the test says.
    let web = deployment("web", IMAGE, "");
    let scene = Scene::rendering(Lab::extended(), std::slice::from_ref(&web));
    let says = |ready| {
        block_on(async {
            let controller = scene.someone("controller").await;
            controller.patch_status(&scene.here(&web), &status(ready)).await;
        });
    };
    let run = scene.start(&[]);
    block_on(async {
        let reader = scene.someone("reader").await;
        eventually("the Deployment is there", async || reader.get(&scene.here(&web)).await).await;
    });
    says(1);
    let applied = scene.ended(run);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
    let ready = scene.record().unwrap().releases[0].ready;

    says(0);
    let failed = scene.apply(&["--ready-timeout", "2s"]);
    assert_eq!(failed.status, Some(5), "{}", said(&failed));
    for known in ["Deployment/web is not ready", "this run did not write it"] {
        assert!(failed.stderr.contains(known), "{known}: {}", failed.stderr);
    }
    assert!(scene.record().unwrap().run.is_some());

    // Ready again, it is so from now on, although nothing was written.
    assert_eq!(scene.record().unwrap().releases[0].ready, None);
    says(1);
    let again = scene.apply(&[]);
    assert_eq!(again.status, Some(0), "{}", said(&again));
    let record = scene.record().unwrap();
    assert!(record.run.is_none());
    assert!(record.releases[0].ready > ready, "{:?} {ready:?}", record.releases[0].ready);
}

/// A definition of gizmos, in a group of the scene's own.
pub fn gizmos(scene: &Scene) -> (Value, Value) {
    let group = format!("{}.example.com", scene.namespace);
    let definition = json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("gizmos.{group}")},
        "spec": {
            "group": group, "scope": "Namespaced",
            "names": {"kind": "Gizmo", "plural": "gizmos", "singular": "gizmo", "listKind": "GizmoList"},
            "versions": [{
                "name": "v1", "served": true, "storage": true, "subresources": {"status": {}},
                "schema": {"openAPIV3Schema": {
                    "type": "object", "x-kubernetes-preserve-unknown-fields": true,
                    "properties": {"spec": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}},
                }},
            }],
        },
    });
    let gizmo = json!({
        "apiVersion": format!("{group}/v1"), "kind": "Gizmo",
        "metadata": {"name": "one", "namespace": "here"}, "spec": {"size": 1},
    });
    (definition, gizmo)
}

pub const UNIT: &str = "component \"web\" {\n  namespace = \"here\"\n  manifests = [\"web.yaml\"]\n";

#[test]
fn f32_f41_a_custom_object_comes_after_its_definition_and_needs_a_status_or_to_have_none() {
    let scene = Scene::of(Lab::extended(), "");
    let (definition, gizmo) = gizmos(&scene);
    scene.units(&format!("{UNIT}}}\n"));
    scene.render(&[gizmo.clone(), definition]);
    let failed = scene.apply(&["--ready-timeout", "3s"]);
    assert_eq!(failed.status, Some(5), "{}", said(&failed));
    assert!(failed.stderr.contains("ready_when"), "{}", failed.stderr);
    assert!(scene.live(&gizmo).is_some());
    scene.units(&format!("{UNIT}  ready_when = {{ Gizmo = \"create\" }}\n}}\n"));
    let applied = scene.apply(&[]);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));

    // With a condition it is ready when that says so.
    scene.units(&format!("{UNIT}  ready_when = {{ Gizmo = \"condition=Polished\" }}\n}}\n"));
    let (definition, mut gizmo) = gizmos(&scene);
    gizmo["spec"]["size"] = json!(2);
    scene.render(&[gizmo.clone(), definition]);
    let failed = scene.apply(&["--ready-timeout", "2s"]);
    assert_eq!(failed.status, Some(5), "{}", said(&failed));
    let run = scene.start(&[]);
    block_on(async {
        let controller = scene.someone("polisher").await;
        controller
            .patch_status(
                &scene.here(&gizmo),
                &json!({"status": {"conditions": [{
                    "type": "Polished", "status": "True", "reason": "Done", "message": "",
                    "lastTransitionTime": "2026-01-01T00:00:00Z",
                }]}}),
            )
            .await;
    });
    let applied = scene.ended(run);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
}

#[test]
fn f38_a_kind_that_is_gone_stops_the_run_and_is_no_reason_to_forget() {
    let scene = Scene::of(Lab::extended(), "");
    let (definition, gizmo) = gizmos(&scene);
    scene.units(&format!("{UNIT}  ready_when = {{ Gizmo = \"create\" }}\n}}\n"));
    scene.render(&[gizmo.clone(), definition.clone(), config_map("beside", "1")]);
    let applied = scene.apply(&[]);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
    block_on(async {
        let someone = scene.someone("somebody").await;
        someone.delete(&definition).await;
        // The server forgets the kind a moment later.
        eventually("the kind is gone", async || (!someone.knows(&gizmo).await).then_some(())).await;
    });
    scene.render(&[gizmo, config_map("beside", "2")]);
    let refused = scene.apply(&[]);
    assert_eq!(refused.status, Some(4), "{}", said(&refused));
    assert!(refused.stderr.contains("Gizmo"), "{}", refused.stderr);
}

#[test]
fn f35_what_is_being_deleted_is_waited_for_by_nobody_and_never_counts() {
    let mut held = config_map("held", "1");
    held["metadata"]["finalizers"] = json!(["lab.fleetwright.dev/held"]);
    let scene = Scene::rendering(Lab::extended(), &[held.clone(), config_map("beside", "1")]);
    let applied = scene.apply(&[]);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
    block_on(async {
        let someone = scene.someone("somebody").await;
        someone.begin_to_delete(&scene.here(&held)).await;
    });
    let refused = scene.apply(&[]);
    assert_eq!(refused.status, Some(4), "{}", said(&refused));
    assert!(refused.stderr.contains("being deleted"), "{}", refused.stderr);
    let live = scene.live(&held).unwrap();
    assert_eq!(live["metadata"]["finalizers"], json!(["lab.fleetwright.dev/held"]));

    // No longer rendered, it stays in the record until it is gone.
    scene.render(&[config_map("beside", "1")]);
    let applied = scene.apply(&[]);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
    assert_eq!(scene.record().unwrap().inventory.len(), 2);
    block_on(async {
        let someone = scene.someone("somebody").await;
        someone.edit(&scene.here(&held), &json!({"metadata": {"finalizers": null}})).await;
    });
    scene.render(&[config_map("beside", "2")]);
    let applied = scene.apply(&[]);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
    assert_eq!(scene.record().unwrap().inventory.len(), 1);
}

#[test]
fn f35_a_deletion_that_a_finalizer_holds_is_told_and_kept_in_the_record() {
    let mut held = config_map("held", "1");
    held["metadata"]["finalizers"] = json!(["lab.fleetwright.dev/held"]);
    let scene = Scene::rendering(
        Lab::extended(),
        &[held.clone(), config_map("beside", "1"), config_map("third", "1")],
    );
    let applied = scene.apply(&[]);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
    scene.render(&[config_map("beside", "1"), config_map("third", "1")]);
    let stuck = scene.apply(&["--ready-timeout", "2s"]);
    assert_eq!(stuck.status, Some(5), "{}", said(&stuck));
    assert!(stuck.stderr.contains("ConfigMap/held"), "{}", stuck.stderr);
    assert_eq!(scene.record().unwrap().inventory.len(), 3);
}

#[test]
fn f37_a_quota_that_is_full_fails_the_object_with_the_servers_words() {
    let quota = json!({
        "apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "few", "namespace": "here"},
        "spec": {"hard": {"count/configmaps": "3"}},
    });
    let scene = Scene::rendering(full(), &[]);
    block_on(async {
        let someone = scene.someone("lab").await;
        someone.apply(&scene.here(&quota)).await;
        eventually("the quota counts", async || {
            someone.get(&scene.here(&quota)).await?["status"]["used"]["count/configmaps"].as_str().map(|_| ())
        })
        .await;
    });
    // The namespace has one of its own: kube-root-ca.crt.
    scene.render(&["one", "two", "three"].map(|name| config_map(name, "1")));
    let failed = scene.apply(&[]);
    assert!(matches!(failed.status, Some(4 | 5)), "{}", said(&failed));
    assert!(failed.stderr.contains("exceeded quota"), "{}", failed.stderr);
}
