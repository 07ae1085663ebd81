//! The templates of a fleet, read, and its clusters rendered with them, one or several at a time.

use std::borrow::Borrow;
use std::sync::Arc;

use super::Options;
use super::assemble::{self, Scopes};
use super::engine::Engine;
use super::manifest::Manifests;
use super::places::{Kept, Places};
use super::rendered::{Rendered, RenderedCluster};
use super::unit::{Made, Workshop};
use super::usage::{self, Usage};
use crate::cluster::{Cluster, Named, Resolved, Unit};
use crate::diagnostic::{Diagnostics, SourceMap, Span};
use crate::parallel;
use crate::source::Sources;

/// The templates and manifests of a fleet, read and found to be without a fault of their own.
#[derive(Clone, Debug)]
pub struct Templates {
    kept: Arc<Kept>,
    usage: Usage,
}

/// A fleet, ready to be rendered.
pub struct Renderer<'a> {
    fleet: &'a Resolved,
    workshop: Workshop<'a>,
}

impl Templates {
    /// Reads those of a fleet; there are none where one has an error. `named` are those that its units name.
    pub fn load(
        fleet: &Resolved,
        named: &Named,
        sources: &Sources,
        map: &mut SourceMap,
    ) -> (Option<Self>, Diagnostics) {
        let (engine, mut problems) = Engine::load(&fleet.templates, named, sources, map);
        let (manifests, unread) = Manifests::load(named, sources, map);
        problems.append(unread);
        let engine = engine.filter(|_| problems.is_empty());
        let usage = |engine: &Engine| usage::of(named, engine.library());
        (
            engine.map(|engine| Self { usage: usage(&engine), kept: Arc::new(Kept { engine, manifests }) }),
            problems,
        )
    }

    /// A fleet with these templates.
    ///
    /// # Errors
    /// If one of its clusters' values is none that a template can take.
    pub fn renderer<'a>(&'a self, fleet: &'a Resolved) -> Result<Renderer<'a>, Diagnostics> {
        let Kept { engine, manifests } = &*self.kept;
        let (workshop, unfit) = Workshop::of(fleet, engine, manifests);
        if unfit.is_empty() { Ok(Renderer { fleet, workshop }) } else { Err(unfit) }
    }

    /// Where the fields of the objects of one of the fleet's clusters come from.
    pub fn places<'a>(&self, fleet: &'a Resolved, cluster: &'a Cluster) -> Places<'a> {
        Places::new(fleet, Some(cluster), Some(Arc::clone(&self.kept)))
    }

    /// The first byte of each template that no unit of the fleet renders or includes, as
    /// [`Rendered::unused_templates`] has them.
    pub fn unused(&self) -> &[Span] {
        &self.usage.unused
    }

    /// Clusters of a fleet that were rendered with these templates, sorted by name.
    pub fn rendered(&self, clusters: Vec<RenderedCluster>) -> Rendered {
        let Usage { used, unused } = self.usage.clone();
        Rendered { clusters, used, unused, kept: Some(Arc::clone(&self.kept)) }
    }
}

impl Renderer<'_> {
    /// Renders the clusters that are asked for, several at a time, and does with each what `work` does: what it rendered,
    /// and what is wrong with it. The results are in the order of the names. `complete` gives the cluster with a number
    /// with its units, as something that need not live longer than the work on it.
    pub fn each<C: Borrow<Cluster>, R: Send>(
        &self,
        options: &Options,
        complete: impl Fn(usize) -> Option<C> + Sync,
        work: impl Fn(C, RenderedCluster, Diagnostics) -> R + Sync,
    ) -> Vec<R> {
        let is_asked =
            |cluster: &Cluster| options.clusters.as_ref().is_none_or(|names| names.contains(&cluster.name));
        let clusters = self.fleet.clusters.iter().enumerate();
        let asked: Vec<usize> =
            clusters.filter(|(_, cluster)| is_asked(cluster)).map(|(number, _)| number).collect();
        let one = |number: &usize, threads| {
            let cluster = complete(*number)?;
            let known = options.scopes.get(&cluster.borrow().name);
            let (rendered, found) = self.cluster(*number, cluster.borrow(), threads, known);
            Some(work(cluster, rendered, found))
        };
        // As long as each thread has a cluster of its own, none waits for another.
        if asked.len() < options.threads {
            return asked.iter().filter_map(|asked| one(asked, options.threads)).collect();
        }
        parallel::map(options.threads, &asked, |asked| one(asked, 1)).into_iter().flatten().collect()
    }

    fn cluster(
        &self,
        number: usize,
        cluster: &Cluster,
        threads: usize,
        known: Option<&Scopes>,
    ) -> (RenderedCluster, Diagnostics) {
        let asked: &[Unit] = if cluster.retired { &[] } else { &cluster.units };
        let made =
            parallel::map(threads, asked, |unit| self.workshop.unit(self.fleet, number, cluster, unit));
        let mut problems = Diagnostics::new();
        let mut units: Vec<(&Unit, Vec<Made>)> = Vec::with_capacity(made.len());
        for (unit, (objects, failed)) in asked.iter().zip(made) {
            problems.append(failed);
            units.push((unit, objects));
        }
        let (rendered, failed) = assemble::cluster(cluster, units, !problems.has_errors(), known);
        problems.append(failed);
        (rendered, problems)
    }
}
