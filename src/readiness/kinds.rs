//! Which rule says whether an object of a kind is ready.

use super::live::Live;
use super::{Readiness, builtin, custom, pods, workloads};

/// How an object of a kind becomes ready.
#[derive(Clone, Copy)]
pub enum Rule {
    /// As soon as it is there: it has no status that is worth waiting for.
    Exists,
    /// By a rule of its own, and whether it may stop being ready by itself.
    Own(fn(&Live<'_>) -> Readiness, bool),
    /// By the conditions that custom resources have in common.
    Custom,
}

/// The groups whose kinds are all built in.
const BUILT_IN: [&str; 16] = [
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "apiregistration.k8s.io",
    "authentication.k8s.io",
    "authorization.k8s.io",
    "certificates.k8s.io",
    "coordination.k8s.io",
    "discovery.k8s.io",
    "events.k8s.io",
    "flowcontrol.apiserver.k8s.io",
    "networking.k8s.io",
    "node.k8s.io",
    "rbac.authorization.k8s.io",
    "resource.k8s.io",
    "scheduling.k8s.io",
    "storage.k8s.io",
];

/// The groups of custom resources without a status that is worth waiting for: Istio writes one only where it is asked to
/// ([`PILOT_ENABLE_STATUS`](https://istio.io/latest/docs/reference/commands/pilot-discovery/)).
const GROUPS_WITHOUT_STATUS: [&str; 4] =
    ["networking.istio.io", "security.istio.io", "telemetry.istio.io", "extensions.istio.io"];

/// The custom resources without a status that is worth waiting for: what others read, and nobody reconciles.
const KINDS_WITHOUT_STATUS: [(&str, &str); 11] = [
    ("autoscaling.k8s.io", "VerticalPodAutoscaler"),
    ("gateway.networking.k8s.io", "ReferenceGrant"),
    ("keda.sh", "ClusterTriggerAuthentication"),
    ("keda.sh", "TriggerAuthentication"),
    ("monitoring.coreos.com", "AlertmanagerConfig"),
    ("monitoring.coreos.com", "PodMonitor"),
    ("monitoring.coreos.com", "Probe"),
    ("monitoring.coreos.com", "PrometheusRule"),
    ("monitoring.coreos.com", "ScrapeConfig"),
    ("monitoring.coreos.com", "ServiceMonitor"),
    ("opentelemetry.io", "Instrumentation"),
];

/// The rule for a kind.
pub fn rule(group: &str, kind: &str) -> Rule {
    match (group, kind) {
        ("apps", "Deployment") => Rule::Own(workloads::deployment, true),
        ("apps", "StatefulSet") => Rule::Own(workloads::stateful_set, true),
        ("apps", "DaemonSet") => Rule::Own(workloads::daemon_set, true),
        ("apps", "ReplicaSet") | ("", "ReplicationController") => Rule::Own(workloads::replica_set, true),
        ("", "Pod") => Rule::Own(pods::pod, true),
        ("batch", "Job") => Rule::Own(workloads::job, false),
        ("", "PersistentVolumeClaim") => Rule::Own(builtin::claim, false),
        ("", "PersistentVolume") => Rule::Own(builtin::volume, false),
        ("", "Service") => Rule::Own(builtin::service, false),
        ("", "Namespace") => Rule::Own(builtin::namespace, false),
        ("policy", "PodDisruptionBudget") => Rule::Own(builtin::disruption_budget, false),
        ("autoscaling", "HorizontalPodAutoscaler") => Rule::Own(builtin::autoscaler, true),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => Rule::Own(builtin::definition, false),
        ("apiregistration.k8s.io", "APIService") => Rule::Own(builtin::api_service, true),
        ("gateway.networking.k8s.io", "HTTPRoute" | "GRPCRoute" | "TLSRoute" | "TCPRoute" | "UDPRoute") => {
            Rule::Own(custom::route, true)
        }
        _ if !group.contains('.') || BUILT_IN.contains(&group) => Rule::Exists,
        _ if GROUPS_WITHOUT_STATUS.contains(&group) || KINDS_WITHOUT_STATUS.contains(&(group, kind)) => {
            Rule::Exists
        }
        _ => Rule::Custom,
    }
}

/// The conditions by which an object of a kind with a rule of its own is ready, where that may change: when one of them
/// turned, it became so.
pub fn turning(group: &str, kind: &str) -> &'static [&'static str] {
    match (group, kind) {
        ("apps", "Deployment") | ("apiregistration.k8s.io", "APIService") => &["Available"],
        ("", "Pod") => &["Ready"],
        ("autoscaling", "HorizontalPodAutoscaler") => &["AbleToScale", "ScalingActive"],
        _ => &[],
    }
}
