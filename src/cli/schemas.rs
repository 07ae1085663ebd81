//! Recorded schemas on disk.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::out::{Error, Found, look, real_folder, replace};
use crate::schema::{Index, Record, is_package};
use crate::source::RelPath;

/// The mode of a file, as far as the umask allows.
const MODE: u32 = 0o644;

/// What was done to the files of a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Files written.
    pub written: usize,
    /// Files removed: definitions that no cluster uses any longer.
    pub removed: usize,
    /// The groups and versions that could not be read and stay as recorded before.
    pub kept: Vec<String>,
}

/// The folder at a path below the root, whose links are followed only inside the root.
///
/// # Errors
/// If a folder on the way to it is a link that leads out, or no folder, or lies in `.git`.
pub fn folder(root: &Path, path: &RelPath) -> Result<PathBuf, Error> {
    let named = root.join(path.as_str());
    let there = named.ancestors().find(|folder| fs::symlink_metadata(folder).is_ok()).unwrap_or(root);
    let real = |path: &Path| path.canonicalize().map_err(Error::io("find this folder", path));
    let (there_is, root_is) = (real(there)?, real(root)?);
    let Ok(below) = there_is.strip_prefix(&root_is) else { return Err(Error::Link(there.to_owned())) };
    let is_git = |path: &Path| path.iter().any(|part| part.eq_ignore_ascii_case(".git"));
    if is_git(below) || is_git(Path::new(path.as_str())) {
        return Err(Error::Git(named));
    }
    match there_is.is_dir() {
        true => Ok(named),
        false => Err(Error::NotAFolder(there.to_owned())),
    }
}

/// Writes what was recorded of a cluster: definitions first and the index last, so that a run that is killed leaves
/// an index whose files are all there. Then takes away the definitions that no index names any longer, if every
/// index can be read.
///
/// What the record says is unread is taken from the index that is there; see [`Record::keep`].
///
/// # Errors
/// What the operating system said; or that the folder, or a file in it, is a link or none; or that the file of the
/// index is somebody else's.
pub fn write(folder: &Path, cluster: &str, record: &mut Record) -> Result<Outcome, Error> {
    if !real_folder(folder)? {
        fs::create_dir_all(folder).map_err(Error::io("make this folder", folder))?;
    }
    // Another run takes away definitions that no index names, which those of this one are until its end.
    let handle = File::open(folder).map_err(Error::io("open this folder", folder))?;
    let _lock = match handle.lock() {
        Ok(()) => Some(&handle),
        // Some network file systems have no locks; one writer at a time is then up to the user.
        Err(error) if error.kind() == io::ErrorKind::Unsupported => None,
        Err(error) => return Err(Error::io("lock this folder", folder)(error)),
    };
    let own = format!("{cluster}.json");
    let mut outcome = Outcome::default();
    if let Some(before) = before(folder, &own)?
        && !record.index.unread.is_empty()
    {
        outcome.kept = record.keep(&before);
    }
    let index = record.index.write();
    let files = record.packages.iter().map(|(file, text)| (file.as_str(), text.as_str()));
    let files: Vec<(&str, &str)> = files.chain([(own.as_str(), index.as_str())]).collect();
    for (file, _) in &files {
        is_file(&folder.join(file))?;
    }
    for (file, text) in files {
        let is_same = fs::read(folder.join(file)).is_ok_and(|found| found == text.as_bytes());
        if !is_same {
            replace(folder, file, text.as_bytes(), MODE)?;
            outcome.written += 1;
        }
    }
    if let Some(unused) = unused(folder)? {
        for file in unused {
            let path = folder.join(file);
            fs::remove_file(&path).map_err(Error::io("remove this file", &path))?;
            outcome.removed += 1;
        }
    }
    Ok(outcome)
}

/// What was recorded before under this name, as far as its files can be read; `None` if nothing was, or if the
/// index is damaged or of another version.
fn before(folder: &Path, index: &str) -> Result<Option<Record>, Error> {
    let path = folder.join(index);
    if !is_file(&path)? {
        return Ok(None);
    }
    let text = fs::read(&path).map_err(Error::io("read this file", &path))?;
    let text = String::from_utf8_lossy(&text);
    let Ok(index) = Index::read(&text) else {
        // A damaged one still has the keys, whatever a merge did to it.
        let is_ours = ["\"version\"", "\"kubernetes\"", "\"kinds\"", "\"packages\""];
        return match is_ours.iter().all(|key| text.contains(key)) {
            true => Ok(None),
            false => Err(Error::Foreign(path)),
        };
    };
    let mut packages = BTreeMap::new();
    // A name that is none of a package could lead anywhere.
    for file in index.packages.values().filter(|file| is_package(file) && !file.contains('/')) {
        // One that cannot be read is one that is not there: what needs it stays unread, which is told.
        if let Ok(text) = fs::read_to_string(folder.join(file)) {
            packages.insert(file.clone(), text);
        }
    }
    Ok(Some(Record { index, packages }))
}

/// Whether a file is there.
fn is_file(path: &Path) -> Result<bool, Error> {
    match look(path)? {
        Found::File(_) => Ok(true),
        Found::Nothing => Ok(false),
        Found::Folder => Err(Error::NotAFile(path.to_owned())),
    }
}

/// The files of definitions that no index names; `None` if there is an index that cannot be read.
fn unused(folder: &Path) -> Result<Option<BTreeSet<String>>, Error> {
    let (mut packages, mut named) = (BTreeSet::new(), BTreeSet::new());
    for entry in fs::read_dir(folder).map_err(Error::io("list this folder", folder))? {
        let entry = entry.map_err(Error::io("list this folder", folder))?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        if entry.path().is_dir() {
            continue;
        }
        if is_package(&name) {
            packages.insert(name);
        } else if name.ends_with(".json") {
            let path = entry.path();
            let text = fs::read_to_string(&path).map_err(Error::io("read this file", &path))?;
            match Index::read(&text) {
                Ok(index) => named.extend(index.packages.into_values()),
                Err(_) => return Ok(None),
            }
        }
    }
    Ok(Some(packages.difference(&named).cloned().collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema;

    fn record_of(kind: &str) -> Record {
        let gvk = serde_json::json!({ "group": "example.com", "version": "v1", "kind": kind });
        let document = serde_json::json!({
            "paths": {
                "/apis/example.com/v1/x": { "post": { "x-kubernetes-group-version-kind": gvk } },
                "/apis/example.com/v1/x/{name}": { "patch": {} },
            },
            "components": { "schemas": { format!("com.example.v1.{kind}"): {
                "type": "object", "x-kubernetes-group-version-kind": [gvk],
            } } },
        });
        schema::record("v1.36.3", &[schema::reduce(&document)], Vec::new())
    }

    fn written(folder: &Path, cluster: &str, kind: &str) -> (usize, usize) {
        let outcome = write(folder, cluster, &mut record_of(kind)).unwrap();
        assert_eq!(outcome.kept, [""; 0]);
        (outcome.written, outcome.removed)
    }

    fn files(folder: &Path) -> Vec<String> {
        let names =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.map(|name| name.split('-').next().unwrap().to_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_link_on_the_way_may_not_lead_out() {
        let (outside, place) = (tempfile::TempDir::new().unwrap(), tempfile::TempDir::new().unwrap());
        let root = place.path();
        std::os::unix::fs::symlink(outside.path(), root.join("out")).unwrap();
        fs::create_dir(root.join("real")).unwrap();
        std::os::unix::fs::symlink("real", root.join("in")).unwrap();
        let allowed = |path: &str| folder(root, &RelPath::parse(path).unwrap()).is_ok();
        assert_eq!(["fleet/schemas", "real/a/b", "in/a"].map(allowed), [true; 3]);
        assert_eq!(["out/a", "out/a/b", "out"].map(allowed), [false; 3]);
        fs::create_dir(root.join(".git")).unwrap();
        fs::write(root.join("file"), "").unwrap();
        std::os::unix::fs::symlink(".git", root.join("hooks")).unwrap();
        assert_eq!([".git/schemas", "hooks/a", "real/.git", "file/a", "file"].map(allowed), [false; 5]);
    }

    #[test]
    fn clusters_share_files_and_those_that_nobody_uses_go() {
        let place = tempfile::TempDir::new().unwrap();
        let folder = place.path().join("schemas");
        assert_eq!(written(&folder, "a", "Shop"), (2, 0));
        assert_eq!(written(&folder, "b", "Shop"), (1, 0));
        assert_eq!(written(&folder, "b", "Shop"), (0, 0));
        assert_eq!(files(&folder), ["a.json", "b.json", "com.example.v1"]);
        assert_eq!(written(&folder, "a", "Street"), (2, 0));
        assert_eq!(written(&folder, "b", "Street"), (1, 1));
        assert_eq!(files(&folder), ["a.json", "b.json", "com.example.v1"]);
    }

    #[test]
    fn nothing_goes_while_an_index_cannot_be_read_and_other_files_are_left_alone() {
        let place = tempfile::TempDir::new().unwrap();
        written(place.path(), "a", "Shop");
        fs::write(place.path().join("README.md"), "notes").unwrap();
        fs::write(place.path().join("b.json"), "{}").unwrap();
        assert_eq!(written(place.path(), "a", "Street"), (2, 0));
        fs::remove_file(place.path().join("b.json")).unwrap();
        assert_eq!(written(place.path(), "a", "Street"), (0, 1));
        assert_eq!(files(place.path()), ["README.md", "a.json", "com.example.v1"]);
    }

    #[test]
    fn what_somebody_else_put_in_the_place_of_an_index_stays() {
        let place = tempfile::TempDir::new().unwrap();
        let refused = || write(place.path(), "a", &mut record_of("Shop")).unwrap_err();
        for text in ["{\"name\": \"a\"}", "notes", ""] {
            fs::write(place.path().join("a.json"), text).unwrap();
            let error = refused();
            assert!(matches!(error, Error::Foreign(_)), "{error}");
            assert_eq!(error.status(), crate::cli::status::ExitStatus::Wrong);
            assert_eq!(files(place.path()), ["a.json"]);
        }
        fs::remove_file(place.path().join("a.json")).unwrap();
        fs::create_dir(place.path().join("a.json")).unwrap();
        assert!(matches!(refused(), Error::NotAFile(_)));
        assert_eq!(files(place.path()), ["a.json"]);
    }

    #[test]
    fn an_index_that_is_damaged_or_of_another_version_is_written_anew() {
        let place = tempfile::TempDir::new().unwrap();
        written(place.path(), "a", "Shop");
        let text = fs::read_to_string(place.path().join("a.json")).unwrap();
        for damaged in [format!("<<<<<<< HEAD\n{text}"), text.replace("\"version\": 1", "\"version\": 9")] {
            fs::write(place.path().join("a.json"), damaged).unwrap();
            assert_eq!(written(place.path(), "a", "Shop"), (1, 0));
        }
    }
}
