//! What is there, read again in the middle of a run: what was made may have changed what the server knows and does.

use std::sync::Arc;

use super::begin::pause;
use super::codes;
use super::course::Course;
use super::task::NEW_KIND;
use crate::diagnostic::Diagnostic;
use crate::plan::{Kind, LiveState, Plan};

/// What a kind has become that something is still to be done with, or waited for.
#[derive(Debug)]
enum Loss {
    /// It cannot be read.
    Unread(Box<Diagnostic>),
    /// The server served it before, and does not any longer.
    Gone(Arc<str>),
    /// It is defined by this run, and not served yet.
    NotYet(Arc<str>),
}

impl Course<'_> {
    /// Reads again what is there. What was known before and is not now ends the run: it is never taken for absent, nor for
    /// ready.
    pub async fn read_again(&mut self) {
        let (tries, wait) = NEW_KIND;
        for left in (0..tries).rev() {
            let state = match self.proven.state(self.job.wanted, self.job.fleet).await {
                Ok(state) => state,
                Err(failure) => return self.halt(failure.diagnostic()),
            };
            let losses = losses(self.job.plan, &self.state, &state);
            // A server that defines a kind takes a moment to serve it, and another one behind the same address longer.
            let may_come = losses.iter().all(|loss| matches!(loss, Loss::NotYet(_)));
            if losses.is_empty() {
                return self.take_in(state);
            }
            if !may_come || left == 0 {
                losses.into_iter().for_each(|loss| self.halt(told(loss)));
                return;
            }
            if pause(&mut self.stop, wait).await || !self.may_begin() {
                return;
            }
        }
    }

    /// Reads again what the server does to objects on their way in: namespaces that were made have labels.
    pub async fn read_admission(&mut self) {
        self.state.admission = self.proven.admission(self.job.wanted).await;
    }

    fn take_in(&mut self, mut state: LiveState) {
        // What was agreed to is of the objects as they were: one that was changed since is met by a conflict, and
        // looked at.
        for (kind, read) in &mut state.kinds {
            if let (Kind::Listed { objects, .. }, Some(Kind::Listed { objects: before, .. })) =
                (read, self.state.kinds.get(kind))
            {
                let before = before.iter().map(|(object, live)| (object.clone(), live.clone()));
                objects.extend(before);
            }
        }
        self.state = LiveState { record: Ok(Some(self.record.clone())), ..state };
    }
}

/// The kinds of which less is known now than is needed.
fn losses(plan: &Plan, before: &LiveState, now: &LiveState) -> Vec<Loss> {
    let is_written = |(group, kind): &(Arc<str>, Arc<str>)| {
        let of_it = |object: &crate::object::ObjectRef| (&object.group, &object.kind) == (group, kind);
        plan.changes.iter().any(|change| change.action.is_written() && of_it(&change.object))
    };
    let loss = |(name, read): (&(Arc<str>, Arc<str>), &Kind)| match (before.kinds.get(name), read) {
        (_, Kind::Listed { .. }) => None,
        (Some(Kind::Listed { .. }), Kind::Unread(unread)) => Some(Loss::Unread(unread.problem.clone())),
        (Some(Kind::Listed { .. }), Kind::NotServed) => Some(Loss::Gone(Arc::clone(&name.1))),
        // What is written of a kind that was not served is of one that this run defines.
        (_, Kind::Unread(unread)) if is_written(name) => Some(Loss::Unread(unread.problem.clone())),
        (_, Kind::NotServed) if is_written(name) => Some(Loss::NotYet(Arc::clone(&name.1))),
        (_, Kind::Unread(_) | Kind::NotServed) => None,
    };
    now.kinds.iter().filter_map(loss).collect()
}

fn told(loss: Loss) -> Diagnostic {
    match loss {
        Loss::Unread(problem) => *problem,
        Loss::Gone(kind) => {
            Diagnostic::error(codes::KIND_GONE, format!("the server no longer has the kind {kind}"))
                .note("it had when the plan was made; nothing was written or deleted of it")
                .help("see who removed its CustomResourceDefinition")
        }
        Loss::NotYet(kind) => {
            let seconds = (NEW_KIND.1 * u32::try_from(NEW_KIND.0).unwrap_or(u32::MAX)).as_secs();
            let message =
                format!("the server does not serve the kind {kind}, {seconds}s after it was defined");
            Diagnostic::error(codes::KIND_GONE, message)
                .help("see the conditions of its CustomResourceDefinition, then run the same command again")
        }
    }
}
