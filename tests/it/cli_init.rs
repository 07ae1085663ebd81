//! `init`: what it writes works, and it overwrites nothing.

use std::os::unix::fs::symlink;

use insta::assert_snapshot;

use crate::program::Place;

#[test]
fn a_new_fleet_can_be_validated_and_rendered() {
    let place = Place::empty();
    let (stdout, stderr) = place.run(&["init", "shop"]).done();
    assert_eq!(stdout, "");
    let count = stderr.split_whitespace().nth(1).unwrap();
    assert_eq!(
        stderr,
        format!(
            "shop: {count} files written. Next:\n  cd shop\n  fleetwright validate\n  fleetwright render\n  \
             fleetwright render --out rendered\n"
        )
    );
    let fleet = ["--fleet", "shop/fleet"];
    place.run(&[&["validate"], &fleet[..]].concat()).done();
    place.run(&[&["render"], &fleet[..]].concat()).done();
}

#[test]
fn nothing_is_overwritten() {
    let place = Place::with(&[("fleet/hello.hcl", "mine")]);
    assert_snapshot!(place.run(&["init"]).refused(2), @"
    error[X040]: a file is there already; nothing was written
     |
     = note: ./fleet/hello.hcl
     = help: give another folder: fleetwright init DIR

    1 error
    ");
    assert_eq!(place.read("fleet/hello.hcl"), "mine");
    assert!(!place.path().join("fleet/fleet.hcl").exists());

    let place = Place::with(&[("fleet", "a file")]);
    assert_snapshot!(place.run(&["init"]).refused(2), @"
    error[X020]: ./fleet: expected a folder, found something else
     |
     = help: move it away, or give another folder

    1 error
    ");
    let place = Place::empty();
    symlink("/tmp", place.path().join("fleet")).unwrap();
    assert_snapshot!(place.run(&["init"]).refused(2), @"
    error[X020]: ./fleet: is a link; links are not followed when writing
     |
     = help: give the folder that the link leads to, or remove the link

    1 error
    ");
}
