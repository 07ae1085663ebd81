//! The order of writes, as the server saw them.

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::scene::{Scene, config_map, deployment};
use crate::harness::{Cluster, Crds, Fault, Lab, Rule, Spec, block_on};
use crate::program::Outcome;

fn said(outcome: &Outcome) -> String {
    format!("{}\n{}", outcome.stdout, outcome.stderr)
}

pub fn rule(subsets: &[&str]) -> Value {
    let subsets: Vec<Value> =
        subsets.iter().map(|name| json!({"name": name, "labels": {"version": name}})).collect();
    json!({
        "apiVersion": "networking.istio.io/v1", "kind": "DestinationRule",
        "metadata": {"name": "web", "namespace": "here"}, "spec": {"host": "web", "subsets": subsets},
    })
}

pub fn route(subset: &str) -> Value {
    json!({
        "apiVersion": "networking.istio.io/v1", "kind": "VirtualService",
        "metadata": {"name": "web", "namespace": "here"},
        "spec": {"hosts": ["web"], "http": [{"route": [{"destination": {"host": "web", "subset": subset}}]}]},
    })
}

/// A scene on a server that knows Istio.
pub fn mesh(objects: &[Value]) -> Scene {
    static CLUSTER: LazyLock<Cluster> = LazyLock::new(|| {
        let cluster = Lab::shared().start([Spec::bare("mesh")]).remove(0);
        block_on(cluster.install(&[Crds::Istio]));
        cluster
    });
    Scene::rendering(&CLUSTER, objects)
}

/// The writes of objects of the mesh from this one on, each with the moment that it began at the proxy.
fn writes(scene: &Scene, from: usize) -> Vec<String> {
    let is_mesh = |line: &String| line.contains("destinationrules") || line.contains("virtualservices");
    scene.writes().split_off(from).into_iter().filter(is_mesh).collect()
}

#[test]
fn f102_a_subset_is_there_before_the_route_and_goes_after_it() {
    let scene = mesh(&[route("v1"), rule(&["v1"]), config_map("kept", "1"), config_map("kept-too", "1")]);
    let applied = scene.apply(&[]);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
    assert_eq!(writes(&scene, 0), ["PATCH destinationrules/web", "PATCH virtualservices/web"]);

    // One subset takes the place of another: the new one is there before the route, the old one until after it.
    let before = scene.writes().len();
    scene.render(&[route("v2"), rule(&["v2"]), config_map("kept", "1"), config_map("kept-too", "1")]);
    let applied = scene.apply(&[]);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
    assert_eq!(
        writes(&scene, before),
        ["PATCH destinationrules/web", "PATCH virtualservices/web", "PATCH destinationrules/web"]
    );
    let diff = scene.diff(&[]);
    assert_eq!(diff.status, Some(0), "{}", said(&diff));

    let before = scene.writes().len();
    scene.render(&[config_map("kept", "1"), config_map("kept-too", "1")]);
    let applied = scene.apply(&[]);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
    assert_eq!(writes(&scene, before), ["DELETE virtualservices/web", "DELETE destinationrules/web"]);
}

#[test]
fn f06_f102_a_lost_answer_in_the_middle_of_make_before_break_changes_nothing() {
    let scene = mesh(&[route("v1"), rule(&["v1"])]);
    let applied = scene.apply(&[]);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
    let before = scene.writes().len();
    scene.render(&[route("v2"), rule(&["v2"])]);
    let lost = Rule::new(Fault::ResetAfter).verb("patch").kind("networking.istio.io/v1", "DestinationRule");
    scene.proxy.add(lost.dry_run(false).nth(1));
    let applied = scene.apply(&[]);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
    let mut written = writes(&scene, before);
    // The same once more, which meets a conflict as the first did land.
    written.dedup();
    assert_eq!(
        written,
        ["PATCH destinationrules/web", "PATCH virtualservices/web", "PATCH destinationrules/web"]
    );
    let live = scene.live(&rule(&[])).unwrap();
    assert_eq!(live["spec"]["subsets"], rule(&["v2"])["spec"]["subsets"]);
    let diff = scene.diff(&[]);
    assert_eq!(diff.status, Some(0), "{}", said(&diff));
}

#[test]
fn f57_f102_a_run_that_is_killed_in_the_middle_of_make_before_break_ends_right() {
    let patch = |kind: &str, number: u64, acted: bool| {
        let fault = if acted { Fault::StallBody(0) } else { Fault::Stall };
        Rule::new(fault).verb("patch").kind("networking.istio.io/v1", kind).dry_run(false).nth(number)
    };
    let kill = |(kind, number, acted): (&str, u64, bool)| {
        let scene = mesh(&[route("v1"), rule(&["v1"])]);
        let applied = scene.apply(&[]);
        assert_eq!(applied.status, Some(0), "{}", said(&applied));
        scene.render(&[route("v2"), rule(&["v2"])]);
        scene.proxy.add(patch(kind, number, acted));
        let before = scene.writes().len();
        let mut run = scene.start(&["--lock-lease", "3s"]);
        scene.until_faulty(acted);
        run.kill().unwrap();
        run.wait().unwrap();
        scene.proxy.clear();
        // At no moment has the route a subset that is not there.
        let subset_of = |route: &Value| route["spec"]["http"][0]["route"][0]["destination"]["subset"].clone();
        let holds = || {
            let (route, rule) = (scene.live(&route("")).unwrap(), scene.live(&rule(&[])).unwrap());
            let subsets = rule["spec"]["subsets"].as_array().unwrap();
            let subset = subset_of(&route);
            assert!(subsets.iter().any(|one| one["name"] == subset), "{kind} {number} {acted}: {subsets:?}");
        };
        holds();
        let again = scene.apply(&[]);
        assert_eq!(again.status, Some(0), "{kind} {number} {acted}: {}", said(&again));
        holds();
        let written = writes(&scene, before);
        let place = |what: &str| written.iter().rposition(|line| line.contains(what)).unwrap();
        assert!(place("virtualservices") < place("destinationrules"), "{kind} {number} {acted}: {written:?}");
        let (live_rule, live_route) = (scene.live(&rule(&[])).unwrap(), scene.live(&route("")).unwrap());
        assert_eq!(live_rule["spec"]["subsets"], rule(&["v2"])["spec"]["subsets"]);
        assert_eq!(subset_of(&live_route), "v2");
        let writes = scene.writes().len();
        let nothing = scene.apply(&[]);
        assert_eq!((nothing.status, scene.writes().len()), (Some(0), writes), "{}", said(&nothing));
    };
    // What takes time is waiting, for proxies and for locks.
    std::thread::scope(|scope| {
        for point in [
            ("DestinationRule", 1, true),
            ("VirtualService", 1, false),
            ("VirtualService", 1, true),
            ("DestinationRule", 2, false),
            ("DestinationRule", 2, true),
        ] {
            scope.spawn(move || kill(point));
        }
    });
}

#[test]
fn inv15_what_others_need_is_written_before_them_whatever_the_order_of_files() {
    let account = json!({
        "apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "web", "namespace": "here"}
    });
    let role = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "web", "namespace": "here"},
        "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}],
    });
    let binding = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
        "metadata": {"name": "web", "namespace": "here"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "web"},
        "subjects": [{"kind": "ServiceAccount", "name": "web", "namespace": "here"}],
    });
    let mut orders = Vec::new();
    let mut objects = vec![binding, route("v1"), rule(&["v1"]), role, account, config_map("settings", "1")];
    for _ in 0..objects.len() {
        objects.rotate_left(1);
        let scene = mesh(&objects);
        let applied = scene.apply(&[]);
        assert_eq!(applied.status, Some(0), "{}", said(&applied));
        let objects = scene.writes().into_iter().filter(|line| line.starts_with("PATCH "));
        orders.push(objects.collect::<Vec<_>>());
    }
    orders.dedup();
    assert_eq!(orders.len(), 1, "{orders:#?}");
    let place = |what: &str| orders[0].iter().position(|line| line.contains(what)).unwrap();
    assert!(place("serviceaccounts") < place("rolebindings"));
    assert!(place(" roles/") < place("rolebindings"));
    assert!(place("destinationrules") < place("virtualservices"));
}

#[test]
fn units_wait_for_those_they_depend_on() {
    let scene = Scene::of(
        Lab::extended(),
        "component \"after\" {\n  namespace = \"here\"\n  manifests = [\"after.yaml\"]\n  depends_on = [\"before\"]\n}\n\
         component \"before\" {\n  namespace = \"here\"\n  manifests = [\"before.yaml\"]\n}\n",
    );
    let account = json!({
        "apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "early-by-kind", "namespace": "here"}
    });
    scene.manifest("after.yaml", &[account]);
    scene.manifest("before.yaml", &[config_map("first", "1")]);
    let applied = scene.apply(&[]);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
    let patches: Vec<String> = scene.writes().into_iter().filter(|line| line.starts_with("PATCH ")).collect();
    assert_eq!(patches, ["PATCH configmaps/first", "PATCH serviceaccounts/early-by-kind"]);
}

#[test]
fn f57_units_wait_for_what_an_earlier_run_has_not_seen_ready() {
    let scene = Scene::of(
        Lab::extended(),
        "component \"after\" {\n  namespace = \"here\"\n  manifests = [\"after.yaml\"]\n  depends_on = [\"before\"]\n}\n\
         component \"before\" {\n  namespace = \"here\"\n  manifests = [\"before.yaml\"]\n}\n",
    );
    scene.manifest("after.yaml", &[config_map("late", "1")]);
    // Nothing on this server makes it ready.
    scene.manifest("before.yaml", &[deployment("first", "registry.example.com/first:1", "unready")]);
    for writes in [vec!["PATCH deployments/first"], Vec::new()] {
        let before = scene.writes().len();
        let failed = scene.apply(&["--ready-timeout", "2s"]);
        assert_eq!(failed.status, Some(5), "{}", said(&failed));
        assert!(failed.stderr.contains("Deployment/first is not ready"), "{}", failed.stderr);
        let written = scene.writes().split_off(before);
        let patches: Vec<String> = written.into_iter().filter(|line| line.starts_with("PATCH ")).collect();
        assert_eq!(patches, writes);
    }
}

#[test]
fn f57_f102_a_plan_that_was_stopped_between_two_writes_of_a_rule_goes_on() {
    let scene = mesh(&[route("v1"), rule(&["v1"])]);
    let applied = scene.apply(&[]);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
    scene.render(&[route("v2"), rule(&["v2"])]);
    let saved = scene.diff(&["--save", "plan.json"]);
    assert_eq!(saved.status, Some(1), "{}", said(&saved));
    let refused =
        Rule::new(Fault::status(403)).verb("patch").kind("networking.istio.io/v1", "VirtualService");
    scene.proxy.add(refused.dry_run(false).nth(1));
    let before = scene.writes().len();
    let stopped = scene.apply(&["--plan", "plan.json"]);
    assert_eq!(stopped.status, Some(5), "{}", said(&stopped));
    assert_eq!(writes(&scene, before), ["PATCH destinationrules/web", "PATCH virtualservices/web"]);
    let before = scene.writes().len();
    let again = scene.apply(&["--plan", "plan.json"]);
    assert_eq!(again.status, Some(0), "{}", said(&again));
    assert_eq!(writes(&scene, before), ["PATCH virtualservices/web", "PATCH destinationrules/web"]);
    let live = scene.live(&rule(&[])).unwrap();
    assert_eq!(live["spec"]["subsets"], rule(&["v2"])["spec"]["subsets"]);
}
