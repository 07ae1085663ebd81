//! Selectors that match no pod: `selector`.
//!
//! Known: the pods that the fleet renders, in namespaces where it renders them all ([`Index::knows`]). A selector
//! in the mesh's root namespace, and that of an Istio Gateway, is about pods in any namespace. Labels that
//! controllers set on pods count as there.

use super::index::{Index, NETWORKING, ROOT_NAMESPACE, SECURITY};
use super::judge;
use super::pods::Pods;
use super::selection::Selection;
use crate::diagnostic::check::SELECTOR;
use crate::diagnostic::{Check, suggest};
use crate::validate::field::{Entry, Field};
use crate::validate::finding::{Finding, Findings};

/// Where an object says which pods it is about.
struct Place {
    group: &'static str,
    kind: &'static str,
    path: &'static [&'static str],
    /// Whether it is a map of labels; else a LabelSelector.
    plain: bool,
}

const PLACES: [Place; 12] = [
    Place { group: "", kind: "Service", path: &["spec", "selector"], plain: true },
    Place { group: "policy", kind: "PodDisruptionBudget", path: &["spec", "selector"], plain: false },
    Place { group: "networking.k8s.io", kind: "NetworkPolicy", path: &["spec", "podSelector"], plain: false },
    Place { group: NETWORKING, kind: "Sidecar", path: &["spec", "workloadSelector", "labels"], plain: true },
    Place {
        group: NETWORKING,
        kind: "EnvoyFilter",
        path: &["spec", "workloadSelector", "labels"],
        plain: true,
    },
    Place { group: NETWORKING, kind: "Gateway", path: &["spec", "selector"], plain: true },
    Place { group: NETWORKING, kind: "DestinationRule", path: &["spec", "workloadSelector"], plain: false },
    Place { group: SECURITY, kind: "PeerAuthentication", path: &["spec", "selector"], plain: false },
    Place { group: SECURITY, kind: "RequestAuthentication", path: &["spec", "selector"], plain: false },
    Place { group: "telemetry.istio.io", kind: "Telemetry", path: &["spec", "selector"], plain: false },
    Place { group: "extensions.istio.io", kind: "WasmPlugin", path: &["spec", "selector"], plain: false },
    Place { group: "monitoring.coreos.com", kind: "PodMonitor", path: &["spec", "selector"], plain: false },
];

/// Whether it is a Service for a name outside of the cluster: Kubernetes ignores its selector.
fn is_external(entry: Entry<'_>) -> bool {
    let object = entry.object();
    (object.group(), object.kind()) == ("", "Service")
        && entry.root().text_at(&["spec", "type"]) == Some("ExternalName")
}

/// Looks at every selector over pods, and at that of each workload over its own.
pub fn check(index: &Index<'_>, findings: &mut Findings<'_>) {
    for place in &PLACES {
        for entry in index.of_kind(place.group, place.kind) {
            let Some(field) = entry.at(place.path) else { continue };
            if is_external(*entry) {
                continue;
            }
            let selection = match place.plain {
                true => Selection::of_labels(&field),
                false => Selection::of_selector(&field),
            };
            let anywhere = matches!((place.group, place.kind), (NETWORKING, "Gateway"))
                || place.group.ends_with("istio.io") && entry.namespace() == ROOT_NAMESPACE
                || place.kind == "PodMonitor" && entry.at(&["spec", "namespaceSelector"]).is_some();
            none(&SELECTOR, index, &field, &selection, anywhere, findings);
        }
    }
    for pods in index.pods() {
        own(pods.entry, &pods.labels, findings);
    }
}

/// Tells that a selector matches none of the rendered pods. Pods in `anywhere` may be those of a chart that the
/// fleet does not render: that is worth a look, and an error only where it looks like a slip.
pub fn none<'a>(
    check: &'static Check,
    index: &Index<'a>,
    field: &Field<'a>,
    selection: &Selection<'a>,
    anywhere: bool,
    findings: &mut Findings<'_>,
) {
    let entry = field.entry();
    let namespace = entry.namespace();
    let within = (!anywhere).then_some(namespace);
    if selection.is_empty() || !index.selected(within, selection).is_empty() {
        return;
    }
    let message = format!("{} selects no pod: none has the labels {}", entry.short(), shown(field));
    let finding = Finding::new(check, field, message).label("this selector");
    // The pods that lack the fewest of the labels are most likely the ones that were meant.
    let near = index
        .pods()
        .iter()
        .filter(|pods| anywhere || pods.entry.namespace() == namespace)
        .map(|pods| (alike(selection, pods), pods))
        .filter(|(alike, pods)| *alike > (0, 0) || pods.entry.name() == entry.name())
        .max_by_key(|(alike, pods)| (*alike, pods.entry.name() == entry.name()));
    let alike = near.map_or((0, 0), |(alike, _)| alike);
    let finding = match near.and_then(|(_, pods)| Some((pods, template_labels(pods.entry)?))) {
        Some((pods, labels)) => {
            let note = format!("the pods of {} have {}", pods.entry.short(), labels.shown_labels());
            finding.note(note)
        }
        None => finding,
    };
    let finding = match anywhere && alike.0 == 0 {
        true => finding
            .warning()
            .help("see to it that such pods are there, or give it the labels of rendered ones"),
        false => finding,
    };
    judge::missing(index, namespace, finding, alike > (0, 0), findings);
}

/// How much pods are like those that a selector asks for: how many of the labels they have, and of how many they
/// have nearly the value.
fn alike(selection: &Selection<'_>, pods: &Pods<'_>) -> (usize, usize) {
    let (mut met, mut close) = (0, 0);
    for (key, asked) in selection.sure() {
        match pods.labels.get(key) {
            Some(value) if *value == asked => met += 1,
            Some(value) => close += usize::from(suggest(asked, [*value]).is_some()),
            None => {}
        }
    }
    (met, close)
}

fn template_labels(entry: Entry<'_>) -> Option<Field<'_>> {
    let paths: [&[&str]; 3] = [
        &["spec", "template", "metadata", "labels"],
        &["spec", "jobTemplate", "spec", "template", "metadata", "labels"],
        &["metadata", "labels"],
    ];
    paths.iter().find_map(|path| entry.at(path))
}

/// A selector as a message shows it.
fn shown(field: &Field<'_>) -> String {
    let labels = field.get("matchLabels").unwrap_or(*field);
    match field.get("matchExpressions") {
        Some(_) => "that it asks for".to_owned(),
        None => labels.shown_labels(),
    }
}

/// A workload must select its own pods: the API server refuses it otherwise (`ValidateDeploymentSpec`).
fn own(entry: Entry<'_>, labels: &super::selection::Labels<'_>, findings: &mut Findings<'_>) {
    let object = entry.object();
    if (object.group(), object.kind()) == ("batch", "Job") {
        // A Job's selector is set by the API server.
        return;
    }
    let Some(field) = entry.at(&["spec", "selector"]) else { return };
    let selection = match object.kind() {
        "ReplicationController" => Selection::of_labels(&field),
        _ => Selection::of_selector(&field),
    };
    if !selection.matches(labels) {
        let template = template_labels(entry).unwrap_or_else(|| entry.root());
        let message = format!("{} does not select its own pods", entry.short());
        findings.tell(
            Finding::new(&SELECTOR, &field, message)
                .label("this selector")
                .also(&template, "the labels of its pods"),
        );
    }
}
