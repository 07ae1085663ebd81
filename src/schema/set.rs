//! The schemas that hold on one cluster: what was recorded of it, and what the fleet brings along.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::kind::{GroupVersionKind, Served};
use super::node::{Node, Rest, Shape};
use super::read::{Dialect, node};
use super::record::{Index, package_of};
use super::{openapi, overlay};
use crate::object::{Object, Scope};

/// The definitions of one package.
#[derive(Clone, Debug, Default)]
pub struct Package {
    definitions: BTreeMap<Box<str>, Node>,
    /// Other packages that they refer to.
    refers_to: BTreeSet<String>,
}

impl Package {
    /// The package that the text of a file is.
    ///
    /// # Errors
    /// If it is no JSON.
    pub fn read(package: &str, text: &str) -> Result<Self, serde_json::Error> {
        let written: BTreeMap<String, Value> = serde_json::from_str(text)?;
        let mut read = Self::default();
        for (name, schema) in written {
            let full = format!("{package}.{name}");
            let dialect = if openapi::is_built_in(&full) { Dialect::BuiltIn } else { Dialect::Custom };
            let mut node = node(&schema, dialect);
            overlay::lay(&full, &mut node);
            targets(&node, &mut read.refers_to);
            read.definitions.insert(name.into(), node);
        }
        read.refers_to.remove(package);
        Ok(read)
    }

    /// The packages that its definitions refer to, without itself.
    pub fn refers_to(&self) -> &BTreeSet<String> {
        &self.refers_to
    }
}

fn targets(node: &Node, found: &mut BTreeSet<String>) {
    match &node.shape {
        Shape::Reference(target) => drop(found.insert(package_of(target).0.to_owned())),
        Shape::Map(fields) => {
            fields.properties.values().for_each(|field| targets(field, found));
            if let Rest::Each(each) = &fields.rest {
                targets(each, found);
            }
        }
        Shape::List { items, .. } => items.iter().for_each(|items| targets(items, found)),
        Shape::Any
        | Shape::String
        | Shape::Integer
        | Shape::Number
        | Shape::Bool
        | Shape::IntOrString
        | Shape::Quantity => {}
    }
}

/// The schemas of one cluster.
#[derive(Clone, Debug, Default)]
pub struct Schemas {
    index: Option<Arc<Index>>,
    packages: BTreeMap<String, Arc<Package>>,
    /// Kinds whose definition the fleet renders, by kind; `None` for what may hold anything.
    rendered: BTreeMap<GroupVersionKind, (Scope, Arc<Node>)>,
    /// The groups and kinds of them.
    defined: BTreeSet<(String, String)>,
}

/// What is known of a kind.
#[derive(Debug)]
pub enum Known<'a> {
    /// Its objects are held to this.
    Schema {
        /// The schema.
        node: &'a Node,
        /// Whether it is decoded as a Go type.
        built_in: bool,
        /// Where its objects live.
        scope: Scope,
    },
    /// The cluster serves the kind in other versions only, or in other groups.
    Elsewhere(Vec<GroupVersionKind>),
    /// The cluster has no such kind; these are near.
    Nowhere(Vec<GroupVersionKind>),
    /// It is not known, since nothing was recorded or its group could not be read.
    Unrecorded,
}

impl Schemas {
    /// What was recorded of a cluster.
    pub fn new(index: Arc<Index>, packages: BTreeMap<String, Arc<Package>>) -> Self {
        Self { index: Some(index), packages, ..Self::default() }
    }

    /// Adds the kinds that a CustomResourceDefinition of the fleet defines. They go before recorded ones: it is
    /// applied first.
    pub fn define(&mut self, definition: &Object) {
        let text = |path: &[&str]| definition.get(path).and_then(Value::as_str).map(str::to_owned);
        let (Some(group), Some(kind)) = (text(&["spec", "group"]), text(&["spec", "names", "kind"])) else {
            return;
        };
        let scope = match text(&["spec", "scope"]).as_deref() {
            Some("Cluster") => Scope::Cluster,
            _ => Scope::Namespaced,
        };
        self.defined.insert((group.clone(), kind.clone()));
        let versions = definition.get(&["spec", "versions"]).and_then(Value::as_array);
        for version in versions.into_iter().flatten() {
            let Some(name) = version.get("name").and_then(Value::as_str) else { continue };
            if version.get("served") != Some(&Value::Bool(true)) {
                continue;
            }
            let mut node = match version.pointer("/schema/openAPIV3Schema") {
                Some(schema) => node(schema, Dialect::Custom),
                None => Node::default(),
            };
            if let Shape::Map(fields) = &mut node.shape {
                let text = || Node { shape: Shape::String, typed: true, ..Node::default() };
                let metadata = Node { shape: Shape::Reference(META.into()), typed: true, ..Node::default() };
                fields.properties.insert("apiVersion".into(), text());
                fields.properties.insert("kind".into(), text());
                fields.properties.insert("metadata".into(), metadata);
                fields.properties.entry("status".into()).or_default().shape = Shape::Any;
            }
            let kind =
                GroupVersionKind { group: group.clone(), version: name.to_owned(), kind: kind.clone() };
            self.rendered.insert(kind, (scope, Arc::new(node)));
        }
    }

    /// Where the objects of each recorded kind live, by group and kind.
    pub fn scopes(&self) -> BTreeMap<(String, String), Scope> {
        let kinds = self.index.iter().flat_map(|index| &index.kinds);
        kinds.map(|(kind, served)| ((kind.group.clone(), kind.kind.clone()), served.scope)).collect()
    }

    /// What is known of a kind.
    pub fn known(&self, kind: &GroupVersionKind) -> Known<'_> {
        if let Some((scope, node)) = self.rendered.get(kind) {
            return Known::Schema { node, built_in: false, scope: *scope };
        }
        if self.defined.contains(&(kind.group.clone(), kind.kind.clone())) {
            let others =
                self.rendered.keys().filter(|other| other.group == kind.group && other.kind == kind.kind);
            return Known::Elsewhere(others.cloned().collect());
        }
        let Some(index) = &self.index else { return Known::Unrecorded };
        if let Some(Served { scope, definition }) = index.kinds.get(kind) {
            return match self.definition(definition) {
                Some(node) => {
                    Known::Schema { node, built_in: openapi::is_built_in(definition), scope: *scope }
                }
                None => Known::Unrecorded,
            };
        }
        if index.unread.contains(&kind.api_version()) {
            return Known::Unrecorded;
        }
        let named = || index.kinds.keys().chain(self.rendered.keys()).filter(|other| other.kind == kind.kind);
        let same: Vec<GroupVersionKind> =
            named().filter(|other| other.group == kind.group).cloned().collect();
        if !same.is_empty() {
            return Known::Elsewhere(same);
        }
        let others: Vec<GroupVersionKind> = named().cloned().collect();
        if !others.is_empty() {
            return Known::Elsewhere(others);
        }
        // Of a group that is not there, none is near.
        let of_group = index.kinds.keys().filter(|other| other.group == kind.group);
        let kinds: BTreeSet<&str> = of_group.map(|other| other.kind.as_str()).collect();
        let near = crate::diagnostic::suggest(&kind.kind, kinds);
        let near = near.map(|near| index.kinds.keys().filter(move |other| other.kind == near));
        Known::Nowhere(near.into_iter().flatten().cloned().collect())
    }

    /// The definition of this name, if it is there.
    pub fn definition(&self, name: &str) -> Option<&Node> {
        let (package, name) = package_of(name);
        self.packages.get(package)?.definitions.get(name)
    }

    /// The version of Kubernetes that was recorded, as `v1.36.3`.
    pub fn kubernetes(&self) -> Option<&str> {
        self.index.as_ref().map(|index| index.kubernetes.as_str())
    }
}

/// The definition of the metadata of every object.
pub(super) const META: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
