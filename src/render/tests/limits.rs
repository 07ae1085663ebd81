//! Templates that never end, or would use up the machine.

use std::thread;

use insta::assert_snapshot;

use super::{Fleet, config_map};

/// On a thread with a small stack, as the workers have it.
fn small_stack(work: impl FnOnce() -> String + Send) -> String {
    thread::scope(|scope| {
        thread::Builder::new().stack_size(2 << 20).spawn_scoped(scope, work).unwrap().join().unwrap()
    })
}

#[test]
fn b35_s26_what_contains_itself_is_told_with_the_circle() {
    let include = Fleet::new("{% include \"web/a.yaml\" %}");
    let extends = Fleet::new("{% extends \"web/b.yaml\" %}")
        .file("templates/web/b.yaml", "{% extends \"web/a.yaml\" %}");
    let component = Fleet::new("{{ <a /> }}{% component a() %}{{ <b /> }}{% endcomponent %}{% component b() %}{% include \"web/b.yaml\" %}{% endcomponent %}")
        .file("templates/web/b.yaml", "{{ <a /> }}");
    let told = [include, extends, component].map(|fleet| fleet.problems()).concat();
    assert_snapshot!(told, @"
    T007: web/a.yaml contains itself: web/a.yaml → web/a.yaml
     --> templates/web/a.yaml:1:13 `web/a.yaml` closes the circle
     help: templates and components may not contain themselves: loop over a list instead
    T007: web/a.yaml contains itself: web/a.yaml → web/b.yaml → web/a.yaml
     --> templates/web/b.yaml:1:13 `web/a.yaml` closes the circle
     --> templates/web/a.yaml:1:13 `web/b.yaml`
     help: templates and components may not contain themselves: loop over a list instead
    T007: <a> contains itself: <a> → <b> → web/b.yaml → <a>
     --> templates/web/b.yaml:1:5 `a` closes the circle
     --> templates/web/a.yaml:1:91 `web/b.yaml`
     --> templates/web/a.yaml:1:35 `b`
     help: templates and components may not contain themselves: loop over a list instead
    ");
}

#[test]
fn s26_nesting_has_a_limit() {
    let chain = |length: usize| {
        let mut fleet = Fleet::new("{% include \"lib/1.yaml\" %}");
        for n in 1..length {
            let text = format!("{{% include \"lib/{}.yaml\" %}}", n + 1);
            fleet = fleet.file(&format!("templates/lib/{n}.yaml"), text);
        }
        fleet.file(&format!("templates/lib/{length}.yaml"), config_map("x: 1"))
    };
    for length in [15, 16] {
        assert_eq!(small_stack(|| chain(length).data()), r#"{"x":1}"#);
    }
    assert_snapshot!(small_stack(|| chain(17).problems()), @"
    T010: templates stand more than 16 deep inside each other
     --> templates/web/a.yaml:1:13 `lib/1.yaml`
     help: include from fewer levels
    ");
    assert_snapshot!(small_stack(|| chain(2000).problems()), @"
    T010: templates stand more than 16 deep inside each other
     --> templates/lib/17.yaml:1:13 `lib/18.yaml`
     help: include from fewer levels
    ");
}

#[test]
fn s26_deep_expressions_and_blocks_are_errors() {
    for text in [
        format!("{{{{ {}1{} }}}}", "(".repeat(10_000), ")".repeat(10_000)),
        format!("{{{{ {}1{} }}}}", "[".repeat(10_000), "]".repeat(10_000)),
        format!("{{{{ {} }}}}", "not ".repeat(10_000)),
        format!("{{{{ 1{} }}}}", " + 1".repeat(10_000)),
        "{% if true %}".repeat(10_000),
        "{{ ".repeat(10_000),
        "{%".repeat(10_000),
    ] {
        let told = small_stack(|| Fleet::new(&text).problems());
        assert!(told.starts_with("T003: "), "{told}");
    }
}

#[test]
fn b35_s27_loops_and_output_end() {
    let problems = |line: &str| format!("{line}\n{}\n", Fleet::new(&config_map(line)).problems());
    let told: String = [
        "x: {{ range(end=1000000000) | length }}",
        "{% for a in range(end=100000) %}{% for b in range(end=100000) %}{% endfor %}{% endfor %}",
        "x: {{ [[1 for a in range(end=100000)] for b in range(end=100000)] | length }}",
        "{% for a in range(end=100000) %}{% for b in range(end=5) %}# a line of some length, printed again and again\n{% endfor %}{% endfor %}",
        "{% set x %}{% for a in range(end=100000) %}{% for b in range(end=9) %}a text that is captured and never printed, which is seventy bytes\n{% endfor %}{% endfor %}{% endset %}x: 1",
        "{% set s = \"0123456789\" %}{% for a in range(end=60) %}{% set_global s = s ~ s %}{% endfor %}x: 1",
        "{% set s = [1] %}{% for a in range(end=60) %}{% set_global s = [...s, ...s] %}{% endfor %}x: 1",
        "{% set s = 1 %}{% for a in range(end=100000) %}{% set_global s = [s] %}{% endfor %}x: 1",
        "{% set s = \"aaaaaaaaaa\" %}{% for a in range(end=60) %}{% set_global s = s | replace(from=\"a\", to=s) %}{% endfor %}x: 1",
    ]
    .map(problems)
    .concat();
    assert_snapshot!(told, @r#"
    x: {{ range(end=1000000000) | length }}
    T025: `range` of 1000000000 elements; it makes at most 100000
     --> templates/web/a.yaml:6:9 `range(end=1000000000)`
     on prod-a: component.web
     help: loop over the list that the number came from

    {% for a in range(end=100000) %}{% for b in range(end=100000) %}{% endfor %}{% endfor %}
    T025: more than 1000000 turns of loops and components
     --> templates/web/a.yaml:6:66 `}`
     on prod-a: component.web
     help: a template of this size is a mistake: look at the loop or the value here

    x: {{ [[1 for a in range(end=100000)] for b in range(end=100000)] | length }}
    T025: more than 1000000 turns of loops and components
     --> templates/web/a.yaml:6:11 `1`
     on prod-a: component.web
     help: a template of this size is a mistake: look at the loop or the value here

    {% for a in range(end=100000) %}{% for b in range(end=5) %}# a line of some length, printed again and again
    {% endfor %}{% endfor %}
    T025: the template prints more than 16 MiB
     --> templates/web/a.yaml:6:62 `# a line of some length, printed again and again`
     on prod-a: component.web
     help: look at the loop around this line

    {% set x %}{% for a in range(end=100000) %}{% for b in range(end=9) %}a text that is captured and never printed, which is seventy bytes
    {% endfor %}{% endfor %}{% endset %}x: 1
    T025: more than 64 MiB of text in one rendering
     --> templates/web/a.yaml:6:45 `}`
     on prod-a: component.web
     help: a template of this size is a mistake: look at the loop or the value here

    {% set s = "0123456789" %}{% for a in range(end=60) %}{% set_global s = s ~ s %}{% endfor %}x: 1
    T025: a string of more than 1 MiB
     --> templates/web/a.yaml:6:75 `s ~ s`
     on prod-a: component.web
     help: a template of this size is a mistake: look at the loop or the value here

    {% set s = [1] %}{% for a in range(end=60) %}{% set_global s = [...s, ...s] %}{% endfor %}x: 1
    T025: a value of more than 100000 elements
     --> templates/web/a.yaml:6:67 `...s, ...s]`
     on prod-a: component.web
     help: a template of this size is a mistake: look at the loop or the value here

    {% set s = 1 %}{% for a in range(end=100000) %}{% set_global s = [s] %}{% endfor %}x: 1
    T025: a value nested more than 64 levels deep
     --> templates/web/a.yaml:6:69 `s]`
     on prod-a: component.web
     help: a template of this size is a mistake: look at the loop or the value here

    {% set s = "aaaaaaaaaa" %}{% for a in range(end=60) %}{% set_global s = s | replace(from="a", to=s) %}{% endfor %}x: 1
    T025: `replace` would make a string of more than 1 MiB
     --> templates/web/a.yaml:6:79 `replace(from="a", to=s)`
     on prod-a: component.web
     help: a template of this size is a mistake: look at the loop or the value here
    "#);
}
