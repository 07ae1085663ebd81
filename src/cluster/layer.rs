//! A block as one layer of settings: its arguments worked out and type-checked, as a tree of settings.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::check::{Use, check};
use super::eval::{Scope, evaluate};
use super::setting::{Branch, Leaf, Setting, Site, Step};
use super::value::{Kind, Value};
use crate::diagnostic::{Diagnostics, Span};
use crate::fleet::schema::{Occurs, Type};
use crate::fleet::{Argument, Block};

/// What a block says of itself; the rest of its arguments are settings.
const META: [&str; 12] = [
    "match",
    "units",
    "replaces",
    "remove",
    "for_each",
    "namespace",
    "labels",
    "templates",
    "templates_add",
    "manifests",
    "depends_on",
    "reason",
];

/// The nested blocks that are no settings.
const META_BLOCKS: [&str; 2] = ["override", "excuse"];

/// The settings of a block. What has the wrong type is told and kept; what cannot be worked out is told, and
/// stands as a leaf that holds an empty map, which is of no type that anything asks for.
pub fn layer(
    block: &Block,
    scope: &Scope,
    step: Step,
    title: &Arc<str>,
    problems: &mut Diagnostics,
) -> Setting {
    branch(block, "", scope, step, title, problems)
}

fn branch(
    block: &Block,
    path: &str,
    scope: &Scope,
    step: Step,
    title: &Arc<str>,
    problems: &mut Diagnostics,
) -> Setting {
    let site = |span: Span| Site { span: Some(span), step, block: title.clone() };
    let mut tree = Branch::empty(site(block.place()));
    for argument in block.args.values() {
        let name = &argument.name.text;
        if path.is_empty() && META.contains(&&**name) {
            continue;
        }
        let ty = block.schema.arg(name).map_or(&Type::Any, |schema| &schema.ty);
        let value = evaluate(&argument.expression, argument.span.file, scope, problems);
        let setting = match value {
            Some(value) => {
                let at = Use { path: join(path, name), span: argument.span, block: title };
                // Kept even if it is of the wrong type, so that nobody is told that it is missing too.
                check(&value, ty, &at, problems);
                Setting::from_typed(value, ty, &site(argument.span))
            }
            None => {
                let value = Value::new(Kind::Map(Arc::default()));
                Setting::Leaf(Leaf { value, site: site(argument.span), replaced: None })
            }
        };
        tree.entries.insert(name.clone(), setting);
    }
    for nested in &block.blocks {
        let kind = nested.schema.name;
        if path.is_empty() && META_BLOCKS.contains(&kind) {
            continue;
        }
        let per_label = block.schema.block(kind).is_some_and(|schema| schema.occurs == Occurs::PerLabel);
        let path = if per_label { join(&join(path, kind), nested.name()) } else { join(path, kind) };
        let inner = branch(nested, &path, scope, step, title, problems);
        if !per_label {
            tree.entries.insert(Arc::from(kind), inner);
            continue;
        }
        let of_kind = tree.entries.entry(Arc::from(kind)).or_insert_with(|| {
            let site = site(nested.header);
            Setting::Map(Branch::empty(site))
        });
        if let Setting::Map(of_kind) = of_kind {
            of_kind.entries.insert(Arc::from(nested.name()), inner);
        }
    }
    Setting::Map(tree)
}

/// An argument worked out and checked; `None` if something was told.
pub fn argument_value(
    argument: &Argument,
    ty: &Type,
    path: &str,
    block: &str,
    scope: &Scope,
    problems: &mut Diagnostics,
) -> Option<Value> {
    let value = evaluate(&argument.expression, argument.span.file, scope, problems)?;
    let at = Use { path: path.to_owned(), span: argument.span, block };
    check(&value, ty, &at, problems).then_some(value)
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

impl Setting {
    /// A value as settings: maps become branches, so that later layers can set what lies below them. A part
    /// that is written inside the argument is set by its own line, any other by that of the argument.
    pub fn from_value(value: Value, site: &Site) -> Self {
        Self::from_typed(value, &Type::Any, site)
    }

    /// As [`Setting::from_value`], but what its type takes for one value stays one: the environment variable
    /// `{ secret = "…" }` does not meet `{ field = "…" }` half-way, it is replaced by it.
    fn from_typed(value: Value, ty: &Type, site: &Site) -> Self {
        let inside = |span: &Span| {
            site.span.is_none_or(|outer| {
                outer.file == span.file && outer.start <= span.start && span.end <= outer.end
            })
        };
        let site = Site { span: value.span.filter(inside).or(site.span), ..site.clone() };
        let inner = match ty {
            Type::Map(inner) => inner,
            _ => &Type::Any,
        };
        match &value.kind {
            Kind::Map(_) if !matches!(ty, Type::EnvValue) => {
                let entries = value
                    .entries()
                    .map(|(key, item)| (key.clone(), Self::from_typed(item.into_owned(), inner, &site)));
                let entries = entries.collect();
                Self::Map(Branch {
                    entries,
                    sensitive: value.sensitive,
                    removed: BTreeMap::new(),
                    site,
                    replaced: None,
                })
            }
            _ => Self::Leaf(Leaf { value, site, replaced: None }),
        }
    }
}
