//! `host-twice`.

use super::shop::{Case, told};

#[test]
fn host_twice() {
    let twice = "apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: a
spec:
  selector: {app: web}
  servers:
    - port: {number: 80, name: http, protocol: HTTP}
      hosts: [a.example.com]
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: b
spec:
  selector: {app: web}
  servers:
    - port: {number: 8080, name: http, protocol: HTTP}
      hosts: [a.example.com]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: a
spec:
  hosts: [a.example.com]
  gateways: [a]
  http:
    - match: [{uri: {prefix: /a}}]
      route: [{destination: {host: web}}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: b
spec:
  hosts: [a.example.com]
  gateways: [a]
  http:
    - match: [{uri: {prefix: /b}}]
      route: [{destination: {host: web}}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: mesh-a
spec:
  hosts: [web]
  http:
    - route: [{destination: {host: web}}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: mesh-b
spec:
  hosts: [other.shop.svc.cluster.local]
  http:
    - route: [{destination: {host: web}}]
";
    insta::assert_snapshot!(told(&Case {
        check: "host-twice",
        added: twice,
        mistakes: &[
            &[("number: 8080", "number: 80")],
            &[("{prefix: /b}", "{prefix: /a}")],
            &[("hosts: [other.shop.svc.cluster.local]", "hosts: [web.shop.svc.cluster.local]")],
        ],
        ..Case::default()
    }), @r#"
    V120 host-twice error shop/Gateway/b
      Gateway/a and Gateway/b both claim the host "a.example.com" on port 80 of the same pods
      at `hosts: [a.example.com]`: claimed here
      at `hosts: [a.example.com]`: and here
      help: leave one of them

    V120 host-twice error shop/VirtualService/b
      VirtualService/a and VirtualService/b both claim the host "a.example.com" on one gateway for the same requests
      at `hosts: [a.example.com]`: claimed here
      at `hosts: [a.example.com]`: and here
      help: leave one of them

    V120 host-twice error shop/VirtualService/mesh-b
      VirtualService/mesh-a and VirtualService/mesh-b both claim the host "web.shop.svc.cluster.local" in the mesh, which takes one of them
      at `hosts: [web.shop.svc.cluster.local]`: claimed here
      at `hosts: [web]`: and here
      help: leave one of them
    "#);
}
