//! Who may apply what, to which cluster.

use serde_json::{Value, json};

use super::scene::{Scene, config_map};
use crate::harness::{Cluster, Fault, Lab, Rule, Spec, block_on};
use crate::program::Outcome;

/// The users of these tests: rights add up, so each test has one of its own.
const SOMEBODY: &str = "somebody";
const ANOTHER: &str = "another";

fn said(outcome: &Outcome) -> String {
    format!("{}\n{}", outcome.stdout, outcome.stderr)
}

/// A cluster with users who may do what a test lets them.
fn cluster() -> &'static Cluster {
    static CLUSTER: std::sync::LazyLock<Cluster> = std::sync::LazyLock::new(|| {
        Lab::shared().start([Spec::bare("access").user(SOMEBODY).user(ANOTHER)]).remove(0)
    });
    &CLUSTER
}

/// Lets a user do this, everywhere.
fn lets(scene: &Scene, user: &str, rules: &Value) {
    let name = scene.namespace.clone();
    let role = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": name},
        "rules": rules,
    });
    let binding = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": name},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": name},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": user}],
    });
    block_on(async {
        let admin = scene.someone("lab").await;
        admin.take(&role).await;
        admin.take(&binding).await;
    });
}

/// `apply` as a user.
fn apply(scene: &Scene, user: &str, more: &[&str]) -> Outcome {
    let context = format!("a={}-{user}", scene.cluster.name);
    scene.apply(&[&["--context", &context], more].concat())
}

fn rule(group: &str, kinds: &[&str], verbs: &[&str]) -> Value {
    json!({"apiGroups": [group], "resources": kinds, "verbs": verbs})
}

#[test]
fn f16_f54_all_that_is_missing_is_told_at_once_before_anything_is_written() {
    let mut account = config_map("account", "");
    account["kind"] = json!("ServiceAccount");
    account.as_object_mut().unwrap().remove("data");
    let beside = config_map("beside", "1");
    let scene = Scene::rendering(cluster(), &[config_map("one", "1"), beside.clone(), account]);
    block_on(async { scene.someone("kubectl").await.create(&scene.here(&beside)).await });
    let read = json!([
        rule("", &["configmaps", "serviceaccounts", "secrets", "namespaces"], &["get", "list"]),
        rule("admissionregistration.k8s.io", &["*"], &["get", "list"]),
        rule("", &["configmaps"], &["create", "patch"]),
    ]);
    lets(&scene, SOMEBODY, &read);
    let refused = apply(&scene, SOMEBODY, &[]);
    assert_eq!(refused.status, Some(4), "{}", said(&refused));
    // In one run with what else stands in the way.
    for known in ["serviceaccounts", "leases", "secrets", "create namespaces", "patch", "create", "--adopt"] {
        assert!(refused.stderr.contains(known), "{known}: {}", refused.stderr);
    }
    assert!(!refused.stderr.contains("configmaps"), "{}", refused.stderr);
    assert_eq!(scene.writes(), Vec::<String>::new());

    // With all but the right to make the namespace of the record.
    let mut all = read.as_array().unwrap().clone();
    all.push(rule("", &["serviceaccounts"], &["create", "patch"]));
    all.push(rule("", &["secrets"], &["create", "update", "delete"]));
    all.push(rule("coordination.k8s.io", &["leases"], &["get", "create", "update"]));
    lets(&scene, SOMEBODY, &json!(all));
    let refused = apply(&scene, SOMEBODY, &[]);
    assert_eq!(refused.status, Some(4), "{}", said(&refused));
    assert!(refused.stderr.contains("namespace"), "{}", refused.stderr);
    assert_eq!(scene.writes(), Vec::<String>::new());
    // Nobody is asked to agree to what cannot be done.
    let asked = apply(&scene, SOMEBODY, &["--adopt", "--ask"]);
    assert_eq!(asked.status, Some(4), "{}", said(&asked));
    all.push(rule("", &["namespaces"], &["create"]));
    lets(&scene, SOMEBODY, &json!(all));
    let applied = apply(&scene, SOMEBODY, &["--adopt"]);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
}

#[test]
fn f16_f57_the_right_to_free_what_an_earlier_run_applied_is_asked_for_too() {
    let scene = Scene::rendering(cluster(), &[config_map("one", "1")]);
    let object = scene.here(&config_map("one", "1"));
    block_on(async { scene.someone("kubectl-client-side-apply").await.create(&object).await });
    let writes = Rule::new(Fault::status(403)).verb("patch").kind("v1", "ConfigMap").dry_run(false);
    scene.proxy.add(writes.nth(2));
    let partial = scene.apply(&["--adopt"]);
    assert_eq!(partial.status, Some(5), "{}", said(&partial));
    scene.proxy.clear();
    // Nothing is left to be written, and the rest takes the right to patch, which the user lacks.
    let rights = json!([
        rule("", &["configmaps", "secrets", "namespaces"], &["get", "list"]),
        rule("admissionregistration.k8s.io", &["*"], &["get", "list"]),
        rule("", &["secrets"], &["create", "update", "delete"]),
        rule("coordination.k8s.io", &["leases"], &["get", "create", "update"]),
    ]);
    lets(&scene, ANOTHER, &rights);
    let before = scene.writes().len();
    let refused = apply(&scene, ANOTHER, &[]);
    assert_eq!(refused.status, Some(4), "{}", said(&refused));
    assert!(refused.stderr.contains("missing: patch configmaps"), "{}", refused.stderr);
    assert_eq!(scene.writes().len(), before);
}

#[test]
fn f67_another_cluster_is_never_written_to() {
    let scene = Scene::rendering(Lab::extended(), &[config_map("one", "1")]);
    let fleet = scene.place.read("fleet/fleet.hcl");
    let other = "00000000-0000-4000-8000-000000000000";
    scene.place.write("fleet/fleet.hcl", &fleet.replace(&scene.cluster.uid, other));
    let refused = scene.apply(&[]);
    assert_eq!(refused.status, Some(4), "{}", said(&refused));
    for known in [other, "UID"] {
        assert!(refused.stderr.contains(known), "{known}: {}", refused.stderr);
    }
    let asked: Vec<String> = scene.proxy.requests().into_iter().map(|request| request.path).collect();
    assert_eq!(asked, ["/api/v1/namespaces/kube-system"]);
}

#[test]
fn a_cluster_that_is_not_pinned_is_not_applied_to() {
    let scene = Scene::rendering(Lab::extended(), &[config_map("one", "1")]);
    let fleet = scene.place.read("fleet/fleet.hcl");
    let unpinned: Vec<&str> = fleet.lines().filter(|line| !line.contains("uid = ")).collect();
    scene.place.write("fleet/fleet.hcl", &unpinned.join("\n"));
    let refused = scene.apply(&[]);
    assert_eq!(refused.status, Some(4), "{}", said(&refused));
    assert!(refused.stderr.contains("fleetwright trust --cluster a"), "{}", refused.stderr);
    assert_eq!(scene.writes(), Vec::<String>::new());
}

#[test]
fn f70_whose_identity_cannot_be_read_is_not_applied_to() {
    let scene = Scene::rendering(Lab::extended(), &[config_map("one", "1")]);
    let context = format!("a={}-{}", scene.cluster.name, Cluster::POWERLESS);
    let refused = scene.apply(&["--context", &context]);
    assert_eq!(refused.status, Some(4), "{}", said(&refused));
    assert_eq!(scene.writes(), Vec::<String>::new());
}
