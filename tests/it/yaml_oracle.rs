//! The room `yaml` against `sigs.k8s.io/yaml`, which kubectl and the API server read with.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::sync::LazyLock;

use fleetwright::yaml::{self, Plain};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};

use crate::harness::yaml::{Answer, Yaml};
use crate::tricky::{numbers, tricky};

/// Whether the lab read this very value. Doubles are compared as doubles, so `1.0` is `1`.
fn same(ours: &Value, theirs: &Value) -> bool {
    match (ours, theirs) {
        (Value::Number(ours), Value::Object(tagged)) => {
            let Some(theirs) = tagged.get("number").and_then(Value::as_str) else { return false };
            match ours.as_f64().filter(|_| ours.is_f64()) {
                Some(ours) => theirs.parse() == Ok(ours),
                None => theirs == ours.to_string() || (theirs == "-0" && ours.as_i64() == Some(0)),
            }
        }
        (Value::Object(ours), Value::Object(tagged)) => {
            let Some(theirs) = tagged.get("map").and_then(Value::as_object) else { return false };
            ours.len() == theirs.len()
                && ours.iter().all(|(key, ours)| theirs.get(key).is_some_and(|theirs| same(ours, theirs)))
        }
        (Value::Array(ours), Value::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(ours, theirs)| same(ours, theirs))
        }
        (Value::Null | Value::Bool(_) | Value::String(_), theirs) => ours == theirs,
        _ => false,
    }
}

/// Two values that the API server would not tell apart.
fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => {
            a == b || (a.is_f64() || b.is_f64()) && a.as_f64() == b.as_f64()
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| equal(a, b)))
        }
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b)),
        (a, b) => a == b,
    }
}

fn ours(text: &str) -> Result<Value, String> {
    let stream = yaml::read(text).map_err(|error| error.to_string())?;
    match stream.documents.as_slice() {
        [] => Ok(Value::Null),
        [document] => Ok(yaml::to_json(&document.root)),
        many => Err(format!("{} documents", many.len())),
    }
}

/// What is emitted, both readers read back.
fn emitted(lab: &mut Yaml, value: &Value) -> Result<(), String> {
    let text = yaml::emit(value);
    match lab.read(&text) {
        Answer::Read(read) if same(value, &read) => {}
        other => return Err(format!("emitted {text:?} of {value}, and the lab says {other:?}")),
    }
    match ours(&text) {
        Ok(read) if equal(value, &read) => Ok(()),
        other => Err(format!("emitted {text:?} of {value}, and read {other:?}")),
    }
}

/// The value in every place that a value can stand in.
fn everywhere(value: &Value) -> Value {
    json!({
        "apiVersion": "v1", "kind": value, "metadata": {"name": value, "a": [value, [value, [value]], {"b": value, "c": {"d": value}}]},
        "list": [[], {}, value, [[value], value], {"x": [value], "y": value}], "z": value,
    })
}

#[test]
fn every_tricky_string_is_read_back_by_go() {
    let mut lab = Yaml::start();
    let mut failures = Vec::new();
    for text in tricky() {
        let value = Value::String(text.clone());
        for value in [everywhere(&value), value.clone(), json!([value]), json!({ text: { "k": value } })] {
            failures.extend(emitted(&mut lab, &value).err());
        }
    }
    assert!(failures.is_empty(), "{} failures, the first of them:\n{}", failures.len(), failures[0]);
}

#[test]
fn every_number_is_read_back_by_go() {
    let mut lab = Yaml::start();
    for number in numbers().into_iter().chain([json!(null), json!(true), json!(false)]) {
        for value in [everywhere(&number), number.clone(), json!([number])] {
            emitted(&mut lab, &value).unwrap();
        }
    }
}

/// `quote` and `scalar` on one line, in block and in flow.
#[test]
fn a_written_scalar_is_read_back_by_go() {
    let mut lab = Yaml::start();
    for text in tricky() {
        for written in [yaml::quote(&text).into(), yaml::scalar(&text)] {
            if written.len() > 1000 {
                continue;
            }
            let document = format!(
                "a: {written}\n{written}: [{written}, {{ {written}: {written} }}]\nb:\n- {written}\n- {written}: {written} # c\n"
            );
            let expected = json!({ "a": text, text.clone(): [text, { text.clone(): text }], "b": [text, { text.clone(): text }] });
            // Where the text is a key of the document itself, it stands there twice.
            if matches!(text.as_str(), "a" | "b") {
                continue;
            }
            match lab.read(&document) {
                Answer::Read(read) if same(&expected, &read) => {}
                other => panic!("{document:?}: the lab says {other:?}"),
            }
            assert_eq!(ours(&document).as_ref(), Ok(&expected), "{document:?}");
        }
    }
}

/// What a scalar means that somebody wrote without quotes.
#[test]
fn an_unquoted_scalar_means_to_us_what_it_means_to_go() {
    let mut lab = Yaml::start();
    let mut refused = Vec::new();
    let mut seen = 0;
    for text in tricky().into_iter().filter(|text| !text.contains('\n')) {
        // Only what stays one plain scalar; the structure is looked at below.
        let document = format!("- {text}\n");
        let one_scalar = yaml::read(&document).is_ok_and(|stream| {
            matches!(stream.scalars.as_slice(), [scalar] if scalar.style == yaml::Style::Plain && document.get(scalar.span.clone()) == Some(&text))
        });
        let is_refused = matches!(yaml::plain(&text), Plain::Refused(_)) && !text.contains([' ', ':', '#']);
        if !one_scalar && !is_refused {
            continue;
        }
        seen += 1;
        let Answer::Read(theirs) = lab.read(&document) else {
            // JSON has no `.inf`, so the lab fails too.
            assert!(is_refused, "{text:?} is refused by go alone");
            continue;
        };
        let read = match yaml::plain(&text) {
            Plain::Null => Value::Null,
            Plain::Bool(value) => json!(value),
            Plain::Int(value) => json!(value),
            Plain::Float(value) => json!(value),
            Plain::String => json!(text),
            Plain::Refused(refusal) => {
                // The same number with a sign or an underscore tells nothing new.
                if text.starts_with(|c: char| c.is_ascii_digit()) && !text.ends_with(['_', 'e']) {
                    refused.push(format!("{text} {refusal}; go: {}", theirs[0]));
                }
                continue;
            }
        };
        assert!(same(&json!([read]), &theirs), "{text:?}: {read} to us, {theirs} to go");
        if yaml::is_plain_string(&text) {
            assert_eq!(theirs[0], json!(text));
        }
    }
    assert!(seen > 500, "only {seen} scalars compared");
    insta::assert_snapshot!(refused.join("\n"), @r#"
    9223372036854775808 is outside of -9223372036854775808 to 9223372036854775807; go: {"number":"9223372036854775808"}
    18446744073709551615 is outside of -9223372036854775808 to 9223372036854775807; go: {"number":"18446744073709551615"}
    18446744073709551616 is outside of -9223372036854775808 to 9223372036854775807; go: {"number":"18446744073709552000"}
    99999999999999999999999999 is outside of -9223372036854775808 to 9223372036854775807; go: {"number":"1e+26"}
    07777777777777777777777 is outside of -9223372036854775808 to 9223372036854775807; go: {"number":"7.777777777777777e+21"}
    0xffffffffffffffff is outside of -9223372036854775808 to 9223372036854775807; go: {"number":"18446744073709551615"}
    0x1ffffffffffffffff is outside of -9223372036854775808 to 9223372036854775807; go: "0x1ffffffffffffffff"
    9007199254740993.0 has more digits than a number of the API server holds; go: {"number":"9007199254740992"}
    3.14159265358979323846 has more digits than a number of the API server holds; go: {"number":"3.141592653589793"}
    1e309 is larger than a number can be; go: "1e309"
    1e400 is larger than a number can be; go: "1e400"
    1e-400 has more digits than a number of the API server holds; go: {"number":"0"}
    123e456 is larger than a number can be; go: "123e456"
    1e99999999999999999999 is larger than a number can be; go: "1e99999999999999999999"
    1e-99999999999999999999 has more digits than a number of the API server holds; go: {"number":"0"}
    "#);
}

static TRICKY: LazyLock<Vec<String>> = LazyLock::new(tricky);

fn text() -> impl Strategy<Value = String> {
    let pieces = proptest::sample::select(vec![
        "a",
        "b",
        "1",
        "0",
        "é",
        "\n",
        "\n",
        " ",
        " ",
        "\t",
        ":",
        ": ",
        "#",
        " #",
        "-",
        "- ",
        "'",
        "\"",
        "\\",
        ",",
        "[",
        "]",
        "{",
        "}",
        "!",
        "&",
        "*",
        "|",
        ">",
        "%",
        "@",
        "?",
        "=",
        "~",
        "_",
        ".",
        "e",
        "+",
        "x",
        "\r",
        "\u{85}",
        "\u{2028}",
        "\u{feff}",
        "\u{0}",
        "\u{7f}",
        "\u{ffff}",
        "\u{1f600}",
        "---",
        "...",
        "<<",
        "yes",
    ]);
    prop_oneof![
        2 => proptest::sample::select(TRICKY.as_slice()),
        2 => proptest::collection::vec(pieces, 0..12).prop_map(|pieces| pieces.concat()),
        1 => any::<String>(),
        1 => "[a-z]{1,8}",
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        6 => text().prop_map(Value::String),
        1 => any::<i64>().prop_map(|number| json!(number)),
        1 => any::<f64>().prop_filter_map("finite", |number| number.is_finite().then(|| json!(number))),
        1 => proptest::sample::select(numbers()),
        1 => any::<bool>().prop_map(|value| json!(value)),
        1 => Just(Value::Null),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
            proptest::collection::btree_map(text(), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

fn runner(cases: u32) -> TestRunner {
    TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() })
}

#[test]
fn any_value_is_read_back_by_go() {
    let lab = RefCell::new(Yaml::start());
    runner(1000)
        .run(&value(), |value| emitted(&mut lab.borrow_mut(), &value).map_err(TestCaseError::fail))
        .unwrap_or_else(|failure| panic!("{failure}"));
}

/// How a generated document writes its values.
#[derive(Clone, Debug)]
struct Manner {
    choices: Vec<u8>,
    next: usize,
}

impl Manner {
    fn pick(&mut self, of: u8) -> u8 {
        self.next += 1;
        self.choices.get(self.next % self.choices.len()).copied().unwrap_or(0) % of
    }
}

/// The value in one of the many ways that a person or a template may write it; not always rightly, which
/// is the point.
fn scribble(out: &mut String, value: &Value, column: usize, in_flow: bool, manner: &mut Manner) {
    let pad = |out: &mut String, column: usize| out.extend(std::iter::repeat_n(' ', column));
    match value {
        Value::Array(items) if in_flow || items.is_empty() || manner.pick(4) == 0 => {
            out.push_str([" [", " [ "][usize::from(manner.pick(2))]);
            for item in items {
                scribble(out, item, column, true, manner);
                out.push_str([",", " , ", ",  "][usize::from(manner.pick(3))]);
            }
            out.push(']');
        }
        Value::Object(entries) if in_flow || entries.is_empty() || manner.pick(4) == 0 => {
            out.push_str(" {");
            for (key, item) in entries {
                scribble_text(out, key, None, manner);
                out.push(':');
                scribble(out, item, column, true, manner);
                out.push_str([",", " , ", ",\n          "][usize::from(manner.pick(3))]);
            }
            out.push('}');
        }
        Value::Array(items) => {
            for item in items {
                out.push_str(["\n", "\n\n", " # c\n", "\n   # c\n"][usize::from(manner.pick(4))]);
                pad(out, column);
                out.push('-');
                scribble(out, item, column + 2, false, manner);
            }
        }
        Value::Object(entries) => {
            for (key, item) in entries {
                out.push_str(["\n", "\n\n", " # c: d\n", "\n# c\n"][usize::from(manner.pick(4))]);
                pad(out, column);
                scribble_text(out, key, None, manner);
                out.push_str([":", ":", " :"][usize::from(manner.pick(3))]);
                scribble(out, item, column + usize::from(manner.pick(3)) + 1, false, manner);
            }
        }
        Value::String(text) => {
            out.push(' ');
            scribble_text(out, text, (!in_flow).then_some(column), manner);
        }
        other => write!(out, " {other}").unwrap(),
    }
}

fn scribble_text(out: &mut String, text: &str, block: Option<usize>, manner: &mut Manner) {
    match (manner.pick(6), block) {
        (0 | 1, _) => out.push_str(text),
        (2, _) => write!(out, "'{}'", text.replace('\'', "''")).unwrap(),
        (3 | 4, Some(column)) => {
            out.push_str(["|", ">", "|-", ">-", "|+", ">+", "|2", "| # c"][usize::from(manner.pick(8))]);
            for line in text.split('\n') {
                out.push('\n');
                out.extend(std::iter::repeat_n(' ', column + 1));
                out.push_str(line);
            }
        }
        _ => out.push_str(&yaml::quote(text)),
    }
}

/// Where both readers take a text, they take it for the same.
fn agrees(lab: &mut Yaml, text: &str) -> Result<bool, String> {
    let Ok(ours) = ours(text) else { return Ok(false) };
    match lab.read(text) {
        Answer::Read(theirs) | Answer::Refused(_, Some(theirs)) if !same(&ours, &theirs) => {
            Err(format!("{text:?}\nus: {ours}\ngo: {theirs}"))
        }
        Answer::Read(_) => Ok(true),
        Answer::Refused(..) => Ok(false),
    }
}

#[test]
fn what_both_readers_take_they_take_for_the_same() {
    let lab = RefCell::new(Yaml::start());
    let both = RefCell::new((0, 0));
    let styles = proptest::collection::vec(any::<u8>(), 16..64);
    runner(3000)
        .run(&(value(), styles), |(value, choices)| {
            let mut text = String::new();
            scribble(&mut text, &value, 0, false, &mut Manner { choices, next: 0 });
            text.push('\n');
            let agreed = agrees(&mut lab.borrow_mut(), &text).map_err(TestCaseError::fail)?;
            let mut both = both.borrow_mut();
            *both = (both.0 + usize::from(agreed), both.1 + 1);
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
    let (agreed, all) = *both.borrow();
    assert!(agreed * 4 > all, "only {agreed} of {all} texts were read by both");
}

#[test]
fn any_text_that_both_readers_take_they_take_for_the_same() {
    let lab = RefCell::new(Yaml::start());
    let lines = proptest::collection::vec(
        (
            0..6_usize,
            text(),
            proptest::sample::select(vec!["", "- ", "a: ", "b: ", "- a: ", "? ", ": ", "# "]),
        ),
        0..8,
    );
    let text = lines.prop_map(|lines| {
        lines
            .iter()
            .map(|(column, text, start)| format!("{}{start}{text}\n", " ".repeat(*column)))
            .collect::<String>()
    });
    runner(3000)
        .run(&text, |text| agrees(&mut lab.borrow_mut(), &text).map(|_| ()).map_err(TestCaseError::fail))
        .unwrap_or_else(|failure| panic!("{failure}"));
}
