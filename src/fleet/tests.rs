//! What a fleet folder may hold, and how mistakes are told.

use super::*;
use crate::diagnostic::{Diagnostics, SourceMap};
use crate::source::{RelPath, Sources};

/// Each problem as `CODE path:line:column message | label…`.
fn check(files: &[(&str, &str)]) -> String {
    let sources = Sources::memory(files.iter().map(|(path, text)| (*path, *text))).unwrap();
    let mut map = SourceMap::default();
    let (_, problems) = parse(&sources, &RelPath::parse("fleet").unwrap(), &mut map);
    told(problems, &map)
}

fn told(problems: Diagnostics, map: &SourceMap) -> String {
    let mut lines = Vec::new();
    for problem in problems.folded() {
        let at = problem.labels.first().map_or("-".to_owned(), |label| map.locate(label.at));
        lines.push(format!("{} {at} {}", problem.code, problem.message));
        for label in problem.labels.iter().skip(1) {
            lines.push(format!("  also {} {}", map.locate(label.at), label.text));
        }
        lines.extend(problem.help.map(|help| format!("  help: {help}")));
    }
    lines.join("\n")
}

const OK: &str = "fleet \"shop\" {}\ncluster \"prod-a\" {}\n";

#[test]
fn a_small_fleet_is_read() {
    assert_eq!(check(&[("fleet/a.hcl", OK)]), "");
    assert_eq!(
        check(&[("fleet/a.hcl", "fleet \"shop\" {}\r\n"), ("fleet/x/b.hcl", "cluster \"prod-a\" {}")]),
        ""
    );
}

#[test]
fn every_mistake_of_every_file_is_told_in_one_run() {
    let text = "cluster \"prod-b\" {\n  lables = {}\n}\nprofile \"x\" {\n  match = [1\n}\nservice \"a\" {\n  port \"http\" {}\n  autoscale = 1\n}\nclutser \"c\" {}\ncluster {}\n";
    insta::assert_snapshot!(check(&[("fleet/a.hcl", OK), ("fleet/b.hcl", text)]), @r#"
    F005 fleet/b.hcl:2:3 cluster "prod-b" has no argument `lables`
      help: did you mean the argument `labels`?
    F003 fleet/b.hcl:5:11 unclosed bracket
      also fleet/b.hcl:6:1 expected `]` here
      help: close it with `]`
    F010 fleet/b.hcl:8:8 port "http" needs `number`
      help: add `number = …`
    F011 fleet/b.hcl:9:3 `autoscale` is a block, not an argument
      help: write `autoscale { … }`
    F006 fleet/b.hcl:11:1 a fleet file has no block `clutser`
      help: did you mean the block `cluster`?
    F007 fleet/b.hcl:12:1 `cluster` takes one label, NAME; found 0
      help: write `cluster "NAME" { … }`
    "#);
}

#[test]
fn names_are_unique_and_well_formed() {
    let text = "cluster \"prod-a\" {}\ncluster \"Prod-b\" {}\ncomponent \"a\" {}\nservice \"a\" {}\nlocals {\n  x = 1\n}\nlocals {\n  x = 2\n}\nservice \"b\" {\n  probe \"ready\" {}\n}\n";
    insta::assert_snapshot!(check(&[("fleet/a.hcl", OK), ("fleet/b.hcl", text)]), @r#"
    F009 fleet/b.hcl:1:9 cluster "prod-a" is defined twice
      also fleet/a.hcl:2:9 first here
      help: the names of clusters are unique in a fleet: rename one of the two
    F008 fleet/b.hcl:2:9 cluster name "Prod-b" is not allowed: 'P' at offset 0
      help: use lower-case letters, digits and `-`, at most 63, beginning and ending with a letter or digit
    F009 fleet/b.hcl:4:9 two units have one name: component "a" and service "a"
      also fleet/b.hcl:3:11 first here
      help: the names of units are unique in a fleet: rename one of the two
    F009 fleet/b.hcl:9:3 local `x` is set twice
      also fleet/b.hcl:6:3 first set here
      help: keep one of the two
    F008 fleet/b.hcl:12:9 probe kind "ready" is not allowed: expected startup, readiness or liveness
      help: take one of these
    "#);
}

#[test]
fn every_syntax_error_of_a_file_is_told() {
    let text = "a = 1\ncluster \"x\" { a = 'x' }\ncluster \"y\" { a = 1 b = 2 }\nlocals {\n  a = 1\n  a = 2\n}\nb = \"x\n";
    insta::assert_snapshot!(check(&[("fleet/a.hcl", text)]), @r#"
    F005 fleet/a.hcl:1:1 a fleet file has no argument `a`
      help: put it into a block: fleet, variable, locals, output, cluster, profile, component, service, override, excuse, gate, rollout and 1 more; values of variables go into a --var-file
    F002 fleet/a.hcl:2:19 syntax error: invalid expression; expected `"`, `[`, `{`, `-`, `!`, `(`, `_`, `<`, letter or digit
      help: strings stand in double quotes
    F002 fleet/a.hcl:3:21 syntax error: invalid block body; expected `}`, newline or identifier
      help: see the language reference in fleet/README.md
    F009 fleet/a.hcl:6:3 `a` is set twice
      also fleet/a.hcl:5:3 first set here
      help: keep one of the two
    F003 fleet/a.hcl:8:5 unclosed string
      also fleet/a.hcl:8:7 expected `"` before the line ends
      help: close it with `"`
    "#);
}

#[test]
fn what_is_no_fleet_is_named() {
    insta::assert_snapshot!(check(&[("fleet/main.tf", "")]), @r#"
    F012 - fleet: no clusters defined
      help: add `cluster "NAME" { context = "…" }`, or begin with `fleetwright init`
    "#);
    insta::assert_snapshot!(check(&[("fleet/a.hcl", "# nothing\n")]), @r#"
    F012 fleet/a.hcl:1:1 fleet: no clusters defined
      help: add `cluster "NAME" { context = "…" }`, or begin with `fleetwright init`
    "#);
    insta::assert_snapshot!(check(&[("fleet/a.hcl", "{\"fleet\": 1}")]), @"
    F002 fleet/a.hcl:1:1 this file is JSON, not HCL
      help: write the fleet in HCL's own syntax; the JSON form is not read
    ");
    insta::assert_snapshot!(check(&[("fleet/a.hcl", "fleet \"a\" {}\ncluster \"x\" { context = \"a\u{202e}\" }\n")]), @r"
    F004 fleet/a.hcl:2:27 a character that reorders the text around it: U+202E
      help: remove it; in a string, write it as the escape \u202E
    ");
}
