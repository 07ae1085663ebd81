//! A block as one layer of settings: its arguments worked out and type-checked, as a tree of settings.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::check::{Use, check};
use super::eval::{Scope, evaluate};
use super::setting::{Branch, Leaf, Setting, Site, Step};
use super::steady::Steady;
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
    steady: &Steady,
    problems: &mut Diagnostics,
) -> Setting {
    Maker { scope, step, title, steady }.branch(block, "", problems)
}

/// The arguments of a block that are settings; `path` is that of the block, empty for a block of the top level.
pub fn settings_of<'b>(block: &'b Block, path: &'b str) -> impl Iterator<Item = &'b Argument> {
    let is_setting = move |argument: &&Argument| !path.is_empty() || !META.contains(&&*argument.name.text);
    block.args.values().filter(is_setting)
}

/// The blocks in a block that are settings, each with its path.
pub fn blocks_of<'b>(block: &'b Block, path: &'b str) -> impl Iterator<Item = (&'b Block, String)> {
    let is_setting = move |nested: &&Block| !path.is_empty() || !META_BLOCKS.contains(&nested.schema.name);
    block.blocks.iter().filter(is_setting).map(move |nested| {
        let kind = nested.schema.name;
        let path = join(path, kind);
        (nested, if is_labelled(block, kind) { join(&path, nested.name()) } else { path })
    })
}

fn is_labelled(block: &Block, kind: &str) -> bool {
    block.schema.block(kind).is_some_and(|schema| schema.occurs == Occurs::PerLabel)
}

/// Makes settings out of the blocks of one step.
#[derive(Clone, Copy)]
pub struct Maker<'a> {
    /// What expressions see.
    pub scope: &'a Scope,
    /// The step that the block belongs to.
    pub step: Step,
    /// The block as a person would name it.
    pub title: &'a Arc<str>,
    /// What is known already.
    pub steady: &'a Steady,
}

impl Maker<'_> {
    fn site(&self, span: Span) -> Site {
        Site { span: Some(span), step: self.step, block: self.title.clone() }
    }

    /// The settings of a block at a path.
    pub fn branch(&self, block: &Block, path: &str, problems: &mut Diagnostics) -> Setting {
        let mut tree = Branch::empty(self.site(block.place()));
        for argument in settings_of(block, path) {
            let setting = match self.steady.at(argument.span) {
                Some(setting) => setting.clone(),
                None => self.argument(block, argument, path, problems),
            };
            tree.entries.insert(argument.name.text.clone(), setting);
        }
        for (nested, path) in blocks_of(block, path) {
            let kind = nested.schema.name;
            let inner = match self.steady.at(nested.header) {
                Some(setting) => setting.clone(),
                None => self.branch(nested, &path, problems),
            };
            if !is_labelled(block, kind) {
                tree.entries.insert(Arc::from(kind), inner);
                continue;
            }
            let of_kind = tree
                .entries
                .entry(Arc::from(kind))
                .or_insert_with(|| Setting::Map(Arc::new(Branch::empty(self.site(nested.header)))));
            if let Setting::Map(of_kind) = of_kind {
                Arc::make_mut(of_kind).entries.insert(Arc::from(nested.name()), inner);
            }
        }
        Setting::Map(Arc::new(tree))
    }

    /// The setting of one argument of a block at a path.
    pub fn argument(
        &self,
        block: &Block,
        argument: &Argument,
        path: &str,
        problems: &mut Diagnostics,
    ) -> Setting {
        let name = &argument.name.text;
        let ty = block.schema.arg(name).map_or(&Type::Any, |schema| &schema.ty);
        let site = self.site(argument.span);
        match evaluate(&argument.expression, argument.span.file, self.scope, problems) {
            Some(value) => {
                let at = Use { path: join(path, name), span: argument.span, block: self.title };
                // Kept even if it is of the wrong type, so that nobody is told that it is missing too.
                check(&value, ty, &at, problems);
                Setting::from_typed(value, ty, &site)
            }
            None => {
                let value = Value::new(Kind::Map(Arc::default()));
                Setting::Leaf(Leaf { value, site, replaced: None })
            }
        }
    }
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
                Self::Map(Arc::new(Branch {
                    entries,
                    sensitive: value.sensitive,
                    removed: BTreeMap::new(),
                    site,
                    replaced: None,
                }))
            }
            _ => Self::Leaf(Leaf { value, site, replaced: None }),
        }
    }
}
