//! A path below the root.

use std::fmt;

/// A path relative to the root: `/` between its parts, no `.` or `..`, no empty part. The root itself is
/// the empty path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelPath(String);

/// Why a path may not be read. The file system was not asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {reason}", path.escape_debug())]
pub struct BadPath {
    /// The path as given.
    pub path: String,
    /// What is wrong with it.
    pub reason: &'static str,
}

impl RelPath {
    /// The root.
    pub fn root() -> Self {
        Self(String::new())
    }

    /// A path relative to the root.
    ///
    /// # Errors
    /// If it is absolute, leads out of the root, or holds a backslash, a NUL or another control character.
    pub fn parse(path: &str) -> Result<Self, BadPath> {
        Self::root().join(path)
    }

    /// `path` as seen from this folder; `..` is resolved by name, without the file system.
    ///
    /// # Errors
    /// As [`RelPath::parse`].
    pub fn join(&self, path: &str) -> Result<Self, BadPath> {
        let bad = |reason| BadPath { path: path.to_owned(), reason };
        if path.starts_with('/') || path.get(1..3) == Some(":\\") || path.get(1..3) == Some(":/") {
            return Err(bad("an absolute path; give one relative to the fleet"));
        }
        if path.contains("://") {
            return Err(bad("an address, not a path; only files of the repository are read"));
        }
        if path.contains('\\') {
            return Err(bad("a backslash; write `/` between folders"));
        }
        if path.chars().any(char::is_control) {
            return Err(bad("a control character in a path"));
        }
        let mut parts: Vec<&str> = self.0.split('/').filter(|part| !part.is_empty()).collect();
        for part in path.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    if parts.pop().is_none() {
                        return Err(bad("leads out of the repository; nothing outside it is read"));
                    }
                }
                name => parts.push(name),
            }
        }
        Ok(Self(parts.join("/")))
    }

    /// The path with `/` between its parts; empty for the root.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is the root.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The folder it lies in; the root for the root.
    pub fn parent(&self) -> Self {
        Self(self.0.rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned()))
    }

    /// The last part; empty for the root.
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or("")
    }

    /// Whether it lies below `folder`, at any depth.
    pub fn is_below(&self, folder: &Self) -> bool {
        self.below(folder).is_some()
    }

    /// The part of the path after `folder/`, if it lies below it.
    pub fn below(&self, folder: &Self) -> Option<&str> {
        if folder.is_root() {
            return (!self.is_root()).then_some(self.as_str());
        }
        self.0.strip_prefix(folder.as_str())?.strip_prefix('/')
    }

    /// Whether a part of the path after `folder` begins with a dot.
    pub fn is_hidden_below(&self, folder: &Self) -> bool {
        self.below(folder).is_some_and(|rest| rest.split('/').any(|part| part.starts_with('.')))
    }
}

impl fmt::Display for RelPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_root() { "." } else { self.as_str() })
    }
}
