//! What a rendered object may not carry: what the API server owns, and what says that another tool, or
//! fleetwright itself, owns the object.

use serde_json::Value;

use super::codes;
use crate::diagnostic::Code;
use crate::object::{FieldPath, Object};

/// One thing an object may not carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Forbidden {
    /// The field.
    pub path: FieldPath,
    /// The code of the error.
    pub code: Code,
    /// What is wrong.
    pub message: String,
    /// The next step.
    pub help: &'static str,
}

/// Fields of `metadata` that the API server sets, as it does `status` (Kubernetes API conventions, "Metadata").
const SERVER_FIELDS: [&str; 9] = [
    "managedFields",
    "resourceVersion",
    "uid",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "generation",
    "selfLink",
    "ownerReferences",
];

/// Fields that generators write with nothing in them, and that mean nothing then.
const EMPTY_FIELDS: [&[&str]; 3] =
    [&["status"], &["metadata", "creationTimestamp"], &["spec", "template", "metadata", "creationTimestamp"]];

/// The object without the fields that generators leave empty.
pub(super) fn tidied(object: Object) -> Object {
    EMPTY_FIELDS.iter().fold(object, |object, path| {
        let empty = object
            .get(path)
            .is_some_and(|value| value.is_null() || value.as_object().is_some_and(serde_json::Map::is_empty));
        if empty { object.without(path) } else { object }
    })
}

/// Everything that an object may not carry and does.
pub(super) fn check(object: &Object) -> Vec<Forbidden> {
    let mut found = Vec::new();
    let mut of_server = |path: &[&str]| {
        found.push(Forbidden {
            path: path.iter().map(|key| (*key).to_owned()).collect(),
            code: codes::SERVER_FIELD,
            message: match path.last() {
                Some(&"ownerReferences") => {
                    "`metadata.ownerReferences` names an owner by its UID, which no manifest can know"
                        .to_owned()
                }
                _ => format!("`{}` is set by the API server, not by a manifest", path.join(".")),
            },
            help: "take it out of the template or manifest",
        });
    };
    if object.get(&["status"]).is_some_and(|value| !value.is_null()) {
        of_server(&["status"]);
    }
    let metadata = object.get(&["metadata"]).and_then(Value::as_object);
    for (key, value) in metadata.into_iter().flatten() {
        if SERVER_FIELDS.contains(&key.as_str()) && !value.is_null() {
            of_server(&["metadata", key]);
        }
    }
    let labels = object.labels().map(|entry| ("labels", entry));
    for (field, (key, value)) in labels.chain(object.annotations().map(|entry| ("annotations", entry))) {
        let Some((code, owner, help)) = owner(key, value) else { continue };
        // What else a hook says goes with it.
        if key.starts_with("helm.sh/hook-") && object.annotations().any(|(key, _)| key == "helm.sh/hook") {
            continue;
        }
        let shown = key.escape_debug();
        found.push(Forbidden {
            path: vec!["metadata".to_owned(), field.to_owned(), key.to_owned()],
            code,
            message: match code == codes::HOOK {
                true => format!("`{shown}` makes the object {owner}"),
                false => format!("`{shown}` says that the object belongs to {owner}"),
            },
            help,
        });
    }
    found
}

/// Who owns an object with this label or annotation.
fn owner(key: &str, value: &str) -> Option<(Code, &'static str, &'static str)> {
    const TAKE_OUT: &str = "take it out: the object is written by fleetwright";
    if key.starts_with("applyset.kubernetes.io/") || key.starts_with("fleetwright") {
        return Some((
            codes::OWNERSHIP,
            "an apply set of fleetwright",
            "take it out: `apply` sets it, and no manifest may claim it",
        ));
    }
    if key.starts_with("helm.sh/hook") {
        return Some((
            codes::HOOK,
            "a Helm hook, which fleetwright does not run",
            "render it as a Job of a component of its own with `depends_on`, or leave it out",
        ));
    }
    let owner = match key {
        _ if key.starts_with("meta.helm.sh/") => "a Helm release",
        "app.kubernetes.io/managed-by" if value == "Helm" => "a Helm release",
        _ if key.starts_with("kapp.k14s.io/") => "kapp",
        "argocd.argoproj.io/instance" | "argocd.argoproj.io/tracking-id" => "Argo CD",
        _ => return None,
    };
    Some((codes::OWNERSHIP, owner, TAKE_OUT))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(metadata: serde_json::Value, rest: serde_json::Value) -> Object {
        let mut body = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}});
        for (target, source) in [("metadata", metadata), ("", rest)] {
            let target = if target.is_empty() { &mut body } else { &mut body[target] };
            target.as_object_mut().unwrap().extend(source.as_object().unwrap().clone());
        }
        Object::from_value(body).unwrap()
    }

    #[test]
    fn b60_what_the_server_sets_is_refused() {
        let metadata = json!({
            "uid": "x", "resourceVersion": "1", "generation": 1, "selfLink": "/x", "managedFields": [],
            "creationTimestamp": "2026-01-01T00:00:00Z", "deletionTimestamp": "x",
            "ownerReferences": [{"uid": "x"}], "deletionGracePeriodSeconds": 1
        });
        let found = check(&object(metadata, json!({"status": {"phase": "Active"}})));
        assert_eq!(found.len(), 1 + SERVER_FIELDS.len());
        assert!(found.iter().all(|forbidden| forbidden.code == codes::SERVER_FIELD));
        assert_eq!(found[0].message, "`status` is set by the API server, not by a manifest");
    }

    #[test]
    fn b60_what_generators_leave_empty_is_dropped() {
        let tidied = tidied(object(json!({"creationTimestamp": null}), json!({"status": {}})));
        assert_eq!(check(&tidied), []);
        assert_eq!(
            tidied.into_value(),
            json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}})
        );
    }

    #[test]
    fn b61_b65_marks_of_ownership_are_refused() {
        let cases = [
            ("labels", "applyset.kubernetes.io/part-of", "x", Some("O005")),
            ("annotations", "fleetwright.dev/record", "x", Some("O005")),
            ("annotations", "meta.helm.sh/release-name", "x", Some("O005")),
            ("labels", "app.kubernetes.io/managed-by", "Helm", Some("O005")),
            ("labels", "app.kubernetes.io/managed-by", "platform-team", None),
            ("labels", "kapp.k14s.io/app", "1", Some("O005")),
            ("labels", "argocd.argoproj.io/instance", "x", Some("O005")),
            ("annotations", "argocd.argoproj.io/tracking-id", "x", Some("O005")),
            ("annotations", "argocd.argoproj.io/sync-wave", "1", None),
            ("annotations", "helm.sh/hook", "pre-install", Some("O006")),
            ("labels", "helm.sh/chart", "x-1", None),
        ];
        for (field, key, value, code) in cases {
            let found = check(&object(json!({field: {key: value}}), json!({})));
            assert_eq!(found.first().map(|forbidden| forbidden.code.as_str()), code, "{key}");
        }
    }
}
