//! Fields of an object by path: taken away, compared and masked.

use std::collections::BTreeSet;

use serde_json::Value;

use super::body::Object;

/// The keys that lead to a field; a key of a list is its index in decimal. The empty path is the whole.
pub type FieldPath = Vec<String>;

/// What stands in place of a masked value.
pub const MASK: &str = "(sensitive)";

/// Fields that a masked object keeps as they are, since without them it is no object.
const KEPT: [&[&str]; 4] = [&["apiVersion"], &["kind"], &["metadata", "name"], &["metadata", "namespace"]];

impl Object {
    /// The object without the field at `path`, which must not be one that names the object.
    pub fn without(mut self, path: &[&str]) -> Self {
        if KEPT.contains(&path) {
            return self;
        }
        if let Some((last, parents)) = path.split_last() {
            let parent = match parents.split_first() {
                None => Some(self.body_mut()),
                Some((first, rest)) => self
                    .body_mut()
                    .get_mut(*first)
                    .and_then(|value| rest.iter().try_fold(value, |value, key| child(value, key)))
                    .and_then(Value::as_object_mut),
            };
            if let Some(parent) = parent {
                parent.remove(*last);
            }
        }
        self
    }

    /// The fields in which `other` differs: scalars, and lists and maps that do not have the same elements
    /// or keys as a whole.
    pub fn differences(&self, other: &Self) -> BTreeSet<FieldPath> {
        let mut found = BTreeSet::new();
        let (a, b) = (self.body(), other.body());
        let keys: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
        for key in keys {
            let mut path = vec![key.clone()];
            match (a.get(key), b.get(key)) {
                (Some(a), Some(b)) => compare(a, b, &mut path, &mut found),
                _ => drop(found.insert(path)),
            }
        }
        found
    }

    /// Whether every map in it has the same keys as its counterpart in `other`, at any depth.
    pub fn same_keys(&self, other: &Self) -> bool {
        let (a, b) = (self.body(), other.body());
        a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same_keys(a, b)))
    }

    /// The object with [`MASK`] in place of every scalar at or below these paths, and of the elements of
    /// lists as wholes. Keys of maps are kept, unless the path is empty: then only the topmost are. What
    /// names the object is kept: a secret in it, or in a key, must be refused before.
    pub fn masked<'a>(mut self, paths: impl IntoIterator<Item = &'a FieldPath>) -> Self {
        for path in paths {
            match path.split_first() {
                None => {
                    for (key, value) in self.body_mut().iter_mut() {
                        match value {
                            Value::Object(map) if key == "metadata" => {
                                for (name, value) in map {
                                    if !KEPT.contains(&[key.as_str(), name.as_str()].as_slice()) {
                                        *value = Value::String(MASK.to_owned());
                                    }
                                }
                            }
                            _ if KEPT.contains(&[key.as_str()].as_slice()) => {}
                            value => *value = Value::String(MASK.to_owned()),
                        }
                    }
                }
                Some((first, rest)) => {
                    let value = self.body_mut().get_mut(first);
                    let value =
                        value.and_then(|value| rest.iter().try_fold(value, |value, key| child(value, key)));
                    if let Some(value) = value {
                        mask(value, &mut path.clone());
                    }
                }
            }
        }
        self
    }
}

fn child<'a>(value: &'a mut Value, key: &str) -> Option<&'a mut Value> {
    match value {
        Value::Object(map) => map.get_mut(key),
        Value::Array(items) => items.get_mut(key.parse::<usize>().ok()?),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

fn compare(a: &Value, b: &Value, path: &mut FieldPath, found: &mut BTreeSet<FieldPath>) {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) if a.keys().eq(b.keys()) => {
            for (key, (a, b)) in a.keys().zip(a.values().zip(b.values())) {
                path.push(key.clone());
                compare(a, b, path, found);
                path.pop();
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (index, (a, b)) in a.iter().zip(b).enumerate() {
                path.push(index.to_string());
                compare(a, b, path, found);
                path.pop();
            }
        }
        (a, b) if a == b => {}
        _ => drop(found.insert(path.clone())),
    }
}

fn same_keys(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same_keys(a, b)))
        }
        (Value::Array(a), Value::Array(b)) => a.iter().zip(b).all(|(a, b)| same_keys(a, b)),
        (a, b) => !a.is_object() && !b.is_object(),
    }
}

/// Masks every scalar in a value, and leaves what names the object.
fn mask(value: &mut Value, path: &mut FieldPath) {
    if KEPT.iter().any(|kept| path.iter().map(String::as_str).eq(kept.iter().copied())) {
        return;
    }
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                path.push(key.clone());
                mask(value, path);
                path.pop();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| *item = Value::String(MASK.to_owned())),
        scalar => *scalar = Value::String(MASK.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn secret(data: Value) -> Object {
        let body = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a", "labels": {"x": "y"}}, "data": data});
        Object::from_value(body).unwrap()
    }

    #[test]
    fn differences_are_as_narrow_as_they_can_be() {
        let paths = |a: Value, b: Value| -> Vec<String> {
            secret(a).differences(&secret(b)).iter().map(|path| path.join(".")).collect()
        };
        assert_eq!(
            paths(json!({"a": 1, "b": [1, {"c": 2}]}), json!({"a": 1, "b": [1, {"c": 3}]})),
            ["data.b.1.c"]
        );
        assert_eq!(paths(json!({"a": 1}), json!({"b": 1})), ["data"]);
        assert_eq!(paths(json!({"a": [1]}), json!({"a": [1, 2]})), ["data.a"]);
        assert_eq!(paths(json!({"a": 1}), json!({"a": 1})), [""; 0]);
    }

    #[test]
    fn keys_are_compared_at_any_depth() {
        let same = |a: Value, b: Value| secret(a).same_keys(&secret(b));
        assert!(same(json!({"a": [{"b": 1}], "c": 2}), json!({"a": [{"b": 2}, 1], "c": "x"})));
        for other in [
            json!({"a": [{"d": 1}]}),
            json!({"a": {"b": 1}}),
            json!({"x": 1}),
            json!({"a": [1]}),
            json!(null),
        ] {
            assert!(!same(json!({"a": [{"b": 1}]}), other.clone()), "{other}");
        }
    }

    #[test]
    fn a_mask_covers_what_lies_below_and_keeps_the_name() {
        let masked = secret(json!({"a": {"b": [1, "x"]}, "c": "d"}))
            .masked(&[vec!["data".to_owned(), "a".to_owned()]]);
        assert_eq!(masked.get(&["data"]), Some(&json!({"a": {"b": [MASK, MASK]}, "c": "d"})));
        let whole = secret(json!({"a": 1})).masked(&[Vec::new()]);
        assert_eq!(
            whole.into_value(),
            json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a", "labels": MASK}, "data": MASK})
        );
    }

    #[test]
    fn a_field_is_taken_away_and_a_name_is_not() {
        let object =
            secret(json!({"a": 1})).without(&["metadata", "labels", "x"]).without(&["metadata", "name"]);
        assert_eq!(object.get(&["metadata"]), Some(&json!({"name": "a", "labels": {}})));
        assert_eq!(object.without(&["data"]).get(&["data"]), None);
    }
}
