//! What is there and is not ready.

use std::sync::Arc;

use crate::object::ObjectRef;
use crate::plan::{LiveState, Wanted};
use crate::readiness::{Readiness, readiness};

/// The wanted objects that are there and not ready, each with why.
pub fn unready<'w>(wanted: &'w Wanted<'_>, state: &LiveState) -> Vec<(&'w ObjectRef, Arc<str>)> {
    let unready = wanted.objects.iter().filter_map(|(reference, object)| {
        let when = wanted.units.get(object.unit).and_then(|applying| applying.ready_when(reference));
        match readiness(&state.live(reference)?.object, when) {
            Readiness::Ready => None,
            Readiness::NotYet(why) | Readiness::Failed(why) => Some((reference, why)),
        }
    });
    unready.collect()
}
