//! Power over the node: `privileged`.
//!
//! Known: the pod template. What Pod Security's level `restricted` allows passes; that a container may raise its
//! privileges counts only where the template says so, for the namespace's level refuses the silent default.

use super::pods::{Container, Pods};
use crate::diagnostic::check::PRIVILEGED;
use crate::validate::field::Field;
use crate::validate::finding::{Finding, Findings};

/// The capability that Pod Security's level `restricted` lets a container add.
const HARMLESS: &str = "NET_BIND_SERVICE";

/// Looks at the security contexts and volumes of these pods.
pub fn check<'a>(pods: &Pods<'a>, findings: &mut Findings<'_>) {
    for container in pods.containers() {
        in_container(&container, findings);
    }
    for volume in pods.spec.list(&["volumes"]) {
        if let Some(path) = volume.at(&["hostPath", "path"]) {
            let name = volume.get("name").map_or_else(|| volume.path(), |name| name.shown());
            let message = format!("the volume {name} is the folder {} of the node", path.shown());
            let finding = Finding::new(&PRIVILEGED, &path, message).label("a path of the node");
            findings.tell(finding.help("take a PersistentVolumeClaim, an emptyDir or a ConfigMap"));
        }
    }
}

fn in_container<'a>(container: &Container<'a>, findings: &mut Findings<'_>) {
    let title = container.title();
    let mut tell = |field: Field<'a>, message: String, help: &str| {
        findings.tell(Finding::new(&PRIVILEGED, &field, message).label("set here").help(help));
    };
    let Some(context) = container.field.get("securityContext") else { return };
    if let Some(field) = context.get("privileged").filter(Field::is_true) {
        tell(field, format!("{title} is privileged: root on the node"), "take `privileged` away");
    } else if let Some(field) = context.get("allowPrivilegeEscalation").filter(Field::is_true) {
        tell(field, format!("{title} may raise its privileges"), "set `allowPrivilegeEscalation` to false");
    }
    for field in context.list(&["capabilities", "add"]) {
        if field.text().is_some_and(|name| name.trim_start_matches("CAP_") != HARMLESS) {
            let message = format!("{title} adds the capability {}", field.shown());
            tell(field, message, "take the capability away, or move what needs it into a pod of its own");
        }
    }
}
