//! The clusters before their values are known: name, labels, identity.

use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, ObjectKey};

use super::codes;
use super::eval::Scope;
use super::select::{Labels, fixed, fixed_text};
use super::value::{Kind, Value};
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::fleet::{Argument, Block, Fleet};

/// The label keys that every cluster has without saying so.
pub const IMPLICIT: [&str; 2] = ["name", "fleet"];

/// A cluster block, its fixed part worked out.
#[derive(Debug)]
pub struct Head<'a> {
    /// The block.
    pub block: &'a Block,
    /// Its name.
    pub name: Arc<str>,
    /// Its labels, with the implicit ones.
    pub labels: Labels,
    /// Its context.
    pub context: Option<Arc<str>>,
    /// The UID of its `kube-system`.
    pub uid: Option<Arc<str>>,
    /// Its Kubernetes version.
    pub kubernetes: Option<Arc<str>>,
    /// Whether it is retired.
    pub retired: bool,
}

/// The clusters of a fleet, sorted by name.
pub fn read<'a>(fleet: &'a Fleet, scope: &Scope, problems: &mut Diagnostics) -> Vec<Head<'a>> {
    let heads: Vec<Head<'a>> = fleet
        .clusters
        .iter()
        .map(|block| Head {
            block,
            name: Arc::from(block.name()),
            labels: labels(fleet, block, scope, problems),
            context: fixed_text(block, "context", scope, problems),
            uid: fixed_text(block, "uid", scope, problems),
            kubernetes: fixed_text(block, "kubernetes", scope, problems),
            retired: matches!(
                fixed(block, "retired", scope, problems).map(|value| value.kind),
                Some(Kind::Bool(true))
            ),
        })
        .collect();
    told_apart(&heads, problems);
    heads
}

fn labels(fleet: &Fleet, block: &Block, scope: &Scope, problems: &mut Diagnostics) -> Labels {
    let mut labels = plain_labels(block, scope, &IMPLICIT, problems);
    labels.insert(Arc::from("name"), Arc::from(block.name()));
    labels.insert(Arc::from("fleet"), Arc::from(fleet.settings.name()));
    labels
}

/// The `labels` of a block; those that every cluster or unit has anyway may not be set.
pub fn plain_labels(block: &Block, scope: &Scope, implicit: &[&str], problems: &mut Diagnostics) -> Labels {
    let mut labels = Labels::new();
    let (Some(argument), Some(value)) = (block.arg("labels"), fixed(block, "labels", scope, problems)) else {
        return labels;
    };
    let Kind::Map(entries) = value.kind else { return labels };
    for (key, value) in entries.iter() {
        let at = key_span(argument, key).or(value.span).unwrap_or(argument.span);
        if implicit.contains(&&**key) {
            problems.push(
                Diagnostic::error(codes::IDENTITY, format!("label `{key}` is set by fleetwright itself"))
                    .at(at, format!("every {} has it", block.schema.name))
                    .help("take another key"),
            );
        } else if let Err(invalid) = crate::object::label_key(key) {
            problems.push(
                Diagnostic::error(
                    codes::TYPE,
                    format!("a label key of {} is not allowed: {}", block.title(), invalid.found()),
                )
                .at(at, "this key")
                .help(LABEL_KEY_HELP),
            );
        } else if let Value { kind: Kind::String(text), .. } = value {
            labels.insert(key.clone(), text.clone());
        }
    }
    labels
}

const LABEL_KEY_HELP: &str = "use at most 63 letters, digits, `-`, `_` and `.`, first and last a letter or digit; \
     before it, if need be, a DNS subdomain and `/`";

/// Where a key stands in a map that is written out.
fn key_span(argument: &Argument, key: &str) -> Option<Span> {
    let Expression::Object(object) = &argument.expression else { return None };
    let found = object.iter().find_map(|(written, _)| match written {
        ObjectKey::Ident(name) => (name.as_str() == key).then(|| name.span()),
        ObjectKey::Expression(Expression::String(text)) => (text.value() == key).then(|| text.span()),
        ObjectKey::Expression(_) => None,
    });
    found.flatten().map(|range| Span::new(argument.span.file, range))
}

/// Two entries with one UID or one context would be written to twice, each time as another cluster.
fn told_apart(heads: &[Head<'_>], problems: &mut Diagnostics) {
    type Field = for<'h> fn(&'h Head<'_>) -> Option<&'h Arc<str>>;
    let fields: [(&str, Field); 2] =
        [("uid", |head| head.uid.as_ref()), ("context", |head| head.context.as_ref())];
    for (name, field) in fields {
        for (index, head) in heads.iter().enumerate() {
            let Some(first) =
                heads[..index].iter().find(|other| field(head).is_some() && field(other) == field(head))
            else {
                continue;
            };
            let place = |head: &Head<'_>| head.block.arg(name).map_or(head.block.place(), |arg| arg.span);
            problems.push(
                Diagnostic::error(
                    codes::IDENTITY,
                    format!("clusters \"{}\" and \"{}\" have one {name}", first.name, head.name),
                )
                .at(place(head), "the same here")
                .at(place(first), "first here")
                .note("both would be the same cluster, and what one renders would be pruned by the other")
                .help("give each cluster its own, or take one of the two out"),
            );
        }
    }
}
