//! What a server does not take, and what that means.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::*;

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
fn f16_rights_that_the_user_does_not_have_are_not_given_away() {
    let rendered = config("x", json!({"a": "1"}));
    let live = applied(&config("x", json!({"a": "0"})), "1");
    let there = Scene::new().render(&rendered).live(&live).record(&rendered, &live);
    let message = "roles.rbac.authorization.k8s.io \"x\" is forbidden: user \"ci\" (groups=[\"a\"]) is attempting to grant RBAC permissions not currently held: {…}";
    let scene = there.rejects(&rendered, 403, "Forbidden", message, &[]);
    assert_snapshot!(scene.told(), @r#"
    a/ConfigMap/x: Update Forbidden("the user may not grant the rights that are in it")
      data.a: Value(String("0")) → Value(String("1"))
    "#);
    assert_snapshot!(scene.blocked(&Permit::default()), @"
    Error P003: a/ConfigMap/x cannot be applied: the user may not grant the rights that are in it
      help: let somebody apply it who has these rights
    ");
}

#[test]
fn f31_only_what_is_provably_ours_is_deleted_to_be_made_anew() {
    let rendered = config("x", json!({"a": "1"}));
    let live = applied(&config("x", json!({"a": "0"})), "1");
    let immutable = ("data", "FieldValueForbidden", "Forbidden: field is immutable when `immutable` is set");
    let of = |scene: Scene| {
        let told = scene.render(&rendered).rejects(&rendered, 422, "Invalid", "…", &[immutable]).told();
        told.lines().find(|line| line.starts_with("a/")).unwrap().to_owned() + "\n"
    };
    let edited = |edit: &dyn Fn(&mut Value)| {
        let mut live = live.clone();
        edit(&mut live);
        Scene::new().record(&rendered, &self::applied(&rendered, "1")).live(&live)
    };
    let foreign = json!([{"manager": "kubectl", "operation": "Update", "apiVersion": "v1", "fieldsV1": {"f:data": {"f:a": {}}}}]);
    let told = [
        // Somebody else's.
        of(Scene::new().live(&live)),
        // Made anew from a backup.
        of(edited(&|live| live["metadata"]["uid"] = json!("2"))),
        of(edited(&|live| live["metadata"]["labels"] = json!({}))),
        of(edited(&|live| live["metadata"]["ownerReferences"] = json!([{"kind": "Owner", "name": "o"}]))),
        // Of whom its fields are is not clear.
        of(edited(&|live| live["metadata"]["managedFields"] = json!("?"))),
        // A run was killed before it knew its UID.
        of(edited(&|_| {}).with(|scene| {
            let Ok(Some(record)) = &mut scene.state.record else { panic!() };
            record.inventory.values_mut().for_each(|entry| entry.uid = None);
        })),
        of(edited(&|live| live["metadata"]["managedFields"] = foreign.clone()).with(|scene| {
            let Ok(Some(record)) = &mut scene.state.record else { panic!() };
            record.inventory.values_mut().for_each(|entry| entry.uid = None);
        })),
    ];
    assert_snapshot!(told.concat(), @r#"
    a/ConfigMap/x: Refused("it would have to be deleted and made again, which is for you to do: nothing proves that fleetwright made it: it is not recorded; and the server answered 422: data: FieldValueForbidden") Server
    a/ConfigMap/x: Refused("it would have to be deleted and made again, which is for you to do: it is another object than the one that was applied: it was made anew by somebody; and the server answered 422: data: Forbidden: field is immutable when `immutable` is set") Server
    a/ConfigMap/x: Refused("it would have to be deleted and made again, which is for you to do: it does not carry the label applyset.kubernetes.io/part-of of this fleet any longer; and the server answered 422: data: Forbidden: field is immutable when `immutable` is set") Server
    a/ConfigMap/x: Refused("it would have to be deleted and made again, which is for you to do: it belongs to Owner/o; and the server answered 422: data: Forbidden: field is immutable when `immutable` is set") Server
    a/ConfigMap/x: Unknown("who owns its fields is not known: its managedFields are not in a form that is known: they are no list") Server
    a/ConfigMap/x: Replace("the server answered 422: data: Forbidden: field is immutable when `immutable` is set") Server
    a/ConfigMap/x: Refused("it would have to be deleted and made again, which is for you to do: nothing proves that fleetwright made it: it was never applied to its end; and the server answered 422: data: Forbidden: field is immutable when `immutable` is set") Server
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
    let groups = format!(
        "roles.rbac.authorization.k8s.io \"x\" is forbidden: user \"ci\" (groups=[{}]) is",
        "a".repeat(1000)
    );
    let long = format!("{groups} attempting to grant RBAC permissions not currently held: all");
    assert_snapshot!(there().rejects(&rendered, 403, "Forbidden", &long, &[]).told(), @r#"
    a/ConfigMap/x: Update Forbidden("the user may not grant the rights that are in it")
      data.a: Value(String("0")) → Value(String("1"))
    "#);
    let forbidden = "admission webhook \"w\" denied the request: x is forbidden: User \"w\" cannot create resource \"y\" in API group \"\"";
    let policy = "configmaps \"x\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: ci cannot create resource quotas";
    let denied =
        [forbidden, policy].map(|message| there().rejects(&rendered, 403, "Forbidden", message, &[]).told());
    assert_snapshot!(denied.join(""), @r#"
    a/ConfigMap/x: Refused("the server answered 403: admission webhook \"w\" denied the request: x is forbidden: User \"w\" cannot create resource \"y\" in API group \"\"") Server
    a/ConfigMap/x: Refused("the server answered 403: configmaps \"x\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: ci cannot create resource quotas") Server
    "#);
    // What is told of it is short.
    let told = there().rejects(&rendered, 400, "BadRequest", &"x".repeat(1000), &[]).told();
    let said = "x".repeat(400);
    assert_eq!(told, format!("a/ConfigMap/x: Refused(\"the server answered 400: {said}\") Server\n"));
}
