//! Per cluster: what is wanted, what is there, and what is to be done about it.
//!
//! [`Wanted`] comes from what was rendered, [`LiveState`] and [`Preview`]s from `live`; all that is decided between
//! them is decided here, without effects:
//!
//! ```text
//! Wanted → reads → LiveState → asks → Previews → build → Plan → file
//! ```

mod admission;
mod approximate;
mod build;
mod change;
mod conflict;
mod label;
mod later;
mod ownership;
mod preview;
mod prune;
mod record;
mod rejection;
mod release;
mod rendered;
mod saved;
mod state;
mod stored;
mod wanted;

pub use admission::Admission;
pub use build::{Plan, asks, build};
pub use change::{Action, Change, Conflict, Judged, Why};
pub use ownership::ours;
pub use preview::{Ask, Cause, Preview, Rejection};
pub use record::{Applied, BadRecord, Entry, Record, Release};
pub use release::release;
pub use rendered::between;
pub use saved::{BadPlan, Saved, SavedAction, SavedCluster, SavedObject};
pub use state::{Kind, Live, LiveState, Served, Unread};
pub use wanted::{SetId, Wanted, WantedObject};

pub use crate::object::PART_OF;

#[cfg(test)]
mod tests;

/// The name under which fields are owned.
pub const FIELD_MANAGER: &str = "fleetwright";
