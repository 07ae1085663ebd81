//! The only door to API servers: kubeconfigs, connections, identity, and reading.
//!
//! [`kubeconfig::Kubeconfig`] → [`kubeconfig::Access`] → [`Unproven`] → [`Proven`]: only the last can ask a
//! server anything but which cluster it is. Every read has a limit in time and in bytes; one that fails is
//! [`Unknown`], with its reason. Environment and terminal come in as [`Settings`].

mod channel;
mod codes;
mod connection;
mod credentials;
mod failure;
mod identity;
pub mod kubeconfig;
mod notice;
mod openapi;
mod plugin;
mod proxy;
mod target;
mod unknown;
mod warning;

pub use channel::{ATTEMPTS, MAX_ANSWER, Settings};
pub use connection::{Proven, SIDE_BY_SIDE, Unproven};
pub use failure::Failure;
pub use identity::{Identities, Mismatch, MismatchKind, Uid};
pub use notice::{Event, Notice, Tell};
pub use plugin::PluginError;
pub use proxy::Proxies;
pub use target::Target;
pub use unknown::{Reason, Unknown, Unreachable};
