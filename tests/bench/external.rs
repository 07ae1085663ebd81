//! How long `external` takes to answer: Terraform runs it on each plan, apply and refresh.
//!
//! `cargo bench --bench external -- [CLUSTERS [SERVICES]]`: the example fleet of this repository, and one of 30 clusters
//! and 200 services without numbers.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a program for people"
)]

#[path = "measure.rs"]
#[allow(dead_code, reason = "each binary uses its part")]
mod measure;
#[path = "render/shop.rs"]
#[allow(dead_code, reason = "each binary uses its part")]
mod shop;

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use measure::fastest_of;
use shop::Shop;

/// How often each is run; the fastest counts.
const RUNS: usize = 20;

fn main() {
    let root = TempDir::new().unwrap();
    // cargo adds `--bench`.
    let mut numbers = std::env::args().skip(1).filter_map(|word| word.parse().ok());
    let shop = Shop {
        clusters: numbers.next().unwrap_or(30),
        services: numbers.next().unwrap_or(200),
        marked: true,
    };
    println!("the example fleet");
    let example = Path::new(env!("CARGO_MANIFEST_DIR"));
    for query in [
        "{}",
        r#"{"output": "ingress_weights"}"#,
        r#"{"output": "hosts", "cluster": "prod-a"}"#,
        r#"{"unit": "service.storefront"}"#,
    ] {
        measured(query, example, root.path(), Some(50.0));
    }
    // What a release is, only rendering tells.
    measured(r#"{"release": "prod"}"#, example, root.path(), None);
    println!("{} clusters, {} services", shop.clusters, shop.services);
    shop.write(root.path());
    for query in [
        "{}",
        r#"{"output": "domains"}"#,
        r#"{"cluster": "*"}"#,
        r#"{"unit": "service.svc-0001", "cluster": "c001"}"#,
        r#"{"unit": "service.svc-0001"}"#,
    ] {
        measured(query, root.path(), root.path(), Some(300.0));
    }
}

/// Answers a query some times, in the folder with the fleet; it is to take less than so many milliseconds, if a
/// limit is given.
fn measured(query: &str, folder: &Path, scratch: &Path, limit: Option<f64>) {
    let asked = scratch.join("query");
    fs::write(&asked, query).unwrap();
    let mut command = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fleetwright"));
        command.arg("external").env_clear().current_dir(folder).stdin(File::open(&asked).unwrap());
        command.stdout(Stdio::null());
        vec![command]
    };
    let best = fastest_of(query, RUNS, 1, &mut command);
    let (wall, cpu) = (best.wall.as_secs_f64() * 1e3, best.cpu.as_secs_f64() * 1e3);
    let held = limit.map_or(String::new(), |limit| match wall < limit {
        true => format!(", under {limit} ms"),
        false => format!(", NOT UNDER {limit} ms"),
    });
    println!("  {query}: {wall:.1} ms{held}; {cpu:.0} ms of CPU time, {} MB", best.peak / 1024);
}
