//! The list of the files that fleetwright wrote into a folder, with the digest of each.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::error::Error;
use super::folder::{Found, look, read};

/// The name of the file that the list is kept in.
pub const INDEX: &str = ".fleetwright.json";

/// The version that is read and written.
const VERSION: u32 = 1;

/// The largest list that is read, in bytes: far more than 100,000 files need.
const MAX_BYTES: u64 = 64 << 20;

/// The files below the folder, `CLUSTER/UNIT.yaml`, each with the SHA-256 of what was written, in hex.
pub type Index = BTreeMap<String, String>;

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    version: u32,
    files: Index,
}

/// The digest of a text, as the list holds it.
pub fn digest(text: &[u8]) -> String {
    let digits = Sha256::digest(text).into_iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
    digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}

/// Whether a path is one that fleetwright can have written: a folder and a file, neither hidden.
pub fn is_ours(path: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && !part.contains(['/', '\\'])
            && !part.contains(char::is_control)
    };
    path.split_once('/').is_some_and(|(cluster, file)| part(cluster) && part(file))
}

/// The list of a folder; empty if there is none.
///
/// # Errors
/// If it cannot be read, or is not one that this version wrote. The list decides what may be overwritten and
/// removed, so nothing in it is guessed at.
pub fn load(folder: &Path) -> Result<Index, Error> {
    let path = folder.join(INDEX);
    if look(&path)? == Found::Nothing {
        return Ok(Index::new());
    }
    let wrong = |reason: String| Error::Index { path: path.clone(), reason };
    let Some(bytes) = read(&path, MAX_BYTES)? else {
        return Err(wrong(format!("larger than {MAX_BYTES} bytes; fleetwright did not write this")));
    };
    let stored: Stored = serde_json::from_slice(&bytes).map_err(|error| {
        wrong(format!("not a list that fleetwright wrote: line {}, column {}", error.line(), error.column()))
    })?;
    if stored.version != VERSION {
        let found = stored.version;
        return Err(wrong(format!("written by another version: found {found}, this one reads {VERSION}")));
    }
    match stored.files.keys().find(|path| !is_ours(path)) {
        Some(strange) => {
            Err(wrong(format!("names \"{}\", which fleetwright cannot have written", strange.escape_debug())))
        }
        None => Ok(stored.files),
    }
}

/// The list as text.
///
/// # Errors
/// If it cannot be written as JSON, which does not happen to strings.
pub fn text(index: &Index, folder: &Path) -> Result<String, Error> {
    let stored = Stored { version: VERSION, files: index.clone() };
    let text = serde_json::to_string_pretty(&stored);
    let wrong =
        |error: serde_json::Error| Error::Index { path: folder.join(INDEX), reason: error.to_string() };
    Ok(text.map_err(wrong)? + "\n")
}
