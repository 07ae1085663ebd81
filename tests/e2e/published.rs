//! JSON held against the schemas that are published for it.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// What is said of a value but asks nothing of it.
const SAID: [&str; 5] = ["$schema", "$defs", "title", "description", "format"];

/// A published schema: what `schemars` makes of a type.
pub struct Published(Value);

impl Published {
    /// The one of this name, as `apply-event`.
    pub fn of(name: &str) -> Self {
        let file = format!("{}/src/report/schema/{name}.json", env!("CARGO_MANIFEST_DIR"));
        Self(serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap())
    }

    /// What is wrong with a value; a key that the schema does not name is.
    pub fn faults(&self, value: &Value) -> Vec<String> {
        let mut faults = Vec::new();
        self.check(&self.0, value, "", &mut faults);
        faults
    }

    /// Asserts that nothing is wrong with a text; returns what it holds.
    pub fn read(&self, text: &str) -> Value {
        let value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
        let faults = self.faults(&value);
        assert!(faults.is_empty(), "{faults:#?}\n{text}");
        value
    }

    fn check(&self, schema: &Value, value: &Value, at: &str, faults: &mut Vec<String>) {
        let Some(schema) = schema.as_object() else {
            match schema {
                Value::Bool(true) => {}
                Value::Bool(false) => faults.push(format!("{at}: not published")),
                other => panic!("{other} at {at} is no schema"),
            }
            return;
        };
        let mut fault = |what: String| faults.push(format!("{at}: {what}"));
        for (key, wanted) in schema {
            match key.as_str() {
                key if SAID.contains(&key) => {}
                "type" => {
                    let types = wanted.as_array().cloned().unwrap_or_else(|| vec![wanted.clone()]);
                    if !types.iter().any(|kind| is_of(kind.as_str().unwrap(), value)) {
                        fault(format!("{value} is not of type {wanted}"));
                    }
                }
                "const" if value != wanted => fault(format!("{value} is not {wanted}")),
                "enum" if !wanted.as_array().unwrap().contains(value) => {
                    fault(format!("{value} is none of {wanted}"))
                }
                "minimum" if value.as_f64().is_some_and(|number| number < wanted.as_f64().unwrap()) => {
                    fault(format!("{value} is less than {wanted}"));
                }
                "required" => {
                    let names = wanted.as_array().unwrap().iter().filter_map(Value::as_str);
                    names
                        .filter(|name| value.get(name).is_none())
                        .for_each(|name| fault(format!("no {name}")));
                }
                "const"
                | "enum"
                | "minimum"
                | "properties"
                | "additionalProperties"
                | "items"
                | "$ref"
                | "oneOf"
                | "anyOf" => {}
                unknown => panic!("the schema says {unknown} at {at}, which is not understood here"),
            }
        }
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            let path = reference.strip_prefix('#').unwrap();
            self.check(self.0.pointer(path).unwrap(), value, at, faults);
        }
        for (key, exactly) in [("oneOf", true), ("anyOf", false)] {
            let Some(ways) = schema.get(key).and_then(Value::as_array) else { continue };
            let tried = ways.iter().map(|way| {
                let mut faults = Vec::new();
                self.check(way, value, at, &mut faults);
                faults
            });
            let tried: Vec<Vec<String>> = tried.collect();
            let fits = tried.iter().filter(|faults| faults.is_empty()).count();
            if fits == 0 || exactly && fits > 1 {
                faults.push(format!("{at}: {fits} of {} ways fit: {tried:?}", ways.len()));
            }
        }
        if let (Some(items), Some(values)) = (schema.get("items"), value.as_array()) {
            for (index, value) in values.iter().enumerate() {
                self.check(items, value, &format!("{at}/{index}"), faults);
            }
        }
        self.check_keys(schema, value, at, faults);
    }

    fn check_keys(&self, schema: &Map<String, Value>, value: &Value, at: &str, faults: &mut Vec<String>) {
        let Some(object) = value.as_object().filter(|_| !schema.contains_key("$ref")) else { return };
        let properties = schema.get("properties").and_then(Value::as_object);
        let others = schema.get("additionalProperties");
        if properties.is_none() && others.is_none() {
            return;
        }
        let known: BTreeSet<&String> = properties.into_iter().flat_map(Map::keys).collect();
        for (name, value) in object {
            let at = format!("{at}/{name}");
            match (properties.and_then(|properties| properties.get(name)), others) {
                (Some(schema), _) | (None, Some(schema)) => self.check(schema, value, &at, faults),
                (None, None) => faults.push(format!("{at}: not published; there are {known:?}")),
            }
        }
    }
}

fn is_of(kind: &str, value: &Value) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("{other} is no type"),
    }
}

#[test]
fn a_value_that_is_not_as_published_is_found() {
    let published = Published::of("apply-event");
    let line = |event: Value| serde_json::json!({"version": 1, "time": "2026-01-01T00:00:00Z", "cluster": "a", "event": event});
    let right = line(serde_json::json!({"type": "writing", "objects": 1}));
    assert_eq!(published.faults(&right), Vec::<String>::new());
    for event in [
        serde_json::json!({"type": "writing"}),
        serde_json::json!({"type": "writing", "objects": -1}),
        serde_json::json!({"type": "writing", "objects": "1"}),
        serde_json::json!({"type": "writing", "objects": 1, "more": 1}),
        serde_json::json!({"type": "reading"}),
        serde_json::json!("writing"),
    ] {
        assert!(!published.faults(&line(event.clone())).is_empty(), "{event}");
    }
    let mut wrong = right;
    wrong["more"] = 1.into();
    assert!(!published.faults(&wrong).is_empty());
}
