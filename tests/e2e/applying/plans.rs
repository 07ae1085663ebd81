//! A plan that was saved is applied as it was shown, or not at all.

use serde_json::{Value, json};

use super::scene::{Scene, config_map};
use crate::harness::{Lab, block_on};
use crate::program::Outcome;

fn said(outcome: &Outcome) -> String {
    format!("{}\n{}", outcome.stdout, outcome.stderr)
}

fn maps(value: &str) -> Vec<Value> {
    vec![config_map("one", value), config_map("two", value)]
}

fn save(scene: &Scene) {
    let saved = scene.diff(&["--save", "plan.json"]);
    assert_eq!(saved.status, Some(1), "{}", said(&saved));
}

fn edit(scene: &Scene, name: &str, value: &str) {
    block_on(async {
        let other = scene.someone("somebody").await;
        other.edit(&scene.here(&config_map(name, "")), &json!({"data": {"key": value}})).await;
    });
}

#[test]
fn f77_inv07_a_plan_that_is_overtaken_is_refused_object_by_object() {
    let scene = Scene::rendering(Lab::extended(), &maps("1"));
    let first = scene.apply(&[]);
    assert_eq!(first.status, Some(0), "{}", said(&first));
    scene.render(&maps("2"));
    save(&scene);
    edit(&scene, "one", "theirs");
    let before = scene.writes().len();
    let refused = scene.apply(&["--plan", "plan.json"]);
    assert_eq!(refused.status, Some(4), "{}", said(&refused));
    for known in ["ConfigMap/one", "data.key", "somebody"] {
        assert!(refused.stderr.contains(known), "{known}: {}", refused.stderr);
    }
    assert!(!refused.stderr.contains("ConfigMap/two"), "{}", refused.stderr);
    assert_eq!(scene.writes().len(), before);
}

#[test]
fn f77_a_plan_from_before_there_was_anything_is_refused_when_something_is_there() {
    let scene = Scene::rendering(Lab::extended(), &maps("1"));
    save(&scene);
    block_on(async {
        let other = scene.someone("somebody").await;
        other.apply(&scene.here(&config_map("one", "theirs"))).await;
    });
    let refused = scene.apply(&["--plan", "plan.json"]);
    assert_eq!(refused.status, Some(4), "{}", said(&refused));
    assert!(refused.stderr.contains("ConfigMap/one"), "{}", refused.stderr);
    assert_eq!(scene.writes(), Vec::<String>::new());
}

#[test]
fn f78_a_plan_is_applied_once_and_then_there_is_nothing_to_do() {
    let scene = Scene::rendering(Lab::extended(), &maps("1"));
    save(&scene);
    let applied = scene.apply(&["--plan", "plan.json"]);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
    let before = scene.writes().len();
    let again = scene.apply(&["--plan", "plan.json"]);
    assert_eq!(again.status, Some(0), "{}", said(&again));
    assert_eq!(scene.writes().len(), before);
}

#[test]
fn f72_a_plan_of_another_render_is_refused() {
    let scene = Scene::rendering(Lab::extended(), &maps("1"));
    save(&scene);
    scene.render(&maps("2"));
    let refused = scene.apply(&["--plan", "plan.json"]);
    assert_eq!(refused.status, Some(4), "{}", said(&refused));
    assert!(refused.stderr.contains("release"), "{}", refused.stderr);
    assert_eq!(scene.writes(), Vec::<String>::new());
}

#[test]
fn inv07_what_changes_between_the_question_and_the_write_is_not_overwritten() {
    let scene = Scene::rendering(Lab::extended(), &maps("1"));
    let first = scene.apply(&[]);
    assert_eq!(first.status, Some(0), "{}", said(&first));
    scene.render(&maps("2"));
    // The first write that is meant waits, and meanwhile somebody changes the object.
    let slow = crate::harness::Fault::Delay(std::time::Duration::from_secs(2));
    scene.proxy.add(
        crate::harness::Rule::new(slow)
            .verb("patch")
            .kind("v1", "ConfigMap")
            .name("one")
            .dry_run(false)
            .times(1),
    );
    let run = scene.start(&[]);
    scene.until_faulty(false);
    edit(&scene, "one", "theirs");
    let ended = scene.ended(run);
    assert_eq!(ended.status, Some(5), "{}", said(&ended));
    assert!(ended.stderr.contains("somebody"), "{}", ended.stderr);
    assert_eq!(scene.live(&config_map("one", "")).unwrap()["data"]["key"], "theirs");
}

#[test]
fn inv07_what_changes_while_a_definition_is_waited_for_is_not_overwritten_by_force() {
    let both = |value: &str| {
        let mut map = config_map("one", value);
        map["data"]["other"] = json!("ours");
        map
    };
    let scene = Scene::rendering(Lab::extended(), &[config_map("one", "1"), config_map("two", "1")]);
    let first = scene.apply(&[]);
    assert_eq!(first.status, Some(0), "{}", said(&first));
    block_on(async {
        let other = scene.someone("another").await;
        other.edit(&scene.here(&config_map("one", "")), &json!({"data": {"other": "theirs"}})).await;
    });
    let namespace = json!({
        "apiVersion": "v1", "kind": "Namespace", "metadata": {"name": format!("{}-late", scene.namespace)},
    });
    scene.render(&[both("2"), config_map("two", "1"), namespace]);
    let slow = crate::harness::Fault::Delay(std::time::Duration::from_secs(2));
    scene
        .proxy
        .add(crate::harness::Rule::new(slow).verb("patch").kind("v1", "Namespace").dry_run(false).times(1));
    let run = scene.start(&["--take-over", "ConfigMap/one:data.other"]);
    scene.until_faulty(false);
    edit(&scene, "one", "theirs");
    let ended = scene.ended(run);
    assert_eq!(scene.live(&config_map("one", "")).unwrap()["data"]["key"], "theirs", "{}", said(&ended));
    assert_eq!(ended.status, Some(5), "{}", said(&ended));
}

#[test]
fn f76_a_plan_is_not_applied_with_other_values_from_outside() {
    let scene = Scene::of(
        Lab::extended(),
        "variable \"host\" { type = string }\n\
         component \"web\" {\n  namespace = \"here\"\n  templates = [\"web.yaml\"]\n  values = { host = var.host }\n}\n",
    );
    scene.place.write(
        "fleet/templates/web.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: one\ndata:\n  host: {{ values.host | quote }}\n",
    );
    // As `terraform output -json` prints it.
    let state = |host: &str| {
        let outputs = json!({"host": {"sensitive": false, "type": "string", "value": host}});
        scene.place.write("outputs.json", &outputs.to_string());
    };
    let from = ["--var-file", "outputs.json"];
    state("first.example.com");
    let saved = scene.diff(&[&from[..], &["--save", "plan.json"]].concat());
    assert_eq!(saved.status, Some(1), "{}", said(&saved));
    state("second.example.com");
    let refused = scene.apply(&[&from[..], &["--plan", "plan.json"]].concat());
    assert_eq!(refused.status, Some(4), "{}", said(&refused));
    assert!(refused.stderr.contains("release"), "{}", refused.stderr);
    assert_eq!(scene.writes(), Vec::<String>::new());
    state("first.example.com");
    let applied = scene.apply(&[&from[..], &["--plan", "plan.json"]].concat());
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
    assert_eq!(scene.live(&config_map("one", "")).unwrap()["data"]["host"], "first.example.com");
}
