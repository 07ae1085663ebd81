//! From the block of a unit to what it is on one cluster.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::applying::Applying;
use super::codes;
use super::complete::{complete, defaults};
use super::eval::{Scope, references};
use super::excuses::{Excuses, Failing, Used};
use super::files::Files;
use super::heads::{Head, plain_labels};
use super::layer::layer;
use super::meet::{Layer, meet, over};
use super::named::Named;
use super::profiles::{Matching, matching};
use super::select::{Labels, Match, about_nothing, fixed, fixed_names, fixed_text, unknown};
use super::service;
use super::setting::{Branch, Setting, Site, Step};
use super::steady::Steady;
use super::unit::{FileRef, Unit, UnitKind, UnitName};
use super::value::{Kind, Value};
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::fleet::schema::SERVICE;
use crate::fleet::{Block, Fleet};

/// The label keys that every unit has without saying so.
const IMPLICIT: [&str; 2] = ["name", "kind"];

/// A unit block, its fixed part worked out.
#[derive(Debug)]
pub struct Plan<'a> {
    /// The block.
    pub block: &'a Block,
    /// Component or service.
    pub kind: UnitKind,
    /// The clusters it is on.
    clusters: Match,
    /// Its labels, with the implicit ones.
    pub labels: Labels,
    /// One for each key of `for_each`, or one alone.
    instances: Vec<(UnitName, Option<Value>)>,
    /// The overrides inside it.
    overrides: Vec<Matching<'a>>,
    /// The units it comes after.
    depends_on: Vec<Arc<str>>,
    title: Arc<str>,
}

/// What is the same for all units of one cluster.
#[derive(Debug)]
pub struct Ground<'a> {
    /// The cluster.
    pub head: Head<'a>,
    /// What expressions of its units see.
    pub scope: Scope,
    /// Its values.
    pub values: Setting,
    /// The defaults for its services.
    pub services: Setting,
}

/// All that units are resolved from.
#[derive(Debug)]
pub struct Units<'a> {
    plans: Vec<Plan<'a>>,
    overrides: Vec<Matching<'a>>,
    /// The settings that no cluster changes.
    steady: Steady,
    files: Files,
    excuses: Excuses,
}

/// What the units of some clusters needed.
#[derive(Debug, Default)]
pub struct Needed {
    /// The units whose settings an excuse was about, by the place of the excuse.
    excused: BTreeMap<Span, Used>,
    /// The `remove` paths that took something away.
    removed: BTreeSet<Span>,
    /// The units that are on some cluster, and the overrides that matched some unit.
    matched: BTreeSet<Span>,
}

impl Needed {
    /// Adds what others needed.
    pub fn add(&mut self, other: Self) {
        for (excuse, units) in other.excused {
            self.excused.entry(excuse).or_default().extend(units);
        }
        self.removed.extend(other.removed);
        self.matched.extend(other.matched);
    }
}

impl<'a> Units<'a> {
    /// The units of a fleet; what is wrong with their fixed parts is told.
    pub fn new(fleet: &'a Fleet, files: Files, scope: &Scope, problems: &mut Diagnostics) -> Self {
        let plans: Vec<Plan<'a>> =
            fleet.units.iter().map(|block| Plan::new(block, fleet, scope, problems)).collect();
        depends_on_cycles(&plans, scope, problems);
        same_file(&plans, problems);
        let overrides = matching(&fleet.overrides, "override", scope, problems);
        let mut steady = Steady::default();
        for plan in &plans {
            steady.add(plan.block, scope, Step::Unit, &plan.title);
            for own in &plan.overrides {
                steady.add(own.block, scope, Step::UnitOverride, &own.title);
            }
        }
        for block in &overrides {
            steady.add(block.block, scope, Step::Override, &block.title);
        }
        Self { overrides, steady, excuses: Excuses::new(fleet, scope, problems), plans, files }
    }

    /// The names of all units of the fleet.
    pub fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.plans.iter().map(|plan| plan.block.name())
    }

    /// The units of one cluster, sorted by name. A unit with a problem is told and left out.
    pub fn on(&self, ground: &Ground<'_>, needed: &mut Needed, problems: &mut Diagnostics) -> Vec<Unit> {
        let mut units = Vec::new();
        if ground.head.retired {
            return units;
        }
        for plan in self.plans.iter().filter(|plan| plan.clusters.matches(&ground.head.labels)) {
            needed.matched.insert(plan.block.place());
            for (name, each) in &plan.instances {
                let mut found = Diagnostics::new();
                let unit = self.unit(plan, name, each.as_ref(), ground, needed, &mut found);
                let failed = found.has_errors();
                for problem in found {
                    let problem = match problem.object {
                        Some(_) => problem,
                        None => problem.about(&*plan.title),
                    };
                    problems.push(problem.on(ground.head.name.clone()));
                }
                units.extend(unit.filter(|_| !failed));
            }
        }
        let mut found = Diagnostics::new();
        service::references(
            &units,
            &|name| self.names().any(|known| known == name),
            self.names(),
            &mut found,
        );
        problems.append(found.on(&ground.head.name));
        units.sort_by(|a, b| a.name.cmp(&b.name));
        units
    }

    /// The files that the units of these clusters name. What is wrong with a name is told with the unit.
    pub fn named(&self, grounds: &[Ground<'_>]) -> Named {
        let mut plans: Vec<(&Plan<'_>, bool)> = self.plans.iter().map(|plan| (plan, false)).collect();
        plans.sort_by_key(|(plan, _)| plan.block.name());
        let (mut named, mut ignored) = (Named::default(), Diagnostics::new());
        for ground in grounds.iter().filter(|ground| !ground.head.retired) {
            for (plan, is_known) in &mut plans {
                if *is_known || !plan.clusters.matches(&ground.head.labels) {
                    continue;
                }
                *is_known = plan.names_the_same_everywhere();
                for (_, each) in &plan.instances {
                    let scope = scope_of(ground, each.as_ref());
                    let templates = self.templates(plan, &scope, &mut ignored);
                    named.add(&templates, &self.manifests(plan, &scope, &mut ignored));
                }
            }
        }
        named
    }

    /// What no cluster needed: units and overrides that match nothing, paths in `remove`. `clusters` are
    /// the labels of all of them.
    pub fn unused(&self, needed: &Needed, clusters: &[&Labels], problems: &mut Diagnostics) {
        let matched = &needed.matched;
        let idle = |place: Span, matching: &[&Match]| {
            !matched.contains(&place) && !matching.iter().any(|matching| matches!(matching, Match::Failed))
        };
        for plan in &self.plans {
            if idle(plan.block.place(), &[&plan.clusters]) {
                let labels = clusters.iter().copied();
                problems.push(about_nothing(plan.block, &[&plan.clusters], "cluster", labels));
                continue;
            }
            for own in plan.overrides.iter().filter(|own| idle(own.block.place(), &[&own.clusters])) {
                let labels = clusters.iter().copied();
                let what = "cluster that its unit is on";
                problems.push(about_nothing(own.block, &[&own.clusters], what, labels).about(&*plan.title));
            }
        }
        for block in self.overrides.iter().filter(|one| idle(one.block.place(), &[&one.clusters, &one.units]))
        {
            let labels = clusters.iter().copied().chain(self.plans.iter().map(|plan| &plan.labels));
            problems.push(about_nothing(block.block, &[&block.clusters, &block.units], "unit", labels));
        }
        let own = self.plans.iter().flat_map(|plan| &plan.overrides);
        for block in own.chain(&self.overrides) {
            block.removed_nothing(&needed.removed, problems);
        }
    }

    /// The excuses, with the units whose settings each was used for.
    pub fn excuses(&self, needed: Needed) -> Excuses {
        self.excuses.clone().used(needed.excused)
    }

    /// Whether a check is excused for the settings of a unit. Every excuse that is about it is used.
    fn is_excused(
        &self,
        check: &str,
        plan: &Plan<'_>,
        head: &Head<'_>,
        excused: &mut BTreeMap<Span, Used>,
    ) -> bool {
        let failing = Failing {
            check,
            cluster: &head.labels,
            unit: plan.block.name(),
            labels: &plan.labels,
            object: None,
        };
        let mut found = false;
        for excuse in self.excuses.about(failing) {
            found = true;
            let unit = (head.name.clone(), Arc::from(plan.block.name()));
            excused.entry(excuse.at).or_default().insert(unit);
        }
        found
    }

    fn unit(
        &self,
        plan: &Plan<'_>,
        name: &UnitName,
        each: Option<&Value>,
        ground: &Ground<'_>,
        needed: &mut Needed,
        problems: &mut Diagnostics,
    ) -> Option<Unit> {
        let scope = &*scope_of(ground, each);
        let mut settings = base(plan.kind, ground);
        settings = over(settings, layer(plan.block, scope, Step::Unit, &plan.title, &self.steady, problems));
        let matched: Vec<&Matching<'_>> = self
            .overrides
            .iter()
            .filter(|block| block.clusters.matches(&ground.head.labels) && block.units.matches(&plan.labels))
            .collect();
        let mut layers = override_layers(&matched, Step::Override, scope, &self.steady, problems);
        if plan.kind == UnitKind::Component {
            only_common(&layers, &plan.title, problems);
            layers.iter_mut().for_each(|layer| layer.tree = common_part(&layer.tree));
        }
        for block in &matched {
            needed.matched.insert(block.block.place());
        }
        settings = meet(settings, &layers, "", problems, &mut |span| {
            needed.removed.insert(span);
        });
        let matched: Vec<&Matching<'_>> =
            plan.overrides.iter().filter(|block| block.clusters.matches(&ground.head.labels)).collect();
        for block in &matched {
            needed.matched.insert(block.block.place());
        }
        let layers = override_layers(&matched, Step::UnitOverride, scope, &self.steady, problems);
        settings = meet(settings, &layers, "", problems, &mut |span| {
            needed.removed.insert(span);
        });
        if plan.kind == UnitKind::Service {
            settings = complete(settings, &self.steady.filled);
            let mut excused = |check: &str| self.is_excused(check, plan, &ground.head, &mut needed.excused);
            service::check(&settings, plan.block, &ground.head.labels, &mut excused, problems);
        }
        let optional =
            settings.get("optional").and_then(Setting::leaf).is_some_and(|v| v.kind == Kind::Bool(true));
        let (title, at) = (&*plan.title, plan.block.place());
        let applying = Applying::read(&settings, &plan.depends_on, title, at, problems);
        let labels = plan.labels.iter().filter(|(key, _)| !IMPLICIT.contains(&&***key));
        Some(Unit {
            applying: Arc::new(applying),
            kind: plan.kind,
            name: name.clone(),
            span: plan.block.place(),
            labels: labels.map(|(key, value)| (key.clone(), value.clone())).collect(),
            namespace: namespace(plan, scope, problems),
            templates: self.templates(plan, scope, problems),
            manifests: self.manifests(plan, scope, problems),
            depends_on: plan.depends_on.clone(),
            optional,
            settings,
        })
    }

    fn manifests(&self, plan: &Plan<'_>, scope: &Scope, problems: &mut Diagnostics) -> Vec<FileRef> {
        self.files.manifests(&fixed_names(plan.block, "manifests", scope, problems), problems)
    }

    fn templates(&self, plan: &Plan<'_>, scope: &Scope, problems: &mut Diagnostics) -> Vec<FileRef> {
        let mut named = fixed_names(plan.block, "templates", scope, problems);
        if plan.kind == UnitKind::Service && plan.block.arg("templates").is_none() {
            named.push((Arc::from("service"), plan.block.place()));
        }
        named.extend(fixed_names(plan.block, "templates_add", scope, problems));
        self.files.templates(&named, problems)
    }
}

impl<'a> Plan<'a> {
    fn new(block: &'a Block, fleet: &Fleet, scope: &Scope, problems: &mut Diagnostics) -> Self {
        let kind = if std::ptr::eq(block.schema, &SERVICE) { UnitKind::Service } else { UnitKind::Component };
        let mut labels = plain_labels(block, scope, &IMPLICIT, problems);
        labels.insert(Arc::from("name"), Arc::from(block.name()));
        labels.insert(Arc::from("kind"), Arc::from(kind.as_str()));
        let names = fleet.units.iter().map(Block::name);
        let mut depends_on = Vec::new();
        for (name, span) in fixed_names(block, "depends_on", scope, problems) {
            if names.clone().any(|known| *known == *name) {
                depends_on.push(name);
            } else {
                let others = names.clone().filter(|other| *other != block.name());
                problems.push(unknown("unit", &name, span, others));
            }
        }
        let title: Arc<str> = Arc::from(block.title());
        let mut overrides = matching(block.blocks_of("override"), "override", scope, problems);
        for own in &mut overrides {
            own.title = Arc::from(format!("{} of {title}", own.title));
        }
        Self {
            clusters: Match::read(block, "match", scope, problems),
            instances: instances(block, scope, problems),
            overrides,
            block,
            kind,
            labels,
            depends_on,
            title,
        }
    }

    /// Whether no expression that names a file refers to anything.
    fn names_the_same_everywhere(&self) -> bool {
        let mut arguments =
            ["templates", "templates_add", "manifests"].into_iter().filter_map(|name| self.block.arg(name));
        arguments.all(|argument| references(&argument.expression, argument.span.file).is_empty())
    }
}

/// What expressions of a unit see on a cluster.
fn scope_of<'g>(ground: &'g Ground<'_>, each: Option<&Value>) -> Cow<'g, Scope> {
    match each {
        Some(each) => Cow::Owned(ground.scope.child("each", each.clone())),
        None => Cow::Borrowed(&ground.scope),
    }
}

/// The tree that a unit's own settings are laid over.
fn base(kind: UnitKind, ground: &Ground<'_>) -> Setting {
    let site = Site { span: None, step: Step::Default, block: Arc::from("") };
    let below = match kind {
        UnitKind::Service => over(defaults(), ground.services.clone()),
        UnitKind::Component => Setting::Map(Arc::new(Branch::empty(site.clone()))),
    };
    let mut base = match below {
        Setting::Map(base) => base,
        Setting::Leaf(_) => Arc::new(Branch::empty(site)),
    };
    Arc::make_mut(&mut base).entries.insert(Arc::from("values"), ground.values.clone());
    Setting::Map(base)
}

fn override_layers(
    matched: &[&Matching<'_>],
    step: Step,
    scope: &Scope,
    steady: &Steady,
    problems: &mut Diagnostics,
) -> Vec<Layer> {
    let layers = matched.iter().map(|block| Layer {
        name: Arc::from(block.block.name()),
        replaces: block.replaces.clone(),
        removes: block.removes.clone(),
        tree: layer(block.block, scope, step, &block.title, steady, problems),
    });
    layers.collect()
}

/// What an override may set on a component too.
const COMMON: [&str; 3] = ["values", "optional", "patch"];

fn only_common(layers: &[Layer], title: &str, problems: &mut Diagnostics) {
    for layer in layers {
        for (name, setting) in layer.tree.entries().filter(|(name, _)| !COMMON.contains(name)) {
            let site = setting.site();
            let message = format!("{site} sets `{name}` on {title}, which is not a service");
            let problem = Diagnostic::error(codes::TYPE, message).help("add `kind=service` to its `units`");
            problems.push(match site.span {
                Some(span) => problem.at(span, "only a service has this setting"),
                None => problem,
            });
        }
    }
}

fn common_part(tree: &Setting) -> Setting {
    match tree {
        Setting::Map(branch) => {
            let mut branch = Branch::clone(branch);
            branch.entries.retain(|name, _| COMMON.contains(&&**name));
            Setting::Map(Arc::new(branch))
        }
        Setting::Leaf(leaf) => Setting::Leaf(leaf.clone()),
    }
}

fn namespace(plan: &Plan<'_>, scope: &Scope, problems: &mut Diagnostics) -> Option<Arc<str>> {
    fixed_text(plan.block, "namespace", scope, problems)
}

fn instances(block: &Block, scope: &Scope, problems: &mut Diagnostics) -> Vec<(UnitName, Option<Value>)> {
    let name: Arc<str> = Arc::from(block.name());
    let Some(argument) = block.arg("for_each") else {
        return vec![(UnitName { name, key: None }, None)];
    };
    let Some(value) = fixed(block, "for_each", scope, problems) else { return Vec::new() };
    let mut refuse = |message: &str, help: &str| {
        problems.push(Diagnostic::error(codes::FOR_EACH, message).at(argument.span, "this value").help(help));
        Vec::new()
    };
    let pairs: Vec<(Arc<str>, Value)> = match &value.kind {
        Kind::Map(entries) => entries.iter().map(|(key, value)| (key.clone(), value.clone())).collect(),
        Kind::List(items) => {
            let keys = items.iter().map(|item| match &item.kind {
                Kind::String(key) => Some((key.clone(), item.clone())),
                _ => None,
            });
            match keys.collect::<Option<Vec<_>>>() {
                Some(pairs) => pairs,
                None => return refuse("`for_each` takes a map, or strings", "write toset([\"a\", \"b\"])"),
            }
        }
        Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => {
            return refuse("`for_each` takes a map, or a set of strings", "write toset([\"a\", \"b\"])");
        }
    };
    let mut seen = BTreeSet::new();
    let mut instances = Vec::new();
    for (key, value) in pairs {
        if let Err(invalid) = crate::object::dns_label(&key) {
            let message = format!("a key of `for_each` is not allowed: {invalid}");
            problems.push(
                Diagnostic::error(codes::FOR_EACH, message)
                    .at(value.span.unwrap_or(argument.span), "the value of this key")
                    .help("a key becomes a part of file and object names"),
            );
            continue;
        }
        if !seen.insert(key.clone()) {
            continue;
        }
        let each =
            BTreeMap::from([(Arc::from("key"), Value::string(key.clone())), (Arc::from("value"), value)]);
        instances.push((
            UnitName { name: name.clone(), key: Some(key) },
            Some(Value::new(Kind::Map(Arc::new(each)))),
        ));
    }
    instances
}

fn depends_on_cycles(plans: &[Plan<'_>], scope: &Scope, problems: &mut Diagnostics) {
    let mut told_already = Diagnostics::new();
    let graph = plans.iter().map(|plan| {
        let uses = fixed_names(plan.block, "depends_on", scope, &mut told_already);
        (Arc::from(plan.block.name()), uses)
    });
    let (_, cycles) = super::graph::order(&graph.collect());
    for cycle in cycles {
        problems.push(cycle.problem(codes::CYCLE, "unit", "depends on"));
    }
}

/// `NAME[key]` and a unit named `NAME-key` would be one file.
fn same_file(plans: &[Plan<'_>], problems: &mut Diagnostics) {
    let mut stems: BTreeMap<String, &Plan<'_>> = BTreeMap::new();
    for plan in plans {
        for (name, _) in &plan.instances {
            let Some(first) = stems.insert(name.file_stem(), plan) else { continue };
            problems.push(
                Diagnostic::error(
                    codes::IDENTITY,
                    format!("{} and {} would both be {}.yaml", first.title, plan.title, name.file_stem()),
                )
                .at(plan.block.place(), "this unit")
                .at(first.block.place(), "and this one")
                .help("rename one of the two, or a key of its `for_each`"),
            );
        }
    }
}
