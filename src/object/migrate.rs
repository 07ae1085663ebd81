//! From other ways of writing to server-side apply: what a manager has taken over, nobody else owns by an update.

use serde_json::{Map, Value};

/// How deep a set of fields may be nested; API servers allow objects no deeper.
const MAX_DEPTH: usize = 128;

/// `metadata.managedFields` of an object in which no manager owns by a plain update (`kubectl apply`, `helm`, an editor)
/// what `ours` owns by server-side apply in the same version; entries that are left with nothing are gone. None if
/// that changes nothing.
///
/// As long as such a manager owns a field too, it stays when it is no longer applied
/// ([upgrading from client-side apply](https://kubernetes.io/docs/reference/using-api/server-side-apply/#upgrading-from-client-side-apply-to-server-side-apply)).
/// What was written by way of a subresource, or applied, belongs to who wrote it.
pub fn migrated(object: &Value, ours: &str) -> Option<Value> {
    let entries = object.pointer("/metadata/managedFields")?.as_array()?;
    let text =
        |entry: &Value, key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let fields = |entry: &Value| entry.get("fieldsV1").and_then(Value::as_object).cloned();
    let is_plain = |entry: &Value, operation: &str| {
        text(entry, "operation") == operation && text(entry, "subresource").is_empty()
    };
    let is_ours = |entry: &&Value| is_plain(entry, "Apply") && text(entry, "manager") == ours;
    let owned: Vec<(String, Map<String, Value>)> = entries
        .iter()
        .filter(is_ours)
        .filter_map(|entry| Some((text(entry, "apiVersion"), fields(entry)?)))
        .collect();
    let mut is_changed = false;
    let mut left = Vec::with_capacity(entries.len());
    for entry in entries {
        let theirs = if is_plain(entry, "Update") { fields(entry) } else { None };
        let Some(theirs) = theirs else {
            left.push(entry.clone());
            continue;
        };
        let version = text(entry, "apiVersion");
        let same = owned.iter().filter(|(ours, _)| *ours == version);
        let rest = same.fold(theirs.clone(), |rest, (_, ours)| without(&rest, ours, 0));
        is_changed |= rest != theirs;
        if !rest.is_empty() || theirs.is_empty() {
            let mut entry = entry.clone();
            if let Value::Object(entry) = &mut entry {
                entry.insert("fieldsV1".to_owned(), Value::Object(rest));
            }
            left.push(entry);
        }
    }
    is_changed.then_some(Value::Array(left))
}

/// A set of fields without those of another.
fn without(theirs: &Map<String, Value>, ours: &Map<String, Value>, depth: usize) -> Map<String, Value> {
    let mut left = Map::new();
    for (key, below) in theirs {
        let rest = match (below, ours.get(key)) {
            (Value::Object(below), Some(Value::Object(ours))) if depth < MAX_DEPTH => {
                // A field with nothing below it is in the set itself, as one with a dot.
                let is_in = |set: &Map<String, Value>| set.is_empty() || set.contains_key(".");
                let mut rest = without(below, ours, depth + 1);
                if is_in(below) {
                    match is_in(ours) {
                        true => drop(rest.remove(".")),
                        false => drop(rest.insert(".".to_owned(), Value::Object(Map::new()))),
                    }
                }
                if rest.is_empty() {
                    continue;
                }
                Value::Object(rest)
            }
            (below, _) => below.clone(),
        };
        left.insert(key.clone(), rest);
    }
    left
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entry(manager: &str, operation: &str, fields: Value) -> Value {
        json!({"manager": manager, "operation": operation, "apiVersion": "v1", "fieldsType": "FieldsV1", "fieldsV1": fields})
    }

    fn of(entries: &[Value]) -> Option<Value> {
        migrated(&json!({"metadata": {"managedFields": entries}}), "fleetwright")
    }

    #[test]
    fn what_was_taken_over_is_owned_by_nobody_else() {
        let ours = entry(
            "fleetwright",
            "Apply",
            json!({
                "f:data": {"f:a": {}, "f:b": {}},
                "f:list": {"k:{\"name\":\"x\"}": {".": {}, "f:name": {}, "f:value": {}}},
                "f:set": {"v:\"one\"": {}},
                "f:whole": {},
            }),
        );
        let theirs = entry(
            "kubectl-client-side-apply",
            "Update",
            json!({
                "f:data": {".": {}, "f:a": {}, "f:c": {}},
                "f:list": {".": {}, "k:{\"name\":\"x\"}": {".": {}, "f:name": {}, "f:value": {}, "f:more": {}}, "k:{\"name\":\"y\"}": {".": {}}},
                "f:set": {"v:\"one\"": {}, "v:\"two\"": {}},
                "f:whole": {},
            }),
        );
        let left = entry(
            "kubectl-client-side-apply",
            "Update",
            json!({
                "f:data": {".": {}, "f:c": {}},
                "f:list": {".": {}, "k:{\"name\":\"x\"}": {"f:more": {}}, "k:{\"name\":\"y\"}": {".": {}}},
                "f:set": {"v:\"two\"": {}},
            }),
        );
        assert_eq!(of(&[theirs, ours.clone()]), Some(json!([left, ours])));
    }

    #[test]
    fn who_owns_nothing_more_is_gone() {
        let ours = entry("fleetwright", "Apply", json!({"f:data": {"f:a": {}}}));
        let helm = entry("helm", "Update", json!({"f:data": {"f:a": {}}}));
        assert_eq!(of(&[helm, ours.clone()]), Some(json!([ours])));
        // It owns the map itself, too.
        let map = entry("helm", "Update", json!({"f:data": {".": {}, "f:a": {}}}));
        let left = entry("helm", "Update", json!({"f:data": {".": {}}}));
        assert_eq!(of(&[map, ours.clone()]), Some(json!([left, ours])));
        let leaf = entry("helm", "Update", json!({"f:data": {}}));
        let left = entry("helm", "Update", json!({"f:data": {".": {}}}));
        assert_eq!(of(&[leaf, ours.clone()]), Some(json!([left, ours])));
    }

    #[test]
    fn what_others_applied_or_wrote_otherwise_is_theirs() {
        let fields = json!({"f:spec": {"f:replicas": {}}});
        let ours = entry("fleetwright", "Apply", fields.clone());
        let applied = entry("argocd", "Apply", fields.clone());
        let mut scaled = entry("kube-controller-manager", "Update", fields.clone());
        scaled["subresource"] = json!("scale");
        let mut older = entry("kubectl", "Update", fields.clone());
        older["apiVersion"] = json!("v1beta1");
        let other = entry("kubectl", "Update", json!({"f:spec": {"f:paused": {}}}));
        assert_eq!(of(&[applied, scaled, older, other, ours]), None);
        assert_eq!(of(&[entry("kubectl", "Update", fields)]), None);
        assert_eq!(migrated(&json!({}), "fleetwright"), None);
    }
}
