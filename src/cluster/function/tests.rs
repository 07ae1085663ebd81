//! Every function, by the table of cases in `cases/*.txt`: what it gives, what it refuses, and which marks it keeps.
//! The facts are those of Terraform 1.11 and its documentation; `tests/it/functions.rs` holds them against its libraries.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use hcl_edit::expr::Expression;

use super::cases::{self, Case, Gives};
use super::{Reads, json};
use crate::cluster::Value;
use crate::cluster::eval::{Scope, evaluate};
use crate::diagnostic::{Diagnostics, SourceMap};

fn expression(call: &str) -> Expression {
    call.parse().unwrap_or_else(|error| panic!("{call}: {error}"))
}

/// The value, or the messages of the problems.
fn run(call: &str) -> Result<Value, String> {
    let file = SourceMap::default().add("test", call);
    let mut problems = Diagnostics::new();
    evaluate(&expression(call), file, &Scope::new(), &mut problems)
        .ok_or_else(|| problems.iter().map(|problem| problem.message.as_str()).collect::<Vec<_>>().join("; "))
}

fn all_cases() -> Vec<Case> {
    cases::tables().iter().flat_map(|(_, table)| cases::read(table)).collect()
}

/// What the table would say below a call.
fn verdict(call: &str) -> String {
    match run(call) {
        Ok(value) => {
            let mark = if value.is_sensitive() { "\n  sensitive" } else { "" };
            format!("  = {}{mark}", json::encode(&value).unwrap())
        }
        Err(message) => format!("  ! {message}"),
    }
}

/// Compares, or writes where `FLEETWRIGHT_BLESS` is set while the tests are built.
#[test]
fn every_case_gives_what_the_table_says() {
    let mut wrong = String::new();
    for (file, table) in cases::tables() {
        let mut written = String::new();
        for line in table.lines() {
            let is_verdict = ["  =", "  !", "  sensitive"].iter().any(|start| line.starts_with(start));
            if !is_verdict {
                writeln!(written, "{line}").unwrap();
            }
            if !line.is_empty() && !line.starts_with(['#', ' ']) {
                writeln!(written, "{}", verdict(line)).unwrap();
            }
        }
        if option_env!("FLEETWRIGHT_BLESS").is_some() {
            std::fs::write(&file, &written).unwrap();
        }
        for (said, found) in cases::read(&table).into_iter().zip(cases::read(&written)) {
            if (&said.gives, said.sensitive) != (&found.gives, found.sensitive) {
                writeln!(wrong, "{}\n  the table: {:?}\n  found: {:?}", said.call, said.gives, found.gives)
                    .unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn every_function_is_found_once_and_has_cases() {
    let cases = all_cases();
    let mut counted: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut calls = BTreeSet::new();
    for case in &cases {
        let (given, refused) = counted.entry(case.function()).or_default();
        match case.gives.as_ref().unwrap() {
            Gives::Value(_) => *given += 1,
            Gives::Error(_) => *refused += 1,
        }
        assert!(calls.insert(&case.call), "{} stands in the table twice", case.call);
    }
    let names: Vec<_> = super::names().collect();
    for name in &names {
        assert_eq!(names.iter().filter(|other| *other == name).count(), 1, "{name}");
        assert_eq!(super::left_out(name), None, "{name}");
        let (given, refused) = counted.remove(name).unwrap_or_default();
        assert!(given + refused >= 4 && given >= 2, "{name}: {given} cases that give something");
        // Nothing is wrong for these.
        let takes_all = ["can", "issensitive", "nonsensitive", "sensitive"].contains(name);
        assert!(refused >= 1 || takes_all, "{name} has no case that is refused");
        if !["try", "can"].contains(name) {
            assert_eq!(super::find(name).unwrap().name, *name);
        }
    }
    assert!(counted.is_empty(), "cases of no function: {counted:?}");
}

/// A call of which one argument is sensitive gives what it gave, and that is sensitive; and where a function mixes
/// what is in its arguments, one sensitive item of a list is enough.
#[test]
fn a_sensitive_argument_makes_the_result_sensitive() {
    let mut seen = BTreeSet::new();
    for case in all_cases() {
        let Some(function) = super::find(case.function()) else { continue };
        let (Some(Gives::Value(value)), Expression::FuncCall(call)) = (&case.gives, expression(&case.call))
        else {
            continue;
        };
        if matches!(function.reads, Reads::Unmarked) || call.args.expand_final() {
            continue;
        }
        let args: Vec<String> = call.args.iter().map(|arg| arg.to_string().trim().to_owned()).collect();
        let with = |index: usize, arg: &str| {
            let mut args = args.clone();
            args[index] = arg.to_owned();
            format!("{}({})", function.name, args.join(", "))
        };
        for (index, arg) in call.args.iter().enumerate() {
            let mut secret = vec![with(index, &format!("sensitive({})", args[index]))];
            if let (Expression::Array(items), Reads::Everything) = (arg, function.reads) {
                for place in 0..items.len() {
                    let items = items.iter().enumerate().map(|(at, item)| {
                        let item = item.to_string().trim().to_owned();
                        if at == place { format!("sensitive({item})") } else { item }
                    });
                    secret.push(with(index, &format!("[{}]", items.collect::<Vec<_>>().join(", "))));
                }
            }
            for call in secret {
                let found = run(&call).unwrap_or_else(|problem| panic!("{call}: {problem}"));
                assert_eq!(json::encode(&found).unwrap(), *value, "{call}");
                assert!(found.is_sensitive(), "{call}");
                seen.insert(function.name);
            }
        }
    }
    let rest: Vec<_> = super::names().filter(|name| !seen.contains(name)).collect();
    assert_eq!(rest, ["issensitive", "nonsensitive", "try", "can"]);
}

/// No message of a call that is refused shows a sensitive argument.
#[test]
fn a_refusal_shows_no_secret() {
    for case in all_cases().iter().filter(|case| matches!(case.gives, Some(Gives::Error(_)))) {
        let Expression::FuncCall(call) = expression(&case.call) else { continue };
        if super::find(case.function()).is_none() || call.args.expand_final() {
            continue;
        }
        // A text that no message has of itself stands before each text of the call.
        let args = call.args.iter().map(|arg| {
            let secret = arg.to_string().trim().replacen('"', "\"hunter2", 1);
            format!("sensitive({secret})")
        });
        let call = format!("{}({})", case.function(), args.collect::<Vec<_>>().join(", "));
        if let Err(message) = run(&call) {
            assert!(!message.contains("hunter2"), "{call}: {message}");
        }
    }
}

#[test]
fn what_no_fleet_needs_is_left_out_with_a_reason() {
    for name in
        ["timestamp", "uuid", "bcrypt", "file", "filesha512", "base64gzip", "rsadecrypt", "ephemeralasnull"]
    {
        let left_out = super::left_out(name).unwrap_or_else(|| panic!("{name}"));
        assert!(!left_out.why.is_empty() && !left_out.instead.is_empty());
        assert!(super::find(name).is_none(), "{name}");
    }
}

#[test]
fn every_function_is_in_the_reference() {
    let page = include_str!("../../../fleet/README.md");
    for name in super::names() {
        assert!(page.contains(&format!("| `{name}(")), "fleet/README.md has no row for `{name}`");
    }
}

/// Texts that would make a function take long, or go deep.
#[test]
fn no_call_takes_more_than_its_share() {
    let long = |call: &str| run(call).unwrap_err();
    assert!(long("setproduct(range(400), range(400))").contains("100000 elements"));
    // One million lines of nothing, made from twenty arguments.
    assert!(
        long("formatlist(join(\"\", [for i in range(30000): \"aaaaaaaaaa\"]), range(10000))")
            .contains("steps")
    );
    assert!(long("[for i in range(30000): regexall(\"a\", \"b\")]").contains("steps"));
    let deep = format!("regex(\"{}\", \"\")", "(".repeat(100_000));
    assert!(long(&deep).starts_with("`regex`: `pattern` must be a regular expression"), "{}", long(&deep));
    assert!(long("regex(\"((a{1000}){1000}){1000}\", \"\")").contains("bytes"));
    let deep = format!("yamldecode(\"{}\")", "[".repeat(100_000));
    assert!(long(&deep).starts_with("`yamldecode`: `text` must be YAML"));
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
