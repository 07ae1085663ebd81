//! What the process was started with: arguments, environment, terminal. Read here and nowhere else.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::IsTerminal;

/// What the name of a variable's value in the environment begins with: `FLEETWRIGHT_VAR_image`.
pub const VARIABLE_PREFIX: &str = "FLEETWRIGHT_VAR_";

/// The environment, as far as fleetwright looks at it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// Whether `NO_COLOR` is set to anything but the empty string (<https://no-color.org>).
    pub no_color: bool,
    /// Whether `TERM` is `dumb`.
    pub dumb: bool,
    /// `COLUMNS`, if it is a number.
    pub columns: Option<usize>,
    /// The values of `FLEETWRIGHT_VAR_NAME`, by NAME.
    pub variables: BTreeMap<OsString, OsString>,
}

/// Which of the three streams is a terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terminal {
    /// Standard input.
    pub stdin: bool,
    /// Standard output.
    pub stdout: bool,
    /// Standard error.
    pub stderr: bool,
}

impl Environment {
    /// The environment of this process.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub fn of_process() -> Self {
        Self::of(std::env::vars_os())
    }

    /// What matters of these variables.
    pub fn of(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let mut environment = Self::default();
        for (name, value) in variables {
            match name.to_str() {
                Some("NO_COLOR") => environment.no_color = !value.is_empty(),
                Some("TERM") => environment.dumb = value == "dumb",
                Some("COLUMNS") => environment.columns = value.to_str().and_then(|text| text.parse().ok()),
                _ => {
                    if let Some(name) = variable(&name) {
                        environment.variables.insert(name, value);
                    }
                }
            }
        }
        environment
    }
}

/// What follows the prefix, if something does.
fn variable(name: &OsString) -> Option<OsString> {
    use std::os::unix::ffi::{OsStrExt, OsStringExt};
    let rest = name.as_bytes().strip_prefix(VARIABLE_PREFIX.as_bytes())?;
    (!rest.is_empty()).then(|| OsString::from_vec(rest.to_vec()))
}

impl Terminal {
    /// The streams of this process.
    pub fn of_process() -> Self {
        Self {
            stdin: std::io::stdin().is_terminal(),
            stdout: std::io::stdout().is_terminal(),
            stderr: std::io::stderr().is_terminal(),
        }
    }
}

/// The arguments of this process, the program's name first. They need not be UTF-8.
pub fn arguments_of_process() -> impl Iterator<Item = OsString> {
    std::env::args_os()
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStringExt;

    use super::*;

    #[test]
    fn only_what_matters_is_kept() {
        let not_utf8 = OsString::from_vec(b"FLEETWRIGHT_VAR_\xff".to_vec());
        let environment = Environment::of([
            ("NO_COLOR".into(), "1".into()),
            ("TERM".into(), "dumb".into()),
            ("COLUMNS".into(), "wide".into()),
            ("HOME".into(), "/root".into()),
            ("FLEETWRIGHT_VAR_".into(), "nothing".into()),
            ("FLEETWRIGHT_VAR_image".into(), "a=b".into()),
            (not_utf8, "x".into()),
        ]);
        assert!(environment.no_color && environment.dumb && environment.columns.is_none());
        let names: Vec<_> = environment.variables.keys().map(|name| name.to_string_lossy()).collect();
        assert_eq!(names, ["image", "\u{fffd}"]);
        assert!(!Environment::of([("NO_COLOR".into(), "".into())]).no_color);
    }
}
