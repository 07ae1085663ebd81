//! Functions over paths with slashes, as text: nothing is looked up.

use super::arguments::{Arguments, Failure, string};
use super::{Function, Reads};
use crate::cluster::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("basename", &["path"], Reads::Everything, basename),
    Function::new("dirname", &["path"], Reads::Everything, dirname),
];

/// The last part, without slashes at its end.
fn basename(arguments: &Arguments) -> Result<Value, Failure> {
    let path = arguments.text(0)?;
    let trimmed = path.trim_end_matches('/');
    string(match trimmed.rsplit('/').next() {
        _ if path.is_empty() => ".",
        _ if trimmed.is_empty() => "/",
        Some(last) => last,
        None => trimmed,
    })
}

/// All but the last part, in its shortest form: without `.`, `..` and slashes that are not needed.
fn dirname(arguments: &Arguments) -> Result<Value, Failure> {
    let path = arguments.text(0)?;
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let is_absolute = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if is_absolute => {}
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    string(match (is_absolute, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    })
}
