//! The other programs, and what they read.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use fleetwright::yaml;
use serde_json::{Value, json};

use super::shop::Shop;

/// The chart's templates.
const CHART: [(&str, &str); 10] = [
    ("authorizationpolicy.yaml", include_str!("chart/templates/authorizationpolicy.yaml")),
    ("autoscale.yaml", include_str!("chart/templates/autoscale.yaml")),
    ("deployment.yaml", include_str!("chart/templates/deployment.yaml")),
    ("destinationrule.yaml", include_str!("chart/templates/destinationrule.yaml")),
    ("networkpolicy.yaml", include_str!("chart/templates/networkpolicy.yaml")),
    ("pdb.yaml", include_str!("chart/templates/pdb.yaml")),
    ("service.yaml", include_str!("chart/templates/service.yaml")),
    ("serviceaccount.yaml", include_str!("chart/templates/serviceaccount.yaml")),
    ("servicemonitor.yaml", include_str!("chart/templates/servicemonitor.yaml")),
    ("virtualservice.yaml", include_str!("chart/templates/virtualservice.yaml")),
];

/// A program that renders a fleet cluster by cluster.
#[derive(Clone, Copy)]
pub enum Peer {
    /// `helm template`: a chart, and a file of values for each cluster.
    Helm,
    /// `jrsonnet`: a library, and a file for each cluster.
    Jrsonnet,
}

impl Peer {
    /// What it is called on PATH.
    pub fn program(self) -> &'static str {
        match self {
            Self::Helm => "helm",
            Self::Jrsonnet => "jrsonnet",
        }
    }

    /// What to ask it to find out whether it is there.
    pub fn asked(self) -> &'static str {
        match self {
            Self::Helm => "version",
            Self::Jrsonnet => "--version",
        }
    }

    /// Writes what it reads.
    pub fn write(self, shop: &Shop, place: &Path) {
        let services: BTreeMap<String, Value> = shop
            .services()
            .map(|service| {
                let probe = |path: &str| json!({ "path": path, "port": "http" });
                let value = json!({
                    "namespace": service.namespace,
                    "image": service.image,
                    "ports": { "http": service.port },
                    "autoscale": { "max": service.max, "cpu": 70 },
                    "timeout": service.timeout,
                    "disruption": { "max_unavailable": "10%" },
                    "requests": { "cpu": "250m", "memory": service.memory },
                    "limits": { "cpu": "1", "memory": service.memory },
                    "probe": { "readiness": probe("/ready"), "liveness": probe("/live") },
                });
                (service.name, value)
            })
            .collect();
        let folder = place.join(self.program());
        fs::create_dir_all(folder.join("chart/templates")).unwrap();
        let libraries: &[(&str, String)] = match self {
            Self::Helm => &[
                ("chart/Chart.yaml", include_str!("chart/Chart.yaml").to_owned()),
                ("chart/values.yaml", json!({ "services": services }).to_string()),
            ],
            Self::Jrsonnet => &[
                ("app.libsonnet", include_str!("jsonnet/app.libsonnet").to_owned()),
                ("services.libsonnet", json!(services).to_string()),
            ],
        };
        for (name, text) in libraries {
            fs::write(folder.join(name), text).unwrap();
        }
        for (name, text) in CHART.iter().filter(|_| matches!(self, Self::Helm)) {
            fs::write(folder.join("chart/templates").join(name), text).unwrap();
        }
        for cluster in shop.clusters() {
            let values = json!({
                "name": cluster.name,
                "zone": cluster.zone,
                "layer": cluster.layer,
                "domain": cluster.domain,
                "replicas": cluster.replicas,
                "marked": shop.marked,
            });
            let (name, text) = match self {
                Self::Helm => (format!("{}.yaml", cluster.name), json!({ "cluster": values }).to_string()),
                Self::Jrsonnet => (
                    format!("{}.jsonnet", cluster.name),
                    format!(
                        "local services = import 'services.libsonnet';\nlocal app = import 'app.libsonnet';\nstd.flatMap(function(name) app({values}, name, services[name]), std.objectFields(services))\n"
                    ),
                ),
            };
            fs::write(folder.join(name), text).unwrap();
        }
    }

    /// What renders the clusters, one after the other, each into a file.
    pub fn commands(self, shop: &Shop, place: &Path) -> Vec<Command> {
        let folder = place.join(self.program());
        let one = |name: String| {
            let mut command = Command::new(self.program());
            command.current_dir(&folder);
            match self {
                Self::Helm => {
                    let out = fs::File::create(folder.join(format!("{name}.out"))).unwrap();
                    command.args(["template", "bench", "chart", "-f", &format!("{name}.yaml")]).stdout(out);
                }
                Self::Jrsonnet => {
                    let (from, to) = (format!("{name}.jsonnet"), format!("{name}.out"));
                    command.args(["--yaml-stream", "--output-file", &to, &from]);
                }
            }
            command
        };
        shop.clusters().map(|cluster| one(cluster.name)).collect()
    }

    /// Holds that it rendered the same objects as stand in `own`, on the first and the last cluster.
    pub fn compare(self, shop: &Shop, place: &Path, own: &Path) {
        let names: Vec<String> = shop.clusters().map(|cluster| cluster.name).collect();
        for name in [names.first(), names.last()].into_iter().flatten() {
            let theirs = fs::read_to_string(place.join(self.program()).join(format!("{name}.out"))).unwrap();
            let mut ours = String::new();
            for entry in fs::read_dir(own.join(name)).unwrap() {
                ours.push_str(&fs::read_to_string(entry.unwrap().path()).unwrap());
                ours.push_str("\n---\n");
            }
            assert!(objects(&theirs) == objects(&ours), "{} renders other objects on {name}", self.program());
        }
    }
}

/// The objects of a text, by what names them.
fn objects(text: &str) -> BTreeMap<String, Value> {
    let stream = yaml::read(text).unwrap();
    let documents = stream.documents.iter().map(|document| yaml::to_json(&document.root));
    documents
        .map(|object| {
            let metadata = &object["metadata"];
            let name = format!("{} {} {}", object["kind"], metadata["namespace"], metadata["name"]);
            (name, object)
        })
        .collect()
}
