//! Where the fleet is.

use std::path::{Path, PathBuf};

use super::codes;
use crate::diagnostic::{Diagnostic, one_of, suggest};
use crate::source::{self, RelPath, RevisionError, Sources, find_repository, find_root};

/// The folder that is looked for where none is named.
const DEFAULT: &str = "fleet";

/// What to do where the fleet's folder is none.
const NAME_IT: &str = "name the folder that holds the fleet's *.hcl files with --fleet DIR";

/// The texts that a fleet may read, and the folder of its definition among them: from disk, or as of a git
/// revision.
///
/// Without a folder named it is `./fleet`, or the working directory itself if that holds `*.hcl` files;
/// nothing is searched for upwards.
///
/// # Errors
/// If there is no such folder, or no such revision.
pub fn locate(named: Option<&Path>, revision: Option<&str>) -> Result<(Sources, RelPath), Box<Diagnostic>> {
    match revision {
        None => on_disk(named),
        Some(revision) => in_revision(named, revision),
    }
}

/// The id of the commit that a revision of the fleet's repository is; `None` where the fleet is in no repository.
///
/// # Errors
/// If there is a repository, and the revision cannot be read.
pub fn commit(named: Option<&Path>, revision: &str) -> Result<Option<String>, Box<Diagnostic>> {
    match find_repository(named.unwrap_or(Path::new(".")), revision) {
        Ok(_) => {}
        Err(RevisionError::NoRepository { .. }) => return Ok(None),
        Err(error) => return Err(unreadable(&error)),
    }
    Ok(match in_revision(named, revision) {
        Ok((Sources::Revision(revision), _)) => Some(revision.commit()),
        Ok((Sources::Folder(_) | Sources::Memory(_) | Sources::Edited { .. }, _)) => None,
        // The fleet is not in it yet.
        Err(problem) if problem.code == codes::NO_FLEET => None,
        Err(problem) => return Err(problem),
    })
}

fn on_disk(named: Option<&Path>) -> Result<(Sources, RelPath), Box<Diagnostic>> {
    let dir = match named {
        Some(dir) => dir.to_owned(),
        None => default_folder()?,
    };
    let found = find_root(&dir).and_then(|(root, fleet)| Ok((Sources::folder(&root)?, fleet)));
    found.map_err(|error| Box::new(Diagnostic::error(codes::NO_FLEET, error.to_string()).help(NAME_IT)))
}

fn in_revision(named: Option<&Path>, revision: &str) -> Result<(Sources, RelPath), Box<Diagnostic>> {
    let (root, folder) =
        find_repository(named.unwrap_or(Path::new(".")), revision).map_err(|error| unreadable(&error))?;
    let sources = Sources::revision(&root, revision).map_err(|error| unreadable(&error))?;
    if named.is_some() {
        let missing = match sources.list(&folder) {
            Ok(_) => return Ok((sources, folder)),
            Err(source::Error::NotFound { .. }) => {
                format!("the revision \"{}\" has no folder {folder}", revision.escape_debug())
            }
            Err(error) => error.to_string(),
        };
        return Err(Box::new(Diagnostic::error(codes::NO_FLEET, missing).help(NAME_IT)));
    }
    if let Some(inside) = folder.join(DEFAULT).ok().filter(|path| sources.exists(path)) {
        return Ok((sources, inside));
    }
    let here = |file: &RelPath| file.parent() == folder && file.as_str().ends_with(".hcl");
    match sources.list(&folder) {
        Ok(files) if files.iter().any(here) => Ok((sources, folder)),
        Err(error) if !matches!(error, source::Error::NotFound { .. }) => {
            let help = error.next_step().unwrap_or(NAME_IT);
            Err(Box::new(Diagnostic::error(codes::NO_FLEET, error.to_string()).help(help)))
        }
        Ok(_) | Err(_) => Err(Box::new(
            Diagnostic::error(
                codes::NO_FLEET,
                format!("no fleet found in the revision \"{}\"", revision.escape_debug()),
            )
            .note(format!("looked for the folder {DEFAULT} below {folder}, and for *.hcl files in {folder}"))
            .help(NAME_IT),
        )),
    }
}

/// Why the revision cannot be read, and what to do about it.
fn unreadable(error: &RevisionError) -> Box<Diagnostic> {
    let problem = Diagnostic::error(codes::REVISION, error.to_string());
    Box::new(match error {
        RevisionError::NoRepository { .. } => {
            problem.help("leave --rev out to read the files as they are on disk")
        }
        RevisionError::Owner { path } => problem.help(format!(
            "if you trust it, say so to git: git config --global --add safe.directory '{path}'"
        )),
        RevisionError::Unknown { revision, branches, others, shallow } => {
            let problem = match shallow {
                true => problem.note("this clone is shallow: `git fetch --unshallow` brings older commits"),
                false => problem,
            };
            match suggest(revision, branches.iter().chain(others).map(String::as_str)) {
                Some(near) => problem.help(format!("did you mean `{near}`?")),
                None => problem.help(format!(
                    "give a branch, a tag or a commit; the branches are {}",
                    one_of(branches.iter().map(String::as_str))
                )),
            }
        }
        RevisionError::Ambiguous { .. } => problem.help("give more of its digits"),
        RevisionError::NotACommit { .. } | RevisionError::Form { .. } => {
            problem.help("give one commit: a branch, a tag, a commit's id, HEAD~1")
        }
        RevisionError::Path { .. } => problem.help(NAME_IT),
        RevisionError::Unreadable { .. } => problem.help("run `git fsck` there"),
    })
}

fn default_folder() -> Result<PathBuf, Box<Diagnostic>> {
    let default = PathBuf::from(DEFAULT);
    if default.is_dir() {
        return Ok(default);
    }
    let here = PathBuf::from(".");
    if holds_hcl(&here) {
        return Ok(here);
    }
    if default.symlink_metadata().is_ok() {
        // No folder; what it is is told when it is opened.
        return Ok(default);
    }
    Err(Box::new(
        Diagnostic::error(codes::NO_FLEET, "no fleet found")
            .note("looked for the folder ./fleet, and for *.hcl files in the working directory")
            .help("name the folder with --fleet DIR, or make a fleet with `fleetwright init`"),
    ))
}

/// Whether an `*.hcl` file stands in the folder. A folder that cannot be listed holds none.
fn holds_hcl(folder: &Path) -> bool {
    folder.read_dir().is_ok_and(|entries| {
        entries
            .flatten()
            .any(|entry| Path::new(&entry.file_name()).extension().is_some_and(|end| end == "hcl"))
    })
}
