//! The filters that are written into templates: what they refuse, and what they count.

use tera::value::ValueKind;
use tera::{Error, Kwargs, State, Tera, TeraResult, Value};

use super::expression::{BLOCK, BOUND, COUNTED, DEFINED, PRINTED};
use super::fault::{Fault, raise, raise_on_value};
use super::filter::type_name;
use super::template::{CAPTURED, STEP};
use super::{limit, marker};

/// Registers them.
pub(super) fn register(tera: &mut Tera) {
    tera.register_filter(DEFINED, defined);
    tera.register_filter(PRINTED, printed);
    tera.register_filter(BLOCK, block);
    tera.register_filter(BOUND, bound);
    tera.register_filter(COUNTED, counted);
    tera.register_filter(CAPTURED, captured);
    tera.register_filter(STEP, step);
}

fn defined(value: &Value, _: Kwargs, _: &State) -> TeraResult<Value> {
    if value.is_undefined() { Err(raise_on_value(Fault::Undefined, "", "")) } else { Ok(value.clone()) }
}

fn printed(value: &Value, _: Kwargs, _: &State) -> TeraResult<Value> {
    match value.kind() {
        ValueKind::Undefined => Err(raise_on_value(Fault::Undefined, "", "")),
        ValueKind::None => Err(raise_on_value(
            Fault::Nothing,
            "this is null, which would print nothing",
            "print it only `{% if … %}` it is set, or give a default: `| default(value=…, boolean=true)`",
        )),
        ValueKind::Array | ValueKind::Map | ValueKind::Bytes => Err(raise_on_value(
            Fault::Collection,
            &format!("{} cannot be printed as it is", type_name(value)),
            "put `| to_yaml` after it, and `| indent(width=…)` or `| nindent(width=…)` after that; or `| to_json`",
        )),
        ValueKind::F64 if !value.as_f64().is_some_and(f64::is_finite) => Err(raise_on_value(
            Fault::Number,
            "this is no finite number",
            "work it out from numbers that stay in range",
        )),
        ValueKind::I64 | ValueKind::U64 => Ok(inert("", &value.to_string(), "")),
        _ => match value.as_str().filter(|_| value.is_safe()).and_then(between_quotes) {
            Some(text) => Ok(inert("\"", text, "\"")),
            None => Ok(value.clone()),
        },
    }
}

/// Text that is printed as it is, with marks around what may differ.
fn inert(before: &str, text: &str, after: &str) -> Value {
    let mut marked = String::with_capacity(text.len() + 2 * marker::BYTES + 2);
    marked.push_str(before);
    marked.push(marker::INERT);
    marked.push_str(text);
    marked.push(marker::INERT_END);
    marked.push_str(after);
    Value::safe_string(&marked)
}

/// What stands between the quotes of a text that is quoted as a whole, with nothing escaped in it.
fn between_quotes(text: &str) -> Option<&str> {
    let inside = text.strip_prefix('"')?.strip_suffix('"')?;
    (!inside.contains(['"', '\\', '\n']) && marker::find(inside).is_none()).then_some(inside)
}

/// What `to_yaml` wrote over several lines goes between marks: how they are indented can only be judged where
/// they stand.
fn block(value: &Value, kwargs: Kwargs, state: &State) -> TeraResult<Value> {
    match value.as_str() {
        Some(text) if value.is_safe() && text.contains('\n') => {
            Ok(Value::safe_string(&format!("{}{text}{}", marker::BLOCK, marker::BLOCK_END)))
        }
        _ => printed(value, kwargs, state),
    }
}

fn bound(value: &Value, _: Kwargs, _: &State) -> TeraResult<Value> {
    limit::bound(value).map_err(|what| over_on_value(&what))?;
    match value.as_str() {
        // What a component printed: its lines are no part of the value.
        Some(text) if value.is_safe() && marker::find(text).is_some() => {
            Ok(Value::safe_string(&marker::without_lines(text)))
        }
        _ => Ok(value.clone()),
    }
}

fn counted(value: &Value, _: Kwargs, _: &State) -> TeraResult<Value> {
    limit::step(0).map_err(|what| over_on_value(&what))?;
    Ok(value.clone())
}

/// One line of captured text is compared and counted like any string, so its markers go, and it is marked
/// as a whole when it is printed. Of several lines only the line markers go: it is printed as it is.
fn captured(value: &Value, _: Kwargs, _: &State) -> TeraResult<Value> {
    limit::bound(value).map_err(|what| over_on_value(&what))?;
    let text = marker::without_lines(value.as_str().unwrap_or(""));
    if marker::find(&text).is_none() || text.contains('\n') {
        return Ok(Value::safe_string(&text));
    }
    Ok(Value::from(marker::clean(&text)))
}

/// Counts what is about to be printed: so many bytes of literal text.
fn step(bytes: u64, _: Kwargs, _: &State) -> TeraResult<Value> {
    limit::step(usize::try_from(bytes).unwrap_or(usize::MAX)).map_err(|what| over(&what))?;
    Ok(Value::safe_string(""))
}

/// A limit that is broken here.
pub(super) fn over(what: &str) -> Error {
    raise(Fault::Limit, what, "a template of this size is a mistake: look at the loop or the value here")
}

fn over_on_value(what: &str) -> Error {
    raise_on_value(
        Fault::Limit,
        what,
        "a template of this size is a mistake: look at the loop or the value here",
    )
}
