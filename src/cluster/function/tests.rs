//! Every function: a table of calls with results, which are Terraform's 1.11 but for exact numbers and what is stricter here,
//! and of calls that are refused.

use hcl_edit::expr::Expression;

use super::json;
use crate::cluster::eval::{Scope, evaluate};
use crate::diagnostic::{Diagnostics, SourceMap};

/// The result as JSON, or the messages of the problems.
fn shown(call: &str) -> String {
    let file = SourceMap::default().add("test", call);
    let expr: Expression = call.parse().unwrap_or_else(|error| panic!("{call}: {error}"));
    let mut problems = Diagnostics::new();
    match evaluate(&expr, file, &Scope::new(), &mut problems) {
        Some(value) => json::encode(&value).unwrap(),
        None => problems.iter().map(|problem| problem.message.as_str()).collect::<Vec<_>>().join("; "),
    }
}

fn check(cases: &[(&str, &str)]) {
    for (call, expected) in cases {
        assert_eq!(shown(call), *expected, "{call}");
    }
}

#[test]
fn every_function_is_found_once_and_has_a_test() {
    let source = include_str!("tests.rs");
    let names: Vec<_> = super::names().collect();
    for name in &names {
        assert_eq!(names.iter().filter(|other| *other == name).count(), 1, "{name}");
        if !["try", "can"].contains(name) {
            assert!(source.contains(&format!("\"{name}(")), "{name} has no case");
            assert_eq!(super::find(name).unwrap().name, *name);
        }
        assert_eq!(super::left_out(name), None, "{name}");
    }
}

#[test]
fn signatures_say_what_may_be_left_out() {
    let signature = |name: &str| super::find(name).unwrap().signature();
    assert_eq!(signature("lookup"), "lookup(map, key, [default])");
    assert_eq!(signature("join"), "join(separator, list, lists...)");
    let arity = |name: &str| super::find(name).unwrap().arity();
    assert_eq!(arity("lookup"), "2 to 3 arguments");
    assert_eq!(arity("join"), "at least 2 arguments");
    assert_eq!(arity("upper"), "1 argument");
    assert_eq!(arity("slice"), "3 arguments");
}

#[test]
fn collections() {
    check(&[
        ("alltrue([true, \"true\"])", "true"),
        ("alltrue([true, null])", "false"),
        ("alltrue([])", "true"),
        ("alltrue([1])", "`alltrue`: `list` must have only bools; [0] is a number"),
        ("anytrue([false, \"true\"])", "true"),
        ("anytrue([])", "false"),
        ("coalesce(\"\", null, \"a\", \"b\")", "\"a\""),
        ("coalesce(0, 1)", "0"),
        ("coalesce(null, \"\")", "`coalesce`: all of its arguments are null or empty strings"),
        ("coalescelist([], null, [1])", "[1]"),
        ("coalescelist([])", "`coalescelist`: all of its arguments are null or empty lists"),
        ("coalescelist(1)", "`coalescelist`: `list` must be a list, not a number"),
        ("compact([\"a\", \"\", null, \"b\"])", "[\"a\",\"b\"]"),
        ("compact([[]])", "`compact`: `list` must have only strings; [0] is a list"),
        ("concat([1], [], [2, \"a\"])", "[1,2,\"a\"]"),
        ("concat([1], null)", "`concat`: `lists` must be a list, not null"),
        ("contains([1, \"a\"], \"a\")", "true"),
        ("contains([1, 2], \"1\")", "false"),
        ("element([\"a\", \"b\"], 5)", "\"b\""),
        ("element([], 0)", "`element`: `list` must not be empty"),
        ("element([1], -1)", "`element`: `index` must not be negative"),
        ("element([1], 0.5)", "`element`: `index` must be a whole number"),
        ("flatten([[1, [2]], 3, []])", "[1,2,3]"),
        ("index([\"a\", \"b\"], \"b\")", "1"),
        ("index([\"a\"], \"b\")", "`index`: `value` must be in the list"),
        ("keys({ b = 1, a = 2 })", "[\"a\",\"b\"]"),
        ("length([1, null])", "2"),
        ("length({ a = 1 })", "1"),
        ("length(\"né\")", "2"),
        ("length(null)", "`length`: `value` must be a list, a map or a string, not null"),
        ("lookup({ a = 1 }, \"a\", 2)", "1"),
        ("lookup({ a = 1 }, \"b\", 2)", "2"),
        ("lookup({ a = 1 }, \"b\")", "`lookup`: `key` must be in the map, as there is no default"),
        ("merge({ a = 1, b = 1 }, { b = \"x\" }, null)", "{\"a\":1,\"b\":\"x\"}"),
        ("merge()", "{}"),
        ("merge([1])", "`merge`: `maps` must be a map, not a list"),
        ("one([])", "null"),
        ("one([1])", "1"),
        ("one([1, 2])", "`one`: `list` must have at most one item, not 2"),
        ("range(3)", "[0,1,2]"),
        ("range(-2)", "[0,-1]"),
        ("range(5, 2)", "[5,4,3]"),
        ("range(0, 1, 0.25)", "[0,0.25,0.5,0.75]"),
        ("range(1, 1, 5)", "[]"),
        ("range(1, 2, 0)", "`range`: `step` must lead from the start to the limit"),
        ("range(1, 2, -1)", "`range`: `step` must lead from the start to the limit"),
        (
            "range(9223372036854775806, 9223372036854775807, 2)",
            "`range`: the result is outside of −9223372036854775808 to 9223372036854775807",
        ),
        ("reverse([1, 2])", "[2,1]"),
        ("slice([1, 2, 3], 1, 3)", "[2,3]"),
        ("slice([1, 2, 3], 1, 1)", "[]"),
        ("slice([1, 2, 3], 1, 5)", "`slice`: `end` must not be greater than the length of the list, 3"),
        ("slice([1, 2, 3], 2, 1)", "`slice`: `start` must not be greater than `end`"),
        ("sort([\"b\", 1, \"a\", \"a\"])", "[\"1\",\"a\",\"a\",\"b\"]"),
        ("sort([null])", "`sort`: `list` must have only strings; [0] is null"),
        ("values({ b = 1, a = 2 })", "[2,1]"),
        ("zipmap([\"a\", \"b\"], [1, 2])", "{\"a\":1,\"b\":2}"),
        ("zipmap([\"a\"], [1, 2])", "`zipmap`: there are as many keys as values, not 1 and 2"),
    ]);
}

#[test]
fn sets() {
    check(&[
        ("distinct([\"b\", \"a\", \"b\"])", "[\"b\",\"a\"]"),
        ("distinct([1, \"1\", 1])", "[\"1\"]"),
        ("distinct([1, null])", "[1,null]"),
        ("setintersection([1, 2], [2, 3], [2])", "[2]"),
        ("setsubtract([3, 1, 2], [2])", "[1,3]"),
        ("setunion([\"b\"], [\"a\", \"b\"])", "[\"a\",\"b\"]"),
        ("toset([\"b\", \"a\", \"b\"])", "[\"a\",\"b\"]"),
        ("toset([1, \"1\", \"a\"])", "[\"1\",\"a\"]"),
        ("toset({ a = 1 })", "`toset`: `value` must be a list, not a map"),
    ]);
}

#[test]
fn conversions() {
    check(&[
        ("tobool(\"true\")", "true"),
        ("tobool(null)", "null"),
        ("tobool(\"yes\")", "`tobool`: `value` must be a bool, \"true\" or \"false\""),
        ("tobool(1)", "`tobool`: `value` must be a bool, \"true\" or \"false\""),
        ("tolist([1, \"a\", true])", "[\"1\",\"a\",\"true\"]"),
        ("tolist([1, [2]])", "[1,[2]]"),
        ("tolist(null)", "null"),
        ("tolist({})", "`tolist`: `value` must be a list, not a map"),
        ("tomap({ a = 1, b = \"x\" })", "{\"a\":\"1\",\"b\":\"x\"}"),
        ("tonumber(\"1e3\")", "1000"),
        ("tonumber(\"-1.50\")", "-1.50"),
        ("tonumber(null)", "null"),
        (
            "tonumber(\"0x10\")",
            "`tonumber`: `value` must be a number, or a string that spells one in decimal and within its range",
        ),
        (
            "tonumber(\" 1\")",
            "`tonumber`: `value` must be a number, or a string that spells one in decimal and within its range",
        ),
        ("tostring(true)", "\"true\""),
        ("tostring(1.0)", "\"1.0\""),
        ("tostring(null)", "null"),
        ("tostring([])", "`tostring`: `value` must be a string, a number or a bool"),
        ("sensitive(1)", "1"),
        ("nonsensitive(sensitive(1))", "1"),
    ]);
}

#[test]
fn numbers() {
    check(&[
        ("abs(-1.5)", "1.5"),
        ("abs(\"-2\")", "2"),
        ("abs(\"x\")", "`abs`: `number` must be a number, not a string"),
        (
            "abs(-9223372036854775808)",
            "`abs`: the result is outside of −9223372036854775808 to 9223372036854775807",
        ),
        ("ceil(1.2)", "2"),
        ("ceil(-1.2)", "-1"),
        ("floor(-1.5)", "-2"),
        ("floor(\"1.5\")", "1"),
        ("max(\"3\", 4, 2)", "4"),
        ("max()", "`max` takes at least 1 argument, not 0"),
        ("min(1, 2.5)", "1"),
        ("min(1, null)", "`min`: `numbers` must be a number, not null"),
        ("sum([1.10, \"2\"])", "3.1"),
        ("sum([])", "`sum`: `list` must not be empty"),
        ("sum([[]])", "`sum`: `list` must have only numbers; [0] is a list"),
    ]);
}

#[test]
fn strings() {
    check(&[
        ("chomp(\"a\\r\\n\\n\")", "\"a\""),
        ("endswith(\"abc\", \"bc\")", "true"),
        ("indent(2, \"a\\n\\nb\\n\")", "\"a\\n  \\n  b\\n  \""),
        ("indent(-1, \"a\")", "`indent`: `spaces` must not be negative"),
        ("join(\",\", [\"a\", 1], [], [true])", "\"a,1,true\""),
        ("join(\",\", [])", "\"\""),
        ("join(\",\")", "`join` takes at least 2 arguments, not 1"),
        ("lower(\"ÄB\")", "\"äb\""),
        ("replace(\"a.b.c\", \".\", \"--\")", "\"a--b--c\""),
        ("replace(\"ab\", \"\", \"-\")", "\"-a-b-\""),
        ("replace(\"a/b\", \"/\", \"-\")", "\"a-b\""),
        (
            "replace(\"a.b\", \"/./\", \"-\")",
            "`replace`: `substring` must be a plain substring, not a regular expression between slashes",
        ),
        ("split(\",\", \"a,,b\")", "[\"a\",\"\",\"b\"]"),
        ("split(\",\", \"\")", "[\"\"]"),
        ("split(\"\", \"né\")", "[\"n\",\"é\"]"),
        ("split(\"\", \"\")", "[]"),
        ("startswith(\"abc\", \"ab\")", "true"),
        ("strcontains(\"abc\", \"d\")", "false"),
        ("substr(\"hello\", 1, 3)", "\"ell\""),
        ("substr(\"hello\", -3, 2)", "\"ll\""),
        ("substr(\"hello\", 2, -1)", "\"llo\""),
        ("substr(\"né\", 10, 1)", "\"\""),
        ("substr(\"hello\", 0, -2)", "\"hello\""),
        ("title(\"foo bar-baz o'neil a_b\")", "\"Foo Bar-Baz O'Neil A_b\""),
        ("trim(\"?!hello?!\", \"!?\")", "\"hello\""),
        ("trimprefix(\"helloworld\", \"hello\")", "\"world\""),
        ("trimspace(\" \\ta\\n\")", "\"a\""),
        ("trimsuffix(\"helloworld\", \"world\")", "\"hello\""),
        ("upper(\"straße\")", "\"STRAßE\""),
        ("upper([])", "`upper`: `text` must be a string, not a list"),
        ("upper(null)", "`upper`: `text` must be a string, not null"),
    ]);
}

#[test]
fn formats() {
    check(&[
        ("format(\"%05d|%v|%q|%s\", 12, true, \"a\\\"\", 1.5)", "\"00012|true|\\\"a\\\\\\\"\\\"|1.5\""),
        (
            "format(\"%5.2f|%x|%-5s|%%|%08.3f|%+d|% d|%t\", 3.14159, 255, \"a\", -3.14159, 5, 5, true)",
            "\" 3.14|ff|a    |%|-003.142|+5| 5|true\"",
        ),
        (
            "format(\"%f|%.0f|%.1f|%.2f\", 1.5, 2.5, 0.05, 9223372036854775807)",
            "\"1.500000|2|0.0|9223372036854775807.00\"",
        ),
        ("format(\"%b|%o|%X|%5d|%-5d|\", 5, 8, -255, 1, 1)", "\"101|10|-FF|    1|1    |\""),
        ("format(\"%[2]s %[1]s\", \"a\", \"b\")", "\"b a\""),
        ("format(\"%5.1s|\", \"abc\")", "\"    a|\""),
        ("format(\"%v %v %v\", [1, \"a\"], { a = null }, null)", "\"[1,\\\"a\\\"] {\\\"a\\\":null} null\""),
        ("format(\"%d\", \"15\")", "\"15\""),
        ("format(\"é\")", "\"é\""),
        ("format(\"%d\", 1.5)", "`format`: `values` must be a whole number for `%d`, not a number"),
        ("format(\"%s\", [])", "`format`: `values` must be a string for `%s`, not a list"),
        ("format(\"%s %s\", \"a\")", "`format`: the format asks for value 2, the call gives 1"),
        ("format(\"%[0]s\", \"a\")", "`format`: the format asks for value 0, the call gives 1"),
        ("format(\"%s\", \"a\", \"b\")", "`format`: the format takes 1 of the 2 values given"),
        (
            "format(\"100%\")",
            "`format`: `format` has a `%` that begins no verb; write `%%` for a percent sign",
        ),
        (
            "format(\"%1001d\", 1)",
            "`format`: `format` has a `%` that begins no verb; write `%%` for a percent sign",
        ),
        (
            "format(\"%99999999999999999999d\", 1)",
            "`format`: `format` has a `%` that begins no verb; write `%%` for a percent sign",
        ),
        ("format(\"%y\", 1)", "`format`: `format` has the verb `%y`, which is not known"),
    ]);
    assert_eq!(shown("format(\"%1000d\", 1)").len(), 1002);
}

#[test]
fn encodings() {
    check(&[
        ("base64encode(\"\")", "\"\""),
        ("base64encode(\"f\")", "\"Zg==\""),
        ("base64encode(\"fo\")", "\"Zm8=\""),
        ("base64encode(\"foo\")", "\"Zm9v\""),
        ("base64encode(\"é€😀\")", "\"w6nigqzwn5iA\""),
        ("base64decode(\"\")", "\"\""),
        ("base64decode(\"Zg==\")", "\"f\""),
        ("base64decode(\"Zm8=\")", "\"fo\""),
        ("base64decode(\"Zm9v\")", "\"foo\""),
        ("base64decode(\"w6nigqzwn5iA\")", "\"é€😀\""),
        ("base64decode(\"//8=\")", "`base64decode`: `text` must decode to UTF-8 text"),
        ("base64decode(\"Zg\")", "`base64decode`: `text` must be base64, with its padding"),
        ("base64decode(\"Zg==Zg==\")", "`base64decode`: `text` must be base64, with its padding"),
        ("base64decode(\"Z===\")", "`base64decode`: `text` must be base64, with its padding"),
        ("base64decode(\"Zh==\")", "`base64decode`: `text` must be base64, with its padding"),
        ("base64decode(\"Zm9_\")", "`base64decode`: `text` must be base64, with its padding"),
        (
            "jsonencode({ b = [1, 2.50, null], a = { c = true, d = {} }, e = [] })",
            r#""{\"a\":{\"c\":true,\"d\":{}},\"b\":[1,2.50,null],\"e\":[]}""#,
        ),
        (
            "jsonencode(\"<&>\\u2028\\u0001\\t\\\"\\\\é\")",
            r#""\"\\u003c\\u0026\\u003e\\u2028\\u0001\\t\\\"\\\\é\"""#,
        ),
        (
            r#"jsondecode(" {\"a\" : [1.50, -2e1, true, false, null, \"\\u00e9\\ud83d\\ude00\\n\\/\"], \"b\": {}} ")"#,
            "{\"a\":[1.50,-20,true,false,null,\"é😀\\n/\"],\"b\":{}}",
        ),
    ]);
}

#[test]
fn what_is_no_json_is_refused_with_its_place() {
    let cases = [
        ("", "expected a value (byte 0)"),
        ("1 2", "expected the end (byte 2)"),
        ("[1,]", "expected a value (byte 3)"),
        ("[1 2]", "expected `,` or `]` (byte 3)"),
        ("{\"a\" 1}", "expected `:` (byte 5)"),
        ("{a: 1}", "expected a key in quotes (byte 1)"),
        ("{\"a\": 1, \"a\": 2}", "a key stands twice in one object (byte 9)"),
        ("01", "expected a value (byte 0)"),
        ("-", "expected a value (byte 0)"),
        ("+1", "expected a value (byte 0)"),
        ("NaN", "expected a value (byte 0)"),
        ("1e400", "a number is outside of −9223372036854775808 to 9223372036854775807 (byte 0)"),
        ("0.00000000000000000000000000001", "a number is more than 28 digits (byte 0)"),
        ("\"a", "expected a closing quote (byte 1)"),
        ("\"a\n\"", "expected no control character in a string (byte 2)"),
        ("\"\\x\"", "expected an escape of JSON (byte 1)"),
        ("\"\\ud800\"", "expected the other half of a surrogate pair (byte 7)"),
        ("\"\\ud800\\u0041\"", "expected the other half of a surrogate pair (byte 13)"),
        ("\"\\udc00\"", "expected the first half of a surrogate pair (byte 7)"),
        ("\"\\u00é\"", "expected four hexadecimal digits (byte 3)"),
        ("\"\\", "expected an escape of JSON (byte 1)"),
        ("\u{feff}1", "expected a value (byte 0)"),
    ];
    for (text, expected) in cases {
        assert_eq!(json::decode(text).unwrap_err().to_string(), expected, "{text}");
    }
    let nested = |depth: usize| json::decode(&format!("{}{}", "[".repeat(depth), "]".repeat(depth)));
    assert!(nested(63).is_ok());
    assert!(nested(64).is_ok());
    assert_eq!(
        nested(65).unwrap_err().to_string(),
        "more than 64 lists and objects inside each other (byte 64)"
    );
    assert!(nested(1_000_000).is_err());
}

#[test]
fn networks() {
    check(&[
        ("cidrhost(\"10.1.2.240/28\", 1)", "\"10.1.2.241\""),
        ("cidrhost(\"10.0.0.0/16\", -2)", "\"10.0.255.254\""),
        ("cidrhost(\"10.0.0.0/30\", 3)", "\"10.0.0.3\""),
        ("cidrhost(\"10.0.0.0/30\", 4)", "`cidrhost`: `hostnum` must fit into the 2 bits for hosts"),
        ("cidrhost(\"10.0.0.0/30\", -4)", "\"10.0.0.0\""),
        ("cidrhost(\"10.0.0.0/30\", -5)", "`cidrhost`: `hostnum` must fit into the 2 bits for hosts"),
        ("cidrhost(\"fd00::/64\", 34)", "\"fd00::22\""),
        ("cidrhost(\"::/0\", -1)", "\"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff\""),
        ("cidrhost(\"0.0.0.0/0\", -1)", "\"255.255.255.255\""),
        ("cidrsubnet(\"172.16.0.0/12\", 4, 2)", "\"172.18.0.0/16\""),
        ("cidrsubnet(\"10.1.2.3/8\", 8, 255)", "\"10.255.0.0/16\""),
        ("cidrsubnet(\"10.0.0.0/8\", 0, 0)", "\"10.0.0.0/8\""),
        ("cidrsubnet(\"10.0.0.0/8\", 24, 1)", "\"10.0.0.1/32\""),
        ("cidrsubnet(\"fd00::/48\", 16, 5)", "\"fd00:0:0:5::/64\""),
        ("cidrsubnet(\"::/0\", 128, 5)", "\"::5/128\""),
        ("cidrsubnet(\"10.0.0.0/8\", 8, 256)", "`cidrsubnet`: `netnum` must fit into 8 bits"),
        (
            "cidrsubnet(\"10.0.0.0/8\", 25, 1)",
            "`cidrsubnet`: `newbits` must be at most the 24 bits that are free",
        ),
        (
            "cidrsubnet(\"10.0.0.0/33\", 1, 1)",
            "`cidrsubnet`: `prefix` must be a range of addresses such as \"10.0.0.0/16\"",
        ),
        (
            "cidrsubnet(\"10.0.0/8\", 1, 1)",
            "`cidrsubnet`: `prefix` must be a range of addresses such as \"10.0.0.0/16\"",
        ),
        (
            "cidrsubnet(\"10.0.0.0\", 1, 1)",
            "`cidrsubnet`: `prefix` must be a range of addresses such as \"10.0.0.0/16\"",
        ),
        (
            "cidrsubnet(\"10.0.0.0/+8\", 1, 1)",
            "`cidrsubnet`: `prefix` must be a range of addresses such as \"10.0.0.0/16\"",
        ),
    ]);
}
