//! A cluster is changed as it was agreed to, once.

use fleetwright::apply::End;
use fleetwright::diagnostic::{Code, Diagnostic};
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{Scene, config_map, shown};
use crate::harness::block_on;

#[test]
fn what_was_applied_is_not_written_again() {
    let scene = Scene::new(&[config_map("a", "1"), config_map("b", "1")]);
    let outcome = scene.apply();
    assert_snapshot!(shown(&scene, &outcome), @"
    Done, 0 unchanged
    HERE/ConfigMap/a: Created
    HERE/ConfigMap/b: Created
    ");
    assert_snapshot!(scene.writes_since(0).join("\n"), @"
    POST leases/ 201
    POST secrets/ 201
    POST secrets/ 201
    PATCH configmaps/a 201
    PATCH configmaps/b 201
    POST secrets/ 201
    PUT secrets/fleetwright 200
    DELETE secrets/fleetwright 200
    PUT leases/fleetwright 200
    ");
    let record = scene.record();
    assert_eq!(record.run, None);
    assert_eq!(record.releases[0].digest, scene.digest());
    assert_eq!((record.releases[0].written, record.releases[0].ready.is_some()), (2, true));
    assert!(record.inventory.values().all(|entry| entry.uid.is_some() && entry.applied.is_some()));
    let before = scene.proxy.requests().len();
    let outcome = scene.apply();
    assert_snapshot!(shown(&scene, &outcome), @"Done, 2 unchanged");
    assert_eq!(scene.writes_since(before), Vec::<String>::new());
}

#[test]
fn what_is_no_longer_wanted_is_deleted_after_everything_else() {
    let mut scene = Scene::new(&[config_map("a", "1"), config_map("b", "1")]);
    assert_eq!(scene.apply().end, End::Done);
    scene.want(&[config_map("a", "2")]);
    let before = scene.proxy.requests().len();
    let outcome = scene.apply();
    assert_snapshot!(shown(&scene, &outcome), @"
    Done, 0 unchanged
    HERE/ConfigMap/a: Changed
    HERE/ConfigMap/b: Deleted
    ");
    assert_snapshot!(scene.writes_since(before).join("\n"), @"
    PUT leases/fleetwright 200
    POST secrets/ 201
    PUT secrets/fleetwright 200
    DELETE secrets/fleetwright 200
    PATCH configmaps/a 200
    POST secrets/ 201
    PUT secrets/fleetwright 200
    DELETE secrets/fleetwright 200
    DELETE configmaps/b 200
    POST secrets/ 201
    PUT secrets/fleetwright 200
    DELETE secrets/fleetwright 200
    PUT leases/fleetwright 200
    ");
    let requests = scene.proxy.requests();
    let delete = requests.iter().find(|one| one.verb == "delete" && one.resource == "configmaps").unwrap();
    let options: Value = serde_json::from_str(&delete.body).unwrap();
    assert!(
        options["preconditions"]["uid"].is_string()
            && options["preconditions"]["resourceVersion"].is_string()
    );
    assert_eq!(scene.record().inventory.len(), 1);
}

#[test]
fn f30_what_changed_since_it_was_shown_is_refused() {
    let mut scene = Scene::new(&[config_map("a", "1"), config_map("b", "1")]);
    assert_eq!(scene.apply().end, End::Done);
    scene.want(&[config_map("a", "2"), config_map("b", "2")]);
    let outcome = block_on(async {
        let proven = scene.proven().await;
        let (state, plan) = scene.plan(&proven).await;
        let kubectl = scene.other("kubectl-edit").await;
        kubectl.edit(&scene.here(&config_map("a", "1")), &json!({ "data": { "key": "3" } })).await;
        scene.carry_out(&proven, &state, &plan).await
    });
    let shown = shown(&scene, &outcome);
    let shown = shown.split(" at 20").next().unwrap();
    assert_snapshot!(shown, @"
    Refused, 0 unchanged
    HERE/ConfigMap/a: Untouched
    HERE/ConfigMap/b: Untouched
    A001 HERE/ConfigMap/a has changed since the plan was shown
      last changed by kubectl-edit
    ");
    let live = block_on(async { scene.other("reader").await.get(&scene.here(&config_map("b", "1"))).await });
    assert_eq!(live.unwrap()["data"]["key"], "1");
}

fn widgets() -> Value {
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": { "name": "widgets.apply.example.com" },
        "spec": {
            "group": "apply.example.com", "scope": "Namespaced",
            "names": { "plural": "widgets", "singular": "widget", "kind": "Widget", "listKind": "WidgetList" },
            "versions": [{
                "name": "v1", "served": true, "storage": true,
                "schema": { "openAPIV3Schema": {
                    "type": "object",
                    "properties": { "spec": { "type": "object", "x-kubernetes-preserve-unknown-fields": true } },
                } },
            }],
        },
    })
}

#[test]
fn f32_what_is_defined_in_the_same_run_is_written_once_it_is_served() {
    let mut scene = Scene::new(&[]);
    let inner = format!("{}-inner", scene.namespace);
    let namespace = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": inner } });
    let mut map = config_map("a", "1");
    map["metadata"]["namespace"] = json!(inner);
    let widget = json!({
        "apiVersion": "apply.example.com/v1", "kind": "Widget",
        "metadata": { "name": "w", "namespace": inner }, "spec": { "size": 1 },
    });
    scene.want(&[map, widget, widgets(), namespace]);
    scene.applying.ready_when.insert("Widget".into(), fleetwright::object::ReadyWhen::Exists);
    let outcome = scene.apply();
    assert_snapshot!(shown(&scene, &outcome), @"
    Done, 0 unchanged
    CustomResourceDefinition/widgets.apply.example.com: Created
    Namespace/HERE-inner: Created
    HERE-inner/ConfigMap/a: Created
    HERE-inner/Widget/w: Created
    ");
    let outcome = scene.apply();
    assert_snapshot!(shown(&scene, &outcome), @"Done, 4 unchanged");
}

#[test]
fn f58_a_signal_lets_end_what_has_begun_and_begins_nothing() {
    let mut scene = Scene::new(&[config_map("b", "1"), config_map("c", "1"), config_map("gone", "1")]);
    assert_eq!(scene.apply().end, End::Done);
    scene.want(&[config_map("a", "1"), config_map("b", "1"), config_map("c", "1")]);
    let slow = crate::harness::Fault::Delay(std::time::Duration::from_secs(4));
    scene.proxy.add(crate::harness::Rule::new(slow).verb("patch").kind("v1", "ConfigMap").dry_run(false));
    let outcome = block_on(async {
        let proven = scene.proven().await;
        let (state, plan) = scene.plan(&proven).await;
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let signal = async {
            crate::harness::eventually("it writes", async || {
                let is_write = |one: &crate::harness::proxy::Request| {
                    one.verb == "patch" && !one.dry_run && one.ended == 0
                };
                scene.proxy.requests().iter().any(is_write).then_some(())
            })
            .await;
            stop.send(true).unwrap();
        };
        tokio::join!(scene.carry_out_until(&proven, &state, &plan, stopped), signal).0
    });
    assert_snapshot!(shown(&scene, &outcome), @"
    Stopped, 2 unchanged
    HERE/ConfigMap/a: Written
    HERE/ConfigMap/gone: Untouched
    ");
    let record = scene.record();
    assert!(record.run.is_some());
    assert!(record.inventory.values().all(|entry| entry.applied.is_some()));
    scene.proxy.clear();
    // Nobody is waited for.
    assert_snapshot!(shown(&scene, &scene.apply()), @"
    Done, 3 unchanged
    HERE/ConfigMap/gone: Deleted
    ");
    let waited = scene
        .told
        .lock()
        .unwrap()
        .iter()
        .any(|event| matches!(event, fleetwright::apply::Event::Waiting { .. }));
    assert!(!waited);
}

#[test]
fn f57_a_run_that_dies_in_the_middle_is_ended_by_the_next() {
    let mut scene = Scene::new(&[config_map("gone", "1"), config_map("b", "1")]);
    assert_eq!(scene.apply().end, End::Done);
    scene.want(&[config_map("a", "1"), config_map("b", "2")]);
    scene.patience.lease = std::time::Duration::from_secs(3);
    // The server acts on both writes, and the run does not live to hear of it.
    let lost = crate::harness::Fault::StallBody(0);
    scene.proxy.add(crate::harness::Rule::new(lost).verb("patch").kind("v1", "ConfigMap").dry_run(false));
    let before = scene.proxy.requests().len();
    block_on(async {
        let proven = scene.proven().await;
        let (state, plan) = scene.plan(&proven).await;
        let dies = async {
            crate::harness::eventually("both are written", async || {
                let is_write = |one: &&crate::harness::proxy::Request| {
                    one.verb == "patch" && !one.dry_run && one.acted != 0
                };
                (scene.proxy.requests().iter().skip(before).filter(is_write).count() == 2).then_some(())
            })
            .await;
        };
        tokio::select! {
            _ = scene.carry_out(&proven, &state, &plan) => panic!("it ended"),
            () = dies => {}
        }
    });
    scene.proxy.clear();
    assert!(scene.record().run.is_some());
    assert_eq!(scene.record().inventory.len(), 3);
    assert_snapshot!(shown(&scene, &scene.apply()), @"
    Done, 2 unchanged
    HERE/ConfigMap/gone: Deleted
    ");
    let record = scene.record();
    assert_eq!((record.run, record.inventory.len()), (None, 2));
    assert!(record.inventory.values().all(|entry| entry.uid.is_some() && entry.applied.is_some()));
    let before = scene.proxy.requests().len();
    assert_eq!(scene.apply().end, End::Done);
    assert_eq!(scene.writes_since(before), Vec::<String>::new());
}

#[test]
fn f94_what_somebody_else_took_is_not_deleted() {
    let mut scene = Scene::new(&[config_map("a", "1"), config_map("b", "1")]);
    assert_eq!(scene.apply().end, End::Done);
    scene.want(&[config_map("a", "1")]);
    let outcome = block_on(async {
        let proven = scene.proven().await;
        let (state, plan) = scene.plan(&proven).await;
        let other = scene.other("somebody").await;
        let label = json!({ "metadata": { "labels": { fleetwright::plan::PART_OF: "another" } } });
        other.edit(&scene.here(&config_map("b", "1")), &label).await;
        scene.carry_out(&proven, &state, &plan).await
    });
    assert_snapshot!(shown(&scene, &outcome), @"
    Done, 1 unchanged
    HERE/ConfigMap/b: Untouched
    A001 HERE/ConfigMap/b is not deleted: it does not carry the label applyset.kubernetes.io/part-of of this fleet any longer
    ");
    let live = block_on(async { scene.other("reader").await.get(&scene.here(&config_map("b", "1"))).await });
    assert!(live.is_some());
    assert_eq!(scene.record().inventory.len(), 2);
}

#[test]
fn what_comes_up_once_the_lock_is_held_is_told_and_stops_whoever_counts_it_as_an_error() {
    let mut scene = Scene::new(&[config_map("a", "1")]);
    scene.again = Diagnostic::warning(Code::new("W000"), "a sibling cannot be read").into();
    scene.strict = true;
    let outcome = scene.apply();
    assert_snapshot!(shown(&scene, &outcome), @"
    Refused, 0 unchanged
    HERE/ConfigMap/a: Untouched
    W000 a sibling cannot be read
    ");
    assert!(outcome.problems.has_errors());
    scene.strict = false;
    let outcome = scene.apply();
    assert_snapshot!(shown(&scene, &outcome), @"
    Done, 0 unchanged
    HERE/ConfigMap/a: Created
    W000 a sibling cannot be read
    ");
}
