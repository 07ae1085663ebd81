//! The whole fleet, resolved: the steps in their order.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::absent;
use super::eval::{Scope, references};
use super::files::Files;
use super::heads::{self, Head};
use super::layer::argument_value;
use super::locals::Locals;
use super::meet::{meet, over};
use super::moved;
use super::prepared::Prepared;
use super::profiles::{Matching, matching, service_layers, value_layers, values_of};
use super::select::{Labels, Match, about_nothing, fixed_text};
use super::setting::{Branch, Setting, Site, Step};
use super::units::{Ground, Needed, Units};
use super::value::{Kind, Value};
use super::variable::{self, Given};
use super::{Cluster, Output, Resolved, codes, rollouts};
use crate::diagnostic::{Diagnostic, Diagnostics, SourceMap};
use crate::fleet::schema::Type;
use crate::fleet::{Argument, Block, Fleet};
use crate::source::{RelPath, Sources};

/// The namespace of the record, where the fleet names no other.
const STATE_NAMESPACE: &str = "fleetwright";

/// Resolves a fleet for all of its clusters, on so many threads. `version` is that of this program.
///
/// What has a problem is told and left out; the rest is resolved all the same, so that independent problems
/// further on show in the same run. Only a list without errors makes the result one to act on.
pub fn resolve(
    fleet: &Fleet,
    given: &[Given],
    sources: &Sources,
    version: &semver::Version,
    threads: usize,
    map: &mut SourceMap,
) -> (Resolved, Diagnostics) {
    let (prepared, mut problems) = prepare(fleet, given, sources, version, map);
    let (resolved, found) = prepared.resolved(threads);
    problems.append(found);
    (resolved, problems)
}

/// Resolves a fleet but for its units.
pub fn prepare<'a>(
    fleet: &'a Fleet,
    given: &[Given],
    sources: &Sources,
    version: &semver::Version,
    map: &mut SourceMap,
) -> (Prepared<'a>, Diagnostics) {
    let mut problems = Diagnostics::new();
    let told = &mut problems;
    let variables = variable::resolve(fleet, given, map, told);
    let mut fixed = Scope::new();
    fixed.set("var", super::locals::map(&variables.values));
    for name in &variables.failed {
        fixed.set_failed("var", name.clone());
    }
    let without = Scope::clone(&fixed);
    required_version(fleet, &without, version, told);
    let text = |name: &str, told: &mut Diagnostics| fixed_text(&fleet.settings, name, &without, told);
    let description = text("description", told);
    fixed.set("fleet", fleet_value(fleet.settings.name(), description.as_ref()));
    fixed.explain_absent("cluster", absent::CLUSTER);
    fixed.explain_absent("clusters", absent::CLUSTERS);
    fixed.explain_absent("each", absent::EACH);
    let locals = Locals::new(fleet, told);
    let ground = locals.bind(&mut fixed, &[], &BTreeMap::new(), None, told);

    let heads = heads::read(fleet, &fixed, told);
    let profiles = matching(&fleet.profiles, "profile", &fixed, told);
    let values = cluster_values(fleet, &heads, &profiles, &fixed, &locals, &ground, told);
    let clusters: Vec<Value> =
        heads.iter().zip(&values).map(|(head, values)| cluster_value(head, Some(values))).collect();
    let clusters = Value::new(Kind::List(Arc::new(clusters)));

    let templates = folder(fleet, "templates", "../templates", &fixed, told);
    let at = fleet.settings.arg("templates").map(|argument| argument.span);
    let files = Files::new(sources, &fleet.folder, &templates, at, told);
    let units = Units::new(fleet, files, &fixed, told);
    let mut grounds = Vec::with_capacity(heads.len());
    for (head, values) in heads.into_iter().zip(values) {
        let mut scope = fixed.clone();
        scope.set("cluster", cluster_value(&head, Some(&values)));
        scope.set("clusters", clusters.clone());
        let mut found = Diagnostics::new();
        locals.bind(&mut scope, &["cluster", "clusters"], &ground, None, &mut found);
        let services = service_defaults(&profiles, &head, &scope, &mut found);
        told.append(found.on(&head.name));
        grounds.push(Ground { head, scope, values, services });
    }
    let labels: Vec<&Labels> = grounds.iter().map(|ground| &ground.head.labels).collect();
    for profile in &profiles {
        let failed = matches!(profile.clusters, Match::Failed);
        if !failed && !labels.iter().any(|labels| profile.clusters.matches(labels)) {
            let all = labels.iter().copied();
            told.push(about_nothing(profile.block, &[&profile.clusters], "cluster", all));
        }
    }
    let scopes = grounds.iter().map(|ground| (ground.head.name.clone(), &ground.scope)).collect();
    let heads: Vec<&Head<'_>> = grounds.iter().map(|ground| &ground.head).collect();
    let rollouts = rollouts::check(fleet, &heads, &fixed, &scopes, told);
    let moved = moved::read(fleet, told);
    let mut outer = fixed.clone();
    outer.set("clusters", clusters);
    locals.bind(&mut outer, &["clusters"], &ground, None, told);
    let outputs = fleet
        .outputs
        .iter()
        .filter_map(|block| output(block, &outer, told).map(|output| (Arc::from(block.name()), output)));
    let outputs = outputs.collect();
    unused_names(fleet, told);
    let schemas = fleet.settings.arg("schemas").map(|_| folder(fleet, "schemas", "schemas", &fixed, told));
    let state_namespace = text("state_namespace", told).unwrap_or_else(|| Arc::from(STATE_NAMESPACE));
    let name = Arc::from(fleet.settings.name());
    let outline = Resolved {
        name,
        description,
        templates,
        schemas,
        state_namespace,
        clusters: grounds.iter().map(without_units).collect(),
        outputs,
        moved,
        rollouts,
        excuses: units.excuses(Needed::default()),
    };
    (Prepared { outline, units, grounds }, problems)
}

fn without_units(ground: &Ground<'_>) -> Cluster {
    let head = &ground.head;
    Cluster {
        name: head.name.clone(),
        span: head.block.place(),
        labels: head.labels.clone(),
        context: head.context.clone(),
        uid: head.uid.clone(),
        kubernetes: head.kubernetes.clone(),
        retired: head.retired,
        values: ground.values.clone(),
        units: Vec::new(),
    }
}

fn required_version(fleet: &Fleet, scope: &Scope, version: &semver::Version, told: &mut Diagnostics) {
    let Some(wanted) = fixed_text(&fleet.settings, "required_version", scope, told) else { return };
    let Ok(requirement) = semver::VersionReq::parse(&wanted) else { return };
    if requirement.matches(version) {
        return;
    }
    let at = fleet.settings.arg("required_version").map_or(fleet.settings.header, |argument| argument.span);
    told.push(
        Diagnostic::error(
            codes::VERSION,
            format!("this fleet needs fleetwright {wanted}; this is {version}"),
        )
        .at(at, "required here")
        .help("install a version that fits"),
    );
}

fn fleet_value(name: &str, description: Option<&Arc<str>>) -> Value {
    let description = description.map_or(Value::new(Kind::Null), |text| Value::string(text.clone()));
    let entries = [(Arc::from("name"), Value::string(name)), (Arc::from("description"), description)];
    Value::new(Kind::Map(Arc::new(BTreeMap::from(entries))))
}

/// What `cluster` is in expressions; without values where those are being worked out.
fn cluster_value(head: &Head<'_>, values: Option<&Setting>) -> Value {
    let labels = head.labels.iter().map(|(key, value)| (key.clone(), Value::string(value.clone())));
    let mut entries = BTreeMap::from([
        (Arc::from("name"), Value::string(head.name.clone())),
        (Arc::from("labels"), Value::new(Kind::Map(Arc::new(labels.collect())))),
        (Arc::from("retired"), Value::new(Kind::Bool(head.retired))),
        (Arc::from("context"), head.context.clone().map_or(Value::new(Kind::Null), Value::string)),
    ]);
    entries.extend(values.map(|values| (Arc::from("values"), values.to_value())));
    Value::new(Kind::Map(Arc::new(entries)))
}

fn folder(fleet: &Fleet, name: &str, default: &str, scope: &Scope, told: &mut Diagnostics) -> RelPath {
    let written = fixed_text(&fleet.settings, name, scope, told).unwrap_or_else(|| Arc::from(default));
    fleet.folder.join(&written).unwrap_or_else(|error| {
        if let Some(argument) = fleet.settings.arg(name) {
            told.push(
                Diagnostic::error(codes::TEMPLATE, error.to_string())
                    .at(argument.span, "this path")
                    .help("give a folder inside the repository, relative to the fleet's"),
            );
        }
        fleet.folder.clone()
    })
}

/// The values of each cluster: its profiles', and its own over them.
fn cluster_values(
    fleet: &Fleet,
    heads: &[Head<'_>],
    profiles: &[Matching<'_>],
    fixed: &Scope,
    locals: &Locals<'_>,
    ground: &BTreeMap<Arc<str>, Value>,
    told: &mut Diagnostics,
) -> Vec<Setting> {
    let blocks = fleet.profiles.iter().chain(&fleet.clusters);
    let wanted = locals.reached(&locals_in(blocks.filter_map(|block| block.arg("values"))));
    let all = heads.iter().map(|head| cluster_value(head, None)).collect();
    let all = Value::new(Kind::List(Arc::new(all)));
    let mut removed = BTreeSet::new();
    let one = |head: &Head<'_>| {
        let mut scope = fixed.clone();
        scope.set("cluster", cluster_value(head, None));
        scope.set("clusters", all.clone());
        scope.explain_absent_name("cluster", "values", absent::CLUSTER_VALUES);
        let mut found = Diagnostics::new();
        locals.bind(&mut scope, &["cluster", "clusters"], ground, Some(&wanted), &mut found);
        let layers = value_layers(profiles, &head.labels, &scope, &mut found);
        let values = meet(no_values(), &layers, "values.", &mut found, &mut |span| {
            removed.insert(span);
        });
        let title = Arc::from(head.block.title());
        let values = over(values, values_of(head.block, Step::Cluster, &title, &scope, &mut found));
        told.append(found.on(&head.name));
        values
    };
    let values = heads.iter().map(one).collect();
    for profile in profiles {
        profile.removed_nothing(&removed, told);
    }
    values
}

fn no_values() -> Setting {
    let site = Site { span: None, step: Step::Default, block: Arc::from("") };
    Setting::Map(Arc::new(Branch::empty(site)))
}

fn locals_in<'a>(arguments: impl Iterator<Item = &'a Argument>) -> BTreeSet<Arc<str>> {
    arguments
        .flat_map(|argument| references(&argument.expression, argument.span.file))
        .filter(|reference| &*reference.root == "local")
        .filter_map(|reference| reference.name)
        .collect()
}

fn service_defaults(
    profiles: &[Matching<'_>],
    head: &Head<'_>,
    scope: &Scope,
    told: &mut Diagnostics,
) -> Setting {
    let layers = service_layers(profiles, &head.labels, scope, told);
    meet(no_values(), &layers, "service.", told, &mut |_| {})
}

fn output(block: &Block, scope: &Scope, told: &mut Diagnostics) -> Option<Output> {
    let sensitive = matches!(
        super::select::fixed(block, "sensitive", scope, told).map(|value| value.kind),
        Some(Kind::Bool(true))
    );
    let description = fixed_text(block, "description", scope, told);
    let argument = block.arg("value")?;
    let value = argument_value(argument, &Type::Any, "value", &block.title(), scope, told)?;
    if value.is_sensitive() && !sensitive {
        told.push(
            Diagnostic::error(
                codes::SENSITIVE,
                format!("{} holds a secret and does not say so", block.title()),
            )
            .at(argument.span, "a sensitive variable has a part in this")
            .help("add `sensitive = true`, or keep the secret out of it"),
        );
    }
    Some(Output { value: value.marked(sensitive), description, span: block.place() })
}

/// Variables and locals that no expression refers to.
fn unused_names(fleet: &Fleet, told: &mut Diagnostics) {
    let mut used: BTreeSet<(Arc<str>, Arc<str>)> = BTreeSet::new();
    let mut waiting: Vec<&Block> = vec![&fleet.settings];
    for blocks in [
        &fleet.outputs,
        &fleet.clusters,
        &fleet.profiles,
        &fleet.units,
        &fleet.overrides,
        &fleet.excuses,
        &fleet.gates,
        &fleet.rollouts,
    ] {
        waiting.extend(blocks);
    }
    let mut arguments: Vec<&Argument> = fleet.locals.values().collect();
    while let Some(block) = waiting.pop() {
        arguments.extend(block.args.values());
        waiting.extend(&block.blocks);
    }
    for argument in arguments {
        for reference in references(&argument.expression, argument.span.file) {
            used.extend(reference.name.map(|name| (reference.root, name)));
        }
    }
    let variables = fleet.variables.iter().map(|block| ("var", "variable", block.name(), block.place()));
    let locals = fleet.locals.iter().map(|(name, local)| ("local", "local", &**name, local.name.span));
    for (root, what, name, place) in variables.chain(locals) {
        if !used.contains(&(Arc::from(root), Arc::from(name))) {
            told.push(
                Diagnostic::warning(codes::UNUSED, format!("{what} \"{name}\" is used nowhere"))
                    .at(place, "defined here")
                    .help("take it out"),
            );
        }
    }
}
