//! The fault proxy: that a client meets each fault, and that the server has or has not acted.

use std::time::Duration;

use kube::api::{ListParams, Patch, PatchParams, PostParams};
use kube::client::Body;
use kube::core::DynamicObject;
use kube::{Api, Client, Error};
use serde_json::{Value, json};

use crate::harness::client::api;
use crate::harness::proxy::Request;
use crate::harness::{Cluster, Fault, Lab, Proxy, Rule, block_on, eventually};

/// A namespace of the shared cluster, and a proxy of the test's own before it.
struct Scene {
    proxy: Proxy,
    namespace: String,
    client: Client,
    /// Past the proxy.
    direct: Client,
}

impl Scene {
    async fn new(prefix: &str) -> Self {
        let cluster = Lab::bare();
        let proxy = Proxy::before(cluster);
        let (client, direct) = (proxy.client().await, cluster.client().await);
        Self { namespace: cluster.namespace(prefix).await, proxy, client, direct }
    }

    fn object(&self, name: &str) -> Value {
        json!({
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": { "namespace": self.namespace, "name": name },
        })
    }

    fn api(&self) -> Api<DynamicObject> {
        api(&self.client, &self.object(""))
    }

    /// Creates a ConfigMap through the proxy; this begins when it is awaited or spawned.
    fn create(&self, name: &str) -> impl Future<Output = Result<DynamicObject, Error>> + use<> {
        let (api, object) = (self.api(), serde_json::from_value(self.object(name)).unwrap());
        async move { api.create(&PostParams::default(), &object).await }
    }

    async fn exists(&self, name: &str) -> bool {
        api(&self.direct, &self.object("")).get_opt(name).await.unwrap().is_some()
    }

    /// What the proxy saw of ConfigMaps.
    fn seen(&self) -> Vec<Request> {
        let mut requests = self.proxy.requests();
        requests.retain(|request| request.resource == "configmaps");
        requests
    }
}

/// Creations of ConfigMaps meet this.
fn creations(fault: Fault) -> Rule {
    Rule::new(fault).verb("create").kind("v1", "ConfigMap")
}

fn status(result: Result<impl Sized, Error>) -> (u16, String) {
    match result {
        Err(Error::Api(status)) => (status.code, status.reason),
        Err(other) => panic!("no answer of a server: {other}"),
        Ok(_) => panic!("no error"),
    }
}

#[test]
fn without_a_rule_the_proxy_only_records() {
    block_on(async {
        let scene = Scene::new("record").await;
        let patch = Patch::Apply(scene.object("applied"));
        let params = PatchParams { dry_run: true, ..PatchParams::apply("tester").force() };
        scene.api().patch("applied", &params, &patch).await.unwrap();
        assert!(scene.api().list(&ListParams::default()).await.unwrap().items.is_empty());
        let [patched, listed] = scene.seen().try_into().unwrap();
        assert_eq!(
            (&*patched.verb, &*patched.method, &*patched.group, &*patched.version, &*patched.name),
            ("patch", "PATCH", "", "v1", "applied")
        );
        assert_eq!(patched.path, format!("/api/v1/namespaces/{}/configmaps/applied", scene.namespace));
        assert_eq!((patched.namespace, patched.subresource), (scene.namespace.clone(), String::new()));
        assert_eq!((&*patched.field_manager, patched.dry_run, patched.force), ("tester", true, true));
        assert_eq!(patched.content_type, "application/apply-patch+yaml");
        assert_eq!(serde_json::from_str::<Value>(&patched.body).unwrap(), scene.object("applied"));
        assert_eq!((patched.acted, patched.answered, &*patched.fault), (201, 201, ""));
        assert_eq!((&*listed.verb, listed.acted, listed.answered), ("list", 200, 200));
        assert!(patched.began < patched.ended && patched.ended < listed.began);
    });
}

#[test]
fn the_proxy_passes_every_user_on() {
    block_on(async {
        let scene = Scene::new("users").await;
        for user in [Cluster::POWERLESS, "powerless-token"] {
            let client = scene.proxy.client_of(user).await;
            let result = api(&client, &scene.object("")).list(&ListParams::default()).await;
            assert_eq!(status(result), (403, "Forbidden".to_owned()));
        }
    });
}

#[test]
fn a_delayed_request_is_overtaken() {
    block_on(async {
        let scene = Scene::new("delay").await;
        scene.proxy.add(creations(Fault::Delay(Duration::from_secs(3))).nth(1));
        let first = tokio::spawn(scene.create("first"));
        eventually("the first request is on its way", async || scene.seen().pop()).await;
        scene.create("second").await.unwrap();
        first.await.unwrap().unwrap();
        let [first, second] = scene.seen().try_into().unwrap();
        assert_eq!((&*first.fault, first.acted, &*second.fault, second.acted), ("delay", 201, "", 201));
        assert!(first.began < second.began && second.ended < first.ended);
    });
}

#[test]
fn a_stalled_request_never_reaches_the_server() {
    block_on(async {
        let scene = Scene::new("stall").await;
        scene.proxy.add(creations(Fault::Stall));
        let creating = tokio::spawn(scene.create("never"));
        let stalled = eventually("the request has come", async || scene.seen().pop()).await;
        assert_eq!((&*stalled.fault, stalled.acted, stalled.answered, stalled.ended), ("stall", 0, 0, 0));
        assert!(!creating.is_finished());
        assert!(!scene.exists("never").await);
    });
}

#[test]
fn a_body_stalls_in_the_middle() {
    block_on(async {
        let scene = Scene::new("stallbody").await;
        scene.proxy.add(creations(Fault::StallBody(10)));
        let creating = tokio::spawn(scene.create("made"));
        let begun = async || scene.seen().pop().filter(|seen| seen.answered > 0);
        let stalled = eventually("the answer has begun", begun).await;
        assert_eq!((stalled.acted, stalled.answered, stalled.ended), (201, 201, 0));
        assert!(!creating.is_finished());
        assert!(scene.exists("made").await);
    });
}

#[test]
fn a_reset_comes_before_or_after_the_server_has_acted() {
    block_on(async {
        let scene = Scene::new("reset").await;
        scene.proxy.add(creations(Fault::ResetBefore).nth(1));
        scene.proxy.add(creations(Fault::ResetAfter).nth(2));
        for name in ["before", "after"] {
            let problem = scene.create(name).await.unwrap_err();
            assert!(matches!(problem, Error::Service(_) | Error::HyperError(_)), "{problem}");
        }
        scene.create("then").await.unwrap();
        assert!(!scene.exists("before").await);
        assert!(scene.exists("after").await);
        let seen: Vec<_> =
            scene.seen().into_iter().map(|seen| (seen.fault, seen.acted, seen.answered)).collect();
        let expected = [("reset-before", 0, 0), ("reset-after", 201, 0), ("", 201, 201)];
        assert_eq!(seen, expected.map(|(fault, acted, answered)| (fault.to_owned(), acted, answered)));
    });
}

#[test]
fn an_answer_ends_in_the_middle() {
    block_on(async {
        let scene = Scene::new("truncate").await;
        scene.proxy.add(creations(Fault::Truncate(25)));
        let problem = scene.create("made").await.unwrap_err();
        assert!(matches!(problem, Error::Service(_) | Error::HyperError(_)), "{problem:?}");
        assert!(scene.exists("made").await);
        let [seen] = scene.seen().try_into().unwrap();
        assert_eq!((&*seen.fault, seen.acted, seen.answered), ("truncate", 201, 201));
    });
}

#[test]
fn a_watch_is_passed_on_and_ends_in_the_middle() {
    block_on(async {
        let scene = Scene::new("watch").await;
        scene.create("there").await.unwrap();
        scene.proxy.add(Rule::new(Fault::Truncate(10)).verb("watch").kind("v1", "ConfigMap"));
        let path = format!("/api/v1/namespaces/{}/configmaps?watch=true", scene.namespace);
        let watch = http::Request::get(path).body(Body::empty()).unwrap();
        let response = scene.client.send(watch).await.unwrap();
        assert_eq!(response.status(), 200);
        // Without the fault this would last as long as the server lets a watch last.
        let problem = response.into_body().collect_bytes().await.unwrap_err();
        assert!(matches!(problem, Error::Service(_) | Error::HyperError(_)), "{problem:?}");
    });
}

#[test]
fn an_answer_is_another_status() {
    block_on(async {
        let scene = Scene::new("status").await;
        let codes = [401, 403, 404, 409, 410, 429, 500, 503, 504];
        for (at, code) in (1..).zip(codes) {
            let fault = Fault::status(code).header("Retry-After", "1");
            scene.proxy.add(creations(fault).nth(at));
        }
        for code in codes {
            let (said, reason) = status(scene.create("never").await);
            assert_eq!(said, code);
            assert!(!reason.is_empty());
        }
        assert!(!scene.exists("never").await);
        scene.create("never").await.unwrap();
        assert!(scene.seen().iter().all(|seen| (seen.acted == 0) != (seen.answered == 201)));
    });
}

#[test]
fn an_answer_hides_that_the_server_has_acted() {
    block_on(async {
        let scene = Scene::new("hide").await;
        scene.proxy.add(creations(Fault::status(504).after_acting()).times(1));
        assert_eq!(status(scene.create("made").await), (504, "Timeout".to_owned()));
        assert_eq!(status(scene.create("made").await), (409, "AlreadyExists".to_owned()));
    });
}

#[test]
fn an_answer_has_another_content() {
    block_on(async {
        let scene = Scene::new("content").await;
        let lists = |fault| Rule::new(fault).verb("list").kind("v1", "ConfigMap");
        scene.proxy.add(lists(Fault::answer(200, "text/html", "<title>Sign in</title>")).nth(1));
        scene.proxy.add(lists(Fault::answer(200, "application/json", "{\"kind\":\"Status\"")).nth(2));
        for _ in 0..2 {
            let problem = scene.api().list(&ListParams::default()).await.unwrap_err();
            assert!(matches!(problem, Error::SerdeError(_)), "{problem:?}");
        }
        scene.api().list(&ListParams::default()).await.unwrap();
    });
}

#[test]
fn a_connection_ends_after_its_answer() {
    block_on(async {
        let scene = Scene::new("close").await;
        scene.proxy.add(creations(Fault::Close).nth(2));
        for name in ["one", "two", "three", "four"] {
            scene.create(name).await.unwrap();
        }
        let connections: Vec<_> = scene.seen().iter().map(|seen| seen.connection).collect();
        assert_eq!(connections, [1, 1, 2, 2]);
    });
}

#[test]
fn a_rule_names_its_requests() {
    block_on(async {
        let scene = Scene::new("match").await;
        let teapot = || Fault::status(418);
        scene.proxy.add(creations(teapot()).name("no object of a creation has a name in its path"));
        scene.proxy.add(creations(teapot()).namespace("another"));
        scene.proxy.add(Rule::new(teapot()).kind("apps/v1", "Deployment"));
        scene.proxy.add(creations(teapot()).dry_run(true));
        scene.create("fine").await.unwrap();
        scene.proxy.add(Rule::new(teapot()).path("/version"));
        scene.proxy.add(Rule::new(teapot()).path("/openapi/*"));
        assert_eq!(status(scene.client.apiserver_version().await).0, 418);
        let openapi = http::Request::get("/openapi/v3").body(Vec::new()).unwrap();
        assert_eq!(status(scene.client.request_text(openapi.clone()).await).0, 418);
        scene.proxy.clear();
        scene.client.apiserver_version().await.unwrap();
        scene.client.request_text(openapi).await.unwrap();
        scene.proxy.add(creations(teapot()).from(2));
        scene.create("first").await.unwrap();
        for _ in 0..2 {
            assert_eq!(status(scene.create("later").await).0, 418);
        }
    });
}
