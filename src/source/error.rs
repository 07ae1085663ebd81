//! Why a text could not be read.

use std::fmt;
use std::io;

use super::path::BadPath;
use super::{MAX_FILE_BYTES, MAX_FILES, MAX_LINKS};

/// What stands at a path where a regular file was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A folder.
    Folder,
    /// A named pipe.
    Pipe,
    /// A socket.
    Socket,
    /// A character or block device.
    Device,
    /// A regular file, where a folder was expected.
    File,
}

impl fmt::Display for FileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Folder => "a folder",
            Self::Pipe => "a named pipe",
            Self::Socket => "a socket",
            Self::Device => "a device",
            Self::File => "a file",
        })
    }
}

/// Why a text could not be read. The message names the path as it was given, never its content.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The path itself is not one that may be read.
    #[error(transparent)]
    Path(#[from] BadPath),
    /// Nothing is there.
    #[error("{path}: no such file or folder")]
    NotFound {
        /// The path.
        path: String,
    },
    /// A link leads out of the root. Whether its target exists is not said.
    #[error("{path}: leads out of the repository; nothing outside it is read")]
    Outside {
        /// The path.
        path: String,
    },
    /// A folder, pipe, socket or device where a file was expected, or the other way round.
    #[error("{path}: expected {expected}, found {found}")]
    Kind {
        /// The path.
        path: String,
        /// What was needed.
        expected: FileKind,
        /// What is there.
        found: FileKind,
    },
    /// Larger than [`MAX_FILE_BYTES`].
    #[error("{path}: {bytes} bytes; at most {MAX_FILE_BYTES} are read")]
    TooLarge {
        /// The path.
        path: String,
        /// Its size, or the first size past the limit that was seen.
        bytes: u64,
    },
    /// More than [`MAX_FILES`] below a folder.
    #[error("{path}: more than {MAX_FILES} files below it")]
    TooMany {
        /// The path.
        path: String,
    },
    /// Not UTF-8.
    #[error("{path}: not UTF-8: byte 0x{byte:02x} at offset {offset}, line {line}{}", hint(*utf16))]
    NotUtf8 {
        /// The path.
        path: String,
        /// Offset of the first bad byte.
        offset: usize,
        /// Its line, from 1.
        line: usize,
        /// The byte.
        byte: u8,
        /// Whether the file begins as UTF-16 does.
        utf16: bool,
        /// The text before it, a byte order mark at its start taken off.
        before: Box<str>,
    },
    /// A submodule of a revision, whose files are in another repository.
    #[error("{path}: is a submodule; a revision of this repository does not hold its files")]
    Submodule {
        /// The path.
        path: String,
    },
    /// What Git LFS puts in the place of a large file.
    #[error("{path}: is a Git LFS pointer, not the file itself")]
    LfsPointer {
        /// The path.
        path: String,
    },
    /// More links in a row than [`MAX_LINKS`], or links in a circle.
    #[error("{path}: leads through more than {MAX_LINKS} links")]
    Links {
        /// The path.
        path: String,
    },
    /// An object of the git repository is missing or damaged.
    #[error("{path}: {reason}")]
    Repository {
        /// The path.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// The operating system said no.
    #[error("{path}: {error}")]
    Io {
        /// The path.
        path: String,
        /// Its words.
        error: io::Error,
    },
}

fn hint(utf16: bool) -> &'static str {
    if utf16 { "; it looks like UTF-16: save it as UTF-8" } else { "" }
}

impl Error {
    /// What to do about it, where that is the same whatever the file is for.
    pub fn next_step(&self) -> Option<&'static str> {
        match self {
            Self::Submodule { .. } => {
                Some("check the revision out with its submodules, and run it there without --rev")
            }
            Self::LfsPointer { .. } => Some(
                "run `git lfs pull`, which puts the file in its place; a revision has only the pointer, so leave --rev out",
            ),
            Self::Repository { .. } => {
                Some("run `git fsck`; in a partial or shallow clone, fetch what is missing")
            }
            Self::NotUtf8 { .. } => Some("save the file as UTF-8"),
            Self::Path(_)
            | Self::NotFound { .. }
            | Self::Outside { .. }
            | Self::Kind { .. }
            | Self::TooLarge { .. }
            | Self::TooMany { .. }
            | Self::Links { .. }
            | Self::Io { .. } => None,
        }
    }

    pub(super) fn io(path: impl fmt::Display, error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::NotFound { path: path.to_string() },
            _ => Self::Io { path: path.to_string(), error },
        }
    }
}
