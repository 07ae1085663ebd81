//! Findings on rendered objects, without a network.

mod checks;
mod codes;
mod field;
mod finding;
mod metadata;
mod schemas;
mod unchecked;
mod violation;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use checks::{full_host, host_patterns, pod_template};
pub use finding::Excused;
pub use schemas::Recorded;

use crate::cluster::Resolved;
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::render::{Rendered, RenderedCluster, RenderedObject, RenderedUnit};
use finding::{Findings, Uses};

/// Objects that were checked and in which nothing was found that stops.
#[derive(Debug)]
pub struct Validated(Rendered);

impl Validated {
    /// The objects.
    pub fn rendered(&self) -> &Rendered {
        &self.0
    }
}

/// The line of a template or manifest that rendered the field at a path of an object, if it is known.
pub type Place<'a> = dyn Fn(&RenderedCluster, &RenderedUnit, &RenderedObject, &[&str]) -> Option<Span> + 'a;

/// What findings are judged and placed by.
pub struct Context<'a> {
    /// The fleet that was rendered: its clusters, and its excuses.
    pub fleet: &'a Resolved,
    /// Whether every unit of the fleet was there to be rendered. Else templates that none of the rest renders,
    /// and excuses that none of it needs, say nothing.
    pub whole: bool,
    /// What was recorded of its clusters, by name.
    pub recorded: &'a BTreeMap<Arc<str>, Recorded>,
    /// Finds the line that rendered a field.
    pub place: &'a Place<'a>,
}

/// What came of checking.
#[derive(Debug)]
pub struct Checked {
    /// The objects, if everything that was asked for did render and no error was found but by built-in checks:
    /// what is missing from a part must never look removed.
    pub validated: Option<Validated>,
    /// All findings on the objects of all clusters.
    pub findings: Diagnostics,
    /// The excuses that were needed, those of the top level first.
    pub excused: Vec<Excused>,
}

/// Checks the objects of all clusters.
pub fn check(rendered: Rendered, context: &Context<'_>) -> Checked {
    let mut findings = schemas::check(&rendered, context);
    let mut uses = Uses::of_settings(context.fleet.excuses.iter());
    for cluster in rendered.clusters() {
        for object in cluster.units().iter().flat_map(|unit| unit.objects()) {
            let mut found = Diagnostics::new();
            metadata::check(object.object(), object.secrets(), &mut found);
            for finding in found {
                let about = object.object().reference().to_string();
                let finding = finding.at(object.origin(), "rendered from here").about(about);
                findings.push(finding.on(cluster.name().clone()));
            }
        }
        let Some(resolved) = context.fleet.clusters.iter().find(|one| one.name == *cluster.name()) else {
            continue;
        };
        let mut found = Findings::new(context, resolved, cluster, &mut uses);
        checks::check(resolved, cluster, &mut found);
        findings.append(found.told());
    }
    let clusters = rendered.clusters();
    let complete = !clusters.is_empty() && clusters.iter().all(|cluster| cluster.is_complete());
    let all = context.whole && complete && clusters.len() == context.fleet.clusters.len();
    for span in rendered.unused_templates().iter().filter(|_| context.whole) {
        findings.push(
            Diagnostic::warning(codes::UNUSED_TEMPLATE, "no unit renders this template")
                .at(*span, "this file")
                .help("name it in the `templates` of a unit, or take it out"),
        );
    }
    let mut excused = Vec::new();
    for excuse in context.fleet.excuses.iter() {
        match uses.of(excuse) {
            Some(needed) => {
                excused.push(needed);
                for unused in uses.unused_patterns(excuse).into_iter().filter(|_| all) {
                    findings.push(unused);
                }
            }
            None if all => findings.push(excuse.unused()),
            None => {}
        }
    }
    let validated = (complete && !findings.stop()).then_some(Validated(rendered));
    Checked { validated, findings, excused }
}

#[cfg(test)]
mod tests;
