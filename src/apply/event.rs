//! What happens while a cluster is changed, as it happens. `report` makes lines, JSON and a live tree of it.

use std::sync::Arc;
use std::time::Duration;

use super::outcome::ObjectEnd;
use crate::diagnostic::Secrets;
use crate::object::ObjectRef;

/// Something that happened. Texts of a server may be in it: [`Event::without`] before it is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The lock is held by another run; it is waited for.
    Waiting {
        /// Who holds it, in a phrase.
        holder: String,
    },
    /// The lock is ours.
    Locked {
        /// The id of this run.
        run: Arc<str>,
    },
    /// Another step begins.
    Begun(Step),
    /// An object is being written or deleted.
    Writing {
        /// The object.
        object: ObjectRef,
        /// Its unit.
        unit: Option<Arc<str>>,
    },
    /// It came to its end, or further on its way: written and not yet ready, ready, failed.
    Object {
        /// The object.
        object: ObjectRef,
        /// Its unit.
        unit: Option<Arc<str>>,
        /// What became of it.
        end: ObjectEnd,
    },
    /// Some objects are not ready yet; told when what is said of them changes.
    NotReady {
        /// The object.
        object: ObjectRef,
        /// Its unit.
        unit: Option<Arc<str>>,
        /// What is missing, in a phrase.
        why: Arc<str>,
    },
    /// Something worth knowing that stops nothing.
    Warning(String),
    /// Something happened on the way to a server: a try that failed, a warning of the server.
    Notice {
        /// The cluster, which may be another one than that which is changed.
        cluster: Arc<str>,
        /// What, with the cluster's name before it.
        text: String,
    },
    /// A signal came: nothing new is begun. Told by whoever sets [`Stop`](super::Stop), at once.
    Stopping,
}

impl Event {
    /// The same without these secrets in any of its texts: what a server says of a pod or a condition may repeat one.
    #[must_use]
    pub fn without(self, secrets: &Secrets) -> Self {
        match self {
            Self::Waiting { holder } => Self::Waiting { holder: secrets.hide(&holder) },
            Self::Object { object, unit, end } => Self::Object { object, unit, end: end.without(secrets) },
            Self::NotReady { object, unit, why } => {
                Self::NotReady { object, unit, why: Arc::from(secrets.hide(&why)) }
            }
            Self::Warning(text) => Self::Warning(secrets.hide(&text)),
            Self::Notice { cluster, text } => Self::Notice { cluster, text: secrets.hide(&text) },
            said @ (Self::Locked { .. } | Self::Begun(_) | Self::Writing { .. } | Self::Stopping) => said,
        }
    }
}

/// A step of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The record is widened by what is about to be made.
    Recording,
    /// So many objects are written, the units of them in order.
    Writing {
        /// How many.
        objects: usize,
    },
    /// What was written is to become ready.
    Readying {
        /// How many objects are not yet.
        objects: usize,
    },
    /// Nothing is done for so long, until proxies know of what was written.
    Settling(Duration),
    /// So many objects are deleted.
    Deleting {
        /// How many.
        objects: usize,
    },
}
