//! Per cluster: what is wanted, what is there, and what is to be done about it.
//!
//! [`Wanted`] comes from what was rendered, [`LiveState`] and [`Preview`]s from `live`; all that is decided between
//! them is decided here, without effects:
//!
//! ```text
//! Wanted → reads → LiveState → asks → Previews → build → Plan → file
//! ```

mod admission;
mod adoption;
mod approximate;
mod build;
mod change;
mod codes;
mod conflict;
mod key;
mod label;
mod later;
mod level;
mod limits;
mod needs;
mod ownership;
mod permit;
mod preview;
mod prune;
mod record;
mod rejection;
mod release;
mod rendered;
mod risk;
mod saved;
mod shrink;
mod size;
mod stale;
mod state;
mod steps;
mod stored;
mod taking;
mod wanted;

pub use admission::Admission;
pub use build::{Plan, asks, build};
pub use change::{Action, Change, Conflict, Held, Judged, Why};
pub use ownership::{is_applied, ours};
pub use permit::Permit;
pub use preview::{Ask, Cause, Preview, Rejection, skip_creations};
pub use record::{Applied, BadRecord, Entry, Kept, Phase, Record, Release, Run};
pub use release::release;
pub use rendered::between;
pub use saved::{BadPlan, Saved, SavedAction, SavedCluster, SavedObject};
pub use shrink::is_of_subsets;
pub use stale::{Since, Stale, Standing, Unfit};
pub use state::{Kind, Live, LiveState, Served, Unread};
pub use steps::{Before, Steps, Wave, steps};
pub use wanted::{SetId, Wanted, WantedObject};

pub use crate::object::PART_OF;

#[cfg(test)]
mod tests;

/// The name under which fields are owned.
pub const FIELD_MANAGER: &str = "fleetwright";
