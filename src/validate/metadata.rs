//! The metadata of an object: names, labels, annotations, sizes.

use std::collections::BTreeSet;

use super::codes;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::object::{self, FieldPath, InvalidName, Object};

/// The most bytes that the annotations of an object may have together, keys and values:
/// `TotalAnnotationSizeLimitB` of k8s.io/apimachinery, `pkg/api/validation`.
pub const MAX_ANNOTATIONS: usize = 256 << 10;

/// The most bytes of an object as JSON. etcd refuses a request of 1.5 MiB, and the API server adds its own
/// fields to what it stores.
pub const MAX_OBJECT: usize = 1 << 20;

/// Tells what the API server would refuse in the metadata of an object, whose JSON has at most `most_bytes` bytes. What
/// is at or below one of `secrets` is not shown.
pub fn check(object: &Object, most_bytes: usize, secrets: &BTreeSet<FieldPath>, findings: &mut Diagnostics) {
    let is_secret = |path: &[&str]| {
        secrets
            .iter()
            .any(|secret| secret.len() <= path.len() && secret.iter().zip(path).all(|(a, b)| a == b))
    };
    let mut refuse = |code, path: &[&str], what: &str, invalid: InvalidName| {
        let found = match is_secret(path) {
            true => format!("a sensitive value is no {}", invalid.what),
            false => invalid.finding(),
        };
        findings.push(Diagnostic::error(code, format!("{what}: {found}")).help(invalid.next_step()));
    };
    if let Err(invalid) = name(object) {
        refuse(codes::NAME, &["metadata", "name"], "`metadata.name`", invalid);
    }
    if let Some(Err(invalid)) = object.namespace().map(object::dns_label) {
        refuse(codes::NAME, &["metadata", "namespace"], "`metadata.namespace`", invalid);
    }
    for (key, value) in object.labels() {
        if let Err(invalid) = object::label_key(key) {
            refuse(codes::LABEL, &["metadata", "labels"], "`metadata.labels`", invalid);
        }
        if let Err(invalid) = object::label_value(value) {
            let what = match is_secret(&["metadata", "labels"]) {
                true => "`metadata.labels`".to_owned(),
                false => format!("label `{}`", key.escape_debug()),
            };
            refuse(codes::LABEL, &["metadata", "labels", key], &what, invalid);
        }
    }
    for (key, _) in object.annotations() {
        if let Err(invalid) = object::annotation_key(key) {
            refuse(codes::LABEL, &["metadata", "annotations"], "`metadata.annotations`", invalid);
        }
    }
    let annotations = object.annotations().map(|(key, value)| key.len() + value.len()).sum();
    // Far below the limit nobody needs to know the size to the byte.
    let whole = match most_bytes {
        most if most <= MAX_OBJECT => most,
        _ => json_bytes(object),
    };
    let sizes = [
        ("the annotations have", annotations, MAX_ANNOTATIONS, "move the data into a ConfigMap or a file"),
        ("the object has", whole, MAX_OBJECT, "split it into several objects"),
    ];
    for (what, size, limit, help) in sizes {
        if size > limit {
            let message = format!("{what} {size} bytes; at most {limit} are stored");
            findings.push(Diagnostic::error(codes::SIZE, message).help(help));
        }
    }
}

/// The name rule of the kind: `ValidateName` of its strategy in k8s.io/kubernetes. Names of custom resources
/// are DNS subdomains.
fn name(object: &Object) -> Result<(), InvalidName> {
    match (object.group(), object.kind()) {
        ("", "Namespace") => object::dns_label(object.name()),
        ("", "Service") => object::service_name(object.name()),
        // Names that are only ever a part of a path.
        ("rbac.authorization.k8s.io", _) | ("policy", "PodDisruptionBudget") | ("", "Event") => {
            object::object_name(object.name())
        }
        _ => object::dns_subdomain(object.name()),
    }
}

/// How many bytes the object has as JSON, counted without keeping them.
fn json_bytes(object: &Object) -> usize {
    struct Count(usize);
    impl std::io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    // Writing to a counter cannot fail, and an object has string keys only.
    match serde_json::to_writer(&mut count, object.body()) {
        Ok(()) => count.0,
        Err(_) => usize::MAX,
    }
}
