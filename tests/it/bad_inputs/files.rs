//! Fleet folders and files that cannot be read, or are something else.
//!
//! `.tf` files beside a fleet are left alone without a word: a fleet folder may well hold a Terraform module.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::process::Command;

use super::beside::{all_told, fine};
use super::score::{Case, great};
use crate::program::Place;

/// A fleet file that cannot be read: nobody hangs, and what it is, is said.
fn unreadable(set_up: fn(&Place), says: &[&str]) -> String {
    great(&Case { set_up, code: "F001", says, ..Case::default() })
}

fn x(place: &Place) -> std::path::PathBuf {
    place.path().join("fleet/x.hcl")
}

fn pipe(path: &std::path::Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn b02_a_folder_that_is_none_is_named() {
    let named = |dir: &str, set_up: fn(&Place), says: &[&str]| {
        let arguments = ["--fleet", dir];
        great(&Case { arguments: &arguments, set_up, code: "X001", says, alone: true, ..Case::default() })
    };
    let text = named("nowhere", |_| {}, &["nowhere: no such file or folder", "--fleet DIR"]);
    insta::assert_snapshot!(text, @"
    error[X001]: nowhere: no such file or folder
     |
     = help: name the folder that holds the fleet's *.hcl files with --fleet DIR

    1 error
    ");
    named("fleet/web.hcl", |_| {}, &["fleet/web.hcl: expected a folder, found a file"]);
    named("/dev/zero", |_| {}, &["/dev/zero: expected a folder, found a device"]);
    named("pipe", |place| pipe(&place.path().join("pipe")), &["pipe: expected a folder, found a named pipe"]);
    named(
        "loop",
        |place| symlink("loop", place.path().join("loop")).unwrap(),
        &["loop: Too many levels of symbolic links"],
    );
    // Without a name it is ./fleet that is looked for, and what stands there is meant.
    let place = Place::with(&[("fleet", "no folder")]);
    let shown = place.run(&["render"]).refused(2);
    assert!(shown.contains("error[X001]: fleet: expected a folder, found a file\n"), "{shown}");
}

#[test]
fn b02_a_file_that_is_none_is_named() {
    let text = unreadable(|place| pipe(&x(place)), &["fleet/x.hcl: expected a file, found a named pipe"]);
    insta::assert_snapshot!(text, @"
    error[F001]: fleet/x.hcl: expected a file, found a named pipe
     |
     = help: remove it: every *.hcl file of a fleet is a regular file

    1 error
    ");
    unreadable(
        |place| drop(UnixListener::bind(x(place)).unwrap()),
        &["fleet/x.hcl: expected a file, found a socket"],
    );
    for target in ["/dev/zero", "/etc/passwd", "/proc/self/mem"] {
        let set_up: fn(&Place) = match target {
            "/dev/zero" => |place| symlink("/dev/zero", x(place)).unwrap(),
            "/etc/passwd" => |place| symlink("/etc/passwd", x(place)).unwrap(),
            _ => |place| symlink("/proc/self/mem", x(place)).unwrap(),
        };
        unreadable(set_up, &["fleet/x.hcl: leads out of the repository; nothing outside it is read"]);
    }
    unreadable(|place| symlink("gone", x(place)).unwrap(), &["fleet/x.hcl: no such file or folder"]);
    // The words of the operating system, whoever runs the test.
    unreadable(
        |place| symlink("x.hcl", x(place)).unwrap(),
        &["fleet/x.hcl: Too many levels of symbolic links"],
    );
}

#[test]
fn b02_a_file_without_permission_is_named() {
    let set_up: fn(&Place) = |place| {
        place.write("fleet/x.hcl", "profile \"x\" {}\n");
        fs::set_permissions(x(place), fs::Permissions::from_mode(0o000)).unwrap();
    };
    let place = Place::empty();
    set_up(&place);
    // Root may read everything.
    if fs::read(x(&place)).is_err() {
        unreadable(set_up, &["fleet/x.hcl: Permission denied", "make the file readable for this user"]);
    }
}

#[test]
fn b02_a_file_over_the_cap_is_refused() {
    let text = unreadable(
        |place| place.write("fleet/x.hcl", &"#".repeat((4 << 20) + 1)),
        &["fleet/x.hcl: 4194305 bytes; at most 4194304 are read", "split it over several files"],
    );
    insta::assert_snapshot!(text, @"
    error[F001]: fleet/x.hcl: 4194305 bytes; at most 4194304 are read
     |
     = help: split it over several files; each has at most 4194304 bytes

    1 error
    ");
    fine(&|place| place.write("fleet/x.hcl", &"#".repeat(4 << 20)));
}

#[test]
fn b21_line_breaks_and_tabs_are_fine() {
    let text = "profile \"x\" {\n  match = \"env=prod\"\n  values = {\n    a = <<-EOT\n      one\n        two\n    EOT\n  }\n}\n";
    fine(&|place| place.write("fleet/x.hcl", text));
    fine(&|place| place.write("fleet/x.hcl", &text.replace('\n', "\r\n")));
    fine(&|place| place.write("fleet/x.hcl", &text.replace("  ", "\t")));
    let output = |text: &str| {
        let place = Place::with(&super::score::sound());
        place.write("fleet/web.hcl", text);
        place.run(&["render", "--out", "out"]).done();
        place.read("out/prod-a/web.yaml")
    };
    let web = "component \"web\" {\n  namespace = \"web\"\n  templates = [\"web\"]\n  values = {\n    token = var.token\n    greeting = <<-EOT\n      one\n        two\n    EOT\n  }\n}\n";
    assert_eq!(output(&web.replace('\n', "\r\n")), output(web));
    assert!(output(web).contains("one\n"), "{}", output(web));
}

#[test]
fn b21_a_character_that_misleads_is_told_with_its_byte() {
    let text = |c: &str| format!("profile \"x\" {{\n  match = \"env=pr{c}od\"\n}}\n");
    for (c, says) in [
        ("\r", "a carriage return without a line feed: U+000D"),
        ("\u{2028}", "a line break that HCL does not know: U+2028"),
        ("\u{85}", "a line break that HCL does not know: U+0085"),
        ("\0", "a NUL character: U+0000"),
        ("\u{1b}", "a control character: U+001B"),
        ("\u{202e}", "a character that reorders the text around it: U+202E"),
    ] {
        super::beside::told(("F004", "2:18", &[says, "at byte 17 of this line"], &text(c)));
    }
    insta::assert_snapshot!(super::beside::told(("F004", "2:18", &["U+2028"], &text("\u{2028}"))), @r#"
    error[F004]: a line break that HCL does not know: U+2028
     --> fleet/x.hcl:2:18
      |
    2 |   match = "env=pr\u{2028}od"
      |                  ^^^^^^^^ at byte 17 of this line
      |
      = help: remove it; in a string, write it as the escape \u2028

    1 error
    "#);
    all_told(&[
        (
            "F004",
            "1:14",
            &["a carriage return without a line feed"],
            "profile \"x\" {\r  match = \"env=prod\"\r}\r",
        ),
        (
            "F004",
            "1:2",
            &["a NUL character", "the file looks like UTF-16: save it as UTF-8"],
            "l\0o\0c\0a\0l\0s\0",
        ),
        ("F002", "2:1", &["found U+00A0"], "profile \"x\" {\n\u{a0} match = \"env=prod\"\n}\n"),
        ("F002", "1:9", &["found U+201C", "straight double quotes"], "profile “x” {\n}\n"),
    ]);
}

#[test]
fn b21_what_is_not_utf8_is_told_with_its_byte() {
    let bytes = |set_up: fn(&Place), place: &str, says: &[&str]| {
        great(&Case { set_up, code: "F001", place: Some(place), says, ..Case::default() })
    };
    let text = bytes(
        |place| fs::write(x(place), b"profile \"x\" {\r\n  match = \"env=pr\xf6d\"\r\n}\r\n").unwrap(),
        "fleet/x.hcl:2:18",
        &["not UTF-8: byte 0xf6 at offset 32, line 2"],
    );
    insta::assert_snapshot!(text, @r#"
    error[F001]: fleet/x.hcl: not UTF-8: byte 0xf6 at offset 32, line 2
     --> fleet/x.hcl:2:18
      |
    2 |   match = "env=pr�
      |                  ^ byte 0xf6 at offset 32
      |
      = help: save it as UTF-8

    1 error
    "#);
    bytes(
        |place| fs::write(x(place), b"# \xe2\x82").unwrap(),
        "fleet/x.hcl:1:3",
        &["byte 0xe2 at offset 2, line 1"],
    );
    bytes(
        |place| fs::write(x(place), b"# \xc0\xaf\n").unwrap(),
        "fleet/x.hcl:1:3",
        &["byte 0xc0 at offset 2, line 1"],
    );
    bytes(
        |place| fs::write(x(place), b"# \xed\xa0\x80\n").unwrap(),
        "fleet/x.hcl:1:3",
        &["byte 0xed at offset 2"],
    );
    bytes(
        |place| fs::write(x(place), b"\xff\xfel\0o\0").unwrap(),
        "fleet/x.hcl:1:1",
        &["looks like UTF-16: save it as UTF-8"],
    );
    bytes(
        |place| fs::write(x(place), b"\xfe\xff\0l\0o").unwrap(),
        "fleet/x.hcl:1:1",
        &["looks like UTF-16: save it as UTF-8"],
    );
}

#[test]
fn b30_what_is_no_hcl_is_named() {
    let terraform = "terraform {\n  required_version = \"1\"\n}\nprovider \"aws\" {\n  region = \"x\"\n}\nresource \"a\" \"b\" {\n  c = 1\n}\n";
    let text = super::beside::told((
        "F006",
        "1:1",
        &["this looks like a Terraform file", "and 2 more of its blocks"],
        terraform,
    ));
    insta::assert_snapshot!(text, @"
    error[F006]: a fleet file has no block `terraform`
     --> fleet/x.hcl:1:1
      |
    1 | terraform {
      | ^^^^^^^^^ a block of Terraform
      |
      = note: this looks like a Terraform file; fleetwright reads its own language
      = note: and 2 more of its blocks in this file
      = help: move it out of the fleet folder; the blocks of a fleet are listed in fleet/README.md

    1 error
    ");
    all_told(&[
        (
            "F002",
            "1:1",
            &["this file is JSON, not HCL", "the JSON form is not read"],
            "{\"cluster\": {\"c\": {}}}\n",
        ),
        ("F002", "1:1", &["this file is JSON, not HCL"], "[{\"cluster\": 1}]\n"),
        (
            "F002",
            "1:1",
            &["this file is YAML, not HCL", "`manifests` of a component"],
            "apiVersion: v1\nkind: ConfigMap\n",
        ),
        ("F002", "1:1", &["this file is TOML, not HCL"], "[cluster]\nname = \"c\"\n"),
        ("F005", "1:1", &["a fleet file has no argument `image`", "--var-file"], "image = \"a/b:1\"\n"),
    ]);
}

#[test]
fn b30_a_folder_without_hcl_says_what_is_there() {
    for (name, says) in [
        ("main.tf", "fleet/main.tf is a Terraform file; it is not read"),
        ("main.tf.json", "fleet/main.tf.json is HCL in JSON syntax; only the native syntax is read"),
        ("main.hcl.json", "fleet/main.hcl.json is HCL in JSON syntax; only the native syntax is read"),
    ] {
        let place = Place::with(&[(&format!("fleet/{name}"), "{}")]);
        let shown = place.run(&["render", "--out", "out"]).refused(2);
        assert!(
            shown.contains("error[F012]: fleet: no clusters defined\n") && shown.contains(says),
            "{shown}"
        );
    }
    let place = Place::with(&super::score::sound());
    place.write("fleet/x.hcl.json", "{}");
    place.write("fleet/Y.HCL", "");
    place.write("fleet/main.tf", "");
    let (_, told) = place.run(&["render", "--out", "out"]).done();
    insta::assert_snapshot!(told, @"
    warning[F013]: fleet/Y.HCL is no *.hcl file: it is not read
     |
     = help: end its name in small letters: .hcl

    warning[F013]: fleet/x.hcl.json is HCL in JSON syntax: it is not read
     |
     = help: write it in HCL's native syntax, in a *.hcl file

    2 warnings
    out: 2 written, 0 removed, 0 unchanged
    ");
}
