//! Writing an object of the fleet: server-side apply of what a plan says.

use serde_json::{Map, Value};

use super::channel::Channel;
use super::connection::Proven;
use super::preview::accepted;
use super::request::Request;
use super::status::Status;
use super::unknown::Unknown;
use crate::plan::{Action, Ask, Cause, Change, Live, Rejection};

/// The most bytes of an object that are sent: etcd takes no request of more
/// ([limits](https://etcd.io/docs/v3.6/dev-guide/limit/)).
pub const MAX_SENT: usize = 1536 << 10;

/// An object that is to be written. Made of a change of a plan, and of what is there of the object.
#[derive(Clone, Debug)]
pub struct Write {
    /// What is sent, and where.
    pub(super) ask: Ask,
    /// What must still be there: its UID and its version. None for an object that is not there.
    before: Option<(String, String)>,
    takes_over: bool,
}

impl Write {
    /// The write that makes of an object what a change says, if the change is one that writes and fits what is there.
    /// `takes_over` says that every conflict of it may be decided in our favour.
    pub fn of(change: &Change, ask: Ask, live: Option<&Live>, takes_over: bool) -> Option<Self> {
        let before = match (&change.action, live) {
            (Action::Create | Action::Replace(_), None) => None,
            (Action::Update | Action::Adopt, Some(live)) => Some((live.uid()?, live.version()?)),
            (Action::Create | Action::Replace(_), Some(_)) | (Action::Update | Action::Adopt, None) => {
                return None;
            }
            (
                Action::Unchanged
                | Action::Delete
                | Action::Keep(_)
                | Action::Stray
                | Action::Terminating(_)
                | Action::Refused(_)
                | Action::Unknown(_),
                _,
            ) => return None,
        };
        let before = before.map(|(uid, version)| (uid.to_owned(), version.to_owned()));
        (change.object == ask.object).then_some(Self { ask, before, takes_over })
    }

    /// Whether fields are taken from others: never but from an object in the version that was looked at.
    pub(super) fn is_forced(&self) -> bool {
        self.takes_over && self.before.is_some()
    }

    /// What is sent: what is rendered, and what must still be there.
    pub(super) fn body(&self) -> Value {
        let mut body = self.ask.body.clone();
        if let (Some((uid, version)), Some(fields)) = (&self.before, body.as_object_mut()) {
            let metadata = fields.entry("metadata").or_insert_with(|| Value::Object(Map::new()));
            if let Some(metadata) = metadata.as_object_mut() {
                metadata.insert("uid".to_owned(), Value::from(uid.as_str()));
                metadata.insert("resourceVersion".to_owned(), Value::from(version.as_str()));
            }
        }
        body
    }
}

/// An object that was written.
#[derive(Clone, Debug)]
pub struct Written {
    /// As the server keeps it.
    pub live: Live,
    /// Whether something was there that was not there before: somebody else made it in the meantime.
    pub was_there: bool,
}

/// Why an object was not written, or why that is not known.
#[derive(Clone, Debug)]
pub enum WriteFailure {
    /// It is not the one, or not in the version, that it was judged by.
    Moved,
    /// Others own fields that would get another value.
    Taken(Vec<Taken>),
    /// The server does not take it.
    Refused(Rejection),
    /// The server has no such kind, or not yet: in its words, as they may be told.
    NoKind(String),
    /// It is larger than what a server keeps; nothing was sent.
    TooLarge(usize),
    /// There is no answer, or none that says what became of it.
    Unknown(Box<Unknown>),
}

/// A field that another manager owns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The field, in the server's words.
    pub field: String,
    /// Its manager.
    pub manager: String,
}

impl Proven {
    /// Writes an object of the fleet, by server-side apply with strict field validation. What fails in passing is tried
    /// several times, which does no harm: the same is applied again.
    ///
    /// # Errors
    /// If it is not written; [`WriteFailure::Unknown`] if it may have been.
    pub async fn write(&self, write: &Write) -> Result<Written, WriteFailure> {
        self.channel.write(write).await
    }
}

impl Channel {
    async fn write(&self, write: &Write) -> Result<Written, WriteFailure> {
        let request = Request::apply(write);
        if request.size() > MAX_SENT {
            return Err(WriteFailure::TooLarge(request.size()));
        }
        let unknown = |unknown| WriteFailure::Unknown(Box::new(unknown));
        let answer = self.send(&request).await.map_err(unknown)?;
        match answer.code {
            200 | 201 => {
                let object = accepted(&answer.text, &write.ask);
                let object = object.map_err(|what| unknown(self.unreadable(&request.asked(), what)))?;
                let was_there = write.before.is_none() && answer.code == 200 && answer.tries == 1;
                Ok(Written { live: Live { object }, was_there })
            }
            // Who asks is not known, or what is behind the server failed: that says nothing of the object.
            401 => Err(unknown(self.failed(&request, &answer))),
            code if request.is_passing(code, &answer.text) => Err(unknown(self.failed(&request, &answer))),
            // A path that it does not serve gets an answer of its own: a text, or a Status that is about nothing
            // (https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/apiserver/pkg/server/handler.go).
            404 if Status::read(&answer.text).is_none_or(|status| status.name.is_empty()) => {
                Err(WriteFailure::NoKind(self.failed(&request, &answer).phrase()))
            }
            code => match Status::read(&answer.text) {
                Some(status) => Err(failure(code, self.rejection(&answer, status))),
                None => Err(unknown(self.failed(&request, &answer))),
            },
        }
    }
}

/// What a rejection means. That somebody changed the object is told by the reason `Conflict` without causes; that others
/// own fields, by a cause for each
/// ([conflicts](https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts)).
fn failure(code: u16, rejection: Rejection) -> WriteFailure {
    let taken: Vec<Taken> = rejection.causes.iter().filter_map(taken).collect();
    match (code, rejection.reason.as_str()) {
        (409, _) if !taken.is_empty() => WriteFailure::Taken(taken),
        (409, "Conflict") => WriteFailure::Moved,
        _ => WriteFailure::Refused(rejection),
    }
}

/// `conflict with "MANAGER" …`, with what the manager wrote and when behind it.
fn taken(cause: &Cause) -> Option<Taken> {
    let rest =
        cause.message.strip_prefix("conflict with \"").filter(|_| cause.reason == "FieldManagerConflict")?;
    let manager = rest.split('"').next().unwrap_or_default().to_owned();
    Some(Taken { field: cause.field.clone(), manager })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rejection(reason: &str, causes: &[[&str; 3]]) -> Rejection {
        let cause = |[field, reason, message]: &[&str; 3]| Cause {
            field: (*field).to_owned(),
            reason: (*reason).to_owned(),
            message: (*message).to_owned(),
        };
        Rejection {
            code: 409,
            reason: reason.to_owned(),
            message: String::new(),
            causes: causes.iter().map(cause).collect(),
        }
    }

    #[test]
    fn a_change_in_between_is_told_from_fields_of_others() {
        let shown = |code, rejection| match failure(code, rejection) {
            WriteFailure::Moved => "moved".to_owned(),
            WriteFailure::Taken(taken) => format!("{taken:?}"),
            other => format!("{other:?}"),
        };
        let field =
            [".spec.replicas", "FieldManagerConflict", "conflict with \"hpa\" with subresource \"scale\""];
        assert_eq!(shown(409, rejection("Conflict", &[])), "moved");
        assert_eq!(
            shown(409, rejection("Conflict", &[field])),
            "[Taken { field: \".spec.replicas\", manager: \"hpa\" }]"
        );
        assert!(shown(409, rejection("AlreadyExists", &[])).starts_with("Refused"));
        assert!(shown(403, rejection("Forbidden", &[])).starts_with("Refused"));
    }
}
