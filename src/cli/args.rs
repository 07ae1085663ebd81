//! The command line as clap reads it. These types stay in this room; [`super::settings`] takes them apart.

mod apply;
mod diff;
mod edit;
mod explain;
mod external;
mod status;

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};

pub use self::apply::{ApplyArgs, ApplyOutputArgs, LogFormat, PatienceArgs, PermitArgs};
pub use self::diff::{AgainstArg, DiffArgs, DiffFormat, DiffOutputArgs};
pub use self::edit::{FmtArgs, SetArgs};
pub use self::explain::ExplainArgs;
pub use self::external::ExternalArgs;
pub use self::status::{HistoryArgs, StatusArgs, UnlockArgs};
use crate::cluster::{DurationError, parse_duration};

const ABOUT: &str = "One definition of a fleet of Kubernetes clusters";

const LONG_ABOUT: &str = "\
One definition of a fleet of Kubernetes clusters.

A fleet definition in HCL and templates in Tera render to the exact objects of each cluster. fleetwright has \
no controller and no server, and `render`, `validate` and `explain` never use the network nor read a kubeconfig.";

const START: &str = "\
Getting started:
  fleetwright init            writes a small fleet that works
  fleetwright render          prints what it renders to
  fleetwright validate        checks all of it
  fleetwright explain         tells where a field of an object comes from
  fleetwright diff            shows what would change on the live clusters
  fleetwright trust           pins a cluster, so that no other is ever taken for it
  fleetwright apply           changes one cluster, to readiness
  fleetwright status          what each cluster holds, and how far it has come
  fleetwright fmt             lays the fleet's files out
  fleetwright external        hands facts of the fleet to Terraform

Exit status, the same for every command:
  0  done, or no differences
  1  differences found
  2  the fleet, a template or the command line is wrong; nothing was written
  3  unknown: a cluster could not be read
  4  refused: nothing was written
  5  stopped after a write: failed, or in part
  7  this machine: disk, permissions, a defect
  130, 143  stopped by a signal";

/// Everything on the command line.
#[derive(Debug, Parser)]
#[command(name = "fleetwright", version, about = ABOUT, long_about = LONG_ABOUT, after_long_help = START)]
#[command(disable_help_subcommand = true, max_term_width = 100)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print or write the objects of each cluster
    #[command(after_long_help = RENDER)]
    Render(RenderArgs),
    /// Check all clusters and report every finding
    #[command(after_long_help = VALIDATE)]
    Validate(ValidateArgs),
    /// Tell where a field of an object comes from: the line of the template, the lines of the fleet
    #[command(after_long_help = explain::EXPLAIN)]
    Explain(ExplainArgs),
    /// Show what would change on the clusters
    #[command(after_long_help = diff::DIFF)]
    Diff(DiffArgs),
    /// Change one cluster to what is rendered, and wait until it is ready
    #[command(after_long_help = apply::APPLY)]
    Apply(Box<ApplyArgs>),
    /// Show what each cluster holds: release, drift, unfinished runs, locks
    #[command(after_long_help = status::STATUS)]
    Status(StatusArgs),
    /// Show the last releases of a cluster
    #[command(after_long_help = status::HISTORY)]
    History(HistoryArgs),
    /// Give back the lock of a run that has ended without doing so
    #[command(after_long_help = status::UNLOCK)]
    Unlock(UnlockArgs),
    /// Answer the query of Terraform's data source `external`
    #[command(after_long_help = external::EXTERNAL)]
    External(ExternalArgs),
    /// Pin a cluster by the UID of its kube-system namespace
    #[command(after_long_help = TRUST, mut_arg("rev", |rev| rev.hide(true)))]
    Trust(TrustArgs),
    /// Lay the fleet's files out as `terraform fmt` does
    #[command(after_long_help = edit::FMT)]
    Fmt(FmtArgs),
    /// Set a literal in the fleet's files, in place
    #[command(after_long_help = edit::SET, mut_arg("rev", |rev| rev.hide(true)))]
    Set(SetArgs),
    /// Record the schemas of the clusters' API servers, which `validate` holds objects to
    #[command(subcommand)]
    Schema(SchemaCommand),
    /// Write a small fleet that works, to start from
    #[command(after_long_help = INIT)]
    Init(InitArgs),
    /// Print the completion script of a shell
    #[command(after_long_help = COMPLETION)]
    Completion(CompletionArgs),
    /// Print the manual page, or write the pages of all commands
    #[command(after_long_help = MAN)]
    Man(ManArgs),
    /// Print the version
    #[command(after_long_help = VERSION)]
    Version(VersionArgs),
}

const RENDER: &str = "\
Examples:
  fleetwright render --cluster prod-a
  fleetwright render --select 'env in (staging,dev)' -o json
  fleetwright render --out rendered            write DIR/CLUSTER/UNIT.yaml
  fleetwright render --out rendered --check    in CI: is what was committed up to date?
  fleetwright render --rev main --out before   as of a git revision, whatever the working tree holds

What --out does to the folder:
  A file is replaced as a whole or not at all, and only if something changed. A file that fleetwright did \
not write is neither overwritten nor removed; what it wrote is listed in DIR/.fleetwright.json. Nothing is \
written unless everything renders. Links are not followed.

Exit status:
  0  everything rendered; with --check, DIR is as rendered
  1  with --check: files differ
  2  the fleet, a template or the command line is wrong; nothing was written
  7  this machine: disk, permissions, a defect";

/// What `render` takes.
#[derive(Debug, Args)]
pub struct RenderArgs {
    /// Only this cluster; a `*` stands for any part of the name; may be repeated
    #[arg(long, value_name = "NAME")]
    pub cluster: Vec<String>,
    /// Only clusters whose labels match, as in `env=prod,zone!=eu-west-1a`
    #[arg(long, value_name = "SELECTOR")]
    pub select: Option<String>,
    /// Write DIR/CLUSTER/UNIT.yaml instead of printing
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub out: Option<PathBuf>,
    /// Write nothing; list the files in the folder of --out that differ, and exit 1 if there are any
    #[arg(long, requires = "out")]
    pub check: bool,
    /// Show secret values, which are masked otherwise; files that hold one get mode 0600
    #[arg(long)]
    pub show_sensitive: bool,
    /// The fleet to read.
    #[command(flatten)]
    pub fleet: FleetArgs,
    /// The look of the output.
    #[command(flatten)]
    pub output: OutputArgs,
}

const VALIDATE: &str = "\
Examples:
  fleetwright validate
  fleetwright validate --strict                in CI: nothing unused, nothing doubtful
  fleetwright validate -o json | jq -r '.findings[].message'
  fleetwright validate -o github               in GitHub Actions: annotations, and the text
  fleetwright validate -o sarif > fleetwright.sarif
  fleetwright validate --rev v1.4.0

The findings are printed on stdout. No network is used.

What -o takes:
  text    for people: quoted lines, the first 20 errors and the first 20 warnings
  json    for programs: all of them
  sarif   SARIF 2.1.0, for code scanning: all that a code host takes
  github  workflow commands of GitHub Actions, then the text

Exit status:
  0  no finding is an error; with --strict, there is none at all
  2  a finding is an error, or the command line is wrong
  7  this machine: disk, permissions, a defect";

/// What `validate` takes.
#[derive(Debug, Args)]
pub struct ValidateArgs {
    /// Count every warning as an error
    #[arg(long)]
    pub strict: bool,
    /// The fleet to read.
    #[command(flatten)]
    pub fleet: FleetArgs,
    /// The look of the output.
    #[command(flatten)]
    pub output: FindingsArgs,
}

const TRUST: &str = "\
Examples:
  fleetwright trust --cluster prod-a           shows what answers, and asks
  fleetwright trust --cluster prod-a --yes     where nobody can be asked
  fleetwright trust --cluster prod-a --replace 7f0f6a3e-0d3a-4a55-9a54-1f6e0c6c2b11
  fleetwright trust --cluster prod-a --context prod-a=arn:aws:eks:eu-west-1:1:cluster/a

A context is a name that everybody may give to anything. What a cluster cannot change is the UID of its \
kube-system namespace: `trust` asks the cluster for it and writes it into the cluster's block, to be \
reviewed and committed. From then on nothing but the question for its UID is sent to a server that answers \
with another one. The rest of the file stays as it is.

The kubeconfig is found as kubectl finds it: the files of KUBECONFIG, or else ~/.kube/config. Its current \
context is never used.

Exit status:
  0  pinned, or pinned already
  2  the fleet, the kubeconfig or the command line is wrong; nothing was written
  3  the cluster could not be read; nothing was written
  4  refused: another UID is pinned, another cluster of the fleet has this one, or you said no
  7  this machine: disk, permissions, a defect";

/// The commands of `schema`.
#[derive(Debug, Subcommand)]
pub enum SchemaCommand {
    /// Read the schemas of all kinds from the clusters, and write them into the fleet's folder of schemas
    #[command(after_long_help = SCHEMA_FETCH)]
    Fetch(SchemaFetchArgs),
}

/// `schema fetch`.
#[derive(Debug, Args)]
pub struct SchemaFetchArgs {
    /// Only this cluster, by name or pattern such as 'prod-*'; may be repeated
    #[arg(long, value_name = "NAME")]
    pub cluster: Vec<String>,
    /// Only clusters whose labels match, such as 'env in (staging,dev)'
    #[arg(long, value_name = "SELECTOR")]
    pub select: Option<String>,
    /// How clusters are reached.
    #[command(flatten)]
    pub connect: ConnectArgs,
    /// The fleet to record them for.
    #[command(flatten)]
    pub fleet: FleetArgs,
    /// The look of the output.
    #[command(flatten)]
    pub output: OutputArgs,
}

const SCHEMA_FETCH: &str = "\
Examples:
  fleetwright schema fetch                      of every cluster
  fleetwright schema fetch --cluster prod-a     after its upgrade

What is written is text to be reviewed and committed: an index for each cluster, and the definitions, which \
clusters with the same ones share. Nothing is written to a cluster, and the right to read is enough.";

/// What `trust` takes.
#[derive(Debug, Args)]
pub struct TrustArgs {
    /// The cluster to pin
    #[arg(long, value_name = "NAME")]
    pub cluster: String,
    /// Replace this UID, which is pinned: the cluster was built anew
    #[arg(long, value_name = "OLD-UID")]
    pub replace: Option<String>,
    /// Write without asking
    #[arg(long)]
    pub yes: bool,
    /// How clusters are reached.
    #[command(flatten)]
    pub connect: ConnectArgs,
    /// The fleet to edit.
    #[command(flatten)]
    pub fleet: FleetArgs,
    /// The look of the output.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// How long a server may be silent, if nothing else is said.
const PATIENCE: &str = "30s";

/// How clusters are reached.
#[derive(Debug, Args)]
#[command(next_help_heading = "Connection")]
pub struct ConnectArgs {
    /// Reach a cluster by this kubeconfig context instead of the one in the fleet; may be repeated
    #[arg(
        long,
        value_name = "CLUSTER=CONTEXT",
        long_help = "Reach a cluster by this kubeconfig context instead of the one in the fleet; may be \
                     repeated. Wins over FLEETWRIGHT_CONTEXTS, which holds such pairs with commas between \
                     them: prod-a=laptop-a,prod-b=laptop-b"
    )]
    pub context: Vec<String>,
    /// Connect to this cluster even if its kubeconfig says not to check the server's certificate
    #[arg(long, value_name = "CLUSTER")]
    pub allow_insecure_tls: Vec<String>,
    /// How long a server may be silent
    #[arg(long, value_name = "DURATION", default_value = PATIENCE, value_parser = patience)]
    pub request_timeout: Duration,
}

/// Why a time-out cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum PatienceError {
    /// Not a duration.
    #[error(transparent)]
    Duration(#[from] DurationError),
    /// Nothing, or more than a day.
    #[error("it must be between 1ms and 24h")]
    Range,
}

fn patience(text: &str) -> Result<Duration, PatienceError> {
    let patience = parse_duration(text)?;
    let day = Duration::from_secs(24 * 60 * 60);
    if patience.is_zero() || patience > day { Err(PatienceError::Range) } else { Ok(patience) }
}

const INIT: &str = "\
Example:
  fleetwright init shop && cd shop && fleetwright render

Writes DIR/fleet/ (the definition) and DIR/templates/ (the default set for services). Nothing is overwritten: \
if one of the files is there already, none is written.

Exit status:
  0  written
  2  a file is there already, or the command line is wrong; nothing was written
  7  this machine: disk, permissions, a defect";

/// What `init` takes.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// Where to write; made if it is not there
    #[arg(value_name = "DIR", default_value = ".", value_hint = ValueHint::DirPath)]
    pub dir: PathBuf,
    /// When to use colour
    #[arg(long, value_name = "auto|always|never", value_enum, hide_possible_values = true)]
    #[arg(default_value_t = When::Auto)]
    pub color: When,
}

const COMPLETION: &str = "\
Examples:
  fleetwright completion bash > ~/.local/share/bash-completion/completions/fleetwright
  fleetwright completion zsh > ~/.zfunc/_fleetwright

Exit status:
  0  printed
  2  the command line is wrong
  7  this machine: disk, permissions, a defect";

/// What `completion` takes.
#[derive(Debug, Args)]
pub struct CompletionArgs {
    /// Which shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

const MAN: &str = "\
Examples:
  fleetwright man | man -l -
  fleetwright man --out ~/.local/share/man/man1

Exit status:
  0  printed or written
  2  the command line is wrong
  7  this machine: disk, permissions, a defect";

/// What `man` takes.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// Write the pages of all commands into this folder instead
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub out: Option<PathBuf>,
}

const VERSION: &str = "\
Examples:
  fleetwright version
  fleetwright version -o json

Exit status:
  0  printed
  2  the command line is wrong
  7  this machine: disk, permissions, a defect";

/// What `version` takes.
#[derive(Debug, Args)]
pub struct VersionArgs {
    /// Text for people, JSON for programs
    #[arg(short, long, value_name = "text|json", value_enum, hide_possible_values = true)]
    #[arg(default_value_t = Format::Text)]
    pub output: Format,
}

/// Which fleet, and the values of its variables.
#[derive(Debug, Args)]
#[command(next_help_heading = "Fleet")]
pub struct FleetArgs {
    /// The folder of the fleet's *.hcl files [default: ./fleet, or the working directory if it holds some]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub fleet: Option<PathBuf>,
    /// Read the fleet and its templates as of this git revision, not from the working tree
    #[arg(
        long,
        value_name = "REV",
        long_help = "Read the fleet and its templates as of this git revision, not from the working tree: a \
                     branch, a tag, a commit, HEAD~1. The repository is only read: no hook, filter or other \
                     program runs, and nothing is checked out. Submodules and Git LFS files are not part of \
                     a revision. Files of --var-file are read from disk all the same"
    )]
    pub rev: Option<String>,
    /// Set a variable; may be repeated, the last one counts
    #[arg(
        long,
        value_name = "NAME=VALUE",
        long_help = "Set a variable; may be repeated, the last one counts. --var wins over --var-file, and \
                     both win over FLEETWRIGHT_VAR_NAME in the environment. For a variable that is not a \
                     string, VALUE is written as in HCL: --var 'zones=[\"a\", \"b\"]'"
    )]
    pub var: Vec<String>,
    /// Read variables from a file in HCL or JSON, or `-` for stdin; may be repeated
    #[arg(
        long,
        value_name = "FILE",
        value_hint = ValueHint::FilePath,
        long_help = "Read variables from a file in HCL or JSON, or from stdin if FILE is `-`; may be repeated, \
                     the last one counts. The output of `terraform output -json` is understood: values that \
                     Terraform calls sensitive stay so"
    )]
    pub var_file: Vec<PathBuf>,
    /// How many threads to use; the output does not depend on it
    #[arg(long, value_name = "N", hide = true)]
    pub threads: Option<NonZeroUsize>,
}

/// The look of the output.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// Text for people, JSON for programs
    #[arg(short, long, value_name = "text|json", value_enum, hide_possible_values = true)]
    #[arg(default_value_t = Format::Text)]
    pub output: Format,
    /// When to use colour
    #[arg(long, value_name = "auto|always|never", value_enum, hide_possible_values = true)]
    #[arg(default_value_t = When::Auto, long_help = "When to use colour; `auto` respects NO_COLOR and TERM=dumb")]
    pub color: When,
}

/// The look of findings.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct FindingsArgs {
    /// Text for people, JSON for programs, SARIF for code scanning, or annotations for GitHub Actions
    #[arg(short, long, value_name = "text|json|sarif|github", value_enum, hide_possible_values = true)]
    #[arg(default_value_t = FindingsFormat::Text)]
    pub output: FindingsFormat,
    /// When to use colour
    #[arg(long, value_name = "auto|always|never", value_enum, hide_possible_values = true)]
    #[arg(default_value_t = When::Auto, long_help = "When to use colour; `auto` respects NO_COLOR and TERM=dumb")]
    pub color: When,
}

/// For people or for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// The formats of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FindingsFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// For code scanning.
    Sarif,
    /// For GitHub Actions.
    Github,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}
