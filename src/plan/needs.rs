//! What an object names that is to be there before it.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use crate::object::ObjectRef;
use crate::validate::{full_host, host_patterns, pod_template};

/// The group of Istio's traffic kinds.
pub(super) const NETWORKING: &str = "networking.istio.io";

/// The groups of workloads, scalers and the like that a scaler names without a group.
const APPS: &str = "apps";

/// What an object names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Need {
    /// An object.
    Object(ObjectRef),
    /// The `DestinationRules` of a host, by its full name or a pattern.
    Rules(String),
}

/// Where pods name objects: the key of the map, the key in it that holds the name, and the kind.
const MOUNTS: [(&str, &str, &str); 8] = [
    ("configMap", "name", "ConfigMap"),
    ("configMapRef", "name", "ConfigMap"),
    ("configMapKeyRef", "name", "ConfigMap"),
    ("secret", "secretName", "Secret"),
    ("secret", "name", "Secret"),
    ("secretRef", "name", "Secret"),
    ("secretKeyRef", "name", "Secret"),
    ("persistentVolumeClaim", "claimName", "PersistentVolumeClaim"),
];

/// What an object names that must be there before it is written, and that it must not outlive: what pods mount and run
/// as, what scalers scale, roles, gateways, subsets, and the Services behind routes, webhooks and `APIServices`. What
/// needs nothing to be taken, such as a selector, is not among it.
pub(super) fn needs(object: &ObjectRef, body: &Value) -> BTreeSet<Need> {
    let mut found = Found { from: object, needs: BTreeSet::new() };
    let spec = body.get("spec").unwrap_or(&Value::Null);
    match (&*object.group, &*object.kind) {
        ("autoscaling", "HorizontalPodAutoscaler") => found.target(spec.get("scaleTargetRef"), APPS),
        ("autoscaling.k8s.io", "VerticalPodAutoscaler") => found.target(spec.get("targetRef"), APPS),
        ("keda.sh", "ScaledObject") => {
            found.target(spec.get("scaleTargetRef"), APPS);
            maps(spec, "authenticationRef").for_each(|reference| found.authentication(reference));
        }
        ("keda.sh", "ScaledJob") => {
            maps(spec, "authenticationRef").for_each(|reference| found.authentication(reference));
        }
        ("rbac.authorization.k8s.io", "RoleBinding" | "ClusterRoleBinding") => found.role(body),
        (NETWORKING, "VirtualService") => found.routes(spec),
        ("networking.k8s.io", "Ingress") => {
            maps(spec, "service").for_each(|service| found.named("", "Service", text(service, "name")));
            for tls in list(spec, "tls") {
                found.named("", "Secret", text(tls, "secretName"));
            }
        }
        ("gateway.networking.k8s.io", _) => {
            for parent in list(spec, "parentRefs") {
                found.of_gateway(parent, &object.group, "Gateway");
            }
            for rule in list(spec, "rules") {
                for backend in list(rule, "backendRefs") {
                    found.of_gateway(backend, "", "Service");
                }
            }
        }
        ("admissionregistration.k8s.io", "MutatingWebhookConfiguration")
        | ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration")
        | ("apiregistration.k8s.io", "APIService") => {
            for service in maps(body, "service") {
                found.object("", "Service", text(service, "namespace"), text(service, "name"));
            }
        }
        _ => {}
    }
    if let Some(path) = pod_template(&object.group, &object.kind) {
        let pods = path.iter().try_fold(body, |value, key| value.get(key)).and_then(|pods| pods.get("spec"));
        found.pods(pods.unwrap_or(&Value::Null));
    }
    if object.is(APPS, "StatefulSet") {
        found.named("", "Service", text(spec, "serviceName"));
    }
    found.needs
}

/// The hosts of a DestinationRule, as [`Need::Rules`] asks for them.
pub(super) fn rules_for(object: &ObjectRef, body: &Value) -> Option<String> {
    let host = body.pointer("/spec/host")?.as_str()?;
    object
        .is(NETWORKING, "DestinationRule")
        .then(|| full_host(host, object.namespace.as_deref().unwrap_or_default()))
}

/// Collects what one object names.
struct Found<'o> {
    from: &'o ObjectRef,
    needs: BTreeSet<Need>,
}

impl Found<'_> {
    fn object(&mut self, group: &str, kind: &str, namespace: Option<&str>, name: Option<&str>) {
        let Some(name) = name else { return };
        self.needs.insert(Need::Object(ObjectRef {
            group: Arc::from(group),
            kind: Arc::from(kind),
            namespace: namespace.map(Arc::from),
            name: Arc::from(name),
        }));
    }

    /// An object in the same namespace.
    fn named(&mut self, group: &str, kind: &str, name: Option<&str>) {
        let namespace = self.from.namespace.clone();
        self.object(group, kind, namespace.as_deref(), name);
    }

    fn target(&mut self, target: Option<&Value>, group: &str) {
        let Some(target) = target else { return };
        let group = text(target, "apiVersion").map_or(group, |version| match version.split_once('/') {
            Some((group, _)) => group,
            None => "",
        });
        self.named(group, text(target, "kind").unwrap_or("Deployment"), text(target, "name"));
    }

    fn authentication(&mut self, reference: &Value) {
        match text(reference, "kind") {
            Some(kind @ "ClusterTriggerAuthentication") => {
                self.object("keda.sh", kind, None, text(reference, "name"));
            }
            _ => self.named("keda.sh", "TriggerAuthentication", text(reference, "name")),
        }
    }

    fn role(&mut self, body: &Value) {
        const RBAC: &str = "rbac.authorization.k8s.io";
        if let Some(role) = body.get("roleRef") {
            match text(role, "kind") {
                Some(kind @ "ClusterRole") => self.object(RBAC, kind, None, text(role, "name")),
                _ => self.named(RBAC, "Role", text(role, "name")),
            }
        }
        let accounts =
            list(body, "subjects").iter().filter(|one| text(one, "kind") == Some("ServiceAccount"));
        for account in accounts {
            let namespace = text(account, "namespace").or(self.from.namespace.as_deref()).map(str::to_owned);
            self.object("", "ServiceAccount", namespace.as_deref(), text(account, "name"));
        }
    }

    fn routes(&mut self, spec: &Value) {
        let own = self.from.namespace.clone().unwrap_or_else(|| Arc::from(""));
        for gateway in list(spec, "gateways").iter().filter_map(Value::as_str) {
            let (namespace, name) = gateway.split_once('/').unwrap_or((&own, gateway));
            self.object(NETWORKING, "Gateway", Some(namespace), Some(name));
        }
        // Of routes, mirrors and mirror: there is no other `host` that is a text.
        for host in under(spec, "host").filter_map(Value::as_str) {
            let full = full_host(host, &own);
            self.needs.extend(host_patterns(&full).map(Need::Rules));
            self.needs.insert(Need::Rules(full));
        }
    }

    /// A reference of the Gateway API, which may name a group, kind and namespace of its own.
    fn of_gateway(&mut self, reference: &Value, group: &str, kind: &str) {
        let namespace = text(reference, "namespace").or(self.from.namespace.as_deref()).map(str::to_owned);
        let (group, kind) =
            (text(reference, "group").unwrap_or(group), text(reference, "kind").unwrap_or(kind));
        self.object(group, kind, namespace.as_deref(), text(reference, "name"));
    }

    fn pods(&mut self, spec: &Value) {
        let account = text(spec, "serviceAccountName").or_else(|| text(spec, "serviceAccount"));
        self.named("", "ServiceAccount", account);
        self.object("scheduling.k8s.io", "PriorityClass", None, text(spec, "priorityClassName"));
        self.object("node.k8s.io", "RuntimeClass", None, text(spec, "runtimeClassName"));
        for secret in list(spec, "imagePullSecrets") {
            self.named("", "Secret", text(secret, "name"));
        }
        for (key, name, kind) in MOUNTS {
            for mount in maps(spec, key) {
                self.named("", kind, text(mount, name));
            }
        }
    }
}

fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key)?.as_str()
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The maps under a key, anywhere in a value.
fn maps<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    under(value, key).filter(|value| value.is_object())
}

/// What stands under a key, anywhere in a value.
fn under<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    let mut found = Vec::new();
    let mut waiting = vec![value];
    while let Some(value) = waiting.pop() {
        match value {
            Value::Object(map) => {
                found.extend(map.get(key));
                waiting.extend(map.values());
            }
            Value::Array(items) => waiting.extend(items),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    found.into_iter()
}
