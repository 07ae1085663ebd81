//! A run that was killed, and what the fleet says after it: the next run goes on, whatever was changed or said aloud.

use serde_json::{Value, json};

use super::scene::{Scene, config_map};
use crate::harness::{Fault, Lab, Rule};
use crate::program::Outcome;

fn said(outcome: &Outcome) -> String {
    format!("{}\n{}", outcome.stdout, outcome.stderr)
}

fn applied(outcome: &Outcome) {
    assert_eq!(outcome.status, Some(0), "{}", said(outcome));
}

fn maps(names: &[&str]) -> Vec<Value> {
    names.iter().map(|name| config_map(name, "1")).collect()
}

/// Kills a run at a request that meets this rule; its lock runs out by itself.
fn killed(scene: &Scene, rule: Rule, more: &[&str]) {
    scene.proxy.add(rule);
    let mut run = scene.start(more);
    assert!(scene.faulty_or_ended(&mut run, false), "{}", said(&scene.ended(run)));
    run.kill().unwrap();
    run.wait().unwrap();
    scene.proxy.clear();
}

#[test]
fn inv04_what_a_killed_run_made_goes_when_the_fleet_drops_it() {
    let scene = Scene::rendering(Lab::extended(), &maps(&["kept"]));
    applied(&scene.apply(&[]));
    scene.render(&maps(&["kept", "more", "other", "one"]));
    // All are made, and none of it is recorded.
    killed(&scene, Rule::new(Fault::Stall).verb("update").kind("v1", "Secret").nth(2), &[]);
    assert!(scene.live(&config_map("one", "1")).is_some());
    scene.render(&maps(&["kept", "more", "other"]));
    applied(&scene.apply(&[]));
    assert_eq!(scene.live(&config_map("one", "1")), None);
    assert_eq!(scene.record().unwrap().inventory.len(), 3);
}

#[test]
fn inv04_f57_a_number_of_deletions_said_aloud_holds_for_the_rest_of_them() {
    let scene = Scene::rendering(Lab::extended(), &maps(&["a", "b", "c", "d", "e"]));
    applied(&scene.apply(&[]));
    scene.render(&maps(&["a"]));
    let second = Rule::new(Fault::Stall).verb("delete").kind("v1", "ConfigMap").name("c");
    killed(&scene, second, &["--deletions", "4"]);
    let wrong = scene.apply(&["--deletions", "5"]);
    assert_eq!(wrong.status, Some(4), "{}", said(&wrong));
    applied(&scene.apply(&["--deletions", "4"]));
    assert_eq!(scene.record().unwrap().inventory.len(), 1);
    // The number was said of those, and of no others.
    let again = scene.apply(&["--deletions", "4"]);
    assert_eq!(again.status, Some(4), "{}", said(&again));
}

#[test]
fn f78_a_plan_with_deletions_goes_on_and_is_applied_once() {
    let scene = Scene::rendering(Lab::extended(), &maps(&["a", "b", "c", "d", "e"]));
    applied(&scene.apply(&[]));
    scene.render(&maps(&["a"]));
    let saved = scene.diff(&["--save", "plan.json", "--deletions", "4"]);
    assert_eq!(saved.status, Some(1), "{}", said(&saved));
    let second = Rule::new(Fault::Stall).verb("delete").kind("v1", "ConfigMap").name("c");
    killed(&scene, second, &["--plan", "plan.json"]);
    applied(&scene.apply(&["--plan", "plan.json"]));
    applied(&scene.apply(&["--plan", "plan.json"]));
    assert_eq!(scene.record().unwrap().inventory.len(), 1);
}

#[test]
fn f78_a_plan_that_deletes_a_definition_by_name_is_applied_once() {
    let scene = Scene::rendering(Lab::extended(), &[]);
    let group = format!("{}.example.com", scene.namespace);
    let definition = json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("gadgets.{group}")},
        "spec": {
            "group": group, "scope": "Namespaced", "names": {"plural": "gadgets", "kind": "Gadget"},
            "versions": [{
                "name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {"type": "object"}},
            }],
        },
    });
    scene.render(&[maps(&["a", "b", "c"]), vec![definition]].concat());
    applied(&scene.apply(&[]));
    scene.render(&maps(&["a", "b", "c"]));
    let name = format!("CustomResourceDefinition/gadgets.{group}");
    let saved = scene.diff(&["--save", "plan.json", "--delete", &name]);
    assert_eq!(saved.status, Some(1), "{}", said(&saved));
    applied(&scene.apply(&["--plan", "plan.json"]));
    applied(&scene.apply(&["--plan", "plan.json"]));
}

#[test]
fn a_fleet_may_render_the_namespace_of_its_own_record_and_never_deletes_it() {
    let scene = Scene::rendering(Lab::extended(), &[]);
    let labels = json!({"team": "web"});
    let namespace = json!({
        "apiVersion": "v1", "kind": "Namespace", "metadata": {"name": scene.state, "labels": labels},
    });
    scene.render(&[maps(&["a", "b", "c"]), vec![namespace.clone()]].concat());
    applied(&scene.apply(&[]));
    assert_eq!(scene.live(&namespace).unwrap()["metadata"]["labels"]["team"], "web");
    assert_eq!(scene.diff(&[]).status, Some(0));
    scene.render(&maps(&["a", "b", "c"]));
    let refused = scene.apply(&["--delete", &format!("Namespace/{}", scene.state)]);
    assert_eq!(refused.status, Some(4), "{}", said(&refused));
    applied(&scene.apply(&[]));
    assert!(scene.record().is_some());
}
