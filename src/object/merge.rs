//! Strategic merge: a patch over an object.
//!
//! As `kubectl patch --type strategic` has it (sig-api-machinery, "Strategic Merge Patch"): maps merge by
//! key, null deletes, `$patch` of `delete` or `replace` says so for a map or an element, and the lists of
//! `merge_keys.txt` merge by the key of their elements. Every other list is replaced, and so is every list
//! of a custom resource, for which no merge keys are known.

use serde_json::{Map, Value};

use super::body::Object;
use super::malformed::Malformed;

const MERGE_KEYS: &str = include_str!("merge_keys.txt");
const DIRECTIVE: &str = "$patch";

/// Why a patch cannot be merged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// `$patch` with another word.
    #[error("`$patch` is {found}; it takes \"delete\", \"replace\" or \"merge\"")]
    Directive {
        /// The keys that lead to the map it stands in.
        path: Vec<String>,
        /// What it is.
        found: String,
    },
    /// An element of a list that is merged by key, without that key.
    #[error("an element of this list has no `{key}`, by which it is merged")]
    Key {
        /// The keys that lead to the list.
        path: Vec<String>,
        /// The merge key.
        key: &'static str,
    },
    /// The patch deletes the object as a whole.
    #[error("the patch deletes the object as a whole")]
    Whole,
    /// What comes out is no object.
    #[error(transparent)]
    Malformed(#[from] Malformed),
}

impl MergeError {
    /// The keys that lead to the part of the patch at fault; empty for the whole.
    pub fn path(&self) -> Vec<&str> {
        match self {
            Self::Directive { path, .. } | Self::Key { path, .. } => {
                path.iter().map(String::as_str).collect()
            }
            Self::Malformed(malformed) => malformed.path(),
            Self::Whole => Vec::new(),
        }
    }
}

impl Object {
    /// The object with a patch merged in. Null where there is nothing deletes nothing.
    ///
    /// # Errors
    /// If the patch has a directive that does not exist, an element without its key, or leaves no object.
    pub fn merged(self, patch: &Value) -> Result<Self, MergeError> {
        let built_in = !self.group().contains('.') || self.group().ends_with(".k8s.io");
        let merge = Merge { kind: self.kind().to_owned(), built_in };
        let mut path = Vec::new();
        match merge.value(Some(self.into_value()), patch, &mut path)? {
            Some(value) => Ok(Self::from_value(value)?),
            None => Err(MergeError::Whole),
        }
    }
}

struct Merge {
    kind: String,
    /// Whether the lists of `merge_keys.txt` are those of this object.
    built_in: bool,
}

impl Merge {
    /// The value at `path` with the patch merged in; nothing if it is deleted. As deep as the patch, whose
    /// depth the reader of the fleet bounds.
    fn value(
        &self,
        old: Option<Value>,
        patch: &Value,
        path: &mut Vec<String>,
    ) -> Result<Option<Value>, MergeError> {
        match (old, patch) {
            (_, Value::Null) => Ok(None),
            (old, Value::Object(patch)) => self.map(old, patch, path),
            (old, Value::Array(patch)) => match self.key(path) {
                Some(key) => self.list(old, patch, key, path).map(Some),
                None => Ok(Some(Value::Array(patch.clone()))),
            },
            (_, scalar @ (Value::Bool(_) | Value::Number(_) | Value::String(_))) => Ok(Some(scalar.clone())),
        }
    }

    fn map(
        &self,
        old: Option<Value>,
        patch: &Map<String, Value>,
        path: &mut Vec<String>,
    ) -> Result<Option<Value>, MergeError> {
        let mut map = match (directive(patch, path)?, old) {
            (Directive::Delete, _) => return Ok(None),
            (Directive::Merge, Some(Value::Object(old))) => old,
            (Directive::Merge | Directive::Replace, _) => Map::new(),
        };
        for (key, change) in patch.iter().filter(|(key, _)| *key != DIRECTIVE) {
            path.push(key.clone());
            if let Some(value) = self.value(map.remove(key), change, path)? {
                map.insert(key.clone(), value);
            }
            path.pop();
        }
        Ok(Some(Value::Object(map)))
    }

    fn list(
        &self,
        old: Option<Value>,
        patch: &[Value],
        key: &'static str,
        path: &mut Vec<String>,
    ) -> Result<Value, MergeError> {
        let replace = |item: &Value| item.as_object().is_some_and(is_bare_replace);
        let mut items = match old {
            Some(Value::Array(items)) if !patch.iter().any(replace) => items,
            _ => Vec::new(),
        };
        for change in patch.iter().filter(|item| !replace(item)) {
            let Some(wanted) = change.get(key).filter(|wanted| !wanted.is_null()) else {
                return Err(MergeError::Key { path: path.clone(), key });
            };
            let index = items.iter().position(|item| item.get(key) == Some(wanted));
            let old = index.and_then(|index| items.get(index)).cloned();
            match (self.value(old, change, path)?, index) {
                (Some(item), Some(index)) => {
                    if let Some(place) = items.get_mut(index) {
                        *place = item;
                    }
                }
                (Some(item), None) => items.push(item),
                (None, Some(index)) => {
                    items.remove(index);
                }
                (None, None) => {}
            }
        }
        Ok(Value::Array(items))
    }

    /// The merge key of the list at `path`, if it is one that merges.
    fn key(&self, path: &[String]) -> Option<&'static str> {
        if !self.built_in {
            return None;
        }
        let lines = MERGE_KEYS.lines().filter(|line| !line.starts_with('#'));
        lines.filter_map(|line| line.split_once(' ')).find_map(|(pattern, key)| {
            let (kind, tail) =
                pattern.split_once(':').map_or((None, pattern), |(kind, tail)| (Some(kind), tail));
            let fits = match kind {
                Some(kind) => kind == self.kind && path.iter().map(String::as_str).eq(tail.split('.')),
                None => {
                    let tail: Vec<&str> = tail.split('.').collect();
                    let start = path.len().checked_sub(tail.len());
                    start.and_then(|start| path.get(start..)).is_some_and(|end| *end == *tail)
                }
            };
            fits.then_some(key)
        })
    }
}

enum Directive {
    Merge,
    Replace,
    Delete,
}

fn directive(patch: &Map<String, Value>, path: &[String]) -> Result<Directive, MergeError> {
    match patch.get(DIRECTIVE) {
        None => Ok(Directive::Merge),
        Some(Value::String(word)) if word == "merge" => Ok(Directive::Merge),
        Some(Value::String(word)) if word == "replace" => Ok(Directive::Replace),
        Some(Value::String(word)) if word == "delete" => Ok(Directive::Delete),
        Some(Value::String(word)) => {
            Err(MergeError::Directive { path: path.to_vec(), found: format!("\"{}\"", word.escape_debug()) })
        }
        Some(_) => Err(MergeError::Directive { path: path.to_vec(), found: "no string".to_owned() }),
    }
}

/// `{ "$patch": "replace" }` as an element: the list is replaced by the others.
fn is_bare_replace(item: &Map<String, Value>) -> bool {
    item.len() == 1 && item.get(DIRECTIVE).and_then(Value::as_str) == Some("replace")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn deployment(spec: Value) -> Object {
        let body =
            json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a"}, "spec": spec});
        Object::from_value(body).unwrap()
    }

    fn pod(containers: Value) -> Value {
        json!({"template": {"spec": {"containers": containers}}})
    }

    #[test]
    fn patches_merge_as_kubectl_merges_them() {
        let cases = [
            (
                json!({"replicas": 1, "x": {"a": 1}}),
                json!({"x": {"b": 2}}),
                json!({"replicas": 1, "x": {"a": 1, "b": 2}}),
            ),
            (json!({"a": 1, "b": 2}), json!({"a": null, "c": null}), json!({"b": 2})),
            (json!({"x": {"a": 1}}), json!({"x": {"$patch": "replace", "b": 2}}), json!({"x": {"b": 2}})),
            (json!({"x": {"a": 1}, "y": 1}), json!({"x": {"$patch": "delete"}}), json!({"y": 1})),
            (json!({"x": [1, 2]}), json!({"x": [3]}), json!({"x": [3]})),
            (
                pod(json!([{"name": "app", "image": "a"}, {"name": "side", "image": "s"}])),
                pod(json!([{"name": "app", "env": [{"name": "X", "value": "1"}]}, {"name": "new"}])),
                pod(json!([
                    {"name": "app", "image": "a", "env": [{"name": "X", "value": "1"}]},
                    {"name": "side", "image": "s"},
                    {"name": "new"}
                ])),
            ),
            (
                pod(
                    json!([{"name": "app", "env": [{"name": "X", "value": "1"}, {"name": "Y", "value": "2"}]}]),
                ),
                pod(
                    json!([{"name": "app", "env": [{"name": "X", "$patch": "delete"}, {"name": "Y", "value": "3"}]}]),
                ),
                pod(json!([{"name": "app", "env": [{"name": "Y", "value": "3"}]}])),
            ),
            (
                pod(json!([{"name": "app"}, {"name": "side"}])),
                pod(json!([{"$patch": "replace"}, {"name": "only"}])),
                pod(json!([{"name": "only"}])),
            ),
        ];
        for (spec, patch, expected) in cases {
            let merged = deployment(spec).merged(&json!({"spec": patch})).unwrap();
            assert_eq!(merged.get(&["spec"]), Some(&expected), "{patch}");
        }
    }

    #[test]
    fn a_custom_resource_has_no_merge_keys() {
        let body = |list: Value| json!({"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "a"}, "spec": {"containers": list}});
        let thing = Object::from_value(body(json!([{"name": "a"}]))).unwrap();
        let merged = thing.merged(&json!({"spec": {"containers": [{"name": "b"}]}})).unwrap();
        assert_eq!(merged.get(&["spec", "containers"]), Some(&json!([{"name": "b"}])));
    }

    #[test]
    fn what_cannot_be_merged_says_where() {
        let refused = |patch: Value| {
            let error = deployment(json!({})).merged(&patch).unwrap_err();
            format!("{}: {error}", error.path().join("."))
        };
        assert_eq!(
            refused(json!({"spec": {"$patch": "retain"}})),
            "spec: `$patch` is \"retain\"; it takes \"delete\", \"replace\" or \"merge\""
        );
        assert_eq!(
            refused(json!({"spec": pod(json!([{"image": "x"}]))})),
            "spec.template.spec.containers: an element of this list has no `name`, by which it is merged"
        );
        assert_eq!(refused(json!({"metadata": {"name": null}})), "metadata.name: metadata.name is missing");
        assert_eq!(refused(json!({"$patch": "delete"})), ": the patch deletes the object as a whole");
    }
}
