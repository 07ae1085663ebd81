//! Faults injected in production: `fault`.
//!
//! Known: the VirtualServices that the fleet renders, and the label `env` of the cluster.

use super::index::{Index, NETWORKING};
use crate::diagnostic::check::FAULT;
use crate::validate::finding::{Finding, Findings};

/// Looks at the routes of each VirtualService.
pub fn check(index: &Index<'_>, findings: &mut Findings<'_>) {
    if !index.is_production() {
        return;
    }
    for entry in index.of_kind(NETWORKING, "VirtualService") {
        for route in entry.root().list(&["spec", "http"]) {
            if let Some(fault) = route.get("fault") {
                let message = format!("{} delays or aborts requests in production", entry.short());
                findings.tell(Finding::new(&FAULT, &fault, message).label("this fault"));
            }
        }
    }
}
