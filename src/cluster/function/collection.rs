//! Functions over lists and maps.

use std::collections::BTreeMap;
use std::sync::Arc;

use unicode_segmentation::UnicodeSegmentation;

use super::arguments::{Arguments, Failure, flag, list, map};
use super::{Function, Reads};
use crate::cluster::eval::{arithmetic, convert, limit};
use crate::cluster::number::Number;
use crate::cluster::value::{Kind, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("alltrue", &["list"], Reads::Everything, alltrue),
    Function::new("anytrue", &["list"], Reads::Everything, anytrue),
    Function::new("coalesce", &["value"], Reads::Shape, coalesce).rest("values"),
    Function::new("coalescelist", &["list"], Reads::Shape, coalescelist).rest("lists"),
    Function::new("compact", &["list"], Reads::Everything, compact),
    Function::new("concat", &["list"], Reads::Elements, concat).rest("lists"),
    Function::new("contains", &["list", "value"], Reads::Everything, contains),
    Function::new("element", &["list", "index"], Reads::Shape, element),
    Function::new("flatten", &["list"], Reads::Elements, flatten),
    Function::new("index", &["list", "value"], Reads::Everything, index),
    Function::new("keys", &["map"], Reads::Elements, keys),
    Function::new("length", &["value"], Reads::Shape, length),
    Function::new("lookup", &["map", "key", "default"], Reads::Shape, lookup).optional(1),
    Function::new("merge", &[], Reads::Elements, merge).rest("maps"),
    Function::new("one", &["list"], Reads::Shape, one),
    Function::new("range", &["start", "limit", "step"], Reads::Everything, range).optional(2),
    Function::new("reverse", &["list"], Reads::Elements, reverse),
    Function::new("slice", &["list", "start", "end"], Reads::Elements, slice),
    Function::new("sort", &["list"], Reads::Everything, sort),
    Function::new("values", &["map"], Reads::Elements, values),
    Function::new("zipmap", &["keys", "values"], Reads::Elements, zipmap),
];

/// The flags of a list, as `alltrue` and `anytrue` read them: null counts as false.
fn flags(arguments: &Arguments) -> Result<Vec<bool>, Failure> {
    let items = arguments.list(0)?.iter().enumerate();
    items
        .map(|(position, item)| match item.kind {
            Kind::Null => Ok(false),
            _ => convert::flag(item).ok_or_else(|| arguments.item_mismatch(0, position, item, "a bool")),
        })
        .collect()
}

fn alltrue(arguments: &Arguments) -> Result<Value, Failure> {
    flag(flags(arguments)?.into_iter().all(|flag| flag))
}

fn anytrue(arguments: &Arguments) -> Result<Value, Failure> {
    flag(flags(arguments)?.into_iter().any(|flag| flag))
}

/// The first value that is neither null nor an empty string.
fn coalesce(arguments: &Arguments) -> Result<Value, Failure> {
    let given = |value: &&Value| value.kind != Kind::Null && value.as_str() != Some("");
    match arguments.from(0).iter().find(given) {
        Some(value) => Ok(value.clone()),
        None => Err(Failure::of_call("all of its arguments are null or empty strings")),
    }
}

fn coalescelist(arguments: &Arguments) -> Result<Value, Failure> {
    for (index, value) in arguments.from(0).iter().enumerate() {
        if value.kind != Kind::Null && !arguments.list(index)?.is_empty() {
            return Ok(value.clone());
        }
    }
    Err(Failure::of_call("all of its arguments are null or empty lists"))
}

/// The strings of a list that are not empty.
fn compact(arguments: &Arguments) -> Result<Value, Failure> {
    let mut kept = Vec::new();
    for (position, item) in arguments.list(0)?.iter().enumerate() {
        match convert::text(item) {
            Some(text) if text.is_empty() => {}
            Some(_) => kept.push(convert::stringified(item)),
            None if item.kind == Kind::Null => {}
            None => return Err(arguments.item_mismatch(0, position, item, "a string")),
        }
    }
    list(kept)
}

fn concat(arguments: &Arguments) -> Result<Value, Failure> {
    let mut joined = Vec::new();
    for (index, argument) in arguments.from(0).iter().enumerate() {
        let items = arguments.list(index)?;
        limit::elements(joined.len() + items.len())?;
        joined.extend(items.iter().map(|item| item.clone().marked(argument.sensitive)));
    }
    list(joined)
}

fn contains(arguments: &Arguments) -> Result<Value, Failure> {
    flag(arguments.list(0)?.contains(arguments.any(1)?))
}

/// The item at `index`, counted round and round; a negative one counts from the end.
fn element(arguments: &Arguments) -> Result<Value, Failure> {
    let items = arguments.list(0)?;
    let index = arguments.whole(1)?;
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let place = index.checked_rem_euclid(length).and_then(|place| usize::try_from(place).ok());
    match place.and_then(|place| items.get(place)) {
        Some(item) => Ok(item.clone()),
        None => Err(arguments.failure(0, "must not be empty")),
    }
}

fn flatten(arguments: &Arguments) -> Result<Value, Failure> {
    let mut flat = Vec::new();
    flatten_into(arguments.list(0)?, false, &mut flat)?;
    list(flat)
}

/// Recursive: what is deeper than [`limit::MAX_DEPTH`] was refused before.
fn flatten_into(items: &[Value], sensitive: bool, flat: &mut Vec<Value>) -> Result<(), Failure> {
    for item in items {
        match convert::items(item) {
            Some(inner) => flatten_into(inner, sensitive || item.sensitive, flat)?,
            None => {
                limit::elements(flat.len() + 1)?;
                flat.push(item.clone().marked(sensitive));
            }
        }
    }
    Ok(())
}

fn index(arguments: &Arguments) -> Result<Value, Failure> {
    let wanted = arguments.any(1)?;
    match (0..).zip(arguments.list(0)?).find(|(_, item)| *item == wanted) {
        Some((position, _)) => Ok(Value::new(Kind::Number(Number::from(position)))),
        None => Err(arguments.failure(1, "must be in the list").with_help("use `contains` to ask first")),
    }
}

fn keys(arguments: &Arguments) -> Result<Value, Failure> {
    list(arguments.map(0)?.keys().map(|key| Value::string(key.clone())).collect())
}

/// The elements of a list or map, or the characters of a string.
fn length(arguments: &Arguments) -> Result<Value, Failure> {
    let value = arguments.any(0)?;
    let length = match &value.kind {
        Kind::List(items) => items.len(),
        Kind::Map(entries) => entries.len(),
        Kind::String(text) => text.graphemes(true).count(),
        Kind::Null | Kind::Bool(_) | Kind::Number(_) => {
            let found = value.type_name();
            return Err(arguments.failure(0, &format!("must be a list, a map or a string, not {found}")));
        }
    };
    Ok(Value::new(Kind::Number(Number::from(i64::try_from(length).unwrap_or(i64::MAX)))))
}

fn lookup(arguments: &Arguments) -> Result<Value, Failure> {
    let (entries, key) = (arguments.map(0)?, arguments.text(1)?);
    match (entries.get(&key), arguments.get(2)) {
        (Some(value), _) | (None, Some(value)) => Ok(value.clone()),
        (None, None) => Err(arguments
            .failure(1, "must be in the map, as there is no default")
            .with_help("give a third argument as the default")),
    }
}

/// One map of all; the later entry wins, null is left out.
fn merge(arguments: &Arguments) -> Result<Value, Failure> {
    let mut merged = BTreeMap::new();
    for (index, argument) in arguments.from(0).iter().enumerate() {
        if argument.kind != Kind::Null {
            let entries = arguments.map(index)?.iter();
            merged
                .extend(entries.map(|(key, value)| (key.clone(), value.clone().marked(argument.sensitive))));
            limit::elements(merged.len())?;
        }
    }
    map(merged)
}

/// The only item; null for an empty list.
fn one(arguments: &Arguments) -> Result<Value, Failure> {
    match arguments.list(0)? {
        [] => Ok(Value::new(Kind::Null)),
        [only] => Ok(only.clone()),
        items => Err(arguments.failure(0, &format!("must have at most one item, not {}", items.len()))),
    }
}

/// `range(limit)`, `range(start, limit)` or `range(start, limit, step)`; without a step it counts towards the
/// limit.
fn range(arguments: &Arguments) -> Result<Value, Failure> {
    let zero = Number::from(0);
    let (start, limit) = match arguments.len() {
        1 => (zero, arguments.number(0)?),
        _ => (arguments.number(0)?, arguments.number(1)?),
    };
    let up = start <= limit;
    let step = match arguments.len() {
        3 => arguments.number(2)?,
        _ => Number::from(if up { 1 } else { -1 }),
    };
    if step == zero || (start != limit && (step > zero) != up) {
        return Err(arguments.failure(2, "must lead from the start to the limit"));
    }
    let (mut items, mut next) = (Vec::new(), start);
    while if up { next < limit } else { next > limit } {
        limit::elements(items.len() + 1)?;
        items.push(Value::new(Kind::Number(next)));
        next = arithmetic::add(next, step)?;
    }
    list(items)
}

fn reverse(arguments: &Arguments) -> Result<Value, Failure> {
    list(arguments.list(0)?.iter().rev().cloned().collect())
}

/// The items from `start` to, but not with, `end`.
fn slice(arguments: &Arguments) -> Result<Value, Failure> {
    let items = arguments.list(0)?;
    let (start, end) = (arguments.count(1)?, arguments.count(2)?);
    if end > items.len() {
        let length = items.len();
        return Err(
            arguments.failure(2, &format!("must not be greater than the length of the list, {length}"))
        );
    }
    match items.get(start..end) {
        Some(part) => list(part.to_vec()),
        None => Err(arguments.failure(1, "must not be greater than `end`")),
    }
}

/// Strings in the order of their code points.
fn sort(arguments: &Arguments) -> Result<Value, Failure> {
    arguments.texts(0)?;
    let mut items: Vec<Value> = arguments.list(0)?.iter().map(convert::stringified).collect();
    items.sort();
    list(items)
}

fn values(arguments: &Arguments) -> Result<Value, Failure> {
    list(arguments.map(0)?.values().cloned().collect())
}

fn zipmap(arguments: &Arguments) -> Result<Value, Failure> {
    let (keys, values) = (arguments.texts(0)?, arguments.list(1)?);
    if keys.len() != values.len() {
        let (keys, values) = (keys.len(), values.len());
        return Err(Failure::of_call(format!("there are as many keys as values, not {keys} and {values}")));
    }
    let entries: BTreeMap<Arc<str>, Value> = keys.into_iter().zip(values.iter().cloned()).collect();
    // A secret key is one of a secret map.
    map(entries).map(|entries| entries.marked(arguments.get(0).is_some_and(Value::is_sensitive)))
}
