//! Objects that are larger than a server takes.

use serde_json::Value;

use super::change::Change;
use super::codes;
use super::permit::Look;
use crate::diagnostic::Diagnostics;

/// The most bytes of an object, as JSON. etcd takes 1.5 MiB (`--max-request-bytes`) with what the server adds:
/// managedFields, status.
const MAX_OBJECT: usize = 1 << 20;

/// The most bytes of all annotations together, keys and values
/// ([`TotalAnnotationSizeLimitB`](https://github.com/kubernetes/kubernetes/blob/v1.36.3/staging/src/k8s.io/apimachinery/pkg/api/validation/objectmeta.go)).
const MAX_ANNOTATIONS: usize = 256 << 10;

/// Tells what is too large to be sent.
pub(super) fn check(look: &Look<'_>, change: &Change) -> Diagnostics {
    let mut found = Diagnostics::new();
    let Some(wanted) = look.wanted.objects.get(&change.object) else { return found };
    let object = &change.object;
    let whole = wanted.body(&look.wanted.set).to_string().len();
    if whole > MAX_OBJECT {
        let message = format!("{object} has {whole} bytes, and {MAX_OBJECT} are the most that are sent");
        found.push(look.error(codes::SIZE, object, message).help("split it up"));
    }
    let annotations = wanted.object.get(&["metadata", "annotations"]).and_then(Value::as_object);
    let length = |(key, value): (&String, &Value)| key.len() + value.as_str().map_or(0, str::len);
    let all: usize = annotations.into_iter().flatten().map(length).sum();
    if all > MAX_ANNOTATIONS {
        let message =
            format!("the annotations of {object} have {all} bytes, and servers take {MAX_ANNOTATIONS}");
        found.push(look.error(codes::SIZE, object, message).help("move what is in them into a ConfigMap"));
    }
    found
}
