//! Mistakes in what a template says.

use super::score::{Case, great};
use super::web::{WEB, data, rendered};

/// What is told of the template with these lines of data.
pub fn told(lines: &str, code: &str, place: &str, says: &[&str]) -> String {
    great(&Case {
        files: &[(WEB, &data(lines))],
        // What uses up a budget takes its time on each cluster.
        arguments: if code == "T025" { &["--cluster", "prod-a"] } else { &[] },
        code,
        place: Some(&format!("{WEB}:{place}")),
        about: Some(("prod-a", "component.web")),
        says,
        ..Case::default()
    })
}

/// What is told of a template that cannot be loaded, whatever the cluster.
pub fn refused(template: &str, code: &str, place: &str, says: &[&str]) -> String {
    great(&Case {
        files: &[(WEB, template)],
        code,
        place: Some(&format!("{WEB}:{place}")),
        says,
        ..Case::default()
    })
}

#[test]
fn b31_an_undefined_name_says_what_is_near() {
    let regoin = great(&Case {
        files: &[
            (WEB, &data("  a: {{ cluster.regoin }}")),
            (
                "fleet/fleet.hcl",
                "fleet \"demo\" {}\ncluster \"prod-a\" {\n  labels = { region = \"eu\", zone = \"a\" }\n}\n",
            ),
        ],
        code: "T020",
        place: Some("templates/web.yaml:6:17"),
        about: Some(("prod-a", "component.web")),
        says: &["`cluster` has no `regoin`", "did you mean `cluster.labels.region`?"],
        ..Case::default()
    });
    insta::assert_snapshot!(regoin, @"
    error[T020]: `cluster` has no `regoin`
     --> templates/web.yaml:6:17
      |
    6 |   a: {{ cluster.regoin }}
      |                 ^^^^^^
      |
      = cluster: prod-a
      = object: component.web
      = help: did you mean `cluster.labels.region`?

    1 error
    ");
    for (lines, place, says) in [
        (
            "  a: {{ values.greting | quote }}",
            "6:16",
            ["`values` has no `greting`", "did you mean `values.greeting`?"],
        ),
        (
            "  a: {{ cluster.labels.zoen }}",
            "6:24",
            ["`cluster.labels` has no `zoen`", "did you mean `cluster.labels.zone`?"],
        ),
        ("  a: {{ valeus.greeting }}", "6:9", ["`valeus` is not defined", "did you mean `values`?"]),
        (
            "  a: {{ nothing }}",
            "6:9",
            ["`nothing` is not defined", "a template sees cluster, clusters, fleet, unit or values"],
        ),
        ("  a: {{ service.image }}", "6:9", ["`service` is not defined", "use `values` here"]),
        (
            "{% for c in clusters %}\n  {{ c.name }}: {{ c.nmae }}\n{% endfor %}",
            "7:22",
            ["`c` has no `nmae`", "did you mean `c.name`?"],
        ),
        (
            "  a: {{ values.greeting | replace(from=values.form, to=\"x\") }}",
            "6:47",
            ["`values` has no `form`", "`values` has greeting or token"],
        ),
        (
            "  a: {{ values.greeting.first }}",
            "6:25",
            ["`values.greeting` is a string, so it has no `first`", "use `values.greeting` itself"],
        ),
        (
            "{% component row(v) %}{{ v.x }}{% endcomponent %}\n  a: {{ <row v={values} /> }}",
            "6:26",
            ["`v.x` is not defined", "set it in the fleet"],
        ),
    ] {
        told(lines, "T020", place, &says);
    }
    refused(
        &data("  a: {{ values.greeting | qoute }}"),
        "T004",
        "6:27",
        &["there is no filter `qoute`", "did you mean `quote`?"],
    );
}

#[test]
fn b31_an_undefined_name_of_an_include_names_both_templates() {
    let text = great(&Case {
        files: &[
            (WEB, &data("{% include \"_lib/row.yaml\" %}")),
            ("templates/_lib/row.yaml", "  a: {{ values.greting }}\n"),
        ],
        code: "T020",
        place: Some("templates/_lib/row.yaml:1:16"),
        about: Some(("prod-a", "component.web")),
        says: &["`values` has no `greting`", "::: templates/web.yaml:6:1", "used here"],
        ..Case::default()
    });
    insta::assert_snapshot!(text, @r#"
    error[T020]: `values` has no `greting`
     --> templates/_lib/row.yaml:1:16
      |
    1 |   a: {{ values.greting }}
      |                ^^^^^^^
      |
     ::: templates/web.yaml:6:1
      |
    6 | {% include "_lib/row.yaml" %}
      | ----------------------------- used here
      |
      = clusters: prod-a, prod-b
      = object: component.web
      = help: did you mean `values.greeting`?

    1 error
    "#);
}

#[test]
fn b32_undefined_is_no_false_and_no_default_but_where_it_is_asked_for() {
    for (lines, place) in [
        ("{% if values.debug %}\n  a: b\n{% endif %}", "6:14"),
        ("{% if not values.debug %}\n  a: b\n{% endif %}", "6:18"),
        ("{% if values.greeting and values.debug %}\n  a: b\n{% endif %}", "6:34"),
        ("{% if values.debug == \"x\" %}\n  a: b\n{% endif %}", "6:14"),
        ("{% for x in values.debug %}\n  a: b\n{% endfor %}", "6:20"),
        ("  a: {{ \"x\" if values.debug else \"y\" }}", "6:23"),
        ("  a: {{ values.debug or \"x\" }}", "6:16"),
        ("  a: {{ values.debug.level | default(value=\"x\") }}", "6:16"),
    ] {
        told(
            lines,
            "T020",
            place,
            &["`values` has no `debug`", "ask with `is defined` or add `| default(value=…)`"],
        );
    }
    for (line, printed) in [
        ("  a: {{ values.debug | default(value=\"x\") }}", "  a: x\n"),
        ("  a: {% if values.debug is defined %}x{% else %}z{% endif %}", "  a: z\n"),
    ] {
        let text = rendered(&[(WEB, &data(line))]);
        assert!(text.ends_with(printed), "{text}");
    }
}

#[test]
fn b33_a_syntax_error_is_told_at_the_tag_that_was_opened() {
    let text = refused(
        &data("{% if values.greeting %}\n  a: b\n{% endfor %}"),
        "T003",
        "8:4",
        &[
            "`{% endfor %}` does not close `{% if %}`",
            "opened here",
            "write `{% endif %}` before it, or in its place",
        ],
    );
    insta::assert_snapshot!(text, @"
    error[T003]: `{% endfor %}` does not close `{% if %}`
     --> templates/web.yaml:8:4
      |
    6 | {% if values.greeting %}
      | ------------------------ opened here
    7 |   a: b
    8 | {% endfor %}
      |    ^^^^^^
      |
      = help: write `{% endif %}` before it, or in its place

    1 error
    ");
    for (lines, place, says) in [
        ("{% if values.greeting\n  a: b\n{% endif %}", "6:1", ["`{%` is never closed", "close it with `%}`"]),
        (
            "  a: {{ values.greeting\n  b: {{ values.greeting }}",
            "6:6",
            ["`{{` is never closed", "close it with `}}`"],
        ),
        ("  a: b {# note", "6:8", ["`{#` is never closed", "close it with `#}`"]),
        ("  a: {{ \"abc }}", "6:9", ["this string is never closed", "close it with `\"`"]),
        (
            "{% if values.greeting %}\n  a: b",
            "6:1",
            ["`{% if %}` is never closed", "close it with `{% endif %}`"],
        ),
        ("{% raw %}\n  a: {{ b }}", "6:1", ["`{% raw %}` is never closed", "close it with `{% endraw %}`"]),
        (
            "  a: b\n{% endif %}",
            "7:4",
            ["`{% endif %}` closes nothing", "take it out, or open it with `{% if … %}`"],
        ),
        (
            "{% fro a in clusters %}{% endfor %}",
            "6:4",
            ["there is no tag `fro`", "did you mean `{% for … %}`?"],
        ),
        (
            "{% if true %}{% else if true %}{% endif %}",
            "6:22",
            ["there is no tag `else if`", "write `{% elif … %}`"],
        ),
        (
            "{% macro a() %}{% endmacro %}",
            "6:4",
            ["there is no tag `macro`", "`{% component name(argument) %} … {% endcomponent %}`"],
        ),
        (
            "  a: {{ values.greeting | }}",
            "6:27",
            ["found `}}` where a name is expected", "see templates/README.md"],
        ),
        (
            "  a: {{ (values.greeting }}",
            "6:26",
            ["found `}}` where `)` is expected", "see templates/README.md"],
        ),
        (
            "  a: {{ .Values.greeting }}",
            "6:9",
            ["found `.` where a value is expected", "write the name without a dot before it"],
        ),
    ] {
        refused(&data(lines), "T003", place, &says);
    }
}

#[test]
fn b36_what_would_not_be_reproducible_is_not_there() {
    let why = "the same fleet must give the same objects on every machine";
    let text = refused(
        &data("  a: {{ get_env(name=\"HOME\") }}"),
        "T005",
        "6:9",
        &["the function `get_env` is not available", why, "declare a `variable`"],
    );
    insta::assert_snapshot!(text, @r#"
    error[T005]: the function `get_env` is not available: the same fleet must give the same objects on every machine, so a template sees no clock, environment, randomness or files
     --> templates/web.yaml:6:9
      |
    6 |   a: {{ get_env(name="HOME") }}
      |         ^^^^^^^
      |
      = help: declare a `variable` and give it with `--var` or FLEETWRIGHT_VAR_…

    1 error
    "#);
    for (call, says) in [
        ("now()", ["the function `now` is not available", why]),
        ("get_random(start=1, end=2)", ["the function `get_random` is not available", why]),
        (
            "throw(message=\"x\")",
            ["the function `throw` is not available", "a template does not decide whether a fleet is valid"],
        ),
        (
            "__tera_context",
            ["the variable `__tera_context` is not available", "it would print every value a template sees"],
        ),
    ] {
        refused(&data(&format!("  a: {{{{ {call} }}}}")), "T005", "6:9", &says);
    }
}
