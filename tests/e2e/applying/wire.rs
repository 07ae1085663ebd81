//! Faults on the wire while objects are written.

use serde_json::Value;

use super::scene::{Scene, config_map};
use crate::harness::{Fault, Lab, Rule};
use crate::program::Outcome;

fn said(outcome: &Outcome) -> String {
    format!("{}\n{}", outcome.stdout, outcome.stderr)
}

fn maps() -> Vec<Value> {
    ["one", "two", "three"].map(|name| config_map(name, "1")).to_vec()
}

fn write(fault: Fault) -> Rule {
    Rule::new(fault).verb("patch").kind("v1", "ConfigMap").name("two").dry_run(false)
}

fn there(scene: &Scene) -> usize {
    ["one", "two", "three"].iter().filter(|name| scene.live(&config_map(name, "")).is_some()).count()
}

#[test]
fn f01_f03_f04_f06_f07_f21_what_passes_is_tried_again_and_what_landed_is_no_failure() {
    for (row, fault) in [
        ("F01", Fault::status(429).header("Retry-After", "1")),
        ("F03", Fault::status(500)),
        ("F04", Fault::status(503)),
        ("F04", Fault::Close),
        ("F06", Fault::ResetAfter),
        ("F06", Fault::ResetBefore),
        ("F07", Fault::Truncate(20)),
        ("F21", Fault::answer(500, "application/json", ETCD)),
        ("F21", Fault::answer(500, "application/json", ETCD).after_acting()),
    ] {
        let scene = Scene::rendering(Lab::extended(), &maps());
        scene.proxy.add(write(fault.clone()).times(1));
        let applied = scene.apply(&[]);
        assert_eq!(applied.status, Some(0), "{row} {fault:?}: {}", said(&applied));
        assert_eq!(there(&scene), 3);
        let diff = scene.diff(&[]);
        assert_eq!(diff.status, Some(0), "{row} {fault:?}: {}", said(&diff));
    }
}

/// What a server says while etcd elects a leader.
const ETCD: &str = r#"{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"InternalError","message":"etcdserver: leader changed","code":500}"#;

#[test]
fn f03_f04_f09_what_stays_fails_and_is_not_called_written() {
    for (row, fault, status) in [
        ("F03", Fault::status(500), "ConfigMap/two"),
        ("F04", Fault::status(503), "ConfigMap/two"),
        ("F09", Fault::Stall, "ConfigMap/two"),
        ("a portal", Fault::answer(200, "text/html", "<html>log in</html>"), "ConfigMap/two"),
    ] {
        let scene = Scene::rendering(Lab::extended(), &maps());
        scene.proxy.add(write(fault));
        let failed = scene.apply(&["--request-timeout", "2s"]);
        assert_eq!(failed.status, Some(5), "{row}: {}", said(&failed));
        assert!(failed.stderr.contains(status), "{row}: {}", failed.stderr);
        // What could be written is; the record knows of all.
        assert_eq!(there(&scene), 2, "{row}");
        assert_eq!(scene.record().unwrap().inventory.len(), 3, "{row}");
        scene.proxy.clear();
        let again = scene.apply(&[]);
        assert_eq!(again.status, Some(0), "{row}: {}", said(&again));
        assert_eq!(there(&scene), 3, "{row}");
    }
}

#[test]
fn f14_credentials_that_end_midway_stop_the_run() {
    let scene = Scene::rendering(Lab::extended(), &maps());
    scene.proxy.add(write(Fault::status(401)));
    let stopped = scene.apply(&[]);
    assert_eq!(stopped.status, Some(5), "{}", said(&stopped));
    assert!(stopped.stderr.contains("401"), "{}", stopped.stderr);
    scene.proxy.clear();
    let again = scene.apply(&[]);
    assert_eq!(again.status, Some(0), "{}", said(&again));
}

#[test]
fn f16_what_is_forbidden_midway_fails_and_nothing_is_deleted() {
    let scene = Scene::rendering(Lab::extended(), &maps());
    let first = scene.apply(&[]);
    assert_eq!(first.status, Some(0), "{}", said(&first));
    let mut two = maps();
    two.remove(2);
    two[1]["data"]["key"] = "2".into();
    scene.render(&two);
    scene.proxy.add(write(Fault::status(403)));
    let failed = scene.apply(&[]);
    assert_eq!(failed.status, Some(5), "{}", said(&failed));
    assert!(failed.stderr.contains("forbidden"), "{}", failed.stderr);
    assert_eq!(there(&scene), 3);
}

#[test]
fn f05_nobody_at_the_address_refuses_before_anything() {
    let scene = Scene::rendering(Lab::extended(), &maps());
    let kubeconfig = std::fs::read_to_string(&scene.proxy.kubeconfig).unwrap();
    let url = scene.proxy.url.clone();
    scene.place.write("config", &kubeconfig.replace(&url, "https://127.0.0.1:1"));
    let mut command = scene.command(&["apply", "--cluster", "a", "--yes"]);
    let refused = crate::program::outcome(command.env("KUBECONFIG", "config").output().unwrap());
    assert_eq!(refused.status, Some(4), "{}", said(&refused));
    assert!(refused.stderr.contains("https://127.0.0.1:1"), "{}", refused.stderr);
}
