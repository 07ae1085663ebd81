//! Writing: whole files and whole folders of clusters, by way of temporary ones.

use std::fs::{self, OpenOptions, Permissions};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::compare::Comparison;
use super::error::Error;
use super::folder::{Folder, Found, look, real_folder};
use super::index::{self, INDEX, Index};
use crate::report::manifest::Manifest;

/// What the name of a temporary file or folder begins with; sixteen hexadecimal digits follow.
const TEMPORARY: &str = ".fleetwright-tmp-";

/// The mode of a file, as far as the umask allows.
const MODE: u32 = 0o644;

/// The mode of a file that shows a secret.
const SECRET_MODE: u32 = 0o600;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Files written.
    pub written: usize,
    /// Files removed.
    pub removed: usize,
    /// Files that were as rendered.
    pub unchanged: usize,
}

/// Makes the folder what was rendered.
///
/// The index is widened before the first write and narrowed after the last, so that a run that is killed
/// forgets nothing that it wrote.
///
/// # Errors
/// The first of [`Comparison::refused`], with nothing written; or what the operating system said, with the
/// files written so far whole.
pub fn write(folder: &Folder, mut comparison: Comparison) -> Result<Outcome, Error> {
    if let Some(refused) = comparison.refused.pop() {
        return Err(refused);
    }
    let with = |mut index: Index, put: &[Put]| {
        for path in put.iter().flat_map(Put::paths) {
            let digest = comparison.index.get(path).cloned().unwrap_or_default();
            index.insert(path.to_owned(), digest);
        }
        index
    };
    // All of it was rendered since the places were looked at.
    comparison.put.iter().try_for_each(Put::look)?;
    let widened = with(folder.index.clone(), &comparison.put);
    save(folder, &folder.index, &widened)?;
    for number in 0..comparison.put.len() {
        let (before, rest) = comparison.put.split_at_mut(number);
        if let Err(error) = rest.first_mut().map_or(Ok(()), Put::put) {
            // What was not put there is somebody else's, or nobody's.
            save(folder, &widened, &with(folder.index.clone(), before))?;
            return Err(error);
        }
    }
    for path in &comparison.remove {
        remove(&folder.path.join(path))?;
    }
    save(folder, &widened, &comparison.index)?;
    let written = comparison.put.iter().flat_map(Put::paths).count();
    Ok(Outcome { written, removed: comparison.remove.len(), unchanged: comparison.unchanged })
}

/// What is to be put in its place, with its paths in the index.
#[derive(Debug)]
pub(super) enum Put {
    /// A file of a cluster that has a folder.
    File(String, Staged),
    /// The folder of a cluster that has none yet.
    Folder(NewFolder),
}

impl Put {
    /// The files, as the index names them.
    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        let paths = match self {
            Self::File(path, _) => std::slice::from_ref(path),
            Self::Folder(folder) => &folder.paths,
        };
        paths.iter().map(String::as_str)
    }

    /// Holds that the place is still as it was when it was looked at.
    fn look(&self) -> Result<(), Error> {
        match self {
            Self::File(_, staged) => match staged.path.parent().map(real_folder).transpose()? {
                Some(false) => Err(Error::Changed(staged.path.clone())),
                Some(true) | None => Ok(()),
            },
            Self::Folder(folder) => match look(&folder.path)? {
                Found::Nothing => Ok(()),
                Found::File(_) | Found::Folder => Err(Error::Changed(folder.path.clone())),
            },
        }
    }

    fn put(&mut self) -> Result<(), Error> {
        self.look()?;
        match self {
            Self::File(_, staged) => staged.put(),
            Self::Folder(folder) => folder.put(),
        }
    }
}

fn save(folder: &Folder, before: &Index, after: &Index) -> Result<(), Error> {
    if before == after {
        return Ok(());
    }
    replace(&folder.path, INDEX, index::text(after, &folder.path)?.as_bytes(), MODE)
}

/// Puts `bytes` at `folder/name` in one step: whoever looks sees the old file or the new one. `mode` is that
/// of a new file, less the umask.
///
/// # Errors
/// What the operating system said. The temporary file is taken away, or else by the next run.
pub fn replace(folder: &Path, name: &str, bytes: &[u8], mode: u32) -> Result<(), Error> {
    stage(folder, folder.join(name), bytes, mode, |_| Ok(()))?.put()
}

/// A file that was written beside the one that it is to replace. It is taken away unless it is put there.
#[derive(Debug)]
pub struct Staged {
    temporary: PathBuf,
    path: PathBuf,
    is_put: bool,
}

impl Staged {
    /// The bytes for `folder/name`, on the disk, with exactly these permissions.
    ///
    /// # Errors
    /// What the operating system said.
    pub fn keeping(
        folder: &Path,
        name: &str,
        bytes: &[u8],
        permissions: &Permissions,
    ) -> Result<Self, Error> {
        // The umask may have taken from the new file. What is renamed must be whole even if the machine stops.
        let finish =
            |file: &fs::File| file.set_permissions(permissions.clone()).and_then(|()| file.sync_all());
        stage(folder, folder.join(name), bytes, permissions.mode() & 0o777, finish)
    }

    /// The text of a manifest, for its place in the folder of its cluster, which is there.
    pub(super) fn for_manifest(cluster: &Path, manifest: &Manifest) -> Result<Self, Error> {
        let (path, text) = (cluster.join(&manifest.file), manifest.text.as_bytes());
        stage(cluster, path, text, mode(manifest), |_| Ok(()))
    }

    /// Puts the file in its place, in one step.
    ///
    /// # Errors
    /// What the operating system said.
    pub fn put(&mut self) -> Result<(), Error> {
        fs::rename(&self.temporary, &self.path).map_err(Error::io("write this file", &self.path))?;
        self.is_put = true;
        Ok(())
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if !self.is_put {
            match fs::remove_file(&self.temporary) {
                // Not even made, or taken away, or left to the next run: what went wrong before is told.
                Ok(()) | Err(_) => {}
            }
        }
    }
}

fn mode(manifest: &Manifest) -> u32 {
    if manifest.shows_secrets { SECRET_MODE } else { MODE }
}

/// The folder of a cluster that has none yet, filled beside its place. It is taken away unless it is put there.
#[derive(Debug)]
pub(super) struct NewFolder {
    temporary: PathBuf,
    path: PathBuf,
    /// Its files, as the index names them.
    paths: Vec<String>,
    is_put: bool,
}

impl NewFolder {
    /// An empty one, for the cluster's place below `folder`.
    pub(super) fn make(folder: &Path, cluster: &str) -> Result<Self, Error> {
        let path = folder.join(cluster);
        let temporary = temporary(folder, &path);
        fs::create_dir(&temporary).map_err(Error::io("make this folder", &path))?;
        Ok(Self { temporary, path, paths: Vec::new(), is_put: false })
    }

    /// Adds the file of a manifest of this cluster.
    pub(super) fn add(&mut self, manifest: &Manifest) -> Result<(), Error> {
        let file = self.temporary.join(&manifest.file);
        match create(&file, manifest.text.as_bytes(), mode(manifest), |_| Ok(())) {
            Ok(()) => {
                self.paths.push(manifest.path());
                Ok(())
            }
            // The second unit with this file; the comparison refuses it.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(Error::io("write this file", &self.path.join(&manifest.file))(error)),
        }
    }

    /// Puts the folder in its place, with all files in it, in one step.
    fn put(&mut self) -> Result<(), Error> {
        fs::rename(&self.temporary, &self.path).map_err(Error::io("make this folder", &self.path))?;
        self.is_put = true;
        Ok(())
    }
}

impl Drop for NewFolder {
    fn drop(&mut self) {
        if !self.is_put {
            match clear(&self.temporary) {
                // As for a file that is not put in its place.
                Ok(()) | Err(_) => {}
            }
        }
    }
}

/// Removes a temporary folder with the files in it. What else somebody put there stays.
fn clear(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::remove_file(entry.path())?;
        }
    }
    removed(fs::remove_dir(folder))
}

/// That a folder was to be removed, and had something in it, is no error.
fn removed(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => Ok(()),
        result => result,
    }
}

/// A path in `folder`, which is on the same file system as `path`, for what is to be put there. A random name cannot
/// be taken in advance.
fn temporary(folder: &Path, path: &Path) -> PathBuf {
    folder.join(format!("{TEMPORARY}{:016x}", RandomState::new().hash_one(path)))
}

/// The bytes for `path`, in a temporary file in `folder`.
fn stage(
    folder: &Path,
    path: PathBuf,
    bytes: &[u8],
    mode: u32,
    finish: impl FnOnce(&fs::File) -> io::Result<()>,
) -> Result<Staged, Error> {
    let staged = Staged { temporary: temporary(folder, &path), path, is_put: false };
    create(&staged.temporary, bytes, mode, finish).map_err(Error::io("write this file", &staged.path))?;
    Ok(staged)
}

/// Writes a file that is not there; follows no link that somebody put in its place.
fn create(
    path: &Path,
    bytes: &[u8],
    mode: u32,
    finish: impl FnOnce(&fs::File) -> io::Result<()>,
) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
    file.write_all(bytes)?;
    finish(&file)
}

/// Writes a file that is not there yet.
///
/// # Errors
/// If something is there, or the operating system said no.
pub fn new_file(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
        .and_then(|mut file| file.write_all(bytes))
        .map_err(Error::io("write this file", path))
}

/// Removes a file, and its folder if that is empty then.
fn remove(file: &Path) -> Result<(), Error> {
    fs::remove_file(file).map_err(Error::io("remove this file", file))?;
    let Some(folder) = file.parent() else { return Ok(()) };
    removed(fs::remove_dir(folder)).map_err(Error::io("remove this empty folder", folder))
}

/// Takes away what killed runs left in a folder. Only under its lock.
///
/// # Errors
/// What the operating system said.
pub fn sweep(folder: &Path) -> Result<(), Error> {
    for entry in fs::read_dir(folder).map_err(Error::io("list this folder", folder))? {
        let entry = entry.map_err(Error::io("list this folder", folder))?;
        let path = entry.path();
        let kind = entry.file_type().map_err(Error::io("look at this path", &path))?;
        if !entry.file_name().to_str().is_some_and(is_temporary) {
            continue;
        }
        let left = |error| Error::Left { path: path.clone(), error };
        if kind.is_file() {
            fs::remove_file(&path).map_err(left)?;
        } else if kind.is_dir() {
            clear(&path).map_err(left)?;
        }
    }
    Ok(())
}

fn is_temporary(name: &str) -> bool {
    name.strip_prefix(TEMPORARY)
        .is_some_and(|digits| digits.len() == 16 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
