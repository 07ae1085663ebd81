//! CustomResourceDefinitions: read from the Go modules of the projects that own them, at the versions
//! of `tests/lab/crds/go.mod`. None is committed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use kube::Api;
use kube::api::{ListParams, PostParams};
use kube::core::{ApiResource, DynamicObject, GroupVersionKind};
use serde_json::Value;

use super::client::eventually;
use super::cluster::Cluster;
use super::programs;

/// A project whose CustomResourceDefinitions the lab can install.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crds {
    Istio,
    GatewayApi,
    Karpenter,
    KarpenterAws,
    PrometheusOperator,
    Keda,
    ExternalSecrets,
    VerticalPodAutoscaler,
    Kyverno,
    CertManager,
}

impl Crds {
    /// All of them. An API server with all takes more than a gigabyte: install what a test needs.
    pub const ALL: [Self; 10] = [
        Self::Istio,
        Self::GatewayApi,
        Self::Karpenter,
        Self::KarpenterAws,
        Self::PrometheusOperator,
        Self::Keda,
        Self::ExternalSecrets,
        Self::VerticalPodAutoscaler,
        Self::Kyverno,
        Self::CertManager,
    ];

    /// The module, and the file or folder in it.
    fn place(self) -> (&'static str, &'static str) {
        match self {
            Self::Istio => ("istio.io/api", "kubernetes/customresourcedefinitions.gen.yaml"),
            Self::GatewayApi => ("sigs.k8s.io/gateway-api", "config/crd/standard"),
            Self::Karpenter => ("sigs.k8s.io/karpenter", "pkg/apis/crds"),
            Self::KarpenterAws => ("github.com/aws/karpenter-provider-aws", "pkg/apis/crds"),
            Self::PrometheusOperator => {
                ("github.com/prometheus-operator/prometheus-operator", "example/prometheus-operator-crd")
            }
            Self::Keda => ("github.com/kedacore/keda/v2", "config/crd/bases"),
            Self::ExternalSecrets => ("github.com/external-secrets/external-secrets", "config/crds/bases"),
            Self::VerticalPodAutoscaler => {
                ("k8s.io/autoscaler/vertical-pod-autoscaler", "deploy/vpa-v1-crd-gen.yaml")
            }
            Self::Kyverno => ("github.com/kyverno/kyverno", "config/crds/kyverno"),
            Self::CertManager => ("github.com/cert-manager/cert-manager", "deploy/crds"),
        }
    }

    /// The definitions, as their project wrote them.
    pub fn read(self) -> Vec<Value> {
        let (module, path) = self.place();
        let mut objects = objects_in(&module_folder(&programs::sources().join("crds"), module).join(path));
        objects.retain(|object| object["kind"] == "CustomResourceDefinition");
        assert!(!objects.is_empty(), "{module} holds no CustomResourceDefinition in {path}");
        objects
    }
}

/// An object of every kind and version that Kubernetes serves, with every field set: the testdata of
/// `k8s.io/api` at the servers' version.
pub fn manifests() -> Vec<Value> {
    let folder = module_folder(&programs::sources(), "k8s.io/api").join("testdata/HEAD");
    let mut objects = objects_in(&folder);
    // A WatchEvent is there too, which is none.
    objects.retain(|object| object["kind"].is_string());
    objects
}

/// The objects in the YAML files of a folder, or of one file.
pub fn objects_in(path: &Path) -> Vec<Value> {
    objects(&yaml_files(path))
}

/// The YAML files in a folder, or the one file, sorted.
fn yaml_files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let files = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> =
        files.filter(|file| file.extension().is_some_and(|ending| ending == "yaml")).collect();
    files.sort();
    files
}

/// What Kubernetes' own reader makes of the documents in these files.
fn objects(files: &[PathBuf]) -> Vec<Value> {
    let output = Command::new(programs::lab()).arg("objects").args(files).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::Deserializer::from_slice(&output.stdout).into_iter().map(Result::unwrap).collect()
}

/// Where Go keeps a module at the version that a `go.mod` pins, downloaded if it is not there.
fn module_folder(go_mod: &Path, module: &str) -> PathBuf {
    let listed = programs::go(go_mod, ["mod", "download", module])
        .and_then(|_| programs::go(go_mod, ["list", "-m", "-f", "{{.Dir}}", module]))
        .unwrap_or_else(|problem| panic!("{problem}"));
    PathBuf::from(String::from_utf8(listed).unwrap().trim())
}

impl Cluster {
    /// Installs the definitions of projects and waits until the server serves their kinds.
    pub async fn install(&self, projects: &[Crds]) {
        let definitions: Vec<Value> = projects.iter().flat_map(|project| project.read()).collect();
        self.define(&definitions).await;
    }

    /// Creates CustomResourceDefinitions and waits until the server serves their kinds. Some are in
    /// several projects: the first is kept.
    pub async fn define(&self, definitions: &[Value]) {
        let client = self.client().await;
        let gvk = GroupVersionKind::gvk("apiextensions.k8s.io", "v1", "CustomResourceDefinition");
        let api: Api<DynamicObject> = Api::all_with(client, &ApiResource::from_gvk(&gvk));
        let mut names = BTreeSet::new();
        for definition in definitions {
            let definition: DynamicObject = serde_json::from_value(definition.clone()).unwrap();
            if names.insert(definition.metadata.name.clone().unwrap()) {
                api.create(&PostParams::default(), &definition).await.unwrap();
            }
        }
        eventually("CustomResourceDefinitions become Established", async || {
            let all = api.list(&ListParams::default()).await.unwrap();
            let established = all.into_iter().filter(|object| {
                let conditions = object.data["status"]["conditions"].as_array();
                conditions.into_iter().flatten().any(|c| c["type"] == "Established" && c["status"] == "True")
            });
            let established: BTreeSet<_> = established.filter_map(|object| object.metadata.name).collect();
            names.is_subset(&established).then_some(())
        })
        .await;
        self.publish(definitions).await;
    }

    /// Waits until the server's OpenAPI documents have the kinds: they follow the definitions in a while.
    async fn publish(&self, definitions: &[Value]) {
        let client = self.client().await;
        let mut kinds: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for definition in definitions {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            let spec = &definition["spec"];
            let versions = spec["versions"].as_array().unwrap().iter();
            for version in versions.filter(|version| version["served"] == true) {
                let path = format!("/openapi/v3/apis/{}/{}", text(&spec["group"]), text(&version["name"]));
                kinds.entry(path).or_default().insert(text(&spec["names"]["kind"]));
            }
        }
        for (path, kinds) in kinds {
            eventually(&format!("{path} is published"), async || {
                let request = http::Request::get(&path).body(Vec::new()).unwrap();
                let document: Value = client.request(request).await.ok()?;
                let schemas = document["components"]["schemas"].as_object()?;
                let published = schemas.values().filter_map(|schema| {
                    schema["x-kubernetes-group-version-kind"][0]["kind"].as_str().map(str::to_owned)
                });
                kinds.is_subset(&published.collect()).then_some(())
            })
            .await;
        }
    }
}
