//! DestinationRules: their host, and the pods of their subsets: `subset`.
//!
//! Known: the Services and pods that the fleet renders. Subsets of hosts outside of the cluster, and of Services
//! whose pods somebody else makes, are not judged.

use super::index::{Index, NETWORKING};
use super::judge;
use super::registry::{self, Host, Registry};
use super::selection::Selection;
use super::virtual_service;
use crate::diagnostic::check::SUBSET;
use crate::validate::field::Field;
use crate::validate::finding::{Finding, Findings};

/// Looks at every DestinationRule.
pub fn check<'a>(index: &Index<'a>, registry: &Registry<'a>, findings: &mut Findings<'_>) {
    for entry in index.of_kind(NETWORKING, "DestinationRule") {
        let Some(field) = entry.at(&["spec", "host"]) else { continue };
        let Some(host) = field.text().filter(|host| !host.contains('*')) else { continue };
        let full = registry::complete(host, entry.namespace());
        if virtual_service::slip(&SUBSET, index, &field, &full, findings) {
            continue;
        }
        let service = match registry.find(index, host, entry.namespace()) {
            Host::Service(service) => service,
            Host::External => continue,
            found @ (Host::Missing | Host::Unknown) => {
                let (what, help, near) = virtual_service::missing(index, host, &full, entry.namespace());
                let message = format!("{} is for the host {}, which {what}", entry.short(), field.shown());
                let finding = Finding::new(&SUBSET, &field, message).label("this host");
                let finding = match help {
                    Some(help) => finding.help(help),
                    None => finding.help("name a Service that is rendered, or a host of a ServiceEntry"),
                };
                match (found, registry::service(&full)) {
                    (Host::Unknown, Some((_, namespace))) => {
                        judge::missing(index, namespace, finding, near, findings);
                    }
                    _ => findings.tell(finding),
                }
                continue;
            }
        };
        // Where no pod is known at all, the selector of the Service is what to mend.
        if index.behind(service).is_empty() {
            continue;
        }
        let Some(selector) = service.at(&["spec", "selector"]) else { continue };
        for subset in entry.root().list(&["spec", "subsets"]) {
            let Some(labels) = subset.get("labels").filter(Field::is_filled) else { continue };
            let selection = Selection::of_labels(&selector).and(&labels);
            if index.selected(Some(service.namespace()), &selection).is_empty() {
                let name = subset.get("name").map_or_else(|| subset.path(), |name| name.shown());
                let message = format!(
                    "the subset {name} selects no pod: none behind {} has the labels {}",
                    service.short(),
                    labels.shown_labels()
                );
                findings.tell(Finding::new(&SUBSET, &labels, message).label("these labels"));
            }
        }
    }
}
