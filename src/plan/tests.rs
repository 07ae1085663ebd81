//! What is decided, from states made by hand.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::Arc;

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::*;
use crate::diagnostic::{Code, Diagnostic};
use crate::object::{Digest, FieldPath, Object, ObjectRef};

const SECRET: &str = "hunter2-in-a-test";

/// One cluster: what is rendered, recorded and there.
struct Scene {
    rendered: Vec<(Object, BTreeSet<FieldPath>)>,
    state: LiveState,
    previews: BTreeMap<ObjectRef, Preview>,
    exact: bool,
}

fn set() -> SetId {
    SetId::of("shop", &Arc::from("fleetwright"))
}

fn unread(why: &str) -> Unread {
    Unread { why: why.to_owned(), problem: Box::new(Diagnostic::error(Code::new("P001"), why)) }
}

fn object(value: Value) -> Object {
    Object::from_value(value).unwrap()
}

fn config(name: &str, data: Value) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "a"}, "data": data})
}

/// A rendered object as it is when fleetwright has applied it.
fn applied(rendered: &Value, uid: &str) -> Value {
    let mut live = rendered.clone();
    live["metadata"]["uid"] = json!(uid);
    live["metadata"]["labels"][PART_OF] = json!(set().as_str());
    let data: serde_json::Map<String, Value> = rendered["data"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, _)| (format!("f:{key}"), json!({})))
        .collect();
    live["metadata"]["managedFields"] = json!([{
        "manager": "fleetwright", "operation": "Apply", "apiVersion": "v1",
        "fieldsV1": {"f:data": data, "f:metadata": {"f:labels": {format!("f:{PART_OF}"): {}}}},
    }]);
    live
}

impl Scene {
    /// Nothing is rendered; nothing is there but the kinds.
    fn new() -> Self {
        let kind = |group: &str, kind: &str, plural: &str, namespaced| {
            let api_version: Arc<str> =
                Arc::from(if group.is_empty() { "v1".to_owned() } else { format!("{group}/v1") });
            let served = Served {
                versions: vec![api_version.clone()],
                api_version,
                plural: Arc::from(plural),
                namespaced,
            };
            ((Arc::from(group), Arc::from(kind)), Kind::Listed { served, objects: BTreeMap::new() })
        };
        let kinds = [
            kind("", "ConfigMap", "configmaps", true),
            kind("", "Namespace", "namespaces", false),
            kind("", "Secret", "secrets", true),
            kind("apiextensions.k8s.io", "CustomResourceDefinition", "customresourcedefinitions", false),
        ];
        let state = LiveState {
            uid: "u".to_owned(),
            record: Ok(Some(Record::new("shop", "prod-a", "u", [7; 32]))),
            kinds: kinds.into(),
            admission: Ok(Admission::default()),
        };
        Self { rendered: Vec::new(), state, previews: BTreeMap::new(), exact: false }
    }

    fn render(mut self, value: &Value) -> Self {
        self.rendered.push((object(value.clone()), BTreeSet::new()));
        self
    }

    fn live(mut self, value: &Value) -> Self {
        let reference = object(value.clone()).reference().clone();
        match self.state.kinds.get_mut(&(reference.group.clone(), reference.kind.clone())) {
            Some(Kind::Listed { objects, .. }) => objects.insert(reference, Live { object: value.clone() }),
            other => panic!("{other:?}"),
        };
        self
    }

    /// Records that `rendered` was applied and `live` returned.
    fn record(mut self, rendered: &Value, live: &Value) -> Self {
        let rendered = object(rendered.clone());
        let secrets = BTreeSet::new();
        let wanted = WantedObject { object: &rendered, secrets: &secrets, unit: "component.a", origin: None };
        let Some(Kind::Listed { served, .. }) = self.state.kind(rendered.reference()) else { panic!() };
        let live = Live { object: live.clone() };
        let entry = Entry::applied(&wanted, &live, served, self.state.admission.as_ref().ok());
        if let Ok(Some(record)) = &mut self.state.record {
            record.inventory.insert(rendered.reference().clone(), entry);
        }
        self
    }

    fn preview(mut self, value: &Value, preview: Preview) -> Self {
        self.previews.insert(object(value.clone()).reference().clone(), preview);
        self
    }

    fn rejects(
        self,
        value: &Value,
        code: u16,
        reason: &str,
        message: &str,
        causes: &[(&str, &str, &str)],
    ) -> Self {
        let cause = |(field, reason, message): &(&str, &str, &str)| Cause {
            field: (*field).to_owned(),
            reason: (*reason).to_owned(),
            message: (*message).to_owned(),
        };
        let causes = causes.iter().map(cause).collect();
        let rejection = Rejection { code, reason: reason.to_owned(), message: message.to_owned(), causes };
        self.preview(value, Preview::Rejected(rejection))
    }

    fn with(mut self, edit: impl FnOnce(&mut Self)) -> Self {
        edit(&mut self);
        self
    }

    fn unread(self, kind: (&str, &str)) -> Self {
        self.with(|scene| {
            scene
                .state
                .kinds
                .insert((kind.0.into(), kind.1.into()), Kind::Unread(unread("the server answered 503")));
        })
    }

    /// What is asked, and what is decided: a line each.
    fn told(&self) -> String {
        let objects = self.rendered.iter().map(|(object, secrets)| WantedObject {
            object,
            secrets,
            unit: "component.a",
            origin: None,
        });
        let wanted = Wanted::new(&Arc::from("prod-a"), set(), objects);
        let mut told = String::new();
        for ask in asks(&wanted, &self.state, self.exact) {
            writeln!(told, "ask {}", ask.object).unwrap();
        }
        let plan = build(&wanted, &self.state, &self.previews, None);
        for change in &plan.changes {
            writeln!(told, "{}: {:?} {:?}", change.object, change.action, change.judged).unwrap();
            for field in &change.fields {
                writeln!(told, "  {}: {:?} → {:?}", field.path, field.before, field.after).unwrap();
            }
            for conflict in &change.conflicts {
                let Conflict { path, manager, theirs, ours } = conflict;
                writeln!(told, "  conflict with {manager}: {path}: {theirs:?} → {ours:?}").unwrap();
            }
        }
        if !plan.is_complete() {
            let why: Vec<&str> = plan.unread.iter().map(|unread| unread.why.as_str()).collect();
            writeln!(told, "incomplete: {}", why.join(", ")).unwrap();
        }
        assert!(!told.contains(SECRET), "{told}");
        told
    }
}

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
    assert_snapshot!(adopted.preview(&rendered, Preview::Accepted(after)).told(), @r#"
    ask a/ConfigMap/x
    a/ConfigMap/x: Adopt Server
      data.a: Value(String("0")) → Value(String("1"))
    "#);
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
    let scene = Scene::new().live(&live);
    let wanted = WantedObject { object: &object, secrets: &secrets, unit: "component.a", origin: None };
    let wanted = Wanted::new(&Arc::from("prod-a"), set(), [wanted]);
    let previews = BTreeMap::from([(object.reference().clone(), Preview::Accepted(live))]);
    let plan = build(&wanted, &scene.state, &previews, None);
    let saved =
        SavedCluster::new(&plan, &wanted, &scene.state, &previews, Digest::of(&json!(1)), [9; 32]).unwrap();
    let [saved] = saved.objects.as_slice() else { panic!() };
    for fields in [&saved.before, &saved.after] {
        let paths: Vec<&str> = fields.keys().map(String::as_str).collect();
        assert!(paths.iter().all(|path| !path.contains(SECRET)), "{paths:?}");
        assert_eq!((paths.len(), paths.contains(&".open[=\"plain\"]")), (3, true), "{paths:?}");
    }
}

#[test]
fn what_a_server_does_not_take() {
    let rendered = config("x", json!({"a": "1"}));
    let live = applied(&config("x", json!({"a": "0"})), "1");
    let there = || Scene::new().render(&rendered).live(&live).record(&rendered, &live);
    let new = || Scene::new().render(&rendered);
    let patch =
        "configmaps \"x\" is forbidden: User \"ci\" cannot patch resource \"configmaps\" in API group \"\"";
    let immutable = ("data", "FieldValueForbidden", "Forbidden: field is immutable when `immutable` is set");
    let invalid = ("data[a]", "FieldValueInvalid", "Invalid value: \"1: 2\": must be short");
    let told = [
        there().rejects(&rendered, 403, "Forbidden", patch, &[]),
        new().rejects(&rendered, 403, "Forbidden", patch, &[]),
        there().rejects(
            &rendered,
            400,
            "BadRequest",
            "admission webhook \"w\" does not support dry run",
            &[],
        ),
        there().rejects(&rendered, 422, "Invalid", "…", &[immutable]),
        there().rejects(&rendered, 422, "Invalid", "…", &[immutable, invalid]),
        new().rejects(&rendered, 422, "Invalid", "…", &[immutable]),
        there().rejects(&rendered, 403, "Forbidden", "admission webhook \"w\" denied the request: no", &[]),
        new().rejects(&rendered, 404, "NotFound", "namespaces \"a\" not found", &[]),
        there().rejects(&rendered, 500, "", "", &[]),
    ];
    assert_snapshot!(told.map(|scene| scene.told()).join("---\n"), @r#"
    a/ConfigMap/x: Update Approximately("the user may not ask for a dry run, which takes the right to patch")
      data.a: Value(String("0")) → Value(String("1"))
    ---
    ask a/ConfigMap/x
    a/ConfigMap/x: Create Approximately("the user may not ask for a dry run, which takes the right to patch")
      : Absent → Value(Object {"data": Object {"a": String("1")}})
    ---
    a/ConfigMap/x: Update Approximately("a webhook cannot be asked by a dry run")
      data.a: Value(String("0")) → Value(String("1"))
    ---
    a/ConfigMap/x: Replace("the server answered 422: data: Forbidden: field is immutable when `immutable` is set") Server
      data.a: Value(String("0")) → Value(String("1"))
    ---
    a/ConfigMap/x: Refused("the server answered 422: data: Forbidden: field is immutable when `immutable` is set; data[a]: must be short") Server
    ---
    ask a/ConfigMap/x
    a/ConfigMap/x: Refused("the server answered 422: data: Forbidden: field is immutable when `immutable` is set") Server
    ---
    a/ConfigMap/x: Refused("the server answered 403: admission webhook \"w\" denied the request: no") Server
    ---
    ask a/ConfigMap/x
    a/ConfigMap/x: Refused("there is no namespace a, and none is rendered") Server
    ---
    a/ConfigMap/x: Refused("the server answered 500") Server
    "#);
}

#[test]
fn f31_a_fault_is_found_behind_the_value_that_it_is_about() {
    let rendered = config("x", json!({"a": "1"}));
    let live = applied(&config("x", json!({"a": "0"})), "1");
    let there = || Scene::new().render(&rendered).live(&live).record(&rendered, &live);
    // As of the template of a Job.
    let long =
        format!("Invalid value: core.PodTemplateSpec{{{}}}: field is immutable", "a: b, ".repeat(1000));
    let causes = [("spec.template", "FieldValueInvalid", long.as_str())];
    assert_snapshot!(there().rejects(&rendered, 422, "Invalid", &long, &causes).told(), @r#"
    a/ConfigMap/x: Replace("the server answered 422: spec.template: field is immutable") Server
      data.a: Value(String("0")) → Value(String("1"))
    "#);
    // A ValidatingAdmissionPolicy denies with 422 too.
    let denied =
        [("", "", "ValidatingAdmissionPolicy 'p' denied request: image cannot be changed on Friday")];
    assert_snapshot!(there().rejects(&rendered, 422, "Invalid", "…", &denied).told(), @r#"a/ConfigMap/x: Refused("the server answered 422: ValidatingAdmissionPolicy 'p' denied request: image cannot be changed on Friday") Server"#);
    // As of a Role, to a user of many groups.
    let groups = format!("user \"ci\" (groups=[{}]) is", "a".repeat(1000));
    let long = format!("{groups} attempting to grant RBAC permissions not currently held: all");
    assert_snapshot!(there().rejects(&rendered, 403, "Forbidden", &long, &[]).told(), @r#"
    a/ConfigMap/x: Update Approximately("the user may not ask for a dry run, which takes the right to patch")
      data.a: Value(String("0")) → Value(String("1"))
    "#);
    // What is told of it is short.
    let told = there().rejects(&rendered, 400, "BadRequest", &"x".repeat(1000), &[]).told();
    let said = "x".repeat(400);
    assert_eq!(told, format!("a/ConfigMap/x: Refused(\"the server answered 400: {said}\") Server\n"));
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
fn what_is_no_longer_wanted_goes_with_three_proofs() {
    let gone = config("gone", json!({}));
    let live = applied(&gone, "1");
    let scene = |edit: &dyn Fn(&mut Value)| {
        let mut edited = live.clone();
        edit(&mut edited);
        Scene::new().record(&gone, &live).live(&edited).told()
    };
    let told = [
        scene(&|_| {}),
        scene(&|live| live["metadata"]["uid"] = json!("2")),
        scene(&|live| live["metadata"]["labels"][PART_OF] = json!("another")),
        scene(&|live| live["metadata"]["deletionTimestamp"] = json!("2026-11-22T00:00:00Z")),
        scene(&|live| live["metadata"]["ownerReferences"] = json!([{"kind": "Thing", "name": "boss"}])),
        Scene::new().record(&gone, &live).told(),
        Scene::new().live(&live).told(),
        Scene::new()
            .record(&gone, &live)
            .live(&live)
            .with(|scene| {
                let Ok(Some(record)) = &mut scene.state.record else { panic!() };
                record.inventory.values_mut().for_each(|entry| entry.uid = None);
            })
            .told(),
    ];
    assert_snapshot!(told.join("---\n"), @r#"
    a/ConfigMap/gone: Delete Server
    ---
    a/ConfigMap/gone: Keep("it is another object than the one that was applied: it was made anew by somebody") Server
    ---
    a/ConfigMap/gone: Keep("it does not carry the label applyset.kubernetes.io/part-of of this fleet any longer") Server
    ---
    a/ConfigMap/gone: Keep("it is being deleted since 2026-11-22T00:00:00Z") Server
    ---
    a/ConfigMap/gone: Keep("it belongs to Thing/boss") Server
    ---
    ---
    a/ConfigMap/gone: Stray Server
    ---
    a/ConfigMap/gone: Keep("nothing proves that fleetwright made it: it was never applied to its end") Server
    "#);
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "n"}});
    let live = applied(&namespace, "1");
    assert_snapshot!(Scene::new().record(&namespace, &live).live(&live).told(), @r#"Namespace/n: Keep("what is in it would go with it; a Namespace or CustomResourceDefinition is deleted only by name") Server"#);
}

#[test]
fn an_object_that_is_served_in_two_groups_is_one_object() {
    let rendered = config("twice", json!({"a": "1"}));
    let live = applied(&rendered, "1");
    let elsewhere = |uid: &str| {
        let mut elsewhere = live.clone();
        elsewhere["apiVersion"] = json!("other.example.com/v1");
        elsewhere["metadata"]["uid"] = json!(uid);
        elsewhere
    };
    let scene = |uid: &str| {
        Scene::new()
            .with(|scene| {
                let Some(Kind::Listed { served, .. }) = scene.state.kind(object(live.clone()).reference())
                else {
                    panic!()
                };
                let other = Kind::Listed { served: served.clone(), objects: BTreeMap::new() };
                scene.state.kinds.insert((Arc::from("other.example.com"), Arc::from("ConfigMap")), other);
            })
            .render(&rendered)
            .record(&rendered, &live)
            .live(&live)
            .live(&elsewhere(uid))
    };
    let told = [
        scene("1").told(),
        scene("2").told(),
        scene("1").record(&elsewhere("1"), &elsewhere("1")).told(),
        scene("2").record(&elsewhere("2"), &elsewhere("2")).told(),
    ];
    assert_snapshot!(told.join("---\n"), @r#"
    a/ConfigMap/twice: Unchanged Server
    ---
    a/ConfigMap/twice: Unchanged Server
    a/ConfigMap/twice: Stray Server
    ---
    a/ConfigMap/twice: Unchanged Server
    a/ConfigMap/twice: Keep("it is rendered in another API group") Server
    ---
    a/ConfigMap/twice: Unchanged Server
    a/ConfigMap/twice: Delete Server
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
fn f35_what_is_being_deleted_is_told() {
    let rendered = config("x", json!({"a": "1"}));
    let mut live = applied(&rendered, "1");
    live["metadata"]["deletionTimestamp"] = json!("2026-11-22T00:00:00Z");
    assert_snapshot!(Scene::new().render(&rendered).record(&rendered, &live).live(&live).told(), @r#"a/ConfigMap/x: Terminating("it is being deleted since 2026-11-22T00:00:00Z") Server"#);
}

#[test]
fn a_record_is_read_as_it_was_written() {
    let mut record = Record::new("shop", "prod-a", "u", [7; 32]);
    let rendered = config("x", json!({"a": "1"}));
    let reference = object(rendered.clone()).reference().clone();
    let digest = Digest::of(&rendered);
    record.inventory.insert(
        reference,
        Entry {
            api_version: "v1".to_owned(),
            unit: "component.a".to_owned(),
            uid: Some("1".to_owned()),
            applied: Some(Applied { rendered: digest, owned: digest, admission: digest }),
            secrets: BTreeSet::from([vec!["data".to_owned()]]),
        },
    );
    record.releases.push(Release {
        digest,
        tool: "0.1.0".to_owned(),
        commit: None,
        dirty: true,
        at: "2026-11-22T00:00:00Z".to_owned(),
        objects: Some(vec![rendered]),
    });
    let bytes = record.to_bytes().unwrap();
    assert!(Record::from_bytes(&bytes).unwrap() == record);
    assert_eq!(format!("{record:?}"), r#"Record("shop" on "prod-a" u, 1 objects, 1 releases)"#);
    for length in [0, 1, bytes.len() / 2, bytes.len() - 1] {
        assert!(Record::from_bytes(&bytes[..length]).is_err(), "{length}");
    }
}
