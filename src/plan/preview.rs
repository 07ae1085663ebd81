//! What the server makes of an object: a forced dry run of server-side apply.

use std::sync::Arc;

use serde_json::Value;

use super::state::{Served, Unread};
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
