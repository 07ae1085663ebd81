//! The objects of one cluster together: their namespaces, each of them once, in the order they are applied.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use super::codes;
use super::rendered::{RenderedCluster, RenderedObject, RenderedUnit};
use super::unit::Made;
use crate::cluster::{Cluster, Unit};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::object::{Object, ObjectRef, Scope, apply_order, scope};

/// At most so many bytes of JSON a namespace adds to an object: its key and a DNS label.
const NAMESPACE_BYTES: usize = 128;

/// Where objects of custom kinds live, by group and kind.
pub type Scopes = BTreeMap<(String, String), Scope>;

/// One cluster out of what its units made. `complete`: whether all of them rendered without an error; `known`: the
/// kinds that it has, apart from those that it is to get.
pub(super) fn cluster(
    cluster: &Cluster,
    units: Vec<(&Unit, Vec<Made>)>,
    complete: bool,
    known: Option<&Scopes>,
) -> (RenderedCluster, Diagnostics) {
    let mut problems = Diagnostics::new();
    let mut scopes = scopes(units.iter().flat_map(|(_, made)| made));
    for (kind, scope) in known.into_iter().flatten() {
        scopes.entry(kind.clone()).or_insert(*scope);
    }
    // By name first: that is where most of them differ.
    let mut seen: BTreeMap<(Arc<str>, ObjectRef), (&Unit, crate::diagnostic::Span)> = BTreeMap::new();
    let mut rendered = Vec::with_capacity(units.len());
    for (unit, made) in units {
        let mut objects = Vec::with_capacity(made.len());
        for Made { object, origin, secrets, most_bytes } in made {
            let object = match placed(object, unit, &scopes) {
                Ok(object) => object,
                Err(problem) => {
                    problems.push(problem.at(origin, "").on(cluster.name.clone()));
                    continue;
                }
            };
            let reference = object.reference();
            match seen.entry((reference.name.clone(), reference.clone())) {
                Entry::Occupied(entry) => {
                    let (other, first) = *entry.get();
                    let problem = duplicate(reference, (unit, origin), (other, first));
                    problems.push(problem.on(cluster.name.clone()));
                }
                Entry::Vacant(entry) => {
                    entry.insert((unit, origin));
                    let most_bytes = most_bytes + NAMESPACE_BYTES;
                    objects.push(RenderedObject { object, origin, unit: unit.span, secrets, most_bytes });
                }
            }
        }
        objects.sort_by_cached_key(|object| {
            let reference = object.object.reference();
            (apply_order(reference), reference.clone())
        });
        let (address, file_stem) = (unit.address(), unit.name.file_stem());
        rendered.push(RenderedUnit { address, file_stem, applying: Arc::clone(&unit.applying), objects });
    }
    let complete = complete && problems.is_empty();
    (RenderedCluster { name: Arc::clone(&cluster.name), units: rendered, complete }, problems)
}

fn scopes<'a>(made: impl Iterator<Item = &'a Made>) -> Scopes {
    let definitions = made.filter(|made| made.object.kind() == "CustomResourceDefinition");
    definitions
        .filter_map(|made| {
            let text = |path: &[&str]| made.object.get(path)?.as_str().map(str::to_owned);
            let scope = match text(&["spec", "scope"])?.as_str() {
                "Cluster" => Scope::Cluster,
                "Namespaced" => Scope::Namespaced,
                _ => return None,
            };
            Some(((text(&["spec", "group"])?, text(&["spec", "names", "kind"])?), scope))
        })
        .collect()
}

/// The object in its namespace.
fn placed(object: Object, unit: &Unit, scopes: &Scopes) -> Result<Object, Box<Diagnostic>> {
    let scope = scope(object.group(), object.kind())
        .or_else(|| scopes.get(&(object.group().to_owned(), object.kind().to_owned())).copied())
        .unwrap_or(Scope::Namespaced);
    let about = || object.reference().short();
    match (scope, object.namespace(), &unit.namespace) {
        (Scope::Cluster, None, _) | (Scope::Namespaced, Some(_), _) => Ok(object),
        (Scope::Namespaced, None, Some(namespace)) => {
            let reference = object.reference().clone();
            object.with_namespace(namespace).map_err(|malformed| {
                Box::new(
                    Diagnostic::error(codes::NO_NAMESPACE, malformed.to_string())
                        .at(unit.span, "")
                        .about(reference.short())
                        .help("give the unit a `namespace` that is a DNS label"),
                )
            })
        }
        (Scope::Namespaced, None, None) => {
            let about = about();
            let message = format!("{about} has no namespace, and {} gives none", unit.address());
            let diagnostic = Diagnostic::error(codes::NO_NAMESPACE, message).about(about);
            Err(Box::new(
                diagnostic.help("set `namespace` of the unit, or `metadata.namespace` in the template"),
            ))
        }
        (Scope::Cluster, Some(namespace), _) => {
            let about = about();
            let message =
                format!("{about} belongs to the whole cluster, but names the namespace \"{namespace}\"");
            let diagnostic = Diagnostic::error(codes::HAS_NAMESPACE, message).about(about);
            Err(Box::new(diagnostic.help("take `metadata.namespace` out")))
        }
    }
}

fn duplicate(
    reference: &ObjectRef,
    second: (&Unit, crate::diagnostic::Span),
    first: (&Unit, crate::diagnostic::Span),
) -> Diagnostic {
    let by = if first.0.name == second.0.name && first.0.kind == second.0.kind {
        format!("twice by {}", second.0.address())
    } else {
        format!("by {} and by {}", first.0.address(), second.0.address())
    };
    let diagnostic =
        Diagnostic::error(codes::DUPLICATE, format!("{reference} is rendered {by}")).about(reference.short());
    let diagnostic = if first.1 == second.1 {
        let diagnostic = diagnostic.at(second.1, "renders it more than once");
        match first.0.span == second.0.span {
            true => diagnostic,
            false => diagnostic.at(first.0.span, "by this unit").at(second.0.span, "and by this one"),
        }
    } else {
        diagnostic.at(second.1, "rendered again").at(first.1, "first rendered here")
    };
    diagnostic
        .help("render it once, or give one of them another name; the version of its API makes no difference")
}
