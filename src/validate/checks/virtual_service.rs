//! VirtualServices: the gateways, hosts, ports and subsets that they name: `virtual-service`.
//!
//! Known: what the fleet renders. A Service or Gateway in a namespace that the fleet does not render whole may be
//! there; a Gateway named without a namespace is one of the VirtualService's own, which is told in any case.
//! Services of another cluster of the mesh are not seen.

use super::index::{Index, Knows, NETWORKING};
use super::judge;
use super::registry::{self, Host, Registry};
use crate::diagnostic::check::VIRTUAL_SERVICE;
use crate::diagnostic::{Check, one_of, suggest};
use crate::validate::field::{Entry, Field};
use crate::validate::finding::{Finding, Findings};

/// The gateway that stands for all sidecars.
pub const MESH: &str = "mesh";

/// Looks at every VirtualService.
pub fn check<'a>(index: &Index<'a>, registry: &Registry<'a>, findings: &mut Findings<'_>) {
    for entry in index.of_kind(NETWORKING, "VirtualService") {
        gateways(index, *entry, findings);
        for destination in destinations(*entry) {
            check_destination(index, registry, &destination, findings);
        }
        for route in entry.root().list(&["spec", "http"]) {
            if let Some(delegate) = route.get("delegate") {
                check_delegate(index, &delegate, findings);
            }
        }
    }
}

/// Every destination of a VirtualService: of routes and mirrors.
fn destinations(entry: Entry<'_>) -> Vec<Field<'_>> {
    let mut found = Vec::new();
    for protocol in ["http", "tls", "tcp"] {
        for route in entry.root().list(&["spec", protocol]) {
            for list in ["route", "mirrors"] {
                found.extend(route.list(&[list]).iter().filter_map(|to| to.get("destination")));
            }
            found.extend(route.get("mirror"));
        }
    }
    found
}

fn finding<'a>(field: &Field<'a>, message: String, label: &str, help: Option<String>) -> Finding<'a> {
    let finding = Finding::new(&VIRTUAL_SERVICE, field, message).label(label);
    match help {
        Some(help) => finding.help(help),
        None => finding,
    }
}

fn tell(field: &Field<'_>, message: String, label: &str, help: Option<String>, findings: &mut Findings<'_>) {
    findings.tell(finding(field, message, label, help));
}

fn did_you_mean<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<String> {
    suggest(name, names).map(|near| format!("did you mean \"{}\"?", near.escape_debug()))
}

fn check_destination<'a>(
    index: &Index<'a>,
    registry: &Registry<'a>,
    destination: &Field<'a>,
    findings: &mut Findings<'_>,
) {
    let Some(field) = destination.get("host") else { return };
    let Some(host) = field.text() else { return };
    let from = destination.entry().namespace();
    let found = registry.find(index, host, from);
    let full = registry::complete(host, from);
    if slip(&VIRTUAL_SERVICE, index, &field, &full, findings) {
        return;
    }
    let namespace = registry::service(&full).map_or(from, |(_, namespace)| namespace);
    match found {
        Host::Missing | Host::Unknown => {
            let (what, help, near) = missing(index, host, &full, from);
            let message =
                format!("{} routes to {}, which {what}", destination.entry().short(), field.shown());
            let finding = finding(&field, message, "this host", help);
            match found {
                Host::Unknown => judge::missing(index, namespace, finding, near, findings),
                _ => findings.tell(finding),
            }
            if !matches!(index.knows(namespace), Knows::Part | Knows::Nothing) {
                return;
            }
        }
        Host::Service(service) => check_port(destination, service, findings),
        Host::External => {}
    }
    let Some(subset) = destination.get("subset") else { return };
    let Some(name) = subset.text() else { return };
    let rules = registry.rules(host, from);
    if rules.is_empty() && matches!(found, Host::Unknown) {
        return;
    }
    let subsets: Vec<Field<'a>> =
        rules.iter().flat_map(|rule| rule.root().list(&["spec", "subsets"])).collect();
    let names = || subsets.iter().filter_map(|subset| subset.text_at(&["name"]));
    if names().any(|known| known == name) {
        return;
    }
    let message = format!("no DestinationRule gives {} the subset {}", field.shown(), subset.shown());
    let known = one_of(names());
    let help = did_you_mean(name, names()).unwrap_or_else(|| match (rules.first(), names().next()) {
        (_, Some(_)) => format!("take {}", known.escape_debug()),
        (Some(rule), None) => format!("give {} this subset, or take `subset` away", rule.short()),
        (None, None) => "render a DestinationRule with this subset, or take `subset` away".to_owned(),
    });
    tell(&subset, message, "this subset", Some(help), findings);
}

/// What is wrong with a host that leads nowhere, the next step, and whether something is near.
pub fn missing(
    index: &Index<'_>,
    host: &str,
    full: &str,
    from: &str,
) -> (&'static str, Option<String>, bool) {
    if let Some((name, namespace)) = registry::service(full) {
        let here = index.of_kind("", "Service").iter().filter(|service| service.namespace() == namespace);
        if index.get("", "Service", namespace, name).is_some() {
            let help = format!(
                "add \"{}\" to the annotation `networking.istio.io/exportTo` of the Service",
                from.escape_debug()
            );
            return ("is not exported to its namespace", Some(help), false);
        }
        let help = did_you_mean(name, here.map(|service| service.name()));
        let near = help.is_some();
        return ("is no Service", help, near);
    }
    let short = host.strip_suffix(".svc").unwrap_or(host);
    if let Some((name, namespace)) = short.split_once('.')
        && index.get("", "Service", namespace, name).is_some()
    {
        let full = format!("{name}.{namespace}.svc.cluster.local");
        return ("is no full name of a Service", Some(format!("write \"{}\"", full.escape_debug())), true);
    }
    (
        "has no ServiceEntry that is visible from its namespace",
        Some(format!(
            "render a ServiceEntry for it that is exported to the namespace \"{from}\", or name another host"
        )),
        false,
    )
}

/// Tells a slip in the namespace or domain of a host; whether there was one.
pub fn slip<'a>(
    check: &'static Check,
    index: &Index<'a>,
    field: &Field<'a>,
    full: &str,
    findings: &mut Findings<'_>,
) -> bool {
    let Some(meant) = registry::meant(index, full) else { return false };
    let message =
        format!("{} names the host {}, which looks like a slip", field.entry().short(), field.shown());
    let finding = Finding::new(check, field, message).warning().label("this host");
    findings.tell(finding.help(format!("did you mean {}?", field.shown_as(&meant))));
    true
}

fn check_port(destination: &Field<'_>, service: Entry<'_>, findings: &mut Findings<'_>) {
    let Some(field) = destination.at(&["port", "number"]) else { return };
    let Some(number) = field.number() else { return };
    let ports: Vec<i64> =
        service.root().list(&["spec", "ports"]).iter().filter_map(|port| port.number_at(&["port"])).collect();
    if ports.contains(&number) {
        return;
    }
    let known: Vec<String> = ports.iter().map(i64::to_string).collect();
    let message = format!("{} has no port {}", service.short(), field.shown());
    let help = format!("take {}", one_of(known.iter().map(String::as_str)));
    tell(&field, message, "this port", (!known.is_empty()).then_some(help), findings);
}

fn check_delegate(index: &Index<'_>, delegate: &Field<'_>, findings: &mut Findings<'_>) {
    let Some(field) = delegate.get("name") else { return };
    let Some(name) = field.text() else { return };
    let own = delegate.entry().namespace();
    let namespace = delegate.text_at(&["namespace"]).unwrap_or(own);
    let there = index.get(NETWORKING, "VirtualService", namespace, name).is_some();
    if !there && (namespace == own || matches!(index.knows(namespace), Knows::All | Knows::Perhaps(_))) {
        let message = format!(
            "{} delegates to the VirtualService {}, which is not there",
            delegate.entry().short(),
            field.shown()
        );
        tell(&field, message, "this VirtualService", None, findings);
    }
}

fn gateways(index: &Index<'_>, entry: Entry<'_>, findings: &mut Findings<'_>) {
    let own = entry.namespace();
    let mut in_mesh = false;
    let mut found = Vec::new();
    let mut all_found = true;
    for field in entry.root().list(&["spec", "gateways"]) {
        let Some(named) = field.text() else { continue };
        if named == MESH {
            in_mesh = true;
            continue;
        }
        let (namespace, name) = named.split_once('/').unwrap_or((own, named));
        match index.get(NETWORKING, "Gateway", namespace, name) {
            Some(gateway) => found.push(gateway),
            None => {
                all_found = false;
                if namespace == own || matches!(index.knows(namespace), Knows::All | Knows::Perhaps(_)) {
                    let message =
                        format!("{} is on the gateway {}, which is not there", entry.short(), field.shown());
                    let all = index.of_kind(NETWORKING, "Gateway").iter();
                    let all: Vec<String> = all
                        .map(|one| match one.namespace() == own {
                            true => one.name().to_owned(),
                            false => format!("{}/{}", one.namespace(), one.name()),
                        })
                        .collect();
                    let same = all.iter().find(|one| one.rsplit('/').next() == Some(name));
                    let help = match same {
                        Some(same) => Some(format!("write \"{same}\"")),
                        None => did_you_mean(named, all.iter().map(String::as_str)),
                    };
                    tell(&field, message, "this gateway", help, findings);
                }
            }
        }
    }
    if found.is_empty() || !all_found {
        return;
    }
    let hosts = entry.root().list(&["spec", "hosts"]);
    let taken = |host: &Field<'_>| {
        host.text().is_none_or(|host| found.iter().any(|gateway| takes(*gateway, host, own)))
    };
    if in_mesh && hosts.iter().any(taken) {
        // The other hosts are for callers inside of the mesh.
        return;
    }
    for host in hosts.iter().filter(|host| !taken(host)) {
        let message = format!("no gateway of {} takes the host {}", entry.short(), host.shown());
        let help = Some("add the host to a server of the gateway, or take it away here".to_owned());
        tell(host, message, "this host", help, findings);
    }
}

/// Whether a server of a Gateway takes a host of a VirtualService of this namespace.
fn takes(gateway: Entry<'_>, host: &str, from: &str) -> bool {
    let full = registry::complete(host, from);
    gateway.root().list(&["spec", "servers"]).iter().flat_map(|server| server.list(&["hosts"])).any(
        |server| {
            let Some(text) = server.text() else { return false };
            let (namespace, taken) = text.split_once('/').unwrap_or(("*", text));
            let visible = match namespace {
                "*" => true,
                "." => gateway.namespace() == from,
                name => name == from,
            };
            visible && [host, &full].iter().any(|host| meets(taken, host) || meets(host, taken))
        },
    )
}

/// Whether a pattern such as `*.example.com` stands for a host, or for all that another one does.
fn meets(pattern: &str, host: &str) -> bool {
    match pattern.strip_prefix('*') {
        Some("") => true,
        Some(below) => host.strip_suffix(below).is_some_and(|start| !start.is_empty()),
        None => pattern == host,
    }
}
