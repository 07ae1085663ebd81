//! The state of a cluster, as it is read.

use std::collections::BTreeSet;
use std::sync::Arc;

use insta::assert_snapshot;
use serde_json::{Value, json};

use fleetwright::live::Failure;
use fleetwright::object::Object;
use fleetwright::plan::{Kind, LiveState, PART_OF, Served};

use super::{Scene, config_map, deployment};
use crate::harness::{Fault, Rule};
use crate::reach::seen;

fn of<'s>(state: &'s LiveState, group: &str, kind: &str) -> &'s Kind {
    state.kinds.get(&(Arc::from(group), Arc::from(kind))).unwrap()
}

fn kind(scene: &Scene, state: &LiveState, group: &str, name: &str) -> String {
    match of(state, group, name) {
        Kind::Listed { served, objects } => {
            let Served { api_version, versions, plural, namespaced } = served;
            let names: Vec<&str> = objects.keys().map(|object| &*object.name).collect();
            format!("{api_version} of {} {plural} {namespaced}: {}", versions.join(" "), names.join(" "))
        }
        Kind::NotServed => "not served".to_owned(),
        Kind::Unread(unread) => {
            let problem = scene.told(&Failure::Refused(unread.problem.clone()));
            format!("{}\n{problem}", scene.named(&unread.why))
        }
    }
}

#[test]
fn a_state_is_read_in_few_requests() {
    let scene = Scene::new().wanting(&[config_map("wanted"), config_map("absent"), deployment("absent")]);
    let mut thing = config_map("x");
    thing["apiVersion"] = json!("example.com/v1");
    thing["kind"] = json!("Thing");
    let scene = Scene {
        objects: [scene.objects.clone(), vec![Object::from_value(thing).unwrap()]].concat(),
        ..scene
    };
    let (there, client_objects) = (scene.set(), ["wanted", "stranger", "stray"]);
    for name in client_objects {
        let mut object = config_map(name);
        object["metadata"]["namespace"] = json!(scene.namespace);
        if name == "stray" {
            object["metadata"]["labels"] = json!({ PART_OF: there.as_str() });
        }
        let path = format!("/api/v1/namespaces/{}/configmaps", scene.namespace);
        scene.send(http::Request::post(path).header("Content-Type", "application/json"), &object);
    }
    let state = scene.state().unwrap();
    assert_eq!(kind(&scene, &state, "", "ConfigMap"), "v1 of v1 configmaps true: stray wanted");
    assert_eq!(kind(&scene, &state, "apps", "Deployment"), "apps/v1 of apps/v1 deployments true: ");
    assert_eq!(kind(&scene, &state, "example.com", "Thing"), "not served");
    assert_eq!(state.record.unwrap(), None);
    assert_eq!(state.uid, scene.cluster.uid);
    let admission = state.admission.unwrap();
    assert!(admission.version.starts_with("v1."), "{}", admission.version);
    assert!(admission.namespaces.contains_key(&scene.namespace));
    // How many connections ask who answers is a matter of chance.
    let requests: BTreeSet<String> = seen(&scene.proxy).into_iter().collect();
    assert_snapshot!(scene.named(&Vec::from_iter(requests).join("\n")), @"
    GET /api 200
    GET /api/v1/configmaps 200
    GET /api/v1/namespaces 200
    GET /api/v1/namespaces/kube-system 200
    GET /api/v1/namespaces/STATE/secrets/fleetwright.shop 404
    GET /apis 200
    GET /apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicies 200
    GET /apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicybindings 200
    GET /apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations 200
    GET /apis/apiextensions.k8s.io/v1/customresourcedefinitions 200
    GET /apis/apps/v1/deployments 200
    GET /version 200
    ");
    let Kind::Listed { objects, .. } = scene.state().unwrap().kinds.into_iter().next().unwrap().1 else {
        panic!()
    };
    for live in objects.values() {
        assert_eq!((&live.object["apiVersion"], &live.object["kind"]), (&json!("v1"), &json!("ConfigMap")));
        assert!(live.uid().is_some());
    }
}

#[test]
fn a_list_is_read_page_by_page_and_begun_anew_when_it_expires() {
    let scene = Scene::new().wanting(&[config_map("x")]);
    // A page of one object, and the token of the server behind it.
    let page = scene.raw(http::Request::get("/api/v1/namespaces?limit=1"));
    let token = page["metadata"]["continue"].as_str().unwrap();
    let first = json!({ "kind": "ConfigMapList", "apiVersion": "v1", "metadata": { "continue": token, "resourceVersion": "1" }, "items": [] });
    let rule = |fault| Rule::new(fault).path("/api/v1/configmaps");
    scene.proxy.add(rule(Fault::answer(200, "application/json", &first.to_string())).nth(1));
    scene.proxy.add(rule(Fault::status(410)).nth(2));
    let state = scene.state().unwrap();
    assert_eq!(kind(&scene, &state, "", "ConfigMap"), "v1 of v1 configmaps true: ");
    assert_snapshot!(scene.notices().join("\n"), @"prod-a: GET /api/v1/configmaps: the server answered 410: The provided continue parameter is too old; try 2 of 2 in 0s");
    let asked: Vec<(String, u16)> = scene
        .proxy
        .requests()
        .into_iter()
        .filter(|one| one.path == "/api/v1/configmaps")
        .map(|one| {
            (one.query.replace(token, "TOKEN").split("TOKEN").next().unwrap().to_owned(), one.answered)
        })
        .collect();
    assert_eq!(asked.len(), 3, "{asked:?}");
    assert_eq!((asked[0].1, asked[1].1, asked[2].1), (200, 410, 200));
    assert!(asked[1].0.contains("continue="), "{asked:?}");
    assert_eq!(asked[2].0, "limit=500");
    // Twice is too often.
    scene.proxy.clear();
    for begun in [1, 3] {
        scene.proxy.add(rule(Fault::answer(200, "application/json", &first.to_string())).nth(begun));
        scene.proxy.add(rule(Fault::status(410)).nth(begun + 1));
    }
    let state = scene.state().unwrap();
    assert_snapshot!(kind(&scene, &state, "", "ConfigMap"), @r#"
    the server answered 410: The provided continue parameter is too old
    cluster "prod-a" cannot be read: the server answered 410: The provided continue parameter is too old
    context "c", server https://HOST, user "u"
    asked for GET /api/v1/configmaps
    run the same command again; if it stays so, look at the server's log
    "#);
}

#[test]
fn a_kind_that_cannot_be_read_is_unread_and_stops_no_other() {
    let scene = Scene::new().wanting(&[config_map("x"), deployment("x")]);
    let page = |items: Value| {
        let list =
            json!({ "kind": "DeploymentList", "apiVersion": "apps/v1", "metadata": {}, "items": items });
        Fault::answer(200, "application/json", &list.to_string())
    };
    let meets = |fault: Fault| {
        scene.proxy.clear();
        scene.proxy.add(Rule::new(fault).path("/apis/apps/v1/deployments"));
        let state = scene.state().unwrap();
        assert_eq!(kind(&scene, &state, "", "ConfigMap"), "v1 of v1 configmaps true: ");
        kind(&scene, &state, "apps", "Deployment")
    };
    let phrase = |fault: Fault| meets(fault).lines().next().unwrap_or_default().to_owned();
    assert_snapshot!(meets(Fault::status(403)), @r#"
    the user may not read this (403 Forbidden): forbidden: the proxy says so
    cluster "prod-a" cannot be read: the user may not read this (403 Forbidden): forbidden: the proxy says so
    context "c", server https://HOST, user "u"
    asked for GET /apis/apps/v1/deployments
    bind the user to a Role or ClusterRole that lets it `list` this
    "#);
    assert_snapshot!(meets(Fault::Truncate(60)), @r#"
    HOST broke the connection off in the middle of its answer
    cluster "prod-a" cannot be read: HOST broke the connection off in the middle of its answer
    context "c", server https://HOST, user "u"
    asked for GET /apis/apps/v1/deployments
    cause: error reading a body from connection: end of file before message length reached
    run the same command again; if it stays so, look at the server's log
    "#);
    assert_snapshot!(phrase(Fault::status(404)), @"the server answered 404: the proxy finds nothing");
    assert_snapshot!(phrase(Fault::status(500)), @"the server answered 500: Internal error occurred: the proxy says so");
    assert_snapshot!(phrase(Fault::Stall), @"HOST did not answer within 2s");
    assert_snapshot!(phrase(Fault::answer(200, "text/html", "<html>log in</html>")), @"the answer of HOST is none of an API server: it is no JSON: expected value at line 1 column 1");
    assert_snapshot!(phrase(Fault::answer(200, "application/json", "{}")), @"the answer of HOST is none of an API server: it is no list of apps/v1");
    assert_snapshot!(phrase(page(json!([1]))), @"the answer of HOST is none of an API server: one of its items is no object");
    assert_snapshot!(phrase(page(json!([{ "metadata": { "namespace": "x" } }]))), @"the answer of HOST is none of an API server: one of its items has no name");
    assert_snapshot!(phrase(page(json!([{ "metadata": { "name": "x" } }]))), @"the answer of HOST is none of an API server: its item x is not in a namespace, or must not be");
    assert_snapshot!(phrase(page(json!([{ "kind": "Pod", "metadata": { "name": "x", "namespace": "x" } }]))), @"the answer of HOST is none of an API server: one of its items is no apps/v1 Deployment");
}

#[test]
fn f44_f45_what_a_server_does_not_know_of_itself_is_not_absent() {
    let scene = Scene::new().wanting(&[config_map("x"), deployment("x")]);
    let apis = scene.raw(
        http::Request::get("/apis")
            .header("Accept", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"),
    );
    let meets = |answer: Fault| {
        scene.proxy.clear();
        scene.proxy.add(Rule::new(answer).path("/apis"));
        let state = scene.state().unwrap();
        assert_eq!(kind(&scene, &state, "", "ConfigMap"), "v1 of v1 configmaps true: ");
        kind(&scene, &state, "apps", "Deployment")
    };
    let stale = |resources: bool| {
        let mut apis = apis.clone();
        for group in apis["items"].as_array_mut().unwrap() {
            if group["metadata"]["name"] == "apps" {
                group["versions"][0]["freshness"] = json!("Stale");
                if !resources {
                    group["versions"][0].as_object_mut().unwrap().remove("resources");
                }
            }
        }
        Fault::answer(200, "application/json", &apis.to_string())
    };
    assert_snapshot!(meets(stale(true)), @r#"
    the server does not know at present what there is in apps/v1
    cluster "prod-a" cannot be read: the server does not know at present what there is in apps/v1
    context "c", server https://HOST, user "u"
    asked for GET /apis
    see which API does not answer: kubectl --context 'c' get apiservices
    "#);
    assert_eq!(meets(stale(false)), meets(stale(true)));
    assert_snapshot!(meets(Fault::status(503)), @r#"
    the server answered 503: the server is currently unable to handle the request
    cluster "prod-a" cannot be read: the server answered 503: the server is currently unable to handle the request
    context "c", server https://HOST, user "u"
    asked for GET /apis
    run the same command again; if it stays so, look at the server's log
    "#);
    let empty = "{\"kind\":\"APIGroupDiscoveryList\",\"items\":[]}";
    assert_snapshot!(meets(Fault::answer(200, "application/json", empty)), @r#"
    the answer of HOST is none of an API server: there is no API group in it
    cluster "prod-a" cannot be read: the answer of HOST is none of an API server: there is no API group in it
    context "c", server https://HOST, user "u"
    asked for GET /apis
    check that the address in the kubeconfig is that of an API server
    "#);
    // An old server, and one whose group does not answer.
    let plain = scene.raw(http::Request::get("/apis"));
    let old = || Fault::answer(200, "application/json", &plain.to_string());
    assert_eq!(meets(old()), "apps/v1 of apps/v1 deployments true: ");
    scene.proxy.clear();
    scene.proxy.add(Rule::new(old()).path("/apis"));
    scene.proxy.add(Rule::new(Fault::status(503)).path("/apis/apps/v1"));
    let state = scene.state().unwrap();
    assert_eq!(kind(&scene, &state, "", "ConfigMap"), "v1 of v1 configmaps true: ");
    assert_snapshot!(kind(&scene, &state, "apps", "Deployment"), @r#"
    the server answered 503: the server is currently unable to handle the request
    cluster "prod-a" cannot be read: the server answered 503: the server is currently unable to handle the request
    context "c", server https://HOST, user "u"
    asked for GET /apis/apps/v1
    run the same command again; if it stays so, look at the server's log
    "#);
}

#[test]
fn what_mutates_and_cannot_be_read_is_unread() {
    let scene = Scene::new().wanting(&[config_map("x")]);
    let path = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";
    scene.proxy.add(Rule::new(Fault::status(403)).path(path));
    let state = scene.state().unwrap();
    assert_eq!(
        state.admission.unwrap_err().why,
        "the user may not read this (403 Forbidden): forbidden: the proxy says so"
    );
}

#[test]
fn f10_a_page_that_is_too_large_is_asked_for_in_smaller_ones() {
    let scene = Scene::new().wanting(&[config_map("x")]);
    let large = Fault::answer(200, "application/json", &" ".repeat((8 << 20) + 1));
    scene.proxy.add(Rule::new(large.clone()).path("/api/v1/configmaps").times(2));
    let state = scene.state().unwrap();
    assert_eq!(kind(&scene, &state, "", "ConfigMap"), "v1 of v1 configmaps true: ");
    let pages = scene.proxy.requests().into_iter().filter(|one| one.path == "/api/v1/configmaps");
    let limits: Vec<String> = pages.map(|one| one.query.split('&').next().unwrap().to_owned()).collect();
    assert_eq!(limits[..3], ["limit=500", "limit=50", "limit=5"]);
    scene.proxy.clear();
    scene.proxy.add(Rule::new(large).path("/api/v1/configmaps"));
    let state = scene.state().unwrap();
    assert_eq!(
        kind(&scene, &state, "", "ConfigMap").lines().next(),
        Some("the answer of HOST is longer than 8388608 bytes")
    );
}
