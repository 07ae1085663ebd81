//! The admission policies of the library, on real servers: what is refused, and what is let in.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::harness::client::{api, create};
use crate::harness::crds::objects_in;
use crate::harness::dry_run::{Judge, Verdict, Way};
use crate::harness::{Cluster, Lab, Spec, block_on, eventually};
use crate::program::Place;

/// One component for each mode, each for the namespaces with its label.
const MODES: &str = r#"
fleet "modes" {
  templates = "../templates"
}
cluster "one" {}
component "denies" {
  templates = ["admission"]
  values    = { namespaces = { matchLabels = { mode = "deny" } }, admission = { probes = { exempt = ["spared"] } } }
}
component "warns" {
  templates = ["admission"]
  values    = { namespaces = { matchLabels = { mode = "warn" } }, mode = "Warn" }
}
component "audits" {
  templates = ["admission"]
  values    = { namespaces = { matchLabels = { mode = "audit" } }, mode = "Audit" }
}
"#;

/// A pod that lacks nothing.
fn good(namespace: &str) -> Value {
    let probe = json!({ "httpGet": { "path": "/", "port": 8080 } });
    json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "web", "namespace": namespace },
        "spec": { "containers": [{
            "name": "web", "image": "registry.example.com:5000/web:1.2", "ports": [{ "containerPort": 8080 }],
            "resources": { "requests": { "cpu": "1", "memory": "1Gi" }, "limits": { "memory": "1Gi" } },
            "readinessProbe": probe, "livenessProbe": probe,
            "securityContext": { "allowPrivilegeEscalation": false },
        }] },
    })
}

/// It with something else at a place.
fn with(mut pod: Value, at: &str, value: Value) -> Value {
    let (parent, key) = at.rsplit_once('/').unwrap();
    let parent = pod.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    match value {
        Value::Null => drop(parent.remove(key)),
        value => drop(parent.insert(key.to_owned(), value)),
    }
    pod
}

/// What makes such pods: the pod's own spec is put where this kind has it.
fn made_by(pod: &Value, group: &str, kind: &str) -> Value {
    let labels = json!({ "app": "web" });
    let mut template = json!({ "metadata": { "labels": labels }, "spec": pod["spec"] });
    let spec = match kind {
        "Job" | "CronJob" => {
            template["spec"]["restartPolicy"] = json!("Never");
            match kind {
                "Job" => json!({ "template": template }),
                _ => json!({ "schedule": "0 3 * * *", "jobTemplate": { "spec": { "template": template } } }),
            }
        }
        "StatefulSet" => {
            json!({ "serviceName": "web", "selector": { "matchLabels": labels }, "template": template })
        }
        _ => json!({ "selector": { "matchLabels": labels }, "template": template }),
    };
    json!({ "apiVersion": format!("{group}/v1"), "kind": kind, "metadata": pod["metadata"], "spec": spec })
}

/// Makes a namespace with labels, and in it the account that pods run as: no controller is there to make it.
async fn namespace(cluster: &Cluster, name: &str, labels: Value) {
    let client = cluster.client().await;
    let made =
        json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name, "labels": labels } });
    create(&client, &made).await;
    account(cluster, name).await;
}

async fn account(cluster: &Cluster, namespace: &str) {
    let account = json!({
        "apiVersion": "v1", "kind": "ServiceAccount", "metadata": { "name": "default", "namespace": namespace },
    });
    create(&cluster.client().await, &account).await;
}

/// Waits until an object is refused, with this in the message: a policy holds a moment after it was made.
async fn is_refused(judge: &Judge, object: &Value, why: &str) {
    eventually(&format!("{why}: {object}"), async || match judge.ask(Way::Create, object).await {
        Verdict::Refused { message, .. } if message.contains(why) => Some(()),
        _ => None,
    })
    .await;
}

/// Asserts that an object is let in, and returns what the server warns of.
async fn let_in(judge: &Judge, object: &Value) -> Vec<String> {
    match judge.ask(Way::Create, object).await {
        Verdict::Accepted { warnings, .. } => warnings,
        other => panic!("{other:?}\n{object}"),
    }
}

/// What each rule is about: a place in a good pod, what stands there instead, and what the server says.
fn slips() -> Vec<(&'static str, Value, &'static str)> {
    const REQUESTS: &str = "containers without requests for cpu and memory and a limit for memory: web";
    const PROBES: &str = "containers without a readiness and a liveness probe: web";
    const IMAGES: &str = "containers whose image has no version: web";
    const PRIVILEGES: &str = "containers that are privileged or may become it: web";
    vec![
        ("/spec/containers/0/resources", Value::Null, REQUESTS),
        ("/spec/containers/0/resources/requests", Value::Null, REQUESTS),
        ("/spec/containers/0/resources/requests", json!({ "memory": "1Gi" }), REQUESTS),
        ("/spec/containers/0/resources/limits", json!({ "cpu": "2" }), REQUESTS),
        ("/spec/containers/0/readinessProbe", Value::Null, PROBES),
        ("/spec/containers/0/livenessProbe", Value::Null, PROBES),
        ("/spec/containers/0/image", json!("registry.example.com:5000/web"), IMAGES),
        ("/spec/containers/0/image", json!("registry.example.com:5000/web:latest"), IMAGES),
        ("/spec/containers/0/securityContext", json!({ "privileged": true }), PRIVILEGES),
        ("/spec/containers/0/securityContext", json!({ "allowPrivilegeEscalation": true }), PRIVILEGES),
        (
            "/spec/initContainers",
            json!([{ "name": "first", "image": "registry.example.com/first:1" }]),
            "a limit for memory: first",
        ),
    ]
}

/// What looks like a slip and is none.
fn fine() -> Vec<Value> {
    let pod = || good("denied");
    let sidecar = json!({
        "name": "istio-proxy", "image": "istio/proxyv2:1.30.0",
        "resources": pod()["spec"]["containers"][0]["resources"],
        "readinessProbe": { "httpGet": { "path": "/healthz/ready", "port": 15021 } },
        "ports": [{ "containerPort": 15090 }],
    });
    let mut meshed = pod();
    meshed["spec"]["containers"].as_array_mut().unwrap().push(sidecar);
    let unprobed = ["readinessProbe", "livenessProbe"]
        .into_iter()
        .fold(pod(), |pod, probe| with(pod, &format!("/spec/containers/0/{probe}"), Value::Null));
    let mut helped = pod();
    let helper = json!({
        "name": "helper", "image": "registry.example.com/helper:1",
        "resources": pod()["spec"]["containers"][0]["resources"],
    });
    helped["spec"]["containers"].as_array_mut().unwrap().push(helper);
    let digest = format!("registry.example.com/web@sha256:{}", "a".repeat(64));
    vec![
        pod(),
        meshed,
        helped,
        with(pod(), "/spec/containers/0/image", json!(digest)),
        with(pod(), "/spec/containers/0/image", json!("auto")),
        made_by(&unprobed, "batch", "Job"),
        made_by(&unprobed, "batch", "CronJob"),
        made_by(&pod(), "apps", "Deployment"),
        made_by(&pod(), "apps", "StatefulSet"),
        made_by(&pod(), "apps", "DaemonSet"),
        with(unprobed, "/spec/restartPolicy", json!("OnFailure")),
    ]
}

#[test]
fn a_pod_that_lacks_something_is_refused_told_or_only_written_down() {
    let place = Place::empty();
    for (path, text) in crate::example::files(&crate::example::root().join("templates")) {
        place.write(&format!("templates/{path}"), &String::from_utf8(text).unwrap());
    }
    place.write("fleet/fleet.hcl", MODES);
    place.run(&["render", "--out", "rendered"]).done();
    let policies = objects_in(&place.path().join("rendered/one"));
    assert_eq!(policies.len(), 3 * 4 * 2);
    let cluster = Lab::shared().start([Spec::bare("modes").flag("--allow-privileged=true")]).remove(0);
    block_on(async {
        for (name, mode) in [
            ("denied", "deny"),
            ("spared", "deny"),
            ("warned", "warn"),
            ("audited", "audit"),
            ("free", "none"),
        ] {
            namespace(&cluster, name, json!({ "mode": mode })).await;
        }
        account(&cluster, "kube-system").await;
        let client = cluster.client().await;
        let bad = with(good("denied"), "/spec/containers/0/image", json!("web:latest"));
        let old = with(made_by(&bad, "apps", "Deployment"), "/metadata/name", json!("old"));
        create(&client, &old).await;
        for policy in &policies {
            create(&client, policy).await;
        }
        let judge = Judge::of(&cluster).await;
        for (at, value, why) in slips() {
            let in_namespace = |namespace: &str| with(good(namespace), at, value.clone());
            is_refused(&judge, &in_namespace("denied"), why).await;
            for kind in ["Deployment", "StatefulSet", "DaemonSet"] {
                is_refused(&judge, &made_by(&in_namespace("denied"), "apps", kind), why).await;
            }
            if !why.contains("probe") {
                for kind in ["Job", "CronJob"] {
                    is_refused(&judge, &made_by(&in_namespace("denied"), "batch", kind), why).await;
                }
            }
            eventually(&format!("a warning: {why}"), async || {
                let warnings = let_in(&judge, &in_namespace("warned")).await;
                warnings.iter().any(|warning| warning.contains(why)).then_some(())
            })
            .await;
            for namespace in ["audited", "free", "kube-system"] {
                assert_eq!(
                    let_in(&judge, &in_namespace(namespace)).await,
                    Vec::<String>::new(),
                    "{namespace}"
                );
            }
            match why.contains("probe") {
                true => drop(let_in(&judge, &in_namespace("spared")).await),
                false => is_refused(&judge, &in_namespace("spared"), why).await,
            }
        }
        for object in fine() {
            assert_eq!(let_in(&judge, &object).await, Vec::<String>::new(), "{object}");
        }
        // What was there before is let be, until its spec changes.
        let labelled = with(old.clone(), "/metadata/labels", json!({ "team": "shop" }));
        assert!(matches!(judge.ask(Way::Apply, &labelled).await, Verdict::Accepted { .. }));
        let changed = with(old, "/spec/minReadySeconds", json!(5));
        assert!(matches!(judge.ask(Way::Apply, &changed).await, Verdict::Refused { .. }));
    });
}

/// The kinds that pods come of.
const WORKLOADS: [&str; 5] = ["Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"];

#[test]
fn the_example_passes_its_own_policies_and_pod_security() {
    let place = Place::empty();
    let fleet = crate::example::root().join("fleet");
    place.run(&["render", "--fleet", fleet.to_str().unwrap(), "--out", "rendered"]).done();
    let rendered = |cluster: &str| objects_in(&place.path().join("rendered").join(cluster));
    let folders = std::fs::read_dir(place.path().join("rendered")).unwrap().map(|entry| entry.unwrap());
    let folders = folders.filter(|folder| folder.path().is_dir());
    let mut clusters: Vec<String> = folders.map(|folder| folder.file_name().into_string().unwrap()).collect();
    clusters.sort_by_key(|name| (!name.starts_with("prod"), name.clone()));
    let cluster = Lab::shared().start([Spec::bare("own").flag("--allow-privileged=true")]).remove(0);
    block_on(async {
        let client = cluster.client().await;
        let mut made = BTreeSet::new();
        for object in clusters.iter().flat_map(|cluster| rendered(cluster)) {
            let is_policy = object["apiVersion"] == "admissionregistration.k8s.io/v1";
            let name = format!("{}/{}", object["kind"], object["metadata"]["name"]);
            // Policies as production has them, which is the first.
            if (object["kind"] == "Namespace" || is_policy) && made.insert(name) {
                create(&client, &object).await;
            }
        }
        // What the fleet puts beside the cluster's own pods is held to the same.
        let label = json!({ "metadata": { "labels": { "pod-security.kubernetes.io/warn": "restricted" } } });
        let system =
            json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "kube-system" } });
        let patch = kube::api::Patch::Merge(&label);
        api(&client, &system).patch("kube-system", &kube::api::PatchParams::default(), &patch).await.unwrap();
        account(&cluster, "kube-system").await;
        account(&cluster, "default").await;
        let judge = Judge::of(&cluster).await;
        for (at, value, why) in slips() {
            let bad = made_by(&with(good("web"), at, value), "apps", "Deployment");
            is_refused(&judge, &bad, why).await;
        }
        for namespace in ["kube-system", "default"] {
            let bad = with(good(namespace), "/spec/containers/0/resources", Value::Null);
            let_in(&judge, &bad).await;
        }
        let mut seen = 0;
        for object in clusters.iter().flat_map(|cluster| rendered(cluster)) {
            if WORKLOADS.iter().any(|kind| object["kind"] == *kind) {
                assert_eq!(let_in(&judge, &object).await, Vec::<String>::new(), "{object}");
                seen += 1;
            }
        }
        assert!(seen > 30, "{seen} workloads");
    });
}
