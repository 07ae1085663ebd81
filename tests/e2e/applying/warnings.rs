//! What a server says beside its answers.

use serde_json::json;

use super::ready::{UNIT, gizmos};
use super::scene::{Scene, config_map, said};
use crate::harness::{Fault, Lab, Rule};

#[test]
fn f22_a_warning_of_the_server_is_told_once() {
    let scene = Scene::of(Lab::extended(), "");
    let (mut definition, gizmo) = gizmos(&scene);
    let version = &mut definition["spec"]["versions"][0];
    version["deprecated"] = json!(true);
    version["deprecationWarning"] = json!("gizmos are of yesterday");
    scene.units(&format!("{UNIT}  ready_when = {{ Gizmo = \"create\" }}\n}}\n"));
    let more = (0..4).map(|number| {
        let mut more = gizmo.clone();
        more["metadata"]["name"] = json!(format!("gizmo-{number}"));
        more
    });
    let objects: Vec<_> = more.chain([definition]).collect();
    scene.render(&objects);
    let applied = scene.apply(&[]);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
    assert_eq!(applied.stderr.matches("gizmos are of yesterday").count(), 1, "{}", applied.stderr);
}

#[test]
fn f22_where_warnings_are_errors_one_of_the_server_lets_nothing_be_written() {
    let scene = Scene::rendering(Lab::extended(), &[config_map("one", "1")]);
    let empty = json!({"kind": "ConfigMapList", "apiVersion": "v1", "metadata": {}, "items": []});
    let warns = Fault::answer(200, "application/json", &empty.to_string())
        .header("Warning", "299 - \"config maps are of yesterday\"");
    scene.proxy.add(Rule::new(warns).verb("list").kind("v1", "ConfigMap"));
    let refused = scene.apply(&["--warnings-as-errors"]);
    assert_eq!(refused.status, Some(4), "{}", said(&refused));
    let told = "error[X035]: the server warns: config maps are of yesterday";
    assert_eq!(refused.stderr.matches(told).count(), 1, "{}", refused.stderr);
    assert_eq!(scene.writes(), Vec::<String>::new());
}

#[test]
fn f22_s_a_warning_that_plays_with_the_terminal_is_shown_as_what_it_is() {
    let scene = Scene::rendering(Lab::extended(), &[config_map("one", "1")]);
    let empty = json!({"kind": "ConfigMapList", "apiVersion": "v1", "metadata": {}, "items": []});
    let warns = Fault::answer(200, "application/json", &empty.to_string())
        .header("Warning", "299 - \"\u{9b}2Jall is well\u{202e}\"");
    scene.proxy.add(Rule::new(warns).verb("list").kind("v1", "ConfigMap").times(1));
    let applied = scene.apply(&[]);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
    assert!(applied.stderr.contains("all is well"), "{}", applied.stderr);
    for hidden in ['\u{9b}', '\u{202e}'] {
        assert!(!said(&applied).contains(hidden), "{:?}", applied.stderr);
    }
}
