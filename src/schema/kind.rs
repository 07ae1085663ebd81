//! A kind in one version, and how a server serves it.

use std::fmt;

use crate::object::{Object, Scope};

/// A kind in one version of its group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GroupVersionKind {
    /// The API group; empty for the core group.
    pub group: String,
    /// The version, such as `v1`.
    pub version: String,
    /// The kind, such as `Deployment`.
    pub kind: String,
}

impl GroupVersionKind {
    /// That of an object.
    pub fn of(object: &Object) -> Self {
        Self {
            group: object.group().to_owned(),
            version: object.version().to_owned(),
            kind: object.kind().to_owned(),
        }
    }

    /// `GROUP/VERSION`, or the version alone for the core group, as `apiVersion` has it.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.clone() } else { format!("{}/{}", self.group, self.version) }
    }

    /// The kind that `API_VERSION KIND` names, as it is displayed.
    pub fn parse(text: &str) -> Option<Self> {
        let (api_version, kind) = text.split_once(' ')?;
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        Some(Self { group: group.to_owned(), version: version.to_owned(), kind: kind.to_owned() })
    }
}

impl fmt::Display for GroupVersionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.api_version(), self.kind)
    }
}

/// How a kind is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    /// Whether its objects live in namespaces.
    pub scope: Scope,
    /// The name of the definition that its objects are held to.
    pub definition: String,
}
