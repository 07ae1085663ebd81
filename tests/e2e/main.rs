//! One binary for the tests on real API servers.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod admission;
mod agreement;
mod applied;
mod apply;
mod applying;
mod connection;
mod diff;
#[path = "../it/example.rs"]
#[allow(dead_code, reason = "each test binary uses its part")]
mod example;
mod faults;
mod fetch;
mod fleet;
#[path = "../harness/mod.rs"]
mod harness;
mod lab;
mod processes;
#[path = "../it/program.rs"]
#[allow(dead_code, reason = "each test binary uses its part")]
mod program;
mod published;
mod reach;
mod reading;
mod rendering;
#[path = "../it/repository.rs"]
#[allow(dead_code, reason = "each test binary uses its part")]
mod repository;
mod schemas;
mod terminal;
mod trust;
mod unknown;
mod webhooks;

/// What `program` asks for schemas: here they are recorded from real servers.
mod recorded {
    pub fn anything(_fleet: &std::path::Path, _text: &str) {}
}
