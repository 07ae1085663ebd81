//! What was found out by trying: for each field the lines that set it, and those that decide.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Ground;
use super::input::{Source, Subject, leaves_of};
use super::leaf::{Effect, Effects};
use super::line::Line;
use super::lines::Lines;
use super::literal::Literal;
use super::trial::{Cause, Tried};
use super::written::Written;
use crate::cluster::Setting;
use crate::diagnostic::Span;

/// What was found out.
pub struct Found<'a> {
    /// The fleet.
    pub ground: &'a Ground<'a>,
    /// The unit.
    pub subject: Subject<'a>,
    /// The arguments of the fleet.
    pub written: &'a [Written<'a>],
    /// What was tried.
    pub causes: &'a [Cause<'a>],
    /// What came of each.
    pub tried: &'a [Tried],
}

impl<'a> Found<'a> {
    fn lines<'l>(&'l self, literals: &'l BTreeSet<Span>, variables: &'l BTreeSet<Arc<str>>) -> Lines<'l> {
        Lines {
            fleet: self.ground.fleet,
            written: self.written,
            given: self.ground.given,
            cluster: self.subject.cluster,
            unit: self.subject.unit,
            literals,
            variables,
        }
    }

    /// The literals that something of a target depends on, and how. Where no item of a list changes it, but taking one
    /// away does, the list is counted: then these count.
    fn literals(
        &self,
        target: usize,
        depends: impl Fn(&Effects) -> Option<Effect>,
    ) -> BTreeMap<Span, Effect> {
        let (mut found, mut lists) = (BTreeMap::new(), BTreeSet::new());
        for (literal, tried) in self.each_literal() {
            if let Some(effect) = tried.effects.get(target).and_then(&depends) {
                found.insert(literal.at, effect);
                lists.extend(literal.list);
            }
        }
        let counted =
            self.each_literal().filter(|(literal, _)| literal.list.is_some_and(|at| !lists.contains(&at)));
        for (literal, tried) in counted {
            if let Some(effect) = tried.counted.get(target).and_then(&depends) {
                found.entry(literal.at).or_insert(effect);
            }
        }
        found
    }

    fn each_literal(&self) -> impl Iterator<Item = (&Literal, &Tried)> {
        self.causes.iter().zip(self.tried).filter_map(|(cause, tried)| match cause {
            Cause::Literal(literal, ..) => Some((literal, tried)),
            Cause::Given(_) => None,
        })
    }

    /// The given variables that something of a target depends on.
    fn variables(&self, target: usize, depends: impl Fn(&Effects) -> bool) -> BTreeSet<Arc<str>> {
        let found = self.causes.iter().zip(self.tried).filter_map(|(cause, tried)| match cause {
            Cause::Given(name) if tried.effects.get(target).is_some_and(&depends) => Some(Arc::clone(name)),
            Cause::Given(_) | Cause::Literal(..) => None,
        });
        found.collect()
    }

    /// The lines that set a field, those that decide, and the literals that it depends on.
    pub fn field(
        &self,
        target: usize,
        field: usize,
        sources: &[&Source],
    ) -> (Vec<Line>, Vec<Line>, BTreeMap<Span, Effect>) {
        let found = self.literals(target, |effects| effects.fields.get(&field).copied());
        let shared = self.literals(target, |effects| effects.whole.then_some(Effect::Gone));
        let variables = self.variables(target, |effects| effects.fields.contains_key(&field));
        let literals: BTreeSet<Span> = found.keys().copied().collect();
        let lines = self.lines(&literals, &variables);
        let mut set_by: Vec<Line> = sources.iter().filter_map(|source| self.line(&lines, source)).collect();
        set_by.dedup();
        let mut used = BTreeSet::new();
        set_by.iter().for_each(|line| line.add_literals(&mut used));
        let rest: BTreeSet<Span> =
            literals.iter().filter(|at| !used.contains(at) && !shared.contains_key(at)).copied().collect();
        let mut decided_by = lines.deciding(&rest);
        let named = given_in(&set_by);
        let rest = variables.iter().filter(|name| !named.contains(*name)).cloned();
        decided_by.extend(lines.deciding_variables(&rest.collect()));
        (set_by, decided_by, found)
    }

    /// The lines and literals without which an object is not there under its name, and the lines that are not known.
    pub fn object(&self, target: usize) -> (Vec<Line>, BTreeSet<Span>, Vec<Line>) {
        let literals = self.literals(target, |effects| effects.whole.then_some(Effect::Gone));
        let literals: BTreeSet<Span> = literals.into_keys().collect();
        let variables = self.variables(target, |effects| effects.whole);
        let untried = self.causes.iter().zip(self.tried).filter_map(|(cause, tried)| match cause {
            Cause::Literal(literal, ..) if tried.valid == 0 => Some(literal.at),
            Cause::Literal(..) | Cause::Given(_) => None,
        });
        let untried = untried.collect();
        let lines = self.lines(&literals, &variables);
        let mut decided_by = lines.deciding(&literals);
        decided_by.extend(lines.deciding_variables(&variables));
        let untried = lines.deciding(&untried);
        (decided_by, literals, untried)
    }

    /// The line that set what a source is.
    fn line(&self, lines: &Lines<'_>, source: &Source) -> Option<Line> {
        let Subject { resolved, cluster, unit, .. } = self.subject;
        let block = format!("{} \"{}\"", unit.kind.as_str(), unit.name.name);
        let of_cluster = format!("cluster \"{}\"", cluster.name);
        let of_fleet = format!("fleet \"{}\"", resolved.name);
        match source {
            Source::Setting(keys) => {
                // What its cluster has given it stands in the values of both.
                lines.setting(&unit.settings, keys, &shown(&unit.settings, keys))
            }
            Source::ClusterValue(keys) => {
                lines.value(keys, &format!("values.{}", shown(&cluster.values, keys)))
            }
            Source::ClusterLabel(key) if ["name", "fleet"].contains(&&**key) => None,
            Source::ClusterLabel(key) => Some(lines.named(cluster.span, &of_cluster, "labels", Some(key))),
            Source::ClusterName => Some(lines.named(cluster.span, &of_cluster, "", None)),
            Source::FleetName => Some(lines.named(self.ground.fleet.settings.place(), &of_fleet, "", None)),
            Source::FleetDescription => {
                Some(lines.named(self.ground.fleet.settings.place(), &of_fleet, "description", None))
            }
            Source::UnitName if unit.name.key.is_some() => {
                Some(lines.named(unit.span, &block, "for_each", None))
            }
            Source::UnitName => Some(lines.named(unit.span, &block, "", None)),
            Source::Namespace => Some(lines.named(unit.span, &block, "namespace", None)),
            Source::UnitLabel(key) => Some(lines.named(unit.span, &block, "labels", Some(key))),
        }
    }
}

/// The variables that were given, in these lines.
fn given_in(lines: &[Line]) -> BTreeSet<Arc<str>> {
    let mut found = BTreeSet::new();
    let mut waiting: Vec<&Line> = lines.iter().collect();
    while let Some(line) = waiting.pop() {
        found.extend(line.variable.clone());
        waiting.extend(&line.from);
    }
    found
}

/// The path of a setting as it may be shown.
fn shown(root: &Setting, keys: &[Arc<str>]) -> String {
    let mut leaves = leaves_of(root).into_iter();
    leaves.find(|(path, ..)| path == keys).map(|(_, shown, _)| shown).unwrap_or_default()
}
