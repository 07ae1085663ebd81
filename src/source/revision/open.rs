//! Finding a repository and a revision of it.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use git2::{ErrorCode, ObjectType, Repository, RepositoryOpenFlags};

use super::{Revision, RevisionError};
use crate::source::path::RelPath;

/// The most branches and tags that are looked at for a near name.
const MAX_NAMES: usize = 10_000;

/// The repository that a folder belongs to: the nearest folder upwards, itself included, that holds `.git`.
/// Returns its canonical path and the folder's path below it. The folder need not be there: a revision may
/// hold it all the same.
///
/// # Errors
/// If there is no such repository, or the path is not UTF-8 or leads out of it.
pub fn find_repository(folder: &Path, revision: &str) -> Result<(PathBuf, RelPath), RevisionError> {
    let no_repository =
        || RevisionError::NoRepository { path: folder.display().to_string(), revision: revision.to_owned() };
    let wrong = |reason: &dyn ToString| RevisionError::Path {
        path: folder.display().to_string(),
        reason: reason.to_string(),
    };
    // The last of the ancestors of a relative path is the empty one: the working directory.
    let there = folder.ancestors().find_map(|above| {
        let at = if above.as_os_str().is_empty() { Path::new(".") } else { above };
        Some((at.canonicalize().ok()?, folder.strip_prefix(above).ok()?))
    });
    let (there, missing) = there.ok_or_else(no_repository)?;
    let root = there.ancestors().find(|folder| folder.join(".git").exists()).ok_or_else(no_repository)?;
    let below = there.strip_prefix(root).unwrap_or(Path::new(""));
    let text = |path: &Path| path.to_str().map(str::to_owned).ok_or_else(|| wrong(&"the path is not UTF-8"));
    let (below, missing) = (text(below)?, text(missing)?);
    let path = RelPath::parse(&below).and_then(|below| below.join(&missing));
    let path = path.map_err(|error| wrong(&error.reason))?;
    Ok((root.to_owned(), path))
}

impl Revision {
    /// A revision of the repository whose `.git` stands at `root`: a branch, a tag, a commit, or whatever
    /// else gitrevisions(7) says.
    ///
    /// # Errors
    /// If the repository cannot be opened, belongs to somebody else, or has no such commit.
    pub(in crate::source) fn open(root: &Path, revision: &str) -> Result<Self, RevisionError> {
        let unreadable = |error: git2::Error| RevisionError::Unreadable {
            path: root.display().to_string(),
            reason: error.message().to_owned(),
        };
        // Exactly this `.git`: neither one further up, nor the root taken for a bare repository.
        let flags = RepositoryOpenFlags::NO_SEARCH | RepositoryOpenFlags::NO_DOTGIT;
        let nowhere: [&str; 0] = [];
        let repository = match Repository::open_ext(root.join(".git"), flags, nowhere) {
            Ok(repository) => repository,
            Err(error) if error.code() == ErrorCode::Owner => {
                return Err(RevisionError::Owner { path: root.display().to_string() });
            }
            Err(error) => return Err(unreadable(error)),
        };
        let (commit, tree) = match repository.revparse_single(revision) {
            Ok(object) => {
                let found = object.kind().map_or("unknown object", |kind| kind.str());
                let commit = object
                    .peel(ObjectType::Commit)
                    .map_err(|_| RevisionError::NotACommit { revision: revision.to_owned(), found })?;
                (commit.id(), commit.peel_to_tree().map_err(unreadable)?.id())
            }
            Err(error) => return Err(unknown(&repository, revision, &error)),
        };
        Ok(Self { name: revision.to_owned(), repository: Mutex::new(repository), commit, tree })
    }
}

fn unknown(repository: &Repository, revision: &str, error: &git2::Error) -> RevisionError {
    let revision = revision.to_owned();
    match error.code() {
        ErrorCode::Ambiguous => RevisionError::Ambiguous { revision },
        ErrorCode::NotFound => {
            let (branches, others) = names(repository);
            RevisionError::Unknown { revision, branches, others, shallow: repository.is_shallow() }
        }
        _ => RevisionError::Form { revision, reason: error.message().to_owned() },
    }
}

/// The local branches, and the tags and branches of remotes. A name that cannot be read is none to suggest.
fn names(repository: &Repository) -> (Vec<String>, Vec<String>) {
    let (mut branches, mut others) = (Vec::new(), Vec::new());
    if let Ok(references) = repository.references() {
        for reference in references.flatten().take(MAX_NAMES) {
            let Ok(name) = reference.name() else { continue };
            if let Some(branch) = name.strip_prefix("refs/heads/") {
                branches.push(branch.to_owned());
            } else if let Some(other) =
                name.strip_prefix("refs/tags/").or_else(|| name.strip_prefix("refs/remotes/"))
            {
                others.push(other.to_owned());
            }
        }
    }
    branches.sort();
    others.sort();
    (branches, others)
}
