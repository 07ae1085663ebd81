//! A part of a run that fails by a mistake of its own.

use std::sync::Arc;

use fleetwright::apply::{End, ObjectEnd};
use fleetwright::live::Event;
use serde_json::json;

use super::{Scene, config_map, shown};
use crate::applied::connect_telling;
use crate::harness::{Fault, Rule, block_on};
use crate::rendering::pinned;

#[test]
fn f65_a_task_that_panics_ends_the_run_and_nothing_is_lost() {
    let scene = Scene::new(&[config_map("a", "1"), config_map("b", "1"), config_map("c", "1")]);
    let write = Rule::new(Fault::status(500).after_acting());
    scene.proxy.add(write.verb("patch").kind("v1", "ConfigMap").name("b").dry_run(false).times(1));
    let outcome = block_on(async {
        let identities = pinned(&scene.cluster.name, &scene.cluster.uid);
        // What tries a request again says so, on the task that writes.
        let panics = Arc::new(|notice: fleetwright::live::Notice| {
            assert!(!matches!(notice.event, Event::Retry { .. }), "planted");
        });
        let (kubeconfig, name) = (&scene.proxy.kubeconfig, &scene.cluster.name);
        let proven = connect_telling(kubeconfig, name, name, &identities, panics).await;
        let (state, plan) = scene.plan(&proven).await;
        scene.carry_out(&proven, &state, &plan).await
    });
    assert_eq!(outcome.end, End::Partial);
    let ends: Vec<&ObjectEnd> = outcome.objects.iter().map(|ended| &ended.end).collect();
    let [ObjectEnd::Written, ObjectEnd::Unknown(_), ObjectEnd::Written] = ends[..] else {
        panic!("{}", shown(&scene, &outcome));
    };
    assert!(outcome.problems.iter().any(|problem| problem.message.contains("a mistake of its own")));
    // The lock is free, and all that may be there is recorded.
    let lease = json!({
        "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
        "metadata": { "namespace": scene.namespace, "name": "fleetwright.loose" },
    });
    let lease = block_on(async { scene.other("reader").await.get(&lease).await }).unwrap();
    assert_eq!(lease["spec"]["holderIdentity"].as_str().unwrap_or_default(), "");
    let record = scene.record();
    assert_eq!((record.run.is_some(), record.inventory.len()), (true, 3));
    let again = scene.apply();
    assert_eq!(again.end, End::Done, "{}", shown(&scene, &again));
    assert_eq!(scene.record().run, None);
}
