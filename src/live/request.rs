//! A request to an API server. What can be sent at all is what can be made here:
//!
//! - reads, dry runs of server-side apply, and questions what the user may do, which change nothing;
//! - server-side apply of an object of the fleet, its deletion with preconditions, and who owns its fields after it was
//!   applied, all made from a [`Write`], a [`Removal`] or a
//!   [`Migration`], and so from a change of a plan;
//! - writes of the Secrets that the record is kept in, of the Leases that are the lock, and of the namespace of both.

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use kube::client::Body;
use serde_json::{Value, json};

use super::asked::{Asked, Verb};
use super::migration::Migration;
use super::path;
use super::removal::Removal;
use super::status::Status;
use super::write::Write;
use crate::object::ObjectRef;
use crate::plan::{Ask, FIELD_MANAGER, Served};

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

    /// To read one object, in a version that it is served in.
    pub fn object(api_version: &str, served: &Served, object: &ObjectRef) -> Self {
        Self::get(&place(api_version, served, object), MAX_OBJECT)
    }

    /// To ask what would become of an object: server-side apply that is forced, and that changes nothing.
    pub fn dry_run(ask: &Ask) -> Self {
        let parameters = [("dryRun", "All"), ("force", "true")];
        let place = place(&ask.api_version, &ask.served, &ask.object);
        Self::patch(Verb::Patch, &place, &parameters, &ask.body, ask.hides)
    }

    /// To apply an object. It is forced only where a [`Write`] says so, which then names the version of the object that
    /// it was judged by.
    pub fn apply(write: &Write) -> Self {
        let Write { ask, .. } = write;
        let place = place(&ask.api_version, &ask.served, &ask.object);
        let parameters: &[(&str, &str)] = if write.is_forced() { &[("force", "true")] } else { &[] };
        Self::patch(Verb::Apply, &place, parameters, &write.body(), ask.hides)
    }

    fn patch(verb: Verb, place: &str, parameters: &[(&str, &str)], body: &Value, hides: bool) -> Self {
        let ours = [("fieldManager", FIELD_MANAGER), ("fieldValidation", "Strict")];
        let path = path::with_query(place, &[parameters, &ours].concat());
        // JSON is YAML.
        let content = Some(("application/apply-patch+yaml", body.to_string().into_bytes()));
        Self { verb, content, hides, ..Self::get(&path, MAX_OBJECT) }
    }

    /// To say who owns the fields of an object, if it is still in the version that was looked at: as a patch, since a
    /// `resourceVersion` in one is a condition
    /// ([JSON patch](https://kubernetes.io/docs/reference/using-api/api-concepts/#patch-and-apply)).
    pub fn migrate(migration: &Migration) -> Self {
        let Migration { ask, version, managers, .. } = migration;
        let patch = json!([
            { "op": "replace", "path": "/metadata/managedFields", "value": managers },
            { "op": "replace", "path": "/metadata/resourceVersion", "value": version },
        ]);
        let place = place(&ask.api_version, &ask.served, &ask.object);
        let path = path::with_query(&place, &[("fieldManager", FIELD_MANAGER)]);
        let content = Some(("application/json-patch+json", patch.to_string().into_bytes()));
        Self { verb: Verb::Migrate, content, hides: ask.hides, ..Self::get(&path, MAX_OBJECT) }
    }

    /// To delete an object, if it is still the one, in the version, that was looked at; what it owns is deleted after it.
    pub fn delete(removal: &Removal) -> Self {
        let options = json!({
            "kind": "DeleteOptions",
            "apiVersion": "v1",
            "preconditions": { "uid": removal.uid(), "resourceVersion": removal.version() },
            "propagationPolicy": "Background",
        });
        let content = Some((JSON, options.to_string().into_bytes()));
        let place = place(&removal.served.api_version, &removal.served, &removal.object);
        Self { verb: Verb::Delete, content, hides: removal.hides, ..Self::get(&place, MAX_OBJECT) }
    }

    /// To ask whether the user may do something. It is a `create` of an object that no server keeps
    /// ([access review](https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access)).
    pub fn review(verb: &str, group: &str, plural: &str, namespace: Option<&str>) -> Self {
        let review = json!({
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": { "resourceAttributes": {
                "verb": verb, "group": group, "resource": plural, "namespace": namespace.unwrap_or_default(),
            } },
        });
        let path = path::collection("authorization.k8s.io/v1", None, "selfsubjectaccessreviews");
        let content = Some((JSON, review.to_string().into_bytes()));
        Self { verb: Verb::Review, content, ..Self::get(&path, MAX_OBJECT) }
    }

    /// To make the namespace of the record.
    pub fn create_namespace(name: &str) -> Self {
        let namespace = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } });
        Self::write(Verb::Create, &path::collection("v1", None, "namespaces"), &namespace)
    }

    /// To make a Lease.
    pub fn create_lease(namespace: &str, lease: &Value) -> Self {
        Self::write(Verb::Create, &leases(namespace), lease)
    }

    /// To replace a Lease, if it is still of the version that this one names.
    pub fn replace_lease(namespace: &str, name: &str, lease: &Value) -> Self {
        Self::write(Verb::Update, &path::object(&leases(namespace), name), lease)
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

    fn write(verb: Verb, path: &str, body: &Value) -> Self {
        let parameters = [("fieldManager", FIELD_MANAGER), ("fieldValidation", "Strict")];
        let content = Some((JSON, body.to_string().into_bytes()));
        Self { verb, content, ..Self::get(&path::with_query(path, &parameters), MAX_OBJECT) }
    }

    /// How many bytes are sent as its body.
    pub fn size(&self) -> usize {
        self.content.as_ref().map_or(0, |(_, bytes)| bytes.len())
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

    /// Whether it changes an object of the fleet, or deletes a part of the record, which takes the lock.
    pub fn is_fenced(&self) -> bool {
        match self.verb {
            Verb::Apply | Verb::Migrate | Verb::Delete => true,
            Verb::Get | Verb::List | Verb::Patch | Verb::Review | Verb::Create | Verb::Update => false,
        }
    }

    /// Whether it writes a Lease.
    pub fn keeps_a_lock(&self) -> bool {
        self.verb == Verb::Update && self.path.starts_with("/apis/coordination.k8s.io/")
    }

    /// Whether the same request may well be answered in another way a moment later.
    pub fn is_passing(&self, code: u16, answer: &str) -> bool {
        match (self.verb, code) {
            (_, 429 | 502 | 503 | 504) => true,
            (Verb::Get | Verb::List, 500) => true,
            (_, 500) => Status::read(answer).is_some_and(|status| is_internal(&status)),
            // Somebody wrote the object at the same moment, or a quota that it counts against.
            (Verb::Patch, 409) => true,
            // A quota that somebody else counted against at the same moment says nothing of the object.
            (Verb::Apply, 409) => Status::read(answer).is_some_and(|status| is_of_quota(&status)),
            _ => false,
        }
    }
}

/// Where the Secrets of a namespace are.
pub(super) fn secrets(namespace: &str) -> String {
    path::collection("v1", Some(namespace), "secrets")
}

/// Where the Leases of a namespace are.
pub(super) fn leases(namespace: &str) -> String {
    path::collection("coordination.k8s.io/v1", Some(namespace), "leases")
}

/// Where an object is, in this version.
fn place(api_version: &str, served: &Served, object: &ObjectRef) -> String {
    let namespace = object.namespace.as_deref().filter(|_| served.namespaced);
    path::object(&path::collection(api_version, namespace, &served.plural), &object.name)
}

/// Whether two writers counted against one quota at the same moment
/// ([k/k#67761](https://github.com/kubernetes/kubernetes/issues/67761)).
fn is_of_quota(status: &Status) -> bool {
    status.reason == "Conflict" && status.message.contains("on resourcequotas")
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
    use crate::object::PART_OF;
    use crate::plan::{Action, Change, Judged, Live, SetId};

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

    fn change(action: Action) -> Change {
        Change {
            object: ask(true, "a").object,
            api_version: Arc::from("apps/v1"),
            unit: None,
            action,
            fields: Vec::new(),
            conflicts: Vec::new(),
            judged: Judged::Server,
        }
    }

    fn live() -> Live {
        let metadata = json!({ "uid": "u", "resourceVersion": "7", "labels": { PART_OF: set().as_str() } });
        Live { object: json!({ "metadata": metadata }) }
    }

    fn set() -> SetId {
        SetId::of("shop", &Arc::from("state"))
    }

    #[test]
    fn what_is_written_names_the_version_that_it_was_judged_by() {
        let (update, create) = (change(Action::Update), change(Action::Create));
        let sent = |change: &Change, live: Option<&Live>, takes_over| {
            let write = Write::of(change, ask(true, "a"), live, takes_over)?;
            let request = Request::apply(&write);
            let (_, body) = request.content.clone()?;
            let (_, query) = request.path.split_once('?')?;
            Some(format!("{} {query} {}", request.asked(), String::from_utf8(body).ok()?))
        };
        let path = "PATCH /apis/apps/v1/namespaces/shop/deployments/a";
        let ours = "fieldManager=fleetwright&fieldValidation=Strict";
        let known = r#"{"kind":"Deployment","metadata":{"resourceVersion":"7","uid":"u"}}"#;
        assert_eq!(sent(&update, Some(&live()), false), Some(format!("{path} {ours} {known}")));
        assert_eq!(sent(&update, Some(&live()), true), Some(format!("{path} force=true&{ours} {known}")));
        let new = r#"{"kind":"Deployment"}"#;
        // What is not there is taken from nobody.
        assert_eq!(sent(&create, None, true), Some(format!("{path} {ours} {new}")));
        for (action, live) in [
            (Action::Create, Some(live())),
            (Action::Update, None),
            (Action::Update, Some(Live { object: json!({}) })),
            (Action::Delete, Some(live())),
            (Action::Unchanged, Some(live())),
            (Action::Keep(Arc::from("")), Some(live())),
        ] {
            assert_eq!(sent(&change(action), live.as_ref(), false), None);
        }
    }

    #[test]
    fn inv09_what_is_deleted_is_recorded_labelled_and_nobody_elses() {
        let served = ask(true, "a").served;
        let made = |action: Action, live: &Live, recorded: Option<&str>| {
            let removal = Removal::of(&change(action), &served, live, recorded, &set(), false)?;
            let request = Request::delete(&removal);
            Some(format!("{} {}", request.asked(), String::from_utf8(request.content?.1).ok()?))
        };
        assert_eq!(
            made(Action::Delete, &live(), Some("u")).unwrap(),
            r#"DELETE /apis/apps/v1/namespaces/shop/deployments/a {"apiVersion":"v1","kind":"DeleteOptions","preconditions":{"resourceVersion":"7","uid":"u"},"propagationPolicy":"Background"}"#
        );
        assert_eq!(made(Action::Keep(Arc::from("")), &live(), Some("u")), None);
        assert_eq!(made(Action::Delete, &live(), None), None);
        assert_eq!(made(Action::Delete, &live(), Some("other")), None);
        let with = |path: &str, value: Value| {
            let mut live = live();
            live.object["metadata"][path] = value;
            live
        };
        assert_eq!(made(Action::Delete, &with("labels", json!({})), Some("u")), None);
        assert_eq!(made(Action::Delete, &with("labels", json!({ PART_OF: "other" })), Some("u")), None);
        let owners = json!([{ "kind": "Widget", "name": "w" }]);
        assert_eq!(made(Action::Delete, &with("ownerReferences", owners), Some("u")), None);
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
        let write = Write::of(&change(Action::Create), ask(true, "a"), None, false).unwrap();
        let write = Request::apply(&write);
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
            (&write, 409, status("Conflict", "the object has been modified"), false),
            (&write, 409, status("Conflict", "Operation cannot be fulfilled on resourcequotas \"q\""), true),
            (&write, 503, String::new(), true),
        ] {
            assert_eq!(request.is_passing(code, &answer), expected, "{code} {answer}");
        }
    }
}
