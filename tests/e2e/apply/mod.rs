//! Changing a cluster, as the library does it, on real API servers.

mod known;
mod locks;
mod once;
mod panics;
mod replaced;
mod wire;

use std::collections::{BTreeMap, BTreeSet};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fleetwright::apply::{self, Applied, Event, Job, Outcome, Patience};
use fleetwright::cluster::Applying;
use fleetwright::diagnostic::Diagnostics;
use fleetwright::live::Proven;
use fleetwright::object::{Digest, FieldPath, Object};
use fleetwright::plan::{self, LiveState, Permit, Plan, Record, SetId, Wanted, WantedObject};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::applied::connect;
use crate::harness::{Cluster, Lab, Manager, Proxy, block_on};
use crate::rendering::pinned;

/// The fleet of these tests.
const FLEET: &str = "loose";

/// A cluster behind a proxy, with a namespace of its own for the objects and for the record.
pub struct Scene {
    cluster: &'static Cluster,
    pub proxy: Proxy,
    pub namespace: String,
    /// What is wanted of it now.
    objects: Vec<Object>,
    secrets: BTreeSet<FieldPath>,
    /// How they are applied.
    pub applying: Applying,
    pub permit: Permit,
    pub strict: bool,
    /// What comes up once the lock is held.
    pub again: Diagnostics,
    pub patience: Patience,
    /// What is told while it is changed.
    told: Mutex<Vec<Event>>,
}

impl Scene {
    pub fn new(objects: &[Value]) -> Self {
        let cluster = Lab::extended();
        let proxy = Proxy::before(cluster);
        let namespace = block_on(cluster.namespace("apply"));
        let patience = Patience {
            ready: Duration::from_secs(5),
            stable: Duration::ZERO,
            settle: Duration::from_secs(1),
            lock: Duration::ZERO,
            lease: Duration::from_secs(15),
        };
        let mut scene = Self {
            cluster,
            proxy,
            namespace,
            objects: Vec::new(),
            secrets: BTreeSet::new(),
            applying: Applying::default(),
            permit: Permit::default(),
            strict: false,
            again: Diagnostics::new(),
            patience,
            told: Mutex::default(),
        };
        scene.want(objects);
        scene
    }

    /// What is wanted from now on; `here` is the namespace of the scene.
    pub fn want(&mut self, objects: &[Value]) {
        self.objects = objects.iter().map(|object| Object::from_value(self.here(object)).unwrap()).collect();
    }

    pub fn here(&self, object: &Value) -> Value {
        serde_json::from_str(&object.to_string().replace("\"here\"", &format!("\"{}\"", self.namespace)))
            .unwrap()
    }

    pub fn set(&self) -> SetId {
        SetId::of(FLEET, &Arc::from(self.namespace.as_str()))
    }

    pub fn wanted(&self) -> Wanted<'_> {
        let objects = self.objects.iter().map(|object| WantedObject {
            object,
            secrets: &self.secrets,
            unit: "component.loose",
            origin: None,
        });
        let wanted = Wanted::new(&Arc::from(self.cluster.name.as_str()), self.set(), objects);
        Wanted { units: BTreeMap::from([("component.loose", &self.applying)]), ..wanted }
    }

    /// The digest of what is wanted, as a release.
    pub fn digest(&self) -> Digest {
        Digest::of(&Value::from_iter(self.objects.iter().map(|object| Value::Object(object.body().clone()))))
    }

    /// The way through the proxy.
    pub async fn proven(&self) -> Proven {
        let identities = pinned(&self.cluster.name, &self.cluster.uid);
        connect(&self.proxy.kubeconfig, &self.cluster.name, &self.cluster.name, &identities).await
    }

    pub async fn plan(&self, proven: &Proven) -> (LiveState, Plan) {
        let wanted = self.wanted();
        let state = proven.state(&wanted, FLEET).await.unwrap();
        let previews = proven.previews(plan::asks(&wanted, &state, false)).await;
        let plan = plan::build(&wanted, &state, &previews, None);
        (state, plan)
    }

    /// Carries a plan out.
    pub async fn carry_out(&self, proven: &Proven, state: &LiveState, plan: &Plan) -> Outcome {
        let (_stop, stop) = watch::channel(false);
        self.carry_out_until(proven, state, plan, stop).await
    }

    pub async fn carry_out_until(
        &self,
        proven: &Proven,
        state: &LiveState,
        plan: &Plan,
        stop: watch::Receiver<bool>,
    ) -> Outcome {
        let wanted = self.wanted();
        let release = Applied {
            digest: self.digest(),
            commit: Some("0123456789"),
            dirty: false,
            by: "tests@lab",
            process: 7,
            rollout: None,
            soak: Duration::ZERO,
            is_gated: false,
            broken_glass: None,
        };
        let job = Job {
            fleet: FLEET,
            wanted: &wanted,
            state,
            plan,
            schemas: None,
            permit: &self.permit,
            strict: self.strict,
            release,
            rollout: None,
            patience: self.patience,
        };
        let again = || -> Pin<Box<dyn Future<Output = Diagnostics>>> {
            let again = self.again.clone();
            Box::pin(async { again })
        };
        apply::run(proven, &job, Some(&again), stop, &|event| self.told.lock().unwrap().push(event)).await
    }

    /// Plans, and carries that out.
    pub fn apply(&self) -> Outcome {
        block_on(async {
            let proven = self.proven().await;
            let (state, plan) = self.plan(&proven).await;
            self.carry_out(&proven, &state, &plan).await
        })
    }

    pub fn record(&self) -> Record {
        let stored = block_on(async { self.proven().await.record(&self.set(), FLEET).await });
        stored.unwrap().unwrap().record
    }

    /// Another writer of the same cluster, past the proxy.
    pub async fn other(&self, name: &'static str) -> Manager {
        Manager::new(name, &self.cluster.client().await).await
    }

    /// The requests since so many that changed something, as `PATCH configmaps/a 200`.
    pub fn writes_since(&self, before: usize) -> Vec<String> {
        let requests = self.proxy.requests().split_off(before);
        let writes = requests.iter().filter(|one| one.method != "GET" && !one.dry_run);
        let writes = writes.filter(|one| one.resource != "selfsubjectaccessreviews");
        let mut writes: Vec<String> = writes
            .map(|one| {
                let name = one.name.split(".loose").next().unwrap_or_default();
                let name = if name.starts_with("fleetwright") { "fleetwright" } else { name };
                format!("{} {}/{name} {}", one.method, one.resource, one.acted)
            })
            .collect();
        // Those of one wave are written side by side.
        writes.chunk_by_mut(|one, other| of_wave(one) && of_wave(other)).for_each(<[String]>::sort);
        writes
    }
}

fn of_wave(write: &str) -> bool {
    write.starts_with("PATCH ")
}

/// An outcome in lines: how it ended, each object, and the problems.
pub fn shown(scene: &Scene, outcome: &Outcome) -> String {
    let Outcome { end, objects, unchanged, problems } = outcome;
    let mut lines = vec![format!("{end:?}, {unchanged} unchanged")];
    lines.extend(objects.iter().map(|one| format!("{}: {:?}", one.object, one.end)));
    for problem in problems.iter() {
        lines.push(format!("{} {}", problem.code, problem.message));
        let is_dated = |note: &String| note.starts_with("the client certificate of user");
        lines.extend(problem.notes.iter().filter(|note| !is_dated(note)).map(|note| format!("  {note}")));
        lines.extend(problem.help.iter().map(|help| format!("  help: {help}")));
    }
    let host = scene.proxy.url.trim_start_matches("https://");
    lines
        .join("\n")
        .replace(&scene.namespace, "HERE")
        .replace(host, "HOST")
        .replace(&scene.cluster.name, "CLUSTER")
}

pub fn config_map(name: &str, value: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": name, "namespace": "here" },
        "data": { "key": value },
    })
}
