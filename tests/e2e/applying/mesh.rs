//! What is told of a mesh before anything in it is changed.

use serde_json::{Value, json};

use super::order::{mesh, route, rule};
use super::scene::{Scene, config_map, said};
use crate::harness::block_on;

/// A run that is refused as warnings count; what it told.
fn strict(scene: &Scene) -> String {
    // That no schemas are recorded is a warning too.
    let fetched = scene.run(&["schema", "fetch", "--cluster", "a"]);
    assert_eq!(fetched.status, Some(0), "{}", said(&fetched));
    let before = scene.writes().len();
    let refused = scene.apply(&["--warnings-as-errors"]);
    assert_eq!(refused.status, Some(4), "{}", said(&refused));
    assert_eq!(scene.writes().len(), before);
    refused.stderr
}

/// A run that is done all the same, and tells this.
fn done(scene: &Scene, told: &str) {
    let applied = scene.apply(&[]);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
    assert_eq!(applied.stderr.matches(told).count(), 1, "{}", said(&applied));
}

fn webhooks(scene: &Scene, policy: &str) -> Value {
    json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": format!("istio-validator-{}", scene.namespace)},
        "webhooks": [{
            "name": "rev.validation.istio.io", "admissionReviewVersions": ["v1"], "sideEffects": "None",
            "failurePolicy": policy, "timeoutSeconds": 1,
            "clientConfig": {"service": {"namespace": "istio-system", "name": "istiod"}},
            // Of this test alone.
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": scene.namespace}},
            "rules": [{
                "apiGroups": ["networking.istio.io"], "apiVersions": ["*"], "resources": ["*"],
                "operations": ["CREATE", "UPDATE"],
            }],
        }],
    })
}

#[test]
fn f24_f25_configuration_that_istiod_does_not_check_is_told_and_what_it_must_check_waits_for_it() {
    let scene = mesh(&[route("v1"), rule(&["v1"])]);
    let set = |policy: &str| {
        let webhooks = webhooks(&scene, policy);
        block_on(async { scene.someone("istiod").await.take(&webhooks).await })
    };
    set("Ignore");
    let name = webhooks(&scene, "")["metadata"]["name"].as_str().unwrap().replace(&scene.namespace, "here");
    let message =
        format!("ValidatingWebhookConfiguration/{name} has the failurePolicy Ignore: while istiod is down");
    let told = strict(&scene);
    assert!(told.contains(&format!("error[P022]: {message}")), "{told}");
    done(&scene, &format!("warning[P022]: {message}"));
    // What is no configuration of Istio needs no istiod.
    scene.render(&[route("v1"), rule(&["v1"]), config_map("one", "1")]);
    let applied = scene.apply(&[]);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
    assert!(!applied.stderr.contains("P022"), "{}", applied.stderr);

    // Nobody answers, and it must be asked: there is no service of this name.
    set("Fail");
    scene.render(&[route("v1"), rule(&["v1", "v2"]), config_map("one", "1")]);
    let before = scene.writes().len();
    let refused = scene.apply(&[]);
    block_on(async { scene.someone("lab").await.delete(&webhooks(&scene, "")).await });
    assert_eq!(refused.status, Some(4), "{}", said(&refused));
    for known in ["failed calling webhook", "rev.validation.istio.io", "istiod"] {
        assert!(refused.stderr.contains(known), "{known}: {}", refused.stderr);
    }
    assert_eq!(scene.writes().len(), before);
}

#[test]
fn f103_what_no_gateway_would_serve_is_told_before_anything_is_written() {
    let gateway = |name: &str, host: &str| {
        json!({
            "apiVersion": "networking.istio.io/v1", "kind": "Gateway",
            "metadata": {"name": name, "namespace": "here"},
            "spec": {"selector": {"app": "edge"}, "servers": [{
                "port": {"number": 443, "name": "https", "protocol": "HTTPS"}, "hosts": [host],
                "tls": {"mode": "SIMPLE", "credentialName": "shop-tls"},
            }]},
        })
    };
    let mut astray = route("v1");
    astray["spec"]["hosts"] = json!(["other.example.com"]);
    astray["spec"]["gateways"] = json!(["edge"]);
    let objects =
        [gateway("edge", "shop.example.com"), gateway("twin", "shop.example.com"), astray, rule(&["v1"])];
    let scene = mesh(&objects);
    let told = strict(&scene);
    for known in [
        "no gateway of VirtualService/web takes the host \"other.example.com\"",
        "Gateway/edge and Gateway/twin both claim the host \"shop.example.com\"",
        "Gateway/edge takes its certificate from the Secret \"shop-tls\"",
    ] {
        assert!(told.contains(known), "{known}: {told}");
    }
    done(&scene, "no gateway of VirtualService/web takes the host");
}

#[test]
fn f104_mutual_tls_that_becomes_strict_is_told() {
    let policy = |mode: &str| {
        json!({
            "apiVersion": "security.istio.io/v1", "kind": "PeerAuthentication",
            "metadata": {"name": "default", "namespace": "here"}, "spec": {"mtls": {"mode": mode}},
        })
    };
    let scene = mesh(&[policy("PERMISSIVE"), config_map("one", "1")]);
    let applied = scene.apply(&[]);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
    scene.render(&[policy("STRICT"), config_map("one", "2")]);
    let message =
        "[P020]: here/PeerAuthentication/default becomes STRICT: callers without a sidecar are shut out";
    let told = strict(&scene);
    assert!(told.contains(&format!("error{message}")), "{told}");
    let before = scene.writes().len();
    done(&scene, &format!("warning{message}"));
    // After all that could have made a sidecar.
    let written = scene.writes().split_off(before).into_iter().filter(|line| !line.contains("secrets"));
    let written: Vec<String> = written.collect();
    assert_eq!(written, ["PATCH configmaps/one", "PATCH peerauthentications/default"]);
}

#[test]
fn f106_a_revision_that_nothing_injects_is_told() {
    let scene = mesh(&[]);
    let name = format!("{}-revised", scene.namespace);
    let namespace = json!({
        "apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": {"istio.io/rev": "1-29"}},
    });
    scene.render(&[namespace]);
    let message = "[P021]: Namespace/here-revised asks for the revision \"1-29\" of Istio, and nothing here injects its sidecar";
    let told = strict(&scene);
    assert!(told.contains(&format!("error{message}")), "{told}");
    done(&scene, &format!("warning{message}"));
}
