//! Pods that share what belongs to their node: `host-namespaces`.
//!
//! Known: the pod template.

use super::pods::Pods;
use crate::diagnostic::check::HOST_NAMESPACES;
use crate::validate::field::Field;
use crate::validate::finding::{Finding, Findings};

/// Looks at what these pods share with their node.
pub fn check(pods: &Pods<'_>, findings: &mut Findings<'_>) {
    let mut on_network = false;
    for (key, what) in
        [("hostNetwork", "network"), ("hostPID", "processes"), ("hostIPC", "inter-process communication")]
    {
        if let Some(field) = pods.spec.get(key).filter(Field::is_true) {
            on_network |= key == "hostNetwork";
            let message = format!("the pods share the {what} of their node");
            let finding = Finding::new(&HOST_NAMESPACES, &field, message).label("set here");
            findings.tell(finding.help(format!("take `{key}` away")));
        }
    }
    // On the node's network every port is a host port.
    if on_network {
        return;
    }
    for container in pods.containers() {
        for port in container.field.list(&["ports"]) {
            if let Some(field) = port.get("hostPort").filter(|port| port.number() != Some(0)) {
                let message = format!(
                    "{} takes the port {} of its node: one pod fits on each",
                    container.title(),
                    field.shown()
                );
                let finding = Finding::new(&HOST_NAMESPACES, &field, message).label("a port of the node");
                findings.tell(finding.help("take `hostPort` away and reach the pods by a Service"));
            }
        }
    }
}
