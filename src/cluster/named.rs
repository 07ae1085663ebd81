//! The files that the units of a fleet name.

use std::collections::BTreeMap;

use super::Resolved;
use super::unit::FileRef;
use crate::diagnostic::Span;
use crate::source::RelPath;

/// Templates and manifests that units name, each with the expression that does: the first one, by cluster and unit.
#[derive(Clone, Debug, Default)]
pub struct Named {
    /// The templates.
    pub templates: BTreeMap<RelPath, Option<Span>>,
    /// The plain YAML files.
    pub manifests: BTreeMap<RelPath, Option<Span>>,
}

impl Named {
    /// Adds the files of one unit.
    pub(super) fn add(&mut self, templates: &[FileRef], manifests: &[FileRef]) {
        for (files, named) in [(templates, &mut self.templates), (manifests, &mut self.manifests)] {
            for file in files {
                named.entry(file.path.clone()).or_insert(file.span);
            }
        }
    }
}

impl Resolved {
    /// The files that its units name.
    pub fn named(&self) -> Named {
        let mut named = Named::default();
        for unit in self.clusters.iter().flat_map(|cluster| &cluster.units) {
            named.add(&unit.templates, &unit.manifests);
        }
        named
    }
}
