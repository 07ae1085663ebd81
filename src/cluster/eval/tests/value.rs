//! Expressions and their values.

use super::*;

#[test]
fn literals_and_collections() {
    check(&[
        ("null", "null"),
        ("true", "true"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("- 1", "-1"),
        ("1.10", "1.10"),
        ("1e3", "1000"),
        (r#""a\n\u00e9$${x}%%{y}""#, r#""a\né${x}%{y}""#),
        ("[1, [\"a\"], {}]", "[1, [\"a\"], {}]"),
        (
            "{ a = 1, \"b-c\" : 2, (\"d${1}\") = 3, 5 = 4, true = 5, null = 6, \"${var.name}x\" = 7 }",
            "{5: 4, a: 1, b-c: 2, d1: 3, null: 6, shopx: 7, true: 5}",
        ),
        ("((1))", "1"),
    ]);
}

#[test]
fn operators() {
    check(&[
        ("1 + 2 * 3 - 4 / 8", "6.5"),
        ("0.1 + 0.2 == 0.3", "true"),
        ("7 % 4 - -1", "4"),
        ("-var.count", "-3"),
        ("!var.on || !false && true", "true"),
        ("1 == 1.0 && \"a\" != \"b\" && [1, {a = 2}] == [1.0, {a = 2}]", "true"),
        ("1 == \"1\"", "false"),
        ("null == null", "true"),
        ("[] == {}", "false"),
        ("1 < 2 && 2 <= 2 && 3 > 2 && 2 >= 3", "false"),
        ("false && local.nothing", "false"),
        ("true || 1", "true"),
        ("var.none != null && var.none.x", "false"),
    ]);
}

#[test]
fn conditionals_evaluate_one_branch() {
    check(&[
        ("var.on ? 1 : 1 / 0", "1"),
        ("false ? 1 / 0 : \"a\"", "\"a\""),
        ("true ? null : [1]", "null"),
        ("true ? 1 : \"a\"", "1"),
        ("true ? [1] : var.list", "[1]"),
        ("true ? [1] : var.nothing", "[1]"),
        ("true ? 1 : (false ? 2 : 3)", "1"),
        ("var.on ? [1] : \"a\"", "C114 one branch is a list, the other a string <[1]> <\"a\">"),
        ("var.on ? 1 : false", "C114 one branch is a number, the other a bool <1> <false>"),
        (
            "var.on ? {} : [for x in [] : x]",
            "C114 one branch is a map, the other a list <{}> <[for x in [] : x]>",
        ),
        ("var.on ? 1 : var.list", "C114 one branch is a number, the other a list <1> <var.list>"),
        ("var.count ? 1 : 2", "C112 a condition is true or false, not a number <var.count>"),
        ("var.none ? 1 : 2", "C112 a condition is true or false, not null <var.none>"),
    ]);
}

#[test]
fn templates() {
    check(&[
        ("\"${var.list}\"", "[\"a\", \"b\"]"),
        ("\"${var.count}\"", "3"),
        ("\"${var.count}/${var.on}/${var.name}\"", "\"3/true/shop\""),
        ("\"%{ if var.on }yes%{ else }no%{ endif }\"", "\"yes\""),
        ("\"%{ if !var.on }yes%{ endif }\"", "\"\""),
        ("\"%{ for i, x in var.list }${i}=${x};%{ endfor }\"", "\"0=a;1=b;\""),
        ("\"%{ for k, v in var.m }${k}%{ for x in var.list }${x}${v.z}%{ endfor }%{ endfor }\"", "\"ka1b1\""),
        ("\"a \\n ${~ var.name ~} \\n b\"", "\"ashopb\""),
        ("\" %{~ if var.on ~} x %{~ else ~} y %{~ endif ~} \"", "\"x\""),
        ("\" %{~ for x in var.list ~} ${x} %{~ endfor ~} \"", "\"ab\""),
        ("\"x${[1]}\"", "C120 a list has no text to put into a string <[1]>"),
        (
            "\"x${null}${var.m}\"",
            "C120 null has no text to put into a string <null>\nC120 a map has no text to put into a string <var.m>",
        ),
    ]);
}

/// The expected texts are those of Terraform 1.11 for the same heredocs.
#[test]
fn heredocs_lose_the_indentation_that_hcl_takes_away() {
    check(&[
        ("<<EOT\n  a\n b ${var.count}\nEOT", "\"  a\\n b 3\\n\""),
        ("<<EOT\nEOT", "\"\""),
        ("<<-EOT\n    a\n      b\n\n    c\n    EOT", "\"a\\n  b\\n\\nc\\n\""),
        ("<<-EOT\n    a ${var.name}\n  b\n\n    c\n    EOT", "\"  a shop\\nb\\n\\n  c\\n\""),
        ("<<-EOT\n    a ${var.name}\nbcdefgh\n    EOT", "\"    a shop\\nbcdefgh\\n\""),
        ("<<-EOT\n    %{ if true }\n    foo\n    %{ endif }\n    EOT", "\"\\nfoo\\n\\n\""),
        (
            "<<-EOT\n    %{ for x in var.list ~}\n    server ${x}\n      more\n    %{ endfor ~}\n    end\n    EOT",
            "\"    server a\\n  more\\n    server b\\n  more\\n    end\\n\"",
        ),
        ("<<EOT\n%{ for x in var.list ~}\nserver ${x}\n%{ endfor ~}\nEOT", "\"server a\\nserver b\\n\""),
        ("<<EOT\na\n  ${~ var.name ~}  \n  b\nEOT", "\"a\\nshop  b\\n\""),
        ("<<EOT\na\n${~ var.name }\nEOT", "\"ashop\\n\""),
    ]);
}

#[test]
fn traversals() {
    check(&[
        ("var.list[1]", "\"b\""),
        ("var.list.0", "\"a\""),
        ("var.list[\"0\"]", "\"a\""),
        ("var[\"name\"]", "\"shop\""),
        ("var.m[\"k\"].z", "1"),
        ("({ 1 = \"a\" })[1]", "\"a\""),
        ("local.services[*].name", "[\"web\", \"db\"]"),
        ("local.services[*].ports[*]", "[[80, 443], []]"),
        ("local.services.*.name[0]", "\"web\""),
        ("local.services[*][\"name\"]", "[\"web\", \"db\"]"),
        ("var.none[*].x", "[]"),
        ("var.name[*]", "[\"shop\"]"),
        ("var.m.k[*].z", "[1]"),
    ]);
}

#[test]
fn for_expressions() {
    check(&[
        ("[for x in var.list : upper(x)]", "[\"A\", \"B\"]"),
        ("[for i, x in var.list : \"${i}${x}\" if i > 0]", "[\"1b\"]"),
        ("{ for s in local.services : s.name => length(s.ports) }", "{db: 0, web: 2}"),
        ("{ for k, v in { a = 1, b = 1 } : v => k... }", "{1: [\"a\", \"b\"]}"),
        ("[for x in var.list : [for y in var.list : \"${x}${y}\"]]", "[[\"aa\", \"ab\"], [\"ba\", \"bb\"]]"),
        ("[for var in [1] : var]", "[1]"),
        ("[for x in [] : nothing]", "[]"),
        (
            "{ for x in var.list : \"k\" => x }",
            "C118 two elements give the key \"k\" <\"k\"> <{ for x in var.list : \"k\" => x }>",
        ),
        ("{ for x in [null] : x => 1 }", "C117 a key is a string, not null <x>"),
        ("[for x in var.name : x]", "C119 `for` goes over a list or a map, not a string <var.name>"),
        ("[for x in var.list : x if x]", "C112 a condition is true or false, not a string <x>"),
        // The same problem in each round is one problem.
        ("[for x in var.list : y]", "C101 nothing is called `y` here <y>"),
    ]);
}

#[test]
fn calls() {
    check(&[
        ("max(var.list...)", "C107 `max`: `number` must be a number, not a string <var.list>"),
        ("max([1, 5, 3]...)", "5"),
        ("concat([[1], [2]]...)", "[1, 2]"),
        ("max(1...)", "C107 `...` spreads a list, not a number <1>"),
        ("try(var.m.k.y, var.nothing, 7)", "7"),
        ("try(local.services[9].name, \"none\")", "\"none\""),
        ("can(var.m.k.z)", "true"),
        ("can(var.m.k.y)", "false"),
        ("try(var.x, nothing)", "C108 `try`: none of its expressions can be evaluated <try(var.x, nothing)>"),
        ("try()", "C106 `try` takes at least one expression <try()>"),
        ("can(1, 2)", "C106 `can` takes one expression <can(1, 2)>"),
        (
            "join(\",\", [\"a\", [1]])",
            "C107 `join`: `list` must have only strings; [1] is a list <[\"a\", [1]]>",
        ),
        (
            "join(1 / 0, [nothing])",
            "C115 division by zero <1 / 0>\nC101 nothing is called `nothing` here <nothing>",
        ),
        ("lookup({})", "C106 `lookup` takes 2 to 3 arguments, not 1 <lookup>"),
        ("upper(\"a\", \"b\", 3)", "C106 `upper` takes 1 argument, not 3 <\"b\">"),
        ("merge({}, 1)", "C107 `merge`: `maps` must be a map, not a number <1>"),
        (
            "uper(nothing)",
            "C104 there is no function `uper` <uper>\nC101 nothing is called `nothing` here <nothing>",
        ),
        ("provider::x::upper(1)", "C104 there are no functions of providers <upper>"),
    ]);
}

#[test]
fn every_value_knows_its_place() {
    let text = "{ a = 1, b = [\"x\", upper(\"y\")], c = \"${1}${2}\", d = ({ e = 2 }).e, f = true ? 1 : 2, g = [for x in [7] : x], h = 1 + 2 }";
    let run = Run::of(text);
    let value = run.value.unwrap();
    let entries = convert::entries(&value).unwrap();
    let place = |value: &Value| run.map.text(value.span.unwrap()).to_owned();
    let places: Vec<_> = entries.iter().map(|(key, value)| format!("{key} <{}>", place(value))).collect();
    assert_eq!(
        places,
        [
            "a <1>",
            "b <[\"x\", upper(\"y\")]>",
            "c <\"${1}${2}\">",
            "d <2>",
            "f <true ? 1 : 2>",
            "g <[for x in [7] : x]>",
            "h <1 + 2>",
        ]
    );
    assert_eq!(place(&value), text);
    let items = |key: &str| convert::items(&entries[key]).unwrap().iter().map(place).collect::<Vec<_>>();
    assert_eq!(items("b"), ["\"x\"", "upper(\"y\")"]);
    assert_eq!(items("g"), ["7"]);

    // What comes from no file stands where it is referred to.
    let mut scope = Scope::new();
    scope.set("fleet", Value::string("shop"));
    let run = Run::with("[fleet]", &scope);
    let place = convert::items(run.value.as_ref().unwrap()).unwrap()[0].span.unwrap();
    assert_eq!(run.map.text(place), "fleet");
}
