//! Objects as `apply` leaves them in a cluster: applied by fleetwright, with its label, and in its record.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use fleetwright::diagnostic::SourceMap;
use fleetwright::live::kubeconfig::{Kubeconfig, Location};
use fleetwright::live::{Identities, Proven, Proxies, Settings, Tell, Unproven};
use fleetwright::object::Digest;
use fleetwright::plan::{
    Entry, FIELD_MANAGER, Kept, Kind, Live, LiveState, Record, Release, SetId, Wanted, WantedObject,
};
use serde_json::{Value, json};

use crate::harness::{Cluster, Manager, eventually};

/// The key of all records that tests write.
const KEY: [u8; 32] = [7; 32];

/// A cluster as fleetwright reaches it.
pub async fn connect(kubeconfig: &Path, context: &str, cluster: &str, identities: &Identities) -> Proven {
    connect_telling(kubeconfig, context, cluster, identities, Arc::new(|_| {})).await
}

/// The same; what is told meanwhile, and of its requests, goes here.
pub async fn connect_telling(
    kubeconfig: &Path,
    context: &str,
    cluster: &str,
    identities: &Identities,
    tell: Tell,
) -> Proven {
    let location = Location::Listed(vec![kubeconfig.to_owned()]);
    let access = Kubeconfig::read(&location, &mut SourceMap::default()).unwrap().access(context).unwrap();
    let settings = Settings {
        patience: Duration::from_secs(60),
        allow_insecure: false,
        stdin_is_terminal: false,
        proxies: Proxies::default(),
    };
    let unproven = Unproven::open(cluster, &access, &settings, tell).await;
    match unproven.unwrap().prove(identities).await {
        Ok(proven) => proven,
        Err(_) => panic!("{cluster} is not what the fleet says"),
    }
}

/// Makes the namespace of the record.
pub async fn make_state_namespace(manager: &Manager, set: &SetId) {
    let namespace =
        json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": &*set.namespace } });
    manager.named("lab").take(&namespace).await;
}

/// Applies what is wanted, in its order; by force or not. What the server keeps of each object.
pub async fn apply(cluster: &Cluster, wanted: &Wanted<'_>, force: bool) -> Vec<Value> {
    let client = cluster.client().await;
    let mut ours = Manager::new(FIELD_MANAGER, &client).await;
    let bodies: Vec<Value> = wanted.objects.iter().map(|(_, object)| object.body(&wanted.set)).collect();
    let comes_first =
        |object: &&Value| object["kind"] == "CustomResourceDefinition" || object["kind"] == "Namespace";
    // They are sorted: these are at the front.
    let count = bodies.iter().take_while(comes_first).count();
    let (first, rest) = bodies.split_at(count);
    let mut kept = Vec::new();
    for object in first {
        kept.push(ours.try_apply(object, force).await.unwrap());
        if object["kind"] == "CustomResourceDefinition" {
            established(&ours, object).await;
        }
    }
    // A definition that is established may still be missing in the discovery.
    ours = eventually("the server names the kinds of all objects", async || {
        let ours = Manager::new(FIELD_MANAGER, &client).await;
        rest.iter().all(|object| ours.has(object)).then_some(ours)
    })
    .await;
    kept.extend(ours.apply_all(rest, force).await);
    kept
}

async fn established(manager: &Manager, definition: &Value) {
    eventually("the definition is established", async || {
        let live = manager.get(definition).await?;
        let conditions = live["status"]["conditions"].as_array()?.iter();
        let is_established =
            |condition: &Value| condition["type"] == "Established" && condition["status"] == "True";
        conditions.clone().any(is_established).then_some(())
    })
    .await;
}

/// The record of objects that were applied just now, as the server returned them.
pub fn record(wanted: &Wanted<'_>, state: &LiveState, fleet: &str, kept: &[Value]) -> Record {
    let mut record = Record::new(fleet, &wanted.cluster, &state.uid, KEY);
    for ((reference, object), kept) in wanted.objects.iter().zip(kept) {
        record.inventory.insert(reference.clone(), entry(object, state, kept));
    }
    let objects = Kept::all(wanted);
    let bodies = objects.iter().map(|kept| kept.body.clone()).collect();
    record.releases.push(Release {
        digest: Digest::of(&Value::Array(bodies)),
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        commit: None,
        dirty: false,
        at: "2026-01-02T03:04:05Z".parse().unwrap(),
        by: "tests".to_owned(),
        rollout: None,
        ready: None,
        verified: false,
        written: 0,
        covers: std::collections::BTreeSet::new(),
        broken_glass: None,
        objects: Some(objects),
    });
    record
}

/// What is recorded of one object.
pub fn entry(object: &WantedObject<'_>, state: &LiveState, kept: &Value) -> Entry {
    let Some(Kind::Listed { served, .. }) = state.kind(object.reference()) else {
        panic!("{} was not listed", object.reference())
    };
    let returned = Live { object: kept.clone() };
    Entry::applied(object, &returned, served, state.admission.as_ref().ok())
}

/// Applies what is wanted and records it, as `apply` does.
pub async fn apply_and_record(cluster: &Cluster, proven: &Proven, wanted: &Wanted<'_>, fleet: &str) {
    let manager = Manager::new(FIELD_MANAGER, &cluster.client().await).await;
    make_state_namespace(&manager, &wanted.set).await;
    let kept = apply(cluster, wanted, true).await;
    rewrite(proven, wanted, fleet, &kept).await;
}

/// Records objects that were applied just now.
pub async fn rewrite(proven: &Proven, wanted: &Wanted<'_>, fleet: &str, kept: &[Value]) {
    let state = proven.state(wanted, fleet).await.unwrap();
    let before = proven.record(&wanted.set, fleet).await.unwrap().map(|stored| stored.version);
    let record = record(wanted, &state, fleet, kept);
    proven.write_record(&wanted.set, &record, before.as_ref()).await.unwrap();
}
