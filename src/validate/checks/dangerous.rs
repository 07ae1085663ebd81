//! Objects that can stop or take over a whole cluster: `dangerous`.
//!
//! Namespaces that belong to the cluster; webhooks that must answer before the cluster's own pods can start;
//! bindings of `cluster-admin`, and roles that allow everything; an APIService, whose API is gone when its pods are.
//! A CustomResourceDefinition is none of them: to add one harms nobody, and none is ever deleted unasked.

use super::index::Index;
use super::namespace::ALWAYS;
use super::selection::{Labels, Selection};
use crate::diagnostic::check::DANGEROUS;
use crate::validate::field::{Entry, Field};
use crate::validate::finding::{Finding, Findings};

const RBAC: &str = "rbac.authorization.k8s.io";

/// Groups of users that are anybody.
const ANYBODY: [&str; 3] = ["system:anonymous", "system:unauthenticated", "system:authenticated"];

/// Looks at the objects that can do harm beyond themselves.
pub fn check(index: &Index<'_>, findings: &mut Findings<'_>) {
    for entry in index.of_kind("", "Namespace").iter().filter(|entry| ALWAYS.contains(&entry.name())) {
        let field = entry.at_or_root(&["metadata", "name"]);
        let message = format!("the namespace {} belongs to the cluster itself", field.shown());
        tell(&field, message, "render no Namespace for it; put objects into it if need be", findings);
    }
    for kind in ["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"] {
        for entry in index.of_kind("admissionregistration.k8s.io", kind) {
            for webhook in entry.root().list(&["webhooks"]) {
                of_webhook(*entry, &webhook, findings);
            }
        }
    }
    for entry in index.of_kind(RBAC, "ClusterRoleBinding") {
        of_binding(*entry, findings);
    }
    for entry in index.of_kind(RBAC, "ClusterRole") {
        for rule in entry.root().list(&["rules"]) {
            let all = |list| rule.list(&[list]).iter().any(|item| item.text() == Some("*"));
            if all("apiGroups") && all("resources") && all("verbs") {
                let message = format!("{} allows everything", entry.short());
                tell(&rule, message, "name the groups, resources and verbs that are needed", findings);
            }
        }
    }
    for entry in index.of_kind("apiregistration.k8s.io", "APIService") {
        if let Some(service) = entry.at(&["spec", "service"]) {
            let message = format!("{} hands a part of the API to pods of the cluster", entry.short());
            tell(&service, message, "leave it to whoever runs those pods", findings);
        }
    }
}

fn tell(field: &Field<'_>, message: String, help: &str, findings: &mut Findings<'_>) {
    findings.tell(Finding::new(&DANGEROUS, field, message).label("this one").help(help));
}

fn of_webhook(entry: Entry<'_>, webhook: &Field<'_>, findings: &mut Findings<'_>) {
    // Fail is what admissionregistration.k8s.io/v1 takes where nothing is said.
    let fails = matches!(webhook.text_at(&["failurePolicy"]), None | Some("Fail"));
    let narrowed = ["objectSelector", "matchConditions"]
        .into_iter()
        .any(|key| webhook.get(key).is_some_and(|field| field.is_filled()));
    let system = Labels::from([("kubernetes.io/metadata.name", "kube-system")]);
    let elsewhere = webhook
        .get("namespaceSelector")
        .is_some_and(|selector| !Selection::of_selector(&selector).matches(&system));
    if !fails || narrowed || elsewhere {
        return;
    }
    for rule in webhook.list(&["rules"]) {
        let any = |list, wanted: &[&str]| {
            rule.list(&[list]).iter().filter_map(Field::text).any(|item| wanted.contains(&item))
        };
        if any("apiGroups", &["*", ""]) && any("resources", &["*", "*/*", "pods"]) {
            let message = format!(
                "{} must answer before pods of kube-system can start: when it is down, the cluster stays down",
                entry.short()
            );
            let help = "leave kube-system out with `namespaceSelector`, or set `failurePolicy` to Ignore";
            return tell(&rule, message, help, findings);
        }
    }
}

fn of_binding(entry: Entry<'_>, findings: &mut Findings<'_>) {
    if let Some(role) = entry.at(&["roleRef", "name"]).filter(|role| role.text() == Some("cluster-admin")) {
        let message = format!("{} gives away the whole cluster: the role cluster-admin", entry.short());
        tell(&role, message, "bind a role that allows only what is needed", findings);
    }
    for subject in entry.root().list(&["subjects"]) {
        if let Some(name) =
            subject.get("name").filter(|name| name.text().is_some_and(|name| ANYBODY.contains(&name)))
        {
            let message = format!("{} gives rights to anybody: {}", entry.short(), name.shown());
            tell(&name, message, "name the users, groups or ServiceAccounts that need them", findings);
        }
    }
}
