//! What goes when units do.

use std::collections::BTreeSet;

use serde_json::Value;

use super::scene::{Scene, config_map};
use crate::harness::Lab;
use crate::program::Outcome;

/// A component that has its objects in a file of its name.
fn unit(name: &str, file: &str) -> String {
    format!("component \"{name}\" {{\n  namespace = \"here\"\n  manifests = [\"{file}\"]\n}}\n")
}

/// A scene of three units with two objects each, applied.
fn three() -> Scene {
    let scene = Scene::of(
        Lab::extended(),
        &["one", "two", "three"].map(|name| unit(name, &format!("{name}.yaml"))).concat(),
    );
    for name in ["one", "two", "three"] {
        scene.manifest(
            &format!("{name}.yaml"),
            &[config_map(name, "1"), config_map(&format!("{name}-too"), "1")],
        );
    }
    let first = scene.apply(&[]);
    assert_eq!(first.status, Some(0), "{}{}", first.stdout, first.stderr);
    scene
}

fn names(scene: &Scene) -> BTreeSet<String> {
    scene
        .everything(&[("v1", "ConfigMap")])
        .into_keys()
        .filter(|name| !name.contains("kube-root-ca"))
        .collect()
}

fn deletes(scene: &Scene) -> Vec<String> {
    scene.writes().into_iter().filter(|line| line.starts_with("DELETE configmaps")).collect()
}

fn said(outcome: &Outcome) -> String {
    format!("{}\n{}", outcome.stdout, outcome.stderr)
}

#[test]
fn of_a_unit_that_is_removed_exactly_its_objects_go_and_last() {
    let scene = three();
    scene.units(&[unit("one", "one.yaml"), unit("three", "three.yaml")].concat());
    scene.manifest(
        "three.yaml",
        &[config_map("three", "2"), config_map("three-too", "2"), config_map("new", "1")],
    );
    let before = scene.writes().len();
    let applied = scene.apply(&[]);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
    let expected = ["new", "one", "one-too", "three", "three-too"].map(|name| format!("ConfigMap/{name}"));
    assert_eq!(names(&scene), BTreeSet::from(expected));
    let writes = scene.writes().split_off(before);
    let objects = writes.iter().filter(|line| line.contains(" configmaps/")).collect::<Vec<_>>();
    assert_eq!(objects.len(), 5, "{writes:?}");
    assert!(objects[3..].iter().all(|line| line.starts_with("DELETE")), "{writes:?}");
}

#[test]
fn f92_nothing_is_deleted_where_something_else_failed() {
    let scene = three();
    scene.units(&[unit("one", "one.yaml"), unit("three", "three.yaml")].concat());
    scene.manifest("three.yaml", &[config_map("three", "2"), config_map("three-too", "1")]);
    // It is refused when it is written, not when that is tried out.
    let refused = crate::harness::Fault::answer(
        422,
        "application/json",
        r#"{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Invalid","message":"the proxy says so","code":422}"#,
    );
    scene.proxy.add(
        crate::harness::Rule::new(refused).verb("patch").kind("v1", "ConfigMap").name("three").dry_run(false),
    );
    let applied = scene.apply(&[]);
    assert_eq!(applied.status, Some(5), "{}", said(&applied));
    assert!(applied.stderr.contains("the proxy says so"), "{}", applied.stderr);
    assert_eq!(deletes(&scene), Vec::<String>::new());
    assert_eq!(names(&scene).len(), 6);
    scene.proxy.clear();
    let again = scene.apply(&[]);
    assert_eq!(again.status, Some(0), "{}", said(&again));
    assert_eq!(names(&scene).len(), 4);
}

#[test]
fn a_unit_that_is_renamed_split_or_moved_to_another_file_loses_nothing() {
    let scene = three();
    let write = |file: &str, objects: &[Value]| scene.manifest(file, objects);
    // Renamed, as `moved` says; in another file; split in two.
    write("other.yaml", &[config_map("two", "1"), config_map("two-too", "1")]);
    write("half.yaml", &[config_map("three", "1")]);
    write("three.yaml", &[config_map("three-too", "1")]);
    let moved = "moved {\n  from = component.one\n  to = component.first\n}\n";
    let units = [
        unit("first", "one.yaml"),
        unit("two", "other.yaml"),
        unit("three", "three.yaml"),
        unit("half", "half.yaml"),
        moved.to_owned(),
    ];
    scene.units(&units.concat());
    let diff = scene.diff(&[]);
    assert_eq!(diff.status, Some(0), "{}", said(&diff));
    let applied = scene.apply(&[]);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
    assert_eq!((names(&scene).len(), deletes(&scene)), (6, Vec::new()));
}

#[test]
fn f91_inv01_what_renders_nothing_or_half_is_refused_without_the_exact_number() {
    let scene = three();
    let before = scene.writes().len();
    scene.units("");
    for arguments in [&[][..], &["--deletions", "5"], &["--deletions", "7"]] {
        let refused = scene.apply(arguments);
        assert_eq!(refused.status, Some(4), "{arguments:?} {}", said(&refused));
        assert!(refused.stderr.contains("--deletions 6"), "{}", refused.stderr);
    }
    scene.units(&unit("one", "one.yaml"));
    let refused = scene.apply(&[]);
    assert_eq!(refused.status, Some(4), "{}", said(&refused));
    assert!(refused.stderr.contains("--deletions 4"), "{}", refused.stderr);
    assert_eq!(scene.writes().len(), before);
    let applied = scene.apply(&["--deletions", "4"]);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
    assert_eq!(names(&scene).len(), 2);
}
