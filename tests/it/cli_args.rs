//! The command line: what is refused, and how help and versions look.

use std::process::Stdio;

use insta::assert_snapshot;

use crate::program::Place;

#[test]
fn no_command_prints_the_help_as_a_mistake() {
    let place = Place::empty();
    let none: [&str; 0] = [];
    let told = place.run(&none).refused(2);
    let (help, _) = place.run(&["-h"]).done();
    assert_eq!(told, help);
}

#[test]
fn b68_clusters_that_are_not_there_are_told_as_json_too() {
    let place = Place::fleet();
    assert_snapshot!(place.run(&["render", "--cluster", "prod-x", "--cluster", "*"]).refused(2), @r#"
    error[X002]: the fleet has no cluster "prod-x"
     |
     = help: did you mean `prod-a`?

    error[X003]: --cluster "*" chooses nothing in particular
     |
     = help: leave --cluster out to mean every cluster

    2 errors
    "#);
    let outcome = place.run(&["render", "--cluster", "prod-x", "-o", "json"]);
    assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(2), ""));
    assert_snapshot!(outcome.stdout, @r#"
    {
      "version": 1,
      "clusters": [],
      "files": [],
      "findings": [
        {
          "code": "X002",
          "severity": "error",
          "check": null,
          "message": "the fleet has no cluster \"prod-x\"",
          "place": null,
          "labels": [],
          "rendered": null,
          "clusters": [],
          "object": null,
          "notes": [],
          "help": "did you mean `prod-a`?"
        }
      ],
      "summary": {
        "errors": 1,
        "warnings": 0
      }
    }
    "#);
}

#[test]
fn the_fleet_is_where_it_was_said_to_be() {
    let nowhere = Place::empty();
    assert_snapshot!(nowhere.run(&["validate"]).stdout, @"
    error[X001]: no fleet found
     |
     = note: looked for the folder ./fleet, and for *.hcl files in the working directory
     = help: name the folder with --fleet DIR, or make a fleet with `fleetwright init`

    1 error
    ");
    assert_snapshot!(nowhere.run(&["render", "--fleet", "elsewhere"]).refused(2), @"
    error[X001]: elsewhere: no such file or folder
     |
     = help: name the folder that holds the fleet's *.hcl files with --fleet DIR

    1 error
    ");

    let place = Place::fleet();
    let (whole, _) = place.run(&["render"]).done();
    assert_eq!(place.run(&["render", "--fleet", "fleet"]).done().0, whole);
    let mut inside = place.command(&["render"]);
    let inside = inside.current_dir(place.path().join("fleet")).output().unwrap();
    assert_eq!(String::from_utf8(inside.stdout).unwrap(), whole);
}

#[test]
fn s07_a_mistake_in_the_fleet_is_shown_with_its_line_and_nothing_else() {
    let place = Place::fleet();
    place.write("fleet/x.hcl", "component \"x\" {\n  manifest = [\"\u{9b}2J\u{202e}\"]\n}\n");
    let text = place.run(&["validate"]);
    assert_eq!((text.status, text.stderr.as_str()), (Some(2), ""));
    assert!(
        text.stdout.chars().all(|c| c == '\n' || !(c.is_control() || c == '\u{202e}')),
        "{}",
        text.stdout
    );
    let json = place.run(&["validate", "-o", "json"]);
    assert_eq!((json.status, json.stderr.as_str()), (Some(2), ""));
    assert!(
        json.stdout.chars().all(|c| c == '\n' || !(c.is_control() || c == '\u{202e}')),
        "{}",
        json.stdout
    );
}

#[test]
fn b72_streams_that_go_away_are_no_panic() {
    let place = Place::fleet();
    for arguments in
        [vec!["render"], vec!["render", "-o", "json"], vec!["--help"], vec!["completion", "bash"]]
    {
        let mut child =
            place.command(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]), "{arguments:?}");
    }
    let mut full = place.command(&["render"]);
    let full = full.stdout(std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap());
    let output = full.output().unwrap();
    assert_eq!(output.status.code(), Some(7));
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "fleetwright: cannot write the output: No space left on device (os error 28)\n"
    );
}

#[test]
fn b72_colour_is_used_only_where_it_is_asked_for() {
    let place = Place::empty();
    assert!(!place.run(&["render"]).refused(2).contains('\u{1b}'));
    assert!(place.run(&["render", "--color", "always"]).refused(2).contains("\u{1b}["));
    let mut plain = place.command(&["render", "--color", "never"]);
    let output = plain.env("TERM", "xterm-256color").env("CLICOLOR_FORCE", "1").output().unwrap();
    assert!(!output.stderr.contains(&0x1b));
}

#[test]
fn the_version_is_told() {
    let place = Place::empty();
    let version = env!("CARGO_PKG_VERSION");
    let text = format!("fleetwright {version}\n");
    assert_eq!(place.run(&["version"]).done().0, text);
    assert_eq!(place.run(&["--version"]).done().0, text);
    let platform = format!("{}/{}", std::env::consts::OS, std::env::consts::ARCH);
    assert_eq!(
        place.run(&["version", "-o", "json"]).done().0,
        format!(
            "{{\n  \"version\": 1,\n  \"fleetwright\": \"{version}\",\n  \"platform\": \"{platform}\"\n}}\n"
        )
    );
}

#[test]
fn every_command_says_how_it_can_end_and_gives_an_example() {
    let place = Place::empty();
    for command in [
        "render",
        "validate",
        "diff",
        "apply",
        "status",
        "history",
        "unlock",
        "fmt",
        "set",
        "init",
        "completion",
        "man",
        "version",
    ] {
        let (help, _) = place.run(&[command, "--help"]).done();
        assert!(help.lines().any(|line| line == "Exit status:"), "{command}");
        assert!(help.lines().any(|line| line.starts_with("Example")), "{command}");
        assert!(help.lines().all(|line| line.chars().count() <= 100), "{command}");
    }
}

#[test]
fn completions_and_manual_pages_are_made_for_all_commands() {
    let place = Place::empty();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        assert!(!place.run(&["completion", shell]).done().0.is_empty());
    }
    let (page, _) = place.run(&["man"]).done();
    let (_, told) = place.run(&["man", "--out", "man1"]).done();
    assert_eq!(told, "man1: 18 pages written\n");
    assert_eq!(place.read("man1/fleetwright.1"), page);
    let mut names: Vec<_> = std::fs::read_dir(place.path().join("man1"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "apply",
            "completion",
            "diff",
            "explain",
            "external",
            "fmt",
            "history",
            "init",
            "man",
            "render",
            "schema",
            "set",
            "status",
            "trust",
            "unlock",
            "validate",
            "version",
        ]
        .map(|name| format!("fleetwright-{name}.1"))
        .into_iter()
        .chain(["fleetwright.1".to_owned()])
        .collect::<Vec<_>>()
    );
    place.run(&["man", "--out", "man1"]).done();
}
