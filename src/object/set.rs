//! An ordered set of objects.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::order::{ApplyOrder, apply_order};
use super::reference::ObjectRef;

/// Things that stand for objects, one for each [`ObjectRef`], in the order in which they are applied;
/// within one rank by group, kind, namespace and name.
#[derive(Clone, Debug, PartialEq)]
pub struct Objects<T>(BTreeMap<(ApplyOrder, ObjectRef), T>);

impl<T> Objects<T> {
    /// None yet.
    pub fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Adds one.
    ///
    /// # Errors
    /// The one that is already there under this reference, as it is; `item` is dropped.
    pub fn insert(&mut self, reference: ObjectRef, item: T) -> Result<(), &T> {
        match self.0.entry((apply_order(&reference), reference)) {
            Entry::Occupied(existing) => Err(existing.into_mut()),
            Entry::Vacant(place) => {
                place.insert(item);
                Ok(())
            }
        }
    }

    /// The one under this reference.
    pub fn get(&self, reference: &ObjectRef) -> Option<&T> {
        self.0.get(&(apply_order(reference), reference.clone()))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them in apply order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&ObjectRef, &T)> {
        self.0.iter().map(|((_, reference), item)| (reference, item))
    }

    /// All of them in apply order, owned.
    pub fn into_values(self) -> impl DoubleEndedIterator<Item = T> {
        self.0.into_values()
    }
}

impl<T> Default for Objects<T> {
    fn default() -> Self {
        Self::new()
    }
}
