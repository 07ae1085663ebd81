//! When custom resources are ready: by what the fleet says, or by the conditions that they have in common.

use serde_json::Value;

use super::Readiness;
use super::live::{Condition, Live, one_line};
use crate::object::ReadyWhen;

/// Conditions that say that an object is as it is meant, the one that says most first.
const GOOD: [&str; 7] = ["Ready", "Programmed", "Available", "Healthy", "Succeeded", "Complete", "Accepted"];

/// Conditions that say that an object will not become as it is meant
/// ([kstatus](https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md#conditions)).
const STUCK: [&str; 2] = ["Stalled", "Failed"];

/// A custom resource that nothing is known of but its conditions.
pub fn custom(live: &Live<'_>) -> Readiness {
    if let Some(stuck) = stuck(live) {
        return stuck;
    }
    let reconciling = live.condition("Reconciling").filter(|condition| condition.is_true());
    if let Some(condition) = reconciling {
        return Readiness::not_yet(condition.told());
    }
    match good(live) {
        Some(condition) if condition.is_true() => Readiness::Ready,
        Some(condition) => Readiness::not_yet(condition.told()),
        None if live.conditions().next().is_none() && !live.items("/status/conditions").is_empty() => {
            Readiness::not_yet("its conditions are of an older generation")
        }
        None => Readiness::not_yet(unknown(live)),
    }
}

/// The condition that says most about whether an object is as it is meant.
pub fn good<'a>(live: &Live<'a>) -> Option<Condition<'a>> {
    GOOD.into_iter().find_map(|name| live.condition(name))
}

/// An object whose unit says when it is ready.
pub fn when(live: &Live<'_>, when: &ReadyWhen) -> Readiness {
    if let Some(stuck) = stuck(live) {
        return stuck;
    }
    match when {
        ReadyWhen::Exists => Readiness::Ready,
        ReadyWhen::Condition { name, status } => match live.condition(name) {
            Some(condition) if condition.status.eq_ignore_ascii_case(status) => Readiness::Ready,
            Some(condition) => Readiness::not_yet(condition.told()),
            None => Readiness::not_yet(format!("it has no condition {name} yet")),
        },
        ReadyWhen::Field { path, value } => {
            let found = path.iter().try_fold(live.0, |at, key| step(at, key));
            let shown = format!("`{}`", path.join("."));
            match found {
                Some(Value::String(text)) if **text == **value => Readiness::Ready,
                Some(Value::String(text)) => {
                    Readiness::not_yet(format!("{shown} is \"{}\", not \"{value}\"", one_line(text)))
                }
                Some(found @ (Value::Bool(_) | Value::Number(_))) if *found.to_string() == **value => {
                    Readiness::Ready
                }
                Some(found @ (Value::Bool(_) | Value::Number(_))) => {
                    Readiness::not_yet(format!("{shown} is {found}, not \"{value}\""))
                }
                Some(Value::Array(_) | Value::Object(_)) => {
                    Readiness::not_yet(format!("{shown} is no single value"))
                }
                Some(Value::Null) | None => Readiness::not_yet(format!("it has no {shown} yet")),
            }
        }
    }
}

/// A route of the Gateway API: every gateway that it names has accepted it, and its backends are found
/// ([conditions](https://gateway-api.sigs.k8s.io/reference/spec/#routestatus)).
pub fn route(live: &Live<'_>) -> Readiness {
    let parents = live.items("/status/parents");
    let named = live.items("/spec/parentRefs").len();
    if parents.len() < named.max(1) {
        let told = format!("{} of {named} gateways have looked at it", parents.len());
        return Readiness::not_yet(told);
    }
    for place in 0..parents.len() {
        let at = format!("/status/parents/{place}/conditions");
        let condition = |name: &str| live.conditions_at(&at).find(|condition| condition.name == name);
        match condition("Accepted") {
            Some(accepted) if accepted.is_true() => {}
            Some(accepted) => return Readiness::not_yet(accepted.told()),
            None => return Readiness::not_yet("a gateway has not accepted it yet"),
        }
        if let Some(resolved) = condition("ResolvedRefs").filter(|resolved| resolved.is_false()) {
            return Readiness::not_yet(resolved.told());
        }
    }
    Readiness::Ready
}

fn stuck(live: &Live<'_>) -> Option<Readiness> {
    let found = live.conditions().find(|condition| STUCK.contains(&condition.name) && condition.is_true());
    found.map(|condition| Readiness::failed(condition.told()))
}

fn step<'v>(at: &'v Value, key: &str) -> Option<&'v Value> {
    match at {
        Value::Object(map) => map.get(key),
        Value::Array(items) => items.get(key.parse::<usize>().ok()?),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

/// Why nobody can tell, and what to write so that somebody can.
fn unknown(live: &Live<'_>) -> String {
    let found: Vec<&str> = live.conditions().map(|condition| condition.name).collect();
    let has = match (live.0.get("status"), found.is_empty()) {
        (None, _) => "it has no status".to_owned(),
        (Some(_), true) => "its status has no condition".to_owned(),
        (Some(_), false) => {
            format!(
                "none of its conditions ({}) is known to say that it is ready",
                one_line(&found.join(", "))
            )
        }
    };
    let (group, kind) = (live.group(), live.kind());
    let key = if group.is_empty() { kind.to_owned() } else { format!("{kind}.{group}") };
    let says = match found.first() {
        Some(name) => format!("condition={}", one_line(name)),
        None => "create".to_owned(),
    };
    format!("{has}; say when it is in its unit: `ready_when = {{ \"{key}\" = \"{says}\" }}`")
}
