//! How long it takes to apply objects that are not there yet, and then again, beside `kubectl apply --server-side` if that
//! is on PATH.
//!
//! `cargo bench --bench apply -- [OBJECTS]`; 1,400 without a number. The objects are of kinds of which none must be
//! waited for, as kubectl waits for none. Here the server has the same cores as its client, and what it takes of them
//! for each object bounds the ratio; so the new objects are measured once more where each request takes [`FAR`] longer,
//! as it does to a cluster elsewhere.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a program for people"
)]

#[path = "../harness/mod.rs"]
mod harness;
#[path = "measure.rs"]
mod measure;

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use harness::{Cluster, Lab, Spec, many};
use measure::{fastest, is_there};

/// How many objects there are unless somebody says another number.
const COUNT: usize = 1400;

/// How often each is run, on objects of its own; the fastest counts.
const RUNS: usize = 3;

/// How much longer a request takes to a cluster in another zone or region.
const FAR: Duration = Duration::from_millis(10);

fn main() {
    // cargo adds `--bench`.
    let count = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(COUNT);
    let cluster = Lab::shared().start([Spec::bare("bench")]).remove(0);
    let proxy = Proxy::before(&cluster);
    proxy.add(Rule::new(Fault::Delay(FAR)));
    let near = Way { cluster: &cluster, kubeconfig: &cluster.kubeconfig, name: "" };
    let far = Way { cluster: &cluster, kubeconfig: &proxy.kubeconfig, name: ", far away" };

    let places = places(&near, "ours", count);
    let new = apply_new(&near, &places, count);
    let mut next = places.iter().cycle();
    let same = fastest("fleetwright apply, unchanged", count, RUNS, || {
        near.fleetwright("apply", next.next().unwrap().path())
    });
    let mut next = places.iter().cycle();
    let diff = fastest("fleetwright diff, unchanged", count, RUNS, || {
        near.fleetwright("diff", next.next().unwrap().path())
    });
    println!("apply of nothing to diff: {:.2}", same.as_secs_f64() / diff.as_secs_f64());
    if is_there("kubectl") {
        let kubectl = kubectl_new(&near, "theirs", count);
        println!("ratio to kubectl: {:.1}", kubectl.as_secs_f64() / new.as_secs_f64());
        let new = apply_new(&far, &places_far(&far, count), count);
        let kubectl = kubectl_new(&far, "theirs-far", count);
        println!("ratio to kubectl, far away: {:.1}", kubectl.as_secs_f64() / new.as_secs_f64());
    }
}

fn write_list(objects: &[Value], folder: &Path) {
    let list = json!({ "apiVersion": "v1", "kind": "List", "items": objects });
    std::fs::write(folder.join("objects.json"), list.to_string()).unwrap();
}

fn ours(cluster: &Cluster, folder: &Path, what: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fleetwright"));
    command.args([what, "--cluster", &cluster.name]).env_clear().env("KUBECONFIG", &cluster.kubeconfig);
    if what == "apply" {
        command.arg("--yes");
    }
    command.current_dir(folder);
    command
}

fn kubectl(cluster: &Cluster, folder: &Path) -> Command {
    let mut command = Command::new("kubectl");
    command
        .args(["apply", "--server-side", "--field-manager=somebody", "--context", &cluster.name, "-f"])
        .arg(folder.join("objects.json"))
        .env("KUBECONFIG", &cluster.kubeconfig);
    command
}
