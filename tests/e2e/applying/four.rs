//! Four production clusters and a fleet that rolls out over them: the first is the canary.

use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use crate::harness::proxy::Request;
use crate::harness::{Cluster, Lab, Manager, Proxy, Spec, block_on};
use crate::program::{Outcome, PLANTED, Place, outcome};

/// The clusters, in the order of their stages.
pub const NAMES: [&str; 4] = ["prod-a", "prod-b", "prod-c", "prod-d"];

/// The namespace of the objects, in what is rendered; `here` is the same.
const SHOP: &str = "shop";

/// A fleet on the four clusters; one test at a time has them.
pub struct Four {
    pub place: Place,
    /// Before each cluster, in their order.
    pub proxies: Vec<Proxy>,
    /// The namespace of the objects, in each cluster.
    pub namespace: String,
    /// The namespace of the record.
    pub state: String,
    clusters: &'static [Cluster],
    _alone: MutexGuard<'static, ()>,
}

impl Four {
    /// A fleet that nothing has been applied of.
    pub fn new(name: &str, rollout: &str) -> Self {
        Self::within(name, rollout, SHOP, "fleetwright")
    }

    /// The same, whose objects and record nothing else sees: in namespaces of its name.
    pub fn apart(name: &str, rollout: &str) -> Self {
        Self::within(name, rollout, name, &format!("{name}-state"))
    }

    fn within(name: &str, rollout: &str, namespace: &str, state: &str) -> Self {
        static CLUSTERS: LazyLock<Vec<Cluster>> = LazyLock::new(|| {
            let clusters = Lab::shared().start(NAMES.map(Spec::full));
            for cluster in &clusters {
                block_on(cluster.add_node("node", "zone-a"));
            }
            clusters
        });
        static ALONE: Mutex<()> = Mutex::new(());
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let four = Self {
            place: Place::with(&[("fleet/templates/.keep", "")]),
            proxies: CLUSTERS.iter().map(Proxy::before).collect(),
            namespace: namespace.to_owned(),
            state: state.to_owned(),
            clusters: &CLUSTERS,
            _alone: alone,
        };
        four.define(name, rollout);
        four
    }

    /// Defines the fleet anew: its rollout, and what else there is.
    pub fn define(&self, name: &str, rollout: &str) {
        let cluster = |cluster: &Cluster| {
            format!(
                "cluster \"{0}\" {{\n  labels = {{ env = \"prod\" }}\n  context = \"{0}\"\n  uid = \"{1}\"\n}}\n",
                cluster.name, cluster.uid
            )
        };
        let clusters: String = self.clusters.iter().map(cluster).collect();
        let fleet = format!(
            "fleet \"{name}\" {{\n  state_namespace = \"{}\"\n  templates = \"templates\"\n}}\n{clusters}\
             cluster \"staging\" {{\n  labels = {{ env = \"staging\" }}\n}}\n{}",
            self.state,
            self.filled(rollout),
        );
        self.place.write("fleet/fleet.hcl", &fleet);
    }

    /// Renders these for `web`, and their namespace.
    pub fn render(&self, objects: &[Value]) {
        let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SHOP}});
        self.manifest("web.yaml", &[&[namespace], objects].concat());
    }

    /// Writes a manifest.
    pub fn manifest(&self, file: &str, objects: &[Value]) {
        let objects = objects.iter().map(|object| self.filled(&object.to_string()));
        self.place.write(&format!("fleet/{file}"), &objects.collect::<Vec<_>>().join("\n---\n"));
    }

    /// A text with the namespace of the objects in place of `here` and `shop`.
    fn filled(&self, text: &str) -> String {
        let namespace = format!("\"{}\"", self.namespace);
        text.replace("\"shop\"", &namespace).replace("\"here\"", &namespace)
    }

    /// An object with the namespace in place of `here`.
    pub fn here(&self, object: &Value) -> Value {
        serde_json::from_str(&self.filled(&object.to_string())).unwrap()
    }

    /// A command, not yet run, through the proxies.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let kubeconfigs = std::env::join_paths(self.proxies.iter().map(|proxy| &proxy.kubeconfig)).unwrap();
        let mut command = self.place.command(arguments);
        command.env("KUBECONFIG", kubeconfigs).env("USER", "tester").env("HOSTNAME", "lab");
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Outcome {
        Self::clean(outcome(self.command(arguments).output().unwrap()))
    }

    /// Somebody who writes to one of the clusters.
    pub async fn someone(&self, cluster: &str, name: &'static str) -> Manager {
        let cluster = self.clusters.iter().find(|one| one.name == cluster).unwrap();
        Manager::new(name, &cluster.client().await).await
    }

    /// An outcome that shows no planted secret.
    fn clean(outcome: Outcome) -> Outcome {
        for text in [&outcome.stdout, &outcome.stderr] {
            for form in PLANTED {
                assert!(!text.contains(form), "{form} was printed:\n{text}");
            }
        }
        outcome
    }

    /// `apply` to one of them.
    pub fn apply(&self, cluster: &str, more: &[&str]) -> Outcome {
        self.run(&[&quick(cluster)[..], more].concat())
    }

    /// `apply` to one of them, started.
    pub fn start(&self, cluster: &str, more: &[&str]) -> Child {
        let mut command = self.command(&[&quick(cluster)[..], more].concat());
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// What a started command came to.
    pub fn ended(&self, child: Child) -> Outcome {
        Self::clean(outcome(child.wait_with_output().unwrap()))
    }

    /// One of the clusters.
    pub fn cluster(&self, name: &str) -> &'static Cluster {
        self.clusters.iter().find(|one| one.name == name).unwrap()
    }

    /// What stands before one of them.
    pub fn proxy(&self, name: &str) -> &Proxy {
        let at = self.clusters.iter().position(|one| one.name == name).unwrap();
        &self.proxies[at]
    }

    /// The requests of a cluster that wrote an object of the fleet.
    pub fn writes(&self, cluster: &str) -> Vec<Request> {
        let is_write = |request: &Request| {
            matches!(&*request.verb, "create" | "update" | "patch" | "delete" | "deletecollection")
                && !request.dry_run
                && request.resource != "selfsubjectaccessreviews"
                && request.namespace != self.state
                && request.name != self.state
        };
        self.proxy(cluster).requests().into_iter().filter(is_write).collect()
    }

    /// Somebody changes an object of a cluster.
    pub fn edit(&self, cluster: &str, who: &'static str, object: &Value, patch: &Value) {
        block_on(async {
            let someone = Manager::new(who, &self.cluster(cluster).client().await).await;
            someone.edit(&self.here(object), patch).await;
        });
    }

    /// Every object of a cluster that fleetwright may have to do with, as it is, the times of managers included.
    pub fn everything(&self, cluster: &str) -> BTreeMap<String, Value> {
        let cluster = self.cluster(cluster);
        block_on(async {
            let reader = Manager::new("reader", &cluster.client().await).await;
            let mut all = BTreeMap::new();
            for (namespace, api_version, kind) in [
                (&self.namespace, "v1", "ConfigMap"),
                (&self.namespace, "v1", "Service"),
                (&self.namespace, "v1", "Pod"),
                (&self.namespace, "apps/v1", "Deployment"),
                (&self.namespace, "apps/v1", "ReplicaSet"),
                (&self.state, "v1", "Secret"),
                (&self.state, "coordination.k8s.io/v1", "Lease"),
            ] {
                let metadata = json!({"namespace": namespace, "name": ""});
                let like = json!({"apiVersion": api_version, "kind": kind, "metadata": metadata});
                for object in reader.list(&like).await {
                    let name = object["metadata"]["name"].as_str().unwrap();
                    all.insert(format!("{namespace}/{kind}/{name}"), object.clone());
                }
            }
            all
        })
    }

    /// The data of a ConfigMap on each cluster that has it.
    pub fn values(&self, name: &str) -> BTreeMap<&'static str, Value> {
        let value = |cluster: &'static str| {
            let all = self.everything(cluster);
            Some((cluster, all.get(&format!("{}/ConfigMap/{name}", self.namespace))?["data"]["key"].clone()))
        };
        NAMES.into_iter().filter_map(value).collect()
    }
}

/// How every run is started: nobody is asked, nothing is waited for longer than it must be.
fn quick(cluster: &str) -> [&str; 10] {
    [
        "apply",
        "--cluster",
        cluster,
        "--yes",
        "--stable-for",
        "1s",
        "--ready-timeout",
        "60s",
        "--lock-lease",
        "3s",
    ]
}
