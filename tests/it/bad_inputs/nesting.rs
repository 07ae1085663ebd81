//! Nesting without end, and values that grow without end.

use super::beside::{all_told, told};
use super::score::{Case, great, sound};
use crate::program::Place;

/// A profile with this value.
fn value(expression: &str) -> String {
    format!("profile \"x\" {{\n  values = {{ a = {expression} }}\n}}\n")
}

/// The text whose parts are inside each other `depth` times.
fn nested(open: &str, inner: &str, close: &str, depth: usize) -> String {
    format!("{}{inner}{}", open.repeat(depth), close.repeat(depth))
}

/// Each kind of nesting. `long` is the depth of those that need more than a few bytes for each.
fn deep(depth: usize, long: usize) -> [String; 9] {
    [
        value(&nested("(", "1", ")", depth)),
        value(&nested("[", "1", "]", depth)),
        value(&nested("{a=", "1", "}", long)),
        value(&nested("\"${", "1", "}\"", long)),
        value(&nested("f(", "", ")", depth)),
        value(&nested("!", "true", "", depth)),
        value(&nested("true?", "1", ":1", long)),
        value(&format!("\"{}\"", nested("%{if true}", "x", "%{endif}", long / 4))),
        nested("a{\n", "", "}\n", long),
    ]
}

#[test]
fn b18_nesting_ends_at_a_limit() {
    let says = "nested too deeply; allowed: at most 64 nested levels";
    for text in deep(10_000, 10_000) {
        let files = [("fleet/x.hcl", &*text)];
        let shown = great(&Case { files: &files, code: "F002", says: &[says], ..Case::default() });
        assert!(shown.contains(" --> fleet/x.hcl:") && shown.len() < 2_000, "{shown:.2000}");
    }
    // The largest that the cap on a file leaves room for, where a million does not fit; once each.
    for text in deep(1_000_000, 500_000) {
        let place = Place::with(&sound());
        place.write("fleet/x.hcl", &text);
        let shown = place.run(&["render", "--out", "out"]).refused(2);
        assert!(shown.contains(says) && shown.len() < 2_000, "{shown:.2000}");
    }
    insta::assert_snapshot!(told(("F002", "2:81", &["nested"], &value(&nested("(", "1", ")", 10_000)))), @"
    error[F002]: syntax error: nested too deeply; allowed: at most 64 nested levels
     --> fleet/x.hcl:2:81
      |
    2 | …((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((...
      |                                                              ^ here
      |
      = help: move the inner parts into locals of their own

    1 error
    ");
}

#[test]
fn b18_long_chains_end_at_a_limit() {
    for count in [10_000, 1_000_000] {
        all_told(&[
            (
                "F002",
                "2:275",
                &["too long an expression; allowed: at most 128 chained binary operators"],
                &value(&format!("1{}", "+1".repeat(count))),
            ),
            (
                "C121",
                "2:18",
                &["more than 8 splats in one traversal"],
                &value(&format!("[1]{}", "[*]".repeat(count))),
            ),
            ("C101", "2:18", &["nothing is called `a` here"], &value(&format!("a{}", ".a".repeat(count)))),
            (
                "C111",
                "2:25",
                &["this value is a number and has no elements"],
                &value(&format!("[1]{}", "[0]".repeat(count))),
            ),
            ("F003", "2:21", &["unclosed bracket"], &value("((((")),
            (
                "F007",
                "1:13",
                &["`profile` takes one label, NAME; found"],
                &format!("profile {}{{}}\n", "\"a\" ".repeat(count / 2)),
            ),
        ]);
    }
}

#[test]
fn b18_nesting_up_to_the_limit_is_fine() {
    super::beside::fine(&|place| place.write("fleet/x.hcl", &value(&nested("(", "1", ")", 61))));
    told(("F002", "2:81", &["nested too deeply"], &value(&nested("(", "1", ")", 64))));
}

#[test]
fn b19_what_grows_ends_at_a_limit() {
    let text = told((
        "C121",
        "2:28",
        &["this expression needs more than 100000 elements in one list or map", "make it smaller"],
        &value("[for x in range(10000000) : x]"),
    ));
    insta::assert_snapshot!(text, @"
    error[C121]: this expression needs more than 100000 elements in one list or map
     --> fleet/x.hcl:2:28
      |
    2 |   values = { a = [for x in range(10000000) : x] }
      |                            ^^^^^^^^^^^^^^^
      |
      = clusters: prod-a, prod-b
      = help: make it smaller, or split it over several `locals`

    1 error
    ");
    let doubling = |first: &str, next: &str| {
        let locals =
            (1..=40).map(|n| format!("  a{n} = {}\n", next.replace('@', &format!("local.a{}", n - 1))));
        format!(
            "locals {{\n  a0 = {first}\n{}}}\noutput \"o\" {{\n  value = local.a40\n}}\n",
            locals.collect::<String>()
        )
    };
    all_told(&[
        (
            "C121",
            "2:52",
            &["more than 2000000 steps"],
            &value("[for a in range(4000) : [for b in range(4000) : 1]]"),
        ),
        ("C121", "2:18", &["more than 1048576 bytes in one string"], &value("indent(100000000, \"a\\nb\")")),
        (
            "C121",
            "2:18",
            &["more than 1048576 bytes in one string"],
            &value("\"%{ for x in range(99999) }aaaaaaaaaaaaaaaaaaaa%{ endfor }\""),
        ),
        (
            "C121",
            "11:8",
            &["more than 1048576 bytes in one string"],
            &doubling("\"aaaaaaaaaa\"", "\"${@}${@}${@}${@}\""),
        ),
        ("C121", "12:9", &["more than 2000000 steps"], &doubling("[1, 1]", "[@, @, @, @]")),
        (
            "C107",
            "2:29",
            &["`jsondecode`: `text` must be JSON", "inside each other"],
            &value(&format!("jsondecode(\"{}\")", "[".repeat(10_000))),
        ),
    ]);
}
