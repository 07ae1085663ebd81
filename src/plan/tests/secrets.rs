//! What is secret is nowhere told.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::*;

#[test]
fn no_path_in_a_plan_file_holds_a_secret() {
    let rendered = json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x", "namespace": "a"},
        "tokens": [SECRET], "hosts": [{"name": SECRET, "port": 1}], "open": ["plain"],
    });
    let mut live = rendered.clone();
    live["metadata"]["uid"] = json!("1");
    live["metadata"]["managedFields"] = json!([{
        "manager": "fleetwright", "operation": "Apply", "apiVersion": "v1",
        "fieldsV1": {
            "f:tokens": {format!("v:{}", json!(SECRET)): {}}, "f:open": {"v:\"plain\"": {}},
            "f:hosts": {format!("k:{}", json!({"name": SECRET})): {"f:port": {}}},
        },
    }]);
    let object = object(rendered.clone());
    let path = |path: &[&str]| path.iter().map(|step| (*step).to_owned()).collect::<FieldPath>();
    let secrets = BTreeSet::from([path(&["tokens", "0"]), path(&["hosts", "0", "name"])]);
    let scene = Scene::new().live(&live).record(&rendered, &live);
    let wanted = WantedObject { object: &object, secrets: &secrets, unit: "component.a", origin: None };
    let wanted = Wanted::new(&Arc::from("prod-a"), set(), [wanted]);
    let previews = BTreeMap::from([(object.reference().clone(), Preview::Accepted(live))]);
    let plan = build(&wanted, &scene.state, &previews, None);
    let saved = SavedCluster::new(
        &plan,
        &wanted,
        &scene.state,
        &previews,
        Digest::of(&json!(1)),
        &Permit::default(),
        [9; 32],
    )
    .unwrap();
    let [saved] = saved.objects.as_slice() else { panic!() };
    for fields in [&saved.before, &saved.after] {
        let paths: Vec<&str> = fields.keys().map(String::as_str).collect();
        assert!(paths.iter().all(|path| !path.contains(SECRET)), "{paths:?}");
        assert_eq!((paths.len(), paths.contains(&".open[=\"plain\"]")), (3, true), "{paths:?}");
    }
}

#[test]
fn s03_what_a_server_says_about_a_secret_is_not_repeated() {
    let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": "a"},
        "stringData": {"password": SECRET}});
    let message = format!("Secret \"s\" is invalid: data[{SECRET}]: Invalid value: \"{SECRET}\"");
    let cause = format!("Invalid value: \"{SECRET}\": not so {SECRET}");
    let field = format!("data[{SECRET}]");
    let causes = [(field.as_str(), "FieldValueInvalid", cause.as_str())];
    let told = [
        Scene::new().render(&secret).rejects(&secret, 422, "Invalid", &message, &causes),
        Scene::new().render(&secret).rejects(&secret, 400, "BadRequest", &message, &[]),
    ];
    assert_snapshot!(told.map(|scene| scene.told()).join("---\n"), @r#"
    ask a/Secret/s
    a/Secret/s: Refused("the server answered 422: data: FieldValueInvalid") Server
    ---
    ask a/Secret/s
    a/Secret/s: Refused("the server answered 400: BadRequest") Server
    "#);
    // A text that is secret in an object of another kind.
    let rendered = config("x", json!({"a": SECRET}));
    let scene = Scene::new().with(|scene| {
        let secrets = BTreeSet::from([vec!["data".to_owned(), "a".to_owned()]]);
        scene.rendered.push((object(rendered.clone()), secrets));
    });
    assert_snapshot!(scene.rejects(&rendered, 422, "Invalid", &message, &causes).told(), @r#"
    ask a/ConfigMap/x
    a/ConfigMap/x: Refused("the server answered 422: data: FieldValueInvalid") Server
    "#);
}

#[test]
fn inv08_what_may_have_been_secret_is_not_shown_where_the_record_is_lost() {
    let rendered = config("x", json!({"a": "1"}));
    let mut live = applied(&config("x", json!({"a": "0"})), "1");
    live["metadata"]["annotations"] = json!({"token": SECRET, "theirs": "0"});
    live["metadata"]["labels"]["tier"] = json!(SECRET);
    live["metadata"]["managedFields"][0]["fieldsV1"]["f:metadata"] =
        json!({"f:annotations": {"f:token": {}}, "f:labels": {(format!("f:{PART_OF}")): {}, "f:tier": {}}});
    let mut after = applied(&rendered, "1");
    after["metadata"]["annotations"] = json!({"theirs": "1"});
    let scene =
        || Scene::new().render(&rendered).live(&live).preview(&rendered, Preview::Accepted(after.clone()));
    let told = [
        scene().with(|scene| scene.state.record = Err(unread("forbidden"))),
        scene().with(|scene| scene.state.record = Ok(None)),
        // Another is recorded.
        scene(),
    ];
    assert_snapshot!(told.map(|scene| scene.told()).join("---\n"), @r#"
    ask a/ConfigMap/x
    a/ConfigMap/x: Update Server
      data.a: Hidden → Hidden
      metadata.annotations.theirs: Value(String("0")) → Value(String("1"))
      metadata.annotations.token: Hidden → Absent
      metadata.labels: Value(Object {"tier": String("(sensitive)")}) → Absent
    incomplete: the record: forbidden
    ---
    ask a/ConfigMap/x
    a/ConfigMap/x: Adopt Server
      data.a: Hidden → Hidden
      metadata.annotations.theirs: Value(String("0")) → Value(String("1"))
      metadata.annotations.token: Hidden → Absent
      metadata.labels: Value(Object {"tier": String("(sensitive)")}) → Absent
    ---
    ask a/ConfigMap/x
    a/ConfigMap/x: Adopt Server
      data.a: Hidden → Hidden
      metadata.annotations.theirs: Value(String("0")) → Value(String("1"))
      metadata.annotations.token: Hidden → Absent
      metadata.labels: Value(Object {"tier": String("(sensitive)")}) → Absent
    "#);
    // What fleetwright never applied holds nothing of its own.
    live["metadata"]["managedFields"][0]["manager"] = json!("kubectl");
    live["metadata"]["annotations"]["token"] = json!("shown");
    live["metadata"]["labels"]["tier"] = json!("shown");
    after["metadata"]["managedFields"] = live["metadata"]["managedFields"].clone();
    let theirs = Scene::new().render(&rendered).live(&live).preview(&rendered, Preview::Accepted(after));
    assert_snapshot!(theirs.told(), @r#"
    ask a/ConfigMap/x
    a/ConfigMap/x: Adopt Server
      data.a: Value(String("0")) → Value(String("1"))
      metadata.annotations.theirs: Value(String("0")) → Value(String("1"))
      metadata.annotations.token: Value(String("shown")) → Absent
      metadata.labels: Value(Object {"tier": String("shown")}) → Absent
    "#);
}

#[test]
fn s01_a_live_secret_is_not_shown() {
    let rendered = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": "a", "labels": {"x": "y"}}});
    let mut live = applied(&rendered, "1");
    live["metadata"]["labels"]["x"] = json!("z");
    live["data"] = json!({"password": crate::object::base64_encode(SECRET.as_bytes()), "plain": SECRET});
    live["metadata"]["annotations"] = json!({"kubectl.kubernetes.io/last-applied-configuration": SECRET});
    let mut after = live.clone();
    after["metadata"]["labels"]["x"] = json!("y");
    after["data"] = json!({"other": SECRET});
    after["metadata"]["annotations"] = Value::Null;
    let scene = Scene::new().render(&rendered).live(&live).record(&rendered, &live);
    assert_snapshot!(scene.preview(&rendered, Preview::Accepted(after)).told(), @r#"
    a/Secret/s: Update Server
      data.other: Absent → Hidden
      data.password: Hidden → Absent
      data.plain: Hidden → Absent
      metadata.annotations: Value(Object {"kubectl.kubernetes.io/last-applied-configuration": String("(sensitive)")}) → Hidden
      metadata.labels.x: Value(String("z")) → Value(String("y"))
    "#);
}
