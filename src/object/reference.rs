//! What names an object in a cluster.

use std::fmt;
use std::sync::Arc;

/// What names an object in one cluster. The version is no part of it: one object can be read and written
/// in every version of its group.
///
/// Displayed as `NAMESPACE/KIND/NAME`, or `KIND/NAME` where there is no namespace.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectRef {
    /// The API group; empty for the core group.
    pub group: Arc<str>,
    /// The kind, such as `Deployment`.
    pub kind: Arc<str>,
    /// The namespace; none for an object of the whole cluster.
    pub namespace: Option<Arc<str>>,
    /// The name.
    pub name: Arc<str>,
}

impl ObjectRef {
    /// Whether it is of this kind.
    pub fn is(&self, group: &str, kind: &str) -> bool {
        *self.group == *group && *self.kind == *kind
    }

    /// `KIND/NAME`.
    pub fn short(&self) -> String {
        format!("{}/{}", self.kind, self.name)
    }
}

impl fmt::Display for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(namespace) = &self.namespace {
            write!(f, "{namespace}/")?;
        }
        write!(f, "{}/{}", self.kind, self.name)
    }
}
