//! What a fleet renders to.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::places::Kept;
use crate::cluster::Applying;
use crate::diagnostic::Span;
use crate::object::{FieldPath, Object};

/// Every cluster that was asked for, rendered; sorted by name.
#[derive(Clone, Debug, Default)]
pub struct Rendered {
    pub(super) clusters: Vec<RenderedCluster>,
    pub(super) used: BTreeSet<Span>,
    pub(super) unused: Vec<Span>,
    pub(super) kept: Option<Arc<Kept>>,
}

/// One cluster.
#[derive(Clone, Debug)]
pub struct RenderedCluster {
    pub(super) name: Arc<str>,
    pub(super) units: Vec<RenderedUnit>,
    pub(super) complete: bool,
}

/// One unit on one cluster.
#[derive(Clone, Debug)]
pub struct RenderedUnit {
    pub(super) address: String,
    pub(super) file_stem: String,
    pub(super) applying: Arc<Applying>,
    pub(super) objects: Vec<RenderedObject>,
}

/// One object, where it comes from, and what in it is secret.
#[derive(Clone, Debug)]
pub struct RenderedObject {
    pub(super) object: Object,
    pub(super) origin: Span,
    pub(super) unit: Span,
    pub(super) secrets: BTreeSet<FieldPath>,
    pub(super) most_bytes: usize,
}

/// Whether what is printed may show secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    /// `(sensitive)` in their place.
    Masked,
    /// As they are.
    Full,
}

impl Rendered {
    /// The clusters, sorted by name.
    pub fn clusters(&self) -> &[RenderedCluster] {
        &self.clusters
    }

    /// The first byte of each template that no unit of the fleet renders or includes: an empty span at the
    /// start of its file. Files whose name begins with `_` and templates that define components are never
    /// among them.
    pub fn unused_templates(&self) -> &[Span] {
        &self.unused
    }

    /// The first byte of each template that a unit renders, by itself or by an include.
    pub fn used_templates(&self) -> &BTreeSet<Span> {
        &self.used
    }
}

impl RenderedCluster {
    /// The name of the cluster.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// Its units, sorted by name.
    pub fn units(&self) -> &[RenderedUnit] {
        &self.units
    }

    /// The same, one by one.
    pub fn into_units(self) -> impl Iterator<Item = RenderedUnit> {
        self.units.into_iter()
    }

    /// Whether everything of it rendered without an error. What is missing from a cluster that is not
    /// complete must never be taken for something that was removed.
    pub fn is_complete(&self) -> bool {
        self.complete
    }
}

impl RenderedUnit {
    /// `service.storefront`, as messages name it.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The stem of its file under `render --out`.
    pub fn file_stem(&self) -> &str {
        &self.file_stem
    }

    /// How its objects are to be applied.
    pub fn applying(&self) -> &Arc<Applying> {
        &self.applying
    }

    /// Its objects, in the order in which they are applied.
    pub fn objects(&self) -> &[RenderedObject] {
        &self.objects
    }
}

impl RenderedObject {
    /// The object, secrets and all. For what is printed, use [`RenderedObject::printable`].
    pub fn object(&self) -> &Object {
        &self.object
    }

    /// The line of the template or manifest that its document began on; the unit's block where that is not
    /// known.
    pub fn origin(&self) -> Span {
        self.origin
    }

    /// The label of the block of its unit.
    pub fn unit(&self) -> Span {
        self.unit
    }

    /// The paths of the fields that are secret as a whole. The empty path is the whole object.
    pub fn secrets(&self) -> &BTreeSet<FieldPath> {
        &self.secrets
    }

    /// At most so many bytes are its JSON; most objects have far less.
    pub fn most_bytes(&self) -> usize {
        self.most_bytes
    }

    /// Whether the field at these keys is secret, lies in a secret, or holds one: no message may show it.
    pub fn hides(&self, path: &[String]) -> bool {
        self.secrets.iter().any(|secret| path.starts_with(secret) || secret.starts_with(path))
    }

    /// The object as it may be printed.
    pub fn printable(&self, show: Show) -> Cow<'_, Object> {
        match show {
            Show::Masked if !self.secrets.is_empty() => Cow::Owned(self.object.clone().masked(&self.secrets)),
            Show::Masked | Show::Full => Cow::Borrowed(&self.object),
        }
    }
}
