//! A violation of a schema in words.

use serde_json::Value;

use super::codes;
use crate::diagnostic::Diagnostic;
use crate::render::RenderedObject;
use crate::schema::{Problem, Violation};

/// The longest value that a message repeats, in characters.
const SHOWN: usize = 60;

/// A violation in words. The value is shown unless it is secret.
pub fn told(violation: &Violation, object: &RenderedObject) -> Diagnostic {
    let path = shown_path(&violation.path);
    let keys: Vec<&str> = violation.path.iter().map(String::as_str).collect();
    let value = || match object.object().get(&keys) {
        _ if object.hides(&violation.path) => "a sensitive value".to_owned(),
        Some(value) => shown(value),
        None => "nothing".to_owned(),
    };
    match &violation.problem {
        Problem::Unknown { near, known } => {
            let problem = Diagnostic::error(codes::UNKNOWN_FIELD, format!("there is no field `{path}`"));
            match near {
                Some(near) => problem.help(format!("did you mean `{near}`?")),
                None => problem.help(format!("the fields there are: {known}")),
            }
        }
        Problem::Type { expected, found } => {
            let kind = *found;
            let found = match object.object().get(&keys) {
                Some(Value::Bool(_) | Value::Number(_) | Value::String(_)) => format!("{found}: {}", value()),
                _ => (*found).to_owned(),
            };
            Diagnostic::error(codes::TYPE, format!("`{path}` must be {expected}, and is {found}")).help(
                match (*expected, kind) {
                    ("a string", "a number" | "a bool" | "a number with a point") => {
                        "put it between quotes; a value of the fleet is quoted by `| quote`"
                    }
                    (_, "null") => "leave it out where there is no value",
                    ("a list", _) => "write a list: `- ` before each item",
                    ("a map", _) => "write a map: `KEY: VALUE` for each field",
                    (_, "a string") => "take the quotes away, or the filter that writes them",
                    (_, "a number with a point") => "write it without the point",
                    _ => "write it as its kind has it",
                },
            )
        }
        Problem::Missing => Diagnostic::error(codes::MISSING, format!("`{path}` is missing"))
            .help("the API server refuses the object without it"),
        Problem::Value(allowed) => {
            Diagnostic::error(codes::VALUE, format!("`{path}` is {}, and must be {allowed}", value()))
                .help("the API server refuses the object as it is")
        }
        Problem::Twice(how) => Diagnostic::error(codes::TWICE, format!("`{path}` stands twice in its list"))
            .help(format!("items of this list {how} are the same one: keep one of them")),
        Problem::Combination(allowed) => {
            Diagnostic::error(codes::COMBINATION, format!("the fields of `{path}` do not go together"))
                .help(format!("give {allowed}"))
        }
        Problem::Unfinished => {
            let message = "the schema of the kind has too many branches to hold the object to all of them";
            Diagnostic::warning(codes::UNRECORDED, message)
                .help("only the API server can say: nothing else is checked of this object")
        }
        Problem::Rule(message) => {
            Diagnostic::error(codes::RULE, format!("`{path}`: {}", message.escape_debug()))
                .help("this is a rule of its CustomResourceDefinition")
        }
    }
}

/// `spec.containers[0].image`.
fn shown_path(path: &[String]) -> String {
    let mut shown = String::new();
    for key in path {
        let has_text = !key.is_empty();
        if has_text && key.bytes().all(|byte| byte.is_ascii_digit()) {
            shown.push_str(&format!("[{key}]"));
        } else if has_text && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_$".contains(&byte)) {
            if !shown.is_empty() {
                shown.push('.');
            }
            shown.push_str(key);
        } else {
            shown.push_str(&format!("[\"{}\"]", key.escape_debug()));
        }
    }
    if shown.is_empty() { "the object".to_owned() } else { shown }
}

fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or("")),
        None => text,
    }
}

#[cfg(test)]
mod tests;
