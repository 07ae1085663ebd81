//! What came of changing a cluster.

use std::sync::Arc;

use crate::diagnostic::{Diagnostics, Secrets};
use crate::object::ObjectRef;

/// What came of changing a cluster.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// How it ended.
    pub end: End,
    /// Every object that was to be changed, in the order in which that was planned, with what became of it.
    pub objects: Vec<Ended>,
    /// How many were there as they are to be.
    pub unchanged: usize,
    /// What is told: why it ended so, and what else is worth knowing.
    pub problems: Diagnostics,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Everything is as it is to be.
    Done,
    /// Nothing was written.
    Refused,
    /// Something was written, and not everything.
    Partial,
    /// A signal stopped it; what was written is recorded.
    Stopped,
}

/// One object and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// The object.
    pub object: ObjectRef,
    /// Its unit.
    pub unit: Option<Arc<str>>,
    /// What became of it.
    pub end: ObjectEnd,
}

/// What became of one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ObjectEnd {
    /// It was made, and is ready.
    Created,
    /// It was changed, and is ready.
    Changed,
    /// It was taken over, and is ready.
    Adopted,
    /// It was deleted and made again, and is ready.
    Replaced,
    /// It is gone.
    Deleted,
    /// It was written, and is not ready yet.
    Written,
    /// It was written, and did not become ready: why.
    Unready(Arc<str>),
    /// It was not written: the server refused, or somebody else changed it.
    Failed(Arc<str>),
    /// It was deleted to be made again, and is not made again: why.
    Missing(Arc<str>),
    /// It is not known whether it was written.
    Unknown(Arc<str>),
    /// It was not reached.
    Untouched,
}

impl Outcome {
    /// The same without these secrets in what is said of its objects; its problems are told without them anyway.
    #[must_use]
    pub fn without(self, secrets: &Secrets) -> Self {
        let clean = |ended: Ended| Ended { end: ended.end.without(secrets), ..ended };
        Self { objects: self.objects.into_iter().map(clean).collect(), ..self }
    }
}

impl ObjectEnd {
    /// The same without these secrets in why it is so.
    #[must_use]
    pub fn without(self, secrets: &Secrets) -> Self {
        let hide = |why: Arc<str>| Arc::from(secrets.hide(&why));
        match self {
            Self::Unready(why) => Self::Unready(hide(why)),
            Self::Failed(why) => Self::Failed(hide(why)),
            Self::Missing(why) => Self::Missing(hide(why)),
            Self::Unknown(why) => Self::Unknown(hide(why)),
            end @ (Self::Created
            | Self::Changed
            | Self::Adopted
            | Self::Replaced
            | Self::Deleted
            | Self::Written
            | Self::Untouched) => end,
        }
    }
}
