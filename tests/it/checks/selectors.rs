//! `selector`.

use super::shop::{Case, found, told};

#[test]
fn selector() {
    let policy = "apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
spec:
  podSelector:
    matchExpressions: [{key: app, operator: In, values: [web]}]
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: web
spec:
  selector: {track: stable}
  servers: []
";
    insta::assert_snapshot!(told(&Case {
        check: "selector",
        added: policy,
        mistakes: &[
            &[("selector: {app: web}", "selector: {app: web, track: green}")],
            &[("values: [web]", "values: [wbe]")],
            &[("selector: {track: stable}", "selector: {istio: gateway}")],
            &[("  replicas: 3\n  selector:\n    matchLabels: {app: web}", "  replicas: 3\n  selector:\n    matchLabels: {app: wbe}")],
        ],
        ..Case::default()
    }), @"
    V115 selector error shop/Service/web
      Service/web selects no pod: none has the labels app=web, track=green
      at `selector: {app: web, track: green}`: this selector
      note: the pods of Deployment/web have app=web, track=stable
      help: give it the labels of the pod template

    V115 selector error shop/NetworkPolicy/web
      NetworkPolicy/web selects no pod: none has the labels that it asks for
      at `podSelector:`: this selector
      note: the pods of Deployment/web have app=web, track=stable
      help: give it the labels of the pod template

    V115 selector warning shop/Gateway/web
      Gateway/web selects no pod: none has the labels istio=gateway
      at `selector: {istio: gateway}`: this selector
      note: the pods of Deployment/web have app=web, track=stable
      help: see to it that such pods are there, or give it the labels of rendered ones

    V115 selector error shop/Deployment/web
      Deployment/web does not select its own pods
      at `selector:`: this selector
      at `labels: {app: web, track: stable}`: the labels of its pods
      help: give it the labels of the pod template
    ");
}

const STRAY: &str = "apiVersion: v1
kind: Service
metadata: {name: stray}
spec: {selector: {app: elsewhere}, ports: [{port: 80}]}
";

/// A policy beside them does not keep selectors from being judged.
#[test]
fn quiet_kinds_switch_no_check_off() {
    for (version, kind) in [
        ("cilium.io/v2", "CiliumNetworkPolicy"),
        ("bitnami.com/v1alpha1", "SealedSecret"),
        ("traefik.io/v1alpha1", "IngressRoute"),
        ("secrets-store.csi.x-k8s.io/v1", "SecretProviderClass"),
        ("argoproj.io/v1alpha1", "AnalysisTemplate"),
        ("policy.linkerd.io/v1beta3", "Server"),
        ("sloth.slok.dev/v1", "PrometheusServiceLevel"),
    ] {
        let added = format!("{STRAY}---\napiVersion: {version}\nkind: {kind}\nmetadata: {{name: np}}\n");
        let told = found("", &added, &[]);
        assert!(told.starts_with("V115 selector error shop/Service/stray\n"), "{kind}\n{told}");
        assert_eq!(told.matches("V1").count(), 1, "{kind}\n{told}");
    }
}

/// Beside an object that nothing is known of, a slip is worth a look, and the rest is told once.
#[test]
fn what_cannot_be_judged_is_said_once() {
    let other = STRAY.replace("stray", "second");
    let added =
        format!("{STRAY}---\n{other}---\napiVersion: example.com/v1\nkind: Thing\nmetadata: {{name: x}}\n");
    insta::assert_snapshot!(found("", &added, &[("selector: {app: web}\n  ports", "selector: {app: wbe}\n  ports")]), @r#"
    V115 selector warning shop/Service/web
      Service/web selects no pod: none has the labels app=wbe
      at `selector: {app: wbe}`: this selector
      note: the pods of Deployment/web have app=web, track=stable
      help: give it the labels of the pod template
    V115 selector warning shop/Thing/x
      not judged in the namespace "shop": Thing/x may make what nothing renders
      at `apiVersion: example.com/v1`: nothing is known of this kind
      at `spec: {selector: {app: elsewhere}, ports: [{port: 80}]}`: this is not judged
      help: see to it that what is asked for is there
    "#);
    let excuse = "  excuse \"selector\" {\n    reason = \"a test\"\n  }\n";
    assert_eq!(found(excuse, &added, &[]), "");
}

/// The gateway may be that of a chart; labels that a rendered pod has in part are a slip.
#[test]
fn pods_of_any_namespace_may_be_those_of_a_chart() {
    let gateway = |selector: &str| {
        format!(
            "apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: edge
spec:
  selector: {selector}
  servers: []
"
        )
    };
    insta::assert_snapshot!(found("", &gateway("{istio: ingressgateway}"), &[]), @"
    V115 selector warning shop/Gateway/edge
      Gateway/edge selects no pod: none has the labels istio=ingressgateway
      at `selector: {istio: ingressgateway}`: this selector
      help: see to it that such pods are there, or give it the labels of rendered ones
    ");
    insta::assert_snapshot!(found("", &gateway("{app: web, istio: ingressgateway}"), &[]), @"
    V115 selector error shop/Gateway/edge
      Gateway/edge selects no pod: none has the labels app=web, istio=ingressgateway
      at `selector: {app: web, istio: ingressgateway}`: this selector
      note: the pods of Deployment/web have app=web, track=stable
      help: give it the labels of the pod template
    ");
    let policy = "apiVersion: v1
kind: Namespace
metadata:
  name: istio-system
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: edge
  namespace: istio-system
spec:
  selector: {matchLabels: {istio: ingressgateway}}
";
    insta::assert_snapshot!(found("", policy, &[]), @"
    V121 authorization-policy warning istio-system/AuthorizationPolicy/edge
      AuthorizationPolicy/edge selects no pod: none has the labels istio=ingressgateway
      at `selector: {matchLabels: {istio: ingressgateway}}`: this selector
      help: see to it that such pods are there, or give it the labels of rendered ones
    ");
}
