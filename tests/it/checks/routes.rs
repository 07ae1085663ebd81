//! `virtual-service`, `fault`, `subset`.

use super::shop::{Case, found, told};

const ROUTES: &str = "apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: edge
spec:
  selector: {app: web}
  servers:
    - port: {number: 80, name: http, protocol: HTTP}
      hosts: [\"./*.example.com\"]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata:
  name: web
spec:
  host: web
  subsets:
    - name: stable
      labels: {track: stable}
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata:
  name: pay
spec:
  hosts: [\"*.pay.example.net\"]
  exportTo: [\".\"]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: web
spec:
  hosts: [shop.example.com]
  gateways: [edge]
  http:
    - name: pay
      match: [{uri: {prefix: /pay}}]
      route:
        - destination: {host: api.pay.example.net}
    - name: all
      route:
        - destination: {host: web.shop.svc.cluster.local, subset: stable, port: {number: 80}}
";

#[test]
fn virtual_service() {
    let host = "host: web.shop.svc.cluster.local";
    insta::assert_snapshot!(told(&Case {
        check: "virtual-service",
        added: ROUTES,
        mistakes: &[
            &[("gateways: [edge]", "gateways: [egde]")],
            &[("host: api.pay", "host: api.pya")],
            &[("hosts: [shop.example.com]", "hosts: [shop.example.com, example.com]")],
            &[(host, "host: wbe")],
            &[(host, "host: web.shop")],
            &[("exportTo: [\".\"]", "exportTo: [other]")],
            &[("subset: stable", "subset: stabel")],
            &[("port: {number: 80}}", "port: {number: 81}}")],
            &[("- name: pay\n", "- delegate: {name: nobody}\n")],
        ],
        ..Case::default()
    }), @r#"
    V117 virtual-service error shop/VirtualService/web
      VirtualService/web is on the gateway "egde", which is not there
      at `gateways: [egde]`: this gateway
      help: did you mean "edge"?

    V117 virtual-service error shop/VirtualService/web
      VirtualService/web routes to "api.pya.example.net", which has no ServiceEntry that is visible from its namespace
      at `- destination: {host: api.pya.example.net}`: this host
      help: render a ServiceEntry for it that is exported to the namespace "shop", or name another host

    V117 virtual-service error shop/VirtualService/web
      no gateway of VirtualService/web takes the host "example.com"
      at `hosts: [shop.example.com, example.com]`: this host
      help: add the host to a server of the gateway, or take it away here

    V117 virtual-service error shop/VirtualService/web
      VirtualService/web routes to "wbe", which is no Service
      at `- destination: {host: wbe, subset: stable, port: {number: 80}}`: this host
      help: did you mean "web"?

    V117 virtual-service error shop/VirtualService/web
      VirtualService/web routes to "web.shop", which is no full name of a Service
      at `- destination: {host: web.shop, subset: stable, port: {number: 80}}`: this host
      help: write "web.shop.svc.cluster.local"

    V117 virtual-service error shop/VirtualService/web
      VirtualService/web routes to "api.pay.example.net", which has no ServiceEntry that is visible from its namespace
      at `- destination: {host: api.pay.example.net}`: this host
      help: render a ServiceEntry for it that is exported to the namespace "shop", or name another host

    V117 virtual-service error shop/VirtualService/web
      no DestinationRule gives "web.shop.svc.cluster.local" the subset "stabel"
      at `- destination: {host: web.shop.svc.cluster.local, subset: stabel, port: {number: 80}}`: this subset
      help: did you mean "stable"?

    V117 virtual-service error shop/VirtualService/web
      Service/web has no port 81
      at `- destination: {host: web.shop.svc.cluster.local, subset: stable, port: {number: 81}}`: this port
      help: take 80

    V117 virtual-service error shop/VirtualService/web
      VirtualService/web delegates to the VirtualService "nobody", which is not there
      at `- delegate: {name: nobody}`: this VirtualService
      help: name one that is rendered
    "#);
}

#[test]
fn fault() {
    insta::assert_snapshot!(told(&Case {
        check: "fault",
        added: ROUTES,
        mistakes: &[&[("- name: all", "- fault: {abort: {httpStatus: 503, percentage: {value: 1}}}")]],
        ..Case::default()
    }), @"
    V105 fault error shop/VirtualService/web
      VirtualService/web delays or aborts requests in production
      at `- fault: {abort: {httpStatus: 503, percentage: {value: 1}}}`: this fault
      help: keep the fault to other clusters with an override
    ");
}

#[test]
fn subset() {
    insta::assert_snapshot!(told(&Case {
        check: "subset",
        besides: &["virtual-service"],
        added: ROUTES,
        mistakes: &[
            &[("labels: {track: stable}\n---\napiVersion: networking.istio.io/v1\nkind: ServiceEntry", "labels: {track: green}\n---\napiVersion: networking.istio.io/v1\nkind: ServiceEntry")],
            &[("  host: web\n", "  host: wbe\n")],
        ],
    }), @r#"
    V118 subset error shop/DestinationRule/web
      the subset "stable" selects no pod: none behind Service/web has the labels track=green
      at `labels: {track: green}`: these labels
      help: give it the labels of the pod template

    V118 subset error shop/DestinationRule/web
      DestinationRule/web is for the host "wbe", which is no Service
      at `host: wbe`: this host
      help: did you mean "web"?
    "#);
}

/// Slips in the namespace or domain of a host, and what to do where there is nothing to name.
#[test]
fn hosts_with_a_slip_are_told() {
    let to = "host: web.shop.svc.cluster.local";
    let rule = "  host: web\n";
    let export = "metadata:\n  name: web\nspec:\n  selector: {app: web}\n  ports";
    let told: Vec<String> = [
        [(to, "host: web.shpo.svc.cluster.local")],
        [(to, "host: web.shop.svc.clutser.local")],
        [(rule, "  host: web.shpo.svc.cluster.local\n")],
        [(rule, "  host: web.shop\n")],
        [("  subsets:\n    - name: stable\n      labels: {track: stable}\n", "")],
        [(export, "metadata:\n  name: web\n  annotations: {networking.istio.io/exportTo: other}\nspec:\n  selector: {app: web}\n  ports")],
    ]
    .iter()
    .map(|edits| found("", ROUTES, edits))
    .collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    V117 virtual-service warning shop/VirtualService/web
      VirtualService/web names the host "web.shpo.svc.cluster.local", which looks like a slip
      at `- destination: {host: web.shpo.svc.cluster.local, subset: stable, port: {number: 80}}`: this host
      help: did you mean "web.shop.svc.cluster.local"?

    V117 virtual-service warning shop/VirtualService/web
      VirtualService/web names the host "web.shop.svc.clutser.local", which looks like a slip
      at `- destination: {host: web.shop.svc.clutser.local, subset: stable, port: {number: 80}}`: this host
      help: did you mean "web.shop.svc.cluster.local"?

    V117 virtual-service error shop/VirtualService/web
      no DestinationRule gives "web.shop.svc.cluster.local" the subset "stable"
      at `- destination: {host: web.shop.svc.cluster.local, subset: stable, port: {number: 80}}`: this subset
      help: render a DestinationRule with this subset, or take `subset` away
    V118 subset warning shop/DestinationRule/web
      DestinationRule/web names the host "web.shpo.svc.cluster.local", which looks like a slip
      at `host: web.shpo.svc.cluster.local`: this host
      help: did you mean "web.shop.svc.cluster.local"?

    V118 subset error shop/DestinationRule/web
      DestinationRule/web is for the host "web.shop", which is no full name of a Service
      at `host: web.shop`: this host
      help: write "web.shop.svc.cluster.local"
    V117 virtual-service error shop/VirtualService/web
      no DestinationRule gives "web.shop.svc.cluster.local" the subset "stable"
      at `- destination: {host: web.shop.svc.cluster.local, subset: stable, port: {number: 80}}`: this subset
      help: render a DestinationRule with this subset, or take `subset` away

    V117 virtual-service error shop/VirtualService/web
      no DestinationRule gives "web.shop.svc.cluster.local" the subset "stable"
      at `- destination: {host: web.shop.svc.cluster.local, subset: stable, port: {number: 80}}`: this subset
      help: give DestinationRule/web this subset, or take `subset` away

    V118 subset error shop/DestinationRule/web
      DestinationRule/web is for the host "web", which is not exported to its namespace
      at `host: web`: this host
      help: add "shop" to the annotation `networking.istio.io/exportTo` of the Service
    V117 virtual-service error shop/VirtualService/web
      VirtualService/web routes to "web.shop.svc.cluster.local", which is not exported to its namespace
      at `- destination: {host: web.shop.svc.cluster.local, subset: stable, port: {number: 80}}`: this host
      help: add "shop" to the annotation `networking.istio.io/exportTo` of the Service
    "#);
    for fine in ["host: web.other.svc.cluster.local", "host: web.shop.svc.clusterset.local"] {
        let edits = [(to, fine), (", subset: stable, port: {number: 80}", "")];
        assert_eq!(found("", ROUTES, &edits), "", "{fine}");
    }
}
