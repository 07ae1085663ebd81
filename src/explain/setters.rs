//! The lines that set what a field is made of, for messages about the field: cheap enough for a run that has some.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use super::input::{self, Source, Subject};
use super::leaf::{Effects, Leaf, leaves};
use super::lines::set_at;
use super::written::{self, Written};
use crate::cluster::{Resolved, Unit};
use crate::diagnostic::Span;
use crate::fleet::Fleet;
use crate::render::{Again, RenderedObject, RenderedUnit};

/// Finds the lines of the fleet that set what a field of a rendered object is made of.
///
/// A unit is rendered some hundred times when it is first asked about, once or twice for each of its settings; after a
/// number of units nothing more is found out.
pub struct Setters<'a> {
    written: Vec<Written<'a>>,
    fleet: &'a Resolved,
    again: Again,
    left: Cell<usize>,
    units: RefCell<Units>,
}

/// By cluster and address.
type Units = BTreeMap<(Arc<str>, String), Option<Rc<Known>>>;

/// What was found out about one unit on one cluster.
struct Known {
    unit: RenderedUnit,
    fields: Vec<Vec<Leaf>>,
    /// Each setting by its line, with what it changes in each object.
    sources: Vec<(Span, Vec<Effects>)>,
}

/// The most lines that are worth naming for one field.
const MOST: usize = 3;

impl<'a> Setters<'a> {
    /// For a fleet, and at most so many units.
    pub fn new(written: &'a Fleet, fleet: &'a Resolved, again: Again, most: usize) -> Self {
        let written = written::all(written);
        Self { written, fleet, again, left: Cell::new(most), units: RefCell::default() }
    }

    /// The lines that set what the field at `path` of an object of a unit is made of, in the order of the fleet; none if
    /// that is not known, if nothing in the fleet sets it, or if there are many.
    pub fn of(&self, cluster: &str, unit: &str, object: &str, path: &[String]) -> Vec<Span> {
        let Some(known) = self.known(cluster, unit) else { return Vec::new() };
        let named = |one: &RenderedObject| one.object().reference().to_string() == object;
        let Some(number) = known.unit.objects().iter().position(named) else { return Vec::new() };
        let Some(fields) = known.fields.get(number) else { return Vec::new() };
        let mut found: Vec<Span> = Vec::new();
        for (span, effects) in &known.sources {
            let changed = effects.get(number).into_iter().flat_map(|effects| effects.fields.keys());
            let mut changed = changed.filter_map(|field| fields.get(*field));
            if changed.any(|field| field.path.starts_with(path)) && !found.contains(span) {
                found.push(*span);
            }
        }
        if found.len() > MOST {
            found.clear();
        }
        found.sort();
        found
    }

    fn known(&self, cluster: &str, unit: &str) -> Option<Rc<Known>> {
        let key = (Arc::from(cluster), unit.to_owned());
        if let Some(known) = self.units.borrow().get(&key) {
            return known.clone();
        }
        self.left.set(self.left.get().checked_sub(1)?);
        let known = self.look(cluster, unit).map(Rc::new);
        self.units.borrow_mut().insert(key, known.clone());
        known
    }

    fn look(&self, cluster: &str, unit: &str) -> Option<Known> {
        let cluster = self.fleet.clusters.iter().find(|other| *other.name == *cluster)?;
        let unit = cluster.units.iter().find(|other| other.address() == unit)?;
        let rendered = self.again.bench(self.fleet)?.unit(cluster, unit)?;
        let targets: Vec<(&RenderedObject, Vec<Leaf>)> =
            rendered.objects().iter().map(|object| (object, leaves(object))).collect();
        let subject = Subject { resolved: self.fleet, cluster, unit, rendered: &rendered };
        let sources = input::settings(subject, &self.again, &targets).into_iter();
        let sources = sources
            .filter_map(|(source, effects)| Some((place(&source, unit, &self.written)?, effects)))
            .collect();
        let fields = targets.into_iter().map(|(_, leaves)| leaves).collect();
        Some(Known { unit: rendered, fields, sources })
    }
}

/// The line that set a setting.
fn place(source: &Source, unit: &Unit, written: &[Written<'_>]) -> Option<Span> {
    match source {
        Source::Setting(keys) => set_at(written, unit.settings.at(keys.iter().map(|key| &**key))?, keys),
        Source::ClusterValue(_)
        | Source::ClusterLabel(_)
        | Source::ClusterName
        | Source::FleetName
        | Source::FleetDescription
        | Source::UnitName
        | Source::Namespace
        | Source::UnitLabel(_) => None,
    }
}
