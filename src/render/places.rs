//! Where the fields of rendered objects come from.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use super::context::Shared;
use super::convert::Variant;
use super::document::{expand, place};
use super::engine::Engine;
use super::manifest::Manifests;
use super::patch;
use super::rendered::{Rendered, RenderedCluster, RenderedObject, RenderedUnit};
use super::text::Text;
use crate::cluster::{Cluster, Resolved, Unit};
use crate::diagnostic::Span;
use crate::yaml::{self, Node, NodeKind};

/// The templates and manifests that a fleet was rendered with.
pub(super) struct Kept {
    pub engine: Engine,
    pub manifests: Manifests,
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Kept")
    }
}

/// Finds the line that a field of a rendered object comes from.
///
/// Nothing of it is kept while a fleet is rendered: a unit is rendered again, with every position, when it is
/// first asked about, so that a fleet in which nothing is wrong pays nothing.
pub struct Places<'a> {
    fleet: &'a Resolved,
    /// The one cluster that it is asked about, where the fleet itself does not hold its units.
    cluster: Option<&'a Cluster>,
    kept: Option<Arc<Kept>>,
    shared: RefCell<Option<Rc<Shared>>>,
    /// By cluster and file stem.
    units: RefCell<BTreeMap<(Arc<str>, String), Documents>>,
}

/// The objects of one unit on one cluster.
type Documents = Rc<Vec<Document>>;

/// One object as it was read, with positions.
#[derive(Debug)]
struct Document {
    node: Node,
    text: Rc<Text>,
}

impl Rendered {
    /// Where the fields of its objects come from; `fleet` is what it was rendered from.
    pub fn places<'a>(&self, fleet: &'a Resolved) -> Places<'a> {
        Places::new(fleet, None, self.kept.clone())
    }
}

impl<'a> Places<'a> {
    /// Of a fleet that was rendered with these templates.
    pub(super) fn new(fleet: &'a Resolved, cluster: Option<&'a Cluster>, kept: Option<Arc<Kept>>) -> Self {
        Self { fleet, cluster, kept, shared: RefCell::default(), units: RefCell::default() }
    }

    /// The line of the template, manifest or patch that gives the field at `path`, or the deepest field above
    /// it that is there; `None` if that is not known.
    pub fn of(
        &self,
        cluster: &RenderedCluster,
        unit: &RenderedUnit,
        object: &RenderedObject,
        path: &[&str],
    ) -> Option<Span> {
        let number = self.fleet.clusters.iter().position(|other| other.name == *cluster.name())?;
        let given = self.cluster.filter(|given| given.name == *cluster.name());
        let resolved = given.or(self.fleet.clusters.get(number))?;
        let owner = resolved.units.iter().find(|other| other.name.file_stem() == unit.file_stem())?;
        let patches = owner.settings.get("patch");
        let named = object.object().reference().short();
        if let Some(span) = patches.and_then(|patches| patch::gives(patches, &named, path)) {
            return Some(span);
        }
        let key = (Arc::clone(cluster.name()), unit.file_stem().to_owned());
        let known = self.units.borrow().get(&key).cloned();
        let documents = match known {
            Some(documents) => documents,
            None => {
                let documents = Rc::new(self.documents(number, resolved, owner)?);
                self.units.borrow_mut().insert(key, Rc::clone(&documents));
                documents
            }
        };
        let document = documents.iter().find(|document| document.is(object))?;
        document.text.origin(place(&document.node, path).start)
    }

    fn documents(&self, number: usize, cluster: &Cluster, unit: &Unit) -> Option<Vec<Document>> {
        let kept = self.kept.as_ref()?;
        let shared = Rc::clone(
            self.shared.borrow_mut().get_or_insert_with(|| Rc::new(Shared::of(self.fleet, Variant::Real).0)),
        );
        let (context, _) = shared.unit(number, cluster, unit, Variant::Real);
        let templates = unit.templates.iter().filter_map(|file| {
            let (_, template) = kept.engine.template(&file.path)?;
            kept.engine.render(template, &context).ok()
        });
        let manifests = unit.manifests.iter().filter_map(|file| kept.manifests.get(&file.path).cloned());
        let mut documents = Vec::new();
        for text in templates.chain(manifests) {
            let Ok(stream) = yaml::read(&text.text) else { continue };
            let text = Rc::new(text);
            let mut nodes = Vec::new();
            stream.documents.iter().for_each(|document| expand(&document.root, &mut nodes));
            let with_text = |node: &Node| Document { node: node.clone(), text: Rc::clone(&text) };
            documents.extend(nodes.into_iter().map(with_text));
        }
        Some(documents)
    }
}

impl Document {
    /// Whether it is this object: its namespace may have been given by the unit.
    fn is(&self, object: &RenderedObject) -> bool {
        let text = |path: &[&str]| {
            let node = path.iter().try_fold(&self.node, |node, key| node.get(key))?;
            match &node.kind {
                NodeKind::String(text) => Some(text.as_str()),
                _ => None,
            }
        };
        let object = object.object();
        text(&["kind"]) == Some(object.kind())
            && text(&["apiVersion"]) == Some(object.api_version())
            && text(&["metadata", "name"]) == Some(object.name())
            && text(&["metadata", "namespace"])
                .filter(|namespace| !namespace.is_empty())
                .is_none_or(|namespace| Some(namespace) == object.namespace())
    }
}
