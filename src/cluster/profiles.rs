//! Profiles: values, and defaults for services, of every cluster that a selector matches.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::codes;
use super::eval::Scope;
use super::layer::{argument_value, layer};
use super::meet::Layer;
use super::select::{Labels, Match, fixed_names, replacing};
use super::setting::{Branch, Setting, Site, Step};
use super::steady::Steady;
use crate::diagnostic::{Diagnostic, Diagnostics, Span, one_of, suggest};
use crate::fleet::Block;
use crate::fleet::schema::{BlockSchema, VALUES};

/// A path in `remove`, and where it stands.
pub type Removal = (Vec<Arc<str>>, Span);

/// A block that matches by selector and has a place in an order of replacement.
#[derive(Debug)]
pub struct Matching<'a> {
    /// The block.
    pub block: &'a Block,
    /// How messages and provenance name it.
    pub title: Arc<str>,
    /// The clusters it is about.
    pub clusters: Match,
    /// The units it is about.
    pub units: Match,
    /// What it may replace.
    pub replaces: BTreeSet<Arc<str>>,
    /// What it takes away.
    pub removes: Vec<Removal>,
}

impl Matching<'_> {
    /// Tells the paths that it takes away and that no cluster has. `removed` are those that took something.
    pub fn removed_nothing(&self, removed: &BTreeSet<Span>, problems: &mut Diagnostics) {
        for (path, span) in self.removes.iter().filter(|(_, span)| !removed.contains(span)) {
            problems.push(
                Diagnostic::error(
                    codes::REMOVES_NOTHING,
                    format!("`remove` of `{}` takes nothing away", path.join(".")),
                )
                .at(*span, "on no cluster is this path set")
                .about(&*self.title)
                .help("check the path: block names, labels and arguments with dots between them"),
            );
        }
    }
}

/// The blocks of one step, their selectors and `replaces` worked out.
pub fn matching<'a>(
    blocks: impl IntoIterator<Item = &'a Block>,
    what: &str,
    scope: &Scope,
    problems: &mut Diagnostics,
) -> Vec<Matching<'a>> {
    let blocks: Vec<&Block> = blocks.into_iter().collect();
    let mut replaces = replacing(&blocks, what, scope, problems);
    blocks
        .into_iter()
        .map(|block| Matching {
            title: Arc::from(block.title()),
            clusters: Match::read(block, "match", scope, problems),
            units: Match::read(block, "units", scope, problems),
            replaces: replaces.remove(block.name()).unwrap_or_default(),
            removes: removals(block, scope, problems),
            block,
        })
        .collect()
}

fn removals(block: &Block, scope: &Scope, problems: &mut Diagnostics) -> Vec<Removal> {
    let mut removals = Vec::new();
    for (path, span) in fixed_names(block, "remove", scope, problems) {
        let keys: Vec<Arc<str>> = path.split('.').map(Arc::from).collect();
        let first = keys.first().map_or("", |first| &**first);
        if let Some(problem) = not_removable(block.schema, first, &path, span) {
            problems.push(problem);
        } else {
            removals.push((keys, span));
        }
    }
    removals
}

fn not_removable(schema: &BlockSchema, first: &str, path: &str, span: Span) -> Option<Diagnostic> {
    let args = schema.args().filter(|arg| arg.overridable).map(|arg| arg.name);
    let blocks = schema.blocks().filter(|nested| nested.overridable).map(|nested| nested.schema.name);
    let names: BTreeSet<&str> = args.chain(blocks).collect();
    if names.contains(first) && !path.split('.').any(str::is_empty) {
        return None;
    }
    let problem =
        Diagnostic::error(codes::REMOVE, format!("`{}` cannot be taken away here", path.escape_debug()))
            .at(span, "not a setting that a block like this may set");
    Some(match suggest(first, names.iter().copied()) {
        Some(near) if near != first => problem.help(format!("did you mean `{near}`?")),
        _ => problem.help(format!("a path begins with {}", one_of(names.iter().copied()))),
    })
}

/// The layers of `values` that the profiles set on a cluster with these labels.
pub fn value_layers(
    profiles: &[Matching<'_>],
    labels: &Labels,
    scope: &Scope,
    problems: &mut Diagnostics,
) -> Vec<Layer> {
    let matched = profiles.iter().filter(|profile| profile.clusters.matches(labels));
    matched
        .map(|profile| {
            let tree = values_of(profile.block, Step::Profile, &profile.title, scope, problems);
            let removes = profile.removes.iter().filter_map(|(path, span)| match path.as_slice() {
                [first, rest @ ..] if &**first == "values" => Some((rest.to_vec(), *span)),
                _ => None,
            });
            Layer {
                name: Arc::from(profile.block.name()),
                replaces: profile.replaces.clone(),
                removes: removes.collect(),
                tree,
            }
        })
        .collect()
}

/// The layers of defaults for services.
pub fn service_layers(
    profiles: &[Matching<'_>],
    labels: &Labels,
    scope: &Scope,
    problems: &mut Diagnostics,
) -> Vec<Layer> {
    let matched = profiles.iter().filter(|profile| profile.clusters.matches(labels));
    matched
        .filter_map(|profile| {
            let block = profile.block.block("service")?;
            Some(Layer {
                name: Arc::from(profile.block.name()),
                replaces: profile.replaces.clone(),
                removes: Vec::new(),
                tree: layer(block, scope, Step::Profile, &profile.title, &Steady::default(), problems),
            })
        })
        .collect()
}

/// The `values` of a block as settings; an empty map where it has none.
pub fn values_of(
    block: &Block,
    step: Step,
    title: &Arc<str>,
    scope: &Scope,
    problems: &mut Diagnostics,
) -> Setting {
    let empty = |span| {
        let site = Site { span: Some(span), step, block: title.clone() };
        Setting::Map(Arc::new(Branch::empty(site)))
    };
    let Some(argument) = block.arg("values") else { return empty(block.place()) };
    match argument_value(argument, &VALUES, "values", title, scope, problems) {
        Some(value) => {
            Setting::from_value(value, &Site { span: Some(argument.span), step, block: title.clone() })
        }
        None => empty(argument.span),
    }
}
