//! The only door to API servers: kubeconfigs, connections, identity, reading, dry runs, and the record.
//!
//! [`kubeconfig::Kubeconfig`] → [`kubeconfig::Access`] → [`Unproven`] → [`Proven`]: only the last can ask a
//! server anything but which cluster it is. Every request has a limit in time and in bytes; a read that fails is
//! [`Unknown`], with its reason. Environment and terminal come in as [`Settings`].
//!
//! [`Proven::state`] reads what a plan needs, [`Proven::previews`] asks what would become of objects,
//! [`Proven::write`], [`Proven::migrate`] and [`Proven::remove`] change them as a plan says, [`Proven::write_record`]
//! keeps the record, and [`Proven::try_lock`] the lock. What can be sent at all is what `request` can make.

mod access;
mod admission;
mod asked;
mod cause;
mod channel;
mod clock;
mod codes;
mod connection;
mod credentials;
mod discovery;
mod discovery_answer;
mod exchange;
mod failure;
mod identity;
pub mod kubeconfig;
mod lease;
mod line;
mod list;
mod lock;
mod members;
mod migration;
mod moment;
mod namespace;
mod notice;
mod openapi;
mod path;
mod pause;
mod plugin;
mod preview;
mod proxy;
mod record;
mod removal;
mod request;
mod secret;
mod side_by_side;
mod state;
mod status;
mod target;
mod unknown;
mod warning;
mod webhook;
mod write;

pub use access::{Need, Right};
pub use asked::{Asked, Verb};
pub use channel::Settings;
pub use connection::{Proven, SIDE_BY_SIDE, Unproven};
pub use exchange::ATTEMPTS;
pub use failure::Failure;
pub use identity::{Identities, Mismatch, MismatchKind, Uid};
pub use lease::{Claim, Holder, LockId};
pub use lock::{Attempt, LONGEST_WATCH, Lock, Patrol};
pub use migration::Migration;
pub use notice::{Event, Notice, Tell};
pub use plugin::PluginError;
pub use proxy::Proxies;
pub use record::{Stored, Version};
pub use removal::{Removal, Removed};
pub use request::MAX_ANSWER;
pub use target::Target;
pub use unknown::{Reason, Unknown, Unreachable};
pub use webhook::Webhook;
pub use write::{MAX_SENT, Taken, Write, WriteFailure, Written};
