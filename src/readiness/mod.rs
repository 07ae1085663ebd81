//! Whether a live object is ready, and why it is not. Pure: a live object goes in, a verdict comes out.
//!
//! The rules are those of kstatus
//! ([cli-utils](https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md)), held to more closely
//! where a green light that proves nothing would be worse than a late one:
//!
//! - A Job is ready when it is complete, not when it has started: what comes after a migration needs its end. One that
//!   is suspended is ready, since nothing but a person goes on with it.
//! - A Service of the type `LoadBalancer` is ready when it has an address.
//! - A PersistentVolumeClaim is ready when it is bound. One whose class waits for the first consumer, and that no pod uses,
//!   never is: such a one is declared with `ready_when`.
//! - A custom resource without a condition that is known to say so is never ready, unless its kind is one without a status
//!   or `ready_when` says when it is.
//! - A condition that was made for an older generation says nothing.

mod builtin;
mod custom;
mod kinds;
mod live;
mod past;
mod pods;
mod workloads;

use std::sync::Arc;

use serde_json::Value;

pub use past::{Turn, became_ready};
pub use pods::{PodFailure, Pods, pod_failure, pods_of};

use crate::object::{ObjectRef, ReadyWhen};
use kinds::Rule;
use live::Live;

/// Whether an object is ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// It is.
    Ready,
    /// Not yet, and it may still become so: `1 of 3 replicas are available`.
    NotYet(Arc<str>),
    /// It will not become so by waiting.
    Failed(Arc<str>),
}

impl Readiness {
    fn not_yet(why: impl Into<Arc<str>>) -> Self {
        Self::NotYet(why.into())
    }

    fn failed(why: impl Into<Arc<str>>) -> Self {
        Self::Failed(why.into())
    }
}

/// Whether a live object is ready. `when` is what the fleet says of its kind; it counts unless the rule of the kind is
/// fixed ([`ReadyWhen::is_fixed`]).
pub fn readiness(object: &Value, when: Option<&ReadyWhen>) -> Readiness {
    let live = Live(object);
    if let Some(since) = live.text("/metadata/deletionTimestamp") {
        return Readiness::not_yet(format!("it is being deleted since {since}"));
    }
    if let (Some(observed), Some(generation)) = (live.observed(), live.generation())
        && observed != generation
    {
        let told = format!("its controller has seen generation {observed}, and it is at {generation}");
        return Readiness::not_yet(told);
    }
    let (group, kind) = (live.group(), live.kind());
    match when {
        Some(when) if !ReadyWhen::is_fixed(group, kind) => custom::when(&live, when),
        Some(_) | None => match kinds::rule(group, kind) {
            Rule::Exists => Readiness::Ready,
            Rule::Own(rule, _) => rule(&live),
            Rule::Custom => custom::custom(&live),
        },
    }
}

/// Whether an object of this kind may stop being ready by itself, so that it must stay ready for a while.
pub fn may_flap(object: &ObjectRef) -> bool {
    match kinds::rule(&object.group, &object.kind) {
        Rule::Exists => false,
        Rule::Own(_, flaps) => flaps,
        Rule::Custom => true,
    }
}

#[cfg(test)]
mod tests;
