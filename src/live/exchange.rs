//! One request and its answer: with a time limit, a size limit, and few, visible tries.

use std::sync::PoisonError;
use std::time::Duration;

use http::header::{HeaderMap, LOCATION, RETRY_AFTER, WARNING};
use http::{Response, StatusCode};
use http_body_util::BodyExt;
use kube::client::Body;
use tokio::time::{sleep, timeout};

use super::asked::Asked;
use super::channel::Channel;
use super::connection::{IDENTITY, MAX_IDENTITY, uid};
use super::line::Line;
use super::lock::Fence;
use super::notice::{Event, legible};
use super::request::Request;
use super::status::{harmless, message};
use super::unknown::{Reason, Unknown};
use super::warning;

/// How often something is asked for that fails in passing.
pub const ATTEMPTS: u32 = 3;

/// How long is waited before the second try; twice as long before each that follows.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// The longest wait that a server may ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// How many times the patience with silence a whole answer may take.
const WHOLE_ANSWER: u32 = 10;

/// How often a connection is made anew that ends before anything is sent by it.
const RECONNECTIONS: u32 = 3;

/// The longest text of a server that is repeated, in characters.
const LONGEST_TEXT: usize = 400;

/// What is told of a warning that may repeat a secret.
const HIDDEN: &str = "not shown, as it is about an object with secrets";

/// The question who answers.
fn question() -> Request {
    Request::get(IDENTITY, MAX_IDENTITY)
}

/// What a server answered.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    /// The status of HTTP.
    pub code: u16,
    /// The body.
    pub text: String,
    /// How often it was asked; of more than one try, one before may have been acted on all the same.
    pub tries: u32,
}

impl Channel {
    /// The answer to a request, whatever its status. What fails in passing is tried [`ATTEMPTS`] times in all, each
    /// told; credentials that are refused are got anew once. No write is sent to a cluster that is not pinned.
    pub async fn send(&self, request: &Request) -> Result<Answer, Unknown> {
        let asked = request.asked();
        if asked.verb.is_write() && !self.is_pinned {
            return Err(Unknown::new(&self.target, &asked, Reason::Unpinned));
        }
        let mut attempt = 1;
        let mut renewed = false;
        let mut last = None;
        loop {
            // Who waits for longer than a lock lasts has lost it.
            if !request.keeps_a_lock() {
                self.pause.over().await;
            }
            let shown = self.credentials.shown();
            let (outcome, wait) = self.once(request, &asked).await;
            if matches!(&outcome, Err(unknown) if unknown.reason == Reason::Unlocked) {
                // Of a try before, what it came to counts.
                return last.unwrap_or(outcome);
            }
            // A new connection is asked who answers, which may fail as the request may.
            let code = match &outcome {
                Ok(answer) => Some(answer.code),
                Err(Unknown { reason: Reason::Status { code, .. }, .. }) => Some(*code),
                Err(_) => None,
            };
            let refused = code == Some(401);
            if refused && !renewed && self.credentials.can_be_renewed() {
                renewed = true;
                let said = self.credentials.renew(shown).await.map_err(|error| {
                    Unknown::new(&self.target, &asked, Reason::Credentials(Box::new(error)))
                })?;
                said.into_iter().for_each(|event| self.notice(event));
                continue;
            }
            let is_passing = match &outcome {
                Ok(answer) => request.is_passing(answer.code, &answer.text),
                Err(unknown) => {
                    unknown.reason == Reason::Broken
                        || code.is_some_and(|code| question().is_passing(code, ""))
                }
            };
            if attempt >= ATTEMPTS || !is_passing {
                return outcome.map(|answer| Answer { tries: attempt, ..answer });
            }
            let asked_for = wait.map(|wait| wait.min(LONGEST_WAIT));
            if let (Ok(Answer { code: 429, .. }), Some(wait)) = (&outcome, asked_for) {
                self.pause.begin(wait);
            }
            let wait = asked_for.unwrap_or(FIRST_WAIT * 2_u32.pow(attempt - 1));
            let reason = match &outcome {
                Ok(answer) => self.failed(request, answer).phrase(),
                Err(unknown) => unknown.phrase(),
            };
            last = Some(outcome.map(|answer| Answer { tries: attempt, ..answer }));
            self.notice(Event::Retry { asked: asked.to_string(), reason, attempt, attempts: ATTEMPTS, wait });
            attempt += 1;
            sleep(wait).await;
        }
    }

    /// Whether all locks are held that something may not be written without.
    pub fn is_fenced(&self) -> bool {
        self.fences.lock().unwrap_or_else(PoisonError::into_inner).iter().all(Fence::is_up)
    }

    /// The body of the answer to a request that must be 200.
    pub async fn text(&self, request: &Request) -> Result<String, Unknown> {
        let answer = self.send(request).await?;
        match answer.code {
            200 => Ok(answer.text),
            _ => Err(self.failed(request, &answer)),
        }
    }

    /// That a server answered with a status that it should not have.
    pub fn failed(&self, request: &Request, answer: &Answer) -> Unknown {
        let message = message(&answer.text);
        let message = if request.hides { harmless(&message) } else { self.safe(&message) };
        Unknown::new(&self.target, &request.asked(), Reason::Status { code: answer.code, message })
    }

    /// That an answer came and is not what it must be.
    pub fn unreadable(&self, asked: &Asked, what: impl AsRef<str>) -> Unknown {
        Unknown::new(&self.target, asked, Reason::Content(self.safe(what.as_ref())))
    }

    /// A text of the server, short, on one line and without credentials.
    pub fn safe(&self, text: &str) -> String {
        self.whole(text).chars().take(LONGEST_TEXT).collect()
    }

    /// The same, however long it is.
    pub fn whole(&self, text: &str) -> String {
        legible(&self.credentials.hide(text))
    }

    /// One try; also how long the server asks to wait.
    async fn once(&self, request: &Request, asked: &Asked) -> (Result<Answer, Unknown>, Option<Duration>) {
        let (line, _permit) = match self.lines.take().await {
            Ok(taken) => taken,
            Err(error) => return (Err(self.without_secrets(asked, &error)), None),
        };
        let answer = match self.begin(&line, request, asked).await {
            Ok(answer) => answer,
            Err(unknown) => return (Err(unknown), None),
        };
        let wait = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        let answer = self.end(answer, request, asked).await;
        // What did not come to its end leaves a connection that is good for nothing.
        if answer.is_ok() {
            self.lines.give(line);
        }
        (answer, wait.map(Duration::from_secs))
    }

    /// Sends the request by a line that leads to the cluster that is meant, unless a lock was lost that it takes; returns
    /// when the answer begins.
    async fn begin(&self, line: &Line, request: &Request, asked: &Asked) -> Result<Response<Body>, Unknown> {
        for _ in 0..RECONNECTIONS {
            self.connect(line).await?;
            self.fenced(request, asked)?;
            match self.put(line, request, asked).await {
                // The connection had ended, and nothing was sent.
                Err(_) if line.was_refused() => {}
                answer => return answer,
            }
        }
        // A server that ends every connection with its answer says who it is, and by the next is told what to do: more it
        // does not let itself be asked.
        self.connect(line).await?;
        self.fenced(request, asked)?;
        line.let_connect();
        self.put(line, request, asked).await
    }

    /// Whether all locks are held that the request takes, asked when everything else is ready to send it: to connect may
    /// have taken longer than they last.
    fn fenced(&self, request: &Request, asked: &Asked) -> Result<(), Unknown> {
        match request.is_fenced() && !self.is_fenced() {
            true => Err(Unknown::new(&self.target, asked, Reason::Unlocked)),
            false => Ok(()),
        }
    }

    /// Sees to it that what goes by the line next goes to the cluster that was proven: a new connection is first asked
    /// who answers.
    async fn connect(&self, line: &Line) -> Result<(), Unknown> {
        if line.is_connected() {
            return Ok(());
        }
        line.let_connect();
        // Nothing is proven yet: the request is that question.
        let Some(meant) = self.uid.get() else { return Ok(()) };
        let question = question();
        let asked = question.asked();
        let answer = self.put(line, &question, &asked).await?;
        let answer = self.end(answer, &question, &asked).await?;
        if answer.code != 200 {
            return Err(self.failed(&question, &answer));
        }
        let found = uid(&answer.text).map_err(|what| self.unreadable(&asked, what))?;
        if found != *meant {
            return Err(Unknown::new(&self.target, &asked, Reason::Elsewhere(found.as_str().into())));
        }
        line.rests().await;
        Ok(())
    }

    async fn put(&self, line: &Line, request: &Request, asked: &Asked) -> Result<Response<Body>, Unknown> {
        let request = request
            .to_http(self.credentials.header())
            .map_err(|error| Unknown::transport(&self.target, asked, &error))?;
        match timeout(self.patience, line.client.send(request)).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(self.without_secrets(asked, &error)),
            Err(_) => Err(Unknown::new(&self.target, asked, Reason::Timeout(self.patience))),
        }
    }

    /// Reads the answer to its end.
    async fn end(&self, answer: Response<Body>, request: &Request, asked: &Asked) -> Result<Answer, Unknown> {
        self.warn(answer.headers(), request.hides);
        self.clock.read(answer.headers());
        let (status, location) = (answer.status(), answer.headers().get(LOCATION).cloned());
        let whole = self.patience.saturating_mul(WHOLE_ANSWER);
        let unknown = |reason| Unknown::new(&self.target, asked, reason);
        let bytes = timeout(whole, self.body(answer, asked, request.limit)).await;
        let bytes = bytes.map_err(|_| unknown(Reason::Timeout(whole)))??;
        let text = String::from_utf8(bytes).map_err(|_| self.unreadable(asked, "it is not UTF-8"))?;
        if let (true, Some(to)) = (status.is_redirection(), location) {
            let to = String::from_utf8_lossy(to.as_bytes());
            // What follows is for the one who is sent there, and may be a secret.
            let to = to.split(['?', '#']).next().unwrap_or_default();
            return Err(unknown(Reason::Redirect(self.safe(to))));
        }
        Ok(Answer { code: StatusCode::as_u16(&status), text, tries: 1 })
    }

    async fn body(&self, answer: Response<Body>, asked: &Asked, limit: usize) -> Result<Vec<u8>, Unknown> {
        let mut body = answer.into_body();
        let mut bytes = Vec::new();
        loop {
            let frame = match timeout(self.patience, body.frame()).await {
                Ok(None) => return Ok(bytes),
                Ok(Some(Ok(frame))) => frame,
                Ok(Some(Err(error))) => return Err(self.without_secrets(asked, &error)),
                Err(_) => return Err(Unknown::new(&self.target, asked, Reason::Timeout(self.patience))),
            };
            if let Ok(data) = frame.into_data() {
                if bytes.len() + data.len() > limit {
                    return Err(Unknown::new(&self.target, asked, Reason::TooLarge(limit)));
                }
                bytes.extend_from_slice(&data);
            }
        }
    }

    fn without_secrets(&self, asked: &Asked, error: &kube::Error) -> Unknown {
        let mut unknown = Unknown::transport(&self.target, asked, error);
        unknown.causes.iter_mut().for_each(|cause| *cause = self.credentials.hide(cause));
        unknown
    }

    /// Tells the warnings of an answer, each once; if it `hides` something, only that there is one.
    fn warn(&self, headers: &HeaderMap, hides: bool) {
        for value in headers.get_all(WARNING) {
            for text in warning::texts(&String::from_utf8_lossy(value.as_bytes())) {
                let text = if hides { HIDDEN.to_owned() } else { self.safe(&text) };
                let is_new = self.told.lock().unwrap_or_else(PoisonError::into_inner).insert(text.clone());
                if is_new {
                    self.notice(Event::Warning(text));
                }
            }
        }
    }
}
