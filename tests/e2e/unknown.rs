//! Servers that cannot be read: each failure is told for what it is, within its time, and what passes is tried
//! again in view.

use std::time::Duration;

use insta::assert_snapshot;

use crate::harness::{Cluster, Fault, Lab, Proxy, Rule};
use crate::program::{Outcome, Place};
use crate::reach::{ADMIN, config, fleet, said, seen, server, through, token, trust};

struct Scene {
    cluster: &'static Cluster,
    proxy: Proxy,
    place: Place,
}

impl Scene {
    fn new() -> Self {
        let cluster = Lab::bare();
        let proxy = Proxy::before(cluster);
        let place = through(&proxy, cluster, "");
        Self { cluster, proxy, place }
    }

    /// What `trust` says when the question for the UID meets this.
    fn meets(&self, rule: Rule) -> (Outcome, String) {
        self.proxy.clear();
        self.proxy.add(rule.verb("get").kind("v1", "Namespace").name("kube-system"));
        let outcome = trust(&self.place, &["--request-timeout", "2s"]);
        let text = said(&outcome, self.cluster, &self.proxy.url);
        (outcome, text)
    }

    fn unknown(&self, fault: Fault) -> String {
        let (outcome, text) = self.meets(Rule::new(fault));
        assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(3), ""), "{text}");
        text
    }
}

#[test]
fn what_passes_is_tried_again_in_view() {
    let scene = Scene::new();
    let passes = |fault| {
        let (outcome, text) = scene.meets(Rule::new(fault).times(1));
        assert_eq!(outcome.status, Some(0), "{text}");
        text.lines().find(|line| line.contains("try 2 of 3")).map(str::to_owned).unwrap_or_default()
    };
    assert_snapshot!(passes(Fault::status(503)), @"prod-a: GET /api/v1/namespaces/kube-system: the server answered 503: the server is currently unable to handle the request; try 2 of 3 in 500ms");
    assert_snapshot!(passes(Fault::status(429).header("Retry-After", "1")), @"prod-a: GET /api/v1/namespaces/kube-system: the server answered 429: too many requests, please try again later; try 2 of 3 in 1s");
    assert_snapshot!(passes(Fault::ResetBefore), @"prod-a: GET /api/v1/namespaces/kube-system: HOST broke the connection off in the middle of its answer; try 2 of 3 in 500ms");
    assert_snapshot!(passes(Fault::Truncate(100)), @"prod-a: GET /api/v1/namespaces/kube-system: HOST broke the connection off in the middle of its answer; try 2 of 3 in 500ms");
}

#[test]
fn what_stays_is_unknown_after_three_tries() {
    let scene = Scene::new();
    assert_snapshot!(scene.unknown(Fault::status(503)), @r#"
    prod-a: GET /api/v1/namespaces/kube-system: the server answered 503: the server is currently unable to handle the request; try 2 of 3 in 500ms
    prod-a: GET /api/v1/namespaces/kube-system: the server answered 503: the server is currently unable to handle the request; try 3 of 3 in 1s
    error[L028]: cluster "prod-a" cannot be read: the server answered 503: the server is currently unable to handle the request
     |
     = cluster: prod-a
     = note: context "c", server https://HOST, user "u"
     = note: asked for GET /api/v1/namespaces/kube-system
     = help: run the same command again; if it stays so, look at the server's log

    1 error
    "#);
    assert_eq!(seen(&scene.proxy).len(), 3);
    assert_snapshot!(scene.unknown(Fault::Truncate(100)), @r#"
    prod-a: GET /api/v1/namespaces/kube-system: HOST broke the connection off in the middle of its answer; try 2 of 3 in 500ms
    prod-a: GET /api/v1/namespaces/kube-system: HOST broke the connection off in the middle of its answer; try 3 of 3 in 1s
    error[L026]: cluster "prod-a" cannot be read: HOST broke the connection off in the middle of its answer
     |
     = cluster: prod-a
     = note: context "c", server https://HOST, user "u"
     = note: asked for GET /api/v1/namespaces/kube-system
     = note: cause: error reading a body from connection: end of file before message length reached
     = help: run the same command again; if it stays so, look at the server's log

    1 error
    "#);
}

#[test]
fn what_does_not_pass_is_not_tried_again() {
    let scene = Scene::new();
    assert_snapshot!(scene.unknown(Fault::status(401)), @r#"
    error[L023]: cluster "prod-a" cannot be read: the server does not know the user (401 Unauthorized)
     |
     = cluster: prod-a
     = note: context "c", server https://HOST, user "u"
     = note: asked for GET /api/v1/namespaces/kube-system
     = help: log in again; kubectl --context 'c' auth whoami tells who you are

    1 error
    "#);
    assert_snapshot!(scene.unknown(Fault::status(403)), @r#"
    error[L024]: cluster "prod-a" cannot be read: the user may not read this (403 Forbidden): forbidden: the proxy says so
     |
     = cluster: prod-a
     = note: context "c", server https://HOST, user "u"
     = note: asked for GET /api/v1/namespaces/kube-system
     = help: bind the user to a Role or ClusterRole that lets it `get` this

    1 error
    "#);
    assert_snapshot!(scene.unknown(Fault::answer(200, "text/html", "<html>log in</html>")), @r#"
    error[L027]: cluster "prod-a" cannot be read: the answer of HOST is none of an API server: it is not JSON
     |
     = cluster: prod-a
     = note: context "c", server https://HOST, user "u"
     = note: asked for GET /api/v1/namespaces/kube-system
     = help: check that the address in the kubeconfig is that of an API server

    1 error
    "#);
    let redirect = Fault::answer(302, "text/html", "")
        .header("Location", "https://elsewhere.example.com/login?token=s3cret#s3cret");
    assert_snapshot!(scene.unknown(redirect), @r#"
    error[L027]: cluster "prod-a" cannot be read: HOST sends elsewhere, to https://elsewhere.example.com/login, which is not followed
     |
     = cluster: prod-a
     = note: context "c", server https://HOST, user "u"
     = note: asked for GET /api/v1/namespaces/kube-system
     = help: check that the address in the kubeconfig is that of an API server

    1 error
    "#);
    assert_eq!(seen(&scene.proxy).len(), 4);
}

#[test]
fn a_server_that_says_nothing_is_not_waited_for() {
    let scene = Scene::new();
    assert_snapshot!(scene.unknown(Fault::Stall), @r#"
    error[L025]: cluster "prod-a" cannot be read: HOST did not answer within 2s
     |
     = cluster: prod-a
     = note: context "c", server https://HOST, user "u"
     = note: asked for GET /api/v1/namespaces/kube-system
     = help: check that the server is up and can be reached from here: kubectl --context 'c' version

    1 error
    "#);
    assert_snapshot!(scene.unknown(Fault::StallBody(50)), @r#"
    error[L025]: cluster "prod-a" cannot be read: HOST did not answer within 2s
     |
     = cluster: prod-a
     = note: context "c", server https://HOST, user "u"
     = note: asked for GET /api/v1/namespaces/kube-system
     = help: check that the server is up and can be reached from here: kubectl --context 'c' version

    1 error
    "#);
    assert_snapshot!(scene.unknown(Fault::Delay(Duration::from_secs(30))), @r#"
    error[L025]: cluster "prod-a" cannot be read: HOST did not answer within 2s
     |
     = cluster: prod-a
     = note: context "c", server https://HOST, user "u"
     = note: asked for GET /api/v1/namespaces/kube-system
     = help: check that the server is up and can be reached from here: kubectl --context 'c' version

    1 error
    "#);
}

#[test]
fn a_namespace_that_is_none_proves_nothing() {
    let scene = Scene::new();
    for body in [
        r#"{"kind":"Namespace","metadata":{"name":"kube-system"}}"#,
        r#"{"kind":"Namespace","metadata":{"name":"kube-system","uid":"UID of nobody"}}"#,
        r#"{"kind":"Namespace","metadata":{"name":"default","uid":"7f0f6a3e-0000-4000-8000-000000000001"}}"#,
        r#"{"kind":"NamespaceList","items":[]}"#,
    ] {
        let text = scene.unknown(Fault::answer(200, "application/json", body));
        assert!(text.contains("error[L027]: "), "{text}");
    }
}

#[test]
fn a_warning_of_the_server_is_shown_once() {
    let scene = Scene::new();
    let body = format!(
        r#"{{"kind":"Namespace","metadata":{{"name":"kube-system","uid":"{}"}}}}"#,
        scene.cluster.uid
    );
    let warns =
        Fault::answer(200, "application/json", &body).header("Warning", "299 - \"v1 is \\\"old\\\"\"");
    let (outcome, _) = scene.meets(Rule::new(warns));
    assert_eq!(outcome.status, Some(0), "{}", outcome.stderr);
    assert_snapshot!(outcome.stderr, @r#"
    prod-a: warning of the server: v1 is "old"
    fleet/fleet.hcl: cluster "prod-a" is pinned to it now; commit that
    "#);
}

#[test]
fn a_server_that_is_not_there_is_unknown() {
    let cluster = Lab::bare();
    let place = fleet("");
    config(&place, &server(&place, cluster, "https://127.0.0.1:1"), &token(cluster, ADMIN));
    let refused = trust(&place, &[]);
    assert_eq!(refused.status, Some(3));
    assert_snapshot!(said(&refused, cluster, &cluster.url), @r#"
    error[L020]: cluster "prod-a" cannot be read: 127.0.0.1:1 refuses the connection
     |
     = cluster: prod-a
     = note: context "c", server https://127.0.0.1:1, user "u"
     = note: asked for GET /api/v1/namespaces/kube-system
     = note: cause: tcp connect error: Connection refused (os error 111)
     = help: check that the server is up and can be reached from here: kubectl --context 'c' version

    1 error
    "#);
    config(&place, &server(&place, cluster, "https://nowhere.invalid"), &token(cluster, ADMIN));
    let unknown = trust(&place, &["--request-timeout", "20s"]);
    assert_eq!(unknown.status, Some(3));
    let text = said(&unknown, cluster, &cluster.url);
    assert!(text.starts_with("error[L020]: "), "{text}");
}
