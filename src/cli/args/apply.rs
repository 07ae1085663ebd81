//! The command line of `apply`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum, ValueHint};

use super::{ConnectArgs, FleetArgs, When};
use crate::cluster::{DurationError, parse_duration};
use crate::object::{Named, TakeOver};

/// The text below the options of `apply --help`.
pub const APPLY: &str = "\
Examples:
  fleetwright apply --cluster staging-a             shows the plan, asks, and changes the cluster
  fleetwright apply --cluster staging-a --yes       where nobody can be asked
  fleetwright apply --cluster prod-a --plan plan.json --yes
                                                    exactly what `diff --save plan.json` showed, or nothing
  fleetwright apply --cluster prod-a --adopt        takes over what kubectl or Helm made
  fleetwright apply --cluster prod-a --deletions 3  exactly three objects go

What it does: it reads the cluster, shows what would change, and asks. Then it takes the lock of the rollout, if there is one, and the cluster's, writes \
each object by server-side apply in an order in which nothing waits for what comes later, waits until all of it \
is ready, deletes what is no longer rendered, and records the release in the cluster. Objects that are as they \
are to be are not written.

Everything that stands in the way is told before the first write, all of it in one run. What differs when it is \
written from what was shown is refused, object by object.

A run that was stopped, or killed, is gone on with by the same command: what it had begun is recorded in the \
cluster before it is done. No file of this machine matters.

In a rollout a cluster is changed only when every cluster of the stages before holds this very release, ready \
and soaked. --break-glass goes on without that, past freezes, beyond `changed_percent`, and without the rollout's \
lock where another run holds it or it cannot be read; where it breaks a rule, that is recorded.

Signals: SIGINT, SIGTERM or SIGHUP once ends what is under way and begins nothing new; twice stops at once.

Exit status:
  0    done: the cluster is as rendered, and ready
  2    the fleet, a template or the command line is wrong, or nobody could be asked; nothing was written
  4    refused: lock, freeze, identity, missing evidence, stale plan, limits, a conflict, a cluster that \
cannot be read, or you said no; no object was written
  5    stopped after a write: failed, or in part; every object's state is told
  7    this machine: disk, permissions, a defect
  130  stopped by SIGINT; 143 by SIGTERM or SIGHUP";

/// What `apply` takes.
#[derive(Debug, Args)]
pub struct ApplyArgs {
    /// The cluster to change
    #[arg(long, value_name = "NAME")]
    pub cluster: String,
    /// Apply this plan of `diff --save`, and nothing else
    #[arg(long, value_name = "PLAN", value_hint = ValueHint::FilePath)]
    #[arg(conflicts_with_all = ["adopt", "deletions", "take_over", "delete"])]
    pub plan: Option<PathBuf>,
    /// Apply without asking
    #[arg(long)]
    pub yes: bool,
    /// What is allowed.
    #[command(flatten)]
    pub permit: PermitArgs,
    /// Break the rules of the rollout that are in the way, for this reason, which is recorded then
    #[arg(long, value_name = "REASON", value_parser = reason)]
    pub break_glass: Option<String>,
    /// How much may be doubtful, and how long is waited for what.
    #[command(flatten)]
    pub patience: PatienceArgs,
    /// How clusters are reached.
    #[command(flatten)]
    pub connect: ConnectArgs,
    /// The fleet to read.
    #[command(flatten)]
    pub fleet: FleetArgs,
    /// The look of the output.
    #[command(flatten)]
    pub output: ApplyOutputArgs,
}

/// What is allowed beyond what every apply may do.
#[derive(Debug, Args)]
#[command(next_help_heading = "Permission")]
pub struct PermitArgs {
    /// Take over objects that something else made
    #[arg(long)]
    pub adopt: bool,
    /// Delete exactly this many objects, however few `limits` allow to delete
    #[arg(long, value_name = "N")]
    pub deletions: Option<usize>,
    /// Take this field from the manager that owns it, as in `Deployment/web:spec.replicas`; may be repeated
    #[arg(long, value_name = "OBJECT:PATH", value_parser = TakeOver::parse)]
    pub take_over: Vec<TakeOver>,
    /// Delete this Namespace or CustomResourceDefinition that is no longer rendered, with all in it; may be repeated
    #[arg(long, value_name = "KIND/NAME", value_parser = Named::parse)]
    pub delete: Vec<Named>,
}

/// How long is waited for what.
#[derive(Debug, Args)]
#[command(next_help_heading = "Waiting")]
pub struct PatienceArgs {
    /// How long the objects of a unit may take to become ready
    #[arg(long, value_name = "DURATION", default_value = "10m", value_parser = within_a_week)]
    pub ready_timeout: Duration,
    /// How long what may flap must stay ready
    #[arg(long, value_name = "DURATION", default_value = "3s", value_parser = within_a_week)]
    pub stable_for: Duration,
    /// How long Istio's proxies are given to learn of what was written before what relies on it is written, or what it
    /// replaces is deleted
    #[arg(long, value_name = "DURATION", default_value = "12s", value_parser = within_a_week)]
    pub settle_for: Duration,
    /// How long to wait for a run that is alive and holds the lock
    #[arg(long, value_name = "DURATION", default_value = "0s", value_parser = within_a_week)]
    pub lock_timeout: Duration,
    /// How long the lock outlives a run that died
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = lease)]
    pub lock_lease: Duration,
}

/// The look of what happens.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct ApplyOutputArgs {
    /// Count every warning as an error, those of the API servers too: then nothing is written
    #[arg(long)]
    pub warnings_as_errors: bool,
    /// What happens, as text for people or a JSON object per line on stderr; JSON ends with one document on stdout
    #[arg(long, value_name = "text|json", value_enum, hide_possible_values = true)]
    #[arg(default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,
    /// When to use colour
    #[arg(long, value_name = "auto|always|never", value_enum, hide_possible_values = true)]
    #[arg(default_value_t = When::Auto, long_help = "When to use colour; `auto` respects NO_COLOR and TERM=dumb")]
    pub color: When,
}

/// The formats of what happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// Why a value cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum ValueError {
    /// Not a duration.
    #[error(transparent)]
    Duration(#[from] DurationError),
    /// More than a week.
    #[error("it must be at most 7d")]
    Long,
    /// Too short to be renewed in time, or longer than anybody waits.
    #[error("it must be between 3s and 10m")]
    Lease,
    /// No reason.
    #[error("say why: it is recorded in the cluster")]
    Blank,
}

fn within_a_week(text: &str) -> Result<Duration, ValueError> {
    let duration = parse_duration(text)?;
    if duration > Duration::from_secs(7 * 24 * 60 * 60) { Err(ValueError::Long) } else { Ok(duration) }
}

fn lease(text: &str) -> Result<Duration, ValueError> {
    let duration = parse_duration(text)?;
    let allowed = Duration::from_secs(3)..=Duration::from_secs(600);
    if allowed.contains(&duration) { Ok(duration) } else { Err(ValueError::Lease) }
}

fn reason(text: &str) -> Result<String, ValueError> {
    let text = text.trim();
    if text.is_empty() { Err(ValueError::Blank) } else { Ok(text.to_owned()) }
}
