//! Kinds that cannot be read: what is rendered of them stops the run, what is only recorded stays.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::ready::{UNIT, gizmos};
use super::scene::{Scene, config_map, said, told};
use crate::harness::{Cluster, Fault, Lab, Rule, Spec, block_on, eventually};
use crate::program::Outcome;

/// A cluster whose kinds come and go.
fn broken() -> &'static Cluster {
    static CLUSTER: std::sync::LazyLock<Cluster> =
        std::sync::LazyLock::new(|| Lab::shared().start([Spec::bare("unread")]).remove(0));
    &CLUSTER
}

/// A scene with a gizmo, its definition and two ConfigMaps, applied; then no gizmo is rendered any more, and one
/// ConfigMap less, which leaves the other to be changed.
struct Dropped {
    scene: Scene,
    definition: Value,
    gizmo: Value,
}

impl Dropped {
    fn new() -> Self {
        let scene = Scene::of(broken(), "");
        let (definition, gizmo) = gizmos(&scene);
        scene.units(&format!("{UNIT}  ready_when = {{ Gizmo = \"create\" }}\n}}\n"));
        let rest =
            [definition.clone(), config_map("one", "1"), config_map("two", "1"), config_map("three", "1")];
        scene.render(&[&rest[..], std::slice::from_ref(&gizmo)].concat());
        let applied = scene.apply(&[]);
        assert_eq!(applied.status, Some(0), "{}", said(&applied));
        scene.render(&[definition.clone(), config_map("one", "2"), config_map("two", "1")]);
        Self { scene, definition, gizmo }
    }

    /// What is asserted where gizmos cannot be proven to be there or not: everything else goes on, one is still in the
    /// record, and that is told.
    fn goes_on_without(&self) -> Outcome {
        let Self { scene, .. } = self;
        let before = scene.writes().len();
        let applied = scene.apply(&[]);
        assert_eq!(scene.live(&config_map("one", "")).unwrap()["data"]["key"], "2", "{}", said(&applied));
        assert!(scene.live(&config_map("three", "")).is_none(), "{}", said(&applied));
        let writes = scene.writes().split_off(before);
        assert!(!writes.iter().any(|line| line.contains(" gizmos/")), "{writes:?}");
        assert!(said(&applied).contains("Gizmo/one"), "{}", said(&applied));
        assert!(self.is_recorded());
        applied
    }

    fn is_recorded(&self) -> bool {
        self.scene.record().unwrap().inventory.keys().any(|object| &*object.kind == "Gizmo")
    }
}

#[test]
fn f17_f96_what_cannot_be_listed_is_not_pruned_and_not_forgotten() {
    let dropped = Dropped::new();
    let Dropped { scene, gizmo, .. } = &dropped;
    scene.proxy.add(Rule::new(Fault::status(403)).verb("list").kind(text(gizmo, "apiVersion"), "Gizmo"));
    let applied = dropped.goes_on_without();
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
    assert_snapshot!(told(&applied), @r#"
    ~ ConfigMap/one in here  component.web  on a
        data.key  "1" → "2"
    - ConfigMap/three in here  component.web  on a
    ? unknown on a: the user may not read this (403 Forbidden): forbidden: the proxy says so
        Gizmo/one in here
    ? cluster a: known in part: the user may not read this (403 Forbidden): forbidden: the proxy says so
    1 cluster: 1 to change, 1 to delete; 2 unchanged, 1 unknown; 1 cluster known in part
    created 0, changed 1, unchanged 2, deleted 1 on "a"
    a: context "context", server https://HOST, user "context"
    warning[P002]: nothing of Gizmo.here.example.com is deleted: the user may not read this (403 Forbidden): forbidden: the proxy says so
     |
     = cluster: a
     = note: they are no longer rendered, and it is not known what is there of them
    a: locked by this run, RUN
    a: recording what is to be done
    a: writing 1 object
    a: written, not ready yet here/ConfigMap/one (component.web)
    a: waiting until 3 objects are ready
    a: changed here/ConfigMap/one (component.web)
    a: deleting 1 object
    a: deleted here/ConfigMap/three (component.web)
    "#);
    assert!(scene.live(gizmo).is_some());
    // When it can be listed again, it goes.
    scene.proxy.clear();
    let again = scene.apply(&[]);
    assert_eq!(again.status, Some(0), "{}", said(&again));
    assert!(scene.live(gizmo).is_none());
    assert!(!dropped.is_recorded());
}

#[test]
fn f96_a_kind_that_is_gone_is_kept_in_the_record() {
    let dropped = Dropped::new();
    let Dropped { scene, gizmo, definition } = &dropped;
    scene.render(&[config_map("one", "2"), config_map("two", "1")]);
    block_on(async {
        let someone = scene.someone("somebody").await;
        someone.delete(definition).await;
        eventually("the kind is gone", async || (!someone.knows(gizmo).await).then_some(())).await;
    });
    let applied = dropped.goes_on_without();
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
    assert_snapshot!(told(&applied), @r#"
    ~ ConfigMap/one in here  component.web  on a
        data.key  "1" → "2"
    = Gizmo/one in here  component.web  on a
        no longer rendered, kept: the server no longer has its kind
    - ConfigMap/three in here  component.web  on a
    1 cluster: 1 to change, 1 to delete; 1 unchanged, 1 kept
    created 0, changed 1, unchanged 1, deleted 1 on "a"
    a: context "context", server https://HOST, user "context"
    a: locked by this run, RUN
    a: recording what is to be done
    a: writing 1 object
    a: written, not ready yet here/ConfigMap/one (component.web)
    a: waiting until 2 objects are ready
    a: changed here/ConfigMap/one (component.web)
    a: deleting 1 object
    a: deleted here/ConfigMap/three (component.web)
    "#);
    let before = scene.writes().len();
    let again = scene.apply(&[]);
    assert_eq!((again.status, scene.writes().len()), (Some(0), before), "{}", said(&again));
}

#[test]
fn f44_f45_an_api_that_is_down_stops_nothing_else() {
    let dropped = Dropped::new();
    let Dropped { scene, gizmo, definition } = &dropped;
    let group = text(gizmo, "apiVersion").split('/').next().unwrap();
    let service = json!({
        "apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService", "metadata": {"name": format!("v1.{group}")},
        "spec": {
            "group": group, "version": "v1", "groupPriorityMinimum": 100, "versionPriority": 100,
            "insecureSkipTLSVerify": true, "service": {"namespace": scene.namespace, "name": "nobody"},
        },
    });
    scene.render(&[config_map("one", "2"), config_map("two", "1")]);
    block_on(async {
        let someone = scene.someone("somebody").await;
        someone.delete(definition).await;
        eventually("the kind is gone", async || (!someone.knows(gizmo).await).then_some(())).await;
        someone.apply(&service).await;
        eventually("its API is known to be down", async || {
            let live = someone.get(&service).await?;
            (live["status"]["conditions"][0]["status"] == "False").then_some(())
        })
        .await;
    });
    dropped.goes_on_without();
    // What is rendered of it is not called unknown to the server, nor made.
    scene.render(&[config_map("one", "3"), config_map("two", "1"), gizmo.clone()]);
    let before = scene.writes().len();
    let refused = scene.apply(&[]);
    assert_eq!(refused.status, Some(4), "{}", said(&refused));
    assert!(refused.stderr.contains("Gizmo"), "{}", refused.stderr);
    assert_eq!(scene.writes().len(), before);
    block_on(async { scene.someone("somebody").await.delete(&service).await });
}

#[test]
fn f45_a_server_that_lists_its_kinds_in_the_old_way_is_asked_group_by_group() {
    let scene = Scene::of(broken(), &format!("{UNIT}}}\n"));
    let role = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "web", "namespace": "here"},
        "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}],
    });
    scene.render(&[config_map("one", "1"), role.clone()]);
    for path in ["/api", "/apis"] {
        let plain: Value = block_on(async {
            let request = http::Request::get(path).body(Vec::new()).unwrap();
            scene.cluster.client().await.request(request).await.unwrap()
        });
        let answer = Fault::answer(200, "application/json", &plain.to_string());
        scene.proxy.add(Rule::new(answer).path(path));
    }
    let applied = scene.apply(&[]);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
    assert!(scene.live(&role).is_some());
    assert!(scene.proxy.requests().iter().any(|one| one.path == "/apis/rbac.authorization.k8s.io/v1"));
}

#[test]
fn f28_what_cannot_be_converted_is_not_absent() {
    let dropped = Dropped::new();
    let Dropped { scene, gizmo, definition } = &dropped;
    let mut two = definition.clone();
    let mut second = two["spec"]["versions"][0].clone();
    second["name"] = json!("v2");
    second["storage"] = json!(false);
    two["spec"]["versions"].as_array_mut().unwrap().push(second);
    two["spec"]["conversion"] = json!({
        "strategy": "Webhook",
        "webhook": {
            "conversionReviewVersions": ["v1"],
            "clientConfig": {"url": "https://127.0.0.1:1/convert", "caBundle": ""},
        },
    });
    let mut asked = gizmo.clone();
    asked["apiVersion"] = json!(text(gizmo, "apiVersion").replace("/v1", "/v2"));
    block_on(async {
        scene.someone("somebody").await.take(&two).await;
        eventually("it is served in two versions", async || {
            scene.someone("somebody").await.knows(&asked).await.then_some(())
        })
        .await;
    });
    scene.render(&[config_map("one", "2"), config_map("two", "1"), asked.clone()]);
    let before = scene.writes().len();
    let refused = scene.apply(&[]);
    assert_eq!(refused.status, Some(4), "{}", said(&refused));
    assert!(refused.stderr.contains("conversion webhook"), "{}", refused.stderr);
    assert_snapshot!(told(&refused), @r#"
    ~ ConfigMap/one in here  component.web  on a
        data.key  "1" → "2"
    - ConfigMap/three in here  component.web  on a
    = CustomResourceDefinition/gizmos.here.example.com  component.web  on a
        no longer rendered, kept: 1 object that is rendered is in it
    ? unknown on a: the server answered 500: conversion webhook for here.example.com/v1, Kind=Gizmo failed: Post "https://127.0.0.1:1/convert?timeout=30s": dial tcp 127.0.0.1:1: connect: connection refused
        Gizmo/one in here
    ? cluster a: known in part: the server answered 500: conversion webhook for here.example.com/v1, Kind=Gizmo failed: Post "https://127.0.0.1:1/convert?timeout=30s": dial tcp 127.0.0.1:1: connect: connection refused
    1 cluster: 1 to change, 1 to delete; 1 unchanged, 1 kept, 1 unknown; 1 cluster known in part
    a: GET /apis/here.example.com/v2/gizmos: the server answered 500: conversion webhook for here.example.com/v1, Kind=Gizmo failed: Post "https://127.0.0.1:1/convert?timeout=30s": dial tcp 127.0.0.1:1: connect: connection refused; try 2 of 3 in 500ms
    a: GET /apis/here.example.com/v2/gizmos: the server answered 500: conversion webhook for here.example.com/v1, Kind=Gizmo failed: Post "https://127.0.0.1:1/convert?timeout=30s": dial tcp 127.0.0.1:1: connect: connection refused; try 3 of 3
    a: context "context", server https://HOST, user "context"
    error[P001]: it is not known what is there of Gizmo.here.example.com: the server answered 500: conversion webhook for here.example.com/v1, Kind=Gizmo failed: Post "https://127.0.0.1:1/convert?timeout=30s": dial tcp 127.0.0.1:1: connect: connection refused
     |
     = cluster: a
     = note: nothing is written where something is not known
     = help: run the same command again; if it stays so, look at the server's log
    "#);
    assert_eq!(scene.writes().len(), before);
    assert!(dropped.is_recorded());
    assert!(scene.live(gizmo).is_some());
}

fn text<'v>(object: &'v Value, key: &str) -> &'v str {
    object[key].as_str().unwrap()
}
