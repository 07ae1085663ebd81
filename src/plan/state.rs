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

    /// The record, where there is one that could be read.
    pub fn recorded(&self) -> Option<&Record> {
        self.record.as_ref().ok()?.as_ref()
    }

    /// What is there of an object; none where [`LiveState::kind`] says that it is not there, or that it is not known.
    pub fn live(&self, object: &ObjectRef) -> Option<&Live> {
        match self.kind(object) {
            Some(Kind::Listed { objects, .. }) => objects.get(object),
            Some(Kind::NotServed | Kind::Unread(_)) | None => None,
        }
    }

    /// Whether it is known that an object is not there: its kind was listed, and it is not among the objects.
    pub fn is_absent(&self, object: &ObjectRef) -> bool {
        match self.kind(object) {
            Some(Kind::Listed { objects, .. }) => !objects.contains_key(object),
            Some(Kind::NotServed | Kind::Unread(_)) | None => false,
        }
    }

    /// How the kind of an object is served; none where it is not served, or where that is not known.
    pub fn served(&self, object: &ObjectRef) -> Option<&Served> {
        match self.kind(object) {
            Some(Kind::Listed { served, .. }) => Some(served),
            Some(Kind::NotServed | Kind::Unread(_)) | None => None,
        }
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

    /// Which state of it this is.
    pub fn version(&self) -> Option<&str> {
        self.text("/metadata/resourceVersion")
    }

    /// The object that it has as its owner, if it has one.
    pub fn owner(&self) -> Option<String> {
        let owner = self.object.pointer("/metadata/ownerReferences")?.as_array()?.first()?;
        let text = |key: &str| owner.get(key).and_then(Value::as_str).unwrap_or("?");
        Some(format!("{}/{}", text("kind"), text("name")))
    }

    /// What must be done with it before it can go.
    pub fn finalizers(&self) -> Vec<String> {
        let finalizers = self.object.pointer("/metadata/finalizers").and_then(Value::as_array);
        finalizers.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
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
