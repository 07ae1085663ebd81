//! The values of variables that came from outside the fleet.

mod file;
mod hcl;
pub mod json;

use std::os::unix::ffi::OsStrExt;
use std::sync::Arc;

use super::codes;
use super::environment::VARIABLE_PREFIX;
use super::settings::Variables;
use crate::cluster::{Given, GivenFrom, GivenValue};
use crate::diagnostic::{Diagnostic, Diagnostics, SourceMap, Span};

/// All that was given: the environment first, then the files in their order, then `--var`; of two values for
/// one variable the later wins.
///
/// Every text becomes a file of `sources`, named as a person would name it, so that messages can point into
/// it. Reads the files, and stdin for `-`.
pub fn collect(variables: &Variables, sources: &mut SourceMap, problems: &mut Diagnostics) -> Vec<Given> {
    let mut given = Vec::new();
    for (name, value) in &variables.environment {
        match (name.to_str(), value.to_str()) {
            (Some(name), Some(value)) => {
                given.push(variable(name, GivenFrom::Environment, VARIABLE_PREFIX, value, sources));
            }
            (name, _) => problems.push(not_utf8(name, value)),
        }
    }
    for path in &variables.files {
        given.extend(file::read(path, variables.stdin_is_terminal, sources, problems));
    }
    for flag in &variables.flags {
        match flag.split_once('=') {
            Some((name, value)) if !name.trim().is_empty() => {
                given.push(variable(name.trim(), GivenFrom::CommandLine, "--var ", value, sources));
            }
            _ => problems.push(
                // The text is not repeated: it may be a secret that lost its name.
                Diagnostic::error(codes::VARIABLE, "a --var is not of the form NAME=VALUE")
                    .help("write it as --var image=registry.example.com/shop/storefront:1.42.0"),
            ),
        }
    }
    given
}

/// The longest name of a variable that a place repeats, in bytes.
const LONGEST_NAME: usize = 100;

/// A value that was given as text, and its text as a file that messages can point into; `place` stands before its name.
pub fn variable(name: &str, from: GivenFrom, place: &str, value: &str, sources: &mut SourceMap) -> Given {
    let shown = name.get(..LONGEST_NAME).unwrap_or(name);
    let place = format!("{place}{shown}");
    let span = Span::new(sources.add(place, value), 0..value.len());
    Given { name: Arc::from(name), value: GivenValue::Text(Arc::from(value)), from, span }
}

fn not_utf8(name: Option<&str>, value: &std::ffi::OsStr) -> Diagnostic {
    let message = match name {
        Some(name) => {
            let bytes = value.as_bytes();
            let at = std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
            format!("{VARIABLE_PREFIX}{} is not UTF-8 from byte {at} on", name.escape_debug())
        }
        None => format!("the environment holds a {VARIABLE_PREFIX}… whose name is not UTF-8"),
    };
    Diagnostic::error(codes::ENVIRONMENT, message).help("set it to text in UTF-8, or unset it")
}

#[cfg(test)]
mod tests;
