//! What digests must see: lists whose items have not changed, labels of other sets, and namespaces that policies read.

use fleetwright::object::PART_OF;
use fleetwright::plan::{Change, FIELD_MANAGER, Plan, Wanted};
use serde_json::{Value, json};

use super::{FLEET, Loose, plan};
use crate::applied::{apply_and_record, connect};
use crate::harness::{Lab, Manager, Spec, block_on, eventually};
use crate::rendering::pinned;

fn deployment(namespace: &str, name: &str) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": { "namespace": namespace, "name": name },
        "spec": {
            "selector": { "matchLabels": { "app": name } },
            "template": {
                "metadata": { "labels": { "app": name } },
                "spec": {
                    "initContainers": [
                        { "name": "first", "image": "r/first:1" }, { "name": "second", "image": "r/second:1" },
                    ],
                    "containers": [{ "name": "main", "image": "r/main:1",
                        "env": [{ "name": "A", "value": "1" }, { "name": "B", "value": "2" }] }],
                },
            },
        },
    })
}

/// What is sent of an object.
fn wanted_body(wanted: &Wanted<'_>, name: &str) -> Value {
    let mut objects = wanted.objects.iter();
    objects.find(|(object, _)| &*object.name == name).unwrap().1.body(&wanted.set)
}

/// A plan, shortly: what is to be done to each object, with the paths that differ and that are in conflict.
fn told(plan: &Plan) -> Vec<String> {
    let change = |change: &Change| {
        let fields: Vec<String> = change.fields.iter().map(|field| field.path.to_string()).collect();
        let conflicts = change.conflicts.iter().map(|one| format!("{} of {}", one.path, one.manager));
        let conflicts: Vec<String> = conflicts.collect();
        format!("{} {:?} {} | {}", change.object.name, change.action, fields.join(" "), conflicts.join(" "))
    };
    plan.changes.iter().map(change).collect()
}

#[test]
fn what_is_done_to_a_list_as_a_whole_is_seen_without_a_dry_run() {
    let cluster = Lab::shared().start([Spec::bare("order")]).remove(0);
    block_on(async {
        let namespace = cluster.namespace("order").await;
        let names = ["moved", "repeated", "stolen", "unlabelled", "untouched"];
        let objects: Vec<Value> = names.map(|name| deployment(&namespace, name)).to_vec();
        let loose = Loose::new(objects.clone());
        let wanted = loose.wanted(&cluster.name);
        let identities = pinned(&cluster.name, &cluster.uid);
        let proven = connect(&cluster.kubeconfig, &cluster.name, &cluster.name, &identities).await;
        apply_and_record(&cluster, &proven, &wanted, FLEET).await;
        let client = cluster.client().await;
        let editor = Manager::new("kubectl-edit", &client).await;
        let template = |spec: Value| json!({ "spec": { "template": { "spec": spec } } });
        let mut first: Vec<Value> =
            objects[0].pointer("/spec/template/spec/initContainers").unwrap().as_array().unwrap().clone();
        first.reverse();
        editor.edit(&objects[0], &template(json!({ "initContainers": first }))).await;
        let env = json!([{ "name": "A", "value": "1" }, { "name": "B", "value": "2" }, { "name": "A", "value": "3" }]);
        let containers = json!([{ "name": "main", "image": "r/main:1", "env": env }]);
        editor.edit(&objects[1], &template(json!({ "containers": containers }))).await;
        // Another fleet, under the same name.
        let mut other = objects[2].clone();
        other["metadata"]["labels"] = json!({ PART_OF: "applyset-other-v1" });
        editor.named(FIELD_MANAGER).take(&other).await;
        editor.edit(&objects[3], &json!({ "metadata": { "labels": { PART_OF: null } } })).await;
        let (short, asked) = plan(&proven, &wanted, FLEET, false).await;
        let (exact, all) = plan(&proven, &wanted, FLEET, true).await;
        assert_eq!(short.changes, exact.changes);
        assert_eq!((asked, all), (4, 5));
        let label = "metadata.labels[\"applyset.kubernetes.io/part-of\"]";
        assert_eq!(
            told(&exact),
            [
                "moved Update spec.template.spec.initContainers[order] | ".to_owned(),
                "repeated Update spec.template.spec.containers[name=main].env[2] \
                 | spec.template.spec.containers[name=main].env[name=A] of kubectl-edit"
                    .to_owned(),
                format!("stolen Update {label} | {label} of another set of objects"),
                format!("unlabelled Update {label} | "),
                "untouched Unchanged  | ".to_owned(),
            ]
        );
        let us = editor.named(FIELD_MANAGER);
        assert_eq!(us.try_apply(&wanted_body(&wanted, "repeated"), false).await.unwrap_err().code, 409);
        assert!(us.try_apply(&wanted_body(&wanted, "moved"), false).await.is_ok());
    });
}

#[test]
fn a_policy_that_reads_the_annotations_of_a_namespace_is_seen_without_a_dry_run() {
    let cluster = Lab::shared().start([Spec::bare("annotated")]).remove(0);
    block_on(async {
        let client = cluster.client().await;
        let lab = Manager::new("lab", &client).await;
        let namespace = cluster.namespace("annotated").await;
        let place = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": namespace } });
        let tone = |tone: &str| json!({ "metadata": { "annotations": { "tone": tone } } });
        lab.edit(&place, &tone("low")).await;
        let policy = |kind: &str, spec: Value| {
            json!({
                "apiVersion": "admissionregistration.k8s.io/v1", "kind": kind, "metadata": { "name": "tone" }, "spec": spec,
            })
        };
        let rules = json!([{ "apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE"], "resources": ["configmaps"] }]);
        let expression = "Object{metadata: Object.metadata{labels: {'tone': namespaceObject.metadata.annotations['tone']}}}";
        lab.apply(&policy("MutatingAdmissionPolicy", json!({
            "failurePolicy": "Fail", "reinvocationPolicy": "Never",
            "matchConstraints": { "namespaceSelector": { "matchLabels": { "kubernetes.io/metadata.name": namespace } }, "resourceRules": rules },
            "mutations": [{ "patchType": "ApplyConfiguration", "applyConfiguration": { "expression": expression } }],
        }))).await;
        lab.apply(&policy("MutatingAdmissionPolicyBinding", json!({ "policyName": "tone" }))).await;
        let object = |name: &str| {
            json!({
                "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "namespace": namespace, "name": name }, "data": {},
            })
        };
        eventually("the policy is in force", async || {
            (lab.take(&object("seen")).await["metadata"]["labels"]["tone"] == "low").then_some(())
        })
        .await;
        let loose = Loose::new([object("x")]);
        let wanted = loose.wanted(&cluster.name);
        let identities = pinned(&cluster.name, &cluster.uid);
        let proven = connect(&cluster.kubeconfig, &cluster.name, &cluster.name, &identities).await;
        apply_and_record(&cluster, &proven, &wanted, FLEET).await;
        let (before, asked) = plan(&proven, &wanted, FLEET, false).await;
        assert_eq!((told(&before), asked), (vec!["x Unchanged  | ".to_owned()], 0));
        lab.edit(&place, &tone("high")).await;
        eventually("the server knows the annotation", async || {
            (lab.take(&object("seen")).await["metadata"]["labels"]["tone"] == "high").then_some(())
        })
        .await;
        for exact in [true, false] {
            let (after, asked) = plan(&proven, &wanted, FLEET, exact).await;
            assert_eq!((told(&after), asked), (vec!["x Update metadata.labels.tone | ".to_owned()], 1));
        }
    });
}
