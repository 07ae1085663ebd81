//! The first cluster of a rollout, which holds the rollout's lock.

use std::sync::Arc;

use super::others::{How, Other};
use crate::cli::asking::{self, Failed};
use crate::cli::{codes, connect};
use crate::cluster::Rollout;
use crate::diagnostic::Diagnostic;
use crate::live::{Holder, LockId, Proven};
use crate::plan::SetId;

/// Why there is no way to it; it is named.
pub enum NoFirst {
    /// No context of it is known.
    NoWay(Arc<str>, String),
    /// It gave no answer.
    Failed(Arc<str>, Failed),
}

impl NoFirst {
    /// What a person is told.
    pub fn diagnostic(&self) -> Diagnostic {
        match self {
            Self::NoWay(first, why) => {
                let message =
                    format!("cluster \"{first}\", which holds the rollout's lock, cannot be reached: {why}");
                let problem = Diagnostic::error(codes::NO_CONTEXT, message).on(Arc::clone(first));
                problem.help("name a context for it, as --context says")
            }
            Self::Failed(first, failed) => failed.diagnostic(first),
        }
    }

    fn phrase(&self) -> String {
        let (first, why) = match self {
            Self::NoWay(first, why) => (first, why.clone()),
            Self::Failed(first, failed) => (first, failed.phrase(first)),
        };
        format!("cluster \"{first}\", which holds it, cannot be reached: {why}")
    }
}

/// The first cluster of the rollout; none if that is the one which is changed.
pub async fn first(
    rollout: &Rollout,
    changed: &str,
    others: &[Other<'_>],
    how: &How<'_>,
) -> Result<Option<Proven>, NoFirst> {
    let Some(first) = rollout.first().filter(|first| ***first != *changed) else { return Ok(None) };
    let other = others.iter().find(|other| other.cluster == *first);
    let access = match other.map(|other| other.access.as_ref().map_err(|why| why.message.clone())) {
        Some(Ok(access)) => access,
        Some(Err(why)) => return Err(NoFirst::NoWay(Arc::clone(first), why)),
        None => return Err(NoFirst::NoWay(Arc::clone(first), "it is in no stage".to_owned())),
    };
    let ask = connect::prove(first, access, how.connect, how.identities, Arc::clone(&how.tell));
    let proven = asking::within(how.connect, ask).await;
    proven.map(Some).map_err(|failed| NoFirst::Failed(Arc::clone(first), failed))
}

/// Why the lock of the rollout cannot be had, in a phrase; none if nobody holds it.
pub async fn no_lock(first: Result<&Proven, &NoFirst>, set: &SetId, rollout: &Rollout) -> Option<String> {
    let first = match first {
        Ok(first) => first,
        Err(none) => return Some(none.phrase()),
    };
    match first.holder(&LockId::of_rollout(set, &rollout.name)).await {
        Ok(holder) => {
            // Of a run that has died it is taken, as without breaking anything.
            let is_held = |holder: &Holder| first.time().is_none_or(|now| !holder.is_over(now));
            holder.filter(is_held).map(|holder| format!("another run holds it: {holder}"))
        }
        Err(unknown) => Some(format!("it cannot be read: {}", unknown.phrase())),
    }
}
