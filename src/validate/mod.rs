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

use crate::cluster::{Cluster, Excuses};
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::render::{Rendered, RenderedCluster, RenderedObject, RenderedUnit};
use finding::{Findings, Uses};
use unchecked::{Once, Unchecked};

/// Objects that were checked and in which nothing was found that stops; or what was made of them, cluster by cluster,
/// while they were there.
#[derive(Debug)]
pub struct Validated<T = Rendered>(T);

impl Validated {
    /// The objects.
    pub fn rendered(&self) -> &Rendered {
        &self.0
    }
}

impl<T> Validated<T> {
    /// What was made of them.
    pub fn into_made(self) -> T {
        self.0
    }
}

/// The line of a template or manifest that rendered the field at a path of an object, if it is known.
pub type Place<'a> = dyn Fn(&RenderedCluster, &RenderedUnit, &RenderedObject, &[&str]) -> Option<Span> + 'a;

/// What findings are judged by.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The excuses of the fleet.
    pub excuses: &'a Excuses,
    /// How many clusters the fleet has.
    pub clusters: usize,
    /// What was recorded of its clusters, by name.
    pub recorded: &'a BTreeMap<Arc<str>, Recorded>,
}

/// What was found on one cluster.
#[derive(Debug)]
pub struct Part {
    is_complete: bool,
    findings: Diagnostics,
    once: Once,
    unchecked: Unchecked,
    uses: Uses,
}

/// What came of checking.
#[derive(Debug)]
pub struct Checked<T = Rendered> {
    /// The objects, or what was made of them, if everything that was asked for did render and no error was found but by built-in checks:
    /// what is missing from a part must never look removed.
    pub validated: Option<Validated<T>>,
    /// All findings on the objects of all clusters.
    pub findings: Diagnostics,
    /// The excuses that were needed, those of the top level first.
    pub excused: Vec<Excused>,
}

/// Checks the objects of one cluster of the fleet. `place` finds the line that rendered a field.
pub fn cluster(
    rendered: &RenderedCluster,
    resolved: &Cluster,
    context: &Context<'_>,
    place: &Place<'_>,
) -> Part {
    let mut part = Part {
        is_complete: rendered.is_complete(),
        findings: Diagnostics::new(),
        once: Once::default(),
        unchecked: Unchecked::default(),
        uses: Uses::default(),
    };
    if let Some(known) = context.recorded.get(rendered.name()) {
        schemas::check(rendered, known, place, &mut part);
    }
    for object in rendered.units().iter().flat_map(|unit| unit.objects()) {
        let mut found = Diagnostics::new();
        metadata::check(object.object(), object.most_bytes(), object.secrets(), &mut found);
        for finding in found {
            let about = object.object().reference().to_string();
            let finding = finding.at(object.origin(), "rendered from here").about(about);
            part.findings.push(finding.on(rendered.name().clone()));
        }
    }
    let mut found = Findings::new(context.excuses, place, resolved, rendered, &mut part.uses);
    checks::check(resolved, rendered, &mut found);
    part.findings.append(found.told());
    part
}

/// Puts together what was found on the clusters that were rendered, one part for each; `made` is what they rendered, or
/// was made of it. `unused` are the templates that no unit renders. `whole`: whether every unit of the fleet was there
/// to be rendered. Else templates that none of the rest renders, and excuses that none of it needs, say nothing.
pub fn conclude<T>(
    made: T,
    parts: Vec<Part>,
    unused: &[Span],
    context: &Context<'_>,
    whole: bool,
) -> Checked<T> {
    let excuses = context.excuses;
    let mut uses = Uses::of_settings(excuses.iter());
    let (mut findings, mut once, mut unchecked) = (Diagnostics::new(), Once::default(), Unchecked::default());
    let complete = !parts.is_empty() && parts.iter().all(|part| part.is_complete);
    let all = whole && complete && parts.len() == context.clusters;
    for part in parts {
        findings.append(part.findings);
        once.merge(part.once);
        unchecked.merge(part.unchecked);
        uses.merge(part.uses);
    }
    findings.append(once.told());
    findings.append(unchecked.told());
    for span in unused.iter().filter(|_| whole) {
        findings.push(
            Diagnostic::warning(codes::UNUSED_TEMPLATE, "no unit renders this template")
                .at(*span, "this file")
                .help("name it in the `templates` of a unit, or take it out"),
        );
    }
    let mut excused = Vec::new();
    for excuse in excuses.iter() {
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
    let validated = (complete && !findings.stop()).then_some(Validated(made));
    Checked { validated, findings, excused }
}

#[cfg(test)]
mod tests;
