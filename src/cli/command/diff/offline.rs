//! What two renders differ in: a git revision, or what `render --out` wrote, and what is rendered now.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use crate::cli::codes;
use crate::cli::selection::Clusters;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::object::{FieldPath, MASK, Malformed, Object, ObjectRef};
use crate::plan::{self, Change, WantedObject};
use crate::render::RenderedCluster;
use crate::source::{self, RelPath, Sources};
use crate::validate::Validated;
use crate::yaml;

/// The changes of each cluster that one of the two has, by name.
pub type Changes = BTreeMap<Arc<str>, Vec<Change>>;

/// The changes from one render, or nothing, to another.
pub fn between(before: Option<&Validated>, after: &Validated) -> Changes {
    let (before, after) = (before.map(clusters).unwrap_or_default(), clusters(after));
    let names: BTreeSet<&Arc<str>> = before.keys().chain(after.keys()).copied().collect();
    let changes = names.into_iter().map(|name| {
        let before = before.get(name).into_iter().flat_map(|cluster| WantedObject::all(cluster));
        let after = after.get(name).into_iter().flat_map(|cluster| WantedObject::all(cluster));
        (Arc::clone(name), plan::between(before, after))
    });
    changes.collect()
}

fn clusters(validated: &Validated) -> BTreeMap<&Arc<str>, &RenderedCluster> {
    validated.rendered().clusters().iter().map(|cluster| (cluster.name(), cluster)).collect()
}

/// How many secret values of a cluster are masked.
pub type Masked = BTreeMap<Arc<str>, usize>;

/// What a folder of `render --out` holds, by cluster.
#[derive(Default)]
pub struct Folder(BTreeMap<Arc<str>, Vec<(String, Object)>>);

impl Folder {
    /// Reads it: `DIR/CLUSTER/UNIT.yaml`, of the clusters that were chosen.
    ///
    /// # Errors
    /// Each file that cannot be read, or that holds something else than objects.
    pub fn read(dir: &Path, chosen: &Clusters) -> Result<Self, Diagnostics> {
        let unreadable = |error: &source::Error| {
            let problem = Diagnostic::error(codes::AGAINST, error.to_string());
            Diagnostics::from(problem.help("give the folder that `fleetwright render --out` wrote"))
        };
        let sources = Sources::folder(dir).map_err(|error| unreadable(&error))?;
        let files = sources.list(&RelPath::root()).map_err(|error| unreadable(&error))?;
        let mut folder = Self::default();
        let mut problems = Diagnostics::new();
        for file in files {
            let Some((cluster, unit)) = file.as_str().split_once('/') else { continue };
            let Some(unit) = unit.strip_suffix(".yaml").filter(|unit| !unit.contains('/')) else { continue };
            if !chosen.contains(cluster) {
                continue;
            }
            match objects(&sources, &file) {
                Ok(objects) => {
                    let all = folder.0.entry(Arc::from(cluster)).or_default();
                    all.extend(objects.into_iter().map(|object| (unit.to_owned(), object)));
                }
                Err(what) => {
                    let message = format!("{}/{file}: {what}", dir.display());
                    problems.push(
                        Diagnostic::error(codes::AGAINST, message)
                            .help("write the folder anew with `fleetwright render --out`"),
                    );
                }
            }
        }
        if problems.is_empty() { Ok(folder) } else { Err(problems) }
    }

    /// The changes from what it holds to what is rendered, and of each cluster how many secret values could not be
    /// compared, as they are masked in the folder.
    pub fn changes(&self, after: &Validated) -> (Changes, Masked) {
        let rendered = clusters(after);
        let names: BTreeSet<&Arc<str>> = self.0.keys().chain(rendered.keys().copied()).collect();
        let mut masked = Masked::new();
        let mut changes = Changes::new();
        let none = BTreeSet::new();
        for name in names {
            let before = self.0.get(name).map(Vec::as_slice).unwrap_or_default();
            let after: Vec<WantedObject<'_>> =
                rendered.get(name).map(|cluster| WantedObject::all(cluster).collect()).unwrap_or_default();
            // Of two in one folder the first counts, as in `plan::between`.
            let known: BTreeMap<&ObjectRef, &Object> =
                before.iter().rev().map(|(_, old)| (old.reference(), old)).collect();
            let objects: Vec<Object> = after
                .iter()
                .map(|wanted| {
                    let old = known.get(wanted.reference());
                    let hidden = old.map(|old| masked_in(old, wanted)).unwrap_or_default();
                    *masked.entry(Arc::clone(name)).or_default() += hidden.len();
                    wanted.object.clone().masked(hidden)
                })
                .collect();
            let after = after.iter().zip(&objects).map(|(wanted, object)| WantedObject { object, ..*wanted });
            let before = before.iter().map(|(unit, object)| WantedObject {
                object,
                secrets: &none,
                unit,
                origin: None,
            });
            changes.insert(Arc::clone(name), plan::between(before, after));
        }
        (changes, masked)
    }
}

/// The secret fields of what is rendered that a folder has only masked.
fn masked_in<'s>(old: &Object, wanted: &WantedObject<'s>) -> Vec<&'s FieldPath> {
    let masked = wanted.object.clone().masked(wanted.secrets);
    let is_masked = |path: &&FieldPath| {
        let keys: Vec<&str> = path.iter().map(String::as_str).collect();
        match keys.is_empty() {
            true => old.body().values().any(|value| value == MASK),
            false => old.get(&keys).is_some_and(|value| Some(value) == masked.get(&keys)),
        }
    };
    wanted.secrets.iter().filter(is_masked).collect()
}

/// Why a file is not what `render --out` writes.
#[derive(Debug, thiserror::Error)]
enum Unusable {
    #[error(transparent)]
    Unread(#[from] source::Error),
    #[error("{0}")]
    Syntax(#[from] yaml::Error),
    #[error("it holds something that is no object: {0}")]
    Object(#[from] Malformed),
}

fn objects(sources: &Sources, file: &RelPath) -> Result<Vec<Object>, Unusable> {
    let stream = yaml::read(&sources.read(file)?)?;
    let objects = stream.documents.iter().map(|document| Object::from_value(yaml::to_json(&document.root)));
    Ok(objects.collect::<Result<_, _>>()?)
}
