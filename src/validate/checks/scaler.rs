//! What changes the number of pods: HorizontalPodAutoscalers and KEDA's ScaledObjects.

use std::collections::BTreeSet;

use crate::validate::field::{Entry, Field};

/// A HorizontalPodAutoscaler or ScaledObject.
#[derive(Clone, Debug)]
pub struct Scaler<'a> {
    /// The object.
    pub entry: Entry<'a>,
    /// `spec.scaleTargetRef`.
    pub target: Field<'a>,
    /// The kind of what it scales.
    pub kind: &'a str,
    /// The name of what it scales.
    pub name: &'a str,
    /// The fewest pods it leaves.
    pub least: i64,
    /// Whether it scales by the CPU or memory that pods use.
    pub by: BTreeSet<&'a str>,
}

/// The scaler that an object is, if it is one.
pub fn of(entry: Entry<'_>) -> Option<Scaler<'_>> {
    let object = entry.object();
    match (object.group(), object.kind()) {
        ("autoscaling", "HorizontalPodAutoscaler") => {
            let target = entry.at(&["spec", "scaleTargetRef"])?;
            Some(Scaler {
                kind: target.text_at(&["kind"])?,
                name: target.text_at(&["name"])?,
                target,
                least: entry.root().number_at(&["spec", "minReplicas"]).unwrap_or(1),
                by: resources(entry),
                entry,
            })
        }
        ("keda.sh", "ScaledObject") => {
            let target = entry.at(&["spec", "scaleTargetRef"])?;
            let triggers = entry.root().list(&["spec", "triggers"]);
            let types = triggers.iter().filter_map(|trigger| trigger.text_at(&["type"]));
            Some(Scaler {
                kind: target.text_at(&["kind"]).unwrap_or("Deployment"),
                name: target.text_at(&["name"])?,
                target,
                least: entry.root().number_at(&["spec", "minReplicaCount"]).unwrap_or(0),
                by: types.filter(|by| matches!(*by, "cpu" | "memory")).collect(),
                entry,
            })
        }
        _ => None,
    }
}

fn resources(entry: Entry<'_>) -> BTreeSet<&str> {
    let metrics = entry.root().list(&["spec", "metrics"]);
    let named = metrics.iter().filter_map(|metric| {
        metric.text_at(&["resource", "name"]).or_else(|| metric.text_at(&["containerResource", "name"]))
    });
    let mut by: BTreeSet<&str> = named.collect();
    if metrics.is_empty() {
        // Without metrics it is CPU, in autoscaling/v2 and in v1.
        by.insert("cpu");
    }
    by
}
