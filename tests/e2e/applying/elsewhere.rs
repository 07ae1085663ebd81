//! Another cluster behind the same address: INV-2.

use std::sync::LazyLock;
use std::time::Duration;

use serde_json::Value;

use super::random::rounds;
use super::scene::{Scene, config_map};
use crate::harness::proxy::Request;
use crate::harness::{Cluster, Fault, Lab, Rule, Spec, block_on, eventually};
use crate::program::Outcome;

fn said(outcome: &Outcome) -> String {
    format!("{}\n{}", outcome.stdout, outcome.stderr)
}

/// The cluster that the address leads to all of a sudden.
fn elsewhere() -> &'static Cluster {
    static ELSEWHERE: LazyLock<Cluster> =
        LazyLock::new(|| Lab::shared().start([Spec::bare("elsewhere")]).remove(0));
    Lab::extended();
    &ELSEWHERE
}

const IDENTITY: &str = "/api/v1/namespaces/kube-system";

fn maps(value: &str) -> Vec<Value> {
    (0..30).map(|number| config_map(&format!("map-{number:02}"), value)).collect()
}

#[test]
fn inv02_it_is_asked_who_answers_first_and_before_deletions() {
    let scene = Scene::rendering(Lab::extended(), &maps("1"));
    let first = scene.apply(&[]);
    assert_eq!(first.status, Some(0), "{}", said(&first));
    let past = scene.proxy.requests().len();
    assert_eq!(scene.proxy.requests()[0].path, IDENTITY);
    scene.render(&maps("2")[..20]);
    let second = scene.apply(&[]);
    assert_eq!(second.status, Some(0), "{}", said(&second));
    let requests = scene.proxy.requests().split_off(past);
    assert_eq!(requests[0].path, IDENTITY);
    let last = |is: &dyn Fn(&Request) -> bool| requests.iter().rposition(is).unwrap();
    let first = |is: &dyn Fn(&Request) -> bool| requests.iter().position(is).unwrap();
    let written =
        last(&|request| request.resource == "configmaps" && request.verb == "patch" && !request.dry_run);
    let deleted = first(&|request| request.resource == "configmaps" && request.verb == "delete");
    let asked = last(&|request| request.path == IDENTITY);
    assert!(written < asked && asked < deleted, "{written} {asked} {deleted}");
}

#[test]
fn inv02_f18_an_address_that_changes_hands_in_the_middle_of_a_run_gets_nothing() {
    let other = elsewhere();
    // At a read, at a dry run, at a write of the record, at a write of an object, at a deletion.
    let moments: [fn(&Request) -> bool; 5] = [
        |request| request.verb == "list" && request.resource == "configmaps",
        |request| request.dry_run,
        |request| request.resource == "secrets" && request.verb != "get" && request.verb != "list",
        |request| request.resource == "configmaps" && request.verb == "patch" && !request.dry_run,
        |request| request.resource == "configmaps" && request.verb == "delete",
    ];
    // A read, a write and a deletion, or each of them where there is time.
    let is_thorough = rounds(1) > 1;
    let moments =
        moments.into_iter().enumerate().filter(|(number, _)| is_thorough || matches!(number, 0 | 3 | 4));
    for (number, moment) in moments {
        let scene = Scene::rendering(Lab::extended(), &maps("1"));
        let first = scene.apply(&[]);
        assert_eq!(first.status, Some(0), "{}", said(&first));
        scene.render(&maps("2")[..20]);
        let past = scene.proxy.requests().len();
        scene.proxy.add(Rule::new(Fault::Delay(Duration::from_millis(100))));
        let mut run = scene.start(&["--request-timeout", "3s"]);
        let met = block_on(eventually("the moment is there, or the run ends", async || {
            let is_over = run.try_wait().unwrap().is_some();
            let is_there = scene.proxy.requests().split_off(past).iter().any(&moment);
            (is_over || is_there).then_some(is_there)
        }));
        assert!(met, "{number}: {}", said(&scene.ended(run)));
        scene.proxy.lead_to(other);
        let ended = scene.ended(run);
        assert!(matches!(ended.status, Some(4 | 5)), "{number}: {}", said(&ended));
        assert!(ended.stderr.contains(&other.uid), "{number}: {}", said(&ended));
        let requests = scene.proxy.requests();
        let there: Vec<&Request> = requests.iter().filter(|request| request.server == other.url).collect();
        assert!(!there.is_empty(), "{number}: nobody asked again");
        for request in there {
            assert_eq!((&*request.method, &*request.path), ("GET", IDENTITY), "{number}: {request:?}");
        }
        // The address is the right one's again, and the same command goes on.
        scene.proxy.clear();
        scene.proxy.lead_to(scene.cluster);
        if let Some(holder) = scene.holder() {
            let unlocked = scene.run(&["unlock", "--cluster", "a", &holder]);
            assert_eq!(unlocked.status, Some(0), "{number}: {}", said(&unlocked));
        }
        let again = scene.apply(&[]);
        assert_eq!(again.status, Some(0), "{number}: {}", said(&again));
    }
}

#[test]
fn inv02_f18_new_connections_that_lead_elsewhere_get_nothing_though_the_open_ones_stay() {
    let other = elsewhere();
    // So many that no dry run is asked for before: more is written side by side than was read.
    let maps: Vec<Value> = (0..220).map(|number| config_map(&format!("map-{number:03}"), "1")).collect();
    let scene = Scene::rendering(Lab::extended(), &maps);
    scene.proxy.add(Rule::new(Fault::Delay(Duration::from_millis(100))));
    let mut run = scene.start(&[]);
    let met = block_on(eventually("something is written, or the run ends", async || {
        let is_over = run.try_wait().unwrap().is_some();
        let writes = |request: &Request| request.resource == "secrets" && request.verb == "create";
        let is_there = scene.proxy.requests().iter().any(writes);
        (is_over || is_there).then_some(is_there)
    }));
    assert!(met, "{}", said(&scene.ended(run)));
    scene.proxy.lead_new_to(other);
    let ended = scene.ended(run);
    assert_eq!(ended.status, Some(5), "{}", said(&ended));
    assert!(ended.stderr.contains(&other.uid), "{}", said(&ended));
    let requests = scene.proxy.requests();
    let there: Vec<&Request> = requests.iter().filter(|request| request.server == other.url).collect();
    assert!(!there.is_empty(), "no connection was new");
    // Others went on by those that are open.
    let here = |request: &Request| request.server == scene.cluster.url && request.verb == "patch";
    assert!(requests.iter().any(here));
    for request in there {
        assert_eq!((&*request.method, &*request.path), ("GET", IDENTITY), "{request:?}");
    }
    scene.proxy.clear();
    scene.proxy.lead_to(scene.cluster);
    let again = scene.apply(&[]);
    assert_eq!(again.status, Some(0), "{}", said(&again));
}
