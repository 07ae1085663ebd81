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
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use harness::{Cluster, Fault, Lab, Proxy, Rule, Spec, many};
use measure::{fastest, is_there};

/// How many objects there are unless somebody says another number.
const COUNT: usize = 1400;

/// How often each is run, on objects of its own; the fastest counts.
const RUNS: usize = 3;

/// How much longer a request takes to a cluster elsewhere.
const FAR: Duration = Duration::from_millis(10);

fn main() {
    // cargo adds `--bench`.
    let count = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(COUNT);
    let cluster = Lab::shared().start([Spec::bare("bench")]).remove(0);
    let near = Way { cluster: &cluster, kubeconfig: &cluster.kubeconfig, name: "near" };
    let places = near.places(count);
    let new = near.apply_new(&places, count);
    let mut next = places.iter().cycle();
    let same = fastest("fleetwright apply, unchanged", count, RUNS, || near.apply(next.next().unwrap()));
    let mut next = places.iter().cycle();
    let diff = fastest("fleetwright diff, unchanged", count, RUNS, || near.diff(next.next().unwrap()));
    println!("apply of nothing to diff: {:.2}", same.as_secs_f64() / diff.as_secs_f64());
    if !is_there("kubectl", "version --client") {
        return;
    }
    let kubectl = near.kubectl_new(count);
    println!("ratio to kubectl: {:.1}", kubectl.as_secs_f64() / new.as_secs_f64());

    let proxy = Proxy::before(&cluster);
    proxy.add(Rule::new(Fault::Delay(FAR)));
    let far = Way { cluster: &cluster, kubeconfig: &proxy.kubeconfig, name: "far" };
    let new = far.apply_new(&far.places(count), count);
    let kubectl = far.kubectl_new(count);
    println!("ratio to kubectl, far away: {:.1}", kubectl.as_secs_f64() / new.as_secs_f64());
}

/// A way to the cluster, with objects of its own.
struct Way<'c> {
    cluster: &'c Cluster,
    kubeconfig: &'c Path,
    name: &'c str,
}

impl Way<'_> {
    /// A fleet for each run.
    fn places(&self, count: usize) -> Vec<TempDir> {
        let place = |number| {
            let (place, name) = (TempDir::new().unwrap(), format!("ours-{}-{number}", self.name));
            many::write_fleet_of_name(&name, place.path(), self.cluster, &many::still(count, &name));
            place
        };
        (0..RUNS).map(place).collect()
    }

    fn apply_new(&self, places: &[TempDir], count: usize) -> Duration {
        let mut next = places.iter();
        let what = format!("fleetwright apply, new, {}", self.name);
        fastest(&what, count, RUNS, || self.apply(next.next().unwrap()))
    }

    fn kubectl_new(&self, count: usize) -> Duration {
        let what = format!("kubectl apply --server-side, new, {}", self.name);
        let place = TempDir::new().unwrap();
        let mut number = 0;
        fastest(&what, count, RUNS, || {
            number += 1;
            let objects = many::still(count, &format!("theirs-{}-{number}", self.name));
            let file = place.path().join(format!("{number}.json"));
            write_list(&objects, &file);
            let mut command = Command::new("kubectl");
            command.args(["apply", "--server-side", "--field-manager=somebody", "--context"]);
            command.arg(&self.cluster.name).arg("-f").arg(file).env("KUBECONFIG", self.kubeconfig);
            command
        })
    }

    fn apply(&self, place: &TempDir) -> Command {
        let mut command = self.fleetwright("apply", place);
        command.arg("--yes");
        command
    }

    fn diff(&self, place: &TempDir) -> Command {
        self.fleetwright("diff", place)
    }

    fn fleetwright(&self, what: &str, place: &TempDir) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fleetwright"));
        command.args([what, "--cluster", &self.cluster.name]).env_clear().env("KUBECONFIG", self.kubeconfig);
        command.current_dir(place.path());
        command
    }
}

fn write_list(objects: &[Value], file: &Path) {
    let list = json!({ "apiVersion": "v1", "kind": "List", "items": objects });
    std::fs::write(file, list.to_string()).unwrap();
}
