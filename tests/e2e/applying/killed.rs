//! A run that is killed at a request, before the server has seen it or after it has acted, and the same command again:
//! the cluster ends as if nobody had killed anything.

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde_json::{Value, json};

use super::scene::{Scene, config_map};
use crate::harness::programs::say;
use crate::harness::{Fault, Lab, Rule};

/// The kinds of the scene.
const KINDS: [(&str, &str); 5] = [
    ("v1", "ConfigMap"),
    ("v1", "ServiceAccount"),
    ("v1", "Service"),
    ("rbac.authorization.k8s.io/v1", "Role"),
    ("rbac.authorization.k8s.io/v1", "RoleBinding"),
];

/// What is there at first.
fn before() -> Vec<Value> {
    vec![
        config_map("kept", "1"),
        config_map("changed", "1"),
        config_map("gone", "1"),
        account("kept"),
        account("gone"),
        role("reader", "get"),
        binding("reader"),
        service("web", 80),
    ]
}

/// What is there in the end.
fn after() -> Vec<Value> {
    vec![
        config_map("kept", "1"),
        config_map("changed", "2"),
        config_map("made", "1"),
        config_map("made-too", "1"),
        account("kept"),
        account("made"),
        role("reader", "list"),
        binding("reader"),
        service("web", 81),
        service("made", 80),
    ]
}

fn account(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": "here"}})
}

fn role(name: &str, verb: &str) -> Value {
    json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role",
        "metadata": {"name": name, "namespace": "here"},
        "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": [verb]}],
    })
}

fn binding(role: &str) -> Value {
    json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
        "metadata": {"name": role, "namespace": "here"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": role},
        "subjects": [{"kind": "ServiceAccount", "name": "kept", "namespace": "here"}],
    })
}

fn service(name: &str, port: u16) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": "here"},
        "spec": {"clusterIP": "None", "ports": [{"port": port}], "selector": {"app": name}},
    })
}

/// What a cluster and its record hold in the end. The lock is not among it: where a run was killed between the end of its
/// record and giving the lock back, the next has nothing to do, and the lock ends by itself.
#[derive(Debug, PartialEq)]
struct Ending {
    objects: BTreeMap<String, Value>,
    /// What is recorded: each object, and whether its UID and how it was applied are known.
    inventory: Vec<(String, bool, bool)>,
    /// How many releases, and whether the newest is ready.
    releases: (usize, bool),
    is_running: bool,
}

impl Ending {
    fn of(scene: &Scene) -> Self {
        let record = scene.record().expect("there is a record");
        let inventory = record.inventory.iter().map(|(object, entry)| {
            (scene.named(&object.to_string()), entry.uid.is_some(), entry.applied.is_some())
        });
        let newest = record.releases.first();
        Self {
            objects: scene.everything(&KINDS),
            inventory: inventory.collect(),
            releases: (record.releases.len(), newest.is_some_and(|release| release.ready.is_some())),
            is_running: record.run.is_some(),
        }
    }
}

/// A fleet that holds what is there at first, and renders what is there in the end; its requests so far.
fn scene() -> (Scene, usize) {
    let scene = Scene::rendering(Lab::extended(), &before());
    let first = scene.apply(&[]);
    assert_eq!(first.status, Some(0), "{}{}", first.stdout, first.stderr);
    scene.render(&after());
    let requests = scene.proxy.requests().len();
    (scene, requests)
}

/// Which request a run is killed at.
#[derive(Clone, Copy, Debug)]
struct Point {
    /// One of its verbs, or all.
    verb: Option<&'static str>,
    /// Its number among those of the verb that are no dry runs.
    number: u64,
    /// Whether the server has acted on it.
    acted: bool,
}

impl Point {
    fn rule(self) -> Rule {
        // With the first byte of its body held back, nothing of the answer is known.
        let rule = Rule::new(if self.acted { Fault::StallBody(0) } else { Fault::Stall });
        match self.verb {
            Some(verb) => rule.verb(verb).dry_run(false).nth(self.number),
            None => rule.nth(self.number),
        }
    }
}

/// The points of an uninterrupted run: every write, or with `FLEETWRIGHT_SOAK=1` every request.
fn points(scene: &Scene, from: usize) -> Vec<Point> {
    #[expect(clippy::disallowed_methods, reason = "tests are asked to be thorough by the environment")]
    let all = std::env::var_os("FLEETWRIGHT_SOAK").is_some();
    let requests = scene.proxy.requests().split_off(from);
    let count = |verb: Option<&str>| {
        let is_it = |request: &&crate::harness::proxy::Request| {
            verb.is_none_or(|verb| request.verb == verb && !request.dry_run)
        };
        u64::try_from(requests.iter().filter(is_it).count()).unwrap()
    };
    let verbs = match all {
        true => vec![None],
        false => vec![Some("create"), Some("update"), Some("patch"), Some("delete")],
    };
    let numbers = verbs.into_iter().flat_map(|verb| (1..=count(verb)).map(move |number| (verb, number)));
    numbers.flat_map(|(verb, number)| [false, true].map(|acted| Point { verb, number, acted })).collect()
}

/// Kills a run at a point, and runs the same command again.
fn killed(point: Point) -> Option<Ending> {
    let (scene, _) = scene();
    scene.proxy.add(point.rule());
    // Its lock is short; on a machine that is busy with something else, only its own may be.
    let mut run = scene.start(&["--lock-lease", "3s"]);
    // A run may need fewer requests than the one that was counted.
    let met = scene.faulty_or_ended(&mut run, point.acted);
    run.kill().unwrap();
    run.wait().unwrap();
    scene.proxy.clear();
    if !met {
        return None;
    }
    // One in two is unlocked by hand; the others wait until the lock has run out.
    if let Some(holder) = scene.holder().filter(|_| point.number.is_multiple_of(2)) {
        let unlocked = scene.run(&["unlock", "--cluster", "a", &holder]);
        assert_eq!(unlocked.status, Some(0), "{point:?}\n{}{}", unlocked.stdout, unlocked.stderr);
    }
    let again = scene.apply(&[]);
    assert_eq!(again.status, Some(0), "{point:?}\n{}{}", again.stdout, again.stderr);
    let writes = scene.writes().len();
    let third = scene.apply(&[]);
    assert_eq!((third.status, scene.writes().len()), (Some(0), writes), "{point:?}\n{}", third.stderr);
    Some(Ending::of(&scene))
}

#[test]
fn inv04_f57_a_run_that_is_killed_anywhere_ends_as_one_that_was_not() {
    let (whole, from) = scene();
    let run = whole.apply(&[]);
    assert_eq!(run.status, Some(0), "{}{}", run.stdout, run.stderr);
    let expected = Ending::of(&whole);
    let points = points(&whole, from);
    assert!(points.len() > 30, "{points:?}");
    let waiting = Mutex::new(points.iter());
    let reached = Mutex::new(0);
    // What takes time is waiting: for locks that run out.
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                loop {
                    let next = waiting.lock().unwrap().next().copied();
                    let Some(point) = next else { break };
                    if let Some(ending) = killed(point) {
                        assert_eq!(ending, expected, "{point:?}");
                        *reached.lock().unwrap() += 1;
                    }
                }
            });
        }
    });
    let reached = *reached.lock().unwrap();
    say(&format!("{reached} of {} points reached", points.len()));
    assert!(reached * 10 >= points.len() * 9, "{reached} of {}", points.len());
}
