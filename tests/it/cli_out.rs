//! `render --out` and `--check`, through the binary. The rules of the folder are tested beside their code.

use std::fs;
use std::os::unix::fs::symlink;

use insta::assert_snapshot;

use crate::program::Place;

const FILE: &str = "rendered/prod-a/base.yaml";

#[test]
fn what_is_written_is_what_is_printed() {
    let place = Place::fleet();
    let (stream, _) = place.run(&["render"]).done();
    let (stdout, stderr) = place.run(&["render", "--out", "rendered"]).done();
    assert_eq!((stdout.as_str(), stderr.as_str()), ("", "rendered: 2 written, 0 removed, 0 unchanged\n"));
    let (a, b) = (place.read(FILE), place.read("rendered/prod-b/base.yaml"));
    assert_eq!(stream, format!("# prod-a/base.yaml\n{a}---\n# prod-b/base.yaml\n{b}"));
    let (_, stderr) = place.run(&["render", "--out", "rendered"]).done();
    assert_eq!(stderr, "rendered: 0 written, 0 removed, 2 unchanged\n");
}

#[test]
fn a_check_fails_on_a_difference_and_writes_nothing() {
    let place = Place::fleet();
    let check = ["render", "--out", "rendered", "--check"];
    let outcome = place.run(&check);
    assert_eq!(outcome.status, Some(1));
    assert_eq!(outcome.stdout, "added   prod-a/base.yaml\nadded   prod-b/base.yaml\n");
    assert_eq!(outcome.stderr, "2 files differ; write them with the same command without --check\n");
    assert!(!place.path().join("rendered").exists());

    place.run(&["render", "--out", "rendered"]).done();
    assert_eq!(place.run(&check).done(), (String::new(), String::new()));
    let text = place.read(FILE);
    place.write(FILE, &format!("{text}more: 1\n"));
    fs::remove_file(place.path().join("rendered/prod-b/base.yaml")).unwrap();
    place.write("rendered/prod-b/other.yaml", "mine");
    let line = text.lines().count() + 1;
    let outcome = place.run(&check);
    assert_eq!(outcome.status, Some(1));
    assert_eq!(
        outcome.stdout,
        format!(
            "changed prod-a/base.yaml\n        from line {line}\n        - more: 1\n\
             added   prod-b/base.yaml\nstale   prod-b/other.yaml\n"
        )
    );
    let one = place.run(&["render", "--out", "rendered", "--check", "--cluster", "prod-a", "-o", "json"]);
    assert_eq!((one.status, one.stderr.as_str()), (Some(1), ""));
    assert_eq!(
        one.stdout,
        format!(
            "{{\n  \"version\": 1,\n  \"clusters\": [],\n  \"files\": [\n    {{\n      \
             \"path\": \"prod-a/base.yaml\",\n      \"change\": \"changed\",\n      \"line\": {line},\n      \
             \"before\": \"more: 1\",\n      \"after\": null\n    }}\n  ],\n  \"findings\": [],\n  \
             \"summary\": {{\n    \"errors\": 0,\n    \"warnings\": 0\n  }}\n}}\n"
        )
    );
}

#[test]
fn nothing_is_written_unless_everything_renders() {
    let place = Place::fleet();
    place.run(&["render", "--out", "rendered"]).done();
    let index = place.read("rendered/.fleetwright.json");
    place.write("fleet/broken.hcl", "component \"broken\" {\n  manifests = [\"no-such-file.yaml\"]\n}\n");
    place.run(&["render", "--out", "rendered"]).refused(2);
    assert_eq!(place.read("rendered/.fleetwright.json"), index);
    place.run(&["render", "--out", "elsewhere"]).refused(2);
    assert!(!place.path().join("elsewhere").exists());
}

#[test]
fn b76_foreign_files_and_links_are_refused_all_at_once() {
    let place = Place::fleet();
    place.write(FILE, "mine");
    symlink("/etc", place.path().join("rendered/prod-b")).unwrap();
    assert_snapshot!(place.run(&["render", "--out", "rendered"]).refused(2), @"
    error[X020]: rendered/prod-b: is a link; links are not followed when writing
     |
     = help: give the folder that the link leads to, or remove the link

    error[X021]: rendered/prod-a/base.yaml: was not written by fleetwright and is not overwritten
     |
     = help: move it away, or give another folder

    2 errors
    ");
    assert_eq!(place.read(FILE), "mine");
    symlink("/tmp", place.path().join("link")).unwrap();
    assert_snapshot!(place.run(&["render", "--out", "link"]).refused(2), @"
    error[X020]: link: is a link; links are not followed when writing
     |
     = help: give the folder that the link leads to, or remove the link

    1 error
    ");
}

#[test]
fn b76_what_the_machine_refuses_is_status_7() {
    let place = Place::fleet();
    // Not permissions: the tests may run as root, whom they do not stop.
    assert_snapshot!(place.run(&["render", "--out", "/proc/fleetwright"]).refused(7), @"
    error[X030]: /proc/fleetwright: cannot make this folder: No such file or directory (os error 2)
     |
     = help: run it again once this is mended; what was written so far is whole

    1 error
    ");
    let outcome = place.run(&["render", "--out", "/proc/fleetwright", "-o", "json"]);
    assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(7), ""));
}

#[test]
fn stale_files_go_and_edited_ones_stay_with_a_warning() {
    let place = Place::fleet();
    place.run(&["render", "--out", "rendered"]).done();
    let fleet = place.read("fleet/fleet.hcl");
    place.write("fleet/fleet.hcl", &fleet.replace("component \"base\"", "component \"renamed\""));
    place.write(FILE, "edited");
    let (_, stderr) = place.run(&["render", "--out", "rendered"]).done();
    assert_snapshot!(stderr, @"
    warning[X025]: prod-a/base.yaml: is no longer rendered, but was edited and is kept
     |
     = help: remove it if it is not needed

    1 warning
    rendered: 2 written, 1 removed, 0 unchanged
    ");
    assert_eq!(place.read(FILE), "edited");
    assert!(!place.path().join("rendered/prod-b/base.yaml").exists());
    // Still known as written: once it is what was written again, it goes.
    place.write(FILE, &place.read("rendered/prod-a/renamed.yaml"));
    let (_, stderr) = place.run(&["render", "--out", "rendered"]).done();
    assert_eq!(stderr, "rendered: 0 written, 1 removed, 2 unchanged\n");
}
