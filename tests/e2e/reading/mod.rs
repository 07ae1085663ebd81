//! What `live` reads of a real server, what it makes of faults on the way, and the record that it keeps there.

mod previews;
mod records;
mod state;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use fleetwright::cluster;
use fleetwright::diagnostic::{Diagnostics, SourceMap};
use fleetwright::live::kubeconfig::{Kubeconfig, Location};
use fleetwright::live::{Failure, Identities, Proven, Proxies, Settings, Unproven, Version};
use fleetwright::object::Object;
use fleetwright::plan::{LiveState, Record, SetId, Wanted, WantedObject};
use fleetwright::source::{RelPath, Sources};

use crate::harness::{Cluster, Lab, Proxy, block_on};
use crate::program::Place;
use crate::reach::{ADMIN, config, fleet, server, token};

/// A fleet `shop` whose cluster `prod-a` is reached through a proxy, with its record in a namespace of its own.
struct Scene {
    cluster: &'static Cluster,
    proxy: Proxy,
    place: Place,
    namespace: String,
    told: Arc<Mutex<Vec<String>>>,
    objects: Vec<Object>,
}

impl Scene {
    fn new() -> Self {
        let cluster = Lab::bare();
        let proxy = Proxy::before(cluster);
        let place = fleet(&format!("uid = \"{}\"", cluster.uid));
        config(&place, &server(&place, cluster, &proxy.url), &token(cluster, ADMIN));
        let namespace = block_on(cluster.namespace("reading"));
        Self { cluster, proxy, place, namespace, told: Arc::default(), objects: Vec::new() }
    }

    /// With the fleet's own objects: these, in the namespace of the scene if they are in one.
    fn wanting(mut self, objects: &[Value]) -> Self {
        let put = |object: &Value| {
            let mut object = object.clone();
            if object["metadata"]["namespace"] == "here" {
                object["metadata"]["namespace"] = json!(self.namespace);
            }
            Object::from_value(object).unwrap()
        };
        self.objects = objects.iter().map(put).collect();
        self
    }

    async fn proven(&self) -> Proven {
        let mut map = SourceMap::default();
        let sources = Sources::folder(self.place.path()).unwrap();
        let (parsed, problems) =
            fleetwright::fleet::parse(&sources, &RelPath::parse("fleet").unwrap(), &mut map);
        assert_eq!(problems, Diagnostics::new());
        let version = semver::Version::new(0, 1, 0);
        let (resolved, problems) = cluster::resolve(&parsed.unwrap(), &[], &sources, &version, 1, &mut map);
        assert_eq!(problems, Diagnostics::new());
        let kubeconfig = Location::Home(self.place.path().join("config"));
        let access = Kubeconfig::read(&kubeconfig, &mut map).unwrap().access("c").unwrap();
        let settings = Settings {
            patience: Duration::from_secs(2),
            allow_insecure: false,
            stdin_is_terminal: false,
            proxies: Proxies::default(),
        };
        let told = Arc::clone(&self.told);
        let tell =
            Arc::new(move |notice: fleetwright::live::Notice| told.lock().unwrap().push(notice.to_string()));
        let unproven = Unproven::open("prod-a", &access, &settings, tell).await;
        let Ok(proven) = unproven.unwrap().prove(&Identities::of(&resolved.clusters)).await else {
            panic!("not proven")
        };
        proven
    }

    fn set(&self) -> SetId {
        SetId::of("shop", &Arc::from(self.namespace.as_str()))
    }

    fn state(&self) -> Result<LiveState, Failure> {
        let secrets = BTreeSet::new();
        let wanted = self.objects.iter().map(|object| WantedObject {
            object,
            secrets: &secrets,
            unit: "component.c",
            origin: None,
        });
        let wanted = Wanted::new(&Arc::from("prod-a"), self.set(), wanted);
        block_on(async { self.proven().await.state(&wanted, "shop").await })
    }

    fn record(&self) -> Record {
        Record::new("shop", "prod-a", &self.cluster.uid, [7; 32])
    }

    fn read(&self) -> Result<Option<(Record, Version)>, Failure> {
        let stored = block_on(async { self.proven().await.record(&self.set(), "shop").await })?;
        Ok(stored.map(|stored| (stored.record, stored.version)))
    }

    fn write(&self, record: &Record, before: Option<&Version>) -> Result<Version, Failure> {
        block_on(async { self.proven().await.write_record(&self.set(), record, before).await })
    }

    /// The Secrets in the namespace, by name.
    fn secrets(&self) -> BTreeMap<String, Value> {
        let list = self.raw(http::Request::get(format!("/api/v1/namespaces/{}/secrets", self.namespace)));
        let items = list["items"].as_array().unwrap().iter();
        items.map(|item| (item["metadata"]["name"].as_str().unwrap().to_owned(), item.clone())).collect()
    }

    fn raw(&self, request: http::request::Builder) -> Value {
        self.send(request, &Value::Null)
    }

    fn send(&self, request: http::request::Builder, body: &Value) -> Value {
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let request = request.body(body).unwrap();
        block_on(async { self.cluster.client().await.request::<Value>(request).await }).unwrap()
    }

    fn replace(&self, secret: &Value) {
        let name = secret["metadata"]["name"].as_str().unwrap();
        let path = format!("/api/v1/namespaces/{}/secrets/{name}", self.namespace);
        let request = http::Request::put(path).header("Content-Type", "application/json");
        self.send(request, secret);
    }

    fn delete(&self, name: &str) {
        self.raw(http::Request::delete(format!("/api/v1/namespaces/{}/secrets/{name}", self.namespace)));
    }

    /// A failure as it is told, with what changes from run to run by name.
    fn told(&self, failure: &Failure) -> String {
        let problem = failure.diagnostic();
        self.named(
            &[&[problem.message], problem.notes.as_slice(), &[problem.help.unwrap()]].concat().join("\n"),
        )
    }

    fn named(&self, text: &str) -> String {
        let host = self.proxy.url.trim_start_matches("https://");
        text.replace(host, "HOST").replace(&self.namespace, "STATE").replace(&self.cluster.uid, "UID")
    }

    fn notices(&self) -> Vec<String> {
        self.told.lock().unwrap().drain(..).map(|line| self.named(&line)).collect()
    }
}

fn config_map(name: &str) -> Value {
    json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": name, "namespace": "here" }, "data": { "a": "b" } })
}

fn deployment(name: &str) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": name, "namespace": "here" },
        "spec": {
            "selector": { "matchLabels": { "app": name } },
            "template": {
                "metadata": { "labels": { "app": name } },
                "spec": { "containers": [{ "name": "app", "image": "example.com/app:1" }] },
            },
        },
    })
}
