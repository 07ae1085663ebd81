//! What stands in the way of a plan, and what is allowed.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::*;
use crate::cluster::Limits;
use crate::object::TakeOver;

fn nothing() -> Permit {
    Permit::default()
}

fn deletions(number: usize) -> Permit {
    Permit { deletions: Some(number), ..Permit::default() }
}

fn takes(text: &str) -> TakeOver {
    TakeOver::parse(text).unwrap()
}

/// An object that another manager has written to, by a subresource perhaps, and that is to be otherwise.
fn contested(subresource: Option<&str>) -> (Value, Value, Value) {
    let rendered = config("x", json!({"a": "1", "b": "1"}));
    let mut live = applied(&config("x", json!({"a": "0", "b": "0"})), "1");
    let mut theirs = json!({"manager": "scaler", "operation": "Update", "apiVersion": "v1",
        "fieldsV1": {"f:data": {"f:a": {}, "f:b": {}}}});
    theirs["subresource"] = json!(subresource);
    live["metadata"]["managedFields"].as_array_mut().unwrap().push(theirs);
    (rendered.clone(), live, applied(&rendered, "1"))
}

#[test]
fn f29_field_conflict_names_manager_and_path() {
    let (rendered, live, after) = contested(None);
    let scene = || {
        Scene::new()
            .render(&rendered)
            .live(&live)
            .record(&rendered, &live)
            .preview(&rendered, Preview::Accepted(after.clone()))
    };
    assert_snapshot!(scene().blocked(&nothing()), @r#"
    Error P006: 2 fields of a/ConfigMap/x belong to somebody else
      scaler owns data.a: "0", and rendered is "1"
      scaler owns data.b: "0", and rendered is "1"
      help: leave what others manage out of what is rendered; or take it: add `take_over = ["ConfigMap/x:data.a", "ConfigMap/x:data.b"]` to component.a, or say `--take-over 'ConfigMap/x:data.a' --take-over 'ConfigMap/x:data.b'`
    "#);
    // One field of the two.
    let one = Permit { take_over: vec![takes("ConfigMap/x:data.a")], ..nothing() };
    assert_snapshot!(scene().blocked(&one), @r#"
    Error P006: 1 field of a/ConfigMap/x belongs to somebody else
      scaler owns data.b: "0", and rendered is "1"
      help: leave what others manage out of what is rendered; or take it: add `take_over = ["ConfigMap/x:data.b"]` to component.a, or say `--take-over 'ConfigMap/x:data.b'`
    "#);
    let fleet =
        |text: &str| scene().with(|scene| scene.applying.take_over.push(takes(text))).blocked(&nothing());
    assert_eq!(fleet("a/ConfigMap/x:data"), "");
    assert!(fleet("b/ConfigMap/x:data").contains("P006"));
    assert!(fleet("ConfigMap/x:dat").contains("P006"));
    // Taking over what is not ours is something else.
    assert!(scene().blocked(&Permit { adopt: true, ..nothing() }).contains("P006"));
}

#[test]
fn f29_a_conflict_shows_no_secret() {
    let rendered = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": "a"}, "data": {"k": "bmV3"}});
    let mut live = applied(&rendered, "1");
    live["data"]["k"] = json!(SECRET);
    live["metadata"]["managedFields"].as_array_mut().unwrap().push(json!({"manager": "editor", "operation": "Update", "apiVersion": "v1", "fieldsV1": {"f:data": {"f:k": {}}}}));
    let scene = Scene::new().render(&rendered).live(&live).record(&rendered, &live);
    assert_snapshot!(scene.preview(&rendered, Preview::Accepted(applied(&rendered, "1"))).blocked(&nothing()), @r#"
    Error P006: 1 field of a/Secret/s belongs to somebody else
      editor owns data.k: (sensitive), and rendered is (sensitive)
      help: leave what others manage out of what is rendered; or take it: add `take_over = ["Secret/s:data.k"]` to component.a, or say `--take-over 'Secret/s:data.k'`
    "#);
}

#[test]
fn what_something_else_made_is_taken_over_when_that_is_said() {
    let adopt = Permit { adopt: true, ..nothing() };
    let scene = |subresource| {
        let (rendered, live, after) = contested(subresource);
        Scene::new().render(&rendered).live(&live).preview(&rendered, Preview::Accepted(after))
    };
    assert_snapshot!(scene(None).blocked(&nothing()), @"
    Error P007: 1 object is there already, and fleetwright did not make it
      a/ConfigMap/x, of scaler
      help: `--adopt` takes it over, and deletes nothing: what others own and is not rendered stays
    ");
    assert_eq!(scene(None).blocked(&adopt), "");
    // What scales goes on scaling.
    assert_snapshot!(scene(Some("scale")).blocked(&adopt), @r#"
    Error P006: 2 fields of a/ConfigMap/x belong to somebody else
      scaler (scale) owns data.a: (sensitive), and rendered is (sensitive)
      scaler (scale) owns data.b: (sensitive), and rendered is (sensitive)
      help: leave what others manage out of what is rendered; or take it: add `take_over = ["ConfigMap/x:data.a", "ConfigMap/x:data.b"]` to component.a, or say `--take-over 'ConfigMap/x:data.a' --take-over 'ConfigMap/x:data.b'`
    "#);
    // It is another fleet's.
    let (rendered, mut live, after) = contested(None);
    live["metadata"]["labels"][PART_OF] = json!("theirs");
    let other = Scene::new().render(&rendered).live(&live).preview(&rendered, Preview::Accepted(after));
    assert_snapshot!(other.blocked(&adopt).replace(set().as_str(), "OURS"), @r#"
    Error P006: 1 field of a/ConfigMap/x belongs to somebody else
      another set of objects owns metadata.labels["applyset.kubernetes.io/part-of"]: "theirs", and rendered is "OURS"
      help: leave what others manage out of what is rendered; or take it: add `take_over = ["ConfigMap/x:metadata.labels[\"applyset.kubernetes.io/part-of\"]"]` to component.a, or say `--take-over 'ConfigMap/x:metadata.labels["applyset.kubernetes.io/part-of"]'`
    "#);
}

#[test]
fn f31_what_cannot_be_changed_is_made_anew_where_the_fleet_says_so() {
    let rendered = config("x", json!({"a": "1"}));
    let live = applied(&config("x", json!({"a": "0"})), "1");
    let causes = [("data", "FieldValueForbidden", "Forbidden: field is immutable when `immutable` is set")];
    let scene = || {
        Scene::new()
            .render(&rendered)
            .live(&live)
            .record(&rendered, &live)
            .rejects(&rendered, 422, "Invalid", "…", &causes)
    };
    assert_snapshot!(scene().blocked(&nothing()), @r#"
    Error P005: a/ConfigMap/x would have to be deleted and made again
      the server answered 422: data: Forbidden: field is immutable when `immutable` is set
      help: if that may be, add `replace = ["ConfigMap/x"]` to component.a
    "#);
    let allowed = |name: &str| {
        scene().with(|scene| scene.applying.replace.push(Named::parse(name).unwrap())).blocked(&nothing())
    };
    assert_eq!(allowed("ConfigMap/x"), "");
    assert!(allowed("ConfigMap/y").contains("P005"));
    // Never what holds other things.
    let claim = json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "x", "namespace": "a"}, "spec": {"a": "1"}});
    let mut live = applied(&claim, "1");
    live["spec"]["a"] = json!("0");
    let scene = Scene::new()
        .render(&claim)
        .live(&live)
        .record(&claim, &live)
        .rejects(&claim, 422, "Invalid", "…", &causes);
    let scene =
        scene.with(|scene| scene.applying.replace.push(Named::parse("PersistentVolumeClaim/x").unwrap()));
    assert_snapshot!(scene.blocked(&nothing()), @"
    Error P003: a/PersistentVolumeClaim/x cannot be applied: a PersistentVolumeClaim is never deleted to be made anew, and the server answered 422: data: Forbidden: field is immutable when `immutable` is set
      help: change what renders it
    ");
}

#[test]
fn f35_nothing_is_written_to_what_is_being_deleted() {
    let rendered = config("x", json!({"a": "1"}));
    let mut live = applied(&rendered, "1");
    live["metadata"]["deletionTimestamp"] = json!("2026-11-22T00:00:00Z");
    live["metadata"]["finalizers"] = json!(["example.com/slow"]);
    assert_snapshot!(Scene::new().render(&rendered).record(&rendered, &live).live(&live).blocked(&nothing()), @"
    Error P004: a/ConfigMap/x cannot be applied: it is being deleted since 2026-11-22T00:00:00Z
      it waits for its finalizers: example.com/slow
      help: wait until it is gone, and run it again; fleetwright takes no finalizer away
    ");
}

#[test]
fn f39_a_version_that_is_gone_is_refused_with_those_that_are_served() {
    let old = json!({"apiVersion": "v0", "kind": "ConfigMap", "metadata": {"name": "x", "namespace": "a"}});
    assert_snapshot!(Scene::new().render(&old).blocked(&nothing()), @"
    Error P003: a/ConfigMap/x cannot be applied: the server does not serve it as v0, but as v1
      help: change what renders it
    ");
}

#[test]
fn inv10_what_is_not_known_stands_in_the_way_of_what_is_wanted_alone() {
    let rendered = config("x", json!({"a": "1"}));
    let live = applied(&rendered, "1");
    let there = || Scene::new().render(&rendered).live(&live).record(&rendered, &live);
    let gone = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "gone", "namespace": "a"}});
    let kept = || there().record(&gone, &applied(&gone, "2")).unread(("", "Secret"));
    assert_snapshot!(kept().blocked(&nothing()), @"
    Warning P002: nothing of Secret is deleted: the server answered 503
      they are no longer rendered, and it is not known what is there of them
    ");
    assert!(kept().told().contains("a/Secret/gone: Unknown("));
    assert_snapshot!(there().unread(("", "ConfigMap")).blocked(&nothing()), @"
    Error P001: it is not known what is there of ConfigMap: the server answered 503
      nothing is written where something is not known
      help: run it again once that is mended
    ");
    assert_snapshot!(there().with(|scene| scene.exact = true).preview(&rendered, Preview::Unread(unread("no answer"))).blocked(&nothing()), @"
    Error P001: it is not known what would become of 1 object: no answer
      a/ConfigMap/x
      help: run it again once that is mended
    ");
    assert_snapshot!(there().preview(&rendered, Preview::Accepted(live.clone())).with(|scene| scene.state.record = Err(unread("forbidden"))).blocked(&nothing()), @"
    Error P001: the record could not be read: forbidden
      nothing is written where something is not known
      help: run it again once that is mended
    ");
}

/// So many objects that are recorded and there, and of these some that are rendered.
fn shrunk(recorded: usize, rendered: usize) -> Scene {
    let value = |number: usize| config(&format!("c{number}"), json!({"a": "1"}));
    (0..recorded).fold(Scene::new(), |scene, number| {
        let live = applied(&value(number), &number.to_string());
        let scene = scene.live(&live).record(&value(number), &live);
        if number < rendered { scene.render(&value(number)) } else { scene }
    })
}

/// A fleet of which all is changed.
fn changed(recorded: usize) -> Scene {
    let value = |number: usize, value: &str| config(&format!("c{number}"), json!({ "a": value }));
    (0..recorded).fold(Scene::new(), |scene, number| {
        let live = applied(&value(number, "1"), &number.to_string());
        let (old, new) = (value(number, "1"), value(number, "2"));
        let scene = scene.live(&live).record(&old, &live).render(&new);
        scene.preview(&new, Preview::Accepted(applied(&new, &number.to_string())))
    })
}

#[test]
fn f91_a_render_that_lost_its_objects_deletes_nothing() {
    assert_snapshot!(shrunk(5, 0).blocked(&nothing()), @"
    Error P008: nothing is rendered, and 5 of 5 recorded objects would be deleted
      a render that lost its objects looks the same
      help: if that is meant, say `--deletions 5`
    ");
    assert_snapshot!(shrunk(5, 2).blocked(&nothing()), @"
    Error P008: 3 of 5 recorded objects would be deleted
      that is more than half
      help: if that is meant, say `--deletions 3`
    ");
    assert_eq!(shrunk(5, 3).blocked(&nothing()), "");
    assert_eq!(shrunk(5, 0).blocked(&deletions(5)), "");
    // Any other number is refused, and so is one where nothing is deleted.
    assert_snapshot!(shrunk(5, 0).blocked(&deletions(4)), @"
    Error P009: `--deletions` says that 4 objects are to be deleted, and 5 of 5 recorded objects would be
      help: look at the plan again; if that is meant, say `--deletions 5`
    ");
    assert_snapshot!(shrunk(5, 5).blocked(&deletions(1)), @"
    Error P009: `--deletions` says that 1 object is to be deleted, and none would be
      help: leave `--deletions` out
    ");
    assert_eq!(shrunk(5, 5).blocked(&deletions(0)), "");
    // What a run was about to make, and did not, is none of what is there.
    let widened = |recorded, rendered| {
        (0..30).fold(shrunk(recorded, rendered), |scene, number| {
            let new = config(&format!("new{number}"), json!({"a": "1"}));
            scene.record(&new, &applied(&new, "n"))
        })
    };
    assert_snapshot!(widened(10, 4).blocked(&nothing()), @"
    Error P008: 6 of 10 recorded objects would be deleted
      that is more than half
      help: if that is meant, say `--deletions 6`
    ");
    assert_eq!(widened(10, 5).blocked(&nothing()), "");
    assert_snapshot!(widened(0, 0).blocked(&nothing()), @"
    Error P008: nothing is rendered, and 0 of 0 recorded objects would be deleted
      a render that lost its objects looks the same
      help: if that is meant, say `--deletions 0`
    ");
}

#[test]
fn limits_of_a_rollout_hold_but_on_a_first_apply() {
    let limited = |limits: Limits| Permit { limits, ..nothing() };
    let deletions = limited(Limits { deletions: Some(1), changed_percent: None });
    assert_eq!(shrunk(10, 9).blocked(&deletions), "");
    assert_snapshot!(shrunk(10, 8).blocked(&deletions), @"
    Error P008: 2 objects would be deleted
      the rollout's `limits` allow 1
      help: if that is meant, say `--deletions 2`
    ");
    let said = Permit { deletions: Some(2), ..deletions };
    assert_eq!(shrunk(10, 8).blocked(&said), "");
    let percent = limited(Limits { deletions: None, changed_percent: Some(20) });
    assert_eq!(shrunk(10, 8).blocked(&percent), "");
    assert_snapshot!(shrunk(10, 7).blocked(&percent), @"
    Error P014: 3 of 10 recorded objects would be changed or deleted
      the rollout's `limits` allow 20 percent
      help: if that is meant, say `--deletions 3`
    ");
    // Deletions that are meant are none of it; changes are, whatever is said of deletions.
    let said = |deletions| Permit { deletions: Some(deletions), ..percent.clone() };
    assert_eq!(shrunk(10, 7).blocked(&said(3)), "");
    let all = changed(10);
    assert_snapshot!(all.blocked(&percent), @r#"
    Error P014: 10 of 10 recorded objects would be changed or deleted
      the rollout's `limits` allow 20 percent
      help: raise `changed_percent`, or go on once with `--break-glass "reason"`, which is recorded
    "#);
    assert_eq!(all.blocked(&said(0)), all.blocked(&percent).replace(" or deleted", ""));
    let none = limited(Limits { deletions: Some(0), changed_percent: Some(0) });
    let new = config("new", json!({"a": "1"}));
    let first = Scene::new().render(&new).preview(&new, Preview::Accepted(new.clone()));
    assert_eq!(first.blocked(&none), "");
}

#[test]
fn f20_what_is_larger_than_a_server_takes_is_not_sent() {
    let large = config("x", json!({"a": "x".repeat(1 << 20)}));
    assert_snapshot!(Scene::new().render(&large).preview(&large, Preview::Accepted(large.clone())).blocked(&nothing()), @"
    Error P010: a/ConfigMap/x has 1048772 bytes, and 1048576 are the most that are sent
      help: split it up
    ");
    let mut noted = config("x", json!({}));
    noted["metadata"]["annotations"] = json!({"a": "x".repeat((256 << 10) - 1)});
    let scene = |noted: &Value| {
        Scene::new().render(noted).preview(noted, Preview::Accepted(noted.clone())).blocked(&nothing())
    };
    assert_eq!(scene(&noted), "");
    noted["metadata"]["annotations"]["b"] = json!("");
    assert_snapshot!(scene(&noted), @"
    Error P010: the annotations of a/ConfigMap/x have 262145 bytes, and servers take 262144
      help: move what is in them into a ConfigMap
    ");
}

#[test]
fn f93_a_namespace_goes_by_name_alone_and_never_with_what_is_rendered() {
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}});
    let mut live = applied(&namespace, "1");
    live["metadata"]["namespace"] = Value::Null;
    let config_map = config("x", json!({"a": "1"}));
    let held = applied(&config_map, "2");
    let scene = |names: &[&str]| {
        let scene = Scene::new().record(&namespace, &live).live(&live).record(&config_map, &held).live(&held);
        scene.with(|scene| scene.deletes = names.iter().map(|name| Named::parse(name).unwrap()).collect())
    };
    assert_snapshot!(scene(&[]).told(), @r#"
    a/ConfigMap/x: Delete Server
    Namespace/a: Keep("what is in it (1 object of this fleet) would go with it; a Namespace or CustomResourceDefinition is deleted only by name") Server
    "#);
    assert_snapshot!(scene(&["Namespace/a"]).told(), @"
    a/ConfigMap/x: Delete Server
    Namespace/a: Delete Server
    ");
    assert_snapshot!(scene(&["Namespace/a"]).blocked(&deletions(2)), @"Warning P012: Namespace/a is deleted with all that is in it: 1 object of this fleet, and what others put there");
    assert_snapshot!(scene(&["Namespace/a"]).render(&config_map).blocked(&nothing()), @"
    Error P011: Namespace/a is named to be deleted and would not be: 1 object that is rendered is in it
      help: take `--delete Namespace/a` away
    ");
    assert_snapshot!(scene(&["Namespace/b"]).blocked(&deletions(1)), @"
    Error P011: Namespace/b is named to be deleted and would not be: it is neither recorded nor rendered here
      help: take `--delete Namespace/b` away
    ");
    let definition = json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "things.example.com"}, "spec": {"group": "example.com", "names": {"kind": "Thing"}}});
    let live = applied(&definition, "3");
    assert_snapshot!(Scene::new().record(&definition, &live).live(&live).told(), @r#"CustomResourceDefinition/things.example.com: Keep("what is in it would go with it; a Namespace or CustomResourceDefinition is deleted only by name") Server"#);
}

#[test]
fn f104_a_strict_peer_authentication_is_told() {
    let rendered = |mode: &str| {
        json!({"apiVersion": "security.istio.io/v1", "kind": "PeerAuthentication",
        "metadata": {"name": "default", "namespace": "a"}, "spec": {"mtls": {"mode": mode}}})
    };
    let told = |before: &str, after: &str| {
        let (before, after) = (applied(&rendered(before), "1"), rendered(after));
        let mut edited = before.clone();
        edited["spec"] = after["spec"].clone();
        edited["metadata"]["annotations"] = json!({"changed": "too"});
        Scene::new()
            .render(&after)
            .live(&before)
            .record(&after, &before)
            .preview(&after, Preview::Accepted(edited))
            .blocked(&nothing())
    };
    assert_snapshot!(told("PERMISSIVE", "STRICT"), @"
    Warning P020: a/PeerAuthentication/default becomes STRICT: callers without a sidecar are shut out
      it is written when all that this run, or one that did not end, writes before it is ready; other callers are not looked at
    ");
    assert_eq!(told("STRICT", "STRICT"), "");
    assert_eq!(told("STRICT", "PERMISSIVE"), "");
}

#[test]
fn f106_a_revision_that_nothing_injects_is_told() {
    let labelled = |revision: &str| json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "n", "labels": {"istio.io/rev": revision}}});
    let pods = |revision: &str| {
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d", "namespace": "a"},
        "spec": {"template": {"metadata": {"labels": {"istio.io/rev": revision}}}}})
    };
    let webhook = json!({"namespaceSelector": {"matchExpressions": [{"key": "istio.io/rev", "operator": "In", "values": ["1-28"]}]}});
    let scene = |value: Value| {
        let scene = Scene::new().render(&value).preview(&value, Preview::Accepted(value.clone()));
        scene.with(|scene| {
            scene.state.admission = Ok(Admission {
                webhooks: vec![("istio".to_owned(), webhook.clone())],
                ..Admission::default()
            })
        })
    };
    assert_eq!(scene(labelled("1-28")).blocked(&nothing()), "");
    assert_snapshot!(scene(labelled("1-29")).blocked(&nothing()), @r#"
    Warning P021: Namespace/n asks for the revision "1-29" of Istio, and nothing here injects its sidecar
      help: install that revision first, or name one that is there
    "#);
    assert_snapshot!(scene(pods("1-29")).blocked(&nothing()), @r#"
    Warning P021: a/Deployment/d asks for the revision "1-29" of Istio, and nothing here injects its sidecar
      help: install that revision first, or name one that is there
    "#);
    // What is not known is not told.
    assert_eq!(
        scene(labelled("1-29"))
            .with(|scene| scene.state.admission = Err(unread("forbidden")))
            .blocked(&nothing()),
        ""
    );
}

#[test]
fn f25_configuration_that_istiod_would_not_check_is_told() {
    let hook = |policy: &str| {
        json!({"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": "istio"}, "webhooks": [{"failurePolicy": policy, "rules": [{"apiGroups": ["security.istio.io"]}]}]})
    };
    let policy = json!({"apiVersion": "security.istio.io/v1", "kind": "PeerAuthentication", "metadata": {"name": "p", "namespace": "a"}});
    let told = |rendered: &str, live: &str, policy: &Value| {
        let (rendered, live) = (hook(rendered), applied(&hook(live), "1"));
        let scene = Scene::new()
            .render(&rendered)
            .live(&live)
            .record(&rendered, &live)
            .preview(&rendered, Preview::Accepted(live.clone()));
        scene.render(policy).preview(policy, Preview::Accepted(policy.clone())).blocked(&nothing())
    };
    assert_snapshot!(told("Ignore", "Ignore", &policy), @"
    Warning P022: ValidatingWebhookConfiguration/istio has the failurePolicy Ignore: while istiod is down, its configuration is taken unchecked
      help: wait until istiod is ready
    ");
    assert_eq!(told("Ignore", "Fail", &policy), "");
    assert_eq!(told("Ignore", "Ignore", &config("x", json!({}))), "");
}

#[test]
fn many_objects_that_are_new_are_not_asked_about() {
    let scene = shrunk(1, 1).render(&config("n1", json!({}))).render(&config("n2", json!({})));
    let scene = scene.with(|scene| scene.exact = true);
    let asked = |most: usize| {
        scene.decided(|wanted, _| {
            let (asks, skipped) = skip_creations(asks(wanted, &scene.state, true), &scene.state, most);
            (asks.len(), skipped)
        })
    };
    assert_eq!(asked(2).0, 3);
    let (left, skipped) = asked(1);
    assert_eq!((left, skipped.len()), (1, 2));
    let told = Scene {
        previews: skipped,
        exact: false,
        ..shrunk(1, 1).render(&config("n1", json!({}))).render(&config("n2", json!({})))
    };
    assert_snapshot!(told.told(), @r#"
    ask a/ConfigMap/n1
    ask a/ConfigMap/n2
    a/ConfigMap/c0: Unchanged Server
    a/ConfigMap/n1: Create Approximately("it is one of 2 that are created: the server is asked when it is written")
      : Absent → Value(Object {"data": Object {}})
    a/ConfigMap/n2: Create Approximately("it is one of 2 that are created: the server is asked when it is written")
      : Absent → Value(Object {"data": Object {}})
    "#);
}

#[test]
fn inv07_what_is_done_is_what_was_approved() {
    let rendered = config("x", json!({"a": "1"}));
    let live = applied(&config("x", json!({"a": "0"})), "1");
    let scene = |edit: &dyn Fn(&mut Value)| {
        let mut edited = live.clone();
        edit(&mut edited);
        let scene = Scene::new().render(&rendered).live(&edited).record(&rendered, &live);
        scene
            .preview(&rendered, Preview::Accepted(applied(&rendered, "1")))
            .decided(|_, plan| plan.changes[0].clone())
    };
    let approved = scene(&|_| {});
    assert!(approved.is_as_approved(&scene(&|_| {})));
    assert!(!approved.is_as_approved(&scene(&|live| live["data"]["a"] = json!("2"))));
    assert!(!approved.is_as_approved(&scene(&|live| live["data"]["b"] = json!("2"))));
    assert!(!approved.is_as_approved(&scene(
        &|live| live["metadata"]["deletionTimestamp"] = json!("2026-11-22T00:00:00Z")
    )));
    let theirs = json!({"manager": "m", "operation": "Update", "apiVersion": "v1", "fieldsV1": {"f:data": {"f:a": {}}}});
    assert!(!approved.is_as_approved(&scene(&|live| {
        live["metadata"]["managedFields"].as_array_mut().unwrap().push(theirs.clone())
    })));
    // What the server could not say yet was approved as what is rendered.
    let later = Change {
        judged: Judged::Later("its namespace a is created by the same run".into()),
        ..scene(&|_| {})
    };
    let created = Change { action: Action::Create, ..later.clone() };
    assert!(created.is_as_approved(&Change { judged: Judged::Server, ..created.clone() }));
    assert!(!created.is_as_approved(&Change { action: Action::Adopt, ..created.clone() }));
    assert!(later.is_as_approved(&Change { fields: Vec::new(), action: Action::Unchanged, ..later.clone() }));
}
