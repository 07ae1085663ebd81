//! Mistakes in the blocks of a fleet and in what they say of each other.

use super::beside::{all_told, told};
use super::score::{Case, great};

#[test]
fn b01_a_fleet_without_clusters_says_so() {
    let nothing = |text: &str| {
        let files = [("fleet/fleet.hcl", text), ("fleet/secret.hcl", ""), ("fleet/web.hcl", "")];
        great(&Case {
            files: &files,
            code: "F012",
            place: Some("fleet/fleet.hcl:1:1"),
            says: &["fleet: no clusters defined", "add `cluster \"NAME\" { context = \"…\" }`"],
            alone: true,
            ..Case::default()
        })
    };
    for text in
        ["", "\n\n", "# nothing\n", "// nothing\n/* at\n   all */\n", "\u{feff}", "\u{feff}# nothing\n"]
    {
        nothing(text);
    }
    insta::assert_snapshot!(nothing("# nothing\n"), @r#"
    error[F012]: fleet: no clusters defined
     --> fleet/fleet.hcl:1:1
      |
    1 | # nothing
      | ^ no `cluster` block in this folder
      |
      = help: add `cluster "NAME" { context = "…" }`, or begin with `fleetwright init`

    1 error
    "#);
    // A byte order mark is accepted at the start of a file, and nowhere else.
    super::beside::fine(&|place| place.write("fleet/x.hcl", "\u{feff}profile \"x\" {}\n"));
    let says: &[&str] = &["a byte order mark in the middle of a file: U+FEFF"];
    all_told(&[
        ("F004", "2:8", says, "locals {\n  a = \"\u{feff}\"\n}\n"),
        ("F004", "1:1", says, "\u{feff}\u{feff}profile \"x\" {}\n"),
    ]);
}

#[test]
fn b05_unknown_argument_suggests_replaces() {
    let text = told((
        "F005",
        "2:3",
        &["profile \"x\" has no argument `replcaes`", "did you mean the argument `replaces`?"],
        "profile \"x\" {\n  replcaes = [\"y\"]\n}\n",
    ));
    insta::assert_snapshot!(text, @r#"
    error[F005]: profile "x" has no argument `replcaes`
     --> fleet/x.hcl:2:3
      |
    2 |   replcaes = ["y"]
      |   ^^^^^^^^ unknown
      |
      = help: did you mean the argument `replaces`?

    1 error
    "#);
}

#[test]
fn b06_an_unknown_block_or_label_names_what_is_expected() {
    all_told(&[
        (
            "F006",
            "1:1",
            &["has no block `profil`", "did you mean the block `profile`?"],
            "profil \"x\" {\n}\n",
        ),
        ("F006", "1:1", &["has no block `zebra`", "fleet, variable, locals"], "zebra {\n}\n"),
        ("F006", "1:1", &["a word kept for a later version"], "node_pool \"x\" {\n}\n"),
        (
            "F006",
            "2:3",
            &["component \"x\" has no block `prt`", "`port` is a setting of a service"],
            "component \"x\" {\n  prt \"a\" {\n  }\n}\n",
        ),
        (
            "F006",
            "2:3",
            &["component \"x\" has no block `zebra`", "blocks allowed here: override or excuse"],
            "component \"x\" {\n  zebra {\n  }\n}\n",
        ),
        (
            "F007",
            "1:1",
            &["`cluster` takes one label, NAME; found 0", "write `cluster \"NAME\" { … }`"],
            "cluster {\n}\n",
        ),
        (
            "F007",
            "1:13",
            &["`profile` takes one label, NAME; found 2", "write `profile \"NAME\" { … }`"],
            "profile \"x\" \"y\" {\n}\n",
        ),
        ("F007", "1:8", &["`locals` takes no label; found 1", "write `locals { … }`"], "locals \"x\" {\n}\n"),
        (
            "F007",
            "2:3",
            &["`port` takes one label, NAME; found 0", "write `port \"NAME\" { … }`"],
            "service \"x\" {\n  port {\n    number = 1\n  }\n}\n",
        ),
        (
            "F008",
            "2:9",
            &["probe kind \"ready\" is not allowed", "startup, readiness or liveness"],
            "service \"x\" {\n  probe \"ready\" {\n  }\n}\n",
        ),
    ]);
    let text = told((
        "F006",
        "3:3",
        &["component \"x\" has no block `port`"],
        "component \"x\" {\n  templates = [\"web\"]\n  port \"http\" {\n    number = 8080\n  }\n}\n",
    ));
    insta::assert_snapshot!(text, @r#"
    error[F006]: component "x" has no block `port`
     --> fleet/x.hcl:3:3
      |
    3 |   port "http" {
      |   ^^^^ unknown
      |
      = note: `port` is a setting of a service
      = help: write `service` instead of `component`, or take it out

    1 error
    "#);
}

#[test]
fn b07_what_is_set_twice_shows_both_places() {
    let twice =
        "profile \"x\" {\n  match  = \"env=prod\"\n  remove = []\n  match  = \"env=dev\"\n  remove = []\n}\n";
    let text = told(("F009", "4:3", &["`match` is set twice", "`remove` is set twice"], twice));
    insta::assert_snapshot!(text, @r#"
    error[F009]: `match` is set twice
     --> fleet/x.hcl:4:3
      |
    2 |   match  = "env=prod"
      |   ----- first set here
    3 |   remove = []
    4 |   match  = "env=dev"
      |   ^^^^^ set again here
      |
      = help: keep one of the two

    error[F009]: `remove` is set twice
     --> fleet/x.hcl:5:3
      |
    3 |   remove = []
      |   ------ first set here
    4 |   match  = "env=dev"
    5 |   remove = []
      |   ^^^^^^ set again here
      |
      = help: keep one of the two

    2 errors
    "#);
    let text = told((
        "F011",
        "3:3",
        &["`values` is an argument, not a block", "written as a block", "and as an argument"],
        "profile \"x\" {\n  values = {}\n  values {\n  }\n}\n",
    ));
    insta::assert_snapshot!(text, @"
    error[F011]: `values` is an argument, not a block
     --> fleet/x.hcl:3:3
      |
    2 |   values = {}
      |   ------ and as an argument
    3 |   values {
      |   ^^^^^^ written as a block
      |
      = note: it is written both ways here; one of the two is enough
      = help: write `values = …`

    1 error
    ");
    all_told(&[
        (
            "F011",
            "2:3",
            &["`autoscale` is a block, not an argument", "written as an argument", "and as a block"],
            "service \"x\" {\n  autoscale = 1\n  autoscale {\n    min = 1\n    max = 2\n  }\n}\n",
        ),
        (
            "F009",
            "2:21",
            &["`a` is set twice", "first set here", "set again here"],
            "profile \"x\" {\n  values = { a = 1, a = 2 }\n}\n",
        ),
        (
            "C118",
            "2:21",
            &["the key `a` stands twice", "first here", "again here"],
            "profile \"x\" {\n  values = { a = 1, \"a\" = 2 }\n}\n",
        ),
        (
            "F009",
            "5:3",
            &["local `a` is set twice", "first set here", "set again here"],
            "locals {\n  a = 1\n}\nlocals {\n  a = 2\n}\n",
        ),
        (
            "F009",
            "4:3",
            &["shutdown stands twice in service \"x\"", "first here", "again here"],
            "service \"x\" {\n  shutdown {\n  }\n  shutdown {\n  }\n}\n",
        ),
    ]);
}

#[test]
fn b08_a_name_twice_shows_both_places() {
    let text = told((
        "F009",
        "1:9",
        &["cluster \"prod-a\" is defined twice", "fleet/fleet.hcl:3:9"],
        "cluster \"prod-a\" {\n}\n",
    ));
    insta::assert_snapshot!(text, @r#"
    error[F009]: cluster "prod-a" is defined twice
     --> fleet/x.hcl:1:9
      |
    1 | cluster "prod-a" {
      |         ^^^^^^^^ again here
      |
     ::: fleet/fleet.hcl:3:9
      |
    3 | cluster "prod-a" {
      |         -------- first here
      |
      = help: the names of clusters are unique in a fleet: rename one of the two

    1 error
    "#);
    let case_only = told((
        "F008",
        "1:9",
        &[
            "cluster name \"Prod-A\" is not allowed: 'P' at offset 0",
            "fleet/fleet.hcl:3:9",
            "only in the case",
        ],
        "cluster \"Prod-A\" {\n}\n",
    ));
    insta::assert_snapshot!(case_only, @r#"
    error[F008]: cluster name "Prod-A" is not allowed: 'P' at offset 0
     --> fleet/x.hcl:1:9
      |
    1 | cluster "Prod-A" {
      |         ^^^^^^^^ this name
      |
     ::: fleet/fleet.hcl:3:9
      |
    3 | cluster "prod-a" {
      |         -------- differs from this one only in the case of its letters
      |
      = help: use lower-case letters, digits and `-`, at most 63, beginning and ending with a letter or digit

    1 error
    "#);
    all_told(&[
        (
            "F009",
            "4:9",
            &["cluster \"prod-c\" is defined twice", "first here", "again here"],
            "cluster \"prod-c\" {\n}\n\ncluster \"prod-c\" {\n}\n",
        ),
        (
            "F009",
            "1:9",
            &["two units have one name: component \"web\" and service \"web\""],
            "service \"web\" {\n}\n",
        ),
        (
            "F009",
            "1:7",
            &["there is one fleet, and it is defined twice", "fleet/fleet.hcl:1:7"],
            "fleet \"other\" {}\n",
        ),
        (
            "C014",
            "6:11",
            &["would both be c-a.yaml", "this unit", "and this one"],
            "component \"c\" {\n  namespace = \"c\"\n  templates = [\"web\"]\n  for_each  = { a = 1 }\n}\ncomponent \"c-a\" {\n  namespace = \"c\"\n  templates = [\"web\"]\n}\n",
        ),
    ]);
}
