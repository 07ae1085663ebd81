//! What no expression can exhaust.

use proptest::prelude::*;

use super::*;

#[test]
fn b18_what_the_parser_lets_through_does_not_exhaust_the_stack() {
    let nested: &[(&str, &str, &str)] = &[
        ("(", "1", ")"),
        ("[", "1", "]"),
        ("{ a = ", "1", " }"),
        ("\"${", "1", "}\""),
        ("\"x${", "1", "}\""),
        ("\"%{ if true }", "x", "%{ endif }\""),
        ("try(", "1", ")"),
        ("concat(", "[1]", ")"),
        ("-", "1", ""),
        ("!", "true", ""),
        ("true ? ", "1", " : 2"),
        ("true ? 1 : ", "1", ""),
        ("[for x in ", "[1]", " : x]"),
        ("[for x in [1] : ", "x", "]"),
        ("var.list[", "0", " == \"a\" ? 0 : 0]"),
        ("1 + 1 + (", "1", ")"),
    ];
    for (open, middle, close) in nested {
        let text = |depth: usize| format!("{}{middle}{}", open.repeat(depth), close.repeat(depth));
        let deepest = (1..=70).rev().find(|depth| text(*depth).parse::<Expression>().is_ok()).unwrap();
        assert!((30..70).contains(&deepest), "{open}: {deepest}");
        let run = Run::of(&text(deepest));
        assert!(run.value.is_some() || !run.problems.is_empty(), "{open}");
        references(&text(deepest).parse().unwrap(), SourceMap::default().add("test", ""));
    }
    let chain = format!("{}1", "1 + ".repeat(128));
    assert_eq!(Run::of(&chain).shown(), "129");
    assert!(format!("{}1", "1 + ".repeat(129)).parse::<Expression>().is_err());

    let splats = |count: usize| format!("var.name{}", "[*]".repeat(count));
    assert!(Run::of(&splats(limit::MAX_SPLATS - 1)).value.is_some());
    assert!(Run::of(&splats(limit::MAX_SPLATS)).value.is_some());
    let splats = splats(limit::MAX_SPLATS + 1);
    assert_eq!(Run::of(&splats).shown(), format!("C121 more than 8 splats in one traversal <{splats}>"));
    assert_eq!(Run::of(&format!("var.list{}", "[0]".repeat(5000))).problems.len(), 1);
}

#[test]
fn b19_no_expression_exhausts_time_or_memory() {
    let with = |name: &str, value: Value| {
        let mut scope = scope();
        scope.set(name, value);
        scope
    };
    let long = |length: usize| Value::string("a".repeat(length));
    let joined = |length: usize| Run::with("\"${big}b\"", &with("big", long(length))).shown().len();
    assert_eq!(joined(limit::MAX_STRING - 1), limit::MAX_STRING + 2);
    let limits: &[(&str, &str)] = &[
        ("range(10000000)", "100000 elements in one list or map"),
        ("range(100001)", "100000 elements in one list or map"),
        ("[for x in range(100000) : [for y in range(100000) : x]]", "2000000 steps"),
        ("[for x in range(100000) : range(100000)]", "2000000 steps"),
        ("\"%{ for x in range(100000) }%{ for y in range(1000) }%{ endfor }%{ endfor }\"", "2000000 steps"),
        ("\"${big}b\"", "1048576 bytes in one string"),
        ("join(big, range(100000))", "1048576 bytes in one string"),
        ("replace(big, \"a\", big)", "1048576 bytes in one string"),
        ("replace(big, \"\", big)", "1048576 bytes in one string"),
        ("split(\"\", big)", "100000 elements in one list or map"),
        ("indent(9223372036854775807, \"\\n\\n\")", "1048576 bytes in one string"),
        ("jsonencode([big])", "1048576 bytes in one string"),
        ("base64encode(big)", "1048576 bytes in one string"),
        ("concat(range(100000), [1])", "100000 elements in one list or map"),
        ("flatten([range(100000), 1])", "100000 elements in one list or map"),
        ("[for x in range(1000) : trimspace(big)]", "2000000 steps"),
        ("try([for x in range(1000) : trimspace(big)], 1)", "2000000 steps"),
        ("can([for x in range(1000) : trimspace(big)])", "2000000 steps"),
        ("true ? 1 : try([for x in range(1000) : trimspace(big)], 1)", ""),
        ("laughs == other", "2000000 steps"),
        ("jsonencode(laughs)", "2000000 steps"),
        ("upper(laughs)", "2000000 steps"),
        ("laughs", "2000000 steps"),
        ("try(range(100001), 1)", ""),
    ];
    let laughs = || {
        (0..40).fold(Value::new(Kind::Null), |inner, _| {
            Value::new(Kind::List(Arc::new(vec![inner.clone(), inner])))
        })
    };
    let mut scope = with("big", long(limit::MAX_STRING));
    scope.set("laughs", laughs());
    scope.set("other", laughs());
    for (text, expected) in limits {
        let run = Run::with(text, &scope);
        let messages: Vec<_> = run.problems.iter().map(|problem| problem.message.clone()).collect();
        if expected.is_empty() {
            assert_eq!((messages.len(), shown(&run.value.unwrap())), (0, "1".to_owned()), "{text}");
        } else {
            assert_eq!(messages, [format!("this expression needs more than {expected}")], "{text}");
        }
    }
    let count = |limit: usize| Run::of(&format!("length(range({limit}))")).shown();
    assert_eq!(count(limit::MAX_ELEMENTS - 1), "99999");
    assert_eq!(count(limit::MAX_ELEMENTS), "100000");

    let nested = |depth: usize| {
        (0..depth).fold(Value::new(Kind::Null), |inner, _| Value::new(Kind::List(Arc::new(vec![inner]))))
    };
    let deep = |depth: usize| Run::with("deep", &with("deep", nested(depth))).shown();
    assert!(deep(limit::MAX_DEPTH).starts_with("[["));
    assert_eq!(
        deep(limit::MAX_DEPTH + 1),
        "C121 this expression needs more than 100 lists and maps inside each other <deep>"
    );
}

/// What random expressions begin with; `{}` is an expression.
const TERMS: &[&str] = &[
    "var.name",
    "var.list",
    "var.m",
    "var.none",
    "var.count",
    "local.partly",
    "local.secret",
    "local.vault",
    "local.services",
    "local.broken",
    "x",
    "1",
    "0",
    "-1.5",
    "9223372036854775807",
    "\"a\"",
    "true",
    "null",
    "[]",
];

/// What they grow by.
const SHAPES: &[&str] = &[
    "({})",
    "[{}, {}]",
    "{ a = {}, ({}) = {} }",
    "\"${ {} }\"",
    "\"x${~ {} }%{ if {} }y%{ else }${ {} }%{ endif ~} \"",
    "\"%{ for x in {} }${ {} }%{ endfor }\"",
    "[for x in {} : {} if {}]",
    "{ for k, x in {} : {} => {}... }",
    "{ for x in {} : {} => {} }",
    "({} ? {} : {})",
    "({}).a",
    "({})[{}]",
    "({})[*].name",
    "({}).*.a[0]",
    "({} + {})",
    "({} * {})",
    "({} / {})",
    "({} == {})",
    "({} < {})",
    "({} && {})",
    "({} || {})",
    "!{}",
    "-({})",
    "try({}, {})",
    "can({})",
    "merge({}, {})",
    "flatten([{}, {}])",
    "format(\"%v %s\", {}, {})",
    "range({})",
    "element({}, {})",
    "lookup({}, {}, {})",
    "zipmap({}, {})",
    "substr({}, {}, {})",
    "jsonencode({})",
    "join({}, {})",
    "toset({})",
    "slice({}, {}, {})",
    "max({}...)",
    "split({}, {})",
    "nonsensitive({})",
    "sort({})",
    "sum({})",
];

fn expressions() -> impl Strategy<Value = String> {
    proptest::sample::select(TERMS).prop_map(str::to_owned).prop_recursive(5, 24, 3, |inner| {
        (proptest::sample::select(SHAPES), proptest::collection::vec(inner, 4)).prop_map(|(shape, parts)| {
            parts.iter().fold(shape.to_owned(), |text, part| text.replacen("{}", part, 1))
        })
    })
}

proptest! {
    /// Any expression gives a value or at least one problem, unless a name that failed earlier is in it; the
    /// same each time, without a panic; and no message holds a secret.
    #[test]
    fn any_expression_gives_a_value_or_a_problem(text in expressions()) {
        let expr: Expression = text.parse().unwrap();
        let file = SourceMap::default().add("test", text.as_str());
        let mut scope = scope();
        scope.set_failed("local", "broken");
        let run = || {
            let mut problems = Diagnostics::new();
            (evaluate(&expr, file, &scope, &mut problems), problems)
        };
        let (value, problems) = run();
        let silent = text.contains("local.broken");
        prop_assert!(value.is_none() == problems.has_errors() || (silent && value.is_none()));
        let printed = format!("{problems:?}");
        prop_assert!(text.contains("nonsensitive") || !printed.contains("s3cret"));
        prop_assert_eq!((value, problems), run());
    }
}
