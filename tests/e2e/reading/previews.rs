//! Dry runs, and what comes of faults on their way.

use std::sync::Arc;
use std::time::Duration;

use insta::assert_snapshot;
use serde_json::{Value, json};

use fleetwright::live::Failure;
use fleetwright::object::Object;
use fleetwright::plan::{Ask, Preview, Served};

use super::{Scene, config_map, deployment};
use crate::harness::{Fault, Rule, block_on};
use crate::reach::ADMIN;

/// One dry run of an object, as the scene's server is.
fn preview(scene: &Scene, object: &Value) -> Preview {
    let scene_object = scene.objects.first().cloned();
    let object = scene_object
        .filter(|_| object.is_null())
        .unwrap_or_else(|| Object::from_value(object.clone()).unwrap());
    let reference = object.reference().clone();
    let ask = ask(object);
    let previews = block_on(async { scene.proven().await.previews(vec![ask]).await });
    previews.get(&reference).unwrap().clone()
}

fn ask(object: Object) -> Ask {
    let plural = format!("{}s", object.kind().to_lowercase());
    let api_version: Arc<str> = Arc::from(object.api_version());
    let served = Served {
        api_version: Arc::clone(&api_version),
        versions: vec![Arc::clone(&api_version)],
        plural: Arc::from(plural),
        namespaced: object.namespace().is_some(),
    };
    Ask { object: object.reference().clone(), api_version, served, body: object.into_value(), hides: false }
}

fn verdict(scene: &Scene, preview: &Preview) -> String {
    let text = match preview {
        Preview::Accepted(object) => format!("accepted {}", object["metadata"]["name"]),
        Preview::Rejected(rejection) => {
            let causes: Vec<String> = rejection
                .causes
                .iter()
                .map(|one| format!("\n{} {} {}", one.field, one.reason, one.message))
                .collect();
            format!("{} {} {}{}", rejection.code, rejection.reason, rejection.message, causes.concat())
        }
        Preview::Unread(unread) => format!("unread {}", unread.why),
        Preview::Skipped(why) => format!("skipped {why}"),
    };
    scene.named(&text)
}

#[test]
fn a_dry_run_says_what_would_become_of_an_object_and_changes_nothing() {
    let scene = Scene::new().wanting(&[deployment("a")]);
    let asked = |change: &dyn Fn(&mut Value)| {
        let mut object = deployment("a");
        object["metadata"]["namespace"] = json!(scene.namespace);
        change(&mut object);
        verdict(&scene, &preview(&scene, &object))
    };
    assert_snapshot!(asked(&|_| ()), @r#"accepted "a""#);
    assert_snapshot!(asked(&|object| object["spec"]["replicaz"] = json!(1)), @"500  failed to create typed patch object (STATE/a; apps/v1, Kind=Deployment): .spec.replicaz: field not declared in schema");
    assert_snapshot!(asked(&|object| object["spec"]["replicas"] = json!("three")), @"500  failed to create typed patch object (STATE/a; apps/v1, Kind=Deployment): .spec.replicas: expected numeric (int or float), got string");
    assert_snapshot!(asked(&|object| object["spec"]["replicas"] = json!(-1)), @r#"
    422 Invalid Deployment.apps "a" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0
    spec.replicas FieldValueInvalid Invalid value: -1: must be greater than or equal to 0
    "#);
    assert_snapshot!(asked(&|object| object["metadata"]["namespace"] = json!("nowhere")), @r#"404 NotFound namespaces "nowhere" not found"#);
    let requests = scene.proxy.requests();
    let patches: Vec<_> = requests.iter().filter(|one| one.verb == "patch").collect();
    assert_eq!(patches.len(), 5, "one each, none again: {patches:#?}");
    assert!(patches.iter().all(|one| one.dry_run && one.force && one.field_manager == "fleetwright"));
    let path = format!("/apis/apps/v1/namespaces/{}/deployments", scene.namespace);
    assert_eq!(scene.raw(http::Request::get(path))["items"], json!([]));
}

#[test]
fn a_dry_run_that_meets_a_fault_is_unread_or_tried_again() {
    let scene = Scene::new().wanting(&[config_map("a")]);
    let meets = |fault: Fault, times: u64| {
        scene.proxy.clear();
        scene.notices();
        scene.proxy.add(Rule::new(fault).verb("patch").times(times));
        // A connection that is made anew is first asked who answers, which is not counted.
        let tries = |scene: &Scene| scene.proxy.requests().iter().filter(|one| one.verb == "patch").count();
        let before = tries(&scene);
        let verdict = verdict(&scene, &preview(&scene, &Value::Null));
        (verdict, tries(&scene) - before, scene.notices().len())
    };
    let accepted = |tries, told| ("accepted \"a\"".to_owned(), tries, told);
    let webhook = json!({ "kind": "Status", "code": 500, "reason": "InternalError", "message": "Internal error occurred: failed calling webhook \"x\"" });
    for passing in [
        Fault::status(429),
        Fault::status(503),
        Fault::status(504),
        Fault::status(500),
        Fault::status(409),
        Fault::ResetBefore,
        Fault::ResetAfter,
        Fault::Truncate(20),
        Fault::answer(500, "application/json", &webhook.to_string()),
    ] {
        assert_eq!(meets(passing.clone(), 1), accepted(2, 1), "{passing:?}");
    }
    let stays = |fault: Fault| {
        let (verdict, tries, _) = meets(fault, 9);
        format!("{tries} {verdict}")
    };
    assert_snapshot!(stays(Fault::status(503)), @"3 unread the server answered 503: the server is currently unable to handle the request");
    assert_snapshot!(stays(Fault::status(429)), @"3 unread the server answered 429: too many requests, please try again later");
    assert_snapshot!(stays(Fault::answer(500, "application/json", &webhook.to_string())), @r#"3 unread the server answered 500: Internal error occurred: failed calling webhook "x""#);
    assert_snapshot!(stays(Fault::status(403)), @"1 403 Forbidden forbidden: the proxy says so");
    assert_snapshot!(stays(Fault::status(401)), @"1 unread the server does not know the user (401 Unauthorized)");
    assert_snapshot!(stays(Fault::answer(403, "text/html", "<html>no</html>")), @"1 unread the user may not read this (403 Forbidden)");
    assert_snapshot!(stays(Fault::answer(200, "application/json", "{}")), @"1 unread the answer of HOST is none of an API server: it is not STATE/ConfigMap/a");
    assert_snapshot!(stays(Fault::answer(200, "application/json", "nothing")), @"1 unread the answer of HOST is none of an API server: it is no JSON: expected ident at line 1 column 2");
    assert_snapshot!(stays(Fault::Stall), @"1 unread HOST did not answer within 2s");
}

#[test]
fn s07_what_a_server_says_is_legible_and_whole() {
    let scene = Scene::new().wanting(&[config_map("a")]);
    let token = &scene.cluster.tokens[ADMIN];
    let message = format!("denied\u{1b}[31m by {token}\r\n{}: field is immutable", "x".repeat(1000));
    let status = json!({ "kind": "Status", "code": 400, "reason": "BadRequest", "message": message, "details": { "causes": [{ "field": "a\u{7}", "message": message }] } });
    scene.proxy.add(Rule::new(Fault::answer(400, "application/json", &status.to_string())).verb("patch"));
    let Preview::Rejected(rejection) = preview(&scene, &Value::Null) else { panic!("not rejected") };
    // What is wrong may stand at its end; it is cut where it is told.
    let said = format!("denied\\u{{1b}}[31m by (sensitive)\\r\\n{}: field is immutable", "x".repeat(1000));
    assert_eq!(rejection.message, said);
    assert_eq!(rejection.causes[0].message, rejection.message);
    assert_eq!(rejection.causes[0].field, "a\\u{7}");
}

#[test]
fn s03_of_an_object_with_secrets_nothing_is_repeated_on_the_way() {
    let scene = Scene::new().wanting(&[config_map("a")]);
    let status = json!({ "kind": "Status", "code": 503, "message": "hunter2 is not there" });
    let fault = Fault::answer(503, "application/json", &status.to_string())
        .header("Warning", "299 - \"hunter2 is old\"");
    scene.proxy.add(Rule::new(fault).verb("patch"));
    let mut ask = ask(scene.objects[0].clone());
    ask.hides = true;
    let previews = block_on(async { scene.proven().await.previews(vec![ask]).await });
    let [Preview::Unread(unread)] = previews.values().collect::<Vec<_>>()[..] else { panic!("read") };
    assert_eq!(unread.why, "the server answered 503");
    let problem = scene.told(&Failure::Refused(unread.problem.clone()));
    assert!(!problem.contains("hunter2"), "{problem}");
    assert_snapshot!(scene.notices().join("\n"), @"
    prod-a: warning of the server: not shown, as it is about an object with secrets
    prod-a: PATCH /api/v1/namespaces/STATE/configmaps/a: the server answered 503; try 2 of 3 in 500ms
    prod-a: PATCH /api/v1/namespaces/STATE/configmaps/a: the server answered 503; try 3 of 3 in 1s
    ");
}

#[test]
fn f01_nobody_asks_a_server_that_wants_a_pause() {
    let scene = Scene::new();
    let asks: Vec<Ask> = (0..40)
        .map(|number| {
            let mut object = config_map(&format!("a-{number}"));
            object["metadata"]["namespace"] = json!(scene.namespace);
            ask(Object::from_value(object).unwrap())
        })
        .collect();
    scene.proxy.add(Rule::new(Fault::status(429).header("Retry-After", "1")).verb("patch").nth(10));
    // So that others are under way when that is answered.
    scene.proxy.add(Rule::new(Fault::Delay(Duration::from_millis(200))).verb("patch"));
    let previews = block_on(async { scene.proven().await.previews(asks).await });
    assert!(previews.values().all(|preview| matches!(preview, Preview::Accepted(_))));
    assert_eq!(previews.len(), 40);
    let requests = scene.proxy.requests();
    let told = requests.iter().find(|one| one.answered == 429).unwrap().ended;
    // What was under way comes to its end, and only then, when the pause is over, the rest begins.
    let quiet = requests.iter().position(|next| {
        let before = requests.iter().filter(|one| one.began < next.began);
        next.began > told && before.clone().all(|one| one.ended < next.began)
    });
    let rest = requests.len() - quiet.unwrap();
    assert!(rest > 5, "only {rest} requests waited");
    assert_eq!(requests.iter().filter(|one| one.verb == "patch").count(), 40 + 1);
}

#[test]
fn a_server_that_falls_silent_is_asked_no_more() {
    let scene = Scene::new();
    let asks: Vec<Ask> = (0..60)
        .map(|number| {
            let mut object = config_map(&format!("a-{number}"));
            object["metadata"]["namespace"] = json!(scene.namespace);
            ask(Object::from_value(object).unwrap())
        })
        .collect();
    scene.proxy.add(Rule::new(Fault::Stall).verb("patch"));
    let previews = block_on(async { scene.proven().await.previews(asks).await });
    assert_eq!(previews.len(), 60);
    assert!(previews.values().all(|preview| matches!(preview, Preview::Unread(_))));
    let asked = scene.proxy.requests().iter().filter(|one| one.verb == "patch").count();
    assert!(asked < 20, "{asked}");
}
