//! Characters, numbers and depths that YAML or the API server does not have.

use std::fs;

use super::score::{Case, great, sound};
use super::web::{MAP, WEB, data, values};
use super::yaml::{told, value_of};
use crate::program::Place;

#[test]
fn b50_characters_that_yaml_does_not_have_are_told_with_line_and_column() {
    let template = |lines: &str, code: &str, place: &str, says: &[&str]| {
        great(&Case {
            files: &[(WEB, &data(lines))],
            code,
            place: Some(&format!("{WEB}:{place}")),
            rendered: code == "Y001",
            about: (code == "Y001").then_some(("prod-a", "component.web")),
            says,
            ..Case::default()
        })
    };
    let tab = ["a tab where YAML wants blanks", "indent with blanks"];
    insta::assert_snapshot!(template("  a: b\n\tc: d", "Y001", "7:2", &tab), @"
    error[Y001]: rendered text is no YAML: a tab where YAML wants blanks
     --> templates/web.yaml:7:2
      |
    7 |     c: d
      |     ^^^^
      |
     ::: prod-a/web (rendered):7:1
      |
    7 |     c: d
      | ----
      |
      = clusters: prod-a, prod-b
      = object: component.web
      = help: indent with blanks; YAML does not allow tabs there

    1 error
    ");
    template("\ta: b", "Y001", "6:2", &tab);
    template("  a: \"\\ud800\"", "Y001", "6:3", &["half of a surrogate pair, which is no character"]);
    for (character, name) in [
        ('\0', "U+0000"),
        ('\u{7}', "U+0007"),
        ('\u{1b}', "U+001B"),
        ('\u{85}', "U+0085"),
        ('\u{7f}', "U+007F"),
    ] {
        let says = format!("the character {name} at byte 64 may not stand here");
        template(&format!("  a: {character}"), "T002", "6:6", &[&says, "take it out"]);
    }
    for (escape, name, quoted) in [("\\u0000", "U+0000", "\"x\\x00\""), ("\\u0085", "U+0085", "\"x\\x85\"")] {
        let fleet = values(&format!("text = \"x{escape}\""));
        told(
            &[(WEB, &data("  a: {{ values.text }}")), ("fleet/web.hcl", &fleet)],
            "Y001",
            "templates/web.yaml:6:6",
            &[&format!("the character {name} is not allowed in YAML"), "put `| quote` after the value"],
        );
        assert_eq!(
            value_of(&[(WEB, &data("  a: {{ values.text | quote }}")), ("fleet/web.hcl", &fleet)]),
            quoted
        );
    }
}

#[test]
fn b50_surrogates_and_overlong_bytes_are_no_utf_8() {
    let case = |command, says| Case {
        command,
        code: "T001",
        place: Some("fleet/web.hcl:3:16"),
        says,
        ..Case::default()
    };
    great(&case(
        |place, arguments| {
            fs::write(place.path().join(WEB), b"a: b\nc: \xed\xa0\x80\n").unwrap();
            place.command(arguments)
        },
        &["byte 0xed at offset 8, line 2"],
    ));
    great(&case(
        |place, arguments| {
            fs::write(place.path().join(WEB), b"a: b\nc: \xc0\xaf\n").unwrap();
            place.command(arguments)
        },
        &["byte 0xc0 at offset 8, line 2"],
    ));
}

#[test]
fn b51_a_number_is_kept_or_refused() {
    let refused = |number: &str, why: &str| {
        told(
            &[(WEB, &format!("{MAP}spec:\n  a: {number}\n"))],
            "Y001",
            "templates/web.yaml:6:3",
            &[&format!("{number} {why}"), "put it between quotes if it is meant as text"],
        )
    };
    let range = "is outside of -9223372036854775808 to 9223372036854775807";
    insta::assert_snapshot!(refused("18446744073709551616", range), @"
    error[Y001]: rendered text is no YAML: 18446744073709551616 is outside of -9223372036854775808 to 9223372036854775807
     --> templates/web.yaml:6:3
      |
    6 |   a: 18446744073709551616
      |   ^^^^^^^^^^^^^^^^^^^^^^^
      |
     ::: prod-a/web (rendered):6:6
      |
    6 |   a: 18446744073709551616
      |      --------------------
      |
      = clusters: prod-a, prod-b
      = object: component.web
      = help: put it between quotes if it is meant as text

    1 error
    ");
    for (number, why) in [
        ("9223372036854775808", range),
        ("-9223372036854775809", range),
        ("1e309", "is larger than a number can be"),
        (".nan", "is no finite number"),
        (".inf", "is no finite number"),
        ("-.inf", "is no finite number"),
        ("3.14159265358979323846", "has more digits than a number of the API server holds"),
    ] {
        refused(number, why);
    }
    for (number, value) in
        [("9223372036854775807", "9223372036854775807"), ("-0.0", "0"), ("1.10", "1.1"), ("1e3", "1000")]
    {
        assert_eq!(value_of(&[(WEB, &format!("{MAP}spec:\n  a: {number}\n"))]), value);
    }
    told(
        &[(WEB, &data("  a: {{ values.version }}")), ("fleet/web.hcl", &values("version = \"1.10\""))],
        "T031",
        "templates/web.yaml:6:6",
        &["the value \"1.10\" is a string, but makes this scalar a number"],
    );
}

#[test]
fn b52_nesting_ends_at_a_limit() {
    let deep = |lines: &str, place: &str| {
        told(
            &[(WEB, &data(lines))],
            "Y001",
            &format!("{WEB}:{place}"),
            &["nested more than 100 levels deep", "flatten it"],
        )
    };
    let block: String = (1..1500).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    insta::assert_snapshot!(deep(&block, "105:101"), @"
    error[Y001]: rendered text is no YAML: nested more than 100 levels deep
       --> templates/web.yaml:105:101
        |
    105 | ...                   a:
        |                       ^^
        |
       ::: prod-a/web (rendered):105:101
        |
    105 | ...                   a:
        |                       -
        |
        = clusters: prod-a, prod-b
        = object: component.web
        = help: flatten it; no object of Kubernetes is nested that deep

    1 error
    ");
    for count in [10_000, 1_000_000] {
        deep(&format!("  a: {}", "[".repeat(count)), "6:3");
        deep(&format!("  a: {}", "{a: ".repeat(count)), "6:3");
        deep(&format!("  a:\n    {}", "- ".repeat(count)), "7:5");
    }
    let place = Place::with(&sound());
    place.write(
        "fleet/raw.hcl",
        "component \"raw\" {\n  namespace = \"web\"\n  manifests = [\"raw.yaml\"]\n}\n",
    );
    place.write("fleet/raw.yaml", &format!("a: {}\n", "[".repeat(1_000_000)));
    let told = place.run(&["render"]).refused(2);
    assert!(told.starts_with(
        "error[Y001]: the manifest is no YAML: nested more than 100 levels deep\n --> fleet/raw.yaml:1:1\n"
    ));
}
