//! Mistakes on the command line and around it.
//!
//! `--yes` of B72 is tested where a server answers: in `tests/e2e/trust.rs`.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::process::{Command, Stdio};

use insta::assert_snapshot;

use super::score::{Case, great, sound, unseen};
use crate::program::{Place, outcome};

/// A mistake that clap finds: nothing is read, so there is nothing beside it.
fn usage<'a>(arguments: &'a [&'a str], says: &'a [&'a str]) -> String {
    great(&Case { arguments, code: "X007", says, alone: true, ..Case::default() })
}

#[test]
fn b67_mistakes_on_the_command_line_are_told_with_a_next_step() {
    assert_snapshot!(usage(&["--cluser", "prod-a"], &["\"--cluser\"", "did you mean `--cluster`?"]), @r#"
    error[X007]: unexpected argument "--cluser"
     |
     = help: did you mean `--cluster`?

    1 error
    "#);
    assert_snapshot!(usage(&["--fleet", "a", "--fleet", "b"], &["`--fleet` is given twice"]), @"
    error[X007]: `--fleet` is given twice
     |
     = help: give it once

    1 error
    ");
    assert_snapshot!(usage(&["--cluster", "-x"], &["\"-x\"", "--cluster=\"-x\""]), @r#"
    error[X007]: unexpected argument "-x"
     |
     = help: a value that begins with a dash is written as --cluster="-x"

    1 error
    "#);
    assert_snapshot!(usage(&["prod-a"], &["\"prod-a\"", "--cluster \"prod-a\""]), @r#"
    error[X007]: unexpected argument "prod-a"
     |
     = help: to choose a cluster, write --cluster "prod-a"

    1 error
    "#);
    assert_snapshot!(usage(&["--threads", "5s"], &["`--threads` cannot be \"5s\": "]), @r#"
    error[X007]: `--threads` cannot be "5s": invalid digit found in string
     |
     = help: `fleetwright render --help` tells what it takes

    1 error
    "#);
    for (arguments, says) in [
        (&["--check", "--check"][..], "`--check` is given twice"),
        (&["--color", "alway"], "did you mean `always`?"),
        (&["--select"], "`--select` needs a value"),
        (&["--select", "--check"], "a value that begins with a dash is written as --select=\"--check\""),
        (&["--threads", "-1"], "--threads=\"-1\""),
        (&["--threads=-1"], "`--threads` cannot be \"-1\": invalid digit"),
        (&["--threads=0"], "`--threads` cannot be \"0\": "),
        (&["--threads=18446744073709551616"], "number too large"),
        (&["--timeout", "5"], "\"--timeout\""),
        (&["-x"], "`fleetwright render --help`"),
        (&["--check=yes"], "`--check` takes no value; found \"yes\""),
        (&["\u{1b}[31m\u{202e}"], "\"\\u{1b}[31m\\u{202e}\""),
    ] {
        usage(arguments, &[says]);
    }
}

#[test]
fn b67_a_time_out_has_a_unit_and_a_range() {
    let place = Place::with(&sound());
    let told = |value: &str| {
        let arguments = ["trust", "--cluster", "prod-a", &format!("--request-timeout={value}")];
        place.run(&arguments).refused(2).lines().next().unwrap_or_default().to_owned()
    };
    assert_snapshot!(told("5"), @r#"error[X007]: `--request-timeout` cannot be "5": no unit; write ms, s, m, h or d after the number"#);
    assert_snapshot!(told("0s"), @r#"error[X007]: `--request-timeout` cannot be "0s": it must be between 1ms and 24h"#);
    assert_snapshot!(told("25h"), @r#"error[X007]: `--request-timeout` cannot be "25h": it must be between 1ms and 24h"#);
    assert_snapshot!(told("-5s"), @r#"error[X007]: `--request-timeout` cannot be "-5s": not a duration; write numbers with their units, such as 90s or 1h30m"#);
    assert_snapshot!(told("99999999999999999999s"), @r#"error[X007]: `--request-timeout` cannot be "99999999999999999999s": longer than 36500d"#);
    assert_snapshot!(told("soon"), @r#"error[X007]: `--request-timeout` cannot be "soon": not a duration; write numbers with their units, such as 90s or 1h30m"#);
}

#[test]
fn b67_a_check_without_a_folder_is_told() {
    // The score adds --out to every case; here it must be missing.
    let place = Place::with(&sound());
    assert_snapshot!(place.run(&["render", "--check"]).refused(2), @"
    error[X007]: `--out <DIR>` is missing
     |
     = help: write `fleetwright render --out <DIR> --check`

    1 error
    ");
}

#[test]
fn b67_mistakes_before_the_command_are_told() {
    let place = Place::with(&sound());
    assert_snapshot!(place.run(&["rendr"]).refused(2), @r#"
    error[X007]: there is no command "rendr"
     |
     = help: did you mean `render`?

    1 error
    "#);
    assert_snapshot!(place.run(&["--fleet", "a", "render"]).refused(2), @r#"
    error[X007]: unexpected argument "--fleet" before the command
     |
     = help: the command comes first, as in `fleetwright render --cluster prod-a`

    1 error
    "#);
    assert_snapshot!(place.run(&["deploy"]).refused(2), @r#"
    error[X007]: there is no command "deploy"
     |
     = help: did you mean `apply`?

    1 error
    "#);
    assert_snapshot!(place.run(&["-o", "json"]).stdout, @r#"
    {
      "version": 1,
      "findings": [
        {
          "code": "X007",
          "severity": "error",
          "check": null,
          "message": "unexpected argument \"-o\" before the command",
          "place": null,
          "labels": [],
          "rendered": null,
          "clusters": [],
          "object": null,
          "notes": [],
          "help": "the command comes first, as in `fleetwright render --cluster prod-a`"
        }
      ],
      "summary": {
        "errors": 1,
        "warnings": 0
      },
      "excuses": []
    }
    "#);
}

#[test]
fn b68_clusters_that_are_not_there_are_listed() {
    let choose = |arguments: &[&str], code: &str, says: &[&str]| {
        great(&Case { arguments, code, says, ..Case::default() })
    };
    assert_snapshot!(
        choose(&["--cluster", "eu*"], "X002", &["--cluster \"eu*\" matches no cluster", "prod-a or prod-b"]), @r#"
    error[X002]: --cluster "eu*" matches no cluster of the fleet
     |
     = help: the clusters are prod-a or prod-b

    1 error
    "#
    );
    assert_snapshot!(
        choose(&["--cluster", "*"], "X003", &["--cluster \"*\" chooses", "leave --cluster out"]), @r#"
    error[X003]: --cluster "*" chooses nothing in particular
     |
     = help: leave --cluster out to mean every cluster

    1 error
    "#
    );
    choose(&["--cluster", "**"], "X003", &["--cluster \"**\" chooses", "leave --cluster out"]);
    choose(&["--cluster", "all"], "X002", &["no cluster \"all\"", "leave --cluster out"]);
    choose(&["--cluster", "prdo-a"], "X002", &["no cluster \"prdo-a\"", "did you mean `prod-a`?"]);
    choose(&["--cluster", ""], "X002", &["no cluster \"\"", "prod-a or prod-b"]);
    choose(&["--select", "env=dev"], "X005", &["no cluster is left", "env=prod", "zone=a"]);
    assert_snapshot!(
        great(&Case {
            arguments: &["--select", "env in (prod"],
            code: "X004",
            place: Some("--select:1:13"),
            says: &["--select is no label selector"],
            ..Case::default()
        }), @"
    error[X004]: --select is no label selector: found the end, expected ',' or ')'
     --> --select:1:13
      |
    1 | env in (prod
      |             ^
      |
      = help: write it as in kubectl: `env=prod,zone!=eu-west-1a,tier in (web,api)`

    1 error
    "
    );
}

#[test]
fn b69_arguments_need_not_be_text() {
    let place = Place::with(&sound());
    let bad = || OsString::from_vec(b"fl\xff\x1beet".to_vec());
    let one = |arguments: &[OsString]| {
        let told = place.run(arguments).refused(2);
        assert!(told.starts_with("error["), "{told}");
        assert_eq!(unseen(&told), Vec::<String>::new(), "{told}");
        assert_eq!(told.matches("error[").count(), told.matches("= help: ").count(), "{told}");
        told
    };
    let render = |more: &[OsString]| one(&[&["render".into()], more].concat());
    assert_snapshot!(render(&[bad()]), @r#"
    error[X007]: unexpected argument "fl�\u{1b}eet"
     |
     = help: to choose a cluster, write --cluster "fl�\u{1b}eet"

    1 error
    "#);
    assert_snapshot!(render(&["--fleet".into(), bad()]), @r"
    error[X001]: fl�\x1beet: no such file or folder
     |
     = help: name the folder that holds the fleet's *.hcl files with --fleet DIR

    1 error
    ");
    one(&[bad()]);
    for option in ["--cluster", "--var", "--var-file", "--select", "--out", "--rev", "--threads", "--color"] {
        if option != "--out" {
            render(&[option.into(), bad()]);
        }
        render(&[option.into(), "".into()]);
    }
    render(&["".into()]);
    render(&["--fleet".into(), "".into()]);
    // A folder may have any name.
    place.run(&["render".into(), "--out".into(), bad()]).done();
}

#[test]
fn b69_long_arguments_are_cut_short_in_messages() {
    let place = Place::with(&sound());
    // One argument may be 128 KiB on Linux; longer ones come in parts.
    let long = "x".repeat(100 << 10);
    let nested = format!("region={}", "[".repeat(100 << 10));
    place.write("fleet/region.hcl", "variable \"region\" {\n  type    = list(string)\n  default = []\n}\n");
    for arguments in [
        vec!["render", &*long],
        vec![&*long],
        vec!["render", "--cluster", &long],
        vec!["render", "--select", &long],
        vec!["render", "--fleet", &long],
        vec!["render", "--rev", &long],
        vec!["render", "--threads", &long],
        vec!["render", "--color", &long],
        vec!["render", "--var", &long],
        vec!["render", "--var-file", &long],
        vec!["render", "--var", &nested],
    ] {
        let told = place.run(&arguments).refused(2);
        assert!(told.starts_with("error["), "{told}");
        assert!(told.len() < 2_000, "{:?}: {} bytes", arguments[1].get(..20), told.len());
    }
    let named = format!("{long}=1");
    let told = place.run(&["render", "--var", &named]).refused(2);
    assert!(told.len() < 2_000, "{} bytes", told.len());
    let told = place.run(&["render", "--out", &long]);
    assert_eq!(told.status, Some(7), "{}", told.stderr.get(..200).unwrap_or(""));
    assert!(told.stderr.len() < 2_000, "{} bytes", told.stderr.len());
    let many: Vec<String> =
        ["render".into()].into_iter().chain((0..10_000).map(|n| format!("--cluster=prod-{n}"))).collect();
    let told = Place::with(&sound()).run(&many).refused(2);
    assert!(told.ends_with("\nand 9980 more errors not shown\n\n10000 errors\n"), "{told}");
}

#[test]
fn b69_an_environment_that_is_not_text_is_told() {
    assert_snapshot!(
        great(&Case {
            code: "X011",
            says: &["FLEETWRIGHT_VAR_token is not UTF-8 from byte 1 on"],
            command: |place, arguments| {
                let mut command = place.command(arguments);
                command.env("FLEETWRIGHT_VAR_token", OsString::from_vec(b"a\xff".to_vec()));
                command.env(OsString::from_vec(b"\xff".to_vec()), OsString::from_vec(b"\xff".to_vec()));
                command
            },
            ..Case::default()
        }), @"
    error[X011]: FLEETWRIGHT_VAR_token is not UTF-8 from byte 1 on
     |
     = help: set it to text in UTF-8, or unset it

    1 error
    "
    );
}

/// Surroundings that may change how a message looks, and nothing else.
const SURROUNDINGS: [&[(&str, &str)]; 7] = [
    &[("NO_COLOR", "1")],
    &[("TERM", "dumb")],
    &[("TERM", "xterm-256color"), ("CLICOLOR_FORCE", "1"), ("FORCE_COLOR", "1")],
    &[("COLUMNS", "10")],
    &[("LANG", "C"), ("LC_ALL", "C")],
    &[("LANG", "tr_TR.UTF-8"), ("LC_ALL", "tr_TR.UTF-8"), ("LANGUAGE", "tr")],
    &[("TZ", "Pacific/Kiritimati")],
];

#[test]
fn b72_b80_messages_are_plain_and_the_same_everywhere() {
    let place = Place::with(&sound());
    place.write("fleet/x.hcl", "profile \"x\" {\n  REPLACES = [\"I\"]\n}\n");
    for arguments in [&["render"][..], &["validate"], &["validate", "-o", "json"], &["rendr"], &["--help"]] {
        let plain = place.run(arguments);
        assert_eq!(unseen(&format!("{}{}", plain.stdout, plain.stderr)), Vec::<String>::new());
        for surroundings in SURROUNDINGS {
            // Help is folded for people; everything else is as wide as it is.
            if arguments == ["--help"] && surroundings == [("COLUMNS", "10")] {
                continue;
            }
            let mut command = place.command(arguments);
            command.envs(surroundings.iter().copied());
            assert_eq!(outcome(command.output().unwrap()), plain, "{arguments:?} {surroundings:?}");
        }
    }
}

#[test]
fn b80_locale_and_time_zone_change_no_byte() {
    let place = Place::with(&sound());
    place.write("templates/web.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ unit.name }}\ndata:\n  greeting: {{ values.greeting | upper | lower | quote }}\n");
    place.write("fleet/upper.hcl", "component \"title\" {\n  namespace = \"web\"\n  templates = [\"web\"]\n  values    = { greeting = upper(\"i\") }\n}\n");
    let plain = place.run(&["render"]);
    assert_eq!(plain.status, Some(0), "{}", plain.stderr);
    for surroundings in SURROUNDINGS {
        let mut command = place.command(&["render"]);
        command.envs(surroundings.iter().copied());
        assert_eq!(outcome(command.output().unwrap()), plain, "{surroundings:?}");
    }
}

/// The program with a stream that a shell closed.
fn closed(place: &Place, redirection: &str) -> Command {
    let mut command = Command::new("sh");
    command.env_clear().current_dir(place.path()).stdin(Stdio::null());
    command.args(["-c", &format!("exec \"$0\" render {redirection}"), env!("CARGO_BIN_EXE_fleetwright")]);
    command
}

#[test]
fn b72_closed_streams_are_no_hang_and_no_panic() {
    let place = Place::with(&sound());
    for redirection in [">&-", "2>&-", "<&-", ">&- 2>&- <&-"] {
        let told = outcome(closed(&place, redirection).output().unwrap());
        assert_eq!((told.status, told.stderr.as_str()), (Some(0), ""), "{redirection}");
    }
    let told = outcome(closed(&place, "--var-file - <&-").output().unwrap());
    assert_eq!(told.status, Some(2), "{}", told.stderr);
}

#[test]
fn b72_no_command_reads_a_terminal() {
    // Only `trust` asks, and only at a terminal: with a stdin that never ends, every command ends all the same.
    let place = Place::with(&sound());
    for arguments in [&["render"][..], &["render", "--out", "rendered"], &["validate"], &["init", "new"]] {
        let mut command = place.command(arguments);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let open = child.stdin.take();
        assert_eq!(child.wait().unwrap().code(), Some(0), "{arguments:?}");
        drop(open);
    }
}
