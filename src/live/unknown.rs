//! A read that failed: a value of its own, never "absent" and never "unchanged".

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use super::codes;
use super::notice::{legible, seconds};
use super::plugin::PluginError;
use super::target::Target;
use crate::diagnostic::{Code, Diagnostic};

/// Why something that an API server knows is not known here.
#[derive(Clone, Debug)]
pub struct Unknown {
    /// Who was asked.
    pub target: Arc<Target>,
    /// What was asked for, as in `GET /version`.
    pub asked: String,
    /// Whether it was not asked for any more, as others before it failed for this reason.
    pub given_up: bool,
    /// Why it is not known.
    pub reason: Reason,
    /// The errors behind it, the outermost first.
    pub causes: Vec<String>,
}

/// Why a read failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// No connection.
    Unreachable(Unreachable),
    /// One side does not trust the other's certificate, or does not speak TLS.
    Tls,
    /// No credentials could be had.
    Credentials(Box<PluginError>),
    /// Nothing came for this long.
    Timeout(Duration),
    /// The connection ended before the answer did.
    Broken,
    /// An answer with another status than 200.
    Status {
        /// The status.
        code: u16,
        /// What the server says about it; may be empty.
        message: String,
    },
    /// An answer that leads to another address, which is not followed.
    Redirect(String),
    /// An answer that is not what an API server gives.
    Content(String),
    /// More bytes than are read.
    TooLarge(usize),
    /// Something else.
    Other,
}

/// Why there is no connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreachable {
    /// Nobody listens there.
    Refused,
    /// The name of the host has no address.
    Name,
    /// The network does not lead there.
    Network,
    /// The proxy does not lead there.
    Proxy,
}

impl Unknown {
    /// What went wrong below HTTP.
    pub(super) fn transport(target: &Arc<Target>, asked: &str, error: &(dyn StdError + 'static)) -> Self {
        let chain = chain(error);
        Self {
            target: Arc::clone(target),
            asked: asked.to_owned(),
            given_up: false,
            reason: classify(&chain),
            causes: texts(&chain),
        }
    }

    pub(super) fn new(target: &Arc<Target>, asked: &str, reason: Reason) -> Self {
        Self {
            target: Arc::clone(target),
            asked: asked.to_owned(),
            given_up: false,
            reason,
            causes: Vec::new(),
        }
    }

    /// That something was not asked for, as others before it failed for this reason.
    pub(super) fn given_up(target: &Arc<Target>, asked: &str, reason: Reason) -> Self {
        Self { given_up: true, ..Self::new(target, asked, reason) }
    }

    /// Whether nobody answered.
    pub(super) fn is_silence(&self) -> bool {
        matches!(self.reason, Reason::Unreachable(_) | Reason::Timeout(_))
    }

    /// The problems as they are told where several reads of one cluster failed: one for each reason.
    pub fn together(unknowns: &[Self]) -> Vec<Diagnostic> {
        let mut groups: Vec<Vec<&Self>> = Vec::new();
        for unknown in unknowns {
            let alike = |group: &&mut Vec<&Self>| group.iter().any(|other| other.is_like(unknown));
            match groups.iter_mut().find(alike) {
                Some(group) => group.push(unknown),
                None => groups.push(vec![unknown]),
            }
        }
        groups.iter().filter_map(|group| Self::as_one(group)).collect()
    }

    /// Whether both failed for one reason, whatever the server says of each.
    fn is_like(&self, other: &Self) -> bool {
        match (&self.reason, &other.reason) {
            (Reason::Status { code, .. }, Reason::Status { code: other, .. }) => code == other,
            (reason, other) => reason == other,
        }
    }

    fn as_one(group: &[&Self]) -> Option<Diagnostic> {
        let [first, others @ ..] = group else { return None };
        if others.is_empty() {
            return Some(first.diagnostic());
        }
        let mut one = Self::clone(first);
        if let Reason::Status { code, .. } = first.reason
            && others.iter().any(|other| other.reason != first.reason)
        {
            one.reason = Reason::Status { code, message: String::new() };
        }
        let cluster = &one.target.cluster;
        let message =
            format!("{} documents of cluster \"{cluster}\" cannot be read: {}", group.len(), one.phrase());
        let problem = Diagnostic::error(one.code(), message).on(cluster.clone()).note(one.target.to_string());
        let named = |given_up: bool| {
            let asked = group.iter().filter(|unknown| unknown.given_up == given_up);
            asked.map(|unknown| unknown.asked.as_str()).collect::<Vec<_>>().join(", ")
        };
        let mut notes = vec![("asked for ", named(false)), ("not asked for any more: ", named(true))];
        notes.push(("cause: ", one.causes.join(": ")));
        let notes = notes.into_iter().filter(|(_, text)| !text.is_empty());
        let problem = notes.fold(problem, |problem, (what, text)| problem.note(format!("{what}{text}")));
        Some(problem.help(one.next_step()))
    }

    /// Whether the same read may well succeed a moment later.
    pub(super) fn is_passing(&self) -> bool {
        match &self.reason {
            Reason::Broken => true,
            Reason::Status { code, .. } => matches!(code, 429 | 500 | 502 | 503 | 504),
            Reason::Unreachable(_)
            | Reason::Tls
            | Reason::Credentials(_)
            | Reason::Timeout(_)
            | Reason::Redirect(_)
            | Reason::Content(_)
            | Reason::TooLarge(_)
            | Reason::Other => false,
        }
    }

    fn code(&self) -> Code {
        match &self.reason {
            Reason::Unreachable(_) | Reason::Other => codes::UNREACHABLE,
            Reason::Tls => codes::TLS,
            Reason::Credentials(_) => codes::CREDENTIALS,
            Reason::Timeout(_) => codes::TIMEOUT,
            Reason::Broken => codes::BROKEN,
            Reason::Status { code: 401, .. } => codes::UNAUTHENTICATED,
            Reason::Status { code: 403, .. } => codes::FORBIDDEN,
            Reason::Status { .. } => codes::SERVER,
            Reason::Redirect(_) | Reason::Content(_) | Reason::TooLarge(_) => codes::ANSWER,
        }
    }

    /// The problem as it is told: the cluster, why, what was asked of whom, the causes, the next step.
    pub fn diagnostic(&self) -> Diagnostic {
        let mut problem = Diagnostic::error(self.code(), self.to_string()).on(self.target.cluster.clone());
        problem = problem.note(self.target.to_string());
        if !matches!(self.reason, Reason::Credentials(_)) {
            problem = problem.note(format!("asked for {}", self.asked));
        }
        if let Reason::Credentials(error) = &self.reason {
            problem = error.notes().into_iter().fold(problem, Diagnostic::note);
        }
        if !self.causes.is_empty() {
            problem = problem.note(format!("cause: {}", self.causes.join(": ")));
        }
        problem.help(self.next_step())
    }

    fn next_step(&self) -> String {
        let context = self.target.context.escape_debug();
        match &self.reason {
            Reason::Unreachable(Unreachable::Name) => {
                "check the host name in the kubeconfig, and whether this machine can look it up (VPN, DNS)".to_owned()
            }
            Reason::Unreachable(Unreachable::Proxy) => {
                "check `proxy-url` in the kubeconfig, or HTTPS_PROXY and NO_PROXY in the environment".to_owned()
            }
            Reason::Unreachable(Unreachable::Refused | Unreachable::Network) | Reason::Timeout(_) | Reason::Other => {
                format!("check that the server is up and can be reached from here: kubectl --context '{context}' version")
            }
            Reason::Tls => {
                "check `certificate-authority` and `tls-server-name` of the cluster in the kubeconfig, and its dates"
                    .to_owned()
            }
            Reason::Credentials(error) => error.next_step(),
            Reason::Status { code: 401, .. } if !self.target.is_tls => {
                "the address is http, over which no credentials are sent: use https".to_owned()
            }
            Reason::Status { code: 401, .. } => {
                format!("log in again; kubectl --context '{context}' auth whoami tells who you are")
            }
            Reason::Status { code: 403, .. } => "bind the user to a Role or ClusterRole that lets it `get` this".to_owned(),
            Reason::Status { code: 429 | 500..=599, .. } | Reason::Broken => {
                "run the same command again; if it stays so, look at the server's log".to_owned()
            }
            Reason::Status { .. } | Reason::Redirect(_) | Reason::Content(_) | Reason::TooLarge(_) => {
                "check that the address in the kubeconfig is that of an API server".to_owned()
            }
        }
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cluster \"{}\" cannot be read: {}", self.target.cluster, self.phrase())
    }
}

impl StdError for Unknown {}

impl Unknown {
    /// Why, in a phrase.
    pub(super) fn phrase(&self) -> String {
        let host = &self.target.host;
        match &self.reason {
            Reason::Unreachable(Unreachable::Refused) => format!("{host} refuses the connection"),
            Reason::Unreachable(Unreachable::Name) => format!("the name of the host {host} is not known"),
            Reason::Unreachable(Unreachable::Network) => format!("there is no way to {host}"),
            Reason::Unreachable(Unreachable::Proxy) => format!("the proxy does not lead to {host}"),
            Reason::Tls => format!("no secure connection to {host}"),
            Reason::Credentials(error) => error.to_string(),
            Reason::Timeout(patience) => format!("{host} did not answer within {}", seconds(*patience)),
            Reason::Broken => format!("{host} broke the connection off in the middle of its answer"),
            Reason::Status { code: 401, message } => {
                with("the server does not know the user (401 Unauthorized)", message)
            }
            Reason::Status { code: 403, message } => {
                with("the user may not read this (403 Forbidden)", message)
            }
            Reason::Status { code, message } => with(&format!("the server answered {code}"), message),
            Reason::Redirect(to) => format!("{host} sends elsewhere, to {to}, which is not followed"),
            Reason::Content(what) => format!("the answer of {host} is none of an API server: {what}"),
            Reason::TooLarge(bytes) => format!("the answer of {host} is longer than {bytes} bytes"),
            Reason::Other => format!("the request to {host} failed"),
        }
    }
}

/// The server's words after ours, if they say more.
fn with(what: &str, message: &str) -> String {
    if what.contains(message) { what.to_owned() } else { format!("{what}: {}", legible(message)) }
}

/// The most errors of a chain that are followed: a chain is built by libraries and ends, but nobody promises it.
const LONGEST_CHAIN: usize = 16;

/// An error and those behind it, those that an `io::Error` wraps among them.
fn chain<'e>(error: &'e (dyn StdError + 'static)) -> Vec<&'e (dyn StdError + 'static)> {
    let mut chain: Vec<&'e (dyn StdError + 'static)> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next.filter(|_| chain.len() < LONGEST_CHAIN) {
        chain.push(error);
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match wrapped {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    chain
}

/// The text of each, without those that only repeat the next.
fn texts(chain: &[&(dyn StdError + 'static)]) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    for error in chain {
        // The text of kube's errors holds Debug output, and that of its auth errors a token.
        if error.is::<kube::Error>() || error.is::<kube::client::AuthError>() {
            continue;
        }
        let text = legible(&error.to_string());
        // hyper-util's word for every failure, with what matters behind it.
        if text.starts_with("client error (") && error.source().is_some() {
            continue;
        }
        match texts.last_mut() {
            Some(last) if last.ends_with(&text) => {}
            Some(last) if text.starts_with(last.as_str()) => *last = text,
            _ => texts.push(text),
        }
    }
    texts
}

fn classify(chain: &[&(dyn StdError + 'static)]) -> Reason {
    let has = |what: &str| chain.iter().any(|error| error.to_string().contains(what));
    if chain.iter().any(|error| error.is::<kube::client::AuthError>()) {
        return Reason::Credentials(Box::new(PluginError::Provider));
    }
    if chain.iter().any(|error| error.is::<rustls::Error>()) {
        return Reason::Tls;
    }
    // hyper-util has no types for these two.
    if has("dns error") {
        return Reason::Unreachable(Unreachable::Name);
    }
    if has("tunnel error") || has("SOCKS error") {
        return Reason::Unreachable(Unreachable::Proxy);
    }
    let mut kinds = chain.iter().filter_map(|error| error.downcast_ref::<io::Error>()).map(io::Error::kind);
    match kinds.find(|kind| *kind != io::ErrorKind::Other) {
        Some(io::ErrorKind::ConnectionRefused) => Reason::Unreachable(Unreachable::Refused),
        Some(io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable) => {
            Reason::Unreachable(Unreachable::Network)
        }
        Some(io::ErrorKind::InvalidData) => Reason::Tls,
        Some(
            io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::UnexpectedEof,
        ) => Reason::Broken,
        _ if has("connection closed before message completed")
            || has("connection error")
            || has("end of file before message length reached")
            || has("error reading a body") =>
        {
            Reason::Broken
        }
        _ if has("invalid HTTP") => Reason::Content("not HTTP".to_owned()),
        Some(_) | None => Reason::Other,
    }
}
