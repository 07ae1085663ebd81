//! JSON as a person reviews it: what is short on one line, what is not on a line for each key.

use serde_json::Value;

/// The longest line that is not broken, in bytes.
const WIDTH: usize = 110;

/// The value as JSON, keys sorted, with a line break at its end. The same value gives the same bytes.
pub fn write(value: &Value) -> String {
    let mut out = String::new();
    broken(value, 0, &mut out);
    out.push('\n');
    out
}

fn broken(value: &Value, indent: usize, out: &mut String) {
    let line = inline(value);
    if line.len() + indent <= WIDTH {
        out.push_str(&line);
        return;
    }
    let next = |out: &mut String, first: bool, indent: usize| {
        out.push_str(if first { "\n" } else { ",\n" });
        out.extend(std::iter::repeat_n(' ', indent));
    };
    match value {
        Value::Object(map) => {
            out.push('{');
            for (number, (key, value)) in sorted(map).into_iter().enumerate() {
                next(out, number == 0, indent + 1);
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push_str(": ");
                broken(value, indent + 1, out);
            }
            next(out, true, indent);
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (number, item) in items.iter().enumerate() {
                next(out, number == 0, indent + 1);
                broken(item, indent + 1, out);
            }
            next(out, true, indent);
            out.push(']');
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => out.push_str(&line),
    }
}

fn inline(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let entries: Vec<String> = sorted(map)
                .into_iter()
                .map(|(key, value)| format!("{}: {}", Value::from(key.as_str()), inline(value)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
        Value::Array(items) => {
            format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", "))
        }
        scalar => scalar.to_string(),
    }
}

/// In one order, whatever order the map of `serde_json` keeps.
fn sorted(map: &serde_json::Map<String, Value>) -> Vec<(&String, &Value)> {
    let mut entries: Vec<(&String, &Value)> = map.iter().collect();
    entries.sort_by_key(|(key, _)| key.as_str());
    entries
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_short_stays_on_one_line() {
        let long = "x".repeat(WIDTH);
        let value = json!({ "b": { "d": [1, "e"], "c": true }, "a": [long, {}] });
        let expected = format!(
            "{{\n \"a\": [\n  \"{long}\",\n  {{}}\n ],\n \"b\": {{\"c\": true, \"d\": [1, \"e\"]}}\n}}\n"
        );
        assert_eq!(write(&value), expected);
        assert_eq!(serde_json::from_str::<Value>(&write(&value)).unwrap(), value);
    }
}
