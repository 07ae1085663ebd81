//! Mistakes that show only in the YAML that templates render: keys, words and tags.

use super::score::{Case, great};
use super::web::{WEB, data, rendered, values};

/// What is told of a template whose rendered text is wrong.
pub fn told(files: &[(&str, &str)], code: &str, place: &str, says: &[&str]) -> String {
    great(&Case {
        files,
        code,
        place: Some(place),
        rendered: true,
        about: Some(("prod-a, prod-b", "component.web")),
        says,
        ..Case::default()
    })
}

/// What `a: TEXT` is rendered to, after the colon.
pub fn value_of(files: &[(&str, &str)]) -> String {
    let text = rendered(files);
    text.split_once("\n  a: ").map(|(_, value)| value.trim_end().to_owned()).unwrap_or(text)
}

#[test]
fn b46_a_key_given_twice_names_both_lines() {
    let twice = |key: &str| format!("the key \"{key}\" is given twice in one map");
    let text = told(
        &[(WEB, &data("  a: b\n  c: d\n  a: e"))],
        "Y001",
        "templates/web.yaml:8:3",
        &[&twice("a"), "first given here", "take one of the two away"],
    );
    insta::assert_snapshot!(text, @r#"
    error[Y001]: rendered text is no YAML: the key "a" is given twice in one map
     --> templates/web.yaml:8:3
      |
    6 |   a: b
      |   ---- first given here
    7 |   c: d
    8 |   a: e
      |   ^^^^
      |
     ::: prod-a/web (rendered):8:3
      |
    8 |   a: e
      |   -
      |
      = clusters: prod-a, prod-b
      = object: component.web
      = help: take one of the two away

    1 error
    "#);
    for (template, place, says) in [
        (data("  a: b\ndata:\n  c: d"), "7:1", [&*twice("data"), "first given here"]),
        (
            format!("x-base: &base\n  a: 1\n{}", data("  a: b\n  <<: *base")),
            "9:3",
            ["`<<` merges in the key \"a\", which is given before it", "first given here"],
        ),
        (
            format!("x-a: &a\n  a: 1\nx-b: &b\n  b: 1\n{}", data("  <<: *a\n  <<: *b")),
            "11:3",
            [&*twice("<<"), "merge several maps with one key: `<<: [*a, *b]`"],
        ),
        (
            data("{% for n in [1, 2] %}\n  a: b\n{% endfor %}"),
            "7:3",
            [&*twice("a"), "take one of the two away"],
        ),
    ] {
        told(&[(WEB, &template)], "Y001", &format!("{WEB}:{place}"), &says);
    }
    told(
        &[(WEB, &data("  a: b\n  {{ values.key }}: c")), ("fleet/web.hcl", &values("key = \"a\""))],
        "Y001",
        "templates/web.yaml:7:3",
        &[&twice("a"), "take one of the two away", "the value is set here"],
    );
}

#[test]
fn b47_a_spliced_string_that_yaml_reads_as_something_else_is_an_error() {
    let spliced = |line: &str, word: &str| {
        let what = match word {
            "~" => "null",
            "012" | "1_000" | ".5" | "0x1F" => "a number",
            _ => "a bool",
        };
        told(
            &[(WEB, &data(line)), ("fleet/web.hcl", &values(&format!("word = \"{word}\"")))],
            "T031",
            "templates/web.yaml:6:6",
            &[
                &format!("is a string, but makes this scalar {what}"),
                "::: prod-a/web (rendered):6:6",
                "put `| quote` after the value in the template",
            ],
        )
    };
    insta::assert_snapshot!(spliced("  a: {{ values.word }}", "no"), @r#"
    error[T031]: the value "no" is a string, but makes this scalar a bool
     --> templates/web.yaml:6:6
      |
    6 |   a: {{ values.word }}
      |      ^^^^^^^^^^^^^^^^^ needs quotes
      |
     ::: fleet/web.hcl:4:63
      |
    4 |   values    = { greeting = "hello", token = var.token, word = "no" }
      |                                                               ---- the value is set here
      |
     ::: prod-a/web (rendered):6:6
      |
    6 |   a: no
      |      --
      |
      = clusters: prod-a, prod-b
      = object: component.web
      = help: put `| quote` after the value in the template

    1 error
    "#);
    for word in ["yes", "no", "on", "off", "y", "n", "012", "1_000", ".5", "0x1F", "~"] {
        spliced("  a: {{ values.word }}", word);
    }
    spliced("  a: {{ values.word | upper }}", "off");
    spliced("  a: {{ values.word | trim }}", "on");
}

/// These are strings to the API server as well, though not to every reader of YAML: they are written between
/// quotes, so that no reader differs, and are no error.
#[test]
fn b47_what_only_some_readers_take_for_something_else_is_quoted() {
    for word in ["1:30", "2001-01-01", "="] {
        let quoted = format!("\"{word}\"");
        assert_eq!(value_of(&[(WEB, &data(&format!("  a: {word}")))]), quoted);
        let spliced = data("  a: {{ values.word }}");
        assert_eq!(
            value_of(&[(WEB, &spliced), ("fleet/web.hcl", &values(&format!("word = \"{word}\"")))]),
            quoted
        );
    }
}

/// What stands in a template without quotes is read as the API server reads it (YAML 1.1 words), and written so
/// that every reader agrees.
#[test]
fn b47_a_word_of_the_template_is_read_as_the_api_server_does() {
    for (word, value) in [
        ("yes", "true"),
        ("no", "false"),
        ("on", "true"),
        ("off", "false"),
        ("y", "true"),
        ("n", "false"),
        ("012", "10"),
        ("1_000", "1000"),
        (".5", "0.5"),
        ("0x1F", "31"),
        ("~", "null"),
        ("'no'", "\"no\""),
    ] {
        assert_eq!(value_of(&[(WEB, &data(&format!("  a: {word}")))]), value, "{word}");
    }
}

#[test]
fn b49_tags_are_refused_but_those_of_the_core() {
    let tagged = |written: &str, tag: &str| {
        told(
            &[(WEB, &data(&format!("  a: {written}")))],
            "Y001",
            "templates/web.yaml:6:3",
            &[&format!("the tag {tag} is not supported"), "allowed are !!str, !!int, !!bool"],
        )
    };
    insta::assert_snapshot!(tagged("!!python/object:os.system {}", "!!python/object:os.system"), @"
    error[Y001]: rendered text is no YAML: the tag !!python/object:os.system is not supported
     --> templates/web.yaml:6:3
      |
    6 |   a: !!python/object:os.system {}
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
     ::: prod-a/web (rendered):6:6
      |
    6 |   a: !!python/object:os.system {}
      |      -------------------------
      |
      = clusters: prod-a, prod-b
      = object: component.web
      = help: allowed are !!str, !!int, !!bool, !!null, !!float, !!map and !!seq; quote a text that begins with `!`

    1 error
    ");
    for (written, tag) in [
        ("!Ref a", "!Ref"),
        ("!!binary aGVsbG8=", "!!binary"),
        ("!!timestamp 2001-01-01", "!!timestamp"),
        ("!!set {a}", "!!set"),
        ("!<tag:example.com,2000:a> b", "!<tag:example.com,2000:a>"),
    ] {
        tagged(written, tag);
    }
    assert_eq!(value_of(&[(WEB, &data("  a: !!str 12"))]), "\"12\"");
}
