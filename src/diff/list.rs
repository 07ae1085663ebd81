//! Two lists, compared item by item.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use similar::DiffOp;

use super::compare::Found;
use super::edits::edits;
use super::hidden::Scope;
use super::path::Step;
use crate::object::Digest;

/// The keys that name an item of a list, the first that do so in both lists: all items have them, and no two of one
/// list the same values.
const NAMES: [&[&str]; 22] = [
    &["name"],
    &["name", "namespace"],
    &["kind", "name"],
    &["kind", "name", "namespace"],
    &["key"],
    &["key", "operator"],
    &["key", "effect"],
    &["key", "operator", "effect"],
    &["containerPort"],
    &["containerPort", "protocol"],
    &["port"],
    &["port", "protocol"],
    &["mountPath"],
    &["devicePath"],
    &["topologyKey"],
    &["topologyKey", "whenUnsatisfiable"],
    &["type"],
    &["host"],
    &["path"],
    &["ip"],
    &["uid"],
    &["id"],
];

/// Lists of scalars in which what stands after what is the meaning.
const SEQUENCES: [&str; 2] = ["args", "command"];

/// What differs in two lists that are not the same.
pub(super) fn compare(found: &mut Found, before: &[Value], after: &[Value], scope: &Scope<'_>) {
    if before.is_empty() || after.is_empty() {
        return found.change(Some(&list(before)), Some(&list(after)), scope);
    }
    let item = scope.item();
    if let Some(names) = named_by(before, after, &item) {
        return by_name(found, before, after, names, scope);
    }
    let all = || before.iter().chain(after);
    let are_scalars = all().all(|value| !value.is_object() && !value.is_array() && !item.hides(value));
    if are_scalars && !found.is_at(&SEQUENCES) && are_unique(before) && are_unique(after) {
        return as_set(found, before, after, scope);
    }
    by_place(found, before, after, &item);
}

fn by_name(found: &mut Found, before: &[Value], after: &[Value], names: &[&str], scope: &Scope<'_>) {
    let item = scope.item();
    let identified = |items: &'_ [Value]| -> Vec<Vec<(String, Value)>> {
        items.iter().filter_map(|item| identity(item, names)).collect()
    };
    let (a, b) = (identified(before), identified(after));
    let (first, second) = (places(&a), places(&b));
    for (keys, value) in a.iter().zip(before) {
        let other = second.get(&text(keys)).and_then(|place| after.get(*place));
        found.below(Step::Item(keys.clone()), Some(value), other, &item);
    }
    for (keys, value) in b.iter().zip(after).filter(|(keys, _)| !first.contains_key(&text(keys))) {
        found.below(Step::Item(keys.clone()), None, Some(value), &item);
    }
    let kept = |keys: &[Vec<(String, Value)>], others: &BTreeMap<String, usize>| -> Vec<String> {
        keys.iter().map(|keys| text(keys)).filter(|name| others.contains_key(name)).collect()
    };
    if kept(&a, &second) != kept(&b, &first) {
        // Each name may be shown: one of its keys that is hidden names nothing.
        let named = |all: &[Vec<(String, Value)>]| Value::from_iter(all.iter().map(|keys| name(keys)));
        found.order(&named(&a), &named(&b));
    }
}

/// Members that come and go. Where those that stay change places, the lists as wholes.
fn as_set(found: &mut Found, before: &[Value], after: &[Value], scope: &Scope<'_>) {
    let texts = |items: &[Value]| -> BTreeSet<String> { items.iter().map(Value::to_string).collect() };
    let (first, second) = (texts(before), texts(after));
    let stay = |items: &[Value], others: &BTreeSet<String>| -> Vec<String> {
        items.iter().map(Value::to_string).filter(|text| others.contains(text)).collect()
    };
    if stay(before, &second) != stay(after, &first) {
        return found.change(Some(&list(before)), Some(&list(after)), scope);
    }
    let item = scope.item();
    for gone in before.iter().filter(|value| !second.contains(&value.to_string())) {
        found.below(Step::Member(gone.clone()), Some(gone), None, &item);
    }
    for new in after.iter().filter(|value| !first.contains(&value.to_string())) {
        found.below(Step::Member(new.clone()), None, Some(new), &item);
    }
}

/// What was put in, taken out or changed at a place: of what is taken out the place that it had.
fn by_place(found: &mut Found, before: &[Value], after: &[Value], item: &Scope<'_>) {
    let digests = |items: &[Value]| -> Vec<Digest> { items.iter().map(Digest::of).collect() };
    for edit in edits(&digests(before), &digests(after)) {
        if let DiffOp::Equal { .. } = edit {
            continue;
        }
        let (old, new) = (edit.old_range(), edit.new_range());
        for offset in 0..old.len().max(new.len()) {
            let (from, to) = (old.start + offset, new.start + offset);
            let gone = before.get(from).filter(|_| old.contains(&from));
            let come = after.get(to).filter(|_| new.contains(&to));
            found.below(Step::Index(if come.is_some() { to } else { from }), gone, come, item);
        }
    }
}

/// The keys that name each item of both lists, if all are maps. Nothing that is hidden names an item.
fn named_by<'n>(before: &[Value], after: &[Value], item: &Scope<'_>) -> Option<&'n [&'n str]> {
    let names = |names: &&[&str]| {
        [before, after].into_iter().all(|items| {
            let identities: Option<Vec<_>> = items.iter().map(|item| identity(item, names)).collect();
            let shown =
                |keys: &Vec<(String, Value)>| keys.iter().all(|(key, value)| !item.key(key).hides(value));
            identities.is_some_and(|all| all.iter().all(shown) && places(&all).len() == items.len())
        })
    };
    NAMES.into_iter().find(names)
}

fn identity(item: &Value, names: &[&str]) -> Option<Vec<(String, Value)>> {
    let keys = names.iter().map(|name| match item.get(name)? {
        Value::Null | Value::Array(_) | Value::Object(_) => None,
        scalar => Some(((*name).to_owned(), scalar.clone())),
    });
    keys.collect()
}

fn places(identities: &[Vec<(String, Value)>]) -> BTreeMap<String, usize> {
    identities.iter().enumerate().map(|(place, keys)| (text(keys), place)).collect()
}

/// The values of an identity in one text, different for different ones.
fn text(keys: &[(String, Value)]) -> String {
    keys.iter().map(|(_, value)| format!("{value},")).collect()
}

/// An identity as a value: that of its only key, or a map.
fn name(keys: &[(String, Value)]) -> Value {
    match keys {
        [(_, only)] => only.clone(),
        several => Value::from_iter(several.iter().cloned()),
    }
}

fn are_unique(items: &[Value]) -> bool {
    items.iter().map(Value::to_string).collect::<BTreeSet<_>>().len() == items.len()
}

fn list(items: &[Value]) -> Value {
    Value::from(items)
}
