//! What stands behind a failure: the server is asked for it before the failure is told.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use super::codes;
use crate::diagnostic::Diagnostic;
use crate::live::{Proven, Reason, Unknown, Webhook};
use crate::object::ObjectRef;
use crate::plan::{Live, Rejection, Served};

/// What stands behind a failure.
pub(super) enum Trouble {
    /// The namespace of the object is being deleted.
    Ending {
        /// The namespace.
        namespace: Arc<str>,
        /// The server's words, as they may be told.
        why: Arc<str>,
    },
    /// A webhook could not be asked.
    Webhook(Box<Unknown>),
}

/// What is to be told of a failure.
pub(super) struct Told {
    /// The problem.
    pub problem: Diagnostic,
    /// Why, in a phrase.
    pub why: Arc<str>,
    /// Whether nothing more can be written.
    pub halts: bool,
}

impl Trouble {
    /// That an object is not taken as its namespace ends
    /// ([admission](https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#namespacelifecycle)).
    pub fn of_namespace(object: &ObjectRef, rejection: &Rejection, why: &Arc<str>) -> Option<Self> {
        let is_ending = rejection.causes.iter().any(|cause| cause.reason == "NamespaceTerminating");
        let namespace = object.namespace.as_ref().filter(|_| is_ending)?;
        Some(Self::Ending { namespace: Arc::clone(namespace), why: Arc::clone(why) })
    }

    /// That a webhook could not be asked, if that is what a server said: `failed calling webhook "NAME": …`.
    pub fn of_webhook(failure: &Unknown) -> Option<Self> {
        let Reason::Status { message, .. } = &failure.reason else { return None };
        let is_it = message.contains("failed calling webhook") || message.contains("conversion webhook");
        is_it.then(|| Self::Webhook(Box::new(failure.clone())))
    }

    /// What is told of it, for an object.
    pub async fn told(self, proven: &Proven, object: &ObjectRef) -> Told {
        match self {
            Self::Ending { namespace, why } => {
                // What cannot be read is not told: that the namespace ends is known without.
                let live = proven.object("v1", &namespaces(), &named(&namespace)).await.ok().flatten();
                let problem = ending(object, &namespace, live.as_ref(), proven.time());
                Told { problem, why, halts: false }
            }
            Self::Webhook(failure) => {
                let Reason::Status { message, .. } = &failure.reason else {
                    let why = Arc::from(failure.phrase());
                    return Told { problem: failure.diagnostic(), why, halts: true };
                };
                let name = message.split('"').nth(1).unwrap_or_default();
                let is_conversion = message.contains("conversion webhook");
                let webhook = if is_conversion { None } else { proven.webhook(name).await };
                let problem = silent(object, &failure, name, is_conversion, webhook.as_ref());
                Told { problem, why: Arc::from(failure.phrase()), halts: true }
            }
        }
    }
}

fn namespaces() -> Served {
    Served {
        api_version: Arc::from("v1"),
        versions: vec![Arc::from("v1")],
        plural: Arc::from("namespaces"),
        namespaced: false,
    }
}

fn named(namespace: &Arc<str>) -> ObjectRef {
    ObjectRef {
        group: Arc::from(""),
        kind: Arc::from("Namespace"),
        namespace: None,
        name: Arc::clone(namespace),
    }
}

/// That a namespace ends: since when, and what holds it
/// ([conditions](https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#namespacecondition-v1-core)).
fn ending(object: &ObjectRef, namespace: &str, live: Option<&Live>, now: Option<Timestamp>) -> Diagnostic {
    let message = format!("{object} was not written: namespace {namespace} is being deleted");
    let problem = Diagnostic::error(codes::NOT_WRITTEN, message);
    let problem = live.into_iter().flat_map(|live| held(live, now)).fold(problem, Diagnostic::note);
    problem.help("wait until it is gone, or end what holds it; then run the same command again")
}

fn held(live: &Live, now: Option<Timestamp>) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(since) = live.terminating() {
        let seconds = since.parse::<Timestamp>().ok().zip(now);
        let seconds = seconds.map(|(since, now)| now.as_second().saturating_sub(since.as_second()).max(0));
        let age = seconds.map(|seconds| format!(", for {seconds}s")).unwrap_or_default();
        notes.push(format!("since {since}{age}"));
    }
    let conditions = live.object.pointer("/status/conditions").and_then(Value::as_array);
    for condition in conditions.into_iter().flatten() {
        let text = |key: &str| condition.get(key).and_then(Value::as_str).unwrap_or_default();
        // All of them say what is left to do.
        if text("status") == "True" {
            notes.push(format!("{}: {}", text("type").escape_debug(), text("message").escape_debug()));
        }
    }
    let of_spec = live.object.pointer("/spec/finalizers").and_then(Value::as_array);
    let of_spec = of_spec.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
    let finalizers: Vec<String> = live.finalizers().into_iter().chain(of_spec).collect();
    if !finalizers.is_empty() {
        notes.push(format!("finalizers: {}", finalizers.join(", ").escape_debug()));
    }
    notes
}

/// That a webhook does not answer, and who should.
fn silent(
    object: &ObjectRef,
    failure: &Unknown,
    name: &str,
    is_conversion: bool,
    webhook: Option<&Webhook>,
) -> Diagnostic {
    let what = if is_conversion { "conversion webhook" } else { "webhook" };
    let text = format!(
        "{object} was not written: the {what} {name} does not answer, and nothing is written without it"
    );
    let problem =
        Diagnostic::error(codes::WEBHOOK, text).note(failure.phrase()).note(failure.target.to_string());
    let problem = match webhook {
        Some(Webhook { configuration, answers, failure_policy }) => {
            problem.note(format!("{configuration}: {answers} answers for it, failurePolicy {failure_policy}"))
        }
        None => problem,
    };
    let is_istiod =
        name.contains("istio.io") || webhook.is_some_and(|webhook| webhook.answers.contains("istiod"));
    problem.help(match is_istiod {
        true => "it is istiod: see whether its pods in istio-system run, then run the same command again",
        false => "see whether the service behind it runs, then run the same command again",
    })
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use serde_json::json;

    use super::*;

    fn told(problem: &Diagnostic) -> String {
        let notes = problem.notes.iter().map(|note| format!("  {note}\n")).collect::<String>();
        format!("{}\n{notes}  help: {}", problem.message, problem.help.as_deref().unwrap_or_default())
    }

    #[test]
    fn f34_of_a_namespace_that_ends_its_age_and_what_holds_it_are_told() {
        let live = Live {
            object: json!({
                "metadata": { "name": "shop", "deletionTimestamp": "2026-03-01T10:00:00Z", "finalizers": ["example.com/held"] },
                "spec": { "finalizers": ["kubernetes"] },
                "status": { "phase": "Terminating", "conditions": [
                    { "type": "NamespaceDeletionContentFailure", "status": "False", "message": "all content is deleted" },
                    { "type": "NamespaceFinalizersRemaining", "status": "True", "message": "Some content in the namespace has finalizers remaining: example.com/a in 1 resource instances" },
                ] },
            }),
        };
        let object = ObjectRef {
            group: Arc::from(""),
            kind: Arc::from("ConfigMap"),
            namespace: Some(Arc::from("shop")),
            name: Arc::from("web"),
        };
        let now = "2026-03-01T10:05:00Z".parse().unwrap();
        assert_snapshot!(told(&ending(&object, "shop", Some(&live), Some(now))), @"
        shop/ConfigMap/web was not written: namespace shop is being deleted
          since 2026-03-01T10:00:00Z, for 300s
          NamespaceFinalizersRemaining: Some content in the namespace has finalizers remaining: example.com/a in 1 resource instances
          finalizers: example.com/held, kubernetes
          help: wait until it is gone, or end what holds it; then run the same command again
        ");
        assert_snapshot!(told(&ending(&object, "shop", None, None)), @"
        shop/ConfigMap/web was not written: namespace shop is being deleted
          help: wait until it is gone, or end what holds it; then run the same command again
        ");
    }
}
