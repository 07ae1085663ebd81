//! Mutating webhooks: what a cluster's server asks about objects on their way in.

use std::sync::Arc;

use kube::Client;
use kube::api::{DeleteParams, Patch, PatchParams, PostParams};
use kube::core::DynamicObject;
use serde_json::{Value, json};

use super::client::{api, eventually};
use super::cluster::Cluster;
use super::supervisor::Supervisor;

/// What a webhook does to every object that it sees.
#[derive(Clone, Debug)]
pub enum Does {
    /// It lets all pass as they are.
    Nothing,
    /// It puts this label on.
    Label(&'static str, &'static str),
    /// It puts this registry in the place of that of every container's image.
    Registry(&'static str),
    /// It puts a label on, and another registry in.
    LabelAndRegistry(&'static str, &'static str, &'static str),
    /// It refuses all, with this message.
    Deny(String),
    /// It refuses dry runs, with this message.
    DenyDryRun(String),
    /// It never says anything.
    Stall,
}

impl Does {
    fn to_json(&self) -> Value {
        match self {
            Self::Nothing => json!({}),
            Self::Label(key, value) => json!({ "labels": { *key: value } }),
            Self::Registry(registry) => json!({ "registry": registry }),
            Self::LabelAndRegistry(key, value, registry) => {
                json!({ "labels": { *key: value }, "registry": registry })
            }
            Self::Deny(message) => json!({ "deny": message }),
            Self::DenyDryRun(message) => json!({ "denyDryRun": message }),
            Self::Stall => json!({ "stall": true }),
        }
    }
}

/// A question that a server asked.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Review {
    /// That of the URL in the configuration.
    pub path: String,
    pub group: String,
    pub kind: String,
    pub namespace: String,
    pub name: String,
    pub operation: String,
    pub dry_run: bool,
}

/// A running webhook; it ends when this is dropped, and then nobody answers at its address.
pub struct Webhook {
    /// Its address.
    pub url: String,
    name: String,
    authority: String,
    supervisor: Arc<Supervisor>,
}

impl Webhook {
    /// Runs a webhook that a cluster's server can trust. It is asked nothing before it is installed.
    pub fn of(cluster: &Cluster, does: &Does) -> Self {
        let supervisor = cluster.supervisor();
        let started = supervisor.ask("hook", json!({ "cluster": cluster.name, "does": does.to_json() }));
        let text = |key: &str| started[key].as_str().unwrap().to_owned();
        Self { url: text("url"), name: text("name"), authority: cluster.authority.clone(), supervisor }
    }

    fn ask(&self, what: &str, details: Value) -> Value {
        self.supervisor.ask("hook", json!({ "name": self.name, what: details }))
    }

    /// From now on it does this, which its configuration does not show.
    pub fn becomes(&self, does: &Does) {
        self.ask("does", does.to_json());
    }

    /// Every question so far, in the order of arrival.
    pub fn reviews(&self) -> Vec<Review> {
        serde_json::from_value(self.ask("reviews", json!(true))).unwrap()
    }

    /// A MutatingWebhookConfiguration of this name that has the server ask about objects of these kinds, given as group
    /// and plural, in the namespace; whoever does not answer within two seconds refuses.
    pub fn configuration(&self, name: &str, kinds: &[(&str, &str)], namespace: &str) -> Value {
        let rules: Vec<Value> = kinds
            .iter()
            .map(|(group, plural)| {
                json!({
                    "apiGroups": [group], "apiVersions": ["*"], "resources": [plural],
                    "operations": ["CREATE", "UPDATE"], "scope": "*",
                })
            })
            .collect();
        json!({
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "MutatingWebhookConfiguration",
            "metadata": { "name": name },
            "webhooks": [{
                "name": format!("{name}.lab.fleetwright.dev"),
                "admissionReviewVersions": ["v1"],
                "sideEffects": "None",
                "failurePolicy": "Fail",
                "timeoutSeconds": 2,
                "clientConfig": { "url": format!("{}/{name}", self.url), "caBundle": base64(&self.authority) },
                "namespaceSelector": { "matchLabels": { "kubernetes.io/metadata.name": namespace } },
                "rules": rules,
            }],
        })
    }

    /// Creates or changes a configuration, and waits until the server acts on it: until it asks at the path that this
    /// has in its URL about `seen`, which is created as a dry run.
    pub async fn install(&self, client: &Client, configuration: &Value, seen: &Value) {
        let name = configuration["metadata"]["name"].as_str().unwrap();
        let apply = PatchParams::apply("lab").force();
        api(client, configuration).patch(name, &apply, &Patch::Apply(configuration)).await.unwrap();
        let url = configuration.pointer("/webhooks/0/clientConfig/url").and_then(Value::as_str).unwrap();
        let path = url.strip_prefix(&self.url).unwrap();
        let asked = self.reviews().len();
        eventually("the server asks the webhook", async || {
            probe(client, seen).await;
            self.reviews().iter().skip(asked).any(|review| review.path == path).then_some(())
        })
        .await;
    }

    /// Deletes a configuration, and waits until the server asks about `seen` no more.
    pub async fn uninstall(&self, client: &Client, configuration: &Value, seen: &Value) {
        let name = configuration["metadata"]["name"].as_str().unwrap();
        api(client, configuration).delete(name, &DeleteParams::default()).await.unwrap();
        eventually("the server asks the webhook no more", async || {
            let asked = self.reviews().len();
            probe(client, seen).await;
            (self.reviews().len() == asked).then_some(())
        })
        .await;
    }
}

/// Creates an object that is not kept; what the server says of it is nobody's concern.
async fn probe(client: &Client, seen: &Value) {
    let object: DynamicObject = serde_json::from_value(seen.clone()).unwrap();
    let dry_run = PostParams { dry_run: true, ..PostParams::default() };
    drop(api(client, seen).create(&dry_run, &object).await);
}

fn base64(text: &str) -> String {
    fleetwright::object::base64_encode(text.as_bytes())
}

impl Drop for Webhook {
    fn drop(&mut self) {
        drop(self.supervisor.try_ask("hook", json!({ "name": self.name, "close": true })));
    }
}
