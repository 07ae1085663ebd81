//! How much fits.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::diff::{Hidden, compare};
use crate::object::ObjectRef;
use crate::plan::{Action, Change};
use crate::report::diff::ClusterDiff;

fn change(number: usize, action: Action, size: usize) -> Change {
    let object = ObjectRef {
        group: "".into(),
        kind: "ConfigMap".into(),
        namespace: Some("backend".into()),
        name: format!("config-{number}").into(),
    };
    let body = json!({"data": {"a": "x".repeat(size)}});
    Change {
        fields: compare(Some(&json!({"data": {}})), Some(&body), &Hidden::of(&object, [])),
        object,
        api_version: "v1".into(),
        unit: None,
        action,
        conflicts: Vec::new(),
        judged: Judged::Server,
    }
}

fn shown(text: &str) -> usize {
    text.matches("\n<details>").count() + text.matches("\n<p>").count()
}

/// How many objects the text says it does not show.
fn said_missing(text: &str) -> usize {
    let line = text.lines().find(|line| line.contains("not shown here"));
    line.map_or(0, |line| line.trim_start_matches('*').split(' ').next().unwrap().parse().unwrap())
}

#[test]
fn a_large_diff_fits_and_what_is_left_out_is_counted() {
    let changes: Vec<Change> = (0..5_000)
        .map(|number| match number % 5 {
            0 => change(number, Action::Create, 10),
            1 => change(number, Action::Refused("no".into()), 5),
            _ => change(number, Action::Update, number % 300),
        })
        .collect();
    let clusters = (0..300).map(|number| {
        let name: Arc<str> = format!("cluster-{number}").into();
        if number < 3 {
            ClusterDiff::offline(&name, &changes)
        } else {
            ClusterDiff::unread(&name, "nobody answers")
        }
    });
    let diff = Diff::of("live", clusters.collect());
    let text = markdown(&diff);
    assert!(text.len() <= LIMIT && text.len() > LIMIT * 9 / 10, "{}", text.len());
    assert_eq!(shown(&text) + said_missing(&text), 5_000);
    insta::assert_snapshot!(
        text.lines().filter(|line| line.starts_with("and ") || line.contains("not shown")).collect::<Vec<_>>().join("\n"),
        @"
    and 29 more
    and 137 more
    and 908 more
    **4813 more objects not shown here: 902 to create, 2911 to change, 1000 refused**
    and 4588 more
    "
    );
}

#[test]
fn the_limit_is_kept_to_the_byte() {
    let changes: Vec<Change> = (0..20).map(|number| change(number, Action::Update, number * 10)).collect();
    let diff = Diff::of("live", vec![ClusterDiff::offline(&"prod-a".into(), &changes)]);
    let whole = within(&diff, usize::MAX / 8);
    assert_eq!((shown(&whole), said_missing(&whole)), (20, 0));
    // The last share is kept for what is left out, so all is shown from this limit on.
    let enough = (whole.len()..).find(|limit| limit - limit / 8 >= whole.len()).unwrap();
    for (limit, missing) in [(enough - 1, 1), (enough, 0), (enough + 1, 0)] {
        let text = within(&diff, limit);
        assert!(text.len() <= limit);
        assert_eq!((said_missing(&text), shown(&text)), (missing, 20 - missing), "{limit} of {enough}");
    }
    let largest = within(&diff, enough - 1);
    assert!(largest.contains("\n- `ConfigMap/config-19 in backend`\n"), "{largest}");
}

#[test]
fn one_object_with_many_fields_is_cut_and_counted() {
    let object = ObjectRef { group: "".into(), kind: "A".into(), namespace: None, name: "a".into() };
    let body = |value: u32| json!({"data": serde_json::Map::from_iter((0..1000).map(|n| (n.to_string(), json!(value))))});
    let fields = compare(Some(&body(1)), Some(&body(2)), &Hidden::of(&object, []));
    let changes = [Change { fields, object, ..change(0, Action::Update, 0) }];
    let text = markdown(&Diff::of("live", vec![ClusterDiff::offline(&"prod-a".into(), &changes)]));
    assert!(text.contains("\n  … 1601 lines not shown\n"), "{text}");
    assert_eq!(text.lines().filter(|line| line.starts_with(['-', '+'])).count(), 2000 - 1601);
}

/// Texts that would like to get out of where they stand.
fn evil() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        "`{1,6}",
        Just("\n```\n".to_owned()),
        Just("</details>".to_owned()),
        Just("</code><img src=x>".to_owned()),
        Just("![a](http://b)".to_owned()),
        Just("@octocat".to_owned()),
        Just("|".to_owned()),
        Just("\u{1b}[2J\u{202e}".to_owned()),
        Just("💥é".to_owned()),
        "[a-z ]{0,200}",
    ];
    prop::collection::vec(part, 0..6).prop_map(|parts| parts.concat())
}

/// What a page shows outside of code, fences and its own HTML.
fn outside(text: &str) -> String {
    let mut found = String::new();
    let mut fence: Option<&str> = None;
    for line in text.lines() {
        match fence {
            Some(marks) if line == marks => fence = None,
            Some(_) => {}
            None if line.starts_with("```") && line.ends_with("diff") => {
                fence = Some(line.trim_end_matches("diff"));
            }
            None => {
                found.push_str(&without_spans(line));
                found.push('\n');
            }
        }
    }
    assert_eq!(fence, None, "a fence is left open");
    found
}

/// A line without its code spans, of Markdown and of HTML.
fn without_spans(line: &str) -> String {
    let mut rest = line;
    let mut found = String::new();
    while let Some(at) = rest.find(['`', '<']) {
        found.push_str(&rest[..at]);
        rest = &rest[at..];
        let (open, close) = match rest.strip_prefix("<code>") {
            Some(_) => ("<code>".to_owned(), "</code>".to_owned()),
            None => {
                let marks: String = rest.chars().take_while(|c| *c == '`').collect();
                if marks.is_empty() {
                    found.push('<');
                    rest = &rest[1..];
                    continue;
                }
                (marks.clone(), marks)
            }
        };
        let inside = &rest[open.len()..];
        // A span ends at the first run of exactly as many marks.
        let mut end = None;
        let mut from = 0;
        while let Some(at) = inside[from..].find(&close).map(|at| from + at) {
            let run = inside[at..].chars().take_while(|c| *c == '`').count();
            if close == "</code>" || run == close.len() {
                end = Some(at);
                break;
            }
            from = at + run.max(1);
        }
        let end = end.unwrap_or_else(|| panic!("a span is left open: {line}"));
        rest = &inside[end + close.len()..];
    }
    found + rest
}

proptest! {
    #[test]
    fn nothing_of_others_gets_out_and_no_limit_is_passed(
        texts in prop::collection::vec(evil(), 12),
        limit in 8_000..LIMIT,
        count in 1..60usize,
    ) {
        let name = |number: usize| texts[number % texts.len()].clone();
        let object = |number: usize| ObjectRef {
            group: "".into(),
            kind: name(number).into(),
            namespace: Some(name(number + 1).into()),
            name: format!("{}{number}", name(number + 2)).into(),
        };
        let changes: Vec<Change> = (0..count)
            .map(|number| {
                let body = json!({name(number): name(number + 3), "b": {name(number + 5): [name(number + 7)]}});
                let action = match number % 4 {
                    0 => Action::Create,
                    1 => Action::Refused(name(number).into()),
                    2 => Action::Unknown(name(number).into()),
                    _ => Action::Update,
                };
                let before = json!({name(number): format!("{}\n\n", name(number + 4))});
                let before = (action != Action::Create).then_some(&before);
                let object = object(number);
                let fields = compare(before, Some(&body), &Hidden::of(&object, []));
                Change { fields, object, action, judged: Judged::Later(name(number).into()), ..change(0, Action::Update, 0) }
            })
            .collect();
        let clusters = vec![
            ClusterDiff::offline(&name(0).into(), &changes),
            ClusterDiff::unread(&format!("{}x", name(1)).into(), name(2)),
        ];
        let diff = Diff::of(&name(3), clusters);
        let told = diff.entries.iter().filter(|entry| entry.verb != Verb::Unknown).count();
        let text = within(&diff, limit);
        prop_assert!(text.len() <= limit);
        prop_assert_eq!(shown(&text) + said_missing(&text), told);
        let outside = outside(&text);
        for dangerous in ["octocat", "](", "<img", "`", "💥"] {
            prop_assert!(!outside.contains(dangerous), "{} in {}", dangerous, outside);
        }
        prop_assert_eq!(outside.matches("<details>").count(), outside.matches("</details>").count());
    }
}
