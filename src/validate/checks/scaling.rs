//! Autoscalers and their targets: `autoscale-target`, `autoscale` and `hpa-replicas`.
//!
//! Known: what the fleet renders. A target of a kind that is not Kubernetes' own may be there without being
//! rendered, and may have a scale subresource. A VerticalPodAutoscaler counts only where it changes pods, and
//! only beside an autoscaler that goes by the CPU or memory that it changes.

use std::collections::BTreeMap;

use super::index::Index;
use super::judge;
use super::scaler::Scaler;
use crate::diagnostic::check::{AUTOSCALE, AUTOSCALE_TARGET, HPA_REPLICAS};
use crate::diagnostic::suggest;
use crate::validate::field::Entry;
use crate::validate::finding::{Finding, Findings};

/// Kinds of Kubernetes that can be scaled, each with its group.
const SCALABLE: [(&str, &str); 4] =
    [("apps", "Deployment"), ("apps", "StatefulSet"), ("apps", "ReplicaSet"), ("", "ReplicationController")];

/// Kinds of Kubernetes that make pods and cannot be scaled.
const FIXED: [(&str, &str); 4] = [("apps", "DaemonSet"), ("batch", "Job"), ("batch", "CronJob"), ("", "Pod")];

/// The annotation by which a ScaledObject takes over the autoscaler that was there before.
const TAKES_OVER: &str = "scaledobject.keda.sh/transfer-hpa-ownership";

/// Looks at what scales and what is scaled.
pub fn check(index: &Index<'_>, findings: &mut Findings<'_>) {
    let mut first: BTreeMap<(&str, &str, &str), &Scaler<'_>> = BTreeMap::new();
    for scaler in index.scalers() {
        target(index, scaler, findings);
        let of = (scaler.kind, scaler.entry.namespace(), scaler.name);
        match first.get(&of) {
            Some(other) if takes_over(other.entry) || takes_over(scaler.entry) => {}
            Some(other) => twice(scaler, other, findings),
            None => drop(first.insert(of, scaler)),
        }
    }
    for vertical in index.of_kind("autoscaling.k8s.io", "VerticalPodAutoscaler") {
        changed_by_both(index, *vertical, findings);
    }
}

fn takes_over(entry: Entry<'_>) -> bool {
    entry.object().annotations().any(|(key, value)| key == TAKES_OVER && value == "true")
}

fn target<'a>(index: &Index<'a>, scaler: &Scaler<'a>, findings: &mut Findings<'_>) {
    let named = format!("{}/{}", scaler.kind.escape_debug(), scaler.name.escape_debug());
    let named = if scaler.target.shown() == crate::object::MASK { "its target".to_owned() } else { named };
    if FIXED.iter().any(|(_, kind)| *kind == scaler.kind) {
        let message = format!("{} is to scale {named}, which has no replicas", scaler.entry.short());
        let finding = Finding::new(&AUTOSCALE_TARGET, &scaler.target, message).label("this target");
        return findings.tell(finding.help("name a Deployment or StatefulSet"));
    }
    let Some((group, kind)) = SCALABLE.iter().find(|(_, kind)| *kind == scaler.kind) else { return };
    let namespace = scaler.entry.namespace();
    let Some(found) = index.get(group, kind, namespace, scaler.name) else {
        let message = format!("{} is to scale {named}, which is not there", scaler.entry.short());
        let others: Vec<&str> = index
            .of_kind(group, kind)
            .iter()
            .filter(|other| other.namespace() == namespace)
            .map(|other| other.name())
            .collect();
        let finding = Finding::new(&AUTOSCALE_TARGET, &scaler.target, message).label("this target");
        let near = suggest(scaler.name, others);
        let finding = match near {
            Some(near) => finding.help(format!("did you mean \"{near}\"?")),
            None => finding,
        };
        judge::missing(index, namespace, finding, near.is_some(), findings);
        return;
    };
    if let Some(replicas) = found.at(&["spec", "replicas"]) {
        let message = format!(
            "{} has a fixed number of replicas, and {} scales it: each apply undoes the scaling",
            found.short(),
            scaler.entry.short()
        );
        findings.tell(
            Finding::new(&HPA_REPLICAS, &replicas, message)
                .label("fixed here")
                .also(&scaler.target, "scaled by this one"),
        );
    }
}

fn twice<'a>(scaler: &Scaler<'a>, other: &Scaler<'a>, findings: &mut Findings<'_>) {
    let message = format!("{} and {} scale the same pods", other.entry.short(), scaler.entry.short());
    findings.tell(
        Finding::new(&AUTOSCALE, &scaler.target, message)
            .label("scaled by this one")
            .also(&other.target, "and by this one"),
    );
}

fn changed_by_both<'a>(index: &Index<'a>, vertical: Entry<'a>, findings: &mut Findings<'_>) {
    let Some(target) = vertical.at(&["spec", "targetRef"]) else { return };
    let mode = vertical.root().at(&["spec", "updatePolicy", "updateMode"]);
    if mode.as_ref().is_some_and(|mode| mode.text() == Some("Off")) {
        return;
    }
    let (Some(kind), Some(name)) = (target.text_at(&["kind"]), target.text_at(&["name"])) else { return };
    let policies = vertical.root().list(&["spec", "resourcePolicy", "containerPolicies"]);
    let listed: Vec<&str> = policies
        .iter()
        .flat_map(|policy| policy.list(&["controlledResources"]))
        .filter_map(|resource| resource.text())
        .collect();
    let controls = |resource: &&&str| listed.is_empty() || listed.contains(*resource);
    for scaler in index.scalers_of(kind, vertical.namespace(), name) {
        if let Some(resource) = scaler.by.iter().find(controls) {
            let message = format!(
                "{} changes the {resource} of the pods that {} scales by their {resource}",
                vertical.short(),
                scaler.entry.short()
            );
            findings.tell(
                Finding::new(&AUTOSCALE, &target, message)
                    .label("changed by this one")
                    .also(&scaler.target, "scaled by this one")
                    .help("set `updateMode` to \"Off\", or scale by something else"),
            );
        }
    }
}
