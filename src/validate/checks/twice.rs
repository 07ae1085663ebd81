//! Hosts that are claimed twice: `host-twice`.
//!
//! Known: the Gateways, VirtualServices, Ingresses and HTTPRoutes that the fleet renders. VirtualServices of one
//! host on one gateway are put together by Istio, so they conflict only where they match the same requests; in the
//! mesh one of them is dropped: <https://istio.io/latest/docs/ops/best-practices/traffic-management/>.

use std::collections::BTreeMap;

use super::index::{Index, NETWORKING};
use super::registry;
use super::virtual_service::MESH;
use crate::diagnostic::check::HOST_TWICE;
use crate::validate::field::{Entry, Field};
use crate::validate::finding::{Finding, Findings};

/// The most claims that are compared on one cluster: real ones have a hundredth of it.
const MOST: usize = 100_000;

/// The claims seen so far: what is claimed, and by which field.
type Claims<'a> = BTreeMap<Vec<String>, Field<'a>>;

/// Looks at everything that claims a host.
pub fn check(index: &Index<'_>, findings: &mut Findings<'_>) {
    let mut claims = Claims::new();
    for gateway in index.of_kind(NETWORKING, "Gateway") {
        of_gateway(*gateway, &mut claims, findings);
    }
    for service in index.of_kind(NETWORKING, "VirtualService") {
        of_virtual_service(*service, &mut claims, findings);
    }
    for ingress in index.of_kind("networking.k8s.io", "Ingress") {
        of_ingress(*ingress, &mut claims, findings);
    }
    for route in index.of_kind("gateway.networking.k8s.io", "HTTPRoute") {
        of_route(*route, &mut claims, findings);
    }
}

/// Notes a claim; tells it if another object has made it before. `what` says what of the host is claimed.
fn claim<'a>(
    key: Vec<String>,
    at: &Field<'a>,
    what: &str,
    claims: &mut Claims<'a>,
    findings: &mut Findings<'_>,
) {
    let Some(first) = claims.get(&key) else {
        claims.insert(key, *at);
        return;
    };
    let (a, b) = (first.entry().object().reference(), at.entry().object().reference());
    if a == b {
        return;
    }
    let message = format!("{} and {} both claim the host {}{what}", a.short(), b.short(), at.shown());
    findings.tell(Finding::new(&HOST_TWICE, at, message).label("claimed here").also(first, "and here"));
}

fn of_gateway<'a>(gateway: Entry<'a>, claims: &mut Claims<'a>, findings: &mut Findings<'_>) {
    let selector = gateway.at(&["spec", "selector"]);
    let pods: Vec<String> = selector
        .map(|selector| selector.pairs().map(|(key, value)| format!("{key}={value}")).collect())
        .unwrap_or_default();
    for server in gateway.root().list(&["spec", "servers"]) {
        let Some(port) = server.number_at(&["port", "number"]) else { continue };
        for host in server.list(&["hosts"]) {
            let Some(text) = host.text() else { continue };
            let key = vec!["gateway".to_owned(), pods.join(","), port.to_string(), text.to_owned()];
            claim(key, &host, &format!(" on port {port} of the same pods"), claims, findings);
        }
    }
}

fn of_virtual_service<'a>(service: Entry<'a>, claims: &mut Claims<'a>, findings: &mut Findings<'_>) {
    let own = service.namespace();
    let root = service.root();
    let gateways = root.list(&["spec", "gateways"]);
    let mut gateways: Vec<&str> = gateways.iter().filter_map(Field::text).collect();
    if gateways.is_empty() {
        gateways.push(MESH);
    }
    gateways.sort_unstable();
    gateways.dedup();
    let requests = requests(&root);
    for host in root.list(&["spec", "hosts"]) {
        let Some(text) = host.text() else { continue };
        let full = registry::complete(text, own);
        for gateway in &gateways {
            if claims.len() >= MOST {
                return;
            }
            if *gateway == MESH {
                let to = root.list(&["spec", "exportTo"]);
                let private = to.iter().any(|to| to.text() == Some("."));
                let seen = if private { own } else { "*" };
                let key = vec![MESH.to_owned(), seen.to_owned(), full.clone()];
                claim(key, &host, " in the mesh, which takes one of them", claims, findings);
                continue;
            }
            let gateway = match gateway.contains('/') {
                true => (*gateway).to_owned(),
                false => format!("{own}/{gateway}"),
            };
            for request in &requests {
                if claims.len() >= MOST {
                    return;
                }
                let key = vec!["route".to_owned(), gateway.clone(), full.clone(), request.clone()];
                claim(key, &host, " on one gateway for the same requests", claims, findings);
            }
        }
    }
}

/// What the HTTP routes of a VirtualService match, each as text; empty for a route of all requests.
fn requests(root: &Field<'_>) -> Vec<String> {
    let mut found = Vec::new();
    for route in root.list(&["spec", "http"]) {
        let matches = route.list(&["match"]);
        if matches.is_empty() {
            found.push(String::new());
        }
        found.extend(matches.iter().map(Field::json));
    }
    for route in root.list(&["spec", "tls"]) {
        found.extend(route.list(&["match"]).iter().map(Field::json));
    }
    found
}

fn of_ingress<'a>(ingress: Entry<'a>, claims: &mut Claims<'a>, findings: &mut Findings<'_>) {
    let class = ingress.root().text_at(&["spec", "ingressClassName"]).unwrap_or("").to_owned();
    for rule in ingress.root().list(&["spec", "rules"]) {
        let at = rule.get("host").unwrap_or(rule);
        let host = at.text().unwrap_or("*").to_owned();
        for path in rule.list(&["http", "paths"]) {
            let text = path.text_at(&["path"]).unwrap_or("/");
            let key = vec![
                "ingress".to_owned(),
                class.clone(),
                host.clone(),
                text.to_owned(),
                path.text_at(&["pathType"]).unwrap_or("").to_owned(),
            ];
            claim(key, &at, &format!(" with the path \"{}\"", text.escape_debug()), claims, findings);
        }
    }
}

fn of_route<'a>(route: Entry<'a>, claims: &mut Claims<'a>, findings: &mut Findings<'_>) {
    let root = route.root();
    let hosts = root.list(&["spec", "hostnames"]);
    for parent in root.list(&["spec", "parentRefs"]) {
        let text = |key| parent.text_at(&[key]).unwrap_or("").to_owned();
        let namespace = parent.text_at(&["namespace"]).unwrap_or(route.namespace());
        let port = parent.number_at(&["port"]).unwrap_or(0);
        let gateway =
            vec![text("kind"), namespace.to_owned(), text("name"), text("sectionName"), port.to_string()];
        for rule in root.list(&["spec", "rules"]) {
            let mut matches: Vec<String> = rule.list(&["matches"]).iter().map(Field::json).collect();
            if matches.is_empty() {
                matches.push(String::new());
            }
            for request in &matches {
                if claims.len() >= MOST {
                    return;
                }
                let mut claim_by = |host: &str, at: &Field<'a>| {
                    let mut key = gateway.clone();
                    key.extend(["http-route".to_owned(), host.to_owned(), request.clone()]);
                    claim(key, at, " on one gateway for the same requests", claims, findings);
                };
                for host in &hosts {
                    claim_by(host.text().unwrap_or(""), host);
                }
                if hosts.is_empty() {
                    claim_by("*", &parent);
                }
            }
        }
    }
}
