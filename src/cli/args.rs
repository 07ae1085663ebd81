//! The command line as clap reads it. These types stay in this room; [`super::settings`] takes them apart.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};

const ABOUT: &str = "One definition of a fleet of Kubernetes clusters";

const LONG_ABOUT: &str = "\
One definition of a fleet of Kubernetes clusters.

A fleet definition in HCL and templates in Tera render to the exact objects of each cluster. fleetwright has \
no controller and no server, and `render` and `validate` never use the network.";

const START: &str = "\
Getting started:
  fleetwright init            writes a small fleet that works
  fleetwright render          prints what it renders to
  fleetwright validate        checks all of it

Exit status, the same for every command:
  0  done, or no differences
  1  differences found
  2  the fleet, a template or the command line is wrong; nothing was written
  7  this machine: disk, permissions, a defect";

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
  fleetwright validate --rev v1.4.0

The findings are printed on stdout. No network is used.

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
    pub output: OutputArgs,
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

/// For people or for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
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
