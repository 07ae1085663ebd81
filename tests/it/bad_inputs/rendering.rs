//! Templates that never end, cannot be read, or print nothing or the wrong thing.

use std::fs;

use super::score::{Case, great, sound};
use super::templates::{refused, told};
use super::web::{WEB, data, rendered, values};
use crate::program::Place;

#[test]
fn b35_what_never_ends_hits_a_limit() {
    let circle = ["contains itself", "loop over a list instead"];
    let text =
        refused("{% component a() %}{{ <a /> }}{% endcomponent %}{{ <a /> }}\n", "T007", "1:24", &circle);
    insta::assert_snapshot!(text, @"
    error[T007]: <a> contains itself: <a> → <a>
     --> templates/web.yaml:1:24
      |
    1 | {% component a() %}{{ <a /> }}{% endcomponent %}{{ <a /> }}
      |                        ^ closes the circle
      |
      = help: templates and components may not contain themselves: loop over a list instead

    1 error
    ");
    refused("{% include \"web.yaml\" %}\n", "T007", "1:13", &circle);
    for (lines, place, says) in [
        (
            "{% for a in range(end=1000000000) %}\n  a{{ a }}: b\n{% endfor %}",
            "6:13",
            "`range` of 1000000000 elements; it makes at most 100000",
        ),
        (
            "{% for a in range(end=100000) %}{% for b in range(end=100000) %}{% endfor %}{% endfor %}",
            "6:64",
            "more than 1000000 turns of loops and components",
        ),
        (
            "{% set s = \"0123456789\" %}{% for a in range(end=60) %}{% set_global s = s ~ s %}{% endfor %}",
            "6:73",
            "a string of more than 1 MiB",
        ),
    ] {
        told(lines, "T025", place, &[says]);
    }
    let line = format!("  k: \"{}\"", "x".repeat(200));
    let lines = format!("{{% for a in range(end=100000) %}}\n{line}\n{{% endfor %}}");
    told(
        &lines,
        "T025",
        "7:3",
        &["the template prints more than 16 MiB", "look at the loop around this line"],
    );
}

#[test]
fn b37_bytes_that_are_no_text_are_told_by_their_offset() {
    let case = |command, says| Case {
        command,
        code: "T001",
        place: Some("fleet/web.hcl:3:16"),
        says,
        ..Case::default()
    };
    let text = great(&case(
        |place, arguments| {
            fs::write(place.path().join(WEB), b"apiVersion: v1\na: caf\xe9\n").unwrap();
            place.command(arguments)
        },
        &["templates/web.yaml: not UTF-8: byte 0xe9 at offset 21, line 2", "save the file as UTF-8"],
    ));
    insta::assert_snapshot!(text, @r#"
    error[T001]: templates/web.yaml: not UTF-8: byte 0xe9 at offset 21, line 2
     --> fleet/web.hcl:3:16
      |
    3 |   templates = ["web"]
      |                ^^^^^ named here
      |
      = help: save the file as UTF-8

    1 error
    "#);
    great(&case(
        |place, arguments| {
            fs::write(place.path().join(WEB), b"\xff\xfea\0:\0 \0b\0\n\0").unwrap();
            place.command(arguments)
        },
        &["byte 0xff at offset 0, line 1; it looks like UTF-16"],
    ));
    refused(
        &data("  a: \u{feff}b"),
        "T002",
        "6:6",
        &["the character U+FEFF at byte 64 may not stand here", "take it out"],
    );
    refused(
        &data("  a: b\rc"),
        "T002",
        "6:7",
        &["the character U+000D at byte 65 may not stand here", "take it out"],
    );
    let lines = data("  a: |\n    x\n    y");
    let plain = rendered(&[(WEB, &lines)]);
    assert_eq!(rendered(&[(WEB, &format!("\u{feff}{lines}"))]), plain);
    assert_eq!(rendered(&[(WEB, &lines.replace('\n', "\r\n"))]), plain);
    assert!(plain.ends_with("data:\n  a: |\n    x\n    y\n"), "{plain}");
}

#[test]
fn b38_to_render_nothing_has_to_be_meant() {
    let text = refused_at_unit(
        &format!("{{% if cluster.name == \"prod-a\" %}}\n{}{{% endif %}}\n", data("  a: b")),
        "prod-b",
    );
    insta::assert_snapshot!(text, @r#"
    error[T040]: component.web rendered nothing
     --> fleet/web.hcl:1:11
      |
    1 | component "web" {
      |           ^^^^^
      |
      = cluster: prod-b
      = object: component.web
      = help: say `optional = true` if that is meant, or exclude the cluster with `match`

    1 error
    "#);
    for nothing in ["", "  \n\n", "# nothing\n", "---\n", "---\n---\n# nothing\n"] {
        refused_at_unit(nothing, "prod-a, prod-b");
        let optional = values("").replace("  namespace", "  optional = true\n  namespace");
        let place = Place::with(&sound());
        place.write(WEB, nothing);
        place.write("fleet/web.hcl", &optional);
        assert_eq!(place.run(&["render"]).done().0, "");
    }
}

#[test]
fn b39_nothing_is_escaped_for_html_whatever_the_name() {
    for path in ["templates/web/web.html.yaml", "templates/web/web.htm.yml", "templates/web/web.yaml"] {
        let place = Place::with(&sound());
        fs::remove_file(place.path().join(WEB)).unwrap();
        place.write(path, &data("  a: {{ values.text | quote }}\n  b: '{{ values.plain }}'"));
        place.write("fleet/web.hcl", &values("text = \"<a href=\\\"x\\\"> & 'y'\", plain = \"<b> & /\""));
        let text = place.run(&["render", "--cluster", "prod-a"]).done().0;
        assert!(text.ends_with("data:\n  a: <a href=\"x\"> & 'y'\n  b: <b> & /\n"), "{text}");
    }
}

#[test]
fn b41_several_lines_at_the_wrong_place_name_the_template_line() {
    let case = |lines: &str, more: &str, code: &str, place: &str, says: &[&str]| {
        great(&Case {
            files: &[(WEB, &data(lines)), ("fleet/web.hcl", &values(more))],
            code,
            place: Some(&format!("{WEB}:{place}")),
            rendered: true,
            about: Some(("prod-a", "component.web")),
            says,
            ..Case::default()
        })
    };
    let text = "text = \"x\\ny: z\"";
    let told = case(
        "  a: |\n    {{ values.text }}\n  b: c",
        text,
        "T030",
        "7:5",
        &[
            "a text of several lines is spliced in with too little indentation",
            "write `| indent(width=4)` in the template",
        ],
    );
    insta::assert_snapshot!(told, @r#"
    error[T030]: a text of several lines is spliced in with too little indentation: a line of it begins in column 1, and must begin in column 5 or later
     --> templates/web.yaml:7:5
      |
    7 |     {{ values.text }}
      |     ^^^^^^^^^^^^^^^^^ spliced in here
      |
     ::: fleet/web.hcl:4:63
      |
    4 |   values    = { greeting = "hello", token = var.token, text = "x\ny: z" }
      |                                                               --------- the value is set here
      |
     ::: prod-a/web (rendered):8:1
      |
    8 | y: z
      | ----
      |
      = clusters: prod-a, prod-b
      = object: component.web
      = help: write `| indent(width=4)` in the template

    1 error
    "#);
    let map = "map = { x = 1, z = 2 }";
    let told = case(
        "  a:\n    {{ values.map | to_yaml }}",
        map,
        "T030",
        "7:5",
        &["begins in column 1, and must begin in column 5 or later", "write `| to_yaml | indent(width=4)`"],
    );
    insta::assert_snapshot!(told, @"
    error[T030]: a map or list is spliced in with too little indentation: a line of it begins in column 1, and must begin in column 5 or later
     --> templates/web.yaml:7:5
      |
    7 |     {{ values.map | to_yaml }}
      |     ^^^^^^^^^^^^^^^^^^^^^^^^^^ spliced in here
      |
     ::: prod-a/web (rendered):8:1
      |
    8 | z: 2
      | ----
      |
      = clusters: prod-a, prod-b
      = object: component.web
      = help: write `| to_yaml | indent(width=4)` in the template

    1 error
    ");
    case("  a: {{ values.text }}", text, "Y001", "6:6", &["put `| quote` after the value in the template"]);
    case(
        "  a: |\n {{ values.text }}",
        text,
        "Y001",
        "7:2",
        &["rendered text is no YAML", "check the indentation"],
    );
    case("  a: {{ values.map | to_yaml }}", map, "T030", "6:6", &["write `| to_yaml | nindent(width=4)`"]);
    case(
        "  a: {{ values.map | to_yaml | nindent(width=2) }}",
        map,
        "T030",
        "6:6",
        &["begins in column 3, and must begin in column 4 or later"],
    );
}

fn refused_at_unit(template: &str, clusters: &str) -> String {
    great(&Case {
        files: &[(WEB, template)],
        code: "T040",
        place: Some("fleet/web.hcl:1:11"),
        about: Some((clusters, "component.web")),
        says: &["component.web rendered nothing", "say `optional = true` if that is meant"],
        ..Case::default()
    })
}
