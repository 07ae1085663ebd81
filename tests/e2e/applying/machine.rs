//! The machine that a run is on: its plugins, and what it may open.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::process::Command;

use serde_json::Value;

use super::locks::signal;
use super::scene::{Scene, config_map, quick, said};
use crate::harness::{Lab, block_on, eventually};
use crate::program::outcome;

fn maps() -> Vec<Value> {
    (0..30).map(|number| config_map(&format!("map-{number:02}"), "1")).collect()
}

/// Has a plugin of this script show who the user is; the token of the admin is its `$TOKEN`.
fn plugin(scene: &Scene, script: &str) {
    scene.place.write("plugin.sh", &format!("#!/bin/sh\n{script}\n"));
    let path = scene.place.path().join("plugin.sh");
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    scene.place.write("ca.crt", &scene.cluster.authority);
    let name = &scene.cluster.name;
    let token = &scene.cluster.tokens[crate::reach::ADMIN];
    let config = format!(
        "clusters:\n- name: s\n  cluster: {{server: \"{}\", certificate-authority: ca.crt}}\nusers:\n- name: u\n  user:\n    exec: {{apiVersion: client.authentication.k8s.io/v1, interactiveMode: IfAvailable, command: ./plugin.sh, env: [{{name: TOKEN, value: {token}}}]}}\ncontexts:\n- name: {name}\n  context: {{cluster: s, user: u}}\n",
        scene.proxy.url
    );
    scene.place.write("config", &config);
}

const ISSUES: &str = "echo \"{\\\"apiVersion\\\":\\\"client.authentication.k8s.io/v1\\\",\\\"kind\\\":\\\"ExecCredential\\\",\\\"status\\\":{\\\"token\\\":\\\"$TOKEN\\\"}}\"";

#[test]
fn f15_a_plugin_that_gives_no_credential_sends_nothing() {
    for script in [
        "exit 1",
        "echo garbage",
        "read -r answer && echo $answer",
        "head -c 100000000 /dev/zero >&2; exit 1",
    ] {
        let scene = Scene::rendering(Lab::extended(), &maps());
        plugin(&scene, script);
        let mut command = scene.command(&["apply", "--cluster", "a", "--yes"]);
        let refused = scene.shown(outcome(command.env("KUBECONFIG", "config").output().unwrap()));
        assert_eq!(refused.status, Some(4), "{script}: {}", said(&refused));
        assert!(refused.stderr.contains("./plugin.sh"), "{script}: {}", refused.stderr);
        assert!(refused.stderr.len() < 10_000, "{script}");
        assert!(scene.proxy.requests().is_empty(), "{script}");
    }
}

#[test]
fn f15_f58_a_plugin_that_hangs_is_waited_for_only_until_a_signal_comes() {
    let scene = Scene::rendering(Lab::extended(), &maps());
    plugin(&scene, "echo $$ > asked; sleep 600");
    let mut command = scene.command(&quick(&[]));
    command.env("KUBECONFIG", "config");
    let run =
        command.stderr(std::process::Stdio::piped()).stdout(std::process::Stdio::piped()).spawn().unwrap();
    block_on(eventually("the plugin is asked", async || {
        std::fs::read_to_string(scene.place.path().join("asked")).ok().filter(|pid| pid.ends_with('\n'))
    }));
    signal(&run, "INT");
    let ended = scene.ended(run);
    // Nothing was begun: it may end by the signal itself, which a shell shows as 130 too.
    assert!(matches!(ended.status, None | Some(130)), "{}", said(&ended));
    assert!(scene.proxy.requests().is_empty());
}

#[test]
fn f14_f15_a_plugin_is_asked_again_when_its_token_ends_midway() {
    let scene = Scene::rendering(Lab::extended(), &maps());
    plugin(&scene, &format!("echo x >> asked; {ISSUES}"));
    let write = |fault| crate::harness::Rule::new(fault).verb("patch").kind("v1", "ConfigMap").dry_run(false);
    scene.proxy.add(write(crate::harness::Fault::status(401)).times(1));
    let mut command = scene.command(&quick(&[]));
    let applied = scene.shown(outcome(command.env("KUBECONFIG", "config").output().unwrap()));
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
    assert_eq!(scene.place.read("asked"), "x\nx\n");
}

/// A disk that is full.
const FULL: &str = "/dev/full";

#[test]
fn f61_what_cannot_be_shown_is_not_done() {
    if !std::path::Path::new(FULL).exists() {
        return;
    }
    let scene = Scene::rendering(Lab::extended(), &maps());
    let full = || std::fs::OpenOptions::new().write(true).open(FULL).unwrap();
    for is_out in [true, false] {
        let mut command = scene.command(&quick(&[]));
        let command = if is_out { command.stdout(full()) } else { command.stderr(full()) };
        let ended = scene.shown(outcome(command.output().unwrap()));
        assert_eq!(ended.status, Some(7), "{}", said(&ended));
        if is_out {
            let last = ended.stderr.lines().last();
            assert_eq!(
                last,
                Some("fleetwright: cannot write the output: No space left on device (os error 28)")
            );
        }
        assert_eq!(scene.writes(), Vec::<String>::new());
    }
    // A program is told only at the end: what could not be told it is in the cluster.
    let mut command = scene.command(&quick(&["--log-format", "json"]));
    let ended = scene.shown(outcome(command.stdout(full()).output().unwrap()));
    assert_eq!(ended.status, Some(7), "{}", said(&ended));
    let record = scene.record().unwrap();
    assert_eq!((record.run, record.inventory.len()), (None, 30));
    let before = scene.writes().len();
    let again = scene.apply(&[]);
    assert_eq!((again.status, scene.writes().len()), (Some(0), before), "{}", said(&again));
}

#[test]
fn f61_a_run_needs_no_place_to_write_to_on_this_machine() {
    let scene = Scene::rendering(Lab::extended(), &maps());
    scene.place.write("config", &std::fs::read_to_string(&scene.proxy.kubeconfig).unwrap());
    let mut apply = scene.place.unprivileged(&quick(&[]));
    apply.env("KUBECONFIG", "config").env("PATH", "/usr/bin:/bin");
    for variable in ["HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"] {
        apply.env(variable, scene.place.path());
    }
    let mode = |mode: u32| {
        let folders = ["", "fleet", "fleet/templates"].map(|folder| scene.place.path().join(folder));
        for folder in folders {
            std::fs::set_permissions(folder, std::fs::Permissions::from_mode(mode)).unwrap();
        }
    };
    mode(0o555);
    let applied = scene.shown(outcome(apply.output().unwrap()));
    mode(0o755);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
    let mut left: Vec<_> = std::fs::read_dir(scene.place.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    left.retain(|name| !name.starts_with('.'));
    left.sort();
    assert_eq!(left, ["config", "fleet"]);
}

#[test]
fn f61_a_record_that_the_cluster_has_no_room_for_stops_before_any_object() {
    let scene = Scene::rendering(Lab::extended(), &maps());
    let full = r#"{"kind":"Status","apiVersion":"v1","status":"Failure","message":"etcdserver: mvcc: database space exceeded","code":500}"#;
    let full = crate::harness::Fault::answer(500, "application/json", full);
    for verb in ["create", "update", "patch"] {
        scene.proxy.add(crate::harness::Rule::new(full.clone()).verb(verb).kind("v1", "Secret"));
    }
    let refused = scene.apply(&[]);
    assert_eq!(refused.status, Some(4), "{}", said(&refused));
    assert!(refused.stderr.contains("database space exceeded"), "{}", refused.stderr);
    assert!(!scene.writes().iter().any(|line| line.contains("configmaps")), "{:?}", scene.writes());
    assert_eq!(scene.holder(), None);
    scene.proxy.clear();
    let again = scene.apply(&[]);
    assert_eq!(again.status, Some(0), "{}", said(&again));
}

#[test]
fn f64_a_run_that_may_open_few_files_ends_cleanly() {
    let scene = Scene::rendering(Lab::extended(), &maps());
    for limit in [6, 8, 10, 12, 16, 20] {
        let script = format!("ulimit -n {limit} && exec \"$0\" \"$@\"");
        let apply = scene.command(&quick(&[]));
        let mut command = Command::new("/bin/sh");
        command.args(["-c", &script]).arg(apply.get_program()).args(apply.get_args());
        command.env_clear().current_dir(scene.place.path()).stdin(std::process::Stdio::null());
        command.envs(apply.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let ended = scene.shown(outcome(command.output().unwrap()));
        assert!(!ended.stderr.contains("a defect"), "{limit}: {}", ended.stderr);
        match ended.status {
            Some(0) => {}
            Some(3 | 4 | 7) => assert_eq!(scene.record().map(|record| record.run), None, "{}", said(&ended)),
            Some(5) => assert!(scene.record().unwrap().run.is_some(), "{}", said(&ended)),
            other => panic!("{limit}: {other:?} {}", said(&ended)),
        }
        if ended.status != Some(0) {
            assert!(ended.stderr.contains("error"), "{limit}: {}", ended.stderr);
        }
    }
    let again = scene.apply(&[]);
    assert_eq!(again.status, Some(0), "{}", said(&again));
}

/// Shells differ in what they call the number of processes.
const LIMITED: &str =
    "if (ulimit -u 1) 2>/dev/null; then ulimit -u 1; else ulimit -p 1; fi && exec \"$0\" \"$@\"";

#[test]
fn f64_a_run_that_may_begin_no_thread_writes_nothing() {
    let scene = Scene::rendering(Lab::extended(), &maps());
    scene.place.write("config", &std::fs::read_to_string(&scene.proxy.kubeconfig).unwrap());
    let apply = scene.place.unprivileged(&quick(&[]));
    let mut command = Command::new("/bin/sh");
    command.args(["-c", LIMITED]).arg(apply.get_program()).args(apply.get_args());
    command.env_clear().current_dir(scene.place.path()).stdin(std::process::Stdio::null());
    command.env("KUBECONFIG", "config").env("PATH", "/usr/bin:/bin");
    if std::fs::metadata("/proc/self").unwrap().uid() == 0 {
        const NOBODY: u32 = 65534;
        command.uid(NOBODY).gid(NOBODY);
    }
    let ended = scene.shown(outcome(command.output().unwrap()));
    assert_eq!(ended.status, Some(7), "{}", said(&ended));
    assert!(!ended.stderr.contains("a defect"), "{}", ended.stderr);
    assert_eq!(scene.writes(), Vec::<String>::new());
}
