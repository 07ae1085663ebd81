//! The filters and functions of templates. They are a public language: what they take and give is as
//! fixed as an API.
//!
//! | filter | gives |
//! |---|---|
//! | `to_yaml` | the value in YAML, block style, without a line break at its end: put `indent` or `nindent` after it |
//! | `to_json` | the value in JSON, on one line |
//! | `quote` | the text of a scalar in double quotes, safe in any place of a YAML line |
//! | `indent(width=4)` | every line but the first moved right by `width` blanks; empty lines stay empty; `first=true` moves the first too |
//! | `nindent(width=4)` | a line break, then every line moved right |
//! | `required(message="…")` | the value itself; an error with this message where it is undefined or null |
//! | `seconds` | the whole seconds of a duration: `"90s"`, `"2m"`, `"1h30m"` |
//! | `b64encode` | the text in base64 (RFC 4648, with padding) |
//! | `sha256` | the SHA-256 of the text, in lower-case hexadecimal |
//! | `replace(from="…", to="…")`, `join(sep="…")` | as Tera's, with a limit on their result |
//!
//! The one function is `range(end=…, start=0, step_by=1)`: a list of integers, at most 100,000.

use serde::Serialize;
use serde::ser::{Error as _, SerializeMap, SerializeSeq, Serializer};
use sha2::{Digest, Sha256};
use tera::value::ValueKind;
use tera::{Error, Kwargs, State, StringInput, Tera, TeraResult, Value};

use super::fault::{Fault, raise, raise_on_value};
use super::guard::over;
use super::{limit, marker};
use crate::cluster::parse_duration;
use crate::object::base64_encode;
use crate::yaml;

/// Filters that a template may use, Tera's own among them.
pub(super) const FILTERS: [&str; 40] = [
    "abs",
    "b64encode",
    "capitalize",
    "default",
    "first",
    "float",
    "get",
    "group_by",
    "indent",
    "int",
    "join",
    "keys",
    "last",
    "length",
    "lower",
    "nindent",
    "nth",
    "pairs",
    "pluralize",
    "quote",
    "replace",
    "required",
    "reverse",
    "round",
    "seconds",
    "sha256",
    "sort",
    "split",
    "str",
    "title",
    "to_json",
    "to_yaml",
    "trim",
    "trim_end",
    "trim_start",
    "truncate",
    "unique",
    "upper",
    "values",
    "wordcount",
];
/// Tests that a template may use, all of them Tera's.
pub(super) const TESTS: [&str; 17] = [
    "array",
    "bool",
    "containing",
    "defined",
    "divisible_by",
    "ending_with",
    "even",
    "float",
    "integer",
    "iterable",
    "map",
    "none",
    "number",
    "odd",
    "starting_with",
    "string",
    "undefined",
];
/// Functions that a template may use.
pub(super) const FUNCTIONS: [&str; 2] = ["range", "super"];

/// Registers what is not Tera's, and what takes the place of Tera's own.
pub(super) fn register(tera: &mut Tera) {
    tera.register_filter("to_yaml", to_yaml);
    tera.register_filter("to_json", to_json);
    tera.register_filter("quote", quote);
    tera.register_filter("indent", indent);
    tera.register_filter("nindent", nindent);
    tera.register_filter("required", required);
    tera.register_filter("seconds", seconds);
    tera.register_filter("b64encode", b64encode);
    tera.register_filter("sha256", sha256);
    tera.register_filter("replace", replace);
    tera.register_filter("join", join);
    tera.register_function("range", range);
}

fn range(kwargs: Kwargs, _: &State) -> TeraResult<Value> {
    let argument = |name: &'static str| kwargs.get::<i64>(name);
    let (start, end) = (argument("start")?.unwrap_or(0), kwargs.must_get::<i64>("end")?);
    let step = argument("step_by")?.unwrap_or(1);
    if step == 0 {
        return Err(raise(Fault::Argument, "`step_by` is 0", "give a step that leads from `start` to `end`"));
    }
    let distance = i128::from(end) - i128::from(start);
    let length = if (distance > 0) == (step > 0) {
        distance.unsigned_abs().div_ceil(i128::from(step).unsigned_abs())
    } else {
        0
    };
    if length > u128::from(limit::MAX_RANGE.unsigned_abs()) {
        let message = format!("`range` of {length} elements; it makes at most {}", limit::MAX_RANGE);
        return Err(raise(Fault::Limit, &message, "loop over the list that the number came from"));
    }
    let element = |index: i128| i64::try_from(i128::from(start) + index * i128::from(step)).ok();
    let items: Vec<i64> = (0..i128::try_from(length).unwrap_or(0)).filter_map(element).collect();
    Ok(Value::from(items))
}

fn to_yaml(value: &Value, _: Kwargs, _: &State) -> TeraResult<Value> {
    if let Some(text) = value.as_str() {
        return Ok(Value::safe_string(&yaml::scalar(&marker::clean(text))));
    }
    let json = serde_json::to_value(Unmarked(value)).map_err(|error| no_text(&error))?;
    Ok(Value::safe_string(yaml::emit(&json).trim_end_matches('\n')))
}

fn to_json(value: &Value, _: Kwargs, _: &State) -> TeraResult<Value> {
    serde_json::to_string(&Unmarked(value))
        .map(|text| Value::safe_string(&text))
        .map_err(|error| no_text(&error))
}

fn no_text(error: &serde_json::Error) -> Error {
    raise_on_value(Fault::Number, &error.to_string(), "give a value that JSON can hold")
}

fn quote(value: &Value, _: Kwargs, _: &State) -> TeraResult<Value> {
    Ok(Value::safe_string(&yaml::quote(&scalar_text(value, "quote")?)))
}

fn b64encode(value: &Value, _: Kwargs, _: &State) -> TeraResult<Value> {
    Ok(Value::from(base64_encode(scalar_text(value, "b64encode")?.as_bytes())))
}

fn sha256(value: &Value, _: Kwargs, _: &State) -> TeraResult<Value> {
    let digest = Sha256::digest(scalar_text(value, "sha256")?.as_bytes());
    Ok(Value::from(digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>()))
}

fn indent(value: StringInput, kwargs: Kwargs, _: &State) -> TeraResult<Value> {
    let first = kwargs.get::<bool>("first")?.unwrap_or(false);
    let text = indented(value.as_str(), width(&kwargs)?, first)?;
    Ok(value.inherit_safety(text))
}

fn nindent(value: StringInput, kwargs: Kwargs, _: &State) -> TeraResult<Value> {
    let text = indented(value.as_str(), width(&kwargs)?, true)?;
    Ok(value.inherit_safety(format!("\n{text}")))
}

/// The widest indentation: deeper than any YAML that can be read.
const MAX_WIDTH: usize = 200;

fn width(kwargs: &Kwargs) -> TeraResult<usize> {
    let width = kwargs.get::<usize>("width")?.unwrap_or(4);
    if width > MAX_WIDTH {
        let message = format!("`width` is {width}; at most {MAX_WIDTH} is allowed");
        return Err(raise(Fault::Argument, &message, "indent by the depth of the key it stands under"));
    }
    Ok(width)
}

fn indented(text: &str, width: usize, first: bool) -> TeraResult<String> {
    let blanks = " ".repeat(width);
    let mut out = String::with_capacity(text.len() + width * 8);
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            out.push('\n');
        }
        let empty = line.chars().all(|c| marker::RESERVED.contains(&c));
        if !empty && (index > 0 || first) {
            out.push_str(&blanks);
        }
        out.push_str(line);
        if out.len() > limit::MAX_OUTPUT {
            return Err(over("an indented text of more than 16 MiB"));
        }
    }
    Ok(out)
}

fn required(value: &Value, kwargs: Kwargs, _: &State) -> TeraResult<Value> {
    let message = kwargs.must_get::<&str>("message")?;
    if value.is_undefined() || value.is_none() {
        return Err(raise_on_value(Fault::Required, &marker::clean(message), "set it in the fleet"));
    }
    Ok(value.clone())
}

fn seconds(value: &Value, _: Kwargs, _: &State) -> TeraResult<Value> {
    if let Some(number) = value.as_i64() {
        return Ok(Value::from(number));
    }
    let text = scalar_text(value, "seconds")?;
    whole_seconds(&text).map(Value::from).ok_or_else(|| {
        let message = format!("\"{}\" is no duration in whole seconds", text.escape_debug());
        raise_on_value(Fault::Argument, &message, "write it as `90s`, `2m` or `1h30m`")
    })
}

/// The seconds of a duration of the fleet language; `None` if it is none, or holds a part of a second.
fn whole_seconds(text: &str) -> Option<u64> {
    parse_duration(text)
        .ok()
        .filter(|duration| duration.subsec_nanos() == 0)
        .map(|duration| duration.as_secs())
}

/// As Tera's. What a component or capture printed loses its line markers, so that `from` can be found.
fn replace(value: StringInput, kwargs: Kwargs, state: &State) -> TeraResult<Value> {
    let from = kwargs.must_get::<&str>("from")?;
    let to = kwargs.must_get::<StringInput>("to")?;
    let safe = value.is_safe() || to.is_safe();
    let (text, with) = if safe {
        (marker::without_lines(&value.rendered(state)?), marker::without_lines(&to.rendered(state)?))
    } else {
        (value.as_str().to_owned(), to.as_str().to_owned())
    };
    let found = if from.is_empty() { text.chars().count() + 1 } else { text.matches(from).count() };
    if text.len().saturating_add(found.saturating_mul(with.len())) > limit::MAX_STRING {
        return Err(over("`replace` would make a string of more than 1 MiB"));
    }
    let text = text.replace(from, &with);
    Ok(if safe { Value::safe_string(&text) } else { Value::from(text) })
}

/// As Tera's, for scalars.
fn join(value: &[Value], kwargs: Kwargs, state: &State) -> TeraResult<Value> {
    let separator = kwargs.get::<&str>("sep")?.unwrap_or("");
    let safe = value.iter().any(|item| item.is_string() && item.is_safe());
    let mut out = String::new();
    for (index, item) in value.iter().enumerate() {
        if index > 0 {
            out.push_str(separator);
        }
        if safe && item.is_string() {
            out.push_str(&marker::without_lines(&state.escape_if_needed(item)?));
        } else {
            out.push_str(&scalar_text(item, "join")?);
        }
        if out.len() > limit::MAX_STRING {
            return Err(over("`join` would make a string of more than 1 MiB"));
        }
    }
    Ok(if safe { Value::safe_string(&out) } else { Value::from(out) })
}

/// The text of a scalar, without markers.
fn scalar_text(value: &Value, filter: &str) -> TeraResult<String> {
    if let Some(text) = value.as_str() {
        return Ok(marker::clean(text));
    }
    if value.is_number() || value.is_bool() {
        return Ok(value.to_string());
    }
    let message = format!("`{filter}` takes a string, a number or a bool, got {}", type_name(value));
    Err(raise_on_value(Fault::Argument, &message, "give a scalar, or put `| to_json` before it"))
}

/// What a value is, as messages say it.
pub(super) fn type_name(value: &Value) -> &'static str {
    match value.kind() {
        ValueKind::Undefined => "an undefined name",
        ValueKind::None => "null",
        ValueKind::Bool => "a bool",
        ValueKind::String => "a string",
        ValueKind::Array => "a list",
        ValueKind::Map => "a map",
        ValueKind::Bytes => "bytes",
        _ => "a number",
    }
}

/// A value as JSON and YAML have it: without markers, and with nothing in it that they could not hold.
struct Unmarked<'a>(&'a Value);

impl Serialize for Unmarked<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value = self.0;
        if let Some(text) = value.as_str() {
            return serializer.serialize_str(&marker::clean(text));
        }
        if let Some(items) = value.as_array() {
            let mut list = serializer.serialize_seq(Some(items.len()))?;
            items.iter().try_for_each(|item| list.serialize_element(&Unmarked(item)))?;
            return list.end();
        }
        if let Some(entries) = value.as_map() {
            let mut map = serializer.serialize_map(Some(entries.len()))?;
            for (key, item) in entries {
                map.serialize_entry(&marker::clean(&key.to_string()), &Unmarked(item))?;
            }
            return map.end();
        }
        match value.kind() {
            ValueKind::Undefined => Err(S::Error::custom("an undefined name in it")),
            ValueKind::F64 if !value.as_f64().is_some_and(f64::is_finite) => {
                Err(S::Error::custom("a number in it is not finite"))
            }
            ValueKind::U64 | ValueKind::U128 | ValueKind::I128 | ValueKind::I64 => match value.as_i64() {
                Some(number) => serializer.serialize_i64(number),
                None => Err(S::Error::custom(format!("{value} is outside of 64 bits"))),
            },
            _ => value.serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_whole_seconds_or_refused() {
        let cases = [
            ("90s", Some(90)),
            ("2m", Some(120)),
            ("1h30m", Some(5400)),
            ("1d", Some(86_400)),
            ("2000ms", Some(2)),
            ("1500ms", None),
            ("30m1h", Some(5400)),
            ("5", None),
            ("", None),
            ("s", None),
            ("-1s", None),
            ("99999999999999999999s", None),
        ];
        for (text, expected) in cases {
            assert_eq!(whole_seconds(text), expected, "{text}");
        }
    }

    #[test]
    fn the_lists_of_names_are_those_that_are_registered() {
        let mut tera = Tera::default();
        register(&mut tera);
        for filter in FILTERS {
            assert!(tera.add_raw_template("t", &format!("{{{{ x | {filter} }}}}")).is_ok(), "{filter}");
        }
        for test in TESTS {
            assert!(tera.add_raw_template("t", &format!("{{{{ x is {test} }}}}")).is_ok(), "{test}");
        }
    }
}
