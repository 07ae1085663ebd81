//! Clients: how a test itself talks to a cluster.

use std::time::Duration;

use kube::config::{Config, KubeConfigOptions, Kubeconfig};
use kube::core::{ApiResource, DynamicObject, GroupVersionKind};
use kube::{Api, Client};
use serde_json::{Value, json};

use super::cluster::Cluster;

/// Runs a future on a runtime of its own; a client works on the runtime that it was made on.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// Asks until there is an answer; panics with `what` when there is none for two minutes, which is
/// longer than a server takes on a machine that compiles at the same time.
pub async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    const PAUSE: Duration = Duration::from_millis(50);
    for _ in 0..2 * 60 * 20 {
        if let Some(answer) = ask().await {
            return answer;
        }
        tokio::time::sleep(PAUSE).await;
    }
    panic!("waited in vain: {what}");
}

/// A client for a context of a kubeconfig.
pub async fn client(kubeconfig: &std::path::Path, context: &str) -> Client {
    let kubeconfig = Kubeconfig::read_from(kubeconfig).unwrap();
    let options = KubeConfigOptions { context: Some(context.to_owned()), ..KubeConfigOptions::default() };
    let mut config = Config::from_custom_kubeconfig(kubeconfig, &options).await.unwrap();
    config.read_timeout = Some(Duration::from_secs(60));
    // A test is to see the first answer.
    config.default_retry = false;
    Client::try_from(config).unwrap()
}

impl Cluster {
    /// A client of the admin.
    pub async fn client(&self) -> Client {
        client(&self.kubeconfig, &self.name).await
    }

    /// A client of another user.
    pub async fn client_of(&self, user: &str) -> Client {
        client(&self.kubeconfig, &format!("{}-{user}", self.name)).await
    }

    /// Lets one of its users read everything, and change nothing.
    pub async fn lets_read(&self, user: &str) {
        let (client, group) = (self.client().await, "rbac.authorization.k8s.io");
        let role = json!({
            "apiVersion": format!("{group}/v1"), "kind": "ClusterRole", "metadata": { "name": user },
            "rules": [{ "apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list"] }],
        });
        let binding = json!({
            "apiVersion": format!("{group}/v1"), "kind": "ClusterRoleBinding", "metadata": { "name": user },
            "roleRef": { "apiGroup": group, "kind": "ClusterRole", "name": user },
            "subjects": [{ "apiGroup": group, "kind": "User", "name": user }],
        });
        create(&client, &role).await;
        create(&client, &binding).await;
    }

    /// Makes a node that is there for pods as soon as the cluster's KWOK has seen it.
    pub async fn add_node(&self, name: &str, zone: &str) {
        let node = json!({
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {
                "name": name,
                "labels": { "kubernetes.io/hostname": name, "topology.kubernetes.io/zone": zone },
            },
        });
        create(&self.client().await, &node).await;
    }

    /// Makes a namespace that no other test has: its name begins with this, and is returned.
    pub async fn namespace(&self, prefix: &str) -> String {
        let namespace = json!({
            "apiVersion": "v1", "kind": "Namespace", "metadata": { "generateName": format!("{prefix}-") },
        });
        create(&self.client().await, &namespace).await.metadata.name.unwrap()
    }
}

/// Creates an object; panics with the server's answer if it is refused.
pub async fn create(client: &Client, object: &Value) -> DynamicObject {
    let parsed: DynamicObject = serde_json::from_value(object.clone()).unwrap();
    api(client, object).create(&kube::api::PostParams::default(), &parsed).await.unwrap()
}

/// The door to objects of this one's kind, in its namespace if it names one. The plural is a guess
/// that is right for the kinds that tests make.
pub fn api(client: &Client, object: &Value) -> Api<DynamicObject> {
    let text = |key: &str| object[key].as_str().unwrap();
    let (group, version) = text("apiVersion").rsplit_once('/').unwrap_or(("", text("apiVersion")));
    let kind = ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, text("kind")));
    match object["metadata"]["namespace"].as_str() {
        Some(namespace) => Api::namespaced_with(client.clone(), namespace, &kind),
        None => Api::all_with(client.clone(), &kind),
    }
}
