//! What one type becomes where another is asked for: Terraform's automatic conversions between scalars.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::cluster::{Kind, Number, Value};

/// The text of a scalar; nothing for null, a list or a map.
pub(crate) fn text(value: &Value) -> Option<Arc<str>> {
    match &value.kind {
        Kind::String(text) => Some(text.clone()),
        Kind::Number(number) => Some(number.to_string().into()),
        Kind::Bool(flag) => Some(if *flag { "true".into() } else { "false".into() }),
        Kind::Null | Kind::List(_) | Kind::Map(_) => None,
    }
}

/// The number that a number is or a string spells.
pub(crate) fn number(value: &Value) -> Option<Number> {
    match &value.kind {
        Kind::Number(number) => Some(*number),
        Kind::String(text) => Number::parse(text).ok(),
        Kind::Null | Kind::Bool(_) | Kind::List(_) | Kind::Map(_) => None,
    }
}

/// The bool that a bool is or a string spells.
pub(crate) fn flag(value: &Value) -> Option<bool> {
    match &value.kind {
        Kind::Bool(flag) => Some(*flag),
        Kind::String(text) => match &**text {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        },
        Kind::Null | Kind::Number(_) | Kind::List(_) | Kind::Map(_) => None,
    }
}

/// The items of a list.
pub(crate) fn items(value: &Value) -> Option<&[Value]> {
    match &value.kind {
        Kind::List(items) => Some(items),
        Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) | Kind::Map(_) => None,
    }
}

/// The entries of a map.
pub(crate) fn entries(value: &Value) -> Option<&BTreeMap<Arc<str>, Value>> {
    match &value.kind {
        Kind::Map(entries) => Some(entries),
        Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) | Kind::List(_) => None,
    }
}

/// Whether the elements of a typed list, set or map become strings: as in Terraform, if there is a string
/// among numbers and bools.
pub(crate) fn mixed_scalars<'a>(elements: impl Iterator<Item = &'a Value>) -> bool {
    let (mut strings, mut others) = (false, false);
    for element in elements {
        match element.kind {
            Kind::String(_) => strings = true,
            Kind::Number(_) | Kind::Bool(_) => others = true,
            Kind::Null => {}
            Kind::List(_) | Kind::Map(_) => return false,
        }
    }
    strings && others
}

/// The scalar as a string, with its place and marks; anything else as it is.
pub(crate) fn stringified(value: &Value) -> Value {
    match text(value) {
        Some(text) => Value { kind: Kind::String(text), sensitive: value.sensitive, span: value.span },
        None => value.clone(),
    }
}
