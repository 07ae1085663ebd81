//! What gateways of other sorts claim and need.

use super::shop::{Case, told};

/// Hosts of Ingresses and HTTPRoutes.
#[test]
fn host_twice_in_ingresses_and_http_routes() {
    let ingress = |name: &str, host: &str| {
        format!(
            "apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {name}
spec:
  rules:
    - host: {host}
      http: {{paths: [{{path: /, pathType: Prefix, backend: {{service: {{name: web, port: {{name: http}}}}}}}}]}}
---
"
        )
    };
    let route = |name: &str, host: &str| {
        format!(
            "apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: {name}
spec:
  parentRefs: [{{name: edge}}]
  hostnames: [{host}]
  rules: [{{backendRefs: [{{name: web, port: 80}}]}}]
---
"
        )
    };
    let added = [
        ingress("a", "a.example.com"),
        ingress("b", "b.example.com"),
        route("c", "c.example.com"),
        route("d", "d.example.com"),
    ];
    insta::assert_snapshot!(told(&Case {
        check: "host-twice",
        added: added.concat().trim_end_matches("---\n"),
        mistakes: &[
            &[("host: b.example.com", "host: a.example.com")],
            &[("hostnames: [d.example.com]", "hostnames: [c.example.com]")],
        ],
        ..Case::default()
    }), @r#"
    V120 host-twice error shop/Ingress/b
      Ingress/a and Ingress/b both claim the host "a.example.com" with the path "/"
      at `- host: a.example.com`: claimed here
      at `- host: a.example.com`: and here
      help: leave one of them

    V120 host-twice error shop/HTTPRoute/d
      HTTPRoute/c and HTTPRoute/d both claim the host "c.example.com" on one gateway for the same requests
      at `hostnames: [c.example.com]`: claimed here
      at `hostnames: [c.example.com]`: and here
      help: leave one of them
    "#);
}
