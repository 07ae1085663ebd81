//! Texts in a folder on disk.

use std::fs;
use std::io::Read;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

use super::error::{Error, FileKind};
use super::path::RelPath;
use super::{MAX_FILE_BYTES, MAX_FILES};

/// The root that a fleet directory belongs to: the nearest folder upwards, itself included, that holds
/// `.git`, or else its parent folder. Returns the canonical root and the fleet's path below it.
///
/// # Errors
/// If the directory does not exist, is no folder, or its path is not UTF-8.
pub fn find_root(fleet: &Path) -> Result<(PathBuf, RelPath), Error> {
    let fleet = open(fleet)?;
    let root = fleet
        .ancestors()
        .find(|folder| folder.join(".git").exists())
        .or_else(|| fleet.parent())
        .unwrap_or(&fleet)
        .to_path_buf();
    let below = fleet.strip_prefix(&root).unwrap_or(Path::new(""));
    let below = below.to_str().ok_or_else(|| Error::Io {
        path: below.display().to_string(),
        error: std::io::Error::new(std::io::ErrorKind::InvalidInput, "the path is not UTF-8"),
    })?;
    Ok((root, RelPath::parse(below)?))
}

/// The canonical path of a folder.
pub(super) fn open(folder: &Path) -> Result<PathBuf, Error> {
    let canonical = folder.canonicalize().map_err(|error| Error::io(folder.display(), error))?;
    let kind = fs::metadata(&canonical).map_err(|error| Error::io(folder.display(), error))?;
    if kind.is_dir() {
        return Ok(canonical);
    }
    let path = folder.display().to_string();
    Err(Error::Kind { path, expected: FileKind::Folder, found: kind_of(kind.file_type()) })
}

/// The canonical path of what stands at `path`, which must lie inside the root.
fn resolve(root: &Path, path: &RelPath) -> Result<PathBuf, Error> {
    let canonical = root.join(path.as_str()).canonicalize().map_err(|error| Error::io(path, error))?;
    if canonical.starts_with(root) { Ok(canonical) } else { Err(Error::Outside { path: path.to_string() }) }
}

fn kind_of(kind: fs::FileType) -> FileKind {
    if kind.is_dir() {
        FileKind::Folder
    } else if kind.is_fifo() {
        FileKind::Pipe
    } else if kind.is_socket() {
        FileKind::Socket
    } else if kind.is_char_device() || kind.is_block_device() {
        FileKind::Device
    } else {
        FileKind::File
    }
}

pub(super) fn exists(root: &Path, path: &RelPath) -> bool {
    resolve(root, path).is_ok()
}

pub(super) fn read(root: &Path, path: &RelPath) -> Result<Vec<u8>, Error> {
    let file = resolve(root, path)?;
    // Asked before opening: opening a pipe without a writer would hang.
    let kind = fs::metadata(&file).map_err(|error| Error::io(path, error))?.file_type();
    if !kind.is_file() {
        let (expected, found) = (FileKind::File, kind_of(kind));
        return Err(Error::Kind { path: path.to_string(), expected, found });
    }
    let mut bytes = Vec::new();
    fs::File::open(&file)
        .and_then(|file| file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| Error::io(path, error))?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(Error::TooLarge { path: path.to_string(), bytes: bytes.len() as u64 });
    }
    Ok(bytes)
}

pub(super) fn list(root: &Path, folder: &RelPath) -> Result<Vec<RelPath>, Error> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.clone()];
    while let Some(folder) = waiting.pop() {
        let at = resolve(root, &folder)?;
        let kind = fs::metadata(&at).map_err(|error| Error::io(&folder, error))?;
        if !kind.is_dir() {
            let (expected, found) = (FileKind::Folder, kind_of(kind.file_type()));
            return Err(Error::Kind { path: folder.to_string(), expected, found });
        }
        for entry in fs::read_dir(&at).map_err(|error| Error::io(&folder, error))? {
            let entry = entry.map_err(|error| Error::io(&folder, error))?;
            let name = entry.file_name();
            if name.as_encoded_bytes().first() == Some(&b'.') {
                continue;
            }
            let Some(name) = name.to_str() else {
                let path = format!("{folder}/{}", name.display());
                let error = std::io::Error::other("the file name is not UTF-8");
                return Err(Error::Io { path, error });
            };
            let path = folder.join(name)?;
            let kind = entry.file_type().map_err(|error| Error::io(&path, error))?;
            if kind.is_dir() {
                waiting.push(path);
            } else if !kind.is_symlink() || !links_to_folder(root, &path) {
                found.push(path);
            }
            if found.len() > MAX_FILES || waiting.len() > MAX_FILES {
                return Err(Error::TooMany { path: folder.to_string() });
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Links to folders are not followed; a link to anything else is listed, so that reading it says what is
/// wrong with it.
fn links_to_folder(root: &Path, path: &RelPath) -> bool {
    resolve(root, path).is_ok_and(|target| target.is_dir())
}
