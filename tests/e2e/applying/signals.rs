//! Signals, and a reader that has gone.

use std::ffi::OsStr;
use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use super::locks::{signal, until_writing};
use super::scene::{Scene, config_map};
use crate::harness::{Fault, Lab, Rule, block_on, eventually};
use crate::program::Outcome;

fn maps() -> Vec<Value> {
    (0..60).map(|number| config_map(&format!("map-{number:02}"), "1")).collect()
}

/// A scene whose writes of objects take this long.
fn slow(time: Duration) -> Scene {
    let scene = Scene::rendering(Lab::extended(), &maps());
    scene.proxy.add(Rule::new(Fault::Delay(time)).verb("patch").kind("v1", "ConfigMap").dry_run(false));
    scene
}

fn said(outcome: &Outcome) -> String {
    format!("{}\n{}", outcome.stdout, outcome.stderr)
}

fn made(scene: &Scene) -> usize {
    scene.everything(&[("v1", "ConfigMap")]).len()
}

fn goes_on(scene: &Scene) {
    scene.proxy.clear();
    let again = scene.apply(&[]);
    assert_eq!(again.status, Some(0), "{}", said(&again));
    assert!(made(scene) >= 60);
    let record = scene.record().unwrap();
    assert_eq!((record.run, record.inventory.len()), (None, 60));
}

#[test]
fn f58_one_signal_ends_a_run_cleanly() {
    for (name, status) in [("INT", 130), ("TERM", 143)] {
        let scene = slow(Duration::from_millis(800));
        let (more, again): (&[&str], _) = match name {
            "INT" => (&[], "next: to go on, the same again: fleetwright apply --cluster a\n"),
            // Without them it would be another run.
            _ => (
                &["--adopt", "--fleet", "fleet"],
                "next: to go on, the same command again, with the same --fleet and --adopt\n",
            ),
        };
        let run = scene.start(more);
        until_writing(&scene);
        signal(&run, name);
        let ended = scene.ended(run);
        assert_eq!(ended.status, Some(status), "{}", said(&ended));
        assert!(ended.stderr.contains(again), "{}", ended.stderr);
        assert_eq!(ended.stderr.matches("stopping: ").count(), 1, "{}", ended.stderr);
        assert!(made(&scene) < 60, "nothing was stopped");
        assert_eq!(scene.holder(), None);
        // All that was made is in the record.
        let record = scene.record().unwrap();
        assert!(record.run.is_some());
        assert_eq!(record.inventory.len(), 60);
        goes_on(&scene);
    }
}

#[test]
fn f58_nobody_has_to_wait_for_a_finalizer_to_stop() {
    let mut held = config_map("held", "1");
    held["metadata"]["finalizers"] = serde_json::json!(["lab.fleetwright.dev/held"]);
    let rest = [config_map("beside", "1"), config_map("third", "1")];
    let scene = Scene::rendering(Lab::extended(), &[&[held], &rest[..]].concat());
    let applied = scene.apply(&[]);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
    scene.render(&rest);
    let mut run = scene.start(&["--ready-timeout", "10m"]);
    block_on(eventually("it is being deleted", async || {
        scene.writes().iter().any(|line| line.starts_with("DELETE configmaps/held")).then_some(())
    }));
    signal(&run, "INT");
    block_on(eventually("the run ends", async || run.try_wait().unwrap()));
    let ended = scene.ended(run);
    assert_eq!(ended.status, Some(130), "{}", said(&ended));
    assert_eq!((scene.holder(), scene.record().unwrap().inventory.len()), (None, 3));
}

#[test]
fn f59_two_signals_end_it_at_once_and_nothing_is_lost() {
    let scene = slow(Duration::from_secs(20));
    let run = scene.start(&[]);
    until_writing(&scene);
    signal(&run, "INT");
    std::thread::sleep(Duration::from_millis(300));
    signal(&run, "INT");
    let ended = scene.ended(run);
    assert_eq!(ended.status, Some(130), "{}", said(&ended));
    assert_eq!(scene.record().unwrap().inventory.len(), 60);
    goes_on(&scene);
}

#[test]
fn f60_a_reader_that_has_gone_stops_no_run() {
    let scene = slow(Duration::from_millis(50));
    let mut run = scene.start(&[]);
    drop(run.stdout.take());
    drop(run.stderr.take());
    let status = run.wait().unwrap();
    assert_eq!(status.code(), Some(0));
    goes_on(&scene);
}

#[test]
fn f58_a_signal_that_was_ignored_before_is_ignored_on() {
    let scene = slow(Duration::from_millis(300));
    // As `nohup` starts it.
    let mut run = scene.by_shell("trap '' HUP; exec \"$0\" \"$@\"", &[]);
    let run = run.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    until_writing(&scene);
    signal(&run, "HUP");
    let ended = scene.ended(run);
    assert_eq!(ended.status, Some(0), "{}", said(&ended));
    assert!(made(&scene) >= 60);
}

/// `apply` on a terminal of its own, with stdout in the file `out`: what is typed there, and what it shows.
fn on_a_terminal(scene: &Scene, script: &str, more: &[&str]) -> Child {
    let apply = scene.by_shell(script, more);
    let quoted = |word: &OsStr| format!("'{}'", word.to_str().unwrap().replace('\'', "'\\''"));
    let line: Vec<String> =
        std::iter::once(apply.get_program()).chain(apply.get_args()).map(quoted).collect();
    let mut terminal = Command::new("script");
    terminal.args(["-qec", &line.join(" "), "/dev/null"]);
    terminal.env_clear().envs(apply.get_envs().filter_map(|(name, value)| Some((name, value?))));
    terminal.env("TERM", "dumb").env("SHELL", "/bin/sh").current_dir(scene.place.path());
    terminal.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    terminal.spawn().unwrap()
}

#[test]
fn whoever_is_asked_sees_what_it_is_about_wherever_stdout_leads() {
    for (more, warned) in [(&[][..], "warning[V021]"), (&["--log-format", "json"], "warning[V021]")] {
        let scene = Scene::rendering(Lab::extended(), &[config_map("one", "1")]);
        let mut run = on_a_terminal(&scene, "exec \"$0\" \"$@\" > out", &[&["--ask"], more].concat());
        let mut typed = run.stdin.take().unwrap();
        typed.write_all(b"no\n").unwrap();
        let ended = scene.ended(run);
        assert_eq!(ended.status, Some(4), "{}", said(&ended));
        let question = ended.stdout.find("Apply this to cluster").unwrap();
        for known in ["ConfigMap/one", "1 to create", warned] {
            assert!(ended.stdout[..question].contains(known), "{known}: {}", said(&ended));
        }
        drop(typed);
    }
}

#[test]
fn a_terminal_that_is_gone_hides_no_outcome() {
    let scene = slow(Duration::from_millis(300));
    let script = "trap '' HUP; \"$0\" \"$@\" > out; echo $? > status";
    let mut run = on_a_terminal(&scene, script, &["--ready-timeout", "31s"]);
    until_writing(&scene);
    run.kill().unwrap();
    run.wait().unwrap();
    let read = |file: &str| std::fs::read_to_string(scene.place.path().join(file)).unwrap_or_default();
    block_on(eventually("the run ends", async || read("status").ends_with('\n').then_some(())));
    let out = scene.named(&read("out"));
    assert!(out.contains("created 60, changed 0"), "{out}");
    // All is done, and that is told.
    assert_eq!(read("status"), "0\n");
}
