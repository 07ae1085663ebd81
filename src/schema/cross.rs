//! What fields of built-in kinds owe to each other, which no schema says.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::check::Problem;
use super::format;
use crate::diagnostic::{one_of, suggest};
use crate::object::Quantity;

/// A definition whose fields are held against each other, as `pkg/apis/core/validation` of k8s.io/kubernetes does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cross {
    /// Requests and limits: known names, and no request above its limit.
    Requirements,
    /// A workload: it selects something, and what containers mount is a volume or a claim.
    Workload,
    /// A Job: as a workload, with a selector of the server's.
    Job,
    /// A Service: its ports, and their names where there are several.
    Service,
    /// A `ConfigMap` or Secret: the names of what it holds.
    Data,
    /// A PodDisruptionBudget: one of its two ways.
    Budget,
    /// A HorizontalPodAutoscaler: its bounds, and what it scales.
    Autoscaler,
    /// A claim: how much it asks for.
    Claim,
    /// A rule of a role: what it is about.
    PolicyRule,
    /// Whom a binding binds.
    Subject,
    /// A `ClusterRoleBinding`: the namespaces of its ServiceAccounts.
    ClusterBinding,
}

/// Where it is said, and what is wrong.
pub type Crossed = (Vec<String>, Problem);

/// The names that requests and limits have without a domain; those of huge pages go on with their size.
const NAMES: [&str; 4] = ["cpu", "memory", "ephemeral-storage", "hugepages-"];

impl Cross {
    /// That of a definition, by its name without `io.k8s.api.`.
    pub fn of(definition: &str) -> Option<Self> {
        match definition {
            "core.v1.ResourceRequirements" => Some(Self::Requirements),
            "apps.v1.DaemonSetSpec"
            | "apps.v1.DeploymentSpec"
            | "apps.v1.ReplicaSetSpec"
            | "apps.v1.StatefulSetSpec" => Some(Self::Workload),
            "batch.v1.JobSpec" => Some(Self::Job),
            "core.v1.ServiceSpec" => Some(Self::Service),
            "core.v1.ConfigMap" | "core.v1.Secret" => Some(Self::Data),
            "policy.v1.PodDisruptionBudgetSpec" => Some(Self::Budget),
            "autoscaling.v1.HorizontalPodAutoscalerSpec" | "autoscaling.v2.HorizontalPodAutoscalerSpec" => {
                Some(Self::Autoscaler)
            }
            "core.v1.PersistentVolumeClaimSpec" => Some(Self::Claim),
            "rbac.v1.PolicyRule" => Some(Self::PolicyRule),
            "rbac.v1.Subject" => Some(Self::Subject),
            "rbac.v1.ClusterRoleBinding" => Some(Self::ClusterBinding),
            _ => None,
        }
    }

    /// What does not go together in a value of the definition.
    pub fn check(self, map: &Map<String, Value>) -> Vec<Crossed> {
        match self {
            Self::Requirements => requirements(map),
            Self::Workload => selector(map).into_iter().chain(mounts(map)).collect(),
            Self::Job => mounts(map),
            Self::Service => ports(map),
            Self::Data => data(map),
            Self::Budget => budget(map),
            Self::Autoscaler => autoscaler(map),
            Self::Claim => claim(map),
            Self::PolicyRule => policy_rule(map),
            Self::Subject => subject(map),
            Self::ClusterBinding => cluster_binding(map),
        }
    }
}

fn requirements(map: &Map<String, Value>) -> Vec<Crossed> {
    let mut found = Vec::new();
    let quantity = |value: &Value| match value {
        Value::String(text) => Quantity::parse(text).ok(),
        Value::Number(number) => Quantity::parse(&number.to_string()).ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    for field in ["limits", "requests"] {
        for (name, value) in map.get(field).and_then(Value::as_object).into_iter().flatten() {
            let path = vec![field.to_owned(), name.clone()];
            let is_known = name.contains('/')
                || NAMES.iter().any(|known| name == known || known.ends_with('-') && name.starts_with(known));
            if !is_known {
                let near = suggest(name, NAMES).map(str::to_owned);
                let known = format!("{}, and names with a domain such as example.com/gpu", one_of(NAMES));
                found.push((path, Problem::Unknown { near, known }));
                continue;
            }
            let limit = map.get("limits").and_then(|limits| limits.get(name)).and_then(quantity);
            match (quantity(value), limit) {
                (Some(value), _) if value < Quantity::ZERO => {
                    found.push((path, Problem::Value("nothing below 0".to_owned())));
                }
                (Some(value), Some(limit)) if value > limit => {
                    found.push((path, Problem::Value("at most its limit".to_owned())));
                }
                _ => {}
            }
        }
    }
    found
}

fn mounts(map: &Map<String, Value>) -> Vec<Crossed> {
    let Some(pod) = map.get("template").and_then(|template| template.get("spec")) else { return Vec::new() };
    let items = |value: Option<&'_ Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    let named = |value: &Value| value.get("name").and_then(Value::as_str).map(str::to_owned);
    let claims = items(map.get("volumeClaimTemplates"));
    let claims = claims.iter().filter_map(|claim| claim.get("metadata").and_then(named));
    let volumes: BTreeSet<String> =
        items(pod.get("volumes")).iter().filter_map(named).chain(claims).collect();
    let mut found = Vec::new();
    for list in ["containers", "initContainers"] {
        for (number, container) in items(pod.get(list)).iter().enumerate() {
            for (mount, value) in items(container.get("volumeMounts")).iter().enumerate() {
                if named(value).is_some_and(|name| !volumes.contains(&name)) {
                    let path = [
                        "template",
                        "spec",
                        list,
                        &number.to_string(),
                        "volumeMounts",
                        &mount.to_string(),
                        "name",
                    ];
                    let known = match volumes.len() {
                        0 => "a volume of the pod, which has none".to_owned(),
                        _ => format!("a volume of the pod: {}", one_of(volumes.iter().map(String::as_str))),
                    };
                    found.push((path.map(str::to_owned).to_vec(), Problem::Value(known)));
                }
            }
        }
    }
    found
}

fn ports(map: &Map<String, Value>) -> Vec<Crossed> {
    let text = |key: &str| map.get(key).and_then(Value::as_str);
    let ports = map.get("ports").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let needs_none = text("type") == Some("ExternalName") || text("clusterIP") == Some("None");
    if ports.is_empty() && !needs_none {
        return vec![(vec!["ports".to_owned()], Problem::Missing)];
    }
    let nameless = ports.iter().enumerate().filter(|(_, port)| port.get("name").is_none_or(Value::is_null));
    let path = |number: usize| vec!["ports".to_owned(), number.to_string(), "name".to_owned()];
    match ports.len() {
        0 | 1 => Vec::new(),
        _ => nameless.map(|(number, _)| (path(number), Problem::Missing)).collect(),
    }
}

fn wrong<const N: usize>(path: [&str; N], what: &str) -> Crossed {
    (path.map(str::to_owned).to_vec(), Problem::Value(what.to_owned()))
}

fn missing<const N: usize>(path: [&str; N]) -> Crossed {
    (path.map(str::to_owned).to_vec(), Problem::Missing)
}

/// A text that is there and not empty.
fn text<'a>(map: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    map.get(key).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// Whether a list or a map is there and has something in it; what is of another type is said elsewhere.
fn has_some(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => false,
        Some(Value::Array(items)) => !items.is_empty(),
        Some(Value::Object(map)) => !map.is_empty(),
        Some(Value::Bool(_) | Value::Number(_) | Value::String(_)) => true,
    }
}

fn selector(map: &Map<String, Value>) -> Vec<Crossed> {
    let selector = map.get("selector").and_then(Value::as_object);
    let is_empty = selector.is_some_and(|selector| {
        !has_some(selector.get("matchLabels")) && !has_some(selector.get("matchExpressions"))
    });
    if is_empty {
        vec![wrong(["selector"], "a selector with matchLabels or matchExpressions")]
    } else {
        Vec::new()
    }
}

fn data(map: &Map<String, Value>) -> Vec<Crossed> {
    let mut found = Vec::new();
    for field in ["data", "binaryData", "stringData"] {
        for key in map.get(field).and_then(Value::as_object).into_iter().flat_map(Map::keys) {
            if let Some(what) = format::broken("config-key", &Value::String(key.clone())) {
                found.push(wrong([field, key], &format!("a key of {what}")));
            }
        }
    }
    found
}

fn budget(map: &Map<String, Value>) -> Vec<Crossed> {
    let has = |key: &str| map.get(key).is_some_and(|value| !value.is_null());
    if has("minAvailable") && has("maxUnavailable") {
        let problem = Problem::Combination("one of minAvailable, maxUnavailable".to_owned());
        return vec![(Vec::new(), problem)];
    }
    Vec::new()
}

fn autoscaler(map: &Map<String, Value>) -> Vec<Crossed> {
    let mut found = Vec::new();
    let number = |key: &str| map.get(key).and_then(Value::as_i64);
    if let (Some(least), Some(most)) = (number("minReplicas"), number("maxReplicas"))
        && most < least
    {
        found.push(wrong(["maxReplicas"], "at least minReplicas"));
    }
    let target = map.get("scaleTargetRef").and_then(Value::as_object);
    if let Some(target) = target.filter(|target| text(target, "kind") != Some("ReplicationController"))
        && text(target, "apiVersion").is_none_or(|version| !version.contains('/'))
    {
        found.push(wrong(["scaleTargetRef", "apiVersion"], "an API version with its group, such as apps/v1"));
    }
    found
}

fn claim(map: &Map<String, Value>) -> Vec<Crossed> {
    let requests = map.get("resources").and_then(|resources| resources.get("requests"));
    let is_asked = requests.and_then(|requests| requests.get("storage")).is_some();
    let has_resources = map.get("resources").is_some_and(Value::is_object);
    if has_resources && !is_asked { vec![missing(["resources", "requests", "storage"])] } else { Vec::new() }
}

fn policy_rule(map: &Map<String, Value>) -> Vec<Crossed> {
    let of_objects = ["apiGroups", "resources"];
    if has_some(map.get("nonResourceURLs")) {
        let has = of_objects.iter().chain(&["resourceNames"]).any(|key| has_some(map.get(*key)));
        let what = "a rule of its own, without apiGroups, resources and resourceNames";
        return if has { vec![wrong(["nonResourceURLs"], what)] } else { Vec::new() };
    }
    of_objects.into_iter().filter(|key| !has_some(map.get(*key))).map(|key| missing([key])).collect()
}

fn subject(map: &Map<String, Value>) -> Vec<Crossed> {
    const GROUP: &str = "rbac.authorization.k8s.io";
    let mut found = Vec::new();
    let group = text(map, "apiGroup");
    match text(map, "kind") {
        Some("ServiceAccount") => {
            if let Some(what) = text(map, "name")
                .and_then(|name| format::broken("dns-subdomain", &Value::String(name.to_owned())))
            {
                found.push(wrong(["name"], what));
            }
            if group.is_some() {
                found.push(wrong(["apiGroup"], "nothing, for a ServiceAccount"));
            }
        }
        Some("User" | "Group") if group.is_some_and(|group| group != GROUP) => {
            found.push(wrong(["apiGroup"], GROUP));
        }
        _ => {}
    }
    found
}

fn cluster_binding(map: &Map<String, Value>) -> Vec<Crossed> {
    let subjects = map.get("subjects").and_then(Value::as_array).into_iter().flatten();
    let nameless = subjects.enumerate().filter(|(_, subject)| {
        subject.as_object().is_some_and(|subject| {
            text(subject, "kind") == Some("ServiceAccount") && text(subject, "namespace").is_none()
        })
    });
    nameless.map(|(number, _)| missing(["subjects", &number.to_string(), "namespace"])).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(cross: Cross, value: Value) -> Vec<String> {
        let found = cross.check(value.as_object().unwrap());
        found
            .iter()
            .map(|(path, problem)| match problem {
                Problem::Unknown { near, .. } => {
                    format!("{}: unknown, near {}", path.join("."), near.as_deref().unwrap_or("nothing"))
                }
                Problem::Value(what) | Problem::Combination(what) => format!("{}: {what}", path.join(".")),
                Problem::Missing => format!("{}: missing", path.join(".")),
                other => format!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn requests_have_known_names_and_stay_below_their_limits() {
        for (value, expected) in [
            (
                json!({ "requests": { "cpu": "500m", "memory": "1Gi" }, "limits": { "cpu": 1, "memory": "1Gi" } }),
                vec![],
            ),
            (json!({ "limits": { "example.com/gpu": 1, "hugepages-2Mi": "4Mi" } }), vec![]),
            (
                json!({ "requests": { "cpu": "2" }, "limits": { "cpu": "1500m" } }),
                vec!["requests.cpu: at most its limit"],
            ),
            (json!({ "requests": { "cpu": "-1" } }), vec!["requests.cpu: nothing below 0"]),
            (json!({ "requests": { "memroy": "1Gi" } }), vec!["requests.memroy: unknown, near memory"]),
            (json!({ "requests": { "cpu": "what" } }), vec![]),
        ] {
            assert_eq!(told(Cross::Requirements, value.clone()), expected, "{value}");
        }
    }

    #[test]
    fn what_is_mounted_is_a_volume_or_a_claim() {
        let workload = |mount: &str| {
            json!({
                "template": { "spec": {
                    "containers": [{ "volumeMounts": [{ "name": mount }] }],
                    "volumes": [{ "name": "config" }],
                } },
                "volumeClaimTemplates": [{ "metadata": { "name": "data" } }],
            })
        };
        assert_eq!(told(Cross::Workload, workload("config")), [""; 0]);
        assert_eq!(told(Cross::Workload, workload("data")), [""; 0]);
        assert_eq!(
            told(Cross::Workload, workload("dat")),
            ["template.spec.containers.0.volumeMounts.0.name: a volume of the pod: config or data"]
        );
    }

    #[test]
    fn a_service_has_ports_and_several_have_names() {
        for (value, expected) in [
            (json!({ "ports": [{ "port": 80 }] }), vec![]),
            (
                json!({ "ports": [{ "port": 80, "name": "a" }, { "port": 81 }] }),
                vec!["ports.1.name: missing"],
            ),
            (json!({}), vec!["ports: missing"]),
            (json!({ "clusterIP": "None" }), vec![]),
            (json!({ "type": "ExternalName" }), vec![]),
        ] {
            assert_eq!(told(Cross::Service, value.clone()), expected, "{value}");
        }
    }

    #[test]
    fn what_servers_refuse_of_several_fields_is_told() {
        for (definition, value, expected) in [
            ("apps.v1.DeploymentSpec", json!({ "selector": { "matchLabels": { "a": "b" } } }), vec![]),
            (
                "apps.v1.DeploymentSpec",
                json!({ "selector": { "matchLabels": {} } }),
                vec!["selector: a selector with matchLabels or matchExpressions"],
            ),
            ("batch.v1.JobSpec", json!({ "selector": {} }), vec![]),
            ("core.v1.Secret", json!({ "data": { "a.b": "" }, "stringData": { "_": "" } }), vec![]),
            (
                "core.v1.ConfigMap",
                json!({ "binaryData": { "a b": "" } }),
                vec![
                    "binaryData.a b: a key of at most 253 letters, digits, -, _ and ., and neither . nor .. first",
                ],
            ),
            (
                "policy.v1.PodDisruptionBudgetSpec",
                json!({ "minAvailable": 1, "maxUnavailable": null }),
                vec![],
            ),
            (
                "policy.v1.PodDisruptionBudgetSpec",
                json!({ "minAvailable": 1, "maxUnavailable": 1 }),
                vec![": one of minAvailable, maxUnavailable"],
            ),
            (
                "autoscaling.v2.HorizontalPodAutoscalerSpec",
                json!({ "minReplicas": 3, "maxReplicas": 2, "scaleTargetRef": { "kind": "Deployment" } }),
                vec![
                    "maxReplicas: at least minReplicas",
                    "scaleTargetRef.apiVersion: an API version with its group, such as apps/v1",
                ],
            ),
            (
                "autoscaling.v2.HorizontalPodAutoscalerSpec",
                json!({ "maxReplicas": 2, "scaleTargetRef": { "kind": "ReplicationController" } }),
                vec![],
            ),
            (
                "core.v1.PersistentVolumeClaimSpec",
                json!({ "resources": { "limits": { "storage": "1Gi" } } }),
                vec!["resources.requests.storage: missing"],
            ),
            ("rbac.v1.PolicyRule", json!({ "verbs": ["get"], "nonResourceURLs": ["/"] }), vec![]),
            (
                "rbac.v1.PolicyRule",
                json!({ "verbs": ["get"], "resources": [] }),
                vec!["apiGroups: missing", "resources: missing"],
            ),
            (
                "rbac.v1.PolicyRule",
                json!({ "nonResourceURLs": ["/"], "resourceNames": ["a"] }),
                vec!["nonResourceURLs: a rule of its own, without apiGroups, resources and resourceNames"],
            ),
            (
                "rbac.v1.Subject",
                json!({ "kind": "ServiceAccount", "name": "a b", "apiGroup": "x" }),
                vec![
                    "name: a DNS subdomain: at most 253 lower-case letters, digits, - and ., with a letter or digit at both ends",
                    "apiGroup: nothing, for a ServiceAccount",
                ],
            ),
            ("rbac.v1.Subject", json!({ "kind": "User", "name": "a b" }), vec![]),
            (
                "rbac.v1.Subject",
                json!({ "kind": "Group", "apiGroup": "x" }),
                vec!["apiGroup: rbac.authorization.k8s.io"],
            ),
            (
                "rbac.v1.ClusterRoleBinding",
                json!({ "subjects": [{ "kind": "User" }, { "kind": "ServiceAccount" }] }),
                vec!["subjects.1.namespace: missing"],
            ),
        ] {
            assert_eq!(told(Cross::of(definition).unwrap(), value.clone()), expected, "{definition} {value}");
        }
    }
}
