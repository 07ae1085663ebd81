//! A resolved setting: its value, the line that set it, and what it replaced.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::value::{Kind, Value};
use crate::diagnostic::Span;

/// Which step of "How values meet" a block belongs to; a later one wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// What the language says where nobody says anything.
    Default,
    /// A `profile`.
    Profile,
    /// The cluster's own `values`.
    Cluster,
    /// The unit's own arguments, blocks and `values`.
    Unit,
    /// A top-level `override`.
    Override,
    /// An `override` inside the unit.
    UnitOverride,
}

/// The line that set a value, and the block it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// The argument; `None` for a default of the language.
    pub span: Option<Span>,
    /// The step its block belongs to.
    pub step: Step,
    /// The block as a person would name it, such as `override "dev"`; empty for a default.
    pub block: Arc<str>,
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.block.is_empty() { "the default" } else { &self.block })
    }
}

/// A resolved setting of a cluster or unit: a tree of maps whose leaves know where they come from.
#[derive(Clone, Debug)]
pub enum Setting {
    /// A scalar or a list.
    Leaf(Leaf),
    /// A map, or a block: its arguments and, by label, its blocks. Those that no cluster changes are shared by all.
    Map(Arc<Branch>),
}

/// A scalar or a list, and its history.
#[derive(Clone, Debug)]
pub struct Leaf {
    /// The value in force.
    pub value: Value,
    /// What set it.
    pub site: Site,
    /// What it replaced, most recent first down the chain.
    pub replaced: Option<Box<Setting>>,
}

/// A setting that was taken away.
#[derive(Clone, Debug)]
pub struct Removed {
    /// What it was.
    pub was: Box<Setting>,
    /// The `remove` that took it away.
    pub site: Site,
}

/// A map of settings.
#[derive(Clone, Debug)]
pub struct Branch {
    /// By key.
    pub entries: BTreeMap<Arc<str>, Setting>,
    /// What an override took away, and what said so: a later block that sets one of these replaces it.
    pub removed: BTreeMap<Arc<str>, Removed>,
    /// Whether its keys are secret. What they lead to has its own mark.
    pub sensitive: bool,
    /// The block or expression that spoke of it last; each entry has a site of its own.
    pub site: Site,
    /// What it replaced as a whole: a scalar that became a map.
    pub replaced: Option<Box<Setting>>,
}

impl Branch {
    /// A map without entries.
    pub fn empty(site: Site) -> Self {
        Self { entries: BTreeMap::new(), removed: BTreeMap::new(), sensitive: false, site, replaced: None }
    }
}

impl Setting {
    /// What set it.
    pub fn site(&self) -> &Site {
        match self {
            Self::Leaf(leaf) => &leaf.site,
            Self::Map(branch) => &branch.site,
        }
    }

    /// The entry under `key` of a map.
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Leaf(_) => None,
            Self::Map(branch) => branch.entries.get(key),
        }
    }

    /// The setting at a path of keys.
    pub fn at<'a>(&self, path: impl IntoIterator<Item = &'a str>) -> Option<&Self> {
        path.into_iter().try_fold(self, |setting, key| setting.get(key))
    }

    /// The value of a leaf.
    pub fn leaf(&self) -> Option<&Value> {
        match self {
            Self::Leaf(leaf) => Some(&leaf.value),
            Self::Map(_) => None,
        }
    }

    /// The text of a string leaf.
    pub fn as_str(&self) -> Option<&str> {
        self.leaf().and_then(Value::as_str)
    }

    /// The keys and settings of a map; nothing for a leaf.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &Self)> {
        let entries = match self {
            Self::Leaf(_) => None,
            Self::Map(branch) => Some(&branch.entries),
        };
        entries.into_iter().flatten().map(|(key, setting)| (&**key, setting))
    }

    /// The whole tree as a value.
    pub fn to_value(&self) -> Value {
        match self {
            Self::Leaf(leaf) => leaf.value.clone(),
            Self::Map(branch) => {
                let entries = branch.entries.iter().map(|(key, setting)| (key.clone(), setting.to_value()));
                Value {
                    kind: Kind::Map(Arc::new(entries.collect())),
                    sensitive: branch.sensitive,
                    span: branch.site.span,
                }
            }
        }
    }
}
