//! The kinds that a server has: where the objects of each are.

use std::fmt::Write as _;

use kube::Client;
use kube::core::{ApiResource, GroupVersionKind};
use kube::discovery::{ApiCapabilities, Discovery, Scope};
use serde_json::Value;

/// The kinds that were there when this was made.
pub struct Kinds(Discovery);

impl Kinds {
    pub async fn of(client: &Client) -> Self {
        Self(Discovery::new(client.clone()).run_aggregated().await.unwrap())
    }

    fn find(&self, object: &Value) -> Option<(ApiResource, ApiCapabilities)> {
        let api_version = object["apiVersion"].as_str()?;
        let (group, version) = api_version.rsplit_once('/').unwrap_or(("", api_version));
        self.0.resolve_gvk(&GroupVersionKind::gvk(group, version, object["kind"].as_str()?))
    }

    /// Whether the objects of its kind live in namespaces; `None` if they cannot be applied, or there is no such
    /// kind.
    pub fn is_namespaced(&self, object: &Value) -> Option<bool> {
        let (_, capabilities) = self.find(object)?;
        capabilities.supports_operation("patch").then_some(capabilities.scope == Scope::Namespaced)
    }

    /// The path of all objects of its kind, in its namespace; `None` if there is no such kind.
    pub fn collection(&self, object: &Value) -> Option<String> {
        let (kind, capabilities) = self.find(object)?;
        let mut path = match kind.group.as_str() {
            "" => format!("/api/{}", kind.version),
            _ => format!("/apis/{}", kind.api_version),
        };
        if capabilities.scope == Scope::Namespaced {
            let namespace = object["metadata"]["namespace"].as_str().unwrap_or("default");
            path.push_str(&format!("/namespaces/{}", escaped(namespace)));
        }
        path.push_str(&format!("/{}", kind.plural));
        Some(path)
    }

    /// Its path; `None` if there is no such kind.
    pub fn path(&self, object: &Value) -> Option<String> {
        let name = escaped(object["metadata"]["name"].as_str().unwrap_or_default());
        self.collection(object).map(|collection| format!("{collection}/{name}"))
    }
}

/// A segment of a path.
fn escaped(segment: &str) -> String {
    let mut path = String::new();
    for byte in segment.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte) {
            path.push(char::from(byte));
        } else {
            write!(path, "%{byte:02X}").unwrap();
        }
    }
    path
}
