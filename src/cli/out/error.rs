//! Why the folder cannot be compared or written.

use std::io;
use std::path::{Path, PathBuf};

use crate::cli::codes;
use crate::cli::status::ExitStatus;
use crate::diagnostic::Diagnostic;

/// Why the folder cannot be compared or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A link where a file or folder was expected.
    #[error("{}: is a link; links are not followed when writing", shown(.0))]
    Link(PathBuf),
    /// Something else where a folder was expected.
    #[error("{}: expected a folder, found something else", shown(.0))]
    NotAFolder(PathBuf),
    /// Something else where a file was expected.
    #[error("{}: expected a file, found something else", shown(.0))]
    NotAFile(PathBuf),
    /// A folder where only git writes.
    #[error("{}: lies in .git, where only git writes", shown(.0))]
    Git(PathBuf),
    /// A file that the index does not name.
    #[error("{}: was not written by fleetwright and is not overwritten", shown(.0))]
    Foreign(PathBuf),
    /// The index does not parse, or names something that fleetwright cannot have written.
    #[error("{}: {reason}", shown(.path))]
    Index {
        /// The index.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A cluster or unit whose name cannot be that of a file.
    #[error("\"{}\" cannot be the path of a rendered file", .0.escape_debug())]
    Name(String),
    /// Two units with one file.
    #[error("{path}: both {first} and {second} render to this file")]
    Twice {
        /// The file below the folder.
        path: String,
        /// One of them.
        first: String,
        /// The other.
        second: String,
    },
    /// Something came or went there between looking and writing.
    #[error("{}: changed while this was rendered, by somebody else", shown(.0))]
    Changed(PathBuf),
    /// A temporary file or folder that cannot be taken away.
    #[error("{}: was left by a run that was killed, and cannot be removed: {error}", shown(.path))]
    Left {
        /// The file or folder.
        path: PathBuf,
        /// The system's words.
        error: io::Error,
    },
    /// Another run holds the lock.
    #[error("{}: another run of fleetwright is writing here", shown(.0))]
    Busy(PathBuf),
    /// The operating system said no.
    #[error("{}: cannot {action}: {error}", shown(.path))]
    Io {
        /// What was to be done.
        action: &'static str,
        /// The path.
        path: PathBuf,
        /// The system's words.
        error: io::Error,
    },
}

fn shown(path: &Path) -> impl std::fmt::Display {
    path.display()
}

impl Error {
    /// What makes an error of the operating system one about `path`.
    pub fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |error| Self::Io { action, path: path.to_owned(), error }
    }

    /// Whether the machine is to blame, or what was asked for.
    pub fn status(&self) -> ExitStatus {
        match self {
            Self::Busy(_) | Self::Changed(_) | Self::Left { .. } | Self::Io { .. } => ExitStatus::Machine,
            Self::Link(_)
            | Self::Git(_)
            | Self::NotAFolder(_)
            | Self::NotAFile(_)
            | Self::Foreign(_)
            | Self::Index { .. }
            | Self::Name(_)
            | Self::Twice { .. } => ExitStatus::Wrong,
        }
    }

    /// The error as a person reads it.
    pub fn diagnostic(&self) -> Diagnostic {
        let (code, help) = match self {
            Self::Link(_) => (codes::OUT_PATH, "give the folder that the link leads to, or remove the link"),
            Self::NotAFolder(_) | Self::NotAFile(_) => {
                (codes::OUT_PATH, "move it away, or give another folder")
            }
            Self::Git(_) => (codes::OUT_PATH, "give another folder"),
            Self::Foreign(_) => (codes::OUT_FOREIGN, "move it away, or give another folder"),
            Self::Index { .. } => (
                codes::OUT_INDEX,
                "restore it, or remove it: files that are as rendered are then taken over, others refused",
            ),
            Self::Name(_) => (codes::OUT_PATH, "rename the cluster or the unit"),
            Self::Twice { .. } => (codes::OUT_TWICE, "rename one of the two units"),
            Self::Busy(_) => (codes::OUT_BUSY, "wait for it to end, or give another folder"),
            Self::Changed(_) => (codes::OUT_BUSY, "look at what is there, and run it again"),
            Self::Left { .. } => (codes::MACHINE, "remove it: nothing uses it"),
            Self::Io { error, .. } => (codes::MACHINE, next_step(error)),
        };
        Diagnostic::error(code, self.to_string()).help(help)
    }
}

/// What to do about an error of the operating system while writing.
fn next_step(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "make it and its folder writable for you, or give another folder",
        io::ErrorKind::ReadOnlyFilesystem => "give a folder on a file system that can be written",
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "make room on the disk and run it again",
        io::ErrorKind::InvalidFilename => "give a shorter path",
        _ => "run it again once this is mended; what was written so far is whole",
    }
}
