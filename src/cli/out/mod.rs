//! The folder that `render --out` writes: `DIR/CLUSTER/UNIT.yaml`.
//!
//! What holds, whatever stands in the folder: a file that fleetwright did not write is neither overwritten
//! nor removed; no link is followed below the folder, nor is the folder one; a file is replaced as a whole or
//! not at all; nothing is put in its place before all of it was rendered, checked and written beside; a run that was
//! killed leaves at most temporary files, which the next run takes away, and an index that names at least what it wrote. What was written is listed in `DIR/.fleetwright.json`.

mod compare;
mod error;
mod folder;
mod index;
mod write;

pub use compare::{Comparison, compare, look_at, strangers};
pub use error::Error;
pub use folder::{Folder, Found, lock, look, real_folder};
pub use write::{Outcome, Staged, new_file, replace, sweep, write};

#[cfg(test)]
mod tests;
