//! What is an object, and what it is called.

use serde_json::{Value, json};

use super::*;

fn check(value: Value) -> String {
    match Object::from_value(value) {
        Ok(object) => format!("{} of group '{}'", object.reference(), object.group()),
        Err(malformed) => format!("at {}: {malformed}", malformed.path().join("/")),
    }
}

#[test]
fn b54_what_is_no_map_is_no_object() {
    for (value, found) in [
        (json!(null), "null"),
        (json!(true), "a bool"),
        (json!(1), "a number"),
        (json!("x"), "a string"),
        (json!([{}]), "a list"),
    ] {
        assert_eq!(check(value), format!("at : expected an object, got {found}"));
    }
}

#[test]
fn b56_what_every_object_has_is_there_and_of_its_type() {
    let table = [
        (json!({}), "at apiVersion: apiVersion is missing"),
        (json!({"apiVersion": null}), "at apiVersion: apiVersion is missing"),
        (json!({"apiVersion": 1}), "at apiVersion: apiVersion must be a string, got a number"),
        (json!({"apiVersion": ""}), "at apiVersion: apiVersion is empty"),
        (
            json!({"apiVersion": "a/b/c"}),
            "at apiVersion: apiVersion \"a/b/c\" is neither VERSION nor GROUP/VERSION",
        ),
        (
            json!({"apiVersion": "/v1"}),
            "at apiVersion: apiVersion \"/v1\" is neither VERSION nor GROUP/VERSION",
        ),
        (json!({"apiVersion": "v1"}), "at kind: kind is missing"),
        (json!({"apiVersion": "v1", "kind": true}), "at kind: kind must be a string, got a bool"),
        (json!({"apiVersion": "v1", "kind": "Pod"}), "at metadata: metadata is missing"),
        (
            json!({"apiVersion": "v1", "kind": "Pod", "metadata": []}),
            "at metadata: metadata must be a map, got a list",
        ),
        (
            json!({"apiVersion": "v1", "kind": "Pod", "metadata": {}}),
            "at metadata/name: metadata.name is missing",
        ),
        (
            json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": ""}}),
            "at metadata/name: metadata.name is empty",
        ),
        (
            json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": 12}}),
            "at metadata/name: metadata.name must be a string, got a number",
        ),
        (
            json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"generateName": "x-"}}),
            "at metadata/generateName: metadata.generateName gives an object another name each time; give it a metadata.name",
        ),
        (
            json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a/b"}}),
            "at metadata/name: metadata.name: \"a/b\" is no name of an object: '/' at offset 1",
        ),
        (
            json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "namespace": "A"}}),
            "at metadata/namespace: metadata.namespace: \"A\" is no DNS label: 'A' at offset 0",
        ),
        (
            json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "namespace": 1}}),
            "at metadata/namespace: metadata.namespace must be a string, got a number",
        ),
        (
            json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "labels": ["x"]}}),
            "at metadata/labels: metadata.labels must be a map of strings, got a list",
        ),
        (
            json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "labels": {"x/y": true}}}),
            "at metadata/labels/x/y: metadata.labels[\"x/y\"] must be a string, got a bool",
        ),
        (
            json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "annotations": {"n": 1}}}),
            "at metadata/annotations/n: metadata.annotations.n must be a string, got a number",
        ),
        (
            json!({"apiVersion": "v1", "kind": "List", "items": []}),
            "at kind: kind List is a list of objects, not an object",
        ),
        (
            json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "namespace": ""}}),
            "Pod/a of group ''",
        ),
        (
            json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a", "namespace": "b", "labels": null}}),
            "b/Deployment/a of group 'apps'",
        ),
        (
            json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "system:node"}}),
            "ClusterRole/system:node of group 'rbac.authorization.k8s.io'",
        ),
    ];
    for (value, expected) in table {
        assert_eq!(check(value.clone()), expected, "{value}");
    }
}

#[test]
fn an_object_gives_what_is_in_it() {
    let object = Object::from_value(json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a", "labels": {"x": "y"}, "annotations": {"n": "m"}},
        "spec": {"containers": [{"image": "i"}]},
    }))
    .unwrap();
    assert_eq!((object.version(), object.name(), object.namespace()), ("v1", "a", None));
    assert_eq!(object.labels().collect::<Vec<_>>(), [("x", "y")]);
    assert_eq!(object.annotations().collect::<Vec<_>>(), [("n", "m")]);
    assert_eq!(object.get(&["spec", "containers", "0", "image"]), Some(&json!("i")));
    assert_eq!(object.get(&["spec", "containers", "1"]), None);
    let object = object.with_namespace("b").unwrap();
    assert_eq!(object.reference().to_string(), "b/Deployment/a");
    assert_eq!(object.reference().short(), "Deployment/a");
    assert_eq!(object.into_value()["metadata"]["namespace"], "b");
}

fn reference(group: &str, kind: &str, name: &str) -> ObjectRef {
    ObjectRef { group: group.into(), kind: kind.into(), namespace: None, name: name.into() }
}

#[test]
fn objects_come_in_apply_order_and_once() {
    let mut objects = Objects::new();
    for (group, kind) in [
        ("apiregistration.k8s.io", "APIService"),
        ("networking.istio.io", "VirtualService"),
        ("apps", "Deployment"),
        ("example.com", "Widget"),
        ("networking.istio.io", "DestinationRule"),
        ("", "ConfigMap"),
        ("", "Namespace"),
        ("apiextensions.k8s.io", "CustomResourceDefinition"),
        ("example.com", "Deployment"),
        ("policy", "PodDisruptionBudget"),
        ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"),
        ("", "Service"),
    ] {
        assert_eq!(objects.insert(reference(group, kind, "x"), kind), Ok(()));
    }
    assert_eq!(objects.insert(reference("", "ConfigMap", "x"), "another"), Err(&"ConfigMap"));
    let order: Vec<String> =
        objects.iter().map(|(reference, _)| format!("{}/{}", reference.group, reference.kind)).collect();
    assert_eq!(
        order,
        [
            "apiextensions.k8s.io/CustomResourceDefinition",
            "/Namespace",
            "/ConfigMap",
            "/Service",
            "networking.istio.io/DestinationRule",
            "example.com/Deployment",
            "example.com/Widget",
            "apps/Deployment",
            "policy/PodDisruptionBudget",
            "networking.istio.io/VirtualService",
            "admissionregistration.k8s.io/ValidatingWebhookConfiguration",
            "apiregistration.k8s.io/APIService",
        ]
    );
    assert_eq!(objects.get(&reference("apps", "Deployment", "x")), Some(&"Deployment"));
    assert_eq!(objects.len(), 12);
}

#[test]
fn every_line_of_the_scopes_is_understood() {
    let lines = include_str!("scopes.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    for line in lines {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [scope_word, group, kind] = words.as_slice() else { panic!("{line}") };
        let expected = if *scope_word == "cluster" { Scope::Cluster } else { Scope::Namespaced };
        assert_eq!(scope(if *group == "core" { "" } else { group }, kind), Some(expected), "{line}");
    }
    assert_eq!(scope("apps", "Deployment"), Some(Scope::Namespaced));
    assert_eq!(scope("", "Node"), Some(Scope::Cluster));
    assert_eq!(scope("karpenter.sh", "NodePool"), Some(Scope::Cluster));
    assert_eq!(scope("example.com", "Deployment"), None);
}

#[test]
fn every_kind_with_a_rank_has_a_scope() {
    for (group, kind) in order::ranked() {
        assert!(scope(group, kind).is_some(), "{group}/{kind}");
    }
}

#[test]
fn b12_names_that_are_none_are_refused_with_the_character() {
    let long = "a".repeat(64);
    let table: [(&str, &str); 12] = [
        ("", "it is empty; R"),
        (" ", "' ' at offset 0; R"),
        ("../x", "'.' at offset 0; R"),
        ("a/b", "'/' at offset 1; R"),
        ("-rf", "'-' at offset 0; R"),
        ("CON", "'C' at offset 0; R"),
        ("nul.yaml", "'.' at offset 3; R"),
        ("a\0b", "'\\0' at offset 1; R"),
        ("a😀", "'😀' (U+1F600) at offset 1; R"),
        ("é", "'é' (U+00E9) at offset 0; R"),
        ("a-", "'-' at offset 1; R"),
        (&long, "it has 64 characters; at most 63 are allowed"),
    ];
    let rule = "lower case letters, digits and '-', first and last a letter or digit";
    for (text, problem) in table {
        let error = dns_label(text).unwrap_err();
        let (_, said) = error
            .to_string()
            .split_once(" is no DNS label: ")
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
            .unwrap();
        assert_eq!(said, problem.replace('R', rule), "{text:?}");
    }
    assert_eq!(
        dns_label("a\u{202e}b").unwrap_err().to_string(),
        format!("\"a\\u{{202e}}b\" is no DNS label: '\\u{{202e}}' (U+202E) at offset 1; {rule}")
    );
    assert_eq!(dns_label(&"a".repeat(63)), Ok(()));
    for text in ["a..b", "a.", ".a", "a.-b", "A", "."] {
        assert!(dns_subdomain(text).is_err(), "{text}");
    }
    for (text, fits) in [("a".repeat(253), true), ("a".repeat(254), false)] {
        assert_eq!(dns_subdomain(&text).is_ok(), fits);
        assert_eq!(object_name(&text).is_ok(), fits);
    }
    for text in ["1a", "-a", "A", ""] {
        assert!(service_name(text).is_err(), "{text}");
    }
    for text in [".", "..", "a%b", " a", "a ", "é", ""] {
        assert!(object_name(text).is_err(), "{text}");
    }
    assert_eq!(object_name("a b"), Ok(()));
}

#[test]
fn b13_labels_keep_kubernetes_rules() {
    for key in ["app", "app.kubernetes.io/name", "a_b", "A.b-C", "x/y"] {
        assert_eq!(label_key(key), Ok(()), "{key}");
    }
    for key in ["", "/a", "a/", "a/b/c", "-a", "a-", "UPPER.io/a", "a b", "é"] {
        assert!(label_key(key).is_err(), "{key}");
    }
    assert_eq!(annotation_key("UPPER.io/a"), Ok(()));
    for value in ["", "v1.2_3-x", "A"] {
        assert_eq!(label_value(value), Ok(()), "{value}");
    }
    for value in ["-", "a/b", "a b", "é", "a."] {
        assert!(label_value(value).is_err(), "{value}");
    }
    for (length, fits) in [(62, true), (63, true), (64, false)] {
        let text = "a".repeat(length);
        assert_eq!(label_value(&text).is_ok(), fits);
        assert_eq!(label_key(&text).is_ok(), fits);
        assert_eq!(label_key(&format!("x.io/{text}")).is_ok(), fits);
    }
    assert_eq!(label_key("x.io/a b").unwrap_err().fault, NameFault::Character { character: ' ', offset: 6 });
}
