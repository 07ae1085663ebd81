//! How long a diff against a live cluster takes that finds nothing to do, and what it takes of memory, beside
//! `kubectl diff --server-side` if that is on PATH.
//!
//! `cargo bench --bench diff -- [OBJECTS]`; 1,400 without a number.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a program for people"
)]

#[path = "../e2e/applied.rs"]
#[allow(dead_code, reason = "each binary uses its part")]
mod applied;
#[path = "../harness/mod.rs"]
mod harness;
#[path = "measure.rs"]
mod measure;
#[path = "../e2e/rendering.rs"]
#[allow(dead_code, reason = "each binary uses its part")]
mod rendering;

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use applied::{apply_and_record, connect};
use harness::{Cluster, Lab, Manager, Spec, block_on, many};
use measure::{fastest, is_there};
use rendering::Rendering;

/// How many objects there are unless somebody says another number.
const COUNT: usize = 1400;

/// How often each is run; the fastest counts.
const RUNS: usize = 3;

fn main() {
    // cargo adds `--bench`.
    let count = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(COUNT);
    let place = TempDir::new().unwrap();
    let cluster = Lab::shared().start([Spec::bare("bench")]).remove(0);
    let objects = many::objects(count);
    many::write_fleet(place.path(), &cluster, &objects);
    block_on(prepare(&cluster, place.path()));

    let digests = fastest("fleetwright diff", count, RUNS, || ours(&cluster, place.path(), &[]));
    fastest("fleetwright diff --exact", count, RUNS, || ours(&cluster, place.path(), &["--exact"]));
    if is_there("kubectl", "version --client") {
        let file = place.path().join("objects.json");
        block_on(write_live(&cluster, &objects, &file));
        // It takes long enough to be measured once.
        let theirs = fastest("kubectl diff --server-side", count, 1, || kubectl(&cluster, &file));
        println!("ratio to kubectl: {:.1}", theirs.as_secs_f64() / digests.as_secs_f64());
    }
}

/// Applies the fleet and records it.
async fn prepare(cluster: &Cluster, folder: &Path) {
    let rendering = Rendering::of(folder);
    let wanted = rendering.wanted(&cluster.name);
    let identities = rendering.identities();
    let proven = connect(&cluster.kubeconfig, &cluster.name, &cluster.name, &identities).await;
    apply_and_record(cluster, &proven, &wanted, &rendering.fleet.name).await;
}

/// Writes the objects with the label that they have on the cluster, so that kubectl finds nothing to do either.
async fn write_live(cluster: &Cluster, objects: &[Value], file: &Path) {
    let reader = Manager::new("reader", &cluster.client().await).await;
    let mut items = Vec::new();
    for object in objects {
        let live = reader.get(object).await.unwrap();
        let mut object = object.clone();
        object["metadata"]["labels"] = live["metadata"]["labels"].clone();
        items.push(object);
    }
    let list = serde_json::json!({ "apiVersion": "v1", "kind": "List", "items": items });
    fs::write(file, list.to_string()).unwrap();
}

fn ours(cluster: &Cluster, folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fleetwright"));
    command
        .arg("diff")
        .args(arguments)
        .env_clear()
        .env("KUBECONFIG", &cluster.kubeconfig)
        .current_dir(folder);
    command
}

fn kubectl(cluster: &Cluster, file: &Path) -> Command {
    let mut command = Command::new("kubectl");
    command
        .args(["diff", "--server-side", "--field-manager=fleetwright", "--context", &cluster.name, "-f"])
        .arg(file)
        .env("KUBECONFIG", &cluster.kubeconfig);
    command
}
