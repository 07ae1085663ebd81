//! What stands at a path of a tree.

use git2::{Oid, Repository, TreeEntry};

use super::Revision;
use crate::source::MAX_LINKS;
use crate::source::error::Error;
use crate::source::path::RelPath;

/// The longest target of a link, in bytes: `PATH_MAX` of Linux.
const MAX_TARGET: u64 = 4096;

/// What an entry of a tree is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Folder,
    File,
    Link,
    /// A commit of another repository.
    Submodule,
}

/// Where a path leads.
pub(super) struct Entry {
    pub(super) kind: Kind,
    pub(super) oid: Oid,
}

impl Kind {
    /// By the file mode that git records (`git help fast-import`, filemodify).
    pub(super) fn of(entry: &TreeEntry<'_>) -> Self {
        match entry.filemode() & 0o170_000 {
            0o040_000 => Self::Folder,
            0o120_000 => Self::Link,
            0o160_000 => Self::Submodule,
            _ => Self::File,
        }
    }
}

impl Revision {
    /// Where a path leads, through links inside the tree: a folder or a file.
    pub(super) fn resolve(&self, repository: &Repository, path: &RelPath) -> Result<Entry, Error> {
        let not_found = || Error::NotFound { path: self.shown(path) };
        let outside = || Error::Outside { path: self.shown(path) };
        // The folders from the root to the one at hand, and the parts still to go, the next one last.
        let mut folders = vec![self.tree];
        let mut waiting = parts(path.as_str());
        let mut links = 0;
        while let Some(part) = waiting.pop() {
            if part == ".." {
                folders.pop();
            }
            let folder = *folders.last().ok_or_else(outside)?;
            if matches!(&*part, "" | "." | "..") {
                continue;
            }
            let tree = repository.find_tree(folder).map_err(|error| self.unreadable(path, &error))?;
            let entry = tree.get_name(&part).ok_or_else(not_found)?;
            match Kind::of(&entry) {
                Kind::Folder => folders.push(entry.id()),
                Kind::File if waiting.is_empty() => return Ok(Entry { kind: Kind::File, oid: entry.id() }),
                Kind::File => return Err(not_found()),
                Kind::Submodule => return Err(Error::Submodule { path: self.shown(path) }),
                Kind::Link => {
                    links += 1;
                    if links > MAX_LINKS {
                        return Err(Error::Links { path: self.shown(path) });
                    }
                    let target = self.blob(repository, path, entry.id(), MAX_TARGET)?;
                    let target = String::from_utf8(target).map_err(|_| not_found())?;
                    if target.starts_with('/') {
                        return Err(outside());
                    }
                    waiting.extend(parts(&target));
                }
            }
        }
        let oid = *folders.last().ok_or_else(outside)?;
        Ok(Entry { kind: Kind::Folder, oid })
    }
}

/// The parts of a path, the first one last.
fn parts(path: &str) -> Vec<String> {
    path.rsplit('/').map(str::to_owned).collect()
}
