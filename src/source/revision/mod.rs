//! Texts in a git revision: the tree of one commit, read and nothing else.
//!
//! The objects are read by libgit2 inside this process. Git itself is not run, so no hook, no filter, no pager
//! and nothing that a configuration names is run either. The configuration is looked at for the format of the
//! repository and for `safe.directory` only.

mod entry;
mod error;
mod open;

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use git2::{ObjectType, Oid, Repository};

use super::error::{Error, FileKind};
use super::path::RelPath;
use super::{MAX_FILE_BYTES, MAX_FILES};
use entry::{Entry, Kind};

pub use error::RevisionError;
pub use open::find_repository;

/// The tree of one commit.
pub struct Revision {
    /// The revision as it was asked for.
    name: String,
    /// A repository may be used from one thread at a time.
    repository: Mutex<Repository>,
    commit: Oid,
    tree: Oid,
}

impl fmt::Debug for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Revision").field("name", &self.name).field("tree", &self.tree).finish_non_exhaustive()
    }
}

impl Revision {
    fn repository(&self) -> MutexGuard<'_, Repository> {
        // Reading leaves nothing half done.
        self.repository.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The full id of its commit.
    pub fn commit(&self) -> String {
        self.commit.to_string()
    }

    /// The path as git has it: `REVISION:PATH`.
    pub(super) fn shown(&self, path: &RelPath) -> String {
        format!("{}:{path}", self.name)
    }

    pub(super) fn exists(&self, path: &RelPath) -> bool {
        self.resolve(&self.repository(), path).is_ok()
    }

    pub(super) fn read(&self, path: &RelPath) -> Result<Vec<u8>, Error> {
        let repository = self.repository();
        match self.resolve(&repository, path)? {
            Entry { kind: Kind::Folder, .. } => {
                Err(Error::Kind { path: self.shown(path), expected: FileKind::File, found: FileKind::Folder })
            }
            Entry { oid, .. } => self.blob(&repository, path, oid, MAX_FILE_BYTES),
        }
    }

    /// The bytes of a blob. Its size is asked for first: what is too large is not unpacked.
    fn blob(&self, repository: &Repository, path: &RelPath, oid: Oid, limit: u64) -> Result<Vec<u8>, Error> {
        let unreadable = |error| self.unreadable(path, &error);
        let (size, kind) = repository.odb().and_then(|odb| odb.read_header(oid)).map_err(unreadable)?;
        if kind != ObjectType::Blob {
            let reason = format!("the tree says that it is a file, and it is a {kind}");
            return Err(Error::Repository { path: self.shown(path), reason });
        }
        if size as u64 > limit {
            return Err(Error::TooLarge { path: self.shown(path), bytes: size as u64 });
        }
        Ok(repository.find_blob(oid).map_err(unreadable)?.content().to_vec())
    }

    pub(super) fn list(&self, folder: &RelPath) -> Result<Vec<RelPath>, Error> {
        let repository = self.repository();
        let Entry { kind: Kind::Folder, oid } = self.resolve(&repository, folder)? else {
            let path = self.shown(folder);
            return Err(Error::Kind { path, expected: FileKind::Folder, found: FileKind::File });
        };
        let mut found = Vec::new();
        let mut waiting = vec![(folder.clone(), oid)];
        // Folders count too: a tree of few objects can hold the same folder very often.
        let mut seen = 0;
        while let Some((at, oid)) = waiting.pop() {
            let tree = repository.find_tree(oid).map_err(|error| self.unreadable(&at, &error))?;
            for entry in &tree {
                seen += 1;
                if seen > MAX_FILES {
                    return Err(Error::TooMany { path: self.shown(folder) });
                }
                let name = entry.name_bytes();
                if name.first() == Some(&b'.') {
                    continue;
                }
                let Ok(name) = std::str::from_utf8(name) else {
                    let path = format!("{}/{}", self.shown(&at), String::from_utf8_lossy(name));
                    return Err(Error::Repository { path, reason: "the file name is not UTF-8".to_owned() });
                };
                let path = at.join(name)?;
                match Kind::of(&entry) {
                    Kind::Folder => waiting.push((path, entry.id())),
                    // What a submodule holds would be missing without a word.
                    Kind::Submodule => return Err(Error::Submodule { path: self.shown(&path) }),
                    Kind::Link if self.links_to_folder(&repository, &path) => {}
                    Kind::File | Kind::Link => found.push(path),
                }
            }
        }
        found.sort();
        Ok(found)
    }

    fn links_to_folder(&self, repository: &Repository, path: &RelPath) -> bool {
        self.resolve(repository, path).is_ok_and(|target| target.kind == Kind::Folder)
    }

    fn unreadable(&self, path: &RelPath, error: &git2::Error) -> Error {
        Error::Repository { path: self.shown(path), reason: error.message().to_owned() }
    }
}

#[cfg(test)]
mod tests;
