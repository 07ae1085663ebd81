//! Field managers: who changes the objects of a cluster, and under which name.

use kube::Client;
use kube::client::Body;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::client::eventually;
use super::kinds::Kinds;

/// How many objects of a list are applied at a time.
const SIDE_BY_SIDE: usize = 16;

/// Somebody who changes objects.
#[derive(Clone)]
pub struct Manager {
    name: &'static str,
    client: Client,
    kinds: std::sync::Arc<Kinds>,
}

/// A refusal of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub code: u16,
    pub message: String,
}

impl Manager {
    /// One of this name. It knows the kinds that are there now.
    pub async fn new(name: &'static str, client: &Client) -> Self {
        Self { name, client: client.clone(), kinds: Kinds::of(client).await.into() }
    }

    /// The same, under another name.
    pub fn named(&self, name: &'static str) -> Self {
        Self { name, ..self.clone() }
    }

    async fn send(&self, method: &str, path: &str, kind: &str, body: &Value) -> Result<Value, Refused> {
        let request = http::Request::builder().method(method).uri(path).header("Content-Type", kind);
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let response = self.client.send(request.body(Body::from(body)).unwrap()).await.unwrap();
        let code = response.status().as_u16();
        let text = response.into_body().collect_bytes().await.unwrap();
        let answer: Value = serde_json::from_slice(&text).unwrap_or_default();
        if (200..300).contains(&code) {
            return Ok(answer);
        }
        Err(Refused { code, message: answer["message"].as_str().unwrap_or_default().to_owned() })
    }

    fn path(&self, object: &Value) -> String {
        self.kinds.path(object).unwrap_or_else(|| panic!("no such kind: {object}"))
    }

    /// Whether the kind of an object was there when this was made.
    pub fn has(&self, object: &Value) -> bool {
        self.kinds.path(object).is_some()
    }

    /// Applies an object on the server's side: what the server keeps, or says against it.
    pub async fn try_apply(&self, object: &Value, force: bool) -> Result<Value, Refused> {
        let (path, name) = (self.path(object), self.name);
        let path = format!("{path}?fieldManager={name}&fieldValidation=Strict&force={force}");
        self.send("PATCH", &path, "application/apply-patch+yaml", object).await
    }

    /// Applies an object without force; what the server keeps.
    pub async fn apply(&self, object: &Value) -> Value {
        self.try_apply(object, false).await.unwrap_or_else(|refused| panic!("{refused:?}: {object}"))
    }

    /// Applies an object by force; what the server keeps.
    pub async fn take(&self, object: &Value) -> Value {
        self.try_apply(object, true).await.unwrap_or_else(|refused| panic!("{refused:?}: {object}"))
    }

    /// Applies objects, some at a time; what the server keeps of each, in their order.
    pub async fn apply_all(&self, objects: &[Value], force: bool) -> Vec<Value> {
        let mut kept = vec![Value::Null; objects.len()];
        let mut waiting = objects.iter().cloned().enumerate();
        let mut under_way = JoinSet::new();
        loop {
            while under_way.len() < SIDE_BY_SIDE
                && let Some((at, object)) = waiting.next()
            {
                let manager = self.clone();
                under_way.spawn(async move { (at, manager.try_apply(&object, force).await, object) });
            }
            let Some(done) = under_way.join_next().await else { return kept };
            let (at, answer, object) = done.unwrap();
            kept[at] = answer.unwrap_or_else(|refused| panic!("{refused:?}: {object}"));
        }
    }

    /// Makes an object as tools do that know nothing of server-side apply.
    pub async fn create(&self, object: &Value) -> Value {
        let path = self.path(object);
        let collection = path.rsplit_once('/').map_or(path.as_str(), |(collection, _)| collection);
        let path = format!("{collection}?fieldManager={}", self.name);
        let made = self.send("POST", &path, "application/json", object).await;
        made.unwrap_or_else(|refused| panic!("{refused:?}: {object}"))
    }

    /// Changes an object as `kubectl edit` does: by a JSON merge patch.
    pub async fn edit(&self, object: &Value, patch: &Value) -> Value {
        self.patch(object, "application/merge-patch+json", patch).await
    }

    /// Changes an object by a patch of this kind.
    pub async fn patch(&self, object: &Value, kind: &str, patch: &Value) -> Value {
        let path = format!("{}?fieldManager={}", self.path(object), self.name);
        self.send("PATCH", &path, kind, patch).await.unwrap_or_else(|refused| panic!("{refused:?}: {patch}"))
    }

    /// Changes the status of an object as its controller does.
    pub async fn patch_status(&self, object: &Value, patch: &Value) {
        let path = format!("{}/status?fieldManager={}", self.path(object), self.name);
        self.send("PATCH", &path, "application/merge-patch+json", patch).await.unwrap();
    }

    /// Whether the server still has the kind of an object.
    pub async fn knows(&self, object: &Value) -> bool {
        Kinds::of(&self.client).await.path(object).is_some()
    }

    /// Sets the number of replicas as an autoscaler does: by the subresource `scale`.
    pub async fn scale(&self, object: &Value, replicas: u32) {
        let path = format!("{}/scale?fieldManager={}", self.path(object), self.name);
        let patch = json!({ "spec": { "replicas": replicas } });
        self.send("PATCH", &path, "application/merge-patch+json", &patch).await.unwrap();
    }

    /// Forgets who owns its fields.
    pub async fn strip(&self, object: &Value) -> Value {
        self.edit(object, &json!({ "metadata": { "managedFields": [{}] } })).await
    }

    /// An object as it is, of a kind that may be defined only now; `None` if it or its kind is not there.
    pub async fn finds(&self, object: &Value) -> Option<Value> {
        let path = Kinds::of(&self.client).await.path(object)?;
        self.send("GET", &path, "application/json", &Value::Null).await.ok()
    }

    /// An object as it is; `None` if it is not there.
    pub async fn get(&self, object: &Value) -> Option<Value> {
        match self.send("GET", &self.path(object), "application/json", &Value::Null).await {
            Ok(live) => Some(live),
            Err(Refused { code: 404, .. }) => None,
            Err(other) => panic!("{other:?}"),
        }
    }

    /// All objects of the kind and in the namespace of this one.
    pub async fn list(&self, like: &Value) -> Vec<Value> {
        let path = self.path(like);
        let collection = path.rsplit_once('/').map_or(path.as_str(), |(collection, _)| collection);
        let list = self.send("GET", collection, "application/json", &Value::Null).await.unwrap();
        serde_json::from_value(list["items"].clone()).unwrap()
    }

    /// Deletes an object, and waits until it is gone.
    pub async fn delete(&self, object: &Value) {
        self.begin_to_delete(object).await;
        eventually("the object is gone", async || self.get(object).await.is_none().then_some(())).await;
    }

    /// Deletes an object that a finalizer may hold.
    pub async fn begin_to_delete(&self, object: &Value) {
        let path = format!("{}?propagationPolicy=Background", self.path(object));
        self.send("DELETE", &path, "application/json", &Value::Null).await.unwrap();
    }
}
