//! What a person sees on a terminal, while a run goes on and when it has ended.

use std::time::Duration;

use insta::assert_snapshot;
use serde_json::Value;

use super::locks::signal;
use super::scene::{Scene, config_map, deployment, full, quick};
use crate::harness::{Fault, Lab, Rule, block_on, eventually};
use crate::terminal::{Shown, Terminal};

/// `apply` on a terminal of this size.
fn start(scene: &Scene, more: &[&str], columns: u16, rows: u16) -> Terminal {
    Terminal::start(scene.command(&quick(&[&["--color", "never"], more].concat())), columns, rows)
}

fn maps(count: usize) -> Vec<Value> {
    (0..count).map(|number| config_map(&format!("map-{number:02}"), "1")).collect()
}

/// Waits until the terminal shows a line that begins so.
fn until(terminal: &Terminal, line: &str) -> Shown {
    block_on(eventually(line, async || {
        let shown = terminal.shown();
        shown.lines.iter().any(|one| one.trim_start().starts_with(line)).then_some(shown)
    }))
}

/// Asserts that nothing is left of the tree, and that the prompt comes at the beginning of a line below all.
fn is_clean(shown: &Shown) {
    assert!(shown.has_cursor, "{shown:#?}");
    assert_eq!(shown.cursor, (shown.lines.len(), 0), "{shown:#?}");
    for line in &shown.lines {
        let is_of_tree = line.starts_with("  component.") || line.starts_with("  and ");
        let is_head =
            ["a: beginning", "a: locked", "a: recording", "a: writing", "a: waiting", "a: deleting"];
        let is_of_tree = is_of_tree || is_head.iter().any(|head| line.starts_with(head));
        assert!(!is_of_tree, "{line}: {shown:#?}");
    }
}

/// The lines from the one that begins so.
fn from<'s>(shown: &'s Shown, line: &str) -> &'s [String] {
    let place = shown.lines.iter().position(|one| one.starts_with(line));
    &shown.lines[place.unwrap_or_else(|| panic!("{line}: {shown:#?}"))..]
}

#[test]
fn a_tree_of_many_objects_fits_any_terminal_and_leaves_nothing_behind() {
    for (columns, rows) in [(80, 20), (40, 8), (120, 50)] {
        let scene = Scene::rendering(Lab::extended(), &maps(60));
        let slow = Fault::Delay(Duration::from_millis(150));
        scene.proxy.add(Rule::new(slow).verb("patch").kind("v1", "ConfigMap").dry_run(false));
        let run = start(&scene, &[], columns, rows);
        let during = until(&run, "a: writing");
        let tree = from(&during, "a: writing");
        assert!(tree.len() < usize::from(rows).min(17), "{tree:#?}");
        let (status, shown, _) = run.ended();
        assert!(status.success(), "{shown:#?}");
        is_clean(&shown);
        let end = shown.lines.concat();
        assert!(end.contains("created 60, changed 0, unchanged 0, deleted 0"), "{columns}: {shown:#?}");
        // Each object stands there once, in the plan.
        let told = |name: &str| shown.lines.iter().filter(|line| line.contains(name)).count();
        assert_eq!((told("ConfigMap/map-00"), told("ConfigMap/map-59")), (1, 1), "{shown:#?}");
    }
}

#[test]
fn what_is_told_while_a_tree_is_drawn_stays_above_it() {
    let scene = Scene::rendering(Lab::extended(), &maps(3));
    let write = |fault| Rule::new(fault).verb("patch").kind("v1", "ConfigMap").name("map-01").dry_run(false);
    scene.proxy.add(write(Fault::status(503)).times(1));
    let (status, shown, _) = start(&scene, &[], 60, 20).ended();
    assert!(status.success(), "{shown:#?}");
    is_clean(&shown);
    let told = shown.lines.iter().filter(|line| line.starts_with("a: PATCH ")).count();
    assert_eq!(told, 1, "{shown:#?}");
    assert!(
        shown.lines.iter().any(|line| line.ends_with("; try 2 of 3 in 500ms"))
            || shown.lines.concat().contains("try 2 of 3 in 500ms"),
        "{shown:#?}"
    );
}

#[test]
fn a_pod_that_fails_is_told_above_the_tree_and_at_the_end() {
    let image = "registry.example.com/web:1";
    let scene =
        Scene::rendering(full(), &[deployment("web", image, "CrashLoopBackOff"), config_map("one", "1")]);
    let run = start(&scene, &[], 120, 30);
    let during = until(&run, "component.web  ");
    assert!(during.has_cursor);
    let (status, shown, _) = run.ended();
    assert_eq!(status.code(), Some(5), "{shown:#?}");
    is_clean(&shown);
    let told = shown.lines.iter().map(|line| scene.named(line)).collect::<Vec<_>>().join("\n");
    assert!(told.contains("CrashLoopBackOff"), "{told}");
    let end = from(&shown, "  created").iter().map(|line| scene.named(line)).collect::<Vec<_>>().join("\n");
    // The seconds, and the name that the server gave to the pod.
    let steady = |line: &str| {
        let line = line.rsplit_once(" in ").map_or(line, |(before, _)| before);
        match line.split_once("web-787fb7cffd-") {
            Some((before, after)) => format!("{before}POD{}", &after[5..]),
            None => line.to_owned(),
        }
    };
    assert_snapshot!(end.lines().map(steady).collect::<Vec<_>>().join("\n"), @r#"
      created                  here/ConfigMap/one (component.web)
      not ready                here/Deployment/web (component.web): pod POD, container main: CrashLo
    opBackOff: exit code 1, and no last message

    not finished: created 1, changed 0, unchanged 0, deleted 0, not ready 1 on "a"
    next: mend what is told, then the same again: fleetwright apply --cluster a; what is done already is not done twice
    "#);
}

#[test]
fn f58_f59_signals_leave_a_terminal_as_it_was() {
    for twice in [false, true] {
        let scene = Scene::rendering(Lab::extended(), &maps(60));
        let slow = Fault::Delay(Duration::from_millis(if twice { 20_000 } else { 700 }));
        scene.proxy.add(Rule::new(slow).verb("patch").kind("v1", "ConfigMap").dry_run(false));
        let run = start(&scene, &[], 80, 24);
        until(&run, "component.web  ");
        signal(&run.child, "INT");
        if twice {
            until(&run, "a: stopping");
            signal(&run.child, "INT");
        }
        let (status, shown, _) = run.ended();
        assert_eq!(status.code(), Some(130), "{shown:#?}");
        is_clean(&shown);
        assert!(
            shown.lines.contains(&"a: stopping: nothing new is begun, what is under way ends".to_owned())
        );
    }
}
