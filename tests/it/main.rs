//! One binary for all tests.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod lab;
mod tricky;
mod yaml_oracle;
