//! Random renders one after another, and what may be deleted then: INV-1, INV-9, INV-10.

use std::collections::{BTreeMap, BTreeSet};

use fleetwright::object::ObjectRef;
use fleetwright::plan::{PART_OF, Record, Saved, SavedAction};
use serde_json::{Value, json};

use super::scene::{Scene, config_map};
use crate::harness::proxy::Request;
use crate::harness::{Fault, Lab, Rule, block_on};
use crate::program::Outcome;

/// Numbers that look random and are the same in each run.
pub struct Random(pub u64);

impl Random {
    /// One below this.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    /// True once in so many times.
    pub fn one_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }
}

/// `apply`, whose lock outlives a server that is slow for a while.
fn apply(scene: &Scene, more: &[&str]) -> Outcome {
    scene.apply(&[&["--lock-lease", "60s"], more].concat())
}

/// How often something random is tried: more often where there is time.
pub fn rounds(few: u64) -> u64 {
    #[expect(clippy::disallowed_methods, reason = "tests are asked to be thorough by the environment")]
    let is_thorough = std::env::var_os("FLEETWRIGHT_SOAK").is_some();
    if is_thorough { few * 10 } else { few }
}

fn said(outcome: &Outcome) -> String {
    format!("{}\n{}", outcome.stdout, outcome.stderr)
}

/// What may be rendered: objects of three kinds, and a namespace.
fn universe(scene: &Scene) -> Vec<Value> {
    let mut all: Vec<Value> = (0..8).map(|number| config_map(&format!("map-{number}"), "1")).collect();
    for number in 0..2 {
        all.push(json!({
            "apiVersion": "v1", "kind": "ServiceAccount",
            "metadata": {"name": format!("account-{number}"), "namespace": "here"},
        }));
        all.push(json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role",
            "metadata": {"name": format!("role-{number}"), "namespace": "here"},
            "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}],
        }));
    }
    all.push(json!({
        "apiVersion": "v1", "kind": "Namespace", "metadata": {"name": format!("{}-more", scene.namespace)},
    }));
    all
}

/// `Kind/name` of an object.
fn name(object: &Value) -> String {
    format!("{}/{}", object["kind"].as_str().unwrap(), object["metadata"]["name"].as_str().unwrap())
}

/// `Kind/name` of what a request is about.
fn target(request: &Request) -> String {
    let kind = match &*request.resource {
        "configmaps" => "ConfigMap",
        "serviceaccounts" => "ServiceAccount",
        "roles" => "Role",
        "namespaces" => "Namespace",
        other => other,
    };
    format!("{kind}/{}", request.name)
}

/// The writes of objects that a server has acted on, past so many requests: of this method.
fn acted(scene: &Scene, past: usize, method: &str) -> Vec<Request> {
    let requests = scene.proxy.requests().split_off(past).into_iter();
    let is_it = |request: &Request| {
        request.method == method
            && !request.dry_run
            && !matches!(&*request.resource, "leases" | "secrets" | "selfsubjectaccessreviews")
    };
    requests.filter(is_it).collect()
}

/// What is live of all that may be rendered.
fn live(scene: &Scene, all: &[Value]) -> BTreeMap<String, Value> {
    block_on(async {
        let reader = scene.someone("reader").await;
        let mut found = BTreeMap::new();
        for object in all {
            if let Some(live) = reader.get(&scene.here(object)).await {
                found.insert(name(object), live);
            }
        }
        found
    })
}

/// Some of these, each with a chance.
fn some(random: &mut Random, all: &[Value]) -> Vec<Value> {
    // Many of them, or few; never none.
    let of_ten = [2, 5, 8, 9, 9][usize::try_from(random.below(5)).unwrap()];
    let mut chosen: Vec<Value> = all[1..].iter().filter(|_| random.below(10) < of_ten).cloned().collect();
    chosen.push(all[0].clone());
    for object in &mut chosen {
        if object["kind"] == "ConfigMap" && random.one_in(3) {
            object["data"]["key"] = json!(random.below(100).to_string());
        }
    }
    chosen
}

/// The deletions that a saved plan lists.
fn listed(plan: &str) -> BTreeSet<String> {
    let saved = Saved::read(plan).unwrap();
    let objects = saved.clusters.iter().flat_map(|cluster| &cluster.objects);
    let deleted = objects.filter(|object| object.action == SavedAction::Delete);
    deleted.map(|object| format!("{}/{}", object.kind, object.name)).collect()
}

/// Asserts of deletions what must hold of each, whatever was rendered.
fn each_is_ours(deletes: &[Request], before: &BTreeMap<String, Value>, record: &Record) {
    for request in deletes {
        let object = target(request);
        let body: Value = serde_json::from_str(&request.body).unwrap();
        let live = &before[&object];
        let uid = live["metadata"]["uid"].as_str().unwrap();
        assert_eq!(body["preconditions"]["uid"], uid, "{object}: {body}");
        assert!(body["preconditions"]["resourceVersion"].is_string(), "{object}: {body}");
        let entry =
            record.inventory.iter().find(|(known, _)| format!("{}/{}", known.kind, known.name) == object);
        assert_eq!(entry.unwrap().1.uid.as_deref(), Some(uid), "{object}");
        assert!(live["metadata"]["labels"][PART_OF].is_string(), "{object}: {live}");
        assert!(live["metadata"]["ownerReferences"].is_null(), "{object}: {live}");
        assert!(!object.starts_with("Namespace/") && !object.starts_with("CustomResourceDefinition/"));
    }
}

/// Somebody does to a live object what makes it no longer ours: relabels it, gives it an owner, or makes it anew.
fn meddle(scene: &Scene, random: &mut Random, object: &Value, owner: &Value) {
    let here = scene.here(object);
    block_on(async {
        let someone = scene.someone("somebody").await;
        match random.below(3) {
            0 => drop(someone.edit(&here, &json!({"metadata": {"labels": {PART_OF: "another"}}})).await),
            1 => {
                let owners =
                    json!([{"apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "uid": owner}]);
                drop(someone.edit(&here, &json!({"metadata": {"ownerReferences": owners}})).await);
            }
            _ => {
                let label = someone.get(&here).await.unwrap()["metadata"]["labels"][PART_OF].clone();
                someone.delete(&here).await;
                let mut anew = here.clone();
                anew["metadata"]["labels"] = json!({PART_OF: label});
                someone.create(&anew).await;
            }
        }
    });
}

#[test]
fn inv01_inv09_only_what_the_plan_lists_is_deleted_and_only_what_is_ours() {
    let mut random = Random(1);
    let (mut deleted, mut refused, mut kept) = (0, 0, 0);
    for round in 0..rounds(3) {
        let scene = Scene::rendering(Lab::extended(), &[]);
        let all = universe(&scene);
        let owner = block_on(async {
            let someone = scene.someone("somebody").await;
            someone.create(&scene.here(&config_map("owner", ""))).await["metadata"]["uid"].clone()
        });
        scene.render(&all);
        let first = apply(&scene, &[]);
        assert_eq!(first.status, Some(0), "{}", said(&first));
        for step in 0..4 {
            let rendered = some(&mut random, &all);
            scene.render(&rendered);
            let names: BTreeSet<String> = rendered.iter().map(name).collect();
            // One of what goes is somebody else's by now.
            let recorded = scene.record().unwrap();
            let going = all.iter().filter(|object| {
                !names.contains(&name(object))
                    && object["kind"] == "ConfigMap"
                    && recorded
                        .inventory
                        .keys()
                        .any(|known| *known.name == *object["metadata"]["name"].as_str().unwrap())
            });
            let taken = going.take(1).filter(|_| random.one_in(2)).collect::<Vec<_>>();
            for object in &taken {
                if scene.live(object).is_some() {
                    meddle(&scene, &mut random, object, &owner);
                    kept += 1;
                }
            }
            let before = live(&scene, &all);
            let saved = scene.diff(&["--save", "plan.json"]);
            assert!(matches!(saved.status, Some(0 | 1)), "{}", said(&saved));
            let listed = listed(&scene.place.read("plan.json"));
            let past = scene.proxy.requests().len();
            let mut applied = apply(&scene, &[]);
            let is_there =
                |known: &&ObjectRef| before.contains_key(&format!("{}/{}", known.kind, known.name));
            let there = recorded.inventory.keys().filter(is_there).count();
            let must_be_told = names.is_empty() || listed.len() * 2 > there;
            if applied.status == Some(4) {
                refused += 1;
                assert!(must_be_told, "round {round}, step {step}: {}", said(&applied));
                let wrong = (listed.len() + 1).to_string();
                let also = apply(&scene, &["--deletions", &wrong]);
                assert_eq!(also.status, Some(4), "{}", said(&also));
                assert_eq!(acted(&scene, past, "DELETE").len(), 0);
                applied = apply(&scene, &["--deletions", &listed.len().to_string()]);
            } else {
                assert!(!must_be_told, "round {round}, step {step}: {listed:?} {}", said(&applied));
            }
            assert_eq!(applied.status, Some(0), "round {round}, step {step}: {}", said(&applied));
            let deletes = acted(&scene, past, "DELETE");
            let targets: BTreeSet<String> = deletes.iter().map(target).collect();
            assert_eq!(targets, listed, "round {round}, step {step}");
            each_is_ours(&deletes, &before, &recorded);
            deleted += targets.len();
            for object in taken {
                assert!(scene.live(object).is_some(), "{} was not ours", name(object));
                block_on(async { scene.someone("somebody").await.delete(&scene.here(object)).await });
            }
        }
    }
    assert!(deleted > 10 && refused > 0 && kept > 0, "{deleted} deleted, {refused} refused, {kept} kept");
}

/// Some reads fail, in one way or another.
fn break_reads(scene: &Scene, random: &mut Random) -> String {
    let mut what = String::new();
    for _ in 0..=random.below(3) {
        let fault = match random.below(7) {
            0 => Fault::status(500),
            1 => Fault::status(403),
            2 => Fault::status(404),
            3 => Fault::status(410),
            4 => Fault::Truncate(20),
            5 => Fault::answer(200, "application/json", "{}"),
            _ => Fault::answer(200, "text/html", "<html>log in</html>"),
        };
        let verb = if random.one_in(2) { "get" } else { "list" };
        let (from, times) = (1 + random.below(24), 1 + random.below(6));
        what += &format!("{verb} {from}+{times} {fault:?}; ");
        scene.proxy.add(Rule::new(fault).verb(verb).from(from).times(times));
    }
    what
}

#[test]
fn inv10_whichever_reads_fail_nothing_more_is_made_or_deleted() {
    let mut random = Random(2);
    let mut statuses = BTreeMap::new();
    for _ in 0..rounds(2) {
        let scene = Scene::rendering(Lab::extended(), &[]);
        let all = universe(&scene);
        scene.render(&all);
        let first = apply(&scene, &[]);
        assert_eq!(first.status, Some(0), "{}", said(&first));
        for _ in 0..8 {
            let rendered = some(&mut random, &all);
            scene.render(&rendered);
            let names: BTreeSet<String> = rendered.iter().map(name).collect();
            let before = live(&scene, &all);
            let recorded = scene.record().unwrap();
            let gone = before.keys().filter(|name| !names.contains(*name) && !name.starts_with("Namespace/"));
            let number = gone.count().to_string();
            let past = scene.proxy.requests().len();
            let what = break_reads(&scene, &mut random);
            // The number is the right one: it is not what stops a run.
            let more = if number == "0" { vec![] } else { vec!["--deletions", number.as_str()] };
            let run = apply(&scene, &[&["--request-timeout", "2s"], &more[..]].concat());
            scene.proxy.clear();
            *statuses.entry(run.status).or_insert(0) += 1;
            for request in acted(&scene, past, "DELETE") {
                assert!(!names.contains(&target(&request)), "{what}: {request:?}");
            }
            each_is_ours(&acted(&scene, past, "DELETE"), &before, &recorded);
            for request in acted(&scene, past, "PATCH").iter().chain(&acted(&scene, past, "POST")) {
                assert!(names.contains(&target(request)), "{what}: {request:?}");
                // What is made was not there.
                let is_made = request.acted == 201;
                assert!(!is_made || !before.contains_key(&target(request)), "{what}: {request:?}");
            }
            let whole = live(&scene, &all);
            for (object, body) in &before {
                if names.contains(object) {
                    assert_eq!(whole[object]["metadata"]["uid"], body["metadata"]["uid"], "{what}: {object}");
                }
            }
            if run.status == Some(0) {
                let expected = names.iter().filter(|name| !whole.contains_key(*name)).collect::<Vec<_>>();
                assert_eq!(expected, Vec::<&String>::new(), "{what}");
            }
        }
        // Whatever it was, the same command again mends it.
        let number = {
            let there = live(&scene, &all);
            let rendered = scene.place.read("fleet/web.yaml");
            let is_rendered =
                |name: &str| rendered.contains(&format!("\"{}\"", name.split_once('/').unwrap().1));
            there
                .keys()
                .filter(|name| !is_rendered(name) && !name.starts_with("Namespace/"))
                .count()
                .to_string()
        };
        let more = if number == "0" { vec![] } else { vec!["--deletions", number.as_str()] };
        let mended = apply(&scene, &more);
        assert_eq!(mended.status, Some(0), "{}", said(&mended));
    }
    assert!(statuses.len() > 1, "no fault stopped a run, or each did: {statuses:?}");
}
