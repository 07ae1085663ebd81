//! What the server makes of an object: a forced dry run of server-side apply.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::change::Why;
use super::state::{Kind, LiveState, Served, Unread};
use crate::object::ObjectRef;

/// A question to the server: what would become of this object?
#[derive(Clone, Debug)]
pub struct Ask {
    /// The object.
    pub object: ObjectRef,
    /// The version of the API that it is sent in, as `apps/v1`.
    pub api_version: Arc<str>,
    /// How its kind is served.
    pub served: Served,
    /// What is sent.
    pub body: Value,
    /// Whether something in it is secret: what the server says on the way is then not repeated.
    pub hides: bool,
}

/// The answer.
#[derive(Clone, Debug)]
pub enum Preview {
    /// The object as it would be.
    Accepted(Value),
    /// The server would not take it, or does not let the user ask.
    Rejected(Rejection),
    /// There is no answer.
    Unread(Unread),
    /// Nobody asked: why.
    Skipped(Why),
}

/// Takes the questions about objects that are not there out of `asks`, if they are more than `most`, and gives what stands
/// for their answers: the write itself tells. Definitions and namespaces, which others need, are asked about all the same.
pub fn skip_creations(
    asks: Vec<Ask>,
    state: &LiveState,
    most: usize,
) -> (Vec<Ask>, BTreeMap<ObjectRef, Preview>) {
    let is_new = |ask: &Ask| {
        let is_ground = ["CustomResourceDefinition", "Namespace"].contains(&&*ask.object.kind);
        let is_absent = match state.kind(&ask.object) {
            Some(Kind::Listed { objects, .. }) => !objects.contains_key(&ask.object),
            Some(Kind::NotServed | Kind::Unread(_)) | None => false,
        };
        is_absent && !is_ground
    };
    if asks.iter().filter(|ask| is_new(ask)).count() <= most {
        return (asks, BTreeMap::new());
    }
    let (new, asks): (Vec<Ask>, Vec<Ask>) = asks.into_iter().partition(is_new);
    let why = Why::from(format!(
        "it is one of {} that are created: the server is asked when it is written",
        new.len()
    ));
    (asks, new.into_iter().map(|ask| (ask.object, Preview::Skipped(Arc::clone(&why)))).collect())
}

/// What a server says when it does not take an object: its `Status`. Its texts may be long and repeat values of the
/// object: they are shown only of an object without secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rejection {
    /// The HTTP status.
    pub code: u16,
    /// `reason`, such as `Invalid`.
    pub reason: String,
    /// `message`, on one line.
    pub message: String,
    /// `details.causes`.
    pub causes: Vec<Cause>,
}

/// One cause of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cause {
    /// `field`: a path in the server's words.
    pub field: String,
    /// `reason`, such as `FieldValueInvalid`.
    pub reason: String,
    /// `message`, on one line.
    pub message: String,
}
