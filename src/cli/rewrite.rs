//! Editing a file of the fleet in place.

use std::fs;
use std::path::{Path, PathBuf};

use super::codes;
use super::out::{Error, replace_keeping};
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
    /// The change cannot be made to its text.
    #[error("{path}: {error}")]
    Edit {
        /// The file.
        path: RelPath,
        /// Why.
        error: EditError,
    },
    /// The operating system said no.
    #[error(transparent)]
    Io(#[from] Error),
}

impl RewriteError {
    /// How a run ends that meets it.
    pub fn status(&self) -> ExitStatus {
        match self {
            Self::Io(_) => ExitStatus::Machine,
            Self::Changed(_) => ExitStatus::Refused,
            Self::Outside(_) | Self::Name(_) | Self::Edit { .. } => ExitStatus::Wrong,
        }
    }

    /// The problem as it is told; `by_hand` is what to write instead.
    pub fn diagnostic(&self, by_hand: &str) -> Diagnostic {
        match self {
            Self::Io(error) => error.diagnostic(),
            Self::Outside(_) | Self::Name(_) | Self::Edit { .. } => {
                Diagnostic::error(codes::EDIT, self.to_string()).help(format!("write it yourself: {by_hand}"))
            }
            Self::Changed(_) => {
                Diagnostic::error(codes::EDIT, self.to_string()).help("run the same command again")
            }
        }
    }
}

/// Puts what `edit` makes of a file in its place, in one step; its mode stays. A link is followed inside the
/// root only. `read` is the text as it was read, line breaks as `\n`, without a byte order mark.
///
/// # Errors
/// If it is another text by now, `edit` fails, or the operating system says no.
pub fn rewrite(
    root: &Path,
    path: &RelPath,
    read: &str,
    edit: impl FnOnce(&str) -> Result<String, EditError>,
) -> Result<(), RewriteError> {
    let file = resolve(root, path)?;
    let before = fs::read_to_string(&file).map_err(Error::io("read this file", &file))?;
    let plain = before.replace("\r\n", "\n");
    if plain.strip_prefix('\u{feff}').unwrap_or(&plain) != read {
        return Err(RewriteError::Changed(path.clone()));
    }
    let after = edit(&before).map_err(|error| RewriteError::Edit { path: path.clone(), error })?;
    let permissions = fs::metadata(&file).map_err(Error::io("look at this file", &file))?.permissions();
    let (Some(folder), Some(name)) = (file.parent(), file.file_name().and_then(|name| name.to_str())) else {
        return Err(RewriteError::Name(path.clone()));
    };
    Ok(replace_keeping(folder, name, after.as_bytes(), &permissions)?)
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
        rewrite(&root, &path("link.hcl"), "a\n", |text| Ok(format!("{text}b\r\n"))).unwrap();
        assert_eq!(fs::read_to_string(root.join("real.hcl")).unwrap(), "\u{feff}a\r\nb\r\n");
        assert_eq!(fs::metadata(root.join("real.hcl")).unwrap().permissions().mode() & 0o777, 0o664);
        assert!(fs::symlink_metadata(root.join("link.hcl")).unwrap().is_symlink());
        assert_eq!(fs::read_dir(&root).unwrap().count(), 2, "a temporary file was left");
    }

    #[test]
    fn what_is_outside_or_has_changed_is_left_alone() {
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("a.hcl"), "a\n").unwrap();
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        symlink(outside.path().join("a.hcl"), root.join("a.hcl")).unwrap();
        fs::write(root.join("b.hcl"), "changed\n").unwrap();
        let said =
            |name: &str| rewrite(&root, &path(name), "a\n", |_| Ok("x".to_owned())).unwrap_err().to_string();
        assert_eq!(said("a.hcl"), "a.hcl: leads out of the repository; nothing outside it is written");
        assert_eq!(said("b.hcl"), "b.hcl: was changed by somebody else in the meantime");
        assert_eq!(fs::read_to_string(outside.path().join("a.hcl")).unwrap(), "a\n");
        assert_eq!(fs::read_to_string(root.join("b.hcl")).unwrap(), "changed\n");
    }
}
