//! Units rendered again, with the templates that are read already: what becomes of one where the fleet is another.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::assemble::{self, Scopes};
use super::places::Kept;
use super::rendered::{Rendered, RenderedCluster, RenderedUnit};
use super::unit::Workshop;
use crate::cluster::{Cluster, Resolved, Unit};
use crate::object::Scope;
use crate::source::RelPath;

/// The templates and manifests of a fleet, and where the objects of each of its clusters live.
#[derive(Debug)]
pub struct Again {
    kept: Arc<Kept>,
    templates: RelPath,
    scopes: BTreeMap<Arc<str>, Scopes>,
}

/// One fleet, ready to have its units rendered.
pub struct Bench<'a> {
    fleet: &'a Resolved,
    workshop: Workshop<'a>,
    scopes: &'a BTreeMap<Arc<str>, Scopes>,
}

impl Rendered {
    /// What it was rendered with; `fleet` is what it was rendered from. `None` if the templates did not load.
    pub fn again(&self, fleet: &Resolved) -> Option<Again> {
        let kept = self.kept.clone()?;
        let scopes = self.clusters.iter().map(|cluster| (Arc::clone(&cluster.name), scopes_of(cluster)));
        Some(Again { kept, templates: fleet.templates.clone(), scopes: scopes.collect() })
    }
}

/// Where the objects of a cluster live, by their kinds.
fn scopes_of(cluster: &RenderedCluster) -> Scopes {
    let objects = cluster.units.iter().flat_map(|unit| &unit.objects).map(|rendered| &rendered.object);
    let scope =
        |namespace: Option<&str>| if namespace.is_some() { Scope::Namespaced } else { Scope::Cluster };
    objects
        .map(|object| ((object.group().to_owned(), object.kind().to_owned()), scope(object.namespace())))
        .collect()
}

impl Again {
    /// Another state of the fleet. `None` if its values are none that a template can take.
    pub fn bench<'a>(&'a self, fleet: &'a Resolved) -> Option<Bench<'a>> {
        let Kept { engine, manifests } = &*self.kept;
        let (workshop, unfit) = Workshop::of(fleet, engine, manifests);
        unfit.is_empty().then_some(Bench { fleet, workshop, scopes: &self.scopes })
    }

    /// Whether all files of a unit, in this state of the fleet, are read already.
    pub fn has(&self, fleet: &Resolved, unit: &Unit) -> bool {
        let Kept { engine, manifests } = &*self.kept;
        fleet.templates == self.templates
            && unit.templates.iter().all(|file| engine.template(&file.path).is_some())
            && unit.manifests.iter().all(|file| manifests.get(&file.path).is_some())
    }

    /// Whether a word stands in any template.
    pub fn mentions(&self, word: &str) -> bool {
        self.kept.engine.library().templates().iter().any(|template| template.text.contains(word))
    }
}

impl Bench<'_> {
    /// The unit on a cluster of this fleet; `None` if it does not render without an error. The unit may be another than
    /// the one that the cluster has. What other units render does not count: neither a name that is taken, nor a kind
    /// that only they define.
    pub fn unit(&self, cluster: &Cluster, unit: &Unit) -> Option<RenderedUnit> {
        let number = self.fleet.clusters.iter().position(|other| other.name == cluster.name)?;
        let (made, problems) = self.workshop.unit(self.fleet, number, cluster, unit);
        if !problems.is_empty() {
            return None;
        }
        let known = self.scopes.get(&cluster.name);
        let (rendered, problems) = assemble::cluster(cluster, vec![(unit, made)], true, known);
        problems.is_empty().then(|| rendered.units.into_iter().next()).flatten()
    }
}
