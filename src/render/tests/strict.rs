//! Templates: strict names, errors at load, filters, and what a template sees.

use insta::assert_snapshot;

use super::{Fleet, config_map};

const SETTINGS: &str = r#"values.image = "x:1"
values.n = 3
values.d = "1h30m"
values.ports = [{"name": "http", "number": 80}]
values.none = null
values.map = {"b": [1, "on"], "a": 1.5}
"#;

/// What is wrong with each of these lines of a `ConfigMap`.
fn problems(lines: &[&str]) -> String {
    let told = |line: &&str| format!("{line}\n{}\n", Fleet::new(&config_map(line)).set(SETTINGS).problems());
    lines.iter().map(told).collect()
}

#[test]
fn b31_an_undefined_name_says_what_is_there() {
    assert_snapshot!(problems(&[
        "x: {{ cluster.regoin }}",
        "x: {{ cluster.labels.regoin }}",
        "x: {{ clster.name }}",
        "x: {{ service.name }}",
        "x: {{ values.image.tag }}",
        "x: {{ values.none.tag }}",
        "x: {{ values[\"typo\"] | upper }}",
        "x: {{ values.ports[3].name }}",
        "{% for p in values.ports %}x: {{ p.nmae }}{% endfor %}",
        "{% for p in values.prots %}x: {{ p.name }}{% endfor %}",
        "{% set m = values.map %}x: {{ m.c }}",
    ]), @r#"
    x: {{ cluster.regoin }}
    T020: `cluster` has no `regoin`
     --> templates/web/a.yaml:6:17 `regoin`
     on prod-a: component.web
     help: did you mean `cluster.labels.region`?

    x: {{ cluster.labels.regoin }}
    T020: `cluster.labels` has no `regoin`
     --> templates/web/a.yaml:6:24 `regoin`
     on prod-a: component.web
     help: did you mean `cluster.labels.region`?

    x: {{ clster.name }}
    T020: `clster` is not defined
     --> templates/web/a.yaml:6:9 `clster`
     on prod-a: component.web
     help: did you mean `cluster`?

    x: {{ service.name }}
    T020: `service` is not defined
     --> templates/web/a.yaml:6:9 `service`
     on prod-a: component.web
     help: only templates of a `service` block see `service`; use `values` here

    x: {{ values.image.tag }}
    T020: `values.image` is a string, so it has no `tag`
     --> templates/web/a.yaml:6:22 `tag`
     on prod-a: component.web
     help: use `values.image` itself

    x: {{ values.none.tag }}
    T020: `values.none` is null, so it has no `tag`
     --> templates/web/a.yaml:6:21 `tag`
     on prod-a: component.web
     help: ask first: `{% if values.none %}`

    x: {{ values["typo"] | upper }}
    T020: `values` has no `typo`
     --> templates/web/a.yaml:6:16 `"typo"`
     on prod-a: component.web
     note: `values` has d, image, map, n, none or ports
     help: set it in the fleet; where it may be missing, ask with `is defined` or add `| default(value=…)`

    x: {{ values.ports[3].name }}
    T020: `values.ports` is a list of 1, so it has no `3`
     --> templates/web/a.yaml:6:22 `3`
     on prod-a: component.web
     help: set it in the fleet; where it may be missing, ask with `is defined` or add `| default(value=…)`

    {% for p in values.ports %}x: {{ p.nmae }}{% endfor %}
    T020: `p` has no `nmae`
     --> templates/web/a.yaml:6:38 `nmae`
     on prod-a: component.web
     help: did you mean `p.name`?

    {% for p in values.prots %}x: {{ p.name }}{% endfor %}
    T020: `values` has no `prots`
     --> templates/web/a.yaml:6:22 `prots`
     on prod-a: component.web
     help: did you mean `values.ports`?

    {% set m = values.map %}x: {{ m.c }}
    T020: `m` has no `c`
     --> templates/web/a.yaml:6:35 `c`
     on prod-a: component.web
     help: did you mean `m.a`?
    "#);
}

#[test]
fn b32_undefined_is_an_error_wherever_it_would_pass_in_silence() {
    for line in [
        "x: {% if values.typo %}1{% endif %}",
        "x: {% if not values.typo %}1{% endif %}",
        "x: {% if values.n == 3 and values.typo %}1{% endif %}",
        "x: {% if false %}1{% elif values.typo == 2 %}1{% endif %}",
        "x: {{ \"a\" ~ values.typo }}",
        "x: {{ 1 if values.typo else 2 }}",
        "x: {{ values.typo | str }}",
        "x: {{ [values.typo] | to_json }}",
        "x: {{ {\"a\": values.typo} | to_json }}",
        "x: {{ values.image | replace(from=values.typo, to=\"\") }}",
        "x: {{ [1 for p in values.ports if values.typo] | to_json }}",
        "{% set t = values.typo %}x: 1",
        "x: {{ values.map[values.typo] }}",
        "x: {{ 3 in values.typo }}",
        "x: {{ (values.typo) }}",
    ] {
        let told = problems(&[line]);
        assert!(told.contains("T020: `values` has no `typo`\n"), "{told}");
        assert!(told.contains(" `typo`\n on prod-a"), "{told}");
    }
}

#[test]
fn b32_what_may_be_undefined_can_be_said() {
    for (line, expected) in [
        ("x: {{ values.typo | default(value=\"d\") }}", r#"{"x":"d"}"#),
        ("x: {{ values.typo | default(value=values.typo) | default(value=1) }}", r#"{"x":1}"#),
        ("x: {{ values.image is defined and values.typo is not defined }}", r#"{"x":true}"#),
        ("x: {{ values?.typo?.more | default(value=values.image) }}", r#"{"x":"x:1"}"#),
        ("x: {{ values.none | default(value=5, boolean=true) }}", r#"{"x":5}"#),
        ("x: {% if values.none %}1{% else %}2{% endif %}", r#"{"x":2}"#),
    ] {
        assert_eq!(Fleet::new(&config_map(line)).set(SETTINGS).data(), expected, "{line}");
    }
}

#[test]
fn b33_syntax_errors_have_a_place_and_all_templates_are_told() {
    let fleet = Fleet::new("x: {{ values.image")
        .file("templates/web/b.yaml", "{% if values.image %}x: 1{% endfor %}")
        .file("templates/web/c.yaml", "{{ a b }}\n")
        .file("templates/web/d.yaml", "{# never closed");
    assert_snapshot!(fleet.problems(), @"
    T003: `{{` is never closed
     --> templates/web/a.yaml:1:4 `{{`
     help: close it with `}}`
    T003: `{% endfor %}` does not close `{% if %}`
     --> templates/web/b.yaml:1:29 `endfor`
     --> templates/web/b.yaml:1:1 `{% if values.image %}` opened here
     help: write `{% endif %}` before it, or in its place
    T003: found a name where `}}` is expected
     --> templates/web/c.yaml:1:6 `b`
     help: see templates/README.md for what a template may hold; literal braces stand in `{% raw %} … {% endraw %}`
    T003: `{#` is never closed
     --> templates/web/d.yaml:1:1 `{#`
     help: close it with `#}`
    ");
}

#[test]
fn b36_what_templates_do_not_have_says_why() {
    assert_snapshot!(problems(&[
        "x: {{ now() }} {{ get_env(name=\"X\") }} {{ get_random(end=3) }} {{ throw(message=\"x\") }}",
        "x: {{ values.image | safe }} {{ __tera_context }} {{ values.image | escape_html }}",
    ]), @r#"
    x: {{ now() }} {{ get_env(name="X") }} {{ get_random(end=3) }} {{ throw(message="x") }}
    T005: the function `now` is not available: the same fleet must give the same objects on every machine, so a template sees no clock, environment, randomness or files
     --> templates/web/a.yaml:6:9 `now`
     help: take the time out, or declare a `variable` and give it with `--var`
    T005: the function `get_env` is not available: the same fleet must give the same objects on every machine, so a template sees no clock, environment, randomness or files
     --> templates/web/a.yaml:6:21 `get_env`
     help: declare a `variable` and give it with `--var` or FLEETWRIGHT_VAR_…
    T005: the function `get_random` is not available: the same fleet must give the same objects on every machine, so a template sees no clock, environment, randomness or files
     --> templates/web/a.yaml:6:45 `get_random`
     help: derive it from a name: `unit.name | sha256`
    T005: the function `throw` is not available: a template does not decide whether a fleet is valid
     --> templates/web/a.yaml:6:69 `throw`
     help: use `| required(message=…)`, or a `validation` of the variable

    x: {{ values.image | safe }} {{ __tera_context }} {{ values.image | escape_html }}
    T005: the filter `safe` is not available: it would let a value change the structure of the YAML around it
     --> templates/web/a.yaml:6:24 `safe`
     help: use `| to_yaml`, `| to_json` or `| quote`
    T005: the variable `__tera_context` is not available: it would print every value a template sees, secret ones too
     --> templates/web/a.yaml:6:35 `__tera_context`
     help: print the values you want to look at with `| to_json`
    T005: the filter `escape_html` is not available: templates render YAML, not HTML
     --> templates/web/a.yaml:6:71 `escape_html`
     help: use `| quote`
    "#);
}

#[test]
fn unknown_names_are_all_told_with_what_there_is() {
    assert_snapshot!(problems(&[
        "x: {{ values.image | uper }} {{ rnage(end=1) }} {{ values.n is oddd }}",
        "{% include \"web/b.yaml\" %}{{ <nope /> }}{% extends \"nope.yaml\" %}",
    ]), @r#"
    x: {{ values.image | uper }} {{ rnage(end=1) }} {{ values.n is oddd }}
    T004: there is no filter `uper`
     --> templates/web/a.yaml:6:24 `uper`
     help: did you mean `upper`?
    T004: there is no function `rnage`
     --> templates/web/a.yaml:6:35 `rnage`
     help: did you mean `range`?
    T004: there is no test `oddd`
     --> templates/web/a.yaml:6:66 `oddd`
     help: did you mean `odd`?

    {% include "web/b.yaml" %}{{ <nope /> }}{% extends "nope.yaml" %}
    T003: `extends` needs to be the first tag of the template
     --> templates/web/a.yaml:6:54 `"nope.yaml"`
     help: see templates/README.md for what a template may hold; literal braces stand in `{% raw %} … {% endraw %}`
    "#);
}

#[test]
fn values_that_do_not_fit_are_told() {
    assert_snapshot!(problems(&[
        "x: {{ values.none }}",
        "x: {{ values.map }}",
        "x: {{ values.ports }}",
        "x: {{ values.image | int }}",
        "x: {{ 1 / 0 }}",
        "x: {{ values.image | seconds }}",
        "x: {{ values.map | quote }}",
        "x: {{ values.typo | required(message=\"give a typo\") }}",
        "x: {{ values.none | required(message=\"give a none\") }}",
        "x: {{ values.image + 1 }}",
        "x: {{ values.image | indent(width=500) }}",
    ]), @r#"
    x: {{ values.none }}
    T021: this is null, which would print nothing
     --> templates/web/a.yaml:6:9 `values.none`
     on prod-a: component.web
     help: print it only `{% if … %}` it is set, or give a default: `| default(value=…, boolean=true)`

    x: {{ values.map }}
    T022: a map cannot be printed as it is
     --> templates/web/a.yaml:6:9 `values.map`
     on prod-a: component.web
     help: put `| to_yaml` after it, and `| indent(width=…)` or `| nindent(width=…)` after that; or `| to_json`

    x: {{ values.ports }}
    T022: a list cannot be printed as it is
     --> templates/web/a.yaml:6:9 `values.ports`
     on prod-a: component.web
     help: put `| to_yaml` after it, and `| indent(width=…)` or `| nindent(width=…)` after that; or `| to_json`

    x: {{ values.image | int }}
    T023: the string `x:1` cannot be converted to an int in base 10
     --> templates/web/a.yaml:6:24 `int`
     on prod-a: component.web
     help: look at what this is given: `| to_json` prints any value

    x: {{ 1 / 0 }}
    T023: cannot divide by 0
     --> templates/web/a.yaml:6:13 `0`
     on prod-a: component.web
     help: look at what this is given: `| to_json` prints any value

    x: {{ values.image | seconds }}
    T023: "x:1" is no duration in whole seconds
     --> templates/web/a.yaml:6:9 `values.image`
     on prod-a: component.web
     help: write it as `90s`, `2m` or `1h30m`

    x: {{ values.map | quote }}
    T023: `quote` takes a string, a number or a bool, got a map
     --> templates/web/a.yaml:6:9 `values.map`
     on prod-a: component.web
     help: give a scalar, or put `| to_json` before it

    x: {{ values.typo | required(message="give a typo") }}
    T024: give a typo
     --> templates/web/a.yaml:6:9 `values.typo`
     on prod-a: component.web
     help: set it in the fleet

    x: {{ values.none | required(message="give a none") }}
    T024: give a none
     --> templates/web/a.yaml:6:9 `values.none`
     on prod-a: component.web
     help: set it in the fleet

    x: {{ values.image + 1 }}
    T023: `+` requires both operands to be numbers, found `string` and `i64`
     --> templates/web/a.yaml:6:9 `values.image + 1`
     on prod-a: component.web
     help: look at what this is given: `| to_json` prints any value

    x: {{ values.image | indent(width=500) }}
    T023: `width` is 500; at most 200 is allowed
     --> templates/web/a.yaml:6:24 `indent(width=500)`
     on prod-a: component.web
     help: indent by the depth of the key it stands under
    "#);
}

#[test]
fn filters_give_what_they_promise() {
    for (line, expected) in [
        ("x:{{ values.map | to_yaml | nindent(width=4) }}", r#"{"x":{"a":1.5,"b":[1,"on"]}}"#),
        ("x:\n  {{ values.map | to_yaml | indent(width=4) }}", r#"{"x":{"a":1.5,"b":[1,"on"]}}"#),
        ("x: {{ values.map | to_json }}", r#"{"x":{"a":1.5,"b":[1,"on"]}}"#),
        ("x: {{ \"on\" | to_yaml }}", r#"{"x":"on"}"#),
        ("x: {{ values.d | seconds }}", r#"{"x":5400}"#),
        ("x: {{ \"1.30\" | quote }}", r#"{"x":"1.30"}"#),
        ("x: {{ values.n | quote }}", r#"{"x":"3"}"#),
        ("x: {{ values.image | b64encode }}", r#"{"x":"eDox"}"#),
        (
            "x: {{ \"abc\" | sha256 }}",
            r#"{"x":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}"#,
        ),
        ("x: {{ range(start=5, end=1, step_by=-2) | join(sep=\"-\") }}", r#"{"x":"5-3"}"#),
        ("x: {{ [p.name for p in values.ports if p.number > 10] | join(sep=\",\") }}", r#"{"x":"http"}"#),
        ("x: {{ values.image | replace(from=\":\", to=\"-\") }}", r#"{"x":"x-1"}"#),
        ("x: |\n  {{ \"a\\n\\nb\" | indent(width=4) }}", r#"{"x":"a\n\nb\n"}"#),
        ("x: {{ -values.n + 2 * values.n }} # {{ values.image }}", r#"{"x":3}"#),
        (
            "{% set m %}{% if values.n > 2 %}big{% endif %}{{ values.n }}{% endset %}x: {{ m == \"big3\" }}",
            r#"{"x":true}"#,
        ),
        ("{% set m %}a-{{ values.image }}{% endset %}x: {{ m | length }}", r#"{"x":5}"#),
        (
            "{% for k, v in values.map %}\n  {{ k }}: {{ v | to_json }}\n{% endfor %}",
            r#"{"a":1.5,"b":[1,"on"]}"#,
        ),
    ] {
        let config = config_map(line);
        assert_eq!(Fleet::new(&config).set(SETTINGS).data(), expected, "{line}");
    }
}

#[test]
fn components_and_blocks_work_as_in_tera() {
    let fleet = Fleet::new(
        "{% extends \"lib/_base.yaml\" %}{% block data %}\n  x: {{ <greet name={values.image} /> }}\n  z: |\n    {% <wrap> %}a{{ values.n }}\n    b{% </wrap> %}\n{% endblock %}",
    )
    .file("templates/lib/_base.yaml", config_map("{% block data %}{% endblock %}"))
    .file(
        "templates/lib/_parts.yaml",
        "{% component greet(name: string, loud=true) %}{% if loud %}{{ name | upper }}{% endif %}!{% endcomponent greet %}{% component wrap() %}<{{ body }}>{% endcomponent %}",
    );
    assert_eq!(fleet.set(SETTINGS).data(), r#"{"x":"X:1!","z":"<a3\nb>\n"}"#);
}

#[test]
fn an_error_in_a_component_tells_who_calls_it() {
    let fleet = Fleet::new(&config_map("x: 1\n{% include \"lib/_part.yaml\" %}"))
        .file("templates/lib/_part.yaml", "{{ <greet /> }}")
        .file("templates/lib/_parts.yaml", "{% component greet() %}\n{{ nobody }}{% endcomponent %}");
    assert_snapshot!(fleet.problems(), @r#"
    T020: `nobody` is not defined
     --> templates/lib/_parts.yaml:2:4 `nobody`
     --> templates/lib/_part.yaml:1:1 `{{ <greet /> }}` used here
     --> templates/web/a.yaml:7:3 `{% include "lib/_part.yaml" %}` used here
     on prod-a: component.web
     help: a template sees cluster, clusters, fleet, unit or values
    "#);
}

#[test]
fn a_service_sees_other_units_by_name_and_namespace() {
    let template = config_map(
        "{% for name, port in service.port %}{{ name }}: \"{{ port.name }} {{ port.number }}\"{% endfor %}\nfrom: {{ service.access.from | to_json }}\negress: {{ service.access.egress | to_json }}\nexpose: {{ service.expose | to_json }}",
    );
    let settings = r#"port.http.number = 8080
access.from = ["web", "elsewhere"]
access.egress = ["api.example.net:443"]
expose.public.gateway = "web"
expose.public.hosts = ["a.example.com"]
"#;
    assert_snapshot!(Fleet::new(&template).service().set(settings).data(), @r#"{"egress":[{"host":"api.example.net","port":443}],"expose":{"public":{"gateway":{"name":"web","namespace":"web"},"hosts":["a.example.com"],"name":"public"}},"from":[{"kind":"service","name":"web","namespace":"web"}],"http":"http 8080"}"#);
}

#[test]
fn values_that_a_template_cannot_hold_are_told() {
    let fleet = Fleet::new(&config_map("x: 1"));
    assert_snapshot!(fleet.set("values.b = \"x\u{fdd1}\"\n").problems(), @r#"
    T027: the noncharacter U+FDD1 may not stand in a value
     --> fleet/fleet.hcl:1:12 `"x﷑"`
     on prod-a: component.web
     help: take it out; no text means anything by it
    "#);
    let fleet = Fleet::new(&config_map("x: 1")).service();
    assert_snapshot!(fleet.set("access.egress = [\"nohost\"]\n").problems(), @r#"
    T027: "nohost" is no HOST:PORT
     --> fleet/fleet.hcl:1:17 `["nohost"]`
     on prod-a: service.web
     help: write it as `api.example.net:443`
    "#);
}
