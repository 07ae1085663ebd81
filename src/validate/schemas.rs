//! Rendered objects held to the schemas of their cluster.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::unchecked::{FETCH, Once};
use super::{Part, Place, codes, violation};
use crate::diagnostic::{Diagnostic, Diagnostics, Span, one_of};
use crate::object::Scope;
use crate::render::{RenderedCluster, RenderedObject, RenderedUnit};
use crate::schema::{self, GroupVersionKind, Known, Schemas, Unusable};

/// What is known of one cluster without asking it.
#[derive(Debug)]
pub struct Recorded {
    /// The label of its block.
    pub span: Span,
    /// The Kubernetes that the fleet says it runs, as `1.36`.
    pub kubernetes: Option<Arc<str>>,
    /// The schemas that were recorded of it.
    pub schemas: Result<Schemas, Unusable>,
}

/// Holds every object of a cluster to the schema of its kind, and notes what could not be held to any.
pub(super) fn check(cluster: &RenderedCluster, known: &Recorded, place: &Place<'_>, part: &mut Part) {
    let mut schemas = known.schemas.as_ref().map(Schemas::clone).unwrap_or_default();
    for object in objects(cluster).map(|(_, object)| object.object()) {
        if object.kind() == "CustomResourceDefinition" {
            schemas.define(object);
        }
    }
    let look = Look { cluster, known, schemas: &schemas, place };
    // Kinds without a schema: nothing more can be said of their objects.
    let mut bare: BTreeSet<(&str, &str)> = BTreeSet::new();
    for (unit, object) in objects(cluster) {
        let kind = (object.object().api_version(), object.object().kind());
        if bare.contains(&kind) {
            continue;
        }
        if let Some(unknown) = look.object(unit, object, &mut part.findings, &mut part.once) {
            part.unchecked.add(cluster.name(), known.span, unknown);
            bare.insert(kind);
        }
    }
    look.version(&mut part.once);
    if let Err(unusable) = &known.schemas {
        part.unchecked.broken(cluster.name(), known.span, unusable);
    }
}

fn objects(cluster: &RenderedCluster) -> impl Iterator<Item = (&RenderedUnit, &RenderedObject)> {
    cluster.units().iter().flat_map(|unit| unit.objects().iter().map(move |object| (unit, object)))
}

struct Look<'a> {
    cluster: &'a RenderedCluster,
    known: &'a Recorded,
    schemas: &'a Schemas,
    place: &'a Place<'a>,
}

impl Look<'_> {
    /// Looks at one object; its kind, if there is no schema to hold it to.
    fn object(
        &self,
        unit: &RenderedUnit,
        object: &RenderedObject,
        findings: &mut Diagnostics,
        once: &mut Once,
    ) -> Option<GroupVersionKind> {
        let kind = GroupVersionKind::of(object.object());
        if let Some(problem) = self.removed(&kind) {
            once.add(self.placed(problem, unit, object, &["apiVersion"]));
            return None;
        }
        match self.schemas.known(&kind) {
            Known::Unrecorded => return Some(kind),
            Known::Elsewhere(others) => {
                let others: Vec<String> = others.iter().map(ToString::to_string).collect();
                let problem = Diagnostic::error(codes::KIND, format!("the cluster does not serve {kind}"));
                let problem = match others.as_slice() {
                    [] => problem.help("serve a version of it: `served: true` in its CustomResourceDefinition"),
                    others => problem
                        .note(format!("it serves {}", one_of(others.iter().map(String::as_str))))
                        .help("write the `apiVersion` that it serves; if that has changed, run `fleetwright schema fetch`"),
                };
                once.add(self.placed(problem, unit, object, &["apiVersion"]));
            }
            Known::Nowhere(near) => {
                let problem = Diagnostic::error(codes::KIND, format!("the cluster has no kind {kind}"));
                let problem = match near.first() {
                    Some(near) => problem.help(format!("did you mean {near}?")),
                    None => problem.help(
                        "render its CustomResourceDefinition, or, if it was installed since, run `fleetwright schema fetch`",
                    ),
                };
                once.add(self.placed(problem, unit, object, &["kind"]));
            }
            Known::Schema { node, built_in, scope } => {
                if let Some(problem) = wrong_scope(object, scope) {
                    findings.push(self.placed(problem, unit, object, &["metadata", "namespace"]));
                }
                let body = object.object().body();
                for violation in schema::check(self.schemas, node, built_in, body) {
                    let path: Vec<&str> = violation.path.iter().map(String::as_str).collect();
                    findings.push(self.placed(violation::told(&violation, object), unit, object, &path));
                }
            }
        }
        None
    }

    fn removed(&self, kind: &GroupVersionKind) -> Option<Diagnostic> {
        let removed = schema::removed(kind)?;
        let runs = self.known.kubernetes.as_deref().or_else(|| self.schemas.kubernetes())?;
        if minor(runs)? < removed.minor {
            return None;
        }
        let message = format!("{kind} is gone since Kubernetes 1.{}", removed.minor);
        let problem = Diagnostic::error(codes::GONE, message)
            .note(format!("the cluster runs {}", runs.trim_start_matches('v').escape_debug()));
        Some(match removed.replacement {
            Some(replacement) => problem.help(format!("write `apiVersion: {replacement}`")),
            None => problem.help("take it out: nothing took its place"),
        })
    }

    /// Tells that the fleet and the record speak of different versions of Kubernetes.
    fn version(&self, once: &mut Once) {
        if let (Some(said), Some(recorded)) = (self.known.kubernetes.as_deref(), self.schemas.kubernetes())
            && minor(said) != minor(recorded)
        {
            let message = format!(
                "the fleet says Kubernetes {said}, and the schemas were recorded from {}",
                recorded.trim_start_matches('v').escape_debug()
            );
            let problem = Diagnostic::warning(codes::OTHER_VERSION, message)
                .at(self.known.span, "of this cluster")
                .on(Arc::clone(self.cluster.name()));
            once.add(problem.help(FETCH));
        }
    }

    fn placed(
        &self,
        problem: Diagnostic,
        unit: &RenderedUnit,
        object: &RenderedObject,
        path: &[&str],
    ) -> Diagnostic {
        let place = (self.place)(self.cluster, unit, object, path).unwrap_or(object.origin());
        let problem = problem.at(place, "");
        let problem =
            if object.unit() == place { problem } else { problem.at(object.unit(), "by this unit") };
        let path = path.iter().map(|key| (*key).to_owned()).collect();
        let problem = problem.of(unit.address(), path);
        problem.about(object.object().reference().to_string()).on(Arc::clone(self.cluster.name()))
    }
}

/// The minor release in a version of Kubernetes: 36 in `1.36`, `v1.36.3` and `v1.36.3-gke.100`.
fn minor(version: &str) -> Option<u32> {
    let digits = version.trim_start_matches('v').strip_prefix("1.")?;
    let end = digits.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(digits.len());
    digits.get(..end)?.parse().ok()
}

fn wrong_scope(object: &RenderedObject, scope: Scope) -> Option<Diagnostic> {
    match (scope, object.object().namespace()) {
        (Scope::Cluster, Some(namespace)) => Some(
            Diagnostic::error(
                codes::SCOPE,
                format!(
                    "{} belongs to the whole cluster, but has the namespace \"{namespace}\"",
                    object.object().kind()
                ),
            )
            .help("take `metadata.namespace` out, or put it in a unit without `namespace`"),
        ),
        (Scope::Namespaced, None) => Some(
            Diagnostic::error(codes::SCOPE, format!("{} needs a namespace", object.object().kind()))
                .help("set `namespace` of the unit, or `metadata.namespace`"),
        ),
        (Scope::Cluster, None) | (Scope::Namespaced, Some(_)) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::minor;

    #[test]
    fn versions_of_kubernetes_are_compared_by_their_minor_release() {
        for (version, expected) in [
            ("1.36", Some(36)),
            ("v1.36.3", Some(36)),
            ("v1.36.3-gke.100", Some(36)),
            ("1.36+", Some(36)),
            ("2.0", None),
            ("1.", None),
            ("1", None),
            ("", None),
            ("1.99999999999", None),
        ] {
            assert_eq!(minor(version), expected, "{version}");
        }
    }
}
