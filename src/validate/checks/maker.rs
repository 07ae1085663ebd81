//! Makers: the groups of custom kinds, by whether somebody makes pods, Services or the like of their objects.

/// Whether objects of a kind make others that no fleet renders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Maker {
    /// They are policy or configuration.
    No,
    /// They are what operators make pods of.
    Yes,
    /// Nothing is known of the group.
    Perhaps,
}

/// Groups that make neither pods nor Services, each with all groups below it. Those of Kubernetes itself end in
/// `.k8s.io`, or have no dot.
const QUIET: [&str; 42] = [
    "argoproj.io",
    "bitnami.com",
    "cert-manager.io",
    "chaos-mesh.org",
    "cilium.io",
    "cloud.google.com",
    "configuration.konghq.com",
    "elbv2.k8s.aws",
    "extensions.istio.io",
    "external-secrets.io",
    "fluxcd.io",
    "gatekeeper.sh",
    "gateway.envoyproxy.io",
    "getambassador.io",
    "isindir.github.com",
    "k8s.io",
    "k8s.nginx.org",
    "karpenter.azure.com",
    "karpenter.k8s.aws",
    "karpenter.sh",
    "keda.sh",
    "kyverno.io",
    "linkerd.io",
    "monitoring.coreos.com",
    "monitoring.googleapis.com",
    "networking.gke.io",
    "networking.istio.io",
    "openslo.com",
    "projectcalico.org",
    "projectcontour.io",
    "pyrra.dev",
    "secrets.hashicorp.com",
    "security.istio.io",
    "sloth.slok.dev",
    "smi-spec.io",
    "telemetry.istio.io",
    "traefik.containo.us",
    "traefik.io",
    "velero.io",
    "vpcresources.k8s.aws",
    "wgpolicyk8s.io",
    "x-k8s.io",
];

/// Groups whose operators are known to make pods or Services, each with all groups below it. They come before
/// [`QUIET`], of which some are above them.
const LOUD: [&str; 48] = [
    "acid.zalan.do",
    "actions.github.com",
    "actions.summerwind.dev",
    "agents.x-k8s.io",
    "apps.kruise.io",
    "cassandra.datastax.com",
    "clickhouse.altinity.com",
    "cnpg.io",
    "crossplane.io",
    "crunchydata.com",
    "databases.spotahome.com",
    "dragonflydb.io",
    "druid.apache.org",
    "flagger.app",
    "flink.apache.org",
    "helm.cattle.io",
    "helm.toolkit.fluxcd.io",
    "install.istio.io",
    "jaegertracing.io",
    "jobset.x-k8s.io",
    "k8s.elastic.co",
    "k8s.keycloak.org",
    "kiali.io",
    "knative.dev",
    "kserve.io",
    "kubeflow.org",
    "kubevirt.io",
    "kustomize.toolkit.fluxcd.io",
    "leaderworkerset.x-k8s.io",
    "loki.grafana.com",
    "minio.min.io",
    "mongodb.com",
    "nats.io",
    "opensearch.opster.io",
    "opentelemetry.io",
    "operator.victoriametrics.com",
    "opstreelabs.in",
    "percona.com",
    "planetscale.com",
    "rabbitmq.com",
    "ray.io",
    "sailoperator.io",
    "scylladb.com",
    "solr.apache.org",
    "sparkoperator.k8s.io",
    "strimzi.io",
    "tekton.dev",
    "zookeeper.pravega.io",
];

/// Kinds that are not as the rest of their group: group, kind, and what they are.
const KINDS: [(&str, &str, Maker); 14] = [
    // A Gateway of the Gateway API makes its pods and Service.
    ("gateway.networking.k8s.io", "Gateway", Maker::Yes),
    ("monitoring.coreos.com", "Alertmanager", Maker::Yes),
    ("monitoring.coreos.com", "Prometheus", Maker::Yes),
    ("monitoring.coreos.com", "PrometheusAgent", Maker::Yes),
    ("monitoring.coreos.com", "ThanosRuler", Maker::Yes),
    ("argoproj.io", "Application", Maker::Yes),
    ("argoproj.io", "ApplicationSet", Maker::Yes),
    ("argoproj.io", "CronWorkflow", Maker::Yes),
    ("argoproj.io", "EventBus", Maker::Yes),
    ("argoproj.io", "EventSource", Maker::Yes),
    ("argoproj.io", "Experiment", Maker::Yes),
    ("argoproj.io", "Sensor", Maker::Yes),
    ("argoproj.io", "Workflow", Maker::Yes),
    ("projectcontour.io", "ContourDeployment", Maker::Yes),
];

impl Maker {
    /// What is known of a kind.
    pub fn of(group: &str, kind: &str) -> Self {
        if let Some((_, _, maker)) = KINDS.iter().find(|known| (known.0, known.1) == (group, kind)) {
            return *maker;
        }
        if !group.contains('.') {
            return Self::No;
        }
        if LOUD.iter().any(|known| is_within(group, known)) {
            return Self::Yes;
        }
        match QUIET.iter().any(|known| is_within(group, known)) {
            true => Self::No,
            false => Self::Perhaps,
        }
    }
}

/// Whether a group is another, or below it.
fn is_within(group: &str, above: &str) -> bool {
    group.strip_suffix(above).is_some_and(|start| start.is_empty() || start.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_known_with_those_below_them() {
        let table = [
            ("apps", "Deployment", Maker::No),
            ("networking.k8s.io", "Ingress", Maker::No),
            ("gateway.networking.k8s.io", "HTTPRoute", Maker::No),
            ("gateway.networking.k8s.io", "Gateway", Maker::Yes),
            ("sparkoperator.k8s.io", "SparkApplication", Maker::Yes),
            ("secrets-store.csi.x-k8s.io", "SecretProviderClass", Maker::No),
            ("jobset.x-k8s.io", "JobSet", Maker::Yes),
            ("policy.linkerd.io", "Server", Maker::No),
            ("argoproj.io", "AnalysisTemplate", Maker::No),
            ("argoproj.io", "Workflow", Maker::Yes),
            ("postgresql.cnpg.io", "Cluster", Maker::Yes),
            ("notcilium.io", "Thing", Maker::Perhaps),
            ("example.com", "Thing", Maker::Perhaps),
        ];
        for (group, kind, expected) in table {
            assert_eq!(Maker::of(group, kind), expected, "{group} {kind}");
        }
    }
}
