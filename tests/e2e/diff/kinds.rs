//! An object of every built-in kind that can be applied, with as many fields as the server takes.

use serde_json::{Map, Value, json};

use super::merge;
use crate::agreement::mend;
use crate::harness::crds;
use crate::harness::dry_run::Judge;

/// The objects in the testdata of k8s.io/api have a value in every field, few of which mean anything: here are some
/// that do, as merge patches. What the server refuses all the same is taken out.
fn mended() -> Value {
    serde_json::from_str(include_str!("mended.json")).unwrap()
}

/// One object of each kind and version.
pub async fn objects(judge: &Judge) -> Vec<Value> {
    let mended = mended();
    let mut objects = Vec::new();
    for mut object in crds::manifests() {
        let text = |key: &str| object[key].as_str().unwrap().to_owned();
        let (api_version, kind) = (text("apiVersion"), text("kind"));
        // One kind may be there in several versions, and in several groups.
        object["metadata"] = json!({ "name": format!("every-field-{}", api_version.replace('/', "-")) });
        with_pods(&mut object, &kind, &mended["pod"]);
        for name in [kind.clone(), format!("{kind} {api_version}")] {
            merge(&mut object, mended["kinds"].get(name).unwrap_or(&Value::Object(Map::new())));
        }
        if kind.ends_with("AdmissionPolicy") {
            object["spec"]["matchConstraints"]["resourceRules"] = mended["rules"].clone();
        } else if kind.ends_with("AdmissionPolicyBinding") {
            object["spec"]["matchResources"]["resourceRules"] = mended["rules"].clone();
        }
        if let Some((_, mended)) = mend::accepted(judge, object).await {
            objects.push(mended);
        }
    }
    objects
}

/// Gives the pods in an object a spec that means something, and a label to be selected by.
fn with_pods(object: &mut Value, kind: &str, spec: &Value) {
    let template =
        json!({ "metadata": { "labels": { "app": "x" }, "annotations": { "note": "x" } }, "spec": spec });
    let selector = json!({ "matchLabels": { "app": "x" } });
    match kind {
        "Pod" => object["spec"] = spec.clone(),
        "PodTemplate" => object["template"] = template,
        "ReplicationController" => {
            object["spec"]["template"] = template;
            object["spec"]["selector"] = json!({ "app": "x" });
        }
        "DaemonSet" | "Deployment" | "ReplicaSet" | "StatefulSet" => {
            object["spec"]["template"] = template;
            object["spec"]["selector"] = selector;
        }
        "Job" | "CronJob" => {
            let job = if kind == "Job" { &mut *object } else { &mut object["spec"]["jobTemplate"] };
            job["spec"]["template"] = template;
            job["spec"]["template"]["spec"]["restartPolicy"] = json!("Never");
        }
        _ => {}
    }
    // Only a pod that ends, or is replaced by nobody, may have a deadline.
    if ["DaemonSet", "Deployment", "ReplicaSet", "StatefulSet", "ReplicationController"].contains(&kind) {
        object["spec"]["template"]["spec"].as_object_mut().unwrap().remove("activeDeadlineSeconds");
    }
}
