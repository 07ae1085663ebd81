//! What of an object must not be shown.

use serde_json::Value;

use super::change::Shown;
use super::path::{Path, Step};
use crate::object::{FieldPath, MASK, ObjectRef};

/// The annotation in which `kubectl apply` keeps the whole object, in one text.
const LAST_APPLIED: [&str; 3] =
    ["metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration"];

/// How deep a value is shown; every reader of objects allows fewer levels.
pub(super) const MAX_DEPTH: usize = 150;

/// What of one object must not be shown: whole values, whatever is in them. In doubt more is hidden: a value of
/// another form than the one that holds a secret elsewhere is hidden as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hidden {
    is_secret: bool,
    paths: Vec<Vec<Key>>,
}

/// One step to a hidden value.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Key {
    /// This key of a map.
    Named(String),
    /// Any key of a map.
    Any,
    /// Any item of a list, or this key of a map: where the items of another object stand is not known.
    Item(String),
}

impl Hidden {
    /// What is hidden of an object: the values of a `Secret`, the annotation with which `kubectl apply` repeats an
    /// object, and the values at these paths, such as those of what was rendered and of what the record knows. The
    /// place of an item in such a path stands for all items of the list.
    pub fn of<'p>(object: &ObjectRef, paths: impl IntoIterator<Item = &'p FieldPath>) -> Self {
        let named = |name: &str| Key::Named(name.to_owned());
        let mut hidden = vec![LAST_APPLIED.map(named).to_vec()];
        let is_core_secret = object.is("", "Secret");
        if is_core_secret {
            hidden.extend(["data", "stringData"].map(|field| vec![named(field), Key::Any]));
        }
        let always = hidden.len();
        let step = |step: &String| match step.parse::<usize>() {
            Ok(_) => Key::Item(step.clone()),
            Err(_) => Key::Named(step.clone()),
        };
        // The names of a Secret's values are no secrets, as the rule above has it.
        let is_whole =
            |path: &FieldPath| matches!(path.as_slice(), [field] if field == "data" || field == "stringData");
        let paths = paths.into_iter().filter(|path| !(is_core_secret && is_whole(path)));
        hidden.extend(paths.map(|path| path.iter().map(step).collect()));
        Self { is_secret: is_core_secret || hidden.len() > always, paths: hidden }
    }

    /// Whether the object holds secrets, so that what a server says about it may repeat one.
    pub fn is_secret(&self) -> bool {
        self.is_secret
    }

    /// A value at a path as it may be shown.
    pub fn show(&self, path: &Path, value: Option<&Value>) -> Shown {
        let scope = path.0.iter().fold(self.root(), |scope, step| scope.step(step));
        match value {
            None => Shown::Absent,
            Some(value) => scope.show(value),
        }
    }

    /// A path as it may be shown: without the values of items that are hidden.
    pub fn path(&self, path: &Path) -> Path {
        let mut scope = self.root();
        let mut shown = Vec::with_capacity(path.0.len());
        for step in &path.0 {
            let below = scope.step(step);
            let masked = || Value::from(MASK);
            shown.push(match step {
                Step::Member(value) if below.hides(value) => Step::Member(masked()),
                Step::Item(keys) => {
                    let hidden = |key: &str, value: &Value| below.key(key).hides(value);
                    let shown = keys.iter().map(|(key, value)| {
                        (key.clone(), if hidden(key, value) { masked() } else { value.clone() })
                    });
                    Step::Item(shown.collect())
                }
                other => other.clone(),
            });
            scope = below;
        }
        Path(shown)
    }

    pub(super) fn root(&self) -> Scope<'_> {
        Scope { rests: self.paths.iter().map(Vec::as_slice).collect(), is_hidden: false }.settled()
    }
}

/// What is hidden at and below one place.
#[derive(Clone, Debug)]
pub(super) struct Scope<'h> {
    /// The ways from here to hidden values.
    rests: Vec<&'h [Key]>,
    /// Whether all of it is.
    is_hidden: bool,
}

impl Scope<'_> {
    fn settled(mut self) -> Self {
        self.is_hidden |= self.rests.iter().any(|rest| rest.is_empty());
        if self.is_hidden {
            self.rests.clear();
        }
        self
    }

    fn below(&self, leads: impl Fn(&Key) -> bool) -> Self {
        let rests = self.rests.iter().filter_map(|rest| match rest.split_first() {
            Some((first, rest)) if leads(first) => Some(rest),
            _ => None,
        });
        Self { rests: rests.collect(), is_hidden: self.is_hidden }.settled()
    }

    /// What is hidden at a key of a map.
    pub(super) fn key(&self, name: &str) -> Self {
        self.below(|key| match key {
            Key::Named(other) | Key::Item(other) => other == name,
            Key::Any => true,
        })
    }

    /// What is hidden of an item of a list. A path that leads into a map hides all of an item.
    pub(super) fn item(&self) -> Self {
        let is_map_elsewhere = |rest: &&[Key]| matches!(rest.first(), Some(Key::Named(_) | Key::Any));
        let mut scope = self.below(|key| matches!(key, Key::Item(_)));
        scope.is_hidden |= self.rests.iter().any(is_map_elsewhere);
        scope.settled()
    }

    fn step(&self, step: &Step) -> Self {
        match step {
            Step::Key(name) => self.key(name),
            Step::Item(_) | Step::Member(_) | Step::Index(_) => self.item(),
            Step::Order => self.clone(),
        }
    }

    /// Whether a value here is hidden as a whole. Where a path leads deeper, a scalar is another form of what holds
    /// the secret.
    pub(super) fn hides(&self, value: &Value) -> bool {
        self.is_hidden || !self.rests.is_empty() && !value.is_object() && !value.is_array()
    }

    /// A value here as it may be shown.
    pub(super) fn show(&self, value: &Value) -> Shown {
        if self.hides(value) {
            return Shown::Hidden;
        }
        let mut value = value.clone();
        self.mask(&mut value, 0);
        Shown::Value(value)
    }

    fn mask(&self, value: &mut Value, depth: usize) {
        if self.hides(value) || depth > MAX_DEPTH {
            *value = Value::from(MASK);
            return;
        }
        match value {
            Value::Object(map) => {
                map.iter_mut().for_each(|(name, value)| self.key(name).mask(value, depth + 1));
            }
            Value::Array(items) => {
                let scope = self.item();
                items.iter_mut().for_each(|item| scope.mask(item, depth + 1));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
}
