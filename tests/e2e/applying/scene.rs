//! A fleet of its own with one cluster, whose API server stands behind the fault proxy.

use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

use fleetwright::plan::{PART_OF, Record};
use serde_json::{Value, json};

use crate::applied::connect;
use crate::harness::proxy::Request;
use crate::harness::{Cluster, Lab, Manager, Proxy, block_on, eventually};
use crate::program::{Outcome, PLANTED, Place, outcome};
use crate::rendering::Rendering;

/// A cluster whose workloads become ready.
pub fn full() -> &'static Cluster {
    static FULL: LazyLock<&'static Cluster> = LazyLock::new(|| {
        let cluster = Lab::full();
        block_on(cluster.add_node("applying", "zone-a"));
        cluster
    });
    &FULL
}

/// A fleet of one cluster, `a`.
pub struct Scene {
    pub place: Place,
    pub cluster: &'static Cluster,
    pub proxy: Proxy,
    /// A namespace that is there, for the objects; `here` in what is rendered.
    pub namespace: String,
    /// The namespace of the record, which the first apply makes.
    pub state: String,
}

/// How every run of a scene is started: nobody is asked, and nothing is waited for longer than it must be. What a test says itself counts instead.
const QUICK: [(&str, Option<&str>); 5] = [
    ("--cluster", Some("a")),
    ("--yes", None),
    ("--stable-for", Some("0s")),
    ("--settle-for", Some("1s")),
    ("--ready-timeout", Some("30s")),
];

/// The command line of `apply` with these arguments; `--ask` stands for no `--yes`.
pub fn quick<'s>(more: &[&'s str]) -> Vec<&'s str> {
    let is_asked = |name: &str| name == "--yes" && more.contains(&"--ask");
    let missing = QUICK.iter().filter(|(name, _)| !more.contains(name) && !is_asked(name));
    let missing = missing.flat_map(|(name, value)| [Some(*name), *value].into_iter().flatten());
    let more = more.iter().copied().filter(|one| *one != "--ask");
    std::iter::once("apply").chain(missing).chain(more).collect()
}

impl Scene {
    /// A fleet that renders these objects as one component, `web`.
    pub fn rendering(cluster: &'static Cluster, objects: &[Value]) -> Self {
        let scene = Self::of(
            cluster,
            "component \"web\" {\n  namespace = \"here\"\n  manifests = [\"web.yaml\"]\n}\n",
        );
        scene.render(objects);
        scene
    }

    /// A fleet with these units, in HCL; `here` is the namespace.
    pub fn of(cluster: &'static Cluster, units: &str) -> Self {
        let namespace = block_on(cluster.namespace("apply"));
        let state = format!("{namespace}-state");
        let scene = Self {
            place: Place::with(&[("fleet/templates/.keep", "")]),
            proxy: Proxy::before(cluster),
            cluster,
            namespace,
            state,
        };
        scene.units(units);
        scene
    }

    /// The same fleet in a folder of its own, on the same cluster behind the same proxy.
    pub fn twin(&self) -> Twin<'_> {
        let place = Place::with(&[
            ("fleet/templates/.keep", ""),
            ("fleet/fleet.hcl", &self.place.read("fleet/fleet.hcl")),
        ]);
        Twin { place, scene: self }
    }

    /// The name of the fleet: that of the namespace, so that every scene has its own.
    pub fn fleet(&self) -> &str {
        &self.namespace
    }

    /// Defines these units from now on.
    pub fn units(&self, units: &str) {
        let Self { namespace, state, cluster, .. } = self;
        let fleet = format!(
            "fleet \"{namespace}\" {{\n  state_namespace = \"{state}\"\n  templates = \"templates\"\n}}\n\
             cluster \"a\" {{\n  context = \"{}\"\n  uid = \"{}\"\n}}\n{units}",
            cluster.name, cluster.uid,
        );
        self.place.write("fleet/fleet.hcl", &self.filled(&fleet));
    }

    /// Renders these as the manifests of `web` from now on.
    pub fn render(&self, objects: &[Value]) {
        self.manifest("web.yaml", objects);
    }

    /// Writes a manifest.
    pub fn manifest(&self, file: &str, objects: &[Value]) {
        let objects = objects.iter().map(|object| self.here(object).to_string());
        self.place.write(&format!("fleet/{file}"), &objects.collect::<Vec<_>>().join("\n---\n"));
    }

    fn filled(&self, text: &str) -> String {
        text.replace("\"here\"", &format!("\"{}\"", self.namespace))
    }

    /// An object with the namespace in place of `here`.
    pub fn here(&self, object: &Value) -> Value {
        serde_json::from_str(&self.filled(&object.to_string())).unwrap()
    }

    /// A command, not yet run, through the proxy.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.place.command(arguments);
        command.env("KUBECONFIG", &self.proxy.kubeconfig).env("PATH", "/usr/local/bin:/usr/bin:/bin");
        command.env("USER", "tester").env("HOSTNAME", "lab");
        command
    }

    /// A command, run to its end.
    pub fn run(&self, arguments: &[&str]) -> Outcome {
        self.shown(outcome(self.command(arguments).output().unwrap()))
    }

    /// `apply`, started by a shell script as `"$0" "$@"`, with nobody at stdin.
    pub fn by_shell(&self, script: &str, more: &[&str]) -> Command {
        let apply = self.command(&quick(more));
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]).arg(apply.get_program()).args(apply.get_args());
        command.env_clear().current_dir(self.place.path()).stdin(Stdio::null());
        command.envs(apply.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command
    }

    /// `apply`, run to its end.
    pub fn apply(&self, more: &[&str]) -> Outcome {
        self.run(&quick(more))
    }

    /// `apply`, started.
    pub fn start(&self, more: &[&str]) -> Child {
        let mut command = self.command(&quick(more));
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// What a started command came to.
    pub fn ended(&self, child: Child) -> Outcome {
        self.shown(outcome(child.wait_with_output().unwrap()))
    }

    /// `diff` of the cluster.
    pub fn diff(&self, more: &[&str]) -> Outcome {
        self.run(&[&["diff", "--cluster", "a"], more].concat())
    }

    /// A run with names for what changes from one to the next; nothing secret may be among it.
    pub fn shown(&self, outcome: Outcome) -> Outcome {
        let name = |text: &str| self.named(text);
        Outcome { stdout: name(&outcome.stdout), stderr: name(&outcome.stderr), ..outcome }
    }

    /// A text with names for what changes from run to run.
    pub fn named(&self, text: &str) -> String {
        for token in self.cluster.tokens.values() {
            assert!(!text.contains(token.as_str()), "a token was printed:\n{text}");
        }
        for form in PLANTED {
            assert!(!text.contains(form), "{form} was printed:\n{text}");
        }
        let host = |url: &str| url.trim_start_matches("https://").to_owned();
        text.replace(&host(&self.proxy.url), "HOST")
            .replace(&self.cluster.uid, "UID")
            .replace(&self.state, "state")
            .replace(&self.namespace, "here")
            .replace(&self.cluster.name, "context")
    }

    /// Somebody who writes to the cluster, not through the proxy.
    pub async fn someone(&self, name: &'static str) -> Manager {
        Manager::new(name, &self.cluster.client().await).await
    }

    /// What is live of an object.
    pub fn live(&self, object: &Value) -> Option<Value> {
        block_on(async { self.someone("reader").await.get(&self.here(object)).await })
    }

    /// Whether the server would refuse to make an object under another name.
    pub fn apply_is_refused(&self, object: &Value) -> bool {
        let mut object = self.here(object);
        object["metadata"]["name"] = json!("tried");
        block_on(async {
            let someone = self.someone("lab").await;
            let refused = someone.try_apply(&object, true).await.is_err();
            if !refused {
                someone.delete(&object).await;
            }
            refused
        })
    }

    /// The requests that wrote something that is not a dry run, as `PATCH configmaps/one`, without those of the lock.
    pub fn writes(&self) -> Vec<String> {
        let is_write =
            |verb: &str| matches!(verb, "create" | "update" | "patch" | "delete" | "deletecollection");
        let requests = self.proxy.requests().into_iter();
        let writes = requests.filter(|request| {
            is_write(&request.verb)
                && !request.dry_run
                && request.resource != "leases"
                && request.resource != "selfsubjectaccessreviews"
        });
        let writes =
            writes.map(|request| format!("{} {}/{}", request.method, request.resource, request.name));
        writes.map(|line| self.named(&line)).collect()
    }

    /// Everything of these kinds in the namespace of the scene, without what a server makes up anew each time: by
    /// `Kind/name`.
    pub fn everything(&self, kinds: &[(&str, &str)]) -> BTreeMap<String, Value> {
        let found = block_on(async {
            let reader = self.someone("reader").await;
            let mut found = Vec::new();
            for (api_version, kind) in kinds {
                let metadata = json!({"namespace": self.namespace, "name": ""});
                let like = json!({"apiVersion": api_version, "kind": kind, "metadata": metadata});
                let objects = reader.list(&like).await;
                found.extend(objects.into_iter().map(|object| (kind.to_string(), object)));
            }
            found
        });
        let named = found.into_iter().map(|(kind, object)| {
            let name = format!("{kind}/{}", object["metadata"]["name"].as_str().unwrap());
            (name, serde_json::from_str(&self.named(&timeless(object).to_string())).unwrap())
        });
        named.collect()
    }

    /// Waits until a request has met a fault, and the server has acted on it if it is to.
    pub fn until_faulty(&self, acted: bool) {
        let is_it = |request: &Request| !request.fault.is_empty() && (!acted || request.acted != 0);
        block_on(eventually("a request meets the fault", async || {
            self.proxy.requests().iter().any(is_it).then_some(())
        }));
    }

    /// Whether a request has met a fault, as [`Scene::until_faulty`] says, before the run ended.
    pub fn faulty_or_ended(&self, run: &mut Child, acted: bool) -> bool {
        let is_it = |request: &Request| !request.fault.is_empty() && (!acted || request.acted != 0);
        block_on(eventually("a request meets the fault, or the run ends", async || {
            let is_over = run.try_wait().unwrap().is_some();
            let is_met = self.proxy.requests().iter().any(is_it);
            (is_met || is_over).then_some(is_met)
        }))
    }

    /// The record in the cluster.
    pub fn record(&self) -> Option<Record> {
        let rendering = Rendering::of(self.place.path());
        let (set, identities) = (rendering.set(), rendering.identities());
        block_on(async {
            let (kubeconfig, context) = (&self.cluster.kubeconfig, &self.cluster.name);
            let proven = connect(kubeconfig, context, "a", &identities).await;
            proven.record(&set, &rendering.fleet.name).await.unwrap().map(|stored| stored.record)
        })
    }

    /// The id of the run that holds the lock of the cluster, if one does.
    pub fn holder(&self) -> Option<String> {
        let lease = json!({
            "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
            "metadata": {"namespace": self.state, "name": format!("fleetwright.{}", self.fleet())},
        });
        let holder = self.live(&lease)?["spec"]["holderIdentity"].as_str().unwrap_or_default().to_owned();
        (!holder.is_empty()).then_some(holder)
    }
}

/// Whatever a test is about: INV-9 holds of what was sent in it.
impl Drop for Scene {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        for request in self.proxy.requests() {
            if request.method != "DELETE" || request.namespace == self.state {
                continue;
            }
            let body: Value = serde_json::from_str(&request.body).unwrap();
            for precondition in ["uid", "resourceVersion"] {
                let value = body["preconditions"][precondition].as_str();
                assert!(value.is_some_and(|value| !value.is_empty()), "inv09: {} {body}", request.path);
            }
            assert_eq!(request.verb, "delete", "inv09: {}", request.path);
        }
    }
}

/// A second checkout of the fleet of a scene.
pub struct Twin<'s> {
    place: Place,
    scene: &'s Scene,
}

impl Twin<'_> {
    /// Renders these as the manifests of `web` from now on.
    pub fn render(&self, objects: &[Value]) {
        let objects = objects.iter().map(|object| self.scene.here(object).to_string());
        self.place.write("fleet/web.yaml", &objects.collect::<Vec<_>>().join("\n---\n"));
    }

    /// `apply`, started.
    pub fn start(&self, more: &[&str]) -> Child {
        let mut command = self.scene.command(&quick(more));
        command.current_dir(self.place.path()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    }
}

/// All that a run said.
pub fn said(outcome: &Outcome) -> String {
    format!("{}\n{}", outcome.stdout, outcome.stderr)
}

fn without_time(line: &str) -> String {
    let words = line.split(' ').map(|word| {
        let is_time =
            word.starts_with("20") && word.contains('T') && word.trim_end_matches(':').ends_with('Z');
        if is_time { "TIME" } else { word }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// What a run said, without what is another each time, and without what it says of schemas, of which a scene has none.
pub fn told(outcome: &Outcome) -> String {
    let all = said(outcome);
    let mut lines = Vec::new();
    let mut is_of_schemas = false;
    for line in all.lines() {
        is_of_schemas = line.starts_with("warning[V021]") || (is_of_schemas && !line.is_empty());
        let is_sum = line.ends_with(" warning") || line.ends_with(" warnings");
        if is_of_schemas || is_sum || line.is_empty() {
            continue;
        }
        let line = &without_time(line);
        lines.push(match line.rsplit_once(" in ") {
            Some((before, seconds)) if seconds.trim_end_matches('s').parse::<u32>().is_ok() => {
                before.to_owned()
            }
            _ => match line.split_once("locked by this run, ") {
                Some((before, _)) => format!("{before}locked by this run, RUN"),
                None => line.to_owned(),
            },
        });
    }
    lines.join("\n")
}

/// An object without what is another each time it is made.
pub fn timeless(mut object: Value) -> Value {
    if let Some(metadata) = object["metadata"].as_object_mut() {
        for key in ["uid", "resourceVersion", "creationTimestamp", "generation"] {
            metadata.remove(key);
        }
        // It follows from the name of the fleet.
        if let Some(set) = metadata.get_mut("labels").and_then(|labels| labels.get_mut(PART_OF)) {
            *set = json!("its set");
        }
        for entry in metadata.get_mut("managedFields").and_then(Value::as_array_mut).into_iter().flatten() {
            entry.as_object_mut().unwrap().remove("time");
        }
    }
    object
}

/// A ConfigMap.
pub fn config_map(name: &str, value: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "here"},
        "data": {"key": value},
    })
}

/// A Deployment of one replica whose pod ends as the annotation of the lab says: `unready`, `CrashLoopBackOff`, …; well
/// if it is empty.
pub fn deployment(name: &str, image: &str, pod: &str) -> Value {
    let labels = json!({"app": name});
    let annotations =
        if pod.is_empty() { json!({}) } else { json!({crate::harness::cluster::POD_ANNOTATION: pod}) };
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "namespace": "here"},
        "spec": {
            "replicas": 1, "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels, "annotations": annotations},
                "spec": {"containers": [{"name": "main", "image": image}]},
            },
        },
    })
}
