//! The digest of a release.

use serde_json::{Value, json};

use super::wanted::WantedObject;
use crate::object::Digest;
use crate::render::RenderedCluster;

/// What the clusters of one rollout are to become: the digest over the rendered objects of every one of them, and over
/// the version of fleetwright. The order in which they are given does not matter, nor which unit or file they come from.
pub fn release<'r>(clusters: impl IntoIterator<Item = &'r RenderedCluster>) -> Digest {
    let clusters =
        clusters.into_iter().map(|cluster| (cluster.name().to_string(), Value::from(objects(cluster))));
    let clusters: serde_json::Map<String, Value> = clusters.collect();
    Digest::of(&json!({ "tool": env!("CARGO_PKG_VERSION"), "clusters": clusters }))
}

fn objects(cluster: &RenderedCluster) -> Vec<String> {
    let mut digests: Vec<String> =
        WantedObject::all(cluster).map(|object| object.digest().to_string()).collect();
    digests.sort();
    digests
}
