//! What the API server would refuse in metadata.

use std::collections::BTreeSet;

use serde_json::json;

use super::metadata::{MAX_ANNOTATIONS, MAX_OBJECT, check};
use crate::diagnostic::Diagnostics;
use crate::object::Object;

fn told(object: serde_json::Value) -> Vec<String> {
    let mut findings = Diagnostics::new();
    let object = Object::from_value(object).unwrap();
    check(&object, object.most_bytes(), &BTreeSet::new(), &mut findings);
    findings.iter().map(|finding| format!("{} {}", finding.code, finding.message)).collect()
}

fn config_map(name: &str, annotation: usize, data: usize) -> serde_json::Value {
    let annotations = json!({ "note": "x".repeat(annotation) });
    let data = json!({ "x": "y".repeat(data) });
    json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": { "name": name, "annotations": annotations }, "data": data,
    })
}

#[test]
fn names_follow_the_rule_of_their_kind() {
    let named = |api: &str, kind: &str, name: &str| {
        told(json!({ "apiVersion": api, "kind": kind, "metadata": { "name": name } })).len()
    };
    assert_eq!(named("v1", "ConfigMap", "a.b"), 0);
    assert_eq!(named("v1", "Namespace", "a.b"), 1);
    assert_eq!(named("v1", "Service", "1a"), 1);
    assert_eq!(named("rbac.authorization.k8s.io/v1", "ClusterRole", "system:node"), 0);
    assert_eq!(named("apps/v1", "Deployment", "system:node"), 1);
    assert_eq!(named("v1", "ConfigMap", &"a".repeat(253)), 0);
}

#[test]
fn labels_have_well_formed_keys_and_values() {
    let labelled = |key: &str, value: &str| {
        told(json!({ "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": { "name": "x", "labels": { key: value } } }))
        .len()
    };
    assert_eq!(labelled("app.kubernetes.io/name", "web"), 0);
    assert_eq!(labelled("app", ""), 0);
    assert_eq!(labelled("app", &"a".repeat(64)), 1);
    assert_eq!(labelled("-app", "x"), 1);
    assert_eq!(labelled("app", "a b"), 1);
}

#[test]
fn sizes_have_limits() {
    let room = MAX_ANNOTATIONS - "note".len();
    assert_eq!(told(config_map("x", room, 0)), Vec::<String>::new());
    assert_eq!(told(config_map("x", room + 1, 0)).len(), 1);
    let empty = serde_json::to_vec(&config_map("x", 0, 0)).unwrap().len();
    assert_eq!(told(config_map("x", 0, MAX_OBJECT - empty)), Vec::<String>::new());
    assert_eq!(told(config_map("x", 0, MAX_OBJECT - empty + 1)).len(), 1);
}
