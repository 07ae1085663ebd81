//! The arguments of `fmt` and `set`, which edit the fleet's files.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::{FleetArgs, When};

pub const FMT: &str = "\
Examples:
  fleetwright fmt                       the files of the fleet
  fleetwright fmt --check               in CI: is every file laid out?
  fleetwright fmt --diff vars/prod.hcl  one file is laid out, and what changes in it shown
  fleetwright fmt --check --diff        what would change; nothing is written
  fleetwright fmt - < fleet.hcl         from stdin to stdout

Lays HCL out as `terraform fmt` does: indentation by nesting, `=` and trailing comments of consecutive lines in \
one column, one blank around operators. Only blanks between words change: line breaks, blank lines, comments, \
strings and heredocs stay, and a file that says something says the same afterwards. What `terraform fmt` does \
beyond that, as writing `x` for \"${x}\", is not done.

The names of the files that change are printed. Of what --diff shows, the defaults of sensitive variables, what \
is given to `sensitive(…)`, what sensitive variables are compared with, and strings under a name such as PASSWORD or \
TOKEN are masked. A file with a syntax error is told and left alone; the others are \
laid out. A file is replaced as a whole or not at all.

Exit status:
  0  every file is laid out, now or before
  1  with --check: files differ
  2  a file is not HCL, or the command line is wrong; the other files are laid out all the same
  4  a file was changed by somebody else meanwhile, or another run writes there; nothing was written
  7  this machine: disk, permissions, a defect";

/// What `fmt` takes.
#[derive(Debug, Args)]
pub struct FmtArgs {
    /// Files, or folders with *.hcl files below them; `-` for stdin [default: the folder of the fleet]
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,
    /// Write nothing; list the files that would change, and exit 1 if there are any
    #[arg(long)]
    pub check: bool,
    /// Show what changes instead of the names; it is written all the same, unless --check is given too
    #[arg(long)]
    pub diff: bool,
    /// The folder of the fleet's *.hcl files [default: ./fleet, or the working directory if it holds some]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, conflicts_with = "paths")]
    pub fleet: Option<PathBuf>,
    /// When to use colour
    #[arg(long, value_name = "auto|always|never", value_enum, hide_possible_values = true)]
    #[arg(default_value_t = When::Auto)]
    pub color: When,
}

pub const SET: &str = "\
Examples:
  fleetwright set service/storefront image=registry.example.com/shop/storefront:1.43.0
  fleetwright set --dry-run service/storefront image=registry.example.com/shop/storefront:1.43.0    what would change
  fleetwright set service/storefront autoscale.max=80 port.http.number=8081 env.LOG_LEVEL=debug
  fleetwright set override/staging autoscale.min=1
  fleetwright set cluster/prod-a values.ingress.weight=0 'labels.\"example.com/ring\"=canary'
  fleetwright set variable/image default=registry.example.com/shop/storefront:1.43.0
  fleetwright set locals domain=shop.example.com
  fleetwright set variable/token default=- < token.txt                   a value that nobody should see

BLOCK is a block at the top of a file: KIND/NAME, `fleet` or `locals`. PATH leads from there over nested blocks with \
their labels, arguments and keys of maps; a step with a dot in it stands in double quotes. VALUE is the text itself \
where the language takes a string, and else written as in HCL. Under `values`, where anything may stand, the type of \
what stands there stays: \"1.30\" becomes \"1.31\", not the number. What is not there yet is added where the block or \
the map takes it, with the maps that lead to it.

The VALUE `-` is read from stdin, without one line break at its end: so a secret is neither in the shell's history nor \
in the list of processes. It is not shown, and neither are values under a name such as PASSWORD or TOKEN.

Comments and layout stay. Only a literal is replaced; an expression is shown, with the command that sets what it \
refers to. The fleet is rendered and checked as it is and as it would be after the edit: which units change on which \
clusters is printed, what is found in addition is told, and what would keep the fleet from being rendered is not \
written. What was wrong before does not matter.

Exit status:
  0  set, or as it should be already
  2  an expression stands there, the fleet would be wrong, or the command line is; nothing was written
  4  a file was changed by somebody else meanwhile, or another run writes there; nothing was written
  7  this machine: disk, permissions, a defect";

/// What `set` takes.
#[derive(Debug, Args)]
pub struct SetArgs {
    /// The block, such as `service/storefront`
    #[arg(value_name = "BLOCK")]
    pub block: String,
    /// What to set in it
    #[arg(value_name = "PATH=VALUE", required = true)]
    pub assignments: Vec<String>,
    /// Write nothing; show what would be set
    #[arg(long)]
    pub dry_run: bool,
    /// The fleet to edit.
    #[command(flatten)]
    pub fleet: FleetArgs,
    /// When to use colour
    #[arg(long, value_name = "auto|always|never", value_enum, hide_possible_values = true)]
    #[arg(default_value_t = When::Auto)]
    pub color: When,
}
