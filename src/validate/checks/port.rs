//! Ports of Services and probes that no container has: `service-port`.
//!
//! Known: the pods that the fleet renders. A name must be that of a port; a number may be any that the process
//! listens on, so it is told only where the pods list ports and this is none of them. The ports of Istio's
//! sidecar are there though no template has them.

use super::index::Index;
use super::pods::{Container, Pods};
use crate::diagnostic::check::SERVICE_PORT;
use crate::diagnostic::one_of;
use crate::validate::field::Field;
use crate::validate::finding::{Finding, Findings};

/// The ports of Istio's sidecar: <https://istio.io/latest/docs/ops/deployment/application-requirements/>.
const SIDECAR: [i64; 11] = [15000, 15001, 15002, 15004, 15006, 15008, 15009, 15020, 15021, 15053, 15090];

/// Looks at the ports of Services and probes.
pub fn check(index: &Index<'_>, findings: &mut Findings<'_>) {
    for service in index.of_kind("", "Service") {
        let behind = index.behind(*service);
        if behind.is_empty() {
            continue;
        }
        for port in service.root().list(&["spec", "ports"]) {
            of_service(&port, &behind, findings);
        }
    }
    for pods in index.pods() {
        for container in pods.containers() {
            for probe in ["startupProbe", "readinessProbe", "livenessProbe"] {
                of_probe(&container, probe, findings);
            }
        }
    }
}

/// A port of a container: its name, number and protocol.
struct Port<'a> {
    name: Option<&'a str>,
    number: Option<i64>,
    protocol: &'a str,
}

fn ports<'a>(container: &Container<'a>) -> Vec<Port<'a>> {
    let ports = container.field.list(&["ports"]);
    let port = |field: &Field<'a>| Port {
        name: field.text_at(&["name"]),
        number: field.number_at(&["containerPort"]),
        protocol: field.text_at(&["protocol"]).unwrap_or("TCP"),
    };
    ports.iter().map(port).collect()
}

fn of_service<'a>(port: &Field<'a>, behind: &[&Pods<'a>], findings: &mut Findings<'_>) {
    let Some(target) = port.get("targetPort").or_else(|| port.get("port")) else { return };
    let protocol = port.text_at(&["protocol"]).unwrap_or("TCP");
    let all: Vec<Port<'a>> = behind
        .iter()
        .flat_map(|pods| pods.containers())
        .filter(|container| !container.ends)
        .flat_map(|container| ports(&container))
        .collect();
    let there = match (target.text(), target.number()) {
        (Some(name), _) => all.iter().any(|one| one.name == Some(name) && one.protocol == protocol),
        (None, Some(number)) => {
            all.is_empty()
                || SIDECAR.contains(&number)
                || all.iter().any(|one| one.number == Some(number) && one.protocol == protocol)
        }
        (None, None) => true,
    };
    if there {
        return;
    }
    let pods = match behind {
        [only] => only.entry.short(),
        [first, rest @ ..] => format!("{} and {} more", first.entry.short(), rest.len()),
        [] => return,
    };
    let message = format!("{pods} has no {protocol} port {}", target.shown());
    let finding = Finding::new(&SERVICE_PORT, &target, message).label("this port");
    let other = all.iter().find(|one| match target.text() {
        Some(name) => one.name == Some(name),
        None => one.number.is_some() && one.number == target.number(),
    });
    findings.tell(finding.help(match other {
        Some(other) => {
            format!("set `protocol` to {}, as the container has it", other.protocol.escape_debug())
        }
        None => known(all.iter().filter(|one| one.protocol == protocol)),
    }));
}

/// The next step: what there is to name.
fn known<'p>(ports: impl Iterator<Item = &'p Port<'p>>) -> String {
    let mut names: Vec<&str> = ports.filter_map(|port| port.name).collect();
    names.sort_unstable();
    names.dedup();
    match names.is_empty() {
        true => "give the container a port of this name".to_owned(),
        false => format!("take {}", one_of(names).escape_debug()),
    }
}

fn of_probe(container: &Container<'_>, probe: &'static str, findings: &mut Findings<'_>) {
    for handler in ["httpGet", "tcpSocket"] {
        let Some(field) = container.field.at(&[probe, handler, "port"]) else { continue };
        let Some(name) = field.text() else { continue };
        let ports = ports(container);
        if ports.iter().all(|port| port.name != Some(name)) {
            let message = format!("{} has no port {} for its `{probe}`", container.title(), field.shown());
            let finding = Finding::new(&SERVICE_PORT, &field, message).label("this port");
            findings.tell(finding.help(known(ports.iter())));
        }
    }
}
