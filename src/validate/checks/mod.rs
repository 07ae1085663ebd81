//! The built-in checks: well-known mistakes in objects that an API server would take.
//!
//! Each works on all objects of one cluster at once. What nothing of the fleet renders may still be there, made by
//! an operator or by hand: each check says what it knows, and stays silent where it cannot know
//! ([`Index::knows`]).

mod account;
mod authorization;
mod budget;
mod certificate;
mod container;
mod dangerous;
mod fault;
mod host;
mod index;
mod judge;
mod maker;
mod namespace;
mod pods;
mod port;
mod privilege;
mod probe;
mod registry;
mod scaler;
mod scaling;
mod selection;
mod selector;
mod subset;
mod twice;
mod virtual_service;

pub use self::pods::template as pod_template;
pub use self::registry::{complete as full_host, wildcards as host_patterns};

use self::index::Index;
use self::registry::Registry;
use super::finding::Findings;
use crate::cluster::Cluster;
use crate::render::RenderedCluster;

/// Tells what the checks find on one cluster.
pub fn check<'a>(cluster: &'a Cluster, rendered: &'a RenderedCluster, findings: &mut Findings<'_>) {
    let index = Index::new(cluster, rendered);
    let registry = Registry::new(&index);
    for pods in index.pods() {
        container::check(&index, pods, findings);
        probe::check(pods, findings);
        privilege::check(pods, findings);
        host::check(pods, findings);
        account::check(&index, pods, findings);
    }
    budget::check(&index, findings);
    scaling::check(&index, findings);
    selector::check(&index, findings);
    port::check(&index, findings);
    virtual_service::check(&index, &registry, findings);
    fault::check(&index, findings);
    subset::check(&index, &registry, findings);
    certificate::check(&index, findings);
    twice::check(&index, findings);
    authorization::check(&index, findings);
    namespace::check(&index, findings);
    dangerous::check(&index, findings);
}
