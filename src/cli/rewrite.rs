//! Editing a file of the fleet in place.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::codes;
use super::out::{Error, Staged, lock, sweep};
use super::status::ExitStatus;
use crate::diagnostic::Diagnostic;
use crate::fleet::EditError;
use crate::source::RelPath;

/// Why a file of the fleet was not edited. It is as it was.
#[derive(Debug, thiserror::Error)]
pub enum RewriteError {
    /// It leads out of the root.
    #[error("{0}: leads out of the repository; nothing outside it is written")]
    Outside(RelPath),
    /// A link leads to a name that is no text.
    #[error("{0}: is a link to a file whose name is not UTF-8")]
    Name(RelPath),
    /// It is not the text that was read.
    #[error("{0}: was changed by somebody else in the meantime")]
    Changed(RelPath),
    /// Nobody may write it.
    #[error("{0}: is read-only")]
    ReadOnly(RelPath),
    /// Another run writes to its folder.
    #[error("{}: another run of fleetwright is writing here", .0.display())]
    Busy(PathBuf),
    /// The change cannot be made to its text.
    #[error("{path}: {error}")]
    Edit {
        /// The file.
        path: RelPath,
        /// Why.
        error: Box<EditError>,
    },
    /// The operating system said no, and nothing was written.
    #[error(transparent)]
    Io(#[from] Error),
    /// The operating system said no after some of several files were written.
    #[error("{error}; written before that: {}", listed(written))]
    Partly {
        /// What was written.
        written: Vec<RelPath>,
        /// What the system said.
        error: Error,
    },
}

fn listed(paths: &[RelPath]) -> String {
    paths.iter().map(RelPath::as_str).collect::<Vec<_>>().join(", ")
}

impl RewriteError {
    /// How a run ends that meets it.
    pub fn status(&self) -> ExitStatus {
        match self {
            Self::Io(_) | Self::Partly { .. } | Self::ReadOnly(_) => ExitStatus::Machine,
            Self::Changed(_) | Self::Busy(_) => ExitStatus::Refused,
            Self::Outside(_) | Self::Name(_) | Self::Edit { .. } => ExitStatus::Wrong,
        }
    }

    /// The problem as it is told; `by_hand` is what to write instead.
    pub fn diagnostic(&self, by_hand: &str) -> Diagnostic {
        match self {
            Self::Io(error) => error.diagnostic(),
            Self::Partly { written, error } => {
                error.diagnostic().note(format!("written before that: {}", listed(written)))
            }
            Self::Outside(_) | Self::Name(_) | Self::Edit { .. } => {
                Diagnostic::error(codes::EDIT, self.to_string()).help(format!("write it yourself: {by_hand}"))
            }
            Self::Changed(_) | Self::Busy(_) => {
                Diagnostic::error(codes::EDIT, self.to_string()).help("run the same command again")
            }
            Self::ReadOnly(path) => Diagnostic::error(codes::EDIT, self.to_string())
                .help(format!("make it writable if that is meant: chmod u+w {path}")),
        }
    }
}

/// A file of the fleet as it is on disk, before it is edited.
#[derive(Debug)]
pub struct Original {
    path: RelPath,
    /// Where it is, every link followed.
    pub file: PathBuf,
    /// Its text, with its own line breaks and byte order mark.
    pub text: String,
}

impl Original {
    /// The file. A link is followed inside the root only. `read` is its text as it was read, line breaks as `\n`,
    /// without a byte order mark.
    ///
    /// # Errors
    /// If it leads out of the root, is another text by now, or cannot be read.
    pub fn open(root: &Path, path: &RelPath, read: &str) -> Result<Self, RewriteError> {
        let file = resolve(root, path)?;
        let text = fs::read_to_string(&file).map_err(Error::io("read this file", &file))?;
        let plain = text.replace("\r\n", "\n");
        if plain.strip_prefix('\u{feff}').unwrap_or(&plain) != read {
            return Err(RewriteError::Changed(path.clone()));
        }
        Ok(Self { path: path.clone(), file, text })
    }

    /// The file and the folder it lies in.
    fn place(&self) -> Result<(&Path, &str), RewriteError> {
        match (self.file.parent(), self.file.file_name().and_then(|name| name.to_str())) {
            (Some(folder), Some(name)) => Ok((folder, name)),
            (_, _) => Err(RewriteError::Name(self.path.clone())),
        }
    }
}

/// Puts new texts in the places of files; their modes stay. Each is replaced in one step, and none before all of them
/// are on the disk beside the old ones.
///
/// # Errors
/// If one of them is another text by now, if another run writes to the same folder, or what the operating system said.
/// Nothing was written then, unless it is [`RewriteError::Partly`].
pub fn write(changes: &[(Original, String)]) -> Result<(), RewriteError> {
    let mut folders = BTreeSet::new();
    for (original, _) in changes {
        folders.insert(original.place()?.0);
    }
    let mut locks = Vec::new();
    for folder in folders {
        let lock = patient(folder)?;
        if lock.is_some() {
            sweep(folder)?;
        }
        locks.push(lock);
    }
    let mut staged = Vec::new();
    for (original, after) in changes {
        let (folder, name) = original.place()?;
        let file = &original.file;
        let permissions = fs::metadata(file).map_err(Error::io("look at this file", file))?.permissions();
        if permissions.readonly() {
            return Err(RewriteError::ReadOnly(original.path.clone()));
        }
        staged.push((original, Staged::keeping(folder, name, after.as_bytes(), &permissions)?));
    }
    for (original, _) in changes {
        let now = fs::read(&original.file).map_err(Error::io("read this file", &original.file))?;
        if now != original.text.as_bytes() {
            return Err(RewriteError::Changed(original.path.clone()));
        }
    }
    let mut written: Vec<RelPath> = Vec::new();
    for (original, mut staged) in staged {
        match staged.put() {
            Ok(()) => written.push(original.path.clone()),
            Err(error) if written.is_empty() => return Err(error.into()),
            Err(error) => return Err(RewriteError::Partly { written, error }),
        }
    }
    Ok(())
}

/// How often a lock that another run holds is asked for again, and how long after.
const ASKED: usize = 20;
const PAUSE: Duration = Duration::from_millis(50);

/// The lock of a folder. Another run that edits a file is soon done: it is waited for, for a second.
fn patient(folder: &Path) -> Result<Option<fs::File>, RewriteError> {
    for _ in 0..ASKED {
        match lock(folder) {
            Err(Error::Busy(_)) => std::thread::sleep(PAUSE),
            other => return Ok(other?),
        }
    }
    lock(folder).map_err(|error| match error {
        Error::Busy(folder) => RewriteError::Busy(folder),
        other => other.into(),
    })
}

fn resolve(root: &Path, path: &RelPath) -> Result<PathBuf, RewriteError> {
    let named = root.join(path.as_str());
    let file = named.canonicalize().map_err(Error::io("find this file", &named))?;
    if file.starts_with(root) { Ok(file) } else { Err(RewriteError::Outside(path.clone())) }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn path(name: &str) -> RelPath {
        RelPath::parse(name).unwrap()
    }

    #[test]
    fn a_file_is_replaced_through_a_link_and_keeps_its_mode() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        fs::write(root.join("real.hcl"), "\u{feff}a\r\n").unwrap();
        fs::set_permissions(root.join("real.hcl"), fs::Permissions::from_mode(0o664)).unwrap();
        symlink("real.hcl", root.join("link.hcl")).unwrap();
        // What a killed run left goes; what only looks like it stays.
        fs::write(root.join(".fleetwright-tmp-0123456789abcdef"), "half").unwrap();
        fs::write(root.join(".fleetwright-tmp-mine"), "mine").unwrap();
        let original = Original::open(&root, &path("link.hcl"), "a\n").unwrap();
        let after = format!("{}b\r\n", original.text);
        write(&[(original, after)]).unwrap();
        assert_eq!(fs::read_to_string(root.join("real.hcl")).unwrap(), "\u{feff}a\r\nb\r\n");
        assert_eq!(fs::metadata(root.join("real.hcl")).unwrap().permissions().mode() & 0o777, 0o664);
        assert!(fs::symlink_metadata(root.join("link.hcl")).unwrap().is_symlink());
        assert_eq!(fs::read_dir(&root).unwrap().count(), 3, "a temporary file was left");
    }

    #[test]
    fn what_is_outside_or_has_changed_is_left_alone() {
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("a.hcl"), "a\n").unwrap();
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        symlink(outside.path().join("a.hcl"), root.join("a.hcl")).unwrap();
        fs::write(root.join("b.hcl"), "changed\n").unwrap();
        let said = |name: &str| Original::open(&root, &path(name), "a\n").unwrap_err().to_string();
        assert_eq!(said("a.hcl"), "a.hcl: leads out of the repository; nothing outside it is written");
        assert_eq!(said("b.hcl"), "b.hcl: was changed by somebody else in the meantime");
    }

    #[test]
    fn of_several_files_all_are_written_or_none() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let open = |name: &str| Original::open(&root, &path(name), "a\n").unwrap();
        for name in ["a.hcl", "b.hcl"] {
            fs::write(root.join(name), "a\n").unwrap();
        }
        let changes = [(open("a.hcl"), "x\n".to_owned()), (open("b.hcl"), "x\n".to_owned())];
        fs::write(root.join("b.hcl"), "somebody else\n").unwrap();
        let error = write(&changes).unwrap_err();
        assert_eq!(error.to_string(), "b.hcl: was changed by somebody else in the meantime");
        assert_eq!(fs::read_to_string(root.join("a.hcl")).unwrap(), "a\n");
        assert_eq!(fs::read_dir(&root).unwrap().count(), 2, "a temporary file was left");

        fs::write(root.join("b.hcl"), "a\n").unwrap();
        let held = lock(&root).unwrap();
        let busy = write(&changes).unwrap_err();
        assert!(matches!(busy, RewriteError::Busy(_)) && busy.status() == ExitStatus::Refused);
        drop(held);
        let mode =
            |bits: u32| fs::set_permissions(root.join("b.hcl"), fs::Permissions::from_mode(bits)).unwrap();
        mode(0o444);
        assert_eq!(write(&changes).unwrap_err().to_string(), "b.hcl: is read-only");
        mode(0o644);
        assert_eq!(fs::read_to_string(root.join("a.hcl")).unwrap(), "a\n");
        write(&changes).unwrap();
        assert_eq!(fs::read_to_string(root.join("b.hcl")).unwrap(), "x\n");
    }
}
