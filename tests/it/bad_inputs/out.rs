//! Folders that `render --out` must not spoil.

use std::fs;
use std::os::unix::fs::symlink;

use insta::assert_snapshot;

use super::score::{Case, great, sound};
use crate::program::{Place, outcome};
use crate::repository::commit;

#[test]
fn b76_a_file_of_somebody_else_is_kept() {
    assert_snapshot!(great(&Case {
        files: &[("rendered/prod-a/web.yaml", "mine"), ("rendered/prod-b/web.yaml", "mine")],
        arguments: &["--out", "rendered"],
        code: "X021",
        says: &["rendered/prod-a/web.yaml: was not written by fleetwright", "rendered/prod-b/web.yaml: was not"],
        alone: true,
        ..Case::default()
    }), @"
    error[X021]: rendered/prod-a/web.yaml: was not written by fleetwright and is not overwritten
     |
     = help: move it away, or give another folder

    error[X021]: rendered/prod-b/web.yaml: was not written by fleetwright and is not overwritten
     |
     = help: move it away, or give another folder

    2 errors
    ");
    let place = Place::with(&sound());
    place.write("rendered/prod-a/web.yaml", "mine");
    place.run(&["render", "--out", "rendered"]).refused(2);
    assert_eq!(place.read("rendered/prod-a/web.yaml"), "mine");
    assert!(!place.path().join("rendered/prod-b").exists());
}

#[test]
fn b76_a_folder_that_is_not_empty_keeps_what_is_in_it() {
    let place = Place::with(&sound());
    for file in ["rendered/README", "rendered/prod-a/other.yaml", "rendered/prod-z/web.yaml"] {
        place.write(file, "mine");
    }
    place.run(&["render", "--out", "rendered"]).done();
    place.write("fleet/web.hcl", "");
    let (_, told) = place.run(&["render", "--out", "rendered"]).done();
    assert_eq!(told.lines().last(), Some("rendered: 0 written, 2 removed, 0 unchanged"), "{told}");
    for file in ["rendered/README", "rendered/prod-a/other.yaml", "rendered/prod-z/web.yaml"] {
        assert_eq!(place.read(file), "mine");
    }
}

#[test]
fn b76_the_repository_itself_is_a_folder_like_any_other() {
    // `--out .` writes CLUSTER/UNIT.yaml beside the fleet and touches nothing else.
    let place = Place::with(&sound());
    commit(&place);
    let before: Vec<String> = sound().iter().map(|(path, _)| place.read(path)).collect();
    place.run(&["render", "--out", "."]).done();
    let after: Vec<String> = sound().iter().map(|(path, _)| place.read(path)).collect();
    assert_eq!(before, after);
    assert!(place.path().join("prod-a/web.yaml").is_file() && place.path().join(".git/HEAD").is_file());
    // A cluster named like a folder that is there: its files are foreign.
    place.write("fleet/fleet.hcl", "fleet \"demo\" {}\n\ncluster \"templates\" {}\n");
    let told = place.run(&["render", "--out", "."]).refused(2);
    assert_snapshot!(told, @"
    error[X021]: ./templates/web.yaml: was not written by fleetwright and is not overwritten
     |
     = help: move it away, or give another folder

    1 error
    ");
}

#[test]
fn b76_links_are_not_written_through() {
    assert_snapshot!(great(&Case {
        arguments: &["--out", "link"],
        code: "X020",
        says: &["link: is a link; links are not followed when writing"],
        alone: true,
        command: |place, arguments| {
            symlink("out", place.path().join("link")).unwrap();
            place.command(arguments)
        },
        ..Case::default()
    }), @"
    error[X020]: link: is a link; links are not followed when writing
     |
     = help: give the folder that the link leads to, or remove the link

    1 error
    ");
    great(&Case {
        arguments: &["--out", "dangling"],
        code: "X020",
        says: &["dangling: is a link; links are not followed when writing"],
        alone: true,
        command: |place, arguments| {
            symlink("/nowhere", place.path().join("dangling")).unwrap();
            place.command(arguments)
        },
        ..Case::default()
    });
    great(&Case {
        files: &[("rendered/x", "mine")],
        arguments: &["--out", "rendered"],
        code: "X020",
        says: &["rendered/prod-a: is a link; links are not followed when writing"],
        alone: true,
        command: |place, arguments| {
            symlink("../out", place.path().join("rendered/prod-a")).unwrap();
            place.command(arguments)
        },
        ..Case::default()
    });
    great(&Case {
        files: &[("rendered/x", "mine")],
        arguments: &["--out", "rendered/x"],
        code: "X020",
        says: &["rendered/x: expected a folder, found something else"],
        alone: true,
        ..Case::default()
    });
}

#[test]
fn b76_a_folder_that_cannot_be_written_is_told() {
    // `out` belongs to whoever runs the test, the program runs as somebody else.
    assert_snapshot!(great(&Case {
        code: "X030",
        says: &["out: cannot make this folder: Permission denied", "make it and its folder writable for you"],
        arguments: &["--out", "locked/out"],
        alone: true,
        command: |place, arguments| {
            place.write("locked/keep", "mine");
            lock(place, "locked");
            place.unprivileged(arguments)
        },
        ..Case::default()
    }), @"
    error[X030]: locked/out: cannot make this folder: Permission denied (os error 13)
     |
     = help: make it and its folder writable for you, or give another folder

    1 error
    ");
    assert_snapshot!(great(&Case {
        code: "X030",
        says: &["Permission denied", "make it and its folder writable for you"],
        alone: true,
        command: |place, arguments| {
            lock(place, "out");
            place.unprivileged(arguments)
        },
        ..Case::default()
    }), @"
    error[X030]: out/prod-a: cannot make this folder: Permission denied (os error 13)
     |
     = help: make it and its folder writable for you, or give another folder

    1 error
    ");
}

/// Takes the right to write a folder from everybody.
fn lock(place: &Place, folder: &str) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(place.path().join(folder), fs::Permissions::from_mode(0o555)).unwrap();
}

#[test]
fn b76_a_folder_of_another_owner_is_not_emptied() {
    // Made and filled by one user; another one, who may read it only, renders less.
    let place = Place::with(&sound());
    place.run(&["render", "--out", "rendered"]).done();
    for folder in ["rendered", "rendered/prod-a", "rendered/prod-b"] {
        lock(&place, folder);
    }
    let before = place.read("rendered/prod-b/web.yaml");
    place.write("fleet/web.hcl", "");
    let told = outcome(place.unprivileged(&["render", "--out", "rendered"]).output().unwrap());
    assert_eq!(told.status, Some(7), "{}", told.stderr);
    assert_snapshot!(told.stderr, @r#"
    error[X030]: rendered/prod-a/web.yaml: cannot remove this file: Permission denied (os error 13)
     |
     = help: make it and its folder writable for you, or give another folder

    warning[C020]: variable "token" is used nowhere
     --> fleet/secret.hcl:1:10
      |
    1 | variable "token" {
      |          ^^^^^^^ defined here
      |
      = help: take it out

    1 error, 1 warning
    "#);
    assert_eq!(place.read("rendered/prod-b/web.yaml"), before);
}
