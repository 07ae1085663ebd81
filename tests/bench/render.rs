//! How long it takes to render a fleet to files, all of it: language, templates, checks and writing; beside
//! `helm template` and `jrsonnet` on the same objects, if they are on PATH. Those two run once for each cluster, two
//! at a time.
//!
//! `cargo bench --bench render -- [CLUSTERS [SERVICES]]`; 30 clusters and 200 services without numbers. Each service
//! has ten objects. `helm` is `go install helm.sh/helm/v4/cmd/helm@latest`, `jrsonnet` is
//! `cargo install jrsonnet --version 0.5.0-pre98`: the crate has no release that is no preview.
//!
//! Not twice within five minutes: for so long ext4 keeps apart the inodes of files that were removed, and those of one
//! run are removed at its end. Making the files of the next takes several times as long then. `TMPDIR=/dev/shm` measures
//! without a disk's file system.

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
#[path = "render/peer.rs"]
mod peer;
#[path = "render/shop.rs"]
mod shop;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use measure::{Measured, fastest_of, is_there};
use peer::Peer;
use shop::Shop;

/// How many clusters there are unless somebody says another number.
const CLUSTERS: usize = 30;

/// How many services there are unless somebody says another number.
const SERVICES: usize = 200;

/// How often each is run; the fastest counts.
const RUNS: usize = 3;

fn main() {
    // One folder, gone at the very end: a file system is slow to make files where many were just removed.
    let root = TempDir::new().unwrap();
    let mut places = (0..).map(|number| root.path().join(format!("{number}")));
    let mut place = || places.next().unwrap();
    // cargo adds `--bench`.
    let mut numbers = std::env::args().skip(1).filter_map(|word| word.parse().ok());
    let clusters = numbers.next().unwrap_or(CLUSTERS);
    let services = numbers.next().unwrap_or(SERVICES);
    for marked in [false, true] {
        let shop = Shop { clusters, services, marked };
        let texts = if marked { "a label of its cluster on every object" } else { "objects that repeat" };
        println!("{clusters} clusters, {services} services, {texts}");
        against_peers(&shop, &place());
    }
    println!("one service changed");
    changed(&Shop { clusters, services, marked: true }, &place());
    println!("in proportion");
    for factor in [1, 2, 4, 8] {
        let shop = Shop { clusters: clusters * factor / 4, services, marked: true };
        let place = place();
        shop.write(&place);
        measured("fleetwright", &shop, RUNS, || ours(&place, &fresh(&place, "out")));
    }
    for arguments in ["version", "--help"] {
        let mut command = || {
            let mut command = Command::new(env!("CARGO_BIN_EXE_fleetwright"));
            command.arg(arguments).stdout(Stdio::null());
            vec![command]
        };
        let best = fastest_of("fleetwright", 20, 1, &mut command);
        println!("fleetwright {arguments}: {:.1} ms", best.wall.as_secs_f64() * 1e3);
    }
}

/// Everybody on the same objects.
fn against_peers(shop: &Shop, place: &Path) {
    shop.write(place);
    let own = measured("fleetwright", shop, RUNS, || ours(place, &fresh(place, "out")));
    for peer in [Peer::Helm, Peer::Jrsonnet] {
        if !is_there(peer.program(), peer.asked()) {
            println!("{}: not on PATH", peer.program());
            continue;
        }
        peer.write(shop, place);
        let theirs = measured(peer.program(), shop, RUNS, || peer.commands(shop, place));
        peer.compare(shop, place, &place.join("out"));
        println!(
            "  {} takes {:.1} times the CPU time and {:.1} times the time",
            peer.program(),
            theirs.cpu.as_secs_f64() / own.cpu.as_secs_f64(),
            theirs.wall.as_secs_f64() / own.wall.as_secs_f64()
        );
    }
}

/// A second run, after the image of one service has changed, into the folder that the first one wrote.
fn changed(shop: &Shop, place: &Path) {
    shop.write(place);
    let cold = measured("cold", shop, RUNS, || ours(place, &fresh(place, "out")));
    let file = place.join("fleet/services.hcl");
    let text = fs::read_to_string(&file).unwrap();
    let mut tag = 0;
    let warm = measured("after a change", shop, RUNS, || {
        tag += 1;
        fs::write(&file, text.replacen(":1.0.0\"", &format!(":2.{tag}.0\""), 1)).unwrap();
        ours(place, &place.join("out"))
    });
    println!("  cold takes {:.1} times the time", cold.wall.as_secs_f64() / warm.wall.as_secs_f64());
}

fn measured(name: &str, shop: &Shop, runs: usize, mut commands: impl FnMut() -> Vec<Command>) -> Measured {
    let best = fastest_of(name, runs, 2, &mut commands);
    best.print(name, shop.objects());
    best
}

/// The path of a folder that is not there.
fn fresh(place: &Path, name: &str) -> std::path::PathBuf {
    let folder = place.join(name);
    if folder.exists() {
        // A move costs nothing that is measured; the temporary folder is taken away in the end.
        let count = fs::read_dir(place).unwrap().count();
        fs::rename(&folder, place.join(format!("{name}-{count}"))).unwrap();
    }
    folder
}

fn ours(place: &Path, out: &Path) -> Vec<Command> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fleetwright"));
    command.args(["render", "--out"]).arg(out).env_clear().current_dir(place);
    vec![command]
}
