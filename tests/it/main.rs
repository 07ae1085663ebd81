//! One binary for all tests.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod bad_inputs;
mod cli_args;
mod cli_init;
mod cli_out;
mod cli_variables;
mod determinism;
mod example;
mod golden;
mod house;
mod lab;
mod program;
mod repository;
mod secrets;
mod tricky;
mod yaml_oracle;
