//! What a command needs to know, worked out from arguments, environment and terminal.
//!
//! Every argument struct is taken apart by name, so that a new flag does not compile until it is handled.

mod apply;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

pub use self::apply::{Allowed, Apply, History, Status, Unlock};
use super::args::{
    AgainstArg, Arguments, Command, CompletionArgs, ConnectArgs, DiffArgs, DiffFormat, DiffOutputArgs,
    ExplainArgs, ExternalArgs, FindingsArgs, FindingsFormat, FleetArgs, FmtArgs, Format, InitArgs, ManArgs,
    OutputArgs, RenderArgs, SchemaCommand, SchemaFetchArgs, SetArgs, TrustArgs, ValidateArgs, VersionArgs,
    When,
};
use super::console::Console;
use super::environment::{Environment, Terminal};
use crate::live::Proxies;
use crate::live::kubeconfig::Location;
use crate::render::Show;
use crate::report::text::Style;

/// One command with its settings.
#[derive(Debug)]
pub enum Settings {
    /// `render`.
    Render(Render),
    /// `validate`.
    Validate(Validate),
    /// `explain`.
    Explain(Explain),
    /// `diff`.
    Diff(Diff),
    /// `apply`.
    Apply(Box<Apply>),
    /// `status`.
    Status(Status),
    /// `history`.
    History(History),
    /// `unlock`.
    Unlock(Unlock),
    /// `external`: the fleet to read, unless the query names it.
    External(Fleet),
    /// `fmt`.
    Fmt(Fmt),
    /// `set`.
    Set(Set),
    /// `schema fetch`.
    SchemaFetch(SchemaFetch),
    /// `trust`.
    Trust(Trust),
    /// `init`.
    Init(Init),
    /// `completion`.
    Completion(clap_complete::Shell),
    /// `man`: the folder to write to, if not stdout.
    Man(Option<PathBuf>),
    /// `version`.
    Version(Format),
}

/// The settings of `render`.
#[derive(Debug)]
pub struct Render {
    /// The fleet to read.
    pub fleet: Fleet,
    /// The clusters to render.
    pub selection: Selection,
    /// Where it goes.
    pub target: Target,
    /// Whether secret values are shown.
    pub show: Show,
    /// The format of stdout.
    pub format: Format,
    /// Whether progress is shown.
    pub progress: bool,
}

/// Where `render` puts what it renders.
#[derive(Debug)]
pub enum Target {
    /// Onto stdout.
    Print,
    /// Into a folder.
    Write(PathBuf),
    /// Compared with a folder.
    Check(PathBuf),
}

/// The settings of `validate`.
#[derive(Debug)]
pub struct Validate {
    /// The fleet to read.
    pub fleet: Fleet,
    /// Whether warnings count as errors.
    pub strict: bool,
    /// The format of stdout.
    pub format: FindingsFormat,
    /// Whether progress is shown.
    pub progress: bool,
}

/// The settings of `explain`.
#[derive(Debug)]
pub struct Explain {
    /// The fleet to read.
    pub fleet: Fleet,
    /// The cluster; the only one that renders the object if none is named.
    pub cluster: Option<String>,
    /// The object, as it was written.
    pub object: String,
    /// The field, as it was written; all of the object if none is.
    pub path: Option<String>,
    /// The format of stdout.
    pub format: Format,
}

/// The settings of `diff`.
#[derive(Debug)]
pub struct Diff {
    /// The fleet to read.
    pub fleet: Fleet,
    /// The clusters to compare.
    pub selection: Selection,
    /// What with.
    pub against: AgainstArg,
    /// How live clusters are reached.
    pub connect: Connect,
    /// Whether the server is asked about every object.
    pub exact: bool,
    /// Where the plan goes.
    pub save: Option<PathBuf>,
    /// What the plan allows.
    pub allowed: Allowed,
    /// Whether a difference is no failure.
    pub exit_zero: bool,
    /// The format of stdout.
    pub format: DiffFormat,
    /// Whether progress is shown.
    pub progress: bool,
}

/// The settings of `fmt`.
#[derive(Debug)]
pub struct Fmt {
    /// What to lay out.
    pub what: Laid,
    /// Whether nothing is written.
    pub check: bool,
    /// Whether the change is shown.
    pub diff: bool,
}

/// What `fmt` lays out.
#[derive(Debug)]
pub enum Laid {
    /// The files of a fleet: of this folder, if one was named.
    Fleet(Option<PathBuf>),
    /// These files and folders.
    Paths(Vec<PathBuf>),
    /// Stdin, onto stdout.
    Stdin,
}

/// The settings of `set`.
#[derive(Debug)]
pub struct Set {
    /// The fleet to edit.
    pub fleet: Fleet,
    /// The block, as it was named.
    pub block: String,
    /// `PATH=VALUE` each.
    pub assignments: Vec<String>,
    /// Whether nothing is written.
    pub dry_run: bool,
}

/// The settings of `schema fetch`.
#[derive(Debug)]
pub struct SchemaFetch {
    /// The fleet to record for.
    pub fleet: Fleet,
    /// The clusters to ask.
    pub selection: Selection,
    /// How they are reached.
    pub connect: Connect,
    /// The format of stdout.
    pub format: Format,
}

/// The settings of `trust`.
#[derive(Debug)]
pub struct Trust {
    /// The fleet to edit.
    pub fleet: Fleet,
    /// The cluster to pin.
    pub cluster: String,
    /// The UID that may be replaced.
    pub replace: Option<String>,
    /// How the cluster is reached.
    pub connect: Connect,
    /// Who is asked.
    pub consent: Consent,
    /// The format of stdout.
    pub format: Format,
}

/// Who agrees to what is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    /// The command line does.
    Given,
    /// The person at the terminal is asked.
    Ask {
        /// Whether they see there what is written to stdout.
        sees_stdout: bool,
    },
    /// Nobody can.
    Nobody,
}

/// How clusters are reached.
#[derive(Debug)]
pub struct Connect {
    /// `CLUSTER=CONTEXT` each, as on the command line.
    pub contexts: Vec<String>,
    /// The same from the environment, with commas between them.
    pub environment: Option<OsString>,
    /// The clusters whose certificate may go unchecked.
    pub allow_insecure_tls: Vec<String>,
    /// How long a server may be silent.
    pub patience: Duration,
    /// Where kubeconfigs are looked for.
    pub kubeconfigs: Location,
    /// The proxies of the environment.
    pub proxies: Proxies,
    /// Whether stdin is a terminal, which a credential plugin may use.
    pub stdin_is_terminal: bool,
}

/// The settings of `init`.
#[derive(Debug)]
pub struct Init {
    /// Where to write.
    pub dir: PathBuf,
}

/// Which clusters.
#[derive(Debug, Default)]
pub struct Selection {
    /// Names or patterns; empty for all.
    pub clusters: Vec<String>,
    /// A label selector, not yet parsed.
    pub labels: Option<String>,
}

/// Which fleet, with which variables.
#[derive(Debug)]
pub struct Fleet {
    /// The folder that was named.
    pub dir: Option<PathBuf>,
    /// The git revision to read; `None` for the working tree.
    pub revision: Option<String>,
    /// The variables that were given.
    pub variables: Variables,
    /// How many threads to use.
    pub threads: NonZeroUsize,
}

/// Where values of variables were given.
#[derive(Debug, Default)]
pub struct Variables {
    /// `NAME=VALUE` each.
    pub flags: Vec<String>,
    /// Files; `-` for stdin.
    pub files: Vec<PathBuf>,
    /// From the environment, by name.
    pub environment: BTreeMap<OsString, OsString>,
    /// Whether stdin is a terminal, which is not read from.
    pub stdin_is_terminal: bool,
}

impl Settings {
    /// The settings of the command, and where it writes.
    pub fn new(arguments: Arguments, environment: &Environment, terminal: Terminal) -> (Self, Console) {
        let Arguments { command } = arguments;
        let console = |when| Console::new(when, environment, terminal);
        match command {
            Command::Render(args) => {
                let RenderArgs { fleet, cluster, select, out, check, show_sensitive, output } = args;
                let OutputArgs { output: format, color } = output;
                let render = Render {
                    fleet: Fleet::new(fleet, environment, terminal),
                    selection: Selection { clusters: cluster, labels: select },
                    target: match out {
                        None => Target::Print,
                        Some(dir) if check => Target::Check(dir),
                        Some(dir) => Target::Write(dir),
                    },
                    show: if show_sensitive { Show::Full } else { Show::Masked },
                    format,
                    progress: terminal.stderr && !environment.dumb,
                };
                (Self::Render(render), console(color))
            }
            Command::Validate(ValidateArgs { strict, fleet, output }) => {
                let FindingsArgs { output: format, color } = output;
                let fleet = Fleet::new(fleet, environment, terminal);
                let progress = terminal.stderr && !environment.dumb;
                (Self::Validate(Validate { fleet, strict, format, progress }), console(color))
            }
            Command::Explain(ExplainArgs { object, path, cluster, fleet, output }) => {
                let OutputArgs { output: format, color } = output;
                let fleet = Fleet::new(fleet, environment, terminal);
                (Self::Explain(Explain { fleet, cluster, object, path, format }), console(color))
            }
            Command::Diff(args) => {
                let DiffArgs {
                    cluster,
                    select,
                    against,
                    exact,
                    save,
                    permit,
                    exit_zero,
                    connect,
                    fleet,
                    output,
                } = args;
                let DiffOutputArgs { output: format, color } = output;
                let diff = Diff {
                    fleet: Fleet::new(fleet, environment, terminal),
                    selection: Selection { clusters: cluster, labels: select },
                    against,
                    connect: Connect::new(connect, environment, terminal),
                    exact,
                    save,
                    allowed: Allowed::new(permit),
                    exit_zero,
                    format,
                    progress: terminal.stderr && !environment.dumb,
                };
                (Self::Diff(diff), console(color))
            }
            Command::Apply(args) => {
                let (apply, color) = Apply::new(*args, environment, terminal);
                (Self::Apply(Box::new(apply)), console(color))
            }
            Command::Status(args) => {
                let (status, color) = Status::new(args, environment, terminal);
                (Self::Status(status), console(color))
            }
            Command::History(args) => {
                let (history, color) = History::new(args, environment, terminal);
                (Self::History(history), console(color))
            }
            Command::Unlock(args) => {
                let (unlock, color) = Unlock::new(args, environment, terminal);
                (Self::Unlock(unlock), console(color))
            }
            // What reads it shows its text as it is.
            Command::External(ExternalArgs { fleet }) => {
                (Self::External(Fleet::new(fleet, environment, terminal)), console(When::Never))
            }
            Command::Fmt(FmtArgs { paths, check, diff, fleet, color }) => {
                let what = match paths.as_slice() {
                    [] => Laid::Fleet(fleet),
                    [only] if only.as_os_str() == "-" => Laid::Stdin,
                    _ => Laid::Paths(paths),
                };
                (Self::Fmt(Fmt { what, check, diff }), console(color))
            }
            Command::Set(SetArgs { block, assignments, dry_run, fleet, color }) => {
                let fleet = Fleet::new(fleet, environment, terminal);
                (Self::Set(Set { fleet, block, assignments, dry_run }), console(color))
            }
            Command::Schema(SchemaCommand::Fetch(args)) => {
                let SchemaFetchArgs { cluster, select, connect, fleet, output } = args;
                let OutputArgs { output: format, color } = output;
                let fetch = SchemaFetch {
                    fleet: Fleet::new(fleet, environment, terminal),
                    selection: Selection { clusters: cluster, labels: select },
                    connect: Connect::new(connect, environment, terminal),
                    format,
                };
                (Self::SchemaFetch(fetch), console(color))
            }
            Command::Trust(args) => {
                let TrustArgs { cluster, replace, yes, connect, fleet, output } = args;
                let OutputArgs { output: format, color } = output;
                let consent = Consent::new(yes, terminal);
                let fleet = Fleet::new(fleet, environment, terminal);
                let connect = Connect::new(connect, environment, terminal);
                (Self::Trust(Trust { fleet, cluster, replace, connect, consent, format }), console(color))
            }
            Command::Init(InitArgs { dir, color }) => (Self::Init(Init { dir }), console(color)),
            Command::Completion(CompletionArgs { shell }) => (Self::Completion(shell), console(When::Auto)),
            Command::Man(ManArgs { out }) => (Self::Man(out), console(When::Auto)),
            Command::Version(VersionArgs { output }) => (Self::Version(output), console(When::Auto)),
        }
    }
}

impl Consent {
    fn new(yes: bool, terminal: Terminal) -> Self {
        match (yes, terminal.stdin && terminal.stderr) {
            (true, _) => Self::Given,
            (false, true) => Self::Ask { sees_stdout: terminal.stdout },
            (false, false) => Self::Nobody,
        }
    }
}

impl Connect {
    fn new(args: ConnectArgs, environment: &Environment, terminal: Terminal) -> Self {
        let ConnectArgs { context, allow_insecure_tls, request_timeout } = args;
        Self {
            contexts: context,
            environment: environment.contexts.clone(),
            allow_insecure_tls,
            patience: request_timeout,
            kubeconfigs: environment.kubeconfigs(),
            proxies: environment.proxies.clone(),
            stdin_is_terminal: terminal.stdin,
        }
    }
}

impl Fleet {
    fn new(args: FleetArgs, environment: &Environment, terminal: Terminal) -> Self {
        let FleetArgs { fleet, rev, var, var_file, threads } = args;
        Self {
            dir: fleet,
            revision: rev,
            variables: Variables {
                flags: var,
                files: var_file,
                environment: environment.variables.clone(),
                stdin_is_terminal: terminal.stdin,
            },
            threads: threads
                .or_else(|| std::thread::available_parallelism().ok())
                .unwrap_or(NonZeroUsize::MIN),
        }
    }
}

impl Console {
    /// `always` and `never` are obeyed; else colour goes to a terminal that takes it, unless `NO_COLOR` is
    /// set.
    pub fn new(when: When, environment: &Environment, terminal: Terminal) -> Self {
        let style = |is_terminal: bool| {
            let color = match when {
                When::Always => true,
                When::Never => false,
                When::Auto => is_terminal && !environment.no_color && !environment.dumb,
            };
            let fallback = Style::default().width;
            Style { color, width: environment.columns.filter(|_| is_terminal).unwrap_or(fallback) }
        };
        Self { out: style(terminal.stdout), err: style(terminal.stderr) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b72_colour_and_width_follow_flag_environment_and_terminal() {
        let on = Terminal { stdin: true, stdout: true, stderr: true };
        let plain = Environment::default();
        let no_color = Environment { no_color: true, ..Environment::default() };
        let dumb = Environment { dumb: true, columns: Some(10), ..Environment::default() };
        let color = |when, environment: &Environment, terminal| {
            let console = Console::new(when, environment, terminal);
            (console.out.color, console.err.color)
        };
        assert_eq!(color(When::Auto, &plain, on), (true, true));
        assert_eq!(color(When::Auto, &plain, Terminal { stdout: false, ..on }), (false, true));
        assert_eq!(color(When::Auto, &no_color, on), (false, false));
        assert_eq!(color(When::Auto, &dumb, on), (false, false));
        assert_eq!(color(When::Always, &no_color, Terminal::default()), (true, true));
        assert_eq!(color(When::Never, &plain, on), (false, false));
        assert_eq!(Console::new(When::Auto, &dumb, on).out.width, 10);
        assert_eq!(Console::new(When::Auto, &dumb, Terminal::default()).out.width, Style::default().width);
    }
}
