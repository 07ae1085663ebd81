//! Schemas that take anything, for fleets of tests that are not about schemas.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use fleetwright::object::Scope;
use fleetwright::schema::{Document, GroupVersionKind, Index, Record, Served, record};
use serde_json::json;

use crate::example;

/// Kinds of tests beside those that the clusters of the example serve.
const MORE: [&str; 3] = [
    "cert-manager.io/v1 Certificate",
    "gateway.networking.k8s.io/v1 HTTPRoute",
    "postgresql.cnpg.io/v1 Cluster",
];

/// All kinds with their scope, and one definition that any object fits.
static ANYTHING: LazyLock<Record> = LazyLock::new(|| {
    const DEFINITION: &str = "com.example.Anything";
    let text = fs::read_to_string(example::root().join("fleet/schemas/prod-a.json")).unwrap();
    let index = Index::read(&text).unwrap();
    let anything = |served: Served| Served { definition: DEFINITION.to_owned(), ..served };
    let mut kinds: BTreeMap<GroupVersionKind, Served> =
        index.kinds.into_iter().map(|(kind, served)| (kind, anything(served))).collect();
    for more in MORE {
        let served = Served { scope: Scope::Namespaced, definition: DEFINITION.to_owned() };
        kinds.insert(GroupVersionKind::parse(more).unwrap(), served);
    }
    let definitions = [(DEFINITION.to_owned(), json!({}))].into();
    record(&index.kubernetes, &[Document { kinds, definitions }], Vec::new())
});

/// Records them in the folder of a fleet for each cluster that a file of it defines.
pub fn anything(fleet: &Path, hcl: &str) {
    let names = hcl.split("cluster \"").skip(1).filter_map(|after| after.split_once("\" {"));
    for (name, _) in names.filter(|(name, _)| is_file(name)) {
        write(fleet, name, &ANYTHING);
    }
}

/// Definitions that no test holds an object to, and that take longest to read.
const LARGE: [&str; 2] = ["com.coreos.", "io.external-secrets."];

/// Records in the folder of a fleet for these clusters what the example has recorded of a real server.
pub fn real(fleet: &Path, clusters: &[&str]) {
    let from = example::root().join("fleet/schemas");
    let read = |file: &str| fs::read_to_string(from.join(file)).unwrap();
    let mut index = Index::read(&read("prod-a.json")).unwrap();
    let is_kept = |definition: &str| !LARGE.iter().any(|large| definition.starts_with(large));
    index.kinds.retain(|_, served| is_kept(&served.definition));
    index.packages.retain(|package, _| is_kept(package));
    let packages = index.packages.values().map(|file| (file.clone(), read(file))).collect();
    let record = Record { index, packages };
    for cluster in clusters {
        write(fleet, cluster, &record);
    }
}

/// Lays a record down as `schema fetch` does.
pub fn write(fleet: &Path, cluster: &str, record: &Record) {
    let folder = fleet.join("schemas");
    fs::create_dir_all(&folder).unwrap();
    for (file, text) in &record.packages {
        fs::write(folder.join(file), text).unwrap();
    }
    fs::write(folder.join(format!("{cluster}.json")), record.index.write()).unwrap();
}

/// Whether a file may be called so, and the name of a cluster is nearly one.
fn is_file(name: &str) -> bool {
    (1..64).contains(&name.len()) && !name.contains(['/', '\\', '$', '"'])
}
