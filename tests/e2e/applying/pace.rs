//! How many requests a run sends at a time, to a server that is slow, and what it asks for.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use super::locks::{signal, until_writing};
use super::scene::{Scene, config_map, said};
use crate::harness::proxy::Request;
use crate::harness::{Fault, Lab, Rule};

/// The most requests that a run may have under way.
const MOST: usize = 16;

/// A lock that outlives requests that take a second.
const PATIENT: [&str; 2] = ["--lock-lease", "30s"];

fn maps(count: usize) -> Vec<Value> {
    (0..count).map(|number| config_map(&format!("map-{number:03}"), "1")).collect()
}

/// The most of these requests that were under way at a time.
fn at_once(requests: &[Request]) -> usize {
    let under_way = |moment: u64| {
        requests.iter().filter(|one| one.began <= moment && (moment < one.ended || one.ended == 0)).count()
    };
    requests.iter().map(|one| under_way(one.began)).max().unwrap_or_default()
}

#[test]
fn f47_a_slow_server_is_asked_side_by_side_and_within_bounds() {
    let scene = Scene::rendering(Lab::extended(), &maps(200));
    scene.proxy.add(Rule::new(Fault::Delay(Duration::from_millis(800))));
    let applied = scene.apply(&PATIENT);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
    let mut requests = scene.proxy.requests();
    // The lock is kept all the time, beside what is done; by a connection that asks first who answers.
    requests.retain(|one| one.resource != "leases" && one.path != "/api/v1/namespaces/kube-system");
    let most = at_once(&requests);
    assert!((MOST / 2..=MOST).contains(&most), "{most}");
    let writes: Vec<Request> = requests
        .into_iter()
        .filter(|one| one.verb == "patch" && one.resource == "configmaps" && !one.dry_run)
        .collect();
    let names: BTreeSet<&str> = writes.iter().map(|one| one.path.as_str()).collect();
    assert_eq!(names.len(), 200);
    assert!(at_once(&writes) > MOST / 2, "{}", at_once(&writes));
}

#[test]
fn f47_a_signal_is_answered_while_a_slow_server_is_asked() {
    let scene = Scene::rendering(Lab::extended(), &maps(100));
    scene.proxy.add(Rule::new(Fault::Delay(Duration::from_millis(800))));
    let run = scene.start(&PATIENT);
    until_writing(&scene);
    let writes = || scene.writes().iter().filter(|line| line.contains(" configmaps/")).count();
    signal(&run, "INT");
    let before = writes();
    let ended = scene.ended(run);
    assert_eq!(ended.status, Some(130), "{}", said(&ended));
    // What was under way finished, and hardly more was begun.
    assert!(writes() <= before + MOST, "{before} {}", writes());
    assert_eq!(scene.record().unwrap().inventory.len(), 100);
}

#[test]
fn f18_no_read_is_of_an_old_state() {
    let scene = Scene::rendering(Lab::extended(), &maps(3));
    let first = scene.apply(&[]);
    assert_eq!(first.status, Some(0), "{}", said(&first));
    // One is changed, and one deleted.
    scene.render(&[config_map("map-000", "2"), config_map("map-001", "1")]);
    let second = scene.apply(&[]);
    assert_eq!(second.status, Some(0), "{}", said(&second));
    let requests = scene.proxy.requests();
    let reads: Vec<&Request> = requests.iter().filter(|one| one.method == "GET").collect();
    assert!(reads.iter().any(|one| one.verb == "list" && one.resource == "configmaps"));
    for read in reads {
        assert!(!read.query.contains("resourceVersion"), "{} {}", read.path, read.query);
    }
    // The cluster says who it is at the beginning of each run, and again before something is deleted.
    let place = |what: &dyn Fn(&Request) -> bool| requests.iter().rposition(what).unwrap();
    let proof = place(&|one| one.path == "/api/v1/namespaces/kube-system");
    let write = place(&|one| one.verb == "patch" && one.resource == "configmaps");
    let deletion = place(&|one| one.verb == "delete" && one.resource == "configmaps");
    assert!(write < proof && proof < deletion, "{write} {proof} {deletion}");
}
