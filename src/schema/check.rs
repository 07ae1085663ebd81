//! A value held to a schema, strictly.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde_json::{Map, Value};

use super::cross::Cross;
use super::format;
use super::node::{Fields, Identity, Limits, Logic, Node, Rest, Shape};
use super::openapi;
use super::set::{META, Schemas};
use crate::diagnostic::{one_of, suggest};
use crate::object::{self, FieldPath, Quantity, QuantityError};

/// How many references may follow one another without a value in between. Recorded schemas have one; more than
/// this is a circle.
const MAX_HOPS: usize = 16;

/// The most violations of one object that are told.
const MAX_VIOLATIONS: usize = 50;

/// How many values one object may have a schema look at. Branches look at a value again, and those of a definition
/// that somebody wrote with ill will double at every step; the largest of the example fleet takes below 10,000.
const MAX_LOOKS: usize = 1_000_000;

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The field: the key that leads to it may be one that is not there, or none that is known.
    pub path: FieldPath,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What is wrong with a field. No text in it repeats the value that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// There is no such field.
    Unknown {
        /// One that is, and is near.
        near: Option<String>,
        /// What there is, as a list in words.
        known: String,
    },
    /// It is of another type.
    Type {
        /// The type it must be of, with its article.
        expected: &'static str,
        /// What it is.
        found: &'static str,
    },
    /// It must be there and is not.
    Missing,
    /// Its value is not allowed; this is.
    Value(String),
    /// The value stands twice in a list that holds each once.
    Twice(String),
    /// Other fields do not go with it, as the schema says.
    Combination(String),
    /// A rule of its CustomResourceDefinition does not hold; this is what it says.
    Rule(String),
    /// The schema has too many branches for the object to be held to all of it.
    Unfinished,
}

/// Holds an object to the schema of its kind.
pub fn check(schemas: &Schemas, node: &Node, built_in: bool, body: &Map<String, Value>) -> Vec<Violation> {
    let looks = Cell::new(MAX_LOOKS);
    let mut check = Check { schemas, path: Vec::new(), found: Vec::new(), looks: &looks, branches: 0 };
    let (node, built_in) = resolved_with(schemas, node, built_in);
    if let Shape::Map(fields) = &node.shape {
        check.map(body, fields, built_in, Mode::Strict);
    }
    if let Some(cross) = node.cross {
        check.cross(cross, body);
    }
    if !built_in && (node.limits.is_some() || node.logic.is_some() || !node.rules.is_empty()) {
        let value = Value::Object(body.clone());
        if let Some(limits) = &node.limits {
            check.limits(&value, limits, built_in);
        }
        if let Some(logic) = &node.logic {
            check.logic(&value, logic, built_in);
        }
        if check.found.is_empty() {
            check.rules(&value, node);
        }
    }
    let mut found = check.found;
    found.truncate(MAX_VIOLATIONS);
    // A schema that branches without end; what was not looked at must not pass in silence.
    if looks.get() == 0 {
        found.push(Violation { path: Vec::new(), problem: Problem::Unfinished });
    }
    found
}

/// How much of a schema is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// All of it.
    Strict,
    /// Without unknown fields: a branch of `anyOf` and the like, which need not name them all.
    Branch,
}

struct Check<'a> {
    schemas: &'a Schemas,
    path: FieldPath,
    found: Vec<Violation>,
    /// What is left of [`MAX_LOOKS`], for the whole object.
    looks: &'a Cell<usize>,
    /// How many branches the value is looked at in that is looked at now: each without a value in between.
    branches: usize,
}

pub(super) fn resolved<'a>(schemas: &'a Schemas, node: &'a Node) -> (&'a Node, Option<bool>) {
    let (mut node, mut built_in) = (node, None);
    for _ in 0..MAX_HOPS {
        let Shape::Reference(name) = &node.shape else { return (node, built_in) };
        match schemas.definition(name) {
            Some(target) => (node, built_in) = (target, Some(openapi::is_built_in(name))),
            None => return (&ANY, built_in),
        }
    }
    (&ANY, built_in)
}

fn resolved_with<'a>(schemas: &'a Schemas, node: &'a Node, built_in: bool) -> (&'a Node, bool) {
    let (node, changed) = resolved(schemas, node);
    (node, changed.unwrap_or(built_in))
}

/// The metadata of an object within another.
static OBJECT_META: LazyLock<Node> =
    LazyLock::new(|| Node { shape: Shape::Reference(META.into()), typed: true, ..Node::default() });

/// What may be anything.
pub(super) static ANY: Node = Node {
    shape: Shape::Any,
    typed: false,
    nullable: false,
    default: None,
    limits: None,
    logic: None,
    rules: Vec::new(),
    cross: None,
};

impl Check<'_> {
    fn push(&mut self, problem: Problem) {
        self.found.push(Violation { path: self.path.clone(), problem });
    }

    fn at<R>(&mut self, key: impl Into<String>, look: impl FnOnce(&mut Self) -> R) -> R {
        self.path.push(key.into());
        let branches = std::mem::take(&mut self.branches);
        let result = look(self);
        self.branches = branches;
        self.path.pop();
        result
    }

    fn value(&mut self, value: &Value, node: &Node, built_in: bool, mode: Mode) {
        let Some(left) = self.looks.get().checked_sub(1) else { return };
        if self.found.len() >= MAX_VIOLATIONS {
            return;
        }
        self.looks.set(left);
        let (target, built_in) = resolved_with(self.schemas, node, built_in);
        if value.is_null() {
            // Go decodes null to the zero value, and a default takes its place.
            let is_fine = built_in || target.nullable || target.default.is_some() || node.default.is_some();
            if !is_fine && target.typed {
                self.push(Problem::Type { expected: expected(&target.shape, built_in), found: "null" });
            }
            return;
        }
        let before = self.found.len();
        let fits = match (&target.shape, value) {
            (Shape::Any | Shape::Reference(_), _) => true,
            (Shape::Map(fields), Value::Object(map)) => {
                self.map(map, fields, built_in, mode);
                true
            }
            (Shape::List { items, identity }, Value::Array(list)) => {
                self.list(list, items.as_deref(), identity, built_in, mode);
                true
            }
            (Shape::String, Value::String(_)) | (Shape::Number, Value::Number(_)) => true,
            (Shape::Bool, Value::Bool(_)) | (Shape::IntOrString, Value::String(_)) => true,
            (Shape::Integer | Shape::IntOrString, Value::Number(number)) => {
                let whole = number.as_f64().is_some_and(|number| number.fract() == 0.0);
                !number.is_f64() || !built_in && whole
            }
            (Shape::Quantity, Value::Number(_)) => true,
            (Shape::Quantity, Value::String(text)) => {
                if let Err(QuantityError::Syntax | QuantityError::Suffix) = Quantity::parse(text.trim()) {
                    self.push(Problem::Value(QUANTITY.to_owned()));
                }
                true
            }
            _ => !target.typed,
        };
        if !fits {
            self.push(Problem::Type { expected: expected(&target.shape, built_in), found: found(value) });
            return;
        }
        if built_in
            && matches!(target.shape, Shape::IntOrString)
            && let Some(what) = format::broken("int32", value)
        {
            self.push(Problem::Value(what.to_owned()));
        }
        for limits in [&node.limits, &target.limits].into_iter().flatten() {
            self.limits(value, limits, built_in);
            if std::ptr::eq(node, target) {
                break;
            }
        }
        if let Some(logic) = &target.logic {
            self.logic(value, logic, built_in);
        }
        if let (Some(cross), Value::Object(map)) = (target.cross, value) {
            self.cross(cross, map);
        }
        if mode == Mode::Strict && !built_in && self.found.len() == before {
            self.rules(value, target);
        }
    }

    fn cross(&mut self, cross: Cross, map: &Map<String, Value>) {
        for (path, problem) in cross.check(map) {
            self.found.push(Violation { path: [self.path.clone(), path].concat(), problem });
        }
    }

    fn map(&mut self, map: &Map<String, Value>, fields: &Fields, built_in: bool, mode: Mode) {
        for (key, value) in map {
            match (fields.properties.get(key.as_str()), &fields.rest) {
                (Some(node), _) => self.at(key, |check| check.value(value, node, built_in, mode)),
                (None, _) if fields.embedded && key == "metadata" => {
                    self.at(key, |check| check.value(value, &OBJECT_META, built_in, mode));
                }
                (None, Rest::Each(node)) => self.at(key, |check| check.value(value, node, built_in, mode)),
                (None, Rest::Anything) => {}
                (None, Rest::Refused) if fields.embedded && is_of_every_object(key) => {}
                (None, Rest::Refused) if mode == Mode::Branch => {}
                (None, Rest::Refused) => self.at(key, |check| {
                    let known = || fields.properties.keys().map(|key| &**key);
                    let near = suggest(key, known()).map(str::to_owned);
                    check.push(Problem::Unknown { near, known: one_of(known()) });
                }),
            }
        }
        let embedded: &[&str] = if fields.embedded { &["apiVersion", "kind"] } else { &[] };
        for key in fields.required.iter().map(|key| &**key).chain(embedded.iter().copied()) {
            let has_default = fields.properties.get(key).is_some_and(|node| node.default.is_some());
            let is_there = match map.get(key) {
                None => false,
                Some(Value::Null) => !built_in,
                Some(_) => true,
            };
            if !is_there && !has_default {
                self.at(key, |check| check.push(Problem::Missing));
            }
        }
        if fields.embedded {
            self.embedded(map);
        }
    }

    /// What names the kind of an object within another, as `validateEmbeddedResource` of
    /// k8s.io/apiextensions-apiserver has it.
    fn embedded(&mut self, map: &Map<String, Value>) {
        let is_version = |text: &str| !text.is_empty() && text.matches('/').count() <= 1;
        let is_kind = |text: &str| {
            let text = text.to_lowercase();
            text.starts_with(|letter: char| letter.is_ascii_lowercase()) && object::dns_label(&text).is_ok()
        };
        for (key, holds, what) in [
            ("apiVersion", &is_version as &dyn Fn(&str) -> bool, "an API version such as v1 or apps/v1"),
            ("kind", &is_kind, "the name of a kind, such as ConfigMap"),
        ] {
            if let Some(value) = map.get(key)
                && !value.as_str().is_some_and(holds)
            {
                self.at(key, |check| check.push(Problem::Value(what.to_owned())));
            }
        }
    }

    fn list(
        &mut self,
        list: &[Value],
        items: Option<&Node>,
        identity: &Identity,
        built_in: bool,
        mode: Mode,
    ) {
        let mut seen = BTreeSet::new();
        for (number, item) in list.iter().enumerate() {
            let (same, what) = match identity {
                Identity::None => (None, String::new()),
                Identity::Set => (Some(item.to_string()), "that are equal".to_owned()),
                Identity::Keys(keys) => {
                    let named = keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(" and ");
                    let same = self.identity(item, keys, items);
                    if let (None, Some(key)) = (&same, keys.first()) {
                        self.at(number.to_string(), |check| {
                            check.at(&**key, |check| check.push(Problem::Missing));
                        });
                    }
                    (same, format!("with the same {named}"))
                }
            };
            self.at(number.to_string(), |check| {
                if let Some(items) = items {
                    check.value(item, items, built_in, mode);
                }
                if same.is_some_and(|same| !seen.insert(same)) {
                    check.push(Problem::Twice(what));
                }
            });
        }
    }

    /// What tells an item of a list from the others, with the defaults of its keys; `None` if it has none of them.
    fn identity(&self, item: &Value, keys: &[Box<str>], items: Option<&Node>) -> Option<String> {
        let fields = items.map(|items| resolved(self.schemas, items).0).and_then(|node| match &node.shape {
            Shape::Map(fields) => Some(fields),
            _ => None,
        });
        let values = keys.iter().map(|key| {
            let default = || fields?.properties.get(key).and_then(|node| node.default.as_ref());
            item.get(&**key).or_else(default).cloned().unwrap_or_default()
        });
        let values: Vec<Value> = values.collect();
        let is_known = values.iter().any(|value| !value.is_null()) || !item.is_object();
        is_known.then(|| Value::Array(values).to_string())
    }

    fn limits(&mut self, value: &Value, limits: &Limits, built_in: bool) {
        let mut wrong = |what: String| {
            self.found.push(Violation { path: self.path.clone(), problem: Problem::Value(what) });
        };
        let broken = if built_in { format::broken } else { format::broken_custom };
        if let Some(what) = limits.format.as_deref().and_then(|format| broken(format, value)) {
            wrong(what.to_owned());
        }
        // An empty text is one that was not given, in Go.
        let is_unset = built_in && value.as_str() == Some("");
        if !limits.one_of.is_empty() && !limits.one_of.contains(value) && !is_unset {
            let allowed: Vec<String> = limits.one_of.iter().map(plainly).collect();
            wrong(one_of(allowed.iter().map(String::as_str)));
        }
        match value {
            Value::Number(number) => {
                let number = number.as_f64().unwrap_or(f64::NAN);
                let (least, greatest) = (limits.minimum, limits.maximum);
                let too_small = least.is_some_and(|(least, out)| number < least || out && number == least);
                let too_large = greatest.is_some_and(|(most, out)| number > most || out && number == most);
                if too_small || too_large {
                    let bound = |(bound, out), including, excluding: &str| {
                        format!("{} {bound}", if out { excluding } else { including })
                    };
                    wrong(match (least, greatest) {
                        (Some((least, false)), Some((most, false))) => format!("from {least} to {most}"),
                        (Some(least), _) if too_small => bound(least, "at least", "more than"),
                        (_, Some(most)) => bound(most, "at most", "less than"),
                        (_, None) => "another number".to_owned(),
                    });
                }
                if let Some(step) = limits.multiple_of
                    && step > 0.0
                    && !is_multiple(number, step)
                {
                    wrong(format!("a multiple of {step}"));
                }
            }
            Value::String(text) => {
                let length = text.chars().count() as u64;
                if let Some(count) = outside(length, limits.min_length, limits.max_length) {
                    wrong(format!("{count} characters"));
                }
                if let Some(pattern) = &limits.pattern
                    && pattern.matches(text) == Some(false)
                {
                    wrong(format!("text that matches {}", pattern.text()));
                }
            }
            Value::Array(items) => {
                if let Some(count) = outside(items.len() as u64, limits.min_items, limits.max_items) {
                    wrong(format!("a list of {count} items"));
                }
            }
            Value::Object(map) => {
                let count = outside(map.len() as u64, limits.min_properties, limits.max_properties);
                if let Some(count) = count {
                    wrong(format!("a map of {count} keys"));
                }
            }
            Value::Null | Value::Bool(_) => {}
        }
    }

    fn logic(&mut self, value: &Value, logic: &Logic, built_in: bool) {
        // A branch that leads back to itself holds if the rest does, as a circle of references does.
        if self.branches >= MAX_HOPS {
            return;
        }
        self.branches += 1;
        self.branched(value, logic, built_in);
        self.branches -= 1;
    }

    fn branched(&mut self, value: &Value, logic: &Logic, built_in: bool) {
        for node in &logic.all_of {
            self.value(value, node, built_in, Mode::Branch);
        }
        let holds = |nodes: &[Node]| nodes.iter().filter(|node| self.fits(value, node, built_in)).count();
        let any = logic.any_of.is_empty() || holds(&logic.any_of) > 0;
        let one = logic.one_of.is_empty() || holds(&logic.one_of) == 1;
        let not = logic.not.as_ref().is_none_or(|node| !self.fits(value, node, built_in));
        if !any {
            self.push(Problem::Combination(alternatives(&logic.any_of, "at least one")));
        }
        if !one {
            self.push(Problem::Combination(alternatives(&logic.one_of, "one")));
        }
        if !not {
            self.push(Problem::Combination("not what stands there".to_owned()));
        }
    }

    /// Whether a value holds to a branch of a schema.
    fn fits(&self, value: &Value, node: &Node, built_in: bool) -> bool {
        let Self { schemas, looks, branches, .. } = *self;
        let mut check = Check { schemas, path: Vec::new(), found: Vec::new(), looks, branches };
        check.value(value, node, built_in, Mode::Branch);
        check.found.is_empty()
    }

    fn rules(&mut self, value: &Value, node: &Node) {
        for rule in &node.rules {
            if let Some(message) = rule.broken(value, node, self.schemas) {
                self.push(Problem::Rule(message));
            }
        }
    }
}

/// Whether a number is a multiple of another, as `MultipleOf` of k8s.io/kube-openapi has it: 0.3 is one of 0.1, though
/// neither is exact.
fn is_multiple(number: f64, step: f64) -> bool {
    let times = if step < 1.0 { 1.0 / step * number } else { number / step };
    (times - times.trunc()).abs() <= times.abs() * 1e-9
}

/// What is allowed where a count is not.
fn outside(count: u64, least: Option<u64>, most: Option<u64>) -> Option<String> {
    match (least, most) {
        (Some(least), Some(most)) if !(least..=most).contains(&count) => Some(format!("{least} to {most}")),
        (Some(least), None) if count < least => Some(format!("at least {least}")),
        (None, Some(most)) if count > most => Some(format!("at most {most}")),
        _ => None,
    }
}

/// The fields between which a schema has one choose.
fn alternatives(nodes: &[Node], how_many: &str) -> String {
    let mut fields: Vec<&str> = Vec::new();
    for node in nodes {
        if let Shape::Map(map) = &node.shape {
            fields.extend(map.required.iter().map(|key| &**key));
        }
    }
    match fields.as_slice() {
        [] => format!("{how_many} of the forms that the schema has for it"),
        fields => format!("{how_many} of {}", fields.join(", ")),
    }
}

fn is_of_every_object(key: &str) -> bool {
    matches!(key, "apiVersion" | "kind" | "metadata")
}

/// A value of an `enum` as a person writes it.
fn plainly(value: &Value) -> String {
    match value {
        Value::String(text) if text.is_empty() => "\"\"".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

const QUANTITY: &str = "a quantity such as 500m, 1.5 or 2Gi";

fn expected(shape: &Shape, built_in: bool) -> &'static str {
    match shape {
        Shape::Any | Shape::Reference(_) => "anything",
        Shape::Map(_) => "a map",
        Shape::List { .. } => "a list",
        Shape::String => "a string",
        Shape::Integer if built_in => "a whole number, without a point",
        Shape::Integer => "a whole number",
        Shape::Number => "a number",
        Shape::Bool => "true or false",
        Shape::IntOrString => "a whole number or a string",
        Shape::Quantity => "a quantity",
    }
}

fn found(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a bool",
        Value::Number(number) if number.is_f64() => "a number with a point",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "a map",
    }
}
