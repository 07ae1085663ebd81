//! What a server does not take, and what that means.

use insta::assert_snapshot;
use serde_json::json;

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
