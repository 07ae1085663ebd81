//! The fields of an object that hold a value, and what becomes of them in another rendering of it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::object::FieldPath;
use crate::render::{RenderedObject, Show};

/// What a change does to a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// The field is no longer there.
    Gone,
    /// It has another value.
    Changed,
}

/// What a change does to an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effects {
    /// Whether the object is no longer there under its name.
    pub whole: bool,
    /// To its fields, by their number; those that stay as they are have none. Where the object has another name, only
    /// those with another value.
    pub fields: BTreeMap<usize, Effect>,
}

impl Effects {
    /// These and others: what either does.
    pub fn add(&mut self, other: Self) {
        self.whole |= other.whole;
        for (field, effect) in other.fields {
            let known = self.fields.entry(field).or_insert(effect);
            *known = effect.max(*known);
        }
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        !self.whole && self.fields.is_empty()
    }
}

/// A field that holds a value: a scalar, or an empty list or map; an item of a list as a whole where it is secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// The way to it.
    pub path: FieldPath,
    /// Its value as it may be printed.
    pub shown: Value,
    /// Its value.
    real: Value,
}

/// The leaves of an object, in the order in which they stand.
pub fn leaves(object: &RenderedObject) -> Vec<Leaf> {
    let (real, shown) = (object.object(), object.printable(Show::Masked));
    let mut found = Vec::new();
    for (key, value) in shown.body() {
        collect(value, &mut vec![key.clone()], &mut found);
    }
    let leaf = |(path, shown): (FieldPath, Value)| {
        let real = at(real.body(), &path)?.clone();
        Some(Leaf { path, shown, real })
    };
    found.into_iter().filter_map(leaf).collect()
}

fn collect(value: &Value, path: &mut FieldPath, found: &mut Vec<(FieldPath, Value)>) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (key, value) in map {
                path.push(key.clone());
                collect(value, path, found);
                path.pop();
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (index, value) in items.iter().enumerate() {
                path.push(index.to_string());
                collect(value, path, found);
                path.pop();
            }
        }
        scalar => found.push((path.clone(), scalar.clone())),
    }
}

/// What has become of an object whose leaves these are. `after` are the objects that its unit renders now, `before` those
/// that it rendered.
pub fn effects(
    object: &RenderedObject,
    leaves: &[Leaf],
    before: &[RenderedObject],
    after: &[&RenderedObject],
) -> Effects {
    let reference = object.object().reference();
    if let Some(same) = after.iter().find(|other| other.object().reference() == reference) {
        return Effects { whole: false, fields: differences(leaves, same.object().body()).collect() };
    }
    // Under another name: what the same line rendered, of the same kind, and was not there before.
    let is_known = |other: &RenderedObject| {
        before.iter().any(|known| known.object().reference() == other.object().reference())
    };
    let renamed = after.iter().find(|other| {
        other.origin() == object.origin()
            && other.object().kind() == object.object().kind()
            && !is_known(other)
    });
    let changed = renamed.into_iter().flat_map(|other| differences(leaves, other.object().body()));
    Effects { whole: true, fields: changed.filter(|(_, effect)| *effect == Effect::Changed).collect() }
}

fn differences(leaves: &[Leaf], after: &Map<String, Value>) -> impl Iterator<Item = (usize, Effect)> {
    leaves.iter().enumerate().filter_map(|(number, leaf)| match at(after, &leaf.path) {
        Some(other) if *other == leaf.real => None,
        Some(_) => Some((number, Effect::Changed)),
        None => Some((number, Effect::Gone)),
    })
}

/// The value at a path.
pub fn at<'a>(body: &'a Map<String, Value>, path: &[String]) -> Option<&'a Value> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(body.get(first)?, |value, key| match value {
        Value::Object(map) => map.get(key),
        Value::Array(items) => items.get(key.parse::<usize>().ok()?),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    })
}
