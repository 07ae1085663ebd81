//! As much of a fleet as one unit on one cluster needs, so that it can be resolved quickly again and again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Ground;
use super::input::Subject;
use super::reach::Reached;
use crate::cluster::{Given, Resolved, resolve};
use crate::diagnostic::{Code, Diagnostic, Severity, SourceMap};
use crate::fleet::schema::COMPONENT;
use crate::fleet::{Block, Fleet};
use crate::render::{Again, RenderedObject};
use crate::source::{RelPath, Sources};

/// A fleet with nothing in it that does not reach the unit.
pub struct Lean {
    /// The fleet.
    pub fleet: Fleet,
    /// The names of its files, for what asks whether they are there.
    files: Sources,
    /// What is wrong with it as it is.
    known: BTreeSet<(Code, String)>,
    /// How messages name the other units: what is wrong with those does not matter.
    others: BTreeSet<String>,
}

impl Lean {
    /// What is left of the fleet, with the units of these names as they are. All of it if the unit is not the same then.
    pub fn of(
        ground: &Ground<'_>,
        subject: Subject<'_>,
        reached: &Reached,
        again: &Again,
        named: &BTreeSet<&str>,
    ) -> Self {
        let whole = Self {
            fleet: ground.fleet.clone(),
            files: listed(ground),
            known: BTreeSet::new(),
            others: others(ground.fleet, subject),
        };
        let lean = Self { fleet: reduced(ground.fleet, subject, reached, named), ..whole }.with_known(ground);
        let own = subject.rendered.objects();
        let is_same = |resolved: Resolved| {
            let cluster = resolved.clusters.iter().find(|other| other.name == subject.cluster.name)?;
            let unit = cluster.units.iter().find(|other| other.name == subject.unit.name)?;
            let rendered = again.bench(&resolved)?.unit(cluster, unit)?;
            let same = |(a, b): (&RenderedObject, &RenderedObject)| a.object() == b.object();
            Some(rendered.objects().len() == own.len() && rendered.objects().iter().zip(own).all(same))
        };
        match lean.resolve(ground, &lean.fleet, ground.given).and_then(is_same) {
            Some(true) => lean,
            Some(false) | None => Self { fleet: ground.fleet.clone(), ..lean }.with_known(ground),
        }
    }

    /// The fleet, resolved with another in the place of this one's; `None` if that is wrong, and this one is not.
    pub fn resolve(&self, ground: &Ground<'_>, fleet: &Fleet, given: &[Given]) -> Option<Resolved> {
        let (resolved, problems) =
            resolve(fleet, given, &self.files, ground.version, 1, &mut SourceMap::default());
        let is_new = |problem: &Diagnostic| {
            problem.severity == Severity::Error
                && problem.check.is_none()
                && !self.is_of_another(problem)
                && !self.known.contains(&(problem.code, problem.message.clone()))
        };
        (!problems.iter().any(is_new)).then_some(resolved)
    }

    fn is_of_another(&self, problem: &Diagnostic) -> bool {
        let about = problem.object.as_deref().unwrap_or_default();
        self.others.contains(about.split('[').next().unwrap_or(about))
    }

    fn with_known(self, ground: &Ground<'_>) -> Self {
        let (_, problems) =
            resolve(&self.fleet, ground.given, &self.files, ground.version, 1, &mut SourceMap::default());
        let errors = problems.iter().filter(|problem| problem.severity == Severity::Error);
        Self { known: errors.map(|problem| (problem.code, problem.message.clone())).collect(), ..self }
    }
}

/// The names of the templates, and nothing of what they say.
fn listed(ground: &Ground<'_>) -> Sources {
    let files = ground.sources.list(&ground.resolved.templates).unwrap_or_default();
    let files: BTreeMap<RelPath, Arc<[u8]>> =
        files.into_iter().map(|path| (path, Arc::from(Vec::new()))).collect();
    Sources::Memory(files)
}

fn others(fleet: &Fleet, subject: Subject<'_>) -> BTreeSet<String> {
    let others = fleet.units.iter().map(Block::name).filter(|name| **name != *subject.unit.name.name);
    let shown = |name: &str| {
        ["component", "service"].map(|kind| [format!("{kind} \"{name}\""), format!("{kind}.{name}")])
    };
    others.flat_map(shown).flatten().collect()
}

fn reduced(fleet: &Fleet, subject: Subject<'_>, reached: &Reached, named: &BTreeSet<&str>) -> Fleet {
    let own = |block: &Block| *block.name() == *subject.unit.name.name;
    let unit = |block: &Block| match own(block) || named.contains(block.name()) {
        true => block.clone(),
        false => outline(block),
    };
    let clusters = fleet.clusters.iter();
    let clusters = clusters.filter(|block| reached.every_cluster || *block.name() == *subject.cluster.name);
    Fleet {
        folder: fleet.folder.clone(),
        settings: fleet.settings.clone(),
        variables: fleet.variables.clone(),
        locals: fleet.locals.clone(),
        outputs: Vec::new(),
        clusters: clusters.cloned().collect(),
        profiles: fleet.profiles.clone(),
        units: fleet.units.iter().map(unit).collect(),
        overrides: fleet.overrides.iter().filter(|block| has_reached(block, reached)).cloned().collect(),
        excuses: fleet.excuses.clone(),
        gates: Vec::new(),
        rollouts: Vec::new(),
        moved: Vec::new(),
    }
}

/// What of another unit is left: that it is there.
fn outline(block: &Block) -> Block {
    let args = block.args.iter().filter(|(name, _)| ["match", "for_each", "namespace"].contains(&&***name));
    Block {
        schema: &COMPONENT,
        header: block.header,
        label: block.label.clone(),
        args: args.map(|(name, argument)| (Arc::clone(name), argument.clone())).collect(),
        blocks: Vec::new(),
        incomplete: false,
    }
}

fn has_reached(block: &Block, reached: &Reached) -> bool {
    block.args.values().any(|argument| reached.arguments.contains(&argument.span))
        || block.blocks.iter().any(|nested| has_reached(nested, reached))
}
