//! Clusters: real control planes on the loopback address.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use serde_json::{Value, json};

use super::programs;
use super::supervisor::Supervisor;

/// What becomes of a pod with this annotation: with "unready" its containers run and never pass their
/// probe, with anything else they wait with it as the reason ("CrashLoopBackOff", "ImagePullBackOff").
pub const POD_ANNOTATION: &str = "lab.fleetwright.dev/pod";

/// What a cluster has. An API server and etcd are always there.
#[derive(Clone, Debug)]
pub struct Spec {
    name: String,
    users: Vec<String>,
    flags: Vec<String>,
    controllers: bool,
    scheduler: bool,
    nodes: bool,
}

impl Spec {
    /// A cluster with an API server alone, two seconds to start. Its name is that of its context.
    pub fn bare(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            users: vec![Cluster::POWERLESS.to_owned()],
            flags: Vec::new(),
            controllers: false,
            scheduler: false,
            nodes: false,
        }
    }

    /// A cluster whose Deployments become ready on the nodes that a test makes
    /// ([`Cluster::add_node`](Cluster::add_node)), whose namespaces end and whose orphans are collected.
    pub fn full(name: &str) -> Self {
        Self { controllers: true, scheduler: true, nodes: true, ..Self::bare(name) }
    }

    /// With one more user, who may do nothing before a test binds a role to them.
    pub fn user(mut self, name: &str) -> Self {
        self.users.push(name.to_owned());
        self
    }

    /// With the APIs that this version of Kubernetes has, such as `1.34`: one of the last three before
    /// the servers' own, which `/version` goes on to name.
    pub fn emulating(self, version: &str) -> Self {
        self.flag(&format!("--emulated-version={version}"))
    }

    /// With one more flag of the API server.
    pub fn flag(mut self, flag: &str) -> Self {
        self.flags.push(flag.to_owned());
        self
    }
}

/// Runs clusters; they share one etcd, each with keys of its own.
pub struct Lab {
    supervisor: Arc<Supervisor>,
    assets: Option<PathBuf>,
}

impl Lab {
    /// The lab that the tests of this process share.
    pub fn shared() -> &'static Self {
        static SHARED: LazyLock<Lab> = LazyLock::new(Lab::new);
        // Before the lock: every test is to say what is missing, not that a lock is poisoned.
        programs::lab();
        &SHARED
    }

    /// A lab with an etcd of its own. What `KUBEBUILDER_ASSETS` holds is used rather than built.
    pub fn new() -> Self {
        Self::with(programs::assets())
    }

    /// A lab that takes kube-apiserver and etcd from this folder, if there is one.
    pub fn with(assets: Option<PathBuf>) -> Self {
        Self { supervisor: Arc::new(Supervisor::start()), assets }
    }

    /// Where everything is that these clusters write.
    pub fn folder(&self) -> &Path {
        &self.supervisor.folder
    }

    /// Starts clusters side by side and waits until each answers. They end when they are dropped. No
    /// two of one lab that are there at the same time have one name.
    pub fn start(&self, specs: impl IntoIterator<Item = Spec>) -> Vec<Cluster> {
        let starting: Vec<_> = specs
            .into_iter()
            .map(|spec| {
                let (supervisor, programs) = (Arc::clone(&self.supervisor), self.programs(&spec));
                std::thread::spawn(move || Cluster::start(supervisor, &programs, &spec))
            })
            .collect();
        starting
            .into_iter()
            .map(|cluster| cluster.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    }

    /// An API server that all tests of this process share: work in a namespace of your own.
    pub fn bare() -> &'static Cluster {
        static CLUSTER: LazyLock<Cluster> =
            LazyLock::new(|| Lab::shared().start([Spec::bare("bare")]).remove(0));
        Self::shared().programs(&Spec::bare("bare"));
        &CLUSTER
    }

    /// Another bare API server that all tests of this process share.
    pub fn other() -> &'static Cluster {
        static CLUSTER: LazyLock<Cluster> =
            LazyLock::new(|| Lab::shared().start([Spec::bare("other")]).remove(0));
        Self::shared().programs(&Spec::bare("other"));
        &CLUSTER
    }

    /// A bare API server that all tests of this process share which apply something: they add definitions, and objects in
    /// numbers.
    pub fn extended() -> &'static Cluster {
        static CLUSTER: LazyLock<Cluster> =
            LazyLock::new(|| Lab::shared().start([Spec::bare("extended")]).remove(0));
        Self::shared().programs(&Spec::bare("extended"));
        &CLUSTER
    }

    /// A cluster with controllers, scheduler and KWOK that all tests of this process share.
    pub fn full() -> &'static Cluster {
        static CLUSTER: LazyLock<Cluster> =
            LazyLock::new(|| Lab::shared().start([Spec::full("full")]).remove(0));
        Self::shared().programs(&Spec::full("full"));
        &CLUSTER
    }

    /// The folders to look for a cluster's programs in. With assets, the servers are built only for
    /// what assets do not hold.
    fn programs(&self, spec: &Spec) -> Vec<PathBuf> {
        let mut folders: Vec<_> = self.assets.iter().cloned().collect();
        if folders.is_empty() || spec.controllers || spec.scheduler || spec.nodes {
            folders.push(programs::servers().to_owned());
        }
        folders
    }
}

/// A running cluster.
pub struct Cluster {
    /// Its name, which is that of its admin's context.
    pub name: String,
    /// The address of its API server.
    pub url: String,
    /// A file with a context `NAME` for the admin and `NAME-USER` for each other user, who come with
    /// a certificate; and each again with `-token` at its end, who comes with a token. There is no
    /// current context.
    pub kubeconfig: PathBuf,
    /// The UID of its namespace kube-system.
    pub uid: String,
    /// Its certificate authority, as PEM.
    pub authority: String,
    /// The tokens of its users, by name.
    pub tokens: BTreeMap<String, String>,
    supervisor: Arc<Supervisor>,
}

impl Cluster {
    /// The user whom nobody gave a right.
    pub const POWERLESS: &str = "powerless";

    fn start(supervisor: Arc<Supervisor>, programs: &[PathBuf], spec: &Spec) -> Self {
        let started = supervisor.ask(
            "start",
            json!({
                "name": spec.name, "users": spec.users, "flags": spec.flags,
                "controllers": spec.controllers, "scheduler": spec.scheduler, "nodes": spec.nodes,
                "programs": programs,
            }),
        );
        let text = |key: &str| started[key].as_str().unwrap().to_owned();
        Self {
            name: text("name"),
            url: text("url"),
            kubeconfig: text("kubeconfig").into(),
            uid: text("uid"),
            authority: text("authority"),
            tokens: serde_json::from_value(started["tokens"].clone()).unwrap(),
            supervisor,
        }
    }
}

impl Cluster {
    /// What runs it.
    pub(super) fn supervisor(&self) -> Arc<Supervisor> {
        Arc::clone(&self.supervisor)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.supervisor.try_ask("stop", Value::String(self.name.clone())));
    }
}

/// A `KUBECONFIG` that holds the contexts of all these clusters.
pub fn kubeconfig<'a>(clusters: impl IntoIterator<Item = &'a Cluster>) -> OsString {
    std::env::join_paths(clusters.into_iter().map(|cluster| &cluster.kubeconfig)).unwrap()
}
