//! From sources to checked objects: the rooms in the order data goes through them.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;

use serde_json::Value;

use super::codes;
use super::selection::Clusters;
use crate::cluster::{self, Given, Resolved};
use crate::diagnostic::{Diagnostic, Diagnostics, SourceMap};
use crate::fleet::{self, Fleet};
use crate::render::{Again, Options, RenderedUnit, Show, Templates};
use crate::report::json::VERSION;
use crate::report::manifest::{self, Manifest};
use crate::schema;
use crate::source::{RelPath, Sources};
use crate::validate::{self, Excused, Recorded, Validated};
use crate::yaml;

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
pub struct Outcome {
    /// The objects, if nothing stops.
    pub validated: Option<Validated>,
    /// The excuses that were needed.
    pub excused: Vec<Excused>,
    /// What was recorded of the clusters, by name.
    pub recorded: BTreeMap<Arc<str>, Recorded>,
    /// What to render units again with, if the templates could be read.
    pub again: Option<Again>,
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
    let (fleet, found) = fleet::parse(&sources, folder, map);
    problems.append(found);
    let fleet = fleet?;
    let (resolved, found) = cluster::resolve(&fleet, given, &sources, &version, threads.get(), map);
    problems.append(found);
    let schemas = resolved.schemas.clone().or_else(|| folder.join(SCHEMAS).ok());
    let schemas = schemas.unwrap_or_else(|| folder.clone());
    Some(Loaded { fleet, resolved, sources, schemas })
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
fn recorded(loaded: &Loaded, clusters: &Clusters) -> BTreeMap<Arc<str>, Recorded> {
    let mut folder = schema::Folder::new(&loaded.sources, loaded.schemas.clone());
    let named = clusters.named();
    let asked =
        |cluster: &&cluster::Cluster| named.as_ref().is_none_or(|names| names.contains(&cluster.name));
    let clusters = loaded.resolved.clusters.iter().filter(asked);
    clusters
        .map(|cluster| {
            let schemas = folder.schemas(&cluster.name);
            let recorded = Recorded { span: cluster.span, kubernetes: cluster.kubernetes.clone(), schemas };
            (Arc::clone(&cluster.name), recorded)
        })
        .collect()
}

/// Renders and checks the clusters; calls `on_cluster` as each is rendered, from any thread. Nothing is validated
/// if one of all the problems so far stops: then nothing of it may be printed or written.
pub fn render(
    loaded: &Loaded,
    clusters: &Clusters,
    threads: NonZeroUsize,
    map: &mut SourceMap,
    problems: &mut Diagnostics,
    on_cluster: &(dyn Fn() + Sync),
) -> Outcome {
    let recorded = recorded(loaded, clusters);
    let scopes = recorded.iter().filter_map(|(name, recorded)| {
        let schemas = recorded.schemas.as_ref().ok()?;
        Some((Arc::clone(name), schemas.scopes()))
    });
    let options = Options { clusters: clusters.named(), threads: threads.get(), scopes: scopes.collect() };
    let fleet = &loaded.resolved;
    let nothing = |recorded| Outcome { validated: None, excused: Vec::new(), recorded, again: None };
    let (templates, found) = Templates::load(fleet, &loaded.sources, map);
    problems.append(found);
    let Some(templates) = templates else { return nothing(recorded) };
    let renderer = match templates.renderer(fleet) {
        Ok(renderer) => renderer,
        Err(unfit) => {
            problems.append(unfit);
            return nothing(recorded);
        }
    };
    let context = validate::Context { fleet, recorded: &recorded };
    let checked = renderer.each(&options, |cluster, rendered, found| {
        let places = templates.places(fleet);
        let place: &validate::Place<'_> =
            &|cluster, unit, object, path| places.of(cluster, unit, object, path);
        let part = validate::cluster(&rendered, cluster, &context, place);
        on_cluster();
        (rendered, found, part)
    });
    drop(renderer);
    let (mut clusters, mut parts) = (Vec::with_capacity(checked.len()), Vec::with_capacity(checked.len()));
    for (rendered, found, part) in checked {
        problems.append(found);
        clusters.push(rendered);
        parts.push(part);
    }
    let rendered = templates.rendered(fleet, clusters);
    let again = rendered.again(fleet);
    let checked = validate::conclude(rendered, parts, &context, !problems.has_errors());
    problems.append(checked.findings);
    let validated = checked.validated.filter(|_| !problems.stop());
    Outcome { validated, excused: checked.excused, recorded, again }
}

/// How many clusters and objects there are.
pub fn counts(validated: &Validated) -> (usize, usize) {
    let clusters = validated.rendered().clusters();
    let units = clusters.iter().flat_map(|cluster| cluster.units());
    (clusters.len(), units.map(|unit| unit.objects().len()).sum())
}

/// The YAML of each unit that rendered something.
pub fn manifests(validated: &Validated, show: Show) -> Vec<Manifest> {
    let mut manifests = Vec::new();
    for cluster in validated.rendered().clusters() {
        for unit in cluster.units().iter().filter(|unit| !unit.objects().is_empty()) {
            let mut text = String::new();
            for object in unit.objects() {
                if !text.is_empty() {
                    text.push_str("---\n");
                }
                yaml::emit_map(&mut text, object.printable(show).body());
            }
            let has_secrets = unit.objects().iter().any(|object| !object.secrets().is_empty());
            manifests.push(Manifest {
                cluster: cluster.name().clone(),
                unit: unit.address().to_owned(),
                file: format!("{}.yaml", unit.file_stem()),
                text,
                has_secrets,
                shows_secrets: has_secrets && show == Show::Full,
            });
        }
    }
    manifests
}

/// The objects for `render -o json`.
pub fn document(
    validated: &Validated,
    show: Show,
    problems: &Diagnostics,
    map: &SourceMap,
) -> manifest::Render {
    let clusters = validated.rendered().clusters().iter().map(|cluster| manifest::Cluster {
        name: cluster.name().to_string(),
        units: cluster
            .units()
            .iter()
            .map(|unit| manifest::Unit {
                name: unit.address().to_owned(),
                file: format!("{}/{}.yaml", cluster.name(), unit.file_stem()),
                objects: printable(unit, show),
            })
            .collect(),
    });
    let document = manifest::Render::findings(problems, map);
    manifest::Render { version: VERSION, clusters: clusters.collect(), ..document }
}

fn printable(unit: &RenderedUnit, show: Show) -> Vec<Value> {
    unit.objects().iter().map(|object| object.printable(show).into_owned().into_value()).collect()
}
