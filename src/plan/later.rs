//! What the same run makes, so that nothing can be said yet about what needs it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::change::Why;
use super::state::{Kind, LiveState};
use super::wanted::{Wanted, WantedObject};
use crate::object::{Object, ObjectRef};

/// Namespaces and definitions of kinds that are rendered and that are not there, or not so.
#[derive(Default)]
pub(super) struct Makes {
    namespaces: BTreeSet<Arc<str>>,
    /// By group and kind: the name of the definition, and whether one is there already.
    definitions: BTreeMap<(String, String), (Arc<str>, bool)>,
    /// Those of which it is not known whether they are there.
    unclear: BTreeSet<ObjectRef>,
    unclear_kinds: BTreeMap<(String, String), Arc<str>>,
}

impl Makes {
    /// What is wanted of them and differs from what is there.
    pub fn of(wanted: &Wanted<'_>, state: &LiveState) -> Self {
        let mut makes = Self::default();
        for (reference, wanted_object) in wanted.objects.iter() {
            let live = match state.kind(reference) {
                Some(Kind::Listed { objects, .. }) => objects.get(reference),
                Some(Kind::Unread(_) | Kind::NotServed) | None => {
                    makes.unclear(reference, wanted_object);
                    continue;
                }
            };
            match (&*reference.group, &*reference.kind) {
                ("", "Namespace") if live.is_none() => {
                    makes.namespaces.insert(Arc::clone(&reference.name));
                }
                ("apiextensions.k8s.io", "CustomResourceDefinition") => {
                    let rendered = wanted_object.object.get(&["spec", "versions"]);
                    let is_same = live.is_some_and(|live| {
                        let live = live.object.pointer("/spec/versions");
                        live.zip(rendered).is_some_and(|(live, rendered)| says(live, rendered))
                    });
                    if let (false, Some(kind)) = (is_same, defined(wanted_object.object)) {
                        makes.definitions.insert(kind, (Arc::clone(&reference.name), live.is_some()));
                    }
                }
                _ => {}
            }
        }
        makes
    }

    /// Keeps in mind what is not known to be missing.
    fn unclear(&mut self, reference: &ObjectRef, wanted: &WantedObject<'_>) {
        match (&*reference.group, &*reference.kind) {
            ("", "Namespace") => drop(self.unclear.insert(reference.clone())),
            ("apiextensions.k8s.io", "CustomResourceDefinition") => {
                let kind = defined(wanted.object);
                self.unclear_kinds.extend(kind.map(|kind| (kind, Arc::clone(&reference.name))));
            }
            _ => {}
        }
    }

    /// Why it is not known whether an object has what it needs.
    pub fn doubt_of(&self, object: &ObjectRef) -> Option<Why> {
        if let Some(name) = self.unclear_kinds.get(&(object.group.to_string(), object.kind.to_string())) {
            return Some(Why::from(format!("its CustomResourceDefinition {name} could not be read")));
        }
        let namespace = object.namespace.as_ref()?;
        let is_unclear = self.unclear.iter().any(|unclear| unclear.name == *namespace);
        is_unclear.then(|| Why::from(format!("its namespace {namespace} could not be read")))
    }

    /// Why nothing can be said yet about an object in a namespace that is made first.
    pub fn namespace_of(&self, object: &ObjectRef) -> Option<Why> {
        let namespace = object.namespace.as_ref().filter(|namespace| self.namespaces.contains(*namespace))?;
        Some(Why::from(format!("its namespace {namespace} is created by the same run")))
    }

    /// Why nothing can be said yet about an object of a kind that is defined first.
    pub fn definition_of(&self, object: &ObjectRef) -> Option<Why> {
        let (name, is_there) = self.definitions.get(&(object.group.to_string(), object.kind.to_string()))?;
        let what = if *is_there { "changed" } else { "created" };
        Some(Why::from(format!("its CustomResourceDefinition {name} is {what} by the same run")))
    }

    /// The same, if the definition is there in another form.
    pub fn changed_definition_of(&self, object: &ObjectRef) -> Option<Why> {
        let (_, is_there) = self.definitions.get(&(object.group.to_string(), object.kind.to_string()))?;
        if *is_there { self.definition_of(object) } else { None }
    }
}

fn defined(definition: &Object) -> Option<(String, String)> {
    let text = |path: &[&str]| definition.get(path).and_then(Value::as_str).map(str::to_owned);
    Some((text(&["spec", "group"])?, text(&["spec", "names", "kind"])?))
}

/// Whether a live value says all that was rendered; the server fills in more.
fn says(live: &Value, rendered: &Value) -> bool {
    match (live, rendered) {
        (Value::Object(live), Value::Object(rendered)) => rendered
            .iter()
            .all(|(key, value)| value.is_null() || live.get(key).is_some_and(|live| says(live, value))),
        (Value::Array(live), Value::Array(rendered)) => {
            live.len() == rendered.len() && live.iter().zip(rendered).all(|(live, value)| says(live, value))
        }
        (live, rendered) => live == rendered,
    }
}
