//! The example fleet of this repository, for the tests that render it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::program::Place;

/// The top of this repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files below a folder by their path there, sorted. Hidden ones count.
pub fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut waiting: Vec<PathBuf> = vec![folder.to_owned()];
    while let Some(at) = waiting.pop() {
        for entry in fs::read_dir(&at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                found.insert(name, fs::read(path).unwrap());
            }
        }
    }
    found
}

/// A copy of the example's templates, without a fleet.
pub fn templates() -> Place {
    let place = Place::empty();
    for (path, text) in files(&root().join("templates")) {
        place.write(&format!("templates/{path}"), &String::from_utf8(text).unwrap());
    }
    place
}

/// A fleet that uses what the example does not use of the templates, with the schemas of a real server.
pub fn small() -> Place {
    let place = templates();
    for (file, text) in files(&root().join("fleet/schemas")) {
        // Of the clusters one is enough; the packages have a digest in their names.
        let file = if file == "prod-a.json" { "one.json" } else { &file };
        if file == "one.json" || file.contains(".v") || file.contains("pkg") {
            place.write(&format!("fleet/schemas/{file}"), &String::from_utf8(text).unwrap());
        }
    }
    fs::copy(root().join("tests/it/library/fleet.hcl"), place.path().join("fleet/fleet.hcl")).unwrap();
    place
}

/// The HCL files of the example fleet: names and texts.
pub fn fleet() -> BTreeMap<String, String> {
    let files = files(&root().join("fleet")).into_iter();
    let hcl = files.filter(|(path, _)| path.ends_with(".hcl"));
    hcl.map(|(path, text)| (path, String::from_utf8(text).unwrap())).collect()
}

/// A copy of the example: `fleet/` and `templates/`.
pub fn copy() -> Place {
    let place = templates();
    for (path, text) in fleet() {
        place.write(&format!("fleet/{path}"), &text);
    }
    place
}
