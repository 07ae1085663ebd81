//! What the example fleet says of itself, held to what it renders: numbers that no check of the program knows.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use fleetwright::cluster::{self, Kind, Resolved, Setting, resolve};
use fleetwright::diagnostic::SourceMap;
use fleetwright::fleet::parse;
use fleetwright::object::Quantity;
use fleetwright::source::{RelPath, Sources};
use insta::assert_snapshot;
use serde_json::Value;

use crate::example;
use crate::program::{Outcome, Place, outcome};

/// The example as it is here, where its schemas are recorded.
fn run(arguments: &[&str]) -> Outcome {
    outcome(Place::empty().command(arguments).current_dir(example::root()).output().unwrap())
}

/// Its clusters, rendered: the objects of each.
static OBJECTS: LazyLock<BTreeMap<String, Vec<Value>>> = LazyLock::new(|| {
    let document: Value = serde_json::from_str(&run(&["render", "-o", "json"]).done().0).unwrap();
    let objects = |cluster: &Value| {
        let units = cluster["units"].as_array().unwrap().iter();
        units.flat_map(|unit| unit["objects"].as_array().unwrap().clone()).collect()
    };
    let clusters = document["clusters"].as_array().unwrap().iter();
    clusters.map(|cluster| (cluster["name"].as_str().unwrap().to_owned(), objects(cluster))).collect()
});

/// Its clusters, as defined.
fn resolved() -> Resolved {
    let (sources, mut map) = (Sources::folder(example::root()).unwrap(), SourceMap::default());
    let (fleet, _) = parse(&sources, &RelPath::parse("fleet").unwrap(), &mut map);
    let version = env!("CARGO_PKG_VERSION").parse().unwrap();
    resolve(&fleet.unwrap(), &[], &sources, &version, 1, &mut map).0
}

#[test]
fn nothing_is_found_and_little_is_excused() {
    let said = run(&["validate", "--strict"]).done().0;
    let lines = said.lines().map(|line| match line.rsplit_once(" (fleet/") {
        Some((excuse, _)) => excuse.to_owned(),
        None => line.split(": ").last().unwrap().to_owned(),
    });
    assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @"
    no findings, 4 excuses
      namespace (11 objects on 11 clusters): the installation of Istio makes istio-system
      readiness (6 objects on 6 clusters): a pause pod serves nobody
      liveness (6 objects on 6 clusters): a pause pod does nothing that could hang
      disruption (6 objects on 6 clusters): the room gives way to whoever needs it, all of it at once if need be
    ");
}

#[test]
fn terraform_reads_weights_hosts_and_where_clusters_are() {
    let outputs = resolved().outputs;
    let said = |name: &str| told(&outputs.get(name).unwrap().value);
    assert_snapshot!(said("ingress_weights"), @"
    prod-a: 25
    prod-b: 25
    prod-c: 25
    prod-d: 25
    ");
    assert_snapshot!(said("hosts"), @r#"
    dev-1: "dev-1.shop.example.net" "api.dev-1.shop.example.net"
    dev-2: "dev-2.shop.example.net" "api.dev-2.shop.example.net"
    dev-3: "dev-3.shop.example.net" "api.dev-3.shop.example.net"
    edge-ap: "edge-ap.shop.example.com" "media.edge-ap.shop.example.com"
    edge-eu: "edge-eu.shop.example.com" "media.edge-eu.shop.example.com"
    prod-a: "shop.example.com" "api.shop.example.com"
    prod-b: "shop.example.com" "api.shop.example.com"
    prod-c: "shop.example.com" "api.shop.example.com"
    prod-d: "shop.example.com" "api.shop.example.com"
    staging-a: "staging.shop.example.com" "api.staging.shop.example.com"
    staging-b: "staging.shop.example.com" "api.staging.shop.example.com"
    "#);
    assert_snapshot!(said("cluster_access"), @r#"
    dev-1: context="dev-1" env="dev" layer="online" region="eu-west-1" zone="eu-west-1a"
    dev-2: context="dev-2" env="dev" layer="online" region="eu-west-1" zone="eu-west-1b"
    dev-3: context="dev-3" env="dev" layer="online" region="eu-west-1" zone="eu-west-1c"
    edge-ap: context="edge-ap" env="edge" layer="edge" region="ap-southeast-1" zone="ap-southeast-1a"
    edge-eu: context="edge-eu" env="edge" layer="edge" region="eu-central-1" zone="eu-central-1a"
    prod-a: context="prod-a" env="prod" layer="online" region="eu-west-1" zone="eu-west-1a"
    prod-b: context="prod-b" env="prod" layer="online" region="eu-west-1" zone="eu-west-1b"
    prod-c: context="prod-c" env="prod" layer="online" region="eu-west-1" zone="eu-west-1c"
    prod-d: context="prod-d" env="prod" layer="online" region="eu-west-1" zone="eu-west-1d"
    staging-a: context="staging-a" env="staging" layer="online" region="eu-west-1" zone="eu-west-1a"
    staging-b: context="staging-b" env="staging" layer="online" region="eu-west-1" zone="eu-west-1b"
    "#);
}

/// A value, an entry a line: those of an entry side by side.
fn told(value: &cluster::Value) -> String {
    fn inner(value: &cluster::Value) -> String {
        match &value.kind {
            Kind::Map(entries) => {
                let entries = entries.iter().map(|(key, value)| format!("{key}={}", inner(value)));
                entries.collect::<Vec<_>>().join(" ")
            }
            Kind::List(items) => items.iter().map(inner).collect::<Vec<_>>().join(" "),
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => value.shown(),
        }
    }
    let Kind::Map(entries) = &value.kind else { panic!("{}", value.shown()) };
    entries.iter().map(|(key, value)| format!("{key}: {}\n", inner(value))).collect()
}

/// The pods of a workload of the objects: how many there are at most, and what each asks for.
struct Pods<'a> {
    object: &'a Value,
    most: i64,
}

impl<'a> Pods<'a> {
    fn of(objects: &'a [Value]) -> Vec<Self> {
        let names =
            |object: &Value| (object["metadata"]["namespace"].clone(), object["metadata"]["name"].clone());
        let scaled = |workload: &Value| {
            objects.iter().find_map(|object| {
                let target = &object["spec"]["scaleTargetRef"]["name"];
                let most = match object["kind"].as_str()? {
                    "HorizontalPodAutoscaler" => &object["spec"]["maxReplicas"],
                    "ScaledObject" => &object["spec"]["maxReplicaCount"],
                    _ => return None,
                };
                ((object["metadata"]["namespace"].clone(), target.clone()) == names(workload))
                    .then(|| most.as_i64())?
            })
        };
        let pods = objects.iter().filter_map(|object| {
            let fixed = object["spec"]["replicas"].as_i64().unwrap_or(1);
            let most = match object["kind"].as_str()? {
                // A rolling update adds a quarter.
                "Deployment" => (scaled(object).unwrap_or(fixed) * 5 + 3) / 4,
                "StatefulSet" => fixed,
                "CronJob" | "Job" => 1,
                _ => return None,
            };
            Some(Self { object, most })
        });
        pods.collect()
    }

    fn template(&self) -> &'a Value {
        let spec = &self.object["spec"];
        if self.object["kind"] == "CronJob" {
            &spec["jobTemplate"]["spec"]["template"]
        } else {
            &spec["template"]
        }
    }

    fn annotation(&self, name: &str) -> Option<&'a str> {
        self.template()["metadata"]["annotations"][format!("sidecar.istio.io/{name}")].as_str()
    }

    fn containers(&self) -> &'a [Value] {
        self.template()["spec"]["containers"].as_array().unwrap()
    }

    /// What one pod requests, with the sidecar: as annotated, or else as Istio's own values have it.
    fn request(&self, of: &str) -> Quantity {
        let (annotation, default) = if of == "cpu" { ("proxyCPU", "100m") } else { ("proxyMemory", "128Mi") };
        let sidecar = Quantity::parse(self.annotation(annotation).unwrap_or(default)).unwrap();
        self.containers().iter().fold(sidecar, |sum, container| {
            let request = container["resources"]["requests"][of].as_str().unwrap();
            sum.checked_add(Quantity::parse(request).unwrap()).unwrap()
        })
    }
}

#[test]
fn a_quota_holds_all_that_the_services_of_a_namespace_can_grow_to() {
    let mut quotas = 0;
    for (cluster, objects) in &*OBJECTS {
        let pods = Pods::of(objects);
        for quota in objects.iter().filter(|object| object["kind"] == "ResourceQuota") {
            quotas += 1;
            let namespace = &quota["metadata"]["namespace"];
            let there = pods.iter().filter(|pods| pods.object["metadata"]["namespace"] == *namespace);
            let there: Vec<_> = there.collect();
            assert!(!there.is_empty(), "{cluster}: nobody lives in {namespace}");
            let hard = |name: &str| Quantity::parse(quota["spec"]["hard"][name].as_str().unwrap()).unwrap();
            for of in ["cpu", "memory"] {
                let sum = there.iter().fold(Quantity::from_units(0), |sum, pods| {
                    sum.checked_add(pods.request(of).checked_mul(pods.most).unwrap()).unwrap()
                });
                let hard = hard(&format!("requests.{of}"));
                assert!(sum <= hard, "{cluster}: {namespace} may ask for {sum} {of} of {hard}");
            }
            let (sum, hard) = (there.iter().map(|pods| pods.most).sum(), hard("pods"));
            assert!(
                Quantity::from_units(sum) <= hard,
                "{cluster}: {namespace} may have {sum} pods of {hard}"
            );
        }
    }
    assert!(quotas > 30, "{quotas}");
}

#[test]
fn the_core_is_guaranteed_in_production() {
    let mut core = 0;
    for (cluster, objects) in OBJECTS.iter().filter(|(cluster, _)| !cluster.starts_with("dev-")) {
        for pods in Pods::of(objects) {
            if pods.object["metadata"]["labels"]["core"] != "yes" {
                continue;
            }
            core += 1;
            let name = &pods.object["metadata"]["name"];
            for container in pods.containers() {
                let resources = &container["resources"];
                assert_eq!(resources["requests"], resources["limits"], "{cluster}: {name}");
            }
            for of in ["CPU", "Memory"] {
                let request = pods.annotation(&format!("proxy{of}"));
                assert!(request.is_some(), "{cluster}: the sidecar of {name}");
                assert_eq!(request, pods.annotation(&format!("proxy{of}Limit")), "{cluster}: {name}");
            }
        }
    }
    assert!(core > 40, "{core}");
}

#[test]
fn three_production_clusters_carry_the_peak() {
    let fleet = resolved();
    let number = |setting: &Setting, path: [&str; 2]| -> Option<i64> {
        setting.at(path)?.leaf()?.shown().parse().ok()
    };
    let mut carried: BTreeMap<Arc<str>, (i64, i64)> = BTreeMap::new();
    for cluster in fleet.clusters.iter().filter(|cluster| cluster.name.starts_with("prod-")) {
        for unit in &cluster.units {
            let settings = &unit.settings;
            let (Some(peak), Some(pod)) =
                (number(settings, ["traffic", "peak_rps"]), number(settings, ["traffic", "pod_rps"]))
            else {
                continue;
            };
            let pods = number(settings, ["autoscale", "max"]);
            let pods = pods.or_else(|| settings.get("replicas")?.leaf()?.shown().parse().ok()).unwrap();
            let (_, least) = carried.entry(unit.name.name.clone()).or_insert((peak, i64::MAX));
            *least = (*least).min(pods * pod);
        }
    }
    assert!(carried.len() >= 7, "{carried:?}");
    for (service, (peak, least)) in carried {
        assert!(least * 3 >= peak, "{service}: three clusters carry {} of {peak} a second", least * 3);
    }
}

/// The objects of a kind on all clusters, each with its cluster's name.
fn all<'a>(kind: &'a str) -> impl Iterator<Item = (&'static str, &'static Value)> + 'a {
    let objects =
        OBJECTS.iter().flat_map(|(cluster, objects)| objects.iter().map(|one| (cluster.as_str(), one)));
    objects.filter(move |(_, object)| object["kind"] == kind)
}

#[test]
fn the_world_reaches_the_public_gateways_and_no_other() {
    let mut seen = 0;
    for (cluster, service) in all("Service").filter(|(_, one)| one["spec"]["type"] == "LoadBalancer") {
        seen += 1;
        let name = service["metadata"]["name"].as_str().unwrap();
        assert_eq!(service["spec"]["loadBalancerClass"], "service.k8s.aws/nlb", "{cluster}: {name}");
        let scheme =
            &service["metadata"]["annotations"]["service.beta.kubernetes.io/aws-load-balancer-scheme"];
        let ranges = &service["spec"]["loadBalancerSourceRanges"];
        match name {
            "ingress-gateway" => {
                assert_eq!((scheme.as_str(), ranges), (Some("internet-facing"), &Value::Null))
            }
            _ => assert_eq!(
                (scheme.as_str(), ranges.is_array()),
                (Some("internal"), true),
                "{cluster}: {name}"
            ),
        }
    }
    assert_eq!(seen, 20);
}

#[test]
fn no_store_of_secrets_reads_the_keys_of_another() {
    let mut seen = 0;
    for (cluster, objects) in &*OBJECTS {
        let stores = objects.iter().filter(|object| object["kind"] == "ClusterSecretStore");
        let stores: Vec<_> = stores.map(|store| &store["spec"]["provider"]["aws"]["prefix"]).collect();
        let stores: Vec<_> = stores.into_iter().map(|prefix| prefix.as_str().unwrap()).collect();
        for (at, prefix) in stores.iter().enumerate() {
            seen += 1;
            let others = stores.iter().enumerate().filter(|(other, _)| *other != at);
            for (_, other) in others {
                assert!(
                    prefix.ends_with('/') && !other.starts_with(prefix),
                    "{cluster}: {prefix} and {other}"
                );
            }
        }
    }
    assert_eq!(seen, 20, "two on each online cluster, one on each at the edge");
}

#[test]
fn people_are_woken_for_customers_alone() {
    let mut pages: BTreeMap<&str, i32> = BTreeMap::new();
    for (cluster, rule) in all("PrometheusRule") {
        let groups = rule["spec"]["groups"].as_array().unwrap().iter();
        let rules = groups.flat_map(|group| group["rules"].as_array().unwrap());
        for rule in rules.filter(|rule| rule["labels"]["severity"] == "page") {
            *pages.entry(cluster.split('-').next().unwrap()).or_default() += 1;
            assert!(rule["alert"].is_string(), "{rule}");
        }
    }
    assert_eq!(pages.keys().copied().collect::<Vec<_>>(), ["edge", "prod"], "{pages:?}");
}

#[test]
fn each_stage_asks_the_gateways_too() {
    let fleet = std::fs::read_to_string(example::root().join("fleet/rollouts.hcl")).unwrap();
    let gates: Vec<_> = fleet.lines().filter(|line| line.trim_start().starts_with("gates ")).collect();
    assert!(gates.len() >= 6 && gates.iter().all(|line| line.contains("\"gateways\"")), "{gates:?}");
}

#[test]
fn every_pool_has_pods_and_the_core_none_on_spot() {
    const POOL: &str = "karpenter.sh/nodepool";
    for (cluster, objects) in OBJECTS.iter().filter(|(cluster, _)| !cluster.starts_with("dev-")) {
        let pods = Pods::of(objects);
        let pool_of = |template: &'static Value| template["spec"]["nodeSelector"][POOL].as_str();
        let pools = objects.iter().filter(|object| object["kind"] == "NodePool");
        let pools: BTreeMap<_, _> = pools
            .map(|pool| (pool["metadata"]["name"].as_str().unwrap(), &pool["spec"]["template"]["spec"]))
            .collect();
        if cluster.starts_with("prod-") {
            for (name, spec) in &pools {
                let asked = pods.iter().any(|pods| pool_of(pods.template()) == Some(name));
                assert!(spec["taints"].is_null() || asked, "{cluster}: nobody asks for the pool {name}");
            }
        }
        for pods in pods.iter().filter(|pods| pods.object["metadata"]["labels"]["core"] == "yes") {
            let pool = pools[pool_of(pods.template()).unwrap()];
            let requirements = pool["requirements"].as_array().unwrap().iter();
            let mut capacity = requirements.filter(|one| one["key"] == "karpenter.sh/capacity-type");
            assert_eq!(capacity.next().unwrap()["values"], serde_json::json!(["on-demand"]), "{cluster}");
        }
    }
}

#[test]
fn a_pause_pod_holds_room_for_a_pod_with_its_sidecar() {
    for cluster in ["prod-a", "staging-a"] {
        let pods = Pods::of(&OBJECTS[cluster]);
        let named = |name: &str| pods.iter().find(|pods| pods.object["metadata"]["name"] == name).unwrap();
        let (room, pod) = (named("over-provisioner"), named("backend-a"));
        for of in ["cpu", "memory"] {
            let held = room.containers()[0]["resources"]["requests"][of].as_str().unwrap();
            assert_eq!(Quantity::parse(held).unwrap(), pod.request(of), "{cluster}: {of}");
        }
        for at in ["nodeSelector", "tolerations"] {
            assert_eq!(room.template()["spec"][at], pod.template()["spec"][at], "{cluster}: {at}");
        }
    }
}

#[test]
fn staging_has_the_kinds_of_production() {
    let kinds = |cluster: &str| -> std::collections::BTreeSet<_> {
        OBJECTS[cluster].iter().map(|object| object["kind"].as_str().unwrap()).collect()
    };
    assert_eq!(kinds("staging-a"), kinds("prod-a"));
}

#[test]
fn the_core_is_there_before_the_crowd() {
    let mut seen = 0;
    for (cluster, scaled) in all("ScaledObject").filter(|(cluster, _)| cluster.starts_with("prod-")) {
        if scaled["metadata"]["labels"]["core"] != "yes" {
            continue;
        }
        seen += 1;
        let triggers = scaled["spec"]["triggers"].as_array().unwrap();
        let kinds: Vec<_> = triggers.iter().map(|trigger| trigger["type"].as_str().unwrap()).collect();
        assert!(kinds.contains(&"cpu"), "{cluster}: {scaled}");
        let most = scaled["spec"]["maxReplicaCount"].as_i64().unwrap();
        let crons = triggers.iter().filter(|trigger| trigger["type"] == "cron");
        let crons: Vec<i64> =
            crons.map(|one| one["metadata"]["desiredReplicas"].as_str().unwrap().parse().unwrap()).collect();
        assert_eq!(crons, [(most * 7 + 9) / 10; 2], "{cluster}: {}", scaled["metadata"]["name"]);
    }
    assert_eq!(seen, 20, "five services on four clusters");
}

#[test]
fn no_fault_is_meant_where_a_gate_looks() {
    let faults = all("VirtualService").filter(|(_, route)| {
        route["spec"]["http"].as_array().is_some_and(|http| http.iter().any(|one| one["fault"].is_object()))
    });
    let mut clusters: Vec<_> = faults.map(|(cluster, _)| cluster).collect();
    clusters.dedup();
    assert_eq!(clusters, ["dev-3"]);
}

#[test]
fn carts_are_refused_before_memory_is_short_and_ready_only_when_loaded() {
    for (cluster, store) in all("StatefulSet").filter(|(_, one)| one["metadata"]["name"] == "carts") {
        let container = &store["spec"]["template"]["spec"]["containers"][0];
        let args = container["args"].as_array().unwrap();
        let after = |flag: &str| args[args.iter().position(|one| one == flag).unwrap() + 1].as_str().unwrap();
        let most: i64 = after("--maxmemory").strip_suffix("mb").unwrap().parse().unwrap();
        let limit = Quantity::parse(container["resources"]["limits"]["memory"].as_str().unwrap()).unwrap();
        assert!(Quantity::from_units(most * 1024 * 1024) < limit, "{cluster}: {most} MB of {limit}");
        assert_eq!(after("--maxmemory-policy"), "noeviction");
        let ready = &container["readinessProbe"]["exec"]["command"];
        assert_eq!(*ready, serde_json::json!(["valkey-cli", "-e", "ping"]), "{cluster}");
    }
}

#[test]
fn a_run_that_hangs_ends() {
    let mut seen = 0;
    for (cluster, cron) in all("CronJob") {
        seen += 1;
        let name = &cron["metadata"]["name"];
        assert!(cron["spec"]["jobTemplate"]["spec"]["activeDeadlineSeconds"].is_u64(), "{cluster}: {name}");
    }
    assert_eq!(seen, 12);
}
