//! When what makes pods is ready.

use serde_json::Value;

use super::Readiness;
use super::live::Live;

/// A Deployment: every replica is of the newest template and available, and no older one is left
/// ([status](https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#deployment-status)).
pub fn deployment(live: &Live<'_>) -> Readiness {
    if let Some(condition) = live.condition("Progressing")
        && condition.is_for("ProgressDeadlineExceeded")
    {
        return Readiness::failed(condition.told());
    }
    let failing = live.condition("ReplicaFailure").filter(|condition| condition.is_true());
    let wanted = live.number_or("/spec/replicas", 1);
    let counted = unseen(live)
        .or_else(|| fewer(live, "updatedReplicas", wanted, "replicas are of the newest template"))
        .or_else(|| more(live, "replicas", wanted))
        .or_else(|| fewer(live, "availableReplicas", wanted, "replicas are available"))
        .or_else(|| fewer(live, "readyReplicas", wanted, "replicas are ready"));
    match (counted, failing) {
        (Some(counted), Some(failing)) => Readiness::not_yet(format!("{counted}; {}", failing.told())),
        (Some(counted), None) if live.0.pointer("/spec/paused").and_then(Value::as_bool) == Some(true) => {
            Readiness::not_yet(format!("{counted}; it is paused by `spec.paused`"))
        }
        (Some(counted), None) => Readiness::not_yet(counted),
        (None, _) => match live.condition("Available") {
            Some(condition) if condition.is_true() => Readiness::Ready,
            Some(condition) => Readiness::not_yet(condition.told()),
            None => Readiness::not_yet("its status does not say yet whether it is available"),
        },
    }
}

/// A StatefulSet: every replica is ready, and those from its partition on are of the newest template. With the strategy
/// `OnDelete` old pods stay until somebody deletes them
/// ([strategies](https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#update-strategies)).
pub fn stateful_set(live: &Live<'_>) -> Readiness {
    let wanted = live.number_or("/spec/replicas", 1);
    let on_delete = live.text("/spec/updateStrategy/type") == Some("OnDelete");
    let partition = live.number("/spec/updateStrategy/rollingUpdate/partition").clamp(0, wanted.max(0));
    let newest = if on_delete { 0 } else { wanted - partition };
    counted(
        unseen(live)
            .or_else(|| fewer(live, "replicas", wanted, "replicas are there"))
            .or_else(|| fewer(live, "updatedReplicas", newest, "replicas are of the newest template"))
            .or_else(|| fewer(live, "readyReplicas", wanted, "replicas are ready"))
            .or_else(|| more(live, "replicas", wanted))
            .or_else(|| fewer(live, "availableReplicas", wanted, "replicas are available")),
    )
}

/// A DaemonSet: each node that is to have a pod has one of the newest template, and it is available.
pub fn daemon_set(live: &Live<'_>) -> Readiness {
    if live.0.pointer("/status/desiredNumberScheduled").is_none() {
        return Readiness::not_yet("its controller has not counted its nodes yet");
    }
    let wanted = live.number("/status/desiredNumberScheduled");
    let on_delete = live.text("/spec/updateStrategy/type") == Some("OnDelete");
    let newest = if on_delete { 0 } else { wanted };
    counted(
        unseen(live)
            .or_else(|| fewer(live, "currentNumberScheduled", wanted, "nodes have a pod"))
            .or_else(|| fewer(live, "updatedNumberScheduled", newest, "pods are of the newest template"))
            .or_else(|| fewer(live, "numberReady", wanted, "pods are ready"))
            .or_else(|| fewer(live, "numberAvailable", wanted, "pods are available")),
    )
}

/// A ReplicaSet or ReplicationController: every replica is there and available.
pub fn replica_set(live: &Live<'_>) -> Readiness {
    if let Some(condition) = live.condition("ReplicaFailure").filter(|condition| condition.is_true()) {
        return Readiness::not_yet(condition.told());
    }
    let wanted = live.number_or("/spec/replicas", 1);
    counted(
        unseen(live)
            .or_else(|| fewer(live, "replicas", wanted, "replicas are there"))
            .or_else(|| fewer(live, "readyReplicas", wanted, "replicas are ready"))
            .or_else(|| fewer(live, "availableReplicas", wanted, "replicas are available"))
            .or_else(|| more(live, "replicas", wanted)),
    )
}

/// A Job: it is complete, or suspended, since then nothing happens that could be waited for.
pub fn job(live: &Live<'_>) -> Readiness {
    let is = |name: &str| live.condition(name).filter(|condition| condition.is_true());
    if let Some(failed) = is("Failed").or_else(|| is("FailureTarget")) {
        return Readiness::failed(failed.told());
    }
    if is("Complete").is_some() || is("Suspended").is_some() {
        return Readiness::Ready;
    }
    if live.text("/status/startTime").is_none() {
        return Readiness::not_yet("it has not started");
    }
    let parallel = live.number_or("/spec/parallelism", 1);
    let wanted = live.number_or("/spec/completions", parallel);
    let (succeeded, failed) = (live.number("/status/succeeded"), live.number("/status/failed"));
    Readiness::not_yet(format!("{succeeded} of {wanted} pods have succeeded, {failed} have failed"))
}

fn counted(missing: Option<String>) -> Readiness {
    missing.map_or(Readiness::Ready, Readiness::not_yet)
}

/// Where no controller has looked at it yet: the counts of its status are none.
fn unseen(live: &Live<'_>) -> Option<String> {
    live.observed().is_none().then(|| "no controller has looked at it yet".to_owned())
}

/// `1 of 3 replicas are available`, where a count of the status is below what is wanted.
fn fewer(live: &Live<'_>, name: &str, wanted: i64, what: &str) -> Option<String> {
    let found = live.number(&format!("/status/{name}"));
    (found < wanted).then(|| format!("{found} of {wanted} {what}"))
}

/// `1 replica too many is still there`, where a count of the status is above what is wanted.
fn more(live: &Live<'_>, name: &str, wanted: i64) -> Option<String> {
    let over = live.number(&format!("/status/{name}")).saturating_sub(wanted);
    let (noun, verb) = if over == 1 { ("replica", "is") } else { ("replicas", "are") };
    (over > 0).then(|| format!("{over} {noun} too many {verb} still there"))
}
