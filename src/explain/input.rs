//! What a template sees of the fleet, leaf by leaf, and which fields of the rendered objects follow when one of them is
//! another.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::leaf::{Effects, Leaf as Field, effects};
use super::other::{Pool, texts, values};
use super::written::joined;
use crate::cluster::{Cluster, Kind, Leaf, Resolved, Setting, Unit, UnitKind, UnitName, Value};
use crate::render::{Again, RenderedObject, RenderedUnit};

/// A leaf of what a template sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A setting of the unit, or one of the values that it has from its cluster.
    Setting(Vec<Arc<str>>),
    /// One of the cluster's values.
    ClusterValue(Vec<Arc<str>>),
    /// One of the cluster's labels.
    ClusterLabel(Arc<str>),
    /// The cluster's name.
    ClusterName,
    /// The fleet's name.
    FleetName,
    /// The fleet's description.
    FleetDescription,
    /// The unit's name, or its key where it has one.
    UnitName,
    /// The unit's namespace.
    Namespace,
    /// One of the unit's labels.
    UnitLabel(Arc<str>),
}

/// The objects of one unit, as they are.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// The fleet.
    pub resolved: &'a Resolved,
    /// The cluster.
    pub cluster: &'a Cluster,
    /// The unit.
    pub unit: &'a Unit,
    /// What it renders to.
    pub rendered: &'a RenderedUnit,
}

/// Objects of the unit, and the fields that are asked about.
pub type Targets<'a> = [(&'a RenderedObject, Vec<Field>)];

/// Each source that changes anything, with what it changes in each of the targets.
pub fn probe(subject: Subject<'_>, again: &Again, targets: &Targets<'_>) -> Vec<(Source, Vec<Effects>)> {
    let mut found = settings(subject, again, targets);
    let pool = Pool::new();
    let mut fleet = subject.resolved.clone();
    let Some(number) = fleet.clusters.iter().position(|other| other.name == subject.cluster.name) else {
        return found;
    };
    let cluster = subject.cluster;
    for (path, _, leaf) in leaves_of(&cluster.values) {
        let others = values(&leaf.value, &pool).into_iter().map(|value| {
            let mut values = cluster.values.clone();
            put(&mut values, &path, value);
            Cluster { values, ..cluster.clone() }
        });
        let others: Vec<Cluster> = others.collect();
        let seen = elsewhere(subject, again, targets, (&mut fleet, number), others);
        found.extend(seen.map(|effects| (Source::ClusterValue(path), effects)));
    }
    for (key, text) in &cluster.labels {
        let others = texts(text).into_iter().take(2).map(|text| {
            let mut labels = cluster.labels.clone();
            labels.insert(Arc::clone(key), Arc::from(text));
            Cluster { labels, ..cluster.clone() }
        });
        let others: Vec<Cluster> = others.collect();
        let seen = elsewhere(subject, again, targets, (&mut fleet, number), others);
        found.extend(seen.map(|effects| (Source::ClusterLabel(Arc::clone(key)), effects)));
    }
    found.extend(names(subject, again, targets, &mut fleet, number));
    found
}

/// The settings of the unit alone.
pub fn settings(subject: Subject<'_>, again: &Again, targets: &Targets<'_>) -> Vec<(Source, Vec<Effects>)> {
    let Some(bench) = again.bench(subject.resolved) else { return Vec::new() };
    let pool = Pool::new();
    let mut found = Vec::new();
    let mut look = |source: Source, others: Vec<Unit>| {
        let seen = others.iter().filter_map(|unit| bench.unit(subject.cluster, unit));
        found.extend(sum(subject, targets, seen).map(|effects| (source, effects)));
    };
    let unit = subject.unit;
    for (path, _, leaf) in leaves_of(&unit.settings) {
        if !is_seen(&path, leaf, unit.kind) {
            continue;
        }
        let others = values(&leaf.value, &pool).into_iter().map(|value| {
            let mut settings = unit.settings.clone();
            put(&mut settings, &path, value);
            Unit { settings, ..unit.clone() }
        });
        let others = others.collect();
        look(Source::Setting(path), others);
    }
    for (key, text) in &unit.labels {
        let others = texts(text).into_iter().take(2).map(|text| {
            let mut labels = unit.labels.clone();
            labels.insert(Arc::clone(key), Arc::from(text));
            Unit { labels, ..unit.clone() }
        });
        look(Source::UnitLabel(Arc::clone(key)), others.collect());
    }
    let renamed = |text: &Arc<str>| texts(text).into_iter().take(2).map(Arc::<str>::from).collect::<Vec<_>>();
    let named = match &unit.name.key {
        Some(key) => {
            renamed(key).into_iter().map(|key| UnitName { key: Some(key), ..unit.name.clone() }).collect()
        }
        None => {
            renamed(&unit.name.name).into_iter().map(|name| UnitName { name, key: None }).collect::<Vec<_>>()
        }
    };
    look(Source::UnitName, named.into_iter().map(|name| Unit { name, ..unit.clone() }).collect());
    let spaces = unit.namespace.iter().flat_map(renamed);
    let spaces = spaces.map(|namespace| Unit { namespace: Some(namespace), ..unit.clone() });
    look(Source::Namespace, spaces.collect());
    found
}

fn names(
    subject: Subject<'_>,
    again: &Again,
    targets: &Targets<'_>,
    fleet: &mut Resolved,
    number: usize,
) -> Vec<(Source, Vec<Effects>)> {
    let mut found = Vec::new();
    let cluster = subject.cluster;
    let others = texts(&cluster.name).into_iter().take(2);
    let others: Vec<Cluster> =
        others.map(|name| Cluster { name: Arc::from(name), ..cluster.clone() }).collect();
    let seen = elsewhere(subject, again, targets, (fleet, number), others);
    found.extend(seen.map(|effects| (Source::ClusterName, effects)));
    let name = Arc::clone(&fleet.name);
    let seen = texts(&name).into_iter().take(2).filter_map(|text| {
        fleet.name = Arc::from(text);
        again.bench(fleet)?.unit(cluster, subject.unit)
    });
    let seen = sum(subject, targets, seen.collect::<Vec<_>>());
    fleet.name = name;
    found.extend(seen.map(|effects| (Source::FleetName, effects)));
    let description = fleet.description.clone();
    let seen = description.iter().flat_map(|text| texts(text)).take(2).filter_map(|text| {
        fleet.description = Some(Arc::from(text));
        again.bench(fleet)?.unit(cluster, subject.unit)
    });
    let seen = sum(subject, targets, seen.collect::<Vec<_>>());
    fleet.description = description;
    found.extend(seen.map(|effects| (Source::FleetDescription, effects)));
    found
}

/// What follows where the cluster is another.
fn elsewhere(
    subject: Subject<'_>,
    again: &Again,
    targets: &Targets<'_>,
    (fleet, number): (&mut Resolved, usize),
    others: Vec<Cluster>,
) -> Option<Vec<Effects>> {
    let seen = others.into_iter().filter_map(|other| {
        let place = fleet.clusters.get_mut(number)?;
        let real = std::mem::replace(place, other.clone());
        let seen = again.bench(fleet).and_then(|bench| bench.unit(&other, subject.unit));
        if let Some(place) = fleet.clusters.get_mut(number) {
            *place = real;
        }
        seen
    });
    let seen: Vec<RenderedUnit> = seen.collect();
    sum(subject, targets, seen)
}

/// What all of these change together; `None` for nothing.
fn sum(
    subject: Subject<'_>,
    targets: &Targets<'_>,
    seen: impl IntoIterator<Item = RenderedUnit>,
) -> Option<Vec<Effects>> {
    let mut all = vec![Effects::default(); targets.len()];
    for unit in seen {
        let after: Vec<&RenderedObject> = unit.objects().iter().collect();
        for ((object, leaves), known) in targets.iter().zip(&mut all) {
            known.add(effects(object, leaves, subject.rendered.objects(), &after));
        }
    }
    all.iter().any(|effects| !effects.is_empty()).then_some(all)
}

/// Whether a template sees the setting and somebody gave it: what nobody gave is nothing to be named.
fn is_seen(path: &[Arc<str>], leaf: &Leaf, kind: UnitKind) -> bool {
    let is_empty = match &leaf.value.kind {
        Kind::Null => true,
        Kind::List(items) => items.is_empty(),
        Kind::Map(entries) => entries.is_empty(),
        Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => false,
    };
    let first = path.first().map_or("", |first| &**first);
    let apart = ["optional", "ready_when", "replace", "take_over"].contains(&first);
    let is_known = kind == UnitKind::Service || ["values", "patch"].contains(&first);
    is_known && !apart && !(is_empty && leaf.site.span.is_none())
}

/// The leaves of a setting, each with its keys, and with its path as it may be shown.
pub fn leaves_of(setting: &Setting) -> Vec<(Vec<Arc<str>>, String, &Leaf)> {
    let mut found = Vec::new();
    walk(setting, &mut Vec::new(), "", &mut found);
    found
}

fn walk<'a>(
    setting: &'a Setting,
    path: &mut Vec<Arc<str>>,
    shown: &str,
    found: &mut Vec<(Vec<Arc<str>>, String, &'a Leaf)>,
) {
    match setting {
        Setting::Leaf(leaf) => found.push((path.clone(), shown.to_owned(), leaf)),
        Setting::Map(branch) => {
            for (key, inner) in &branch.entries {
                path.push(Arc::clone(key));
                let key = if branch.sensitive { crate::object::MASK } else { key };
                walk(inner, path, &joined(shown, key), found);
                path.pop();
            }
        }
    }
}

/// Puts a value in place of a leaf.
fn put(setting: &mut Setting, path: &[Arc<str>], value: Value) {
    match (setting, path.split_first()) {
        (Setting::Leaf(leaf), None) => leaf.value = value,
        (Setting::Map(branch), Some((key, rest))) => {
            if let Some(inner) = Arc::make_mut(branch).entries.get_mut(key) {
                put(inner, rest, value);
            }
        }
        (Setting::Leaf(_), Some(_)) | (Setting::Map(_), None) => {}
    }
}

/// What sources change, by the number of the field in one of the targets.
pub fn by_field(found: &[(Source, Vec<Effects>)], target: usize) -> BTreeMap<usize, Vec<&Source>> {
    let mut fields: BTreeMap<usize, Vec<&Source>> = BTreeMap::new();
    for (source, effects) in found {
        let effects = effects.get(target).into_iter().flat_map(|effects| effects.fields.keys());
        effects.for_each(|field| fields.entry(*field).or_default().push(source));
    }
    fields
}
