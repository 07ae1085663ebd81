//! Objects with what no shipped definition uses: every keyword and form of structural schemas, and fields of built-in
//! kinds that owe something to each other.

use serde_json::{Value, json};

/// One field for each keyword and form, and for each the values that are tried.
fn document() -> Value {
    serde_json::from_str(include_str!("forms.json")).unwrap()
}

/// The definition of the kind that has them: `kind: Form` in `forms.example.com/v1`.
pub fn definition() -> Value {
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": { "name": "forms.forms.example.com" },
        "spec": {
            "group": "forms.example.com", "scope": "Namespaced",
            "names": { "kind": "Form", "plural": "forms", "singular": "form", "listKind": "FormList" },
            "versions": [{ "name": "v1", "served": true, "storage": true, "schema": { "openAPIV3Schema": {
                "type": "object", "oneOf": [{ "required": ["spec"] }, { "required": ["other"] }],
                "not": { "required": ["never"] },
                "properties": {
                    "spec": { "type": "object", "properties": document()["fields"] },
                    "other": { "type": "object" },
                    "never": { "type": "string" },
                },
            } } }],
        },
    })
}

/// Objects of that kind, each with one field, and at the end some that are wrong at their root.
pub fn custom() -> Vec<Value> {
    let document = document();
    let mut objects = Vec::new();
    for (field, values) in document["values"].as_object().unwrap() {
        for value in values.as_array().unwrap() {
            objects.push(form(json!({ "spec": { field: value } })));
        }
    }
    for rest in [
        json!({}),
        json!({ "spec": {}, "other": {} }),
        json!({ "other": {} }),
        json!({ "other": null }),
        json!({ "spec": null }),
        json!({ "spec": {}, "never": "x" }),
        json!({ "spec": {}, "status": { "x": 1 } }),
    ] {
        objects.push(form(rest));
    }
    named(objects)
}

fn form(mut rest: Value) -> Value {
    rest["apiVersion"] = json!("forms.example.com/v1");
    rest["kind"] = json!("Form");
    rest
}

/// Objects of built-in kinds.
pub fn built_in() -> Vec<Value> {
    let of = |api_version: &str, kind: &str, rest: Value| {
        let mut object = rest;
        object["apiVersion"] = json!(api_version);
        object["kind"] = json!(kind);
        object
    };
    let mut objects = Vec::new();
    let template = |pod: Value| json!({ "metadata": { "labels": { "a": "b" } }, "spec": pod });
    let labels = json!({ "matchLabels": { "a": "b" } });
    let containers = json!([{ "name": "c", "image": "i" }]);
    for pod in [
        json!({ "containers": [{ "name": "c", "image": "i", "ports": [{ "containerPort": 80, "name": "" }] }] }),
        json!({ "containers": [{ "name": "", "image": "i" }] }),
        json!({ "containers": containers, "serviceAccountName": "" }),
        json!({ "containers": containers, "securityContext": { "sysctls": [{ "name": "a.b", "value": "1" }, { "name": "a.b", "value": "2" }] } }),
        json!({ "containers": containers, "securityContext": { "sysctls": [{ "name": "a.b", "value": "1" }, { "name": "a.c", "value": "2" }] } }),
        json!({ "containers": [{ "name": "c", "image": "i", "livenessProbe": { "httpGet": { "port": "8080" } } }] }),
        json!({ "containers": [{ "name": "c", "image": "i", "env": [{ "name": "A", "valueFrom": {} }] }] }),
    ] {
        objects.push(of(
            "apps/v1",
            "Deployment",
            json!({ "spec": { "selector": labels, "template": template(pod) } }),
        ));
    }
    let pod = json!({ "containers": containers });
    for more in [
        json!({ "selector": {} }),
        json!({ "selector": { "matchLabels": {} } }),
        json!({ "strategy": { "rollingUpdate": { "maxSurge": "150%" } } }),
        json!({ "strategy": { "rollingUpdate": { "maxUnavailable": "101%" } } }),
        json!({ "strategy": { "rollingUpdate": { "maxUnavailable": "0100%" } } }),
        json!({ "replicas": null }),
    ] {
        let mut spec = json!({ "selector": labels, "template": template(pod.clone()) });
        spec.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        objects.push(of("apps/v1", "Deployment", json!({ "spec": spec })));
    }
    for (kind, more) in [
        ("DaemonSet", json!({ "selector": {} })),
        ("DaemonSet", json!({ "updateStrategy": { "rollingUpdate": { "maxUnavailable": "101%" } } })),
        ("ReplicaSet", json!({ "selector": {} })),
        ("StatefulSet", json!({ "selector": {} })),
        (
            "StatefulSet",
            json!({ "volumeClaimTemplates": [{ "metadata": { "name": "d" }, "spec": { "accessModes": ["ReadWriteOnce"], "resources": {} } }] }),
        ),
        (
            "StatefulSet",
            json!({ "volumeClaimTemplates": [{ "metadata": { "name": "d" }, "spec": { "accessModes": ["ReadWriteOnce"], "resources": { "requests": { "storage": "1Gi" } } } }] }),
        ),
    ] {
        let mut spec = json!({ "selector": labels, "template": template(pod.clone()) });
        spec.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        objects.push(of("apps/v1", kind, json!({ "spec": spec })));
    }
    objects.push(of(
        "batch/v1",
        "Job",
        json!({ "spec": { "template": { "spec": { "restartPolicy": "Never", "containers": containers } } } }),
    ));
    for resources in
        [json!({}), json!({ "limits": { "storage": "1Gi" } }), json!({ "requests": { "storage": "1Gi" } })]
    {
        objects.push(of(
            "v1",
            "PersistentVolumeClaim",
            json!({ "spec": { "accessModes": ["ReadWriteOnce"], "resources": resources } }),
        ));
    }
    for port in [
        json!({ "port": 80, "targetPort": "UP" }),
        json!({ "port": 80, "targetPort": "" }),
        json!({ "port": 80, "targetPort": "8080" }),
        json!({ "port": 80, "targetPort": 0 }),
        json!({ "port": 80, "targetPort": "http" }),
        json!({ "port": 80, "name": "" }),
    ] {
        objects.push(of("v1", "Service", json!({ "spec": { "ports": [port] } })));
    }
    for data in [
        json!({ "data": { "a b": "x" } }),
        json!({ "data": { "..a": "x" } }),
        json!({ "data": { ".": "x" } }),
        json!({ "data": { ".a_B-c": "x", "1": "y" } }),
        json!({ "binaryData": { "a/b": "YQ==" } }),
        json!({ "binaryData": { "a": "YQ==\n" } }),
        json!({ "data": { "": "x" } }),
        json!({ "data": { "a": null } }),
    ] {
        objects.push(of("v1", "ConfigMap", data));
    }
    for data in [
        json!({ "data": { "a b": "YQ==" } }),
        json!({ "stringData": { "a b": "x" } }),
        json!({ "stringData": { "a.b": "x" } }),
    ] {
        objects.push(of("v1", "Secret", data));
    }
    for spec in [
        json!({ "minAvailable": 1, "maxUnavailable": 1 }),
        json!({ "minAvailable": 1, "maxUnavailable": null }),
        json!({ "minAvailable": "101%" }),
        json!({ "maxUnavailable": "100%" }),
        json!({ "maxUnavailable": "10" }),
        json!({}),
    ] {
        objects.push(of("policy/v1", "PodDisruptionBudget", json!({ "spec": spec })));
    }
    let target = json!({ "apiVersion": "apps/v1", "kind": "Deployment", "name": "x" });
    for version in ["autoscaling/v2", "autoscaling/v1"] {
        for spec in [
            json!({ "scaleTargetRef": target, "minReplicas": 0, "maxReplicas": 3 }),
            json!({ "scaleTargetRef": target, "minReplicas": 4, "maxReplicas": 3 }),
            json!({ "scaleTargetRef": target, "minReplicas": null, "maxReplicas": 3 }),
            json!({ "scaleTargetRef": target, "maxReplicas": 0 }),
            json!({ "scaleTargetRef": { "kind": "Deployment", "name": "x" }, "maxReplicas": 3 }),
            json!({ "scaleTargetRef": { "apiVersion": "v1", "kind": "Deployment", "name": "x" }, "maxReplicas": 3 }),
            json!({ "scaleTargetRef": { "kind": "ReplicationController", "name": "x" }, "maxReplicas": 3 }),
        ] {
            objects.push(of(version, "HorizontalPodAutoscaler", json!({ "spec": spec })));
        }
    }
    for time in [
        "2026-01-31T08:00:00.000000Z",
        "2026-01-31T08:00:00.000000+01:00",
        "2026-01-31T08:00:00Z",
        "2026-01-31T08:00:00.000Z",
        "2026-01-31T08:00:00.0000000Z",
        "2026-01-31t08:00:00.000000z",
        "2026-01-31T08:00:60.000000Z",
        "2026-01-31T8:00:00.000000Z",
        "9999-12-31T23:59:59.000000Z",
        "",
    ] {
        objects.push(of("coordination.k8s.io/v1", "Lease", json!({ "spec": { "renewTime": time } })));
    }
    for rule in [
        json!({ "verbs": ["get"] }),
        json!({ "verbs": ["get"], "apiGroups": [""] }),
        json!({ "verbs": ["get"], "apiGroups": [], "resources": ["pods"] }),
        json!({ "verbs": ["get"], "apiGroups": [""], "resources": ["pods"] }),
        json!({ "verbs": [], "apiGroups": [""], "resources": ["pods"] }),
        json!({ "verbs": ["get"], "nonResourceURLs": ["/"] }),
        json!({ "verbs": ["get"], "nonResourceURLs": ["/"], "resources": ["pods"] }),
    ] {
        objects.push(of("rbac.authorization.k8s.io/v1", "ClusterRole", json!({ "rules": [rule] })));
    }
    for subject in [
        json!({ "kind": "ServiceAccount", "name": "a", "namespace": "default" }),
        json!({ "kind": "ServiceAccount", "name": "a" }),
        json!({ "kind": "ServiceAccount", "name": "A b", "namespace": "default" }),
        json!({ "kind": "ServiceAccount", "name": "a", "namespace": "default", "apiGroup": "x" }),
        json!({ "kind": "User", "name": "A b" }),
        json!({ "kind": "Group", "name": "system:x", "apiGroup": "x" }),
        json!({ "kind": "Robot", "name": "a" }),
    ] {
        let role = json!({ "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view" });
        for kind in ["RoleBinding", "ClusterRoleBinding"] {
            let binding = json!({ "roleRef": role, "subjects": [subject] });
            objects.push(of("rbac.authorization.k8s.io/v1", kind, binding));
        }
    }
    for spec in [
        json!({ "rules": [] }),
        json!({ "rules": [], "defaultBackend": { "service": { "name": "s", "port": { "number": 80 } } } }),
        json!({ "rules": [{ "host": "a.example.com" }] }),
    ] {
        objects.push(of("networking.k8s.io/v1", "Ingress", json!({ "spec": spec })));
    }
    named(objects)
}

/// The objects with a name each.
fn named(mut objects: Vec<Value>) -> Vec<Value> {
    for (number, object) in objects.iter_mut().enumerate() {
        object["metadata"] = json!({ "name": format!("f-{number}") });
        if !object["kind"].as_str().unwrap().starts_with("ClusterRole") {
            object["metadata"]["namespace"] = json!("default");
        }
    }
    objects
}
