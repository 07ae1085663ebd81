//! What was applied is as it was: a diff after an apply shows nothing, whatever the kind and whoever else takes part.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{FLEET, Loose, differences, kinds, plan};
use crate::applied::{apply_and_record, connect};
use crate::harness::dry_run::Judge;
use crate::harness::programs::say;
use crate::harness::{Cluster, Does, Lab, Manager, Spec, Webhook, block_on};
use crate::rendering::pinned;

/// Applies and records objects, then plans twice, with and without digests: nothing is to be done, and with digests the
/// server is asked about no more than `asked`.
async fn nothing_to_do(cluster: &Cluster, objects: &[Value], asked: &[&str]) {
    let loose = Loose::new(objects.iter().cloned());
    let wanted = loose.wanted(&cluster.name);
    let identities = pinned(&cluster.name, &cluster.uid);
    let proven = connect(&cluster.kubeconfig, &cluster.name, &cluster.name, &identities).await;
    apply_and_record(cluster, &proven, &wanted, FLEET).await;
    let (exact, count) = plan(&proven, &wanted, FLEET, true).await;
    assert_eq!(differences(&exact), Vec::<&fleetwright::plan::Change>::new());
    assert_eq!((exact.changes.len(), count), (objects.len(), objects.len()));
    assert!(exact.is_complete());
    let (short, count) = plan(&proven, &wanted, FLEET, false).await;
    assert_eq!(short.changes, exact.changes);
    let kinds: Vec<&str> = objects.iter().filter_map(|object| object["kind"].as_str()).collect();
    assert_eq!(count, kinds.iter().filter(|kind| asked.contains(kind)).count(), "of {kinds:?}");
}

#[test]
fn every_built_in_kind_is_as_it_was_applied() {
    let cluster = Lab::shared().start([Spec::bare("kinds")]).remove(0);
    block_on(async {
        let judge = Judge::of(&cluster).await;
        let objects = kinds::objects(&judge).await;
        let kinds: BTreeSet<&str> = objects.iter().filter_map(|object| object["kind"].as_str()).collect();
        say(&format!("{} objects of {} built-in kinds", objects.len(), kinds.len()));
        assert!(kinds.len() >= 40, "{kinds:?}");
        nothing_to_do(&cluster, &objects, &["Pod"]).await;
    });
}

fn deployment(namespace: &str, name: &str) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": { "namespace": namespace, "name": name },
        "spec": {
            "selector": { "matchLabels": { "app": name } },
            "template": {
                "metadata": { "labels": { "app": name } },
                "spec": { "containers": [{ "name": "main", "image": "registry.example.com/main:1" }] },
            },
        },
    })
}

#[test]
fn f26_what_a_webhook_changes_of_ours_is_no_difference() {
    let cluster = Lab::shared().start([Spec::bare("hooked")]).remove(0);
    block_on(async {
        let client = cluster.client().await;
        let namespace = cluster.namespace("hooked").await;
        let hook = Webhook::of(&cluster, &Does::LabelAndRegistry("mutated", "yes", "mirror.example.com"));
        let mut object = deployment(&namespace, "web");
        // That which it changes is ours, too.
        object["metadata"]["labels"] = json!({ "mutated": "no" });
        let configuration = hook.configuration("hooked", &[("apps", "deployments")], &namespace);
        hook.install(&client, &configuration, &object).await;
        nothing_to_do(&cluster, std::slice::from_ref(&object), &[]).await;
        let live = Manager::new("reader", &client).await.get(&object).await.unwrap();
        let image = live.pointer("/spec/template/spec/containers/0/image").unwrap();
        assert_eq!(
            (&live["metadata"]["labels"]["mutated"], image),
            (&json!("yes"), &json!("mirror.example.com/main:1"))
        );
    });
}

#[test]
fn replicas_that_an_autoscaler_sets_are_no_difference() {
    let cluster = Lab::shared().start([Spec::bare("scaled")]).remove(0);
    block_on(async {
        let namespace = cluster.namespace("scaled").await;
        let object = deployment(&namespace, "web");
        nothing_to_do(&cluster, std::slice::from_ref(&object), &[]).await;
        let autoscaler = Manager::new("kube-controller-manager", &cluster.client().await).await;
        autoscaler.scale(&object, 7).await;
        let loose = Loose::new([object.clone()]);
        let wanted = loose.wanted(&cluster.name);
        let identities = pinned(&cluster.name, &cluster.uid);
        let proven = connect(&cluster.kubeconfig, &cluster.name, &cluster.name, &identities).await;
        for (exact, asked) in [(true, 1), (false, 0)] {
            let (plan, count) = plan(&proven, &wanted, FLEET, exact).await;
            assert_eq!((differences(&plan), count), (Vec::new(), asked));
        }
        assert_eq!(autoscaler.get(&object).await.unwrap()["spec"]["replicas"], 7);
    });
}

/// A definition whose defaults are nested: in maps, in items of lists, and beside what is set.
pub fn gadgets(default_mode: &str) -> Value {
    let text = || json!({ "type": "string" });
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": { "name": "gadgets.lab.example.com" },
        "spec": {
            "group": "lab.example.com", "scope": "Namespaced",
            "names": { "kind": "Gadget", "plural": "gadgets", "singular": "gadget", "listKind": "GadgetList" },
            "versions": [{ "name": "v1", "served": true, "storage": true, "schema": { "openAPIV3Schema": {
                "type": "object",
                "properties": { "spec": { "type": "object", "default": {}, "properties": {
                    "mode": { "type": "string", "default": default_mode },
                    "size": { "x-kubernetes-int-or-string": true, "default": "10%" },
                    "limits": { "type": "object", "default": { "retries": 3 }, "properties": {
                        "retries": { "type": "integer", "default": 2 }, "backoff": { "type": "string", "default": "1s" },
                    } },
                    "parts": {
                        "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"],
                        "items": { "type": "object", "required": ["name"], "properties": {
                            "name": text(), "port": { "type": "integer", "default": 8080 }, "protocol": { "type": "string", "default": "TCP" },
                        } },
                    },
                    "tags": { "type": "array", "x-kubernetes-list-type": "set", "items": text() },
                    "free": { "type": "object", "x-kubernetes-preserve-unknown-fields": true },
                } } },
            } } }],
        },
    })
}

/// An object of that kind.
pub fn gadget(namespace: &str, name: &str) -> Value {
    json!({
        "apiVersion": "lab.example.com/v1", "kind": "Gadget",
        "metadata": { "namespace": namespace, "name": name },
        "spec": {
            "limits": { "retries": 5 },
            "parts": [{ "name": "b" }, { "name": "a", "port": 9090 }],
            "tags": ["red", "blue"],
            "free": { "list": [1, { "x": 1.5 }], "map": { "y": null } },
        },
    })
}

#[test]
fn defaults_of_a_definition_are_no_difference() {
    let cluster = Lab::shared().start([Spec::bare("defaults")]).remove(0);
    block_on(async {
        let namespace = cluster.namespace("defaults").await;
        let mut bare = gadget(&namespace, "bare");
        bare.as_object_mut().unwrap().remove("spec");
        let objects = [gadgets("plain"), gadget(&namespace, "full"), bare];
        nothing_to_do(&cluster, &objects, &[]).await;
    });
}
