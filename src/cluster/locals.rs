//! The locals of a fleet: in which order they are worked out, and where.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::eval::codes::UNKNOWN_KEY;
use super::eval::{Scope, evaluate, references};
use super::graph::{Graph, order};
use super::value::{Kind, Value};
use super::{absent, codes};
use crate::diagnostic::{Diagnostic, Diagnostics, Span, suggest};
use crate::fleet::{Fleet, shown};

/// The locals, in an order in which none comes before one that it refers to.
#[derive(Debug)]
pub struct Locals<'a> {
    fleet: &'a Fleet,
    order: Vec<Arc<str>>,
    /// On a cycle, or leading to one, or to a local that does not exist.
    broken: BTreeSet<Arc<str>>,
    /// The roots that each one needs, itself or through others: `cluster`, `clusters`, `each`.
    needs: BTreeMap<Arc<str>, BTreeSet<Arc<str>>>,
}

impl<'a> Locals<'a> {
    /// Orders the locals of a fleet; cycles are told.
    pub fn new(fleet: &'a Fleet, problems: &mut Diagnostics) -> Self {
        let mut graph = Graph::new();
        let mut roots: BTreeMap<Arc<str>, BTreeSet<Arc<str>>> = BTreeMap::new();
        let mut broken: BTreeSet<Arc<str>> = BTreeSet::new();
        for (name, argument) in &fleet.locals {
            let (mut uses, mut needs) = (Vec::new(), BTreeSet::new());
            for reference in references(&argument.expression, argument.span.file) {
                match (&*reference.root, reference.name) {
                    ("local", Some(used)) if fleet.locals.contains_key(&used) => {
                        uses.push((used, reference.span));
                    }
                    ("local", Some(used)) => {
                        problems.push(unknown(fleet, &used, reference.span));
                        broken.insert(name.clone());
                    }
                    (root, _) if absent::ROOTS.contains(&root) => {
                        needs.insert(reference.root);
                    }
                    _ => {}
                }
            }
            graph.insert(name.clone(), uses);
            roots.insert(name.clone(), needs);
        }
        let (order, cycles) = order(&graph);
        for cycle in cycles {
            problems.push(cycle.problem(codes::CYCLE, "local", "refers to"));
        }
        let ordered: BTreeSet<&Arc<str>> = order.iter().collect();
        broken.extend(graph.keys().filter(|name| !ordered.contains(name)).cloned());
        let mut needs: BTreeMap<Arc<str>, BTreeSet<Arc<str>>> = BTreeMap::new();
        for name in &order {
            let mut all = roots.remove(name).unwrap_or_default();
            for (used, _) in graph.get(name).into_iter().flatten() {
                all.extend(needs.get(used).into_iter().flatten().cloned());
            }
            needs.insert(name.clone(), all);
        }
        Self { fleet, order, broken, needs }
    }

    /// `scope` with `local`: those that need nothing but what `known` lists. Others have no value there, and
    /// referring to them is an error of its own.
    ///
    /// `known` are the roots, beyond variables, that have a value in `scope`. `base` holds the locals that are
    /// worked out already and do not change.
    pub fn bind(
        &self,
        scope: &mut Scope,
        known: &[&str],
        base: &BTreeMap<Arc<str>, Value>,
        wanted: Option<&BTreeSet<Arc<str>>>,
        problems: &mut Diagnostics,
    ) -> BTreeMap<Arc<str>, Value> {
        let mut values = base.clone();
        scope.set("local", map(base));
        for name in &self.broken {
            scope.set_failed("local", name.clone());
        }
        for name in self.order.iter().filter(|name| !base.contains_key(*name)) {
            let mut needs = self.needs.get(name).into_iter().flatten();
            if let Some(root) = needs.find(|root| !known.contains(&&***root)) {
                scope.explain_absent_name("local", name.clone(), absent::local_of(root));
                continue;
            }
            // One that failed in a scope around this one would fail here for the same reason.
            if scope.has_failed("local", Some(name)) || wanted.is_some_and(|wanted| !wanted.contains(name)) {
                continue;
            }
            let Some(argument) = self.fleet.locals.get(name) else { continue };
            match evaluate(&argument.expression, argument.span.file, scope, problems) {
                Some(value) => {
                    scope.insert("local", name.clone(), value.clone());
                    values.insert(name.clone(), value);
                }
                None => scope.set_failed("local", name.clone()),
            }
        }
        values
    }

    /// The locals that an expression leads to, directly or through others.
    pub fn reached<'n>(&self, names: impl IntoIterator<Item = &'n Arc<str>>) -> BTreeSet<Arc<str>> {
        let mut reached = BTreeSet::new();
        let mut waiting: Vec<Arc<str>> = names.into_iter().cloned().collect();
        while let Some(name) = waiting.pop() {
            let Some(argument) = self.fleet.locals.get(&name) else { continue };
            if !reached.insert(name) {
                continue;
            }
            let uses = references(&argument.expression, argument.span.file).into_iter();
            waiting.extend(uses.filter(|used| &*used.root == "local").filter_map(|used| used.name));
        }
        reached
    }
}

fn unknown(fleet: &Fleet, name: &str, at: Span) -> Diagnostic {
    let names = || fleet.locals.keys().map(|name| &**name);
    let name = shown(name);
    let problem = Diagnostic::error(UNKNOWN_KEY, format!("there is no local `{name}`")).at(at, "");
    match suggest(&name, names()) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem.help(format!("give it a value in a `locals` block: `{name} = …`")),
    }
}

/// Values by name as one value.
pub fn map(values: &BTreeMap<Arc<str>, Value>) -> Value {
    Value::new(Kind::Map(Arc::new(values.clone())))
}
