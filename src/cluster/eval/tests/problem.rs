//! Expressions and their problems.

use super::*;

#[test]
fn b16_unknown_names_say_what_exists() {
    let cases = [
        ("var.nmae", "C103 there is no variable `nmae` <nmae>", "did you mean `name`?"),
        ("local.servces[0]", "C103 there is no local `servces` <servces>", "did you mean `services`?"),
        ("locl.services", "C101 nothing is called `locl` here <locl>", "did you mean `local`?"),
        (
            "prod",
            "C101 nothing is called `prod` here <prod>",
            "if a string is meant, write \"prod\" in quotes",
        ),
        ("var.m.k.y", "C103 `var.m.k` has no `y` <y>", "did you mean `z`?"),
        ("var.m[\"kk\"]", "C103 `var.m` has no `kk` <\"kk\">", "did you mean `k`?"),
        (
            "var.something_else",
            "C103 there is no variable `something_else` <something_else>",
            "declare it: variable \"something_else\" { … }",
        ),
    ];
    for (text, message, help) in cases {
        let run = Run::of(text);
        assert_eq!(run.shown(), message, "{text}");
        assert_eq!(run.problems.iter().next().unwrap().help.as_deref(), Some(help), "{text}");
    }
    let run = Run::of("var.nmae");
    assert_eq!(
        run.problems.iter().next().unwrap().notes,
        ["there are `count`, `list`, `m`, `name`, `none` and `on`"]
    );
    check(&[(
        "cluster.name",
        "C102 `cluster` is not known here: it differs from cluster to cluster <cluster>",
    )]);
}

#[test]
fn b17_the_caret_is_under_the_very_part() {
    check(&[
        ("1 + 4 / (2 - 2)", "C115 division by zero <4 / (2 - 2)>"),
        ("5 % 0", "C115 division by zero <5 % 0>"),
        (
            "9223372036854775807 + 1",
            "C115 the result is outside of −9223372036854775808 to 9223372036854775807 <9223372036854775807 + 1>",
        ),
        (
            "9223372036854775808",
            "C116 this number is outside of −9223372036854775808 to 9223372036854775807 <9223372036854775808>",
        ),
        (
            "0.00000000000000000000000000001",
            "C116 this number has more than 28 digits <0.00000000000000000000000000001>",
        ),
        ("var.list[2]", "C109 index 2 is out of range: `var.list` has 2 elements, from 0 to 1 <2>"),
        ("var.list[-1]", "C109 index -1 is out of range: `var.list` has 2 elements, from 0 to 1 <-1>"),
        ("[][0]", "C109 index 0 is out of range: this value is empty <0>"),
        ("var.list[0.5]", "C110 the index of a list is a whole number, not 0.5 <0.5>"),
        ("var.list[\"x\"]", "C110 the index of a list is a whole number, not a string <\"x\">"),
        ("var.m[null]", "C110 the key of a map is a string, not null <null>"),
        ("var.none.x", "C111 `var.none` is null and has no attribute `x` <x> <>"),
        ("var.none[0]", "C111 `var.none` is null and has no elements <0> <>"),
        ("var.list.name", "C111 `var.list` is a list and has no attribute `name` <name>"),
        (
            "\"a\" + true",
            "C113 `+` takes numbers, not a string <\"a\">\nC113 `+` takes numbers, not a bool <true>",
        ),
        ("!var.count", "C113 `!` takes bools, not a number <var.count>"),
        ("var.on && 1", "C113 `&&` takes bools, not a number <1>"),
        ("{ a = 1, \"a\" = 2 }", "C118 the key `a` stands twice in this map <\"a\"> <a>"),
        ("{ (var.none) = 1 }", "C117 a key is a string, not null <(var.none)>"),
        ("{ var.name = 1 }", "C117 a reference as a key stands in parentheses <var.name>"),
        (
            "{ a = nothing, b = [1 / 0, var.x] }",
            "C101 nothing is called `nothing` here <nothing>\nC115 division by zero <1 / 0>\nC103 there is no variable `x` <x>",
        ),
    ]);
}

#[test]
fn b20_functions_that_depend_on_the_moment_are_left_out_on_purpose() {
    for name in [
        "timestamp",
        "plantimestamp",
        "uuid",
        "env",
        "bcrypt",
        "templatefile",
        "abspath",
        "pathexpand",
        "exec",
    ] {
        let run = Run::of(&format!("{name}()"));
        let expected = format!("C105 there is no function `{name}`, on purpose <{name}>");
        assert_eq!(run.shown(), expected);
        assert_eq!(
            run.problems.iter().next().unwrap().notes,
            ["the same input must give the same bytes, whenever and wherever it is rendered"]
        );
    }
}

#[test]
fn a_name_that_failed_earlier_gives_no_second_problem() {
    let mut scope = scope();
    scope.set_failed("local", "broken");
    for text in [
        "local.broken",
        "local[\"broken\"]",
        "local.broken.x + 1",
        "try(local.broken, 1)",
        "can(local.broken)",
        "[1, local.broken]",
        "keys(local)",
        "local",
    ] {
        assert_eq!(Run::with(text, &scope).shown(), "nothing", "{text}");
    }
    let shown = |text: &str| Run::with(text, &scope).shown();
    assert_eq!(shown("local.services[0].name"), "\"web\"");
    assert_eq!(shown("[local.broken, 1 / 0]"), "C115 division by zero <1 / 0>");
    let child = scope.child("each", value_of("{ key = \"a\" }"));
    assert_eq!(Run::with("each.key", &child).shown(), "\"a\"");
}
