//! When the built-in kinds that make no pods are ready.

use super::Readiness;
use super::live::Live;

/// A PersistentVolumeClaim: it is bound.
pub fn claim(live: &Live<'_>) -> Readiness {
    match live.text("/status/phase") {
        Some("Bound") => Readiness::Ready,
        Some("Lost") => Readiness::failed("it has lost its volume"),
        Some(_) | None => Readiness::not_yet(
            "it is not bound; if its class waits for the first consumer and no pod uses it, say \
             `ready_when = { PersistentVolumeClaim = \"create\" }` in its unit",
        ),
    }
}

/// A PersistentVolume: it could be used, or was.
pub fn volume(live: &Live<'_>) -> Readiness {
    match live.text("/status/phase") {
        Some("Available" | "Bound" | "Released") => Readiness::Ready,
        Some("Failed") => Readiness::failed(format!(
            "it could not be reclaimed: {}",
            super::live::one_line(live.text("/status/message").unwrap_or("no reason is given"))
        )),
        Some(_) | None => Readiness::not_yet("it is not available yet"),
    }
}

/// A Service: one of the type `LoadBalancer` has an address.
pub fn service(live: &Live<'_>) -> Readiness {
    let balanced = live.text("/spec/type") == Some("LoadBalancer");
    if balanced && live.items("/status/loadBalancer/ingress").is_empty() {
        return Readiness::not_yet("its load balancer has no address yet");
    }
    Readiness::Ready
}

/// A Namespace: it is active.
pub fn namespace(live: &Live<'_>) -> Readiness {
    match live.text("/status/phase") {
        Some("Active") => Readiness::Ready,
        Some(phase) => Readiness::not_yet(format!("its phase is {phase}")),
        None => Readiness::not_yet("it has no phase yet"),
    }
}

/// A PodDisruptionBudget: its controller has counted what it allows.
pub fn disruption_budget(live: &Live<'_>) -> Readiness {
    let failed = live.condition("DisruptionAllowed").filter(|condition| condition.is_for("SyncFailed"));
    match (live.observed(), failed) {
        (None, _) => Readiness::not_yet("no controller has looked at it yet"),
        (Some(_), Some(condition)) => Readiness::not_yet(condition.told()),
        (Some(_), None) => Readiness::Ready,
    }
}

/// A HorizontalPodAutoscaler: it can read its metrics and scale its target. One that is switched off by a scale of zero
/// is as it is meant.
pub fn autoscaler(live: &Live<'_>) -> Readiness {
    let refuses = |name: &str| live.condition(name).filter(|condition| !condition.is_true());
    if let Some(condition) = refuses("AbleToScale") {
        return Readiness::not_yet(condition.told());
    }
    match live.condition("ScalingActive") {
        Some(condition) if condition.is_true() || condition.is_for("ScalingDisabled") => Readiness::Ready,
        Some(condition) => Readiness::not_yet(condition.told()),
        None => Readiness::not_yet("it has not read its metrics yet"),
    }
}

/// A CustomResourceDefinition: its kind is served
/// ([conditions](https://kubernetes.io/docs/reference/kubernetes-api/extend-resources/custom-resource-definition-v1/)).
pub fn definition(live: &Live<'_>) -> Readiness {
    if let Some(condition) = live.condition("NamesAccepted").filter(|condition| condition.is_false()) {
        return Readiness::failed(condition.told());
    }
    match live.condition("Established") {
        Some(condition) if condition.is_true() => Readiness::Ready,
        Some(condition) if condition.is_false() && !condition.is_for("Installing") => {
            Readiness::failed(condition.told())
        }
        Some(condition) => Readiness::not_yet(condition.told()),
        None => Readiness::not_yet("its kind is not served yet"),
    }
}

/// An APIService: the server behind it answers.
pub fn api_service(live: &Live<'_>) -> Readiness {
    match live.condition("Available") {
        Some(condition) if condition.is_true() => Readiness::Ready,
        Some(condition) => Readiness::not_yet(condition.told()),
        None => Readiness::not_yet("nobody has tried it yet"),
    }
}
