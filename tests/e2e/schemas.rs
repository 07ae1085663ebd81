//! The recorded schemas of the example fleet are those of a real server.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::fleet::PROJECTS;
use crate::harness::{Lab, Spec, block_on};
use crate::program::Place;
use crate::rendering::Rendering;

/// Compares, or writes where `FLEETWRIGHT_BLESS` is set. The clusters of the example are alike: what is recorded of
/// one is the index of each.
#[test]
fn what_is_recorded_for_the_example_is_what_a_server_publishes() {
    let fleet = Path::new(env!("CARGO_MANIFEST_DIR")).join("fleet");
    let cluster = Lab::shared().start([Spec::bare("recorded")]).remove(0);
    block_on(cluster.install(&PROJECTS));
    let place = Place::with(&[(
        "fleet/fleet.hcl",
        "fleet \"x\" {}\ncluster \"only\" {\n  context = \"recorded\"\n}\n",
    )]);
    let fetched =
        place.command(&["schema", "fetch"]).env("KUBECONFIG", &cluster.kubeconfig).output().unwrap();
    assert!(fetched.status.success(), "{}", String::from_utf8_lossy(&fetched.stderr));
    let mut served = texts(&place.path().join("fleet/schemas"));
    let index = served.remove("only.json").unwrap();
    let clusters = Rendering::of(Path::new(env!("CARGO_MANIFEST_DIR"))).fleet.clusters;
    served.extend(clusters.iter().map(|cluster| (format!("{}.json", cluster.name), index.clone())));
    let folder = fleet.join("schemas");
    #[expect(clippy::disallowed_methods, reason = "how what is generated is written anew")]
    if std::env::var_os("FLEETWRIGHT_BLESS").is_some() {
        for file in texts(&folder).keys() {
            fs::remove_file(folder.join(file)).unwrap();
        }
        for (file, text) in &served {
            fs::write(folder.join(file), text).unwrap();
        }
    }
    let recorded = texts(&folder);
    let files = |texts: &BTreeMap<String, String>| texts.keys().cloned().collect::<Vec<_>>();
    assert_eq!(files(&recorded), files(&served), "bless with FLEETWRIGHT_BLESS=1");
    assert!(recorded == served, "bless with FLEETWRIGHT_BLESS=1");
}

fn texts(folder: &Path) -> BTreeMap<String, String> {
    fs::create_dir_all(folder).unwrap();
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|file| file.extension().is_some_and(|ending| ending == "json"));
    files
        .map(|file| {
            (file.file_name().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&file).unwrap())
        })
        .collect()
}
