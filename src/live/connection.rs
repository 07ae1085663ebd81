//! A connection: first [`Unproven`], which can ask nothing but who the server is; then [`Proven`].

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use super::asked::Asked;
use super::channel::{Channel, Settings};
use super::codes;
use super::failure::Failure;
use super::identity::{Identities, Uid};
use super::kubeconfig::Access;
use super::notice::Tell;
use super::request::{MAX_ANSWER, Request};
use super::side_by_side::side_by_side;
use super::target::Target;
use super::unknown::Unknown;
use crate::diagnostic::Diagnostic;

/// The one thing that is asked of a server before it is known which it is.
pub(super) const IDENTITY: &str = "/api/v1/namespaces/kube-system";

/// The most bytes of that answer.
pub(super) const MAX_IDENTITY: usize = 1 << 20;

/// A connection to a server of which it is not known which cluster it is.
pub struct Unproven {
    channel: Channel,
}

impl Unproven {
    /// Prepares a connection for a cluster of the fleet. The credential plugin runs here, if the user has one;
    /// nothing is sent to the server. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// If there are no credentials, or the kubeconfig cannot be used.
    pub async fn open(
        cluster: &str,
        access: &Access,
        settings: &Settings,
        tell: Tell,
    ) -> Result<Self, Failure> {
        let target = Arc::new(Target::new(cluster, access));
        Channel::open(target, access, settings, tell).await.map(|channel| Self { channel })
    }

    /// Who is asked.
    pub fn target(&self) -> &Target {
        &self.channel.target
    }

    /// Asks which cluster it is, and holds the answer against the fleet.
    ///
    /// # Errors
    /// If it cannot be asked, if it is another cluster than the one that is pinned, or if it is another one of
    /// the fleet's.
    pub async fn prove(self, identities: &Identities) -> Result<Proven, Failure> {
        let answer = self.channel.text(&Request::get(IDENTITY, MAX_IDENTITY)).await?;
        let uid = uid(&answer).map_err(|what| self.channel.unreadable(&Asked::get(IDENTITY), what))?;
        let mut channel = self.channel;
        channel.is_pinned = identities.check(&channel.target, &uid).map_err(Failure::Mismatch)?;
        channel.clusters = identities.names();
        // From now on each new connection is held to it.
        let uid = channel.uid.get_or_init(|| uid).clone();
        Ok(Proven { channel: Arc::new(channel), uid })
    }
}

/// How many reads of one server are under way at a time. More are not faster.
pub const SIDE_BY_SIDE: usize = 8;

/// A connection to the cluster that the fleet means. A clone is the same connection.
#[derive(Clone)]
pub struct Proven {
    pub(super) channel: Arc<Channel>,
    uid: Uid,
}

impl Proven {
    /// Who is asked.
    pub fn target(&self) -> &Target {
        &self.channel.target
    }

    /// Which cluster it is.
    pub fn uid(&self) -> &Uid {
        &self.uid
    }

    /// Whether the fleet pins that; if not, the name of the context is all that speaks for it.
    pub fn is_pinned(&self) -> bool {
        self.channel.is_pinned
    }

    /// The time by the server's clock, to the second, as its newest answer told it.
    pub fn time(&self) -> Option<Timestamp> {
        self.channel.clock.time()
    }

    /// Asks once more which cluster it is: before something is deleted, and whenever something else may answer by now.
    ///
    /// # Errors
    /// If it cannot be asked, or is another one than before.
    pub async fn prove_again(&self) -> Result<(), Failure> {
        let answer = self.channel.text(&Request::get(IDENTITY, MAX_IDENTITY)).await?;
        let found = uid(&answer).map_err(|what| self.channel.unreadable(&Asked::get(IDENTITY), what))?;
        if found == self.uid {
            return Ok(());
        }
        let cluster = &self.target().cluster;
        let message = format!("cluster \"{cluster}\" is not the one that answers any longer");
        let problem = Diagnostic::error(codes::WRONG_CLUSTER, message)
            .on(Arc::clone(cluster))
            .note(format!("the UID was {}, found was {found}", self.uid))
            .note(self.target().to_string())
            .help("nothing more was sent; see what changed the way to the server, then run the same command again");
        Err(Failure::Refused(Box::new(problem)))
    }

    /// The warning that is due where nothing is pinned.
    pub fn doubt(&self) -> Option<Diagnostic> {
        let Target { cluster, .. } = self.target();
        (!self.is_pinned()).then(|| {
            Diagnostic::warning(
                codes::NOT_PINNED,
                format!("nothing proves that this is cluster \"{cluster}\": its UID is not pinned"),
            )
            .on(cluster.clone())
            .note(self.target().to_string())
            .note(format!("the UID of its kube-system is {}", self.uid))
            .help(format!("pin it with `fleetwright trust --cluster {cluster}`"))
        })
    }

    /// The answer to a GET of a path such as `/openapi/v3`, with its query if it has one: text of at most
    /// [`MAX_ANSWER`] bytes. JSON is asked for. Calls may run side by side.
    ///
    /// # Errors
    /// If it cannot be read; what fails in passing was tried several times.
    pub async fn get_text(&self, path: &str) -> Result<String, Unknown> {
        self.channel.text(&Request::get(path, MAX_ANSWER)).await
    }

    /// What `read` makes of the answers to several GETs, in the order of the paths, at most [`SIDE_BY_SIDE`] of
    /// them under way at a time: no text is kept longer than it is read. Each is as [`Proven::get_text`] gives it.
    /// Once several in a row met nobody, those not yet begun are given up.
    pub async fn get_each<T>(
        &self,
        paths: &[String],
        read: impl Fn(&str, &str) -> Result<T, Unknown>,
    ) -> Vec<Result<T, Unknown>> {
        let requests: Vec<Request> = paths.iter().map(|path| Request::get(path, MAX_ANSWER)).collect();
        let ask = |request: Request| {
            let channel = Arc::clone(&self.channel);
            async move { channel.text(&request).await }
        };
        let read = |index: usize, text: String| read(paths.get(index).map_or("", String::as_str), &text);
        side_by_side(&self.channel.target, requests, SIDE_BY_SIDE, Request::asked, ask, read).await
    }

    /// The version that the server runs, as `v1.36.3`.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn kubernetes(&self) -> Result<String, Unknown> {
        self.channel.kubernetes().await
    }

    /// That the answer to a GET of a path came and is not what it must be.
    pub(super) fn unreadable(&self, path: &str, what: String) -> Unknown {
        self.channel.unreadable(&Asked::get(path), what)
    }
}

/// Where a server tells its version.
const VERSION: &str = "/version";

impl Channel {
    /// The version that the server runs.
    pub async fn kubernetes(&self) -> Result<String, Unknown> {
        let answer = self.text(&Request::get(VERSION, MAX_ANSWER)).await?;
        let version: Option<Value> = serde_json::from_str(&answer).ok();
        let version = version.as_ref().and_then(|version| version.get("gitVersion")?.as_str());
        let is_one = |text: &&str| {
            text.starts_with('v') && text.len() < 64 && text.bytes().all(|byte| byte.is_ascii_graphic())
        };
        version
            .filter(is_one)
            .map(str::to_owned)
            .ok_or_else(|| self.unreadable(&Asked::get(VERSION), "there is no `gitVersion` in it"))
    }
}

/// The UID in the answer to [`IDENTITY`].
pub(super) fn uid(answer: &str) -> Result<Uid, &'static str> {
    let object: Value = serde_json::from_str(answer).map_err(|_| "it is not JSON")?;
    let text = |path: &str| object.pointer(path).and_then(Value::as_str);
    if text("/kind") != Some("Namespace") || text("/metadata/name") != Some("kube-system") {
        return Err("it is not the namespace kube-system");
    }
    text("/metadata/uid").and_then(Uid::parse).ok_or("its UID is none")
}
