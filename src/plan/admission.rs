//! What a server does to objects on their way in, as far as it can be read off its configuration.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::state::Served;
use crate::object::{Digest, ObjectRef};

/// What can make a server answer the same object in another way than before: its version, the definitions of custom
/// kinds, and what mutates objects. As long as none of it has changed, an object that nobody touched needs no dry run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Admission {
    /// The version of the server, as `v1.36.3`.
    pub version: String,
    /// The UID and generation of each CustomResourceDefinition, by its name: `PLURAL.GROUP`.
    pub definitions: BTreeMap<String, String>,
    /// The webhooks of all `MutatingWebhookConfigurations`, the name of the configuration with each.
    pub webhooks: Vec<(String, Value)>,
    /// The webhooks of all `ValidatingWebhookConfigurations`, the name of the configuration with each; read where there
    /// are objects of Istio, and none where it cannot be read. They check objects and change none.
    pub checks: Option<Vec<(String, Value)>>,
    /// All `MutatingAdmissionPolicies` and their bindings, without their metadata but the name.
    pub policies: Vec<Value>,
    /// The labels of each namespace, by its name.
    pub namespaces: BTreeMap<String, BTreeMap<String, String>>,
    /// The annotations of each namespace, by its name: policies see them as `namespaceObject`, webhooks do not.
    pub annotations: BTreeMap<String, BTreeMap<String, String>>,
    /// Since when each namespace is being deleted that is, by its name, as the server has it (RFC 3339).
    pub ending: BTreeMap<String, String>,
}

impl Admission {
    /// Whether it is known what decides about the form of a kind: the server itself, or a definition. Of what an
    /// aggregated server does nothing is known.
    pub fn knows(&self, object: &ObjectRef, served: &Served) -> bool {
        let is_built_in = !object.group.contains('.') || object.group.ends_with(".k8s.io");
        is_built_in || self.definitions.contains_key(&format!("{}.{}", served.plural, object.group))
    }

    /// The digest of what is done to an object.
    pub fn around(&self, object: &ObjectRef, served: &Served) -> Digest {
        let definition = self.definitions.get(&format!("{}.{}", served.plural, object.group));
        let webhooks: Vec<Value> = self
            .webhooks
            .iter()
            .filter(|(_, webhook)| sees(webhook, object, served))
            .map(|(name, webhook)| json!([name, without_bundle(webhook)]))
            .collect();
        let is_mutated = !webhooks.is_empty() || !self.policies.is_empty();
        let namespace = object.namespace.as_deref().filter(|_| is_mutated);
        let labels = namespace.and_then(|namespace| self.namespaces.get(namespace));
        let is_read = !self.policies.is_empty();
        let annotations = namespace.filter(|_| is_read).and_then(|namespace| self.annotations.get(namespace));
        Digest::of(&json!({
            "version": self.version,
            "definition": definition,
            "webhooks": webhooks,
            "policies": self.policies,
            "labels": labels,
            "annotations": annotations,
        }))
    }
}

/// Whether a webhook may be asked about objects of this kind. What is not understood counts as yes.
fn sees(webhook: &Value, object: &ObjectRef, served: &Served) -> bool {
    let Some(rules) = webhook.get("rules").and_then(Value::as_array) else { return false };
    // A webhook is asked about other versions of a kind too, unless it wants the exact one; so versions do not count.
    let names = |rule: &Value, key: &str, wanted: &str| match rule.get(key).and_then(Value::as_array) {
        Some(names) => names.iter().any(|name| name == "*" || name == "*/*" || name == wanted),
        None => true,
    };
    rules
        .iter()
        .any(|rule| names(rule, "apiGroups", &object.group) && names(rule, "resources", &served.plural))
}

/// A webhook without the certificate of its server, which is renewed without meaning anything.
fn without_bundle(webhook: &Value) -> Value {
    let mut webhook = webhook.clone();
    if let Some(Value::Object(client)) = webhook.get_mut("clientConfig") {
        client.remove("caBundle");
    }
    webhook
}
