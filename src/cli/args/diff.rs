//! The command line of `diff`.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use super::{ConnectArgs, FleetArgs, PermitArgs, When};

/// The text below the options of `diff --help`.
pub const DIFF: &str = "\
Examples:
  fleetwright diff                               what would change on the live clusters
  fleetwright diff --cluster prod-a
  fleetwright diff --against git:origin/main     what this change renders otherwise; no network
  fleetwright diff --against dir:rendered        against what `render --out` wrote; no network
  fleetwright diff --against release:1f0c9ab2    against a release that the clusters' records know
  fleetwright diff -o markdown --exit-zero       a comment for a pull request
  fleetwright diff --cluster prod-a --save plan.json

What it compares: each rendered object with what the API server says would become of the live one, by a \
forced dry run of server-side apply as field manager fleetwright. Nothing is written. An object that nobody \
has touched since it was applied needs no dry run; --exact asks about every one. Where the user may not \
patch, the change is worked out from the recorded schemas and is called approximate.

--save writes the plan to a file, for `apply --plan`. What stands under Permission is written into it, and needs it.

Where a cluster cannot be read, it is unknown: the others are shown all the same.

Exit status:
  0  no differences; with --exit-zero, also where there are some
  1  differences
  2  the fleet, a template or the command line is wrong; nothing was sent
  3  a cluster, or something in it, could not be read
  4  refused: it is another cluster, its record is not this fleet's, or its server takes an object in no form
  7  this machine: disk, permissions, a defect";

/// What `diff` takes.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// Only this cluster; a `*` stands for any part of the name; may be repeated
    #[arg(long, value_name = "NAME")]
    pub cluster: Vec<String>,
    /// Only clusters whose labels match, as in `env=prod,zone!=eu-west-1a`
    #[arg(long, value_name = "SELECTOR")]
    pub select: Option<String>,
    /// What to compare with: the live clusters, a git revision, a folder that `render --out` wrote, or a release of the
    /// clusters' records
    #[arg(long, value_name = "live|git:REV|dir:PATH|release:DIGEST", default_value = "live", value_parser = against)]
    pub against: AgainstArg,
    /// Ask the server about every object, also those that nobody has touched
    #[arg(long)]
    pub exact: bool,
    /// Save the plan, to be applied as it is shown and not otherwise; holds no secret
    #[arg(long, value_name = "PLAN", value_hint = ValueHint::FilePath)]
    pub save: Option<PathBuf>,
    /// Exit 0 where there are differences
    #[arg(long)]
    pub exit_zero: bool,
    /// What the plan of --save allows; `apply --plan` needs no other word.
    #[command(flatten)]
    pub permit: PermitArgs,
    /// How clusters are reached.
    #[command(flatten)]
    pub connect: ConnectArgs,
    /// The fleet to read.
    #[command(flatten)]
    pub fleet: FleetArgs,
    /// The look of the output.
    #[command(flatten)]
    pub output: DiffOutputArgs,
}

/// What the fleet is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AgainstArg {
    /// The live clusters.
    Live,
    /// A git revision.
    Revision(String),
    /// A folder.
    Folder(PathBuf),
    /// A release, by the beginning of its digest.
    Release(String),
}

/// The fewest characters of a digest that name a release.
const FEWEST: usize = 8;

/// Why something is none of the four.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum AgainstError {
    /// None of the words.
    #[error("it takes `live`, `git:REV`, `dir:PATH` or `release:DIGEST`")]
    Word,
    /// A word with nothing behind it.
    #[error("something must stand behind the colon, as in `git:origin/main` or `dir:rendered`")]
    Empty,
    /// No beginning of a digest.
    #[error("a release is named by the first 8 to 64 characters of its digest, as `history` lists them")]
    Digest,
}

fn against(text: &str) -> Result<AgainstArg, AgainstError> {
    match text.split_once(':') {
        None if text == "live" => Ok(AgainstArg::Live),
        Some(("git" | "dir", "")) => Err(AgainstError::Empty),
        Some(("git", revision)) => Ok(AgainstArg::Revision(revision.to_owned())),
        Some(("release", digest)) => {
            let is_digest = (FEWEST..=64).contains(&digest.len())
                && digest.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
            if is_digest { Ok(AgainstArg::Release(digest.to_owned())) } else { Err(AgainstError::Digest) }
        }
        Some(("dir", path)) => Ok(AgainstArg::Folder(PathBuf::from(path))),
        Some(_) | None => Err(AgainstError::Word),
    }
}

/// The look of differences.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct DiffOutputArgs {
    /// Text for people, JSON for programs, or Markdown for a pull request
    #[arg(short, long, value_name = "text|json|markdown", value_enum, hide_possible_values = true)]
    #[arg(default_value_t = DiffFormat::Text)]
    pub output: DiffFormat,
    /// When to use colour
    #[arg(long, value_name = "auto|always|never", value_enum, hide_possible_values = true)]
    #[arg(default_value_t = When::Auto, long_help = "When to use colour; `auto` respects NO_COLOR and TERM=dumb")]
    pub color: When,
}

/// The formats of differences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// For a pull request.
    Markdown,
}
