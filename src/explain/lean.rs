//! As much of a fleet as one unit on one cluster needs, so that it can be resolved quickly again and again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Ground;
use super::input::Subject;
use super::reach::Reached;
use crate::cluster::{
    Cluster, Given, REMOVES_NOTHING, Resolved, UNKNOWN_NAME, Unit, UnitKind, UnitName, Value, resolve,
};
use crate::diagnostic::{Code, Diagnostic, Severity, SourceMap};
use crate::fleet::schema::SERVICE;
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
    /// How messages name the other units. What is wrong with them does not matter, or not all of it.
    others: BTreeMap<String, Matters>,
    /// What the templates see of it as it is.
    seen: Option<Seen>,
    /// Whether it may have been reduced: what is set elsewhere is not seen then.
    is_reduced: bool,
}

/// What matters of what is wrong with another unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Matters {
    /// Nothing: it is not all there.
    Nothing,
    /// All but the names of units that were left out.
    AllButNames,
}

/// All that a template can see of a fleet.
#[derive(PartialEq)]
struct Seen {
    fleet: (Arc<str>, Option<Arc<str>>, RelPath),
    clusters: Vec<(Arc<str>, Labels, Value)>,
    /// The other units of the cluster: who may call, and through what.
    units: Vec<(UnitName, UnitKind, Option<Arc<str>>)>,
    own: Option<(Labels, Vec<RelPath>, Value)>,
}

type Labels = BTreeMap<Arc<str>, Arc<str>>;

impl Seen {
    fn of(resolved: &Resolved, subject: Subject<'_>) -> Option<Self> {
        let cluster = resolved.clusters.iter().find(|other| other.name == subject.cluster.name)?;
        let is_same = |unit: &&Unit| unit.name == subject.unit.name && unit.kind == subject.unit.kind;
        let own = |unit: &Unit| {
            let files = unit.templates.iter().chain(&unit.manifests).map(|file| file.path.clone());
            (unit.labels.clone(), files.collect(), unit.settings.to_value())
        };
        let of_cluster =
            |other: &Cluster| (Arc::clone(&other.name), other.labels.clone(), other.values.to_value());
        let outline = |unit: &Unit| (unit.name.clone(), unit.kind, unit.namespace.clone());
        Some(Self {
            fleet: (Arc::clone(&resolved.name), resolved.description.clone(), resolved.templates.clone()),
            clusters: resolved.clusters.iter().filter(|other| !other.retired).map(of_cluster).collect(),
            units: cluster.units.iter().map(outline).collect(),
            own: cluster.units.iter().find(is_same).map(own),
        })
    }
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
        let fleet = reduced(ground.fleet, subject, reached, named);
        let others = others(ground.fleet, &fleet, subject);
        let (files, known) = (listed(ground), BTreeSet::new());
        let lean = Self { fleet, files, known, others, seen: None, is_reduced: true }.with_known(ground);
        let own = subject.rendered.objects();
        let is_same = |resolved: Resolved| {
            let cluster = resolved.clusters.iter().find(|other| other.name == subject.cluster.name)?;
            let unit = cluster.units.iter().find(|other| other.name == subject.unit.name)?;
            let rendered = again.bench(&resolved)?.unit(cluster, unit)?;
            let same = |(a, b): (&RenderedObject, &RenderedObject)| a.object() == b.object();
            Some(rendered.objects().len() == own.len() && rendered.objects().iter().zip(own).all(same))
        };
        let lean = match lean.resolve(ground, &lean.fleet, ground.given).and_then(is_same) {
            Some(true) => lean,
            Some(false) | None => {
                Self { fleet: ground.fleet.clone(), is_reduced: false, ..lean }.with_known(ground)
            }
        };
        let resolved = lean.resolve(ground, &lean.fleet, ground.given);
        Self { seen: resolved.and_then(|resolved| Seen::of(&resolved, subject)), ..lean }
    }

    /// Whether the templates of the unit see the same in another fleet.
    pub fn looks_the_same(&self, resolved: &Resolved, subject: Subject<'_>) -> bool {
        self.seen.is_some() && self.seen == Seen::of(resolved, subject)
    }

    /// The fleet, resolved with another in the place of this one's; `None` if that is wrong, and this one is not.
    pub fn resolve(&self, ground: &Ground<'_>, fleet: &Fleet, given: &[Given]) -> Option<Resolved> {
        let (resolved, problems) =
            resolve(fleet, given, &self.files, ground.version, 1, &mut SourceMap::default());
        let is_new = |problem: &Diagnostic| {
            problem.severity == Severity::Error
                && problem.check.is_none()
                && !self.is_of_another(problem)
                && !(self.is_reduced && problem.code == REMOVES_NOTHING)
                && !self.known.contains(&(problem.code, problem.message.clone()))
        };
        (!problems.iter().any(is_new)).then_some(resolved)
    }

    fn is_of_another(&self, problem: &Diagnostic) -> bool {
        let about = problem.object.as_deref().unwrap_or_default();
        match self.others.get(about.split('[').next().unwrap_or(about)) {
            Some(Matters::Nothing) => true,
            Some(Matters::AllButNames) => problem.code == UNKNOWN_NAME,
            None => false,
        }
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

/// How messages name the other units. A whole one goes by the title of its block where it is left out for what is wrong
/// with it, and by its address where it names a unit in vain.
fn others(fleet: &Fleet, lean: &Fleet, subject: Subject<'_>) -> BTreeMap<String, Matters> {
    let whole = lean.units.iter().filter(|block| stays_whole(block, subject)).map(Block::name);
    let whole: BTreeSet<&str> = whole.collect();
    let mut others = BTreeMap::new();
    for block in fleet.units.iter().filter(|block| !is_own(block, subject)) {
        let address = format!("{}.{}", block.schema.name, block.name());
        if whole.contains(block.name()) {
            others.insert(address, Matters::AllButNames);
        } else {
            others.extend([(address, Matters::Nothing), (block.title(), Matters::Nothing)]);
        }
    }
    others
}

fn is_own(block: &Block, subject: Subject<'_>) -> bool {
    *block.name() == *subject.unit.name.name
}

/// The unit itself, and of the others the services: what they say of themselves, others see.
fn stays_whole(block: &Block, subject: Subject<'_>) -> bool {
    is_own(block, subject) || std::ptr::eq(block.schema, &SERVICE)
}

fn reduced(fleet: &Fleet, subject: Subject<'_>, reached: &Reached, named: &BTreeSet<&str>) -> Fleet {
    let units = fleet.units.iter().filter(|block| is_own(block, subject) || named.contains(block.name()));
    let units = units.map(|block| match stays_whole(block, subject) {
        true => block.clone(),
        false => outline(block),
    });
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
        units: units.collect(),
        overrides: fleet.overrides.iter().filter(|block| has_reached(block, reached)).cloned().collect(),
        excuses: fleet.excuses.clone(),
        gates: Vec::new(),
        rollouts: Vec::new(),
        moved: Vec::new(),
    }
}

/// What others see of a component.
fn outline(block: &Block) -> Block {
    let args = block.args.iter().filter(|(name, _)| ["match", "for_each", "namespace"].contains(&&***name));
    let args = args.map(|(name, argument)| (Arc::clone(name), argument.clone())).collect();
    Block { args, ..Block::new(block.schema, block.header, block.label.clone()) }
}

fn has_reached(block: &Block, reached: &Reached) -> bool {
    block.args.values().any(|argument| reached.arguments.contains(&argument.span))
        || block.blocks.iter().any(|nested| has_reached(nested, reached))
}
