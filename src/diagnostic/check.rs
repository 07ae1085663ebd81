//! The checks that a fleet can be excused from: the table that messages, `excuse`, SARIF and the documentation
//! know them by.

use super::code::Code;
use super::list::Severity;

/// A check on rendered objects, or on the settings of a service, that an `excuse` can name.
#[derive(Debug, PartialEq, Eq)]
pub struct Check {
    /// What an `excuse` names it by.
    pub id: &'static str,
    /// The code of its findings on rendered objects.
    pub code: Code,
    /// How bad a finding is, where the check does not say otherwise.
    pub severity: Severity,
    /// What it finds, in one line.
    pub finds: &'static str,
    /// How to mend what it finds, in one line.
    pub mend: &'static str,
}

/// The checks, by the number of their code. `fleet/README.md` has the same table.
pub static CHECKS: [&Check; 24] = [
    &REQUESTS,
    &LIMITS,
    &READINESS,
    &LIVENESS,
    &FAULT,
    &AUTOSCALE,
    &DISRUPTION,
    &IMAGE_LATEST,
    &PRIVILEGED,
    &HOST_NAMESPACES,
    &SERVICE_ACCOUNT,
    &BESTEFFORT,
    &HPA_REPLICAS,
    &PDB_BLOCKS,
    &SELECTOR,
    &SERVICE_PORT,
    &VIRTUAL_SERVICE,
    &SUBSET,
    &GATEWAY_CERTIFICATE,
    &HOST_TWICE,
    &AUTHORIZATION_POLICY,
    &NAMESPACE,
    &DANGEROUS,
    &AUTOSCALE_TARGET,
];

/// `requests`.
pub static REQUESTS: Check = Check {
    id: "requests",
    code: Code::new("V101"),
    severity: Severity::Error,
    finds: "a container without a CPU or memory request",
    mend: "set `requests`",
};

/// `limits`.
pub static LIMITS: Check = Check {
    id: "limits",
    code: Code::new("V102"),
    severity: Severity::Error,
    finds: "a container without a memory limit",
    mend: "set `limits`; a CPU limit may be missing",
};

/// `readiness`.
pub static READINESS: Check = Check {
    id: "readiness",
    code: Code::new("V103"),
    severity: Severity::Error,
    finds: "a workload that serves or runs on without a readiness probe",
    mend: "add `probe \"readiness\"`",
};

/// `liveness`.
pub static LIVENESS: Check = Check {
    id: "liveness",
    code: Code::new("V104"),
    severity: Severity::Error,
    finds: "a workload that runs on without a liveness probe",
    mend: "add `probe \"liveness\"`",
};

/// `fault`.
pub static FAULT: Check = Check {
    id: "fault",
    code: Code::new("V105"),
    severity: Severity::Error,
    finds: "faults injected into the traffic of a cluster with the label env=prod",
    mend: "keep the fault to other clusters with an override",
};

/// `autoscale`.
pub static AUTOSCALE: Check = Check {
    id: "autoscale",
    code: Code::new("V106"),
    severity: Severity::Error,
    finds: "two autoscalers that change one workload",
    mend: "leave one of them",
};

/// `disruption`.
pub static DISRUPTION: Check = Check {
    id: "disruption",
    code: Code::new("V107"),
    severity: Severity::Error,
    finds: "a workload of several replicas without a PodDisruptionBudget",
    mend: "add a `disruption` block, or render a PodDisruptionBudget",
};

/// `image-latest`.
pub static IMAGE_LATEST: Check = Check {
    id: "image-latest",
    code: Code::new("V108"),
    severity: Severity::Error,
    finds: "an image with the tag `latest`, or with neither tag nor digest",
    mend: "name a version or a digest",
};

/// `privileged`.
pub static PRIVILEGED: Check = Check {
    id: "privileged",
    code: Code::new("V109"),
    severity: Severity::Error,
    finds: "a privileged container, privilege escalation, added capabilities or a hostPath",
    mend: "take it away",
};

/// `host-namespaces`.
pub static HOST_NAMESPACES: Check = Check {
    id: "host-namespaces",
    code: Code::new("V110"),
    severity: Severity::Error,
    finds: "a pod in the network, process or IPC namespace of its node, or on a port of it",
    mend: "take it away",
};

/// `service-account`.
pub static SERVICE_ACCOUNT: Check = Check {
    id: "service-account",
    code: Code::new("V111"),
    severity: Severity::Warning,
    finds: "a pod with the default ServiceAccount of its namespace, or with one that nothing renders; an error for a slip",
    mend: "give it a ServiceAccount of its own",
};

/// `besteffort`.
pub static BESTEFFORT: Check = Check {
    id: "besteffort",
    code: Code::new("V112"),
    severity: Severity::Error,
    finds: "a BestEffort pod: no container has a request or limit; a warning where not env=prod",
    mend: "set `requests`",
};

/// `hpa-replicas`.
pub static HPA_REPLICAS: Check = Check {
    id: "hpa-replicas",
    code: Code::new("V113"),
    severity: Severity::Error,
    finds: "a fixed number of replicas on what an autoscaler scales",
    mend: "take `replicas` away",
};

/// `pdb-blocks`.
pub static PDB_BLOCKS: Check = Check {
    id: "pdb-blocks",
    code: Code::new("V114"),
    severity: Severity::Error,
    finds: "a PodDisruptionBudget that lets no pod be evicted",
    mend: "allow one disruption at least",
};

/// `selector`.
pub static SELECTOR: Check = Check {
    id: "selector",
    code: Code::new("V115"),
    severity: Severity::Error,
    finds: "a selector that matches no rendered pod",
    mend: "give it the labels of the pod template",
};

/// `service-port`.
pub static SERVICE_PORT: Check = Check {
    id: "service-port",
    code: Code::new("V116"),
    severity: Severity::Error,
    finds: "a port of a Service or probe that no container has",
    mend: "name a port of the container",
};

/// `virtual-service`.
pub static VIRTUAL_SERVICE: Check = Check {
    id: "virtual-service",
    code: Code::new("V117"),
    severity: Severity::Error,
    finds: "a VirtualService with a gateway, host, port or subset that is not there",
    mend: "name one that is rendered",
};

/// `subset`.
pub static SUBSET: Check = Check {
    id: "subset",
    code: Code::new("V118"),
    severity: Severity::Error,
    finds: "a DestinationRule for a host that is not there, or with a subset that selects no pod",
    mend: "give it the labels of the pod template",
};

/// `gateway-certificate`.
pub static GATEWAY_CERTIFICATE: Check = Check {
    id: "gateway-certificate",
    code: Code::new("V119"),
    severity: Severity::Warning,
    finds: "a gateway whose certificate nothing renders",
    mend: "render a Certificate, ExternalSecret or Secret in the namespace of the gateway pods",
};

/// `host-twice`.
pub static HOST_TWICE: Check = Check {
    id: "host-twice",
    code: Code::new("V120"),
    severity: Severity::Error,
    finds: "one host claimed twice on the same port, path or gateway",
    mend: "leave one of them",
};

/// `authorization-policy`.
pub static AUTHORIZATION_POLICY: Check = Check {
    id: "authorization-policy",
    code: Code::new("V121"),
    severity: Severity::Error,
    finds: "an AuthorizationPolicy that selects no pod, or names a caller that is not there",
    mend: "give it the labels of the pod template, and callers that are rendered",
};

/// `namespace`.
pub static NAMESPACE: Check = Check {
    id: "namespace",
    code: Code::new("V122"),
    severity: Severity::Warning,
    finds: "an object in a namespace that the fleet does not render, though it renders others",
    mend: "render the namespace",
};

/// `dangerous`.
pub static DANGEROUS: Check = Check {
    id: "dangerous",
    code: Code::new("V123"),
    severity: Severity::Error,
    finds: "an object that can stop or take over the whole cluster",
    mend: "narrow it down",
};

/// `autoscale-target`.
pub static AUTOSCALE_TARGET: Check = Check {
    id: "autoscale-target",
    code: Code::new("V124"),
    severity: Severity::Error,
    finds: "an autoscaler whose target is missing or cannot be scaled",
    mend: "name a workload that is rendered",
};

impl Check {
    /// The check with this id.
    pub fn of(id: &str) -> Option<&'static Self> {
        CHECKS.into_iter().find(|check| check.id == id)
    }
}
