//! What of a fleet can reach one unit on one cluster: more than does, never less, so that no literal is left out that a
//! field depends on. Nothing is worked out here: it follows names.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hcl_edit::expr::Expression;

use crate::cluster::{Cluster, Setting, Unit, Value, references};
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
    /// Whether what the other clusters are can reach it.
    pub every_cluster: bool,
}

/// What of the fleet can reach the unit. `clusters`: whether templates may see the other clusters.
pub fn of(fleet: &Fleet, cluster: &Cluster, unit: &Unit, clusters: bool) -> Reached {
    let mut walk = Walk { fleet, reached: Reached::default(), waiting: Vec::new() };
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
pub fn named(settings: &Setting) -> BTreeSet<String> {
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
        if std::mem::replace(&mut self.reached.every_cluster, true) {
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
            for reference in references(&argument.expression, argument.span.file) {
                match (&*reference.root, reference.name.as_deref()) {
                    ("clusters", _) => self.every_cluster(),
                    ("local", name) => {
                        let locals = self.fleet.locals.iter();
                        let locals = locals.filter(|(local, _)| name.is_none_or(|name| *name == ***local));
                        locals.for_each(|(_, local)| self.argument(local));
                    }
                    ("var", name) => {
                        let variables = self.fleet.variables.iter();
                        for block in variables.filter(|block| name.is_none_or(|name| name == block.name())) {
                            self.reached.variables.insert(Arc::from(block.name()));
                            self.names(block, &["type", "default"]);
                        }
                    }
                    // `cluster`, `fleet` and `each` lead to what is reached from the start.
                    _ => {}
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
