//! Dry runs: what the server would make of objects.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::channel::Channel;
use super::connection::Proven;
use super::exchange::Answer;
use super::request::Request;
use super::side_by_side::side_by_side;
use super::status::Status;
use super::unknown::Unknown;
use crate::object::ObjectRef;
use crate::plan::{Ask, Cause, Preview, Rejection};

/// How many dry runs of one server are under way at a time. More are not faster.
const DRY_RUNS: usize = 16;

impl Proven {
    /// What the server would make of each object: a dry run of server-side apply with strict field validation, forced,
    /// as a field of ours that somebody else changed would only be a conflict otherwise. Nothing is changed. What
    /// fails in passing is tried several times; once several in a row met nobody, the rest is given up.
    pub async fn previews(&self, asks: Vec<Ask>) -> BTreeMap<ObjectRef, Preview> {
        let objects: Vec<ObjectRef> = asks.iter().map(|ask| ask.object.clone()).collect();
        let asked = |ask: &Ask| Request::dry_run(ask).asked();
        let ask = |ask: Ask| {
            let channel = Arc::clone(&self.channel);
            async move { channel.preview(&ask).await }
        };
        let target = &self.channel.target;
        let answers = side_by_side(target, asks, DRY_RUNS, asked, ask, |_, preview| Ok(preview)).await;
        let failed: Vec<Unknown> =
            answers.iter().filter_map(|answer| answer.as_ref().err().cloned()).collect();
        let mut unread = Unknown::unread(&failed).into_iter();
        let previews = objects.into_iter().zip(answers).filter_map(|(object, answer)| match answer {
            Ok(preview) => Some((object, preview)),
            Err(_) => unread.next().map(|unread| (object, Preview::Unread(unread))),
        });
        previews.collect()
    }
}

impl Channel {
    async fn preview(&self, ask: &Ask) -> Result<Preview, Unknown> {
        let request = Request::dry_run(ask);
        let asked = request.asked();
        let answer = self.send(&request).await?;
        match answer.code {
            200 | 201 => {
                let object = accepted(&answer.text, ask).map_err(|what| self.unreadable(&asked, what))?;
                Ok(Preview::Accepted(object))
            }
            // Who asks is not known: that says nothing of the object.
            401 => Err(self.failed(&request, &answer)),
            // What passes was asked often enough, and is about the server. What is none of its own answers says
            // nothing of the object either.
            _ if request.is_passing(answer.code, &answer.text) => Err(self.failed(&request, &answer)),
            _ => match Status::read(&answer.text) {
                Some(status) => Ok(Preview::Rejected(self.rejection(&answer, status))),
                None => Err(self.failed(&request, &answer)),
            },
        }
    }

    /// Its texts are whole: what is wrong stands behind the value that it is about, which may be a whole template, and
    /// what the user may not do behind all their groups.
    pub(super) fn rejection(&self, answer: &Answer, status: Status) -> Rejection {
        let cause = |[field, reason, message]: [String; 3]| Cause {
            field: self.safe(&field),
            reason: self.safe(&reason),
            message: self.whole(&message),
        };
        Rejection {
            code: answer.code,
            reason: self.safe(&status.reason),
            message: self.whole(&status.message),
            causes: status.causes.into_iter().map(cause).collect(),
        }
    }
}

/// The object that an answer is, if it is the one that was asked about.
pub(super) fn accepted(answer: &str, ask: &Ask) -> Result<Value, String> {
    let object: Value = serde_json::from_str(answer).map_err(|error| format!("it is no JSON: {error}"))?;
    let wanted = &ask.object;
    let is = |path: &str, wanted: Option<&str>| object.pointer(path).and_then(Value::as_str) == wanted;
    let is_it = is("/apiVersion", Some(&ask.api_version))
        && is("/kind", Some(&wanted.kind))
        && is("/metadata/name", Some(&wanted.name))
        && is("/metadata/namespace", wanted.namespace.as_deref().filter(|_| ask.served.namespaced));
    if is_it { Ok(object) } else { Err(format!("it is not {wanted}")) }
}
