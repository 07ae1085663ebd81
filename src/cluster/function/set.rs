//! Sets: sorted lists without repetition.

use std::collections::BTreeSet;

use super::arguments::{Arguments, Failure, list};
use super::{Function, Reads};
use crate::cluster::eval::{convert, limit};
use crate::cluster::value::{Kind, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("distinct", &["list"], Reads::Everything, distinct),
    Function::new("setintersection", &["set"], Reads::Everything, intersection).rest("sets"),
    Function::new("setsubtract", &["set", "without"], Reads::Everything, subtract),
    Function::new("setunion", &["set"], Reads::Everything, union).rest("sets"),
    Function::new("toset", &["value"], Reads::Everything, toset),
];

/// The elements of a typed collection: all strings, if there is one among scalars.
pub(super) fn unified<'v>(elements: impl Iterator<Item = &'v Value> + Clone) -> Vec<Value> {
    if convert::mixed_scalars(elements.clone()) {
        elements.map(convert::stringified).collect()
    } else {
        elements.cloned().collect()
    }
}

/// The items once each, in the order of their first.
fn distinct(arguments: &Arguments) -> Result<Value, Failure> {
    let items = unified(arguments.list(0)?.iter());
    let mut seen = BTreeSet::new();
    list(items.iter().filter(|item| seen.insert(*item)).cloned().collect())
}

fn set_of(elements: impl Iterator<Item = Value>) -> Result<Value, Failure> {
    let set: BTreeSet<Value> = elements.collect();
    list(set.into_iter().collect())
}

fn toset(arguments: &Arguments) -> Result<Value, Failure> {
    match arguments.any(0)? {
        null if null.kind == Kind::Null => Ok(null.clone()),
        _ => set_of(unified(arguments.list(0)?.iter()).into_iter()),
    }
}

/// All sets, their elements made alike.
fn sets(arguments: &Arguments) -> Result<Vec<BTreeSet<Value>>, Failure> {
    let mut all = Vec::new();
    let mut lengths = Vec::new();
    for index in 0..arguments.len() {
        let items = arguments.list(index)?;
        limit::elements(all.len() + items.len())?;
        all.extend(items);
        lengths.push(items.len());
    }
    let mut elements = unified(all.into_iter()).into_iter();
    Ok(lengths.into_iter().map(|length| elements.by_ref().take(length).collect()).collect())
}

fn union(arguments: &Arguments) -> Result<Value, Failure> {
    set_of(sets(arguments)?.into_iter().flatten())
}

fn intersection(arguments: &Arguments) -> Result<Value, Failure> {
    let sets = sets(arguments)?;
    let Some((first, others)) = sets.split_first() else { return list(Vec::new()) };
    set_of(first.iter().filter(|item| others.iter().all(|other| other.contains(item))).cloned())
}

fn subtract(arguments: &Arguments) -> Result<Value, Failure> {
    let sets = sets(arguments)?;
    let Some((first, without)) = sets.split_first() else { return list(Vec::new()) };
    set_of(first.iter().filter(|item| !without.iter().any(|other| other.contains(item))).cloned())
}
