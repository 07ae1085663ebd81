//! Functions that arrange what is in lists and maps anew.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::arguments::{Arguments, Failure, list, map};
use super::set::unified;
use super::{Function, Reads};
use crate::cluster::eval::{convert, limit};
use crate::cluster::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("chunklist", &["list", "size"], Reads::Elements, chunklist),
    Function::new("matchkeys", &["values", "keys", "wanted"], Reads::Everything, matchkeys),
    Function::new("setproduct", &["set"], Reads::Elements, setproduct).rest("sets"),
    Function::new("transpose", &["map"], Reads::Everything, transpose),
];

/// Lists of `size` items each, and one of what is left; all in one list for 0.
fn chunklist(arguments: &Arguments) -> Result<Value, Failure> {
    let items = unified(arguments.list(0)?.iter());
    let size = match arguments.count(1)? {
        0 => items.len().max(1),
        size => size,
    };
    list(items.chunks(size).map(|chunk| list(chunk.to_vec())).collect::<Result<_, _>>()?)
}

/// The values whose key, at the same place, is one of those wanted.
fn matchkeys(arguments: &Arguments) -> Result<Value, Failure> {
    let (values, keys) = (arguments.list(0)?, arguments.list(1)?);
    if values.len() != keys.len() {
        let (values, keys) = (values.len(), keys.len());
        return Err(Failure::of_call(format!("there are as many keys as values, not {keys} and {values}")));
    }
    let both = unified(keys.iter().chain(arguments.list(2)?));
    let (found, wanted) = both.split_at_checked(keys.len()).unwrap_or((&both, &[]));
    let wanted: BTreeSet<&Value> = wanted.iter().collect();
    let kept = unified(values.iter()).into_iter().zip(found).filter(|(_, key)| wanted.contains(key));
    list(kept.map(|(value, _)| value).collect())
}

/// Every way to take one item of each list: the last list's items change first.
fn setproduct(arguments: &Arguments) -> Result<Value, Failure> {
    if arguments.len() < 2 {
        return Err(Failure::of_call("there are at least two sets"));
    }
    let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
    for index in 0..arguments.len() {
        let sensitive = arguments.any(index)?.sensitive;
        let items = unified(arguments.list(index)?.iter());
        // What is shared counts too: a row is a list of its own.
        limit::elements(rows.len().saturating_mul(items.len()))?;
        limit::steps(rows.len().saturating_mul(items.len()).saturating_mul(index + 1))?;
        let longer = |row: &Vec<Value>, item: &Value| {
            let mut row = row.clone();
            row.push(item.clone().marked(sensitive));
            row
        };
        rows = rows.iter().flat_map(|row| items.iter().map(move |item| longer(row, item))).collect();
    }
    list(rows.into_iter().map(list).collect::<Result<_, _>>()?)
}

/// For each string in the lists of a map, the keys of those that have it.
fn transpose(arguments: &Arguments) -> Result<Value, Failure> {
    let mut turned: BTreeMap<Arc<str>, Vec<Value>> = BTreeMap::new();
    for (key, items) in arguments.map(0)? {
        let items = convert::items(items).ok_or_else(|| {
            arguments.failure(0, &format!("must have only lists, not {}", items.type_name()))
        })?;
        for item in items {
            let text = convert::text(item).ok_or_else(|| {
                arguments.failure(0, &format!("must have only lists of strings, not of {}", item.type_name()))
            })?;
            turned.entry(text).or_default().push(Value::string(key.clone()));
        }
    }
    map(turned.into_iter().map(|(text, keys)| Ok((text, list(keys)?))).collect::<Result<_, Failure>>()?)
}
