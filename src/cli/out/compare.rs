//! What is rendered against what stands in the folder.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::error::Error;
use super::folder::{Folder, Found, look, read, real_folder};
use super::index::{Index, digest, is_ours};
use crate::cli::selection::Clusters;
use crate::report::manifest::{Change, FileChange, Manifest};

/// The largest file whose first differing line is looked for, in bytes.
const MAX_BYTES: u64 = 64 << 20;

/// What differs, and what would have to be done about it.
#[derive(Debug, Default)]
pub struct Comparison<'a> {
    /// The files that differ, in order of path.
    pub changes: Vec<FileChange>,
    /// Paths that nothing may be written to, each with the reason.
    pub refused: Vec<Error>,
    /// Files that are no longer rendered but were edited since they were written.
    pub edited: Vec<String>,
    /// How many files are as rendered.
    pub unchanged: usize,
    /// What is to be written.
    pub(super) write: Vec<&'a Manifest>,
    /// What is to be removed.
    pub(super) remove: Vec<String>,
    /// What the index is to hold in the end.
    pub(super) index: Index,
}

/// Compares the manifests with the folder. Files of clusters that were not chosen are left out of account.
///
/// # Errors
/// If two units render to one file, or something cannot be read. What only stands in the way of writing is
/// in [`Comparison::refused`].
pub fn compare<'a>(
    folder: &Folder,
    manifests: &'a [Manifest],
    clusters: &Clusters,
) -> Result<Comparison<'a>, Error> {
    let wanted = by_path(manifests)?;
    let mut found = Comparison { index: folder.index.clone(), ..Comparison::default() };
    for (path, manifest) in &wanted {
        found.add(folder, path, manifest)?;
    }
    for (path, written) in &folder.index {
        let of_chosen = path.split_once('/').is_some_and(|(cluster, _)| clusters.contains(cluster));
        if of_chosen && !wanted.contains_key(path) {
            found.stale(folder, path, written)?;
        }
    }
    found.changes.sort();
    Ok(found)
}

/// The YAML files in the folders of rendered clusters that are neither rendered nor in the index: somebody
/// put them there, or the index was lost. They are never removed; `--check` tells them.
///
/// # Errors
/// If a folder cannot be listed.
pub fn strangers(folder: &Folder, manifests: &[Manifest]) -> Result<Vec<FileChange>, Error> {
    let wanted = by_path(manifests)?;
    let clusters: BTreeSet<&str> = manifests.iter().map(|manifest| &*manifest.cluster).collect();
    let mut found = Vec::new();
    for cluster in clusters {
        let path = folder.path.join(cluster);
        if !matches!(look(&path), Ok(Found::Folder)) {
            continue;
        }
        for entry in path.read_dir().map_err(Error::io("list this folder", &path))? {
            let name = entry.map_err(Error::io("list this folder", &path))?.file_name();
            let file = format!("{cluster}/{}", name.to_string_lossy());
            if file.ends_with(".yaml") && !wanted.contains_key(&file) && !folder.index.contains_key(&file) {
                found.push(difference(&file, Change::Stale));
            }
        }
    }
    Ok(found)
}

fn by_path(manifests: &[Manifest]) -> Result<BTreeMap<String, &Manifest>, Error> {
    let mut wanted: BTreeMap<String, &Manifest> = BTreeMap::new();
    for manifest in manifests {
        let path = manifest.path();
        if !is_ours(&path) {
            return Err(Error::Name(path));
        }
        if let Some(first) = wanted.insert(path.clone(), manifest) {
            return Err(Error::Twice { path, first: first.unit.clone(), second: manifest.unit.clone() });
        }
    }
    Ok(wanted)
}

impl<'a> Comparison<'a> {
    fn add(&mut self, folder: &Folder, path: &str, manifest: &'a Manifest) -> Result<(), Error> {
        let file = folder.path.join(path);
        let on_disk = match real_folder(&folder.path.join(&*manifest.cluster)) {
            Ok(true) => look(&file),
            Ok(false) => Ok(Found::Nothing),
            Err(error) => Err(error),
        };
        let change = match on_disk {
            Err(error @ (Error::Link(_) | Error::NotAFolder(_) | Error::NotAFile(_))) => {
                self.refused.push(error);
                return Ok(());
            }
            Err(error) => return Err(error),
            Ok(Found::Folder) => {
                self.refused.push(Error::NotAFile(file));
                return Ok(());
            }
            Ok(Found::Nothing) => difference(path, Change::Added),
            Ok(Found::File(length)) => match differing(&file, length, manifest)? {
                None => {
                    self.unchanged += 1;
                    self.index.insert(path.to_owned(), digest(manifest.text.as_bytes()));
                    return Ok(());
                }
                Some(change) => {
                    if !folder.index.contains_key(path) {
                        self.refused.push(Error::Foreign(file));
                    }
                    FileChange { path: path.to_owned(), ..change }
                }
            },
        };
        self.changes.push(change);
        self.write.push(manifest);
        self.index.insert(path.to_owned(), digest(manifest.text.as_bytes()));
        Ok(())
    }

    fn stale(&mut self, folder: &Folder, path: &str, written: &str) -> Result<(), Error> {
        let file = folder.path.join(path);
        let is_there = match file.parent().map(real_folder).transpose()? {
            Some(true) => look(&file)?,
            Some(false) | None => Found::Nothing,
        };
        match is_there {
            Found::Nothing => {
                self.index.remove(path);
            }
            Found::Folder => self.edited.push(path.to_owned()),
            Found::File(_) => {
                self.changes.push(difference(path, Change::Stale));
                let as_written = read(&file, MAX_BYTES)?.is_some_and(|bytes| digest(&bytes) == written);
                if as_written {
                    self.remove.push(path.to_owned());
                    self.index.remove(path);
                } else {
                    self.edited.push(path.to_owned());
                }
            }
        }
        Ok(())
    }
}

fn difference(path: &str, change: Change) -> FileChange {
    FileChange { path: path.to_owned(), change, line: None, before: None, after: None }
}

/// How a file differs from the manifest; `None` if it does not. A secret that others may read counts.
fn differing(file: &Path, length: u64, manifest: &Manifest) -> Result<Option<FileChange>, Error> {
    let mut change = difference("", Change::Changed);
    let Some(bytes) = (length <= MAX_BYTES).then(|| read(file, MAX_BYTES)).transpose()?.flatten() else {
        return Ok(Some(change));
    };
    if bytes == manifest.text.as_bytes() {
        let mode = file.metadata().map_err(Error::io("look at this path", file))?.permissions().mode();
        return Ok((manifest.shows_secrets && mode & 0o077 != 0).then_some(change));
    }
    let before = String::from_utf8_lossy(&bytes);
    let (mut old, mut new) = (before.lines(), manifest.text.lines());
    for line in 1.. {
        let (before, after) = (old.next(), new.next());
        if before != after || before.is_none() {
            change.line = Some(line);
            // What stands on disk may be the secret that is masked here, or the other way round.
            if !manifest.has_secrets {
                change.before = before.map(str::to_owned);
                change.after = after.map(str::to_owned);
            }
            break;
        }
    }
    Ok(Some(change))
}
