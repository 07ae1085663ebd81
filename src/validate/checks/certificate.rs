//! Certificates of gateways: `gateway-certificate`.
//!
//! Known: Secrets that the fleet renders, and those that a rendered Certificate, ExternalSecret or SealedSecret
//! makes. Somebody else may make the Secret: this is worth a look, and no error. Istio reads it in the namespace
//! of the gateway's pods:
//! <https://istio.io/latest/docs/tasks/traffic-management/ingress/secure-ingress/>.

use std::collections::BTreeSet;

use super::index::{Index, NETWORKING};
use super::selection::Selection;
use crate::diagnostic::check::GATEWAY_CERTIFICATE;
use crate::validate::field::{Entry, Field};
use crate::validate::finding::{Finding, Findings};

/// The annotations by which cert-manager makes the certificate of an Ingress or Gateway.
const ISSUED: &str = "cert-manager.io/";

/// Looks at the certificates that gateways and Ingresses name.
pub fn check(index: &Index<'_>, findings: &mut Findings<'_>) {
    let made = Made::new(index);
    for gateway in index.of_kind(NETWORKING, "Gateway") {
        let servers = gateway.root().list(&["spec", "servers"]);
        let names: Vec<Field<'_>> = servers
            .iter()
            .flat_map(|server| {
                let one = server.at(&["tls", "credentialName"]);
                one.into_iter().chain(server.list(&["tls", "credentialNames"]))
            })
            .collect();
        if names.is_empty() {
            continue;
        }
        let namespaces = of_pods(index, *gateway);
        for name in names {
            for namespace in &namespaces {
                made.look(&name, namespace, findings);
            }
        }
    }
    for gateway in index.of_kind("gateway.networking.k8s.io", "Gateway") {
        if is_issued(*gateway) {
            continue;
        }
        for listener in gateway.root().list(&["spec", "listeners"]) {
            for reference in listener.list(&["tls", "certificateRefs"]) {
                let is_secret = matches!(reference.text_at(&["kind"]), None | Some("Secret"));
                let namespace = reference.text_at(&["namespace"]).unwrap_or(gateway.namespace());
                if let (true, Some(name)) = (is_secret, reference.get("name")) {
                    made.look(&name, namespace, findings);
                }
            }
        }
    }
    for ingress in index.of_kind("networking.k8s.io", "Ingress") {
        if is_issued(*ingress) {
            continue;
        }
        for name in ingress.root().list(&["spec", "tls"]).iter().filter_map(|tls| tls.get("secretName")) {
            made.look(&name, ingress.namespace(), findings);
        }
    }
}

fn is_issued(entry: Entry<'_>) -> bool {
    entry.object().annotations().any(|(key, _)| key.starts_with(ISSUED))
}

/// The namespaces of a gateway's pods; its own where none is rendered.
fn of_pods<'a>(index: &Index<'a>, gateway: Entry<'a>) -> BTreeSet<&'a str> {
    let selected = match gateway.at(&["spec", "selector"]) {
        Some(selector) => index.selected(None, &Selection::of_labels(&selector)),
        None => Vec::new(),
    };
    let namespaces: BTreeSet<&str> = selected.iter().map(|pods| pods.entry.namespace()).collect();
    match namespaces.is_empty() {
        true => BTreeSet::from([gateway.namespace()]),
        false => namespaces,
    }
}

/// The Secrets that the fleet renders or has made, by namespace and name.
struct Made<'a>(BTreeSet<(&'a str, &'a str)>);

impl<'a> Made<'a> {
    fn new(index: &Index<'a>) -> Self {
        // Group, kind, and the field that names the Secret where it is not named as the object.
        let makers: [(&str, &str, &[&str]); 4] = [
            ("", "Secret", &[]),
            ("cert-manager.io", "Certificate", &["spec", "secretName"]),
            ("external-secrets.io", "ExternalSecret", &["spec", "target", "name"]),
            ("bitnami.com", "SealedSecret", &["spec", "template", "metadata", "name"]),
        ];
        let mut made = BTreeSet::new();
        for (group, kind, path) in makers {
            for entry in index.of_kind(group, kind) {
                let name = entry.at(path).and_then(|name| name.text()).unwrap_or(entry.name());
                made.insert((entry.namespace(), name));
            }
        }
        Self(made)
    }

    fn look(&self, name: &Field<'_>, namespace: &str, findings: &mut Findings<'_>) {
        let Some(text) = name.text() else { return };
        let secret = text.strip_prefix("kubernetes://").unwrap_or(text);
        let (namespace, secret) = secret.split_once('/').unwrap_or((namespace, secret));
        if self.0.contains(&(namespace, secret)) {
            return;
        }
        let message = format!(
            "{} takes its certificate from the Secret {} in the namespace {}, which nothing here makes",
            name.entry().short(),
            name.shown_as(secret),
            name.shown_as(namespace)
        );
        findings.tell(Finding::new(&GATEWAY_CERTIFICATE, name, message).label("this Secret"));
    }
}
