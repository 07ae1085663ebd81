//! The recorded schemas of one cluster as files: an index for each cluster, and the definitions, which clusters
//! with the same ones share.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::kind::{GroupVersionKind, Served};
use super::openapi::{Document, is_built_in, referred};
use super::text;
use crate::object::Scope;

/// The version of the format.
pub const VERSION: u32 = 1;

/// What a server said of itself, and the files that record it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The index.
    pub index: Index,
    /// The texts of the packages, by the name of their files.
    pub packages: BTreeMap<String, String>,
}

/// The index of one cluster: `CLUSTER.json`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Index {
    /// The version of Kubernetes, as `v1.36.3`.
    pub kubernetes: String,
    /// The kinds that it serves and that can be applied.
    pub kinds: BTreeMap<GroupVersionKind, Served>,
    /// The file of each package of definitions.
    pub packages: BTreeMap<String, String>,
    /// The groups and versions that could not be read, as `GROUP/VERSION`.
    pub unread: Vec<String>,
}

/// Why a text is no index.
#[derive(Debug, thiserror::Error)]
pub enum BadIndex {
    /// It is not what is written.
    #[error("it is not what `schema fetch` writes: {0}")]
    Format(#[from] serde_json::Error),
    /// It is of another version.
    #[error("its format has version {0}, and this build reads version {VERSION}")]
    Version(u32),
    /// A line of it says nothing.
    #[error("it is not what `schema fetch` writes: {0:?} is no kind")]
    Kind(String),
}

/// Definitions by package and name.
type Definitions = BTreeMap<String, Map<String, Value>>;

/// The record of a server of this version, with its documents; `unread` names those it has and did not give.
///
/// Each document brings all definitions that it needs. Where they differ, as with an aggregated server that was
/// built with an older Kubernetes, the one of the document that the package belongs to counts.
pub fn record(kubernetes: &str, documents: &[Document], unread: Vec<String>) -> Record {
    let mut kinds = BTreeMap::new();
    let mut chosen: BTreeMap<&str, (Claim, &Value)> = BTreeMap::new();
    let mut documents: Vec<&Document> = documents.iter().collect();
    documents.sort_by(|a, b| a.kinds.keys().cmp(b.kinds.keys()));
    for document in documents {
        kinds.extend(document.kinds.iter().map(|(kind, served)| (kind.clone(), served.clone())));
        for (name, schema) in &document.definitions {
            let claim = Claim::of(document, name);
            let found = chosen.entry(name).or_insert((claim, schema));
            if claim > found.0 {
                *found = (claim, schema);
            }
        }
    }
    let mut definitions = Definitions::new();
    for (name, (_, schema)) in chosen {
        let (package, name) = package_of(name);
        definitions.entry(package.to_owned()).or_default().insert(name.to_owned(), schema.clone());
    }
    let index = Index { kubernetes: kubernetes.to_owned(), kinds, packages: BTreeMap::new(), unread };
    let mut record = Record { index, packages: BTreeMap::new() };
    record.define(definitions);
    record
}

/// How well a document knows a definition in it, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Claim {
    /// It needs it.
    Foreign,
    /// Both are built in.
    BuiltIn,
    /// A kind of the document is of the same package.
    Own,
}

impl Claim {
    fn of(document: &Document, definition: &str) -> Self {
        let mut served = document.kinds.values().map(|served| served.definition.as_str());
        if served.clone().any(|kind| package_of(kind).0 == package_of(definition).0) {
            Self::Own
        } else if is_built_in(definition) && served.any(is_built_in) {
            Self::BuiltIn
        } else {
            Self::Foreign
        }
    }
}

impl Record {
    /// Takes the kinds of groups and versions that are unread from what was recorded before, and gives the groups
    /// and versions for which that could be done; they are no longer unread. Each is taken whole or not at all: all
    /// definitions that its kinds lead to must be in the packages. Where both records have one, this one's counts,
    /// but for the kinds themselves.
    pub fn keep(&mut self, before: &Self) -> Vec<String> {
        let (mut definitions, old) = (self.definitions(), before.definitions());
        let mut kept = Vec::new();
        for version in &self.index.unread {
            let kinds = before.index.kinds.iter().filter(|(kind, _)| kind.api_version() == *version);
            let kinds: Vec<_> = kinds.map(|(kind, served)| (kind.clone(), served.clone())).collect();
            let roots = kinds.iter().map(|(_, served)| served.definition.as_str());
            let Some(needed) = needed(roots, &definitions, &old).filter(|needed| !needed.is_empty()) else {
                continue;
            };
            for (name, schema) in needed {
                let (package, name) = package_of(&name);
                definitions.entry(package.to_owned()).or_default().insert(name.to_owned(), schema);
            }
            self.index.kinds.extend(kinds);
            kept.push(version.clone());
        }
        self.index.unread.retain(|version| !kept.contains(version));
        self.define(definitions);
        kept
    }

    /// The definitions of the packages whose text is there and as it was written.
    fn definitions(&self) -> Definitions {
        let read = |(package, file): (&String, &String)| {
            let text = self.packages.get(file).filter(|text| file_name(package, text) == *file)?;
            Some((package.clone(), serde_json::from_str(text).ok()?))
        };
        self.index.packages.iter().filter_map(read).collect()
    }

    fn define(&mut self, definitions: Definitions) {
        self.index.packages.clear();
        self.packages.clear();
        for (package, definitions) in definitions {
            let text = text::write(&Value::Object(definitions));
            let file = file_name(&package, &text);
            self.index.packages.insert(package, file.clone());
            self.packages.insert(file, text);
        }
    }
}

/// What kinds with these definitions need of the old ones: themselves, and what is not among the new ones. `None`
/// if some is in neither.
fn needed<'a>(
    roots: impl Iterator<Item = &'a str>,
    new: &Definitions,
    old: &Definitions,
) -> Option<BTreeMap<String, Value>> {
    let find = |definitions: &Definitions, name: &str| {
        let (package, name) = package_of(name);
        definitions.get(package).and_then(|package| package.get(name)).cloned()
    };
    let mut needed = BTreeMap::new();
    let mut waiting: Vec<String> = Vec::new();
    for root in roots {
        let schema = find(old, root)?;
        referred(&schema, &mut waiting);
        needed.insert(root.to_owned(), schema);
    }
    while let Some(name) = waiting.pop() {
        if needed.contains_key(&name) || find(new, &name).is_some() {
            continue;
        }
        let schema = find(old, &name)?;
        referred(&schema, &mut waiting);
        needed.insert(name, schema);
    }
    Some(needed)
}

/// The package of a definition and its name in it: `io.k8s.api.apps.v1` and `Deployment`.
pub fn package_of(definition: &str) -> (&str, &str) {
    definition.rsplit_once('.').unwrap_or(("", definition))
}

/// The file of a package with this text. It holds a digest of the text, so that clusters with the same
/// definitions share it and a damaged one shows.
pub fn file_name(package: &str, text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    let digest: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("{package}-{digest}.json")
}

/// Whether a file of this name is one of a package.
pub fn is_package(file: &str) -> bool {
    let digest = file.strip_suffix(".json").and_then(|stem| stem.rsplit_once('-')).map(|(_, digest)| digest);
    digest.is_some_and(|digest| digest.len() == 16 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()))
        && file.contains('.')
        && file.matches('.').count() > 1
}

impl Index {
    /// The text of its file.
    pub fn write(&self) -> String {
        let kinds = self.kinds.iter().map(|(kind, served)| {
            let scope = match served.scope {
                Scope::Namespaced => Written::Namespaced,
                Scope::Cluster => Written::Cluster,
            };
            (kind.to_string(), Kind { scope, definition: served.definition.clone() })
        });
        let stored = Stored {
            version: VERSION,
            kubernetes: self.kubernetes.clone(),
            kinds: kinds.collect(),
            packages: self.packages.clone(),
            unread: self.unread.clone(),
        };
        // Maps with string keys and strings: nothing in it can fail to be written.
        text::write(&serde_json::to_value(stored).unwrap_or_default())
    }

    /// The index that a text is.
    ///
    /// # Errors
    /// If it is none, or of another version of the format.
    pub fn read(text: &str) -> Result<Self, BadIndex> {
        #[derive(Deserialize)]
        struct Versioned {
            version: u32,
        }
        let Versioned { version } = serde_json::from_str(text)?;
        if version != VERSION {
            return Err(BadIndex::Version(version));
        }
        let stored: Stored = serde_json::from_str(text)?;
        let mut kinds = BTreeMap::new();
        for (name, Kind { scope, definition }) in stored.kinds {
            let kind = GroupVersionKind::parse(&name).ok_or(BadIndex::Kind(name))?;
            let scope = match scope {
                Written::Namespaced => Scope::Namespaced,
                Written::Cluster => Scope::Cluster,
            };
            kinds.insert(kind, Served { scope, definition });
        }
        Ok(Self { kubernetes: stored.kubernetes, kinds, packages: stored.packages, unread: stored.unread })
    }
}

/// The index as it is stored.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    version: u32,
    kubernetes: String,
    kinds: BTreeMap<String, Kind>,
    packages: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    unread: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kind {
    scope: Written,
    definition: String,
}

#[derive(Serialize, Deserialize)]
enum Written {
    Namespaced,
    Cluster,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A document with one kind, and these definitions: names and texts.
    fn document(kind: &str, definition: &str, definitions: &[(&str, Value)]) -> Document {
        let served = Served { scope: Scope::Cluster, definition: definition.to_owned() };
        Document {
            kinds: [(GroupVersionKind::parse(kind).unwrap(), served)].into(),
            definitions: definitions.iter().map(|(name, text)| ((*name).to_owned(), text.clone())).collect(),
        }
    }

    fn refers(to: &str) -> Value {
        json!({ "$ref": format!("#/components/schemas/{to}") })
    }

    fn text(record: &Record, definition: &str) -> Option<Value> {
        let (package, name) = package_of(definition);
        record.definitions().get(package)?.get(name).cloned()
    }

    const META: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
    const POD: &str = "io.k8s.api.core.v1.PodSpec";
    const JOB: &str = "io.k8s.api.batch.v1.Job";
    const SHOP: &str = "com.example.v1.Shop";

    #[test]
    fn of_two_texts_that_of_the_document_it_belongs_to_counts() {
        let text_of = |text: &str| json!({ "pattern": text });
        let core =
            document("v1 Pod", "io.k8s.api.core.v1.Pod", &[(META, text_of("real")), (POD, text_of("real"))]);
        let batch = document("batch/v1 Job", JOB, &[(META, text_of("real")), (POD, text_of("batch's"))]);
        // Its group lies before and behind those that are built in.
        for group in ["a.example.com", "z.example.com"] {
            let aggregated = document(
                &format!("{group}/v1 Shop"),
                SHOP,
                &[(META, text_of("old")), (POD, text_of("old")), (SHOP, text_of("real"))],
            );
            let mut documents = vec![core.clone(), aggregated, batch.clone()];
            let one = record("v1.36.3", &documents, Vec::new());
            for definition in [META, POD, SHOP] {
                assert_eq!(text(&one, definition), Some(text_of("real")), "{group} {definition}");
            }
            documents.reverse();
            assert_eq!(record("v1.36.3", &documents, Vec::new()), one);
        }
    }

    #[test]
    fn what_is_unread_stays_as_recorded_before() {
        let core = |text: &str| {
            document(
                "v1 Pod",
                "io.k8s.api.core.v1.Pod",
                &[("io.k8s.api.core.v1.Pod", refers(META)), (META, json!({ "pattern": text }))],
            )
        };
        let batch = document(
            "batch/v1 Job",
            JOB,
            &[(JOB, refers(POD)), (POD, refers(META)), (META, json!({ "pattern": "before" }))],
        );
        let before = record("v1.36.2", &[core("before"), batch], Vec::new());
        let unread = || vec!["batch/v1".to_owned(), "new.example.com/v1".to_owned()];
        let mut now = record("v1.36.3", &[core("now")], unread());
        assert_eq!(now.keep(&before), ["batch/v1"]);
        assert_eq!((now.index.kubernetes.as_str(), now.index.unread.as_slice()), ("v1.36.3", &unread()[1..]));
        let kinds: Vec<String> = now.index.kinds.keys().map(ToString::to_string).collect();
        assert_eq!(kinds, ["v1 Pod", "batch/v1 Job"]);
        assert_eq!((text(&now, JOB), text(&now, POD)), (Some(refers(POD)), Some(refers(META))));
        assert_eq!(text(&now, META), Some(json!({ "pattern": "now" })));
        assert!(now.index.packages.values().eq(now.packages.keys()), "{:?}", now.index.packages);
    }

    #[test]
    fn what_is_unread_stays_so_where_a_file_is_gone_or_damaged() {
        let batch = document("batch/v1 Job", JOB, &[(JOB, refers(POD)), (POD, json!({}))]);
        let before = record("v1.36.3", &[batch], Vec::new());
        let file = before.index.packages["io.k8s.api.core.v1"].clone();
        let (mut gone, mut damaged) = (before.clone(), before.clone());
        gone.packages.remove(&file);
        damaged.packages.insert(file, "{\"PodSpec\": {}}".to_owned());
        for before in [gone, damaged] {
            let now = record("v1.36.3", &[], vec!["batch/v1".to_owned()]);
            let mut kept = now.clone();
            assert_eq!(kept.keep(&before), [""; 0]);
            assert_eq!(kept, now);
        }
    }
}
