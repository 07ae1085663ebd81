//! A literal is another: what becomes of the objects of one unit.

use std::collections::BTreeSet;
use std::sync::Arc;

use hcl_edit::expr::Expression;

use super::Ground;
use super::input::{Subject, Targets};
use super::leaf::{Effects, effects};
use super::lean::Lean;
use super::literal::{Literal, with_other, without};
use super::other::{Pool, scalars, values};
use super::written;
use crate::cluster::{Cluster, Given, GivenValue, Resolved, Unit, UnitName, Value};
use crate::fleet::{Fleet, Scalar};
use crate::object::ObjectRef;
use crate::render::{self, Again, Options, RenderedObject, RenderedUnit};

/// How many other values that the fleet takes are put in place of each literal.
pub const TRIED: usize = 8;

/// What can be another.
#[derive(Clone, Debug)]
pub enum Cause<'a> {
    /// A literal of the fleet; its expression, and the name of the argument or key that it is given to.
    Literal(Literal, &'a Expression, String),
    /// A value that was given for a variable from outside.
    Given(Arc<str>),
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Tried {
    /// What follows in each of the targets.
    pub effects: Vec<Effects>,
    /// What follows where the literal is an item of a list, and taken away.
    pub counted: Vec<Effects>,
    /// With how many other values the fleet could be rendered.
    pub valid: usize,
}

/// What a unit's block renders to in another fleet.
enum Outcome {
    /// What it does in this one: the templates see nothing else.
    Same,
    /// The unit, or those that have taken its place.
    Units(Vec<RenderedUnit>),
}

/// What stays the same in all trials.
pub struct Laboratory<'a> {
    /// The fleet.
    pub ground: &'a Ground<'a>,
    /// As much of it as the unit needs.
    pub lean: &'a Lean,
    /// The unit.
    pub subject: Subject<'a>,
    /// The templates.
    pub again: &'a Again,
    /// What may stand for what.
    pub pool: &'a Pool,
    /// The fields that are asked about.
    pub targets: &'a Targets<'a>,
    /// The objects of the other units of the cluster: two cannot have one name.
    pub taken: &'a BTreeSet<&'a ObjectRef>,
}

impl Laboratory<'_> {
    /// Puts other values in place of one, and adds up what follows.
    pub fn try_out(&self, cause: &Cause<'_>) -> Tried {
        match cause {
            Cause::Literal(literal, expression, name) => {
                let mut fleet = self.lean.fleet.clone();
                let mut render = |expression: Expression| {
                    written::put(&mut fleet, literal.argument, expression)?;
                    self.render(&fleet, self.ground.given)
                };
                let twin = match (&literal.scalar, literal.list) {
                    (Scalar::String(text), Some(list)) => self.pool.twin(list, text),
                    _ => None,
                };
                let mut others = scalars(&literal.scalar, name, self.pool);
                others.retain(|other| twin.as_ref() != Some(other));
                others.splice(0..0, twin);
                let others = others.iter().map(|other| with_other(expression, literal.number, other));
                let tried = self.add_up(others.map(&mut render));
                let shorter = literal.list.map(|_| without(expression, literal.at));
                let shorter = self.add_up(shorter.into_iter().map(&mut render));
                Tried { counted: shorter.effects, valid: tried.valid + shorter.valid, ..tried }
            }
            Cause::Given(name) => {
                let Some(number) = self.ground.given.iter().rposition(|given| given.name == *name) else {
                    return self.add_up(std::iter::empty());
                };
                let others = self.ground.given.get(number).map(others_of).unwrap_or_default();
                self.add_up(others.into_iter().map(|value| {
                    let mut given = self.ground.given.to_vec();
                    given.get_mut(number)?.value = value;
                    self.render(&self.lean.fleet, &given)
                }))
            }
        }
    }

    fn add_up(&self, rendered: impl Iterator<Item = Option<Outcome>>) -> Tried {
        let none = vec![Effects::default(); self.targets.len()];
        let mut tried = Tried { effects: none, counted: Vec::new(), valid: 0 };
        for outcome in rendered.flatten().take(TRIED) {
            tried.valid += 1;
            let Outcome::Units(units) = outcome else { continue };
            let after: Vec<&RenderedObject> = units.iter().flat_map(RenderedUnit::objects).collect();
            for ((object, leaves), known) in self.targets.iter().zip(&mut tried.effects) {
                known.add(effects(object, leaves, self.subject.rendered.objects(), &after));
            }
        }
        tried
    }

    /// What the unit's block renders to in another fleet: the unit, or those that have taken its place. `None` if that
    /// fleet is wrong.
    fn render(&self, fleet: &Fleet, given: &[Given]) -> Option<Outcome> {
        let resolved = self.lean.resolve(self.ground, fleet, given)?;
        if self.lean.looks_the_same(&resolved, self.subject) {
            return Some(Outcome::Same);
        }
        let cluster = resolved.clusters.iter().find(|other| other.name == self.subject.cluster.name)?;
        if cluster.retired {
            return Some(Outcome::Units(Vec::new()));
        }
        let units = self.units(cluster);
        let rendered: Vec<RenderedUnit> = match units.iter().all(|unit| self.again.has(&resolved, unit)) {
            true => {
                let bench = self.again.bench(&resolved)?;
                units.into_iter().map(|unit| bench.unit(cluster, unit)).collect::<Option<_>>()?
            }
            false => self.render_anew(&resolved, cluster, &units)?,
        };
        let mut objects = rendered.iter().flat_map(RenderedUnit::objects).map(|object| object.object());
        (!objects.any(|object| self.taken.contains(object.reference()))).then_some(Outcome::Units(rendered))
    }

    /// The unit in another fleet; where it is not there, those of the same block that were not there before.
    fn units<'c>(&self, cluster: &'c Cluster) -> Vec<&'c Unit> {
        let own = self.subject.unit;
        if let Some(same) = cluster.units.iter().find(|unit| unit.name == own.name && unit.kind == own.kind) {
            return vec![same];
        }
        let known: BTreeSet<&UnitName> = self.subject.cluster.units.iter().map(|unit| &unit.name).collect();
        cluster.units.iter().filter(|unit| unit.span == own.span && !known.contains(&unit.name)).collect()
    }

    /// With files that were not read yet.
    fn render_anew(
        &self,
        resolved: &Resolved,
        cluster: &Cluster,
        units: &[&Unit],
    ) -> Option<Vec<RenderedUnit>> {
        let options = Options { clusters: Some([Arc::clone(&cluster.name)].into()), ..Options::default() };
        let mut map = self.ground.map.clone();
        let (rendered, problems) = render::render(resolved, self.ground.sources, &mut map, &options);
        if problems.has_errors() {
            return None;
        }
        let stems: Vec<String> = units.iter().map(|unit| unit.name.file_stem()).collect();
        let clusters = rendered.clusters().iter().filter(|other| *other.name() == cluster.name);
        let found = clusters.flat_map(|cluster| cluster.units());
        Some(found.filter(|unit| stems.iter().any(|stem| stem == unit.file_stem())).cloned().collect())
    }
}

/// The units whose names stand in one of the causes, or may be put there.
pub fn units_named<'f>(
    fleet: &'f Fleet,
    unit: &Unit,
    causes: &[Cause<'_>],
    pool: &Pool,
) -> BTreeSet<&'f str> {
    let mut texts = super::reach::named(&unit.settings);
    for cause in causes {
        if let Cause::Literal(Literal { scalar: scalar @ Scalar::String(text), .. }, _, name) = cause {
            texts.insert(text.clone());
            texts.extend(scalars(scalar, name, pool).into_iter().filter_map(|other| match other {
                Scalar::String(text) => Some(text),
                Scalar::Null | Scalar::Bool(_) | Scalar::Number(_) | Scalar::Part(_) => None,
            }));
        }
    }
    fleet.units.iter().map(crate::fleet::Block::name).filter(|name| texts.contains(*name)).collect()
}

/// Other values in place of one that was given, each scalar in its turn.
fn others_of(given: &Given) -> Vec<GivenValue> {
    let in_expression = |expression: &Expression| -> Vec<GivenValue> {
        let argument = crate::fleet::Argument {
            name: crate::fleet::Name { text: Arc::clone(&given.name), span: given.span },
            expression: expression.clone(),
            span: given.span,
        };
        let pool = Pool::default();
        let others = super::literal::literals(&argument).into_iter().flat_map(|literal| {
            let others = scalars(&literal.scalar, "", &pool).into_iter();
            others.map(move |other| (literal.number, other)).collect::<Vec<_>>()
        });
        others
            .map(|(number, other)| GivenValue::Expression(Box::new(with_other(expression, number, &other))))
            .collect()
    };
    match &given.value {
        GivenValue::Value(value) => {
            values(value, &Pool::default()).into_iter().map(GivenValue::Value).collect()
        }
        GivenValue::Expression(expression) => in_expression(expression),
        GivenValue::Text(text) => {
            // As a string; where the variable is none, as the expression that it is then.
            let scalar = Scalar::String(text.to_string());
            let texts = scalars(&scalar, "", &Pool::default()).into_iter().filter_map(|other| match other {
                Scalar::String(text) => Some(GivenValue::Value(Value::string(text))),
                Scalar::Null | Scalar::Bool(_) | Scalar::Number(_) | Scalar::Part(_) => None,
            });
            let parsed = text.parse::<Expression>().ok();
            texts.chain(parsed.iter().flat_map(in_expression)).collect()
        }
    }
}
