//! Two clusters, `a` behind the fault proxy and `b` beside it, and a fleet that renders the same objects for both.

use std::process::Command;

use serde_json::{Value, json};

use crate::harness::{Cluster, Lab, Manager, Proxy, block_on};
use crate::program::{Outcome, PLANTED, Place, outcome};
use crate::reach::ADMIN;

/// The two clusters, and what is rendered for them.
pub struct Pair {
    pub place: Place,
    pub proxy: Proxy,
    /// A namespace of both clusters, which is also that of the record.
    pub namespace: String,
}

/// The cluster `a`.
pub fn a() -> &'static Cluster {
    Lab::bare()
}

/// The cluster `b`.
pub fn b() -> &'static Cluster {
    Lab::other()
}

impl Pair {
    /// A fleet that renders these objects, in the namespace if they are `here`.
    pub fn rendering(objects: &[Value]) -> Self {
        let namespace = block_on(async {
            let namespace = a().namespace("pair").await;
            let there = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}});
            Manager::new("lab", &b().client().await).await.apply(&there).await;
            namespace
        });
        let cluster = |name: &str, cluster: &Cluster| {
            format!("cluster \"{name}\" {{\n  context = \"{name}\"\n  uid = \"{}\"\n}}\n", cluster.uid)
        };
        let fleet = format!(
            "fleet \"shop\" {{\n  state_namespace = \"{namespace}\"\n  templates = \"templates\"\n}}\n{}{}\
             component \"web\" {{\n  namespace = \"{namespace}\"\n  manifests = [\"web.yaml\"]\n}}\n",
            cluster("a", a()),
            cluster("b", b()),
        );
        let proxy = Proxy::before(a());
        let place = Place::with(&[("fleet/fleet.hcl", &fleet), ("fleet/templates/.keep", "")]);
        let pair = Self { place, proxy, namespace };
        pair.render(objects);
        pair.reach(&pair.proxy.url, &format!("token: {}", a().tokens[ADMIN]));
        pair
    }

    /// Renders these from now on.
    pub fn render(&self, objects: &[Value]) {
        let objects = objects.iter().map(|object| self.here(object).to_string());
        self.place.write("fleet/web.yaml", &objects.collect::<Vec<_>>().join("\n---\n"));
    }

    /// An object with the namespace in place of `here`.
    pub fn here(&self, object: &Value) -> Value {
        serde_json::from_str(&object.to_string().replace("\"here\"", &format!("\"{}\"", self.namespace)))
            .unwrap()
    }

    /// Leads to `a` by this address, as this user, from now on.
    pub fn reach(&self, url: &str, user: &str) {
        self.place.write("a.crt", &a().authority);
        self.place.write("b.crt", &b().authority);
        let config = format!(
            "clusters:\n- name: a\n  cluster: {{server: '{url}', certificate-authority: a.crt}}\n\
             - name: b\n  cluster: {{server: '{}', certificate-authority: b.crt}}\n\
             users:\n- name: a\n  user:\n    {}\n- name: b\n  user: {{token: {}}}\n\
             contexts:\n- name: a\n  context: {{cluster: a, user: a}}\n- name: b\n  context: {{cluster: b, user: b}}\n",
            b().url,
            user.replace('\n', "\n    "),
            b().tokens[ADMIN],
        );
        self.place.write("config", &config);
    }

    /// `diff`, not yet run.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.place.command(&["diff"]);
        command.args(arguments).env("KUBECONFIG", "config").env("PATH", "/usr/local/bin:/usr/bin:/bin");
        command
    }

    /// `diff`, with the parts of its output that change from run to run by name. Nothing secret is among it.
    pub fn diff(&self, arguments: &[&str]) -> Outcome {
        let outcome = outcome(self.command(arguments).output().unwrap());
        let mut outcome =
            Outcome { stdout: self.named(&outcome.stdout), stderr: self.named(&outcome.stderr), ..outcome };
        outcome.stdout = outcome.stdout.trim_end().to_owned();
        outcome
    }

    /// A text with names for what changes from run to run.
    pub fn named(&self, text: &str) -> String {
        for cluster in [a(), b()] {
            for token in cluster.tokens.values() {
                assert!(!text.contains(token.as_str()), "a token was printed:\n{text}");
            }
        }
        for form in PLANTED {
            assert!(!text.contains(form), "{form} was printed:\n{text}");
        }
        let host = |url: &str| url.trim_start_matches("https://").to_owned();
        text.replace(&host(&self.proxy.url), "HOST-A")
            .replace(&host(&a().url), "HOST-A")
            .replace(&host(&b().url), "HOST-B")
            .replace(&a().uid, "UID-A")
            .replace(&b().uid, "UID-B")
            .replace(&self.namespace, "here")
    }

    /// Somebody who writes to `a`.
    pub async fn someone(&self, name: &'static str) -> Manager {
        Manager::new(name, &a().client().await).await
    }
}

/// A ConfigMap.
pub fn config_map(name: &str, data: Value) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "here"}, "data": data})
}

/// What a diff shows, and the first line of each error that it tells.
pub fn said(outcome: &Outcome) -> String {
    let problems = outcome.stderr.lines().filter(|line| line.starts_with("error["));
    let problems: Vec<&str> = problems.collect();
    format!("{}\n{}", outcome.stdout, problems.join("\n"))
}

/// What of it is unknown.
pub fn doubtful(said: &str) -> String {
    let lines = said.lines().filter(|line| line.starts_with("? ") || line.starts_with("error["));
    lines.collect::<Vec<_>>().join("\n")
}
