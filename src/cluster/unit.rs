//! What one `component` or `service` block is on one cluster.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::applying::Applying;
use super::setting::Setting;
use crate::diagnostic::Span;
use crate::source::RelPath;

/// Which block a unit comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UnitKind {
    /// `component`: templates and values.
    Component,
    /// `service`: the typed kind.
    Service,
}

impl UnitKind {
    /// The word of the language.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Component => "component",
            Self::Service => "service",
        }
    }
}

/// The name of a unit: that of its block, and its key where the block has `for_each`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitName {
    /// The block's label.
    pub name: Arc<str>,
    /// The key of `for_each`.
    pub key: Option<Arc<str>>,
}

impl UnitName {
    /// The stem of its file under `render --out`: `NAME`, or `NAME-key`.
    pub fn file_stem(&self) -> String {
        match &self.key {
            Some(key) => format!("{}-{key}", self.name),
            None => self.name.to_string(),
        }
    }
}

impl fmt::Display for UnitName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.key {
            Some(key) => write!(f, "{}[{key}]", self.name),
            None => f.write_str(&self.name),
        }
    }
}

/// A template or manifest that a unit names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRef {
    /// The file below the root of the sources.
    pub path: RelPath,
    /// The expression that names it, or the folder it lies in.
    pub span: Option<Span>,
}

/// One unit of one cluster, complete.
#[derive(Clone, Debug)]
pub struct Unit {
    /// Component or service.
    pub kind: UnitKind,
    /// Its name.
    pub name: UnitName,
    /// The label of its block.
    pub span: Span,
    /// Its labels, for selectors over units; without the implicit `name` and `kind`.
    pub labels: BTreeMap<Arc<str>, Arc<str>>,
    /// The namespace for namespaced objects that name none.
    pub namespace: Option<Arc<str>>,
    /// The templates it renders, in path order within each entry of `templates`.
    pub templates: Vec<FileRef>,
    /// Plain YAML files that belong to it as they are.
    pub manifests: Vec<FileRef>,
    /// The units it comes after, by block name.
    pub depends_on: Vec<Arc<str>>,
    /// Whether it may render nothing.
    pub optional: bool,
    /// How its objects are to be applied.
    pub applying: Arc<Applying>,
    /// Everything else it was told, by the names of the language: `values`, `patch`, and for a service
    /// the typed settings with their defaults. `ready_when`, `take_over` and `replace` stand here too, and
    /// as they are meant in `applying`.
    pub settings: Setting,
}

impl Unit {
    /// Its labels as selectors over units see them: with the implicit `name` and `kind`.
    pub fn all_labels(&self) -> BTreeMap<Arc<str>, Arc<str>> {
        let mut labels = self.labels.clone();
        labels.insert(Arc::from("name"), Arc::clone(&self.name.name));
        labels.insert(Arc::from("kind"), Arc::from(self.kind.as_str()));
        labels
    }

    /// `service.storefront`, as messages name it.
    pub fn address(&self) -> String {
        format!("{}.{}", self.kind.as_str(), self.name.to_string().escape_debug())
    }
}
