//! Findings on rendered objects, without a network.

mod codes;
mod metadata;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::render::Rendered;

/// Objects that were checked and in which no error was found.
#[derive(Debug)]
pub struct Validated(Rendered);

impl Validated {
    /// The objects.
    pub fn rendered(&self) -> &Rendered {
        &self.0
    }
}

/// All findings on the objects of all clusters. The objects come back as checked if none is an error and
/// everything that was asked for did render: what is missing from a part must never look removed.
///
/// `whole` says whether every unit of the fleet was there to be rendered: else templates that none of the rest
/// renders say nothing.
pub fn check(rendered: Rendered, whole: bool) -> (Option<Validated>, Diagnostics) {
    let mut findings = Diagnostics::new();
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
    }
    for span in rendered.unused_templates().iter().filter(|_| whole) {
        findings.push(
            Diagnostic::warning(codes::UNUSED_TEMPLATE, "no unit renders this template")
                .at(*span, "this file")
                .help("name it in the `templates` of a unit, or take it out"),
        );
    }
    let clusters = rendered.clusters();
    let complete = !clusters.is_empty() && clusters.iter().all(|cluster| cluster.is_complete());
    let validated = (complete && !findings.has_errors()).then_some(Validated(rendered));
    (validated, findings)
}

#[cfg(test)]
mod tests;
