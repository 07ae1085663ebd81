//! Objects in numbers: a fleet of any size, of kinds as they are in a real one.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::cluster::Cluster;

/// The namespace that they are in.
pub const NAMESPACE: &str = "many";

/// How many objects an application has: a Deployment, what goes with it, and ConfigMaps.
const OF_AN_APPLICATION: usize = 10;

/// This many objects, the first of which is their namespace. Half of them are ConfigMaps.
pub fn objects(count: usize) -> Vec<Value> {
    let namespace = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": NAMESPACE } });
    std::iter::once(namespace).chain((0..count - 1).map(object)).collect()
}

/// The same number of objects in a namespace of this name, none of which anything must happen to until it is ready:
/// Roles and LimitRanges in place of Deployments and PodDisruptionBudgets, and Services without an address, of which a
/// server has only so many.
pub fn still(count: usize, namespace: &str) -> Vec<Value> {
    let mut objects = objects(count);
    for object in &mut objects {
        let kind = object["kind"].as_str().unwrap().to_owned();
        match kind.as_str() {
            "Namespace" => object["metadata"]["name"] = json!(namespace),
            "Deployment" => {
                object["apiVersion"] = json!("rbac.authorization.k8s.io/v1");
                object["kind"] = json!("Role");
                object.as_object_mut().unwrap().remove("spec");
                object["rules"] =
                    json!([{ "apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"] }]);
            }
            // Neither selects pods: there are none.
            "Service" => {
                object["spec"] = json!({ "clusterIP": "None", "ports": object["spec"]["ports"] });
            }
            "NetworkPolicy" => object["spec"]["podSelector"] = json!({}),
            // Its controller says when it counts for something.
            "PodDisruptionBudget" => {
                object["apiVersion"] = json!("v1");
                object["kind"] = json!("LimitRange");
                object["spec"] = json!({ "limits": [{ "type": "Container", "max": { "memory": "1Gi" } }] });
            }
            _ => {}
        }
        if kind != "Namespace" {
            object["metadata"]["namespace"] = json!(namespace);
        }
    }
    objects
}

fn object(number: usize) -> Value {
    let app = format!("app-{:05}", number / OF_AN_APPLICATION);
    let labels = json!({ "app": app });
    let place = number % OF_AN_APPLICATION;
    let name = if place < 5 { app.clone() } else { format!("{app}-{place}") };
    let (api_version, kind, rest) = match place {
        0 => ("apps/v1", "Deployment", json!({ "spec": deployment(&app) })),
        1 => (
            "v1",
            "Service",
            json!({ "spec": { "selector": labels, "ports": [{ "name": "http", "port": 80, "targetPort": 8080 }] } }),
        ),
        2 => ("v1", "ServiceAccount", json!({ "automountServiceAccountToken": false })),
        3 => (
            "policy/v1",
            "PodDisruptionBudget",
            json!({ "spec": { "maxUnavailable": "50%", "selector": { "matchLabels": labels } } }),
        ),
        4 => (
            "networking.k8s.io/v1",
            "NetworkPolicy",
            json!({ "spec": {
                "podSelector": { "matchLabels": labels }, "policyTypes": ["Ingress"],
                "ingress": [{ "from": [{ "podSelector": {} }], "ports": [{ "port": 8080 }] }],
            } }),
        ),
        _ => ("v1", "ConfigMap", json!({ "data": { "number": number.to_string(), "mode": "plain" } })),
    };
    let mut object = json!({
        "apiVersion": api_version, "kind": kind,
        "metadata": { "namespace": NAMESPACE, "name": name, "labels": labels },
    });
    object.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    object
}

fn deployment(app: &str) -> Value {
    let labels = json!({ "app": app });
    json!({
        "replicas": 2,
        "selector": { "matchLabels": labels },
        "template": {
            "metadata": { "labels": labels },
            "spec": {
                "serviceAccountName": app,
                "automountServiceAccountToken": false,
                "containers": [{
                    "name": "main", "image": "registry.example.com/main:1",
                    "ports": [{ "name": "http", "containerPort": 8080 }],
                    "env": [{ "name": "MODE", "value": "plain" }],
                    "readinessProbe": { "httpGet": { "path": "/ready", "port": "http" } },
                    "livenessProbe": { "httpGet": { "path": "/live", "port": "http" } },
                    "resources": {
                        "requests": { "cpu": "100m", "memory": "64Mi" }, "limits": { "memory": "64Mi" },
                    },
                }],
                "topologySpreadConstraints": [{
                    "maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "ScheduleAnyway",
                    "labelSelector": { "matchLabels": labels },
                }],
            },
        },
    })
}

/// Writes the fleet "many", of one cluster that renders these objects: `fleet/…` below a folder.
pub fn write_fleet(folder: &Path, cluster: &Cluster, objects: &[Value]) {
    write_fleet_of_name("many", folder, cluster, objects);
}

/// Writes a fleet of this name.
pub fn write_fleet_of_name(name: &str, folder: &Path, cluster: &Cluster, objects: &[Value]) {
    /// How many objects a file has: fleetwright reads none of more than 4 MiB.
    const OBJECTS_OF_A_FILE: usize = 1000;
    let fleet = folder.join("fleet");
    fs::create_dir_all(&fleet).unwrap();
    let mut files = Vec::new();
    for (number, objects) in objects.chunks(OBJECTS_OF_A_FILE).enumerate() {
        let documents: Vec<String> = objects.iter().map(Value::to_string).collect();
        let file = format!("objects-{number}.yaml");
        fs::write(fleet.join(&file), documents.join("\n---\n")).unwrap();
        files.push(file);
    }
    let text = format!(
        "fleet \"{name}\" {{\n  templates = \".\"\n}}\n\n\
         cluster \"{0}\" {{\n  context = \"{0}\"\n  uid     = \"{1}\"\n}}\n\n\
         component \"objects\" {{\n  manifests = {files:?}\n}}\n",
        cluster.name, cluster.uid
    );
    fs::write(fleet.join("fleet.hcl"), text).unwrap();
}
