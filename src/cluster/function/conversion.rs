//! Functions from one type to another, and those that mark values.

use std::sync::Arc;

use super::arguments::{Arguments, Failure, flag, list, map};
use super::set::unified;
use super::{Function, Reads};
use crate::cluster::eval::convert;
use crate::cluster::value::{Kind, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("issensitive", &["value"], Reads::Unmarked, issensitive),
    Function::new("nonsensitive", &["value"], Reads::Unmarked, nonsensitive),
    Function::new("sensitive", &["value"], Reads::Shape, sensitive),
    Function::new("tobool", &["value"], Reads::Everything, tobool),
    Function::new("tolist", &["value"], Reads::Elements, tolist),
    Function::new("tomap", &["value"], Reads::Elements, tomap),
    Function::new("tonumber", &["value"], Reads::Everything, tonumber),
    Function::new("tostring", &["value"], Reads::Everything, tostring),
];

/// Takes the mark off the value itself, not off its elements.
fn nonsensitive(arguments: &Arguments) -> Result<Value, Failure> {
    let value = arguments.any(0)?.clone();
    Ok(Value { sensitive: false, ..value })
}

/// Whether the value itself is marked, not an element of it.
fn issensitive(arguments: &Arguments) -> Result<Value, Failure> {
    flag(arguments.any(0)?.sensitive)
}

fn sensitive(arguments: &Arguments) -> Result<Value, Failure> {
    Ok(arguments.any(0)?.clone().marked(true))
}

/// The converted value; null stays null.
fn converted<T>(
    arguments: &Arguments,
    convert: fn(&Value) -> Option<T>,
    kind: fn(T) -> Kind,
    must: &str,
) -> Result<Value, Failure> {
    let value = arguments.any(0)?;
    match value.kind {
        Kind::Null => Ok(value.clone()),
        _ => match convert(value) {
            Some(converted) => Ok(Value::new(kind(converted))),
            None => Err(arguments.failure(0, must)),
        },
    }
}

fn tobool(arguments: &Arguments) -> Result<Value, Failure> {
    converted(arguments, convert::flag, Kind::Bool, "must be a bool, \"true\" or \"false\"")
}

fn tonumber(arguments: &Arguments) -> Result<Value, Failure> {
    let must = "must be a number, or a string that spells one in decimal and within its range";
    converted(arguments, convert::number, Kind::Number, must)
}

fn tostring(arguments: &Arguments) -> Result<Value, Failure> {
    converted(arguments, convert::text, Kind::String, "must be a string, a number or a bool")
        .map_err(|failure| failure.with_help("`jsonencode()` gives the text of a list or map"))
}

fn tolist(arguments: &Arguments) -> Result<Value, Failure> {
    match arguments.any(0)? {
        null if null.kind == Kind::Null => Ok(null.clone()),
        _ => list(unified(arguments.list(0)?.iter())),
    }
}

fn tomap(arguments: &Arguments) -> Result<Value, Failure> {
    match arguments.any(0)? {
        null if null.kind == Kind::Null => Ok(null.clone()),
        _ => {
            let entries = arguments.map(0)?;
            let keys = entries.keys().map(Arc::clone);
            map(keys.zip(unified(entries.values())).collect())
        }
    }
}
