//! The fault proxy: between a client and a cluster, it lets some requests meet a fault and records all
//! of them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use kube::Client;
use kube::core::{ApiResource, GroupVersionKind};
use serde_json::{Value, json};

use super::client::client;
use super::cluster::Cluster;
use super::supervisor::Supervisor;

/// What happens to a request.
#[derive(Clone, Debug)]
pub enum Fault {
    /// It waits before it goes on.
    Delay(Duration),
    /// Nobody ever says anything to it.
    Stall,
    /// This many bytes of the server's answer come, and then nothing more.
    StallBody(usize),
    /// Its connection is reset before the server has seen it.
    ResetBefore,
    /// Its connection is reset when the server has acted.
    ResetAfter,
    /// Its connection is closed after this many bytes of the body of the server's answer.
    Truncate(usize),
    /// It gets an answer that is not the server's.
    Answer {
        status: u16,
        headers: BTreeMap<String, String>,
        body: String,
        /// Whether the server gets the request all the same.
        acted: bool,
    },
    /// It gets the server's answer, and its connection ends.
    Close,
}

impl Fault {
    /// A failure as the API server words one: 401, 403, 410, 429, 5xx.
    pub fn status(code: u16) -> Self {
        let (reason, message) = match code {
            401 => ("Unauthorized", "Unauthorized"),
            403 => ("Forbidden", "forbidden: the proxy says so"),
            404 => ("NotFound", "the proxy finds nothing"),
            409 => ("Conflict", "the object has been modified"),
            410 => ("Expired", "The provided continue parameter is too old"),
            429 => ("TooManyRequests", "too many requests, please try again later"),
            500 => ("InternalError", "Internal error occurred: the proxy says so"),
            503 => ("ServiceUnavailable", "the server is currently unable to handle the request"),
            504 => ("Timeout", "request did not complete within requested timeout"),
            _ => ("", "the proxy says so"),
        };
        let body = json!({
            "apiVersion": "v1", "kind": "Status", "metadata": {}, "status": "Failure",
            "reason": reason, "message": message, "code": code,
        });
        Self::answer(code, "application/json", &body.to_string())
    }

    /// Any answer: a page of a captive portal, JSON of another kind.
    pub fn answer(status: u16, content_type: &str, body: &str) -> Self {
        let headers = BTreeMap::from([("Content-Type".to_owned(), content_type.to_owned())]);
        Self::Answer { status, headers, body: body.to_owned(), acted: false }
    }

    /// The same answer with one more header, such as `Retry-After`. Only for answers.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        match &mut self {
            Self::Answer { headers, .. } => headers.insert(name.to_owned(), value.to_owned()),
            other => panic!("{other:?} sends no headers of its own"),
        };
        self
    }

    /// The same answer, after the server has acted on the request. Only for answers.
    pub fn after_acting(mut self) -> Self {
        match &mut self {
            Self::Answer { acted, .. } => *acted = true,
            other => panic!("{other:?} is no answer"),
        }
        self
    }

    fn to_json(&self) -> Value {
        match self {
            Self::Delay(time) => json!({ "kind": "delay", "milliseconds": time.as_millis() }),
            Self::Stall => json!({ "kind": "stall" }),
            Self::StallBody(bytes) => json!({ "kind": "stall-body", "bytes": bytes }),
            Self::ResetBefore => json!({ "kind": "reset-before" }),
            Self::ResetAfter => json!({ "kind": "reset-after" }),
            Self::Truncate(bytes) => json!({ "kind": "truncate", "bytes": bytes }),
            Self::Answer { status, headers, body, acted } => json!({
                "kind": "answer", "status": status, "headers": headers, "body": body, "acted": acted,
            }),
            Self::Close => json!({ "kind": "close" }),
        }
    }
}

/// Which requests meet a fault: all that match everything said here.
#[derive(Clone, Debug)]
pub struct Rule {
    matching: serde_json::Map<String, Value>,
}

impl Rule {
    /// Every request.
    pub fn new(fault: Fault) -> Self {
        Self { matching: serde_json::Map::new() }.with("fault", fault.to_json())
    }

    fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.matching.insert(key.to_owned(), value.into());
        self
    }

    /// get, list, watch, create, update, patch, delete, deletecollection.
    pub fn verb(self, verb: &str) -> Self {
        self.with("verb", verb)
    }

    /// Objects of a kind, such as `apps/v1` and `Deployment`.
    pub fn kind(self, api_version: &str, kind: &str) -> Self {
        let (group, version) = api_version.rsplit_once('/').unwrap_or(("", api_version));
        let plural = ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind)).plural;
        self.with("group", group).with("resource", plural)
    }

    /// Objects in a namespace.
    pub fn namespace(self, namespace: &str) -> Self {
        self.with("namespace", namespace)
    }

    /// Objects of a name.
    pub fn name(self, name: &str) -> Self {
        self.with("name", name)
    }

    /// A path of the URL; with `*` at its end, all that begin so.
    pub fn path(self, path: &str) -> Self {
        self.with("path", path)
    }

    /// Dry runs, or all but them.
    pub fn dry_run(self, is: bool) -> Self {
        self.with("dryRun", is)
    }

    /// Only the n-th of the requests that match, counted from 1.
    pub fn nth(self, n: u64) -> Self {
        self.with("first", n).with("count", 1)
    }

    /// The n-th of the requests that match, and all after it.
    pub fn from(self, n: u64) -> Self {
        self.with("first", n)
    }

    /// No more than this many requests.
    pub fn times(self, count: u64) -> Self {
        self.with("count", count)
    }
}

/// A request that reached the proxy.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    pub verb: String,
    pub group: String,
    pub version: String,
    /// The plural of a kind; empty for a path that is no object's.
    pub resource: String,
    pub subresource: String,
    pub namespace: String,
    pub name: String,
    pub method: String,
    pub path: String,
    pub query: String,
    pub user_agent: String,
    pub content_type: String,
    pub field_manager: String,
    pub dry_run: bool,
    pub force: bool,
    pub body: String,
    /// Its place among the beginnings and ends of all requests to all proxies.
    pub began: u64,
    /// The same for its end; 0 while it is under way.
    pub ended: u64,
    /// The number of the client's connection that it came by, from 1.
    pub connection: u64,
    /// The address of the API server that the requests of the connection go to.
    pub server: String,
    /// The status that the server answered; 0 if the server did not get it.
    pub acted: u16,
    /// The status that the client was sent; 0 for none.
    pub answered: u16,
    /// The kind of fault that it met, or empty.
    pub fault: String,
}

/// A running proxy; it ends when this is dropped.
pub struct Proxy {
    /// Its address.
    pub url: String,
    /// The contexts of the cluster's own kubeconfig, at the proxy's address.
    pub kubeconfig: PathBuf,
    name: String,
    cluster: String,
    supervisor: Arc<Supervisor>,
}

impl Proxy {
    /// Puts a proxy before a cluster. Other clients of the cluster do not notice it.
    pub fn before(cluster: &Cluster) -> Self {
        let supervisor = cluster.supervisor();
        let started = supervisor.ask("front", json!(cluster.name));
        let text = |key: &str| started[key].as_str().unwrap().to_owned();
        Self {
            url: text("url"),
            kubeconfig: text("kubeconfig").into(),
            name: text("name"),
            cluster: cluster.name.clone(),
            supervisor,
        }
    }

    fn ask(&self, what: &str, details: Value) -> Value {
        self.ask_all(json!({ what: details }))
    }

    fn ask_all(&self, mut asked: Value) -> Value {
        asked["name"] = json!(self.name);
        self.supervisor.ask("proxy", asked)
    }

    /// Lets requests meet a fault from now on. Where several rules match, the first that has its turn
    /// wins; each counts for itself.
    pub fn add(&self, rule: Rule) {
        self.ask("rule", Value::Object(rule.matching));
    }

    /// Takes all rules back.
    pub fn clear(&self) {
        self.ask("clear", json!(true));
    }

    /// Shows new connections a certificate that holds from and until so many seconds from now.
    pub fn certify(&self, from: i64, until: i64) {
        self.ask("certify", json!({ "from": from, "until": until }));
    }

    /// A certificate of a user, and its key, as PEM, that holds from and until so many seconds from now.
    pub fn identify(&self, user: &str, from: i64, until: i64) -> (String, String) {
        let when = json!({ "from": from, "until": until });
        let made = self.ask("identify", json!({ "user": user, "when": when }));
        let text = |key: &str| made[key].as_str().unwrap().to_owned();
        (text("cert"), text("key"))
    }

    /// Leads to another cluster from now on, as an address that changes hands: every connection ends, and the next ones
    /// go there.
    pub fn lead_to(&self, other: &Cluster) {
        self.ask("redirect", json!(other.name));
    }

    /// Leads new connections to another cluster from now on, as a name that gets another address; those that are open
    /// stay.
    pub fn lead_new_to(&self, other: &Cluster) {
        self.ask_all(json!({ "redirect": other.name, "openStay": true }));
    }

    /// Every request so far, in the order of arrival.
    pub fn requests(&self) -> Vec<Request> {
        serde_json::from_value(self.ask("records", json!(true))).unwrap()
    }

    /// A client of the admin that goes through the proxy.
    pub async fn client(&self) -> Client {
        client(&self.kubeconfig, &self.cluster).await
    }

    /// A client of another user that goes through the proxy.
    pub async fn client_of(&self, user: &str) -> Client {
        client(&self.kubeconfig, &format!("{}-{user}", self.cluster)).await
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        drop(self.supervisor.try_ask("proxy", json!({ "name": self.name, "close": true })));
    }
}
