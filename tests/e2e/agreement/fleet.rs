//! A fleet whose units are single objects, given to the real binary.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::harness::Cluster;

/// One object a manifest; two that have one name are on different clusters.
pub struct Fleet {
    place: TempDir,
    text: String,
    files: usize,
    clusters: usize,
    bases: Vec<String>,
}

impl Fleet {
    /// With the schemas of this cluster.
    pub fn new(cluster: &Cluster) -> Self {
        let place = TempDir::new().unwrap();
        fs::create_dir_all(place.path().join("fleet/objects")).unwrap();
        let text = "fleet \"agreement\" {\n  templates = \".\"\n}\n".to_owned();
        let only = format!(
            "fleet \"agreement\" {{}}\ncluster \"c\" {{\n  context = \"{}\"\n  uid = \"{}\"\n}}\n",
            cluster.name, cluster.uid
        );
        fs::write(place.path().join("fleet/fleet.hcl"), only).unwrap();
        let fetched = program(place.path(), &["schema", "fetch"])
            .env("KUBECONFIG", &cluster.kubeconfig)
            .output()
            .unwrap();
        assert!(fetched.status.success(), "{}", String::from_utf8_lossy(&fetched.stderr));
        Self { place, text, files: 0, clusters: 0, bases: Vec::new() }
    }

    /// The objects of one cluster of the example fleet, as it renders them.
    pub fn example() -> Vec<Value> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let document = run(root, &["render", "--cluster", "prod-a", "-o", "json"]);
        let units = document["clusters"][0]["units"].as_array().unwrap().clone();
        units.into_iter().flat_map(|unit| unit["objects"].as_array().unwrap().clone()).collect()
    }

    /// Adds an object on the cluster of this number; its file.
    pub fn add(&mut self, cluster: usize, object: &Value) -> String {
        self.files += 1;
        self.clusters = self.clusters.max(cluster + 1);
        let file = format!("objects/{}.yaml", self.files);
        fs::write(self.place.path().join("fleet").join(&file), object.to_string()).unwrap();
        self.text += &format!(
            "component \"m-{}\" {{\n  match = \"name=c-{cluster}\"\n  manifests = [\"{file}\"]\n}}\n",
            self.files
        );
        let file = format!("fleet/{file}");
        if cluster == 0 {
            self.bases.push(file.clone());
        }
        file
    }

    /// The files of the objects that were not changed.
    pub fn bases(&self) -> impl Iterator<Item = &String> {
        self.bases.iter()
    }

    /// The first error for each file that has one; what the built-in checks find does not count.
    pub fn validate(&mut self) -> BTreeMap<String, String> {
        for cluster in 0..self.clusters {
            let schemas = self.place.path().join("fleet/schemas");
            fs::copy(schemas.join("c.json"), schemas.join(format!("c-{cluster}.json"))).unwrap();
            self.text += &format!("cluster \"c-{cluster}\" {{\n  kubernetes = \"1.36\"\n}}\n");
        }
        fs::write(self.place.path().join("fleet/fleet.hcl"), &self.text).unwrap();
        let document = run(self.place.path(), &["validate", "-o", "json"]);
        let mut found = BTreeMap::new();
        for finding in document["findings"].as_array().unwrap() {
            if finding["severity"] != "error" || !finding["check"].is_null() {
                continue;
            }
            let text =
                format!("{} {}", finding["code"].as_str().unwrap(), finding["message"].as_str().unwrap());
            for label in finding["labels"].as_array().unwrap() {
                let file = label["place"]["file"].as_str().unwrap();
                if file.starts_with("fleet/objects/") {
                    found.entry(file.to_owned()).or_insert(text.clone());
                }
            }
        }
        found
    }
}

/// The real binary, with nothing of this process's environment.
fn program(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fleetwright"));
    command.env_clear().current_dir(folder).args(arguments).stdin(Stdio::null());
    command
}

/// What it prints, as JSON.
fn run(folder: &Path, arguments: &[&str]) -> Value {
    let output = program(folder, arguments).output().unwrap();
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
}
