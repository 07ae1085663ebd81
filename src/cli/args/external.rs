//! The command line of `external`.

use clap::Args;

use super::FleetArgs;

/// The text below the options of `external --help`.
pub const EXTERNAL: &str = "\
Examples:
  echo '{}' | fleetwright external
  echo '{\"output\": \"ingress_weights\"}' | fleetwright external --fleet fleet
  echo '{\"output\": \"hosts\", \"cluster\": \"prod-a\"}' | fleetwright external

  data \"external\" \"weights\" {
    program = [\"fleetwright\", \"external\", \"--fleet\", \"${path.root}/../fleet\"]
    query   = { output = \"ingress_weights\" }
  }

The program of Terraform's data source `external`: one JSON object of strings on stdin, one JSON object of strings on \
stdout. The modules of the repository's folder modules/ turn it into typed values.

What the query may ask for:
  output    the output of this name; without it, and without what follows, all outputs that are not sensitive
  cluster   a cluster, or a pattern such as `prod-*`: of an output that is a map by cluster, what it says of that \
cluster, or of those; alone, the clusters themselves. `*` is all of them
  select    a label selector such as `env=prod`: the same, for the clusters with these labels
  unit      a unit, such as `service.storefront`: its settings, on each of the clusters
  release   a rollout, or a cluster that is in none: the digest of its release, which takes a whole `render`
  fleet     the folder of the fleet, where --fleet does not name it
  var.NAME  the value of a variable, as --var gives it

What comes back:
  NAME          a string, number or bool
  NAME_json     a list, map or null, as JSON: `jsondecode` reads it. What may be either is read by `try`
  cluster_json, clusters_json, unit_json, units_json
                one where `cluster` is a name; else a map by the name of the cluster
  release       where it was asked for; also of what `validate` would find something in
  version       that of fleetwright
  warnings      a line each; empty if there is none

Query and answer lie in Terraform's state, in clear. A sensitive output is refused, so is a value for a sensitive \
variable, and what else is sensitive is left out. Retired clusters are told of like the others. No network is used, and of \
the fleet only what the query needs is worked out.

Exit status:
  0  answered
  2  the query, the fleet or the command line is wrong: one line on stderr says what, and the rest follows
  7  this machine: disk, permissions, a defect";

/// What `external` takes.
#[derive(Debug, Args)]
pub struct ExternalArgs {
    /// The fleet to read.
    #[command(flatten)]
    pub fleet: FleetArgs,
}
