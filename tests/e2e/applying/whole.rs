//! The example fleet of this repository, applied to real servers as its rollouts say: INV-14.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use super::scene::{Scene, config_map};
use crate::diff::shop::{copied, prepare};
use crate::harness::{Cluster, Lab, Manager, Proxy, Spec, block_on};
use crate::program::{Outcome, Place, outcome};
use crate::rendering::Rendering;

/// The clusters, in the order in which they are changed: one of each kind, and one that comes after its canary.
const NAMES: [&str; 4] = ["staging-a", "prod-a", "prod-b", "edge-eu"];

fn said(outcome: &Outcome) -> String {
    format!("{}\n{}", outcome.stdout, outcome.stderr)
}

/// The example fleet on clusters that hold nothing of it.
struct Whole {
    place: Place,
    clusters: Vec<Cluster>,
    proxies: Vec<Proxy>,
}

impl Whole {
    fn open() -> Self {
        let clusters = Lab::new().start(NAMES.map(Spec::bare));
        let place = copied(&clusters);
        let rendering = Rendering::of(place.path());
        std::thread::scope(|scope| {
            for cluster in &clusters {
                scope.spawn(|| block_on(prepare(cluster, &rendering.wanted(&cluster.name))));
            }
        });
        let proxies = clusters.iter().map(Proxy::before).collect();
        Self { place, clusters, proxies }
    }

    fn run(&self, arguments: &[&str]) -> Outcome {
        let kubeconfigs = std::env::join_paths(self.proxies.iter().map(|proxy| &proxy.kubeconfig)).unwrap();
        let mut command = self.place.command(arguments);
        command.env("KUBECONFIG", kubeconfigs).env("USER", "tester").env("HOSTNAME", "lab");
        outcome(command.output().unwrap())
    }

    fn apply(&self, cluster: &str) -> Outcome {
        // The gates of its stages are judged by nobody yet.
        self.run(&[
            "apply",
            "--cluster",
            cluster,
            "--yes",
            "--stable-for",
            "1s",
            "--ready-timeout",
            "120s",
            "--break-glass",
            "the gates are not judged",
        ])
    }

    /// The writes of objects so far, of all clusters.
    fn writes(&self) -> usize {
        let is_write = |verb: &str| matches!(verb, "create" | "update" | "patch" | "delete");
        let requests = self.proxies.iter().flat_map(Proxy::requests);
        let writes = requests.filter(|request| {
            is_write(&request.verb)
                && !request.dry_run
                && !matches!(&*request.resource, "leases" | "selfsubjectaccessreviews")
        });
        writes.count()
    }
}

/// What a controller would write into the status of an object, if it waits for one.
fn status(object: &Value) -> Option<Value> {
    let generation = &object["metadata"]["generation"];
    let replicas = &object["spec"]["replicas"];
    let condition = |kind: &str| {
        json!({
            "type": kind, "status": "True", "reason": "Lab", "message": "",
            "lastTransitionTime": "2026-01-02T03:04:05Z",
        })
    };
    let of_replicas = json!({
        "observedGeneration": generation, "replicas": replicas, "updatedReplicas": replicas,
        "readyReplicas": replicas, "availableReplicas": replicas,
    });
    let mut status = match object["kind"].as_str()? {
        "Deployment" => {
            let mut status = of_replicas;
            status["conditions"] = json!([condition("Available"), condition("Progressing")]);
            status
        }
        "StatefulSet" => {
            let mut status = of_replicas;
            status["currentReplicas"] = replicas.clone();
            status["currentRevision"] = json!("one");
            status["updateRevision"] = json!("one");
            status
        }
        "PodDisruptionBudget" => json!({
            "observedGeneration": generation, "disruptionsAllowed": 1, "currentHealthy": 2, "desiredHealthy": 1,
            "expectedPods": 2,
        }),
        "HorizontalPodAutoscaler" => json!({
            "observedGeneration": generation, "currentReplicas": 1, "desiredReplicas": 1,
            "conditions": [condition("AbleToScale"), condition("ScalingActive")],
        }),
        "ExternalSecret" | "ScaledObject" | "ClusterSecretStore" | "NodePool" | "EC2NodeClass" => {
            json!({"conditions": [condition("Ready")]})
        }
        "Service" if object["spec"]["type"] == "LoadBalancer" => {
            json!({"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}})
        }
        _ => return None,
    };
    status.as_object_mut()?.retain(|_, value| !value.is_null());
    Some(status)
}

/// Stands in for the controllers of a cluster until it is over: what was written becomes ready.
async fn control(cluster: &Cluster, objects: &[Value], is_over: &AtomicBool) {
    let mut seen: BTreeMap<String, Value> = BTreeMap::new();
    let controllers = Manager::new("controllers", &cluster.client().await).await;
    while !is_over.load(Ordering::Relaxed) {
        for object in objects {
            let Some(live) = controllers.get(object).await else { continue };
            let uid = live["metadata"]["uid"].as_str().unwrap().to_owned();
            if seen.get(&uid) != Some(&live["metadata"]["generation"])
                && let Some(status) = status(&live)
            {
                controllers.patch_status(object, &json!({ "status": status })).await;
                seen.insert(uid, live["metadata"]["generation"].clone());
            }
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

#[test]
fn f54_f57_a_fleet_may_render_the_namespace_of_its_record() {
    for is_there in [false, true] {
        let scene = Scene::of(
            Lab::extended(),
            "component \"web\" {\n  namespace = \"here\"\n  manifests = [\"web.yaml\"]\n}\n",
        );
        let namespace = json!({
            "apiVersion": "v1", "kind": "Namespace",
            "metadata": {"name": scene.state, "labels": {"team": "platform"}},
        });
        if is_there {
            // A run made it for its lock, and was killed before it wrote its record.
            let bare = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": scene.state}});
            block_on(async { scene.someone("fleetwright").await.create(&bare).await });
        }
        scene.render(&[namespace.clone(), config_map("one", "1")]);
        let first = scene.apply(&[]);
        assert_eq!(first.status, Some(0), "{}", said(&first));
        assert!(!first.stderr.contains("taken over"), "{}", first.stderr);
        assert_eq!(scene.live(&namespace).unwrap()["metadata"]["labels"]["team"], "platform");
        let (diff, writes) = (scene.diff(&[]), scene.writes().len());
        assert_eq!(diff.status, Some(0), "{}", said(&diff));
        let again = scene.apply(&[]);
        assert_eq!((again.status, scene.writes().len()), (Some(0), writes), "{}", said(&again));
    }
}

#[test]
fn inv14_after_the_whole_example_is_applied_nothing_differs_and_nothing_is_written_again() {
    let whole = Whole::open();
    let rendering = Rendering::of(whole.place.path());
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for cluster in &whole.clusters {
            let wanted = rendering.wanted(&cluster.name);
            let objects: Vec<Value> = wanted
                .objects
                .iter()
                .map(|(_, object)| object.body(&wanted.set))
                .filter(|object| status(object).is_some())
                .collect();
            assert!(!objects.is_empty());
            let is_over = &is_over;
            scope.spawn(move || block_on(control(cluster, &objects, is_over)));
        }
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            for cluster in NAMES {
                let applied = whole.apply(cluster);
                assert_eq!(applied.status, Some(0), "{cluster}: {}", said(&applied));
            }
            let written = whole.writes();
            let every: BTreeSet<&str> = NAMES.into();
            for exact in [&[][..], &["--exact"]] {
                let of = NAMES.iter().flat_map(|name| ["--cluster", name]);
                let diff = whole
                    .run(&["diff"].into_iter().chain(of).chain(exact.iter().copied()).collect::<Vec<_>>());
                assert_eq!(diff.status, Some(0), "{}", said(&diff));
                assert!(
                    diff.stdout.starts_with(&format!("no differences on {} clusters", every.len())),
                    "{}",
                    diff.stdout
                );
            }
            for cluster in NAMES {
                let again = whole.apply(cluster);
                assert_eq!(again.status, Some(0), "{cluster}: {}", said(&again));
            }
            assert_eq!(whole.writes(), written);
        }));
        is_over.store(true, Ordering::Relaxed);
        outcome.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    });
}
