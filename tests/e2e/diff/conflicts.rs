//! Conflicts: a plan shows one exactly where a real apply that is not forced is refused.

use fleetwright::plan::{Action, FIELD_MANAGER};
use serde_json::{Value, json};

use super::{FLEET, Loose, plan};
use crate::applied::{apply_and_record, connect};
use crate::harness::{Lab, Manager, Spec, block_on};
use crate::rendering::pinned;

fn autoscaler(namespace: &str, version: &str, cpu: Value) -> Value {
    let mut spec = json!({
        "scaleTargetRef": { "apiVersion": "apps/v1", "kind": "Deployment", "name": "web" }, "maxReplicas": 5,
    });
    spec.as_object_mut().unwrap().extend(cpu.as_object().unwrap().clone());
    json!({
        "apiVersion": format!("autoscaling/{version}"), "kind": "HorizontalPodAutoscaler",
        "metadata": { "namespace": namespace, "name": "web" }, "spec": spec,
    })
}

fn metrics(cpu: u32) -> Value {
    let target = json!({ "type": "Utilization", "averageUtilization": cpu });
    json!({ "metrics": [{ "type": "Resource", "resource": { "name": "cpu", "target": target } }] })
}

fn config_map(namespace: &str, name: &str, color: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": { "namespace": namespace, "name": name }, "data": { "color": color },
    })
}

#[test]
fn f29_a_conflict_is_shown_where_a_real_apply_meets_one() {
    let cluster = Lab::shared().start([Spec::bare("conflicts")]).remove(0);
    block_on(async {
        let namespace = &cluster.namespace("conflicts").await;
        let before = [
            autoscaler(namespace, "v2", metrics(50)),
            config_map(namespace, "edited", "red"),
            config_map(namespace, "shared", "red"),
            config_map(namespace, "ours", "red"),
        ];
        let identities = pinned(&cluster.name, &cluster.uid);
        let proven = connect(&cluster.kubeconfig, &cluster.name, &cluster.name, &identities).await;
        let loose = Loose::new(before.clone());
        apply_and_record(&cluster, &proven, &loose.wanted(&cluster.name), FLEET).await;
        let someone = Manager::new("autoscale", &cluster.client().await).await;
        // In another version, where the field has another name.
        someone.take(&autoscaler(namespace, "v1", json!({ "targetCPUUtilizationPercentage": 60 }))).await;
        someone.edit(&before[1], &json!({ "data": { "color": "green" } })).await;
        // The same value is no conflict as long as it stays.
        someone.apply(&before[2]).await;

        let after = [
            autoscaler(namespace, "v2", metrics(70)),
            config_map(namespace, "edited", "blue"),
            config_map(namespace, "shared", "blue"),
            config_map(namespace, "ours", "blue"),
        ];
        let loose = Loose::new(after.clone());
        let wanted = loose.wanted(&cluster.name);
        let (shown, _) = plan(&proven, &wanted, FLEET, false).await;
        let us = Manager::new(FIELD_MANAGER, &cluster.client().await).await;
        let mut met = Vec::new();
        for object in &after {
            let kind = object["kind"].as_str().unwrap();
            let name = object["metadata"]["name"].as_str().unwrap();
            let change =
                shown.changes.iter().find(|one| (&*one.object.kind, &*one.object.name) == (kind, name));
            let change = change.unwrap();
            assert_eq!(change.action, Action::Update, "{name}");
            let refused = us.try_apply(object, false).await.err().map(|refused| refused.code);
            assert_eq!(
                refused == Some(409),
                !change.conflicts.is_empty(),
                "{kind}/{name}: {:?}",
                change.conflicts
            );
            assert!(change.conflicts.iter().all(|conflict| conflict.manager == "autoscale"));
            met.push(refused);
        }
        assert_eq!(met, [Some(409), Some(409), Some(409), None]);
    });
}
