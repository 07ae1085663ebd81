//! One text of YAML: read, written and read again; and the text as a scalar of its own.

use std::ops::Range;

use fleetwright::yaml::{self, Node, NodeKind, Stream};
use serde_json::Value;

/// Every place lies in the text.
fn lies_in(text: &str, node: &Node) {
    let holds = |at: &Range<usize>| assert!(text.get(at.clone()).is_some(), "{at:?} is not in {text:?}");
    holds(&node.span);
    match &node.kind {
        NodeKind::List(items) => items.iter().for_each(|item| lies_in(text, item)),
        NodeKind::Map(entries) => entries.iter().for_each(|entry| {
            holds(&entry.key_span);
            lies_in(text, &entry.value);
        }),
        NodeKind::Null | NodeKind::Bool(_) | NodeKind::Int(_) | NodeKind::Float(_) | NodeKind::String(_) => {}
    }
}

fn values(stream: &Stream) -> Vec<Value> {
    stream.documents.iter().map(|document| yaml::to_json(&document.root)).collect()
}

fn read(text: &str) -> Vec<Value> {
    values(&yaml::read(text).unwrap_or_else(|error| panic!("{error}: {text}")))
}

/// Holds what is to hold for any input.
pub fn hold(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for scalar in [yaml::quote(text), yaml::scalar(text).into_owned()] {
        let expected = serde_json::json!([{"a": [text, {text: text}]}]);
        let key = yaml::quote(text);
        // A key that long cannot stand on one line.
        if key.len() < 1000 {
            assert_eq!(Value::from(read(&format!("a: [{scalar}, {{{key}: {scalar}}}]\n"))), expected);
        }
        assert_eq!(read(&format!("- {scalar}\n")), [serde_json::json!([text])]);
    }
    match yaml::read(text) {
        Ok(stream) => {
            let ordered = stream.scalars.windows(2).all(|two| two[0].span.end <= two[1].span.start);
            assert!(ordered, "{:?}", stream.scalars);
            stream.documents.iter().for_each(|document| lies_in(text, &document.root));
            let scalars = stream.scalars.iter().all(|scalar| text.get(scalar.span.clone()).is_some());
            assert!(scalars, "{:?}", stream.scalars);
            for value in values(&stream) {
                let written = yaml::emit(&value);
                // A document of nothing is none.
                let expected = if value.is_null() { Vec::new() } else { vec![value] };
                let again = read(&written);
                assert!(again == expected || again == [Value::Null], "{expected:?} is written as {written}");
                assert!(again.iter().all(|value| yaml::emit(value) == written), "{written}");
            }
        }
        Err(error) => {
            for at in [Some(&error.at), error.also.as_ref()].into_iter().flatten() {
                assert!(text.get(at.clone()).is_some(), "{error}: {at:?} is not in {text:?}");
            }
            assert!(!error.to_string().is_empty() && !error.kind.hint().is_empty());
        }
    }
}
