//! The settings of `apply`, and of what tells of it afterwards.

use std::path::PathBuf;

use super::{Connect, Consent, Fleet, Selection};
use crate::apply::Patience;
use crate::cli::args::{
    ApplyArgs, ApplyOutputArgs, Format, HistoryArgs, LogFormat, OutputArgs, PatienceArgs, PermitArgs,
    StatusArgs, UnlockArgs, When,
};
use crate::cli::environment::{Environment, Terminal};
use crate::object::Named;
use crate::plan::Permit;

/// The settings of `apply`.
#[derive(Debug)]
pub struct Apply {
    /// The fleet to read.
    pub fleet: Fleet,
    /// The cluster to change.
    pub cluster: String,
    /// The plan to apply, if one was saved.
    pub plan: Option<PathBuf>,
    /// What is allowed.
    pub allowed: Allowed,
    /// Why the rules of the rollout are broken.
    pub break_glass: Option<String>,
    /// How long is waited for what.
    pub patience: Patience,
    /// How clusters are reached.
    pub connect: Connect,
    /// Who is asked.
    pub consent: Consent,
    /// Who applies: `user@host`.
    pub by: String,
    /// Whether warnings count as errors.
    pub strict: bool,
    /// The format of what happens.
    pub log: LogFormat,
    /// Whether progress is shown.
    pub progress: bool,
    /// What the command line says that another command must say too.
    pub same: Same,
}

/// The options that were given and without which another command would apply something else, or elsewhere: a hint at
/// the next command names them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Same {
    /// Those that every cluster of the fleet needs, as `--rev`.
    pub everywhere: Vec<&'static str>,
    /// Those that are about this cluster alone, as `--plan`.
    pub here: Vec<&'static str>,
}

impl Same {
    /// `with the same --rev and --var`, of a command for another cluster; none if nothing was given.
    pub fn elsewhere(&self) -> Option<String> {
        with_the_same(&self.everywhere)
    }

    /// The same of a command for this cluster.
    pub fn again(&self) -> Option<String> {
        with_the_same(&[&self.everywhere[..], &self.here].concat())
    }

    fn of(args: &ApplyArgs) -> Self {
        let given = |options: &[(bool, &'static str)]| {
            options.iter().filter(|(is_given, _)| *is_given).map(|(_, name)| *name).collect()
        };
        let ApplyArgs { fleet, connect, permit, plan, break_glass, .. } = args;
        Self {
            everywhere: given(&[
                (fleet.fleet.is_some(), "--fleet"),
                (fleet.rev.is_some(), "--rev"),
                (!fleet.var.is_empty(), "--var"),
                (!fleet.var_file.is_empty(), "--var-file"),
                (!connect.context.is_empty(), "--context"),
            ]),
            here: given(&[
                (plan.is_some(), "--plan"),
                (permit.adopt, "--adopt"),
                (permit.deletions.is_some(), "--deletions"),
                (!permit.take_over.is_empty(), "--take-over"),
                (!permit.delete.is_empty(), "--delete"),
                (break_glass.is_some(), "--break-glass"),
            ]),
        }
    }
}

fn with_the_same(options: &[&str]) -> Option<String> {
    let (last, others) = options.split_last()?;
    let and = if others.is_empty() { "" } else { " and " };
    Some(format!("with the same {}{and}{last}", others.join(", ")))
}

/// What is allowed beyond what every apply may do.
#[derive(Debug)]
pub struct Allowed {
    /// What a plan is held against; its limits come from the fleet.
    pub permit: Permit,
    /// The Namespaces and definitions that may be deleted.
    pub deletes: Vec<Named>,
}

impl Allowed {
    pub(super) fn new(args: PermitArgs) -> Self {
        let PermitArgs { adopt, deletions, take_over, delete } = args;
        Self { permit: Permit { adopt, deletions, take_over, ..Permit::default() }, deletes: delete }
    }

    /// Whether nothing is.
    pub fn is_nothing(&self) -> bool {
        let Self { permit: Permit { adopt, deletions, take_over, limits: _ }, deletes } = self;
        !adopt && deletions.is_none() && take_over.is_empty() && deletes.is_empty()
    }
}

/// The settings of `status`.
#[derive(Debug)]
pub struct Status {
    /// The fleet to read.
    pub fleet: Fleet,
    /// The clusters to tell of.
    pub selection: Selection,
    /// How they are reached.
    pub connect: Connect,
    /// The format of stdout.
    pub format: Format,
    /// Whether progress is shown.
    pub progress: bool,
}

/// The settings of `history`.
#[derive(Debug)]
pub struct History {
    /// The fleet to read.
    pub fleet: Fleet,
    /// The cluster to tell of.
    pub cluster: String,
    /// How it is reached.
    pub connect: Connect,
    /// The format of stdout.
    pub format: Format,
}

/// The settings of `unlock`.
#[derive(Debug)]
pub struct Unlock {
    /// The fleet to read.
    pub fleet: Fleet,
    /// The cluster whose lock it is.
    pub cluster: String,
    /// Whether it is the lock of its rollout.
    pub rollout: bool,
    /// The run that holds it.
    pub run: String,
    /// How it is reached.
    pub connect: Connect,
}

impl Unlock {
    pub(super) fn new(args: UnlockArgs, environment: &Environment, terminal: Terminal) -> (Self, When) {
        let UnlockArgs { run, cluster, rollout, connect, fleet, color } = args;
        let fleet = Fleet::new(fleet, environment, terminal);
        let connect = Connect::new(connect, environment, terminal);
        (Self { fleet, cluster, rollout, run, connect }, color)
    }
}

impl Apply {
    pub(super) fn new(args: ApplyArgs, environment: &Environment, terminal: Terminal) -> (Self, When) {
        let same = Same::of(&args);
        let ApplyArgs { cluster, plan, yes, permit, break_glass, patience, connect, fleet, output } = args;
        let PatienceArgs { ready_timeout, stable_for, settle_for, lock_timeout, lock_lease } = patience;
        let ApplyOutputArgs { warnings_as_errors, log_format, color } = output;
        let apply = Self {
            fleet: Fleet::new(fleet, environment, terminal),
            cluster,
            plan,
            allowed: Allowed::new(permit),
            break_glass,
            patience: Patience {
                ready: ready_timeout,
                stable: stable_for,
                settle: settle_for,
                lock: lock_timeout,
                lease: lock_lease,
            },
            connect: Connect::new(connect, environment, terminal),
            consent: Consent::new(yes, terminal),
            by: environment.by(),
            strict: warnings_as_errors,
            log: log_format,
            progress: terminal.stderr && !environment.dumb,
            same,
        };
        (apply, color)
    }
}

impl Status {
    pub(super) fn new(args: StatusArgs, environment: &Environment, terminal: Terminal) -> (Self, When) {
        let StatusArgs { cluster, select, connect, fleet, output } = args;
        let OutputArgs { output: format, color } = output;
        let status = Self {
            fleet: Fleet::new(fleet, environment, terminal),
            selection: Selection { clusters: cluster, labels: select },
            connect: Connect::new(connect, environment, terminal),
            format,
            progress: terminal.stderr && !environment.dumb,
        };
        (status, color)
    }
}

impl History {
    pub(super) fn new(args: HistoryArgs, environment: &Environment, terminal: Terminal) -> (Self, When) {
        let HistoryArgs { cluster, connect, fleet, output } = args;
        let OutputArgs { output: format, color } = output;
        let fleet = Fleet::new(fleet, environment, terminal);
        let connect = Connect::new(connect, environment, terminal);
        (Self { fleet, cluster, connect, format }, color)
    }
}
