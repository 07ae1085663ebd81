//! Containers: what they ask for, what they may use, and their image.
//!
//! `requests`, `limits`, `besteffort`, `image-latest`. Known: the pod template, and LimitRanges that the fleet
//! renders in the namespace, whose defaults count. A CPU limit may be missing: it slows a pod down that could use
//! what nobody else wants.

use super::index::Index;
use super::pods::{Container, Pods};
use crate::diagnostic::check::{BESTEFFORT, IMAGE_LATEST, LIMITS, REQUESTS};
use crate::validate::field::Field;
use crate::validate::finding::{Finding, Findings};

/// Looks at the containers of these pods.
pub fn check<'a>(index: &Index<'a>, pods: &Pods<'a>, findings: &mut Findings<'_>) {
    let given = |field: &Field<'a>, list: &'static str, name: &'static str| {
        field.at(&["resources", list, name]).is_some()
    };
    let mut best_effort = true;
    for container in pods.containers() {
        let field = &container.field;
        // A limit without a request is a request, too: `SetDefaults_Pod` of Kubernetes.
        let requested = |name| {
            given(field, "requests", name)
                || given(field, "limits", name)
                || given(&pods.spec, "requests", name)
                || given(&pods.spec, "limits", name)
                || by_default(index, pods, &["defaultRequest", "default"], name)
        };
        let (cpu, memory) = (requested("cpu"), requested("memory"));
        best_effort &= !cpu && !memory;
        let missing = match (cpu, memory) {
            (true, true) => None,
            (false, true) => Some("CPU request"),
            (true, false) => Some("memory request"),
            (false, false) => Some("CPU or memory request"),
        };
        if let Some(missing) = missing {
            let message = format!("{} has no {missing}", container.title());
            findings.tell(Finding::new(&REQUESTS, field, message).label("this container"));
        }
        let limited = given(field, "limits", "memory")
            || given(&pods.spec, "limits", "memory")
            || by_default(index, pods, &["default"], "memory");
        if !limited {
            let message = format!("{} has no memory limit", container.title());
            findings.tell(Finding::new(&LIMITS, field, message).label("this container"));
        }
        image(&container, findings);
    }
    if best_effort {
        let message = "the pods are BestEffort: the first to be evicted when a node runs short";
        let finding = Finding::new(&BESTEFFORT, &pods.spec, message).label("no container asks for anything");
        findings.tell(if index.is_production() { finding } else { finding.warning() });
    }
}

/// Whether a LimitRange of the namespace fills it in.
fn by_default(index: &Index<'_>, pods: &Pods<'_>, lists: &[&'static str], name: &'static str) -> bool {
    index.of_kind("", "LimitRange").iter().any(|range| {
        range.namespace() == pods.entry.namespace()
            && range.root().list(&["spec", "limits"]).iter().any(|limit| {
                limit.text_at(&["type"]) == Some("Container")
                    && lists.iter().any(|list| limit.at(&[*list, name]).is_some())
            })
    })
}

/// The image that Istio's injector replaces by its proxy's.
const INJECTED: &str = "auto";

fn image(container: &Container<'_>, findings: &mut Findings<'_>) {
    let Some(field) = container.field.get("image") else { return };
    let Some(image) = field.text().filter(|image| !image.is_empty() && *image != INJECTED) else { return };
    if image.contains('@') {
        return;
    }
    let name = image.rsplit('/').next().unwrap_or(image);
    let what = match name.split_once(':') {
        Some((_, "latest")) => "is whatever the registry calls latest when a pod starts",
        Some(_) => return,
        None => "has neither tag nor digest: it is whatever the registry calls latest when a pod starts",
    };
    let message = format!("the image {} of {} {what}", field.shown(), container.title());
    findings.tell(Finding::new(&IMAGE_LATEST, &field, message).label("this image"));
}
