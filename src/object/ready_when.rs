//! When an object of a kind without a known condition counts as ready, as the fleet says it.

use std::sync::Arc;

/// When an object counts as ready: the forms of `kubectl wait --for`
/// ([reference](https://kubernetes.io/docs/reference/kubectl/generated/kubectl_wait/)).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadyWhen {
    /// `create`: as soon as it is there. It has no status.
    Exists,
    /// `condition=TYPE` or `condition=TYPE=STATUS`: a condition of this type has this status, `True` where none is given.
    Condition {
        /// The type.
        name: Arc<str>,
        /// The status.
        status: Arc<str>,
    },
    /// `jsonpath={.status.phase}=VALUE`: the field at a path has this value.
    Field {
        /// The keys, from the top.
        path: Vec<Arc<str>>,
        /// The value, as text.
        value: Arc<str>,
    },
}

/// The kinds whose readiness proves a release, or that others cannot do without before: what the fleet says of them does
/// not count.
const FIXED: [(&str, &str); 9] = [
    ("", "Namespace"),
    ("", "Pod"),
    ("", "ReplicationController"),
    ("apiextensions.k8s.io", "CustomResourceDefinition"),
    ("apiregistration.k8s.io", "APIService"),
    ("apps", "DaemonSet"),
    ("apps", "Deployment"),
    ("apps", "ReplicaSet"),
    ("apps", "StatefulSet"),
];

/// Why a text does not say when an object is ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadReadyWhen {
    /// None of the forms.
    #[error("it is not create, condition=TYPE, condition=TYPE=STATUS or jsonpath={{.PATH}}=VALUE")]
    Form,
    /// A condition without its type, or with a status that is none.
    #[error("its condition is not TYPE, or TYPE=STATUS with True, False or Unknown")]
    Condition,
    /// A path that is more than keys.
    #[error("its path is not made of keys alone, as {{.status.phase}} or {{.status.items[0].phase}}")]
    Path,
    /// A path without a value.
    #[error("it gives no value for its path")]
    NoValue,
}

impl ReadyWhen {
    /// The one that is written so.
    ///
    /// # Errors
    /// If it is none of the forms.
    pub fn parse(text: &str) -> Result<Self, BadReadyWhen> {
        match text.split_once('=') {
            None if text == "create" => Ok(Self::Exists),
            Some(("condition", rest)) => {
                let (name, status) = rest.split_once('=').unwrap_or((rest, "True"));
                let statuses = ["True", "False", "Unknown"].into_iter();
                let status = statuses.clone().find(|known| known.eq_ignore_ascii_case(status));
                let is_type = !name.is_empty()
                    && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/'));
                match status {
                    Some(status) if is_type => {
                        Ok(Self::Condition { name: Arc::from(name), status: Arc::from(status) })
                    }
                    Some(_) | None => Err(BadReadyWhen::Condition),
                }
            }
            Some(("jsonpath", rest)) => {
                let (path, value) = rest.split_once("}=").ok_or(BadReadyWhen::NoValue)?;
                let path = path.strip_prefix("{.").and_then(keys).ok_or(BadReadyWhen::Path)?;
                if value.is_empty() {
                    return Err(BadReadyWhen::NoValue);
                }
                Ok(Self::Field { path, value: Arc::from(value) })
            }
            None | Some(_) => Err(BadReadyWhen::Form),
        }
    }

    /// Whether objects of a kind are ready by a rule that no fleet changes.
    pub fn is_fixed(group: &str, kind: &str) -> bool {
        FIXED.contains(&(group, kind))
    }
}

/// The keys of a `JSONPath` that has nothing else: `status.items[0].phase`, with `\.` for a dot in a key.
fn keys(path: &str) -> Option<Vec<Arc<str>>> {
    if path.matches('[').count() != path.matches(']').count() {
        return None;
    }
    let mut keys = Vec::new();
    let mut key = String::new();
    let mut characters = path.chars();
    // Whether a key has ended by a bracket, so that none is missing before what follows.
    let mut is_closed = false;
    while let Some(character) = characters.next() {
        match character {
            '\\' => key.push(characters.next().filter(|next| *next == '.')?),
            '.' | '[' if key.is_empty() && !is_closed => return None,
            '.' | '[' => {
                if !key.is_empty() {
                    keys.push(Arc::from(std::mem::take(&mut key)));
                }
                is_closed = character == '[';
                if is_closed {
                    let index: String = characters.by_ref().take_while(|next| *next != ']').collect();
                    let is_index = !index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit());
                    keys.push(is_index.then(|| Arc::from(index))?);
                }
            }
            _ if is_closed => return None,
            c if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/') => key.push(c),
            _ => return None,
        }
    }
    match (key.is_empty(), is_closed) {
        (false, _) => keys.push(Arc::from(key)),
        (true, true) => {}
        (true, false) => return None,
    }
    Some(keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_of_kubectl_wait_are_read() {
        let is =
            |name: &str, status: &str| Ok(ReadyWhen::Condition { name: name.into(), status: status.into() });
        let field = |path: &[&str], value: &str| {
            let path = path.iter().map(|key| Arc::from(*key)).collect();
            Ok(ReadyWhen::Field { path, value: value.into() })
        };
        for (text, read) in [
            ("create", Ok(ReadyWhen::Exists)),
            ("condition=Ready", is("Ready", "True")),
            ("condition=Ready=false", is("Ready", "False")),
            ("condition=example.com/Ready", is("example.com/Ready", "True")),
            ("jsonpath={.status.phase}=Bound", field(&["status", "phase"], "Bound")),
            ("jsonpath={.status.items[0].phase}=a=b", field(&["status", "items", "0", "phase"], "a=b")),
            ("jsonpath={.status.items[10]}=1", field(&["status", "items", "10"], "1")),
            (
                r"jsonpath={.metadata.labels.example\.com/x}=1",
                field(&["metadata", "labels", "example.com/x"], "1"),
            ),
            ("", Err(BadReadyWhen::Form)),
            ("delete", Err(BadReadyWhen::Form)),
            ("Create", Err(BadReadyWhen::Form)),
            ("create=", Err(BadReadyWhen::Form)),
            ("Ready", Err(BadReadyWhen::Form)),
            ("condition=", Err(BadReadyWhen::Condition)),
            ("condition==True", Err(BadReadyWhen::Condition)),
            ("condition=Ready=Yes", Err(BadReadyWhen::Condition)),
            ("condition=Rea dy", Err(BadReadyWhen::Condition)),
            ("jsonpath={.status.phase}", Err(BadReadyWhen::NoValue)),
            ("jsonpath={.status.phase}=", Err(BadReadyWhen::NoValue)),
            ("jsonpath={status.phase}=a", Err(BadReadyWhen::Path)),
            ("jsonpath={.}=a", Err(BadReadyWhen::Path)),
            ("jsonpath={..phase}=a", Err(BadReadyWhen::Path)),
            ("jsonpath={.status.}=a", Err(BadReadyWhen::Path)),
            ("jsonpath={.status[*].a}=a", Err(BadReadyWhen::Path)),
            ("jsonpath={.status[0]a}=a", Err(BadReadyWhen::Path)),
            ("jsonpath={.status[}=a", Err(BadReadyWhen::Path)),
            ("jsonpath={.status[0}=a", Err(BadReadyWhen::Path)),
        ] {
            assert_eq!(ReadyWhen::parse(text), read, "{text}");
        }
    }
}
