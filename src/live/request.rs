//! A request to an API server. What can be sent at all is what can be made here: reads, dry runs of server-side apply,
//! and writes of the Secrets that the record is kept in.

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use kube::client::Body;
use serde_json::{Value, json};

use super::asked::{Asked, Verb};
use super::path;
use super::status::Status;
use crate::plan::{Ask, FIELD_MANAGER};

/// Objects as they are.
pub(super) const JSON: &str = "application/json";

/// Lists of metadata alone
/// ([API concepts](https://kubernetes.io/docs/reference/using-api/api-concepts/#metadata-only-fetches)).
pub(super) const METADATA: &str = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

/// The `apiVersion` of such lists.
pub(super) const METADATA_VERSION: &str = "meta.k8s.io/v1";

/// The most bytes of an answer that are read. The largest answers of the largest clusters are below it.
pub const MAX_ANSWER: usize = 64 << 20;

/// The most bytes of an answer that is about one object: etcd takes none of more than 1.5 MiB. Many such answers are
/// kept at a time.
pub(super) const MAX_OBJECT: usize = 8 << 20;

/// A request.
#[derive(Clone, Debug)]
pub(super) struct Request {
    verb: Verb,
    /// The path with its query.
    path: String,
    accept: &'static str,
    content: Option<(&'static str, Vec<u8>)>,
    /// The most bytes of the answer that are read.
    pub limit: usize,
    /// Whether what the server says of it may repeat a secret.
    pub hides: bool,
}

impl Request {
    /// To read what is at a path, as JSON of at most `limit` bytes.
    pub fn get(path: &str, limit: usize) -> Self {
        Self { verb: Verb::Get, path: path.to_owned(), accept: JSON, content: None, limit, hides: false }
    }

    /// The same, in another form.
    pub fn accepting(self, accept: &'static str) -> Self {
        Self { accept, ..self }
    }

    /// To read a page of a list.
    pub fn page(collection: &str, parameters: &[(&str, &str)], limit: usize) -> Self {
        Self { verb: Verb::List, ..Self::get(&path::with_query(collection, parameters), limit) }
    }

    /// To ask what would become of an object: server-side apply that is forced, and that changes nothing. There is no
    /// other request that forces anything, and none of this kind that is no dry run.
    pub fn dry_run(ask: &Ask) -> Self {
        let namespace = ask.object.namespace.as_deref().filter(|_| ask.served.namespaced);
        let collection = path::collection(&ask.api_version, namespace, &ask.served.plural);
        let parameters = [
            ("dryRun", "All"),
            ("force", "true"),
            ("fieldManager", FIELD_MANAGER),
            ("fieldValidation", "Strict"),
        ];
        let path = path::with_query(&path::object(&collection, &ask.object.name), &parameters);
        // JSON is YAML.
        let content = Some(("application/apply-patch+yaml", ask.body.to_string().into_bytes()));
        Self { verb: Verb::Patch, content, hides: ask.hides, ..Self::get(&path, MAX_OBJECT) }
    }

    /// To make a Secret of the record.
    pub fn create_secret(namespace: &str, secret: &Value) -> Self {
        Self::write(Verb::Create, &secrets(namespace), secret)
    }

    /// To replace a Secret of the record, if it is still of the version that this one names.
    pub fn replace_secret(namespace: &str, name: &str, secret: &Value) -> Self {
        Self::write(Verb::Update, &path::object(&secrets(namespace), name), secret)
    }

    /// To delete a Secret of the record, if it is still the one with this UID.
    pub fn delete_secret(namespace: &str, name: &str, uid: &str) -> Self {
        let options = json!({ "kind": "DeleteOptions", "apiVersion": "v1", "preconditions": { "uid": uid } });
        let content = Some((JSON, options.to_string().into_bytes()));
        let path = path::object(&secrets(namespace), name);
        Self { verb: Verb::Delete, content, ..Self::get(&path, MAX_OBJECT) }
    }

    fn write(verb: Verb, path: &str, secret: &Value) -> Self {
        let parameters = [("fieldManager", FIELD_MANAGER), ("fieldValidation", "Strict")];
        let content = Some((JSON, secret.to_string().into_bytes()));
        Self { verb, content, ..Self::get(&path::with_query(path, &parameters), MAX_OBJECT) }
    }

    /// What is asked, as messages say it.
    pub fn asked(&self) -> Asked {
        let path = self.path.split('?').next().unwrap_or_default().to_owned();
        Asked { verb: self.verb, path }
    }

    /// As it is sent.
    pub fn to_http(&self, authorization: Option<HeaderValue>) -> http::Result<http::Request<Body>> {
        let mut request =
            http::Request::builder().method(self.verb.method()).uri(&self.path).header(ACCEPT, self.accept);
        if let Some(header) = authorization {
            request = request.header(AUTHORIZATION, header);
        }
        match &self.content {
            Some((kind, bytes)) => request.header(CONTENT_TYPE, *kind).body(Body::from(bytes.clone())),
            None => request.body(Body::empty()),
        }
    }

    /// Whether the same request may well be answered in another way a moment later.
    pub fn is_passing(&self, code: u16, answer: &str) -> bool {
        match (self.verb, code) {
            (_, 429 | 502 | 503 | 504) => true,
            (Verb::Get | Verb::List, 500) => true,
            (_, 500) => Status::read(answer).is_some_and(|status| is_internal(&status)),
            // Somebody wrote the object at the same moment, or a quota that it counts against.
            (Verb::Patch, 409) => true,
            _ => false,
        }
    }
}

/// Where the Secrets of a namespace are.
pub(super) fn secrets(namespace: &str) -> String {
    path::collection("v1", Some(namespace), "secrets")
}

/// Whether something behind the server failed; of a field that its schema does not have, server-side apply says 500 too.
fn is_internal(status: &Status) -> bool {
    let says = |text: &str| status.message.contains(text);
    let is_about_fields = says("field not declared in schema") || says("failed to create typed patch object");
    let is_internal =
        status.reason == "InternalError" || says("failed calling webhook") || says("etcdserver");
    is_internal && !is_about_fields
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::object::ObjectRef;
    use crate::plan::Served;

    fn ask(namespaced: bool, name: &str) -> Ask {
        Ask {
            object: ObjectRef {
                group: Arc::from("apps"),
                kind: Arc::from("Deployment"),
                namespace: Some(Arc::from("shop")),
                name: Arc::from(name),
            },
            api_version: Arc::from("apps/v1"),
            served: Served {
                api_version: Arc::from("apps/v1"),
                versions: vec![Arc::from("apps/v1")],
                plural: Arc::from("deployments"),
                namespaced,
            },
            body: json!({ "kind": "Deployment" }),
            hides: false,
        }
    }

    #[test]
    fn what_is_forced_is_a_dry_run() {
        for (namespaced, name, path) in [
            (true, "a", "/apis/apps/v1/namespaces/shop/deployments/a"),
            (false, "a?dryRun=&x", "/apis/apps/v1/deployments/a%3FdryRun%3D%26x"),
        ] {
            let request = Request::dry_run(&ask(namespaced, name));
            assert_eq!(
                request.path,
                format!("{path}?dryRun=All&force=true&fieldManager=fleetwright&fieldValidation=Strict")
            );
            assert_eq!(request.asked().to_string(), format!("PATCH {path}"));
            assert_eq!(
                request.content,
                Some(("application/apply-patch+yaml", br#"{"kind":"Deployment"}"#.to_vec()))
            );
        }
        let secret = json!({});
        for other in [
            Request::get("/version", 1),
            Request::page("/api/v1/pods", &[("limit", "1")], 1),
            Request::create_secret("n", &secret),
            Request::replace_secret("n", "a", &secret),
            Request::delete_secret("n", "a", "u"),
        ] {
            assert!(other.verb != Verb::Patch && !other.path.contains("force"), "{}", other.path);
        }
    }

    #[test]
    fn writes_name_the_secret_and_what_must_hold() {
        let sent = |request: &Request| {
            let (_, body) = request.content.clone().unwrap();
            format!("{} {} {}", request.verb.method(), request.path, String::from_utf8(body).unwrap())
        };
        let secret = json!({ "kind": "Secret" });
        assert_eq!(
            sent(&Request::create_secret("state", &secret)),
            r#"POST /api/v1/namespaces/state/secrets?fieldManager=fleetwright&fieldValidation=Strict {"kind":"Secret"}"#
        );
        assert_eq!(
            sent(&Request::replace_secret("state", "a", &secret)),
            r#"PUT /api/v1/namespaces/state/secrets/a?fieldManager=fleetwright&fieldValidation=Strict {"kind":"Secret"}"#
        );
        assert_eq!(
            sent(&Request::delete_secret("state", "a", "u")),
            r#"DELETE /api/v1/namespaces/state/secrets/a {"apiVersion":"v1","kind":"DeleteOptions","preconditions":{"uid":"u"}}"#
        );
    }

    #[test]
    fn what_passes_is_told_from_what_does_not() {
        let status = |reason: &str, message: &str| {
            json!({ "kind": "Status", "reason": reason, "message": message }).to_string()
        };
        let get = Request::get("/version", 1);
        let patch = Request::dry_run(&ask(true, "a"));
        for (request, code, answer, expected) in [
            (&get, 500, String::new(), true),
            (&get, 503, String::new(), true),
            (&get, 404, String::new(), false),
            (&get, 409, String::new(), false),
            (&patch, 429, String::new(), true),
            (&patch, 500, String::new(), false),
            (&patch, 500, status("", ".spec.x: field not declared in schema"), false),
            (&patch, 500, status("InternalError", "failed to create typed patch object: x"), false),
            (&patch, 500, status("InternalError", "failed calling webhook \"a\""), true),
            (&patch, 500, status("", "etcdserver: leader changed"), true),
            (&patch, 409, status("Conflict", "the object has been modified"), true),
            (&patch, 422, status("Invalid", "x"), false),
        ] {
            assert_eq!(request.is_passing(code, &answer), expected, "{code} {answer}");
        }
    }
}
