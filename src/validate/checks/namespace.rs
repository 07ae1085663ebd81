//! Objects in a namespace that nobody renders: `namespace`.
//!
//! Known: the Namespaces that the fleet renders on the cluster. A cluster on which it renders none gets them from
//! somebody else, and nothing is said. Those that every cluster has are there.

use std::collections::BTreeSet;

use super::index::Index;
use crate::diagnostic::check::NAMESPACE;
use crate::diagnostic::suggest;
use crate::validate::finding::{Finding, Findings};

/// The namespaces that every cluster has.
pub const ALWAYS: [&str; 4] = ["default", "kube-node-lease", "kube-public", "kube-system"];

/// Looks at the namespaces of all objects; one finding for each unit and namespace.
pub fn check(index: &Index<'_>, findings: &mut Findings<'_>) {
    let rendered: BTreeSet<&str> =
        index.of_kind("", "Namespace").iter().map(|namespace| namespace.name()).collect();
    if rendered.is_empty() {
        return;
    }
    let mut told = BTreeSet::new();
    for entry in index.entries() {
        let namespace = entry.namespace();
        let there = namespace.is_empty() || rendered.contains(namespace) || ALWAYS.contains(&namespace);
        if there || !told.insert((entry.unit.address(), namespace)) {
            continue;
        }
        let field = entry.at_or_root(&["metadata", "namespace"]);
        let message = format!("nothing renders the namespace {}", field.shown_as(namespace));
        let finding = Finding::new(&NAMESPACE, &field, message).label("in this namespace");
        findings.tell(match suggest(namespace, rendered.iter().copied()) {
            Some(near) => finding.help(format!("did you mean \"{near}\"?")),
            None => finding,
        });
    }
}
