//! Names that exist, and have no value where an expression stands: why, and what to do instead.

use super::eval::{Absent, Scope};

/// `cluster`, where something is worked out once for all clusters.
pub const CLUSTER: Absent = Absent {
    why: "it differs from cluster to cluster, and this is worked out once for all of them",
    help: "use it where each cluster is worked out: in values, units, overrides or gates",
};

/// `clusters`, where they are not worked out yet.
pub const CLUSTERS: Absent = Absent {
    why: "the clusters are not worked out yet where this stands",
    help: "use it in units, overrides, gates or outputs",
};

/// `each`, outside of a unit with `for_each`.
pub const EACH: Absent = Absent {
    why: "it is known only in a unit with `for_each`",
    help: "add `for_each` to the unit, or write the value itself",
};

/// `cluster.values`, where the values of clusters are worked out.
pub const CLUSTER_VALUES: Absent = Absent {
    why: "the values of the clusters are being worked out where this stands",
    help: "use a label of the cluster, or a local that both values refer to",
};

const LOCAL_OF_CLUSTER: Absent = Absent {
    why: "this local refers to `cluster`, which differs from cluster to cluster",
    help: CLUSTER.help,
};

const LOCAL_OF_CLUSTERS: Absent = Absent {
    why: "this local refers to `clusters`, which are not worked out yet where this stands",
    help: CLUSTERS.help,
};

const LOCAL_OF_EACH: Absent = Absent {
    why: "this local refers to `each`, and a local is not worked out for each unit",
    help: "write the expression in the unit itself",
};

/// The roots that are known in some places only.
pub const ROOTS: [&str; 3] = ["cluster", "clusters", "each"];

/// Why a local that needs `root`, one of [`ROOTS`], has no value.
pub fn local_of(root: &str) -> Absent {
    match root {
        "cluster" => LOCAL_OF_CLUSTER,
        "clusters" => LOCAL_OF_CLUSTERS,
        _ => LOCAL_OF_EACH,
    }
}

/// A scope without any name, for what must stand by itself.
pub fn nothing_known(absent: Absent) -> Scope {
    let mut scope = Scope::new();
    for root in ["var", "local", "fleet", "cluster", "clusters", "each"] {
        scope.explain_absent(root, absent);
    }
    scope
}
