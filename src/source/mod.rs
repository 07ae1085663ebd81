//! Where text comes from: a folder, a git revision or a test's strings. Nothing outside the root is ever read.

mod error;
mod folder;
mod path;
mod revision;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use error::{Error, FileKind};
pub use folder::find_root;
pub use path::{BadPath, RelPath};
pub use revision::{Revision, RevisionError, find_repository};

/// The largest file that is read, in bytes. A fleet file or template of this size is a mistake.
pub const MAX_FILE_BYTES: u64 = 4 << 20;

/// The most files that one folder may hold below it.
pub const MAX_FILES: usize = 100_000;

/// The most links that one path in a revision may lead through, as on Linux.
pub const MAX_LINKS: usize = 40;

/// The texts below one root.
#[derive(Clone, Debug)]
pub enum Sources {
    /// A folder on disk, given by its canonical path.
    Folder(PathBuf),
    /// Texts held in memory: what tests and `init` use.
    Memory(BTreeMap<RelPath, Arc<[u8]>>),
    /// The tree of a commit; the working tree does not matter to it.
    Revision(Arc<Revision>),
    /// Others, some of their files as an edit would leave them.
    Edited {
        /// The others.
        on: Box<Self>,
        /// The edited files.
        files: BTreeMap<RelPath, Arc<[u8]>>,
    },
}

impl Sources {
    /// The texts below `root`, which must be a folder.
    ///
    /// # Errors
    /// If `root` cannot be resolved or is no folder.
    pub fn folder(root: &Path) -> Result<Self, Error> {
        folder::open(root).map(Self::Folder)
    }

    /// The texts of a revision of the repository whose `.git` stands at `root`.
    ///
    /// # Errors
    /// If the repository cannot be read or has no such revision.
    pub fn revision(root: &Path, revision: &str) -> Result<Self, RevisionError> {
        Revision::open(root, revision).map(|revision| Self::Revision(Arc::new(revision)))
    }

    /// The same with other texts in some of its files, which are there.
    #[must_use]
    pub fn edited(self, texts: impl IntoIterator<Item = (RelPath, String)>) -> Self {
        let files = texts.into_iter().map(|(path, text)| (path, Arc::from(text.into_bytes()))).collect();
        Self::Edited { on: Box::new(self), files }
    }

    /// The path as a person finds it: below the root, or `REVISION:PATH` as git has it.
    pub fn shown(&self, path: &RelPath) -> String {
        match self {
            Self::Folder(_) | Self::Memory(_) => path.to_string(),
            Self::Revision(revision) => revision.shown(path),
            Self::Edited { on, .. } => on.shown(path),
        }
    }

    /// Texts in memory, by path.
    ///
    /// # Errors
    /// If one of the paths is not a [`RelPath`].
    pub fn memory<P: AsRef<str>, T: Into<Vec<u8>>>(
        files: impl IntoIterator<Item = (P, T)>,
    ) -> Result<Self, Error> {
        let mut map = BTreeMap::new();
        for (path, text) in files {
            map.insert(RelPath::parse(path.as_ref())?, Arc::from(text.into()));
        }
        Ok(Self::Memory(map))
    }

    /// The files below `folder`, at any depth, sorted by path. Names that begin with a dot are left
    /// out, links to folders are not followed.
    ///
    /// # Errors
    /// If the folder does not exist, is no folder, cannot be listed, or holds more than [`MAX_FILES`]; in a
    /// revision also if it holds a submodule.
    pub fn list(&self, folder: &RelPath) -> Result<Vec<RelPath>, Error> {
        match self {
            Self::Folder(root) => folder::list(root, folder),
            Self::Memory(files) => {
                let found: Vec<RelPath> = files
                    .keys()
                    .filter(|path| path.is_below(folder) && !path.is_hidden_below(folder))
                    .cloned()
                    .collect();
                if found.is_empty() && !folder.is_root() {
                    return Err(Error::NotFound { path: folder.to_string() });
                }
                Ok(found)
            }
            Self::Revision(revision) => revision.list(folder),
            Self::Edited { on, .. } => on.list(folder),
        }
    }

    /// Whether a file or a folder stands at this path.
    pub fn exists(&self, path: &RelPath) -> bool {
        match self {
            Self::Folder(root) => folder::exists(root, path),
            Self::Memory(files) => files.contains_key(path) || files.keys().any(|file| file.is_below(path)),
            Self::Revision(revision) => revision.exists(path),
            Self::Edited { on, .. } => on.exists(path),
        }
    }

    /// The text of a file: UTF-8, at most [`MAX_FILE_BYTES`], a byte order mark at its start taken off, line
    /// breaks as `\n` however the checkout has them.
    ///
    /// # Errors
    /// If there is no such file, it is no regular file, lies outside the root, is too large, is not UTF-8, or
    /// is a pointer to a file that Git LFS keeps elsewhere.
    pub fn read(&self, path: &RelPath) -> Result<Arc<str>, Error> {
        match self {
            Self::Folder(root) => decode(&path.to_string(), &folder::read(root, path)?),
            Self::Memory(files) => match files.get(path) {
                Some(bytes) => small(&path.to_string(), bytes),
                None => Err(Error::NotFound { path: path.to_string() }),
            },
            Self::Revision(revision) => decode(&revision.shown(path), &revision.read(path)?),
            Self::Edited { on, files } => match files.get(path) {
                Some(bytes) => small(&on.shown(path), bytes),
                None => on.read(path),
            },
        }
    }
}

/// What the file begins with that Git LFS leaves in the place of a large one (its specification, version 1).
const LFS_POINTER: &[u8] = b"version https://git-lfs.github.com/spec/v1\n";

/// The text of bytes in memory.
fn small(path: &str, bytes: &[u8]) -> Result<Arc<str>, Error> {
    match bytes.len() as u64 {
        bytes if bytes > MAX_FILE_BYTES => Err(Error::TooLarge { path: path.to_owned(), bytes }),
        _ => decode(path, bytes),
    }
}

fn decode(path: &str, bytes: &[u8]) -> Result<Arc<str>, Error> {
    if bytes.starts_with(LFS_POINTER) {
        return Err(Error::LfsPointer { path: path.to_owned() });
    }
    let utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    match std::str::from_utf8(bytes) {
        Ok(text) => {
            let text = text.strip_prefix('\u{feff}').unwrap_or(text);
            Ok(if text.contains("\r\n") { Arc::from(text.replace("\r\n", "\n")) } else { Arc::from(text) })
        }
        Err(error) => {
            let offset = error.valid_up_to();
            let before = std::str::from_utf8(&bytes[..offset]).unwrap_or("");
            Err(Error::NotUtf8 {
                path: path.to_owned(),
                offset,
                line: bytes[..offset].iter().filter(|byte| **byte == b'\n').count() + 1,
                byte: bytes.get(offset).copied().unwrap_or(0),
                utf16,
                before: Box::from(before.strip_prefix('\u{feff}').unwrap_or(before)),
            })
        }
    }
}

#[cfg(test)]
mod tests;
