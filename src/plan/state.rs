//! What is there in one cluster, as far as it could be read.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::admission::Admission;
use super::record::Record;
use crate::diagnostic::Diagnostic;
use crate::object::ObjectRef;

/// What is there in one cluster, as far as it could be read.
#[derive(Clone, Debug)]
pub struct LiveState {
    /// The UID of its `kube-system` namespace.
    pub uid: String,
    /// The record; `Ok(None)` where there is none yet, which is known for sure.
    pub record: Result<Option<Record>, Unread>,
    /// What is there of each kind that the render or the record has, by group and kind.
    pub kinds: BTreeMap<(Arc<str>, Arc<str>), Kind>,
    /// What the server does to objects on their way in.
    pub admission: Result<Admission, Unread>,
}

impl LiveState {
    /// What is there of the kind of an object; none if nobody asked for it.
    pub fn kind(&self, object: &ObjectRef) -> Option<&Kind> {
        self.kinds.get(&(Arc::clone(&object.group), Arc::clone(&object.kind)))
    }
}

/// That something is not known: never "absent", never "unchanged".
#[derive(Clone, Debug)]
pub struct Unread {
    /// Why, in a phrase: `the user may not read this (403 Forbidden)`.
    pub why: String,
    /// The problem as it is told.
    pub problem: Box<Diagnostic>,
}

/// What is there of one kind.
#[derive(Clone, Debug)]
pub enum Kind {
    /// All objects of it were listed; those are here that are wanted, recorded, or carry the label of the set.
    Listed {
        /// How they are asked for.
        served: Served,
        /// The objects.
        objects: BTreeMap<ObjectRef, Live>,
    },
    /// The server knows all its kinds, and this is none of them.
    NotServed,
    /// It is not known.
    Unread(Unread),
}

/// How a server serves a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    /// The version it was listed in, as `apps/v1`. What is wanted in another one that is served was listed in that.
    pub api_version: Arc<str>,
    /// All versions of the group that the server serves it in, as `apps/v1`.
    pub versions: Vec<Arc<str>>,
    /// Its name in paths, as `deployments`.
    pub plural: Arc<str>,
    /// Whether its objects live in namespaces.
    pub namespaced: bool,
}

/// One live object.
#[derive(Clone, Debug, PartialEq)]
pub struct Live {
    /// All of it, with `apiVersion` and `kind`.
    pub object: Value,
}

impl Live {
    /// The version that it was read in.
    pub fn api_version(&self) -> Option<&str> {
        self.text("/apiVersion")
    }

    /// Its UID.
    pub fn uid(&self) -> Option<&str> {
        self.text("/metadata/uid")
    }

    /// The value of a label.
    pub fn label(&self, name: &str) -> Option<&str> {
        self.object.pointer("/metadata/labels")?.get(name)?.as_str()
    }

    /// Since when it is being deleted.
    pub fn terminating(&self) -> Option<&str> {
        self.text("/metadata/deletionTimestamp")
    }

    fn text(&self, path: &str) -> Option<&str> {
        self.object.pointer(path)?.as_str()
    }
}
