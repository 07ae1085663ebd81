//! Resolve variables, locals, profiles and overrides into one complete [`Cluster`] with its units; every
//! setting remembers which line set it and what it replaced.

mod absent;
mod applying;
mod check;
mod codes;
mod complete;
mod duration;
mod eval;
mod excuses;
mod files;
mod freeze;
mod function;
mod gates;
mod graph;
mod heads;
mod layer;
mod locals;
mod meet;
mod moved;
mod named;
mod number;
mod prepared;
mod profiles;
mod resolve;
mod rollouts;
mod select;
mod service;
mod setting;
mod steady;
mod type_expression;
mod unit;
mod units;
mod value;
mod variable;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use applying::Applying;
pub(crate) use codes::{REMOVES_NOTHING, UNKNOWN_NAME};
pub use duration::{DurationError, parse as parse_duration};
pub use eval::{Reference, references};
pub use excuses::{Excuse, Excuses, Failing, Used};
pub use freeze::{Freeze, Window};
pub(crate) use function::json_text;
pub use moved::Moved;
pub use named::Named;
pub use number::{Number, NumberError};
pub use prepared::Prepared;
pub use resolve::{prepare, resolve};
pub use rollouts::{Limits, Rollout, Stage};
pub use setting::{Branch, Leaf, Removed, Setting, Site, Step};
pub use unit::{FileRef, Unit, UnitKind, UnitName};
pub use units::Needed;
pub use value::{Kind, Value};
pub use variable::{Given, GivenFrom, GivenValue};

use crate::diagnostic::Span;
use crate::source::RelPath;

/// One cluster, complete.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// Its name: a DNS label.
    pub name: Arc<str>,
    /// The label of its block.
    pub span: Span,
    /// Its labels, with the implicit `name` and `fleet`.
    pub labels: BTreeMap<Arc<str>, Arc<str>>,
    /// The kubeconfig context.
    pub context: Option<Arc<str>>,
    /// The UID of its `kube-system` namespace.
    pub uid: Option<Arc<str>>,
    /// The Kubernetes version it runs, as `1.33`.
    pub kubernetes: Option<Arc<str>>,
    /// Whether it renders nothing and is to be emptied.
    pub retired: bool,
    /// The values of the profiles that match it and its own, met.
    pub values: Setting,
    /// Its units, sorted by name.
    pub units: Vec<Unit>,
}

/// An output, worked out.
#[derive(Clone, Debug)]
pub struct Output {
    /// Its value; sensitive if the block says so or a part of it is.
    pub value: Value,
    /// What it is about.
    pub description: Option<Arc<str>>,
    /// The label of its block.
    pub span: Span,
}

/// A fleet, resolved for all of its clusters.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// The fleet's name.
    pub name: Arc<str>,
    /// What it is about.
    pub description: Option<Arc<str>>,
    /// The root of the templates.
    pub templates: RelPath,
    /// The folder of recorded schemas.
    pub schemas: Option<RelPath>,
    /// The namespace that the record lives in.
    pub state_namespace: Arc<str>,
    /// The clusters, sorted by name.
    pub clusters: Vec<Cluster>,
    /// The outputs, by name.
    pub outputs: BTreeMap<Arc<str>, Output>,
    /// The units that were renamed.
    pub moved: Vec<Moved>,
    /// The rollouts, as they are written.
    pub rollouts: Vec<Rollout>,
    /// What is not to be checked, and why.
    pub excuses: Excuses,
}

#[cfg(test)]
mod tests;
