//! What a diff costs: requests, counted at the server.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::applied::{apply_and_record, connect};
use crate::harness::{Cluster, Lab, Manager, Proxy, Spec, block_on, many};
use crate::program::{Outcome, Place, outcome};
use crate::rendering::Rendering;

/// How many objects there are.
const COUNT: usize = 1400;

/// How many objects a page of a list has.
const PAGE: usize = 500;

/// Applies the fleet "many" and records it.
async fn applied(cluster: &Cluster, place: &Place, objects: &[Value]) {
    many::write_fleet(place.path(), cluster, objects);
    let rendering = Rendering::of(place.path());
    let wanted = rendering.wanted(&cluster.name);
    let identities = rendering.identities();
    let proven = connect(&cluster.kubeconfig, &cluster.name, &cluster.name, &identities).await;
    apply_and_record(cluster, &proven, &wanted, &rendering.fleet.name).await;
}

fn diff(place: &Place, proxy: &Proxy, arguments: &[&str]) -> Outcome {
    let mut command = place.command(&["diff"]);
    outcome(command.args(arguments).env("KUBECONFIG", &proxy.kubeconfig).output().unwrap())
}

/// A path without the digest in the name of a part of the record.
fn without_digest(path: &str) -> String {
    match path.rsplit_once('.') {
        Some((path, digest)) if digest.len() == 64 => format!("{path}.DIGEST"),
        _ => path.to_owned(),
    }
}

/// The requests of a diff: how often each path was asked for, dry runs apart.
fn asked(proxy: &Proxy, before: usize) -> (BTreeMap<String, usize>, usize) {
    let requests = proxy.requests().split_off(before);
    let dry_runs = requests.iter().filter(|request| request.verb == "patch").count();
    assert!(requests.iter().all(|request| request.verb != "patch" || request.dry_run && request.force));
    let mut paths = BTreeMap::new();
    for request in requests.iter().filter(|request| request.verb != "patch") {
        assert_eq!(request.method, "GET", "{}", request.path);
        *paths.entry(without_digest(&request.path)).or_default() += 1;
    }
    (paths, dry_runs)
}

#[test]
fn a_diff_of_untouched_objects_costs_the_pages_of_their_lists() {
    let cluster = Lab::shared().start([Spec::bare("many")]).remove(0);
    let place = Place::empty();
    let objects = many::objects(COUNT);
    block_on(applied(&cluster, &place, &objects));
    let proxy = Proxy::before(&cluster);
    let nothing = diff(&place, &proxy, &[]);
    assert_eq!(nothing.status, Some(0), "{}{}", nothing.stdout, nothing.stderr);
    let (paths, dry_runs) = asked(&proxy, 0);
    assert_eq!(dry_runs, 0);
    let of_kind = |path: &str| paths.get(path).copied().unwrap_or_default();
    let config_maps = objects.iter().filter(|object| object["kind"] == "ConfigMap").count();
    assert_eq!(of_kind("/api/v1/configmaps"), config_maps.div_ceil(PAGE), "{paths:#?}");
    assert_eq!(of_kind("/apis/apps/v1/deployments"), 1);

    // A tenth of the objects cost the same but for the pages.
    let fewer = Lab::shared().start([Spec::bare("fewer")]).remove(0);
    let small = Place::empty();
    block_on(applied(&fewer, &small, &many::objects(COUNT / 10)));
    let before = Proxy::before(&fewer);
    assert_eq!(diff(&small, &before, &[]).status, Some(0));
    let (few, _) = asked(&before, 0);
    assert!(few.keys().eq(paths.keys()), "{few:#?}\n{paths:#?}");
    let total = |paths: &BTreeMap<String, usize>| paths.values().sum::<usize>();
    assert_eq!(total(&paths) - total(&few), config_maps.div_ceil(PAGE) - 1);

    block_on(async {
        let editor = Manager::new("kubectl-edit", &cluster.client().await).await;
        let changed = objects.iter().find(|object| object["kind"] == "ConfigMap").unwrap();
        editor.edit(changed, &json!({ "data": { "mode": "fancy" } })).await;
    });
    let so_far = proxy.requests().len();
    let one = diff(&place, &proxy, &[]);
    assert_eq!(one.status, Some(1), "{}{}", one.stdout, one.stderr);
    let (again, dry_runs) = asked(&proxy, so_far);
    assert_eq!((again, dry_runs), (paths, 1));

    let so_far = proxy.requests().len();
    assert_eq!(diff(&place, &proxy, &["--exact"]).status, Some(1));
    let (_, dry_runs) = asked(&proxy, so_far);
    assert_eq!(dry_runs, COUNT);
}
