//! Digests and dry runs agree: whatever was done to objects, a diff that asks the server only about those that digests do
//! not vouch for says the same as one that asks about all.

use std::collections::BTreeMap;

use fleetwright::live::{Proven, Version};
use fleetwright::plan::{Action, FIELD_MANAGER, PART_OF, Record};
use serde_json::{Value, json};

use super::again::{gadget, gadgets};
use super::{FLEET, Loose, differences, merge, plan};
use crate::applied::{apply, connect, entry, make_state_namespace, record};
use crate::harness::dry_run::{Judge, Verdict, Way};
use crate::harness::programs::say;
use crate::harness::{Cluster, Does, Lab, Manager, Spec, Webhook, block_on, eventually};
use crate::rendering::pinned;

/// How many mutations there are between two comparisons.
const BATCH: usize = 50;

/// Numbers that look random and are the same in every run: SplitMix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % u64::try_from(end).unwrap()).unwrap()
    }

    fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }
}

/// What is done to one object.
#[derive(Clone, Copy, Debug)]
enum Mutation {
    /// Another value is rendered.
    Render,
    /// What was rendered at first is rendered again.
    RenderBack,
    /// Somebody changes a field of ours.
    Edit,
    /// Somebody changes a field of ours, and changes it back.
    EditAndRestore,
    /// Somebody takes out a field or item of ours.
    Remove,
    /// Somebody adds what is not ours.
    AddForeign,
    /// fleetwright applies something else, which is not recorded.
    ApplyOther,
    /// fleetwright applies less, which is not recorded.
    ApplyLess,
    /// fleetwright's name is used for an update.
    UpdateAsOurs,
    /// Somebody applies another value of a field of ours by force.
    TakeOver,
    /// Somebody applies the value that a field of ours has.
    Share,
    /// Nobody owns anything any more.
    Strip,
    /// It is gone.
    Delete,
    /// It is gone, and somebody made it anew.
    Recreate,
    /// It is going, and a finalizer holds it.
    Terminate,
    /// It does not carry our label any more.
    Unlabel,
    /// Its replicas are set.
    Scale,
}

const MUTATIONS: [Mutation; 17] = [
    Mutation::Render,
    Mutation::RenderBack,
    Mutation::Edit,
    Mutation::EditAndRestore,
    Mutation::Remove,
    Mutation::AddForeign,
    Mutation::ApplyOther,
    Mutation::ApplyLess,
    Mutation::UpdateAsOurs,
    Mutation::TakeOver,
    Mutation::Share,
    Mutation::Strip,
    Mutation::Delete,
    Mutation::Recreate,
    Mutation::Terminate,
    Mutation::Unlabel,
    Mutation::Scale,
];

/// What is done to all objects at once.
#[derive(Clone, Copy, Debug)]
enum Around {
    /// The definition has another default.
    Default,
    /// A webhook is asked, or asked in another way.
    Hook,
    /// No webhook is asked.
    NoHook,
    /// A namespace has other labels.
    Namespace,
}

const AROUND: [Around; 4] = [Around::Default, Around::Hook, Around::NoHook, Around::Namespace];

#[test]
fn digests_and_dry_runs_agree_on_a_thousand_mutations() {
    let cluster = Lab::shared().start([Spec::bare("shortcut")]).remove(0);
    block_on(async {
        let mut scene = Scene::new(&cluster, 1).await;
        let (mut found, mut spared, mut asked) = (0, 0, 0);
        for _ in 0..1000 / BATCH {
            for _ in 0..BATCH {
                while !scene.mutate().await {}
            }
            let around = scene.dice.one_of(&AROUND);
            scene.change_around(around).await;
            let (differences, short, exact) = scene.compare(around).await;
            found += differences;
            spared += exact - short;
            asked += short;
            scene.reconcile().await;
        }
        say(&format!(
            "{} mutations: {found} differences, {asked} objects asked about and {spared} spared",
            scene.mutations
        ));
        assert_eq!(scene.mutations, 1000);
        assert!(found > 500 && spared > 500 && asked > 500, "{found} {spared} {asked}");
    });
}

/// Objects on a cluster, and what is rendered of them.
struct Scene<'c> {
    cluster: &'c Cluster,
    proven: Proven,
    /// As they were at first.
    originals: Vec<Value>,
    rendered: Vec<Value>,
    history: Vec<Vec<Mutation>>,
    record: Record,
    /// The record as it was written last.
    written: Option<Version>,
    ours: Manager,
    editor: Manager,
    hook: Webhook,
    hooked: Option<Value>,
    /// Counts up, for values that were never there before.
    fresh: usize,
    mutations: usize,
    dice: Dice,
}

/// The namespaces; the first two objects.
const NAMESPACES: [&str; 2] = ["left", "right"];

/// The definition; the third.
const DEFINITION: usize = 2;

fn objects() -> Vec<Value> {
    let mut objects: Vec<Value> = NAMESPACES
        .iter()
        .map(|name| json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name, "labels": { "tier": "a" } } }))
        .collect();
    objects.push(gadgets("plain"));
    for number in 0..120 {
        let (name, namespace) = (format!("o-{number}"), NAMESPACES[number % 2]);
        let labels = json!({ "app": name });
        let metadata = json!({ "namespace": namespace, "name": name, "annotations": { "note": "x" } });
        objects.push(match number % 6 {
            0 | 1 => json!({
                "apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata,
                "data": { "mode": "plain", "other": "x" },
            }),
            2 => json!({
                "apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata,
                "spec": {
                    "replicas": 2, "selector": { "matchLabels": labels },
                    "template": { "metadata": { "labels": labels }, "spec": { "containers": [{
                        "name": "main", "image": "registry.example.com/main:1",
                        "env": [{ "name": "A", "value": "1" }, { "name": "B", "value": "2" }],
                        "resources": { "requests": { "cpu": "1000m", "memory": "1024Mi" } },
                    }] } },
                },
            }),
            3 => json!({
                "apiVersion": "v1", "kind": "Service", "metadata": metadata,
                "spec": { "selector": { "app": name, "mode": "plain" }, "ports": [{ "port": 80, "name": "http" }, { "port": 81, "name": "extra" }] },
            }),
            4 => json!({
                "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": metadata,
                "spec": {
                    "minReplicas": 1, "maxReplicas": 9,
                    "scaleTargetRef": { "apiVersion": "apps/v1", "kind": "Deployment", "name": name },
                    "metrics": [{ "type": "Resource", "resource": { "name": "cpu", "target": { "type": "Utilization", "averageUtilization": 70 } } }],
                },
            }),
            _ => {
                let mut gadget = gadget(namespace, &name);
                gadget["metadata"] = metadata;
                gadget
            }
        });
    }
    objects
}

/// A merge patch that gives a field that is rendered another value.
fn change(object: &Value, fresh: usize) -> Value {
    match object["kind"].as_str().unwrap() {
        "ConfigMap" => json!({ "data": { "mode": format!("m-{fresh}") } }),
        "Deployment" => json!({ "spec": { "template": { "spec": { "containers": [{
            "name": "main", "image": format!("registry.example.com/main:{fresh}"),
            "env": [{ "name": "A", "value": "1" }, { "name": "B", "value": fresh.to_string() }],
        }] } } } }),
        "Service" => json!({ "spec": { "selector": { "mode": format!("m-{fresh}") } } }),
        "HorizontalPodAutoscaler" => json!({ "spec": { "maxReplicas": 10 + fresh } }),
        "Gadget" => json!({ "spec": { "parts": [{ "name": "a", "port": fresh }, { "name": "b" }] } }),
        "Namespace" => json!({ "metadata": { "labels": { "tier": format!("t-{fresh}") } } }),
        _ => json!({ "metadata": { "annotations": { "note": format!("n-{fresh}") } } }),
    }
}

/// A merge patch that takes out what is rendered.
fn removal(object: &Value) -> Value {
    match object["kind"].as_str().unwrap() {
        "ConfigMap" => json!({ "data": { "mode": null } }),
        "Deployment" => json!({ "spec": { "template": { "spec": { "containers": [{
            "name": "main", "image": object.pointer("/spec/template/spec/containers/0/image"),
            "env": [{ "name": "B", "value": "2" }],
        }] } } } }),
        "Service" => json!({ "spec": { "ports": [{ "port": 80, "name": "http" }] } }),
        "Gadget" => json!({ "spec": { "tags": ["red"] } }),
        _ => json!({ "metadata": { "annotations": { "note": null } } }),
    }
}

impl<'c> Scene<'c> {
    async fn new(cluster: &'c Cluster, seed: u64) -> Self {
        let client = cluster.client().await;
        let originals = objects();
        let loose = Loose::new(originals.clone());
        let wanted = loose.wanted(&cluster.name);
        let identities = pinned(&cluster.name, &cluster.uid);
        let proven = connect(&cluster.kubeconfig, &cluster.name, &cluster.name, &identities).await;
        make_state_namespace(&Manager::new("lab", &client).await, &wanted.set).await;
        let kept = apply(cluster, &wanted, true).await;
        let state = proven.state(&wanted, FLEET).await.unwrap();
        let record = record(&wanted, &state, FLEET, &kept);
        let mut scene = Self {
            cluster,
            rendered: originals.clone(),
            history: vec![Vec::new(); originals.len()],
            originals,
            record,
            written: None,
            // Now that the definition is there.
            ours: Manager::new(FIELD_MANAGER, &client).await,
            editor: Manager::new("kubectl-edit", &client).await,
            hook: Webhook::of(cluster, &Does::Nothing),
            hooked: None,
            proven,
            fresh: 100,
            mutations: 0,
            dice: Dice(seed),
        };
        scene.write().await;
        scene
    }

    async fn write(&mut self) {
        let loose = Loose::new(self.rendered.clone());
        let wanted = loose.wanted(&self.cluster.name);
        let written = self.proven.write_record(&wanted.set, &self.record, self.written.as_ref()).await;
        self.written = Some(written.unwrap());
    }

    /// What fleetwright sends of an object.
    fn body(&self, object: &Value) -> Value {
        let loose = Loose::new([object.clone()]);
        let wanted = loose.wanted(&self.cluster.name);
        let (_, object) = wanted.objects.iter().next().unwrap();
        object.body(&wanted.set)
    }

    /// Does something to some object, unless that cannot be done to it.
    async fn mutate(&mut self) -> bool {
        let mutation = self.dice.one_of(&MUTATIONS);
        let at = self.dice.below(self.rendered.len());
        let object = self.rendered[at].clone();
        let is_alone = at > DEFINITION;
        let live = self.editor.get(&object).await;
        let is_there = live.as_ref().is_some_and(|live| live["metadata"]["deletionTimestamp"].is_null());
        self.fresh += 1;
        let changes = change(&object, self.fresh);
        let mut changed = object.clone();
        merge(&mut changed, &changes);
        match mutation {
            Mutation::Render => self.rendered[at] = changed,
            Mutation::RenderBack => self.rendered[at] = self.originals[at].clone(),
            // What follows needs an object, and one that others do not need.
            _ if !is_there => return false,
            Mutation::Delete | Mutation::Recreate | Mutation::Terminate | Mutation::Strip if !is_alone => {
                return false;
            }
            Mutation::Scale if object["kind"] != "Deployment" => return false,
            Mutation::Edit => drop(self.editor.edit(&object, &changes).await),
            Mutation::EditAndRestore => {
                self.editor.edit(&object, &changes).await;
                let mut live = live.unwrap();
                let metadata = live["metadata"].take();
                live["metadata"] =
                    json!({ "annotations": metadata["annotations"], "labels": metadata["labels"] });
                live.as_object_mut().unwrap().remove("status");
                self.editor.edit(&object, &live).await;
            }
            Mutation::Remove => drop(self.editor.edit(&object, &removal(&object)).await),
            Mutation::AddForeign => {
                let note = json!({ "metadata": { "labels": { "team": format!("t-{}", self.fresh) }, "annotations": { "seen": "x" } } });
                self.editor.edit(&object, &note).await;
            }
            Mutation::ApplyOther => drop(self.ours.take(&self.body(&changed)).await),
            Mutation::ApplyLess => {
                let mut less = self.body(&object);
                less["metadata"].as_object_mut().unwrap().remove("annotations");
                if object["kind"] == "ConfigMap" {
                    less["data"] = json!({ "mode": "plain" });
                }
                self.ours.take(&less).await;
            }
            Mutation::UpdateAsOurs => drop(self.ours.edit(&object, &changes).await),
            Mutation::TakeOver | Mutation::Share => {
                let mut taken = json!({ "apiVersion": object["apiVersion"], "kind": object["kind"], "metadata": {
                    "name": object["metadata"]["name"], "namespace": object["metadata"]["namespace"],
                    "annotations": { "note": "x" },
                } });
                if let Mutation::TakeOver = mutation {
                    taken["metadata"]["annotations"]["note"] = json!(format!("n-{}", self.fresh));
                }
                self.editor.named("argocd").take(&taken).await;
            }
            Mutation::Strip => drop(self.editor.strip(&object).await),
            Mutation::Delete => self.editor.delete(&object).await,
            Mutation::Recreate => {
                self.editor.delete(&object).await;
                self.editor.named("helm").apply(&object).await;
            }
            Mutation::Terminate => {
                let holds = json!({ "metadata": { "finalizers": ["lab.example.com/holds"] } });
                self.editor.edit(&object, &holds).await;
                self.editor.begin_to_delete(&object).await;
            }
            Mutation::Unlabel => {
                self.editor.edit(&object, &json!({ "metadata": { "labels": { PART_OF: null } } })).await;
            }
            Mutation::Scale => self.editor.scale(&object, u32::try_from(self.fresh % 9).unwrap()).await,
        }
        self.history[at].push(mutation);
        self.mutations += 1;
        true
    }

    async fn change_around(&mut self, around: Around) {
        let client = self.cluster.client().await;
        self.fresh += 1;
        let seen = json!({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "namespace": NAMESPACES[0], "name": "seen" },
        });
        match around {
            Around::Default => {
                let mode = format!("mode-{}", self.fresh);
                let path = "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/mode/default";
                let patch = json!([{ "op": "replace", "path": path, "value": mode }]);
                let definition = &self.rendered[DEFINITION];
                self.editor.patch(definition, "application/json-patch+json", &patch).await;
                let judge = Judge::of(self.cluster).await;
                let bare = gadget(NAMESPACES[0], "seen");
                eventually("the server has the new default", async || {
                    let Verdict::Accepted { object, .. } = judge.ask(Way::Apply, &bare).await else {
                        return None;
                    };
                    (object["spec"]["mode"] == mode).then_some(())
                })
                .await;
            }
            Around::Hook => {
                // What it does changes with its configuration: that it does something else all of a sudden, nobody can
                // know who does not ask it.
                let does = self.dice.one_of(&["a", "b", "c"]);
                self.hook.becomes(&match does {
                    "a" => Does::Label("hooked", "a"),
                    "b" => Does::Registry("mirror.example.com"),
                    _ => Does::LabelAndRegistry("hooked", "c", "other.example.com"),
                });
                let kinds = [("", "configmaps"), ("apps", "deployments"), ("lab.example.com", "gadgets")];
                let mut configuration = self.hook.configuration("hook", &kinds, NAMESPACES[0]);
                configuration["webhooks"][0]["clientConfig"]["url"] =
                    json!(format!("{}/{}", self.hook.url, self.fresh));
                self.hook.install(&client, &configuration, &seen).await;
                self.hooked = Some(configuration);
            }
            Around::NoHook => {
                if let Some(configuration) = self.hooked.take() {
                    self.hook.uninstall(&client, &configuration, &seen).await;
                }
            }
            Around::Namespace => {
                let labels = json!({ "metadata": { "labels": { "extra": format!("e-{}", self.fresh) } } });
                let at = self.dice.below(NAMESPACES.len());
                self.editor.edit(&self.rendered[at], &labels).await;
            }
        }
    }

    /// Plans with digests and without: how many differences there are, and how many objects each asked about.
    async fn compare(&self, around: Around) -> (usize, usize, usize) {
        let loose = Loose::new(self.rendered.clone());
        let wanted = loose.wanted(&self.cluster.name);
        let (short, asked) = plan(&self.proven, &wanted, FLEET, false).await;
        let (exact, all) = plan(&self.proven, &wanted, FLEET, true).await;
        assert!(exact.is_complete(), "{:?}", exact.unread);
        assert_eq!(short.changes.len(), exact.changes.len());
        let names: BTreeMap<String, usize> = self
            .rendered
            .iter()
            .enumerate()
            .map(|(at, object)| (format!("{} {}", object["kind"], object["metadata"]["name"]), at))
            .collect();
        for (short, exact) in short.changes.iter().zip(&exact.changes) {
            let name = format!("{} {}", json!(&*exact.object.kind), json!(&*exact.object.name));
            let history = names.get(&name).map(|at| &self.history[*at]);
            assert_eq!(short, exact, "after {history:?}, and {around:?} for all");
        }
        let there = |action: &Action| !matches!(action, Action::Stray | Action::Keep(_));
        let differing = differences(&exact).into_iter().filter(|change| there(&change.action)).count();
        (differing, asked, all)
    }

    /// Applies and records half of the objects, so that digests vouch for them again.
    async fn reconcile(&mut self) {
        let half: Vec<usize> = (0..self.rendered.len()).filter(|_| self.dice.below(2) == 0).collect();
        let mut kept = BTreeMap::new();
        for at in half {
            let object = self.rendered[at].clone();
            let body = self.body(&object);
            if let Some(live) = self.editor.get(&object).await
                && !live["metadata"]["deletionTimestamp"].is_null()
            {
                self.editor.edit(&object, &json!({ "metadata": { "finalizers": null } })).await;
                eventually("the object is gone", async || {
                    self.editor.get(&object).await.is_none().then_some(())
                })
                .await;
            }
            kept.insert(at, self.ours.take(&body).await);
            self.history[at].clear();
        }
        let loose = Loose::new(self.rendered.clone());
        let wanted = loose.wanted(&self.cluster.name);
        let state = self.proven.state(&wanted, FLEET).await.unwrap();
        for (at, kept) in kept {
            let single = Loose::new([self.rendered[at].clone()]);
            let single = single.wanted(&self.cluster.name);
            let (reference, object) = single.objects.iter().next().unwrap();
            self.record.inventory.insert(reference.clone(), entry(object, &state, &kept));
        }
        self.write().await;
    }
}
