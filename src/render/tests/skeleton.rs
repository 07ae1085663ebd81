//! What goes into the holes of a text that was read before gives what reading all of it gives.

use std::fmt::Write;

use proptest::collection::vec;
use proptest::prelude::*;

use super::{Fleet, told};
use crate::render::Show;

/// Lines with values in every place that YAML has for one. `v` and `w` are texts, `n` a number, `m` a map.
const LINES: [&str; 34] = [
    "{{ v }}",
    "x{{ v }}",
    "{{ v }}x",
    "{{ v }}{{ w }}",
    "{{ v }}:{{ w }}",
    "{{ v }}, {{ w }}",
    "registry/{{ v }}:{{ w }}",
    "http://{{ v }}:{{ n }}/{{ w }}",
    "a {{ v }} b",
    "-{{ v }}",
    "- {{ v }}",
    "\"{{ v }}\"",
    "\"a {{ v }} \\n {{ w }}\"",
    "'{{ v }}'",
    "'it''s {{ v }}'",
    "[{{ v }}, {{ w }}]",
    "{a: {{ v }}}",
    "{a: \"{{ v }}\", {{ w }}: b}",
    "\n    {{ v }}: {{ w }}",
    "\n    - {{ v }}\n    - {{ w }}: {{ n }}",
    "|\n    {{ v }}\n    {{ w }}",
    ">-\n    {{ v }}",
    "{{ v | quote }}",
    "[{{ v | quote }}, {{ n }}]",
    "{{ v | to_json }}",
    "{{ n }}",
    "x-{{ n }}",
    "{{ n }}x",
    "\"{{ n }}\"",
    "{{ n }}.{{ n }}",
    "a # {{ v }}",
    "&x {{ v }}\n  again: *x",
    "!!str {{ v }}",
    "{{ v }} {{ m | to_yaml | nindent(width=4) }}",
];

/// Texts that YAML reads as something else in one place or another, and some that it does not.
const TEXTS: [&str; 58] = [
    "plain",
    "a b",
    "a-b.c_d/e",
    "1.42.0",
    "x",
    "",
    "1.30",
    "7",
    "-1",
    "+1",
    "0x1f",
    "1_000",
    ".5",
    ".inf",
    "1e3",
    "on",
    "y",
    "~",
    "null",
    "true",
    "=",
    "<<",
    "2001-01-01",
    "12:30:45",
    "a:b",
    "a:",
    ":a",
    "x: y",
    "x #y",
    "#y",
    "a  b",
    " a",
    "a ",
    "-",
    "--",
    "- a",
    "---",
    "...",
    "?",
    "? a",
    "a,b",
    "[",
    "]",
    "{a}",
    "'",
    "it's",
    "\"",
    "a\\n",
    "\\",
    "@",
    "`",
    "%",
    "!x",
    "&x",
    "*x",
    "é",
    "\u{85}",
    "a\nb",
];

fn settings(clusters: &[(&str, [&str; 2], i64)]) -> String {
    let mut text = String::new();
    for (name, [v, w], n) in clusters {
        for (key, value) in
            [("v", serde_json::json!(v)), ("w", serde_json::json!(w)), ("n", serde_json::json!(n))]
        {
            writeln!(text, "clusters.{name}.{key} = {value}").unwrap();
        }
        writeln!(text, "clusters.{name}.m = {{\"k\": \"v\", \"l\": [\"w\"]}}").unwrap();
    }
    text
}

/// What is rendered on `prod-b`, and what is wrong there.
fn on_b(template: &str, clusters: &[(&'static str, [&str; 2], i64)]) -> (String, String) {
    let names: Vec<&'static str> = clusters.iter().map(|(name, ..)| *name).collect();
    let (rendered, problems, map) = Fleet::new(template).clusters(&names).set(&settings(clusters)).run();
    let cluster = rendered.clusters().iter().find(|cluster| &**cluster.name() == "prod-b");
    let objects = cluster.into_iter().flat_map(|cluster| cluster.units()).flat_map(|unit| unit.objects());
    let objects = objects.map(|object| {
        let value = object.printable(Show::Full).into_owned().into_value();
        format!("{} {value}\n", map.locate(object.origin()))
    });
    let of_b = problems.into_iter().filter(|problem| problem.clusters.iter().any(|name| &**name == "prod-b"));
    // Which of several equal settings a value is said to come from is not what this is about.
    let told = told(of_b.collect(), &map);
    let told = told.lines().filter(|line| !line.starts_with(" --> fleet/fleet.hcl")).collect::<Vec<_>>();
    (objects.collect(), told.join("\n"))
}

fn template(lines: &[&str]) -> String {
    let mut text = "apiVersion: v1\nkind: Thing\nmetadata:\n  name: a\nspec:\n".to_owned();
    for (number, line) in lines.iter().enumerate() {
        let line = ["v", "w", "n", "m"].iter().fold((*line).to_owned(), |line, name| {
            line.replace(&format!("{{{{ {name} "), &format!("{{{{ cluster.values.{name} "))
        });
        writeln!(text, "  line{number}: {line}").unwrap();
    }
    text
}

fn texts() -> impl Strategy<Value = [&'static str; 2]> {
    let one = || prop::sample::select(TEXTS.as_slice());
    (one(), one()).prop_map(|(v, w)| [v, w])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_text_like_another_reads_as_it_would_alone(
        lines in vec(prop::sample::select(LINES.as_slice()), 1..4),
        first in texts(),
        second in texts(),
        numbers in (-9i64..20, prop::sample::select(vec![0, 7, -3, 80, i64::MAX])),
    ) {
        let template = template(&lines);
        let (a, b) = (("prod-a", first, numbers.0), ("prod-b", second, numbers.1));
        prop_assert_eq!(on_b(&template, &[a, b]), on_b(&template, &[b]), "{}", template);
    }
}

#[test]
fn every_place_after_a_plain_text_reads_as_it_would_alone() {
    for line in LINES {
        let template = template(&[line]);
        for text in TEXTS {
            for texts in [[text, "w"], ["v", text]].into_iter().take(1 + usize::from(line.contains(" w "))) {
                let (a, b) = (("prod-a", ["seed", "other"], 5), ("prod-b", texts, 8080));
                assert_eq!(on_b(&template, &[a, b]), on_b(&template, &[b]), "{template}");
            }
        }
    }
}
