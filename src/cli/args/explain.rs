//! The command line of `explain`.

use clap::Args;

use super::{FleetArgs, OutputArgs};

/// The text below the options of `explain --help`.
pub const EXPLAIN: &str = "\
Examples:
  fleetwright explain Deployment/storefront 'spec.template.spec.containers[name=storefront].image' --cluster prod-a
  fleetwright explain web/Deployment/storefront --cluster prod-a         every field, a line or two each
  fleetwright explain Deployment/storefront spec.strategy --cluster prod-a --rev HEAD~1 --var debug=true
  fleetwright explain ConfigMap/app 'metadata.annotations[\"example.com/owner\"]' --cluster prod-a -o json

OBJECT is KIND/NAME or NAMESPACE/KIND/NAME; KIND may be KIND.GROUP, and the unit may stand before it, as in \
service.backend-a/Deployment/backend-a.

What it tells of a field: its value; the line of the template, manifest or patch that gives it; the lines of the \
fleet that set what the template makes it of, with what they refer to, down to the literals; what those lines \
replaced; and what decides: selectors, labels, conditions. Secret values are masked.

A literal is named if, and only if, the field is another or gone when the literal is: each that could have a part \
in it is replaced by up to three other values that the unit takes, first by what it is compared with, and the unit is \
rendered again; an item of a list is also taken away, to see whether the list is counted. No network is used.

What it cannot see: two literals of which either is enough, a limit that none of the three values crosses, and what \
other units render.

What is wrong with other units does not matter; how many errors there are is told on stderr.

Exit status:
  0  explained
  2  the unit or the command line is wrong, or there is no such object or field
  7  this machine: disk, permissions, a defect";

/// What `explain` takes.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// The object: KIND/NAME, or NAMESPACE/KIND/NAME
    #[arg(value_name = "OBJECT")]
    pub object: String,
    /// The field, as in `spec.template.spec.containers[name=app].image`; all of the object if it is left out
    #[arg(value_name = "PATH")]
    pub path: Option<String>,
    /// The cluster; may be left out where only one renders the object
    #[arg(long, value_name = "NAME")]
    pub cluster: Option<String>,
    /// The fleet to read.
    #[command(flatten)]
    pub fleet: FleetArgs,
    /// The look of the output.
    #[command(flatten)]
    pub output: OutputArgs,
}
