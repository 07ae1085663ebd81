//! Dry runs: what a real server says of an object that it is not to keep.

use std::collections::BTreeSet;

use kube::Client;
use kube::client::Body;
use serde_json::{Value, json};

use super::cluster::Cluster;
use super::kinds::Kinds;

/// How an object is sent. Both are dry runs with strict field validation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Server-side apply, forced, as field manager `fleetwright`.
    Apply,
    /// As a new object.
    Create,
}

/// What the server says.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// It would take it, and with these warnings.
    Accepted { object: Value, warnings: Vec<String> },
    /// It would not: its `Status`.
    Refused { code: u16, reason: String, message: String, causes: Vec<Value> },
    /// It has no such kind in this version.
    NotServed,
}

/// Asks one server. It knows the kinds that were there when it was made.
pub struct Judge {
    client: Client,
    kinds: Kinds,
}

impl Judge {
    pub async fn of(cluster: &Cluster) -> Self {
        let client = cluster.client().await;
        let kinds = Kinds::of(&client).await;
        Self { client, kinds }
    }

    /// Makes the namespaces that objects are in, which a dry run needs to be there.
    pub async fn make_namespaces(&self, objects: &[Value]) {
        let names = objects.iter().filter_map(|object| object["metadata"]["namespace"].as_str());
        for name in names.collect::<BTreeSet<_>>() {
            let namespace = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } });
            let body = namespace.to_string().into_bytes();
            let request =
                http::Request::post("/api/v1/namespaces").header("Content-Type", "application/json");
            let (code, _, answer) = self.send(request.body(body).unwrap()).await;
            assert!(code == 201 || code == 409, "namespace {name}: {answer}");
        }
    }

    /// Whether the objects of its kind live in namespaces; `None` if they cannot be applied, or there is no such
    /// kind.
    pub fn is_namespaced(&self, object: &Value) -> Option<bool> {
        self.kinds.is_namespaced(object)
    }

    /// Sends an object as it is, however wrong it is.
    pub async fn ask(&self, way: Way, object: &Value) -> Verdict {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (Some(path), Some(collection)) = (self.kinds.path(object), self.kinds.collection(object)) else {
            return Verdict::NotServed;
        };
        let options = "dryRun=All&fieldManager=fleetwright&fieldValidation=Strict";
        let request = match way {
            Way::Apply => http::Request::patch(format!("{path}?{options}&force=true"))
                .header("Content-Type", "application/apply-patch+yaml"),
            Way::Create => http::Request::post(format!("{collection}?{options}"))
                .header("Content-Type", "application/json"),
        };
        let request = request.body(object.to_string().into_bytes()).unwrap();
        let (code, warnings, answer) = self.send(request).await;
        if (200..300).contains(&code) {
            return Verdict::Accepted { object: answer, warnings };
        }
        let causes = answer["details"]["causes"].as_array().cloned().unwrap_or_default();
        Verdict::Refused { code, reason: text(&answer["reason"]), message: text(&answer["message"]), causes }
    }

    /// The status, the warnings and the body of an answer; a body that is no JSON is a string.
    async fn send(&self, request: http::Request<Vec<u8>>) -> (u16, Vec<String>, Value) {
        let response = self.client.send(request.map(Body::from)).await.unwrap();
        let warnings = response.headers().get_all("warning").into_iter();
        let warnings = warnings.map(|warning| warning.to_str().unwrap().to_owned()).collect();
        let code = response.status().as_u16();
        let body = response.into_body().collect_bytes().await.unwrap();
        let text = || Value::String(String::from_utf8_lossy(&body).into_owned());
        (code, warnings, serde_json::from_slice(&body).unwrap_or_else(|_| text()))
    }
}
