//! Sets: sorted lists without repetition.

use std::collections::BTreeSet;

use super::arguments::{Arguments, Failure, list};
use super::{Function, Reads};
use crate::cluster::eval::{convert, limit};
use crate::cluster::value::Value;

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
    set_of(unified(arguments.list(0)?.iter()).into_iter())
}

fn union(arguments: &Arguments) -> Result<Value, Failure> {
    let mut all = Vec::new();
    for index in 0..arguments.len() {
        let items = arguments.list(index)?;
        limit::elements(all.len() + items.len())?;
        all.extend_from_slice(items);
    }
    set_of(unified(all.iter()).into_iter())
}

fn intersection(arguments: &Arguments) -> Result<Value, Failure> {
    let mut common: BTreeSet<&Value> = arguments.list(0)?.iter().collect();
    for index in 1..arguments.len() {
        let other: BTreeSet<&Value> = arguments.list(index)?.iter().collect();
        common.retain(|item| other.contains(item));
    }
    set_of(common.into_iter().cloned())
}

fn subtract(arguments: &Arguments) -> Result<Value, Failure> {
    let without: BTreeSet<&Value> = arguments.list(1)?.iter().collect();
    set_of(arguments.list(0)?.iter().filter(|item| !without.contains(item)).cloned())
}
