//! The identity of pods: `service-account`.
//!
//! Known: the pod template, and the ServiceAccounts that the fleet renders. One that it does not render is told in
//! namespaces where it renders everything ([`Index::knows`]): an error where it looks like a slip for one that is
//! rendered, as the pods would never be made.

use super::index::{Index, Knows};
use super::pods::Pods;
use crate::diagnostic::check::SERVICE_ACCOUNT;
use crate::diagnostic::suggest;
use crate::validate::field::Field;
use crate::validate::finding::{Finding, Findings};

/// Looks at the ServiceAccount of these pods.
pub fn check<'a>(index: &Index<'a>, pods: &Pods<'a>, findings: &mut Findings<'_>) {
    let field = pods.spec.get("serviceAccountName").or_else(|| pods.spec.get("serviceAccount"));
    let (at, label) = match field {
        Some(field) => match field.text() {
            Some("" | "default") => (field, "the account that every pod has"),
            Some(name) => return named(index, &field, name, findings),
            None => return,
        },
        None => (pods.spec, "names no ServiceAccount"),
    };
    let message = "the pods run as the default ServiceAccount, as everything else in the namespace may";
    findings.tell(Finding::new(&SERVICE_ACCOUNT, &at, message).label(label));
}

fn named<'a>(index: &Index<'a>, field: &Field<'a>, name: &str, findings: &mut Findings<'_>) {
    let namespace = field.entry().namespace();
    let is_known = matches!(index.knows(namespace), Knows::All);
    if !is_known || index.get("", "ServiceAccount", namespace, name).is_some() {
        return;
    }
    let message = format!("nothing renders the ServiceAccount {}: without it no pod is made", field.shown());
    let finding = Finding::new(&SERVICE_ACCOUNT, field, message).label("this account");
    let here = index.of_kind("", "ServiceAccount").iter().filter(|one| one.namespace() == namespace);
    findings.tell(match suggest(name, here.map(|one| one.name())) {
        Some(near) => finding.error().help(format!("did you mean \"{}\"?", near.escape_debug())),
        None => finding.help("render the ServiceAccount"),
    });
}
