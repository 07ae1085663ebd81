//! What Terraform is told: a map of strings.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use crate::cli::codes;
use crate::cluster::{Kind, Value, json_text};
use crate::diagnostic::Diagnostic;

/// The keys that no output may take.
const OWN: [&str; 3] = ["version", "warnings", "release"];

/// What is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Answer(BTreeMap<String, String>);

impl Answer {
    /// Nothing yet but the version.
    pub fn new() -> Self {
        Self(BTreeMap::from([("version".to_owned(), env!("CARGO_PKG_VERSION").to_owned())]))
    }

    /// Adds a value under its name: a string, number or bool as text, all else as JSON under `NAME_json`.
    ///
    /// # Errors
    /// If the key is taken, or the JSON too long. The place is up to the caller.
    pub fn add(&mut self, name: &str, value: &Value) -> Result<(), Box<Diagnostic>> {
        let (key, text) = match &value.kind {
            Kind::String(text) => (name.to_owned(), text.to_string()),
            Kind::Number(number) => (name.to_owned(), number.to_string()),
            Kind::Bool(truth) => (name.to_owned(), truth.to_string()),
            Kind::Null | Kind::List(_) | Kind::Map(_) => {
                let text = json_text(value).map_err(|limit| {
                    let told = Diagnostic::error(codes::ANSWER, format!("{name} as JSON is {limit}"));
                    Box::new(told.help("ask for a part of it: one `output`, one `cluster`"))
                })?;
                (format!("{name}_json"), text)
            }
        };
        if OWN.contains(&key.as_str()) || self.0.contains_key(&key) {
            let told =
                Diagnostic::error(codes::ANSWER, format!("the key `{key}` of the answer is taken already"));
            return Err(Box::new(told.help("give the output another name")));
        }
        self.0.insert(key, text);
        Ok(())
    }

    /// Sets the digest of a release.
    pub fn release(&mut self, digest: String) {
        self.0.insert("release".to_owned(), digest);
    }

    /// Sets the warnings, a line each.
    pub fn warnings(&mut self, lines: &[String]) {
        self.0.insert("warnings".to_owned(), lines.join("\n"));
    }
}

/// A map of values.
pub fn map<K: Into<Arc<str>>>(entries: impl IntoIterator<Item = (K, Value)>) -> Value {
    Value::new(Kind::Map(Arc::new(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_is_json() {
        let mut answer = Answer(BTreeMap::new());
        let list = Value::new(Kind::List(Arc::new(vec![Value::string("a"), Value::new(Kind::Bool(true))])));
        for (name, value) in [
            ("text", Value::string("é \"q\"")),
            ("number", Value::new(Kind::Number(7.into()))),
            ("truth", Value::new(Kind::Bool(false))),
            ("null", Value::new(Kind::Null)),
            ("list", list.clone()),
            ("map", map([("k", list)])),
        ] {
            answer.add(name, &value).unwrap();
        }
        let expected = [
            ("list_json", "[\"a\",true]"),
            ("map_json", "{\"k\":[\"a\",true]}"),
            ("null_json", "null"),
            ("number", "7"),
            ("text", "é \"q\""),
            ("truth", "false"),
        ];
        assert_eq!(answer.0, expected.map(|(key, text)| (key.to_owned(), text.to_owned())).into());
    }

    #[test]
    fn no_key_is_given_twice() {
        let mut answer = Answer::new();
        for own in OWN {
            assert!(answer.add(own, &Value::string("x")).is_err(), "{own}");
        }
        answer.add("a", &Value::new(Kind::Null)).unwrap();
        assert!(answer.add("a_json", &Value::string("x")).is_err());
    }
}
