//! What one cluster is to hold.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::cluster::Applying;
use crate::diagnostic::Span;
use crate::object::{Digest, FieldPath, Named, Object, ObjectRef, Objects, PART_OF, base64_encode};
use crate::render::{RenderedCluster, RenderedObject};
use crate::validate::Validated;

/// The id of the set of objects that one fleet has in one cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetId {
    /// The namespace of the record.
    pub namespace: Arc<str>,
    /// The name of the Secret at its head.
    pub name: String,
    id: String,
}

impl SetId {
    /// Whether an object is the namespace of the record.
    pub fn is_namespace(&self, object: &ObjectRef) -> bool {
        object.is("", "Namespace") && object.name == self.namespace
    }

    /// That of a fleet whose record lives in this namespace. It follows from the name, namespace and kind of the
    /// Secret, as KEP-3659 has it, so that no other object can pretend to be its parent.
    pub fn of(fleet: &str, namespace: &Arc<str>) -> Self {
        let name = format!("fleetwright.{fleet}");
        let hash = Sha256::digest(format!("{name}.{namespace}.Secret.").as_bytes());
        let hash = base64_encode(&hash).replace('+', "-").replace('/', "_");
        let id = format!("applyset-{}-v1", hash.trim_end_matches('='));
        Self { namespace: Arc::clone(namespace), name, id }
    }

    /// The value of the labels.
    pub fn as_str(&self) -> &str {
        &self.id
    }
}

impl fmt::Display for SetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id)
    }
}

/// What one cluster is to hold.
#[derive(Clone, Debug)]
pub struct Wanted<'r> {
    /// The cluster of the fleet.
    pub cluster: Arc<str>,
    /// The set that its objects belong to.
    pub set: SetId,
    /// The objects.
    pub objects: Objects<WantedObject<'r>>,
    /// How the objects of each unit are to be applied, by the unit's address.
    pub units: BTreeMap<&'r str, &'r Applying>,
    /// The Namespaces and CustomResourceDefinitions that are to go once they are no longer rendered, named one by one
    /// by the person who applies: with them goes what is in them.
    pub deletes: Vec<Named>,
}

/// One object that is to be there.
#[derive(Clone, Copy, Debug)]
pub struct WantedObject<'r> {
    /// The object as it was rendered, secrets and all.
    pub object: &'r Object,
    /// The paths in it that are secret.
    pub secrets: &'r BTreeSet<FieldPath>,
    /// The unit that it belongs to, as `service.storefront`.
    pub unit: &'r str,
    /// The line that its document began on, if it is known.
    pub origin: Option<Span>,
}

impl<'r> Wanted<'r> {
    /// What was rendered for a cluster; `None` if it was not rendered.
    pub fn of(validated: &'r Validated, cluster: &str, set: SetId) -> Option<Self> {
        let rendered = validated.rendered().clusters().iter().find(|one| **one.name() == *cluster)?;
        let units = rendered.units().iter();
        let objects =
            units.flat_map(|unit| unit.objects().iter().map(move |object| (unit.address(), object)));
        let objects = objects.map(|(unit, object)| WantedObject::of(unit, object));
        let applying = rendered.units().iter().map(|unit| (unit.address(), &**unit.applying()));
        Some(Self { units: applying.collect(), ..Self::new(rendered.name(), set, objects) })
    }

    /// These objects. Of two with one reference, which rendering refuses, the first counts.
    pub fn new(cluster: &Arc<str>, set: SetId, objects: impl IntoIterator<Item = WantedObject<'r>>) -> Self {
        let mut all = Objects::new();
        for object in objects {
            // The first stays.
            match all.insert(object.object.reference().clone(), object) {
                Ok(()) | Err(_) => {}
            }
        }
        Self { cluster: Arc::clone(cluster), set, objects: all, units: BTreeMap::new(), deletes: Vec::new() }
    }
}

impl<'r> WantedObject<'r> {
    /// Those of a cluster.
    pub fn all(rendered: &'r RenderedCluster) -> impl Iterator<Item = Self> {
        let units = rendered.units().iter();
        units.flat_map(|unit| unit.objects().iter().map(|object| Self::of(unit.address(), object)))
    }

    fn of(unit: &'r str, rendered: &'r RenderedObject) -> Self {
        Self { object: rendered.object(), secrets: rendered.secrets(), unit, origin: Some(rendered.origin()) }
    }

    /// What is sent to the server: the object with the label of its set.
    pub fn body(&self, set: &SetId) -> Value {
        let mut body = self.object.body().clone();
        if let Some(Value::Object(metadata)) = body.get_mut("metadata") {
            let labels = metadata.entry("labels").or_insert(Value::Null);
            if labels.is_null() {
                *labels = Value::Object(serde_json::Map::new());
            }
            if let Value::Object(labels) = labels {
                labels.insert(PART_OF.to_owned(), Value::from(set.as_str()));
            }
        }
        Value::Object(body)
    }

    /// The digest of what was rendered, its version of the API included.
    pub fn digest(&self) -> Digest {
        Digest::of(&Value::Object(self.object.body().clone()))
    }

    /// What names it.
    pub fn reference(&self) -> &'r ObjectRef {
        self.object.reference()
    }
}
