//! `gateway-certificate`.

use super::shop::{Case, told};

#[test]
fn gateway_certificate() {
    let gateways = "apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: edge
spec:
  selector: {app: web}
  servers:
    - port: {number: 443, name: https, protocol: HTTPS}
      hosts: [shop.example.com]
      tls: {mode: SIMPLE, credentialName: shop-tls}
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata:
  name: shop
spec:
  secretName: shop-tls
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: edge
spec:
  tls: [{secretName: ingress-tls}]
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: ingress-tls
";
    insta::assert_snapshot!(told(&Case {
        check: "gateway-certificate",
        added: gateways,
        mistakes: &[
            &[("secretName: shop-tls", "secretName: other-tls")],
            &[("  name: ingress-tls", "  name: ingress-tsl")],
        ],
        ..Case::default()
    }), @r#"
    V119 gateway-certificate warning shop/Gateway/edge
      Gateway/edge takes its certificate from the Secret "shop-tls" in the namespace "shop", which nothing here makes
      at `tls: {mode: SIMPLE, credentialName: shop-tls}`: this Secret
      help: render a Certificate, ExternalSecret or Secret in the namespace of the gateway pods

    V119 gateway-certificate warning shop/Ingress/edge
      Ingress/edge takes its certificate from the Secret "ingress-tls" in the namespace "shop", which nothing here makes
      at `tls: [{secretName: ingress-tls}]`: this Secret
      help: render a Certificate, ExternalSecret or Secret in the namespace of the gateway pods
    "#);
}
