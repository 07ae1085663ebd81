//! What may go wrong with a plan that nothing forbids: in the mesh, mostly.

use std::collections::BTreeMap;

use serde_json::Value;

use super::codes;
use super::needs::NETWORKING;
use super::permit::Look;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::object::ObjectRef;
use crate::validate::pod_template;

/// The group of Istio's security kinds.
const SECURITY: &str = "security.istio.io";

/// The group of webhooks.
const WEBHOOKS: &str = "admissionregistration.k8s.io";

/// The label that says which revision of Istio injects the sidecar.
const REVISION: &str = "istio.io/rev";

/// Warns of what is risky.
pub(super) fn check(look: &Look<'_>, found: &mut Diagnostics) {
    for (change, wanted) in look.written() {
        let object = &change.object;
        let live = look.state.live(object).map(|live| &live.object);
        let rendered = wanted.object;
        let is_strict = |spec: Option<&Value>| spec.is_some_and(is_strict);
        if object.is(SECURITY, "PeerAuthentication")
            && is_strict(rendered.get(&["spec"]))
            && !is_strict(live.and_then(|live| live.get("spec")))
        {
            let message = format!("{object} becomes STRICT: callers without a sidecar are shut out");
            found.push(look.warning(codes::STRICT, object, message).note(
                "it is written when all that this run, or one that did not end, writes before it is ready; other callers are not looked at",
            ));
        }
        if let Some(revision) = revision(object, rendered.body())
            && has_revision(look, revision) == Some(false)
        {
            let message = format!(
                "{object} asks for the revision \"{revision}\" of Istio, and nothing here injects its sidecar"
            );
            let problem = look.warning(codes::REVISION, object, message);
            found.push(problem.help("install that revision first, or name one that is there"));
        }
    }
    unchecked(look, found);
}

/// Whether the `spec` of a `PeerAuthentication` lets nobody in without a certificate, at one port at least.
pub(super) fn is_strict(spec: &Value) -> bool {
    let mode = |mtls: &Value| mtls.get("mode").and_then(Value::as_str) == Some("STRICT");
    let ports = spec.get("portLevelMtls").and_then(Value::as_object);
    spec.get("mtls").is_some_and(mode) || ports.is_some_and(|ports| ports.values().any(mode))
}

/// The revision that a namespace, or the pods of a workload, ask for.
fn revision<'v>(object: &ObjectRef, body: &'v serde_json::Map<String, Value>) -> Option<&'v str> {
    let path = match object.is("", "Namespace") {
        true => &[][..],
        false => pod_template(&object.group, &object.kind)?,
    };
    let metadata = match path.split_first() {
        None => body.get("metadata"),
        Some((first, rest)) => {
            let template = rest.iter().try_fold(body.get(*first)?, |value, key| value.get(key))?;
            template.get("metadata")
        }
    };
    metadata?.get("labels")?.get(REVISION)?.as_str()
}

/// Whether a webhook injects for a revision; none if it is not known.
fn has_revision(look: &Look<'_>, revision: &str) -> Option<bool> {
    let admission = look.state.admission.as_ref().ok()?;
    let installed = admission.webhooks.iter().any(|(_, webhook)| injects(webhook, revision));
    let rendered =
        look.wanted.objects.iter().filter(|(object, _)| object.is(WEBHOOKS, "MutatingWebhookConfiguration"));
    let webhooks = rendered.filter_map(|(_, wanted)| wanted.object.get(&["webhooks"])?.as_array());
    Some(installed || webhooks.flatten().any(|webhook| injects(webhook, revision)))
}

/// Whether a selector of a webhook names a revision.
fn injects(webhook: &Value, revision: &str) -> bool {
    ["namespaceSelector", "objectSelector"].iter().filter_map(|key| webhook.get(key)).any(|selector| {
        let label = selector.get("matchLabels").and_then(|labels| labels.get(REVISION));
        let expressions = selector.get("matchExpressions").and_then(Value::as_array);
        let mut values = expressions.into_iter().flatten().filter(|one| {
            one.get("key").and_then(Value::as_str) == Some(REVISION)
                && one.get("operator").and_then(Value::as_str) == Some("In")
        });
        label.and_then(Value::as_str) == Some(revision)
            || values.any(|one| {
                let values = one.get("values").and_then(Value::as_array);
                values.into_iter().flatten().any(|value| value.as_str() == Some(revision))
            })
    })
}

/// Warns where Istio's configuration would be taken unchecked.
fn unchecked(look: &Look<'_>, found: &mut Diagnostics) {
    let is_checked = |object: &ObjectRef| [NETWORKING, SECURITY].contains(&&*object.group);
    if !look.written().any(|(change, _)| is_checked(&change.object)) {
        return;
    }
    let is_one = |object: &ObjectRef| object.is(WEBHOOKS, "ValidatingWebhookConfiguration");
    let mut passing: BTreeMap<&str, Option<&ObjectRef>> = BTreeMap::new();
    let checks = look.state.admission.as_ref().ok().and_then(|admission| admission.checks.as_ref());
    for (name, webhook) in checks.into_iter().flatten() {
        if lets_pass(webhook) {
            passing.insert(name, None);
        }
    }
    for (object, wanted) in look.wanted.objects.iter().filter(|(object, _)| is_one(object)) {
        // istiod itself makes it `Fail` once it can answer.
        let webhooks = match look.state.live(object) {
            Some(live) => live.object.get("webhooks"),
            None => wanted.object.get(&["webhooks"]),
        };
        let webhooks = webhooks.and_then(Value::as_array).into_iter().flatten();
        if webhooks.into_iter().any(lets_pass) {
            passing.insert(&object.name, Some(object));
        }
    }
    for (name, rendered) in passing {
        let message = format!(
            "ValidatingWebhookConfiguration/{name} has the failurePolicy Ignore: while istiod is down, its configuration is taken unchecked"
        );
        let problem = match rendered {
            Some(object) => look.warning(codes::UNCHECKED, object, message),
            None => Diagnostic::warning(codes::UNCHECKED, message),
        };
        found.push(problem.help("wait until istiod is ready"));
    }
}

/// Whether a webhook that checks Istio's kinds lets pass what it cannot check.
fn lets_pass(webhook: &Value) -> bool {
    let is_ours =
        |group: &Value| group.as_str().is_some_and(|group| group == NETWORKING || group == SECURITY);
    let rules = webhook.get("rules").and_then(Value::as_array).into_iter().flatten();
    let mut groups = rules.filter_map(|rule| rule.get("apiGroups")?.as_array()).flatten();
    webhook.get("failurePolicy").and_then(Value::as_str) == Some("Ignore") && groups.any(is_ours)
}
