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
mod cut;
mod document;
mod engine;
mod expression;
mod failure;
mod fault;
mod filter;
mod forbidden;
mod guard;
mod hollow;
mod library;
mod limit;
mod manifest;
mod marker;
mod patch;
mod piece;
mod places;
mod reference;
mod rendered;
mod renderer;
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

pub use again::{Again, Bench};
pub use assemble::Scopes;
pub use places::Places;
pub use rendered::{Rendered, RenderedCluster, RenderedObject, RenderedUnit, Show};
pub use renderer::{Renderer, Templates};

use crate::cluster::Resolved;
use crate::diagnostic::{Diagnostics, SourceMap};
use crate::source::Sources;

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

/// Renders a fleet.
///
/// All errors of all clusters are reported. A cluster with an error is there with what did render, and says
/// so ([`RenderedCluster::is_complete`]); if templates do not load, there is no cluster at all.
pub fn render(
    fleet: &Resolved,
    sources: &Sources,
    map: &mut SourceMap,
    options: &Options,
) -> (Rendered, Diagnostics) {
    let (templates, mut problems) = Templates::load(fleet, &fleet.named(), sources, map);
    let Some(templates) = templates else { return (Rendered::default(), problems) };
    let renderer = match templates.renderer(fleet) {
        Ok(renderer) => renderer,
        Err(unfit) => return (Rendered::default(), unfit),
    };
    let rendered =
        renderer.each(options, |number| fleet.clusters.get(number), |_, cluster, found| (cluster, found));
    let mut clusters = Vec::with_capacity(rendered.len());
    for (cluster, found) in rendered {
        clusters.push(cluster);
        problems.append(found);
    }
    (templates.rendered(clusters), problems)
}

#[cfg(test)]
mod tests;
