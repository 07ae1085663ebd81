//! What a server does to objects on their way in, read off its configuration.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value, json};

use super::asked::Asked;
use super::channel::Channel;
use super::codes;
use super::connection::SIDE_BY_SIDE;
use super::discovery::{Discovery, Found};
use super::list::Listing;
use super::side_by_side::side_by_side;
use super::unknown::{Reason, Unknown};
use crate::diagnostic::Diagnostic;
use crate::plan::{Admission, Unread};

/// The group of what mutates.
pub(super) const GROUP: &str = "admissionregistration.k8s.io";

/// What the groups end with whose objects istiod checks.
const ISTIO: &str = ".istio.io";

/// The groups that servers have of their own: what is in any other is perhaps custom.
const BUILT_IN: [&str; 22] = [
    "",
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "apiregistration.k8s.io",
    "apps",
    "authentication.k8s.io",
    "authorization.k8s.io",
    "autoscaling",
    "batch",
    "certificates.k8s.io",
    "coordination.k8s.io",
    "discovery.k8s.io",
    "events.k8s.io",
    "extensions",
    "flowcontrol.apiserver.k8s.io",
    "networking.k8s.io",
    "node.k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
    "resource.k8s.io",
    "scheduling.k8s.io",
    "storage.k8s.io",
];

/// What is read of the objects of a list.
#[derive(Clone, Copy)]
enum Form {
    Definition,
    Namespace,
    Webhooks,
    /// A policy, or a binding of one.
    Policy(&'static str),
}

/// Labels or annotations.
type Texts = BTreeMap<String, String>;

/// What one object says.
enum Fact {
    Definition(String, String),
    /// Its name, labels and annotations, and since when it is being deleted.
    Namespace(String, Texts, Texts, Option<String>),
    Webhooks(Vec<(String, Value)>),
    Policy(Value),
}

impl Channel {
    /// Reads all of it, for objects of these groups: a number of lists that does not depend on theirs.
    pub async fn admission(
        self: &Arc<Self>,
        discovery: &Discovery,
        groups: &BTreeSet<Arc<str>>,
    ) -> Result<Admission, Unread> {
        let mut lists = vec![
            (Listing::new("v1", "namespaces").of_metadata(), Form::Namespace),
            (Listing::new(&format!("{GROUP}/v1"), "mutatingwebhookconfigurations"), Form::Webhooks),
        ];
        if groups.iter().any(|group| !BUILT_IN.contains(&&**group)) {
            let definitions = Listing::new("apiextensions.k8s.io/v1", "customresourcedefinitions");
            lists.push((definitions.of_metadata(), Form::Definition));
        }
        let mut failed = Vec::new();
        for kind in ["MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding"] {
            match discovery.find(GROUP, kind, &[]) {
                Found::Served(served) => {
                    lists.push((Listing::new(&served.api_version, &served.plural), Form::Policy(kind)));
                }
                Found::NotServed => {}
                Found::Unlisted => failed.push(self.unlisted(kind)),
                Found::Unread(unknown) => failed.push(unknown),
            }
        }
        let mut admission = Admission::default();
        match self.kubernetes().await {
            Ok(version) => admission.version = version,
            Err(unknown) => failed.push(unknown),
        }
        let ask = |(listing, form): (Listing, Form)| {
            let channel = Arc::clone(self);
            async move { channel.list(&listing, |item| form.read(item).map(Some)).await }
        };
        let asked = |(listing, _): &(Listing, Form)| listing.asked();
        let answers = side_by_side(&self.target, lists, SIDE_BY_SIDE, asked, ask, |_, facts| Ok(facts)).await;
        for answer in answers {
            match answer {
                Ok(facts) => facts.into_iter().for_each(|fact| note(&mut admission, fact)),
                Err(unknown) => failed.push(unknown),
            }
        }
        if let Some(unread) = Unknown::unread(&failed).into_iter().next() {
            return Err(unread);
        }
        if groups.iter().any(|group| group.ends_with(ISTIO)) {
            admission.checks = self.checks().await;
        }
        match admission.policies.iter().find(|policy| has_parameters(policy)) {
            None => Ok(admission),
            Some(policy) => Err(self.parameters(policy)),
        }
    }

    /// The webhooks that check objects. Who may not read them applies all the same: nothing is decided by them.
    async fn checks(&self) -> Option<Vec<(String, Value)>> {
        let listing = Listing::new(&format!("{GROUP}/v1"), "validatingwebhookconfigurations");
        let facts = self.list(&listing, |item| Form::Webhooks.read(item).map(Some)).await.ok()?;
        let webhooks = facts.into_iter().filter_map(|fact| match fact {
            Fact::Webhooks(webhooks) => Some(webhooks),
            Fact::Definition(..) | Fact::Namespace(..) | Fact::Policy(_) => None,
        });
        Some(webhooks.flatten().collect())
    }

    /// That of objects of a kind there is no list.
    pub fn unlisted(&self, kind: &str) -> Unknown {
        Unknown::new(&self.target, &Asked::get("/apis"), Reason::Unlisted(kind.to_owned()))
    }

    /// That what a policy does depends on other objects, which are not read.
    fn parameters(&self, policy: &Value) -> Unread {
        let name = self.safe(policy.get("name").and_then(Value::as_str).unwrap_or_default());
        let why = format!("the MutatingAdmissionPolicy {name} depends on parameters, which are not followed");
        let cluster = &self.target.cluster;
        let problem = Diagnostic::warning(codes::PARAMETERS, format!("cluster \"{cluster}\": {why}"));
        let problem = problem.on(cluster.clone()).note(self.target.to_string());
        let problem = problem.help("nothing is to be done: every object is held against a dry run instead");
        Unread { why, problem: Box::new(problem) }
    }
}

fn note(admission: &mut Admission, fact: Fact) {
    match fact {
        Fact::Definition(name, version) => {
            admission.definitions.insert(name, version);
        }
        Fact::Namespace(name, labels, annotations, ending) => {
            admission.ending.extend(ending.map(|since| (name.clone(), since)));
            admission.namespaces.insert(name.clone(), labels);
            admission.annotations.insert(name, annotations);
        }
        Fact::Webhooks(webhooks) => admission.webhooks.extend(webhooks),
        Fact::Policy(policy) => admission.policies.push(policy),
    }
}

/// Whether a policy, as it is kept here, takes parameters.
fn has_parameters(policy: &Value) -> bool {
    policy.pointer("/spec/paramKind").is_some_and(|kind| !kind.is_null())
}

impl Form {
    fn read(self, item: Value) -> Result<Fact, String> {
        let text = |path: &str| item.pointer(path).and_then(Value::as_str);
        let name = text("/metadata/name").ok_or("one of its items has no name")?.to_owned();
        match self {
            Self::Definition => {
                let generation = item.pointer("/metadata/generation").and_then(Value::as_u64);
                let (Some(uid), Some(generation)) = (text("/metadata/uid"), generation) else {
                    return Err("one of its items has no UID or generation".to_owned());
                };
                Ok(Fact::Definition(name, format!("{uid}/{generation}")))
            }
            Self::Namespace => {
                let texts = |path: &str| -> Texts {
                    let texts = item.pointer(path).and_then(Value::as_object).into_iter().flatten();
                    texts.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
                };
                let ending = text("/metadata/deletionTimestamp").map(str::to_owned);
                let (labels, annotations) = (texts("/metadata/labels"), texts("/metadata/annotations"));
                Ok(Fact::Namespace(name, labels, annotations, ending))
            }
            Self::Webhooks => {
                let webhooks = item.get("webhooks").and_then(Value::as_array);
                let webhooks = webhooks.into_iter().flatten().map(|webhook| (name.clone(), webhook.clone()));
                Ok(Fact::Webhooks(webhooks.collect()))
            }
            Self::Policy(kind) => {
                Ok(Fact::Policy(json!({ "kind": kind, "name": name, "spec": item.get("spec") })))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    #[test]
    fn of_each_object_that_is_kept_which_changes_what_is_done() {
        let shown = |form: Form, item: Value| match form.read(item) {
            Ok(Fact::Definition(name, version)) => format!("{name} {version}"),
            Ok(Fact::Namespace(name, labels, annotations, ending)) => {
                let all = labels.iter().chain(&annotations);
                let all: Vec<String> = all.map(|(key, value)| format!("{key}={value}")).collect();
                format!(
                    "{name} {}{}",
                    all.join(","),
                    ending.map(|since| format!(" ends {since}")).unwrap_or_default()
                )
            }
            Ok(Fact::Webhooks(webhooks)) => {
                let webhooks: Vec<String> =
                    webhooks.iter().map(|(name, hook)| format!("{name} {hook}")).collect();
                webhooks.join("\n")
            }
            Ok(Fact::Policy(policy)) => policy.to_string(),
            Err(what) => what,
        };
        let metadata = json!({ "name": "a", "uid": "u", "generation": 3, "labels": { "x": "y" }, "annotations": { "v": "w" } });
        assert_snapshot!(shown(Form::Definition, json!({ "metadata": metadata })), @"a u/3");
        assert_snapshot!(shown(Form::Definition, json!({ "metadata": { "name": "a" } })), @"one of its items has no UID or generation");
        assert_snapshot!(shown(Form::Namespace, json!({ "metadata": metadata })), @"a x=y,v=w");
        assert_snapshot!(shown(Form::Namespace, json!({ "metadata": { "name": "a", "deletionTimestamp": "T" } })), @"a  ends T");
        assert_snapshot!(shown(Form::Webhooks, json!({ "metadata": metadata, "webhooks": [{ "name": "w" }, { "name": "v" }] })), @r#"
        a {"name":"w"}
        a {"name":"v"}
        "#);
        assert_snapshot!(shown(Form::Policy("P"), json!({ "metadata": metadata, "spec": { "b": 1 }, "status": {} })), @r#"{"kind":"P","name":"a","spec":{"b":1}}"#);
        assert_snapshot!(shown(Form::Webhooks, json!({})), @"one of its items has no name");
    }

    #[test]
    fn a_policy_with_parameters_is_known() {
        for (spec, expected) in [
            (json!({}), false),
            (json!({ "paramKind": null }), false),
            (json!({ "paramKind": { "apiVersion": "v1", "kind": "ConfigMap" } }), true),
        ] {
            assert_eq!(has_parameters(&json!({ "name": "a", "spec": spec })), expected);
        }
    }
}
