//! One binary for all tests.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod apply;
mod bad_inputs;
mod checks;
mod cli_args;
mod cli_findings;
mod cli_init;
mod cli_out;
mod cli_variables;
mod determinism;
mod diff;
mod example;
mod explain;
mod external;
mod fmt;
mod fmt_oracle;
mod functions;
mod fuzz;
mod golden;
#[path = "../harness/mod.rs"]
mod harness;
mod house;
mod library;
mod program;
mod promises;
mod recorded;
mod repository;
mod schema_messages;
mod secrets;
mod services;
mod set;
mod terraform;
mod tricky;
mod yaml_oracle;
