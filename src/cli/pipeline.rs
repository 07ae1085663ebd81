//! From sources to checked objects: the rooms in the order data goes through them.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::num::NonZeroUsize;
use std::sync::Arc;

use serde_json::Value;

use super::codes;
use super::selection::Clusters;
use crate::cluster::{self, Given, Needed, Prepared, Resolved};
use crate::diagnostic::{Diagnostic, Diagnostics, SourceMap};
use crate::fleet::{self, Fleet};
use crate::parallel;
use crate::render::{self, Again, Options, Rendered, RenderedCluster, RenderedUnit, Scopes, Show, Templates};
use crate::report::manifest::{self, Manifest};
use crate::schema;
use crate::source::{RelPath, Sources};
use crate::validate::{self, Excused, Recorded, Validated};
use crate::yaml;

/// A fleet, read.
#[derive(Debug)]
pub struct Read {
    /// The fleet as written.
    pub fleet: Fleet,
    /// The folder it was read from.
    folder: RelPath,
    /// The texts it may read.
    pub sources: Sources,
}

/// A fleet, read and resolved.
#[derive(Debug)]
pub struct Loaded {
    /// The fleet as written.
    pub fleet: Fleet,
    /// The fleet; what had a problem is left out of it.
    pub resolved: Resolved,
    /// The texts it may read.
    pub sources: Sources,
    /// The folder of its recorded schemas.
    pub schemas: RelPath,
}

/// What rendering and checking came to.
#[derive(Debug)]
pub struct Outcome<T = Rendered> {
    /// The objects, or what was made of them, if nothing stops.
    pub validated: Option<Validated<T>>,
    /// The excuses that were needed.
    pub excused: Vec<Excused>,
    /// What was recorded of the clusters, by name.
    pub recorded: BTreeMap<Arc<str>, Recorded>,
    /// What to render units again with, if the templates could be read.
    pub again: Option<Again>,
}

/// Reads a fleet; `None` if its outline is not known.
pub fn read(
    sources: Sources,
    folder: &RelPath,
    map: &mut SourceMap,
    problems: &mut Diagnostics,
) -> Option<Read> {
    let (fleet, found) = fleet::parse(&sources, folder, map);
    problems.append(found);
    Some(Read { fleet: fleet?, folder: folder.clone(), sources })
}

/// Reads and resolves a fleet; `None` if its outline is not known. `problems` may hold errors all the same:
/// what could be resolved is there so that what is wrong further on shows in the same run.
pub fn load(
    sources: Sources,
    folder: &RelPath,
    given: &[Given],
    threads: NonZeroUsize,
    map: &mut SourceMap,
    problems: &mut Diagnostics,
) -> Option<Loaded> {
    let version = version(problems)?;
    let read = read(sources, folder, map, problems)?;
    let (resolved, found) = cluster::resolve(&read.fleet, given, &read.sources, &version, threads.get(), map);
    problems.append(found);
    let schemas = read.schemas(&resolved);
    Some(Loaded { resolved, schemas, fleet: read.fleet, sources: read.sources })
}

impl Read {
    /// Resolves it but for the units of its clusters. As for [`load`], `problems` may hold errors after that.
    pub fn prepare(
        &self,
        given: &[Given],
        map: &mut SourceMap,
        problems: &mut Diagnostics,
    ) -> Option<Prepared<'_>> {
        let version = version(problems)?;
        let (prepared, found) = cluster::prepare(&self.fleet, given, &self.sources, &version, map);
        problems.append(found);
        Some(prepared)
    }

    /// The folder of its recorded schemas.
    fn schemas(&self, resolved: &Resolved) -> RelPath {
        let schemas = resolved.schemas.clone().or_else(|| self.folder.join(SCHEMAS).ok());
        schemas.unwrap_or_else(|| self.folder.clone())
    }
}

/// The version of this program; what is wrong with it is told.
pub fn version(problems: &mut Diagnostics) -> Option<semver::Version> {
    match semver::Version::parse(env!("CARGO_PKG_VERSION")) {
        Ok(version) => Some(version),
        Err(error) => {
            problems.push(Diagnostic::error(codes::MACHINE, format!("the version of this build: {error}")));
            None
        }
    }
}

/// The folder of recorded schemas where the fleet names none, below the folder of the fleet.
const SCHEMAS: &str = "schemas";

/// What was recorded of the clusters that are to be rendered.
fn recorded(
    fleet: &Resolved,
    schemas: &RelPath,
    sources: &Sources,
    clusters: &Clusters,
) -> BTreeMap<Arc<str>, Recorded> {
    let mut folder = schema::Folder::new(sources, schemas.clone());
    let named = clusters.named();
    let asked =
        |cluster: &&cluster::Cluster| named.as_ref().is_none_or(|names| names.contains(&cluster.name));
    let clusters = fleet.clusters.iter().filter(asked);
    clusters
        .map(|cluster| {
            let schemas = folder.schemas(&cluster.name);
            let recorded = Recorded { span: cluster.span, kubernetes: cluster.kubernetes.clone(), schemas };
            (Arc::clone(&cluster.name), recorded)
        })
        .collect()
}

fn options(clusters: &Clusters, threads: NonZeroUsize, recorded: &BTreeMap<Arc<str>, Recorded>) -> Options {
    Options { clusters: clusters.named(), threads: threads.get(), scopes: scopes(recorded) }
}

/// Renders and checks the clusters; calls `on_cluster` as each is done, from any thread. Nothing is validated
/// if one of all the problems so far stops: then nothing of it may be printed or written.
pub fn render(
    loaded: &Loaded,
    clusters: &Clusters,
    threads: NonZeroUsize,
    map: &mut SourceMap,
    problems: &mut Diagnostics,
    on_cluster: &(dyn Fn() + Sync),
) -> Outcome {
    let work = |rendered| {
        on_cluster();
        rendered
    };
    let mut again = None;
    let gather = |templates: &Templates, clusters| {
        let rendered = templates.rendered(clusters);
        again = rendered.again(&loaded.resolved);
        rendered
    };
    let outcome = checked(loaded, clusters, threads, map, problems, work, gather);
    Outcome { again, ..outcome }
}

/// Renders the clusters and checks nothing: what there is of them, whatever else is wrong with the fleet.
pub fn unchecked(
    loaded: &Loaded,
    clusters: &Clusters,
    threads: NonZeroUsize,
    map: &mut SourceMap,
    problems: &mut Diagnostics,
) -> Rendered {
    let recorded = recorded(&loaded.resolved, &loaded.schemas, &loaded.sources, clusters);
    let options = options(clusters, threads, &recorded);
    let (rendered, found) = render::render(&loaded.resolved, &loaded.sources, map, &options);
    problems.append(found);
    rendered
}

/// Which kinds live in namespaces, by cluster, as far as that was recorded.
fn scopes(recorded: &BTreeMap<Arc<str>, Recorded>) -> BTreeMap<Arc<str>, Scopes> {
    let scopes = recorded.iter().filter_map(|(name, recorded)| {
        let schemas = recorded.schemas.as_ref().ok()?;
        Some((Arc::clone(name), schemas.scopes()))
    });
    scopes.collect()
}

/// By cluster and unit, a number that is another one where the unit renders something else. Good for one run.
pub type Prints = BTreeMap<(Arc<str>, String), u64>;

/// Renders and checks all clusters, and tells what each unit renders to as far as it renders. `None` if no template could
/// be read.
pub fn prints(
    loaded: &Loaded,
    threads: NonZeroUsize,
    map: &mut SourceMap,
    problems: &mut Diagnostics,
) -> Option<Prints> {
    let work = |cluster: RenderedCluster| -> Prints {
        let print = |unit: &RenderedUnit| {
            let mut hasher = DefaultHasher::new();
            let mut text = String::new();
            for object in unit.objects() {
                text.clear();
                yaml::emit_map(&mut text, object.object().body());
                text.hash(&mut hasher);
            }
            ((Arc::clone(cluster.name()), unit.address().to_owned()), hasher.finish())
        };
        cluster.units().iter().map(print).collect()
    };
    let mut prints = None;
    let gather = |_: &Templates, all: Vec<Prints>| prints = Some(all.into_iter().flatten().collect());
    checked(loaded, &Clusters::All, threads, map, problems, work, gather);
    prints
}

fn checked<R: Send, T>(
    loaded: &Loaded,
    clusters: &Clusters,
    threads: NonZeroUsize,
    map: &mut SourceMap,
    problems: &mut Diagnostics,
    work: impl Fn(RenderedCluster) -> R + Sync,
    gather: impl FnOnce(&Templates, Vec<R>) -> T,
) -> Outcome<T> {
    let fleet = &loaded.resolved;
    let recorded = recorded(fleet, &loaded.schemas, &loaded.sources, clusters);
    let options = options(clusters, threads, &recorded);
    let nothing = |recorded| Outcome { validated: None, excused: Vec::new(), recorded, again: None };
    let (templates, found) = Templates::load(fleet, &fleet.named(), &loaded.sources, map);
    problems.append(found);
    let Some(templates) = templates else { return nothing(recorded) };
    let renderer = match templates.renderer(fleet) {
        Ok(renderer) => renderer,
        Err(unfit) => {
            problems.append(unfit);
            return nothing(recorded);
        }
    };
    let context =
        validate::Context { excuses: &fleet.excuses, clusters: fleet.clusters.len(), recorded: &recorded };
    let found = renderer.each(
        &options,
        |number| fleet.clusters.get(number),
        |cluster, rendered, found| {
            let part = check(&templates, fleet, cluster, &rendered, &context);
            (work(rendered), part, found)
        },
    );
    let (mut made, mut parts) = (Vec::with_capacity(found.len()), Vec::with_capacity(found.len()));
    for (of_cluster, part, found) in found {
        made.push(of_cluster);
        parts.push(part);
        problems.append(found);
    }
    let made = gather(&templates, made);
    let checked = validate::conclude(made, parts, templates.unused(), &context, !problems.has_errors());
    problems.append(checked.findings);
    let validated = checked.validated.filter(|_| !problems.stop());
    Outcome { validated, excused: checked.excused, recorded, again: None }
}

/// Renders and checks the clusters as [`render()`] does, with what `work` makes of each. The units of a cluster and what
/// they render are gone as soon as that is made: those of all clusters need not be held at once.
pub fn each<R: Send>(
    read: &Read,
    prepared: &Prepared<'_>,
    clusters: &Clusters,
    threads: NonZeroUsize,
    map: &mut SourceMap,
    problems: &mut Diagnostics,
    work: impl Fn(RenderedCluster) -> R + Sync,
) -> Option<Validated<Vec<R>>> {
    let fleet = prepared.outline();
    let recorded = recorded(fleet, &read.schemas(fleet), &read.sources, clusters);
    let options = options(clusters, threads, &recorded);
    let (templates, mut unread) = Templates::load(fleet, &prepared.named(), &read.sources, map);
    let renderer = templates.as_ref().map(|templates| templates.renderer(fleet)).transpose();
    let renderer = renderer.unwrap_or_else(|unfit| {
        unread.append(unfit);
        None
    });
    let context =
        validate::Context { excuses: &fleet.excuses, clusters: fleet.clusters.len(), recorded: &recorded };
    let (mut needed, mut made, mut parts) = (Needed::default(), Vec::new(), Vec::new());
    let mut failed = Diagnostics::new();
    if let (Some(renderer), Some(templates)) = (&renderer, &templates) {
        let found = renderer.each(
            &options,
            |number| prepared.cluster(number).map(Complete),
            |Complete((cluster, needed, told)), rendered, found| {
                let part = check(templates, fleet, &cluster, &rendered, &context);
                (work(rendered), part, needed, told, found)
            },
        );
        for (of_cluster, part, of_units, told, found) in found {
            made.push(of_cluster);
            parts.push(part);
            needed.add(of_units);
            problems.append(told);
            failed.append(found);
        }
    }
    // The other clusters are only looked at for what is wrong with the fleet, and for what it has in vain.
    let is_other = |cluster: &cluster::Cluster| renderer.is_none() || !clusters.contains(&cluster.name);
    let others = fleet.clusters.iter().enumerate().filter(|(_, cluster)| is_other(cluster));
    let others: Vec<usize> = others.map(|(number, _)| number).collect();
    let look = |number: &usize| prepared.cluster(*number).map(|(_, needed, told)| (needed, told));
    for (of_units, told) in parallel::map(threads.get(), &others, look).into_iter().flatten() {
        needed.add(of_units);
        problems.append(told);
    }
    let (excuses, found) = prepared.conclude(needed);
    problems.append(found);
    problems.append(unread);
    problems.append(failed);
    renderer.as_ref()?;
    let context = validate::Context { excuses: &excuses, ..context };
    let unused = templates.as_ref().map_or(&[][..], Templates::unused);
    let checked = validate::conclude(made, parts, unused, &context, !problems.has_errors());
    problems.append(checked.findings);
    checked.validated.filter(|_| !problems.stop())
}

/// A cluster with its units, what they needed, and what is wrong with them.
struct Complete((cluster::Cluster, Needed, Diagnostics));

impl Borrow<cluster::Cluster> for Complete {
    fn borrow(&self) -> &cluster::Cluster {
        &self.0.0
    }
}

fn check(
    templates: &Templates,
    fleet: &Resolved,
    cluster: &cluster::Cluster,
    rendered: &RenderedCluster,
    context: &validate::Context<'_>,
) -> validate::Part {
    let places = templates.places(fleet, cluster);
    let place: &validate::Place<'_> = &|cluster, unit, object, path| places.of(cluster, unit, object, path);
    validate::cluster(rendered, cluster, context, place)
}

/// How many clusters and objects there are.
pub fn counts(validated: &Validated) -> (usize, usize) {
    let clusters = validated.rendered().clusters();
    let units = clusters.iter().flat_map(|cluster| cluster.units());
    (clusters.len(), units.map(|unit| unit.objects().len()).sum())
}

/// The YAML of each unit of a cluster that rendered something. The objects of a unit are gone as soon as it is made.
pub fn manifests(cluster: RenderedCluster, show: Show) -> impl Iterator<Item = Manifest> {
    let name = Arc::clone(cluster.name());
    let units = cluster.into_units().filter(|unit| !unit.objects().is_empty());
    units.map(move |unit| {
        let mut text = String::new();
        for object in unit.objects() {
            if !text.is_empty() {
                text.push_str("---\n");
            }
            yaml::emit_map(&mut text, object.printable(show).body());
        }
        let has_secrets = unit.objects().iter().any(|object| !object.secrets().is_empty());
        Manifest {
            cluster: Arc::clone(&name),
            unit: unit.address().to_owned(),
            file: format!("{}.yaml", unit.file_stem()),
            text,
            has_secrets,
            shows_secrets: has_secrets && show == Show::Full,
        }
    })
}

/// The objects of a cluster for `render -o json`.
pub fn document(cluster: &RenderedCluster, show: Show) -> manifest::Cluster {
    let unit = |unit: &RenderedUnit| manifest::Unit {
        name: unit.address().to_owned(),
        file: format!("{}/{}.yaml", cluster.name(), unit.file_stem()),
        objects: printable(unit, show),
    };
    manifest::Cluster { name: cluster.name().to_string(), units: cluster.units().iter().map(unit).collect() }
}

fn printable(unit: &RenderedUnit, show: Show) -> Vec<Value> {
    unit.objects().iter().map(|object| object.printable(show).into_owned().into_value()).collect()
}
