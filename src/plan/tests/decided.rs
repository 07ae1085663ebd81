//! What is decided about what is wanted.

use std::collections::BTreeMap;
use std::sync::Arc;

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::*;

#[test]
fn what_nobody_touched_is_not_asked_about() {
    let rendered = config("x", json!({"a": "1"}));
    let live = applied(&rendered, "1");
    let scene = || Scene::new().render(&rendered).record(&rendered, &live);
    assert_snapshot!(scene().live(&live).told(), @"a/ConfigMap/x: Unchanged Server");
    // Each of these could make a difference.
    let asked = |scene: Scene| assert!(scene.told().starts_with("ask a/ConfigMap/x\n"), "{}", scene.told());
    asked(scene().live(&live).with(|scene| scene.exact = true));
    asked(scene().live(&live).with(|scene| scene.state.admission = Err(unread("forbidden"))));
    asked(scene().live(&live).with(|scene| scene.state.record = Err(unread("forbidden"))));
    asked(scene().live(&live).with(|scene| {
        let Ok(admission) = &mut scene.state.admission else { panic!() };
        admission.version = "v1.37.0".to_owned();
    }));
    asked(scene().live(&live).with(|scene| {
        let Ok(admission) = &mut scene.state.admission else { panic!() };
        let rules = json!([{"apiGroups": [""], "resources": ["*"]}]);
        admission.webhooks.push(("w".to_owned(), json!({"rules": rules})));
    }));
    asked(Scene::new().render(&config("x", json!({"a": "2"}))).record(&rendered, &live).live(&live));
    let edits: [&dyn Fn(&mut Value); 5] = [
        &|live| live["data"]["a"] = json!("3"),
        &|live| live["metadata"]["uid"] = json!("2"),
        &|live| drop(live["metadata"]["labels"].as_object_mut().unwrap().remove(PART_OF)),
        &|live| live["metadata"]["managedFields"] = json!([]),
        &|live| live["metadata"]["managedFields"][0]["apiVersion"] = json!("v2"),
    ];
    for edit in edits {
        let mut edited = live.clone();
        edit(&mut edited);
        asked(scene().live(&edited));
    }
}

#[test]
fn a_webhook_for_other_kinds_changes_nothing() {
    let rendered = config("x", json!({"a": "1"}));
    let live = applied(&rendered, "1");
    let scene = Scene::new().render(&rendered).record(&rendered, &live).live(&live).with(|scene| {
        let Ok(admission) = &mut scene.state.admission else { panic!() };
        let rules =
            json!([{"apiGroups": ["apps"], "resources": ["*"]}, {"apiGroups": ["*"], "resources": ["pods"]}]);
        admission.webhooks.push(("w".to_owned(), json!({"rules": rules})));
        admission.namespaces.insert("a".to_owned(), BTreeMap::from([("x".to_owned(), "y".to_owned())]));
    });
    assert_snapshot!(scene.told(), @"a/ConfigMap/x: Unchanged Server");
}

#[test]
fn what_is_to_be_done_to_what_is_there() {
    let rendered = config("x", json!({"a": "1"}));
    let live = applied(&config("x", json!({"a": "0"})), "1");
    let after = applied(&rendered, "1");
    let scene = || Scene::new().render(&rendered).live(&live).record(&rendered, &live);
    assert_snapshot!(scene().preview(&rendered, Preview::Accepted(after.clone())).told(), @r#"
    a/ConfigMap/x: Update Server
      data.a: Value(String("0")) → Value(String("1"))
    "#);
    assert_snapshot!(scene().preview(&rendered, Preview::Accepted(live.clone())).told(), @"a/ConfigMap/x: Unchanged Server");
    // Nothing records it.
    let adopted = Scene::new().render(&rendered).live(&live);
    assert_snapshot!(adopted.preview(&rendered, Preview::Accepted(after)).told(), @"
    ask a/ConfigMap/x
    a/ConfigMap/x: Adopt Server
      data.a: Hidden → Hidden
    ");
    assert_snapshot!(Scene::new().render(&rendered).preview(&rendered, Preview::Accepted(rendered.clone())).told(), @r#"
    ask a/ConfigMap/x
    a/ConfigMap/x: Create Server
      : Absent → Value(Object {"data": Object {"a": String("1")}})
    "#);
    // Nobody answered, or nobody asked.
    assert_snapshot!(scene().preview(&rendered, Preview::Unread(unread("no answer"))).told(), @r#"
    a/ConfigMap/x: Unknown("no answer") Server
    incomplete: no answer
    "#);
    assert_snapshot!(scene().told(), @"a/ConfigMap/x: Unchanged Server");
}

#[test]
fn what_others_own_is_a_conflict() {
    let rendered = config("x", json!({"a": "1", "b": "1"}));
    let mut live = applied(&config("x", json!({"a": "0", "b": "1"})), "1");
    let theirs = json!({"manager": "kubectl", "operation": "Update", "apiVersion": "v1",
        "fieldsV1": {"f:data": {"f:a": {}, "f:b": {}, "f:c": {}}}});
    live["metadata"]["managedFields"].as_array_mut().unwrap().push(theirs);
    live["data"]["c"] = json!("theirs");
    let mut after = applied(&rendered, "1");
    after["data"]["c"] = json!("theirs");
    // What is taken by force is theirs no longer.
    let left = json!({"manager": "kubectl", "operation": "Update", "apiVersion": "v1",
        "fieldsV1": {"f:data": {"f:b": {}, "f:c": {}}}});
    after["metadata"]["managedFields"].as_array_mut().unwrap().push(left);
    let scene = Scene::new().render(&rendered).live(&live).record(&rendered, &live);
    assert_snapshot!(scene.preview(&rendered, Preview::Accepted(after)).told(), @r#"
    a/ConfigMap/x: Update Server
      data.a: Value(String("0")) → Value(String("1"))
      conflict with kubectl: data.a: Value(String("0")) → Value(String("1"))
    "#);
}

#[test]
fn the_label_of_the_set_is_put_back_and_taken_from_no_other_set() {
    let rendered = config("x", json!({"a": "1"}));
    let recorded = applied(&rendered, "1");
    let told = |label: Value, is_recorded: bool| {
        let mut live = recorded.clone();
        live["metadata"]["labels"] = if label.is_null() { Value::Null } else { json!({ PART_OF: label }) };
        live["metadata"].as_object_mut().unwrap().retain(|_, value| !value.is_null());
        let scene = Scene::new().render(&rendered).live(&live);
        let scene = if is_recorded { scene.record(&rendered, &recorded) } else { scene };
        scene.preview(&rendered, Preview::Accepted(recorded.clone())).told().replace(set().as_str(), "OURS")
    };
    assert_snapshot!(told(Value::Null, true), @r#"
    ask a/ConfigMap/x
    a/ConfigMap/x: Update Server
      metadata.labels["applyset.kubernetes.io/part-of"]: Absent → Value(String("OURS"))
    "#);
    assert_snapshot!(told(json!("theirs"), true), @r#"
    ask a/ConfigMap/x
    a/ConfigMap/x: Update Server
      metadata.labels["applyset.kubernetes.io/part-of"]: Value(String("theirs")) → Value(String("OURS"))
      conflict with another set of objects: metadata.labels["applyset.kubernetes.io/part-of"]: Value(String("theirs")) → Value(String("OURS"))
    "#);
    assert_snapshot!(told(Value::Null, false), @r#"
    ask a/ConfigMap/x
    a/ConfigMap/x: Adopt Server
    "#);
    assert_snapshot!(told(json!("theirs"), false), @r#"
    ask a/ConfigMap/x
    a/ConfigMap/x: Adopt Server
      conflict with another set of objects: metadata.labels["applyset.kubernetes.io/part-of"]: Value(String("theirs")) → Value(String("OURS"))
    "#);
}

#[test]
fn what_is_rendered_in_another_scope_is_not_created() {
    let namespaced =
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "n", "namespace": "a"}});
    assert_snapshot!(Scene::new().render(&namespaced).told(), @r#"a/Namespace/n: Refused("the server has a Namespace in no namespace, and it is rendered in one") Server"#);
    let bare = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}});
    assert_snapshot!(Scene::new().render(&bare).told(), @r#"ConfigMap/c: Refused("the server has a ConfigMap in a namespace only, and it is rendered in none") Server"#);
}

#[test]
fn what_is_not_known_is_never_nothing() {
    let rendered = config("x", json!({"a": "1"}));
    let gone = config("gone", json!({}));
    let live = applied(&gone, "1");
    let scene = || Scene::new().render(&rendered).record(&gone, &live).live(&live);
    assert_snapshot!(scene().unread(("", "ConfigMap")).told(), @r#"
    a/ConfigMap/x: Unknown("the server answered 503") Server
    a/ConfigMap/gone: Unknown("the server answered 503") Server
    incomplete: the server answered 503
    "#);
    assert_snapshot!(scene().with(|scene| scene.state.kinds.clear()).told(), @r#"
    a/ConfigMap/x: Unknown("its kind was not read") Server
    a/ConfigMap/gone: Unknown("its kind was not read") Server
    incomplete:
    "#);
    assert_snapshot!(scene().with(|scene| scene.state.record = Err(unread("forbidden"))).told(), @r#"
    ask a/ConfigMap/x
    a/ConfigMap/x: Unknown("the server was not asked about it") Server
    a/ConfigMap/gone: Unknown("the record: forbidden") Server
    incomplete: the record: forbidden
    "#);
}

#[test]
fn f33_what_the_same_run_makes_room_for_is_said_later() {
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}});
    let definition = json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "things.example.com"},
        "spec": {"group": "example.com", "names": {"kind": "Thing"}, "versions": [{"name": "v1"}]},
    });
    let thing =
        json!({"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "t"}, "spec": {"a": 1}});
    let accepted = |scene: Scene, value: &Value| scene.preview(value, Preview::Accepted(value.clone()));
    let not_served = |scene: &mut Scene| {
        scene.state.kinds.insert(("example.com".into(), "Thing".into()), Kind::NotServed);
    };
    let scene = Scene::new().render(&namespace).render(&config("x", json!({"a": "1"}))).with(not_served);
    let scene = accepted(scene.render(&definition).render(&thing), &namespace);
    assert_snapshot!(accepted(scene, &definition).told(), @r#"
    ask CustomResourceDefinition/things.example.com
    ask Namespace/a
    CustomResourceDefinition/things.example.com: Create Server
      : Absent → Value(Object {"spec": Object {"group": String("example.com"), "names": Object {"kind": String("Thing")}, "versions": Array [Object {"name": String("v1")}]}})
    Namespace/a: Create Server
      : Absent → Value(Object {})
    a/ConfigMap/x: Create Later("its namespace a is created by the same run")
      : Absent → Value(Object {"data": Object {"a": String("1")}})
    Thing/t: Create Later("its CustomResourceDefinition things.example.com is created by the same run")
      : Absent → Value(Object {"spec": Object {"a": Number(1)}})
    "#);
    // Without its definition it is refused.
    assert_snapshot!(Scene::new().render(&thing).with(not_served).told(), @r#"Thing/t: Refused("the server has no kind Thing.example.com, and no CustomResourceDefinition of it is rendered") Server"#);
    // f39: the server has the kind in another version.
    let old = json!({"apiVersion": "v0", "kind": "ConfigMap", "metadata": {"name": "x", "namespace": "a"}});
    assert_snapshot!(Scene::new().render(&old).told(), @r#"a/ConfigMap/x: Refused("the server does not serve it as v0, but as v1") Server"#);
}

#[test]
fn f33_what_somebody_made_in_an_older_version_is_adopted_not_updated() {
    let definition = |versions: Value| {
        json!({
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": {"name": "things.example.com"},
            "spec": {"group": "example.com", "names": {"kind": "Thing"}, "versions": versions},
        })
    };
    let thing = |version: &str| json!({"apiVersion": format!("example.com/{version}"), "kind": "Thing", "metadata": {"name": "t", "uid": "1"}});
    let (old, new) =
        (definition(json!([{"name": "v1"}])), definition(json!([{"name": "v1"}, {"name": "v2"}])));
    let scene = || {
        let (api_version, plural): (Arc<str>, Arc<str>) = (Arc::from("example.com/v1"), Arc::from("things"));
        let served =
            Served { versions: vec![Arc::clone(&api_version)], api_version, plural, namespaced: false };
        let kind = Kind::Listed { served, objects: BTreeMap::new() };
        let scene = Scene::new()
            .with(|scene| drop(scene.state.kinds.insert(("example.com".into(), "Thing".into()), kind)));
        let scene = scene.render(&new).live(&old).preview(&new, Preview::Accepted(new.clone()));
        scene.render(&thing("v2")).live(&thing("v1"))
    };
    let last = |scene: Scene| scene.told().lines().last().unwrap().to_owned();
    assert_snapshot!(last(scene()), @r#"Thing/t: Adopt Later("its CustomResourceDefinition things.example.com is changed by the same run")"#);
    assert_snapshot!(last(scene().record(&thing("v2"), &thing("v1"))), @r#"Thing/t: Update Later("its CustomResourceDefinition things.example.com is changed by the same run")"#);
    // What was approved is that, and no update.
    scene().decided(|_, plan| {
        let change = plan.changes.iter().find(|change| &*change.object.kind == "Thing").unwrap();
        let now = |action| change.is_as_approved(&Change { action, ..change.clone() });
        assert_eq!([Action::Adopt, Action::Update, Action::Create].map(now), [true, false, false]);
    });
}

#[test]
fn f35_what_is_being_deleted_is_told() {
    let rendered = config("x", json!({"a": "1"}));
    let mut live = applied(&rendered, "1");
    live["metadata"]["deletionTimestamp"] = json!("2026-11-22T00:00:00Z");
    assert_snapshot!(Scene::new().render(&rendered).record(&rendered, &live).live(&live).told(), @r#"a/ConfigMap/x: Terminating("it is being deleted since 2026-11-22T00:00:00Z") Server"#);
}
