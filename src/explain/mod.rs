//! Where the fields of a rendered object come from: the line of the template, and the lines of the fleet behind it.
//!
//! # What is promised
//!
//! A literal is named for a field if, and only if, the field is another or gone when the literal is: each literal that
//! could reach the unit ([`reach`]) is replaced by other values of its shape ([`other`]), as much of the fleet as the unit
//! needs is resolved again ([`lean`]), and the unit is rendered again ([`trial`]). So a literal in the branch of a condition
//! that is not taken is not named, and one in the filter of a `for` is. In particular:
//!
//! - A literal is a number, a string, `true`, `false`, `null`, or the text between two `${…}` of a string. Keys of maps
//!   and labels of blocks are names; they are told where they show, and not tried.
//! - [`trial::TRIED`] other values are tried that the unit takes; one that makes it wrong says nothing. A literal for which
//!   none was found is told as untried. In place of a selector that is written out come one that matches the cluster or
//!   the unit and one that does not; in place of a text in a list, another of its items. Then comes what a literal is
//!   compared with, in the fleet or in a template ([`meeting`]), then what is near and what the fleet says elsewhere in
//!   such a place, in turn. What only quite another value changes, such as one far beyond a limit, is not seen.
//! - What is wrong on other clusters with another value does not matter, nor with another unit, unless it is a service
//!   that this one names, or names with a value that is tried. That a `remove` finds nothing does not matter either.
//! - An item of a list is taken away too: where no other item changes a field, and one less does, the list is counted.
//! - At most [`MOST`] literals are tried for a unit; how many are left is told.
//! - One literal at a time is another: where two give the same and either is enough, neither is named.
//! - A field is known by its path, an item of a list by its place; an object by its kind, namespace and name. Literals
//!   without which the object is not there under its name are told once for all of its fields.
//! - Of what other units render only the names count: two objects of one name make a fleet wrong. That a kind which only
//!   they define lives in namespaces or not is taken as it is.
//!
//! Which settings lead to a field is found in the same way, one leaf of what the template sees after the other
//! ([`input`]), and from a setting to its literals by the names that its expression refers to ([`line`](mod@line)).

mod found;
mod input;
mod leaf;
mod lean;
mod line;
mod lines;
mod literal;
mod meeting;
mod other;
pub mod path;
mod reach;
mod secret;
mod setters;
mod trial;
mod written;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

pub use leaf::Effect;
pub use line::{Line, Role};
pub use secret::Kept;
pub use setters::Setters;

use crate::cluster::{Given, Resolved, Unit};
use crate::diagnostic::{SourceMap, Span};
use crate::fleet::Fleet;
use crate::object::{FieldPath, ObjectRef};
use crate::parallel;
use crate::render::{Rendered, RenderedCluster, RenderedObject, RenderedUnit};
use crate::source::Sources;
use found::Found;
use input::Subject;
use leaf::leaves;
use lean::Lean;
use reach::Reached;
use trial::{Cause, Laboratory};
use written::Written;

/// A fleet, and what it renders to.
pub struct Ground<'a> {
    /// The fleet as written.
    pub fleet: &'a Fleet,
    /// The values given for its variables.
    pub given: &'a [Given],
    /// Where its texts come from.
    pub sources: &'a Sources,
    /// The texts.
    pub map: &'a SourceMap,
    /// The version of this program.
    pub version: &'a semver::Version,
    /// The fleet, resolved.
    pub resolved: &'a Resolved,
    /// What it renders to.
    pub rendered: &'a Rendered,
    /// How many threads to use; the result does not depend on it.
    pub threads: usize,
}

/// An object, explained.
#[derive(Clone, Debug)]
pub struct Explained {
    /// The object.
    pub object: ObjectRef,
    /// The version of its API, as `apps/v1`.
    pub api_version: String,
    /// Its cluster.
    pub cluster: Arc<str>,
    /// Its unit, as messages name it.
    pub unit: String,
    /// The label of the unit's block.
    pub unit_at: Span,
    /// Its fields, in the order in which they stand.
    pub fields: Vec<Field>,
    /// The lines without which the object is not there under its name.
    pub decided_by: Vec<Line>,
    /// The literals without which it is not there under its name.
    pub literals: BTreeSet<Span>,
    /// The lines with literals in whose place no other value would do, so that nothing is known of them.
    pub untried: Vec<Line>,
    /// How many literals beyond the limit might have a part, and were not tried.
    pub beyond: usize,
    /// What may not be shown of its secret fields: to be kept by the map of the texts before any of this is shown.
    pub kept: Kept,
}

/// What gives a field to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Giver {
    /// A template.
    Template,
    /// A manifest.
    Manifest,
    /// A `patch` of the fleet.
    Patch,
}

/// A field that holds a value.
#[derive(Clone, Debug)]
pub struct Field {
    /// The way to it.
    pub path: FieldPath,
    /// The same as people write it.
    pub shown: String,
    /// Its value as it may be printed.
    pub value: Value,
    /// Whether it is secret.
    pub is_secret: bool,
    /// What gives it, and on which line.
    pub given_by: Option<(Giver, Span)>,
    /// The lines that set what the template makes it of.
    pub set_by: Vec<Line>,
    /// Further lines that it depends on: what decides which line counts, or whether the field is there.
    pub decided_by: Vec<Line>,
    /// Every literal that it depends on, and what becomes of it if the literal is another, or taken away where it is an
    /// item of a list that is counted. Of [`Explained::literals`] only those are among them that change its value too.
    pub literals: BTreeMap<Span, Effect>,
}

/// Explains objects of one unit; `None` if the cluster or the unit is not one of the fleet.
pub fn explain(
    ground: &Ground<'_>,
    cluster: &RenderedCluster,
    unit: &RenderedUnit,
    objects: &[&RenderedObject],
) -> Option<Vec<Explained>> {
    let resolved = ground.resolved.clusters.iter().find(|other| other.name == *cluster.name())?;
    let owner = resolved.units.iter().find(|other| other.name.file_stem() == unit.file_stem())?;
    let again = ground.rendered.again(ground.resolved)?;
    let subject = Subject { resolved: ground.resolved, cluster: resolved, unit: owner, rendered: unit };
    let targets: Vec<(&RenderedObject, Vec<leaf::Leaf>)> =
        objects.iter().map(|object| (*object, leaves(object))).collect();
    let written = written::all(ground.fleet);
    let templates = templates(ground);
    let mut pool = written::pool(ground.fleet, &written);
    templates.iter().for_each(|text| pool.meetings.add_template(text));
    pool.selects("match", &resolved.name);
    pool.selects("units", &owner.name.name);
    let sees_clusters = templates.iter().any(|text| meeting::refers(text, "clusters"));
    let reached = reach::of(ground.fleet, resolved, owner, again.mentions("clusters") && sees_clusters);
    let mut causes = causes(ground, &reached, &written);
    let beyond = causes.len().saturating_sub(MOST);
    causes.truncate(MOST);
    let lean =
        Lean::of(ground, subject, &reached, &again, &trial::units_named(ground.fleet, owner, &causes, &pool));
    let others = cluster.units().iter().filter(|other| other.file_stem() != unit.file_stem());
    let others = others.flat_map(RenderedUnit::objects).map(|object| object.object().reference());
    let taken: BTreeSet<&ObjectRef> = others.collect();
    let laboratory = Laboratory {
        ground,
        lean: &lean,
        subject,
        again: &again,
        pool: &pool,
        targets: &targets,
        taken: &taken,
    };
    let tried = parallel::map(ground.threads, &causes, |cause| laboratory.try_out(cause));
    let probed = input::probe(subject, &again, &targets);
    let places = ground.rendered.places(ground.resolved);
    let all = Found { ground, subject, written: &written, causes: &causes, tried: &tried };
    let explained = targets.iter().enumerate().map(|(target, (object, leaves))| {
        let sources = input::by_field(&probed, target);
        let shown = object.printable(crate::render::Show::Masked);
        let mut kept = Kept::default();
        let fields = leaves.iter().enumerate().map(|(number, leaf)| {
            let keys: Vec<&str> = leaf.path.iter().map(String::as_str).collect();
            let (mut set_by, decided_by, literals) =
                all.field(target, number, sources.get(&number).map_or(&[][..], Vec::as_slice));
            let is_secret = !object.secrets().is_empty() && object.hides(&leaf.path);
            if is_secret {
                leaf::at(object.object().body(), &leaf.path)
                    .into_iter()
                    .for_each(|real| kept.add_value(real));
                kept.add_lines(&mut set_by, &written);
            }
            Field {
                path: leaf.path.clone(),
                shown: path::shown(shown.body(), &leaf.path),
                value: leaf.shown.clone(),
                is_secret,
                given_by: places.of(cluster, unit, object, &keys).map(|at| (giver(ground, owner, at), at)),
                set_by,
                decided_by,
                literals,
            }
        });
        let fields: Vec<Field> = fields.collect();
        let (decided_by, literals, untried) = all.object(target);
        Explained {
            object: object.object().reference().clone(),
            api_version: object.object().api_version().to_owned(),
            cluster: Arc::clone(cluster.name()),
            unit: unit.address().to_owned(),
            unit_at: object.unit(),
            fields,
            decided_by,
            literals,
            untried,
            beyond,
            kept,
        }
    });
    Some(explained.collect())
}

/// The most literals that are tried for one unit. Each takes some renderings of the unit.
const MOST: usize = 4000;

/// The texts of all templates. What cannot be read was told when it was loaded.
fn templates(ground: &Ground<'_>) -> Vec<Arc<str>> {
    let files = ground.sources.list(&ground.resolved.templates).unwrap_or_default();
    files.iter().filter_map(|path| ground.sources.read(path).ok()).collect()
}

/// What a line that gives a field belongs to.
fn giver(ground: &Ground<'_>, unit: &Unit, at: Span) -> Giver {
    let path = ground.map.file(at.file).and_then(|file| file.below_root()).unwrap_or_default();
    if unit.manifests.iter().any(|file| file.path.as_str() == path) {
        Giver::Manifest
    } else if path.ends_with(".hcl") {
        Giver::Patch
    } else {
        Giver::Template
    }
}

/// Everything that could be the cause of a field of the unit.
fn causes<'a>(ground: &'a Ground<'_>, reached: &Reached, written: &[Written<'a>]) -> Vec<Cause<'a>> {
    let is_given = |name: &str| ground.given.iter().any(|given| *given.name == *name);
    let mut causes = Vec::new();
    for one in written.iter().filter(|one| reached.arguments.contains(&one.argument.span)) {
        for literal in literal::literals(one.argument) {
            let name = written::name_at(one, literal.at);
            causes.push(Cause::Literal(literal, &one.argument.expression, name));
        }
    }
    causes.extend(reached.variables.iter().filter(|name| is_given(name)).cloned().map(Cause::Given));
    causes
}
