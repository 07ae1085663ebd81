//! Two runs on one cluster, and the lock of one that died.

use std::process::Child;
use std::time::Duration;

use serde_json::Value;

use super::scene::{Scene, config_map, quick};
use crate::harness::{Fault, Lab, Rule, block_on, eventually};
use crate::program::{Outcome, outcome};

fn said(outcome: &Outcome) -> String {
    format!("{}\n{}", outcome.stdout, outcome.stderr)
}

fn maps(count: usize, value: &str) -> Vec<Value> {
    (0..count).map(|number| config_map(&format!("map-{number:02}"), value)).collect()
}

/// Sends a signal, such as `STOP`, to a run.
pub fn signal(run: &Child, name: &str) {
    let sent = std::process::Command::new("kill").args([&format!("-{name}"), &run.id().to_string()]).status();
    assert!(sent.unwrap().success());
}

/// Waits until a run has begun to write objects.
pub fn until_writing(scene: &Scene) {
    block_on(eventually("objects are written", async || {
        scene.writes().iter().any(|line| line.contains(" configmaps/")).then_some(())
    }));
}

#[test]
fn f49_of_two_operators_one_proceeds() {
    let scene = Scene::rendering(Lab::extended(), &maps(3, "1"));
    scene.proxy.add(
        Rule::new(Fault::Delay(Duration::from_secs(10))).verb("patch").kind("v1", "ConfigMap").dry_run(false),
    );
    let first = scene.start(&["--lock-lease", "6s"]);
    until_writing(&scene);
    let writes = scene.writes().len();
    let holder = scene.holder().expect("the first holds the lock");
    // Not through the proxy, so that its requests are none of those counted.
    let mut second = scene.command(&quick(&[]));
    let second = outcome(second.env("KUBECONFIG", &scene.cluster.kubeconfig).output().unwrap());
    let second = scene.shown(second);
    assert_eq!(second.status, Some(4), "{}", said(&second));
    for known in [holder.as_str(), "tester@lab"] {
        assert!(second.stderr.contains(known), "{known}: {}", second.stderr);
    }
    let first = scene.ended(first);
    assert_eq!(first.status, Some(0), "{}", said(&first));
    assert!(scene.writes().len() >= writes);
    assert_eq!(scene.holder(), None);
}

/// Lets a run sleep until another has taken its lock and done its work: once awake it writes nothing more.
fn loses_its_lock_asleep(scene: &Scene, asleep: Child) {
    signal(&asleep, "STOP");
    let mut other = scene.command(&quick(&[]));
    let other = scene.shown(outcome(other.env("KUBECONFIG", &scene.cluster.kubeconfig).output().unwrap()));
    assert_eq!(other.status, Some(0), "{}", said(&other));
    let writes = scene.writes().len();
    signal(&asleep, "CONT");
    let asleep = scene.ended(asleep);
    assert_eq!(asleep.status, Some(5), "{}", said(&asleep));
    assert!(asleep.stderr.contains("lock"), "{}", asleep.stderr);
    assert_eq!(scene.writes().len(), writes, "{:?}", scene.writes().split_off(writes));
}

#[test]
fn f50_f52_a_run_that_slept_through_its_lock_writes_nothing_more() {
    let scene = Scene::rendering(Lab::extended(), &maps(40, "1"));
    scene.proxy.add(
        Rule::new(Fault::Delay(Duration::from_millis(700)))
            .verb("patch")
            .kind("v1", "ConfigMap")
            .dry_run(false),
    );
    let asleep = scene.start(&["--lock-lease", "3s"]);
    until_writing(&scene);
    loses_its_lock_asleep(&scene, asleep);
    let again = scene.apply(&[]);
    assert_eq!(again.status, Some(0), "{}", said(&again));
}

#[test]
fn inv03_f50_what_is_tried_again_is_not_sent_once_the_lock_is_lost() {
    let scene = Scene::rendering(Lab::extended(), &maps(1, "1"));
    let passing = Fault::status(503).header("Retry-After", "8");
    scene.proxy.add(Rule::new(passing).verb("patch").kind("v1", "ConfigMap").dry_run(false).times(1));
    let asleep = scene.start(&["--lock-lease", "3s"]);
    scene.until_faulty(false);
    loses_its_lock_asleep(&scene, asleep);
}

#[test]
fn inv03_the_lock_of_a_run_that_is_alive_is_not_given_back() {
    let scene = Scene::rendering(Lab::extended(), &maps(3, "1"));
    scene.proxy.add(
        Rule::new(Fault::Delay(Duration::from_secs(6))).verb("patch").kind("v1", "ConfigMap").dry_run(false),
    );
    let run = scene.start(&["--lock-lease", "3s"]);
    scene.until_faulty(false);
    let holder = scene.holder().unwrap();
    let alive = scene.run(&["unlock", "--cluster", "a", &holder]);
    assert_eq!(alive.status, Some(4), "{}", said(&alive));
    assert!(alive.stderr.contains("alive"), "{}", alive.stderr);
    let run = scene.ended(run);
    assert_eq!(run.status, Some(0), "{}", said(&run));
}

#[test]
fn f50_a_run_that_cannot_renew_its_lock_begins_nothing_more() {
    let scene = Scene::rendering(Lab::extended(), &maps(120, "1"));
    scene.proxy.add(Rule::new(Fault::status(503)).verb("update").kind("coordination.k8s.io/v1", "Lease"));
    scene.proxy.add(
        Rule::new(Fault::Delay(Duration::from_millis(700)))
            .verb("patch")
            .kind("v1", "ConfigMap")
            .dry_run(false),
    );
    let stopped = scene.apply(&["--lock-lease", "3s"]);
    assert_eq!(stopped.status, Some(5), "{}", said(&stopped));
    assert!(stopped.stderr.contains("could not be renewed in time"), "{}", stopped.stderr);
    let written = scene.writes().iter().filter(|line| line.contains(" configmaps/")).count();
    assert!((1..120).contains(&written), "{written}");
    scene.proxy.clear();
    let again = scene.apply(&[]);
    assert_eq!(again.status, Some(0), "{}", said(&again));
}

#[test]
fn f53_b79_unlock_takes_the_exact_id_and_shows_who_holds_the_lock() {
    let scene = Scene::rendering(Lab::extended(), &maps(3, "1"));
    scene.proxy.add(Rule::new(Fault::Stall).verb("patch").kind("v1", "ConfigMap").dry_run(false));
    let mut run = scene.start(&[]);
    scene.until_faulty(false);
    let holder = scene.holder().unwrap();
    run.kill().unwrap();
    run.wait().unwrap();
    scene.proxy.clear();
    let wrong = scene.run(&["unlock", "--cluster", "a", "another"]);
    assert_eq!(wrong.status, Some(4), "{}", said(&wrong));
    for known in [holder.as_str(), "tester@lab", "applying"] {
        assert!(wrong.stderr.contains(known), "{known}: {}", wrong.stderr);
    }
    assert_eq!(scene.holder().as_deref(), Some(holder.as_str()));
    let status = scene.run(&["status", "--cluster", "a"]);
    assert!(status.stdout.contains(&holder), "{}", said(&status));
    let right = scene.run(&["unlock", "--cluster", "a", &holder]);
    assert_eq!(right.status, Some(0), "{}", said(&right));
    assert_eq!(scene.holder(), None);
    let nothing = scene.run(&["unlock", "--cluster", "a", &holder]);
    assert_eq!(nothing.status, Some(4), "{}", said(&nothing));
    let again = scene.apply(&[]);
    assert_eq!(again.status, Some(0), "{}", said(&again));
}

/// Which of two runs sent a write of an object: each renders its own value.
fn writers(scene: &Scene) -> Vec<char> {
    let requests = scene.proxy.requests().into_iter();
    let writes = requests.filter(|request| {
        request.resource == "configmaps" && request.verb == "patch" && !request.dry_run && request.acted != 0
    });
    writes.map(|request| if request.body.contains("value-x") { 'x' } else { 'y' }).collect()
}

#[test]
fn inv03_two_writers_never_interleave() {
    let cluster = Lab::extended();
    let mut random = 0x9e37_79b9_u64;
    for round in 0..6 {
        let scene = Scene::rendering(cluster, &maps(24, "value-x"));
        let other = scene.twin();
        other.render(&maps(24, "value-y"));
        scene.proxy.add(
            Rule::new(Fault::Delay(Duration::from_millis(150)))
                .verb("patch")
                .kind("v1", "ConfigMap")
                .dry_run(false),
        );
        let mut runs = vec![scene.start(&["--lock-lease", "3s"]), other.start(&["--lock-lease", "3s"])];
        // One of them sleeps for a while, at a moment that is another in each round.
        for _ in 0..2 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let (which, pause, sleep) = ((random >> 33) % 2, (random >> 35) % 700, (random >> 45) % 5000);
            std::thread::sleep(Duration::from_millis(pause));
            let run = &mut runs[usize::try_from(which).unwrap()];
            if run.try_wait().unwrap().is_none() {
                signal(run, "STOP");
                std::thread::sleep(Duration::from_millis(sleep));
                signal(run, "CONT");
            }
        }
        let ended: Vec<Option<i32>> = runs.into_iter().map(|run| scene.ended(run).status).collect();
        let writers = writers(&scene);
        let mut blocks = writers.clone();
        blocks.dedup();
        assert!(blocks.len() <= 2, "round {round}: {ended:?} {writers:?}");
        assert!(ended.contains(&Some(0)) || ended.contains(&Some(5)), "round {round}: {ended:?}");
    }
}
