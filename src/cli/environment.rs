//! What the process was started with: arguments, environment, terminal. Read here and nowhere else.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::PathBuf;

use crate::live::Proxies;
use crate::live::kubeconfig::Location;

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
    /// `FLEETWRIGHT_CONTEXTS`: pairs of `cluster=context` with commas between them.
    pub contexts: Option<OsString>,
    /// `KUBECONFIG`: files with colons between them.
    pub kubeconfig: Option<OsString>,
    /// `HOME`.
    pub home: Option<PathBuf>,
    /// The proxies that programs are to use.
    pub proxies: Proxies,
    /// Who runs this: `USER`, or else `LOGNAME`.
    pub user: Option<String>,
    /// The name of this machine: `HOSTNAME`, or else what the system says.
    pub host: Option<String>,
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
        let environment = Self::of(std::env::vars_os());
        let of_system = || rustix::system::uname().nodename().to_str().ok().map(str::to_owned);
        let host = environment.host.or_else(of_system);
        Self { host, ..environment }
    }

    /// Who runs this, as `user@host`; as far as it is known.
    pub fn by(&self) -> String {
        let known = |name: &Option<String>| name.clone().unwrap_or_else(|| "unknown".to_owned());
        format!("{}@{}", known(&self.user), known(&self.host))
    }

    /// What matters of these variables.
    pub fn of(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let mut environment = Self::default();
        // The upper-case name wins, whatever the order of the environment.
        let mut small = Proxies::default();
        let mut logname = None;
        for (name, value) in variables {
            match name.to_str() {
                Some("NO_COLOR") => environment.no_color = !value.is_empty(),
                Some("TERM") => environment.dumb = value == "dumb",
                Some("COLUMNS") => environment.columns = value.to_str().and_then(|text| text.parse().ok()),
                Some("FLEETWRIGHT_CONTEXTS") => environment.contexts = not_empty(value),
                Some("KUBECONFIG") => environment.kubeconfig = not_empty(value),
                Some("HOME") => environment.home = not_empty(value).map(PathBuf::from),
                Some("USER") => environment.user = name_of(value),
                Some("LOGNAME") => logname = name_of(value),
                Some("HOSTNAME") => environment.host = name_of(value),
                Some("HTTPS_PROXY") => environment.proxies.https = proxy(value),
                Some("HTTP_PROXY") => environment.proxies.http = proxy(value),
                Some("NO_PROXY") => environment.proxies.no_proxy = proxy(value),
                Some("https_proxy") => small.https = proxy(value),
                Some("http_proxy") => small.http = proxy(value),
                Some("no_proxy") => small.no_proxy = proxy(value),
                _ => {
                    if let Some(name) = variable(&name) {
                        environment.variables.insert(name, value);
                    }
                }
            }
        }
        environment.user = environment.user.take().or(logname);
        let Proxies { https, http, no_proxy } = &mut environment.proxies;
        *https = https.take().or(small.https);
        *http = http.take().or(small.http);
        *no_proxy = no_proxy.take().or(small.no_proxy);
        environment
    }

    /// Where kubeconfigs are looked for, as kubectl does.
    pub fn kubeconfigs(&self) -> Location {
        let listed = self.kubeconfig.iter().flat_map(std::env::split_paths);
        let listed: Vec<PathBuf> = listed.filter(|path| !path.as_os_str().is_empty()).collect();
        match (&self.home, listed.is_empty()) {
            (_, false) => Location::Listed(listed),
            (Some(home), true) => Location::Home(home.join(".kube/config")),
            (None, true) => Location::Nowhere,
        }
    }
}

fn not_empty(value: OsString) -> Option<OsString> {
    (!value.is_empty()).then_some(value)
}

/// The longest name of a user or of a machine that is kept, in characters.
const LONGEST_NAME: usize = 64;

/// A name that is recorded and shown.
fn name_of(value: OsString) -> Option<String> {
    not_empty(value).map(|value| value.to_string_lossy().chars().take(LONGEST_NAME).collect())
}

/// What is no UTF-8 is no address; it is kept so that it is told as such.
fn proxy(value: OsString) -> Option<String> {
    not_empty(value).map(|value| value.to_string_lossy().into_owned())
}

/// What follows the prefix, if something does.
fn variable(name: &OsString) -> Option<OsString> {
    use std::os::unix::ffi::{OsStrExt, OsStringExt};
    let rest = name.as_bytes().strip_prefix(VARIABLE_PREFIX.as_bytes())?;
    (!rest.is_empty()).then(|| OsString::from_vec(rest.to_vec()))
}

impl Terminal {
    /// How many columns and rows the terminal at stderr has by now; none if it is no terminal, or does not know.
    pub fn size() -> Option<(usize, usize)> {
        let size = rustix::termios::tcgetwinsize(std::io::stderr()).ok()?;
        let (columns, rows) = (usize::from(size.ws_col), usize::from(size.ws_row));
        (columns > 0 && rows > 0).then_some((columns, rows))
    }

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

    #[test]
    fn who_runs_it_is_known_as_far_as_the_environment_says() {
        let by = |variables: &[(&str, &str)]| {
            let variables = variables.iter().map(|(name, value)| ((*name).into(), (*value).into()));
            Environment::of(variables).by()
        };
        assert_eq!(by(&[]), "unknown@unknown");
        assert_eq!(by(&[("LOGNAME", "me"), ("HOSTNAME", "laptop")]), "me@laptop");
        assert_eq!(by(&[("USER", "ci"), ("LOGNAME", "me"), ("HOSTNAME", "")]), "ci@unknown");
    }

    #[test]
    fn b73_kubeconfigs_are_where_kubectl_looks() {
        let of = |variables: &[(&str, &str)]| {
            let variables = variables.iter().map(|(name, value)| ((*name).into(), (*value).into()));
            Environment::of(variables).kubeconfigs()
        };
        let home = Location::Home("/home/me/.kube/config".into());
        assert_eq!(of(&[]), Location::Nowhere);
        assert_eq!(of(&[("HOME", "/home/me")]), home);
        assert_eq!(of(&[("HOME", "/home/me"), ("KUBECONFIG", "")]), home);
        assert_eq!(of(&[("HOME", "/home/me"), ("KUBECONFIG", "::")]), home);
        let listed = Location::Listed(vec!["a".into(), "/b".into()]);
        assert_eq!(of(&[("HOME", "/home/me"), ("KUBECONFIG", "a::/b:")]), listed);
    }

    #[test]
    fn b73_the_upper_case_proxy_wins_if_it_is_not_empty() {
        let proxies = |variables: &[(&str, &str)]| {
            let variables = variables.iter().map(|(name, value)| ((*name).into(), (*value).into()));
            Environment::of(variables).proxies
        };
        let found =
            proxies(&[("https_proxy", "a"), ("HTTPS_PROXY", "b"), ("NO_PROXY", ""), ("no_proxy", "c")]);
        assert_eq!(
            (found.https.as_deref(), found.http, found.no_proxy.as_deref()),
            (Some("b"), None, Some("c"))
        );
        let found = proxies(&[("HTTPS_PROXY", "b"), ("https_proxy", "a")]);
        assert_eq!(found.https.as_deref(), Some("b"));
    }
}
