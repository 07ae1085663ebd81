//! The command lines of `status`, `history` and `unlock`: what the clusters' records and locks say.

use clap::Args;

use super::{ConnectArgs, FleetArgs, OutputArgs, When};

/// The text below the options of `status --help`.
pub const STATUS: &str = "\
Examples:
  fleetwright status                            every cluster: release, drift, unfinished runs, locks
  fleetwright status --cluster 'prod-*' -o json

What it tells of each cluster: the release that was applied last and how far it has come (not ready, \
soaking, soaked, verified), what differs now from what is rendered here, what is there and not ready, a run that \
has not finished, and who holds the cluster's lock. The soak counts from the end of the apply; an `apply` to a \
later cluster looks at the pods too. All of it is read from the clusters; nothing is written.

Exit status:
  0  everything could be read
  2  the fleet, a template or the command line is wrong; nothing was sent
  3  a cluster, or something in it, could not be read
  4  refused: it is another cluster, or its record is not this fleet's
  7  this machine: disk, permissions, a defect";

/// What `status` takes.
#[derive(Debug, Args)]
pub struct StatusArgs {
    /// Only this cluster; a `*` stands for any part of the name; may be repeated
    #[arg(long, value_name = "NAME")]
    pub cluster: Vec<String>,
    /// Only clusters whose labels match, as in `env=prod,zone!=eu-west-1a`
    #[arg(long, value_name = "SELECTOR")]
    pub select: Option<String>,
    /// How clusters are reached.
    #[command(flatten)]
    pub connect: ConnectArgs,
    /// The fleet to read.
    #[command(flatten)]
    pub fleet: FleetArgs,
    /// The look of the output.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// The text below the options of `history --help`.
pub const HISTORY: &str = "\
Examples:
  fleetwright history --cluster prod-a
  fleetwright history --cluster prod-a -o json | jq -r '.releases[0].commit'
  fleetwright diff --against release:1f0c9ab2 --cluster prod-a    what is rendered now against an earlier release

The releases that the cluster's record knows, the newest first; the last ten are kept.

Exit status:
  0  printed
  2  the fleet or the command line is wrong; nothing was sent
  3  the cluster could not be read
  4  refused: it is another cluster, or its record is not this fleet's
  7  this machine: disk, permissions, a defect";

/// What `history` takes.
#[derive(Debug, Args)]
pub struct HistoryArgs {
    /// The cluster
    #[arg(long, value_name = "NAME")]
    pub cluster: String,
    /// How clusters are reached.
    #[command(flatten)]
    pub connect: ConnectArgs,
    /// The fleet to read.
    #[command(flatten)]
    pub fleet: FleetArgs,
    /// The look of the output.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// The text below the options of `unlock --help`.
pub const UNLOCK: &str = "\
Examples:
  fleetwright status --cluster prod-a                     says which run holds the lock
  fleetwright unlock --cluster prod-a 5f3c9a20b7          the run is known to have ended
  fleetwright unlock --cluster prod-a --rollout 5f3c9a20b7
                                                          the lock of its rollout: the `apply` that was \
refused names the run

A run that died gives its lock back by itself: after the time of --lock-lease the next one takes it. `unlock` is \
for where that is too late. It takes the exact id of the run that holds the lock; with any other it shows who \
does, and since when. What the run had begun is recorded: `apply` goes on with it.

Exit status:
  0  unlocked
  2  the fleet or the command line is wrong; nothing was sent
  4  refused: another run holds the lock, or nobody; the run is alive; or the cluster cannot be read
  7  this machine: disk, permissions, a defect";

/// What `unlock` takes.
#[derive(Debug, Args)]
pub struct UnlockArgs {
    /// The run that holds the lock
    #[arg(value_name = "RUN-ID")]
    pub run: String,
    /// The cluster
    #[arg(long, value_name = "NAME")]
    pub cluster: String,
    /// The lock of the cluster's rollout, which the rollout's first cluster holds
    #[arg(long)]
    pub rollout: bool,
    /// How clusters are reached.
    #[command(flatten)]
    pub connect: ConnectArgs,
    /// The fleet to read.
    #[command(flatten)]
    pub fleet: FleetArgs,
    /// When to use colour
    #[arg(long, value_name = "auto|always|never", value_enum, hide_possible_values = true)]
    #[arg(default_value_t = When::Auto, help_heading = "Output")]
    pub color: When,
}
