//! `authorization-policy`.

use super::shop::{Case, found, told};

#[test]
fn authorization_policy() {
    let policy = "apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: callers
spec:
  selector:
    matchLabels: {app: web, track: stable}
  rules:
    - from:
        - source: {principals: [cluster.local/ns/shop/sa/web, cluster.local/ns/monitoring/sa/prometheus]}
        - source: {namespaces: [shop, monitoring]}
";
    insta::assert_snapshot!(told(&Case {
        check: "authorization-policy",
        added: policy,
        mistakes: &[
            &[("{app: web, track: stable}\n  rules", "{app: web, track: green}\n  rules")],
            &[("ns/shop/sa/web", "ns/shop/sa/wbe")],
            &[("namespaces: [shop,", "namespaces: [shpo,")],
        ],
        ..Case::default()
    }), @r#"
    V121 authorization-policy error shop/AuthorizationPolicy/callers
      AuthorizationPolicy/callers selects no pod: none has the labels app=web, track=green
      at `selector:`: this selector
      note: the pods of Deployment/web have app=web, track=stable
      help: give it the labels of the pod template, and callers that are rendered

    V121 authorization-policy error shop/AuthorizationPolicy/callers
      AuthorizationPolicy/callers names the caller "cluster.local/ns/shop/sa/wbe", but nothing renders that ServiceAccount
      at `- source: {principals: [cluster.local/ns/shop/sa/wbe, cluster.local/ns/monitoring/sa/prometheus]}`: this caller
      help: did you mean "web"?

    V121 authorization-policy warning shop/AuthorizationPolicy/callers
      AuthorizationPolicy/callers names callers of the namespace "shpo", which nothing renders
      at `- source: {namespaces: [shpo, monitoring]}`: this namespace
      help: did you mean "shop"?
    "#);
}

/// What a policy is for by name, and callers that are written as no caller is called.
#[test]
fn targets_and_callers_are_looked_up() {
    let policy = |spec: &str| {
        format!(
            "apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {{name: a}}\nspec:\n  {spec}\n"
        )
    };
    let source = |source: &str| policy(&format!("rules: [{{from: [{{source: {{{source}}}}}]}}]"));
    for fine in [
        policy("targetRefs: [{kind: Service, name: web}]"),
        source("principals: [\"*\", \"cluster.local/*\", \"*/sa/web\", cluster.local/ns/shop/sa/web]"),
        source("notPrincipals: [cluster.local/ns/shop/sa/somebody-else]"),
    ] {
        assert_eq!(found("", &fine, &[]), "", "{fine}");
    }
    let told: Vec<String> = [
        policy("targetRefs: [{kind: Service, name: wbe}]"),
        policy("targetRefs: [{group: networking.istio.io, kind: ServiceEntry, name: pay}]"),
        source("principals: [\"spiffe://cluster.local/ns/shop/sa/web\"]"),
        source("principals: [shop/web]"),
        source("notPrincipals: [cluster.local/ns/shop/sa/wbe]"),
    ]
    .iter()
    .map(|policy| found("", policy, &[]))
    .collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    V121 authorization-policy error shop/AuthorizationPolicy/a
      AuthorizationPolicy/a is for the Service "wbe", which is not there
      at `targetRefs: [{kind: Service, name: wbe}]`: this target
      help: did you mean "web"?

    V121 authorization-policy error shop/AuthorizationPolicy/a
      AuthorizationPolicy/a is for the ServiceEntry "pay", which is not there
      at `targetRefs: [{group: networking.istio.io, kind: ServiceEntry, name: pay}]`: this target
      help: name a ServiceEntry of the namespace that is rendered

    V121 authorization-policy warning shop/AuthorizationPolicy/a
      AuthorizationPolicy/a names the caller "spiffe://cluster.local/ns/shop/sa/web", and no caller is called so
      at `rules: [{from: [{source: {principals: ["spiffe://cluster.local/ns/shop/sa/web"]}}]}]`: this caller
      help: write "cluster.local/ns/shop/sa/web"

    V121 authorization-policy warning shop/AuthorizationPolicy/a
      AuthorizationPolicy/a names the caller "shop/web", and no caller is called so
      at `rules: [{from: [{source: {principals: [shop/web]}}]}]`: this caller
      help: write TRUST-DOMAIN/ns/NAMESPACE/sa/NAME, such as cluster.local/ns/shop/sa/web

    V121 authorization-policy warning shop/AuthorizationPolicy/a
      AuthorizationPolicy/a names the caller "cluster.local/ns/shop/sa/wbe", but nothing renders that ServiceAccount
      at `rules: [{from: [{source: {notPrincipals: [cluster.local/ns/shop/sa/wbe]}}]}]`: this caller
      help: did you mean "web"?
    "#);
}
