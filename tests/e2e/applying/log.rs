//! What programs are told: each line of a JSON log, and the document at its end, as they are published.

use std::time::Duration;

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::locks::{signal, until_writing};
use super::order::{mesh, route, rule};
use super::ready::{UNIT, gizmos};
use super::scene::{Scene, config_map, deployment, full, quick, said};
use crate::harness::{Fault, Lab, Rule};
use crate::program::Outcome;
use crate::published::Published;

const JSON: [&str; 2] = ["--log-format", "json"];

/// Holds a log and its document against what is published; the types of the lines, each run of one type once, and the
/// document.
fn held(outcome: &Outcome) -> (String, Value) {
    let (event, document) = (Published::of("apply-event"), Published::of("apply"));
    let mut types: Vec<String> = outcome
        .stderr
        .lines()
        .map(|line| {
            let line = event.read(line);
            assert_eq!((&line["version"], &line["cluster"]), (&json!(1), &json!("a")), "{line}");
            let state = line["event"]["state"].as_str().map(|state| format!(" {state}")).unwrap_or_default();
            format!("{}{state}", line["event"]["type"].as_str().unwrap())
        })
        .collect();
    types.dedup();
    let document = document.read(&outcome.stdout);
    (types.join(", "), document)
}

fn ends(document: &Value, end: &str, counts: &[(&str, u64)]) {
    assert_eq!(document["end"], end, "{document}");
    for (name, count) in counts {
        assert_eq!(document["counts"][name], *count, "{name}: {}", document["counts"]);
    }
}

#[test]
fn a_log_of_a_run_with_deletions_is_as_published() {
    let scene = Scene::rendering(Lab::extended(), &["one", "two", "three"].map(|name| config_map(name, "1")));
    let (types, document) = held(&scene.apply(&JSON));
    assert_snapshot!(types, @"locked, recording, writing, begun, object written, readying, object created");
    ends(&document, "done", &[("created", 3)]);
    scene.render(&[config_map("one", "2"), config_map("two", "1")]);
    let (types, document) = held(&scene.apply(&JSON));
    assert_snapshot!(types, @"locked, recording, writing, begun, object written, readying, object changed, deleting, begun, object deleted");
    ends(&document, "done", &[("changed", 1), ("unchanged", 1), ("deleted", 1)]);
    let (types, document) = held(&scene.apply(&JSON));
    assert_snapshot!(types, @"");
    ends(&document, "done", &[("unchanged", 2)]);
}

#[test]
fn a_log_of_a_run_that_settles_is_as_published() {
    let scene = mesh(&[route("v1"), rule(&["v1"])]);
    let (types, document) = held(&scene.apply(&JSON));
    assert_snapshot!(types, @"locked, recording, writing, begun, object written, settling, begun, object written, readying, object created");
    ends(&document, "done", &[("created", 2)]);
}

#[test]
fn a_log_of_a_run_that_fails_is_as_published() {
    let image = "registry.example.com/web:1";
    let scene =
        Scene::rendering(full(), &[deployment("web", image, "CrashLoopBackOff"), config_map("one", "1")]);
    let failed = scene.apply(&JSON);
    assert_eq!(failed.status, Some(5), "{}", said(&failed));
    let (types, document) = held(&failed);
    assert!(types.ends_with("object not-ready"), "{types}");
    ends(&document, "partial", &[("notReady", 1)]);
    assert!(document["next"].as_str().unwrap().contains("fleetwright apply --cluster a"), "{document}");
}

#[test]
fn a_log_of_a_run_that_is_refused_is_as_published() {
    let scene = Scene::rendering(Lab::extended(), &[config_map("one", "1")]);
    for more in [&["--deletions", "5"][..], &["--rev", "main"], &["--plan", "nothing.json"]] {
        let refused = scene.apply(&[&JSON, more].concat());
        assert!(matches!(refused.status, Some(2 | 4)), "{}", said(&refused));
        let (types, document) = held(&refused);
        assert_eq!(types, "");
        ends(&document, "refused", &[("created", 0)]);
        assert!(document["summary"]["errors"].as_u64() > Some(0), "{document}");
    }
    // Nobody may be asked.
    let asks: Vec<&str> = quick(&JSON).into_iter().filter(|argument| *argument != "--yes").collect();
    let refused = scene.run(&asks);
    assert_eq!(refused.status, Some(2), "{}", said(&refused));
    ends(&held(&refused).1, "refused", &[]);
}

#[test]
fn a_log_of_a_run_that_is_stopped_or_waits_is_as_published() {
    let maps: Vec<Value> = (0..40).map(|number| config_map(&format!("map-{number:02}"), "1")).collect();
    let scene = Scene::rendering(Lab::extended(), &maps);
    let slow = Fault::Delay(Duration::from_millis(1500));
    scene.proxy.add(Rule::new(slow).verb("patch").kind("v1", "ConfigMap").dry_run(false));
    let run = scene.start(&JSON);
    until_writing(&scene);
    // One that waits for it.
    let waits = scene.start(&[&JSON[..], &["--lock-timeout", "1m"]].concat());
    std::thread::sleep(Duration::from_millis(300));
    signal(&run, "INT");
    let stopped = scene.ended(run);
    assert_eq!(stopped.status, Some(130), "{}", said(&stopped));
    let (types, document) = held(&stopped);
    assert!(types.contains("stopping"), "{types}");
    ends(&document, "stopped", &[]);
    scene.proxy.clear();
    let waited = scene.ended(waits);
    let (types, document) = held(&waited);
    // What it was shown has been begun by the other.
    assert!(types.starts_with("waiting") || document["end"] == "refused", "{types} {}", said(&waited));
}

#[test]
fn f22_what_a_connection_has_to_tell_is_a_line_of_the_log_too() {
    let scene = Scene::of(Lab::extended(), "");
    let (mut definition, gizmo) = gizmos(&scene);
    let version = &mut definition["spec"]["versions"][0];
    version["deprecated"] = json!(true);
    version["deprecationWarning"] = json!("gizmos are of yesterday");
    scene.units(&format!("{UNIT}  ready_when = {{ Gizmo = \"create\" }}\n}}\n"));
    scene.render(&[definition, gizmo]);
    // Before the lock, and after it.
    scene.proxy.add(Rule::new(Fault::status(503)).verb("get").path("/version").times(1));
    scene.proxy.add(
        Rule::new(Fault::status(503))
            .verb("patch")
            .kind("apiextensions.k8s.io/v1", "CustomResourceDefinition")
            .dry_run(false)
            .times(1),
    );
    let applied = scene.apply(&JSON);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
    held(&applied);
    let warnings: Vec<String> = applied
        .stderr
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|line| line["event"]["type"] == "warning")
        .map(|line| line["event"]["message"].as_str().unwrap().replace(&scene.namespace, "here"))
        .collect();
    assert_snapshot!(warnings.join("\n"), @"");
}
