//! What stands in the folder; links are never followed.

use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::error::Error;
use super::index::{self, Index};
use super::write::sweep;

/// A folder to compare with or to write to, and what fleetwright wrote there before.
#[derive(Debug)]
pub struct Folder {
    pub(super) path: PathBuf,
    pub(super) index: Index,
    /// Held until the folder is let go: a second run would take away the temporary files of this one.
    lock: Option<File>,
    /// The folders that were made for it, innermost first.
    made: Vec<PathBuf>,
}

/// What stands at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing.
    Nothing,
    /// A file of this length.
    File(u64),
    /// A folder.
    Folder,
}

impl Folder {
    /// A folder to compare with. It need not be there.
    ///
    /// # Errors
    /// If it is a link or no folder, or its index cannot be read.
    pub fn to_compare(path: &Path) -> Result<Self, Error> {
        let index = match real_folder(path)? {
            true => index::load(path)?,
            false => Index::new(),
        };
        Ok(Self { path: path.to_owned(), index, lock: None, made: Vec::new() })
    }

    /// A folder to write to, made if it is not there, and locked against other runs. What killed runs left is taken
    /// away: without the lock the files could be those of a run that lives.
    ///
    /// # Errors
    /// As [`Folder::to_compare`], if it cannot be made, or if another run holds the lock.
    pub fn to_write(path: &Path) -> Result<Self, Error> {
        let mut folder = Self { path: path.to_owned(), index: Index::new(), lock: None, made: Vec::new() };
        if !real_folder(path)? {
            let missing =
                path.ancestors().take_while(|above| !above.as_os_str().is_empty() && !above.exists());
            folder.made = missing.map(Path::to_owned).collect();
            fs::create_dir_all(path).map_err(Error::io("make this folder", path))?;
        }
        folder.lock = lock(path)?;
        folder.index = index::load(path)?;
        if folder.lock.is_some() {
            sweep(path)?;
            let clusters: BTreeSet<&str> =
                folder.index.keys().filter_map(|file| Some(file.split_once('/')?.0)).collect();
            for cluster in clusters {
                let cluster = path.join(cluster);
                if matches!(look(&cluster), Ok(Found::Folder)) {
                    sweep(&cluster)?;
                }
            }
        }
        Ok(folder)
    }
}

/// Folders that were made and that nothing came into go again.
impl Drop for Folder {
    fn drop(&mut self) {
        for made in &self.made {
            match fs::remove_dir(made) {
                Ok(()) => {}
                // Something stands in it, as it should.
                Err(_) => return,
            }
        }
    }
}

/// The lock of a folder against other runs, held until it is let go. `None` where the file system has no locks: one
/// writer at a time is then up to the user.
///
/// # Errors
/// If another run holds it, or the folder cannot be opened.
pub fn lock(path: &Path) -> Result<Option<File>, Error> {
    let handle = File::open(path).map_err(Error::io("open this folder", path))?;
    match handle.try_lock() {
        Ok(()) => Ok(Some(handle)),
        Err(TryLockError::WouldBlock) => Err(Error::Busy(path.to_owned())),
        Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => Ok(None),
        Err(TryLockError::Error(error)) => Err(Error::io("lock this folder", path)(error)),
    }
}

/// What stands at a path, without following a link.
///
/// # Errors
/// If it is a link, or neither a file nor a folder, or cannot be looked at.
pub fn look(path: &Path) -> Result<Found, Error> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => Err(Error::Link(path.to_owned())),
        Ok(found) if found.is_file() => Ok(Found::File(found.len())),
        Ok(found) if found.is_dir() => Ok(Found::Folder),
        Ok(_) => Err(Error::NotAFile(path.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Found::Nothing),
        Err(error) => Err(Error::io("look at this path", path)(error)),
    }
}

/// Whether a folder is there.
///
/// # Errors
/// If something else is, or it cannot be looked at.
pub fn real_folder(path: &Path) -> Result<bool, Error> {
    match look(path) {
        Ok(Found::Folder) => Ok(true),
        Ok(Found::Nothing) => Ok(false),
        Ok(Found::File(_)) | Err(Error::NotAFile(_)) => Err(Error::NotAFolder(path.to_owned())),
        Err(error) => Err(error),
    }
}

/// The bytes of a file, or `None` if it is larger than `limit`.
///
/// # Errors
/// If it cannot be read.
pub fn read(path: &Path, limit: u64) -> Result<Option<Vec<u8>>, Error> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(limit + 1).read_to_end(&mut bytes))
        .map_err(Error::io("read this file", path))?;
    Ok((bytes.len() as u64 <= limit).then_some(bytes))
}
