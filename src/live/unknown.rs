//! A read that failed: a value of its own, never "absent" and never "unchanged".

use std::collections::BTreeSet;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::asked::Asked;
use super::cause::{chain, classify, texts};
use super::codes;
use super::notice::{legible, seconds};
use super::plugin::PluginError;
use super::target::Target;
use crate::diagnostic::{Code, Diagnostic};
use crate::plan::Unread;

/// Why something that an API server knows is not known here.
#[derive(Clone, Debug)]
pub struct Unknown {
    /// Who was asked.
    pub target: Arc<Target>,
    /// What was asked for.
    pub asked: Asked,
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
    /// An answer with a status that says that it could not be done.
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
    /// The server does not know itself what there is of this, as something behind it does not answer.
    Stale(String),
    /// There is no list of the objects of this kind.
    Unlisted(String),
    /// It was not sent: a write, to a cluster whose UID is not pinned.
    Unpinned,
    /// A lock was lost that it must not be sent without; it was not sent.
    Unlocked,
    /// Another cluster answers than before, of this UID: nothing but the question who it is was sent to it.
    Elsewhere(Arc<str>),
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

/// How many requests are named that failed for one reason.
const MOST_NAMED: usize = 20;

impl Unknown {
    /// What went wrong below HTTP.
    pub(super) fn transport(target: &Arc<Target>, asked: &Asked, error: &(dyn StdError + 'static)) -> Self {
        let chain = chain(error);
        Self {
            target: Arc::clone(target),
            asked: asked.clone(),
            given_up: false,
            reason: classify(&chain),
            causes: texts(&chain),
        }
    }

    pub(super) fn new(target: &Arc<Target>, asked: &Asked, reason: Reason) -> Self {
        Self { target: Arc::clone(target), asked: asked.clone(), given_up: false, reason, causes: Vec::new() }
    }

    /// That something was not asked for, as others before it failed for this reason.
    pub(super) fn given_up(target: &Arc<Target>, asked: &Asked, reason: Reason) -> Self {
        Self { given_up: true, ..Self::new(target, asked, reason) }
    }

    /// Whether nobody answered, or the server asks to be left alone, however often it was asked.
    pub(super) fn is_silence(&self) -> bool {
        matches!(self.reason, Reason::Unreachable(_) | Reason::Timeout(_) | Reason::Status { code: 429, .. })
    }

    /// Whether what was asked for may have been done all the same: it was sent, and the answer was lost, or comes from
    /// something that does not know.
    pub fn is_doubtful(&self) -> bool {
        match &self.reason {
            Reason::Unreachable(_)
            | Reason::Tls
            | Reason::Credentials(_)
            | Reason::Unpinned
            | Reason::Unlocked
            | Reason::Elsewhere(_) => false,
            Reason::Status { code, .. } => *code >= 500,
            Reason::Timeout(_)
            | Reason::Broken
            | Reason::Redirect(_)
            | Reason::Content(_)
            | Reason::TooLarge(_)
            | Reason::Stale(_)
            | Reason::Unlisted(_)
            | Reason::Other => true,
        }
    }

    /// The problems as they are told where several requests to one cluster failed: one for each reason.
    pub fn together(unknowns: &[Self]) -> Vec<Diagnostic> {
        Self::groups(unknowns).iter().filter_map(|group| Self::as_one(group)).collect()
    }

    /// What is unread of each, in the same order, for a plan. Those with one reason have one problem, all of them
    /// named in it.
    pub(super) fn unread(unknowns: &[Self]) -> Vec<Unread> {
        let groups = Self::groups(unknowns);
        let problems: Vec<Option<Diagnostic>> = groups.iter().map(|group| Self::as_one(group)).collect();
        let problem = |unknown: &Self| {
            let place = groups.iter().position(|group| unknown.is_of(group));
            place.and_then(|place| problems.get(place)?.clone()).unwrap_or_else(|| unknown.diagnostic())
        };
        let unread = |unknown: &Self| Unread { why: unknown.phrase(), problem: Box::new(problem(unknown)) };
        unknowns.iter().map(unread).collect()
    }

    /// Those with one reason each.
    fn groups(unknowns: &[Self]) -> Vec<Vec<&Self>> {
        let mut groups: Vec<Vec<&Self>> = Vec::new();
        for unknown in unknowns {
            match groups.iter_mut().find(|group| unknown.is_of(group)) {
                Some(group) => group.push(unknown),
                None => groups.push(vec![unknown]),
            }
        }
        groups
    }

    fn is_of(&self, group: &[&Self]) -> bool {
        group.first().is_some_and(|first| first.is_like(self))
    }

    /// Whether both failed for one reason, whatever the server says of each.
    fn is_like(&self, other: &Self) -> bool {
        self.asked.verb == other.asked.verb
            && match (&self.reason, &other.reason) {
                (Reason::Status { code, .. }, Reason::Status { code: other, .. }) => code == other,
                (reason, other) => reason == other,
            }
    }

    fn as_one(group: &[&Self]) -> Option<Diagnostic> {
        let [first, others @ ..] = group else { return None };
        let named = |given_up: bool| -> Vec<String> {
            let mut seen = BTreeSet::new();
            let asked = group.iter().filter(|unknown| unknown.given_up == given_up);
            let asked = asked.map(|unknown| unknown.asked.to_string());
            asked.filter(|asked| seen.insert(asked.clone())).collect()
        };
        let (asked, given_up) = (named(false), named(true));
        if asked.len() + given_up.len() == 1 {
            return Some(first.diagnostic());
        }
        let mut one = Self::clone(first);
        if let Reason::Status { code, .. } = first.reason
            && others.iter().any(|other| other.reason != first.reason)
        {
            one.reason = Reason::Status { code, message: String::new() };
        }
        let cluster = &one.target.cluster;
        let message = format!(
            "{} requests to cluster \"{cluster}\" failed: {}",
            asked.len() + given_up.len(),
            one.phrase()
        );
        let problem = Diagnostic::error(one.code(), message).on(cluster.clone()).note(one.target.to_string());
        let listed = |asked: Vec<String>| {
            let more = asked.len().saturating_sub(MOST_NAMED);
            let named = asked.into_iter().take(MOST_NAMED).collect::<Vec<_>>().join(", ");
            if more > 0 { format!("{named} and {more} more") } else { named }
        };
        let mut notes = vec![("asked for ", listed(asked)), ("not asked for any more: ", listed(given_up))];
        notes.push(("cause: ", one.causes.join(": ")));
        let notes = notes.into_iter().filter(|(_, text)| !text.is_empty());
        let problem = notes.fold(problem, |problem, (what, text)| problem.note(format!("{what}{text}")));
        Some(problem.help(one.next_step()))
    }

    /// Whether the server sent an alert that is about the certificate of the client
    /// ([RFC 8446, 6.2](https://www.rfc-editor.org/rfc/rfc8446#section-6.2)): of its own it sends none.
    fn is_our_certificate(&self) -> bool {
        let alert = self.causes.iter().find_map(|cause| cause.split("received fatal alert: ").nth(1));
        alert.is_some_and(|alert| alert.contains("Certificate") || alert == "UnknownCA")
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
            Reason::Stale(_) => codes::STALE,
            Reason::Unlisted(_) => codes::UNLISTED,
            Reason::Unpinned => codes::NOT_PINNED,
            Reason::Unlocked => codes::LOCKED,
            Reason::Redirect(_) | Reason::Content(_) | Reason::TooLarge(_) => codes::ANSWER,
            Reason::Elsewhere(_) => codes::WRONG_CLUSTER,
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
        if let Some(validity) = &self.target.certificate
            && matches!(self.reason, Reason::Tls | Reason::Status { code: 401, .. })
        {
            let user = self.target.user.escape_debug();
            problem = problem.note(format!("the client certificate of user \"{user}\" holds {validity}"));
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
            Reason::Tls if self.is_our_certificate() => {
                "the server does not take the client certificate: get a new one, and set `client-certificate` and `client-key` of the user in the kubeconfig"
                    .to_owned()
            }
            Reason::Tls => {
                "check `certificate-authority` and `tls-server-name` of the cluster in the kubeconfig, and its dates"
                    .to_owned()
            }
            Reason::Credentials(error) => error.next_step(),
            Reason::Unlocked => "see who holds the lock with `fleetwright status`, then run the same command again".to_owned(),
            Reason::Status { code: 401, .. } if !self.target.is_tls => {
                "the address is http, over which no credentials are sent: use https".to_owned()
            }
            Reason::Status { code: 401, .. } => {
                format!("log in again; kubectl --context '{context}' auth whoami tells who you are")
            }
            Reason::Status { code: 403, .. } => {
                format!("bind the user to a Role or ClusterRole that lets it `{}` this", self.asked.verb.as_str())
            }
            Reason::Stale(_) => {
                format!("see which API does not answer: kubectl --context '{context}' get apiservices")
            }
            Reason::Elsewhere(_) => {
                "see what changed the way to the server, then run the same command again".to_owned()
            }
            Reason::Unlisted(kind) => format!("take it out of the fleet: a {kind} is no object that is kept"),
            Reason::Unpinned => {
                format!("pin it with `fleetwright trust --cluster {}`", self.target.cluster)
            }
            Reason::Status { code: 409 | 410 | 429 | 500..=599, .. } | Reason::Broken => {
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
        let done = if self.asked.verb.is_write() { "written to" } else { "read" };
        write!(f, "cluster \"{}\" cannot be {done}: {}", self.target.cluster, self.phrase())
    }
}

impl StdError for Unknown {}

impl Unknown {
    /// Why, in a phrase.
    pub fn phrase(&self) -> String {
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
                let what = if self.asked.verb.is_write() { "write" } else { "read" };
                with(&format!("the user may not {what} this (403 Forbidden)"), message)
            }
            Reason::Status { code, message } => with(&format!("the server answered {code}"), message),
            Reason::Redirect(to) => format!("{host} sends elsewhere, to {to}, which is not followed"),
            Reason::Content(what) => format!("the answer of {host} is none of an API server: {what}"),
            Reason::TooLarge(bytes) => format!("the answer of {host} is longer than {bytes} bytes"),
            Reason::Stale(what) => format!("the server does not know at present what there is in {what}"),
            Reason::Unlisted(kind) => format!("the server keeps no list of kind {kind}"),
            Reason::Unpinned => "its UID is not pinned, and nothing would prove which one it is".to_owned(),
            Reason::Unlocked => "the lock was lost before it was sent".to_owned(),
            Reason::Elsewhere(uid) => format!("another cluster answers at {host} by now, of the UID {uid}"),
            Reason::Other => format!("the request to {host} failed"),
        }
    }
}

/// The server's words after ours, if they say more.
fn with(what: &str, message: &str) -> String {
    if what.contains(message) { what.to_owned() } else { format!("{what}: {}", legible(message)) }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::live::asked::Verb;

    fn unknown(verb: Verb, path: &str, reason: Reason) -> Unknown {
        Unknown::new(&Target::of_tests(), &Asked { verb, path: path.to_owned() }, reason)
    }

    fn forbidden(message: &str) -> Reason {
        Reason::Status { code: 403, message: message.to_owned() }
    }

    fn shown(problem: &Diagnostic) -> String {
        let help = problem.help.iter().map(|help| format!("help: {help}"));
        let notes = problem.notes.iter().skip(1).cloned();
        [problem.message.clone()].into_iter().chain(notes).chain(help).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn what_failed_for_one_reason_is_one_problem_that_names_it_all() {
        let failed = [
            unknown(Verb::List, "/apis/apps/v1/deployments", forbidden("no deployments")),
            unknown(Verb::List, "/api/v1/pods", Reason::Broken),
            unknown(Verb::List, "/api/v1/services", forbidden("no services")),
            unknown(Verb::Get, "/version", forbidden("no version")),
        ];
        let unread = Unknown::unread(&failed);
        let whys: Vec<&str> = unread.iter().map(|unread| unread.why.as_str()).collect();
        assert_eq!(
            whys,
            [
                "the user may not read this (403 Forbidden): no deployments",
                "example.com broke the connection off in the middle of its answer",
                "the user may not read this (403 Forbidden): no services",
                "the user may not read this (403 Forbidden): no version",
            ]
        );
        assert_eq!(unread[0].problem, unread[2].problem);
        assert_snapshot!(shown(&unread[0].problem), @r#"
        2 requests to cluster "prod-a" failed: the user may not read this (403 Forbidden)
        asked for GET /apis/apps/v1/deployments, GET /api/v1/services
        help: bind the user to a Role or ClusterRole that lets it `list` this
        "#);
        assert_snapshot!(shown(&unread[1].problem), @r#"
        cluster "prod-a" cannot be read: example.com broke the connection off in the middle of its answer
        asked for GET /api/v1/pods
        help: run the same command again; if it stays so, look at the server's log
        "#);
        assert_snapshot!(shown(&unread[3].problem), @r#"
        cluster "prod-a" cannot be read: the user may not read this (403 Forbidden): no version
        asked for GET /version
        help: bind the user to a Role or ClusterRole that lets it `get` this
        "#);
    }

    #[test]
    fn one_request_that_several_needed_is_told_once_and_many_are_counted() {
        let stale = |_| unknown(Verb::Get, "/apis", Reason::Stale("a/v1".to_owned()));
        let unread = Unknown::unread(&[(); 3].map(stale));
        assert_snapshot!(shown(&unread[0].problem), @r#"
        cluster "prod-a" cannot be read: the server does not know at present what there is in a/v1
        asked for GET /apis
        help: see which API does not answer: kubectl --context 'c' get apiservices
        "#);
        let many = |number: usize| unknown(Verb::Patch, &format!("/{number:02}"), Reason::Broken);
        let problems = Unknown::together(&(0..30).map(many).collect::<Vec<_>>());
        assert_eq!(problems.len(), 1);
        assert_snapshot!(shown(&problems[0]), @r#"
        30 requests to cluster "prod-a" failed: example.com broke the connection off in the middle of its answer
        asked for PATCH /00, PATCH /01, PATCH /02, PATCH /03, PATCH /04, PATCH /05, PATCH /06, PATCH /07, PATCH /08, PATCH /09, PATCH /10, PATCH /11, PATCH /12, PATCH /13, PATCH /14, PATCH /15, PATCH /16, PATCH /17, PATCH /18, PATCH /19 and 10 more
        help: run the same command again; if it stays so, look at the server's log
        "#);
    }
}
