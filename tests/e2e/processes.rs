//! The processes of the lab: which programs they are, and that none outlives the tests.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::harness::programs;
use crate::harness::{Lab, Proxy, Spec, block_on, eventually};

#[test]
fn assets_of_the_machine_are_used() {
    // As a folder for KUBEBUILDER_ASSETS is: these two and no more.
    let assets = tempfile::tempdir().unwrap();
    for name in ["etcd", "kube-apiserver"] {
        std::fs::hard_link(programs::servers().join("servers"), assets.path().join(name)).unwrap();
    }
    let lab = Lab::with(Some(assets.path().to_owned()));
    let cluster = lab.start([Spec::bare("assets")]).remove(0);
    let used = programs_running_with(lab.folder());
    assert_eq!(used.len(), 3, "{used:?}");
    let own = used.iter().filter(|(_, line)| line.starts_with(assets.path().to_str().unwrap()));
    assert_eq!(own.count(), 2, "{used:?}");
    drop(cluster);
}

/// The processes whose command line names this folder, each with that line.
fn programs_running_with(folder: &Path) -> Vec<(u32, String)> {
    let folder = folder.to_str().unwrap();
    let processes = std::fs::read_dir("/proc").unwrap().filter_map(|entry| {
        let path = entry.unwrap().path();
        let id = path.file_name()?.to_str()?.parse().ok()?;
        // It may end while this looks.
        let line = std::fs::read(path.join("cmdline")).ok()?;
        let line = String::from_utf8_lossy(&line).replace('\0', " ");
        line.contains(folder).then_some((id, line))
    });
    processes.collect()
}

/// Set for the process that [`nothing_is_left_of_a_killed_process`] kills.
const HOLDS: &str = "FLEETWRIGHT_TEST_HOLDS_A_LAB";

#[test]
#[ignore = "the other half of nothing_is_left_of_a_killed_process"]
fn holds_a_lab() {
    #[expect(clippy::disallowed_methods, reason = "how one half of this test speaks to the other")]
    if std::env::var_os(HOLDS).is_none() {
        return;
    }
    let lab = Lab::new();
    let clusters = lab.start([Spec::full("killed"), Spec::bare("beside")]);
    let proxy = Proxy::before(&clusters[0]);
    writeln!(std::io::stdout(), "{HOLDS} {}", lab.folder().display()).unwrap();
    // For ever: nobody writes to it.
    std::io::stdin().read_line(&mut String::new()).unwrap();
    drop(proxy);
}

#[test]
fn nothing_is_left_of_a_killed_process() {
    programs::servers();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "processes::holds_a_lab", "--ignored", "--nocapture"])
        .env(HOLDS, "yes")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let folder = lines
        .find_map(|line| line.unwrap().split_once(&format!("{HOLDS} ")).map(|(_, path)| PathBuf::from(path)));
    let folder = folder.expect("the other half has started its clusters");
    let running = programs_running_with(&folder);
    // The lab, etcd, two API servers, controller manager, scheduler, KWOK.
    assert_eq!(running.len(), 7, "{running:?}");
    child.kill().unwrap();
    child.wait().unwrap();
    block_on(eventually("no process and no file is left", async || {
        (programs_running_with(&folder).is_empty() && !folder.exists()).then_some(())
    }));
}

#[test]
fn no_server_outlives_a_killed_lab() {
    let lab = Lab::new();
    let cluster = lab.start([Spec::bare("orphans")]).remove(0);
    let folder = lab.folder().to_owned();
    let running = programs_running_with(&folder);
    let (supervisor, _) = running.iter().find(|(_, line)| line.contains(" serve ")).unwrap();
    let killed = Command::new("kill").args(["-KILL", &supervisor.to_string()]).status().unwrap();
    assert!(killed.success());
    block_on(eventually("no process is left", async || {
        programs_running_with(&folder).is_empty().then_some(())
    }));
    drop((cluster, lab));
    assert!(!folder.exists());
}
