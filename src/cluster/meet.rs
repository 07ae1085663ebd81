//! How values meet: layers over layers, and what happens where two of one step disagree.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::codes;
use super::setting::{Branch, Leaf, Removed, Setting, Site};
use super::value::MASKED;
use crate::diagnostic::{Diagnostic, Diagnostics, Span};

/// One block of a step.
#[derive(Clone, Debug)]
pub struct Layer {
    /// The block's name.
    pub name: Arc<str>,
    /// The blocks of the same step that it may replace, directly or through others.
    pub replaces: BTreeSet<Arc<str>>,
    /// The paths it takes away, and where it says so.
    pub removes: Vec<(Vec<Arc<str>>, Span)>,
    /// What it sets.
    pub tree: Setting,
}

/// `base` with the layers of one step over it. Where two layers set one path to different values and neither
/// replaces the other, both lines are told and one of the values stays; `path` is what stands before their paths
/// in the message. `removed` hears of each `remove` that
/// took something away.
pub fn meet(
    mut base: Setting,
    layers: &[Layer],
    path: &str,
    problems: &mut Diagnostics,
    removed: &mut dyn FnMut(Span),
) -> Setting {
    for (index, a) in layers.iter().enumerate() {
        for b in &layers[index + 1..] {
            if !a.replaces.contains(&b.name) && !b.replaces.contains(&a.name) {
                disagree(a, b, path, problems);
            }
        }
    }
    for layer in replaced_first(layers) {
        for (path, span) in &layer.removes {
            let site = Site { span: Some(*span), ..layer.tree.site().clone() };
            if take_away(&mut base, path, &site) {
                removed(*span);
            }
        }
        base = over(base, layer.tree.clone());
    }
    base
}

/// The layers in an order in which none comes before one that it replaces.
fn replaced_first(layers: &[Layer]) -> Vec<&Layer> {
    let mut waiting: Vec<&Layer> = layers.iter().collect();
    let mut ordered = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let next = waiting
            .iter()
            .position(|layer| {
                !waiting.iter().any(|other| other.name != layer.name && layer.replaces.contains(&other.name))
            })
            .unwrap_or(0);
        ordered.push(waiting.remove(next));
    }
    ordered
}

/// `base` with `upper` over it: maps by key, everything else as a whole, remembering what was replaced.
pub fn over(base: Setting, upper: Setting) -> Setting {
    match (base, upper) {
        (Setting::Map(mut shared), Setting::Map(upper)) => {
            let base = Arc::make_mut(&mut shared);
            let upper = Arc::unwrap_or_clone(upper);
            for (key, setting) in upper.entries {
                let setting = match (base.entries.remove(&key), base.removed.get(&key)) {
                    (Some(below), _) => over(below, setting),
                    (None, Some(gone)) => after(gone, setting),
                    (None, None) => setting,
                };
                base.entries.insert(key, setting);
            }
            base.site = upper.site;
            base.sensitive |= upper.sensitive;
            Setting::Map(shared)
        }
        (base, Setting::Leaf(mut leaf)) => {
            leaf.replaced = Some(Box::new(base));
            Setting::Leaf(leaf)
        }
        (base, Setting::Map(mut branch)) => {
            Arc::make_mut(&mut branch).replaced = Some(Box::new(base));
            Setting::Map(branch)
        }
    }
}

/// A setting that stands where another was taken away: it takes nothing over from it, and remembers it.
fn after(gone: &Removed, setting: Setting) -> Setting {
    match setting {
        Setting::Leaf(leaf) => Setting::Leaf(Leaf { replaced: Some(gone.was.clone()), ..leaf }),
        Setting::Map(branch) => Setting::Map(Arc::new(Branch {
            replaced: Some(gone.was.clone()),
            ..Arc::unwrap_or_clone(branch)
        })),
    }
}

fn take_away(setting: &mut Setting, path: &[Arc<str>], site: &Site) -> bool {
    let Setting::Map(branch) = setting else { return false };
    let branch = Arc::make_mut(branch);
    match path {
        [] => false,
        [last] => match branch.entries.remove(last) {
            Some(was) => {
                branch.removed.insert(last.clone(), Removed { was: Box::new(was), site: site.clone() });
                true
            }
            None => false,
        },
        [first, rest @ ..] => branch.entries.get_mut(first).is_some_and(|inner| take_away(inner, rest, site)),
    }
}

fn disagree(a: &Layer, b: &Layer, prefix: &str, problems: &mut Diagnostics) {
    let mut found = Vec::new();
    conflicts(&a.tree, &b.tree, &mut Vec::new(), &mut found);
    for (remover, setter) in [(a, b), (b, a)] {
        for (path, span) in &remover.removes {
            if let Some(set) = setter.tree.at(path.iter().map(|key| &**key)) {
                let site = Site { span: Some(*span), ..remover.tree.site().clone() };
                found.push((path.join("."), site, set.site().clone()));
            }
        }
    }
    for (path, first, second) in found {
        let mut problem = Diagnostic::error(
            codes::CONFLICT,
            format!("{first} and {second} disagree about `{prefix}{path}`"),
        );
        for site in [&first, &second] {
            problem = match site.span {
                Some(span) => problem.at(span, format!("{site} says so here")),
                None => problem,
            };
        }
        problems.push(
            problem
                .note("blocks of one step have no order: neither wins by standing later or in another file")
                .help(format!(
                    "say which one wins with `replaces = [\"{}\"]` in the other, or make their `match` disjoint",
                    b.name
                )),
        );
    }
}

fn conflicts(a: &Setting, b: &Setting, path: &mut Vec<Arc<str>>, found: &mut Vec<(String, Site, Site)>) {
    match (a, b) {
        (Setting::Map(x), Setting::Map(y)) => {
            let secret = x.sensitive || y.sensitive;
            for (key, setting) in &x.entries {
                if let Some(other) = y.entries.get(key) {
                    path.push(if secret { Arc::from(MASKED) } else { key.clone() });
                    conflicts(setting, other, path, found);
                    path.pop();
                }
            }
        }
        (Setting::Leaf(x), Setting::Leaf(y)) if x.value == y.value => {}
        _ => found.push((path.join("."), a.site().clone(), b.site().clone())),
    }
}
