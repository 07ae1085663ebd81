//! What is rendered against what stands in the folder.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::error::Error;
use super::folder::{Folder, Found, look, read, real_folder};
use super::index::{Index, digest, is_ours};
use super::write::{NewFolder, Put, Staged};
use crate::cli::selection::Clusters;
use crate::report::manifest::{Change, FileChange, Manifest};

/// The largest file whose first differing line is looked for, in bytes.
const MAX_BYTES: u64 = 64 << 20;

/// What differs, and what would have to be done about it.
#[derive(Debug, Default)]
pub struct Comparison {
    /// The files that differ, in order of path.
    pub changes: Vec<FileChange>,
    /// Paths that nothing may be written to, each with the reason.
    pub refused: Vec<Error>,
    /// Files that are no longer rendered but were edited since they were written.
    pub edited: Vec<String>,
    /// How many files are as rendered.
    pub unchanged: usize,
    /// The files that are rendered, each with the unit that it is of.
    wanted: BTreeMap<String, String>,
    /// What is to be put in its place, in order of path.
    pub(super) put: Vec<Put>,
    /// What is to be removed.
    pub(super) remove: Vec<String>,
    /// What the index is to hold in the end.
    pub(super) index: Index,
}

/// The rendered files of a cluster beside what stands in the folder.
#[derive(Debug, Default)]
pub struct Looked {
    files: Vec<File>,
    /// Its folder with the new files, if it has none yet and there are to be some.
    new_folder: Option<NewFolder>,
}

/// One of them.
#[derive(Debug)]
struct File {
    path: String,
    unit: String,
    digest: String,
    found: Beside,
}

/// What stands where a rendered file belongs.
#[derive(Debug)]
enum Beside {
    /// The very same.
    Same,
    /// What nothing may be written to.
    Refused(Error),
    /// Nothing, or something else; the new file, unless it is in the new folder of its cluster; and why it may not be put
    /// there.
    Other { change: FileChange, staged: Option<Staged>, refused: Option<Error> },
}

/// Looks at the places of the rendered files of a cluster. With `staged`, the new files are made beside them where
/// they differ, in a folder beside that of the cluster where it has none.
///
/// # Errors
/// If a file could be none of ours by its name, or something cannot be read or written.
pub fn look_at(
    folder: &Folder,
    cluster: &str,
    manifests: impl Iterator<Item = Manifest>,
    staged: bool,
) -> Result<Looked, Error> {
    let place = folder.path.join(cluster);
    // Asked once, not for each file.
    let is_there = OnceCell::new();
    let mut looked = Looked::default();
    for manifest in manifests {
        let path = manifest.path();
        if !is_ours(&path) {
            return Err(Error::Name(path));
        }
        let is_there = is_there.get_or_init(|| real_folder(&place).ok());
        let mut found = beside(folder, &path, &manifest, *is_there)?;
        if let Beside::Other { staged: new, refused: None, .. } = &mut found
            && staged
        {
            match (is_there, &mut looked.new_folder) {
                (Some(false), Some(new_folder)) => new_folder.add(&manifest)?,
                (Some(false), none) => none.insert(NewFolder::make(&folder.path, cluster)?).add(&manifest)?,
                (Some(true) | None, _) => *new = Some(Staged::for_manifest(&place, &manifest)?),
            }
        }
        let digest = digest(manifest.text.as_bytes());
        looked.files.push(File { unit: manifest.unit, digest, path, found });
    }
    Ok(looked)
}

/// `has_folder`: whether the folder of its cluster is there; `None` if it is something else, or could not be looked at.
fn beside(
    folder: &Folder,
    path: &str,
    manifest: &Manifest,
    has_folder: Option<bool>,
) -> Result<Beside, Error> {
    let file = folder.path.join(path);
    let on_disk = match has_folder {
        Some(true) => look(&file),
        Some(false) => Ok(Found::Nothing),
        // Each file tells it anew.
        None => real_folder(&folder.path.join(&*manifest.cluster)).map(|_| Found::Nothing),
    };
    let (change, refused) = match on_disk {
        Err(error @ (Error::Link(_) | Error::NotAFolder(_) | Error::NotAFile(_))) => {
            return Ok(Beside::Refused(error));
        }
        Err(error) => return Err(error),
        Ok(Found::Folder) => return Ok(Beside::Refused(Error::NotAFile(file))),
        Ok(Found::Nothing) => (difference(path, Change::Added), None),
        Ok(Found::File(length)) => match differing(&file, length, manifest)? {
            None => return Ok(Beside::Same),
            Some(change) => {
                let foreign = (!folder.index.contains_key(path)).then_some(Error::Foreign(file));
                (FileChange { path: path.to_owned(), ..change }, foreign)
            }
        },
    };
    Ok(Beside::Other { change, staged: None, refused })
}

/// Compares what was rendered with the folder. Files of clusters that were not chosen are left out of account.
///
/// # Errors
/// If two units render to one file, or something cannot be read. What only stands in the way of writing is
/// in [`Comparison::refused`].
pub fn compare(folder: &Folder, looked: Vec<Looked>, clusters: &Clusters) -> Result<Comparison, Error> {
    let mut found = Comparison { index: folder.index.clone(), ..Comparison::default() };
    for Looked { files, new_folder } in looked {
        for file in files {
            found.add(file)?;
        }
        found.put.extend(new_folder.map(Put::Folder));
    }
    for (path, written) in &folder.index {
        let of_chosen = path.split_once('/').is_some_and(|(cluster, _)| clusters.contains(cluster));
        if of_chosen && !found.wanted.contains_key(path) {
            found.stale(folder, path, written)?;
        }
    }
    found.changes.sort();
    found.put.sort_by(|a, b| a.paths().cmp(b.paths()));
    Ok(found)
}

/// The YAML files in the folders of rendered clusters that are neither rendered nor in the index: somebody
/// put them there, or the index was lost. They are never removed; `--check` tells them.
///
/// # Errors
/// If a folder cannot be listed.
pub fn strangers(folder: &Folder, comparison: &Comparison) -> Result<Vec<FileChange>, Error> {
    let wanted = &comparison.wanted;
    let clusters: BTreeSet<&str> = wanted.keys().filter_map(|path| Some(path.split_once('/')?.0)).collect();
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

impl Comparison {
    fn add(&mut self, file: File) -> Result<(), Error> {
        let File { path, unit, digest, found } = file;
        if let Some(first) = self.wanted.insert(path.clone(), unit.clone()) {
            return Err(Error::Twice { path, first, second: unit });
        }
        match found {
            Beside::Same => self.unchanged += 1,
            Beside::Refused(error) => {
                self.refused.push(error);
                return Ok(());
            }
            Beside::Other { change, staged, refused } => {
                self.changes.push(change);
                self.refused.extend(refused);
                self.put.extend(staged.map(|staged| Put::File(path.clone(), staged)));
            }
        }
        self.index.insert(path, digest);
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
