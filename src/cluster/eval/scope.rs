//! The names that an expression sees.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::reference::Reference;
use crate::cluster::{Kind, Value};

/// Why something that exists has no value where an expression stands, and what to do then.
#[derive(Clone, Copy, Debug)]
pub struct Absent {
    /// The end of a sentence: `it differs from cluster to cluster`.
    pub why: &'static str,
    /// The next step.
    pub help: &'static str,
}

/// By root and name.
type AbsentNames = BTreeMap<(Arc<str>, Arc<str>), Absent>;

/// The names that an expression sees: `var`, `local`, `cluster` and so on, and those that it would see
/// elsewhere.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    roots: BTreeMap<Arc<str>, Value>,
    absent: BTreeMap<Arc<str>, Absent>,
    absent_names: Arc<AbsentNames>,
    failed: Arc<BTreeMap<Arc<str>, BTreeSet<Arc<str>>>>,
}

impl Scope {
    /// No names at all.
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives `root` a value, such as a map of all variables for `var`.
    pub fn set(&mut self, root: impl Into<Arc<str>>, value: Value) {
        let root = root.into();
        self.absent.remove(&root);
        self.roots.insert(root, value);
    }

    /// Gives `root.name` a value beside those that `root` has.
    pub fn insert(&mut self, root: &str, name: Arc<str>, value: Value) {
        if let Some(Value { kind: Kind::Map(names), .. }) = self.roots.get_mut(root) {
            Arc::make_mut(names).insert(name, value);
        } else {
            self.set(root, Value::new(Kind::Map(Arc::new(BTreeMap::from([(name, value)])))));
        }
    }

    /// Says why `root` has no value here.
    pub fn explain_absent(&mut self, root: impl Into<Arc<str>>, absent: Absent) {
        let root = root.into();
        self.roots.remove(&root);
        self.absent.insert(root, absent);
    }

    /// Says why `root.name` has no value here, for as long as `root` does not hold it.
    pub fn explain_absent_name(
        &mut self,
        root: impl Into<Arc<str>>,
        name: impl Into<Arc<str>>,
        absent: Absent,
    ) {
        Arc::make_mut(&mut self.absent_names).insert((root.into(), name.into()), absent);
    }

    /// Notes that `root.name` exists, but has no value because of a problem that is already reported: what
    /// refers to it has none either, and reports nothing.
    pub fn set_failed(&mut self, root: impl Into<Arc<str>>, name: impl Into<Arc<str>>) {
        Arc::make_mut(&mut self.failed).entry(root.into()).or_default().insert(name.into());
    }

    /// The same names and one more, such as `each`.
    pub fn child(&self, root: impl Into<Arc<str>>, value: Value) -> Self {
        let mut child = self.clone();
        child.set(root, value);
        child
    }

    /// Whether what an expression refers to has a value here.
    pub fn has(&self, reference: &Reference) -> bool {
        let Some(value) = self.roots.get(&reference.root) else { return false };
        let named = match (&reference.name, &value.kind) {
            (Some(name), Kind::Map(names)) => names.contains_key(name),
            // All of what there is: not where a cluster adds to it.
            (None, _) => !self.absent_names.keys().any(|(root, _)| *root == reference.root),
            (Some(_), _) => true,
        };
        named && !self.has_failed(&reference.root, reference.name.as_deref())
    }

    /// The value of a root.
    pub(super) fn get(&self, root: &str) -> Option<&Value> {
        self.roots.get(root)
    }

    /// Why a root has no value here.
    pub(super) fn why_absent(&self, root: &str) -> Option<Absent> {
        self.absent.get(root).copied()
    }

    /// Why `root.name` has no value here.
    pub(super) fn why_absent_name(&self, root: &str, name: &str) -> Option<Absent> {
        self.absent_names.get(&(Arc::from(root), Arc::from(name))).copied()
    }

    /// Whether `root.name`, or for `None` any name of `root`, failed earlier.
    pub(in crate::cluster) fn has_failed(&self, root: &str, name: Option<&str>) -> bool {
        self.failed.get(root).is_some_and(|names| name.is_none_or(|name| names.contains(name)))
    }

    /// The roots that have a value.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.roots.keys().map(|root| &**root)
    }
}
