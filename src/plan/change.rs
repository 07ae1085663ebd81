//! What is to be done to one object.

use std::sync::Arc;

use crate::diff::{FieldChange, Path, Shown};
use crate::object::ObjectRef;

/// What is to be done to one object of one cluster, and how it is known. Nothing in it is secret.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The object.
    pub object: ObjectRef,
    /// Its version of the API, as `apps/v1`.
    pub api_version: Arc<str>,
    /// The unit that renders it, or that did when it was applied last.
    pub unit: Option<Arc<str>>,
    /// What is to be done.
    pub action: Action,
    /// The fields that differ; of an object that is created, all of it.
    pub fields: Vec<FieldChange>,
    /// The fields that others own and that would be taken from them.
    pub conflicts: Vec<Conflict>,
    /// Who says so.
    pub judged: Judged,
}

/// What is to be done to an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Nothing.
    Unchanged,
    /// It is not there.
    Create,
    /// It is there and differs.
    Update,
    /// It is there, was not made by fleetwright, and would be taken over; `fields` says what would change.
    Adopt,
    /// It differs in what cannot be changed: it would have to be deleted and made again. With the server's reason.
    Replace(Why),
    /// It is recorded, is ours, and is no longer rendered.
    Delete,
    /// It is no longer rendered and stays all the same.
    Keep(Why),
    /// It carries our label, and is neither rendered nor recorded. It is left alone.
    Stray,
    /// It is being deleted.
    Terminating(Why),
    /// The server does not take it.
    Refused(Why),
    /// It is not known what is there, or what would become of it.
    Unknown(Why),
}

/// A reason, in a phrase without secrets.
pub type Why = Arc<str>;

/// Who says what would become of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judged {
    /// The server: by a dry run, or by digests that say that nothing has changed since it last did.
    Server,
    /// Nobody: two renders were compared.
    Rendered,
    /// fleetwright, from the schemas it knows, as the server does not say: an approximation.
    Approximately(Why),
    /// The same, as the server would not take it of whoever asks; it may of somebody else.
    Forbidden(Why),
    /// Nobody yet: what it needs is made by the same run.
    Later(Why),
}

/// A field that another manager owns and that is to have another value.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict {
    /// The field.
    pub path: Path,
    /// The other manager, and the subresource if it wrote one.
    pub manager: String,
    /// How it came to own the field.
    pub held: Held,
    /// Its value.
    pub theirs: Shown,
    /// What is rendered.
    pub ours: Shown,
}

/// How somebody came to own a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// By writing the object.
    Object,
    /// By writing a subresource, as what scales does.
    Subresource,
    /// The object is labelled as one of another set.
    Set,
}

impl Change {
    /// Whether what is found `now` is what was approved, so that it may be done. Of an object that the server could say
    /// nothing about yet, what is to be done was approved, whatever it makes of it.
    pub fn is_as_approved(&self, now: &Self) -> bool {
        let Self { object, api_version, unit: _, action, fields, conflicts, judged } = self;
        let is_it = (object, api_version, conflicts) == (&now.object, &now.api_version, &now.conflicts);
        let is_same = match (judged, action) {
            (Judged::Later(_), Action::Update) => matches!(now.action, Action::Update | Action::Unchanged),
            (Judged::Later(_), Action::Adopt) => now.action == Action::Adopt,
            _ => (action, fields) == (&now.action, &now.fields),
        };
        is_it && is_same
    }
}

impl Action {
    /// Whether an object is written for it.
    pub fn is_written(&self) -> bool {
        match self {
            Self::Create | Self::Update | Self::Adopt | Self::Replace(_) => true,
            Self::Unchanged
            | Self::Delete
            | Self::Keep(_)
            | Self::Stray
            | Self::Terminating(_)
            | Self::Refused(_)
            | Self::Unknown(_) => false,
        }
    }

    /// Whether an object is written or deleted for it.
    pub fn is_carried_out(&self) -> bool {
        self.is_written() || *self == Self::Delete
    }

    /// Whether something would be done to the cluster, or would have to be.
    pub fn is_difference(&self) -> bool {
        match self {
            Self::Create
            | Self::Update
            | Self::Adopt
            | Self::Replace(_)
            | Self::Delete
            | Self::Refused(_)
            | Self::Terminating(_) => true,
            Self::Unchanged | Self::Keep(_) | Self::Stray | Self::Unknown(_) => false,
        }
    }
}
