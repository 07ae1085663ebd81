//! The harness: what the test binaries share to run against Kubernetes' own code and real servers.
//!
//! It needs Go, whose compiler makes the servers out of `tests/lab` at first use (see [`programs`]),
//! and nothing that must be installed or started before `cargo test`. A test asks for
//! [`Lab::bare`] or [`Lab::full`], clusters that all tests of a process share (so it works in
//! namespaces of its own), or starts clusters of its own with [`Lab::start`].

#![allow(dead_code, unused_imports, reason = "each test binary uses its part")]

pub mod asked;
pub mod client;
pub mod cluster;
pub mod crds;
pub mod dry_run;
pub mod hcl;
mod kinds;
pub mod manager;
pub mod many;
pub mod programs;
pub mod proxy;
mod supervisor;
pub mod terraform;
pub mod webhook;
pub mod yaml;

pub use client::{block_on, eventually};
pub use cluster::{Cluster, Lab, Spec};
pub use crds::Crds;
pub use manager::Manager;
pub use proxy::{Fault, Proxy, Rule};
pub use webhook::{Does, Webhook};
