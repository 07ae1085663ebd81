//! The order in which objects are applied.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::reference::ObjectRef;

/// The rank of an object: what others need comes before them. Deletion goes the other way round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ApplyOrder(u8);

/// Ranks, first to last. A kind of a group that is not listed comes at [`OTHERS`].
///
/// Definitions come before what they define, policies before what they hold back, accounts and
/// configuration before the workloads that mount them, subsets (`DestinationRule`) before the routes that
/// use them (`VirtualService`), what asks for certificates of every caller (`PeerAuthentication`) after the
/// callers, and what can hold up every later write (webhooks, `APIService`) last.
const RANKS: [&[(&str, &str)]; 21] = [
    &[("apiextensions.k8s.io", "CustomResourceDefinition")],
    &[("", "Namespace")],
    &[
        ("scheduling.k8s.io", "PriorityClass"),
        ("storage.k8s.io", "StorageClass"),
        ("storage.k8s.io", "CSIDriver"),
        ("storage.k8s.io", "VolumeAttributesClass"),
        ("node.k8s.io", "RuntimeClass"),
        ("networking.k8s.io", "IngressClass"),
        ("gateway.networking.k8s.io", "GatewayClass"),
        ("resource.k8s.io", "DeviceClass"),
        ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy"),
        ("admissionregistration.k8s.io", "MutatingAdmissionPolicy"),
    ],
    &[("networking.k8s.io", "NetworkPolicy"), ("", "ResourceQuota"), ("", "LimitRange")],
    &[("", "ServiceAccount")],
    &[
        ("external-secrets.io", "ClusterSecretStore"),
        ("external-secrets.io", "SecretStore"),
        ("cert-manager.io", "ClusterIssuer"),
        ("cert-manager.io", "Issuer"),
    ],
    &[
        ("", "Secret"),
        ("", "ConfigMap"),
        ("external-secrets.io", "ExternalSecret"),
        ("external-secrets.io", "ClusterExternalSecret"),
        ("cert-manager.io", "Certificate"),
    ],
    &[("", "PersistentVolume")],
    &[("", "PersistentVolumeClaim")],
    // What takes rights away again is there before they are given, and goes after them.
    &[
        ("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"),
        ("rbac.authorization.k8s.io", "ClusterRole"),
        ("rbac.authorization.k8s.io", "Role"),
    ],
    &[("rbac.authorization.k8s.io", "ClusterRoleBinding"), ("rbac.authorization.k8s.io", "RoleBinding")],
    &[
        ("karpenter.k8s.aws", "EC2NodeClass"),
        ("keda.sh", "ClusterTriggerAuthentication"),
        ("keda.sh", "TriggerAuthentication"),
        ("", "Service"),
    ],
    &[
        ("karpenter.sh", "NodePool"),
        ("security.istio.io", "AuthorizationPolicy"),
        ("security.istio.io", "RequestAuthentication"),
        ("networking.istio.io", "DestinationRule"),
        ("networking.istio.io", "ServiceEntry"),
        ("networking.istio.io", "WorkloadEntry"),
        ("networking.istio.io", "Sidecar"),
        ("networking.istio.io", "Gateway"),
        ("gateway.networking.k8s.io", "Gateway"),
        ("gateway.networking.k8s.io", "ReferenceGrant"),
    ],
    // OTHERS
    &[],
    &[
        ("apps", "DaemonSet"),
        ("apps", "StatefulSet"),
        ("apps", "Deployment"),
        ("apps", "ReplicaSet"),
        ("", "ReplicationController"),
        ("", "Pod"),
        ("batch", "Job"),
        ("batch", "CronJob"),
    ],
    &[
        ("autoscaling", "HorizontalPodAutoscaler"),
        ("autoscaling.k8s.io", "VerticalPodAutoscaler"),
        ("keda.sh", "ScaledObject"),
        ("keda.sh", "ScaledJob"),
        ("policy", "PodDisruptionBudget"),
    ],
    &[
        ("networking.istio.io", "VirtualService"),
        ("networking.k8s.io", "Ingress"),
        ("gateway.networking.k8s.io", "HTTPRoute"),
        ("gateway.networking.k8s.io", "GRPCRoute"),
        ("gateway.networking.k8s.io", "TCPRoute"),
        ("gateway.networking.k8s.io", "TLSRoute"),
        ("gateway.networking.k8s.io", "UDPRoute"),
    ],
    &[
        ("monitoring.coreos.com", "ServiceMonitor"),
        ("monitoring.coreos.com", "PodMonitor"),
        ("monitoring.coreos.com", "PrometheusRule"),
    ],
    // Workloads without sidecars are cut off by a strict one: they are there, and ready, first.
    &[("security.istio.io", "PeerAuthentication")],
    &[
        ("admissionregistration.k8s.io", "MutatingAdmissionPolicyBinding"),
        ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"),
        ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"),
    ],
    &[("apiregistration.k8s.io", "APIService")],
];

/// The rank of kinds that are not listed: before the workloads, which may need them.
const OTHERS: u8 = 13;

/// The rank of an object.
pub fn apply_order(reference: &ObjectRef) -> ApplyOrder {
    ApplyOrder(BY_KIND.get(&(&*reference.kind, &*reference.group)).copied().unwrap_or(OTHERS))
}

/// The ranks by kind and group.
static BY_KIND: LazyLock<BTreeMap<(&str, &str), u8>> = LazyLock::new(|| {
    let ranks = (0u8..).zip(RANKS);
    ranks.flat_map(|(rank, kinds)| kinds.iter().map(move |(group, kind)| ((*kind, *group), rank))).collect()
});

/// Every kind with a rank of its own.
#[cfg(test)]
pub(super) fn ranked() -> impl Iterator<Item = (&'static str, &'static str)> {
    RANKS.into_iter().flatten().copied()
}
