//! What of a fleet can reach one unit on one cluster: more than does, never less, so that no literal is left out that a
//! field depends on. Nothing is worked out here: it follows names.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hcl_edit::expr::{Expression, ObjectKey, Traversal, TraversalOperator};
use hcl_edit::visit::{self, Visit};

use crate::cluster::{Cluster, Setting, Unit, Value};
use crate::diagnostic::Span;
use crate::fleet::{Argument, Block, Fleet};
use crate::object::Selector;

/// The arguments that can reach it, and the variables that were given from outside.
#[derive(Debug, Default)]
pub struct Reached {
    /// By the place of their expressions.
    pub arguments: BTreeSet<Span>,
    /// By name.
    pub variables: BTreeSet<Arc<str>>,
}

/// What of the fleet can reach the unit. `clusters`: whether templates may see the other clusters.
pub fn of(fleet: &Fleet, cluster: &Cluster, unit: &Unit, clusters: bool) -> Reached {
    let mut walk = Walk { fleet, reached: Reached::default(), waiting: Vec::new(), every_cluster: false };
    walk.names(&fleet.settings, &["templates", "description"]);
    if clusters {
        walk.every_cluster();
    }
    let own = fleet.clusters.iter().filter(|block| *block.name() == *cluster.name);
    own.for_each(|block| walk.names(block, &CLUSTER));
    for profile in &fleet.profiles {
        walk.layer(profile, &[("match", &cluster.labels)]);
    }
    let labels = unit.all_labels();
    for block in &fleet.overrides {
        walk.layer(block, &[("match", &cluster.labels), ("units", &labels)]);
    }
    if let Some(block) = fleet.units.iter().find(|block| *block.name() == *unit.name.name) {
        for argument in block.args.values().filter(|argument| !APART.contains(&&*argument.name.text)) {
            walk.argument(argument);
        }
        for nested in &block.blocks {
            match nested.schema.name {
                "override" => walk.layer(nested, &[("match", &cluster.labels)]),
                "excuse" => {}
                _ => walk.block(nested),
            }
        }
    }
    let named = named(&unit.settings);
    for block in fleet.units.iter().filter(|block| named.contains(block.name())) {
        walk.names(block, &["match", "namespace", "for_each"]);
    }
    walk.follow();
    walk.reached
}

/// What others see of a cluster.
const CLUSTER: [&str; 4] = ["context", "labels", "values", "retired"];

/// The arguments of a unit that no template sees.
const APART: [&str; 5] = ["depends_on", "optional", "ready_when", "replace", "take_over"];

/// The units that the settings of a service name.
fn named(settings: &Setting) -> BTreeSet<String> {
    let texts =
        |value: &Value| value.items().filter_map(|item| item.as_str().map(str::to_owned)).collect::<Vec<_>>();
    let from = settings.at(["access", "from"]).and_then(Setting::leaf).map(texts);
    let exposed = settings.get("expose").into_iter().flat_map(Setting::entries);
    let gateways = exposed.filter_map(|(_, block)| block.get("gateway")?.as_str().map(str::to_owned));
    from.into_iter().flatten().chain(gateways).collect()
}

/// Labels by key.
type Labels = BTreeMap<Arc<str>, Arc<str>>;

struct Walk<'a> {
    fleet: &'a Fleet,
    reached: Reached,
    waiting: Vec<&'a Argument>,
    every_cluster: bool,
}

impl<'a> Walk<'a> {
    fn argument(&mut self, argument: &'a Argument) {
        if self.reached.arguments.insert(argument.span) {
            self.waiting.push(argument);
        }
    }

    fn names(&mut self, block: &'a Block, names: &[&str]) {
        names.iter().filter_map(|name| block.arg(name)).for_each(|argument| self.argument(argument));
    }

    fn block(&mut self, block: &'a Block) {
        block.args.values().for_each(|argument| self.argument(argument));
        block.blocks.iter().for_each(|nested| self.block(nested));
    }

    /// A block with selectors: all of it where they match; where one does not, that one, since it could match if it were
    /// another; where two do not, nothing.
    fn layer(&mut self, block: &'a Block, selectors: &[(&str, &Labels)]) {
        let failing = selectors.iter().filter(|(name, labels)| !may_match(block, name, labels)).count();
        match failing {
            0 => self.block(block),
            1 => selectors.iter().for_each(|(name, _)| self.names(block, &[name])),
            _ => {}
        }
    }

    fn every_cluster(&mut self) {
        if std::mem::replace(&mut self.every_cluster, true) {
            return;
        }
        for block in &self.fleet.clusters {
            self.names(block, &CLUSTER);
        }
        for block in &self.fleet.profiles {
            self.names(block, &["match", "replaces", "remove", "values"]);
        }
    }

    fn follow(&mut self) {
        while let Some(argument) = self.waiting.pop() {
            for reference in references(&argument.expression) {
                let (root, name) = (reference.first(), reference.get(1));
                match (root.map(String::as_str), name.map(String::as_str)) {
                    (Some("clusters"), _) => self.every_cluster(),
                    (Some("local"), name) => {
                        let locals = self.fleet.locals.iter();
                        let locals = locals.filter(|(local, _)| name.is_none_or(|name| *name == ***local));
                        locals.for_each(|(_, local)| self.argument(local));
                    }
                    (Some("var"), name) => {
                        let variables = self.fleet.variables.iter();
                        for block in variables.filter(|block| name.is_none_or(|name| name == block.name())) {
                            self.reached.variables.insert(Arc::from(block.name()));
                            self.names(block, &["type", "default"]);
                        }
                    }
                    // `cluster`, `fleet` and `each` lead to what is reached from the start.
                    (Some(_) | None, _) => {}
                }
            }
        }
    }
}

/// Whether a selector matches, as far as can be told without working it out.
fn may_match(block: &Block, name: &str, labels: &Labels) -> bool {
    let Some(Expression::String(text)) = block.arg(name).map(|argument| &argument.expression) else {
        return true;
    };
    Selector::parse(text.value()).is_ok_and(|selector| selector.matches(labels))
}

/// Every name that an expression refers to, with the keys after it as far as they are written out: `cluster`, `values`,
/// `domain`. What a `for` binds is among them.
pub fn references(expression: &Expression) -> Vec<Vec<String>> {
    let mut found = References(Vec::new());
    found.visit_expr(expression);
    found.0
}

struct References(Vec<Vec<String>>);

impl Visit for References {
    fn visit_expr(&mut self, node: &Expression) {
        match node {
            Expression::Variable(name) => self.0.push(vec![name.as_str().to_owned()]),
            Expression::Traversal(traversal) => match keys(traversal) {
                // The root alone would mean everything below it.
                Some(keys) => {
                    self.0.push(keys);
                    for step in &traversal.operators {
                        if let TraversalOperator::Index(index) = step.value() {
                            self.visit_expr(index);
                        }
                    }
                }
                None => visit::visit_expr(self, node),
            },
            other => visit::visit_expr(self, other),
        }
    }

    fn visit_object_key(&mut self, node: &ObjectKey) {
        if let ObjectKey::Expression(key) = node {
            self.visit_expr(key);
        }
    }
}

/// The root and the keys of a traversal that begins with a name.
fn keys(traversal: &Traversal) -> Option<Vec<String>> {
    let Expression::Variable(root) = &traversal.expr else { return None };
    let mut keys = vec![root.as_str().to_owned()];
    for step in &traversal.operators {
        match step.value() {
            TraversalOperator::GetAttr(name) => keys.push(name.as_str().to_owned()),
            TraversalOperator::Index(Expression::String(name)) => keys.push(name.value().clone()),
            TraversalOperator::Index(_)
            | TraversalOperator::LegacyIndex(_)
            | TraversalOperator::AttrSplat(_)
            | TraversalOperator::FullSplat(_) => break,
        }
    }
    Some(keys)
}
