//! AuthorizationPolicies: the pods they are about, and the callers they name: `authorization-policy`.
//!
//! Known: the pods, ServiceAccounts and Namespaces that the fleet renders. A caller in a namespace that the fleet
//! does not render whole may be there; a namespace of callers is told only where it looks like a slip for one that
//! the fleet renders.

use std::collections::BTreeSet;

use super::index::{Index, NETWORKING, ROOT_NAMESPACE, SECURITY};
use super::judge;
use super::namespace::ALWAYS;
use super::selection::Selection;
use super::selector;
use crate::diagnostic::check::AUTHORIZATION_POLICY;
use crate::diagnostic::suggest;
use crate::validate::field::Field;
use crate::validate::finding::{Finding, Findings};

/// Looks at every AuthorizationPolicy.
pub fn check(index: &Index<'_>, findings: &mut Findings<'_>) {
    let policies = index.of_kind(SECURITY, "AuthorizationPolicy");
    if policies.is_empty() {
        return;
    }
    let accounts = accounts(index);
    for entry in policies {
        if let Some(field) = entry.at(&["spec", "selector"]) {
            let anywhere = entry.namespace() == ROOT_NAMESPACE;
            let selection = Selection::of_selector(&field);
            selector::none(&AUTHORIZATION_POLICY, index, &field, &selection, anywhere, findings);
        }
        let one = entry.at(&["spec", "targetRef"]);
        for reference in one.into_iter().chain(entry.root().list(&["spec", "targetRefs"])) {
            target(index, &reference, findings);
        }
        for rule in entry.root().list(&["spec", "rules"]) {
            for from in rule.list(&["from"]) {
                for named in from.list(&["source", "principals"]) {
                    principal(index, &named, &accounts, false, findings);
                }
                for named in from.list(&["source", "notPrincipals"]) {
                    principal(index, &named, &accounts, true, findings);
                }
                for account in from.list(&["source", "serviceAccounts"]) {
                    let named =
                        account.text().map(|text| text.split_once('/').unwrap_or((entry.namespace(), text)));
                    caller(index, &account, named, &accounts, false, findings);
                }
                for namespace in from.list(&["source", "namespaces"]) {
                    namespace_of_callers(index, &namespace, findings);
                }
            }
        }
    }
}

/// The ServiceAccounts that are rendered, or that rendered pods run as: namespace and name.
fn accounts<'a>(index: &Index<'a>) -> BTreeSet<(&'a str, &'a str)> {
    let rendered = index.of_kind("", "ServiceAccount").iter().map(|entry| (entry.namespace(), entry.name()));
    let used = index
        .pods()
        .iter()
        .filter_map(|pods| Some((pods.entry.namespace(), pods.spec.text_at(&["serviceAccountName"])?)));
    rendered.chain(used).collect()
}

/// The kinds that a policy can be for by name: group and kind.
const TARGETS: [(&str, &str); 3] =
    [("", "Service"), ("gateway.networking.k8s.io", "Gateway"), (NETWORKING, "ServiceEntry")];

/// Looks at what a policy names as its target.
fn target<'a>(index: &Index<'a>, reference: &Field<'a>, findings: &mut Findings<'_>) {
    let entry = reference.entry();
    let (Some(kind), Some(field)) = (reference.text_at(&["kind"]), reference.get("name")) else { return };
    let group = reference.text_at(&["group"]).map_or("", |group| if group == "core" { "" } else { group });
    let (true, Some(name)) = (TARGETS.contains(&(group, kind)), field.text()) else { return };
    let namespace = entry.namespace();
    if index.get(group, kind, namespace, name).is_some() {
        return;
    }
    let message = format!("{} is for the {kind} {}, which is not there", entry.short(), field.shown());
    let finding = Finding::new(&AUTHORIZATION_POLICY, &field, message).label("this target");
    let here = index.of_kind(group, kind).iter().filter(|other| other.namespace() == namespace);
    let near = suggest(name, here.map(|other| other.name()));
    let finding = match near {
        Some(near) => finding.help(format!("did you mean \"{}\"?", near.escape_debug())),
        None => finding.help(format!("name a {kind} of the namespace that is rendered")),
    };
    judge::missing(index, namespace, finding, near.is_some(), findings);
}

/// Looks at a principal of callers, or, in `except`, of those that are not meant.
fn principal<'a>(
    index: &Index<'a>,
    field: &Field<'a>,
    accounts: &BTreeSet<(&str, &str)>,
    except: bool,
    findings: &mut Findings<'_>,
) {
    let Some(text) = field.text().filter(|text| !text.contains('*')) else { return };
    let account = of_principal(text);
    if account.is_some() {
        return caller(index, field, account, accounts, except, findings);
    }
    let message =
        format!("{} names the caller {}, and no caller is called so", field.entry().short(), field.shown());
    let finding = Finding::new(&AUTHORIZATION_POLICY, field, message).warning().label("this caller");
    let bare = text.strip_prefix("spiffe://").filter(|bare| of_principal(bare).is_some());
    findings.tell(match bare {
        Some(bare) => finding.help(format!("write {}", field.shown_as(bare))),
        None => finding.help("write TRUST-DOMAIN/ns/NAMESPACE/sa/NAME, such as cluster.local/ns/shop/sa/web"),
    });
}

/// Namespace and name of `TRUST-DOMAIN/ns/NAMESPACE/sa/NAME`.
fn of_principal(text: &str) -> Option<(&str, &str)> {
    let mut parts = text.split('/');
    let account = match (parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?) {
        (domain, "ns", namespace, "sa", name) if ![domain, namespace, name].contains(&"") => {
            (namespace, name)
        }
        _ => return None,
    };
    parts.next().is_none().then_some(account)
}

fn caller<'a>(
    index: &Index<'a>,
    field: &Field<'a>,
    account: Option<(&str, &str)>,
    accounts: &BTreeSet<(&str, &str)>,
    except: bool,
    findings: &mut Findings<'_>,
) {
    let Some((namespace, name)) = account else { return };
    let is_pattern = namespace.contains('*') || name.contains('*');
    if is_pattern || name == "default" || accounts.contains(&(namespace, name)) {
        return;
    }
    let message = format!(
        "{} names the caller {}, but nothing renders that ServiceAccount",
        field.entry().short(),
        field.shown()
    );
    let finding = Finding::new(&AUTHORIZATION_POLICY, field, message).label("this caller");
    let near = suggest(name, accounts.iter().filter(|(of, _)| *of == namespace).map(|(_, name)| *name));
    let finding = match near {
        Some(near) => finding.help(format!("did you mean \"{}\"?", near.escape_debug())),
        None => finding.help("render the ServiceAccount, or name one that is rendered"),
    };
    // Who is left out need not be there: only a slip is worth a look.
    match (except, near) {
        (true, Some(_)) => findings.tell(finding.warning()),
        (true, None) => {}
        (false, _) => judge::missing(index, namespace, finding, near.is_some(), findings),
    }
}

fn namespace_of_callers(index: &Index<'_>, field: &Field<'_>, findings: &mut Findings<'_>) {
    let Some(name) = field.text() else { return };
    let is_pattern = name.contains('*');
    if is_pattern || ALWAYS.contains(&name) || index.get("", "Namespace", "", name).is_some() {
        return;
    }
    let rendered = index.of_kind("", "Namespace").iter().map(|namespace| namespace.name());
    if let Some(near) = suggest(name, rendered) {
        let message = format!(
            "{} names callers of the namespace {}, which nothing renders",
            field.entry().short(),
            field.shown()
        );
        let finding = Finding::new(&AUTHORIZATION_POLICY, field, message).label("this namespace");
        findings.tell(finding.warning().help(format!("did you mean \"{near}\"?")));
    }
}
