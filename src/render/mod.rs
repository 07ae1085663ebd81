//! Cluster and templates to objects: deterministic, without clock, environment, network or randomness.
//!
//! A template is loaded with markers, strictness and limits written into it ([`template`]); what it prints
//! is taken apart into text, the template line of every rendered line, and the strings that were spliced in
//! ([`text`]); the text is read once, checked against the splices ([`splice`]) and turned into objects
//! ([`document`]), patched ([`patch`]), and put together per cluster ([`assemble`]).
//!
//! [`filter`] is the reference of what templates may call, [`context`] and [`service`] of what they see.

mod again;
mod assemble;
mod block;
mod codes;
mod context;
mod convert;
mod document;
mod engine;
mod expression;
mod failure;
mod fault;
mod filter;
mod forbidden;
mod guard;
mod library;
mod limit;
mod manifest;
mod marker;
mod patch;
mod piece;
mod places;
mod reference;
mod rendered;
mod secret;
mod service;
mod skeleton;
mod splice;
mod syntax;
mod template;
mod text;
mod token;
mod undefined;
mod unit;
mod usage;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

pub use again::{Again, Bench};
pub use assemble::Scopes;
pub use places::Places;
pub use rendered::{Rendered, RenderedCluster, RenderedObject, RenderedUnit, Show};

use crate::cluster::{Cluster, Resolved, Unit};
use crate::diagnostic::{Diagnostics, SourceMap};
use crate::parallel;
use crate::source::Sources;
use engine::Engine;
use manifest::Manifests;
use places::Kept;
use unit::{Made, Workshop};

/// What to render, and with how much of the machine.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The clusters to render; all of them if `None`. Templates see all clusters in any case.
    pub clusters: Option<BTreeSet<Arc<str>>>,
    /// How many threads; 0 counts as 1. The result does not depend on it.
    pub threads: usize,
    /// Where the objects of custom kinds live that a cluster is known to have, by the cluster's name.
    pub scopes: BTreeMap<Arc<str>, Scopes>,
}

/// What is told while a fleet is rendered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// All units of a cluster that has any were rendered. Told in no fixed order, from any thread.
    Rendered {
        /// The name of the cluster.
        cluster: Arc<str>,
    },
}

/// Renders a fleet.
///
/// All errors of all clusters are reported. A cluster with an error is there with what did render, and says
/// so ([`RenderedCluster::is_complete`]); if templates do not load, there is no cluster at all.
pub fn render(
    fleet: &Resolved,
    sources: &Sources,
    map: &mut SourceMap,
    options: &Options,
    on_event: &(dyn Fn(Event) + Sync),
) -> (Rendered, Diagnostics) {
    let (engine, mut problems) = Engine::load(fleet, sources, map);
    let (manifests, unread) = Manifests::load(fleet, sources, map);
    problems.append(unread);
    let Some(engine) = engine.filter(|_| problems.is_empty()) else {
        return (Rendered::default(), problems);
    };
    let (workshop, unfit) = Workshop::of(fleet, &engine, &manifests);
    if !unfit.is_empty() {
        return (Rendered::default(), unfit);
    }
    let asked: Vec<(usize, &Cluster)> = fleet
        .clusters
        .iter()
        .enumerate()
        .filter(|(_, cluster)| options.clusters.as_ref().is_none_or(|names| names.contains(&cluster.name)))
        .collect();
    let jobs: Vec<(usize, &Cluster, &Unit)> = asked
        .iter()
        .filter(|(_, cluster)| !cluster.retired)
        .flat_map(|(number, cluster)| cluster.units.iter().map(|unit| (*number, *cluster, unit)))
        .collect();
    let waiting: BTreeMap<usize, AtomicUsize> =
        asked.iter().map(|(number, cluster)| (*number, AtomicUsize::new(cluster.units.len()))).collect();
    let made = parallel::map(options.threads, &jobs, |(number, cluster, unit)| {
        let made = workshop.unit(fleet, *number, cluster, unit);
        let left = waiting.get(number).map(|left| left.fetch_sub(1, Ordering::Relaxed));
        if left == Some(1) {
            on_event(Event::Rendered { cluster: cluster.name.clone() });
        }
        made
    });

    let mut rendered = Rendered::default();
    (rendered.used, rendered.unused) = usage::of(fleet, engine.library());
    let mut made = jobs.iter().map(|(number, ..)| *number).zip(made).peekable();
    let mut parts: Vec<Part<'_>> = Vec::with_capacity(asked.len());
    for (number, cluster) in asked {
        let mut part = Part { cluster, units: Vec::new(), complete: true };
        let mut units = cluster.units.iter();
        while let Some((_, (objects, failed))) = made.next_if(|(other, _)| *other == number) {
            part.complete &= !failed.has_errors();
            problems.append(failed);
            part.units.extend(units.next().map(|unit| (unit, objects)));
        }
        parts.push(part);
    }
    for part in parts {
        let known = options.scopes.get(&part.cluster.name);
        let (cluster, failed) = assemble::cluster(part.cluster, part.units, part.complete, known);
        problems.append(failed);
        rendered.clusters.push(cluster);
    }
    rendered.kept = Some(Arc::new(Kept { engine, manifests }));
    (rendered, problems)
}

/// What the units of one cluster made.
struct Part<'a> {
    cluster: &'a Cluster,
    units: Vec<(&'a Unit, Vec<Made>)>,
    complete: bool,
}

#[cfg(test)]
mod tests;
