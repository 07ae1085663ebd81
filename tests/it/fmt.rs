//! `fmt` through the binary; what the layout is, is tested beside its code and in `fmt_oracle`.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;

use insta::assert_snapshot;

use crate::program::{Place, outcome};

const UGLY: &str = "cluster \"a\" {\n labels={ env=\"x\" } # why\n}\n";
const NEAT: &str = "cluster \"a\" {\n  labels = { env = \"x\" } # why\n}\n";

fn place() -> Place {
    Place::with(&[
        ("fleet/a.hcl", UGLY),
        ("fleet/b.hcl", NEAT),
        ("fleet/sub/c.hcl", UGLY),
        ("fleet/.hidden.hcl", UGLY),
        ("fleet/d.txt", UGLY),
    ])
}

#[test]
fn the_files_of_the_fleet_are_laid_out() {
    let place = place();
    let names = "fleet/a.hcl\nfleet/sub/c.hcl\n".to_owned();
    let check = place.run(&["fmt", "--check"]);
    assert_eq!((check.status, &check.stdout, check.stderr.as_str()), (Some(1), &names, ""));
    assert_eq!(place.read("fleet/a.hcl"), UGLY);
    assert_eq!(place.run(&["fmt"]).done(), (names, String::new()));
    assert_eq!((place.read("fleet/a.hcl"), place.read("fleet/sub/c.hcl")), (NEAT.into(), NEAT.into()));
    assert_eq!((place.read("fleet/.hidden.hcl"), place.read("fleet/d.txt")), (UGLY.into(), UGLY.into()));
    assert_eq!(place.run(&["fmt"]).done(), (String::new(), String::new()));
    assert_eq!(place.run(&["fmt", "--check"]).done(), (String::new(), String::new()));
}

#[test]
fn the_change_is_shown_on_request() {
    let place = place();
    let shown = place.run(&["fmt", "--check", "--diff", "fleet/a.hcl"]);
    assert_eq!((shown.status, shown.stderr.as_str()), (Some(1), ""));
    assert_snapshot!(shown.stdout, @r#"
    --- fleet/a.hcl
    +++ fleet/a.hcl
    @@ -1,3 +1,3 @@
     cluster "a" {
    - labels={ env="x" } # why
    +  labels = { env = "x" } # why
     }
    "#);
    assert_eq!(place.run(&["fmt", "--diff", "fleet/a.hcl"]).done().0, shown.stdout);
    assert_eq!(place.read("fleet/a.hcl"), NEAT);
    assert_eq!(place.read("fleet/sub/c.hcl"), UGLY);
}

#[test]
fn stdin_is_laid_out_onto_stdout() {
    let place = Place::empty();
    let run = |arguments: &[&str], input: &str| place.run_with_stdin(arguments, input.as_bytes());
    assert_eq!(run(&["fmt", "-"], UGLY).done().0, NEAT);
    assert_eq!(run(&["fmt", "-"], "").done().0, "");
    let check = run(&["fmt", "--check", "-"], UGLY);
    assert_eq!((check.status, check.stdout.as_str()), (Some(1), "<stdin>\n"));
    assert_eq!(run(&["fmt", "--check", "-"], NEAT).done().0, "");
    assert_snapshot!(run(&["fmt", "-"], "a {\n").refused(2), @"
    error[F003]: unclosed bracket
     --> <stdin>:1:3
      |
    1 | a {
      |   ^ opened here
      |
      = note: the file ends before it is closed
      = help: close it with `}`

    1 error
    ");
    assert!(place.run_with_stdin(&["fmt", "-"], b"a = \xff\n").refused(2).contains("not UTF-8"));
}

#[test]
fn a_file_that_is_wrong_is_told_and_the_others_are_laid_out() {
    let place = place();
    let wrong = "cluster \"x\" {\n labels = [1\n}\n\nb = \"no end\n";
    place.write("fleet/wrong.hcl", wrong);
    let outcome = place.run(&["fmt"]);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(2), "fleet/a.hcl\nfleet/sub/c.hcl\n"));
    assert_snapshot!(outcome.stderr, @r#"
    error[F003]: unclosed bracket
     --> fleet/wrong.hcl:2:11
      |
    2 |  labels = [1
      |           ^ opened here
    3 | }
      | - expected `]` here
      |
      = help: close it with `]`

    error[F003]: unclosed string
     --> fleet/wrong.hcl:5:5
      |
    5 | b = "no end
      |     ^      - expected `"` before the line ends
      |     |
      |     opened here
      |
      = help: close it with `"`

    2 errors
    "#);
    assert_eq!((place.read("fleet/wrong.hcl"), place.read("fleet/a.hcl")), (wrong.into(), NEAT.into()));
    assert_snapshot!(place.run(&["fmt", "nowhere.hcl", "-"]).refused(2), @"
    error[X038]: -: no such file or folder
     |
     = help: name files, or folders with *.hcl files below them

    error[X038]: nowhere.hcl: no such file or folder
     |
     = help: name files, or folders with *.hcl files below them

    2 errors
    ");
}

/// CRLF stays, a byte order mark goes, a missing last line break stays missing: all as in terraform.
#[test]
fn line_ends_stay_as_they_are() {
    let place = Place::empty();
    for (before, after) in [
        ("a {\r\nb=1\r\n}\r\n", "a {\r\n  b = 1\r\n}\r\n"),
        ("\u{feff}a=1\n", "a = 1\n"),
        ("\u{feff}a=1\r\n", "a = 1\r\n"),
        ("a=1", "a = 1"),
    ] {
        place.write("x.hcl", before);
        place.run(&["fmt", "x.hcl"]).done();
        assert_eq!(place.read("x.hcl"), after);
    }
}

/// Odd texts: laid out, or told with their place; never a crash, and never a half of them written.
#[test]
fn odd_texts_are_laid_out_or_told() {
    let place = Place::empty();
    let deep = |depth: usize| format!("a={}1{}\n", "[".repeat(depth), "]".repeat(depth));
    let long = format!("a=\"{}\" # x\n", "y".repeat(1 << 20));
    let texts = [
        (deep(64), true),
        (deep(65), false),
        (deep(100_000), false),
        (long, true),
        ("a { b=1 }\n".to_owned(), true),
        ("ключ=1\nå=\"…\"\n".to_owned(), true),
        ("a=[1,2,]\nb={c=1,}\n".to_owned(), true),
        ("a=/* b */1/* c\n d */# e\nb=2// f\n".to_owned(), true),
        ("a=\"%{if x}${\"y ${z}\"}%{else}\\\"%{endif}\"\n".to_owned(), true),
        ("/* */".to_owned(), true),
        ("a\u{c}=1\n".to_owned(), false),
        ("a=1\rb=2\n".to_owned(), false),
        ("a=(1\n".to_owned(), false),
        ("a=<<E\nx\n".to_owned(), false),
        ("a=\"x\n".to_owned(), false),
        ("}\n".to_owned(), false),
        ("a: 1\n".to_owned(), false),
    ];
    for (text, is_fine) in texts {
        let name: String = text.chars().take(60).collect();
        place.write("x.hcl", &text);
        let outcome = place.run(&["fmt", "x.hcl"]);
        if is_fine {
            assert_eq!(outcome.status, Some(0), "{name:?}: {}", outcome.stderr);
            assert_eq!(place.run(&["fmt", "--check", "x.hcl"]).done().0, "", "{name:?}");
        } else {
            assert!(outcome.refused(2).contains("--> x.hcl:"), "{name:?}");
            assert_eq!(place.read("x.hcl"), text, "{name:?}");
        }
    }
}

#[test]
fn a_link_is_followed_inside_the_root_alone() {
    let outside = Place::with(&[("x.hcl", UGLY)]);
    let place = Place::with(&[("fleet/a.hcl", NEAT), ("other/real.hcl", UGLY)]);
    symlink("../other/real.hcl", place.path().join("fleet/link.hcl")).unwrap();
    symlink("link.hcl", place.path().join("fleet/again.hcl")).unwrap();
    // One file by two names is one file.
    assert_eq!(place.run(&["fmt"]).done().0, "fleet/again.hcl\n");
    assert_eq!(place.read("other/real.hcl"), NEAT);
    assert!(fs::symlink_metadata(place.path().join("fleet/link.hcl")).unwrap().is_symlink());

    symlink(outside.path().join("x.hcl"), place.path().join("fleet/out.hcl")).unwrap();
    let told = place.run(&["fmt"]).refused(2);
    assert!(told.contains("fleet/out.hcl: leads out of the repository"), "{told}");
    assert_eq!(outside.read("x.hcl"), UGLY);
}

/// A run that cannot write leaves every file as it was; what a killed one leaves is no file of the fleet, and goes.
#[test]
fn a_run_that_cannot_write_leaves_the_files_as_they_were() {
    let place = Place::fleet();
    let long: String = (0..2000).map(|line| format!("# {line}\n")).collect();
    place.write("fleet/long.hcl", &format!("{long}locals {{\na=1\n}}\n"));
    place.write("fleet/a.hcl", "locals {\nb=1\n}\n");
    let before = ["fleet/a.hcl", "fleet/long.hcl"].map(|path| place.read(path));
    let unchanged = || assert_eq!(["fleet/a.hcl", "fleet/long.hcl"].map(|path| place.read(path)), before);
    let temporary = || {
        let names = fs::read_dir(place.path().join("fleet")).unwrap().map(|entry| entry.unwrap().file_name());
        names.filter(|name| name.to_string_lossy().starts_with(".fleetwright-tmp-")).count()
    };
    let limited = |shell: &str| {
        let mut command = Command::new("sh");
        command.current_dir(place.path()).env_clear();
        command.args(["-c", shell, "sh", env!("CARGO_BIN_EXE_fleetwright")]);
        outcome(command.output().unwrap())
    };
    // The disk is full for all but the first few kilobytes of a file.
    let told = limited("trap '' XFSZ; ulimit -f 4; exec \"$1\" fmt").refused(7);
    assert!(told.contains("cannot write this file: File too large"), "{told}");
    unchanged();
    assert_eq!(temporary(), 0);
    // Killed in the middle of a file: two temporary ones stay, of which one is a half.
    assert_eq!(limited("ulimit -f 4; exec \"$1\" fmt").status, None);
    unchanged();
    assert_eq!(temporary(), 2);
    place.run(&["validate"]).done();
    let changed = place.run(&["fmt"]).done().0;
    assert_eq!((changed.lines().count(), temporary()), (2, 0));

    let place = Place::with(&[("fleet/a.hcl", UGLY)]);
    fs::set_permissions(place.path().join("fleet"), fs::Permissions::from_mode(0o555)).unwrap();
    let told = outcome(place.unprivileged(&["fmt"]).output().unwrap()).refused(7);
    assert!(told.contains("Permission denied"), "{told}");
    assert_eq!(place.read("fleet/a.hcl"), UGLY);
}
