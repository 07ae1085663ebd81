//! What is to be done to one live cluster: it is read, asked, and planned for.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::apply;
use crate::live::{Failure, Proven};
use crate::object::ObjectRef;
use crate::plan::{self, LiveState, Plan, Preview, Wanted};
use crate::schema::Schemas;

/// A plan, and what it was made from.
pub struct Planned {
    /// The plan.
    pub plan: Plan,
    /// What is there.
    pub state: LiveState,
    /// What the server says would become of it.
    pub previews: BTreeMap<ObjectRef, Preview>,
}

impl Planned {
    /// The objects that are there and not ready, each with why.
    pub fn unready<'w>(&self, wanted: &'w Wanted<'_>) -> Vec<(&'w ObjectRef, Arc<str>)> {
        apply::unready(wanted, &self.state)
    }
}

/// How a cluster is asked.
#[derive(Clone, Copy, Debug)]
pub struct Asking {
    /// Whether it is asked about every object, also those that nobody has touched.
    pub exact: bool,
    /// The most objects that are not there and are asked about; if there are more, none of them is.
    pub creations: usize,
}

impl Asking {
    /// As little as there is to be asked to know all.
    pub const USUAL: Self = Self { exact: false, creations: usize::MAX };
}

/// Reads a cluster, asks what would become of its objects, and plans.
///
/// # Errors
/// If the record is not this fleet's and this cluster's. What could not be read is unknown in the plan.
pub async fn planned(
    proven: &Proven,
    wanted: &Wanted<'_>,
    schemas: Option<&Schemas>,
    fleet: &str,
    asking: Asking,
) -> Result<Planned, Failure> {
    let state = proven.state(wanted, fleet).await?;
    let asks = plan::asks(wanted, &state, asking.exact);
    let (asks, skipped) = plan::skip_creations(asks, &state, asking.creations);
    let mut previews = proven.previews(asks).await;
    previews.extend(skipped);
    let plan = plan::build(wanted, &state, &previews, schemas);
    Ok(Planned { plan, state, previews })
}
