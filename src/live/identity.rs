//! Which cluster a server is: the UID of its `kube-system` namespace, proven before anything else is asked.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::codes;
use super::target::Target;
use crate::cluster::Cluster;
use crate::diagnostic::{Diagnostic, Span};

/// The UID of a `kube-system` namespace: what a cluster is known by. A context may be renamed, an address may
/// change hands; this is made with the cluster and goes with it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uid(Arc<str>);

impl Uid {
    /// A UID as Kubernetes writes it: a UUID in lower case.
    pub fn parse(text: &str) -> Option<Self> {
        let lengths: Vec<usize> = text.split('-').map(str::len).collect();
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte) || byte == b'-';
        (lengths == [8, 4, 4, 4, 12] && text.bytes().all(is_digit)).then(|| Self(Arc::from(text)))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Which clusters the fleet says there are, and which were met in this run.
#[derive(Debug, Default)]
pub struct Identities {
    pins: BTreeMap<Arc<str>, Pin>,
    met: Mutex<BTreeMap<Uid, Arc<str>>>,
}

/// What the fleet says of one cluster.
#[derive(Clone, Debug)]
struct Pin {
    uid: Option<Uid>,
    at: Span,
}

impl Identities {
    /// Those of a fleet.
    pub fn of(clusters: &[Cluster]) -> Self {
        let pin =
            |cluster: &Cluster| Pin { uid: cluster.uid.as_deref().and_then(Uid::parse), at: cluster.span };
        Self {
            pins: clusters.iter().map(|cluster| (cluster.name.clone(), pin(cluster))).collect(),
            met: Mutex::default(),
        }
    }

    /// The same without the UID of one cluster: what a new one is to be pinned for.
    pub fn without(mut self, cluster: &str) -> Self {
        if let Some(pin) = self.pins.get_mut(cluster) {
            pin.uid = None;
        }
        self
    }

    /// The names of the clusters.
    pub(super) fn names(&self) -> BTreeSet<Arc<str>> {
        self.pins.keys().cloned().collect()
    }

    /// The UID that is pinned for a cluster.
    pub fn pinned(&self, cluster: &str) -> Option<&Uid> {
        self.pins.get(cluster).and_then(|pin| pin.uid.as_ref())
    }

    /// Holds what was found against what the fleet says; `true` if it is what is pinned, `false` if nothing is.
    pub(super) fn check(&self, target: &Target, found: &Uid) -> Result<bool, Box<Mismatch>> {
        let at = self.pins.get(&target.cluster).map(|pin| pin.at);
        let mismatch = |kind| Box::new(Mismatch { target: target.clone(), found: found.clone(), at, kind });
        let pinned = self.pinned(&target.cluster);
        if let Some(pinned) = pinned.filter(|pinned| *pinned != found) {
            let owner = self.pins.iter().find(|(_, pin)| pin.uid.as_ref() == Some(found));
            let owner = owner.map(|(name, _)| name.clone());
            return Err(mismatch(MismatchKind::Other { pinned: pinned.clone(), owner }));
        }
        let other =
            self.pins.iter().find(|(name, pin)| **name != target.cluster && pin.uid.as_ref() == Some(found));
        if let Some((name, pin)) = other {
            return Err(mismatch(MismatchKind::Twice { other: name.clone(), other_at: Some(pin.at) }));
        }
        let mut met = self.met.lock().unwrap_or_else(PoisonError::into_inner);
        let first = met.entry(found.clone()).or_insert_with(|| target.cluster.clone()).clone();
        if first == target.cluster {
            return Ok(pinned.is_some());
        }
        let other_at = self.pins.get(&first).map(|pin| pin.at);
        Err(mismatch(MismatchKind::Twice { other: first, other_at }))
    }
}

/// A server that is another cluster than the fleet says.
#[derive(Clone, Debug)]
pub struct Mismatch {
    /// Who was asked.
    pub target: Target,
    /// Which cluster it is.
    pub found: Uid,
    /// What is wrong with that.
    pub kind: MismatchKind,
    at: Option<Span>,
}

/// What is wrong with the UID of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MismatchKind {
    /// Another one is pinned.
    Other {
        /// Which.
        pinned: Uid,
        /// The cluster of the fleet that it really is, if it is one.
        owner: Option<Arc<str>>,
    },
    /// It is that of another cluster of the fleet too.
    Twice {
        /// Which.
        other: Arc<str>,
        /// Where that is defined.
        other_at: Option<Span>,
    },
}

impl Mismatch {
    /// The problem as it is told.
    pub fn diagnostic(&self) -> Diagnostic {
        let Self { target, found, kind, at } = self;
        let cluster = &target.cluster;
        let place = |problem: Diagnostic, at: Option<Span>, text: &str| match at {
            Some(at) => problem.at(at, text),
            None => problem,
        };
        match kind {
            MismatchKind::Other { pinned, owner } => {
                let problem = Diagnostic::error(
                    codes::WRONG_CLUSTER,
                    format!("cluster \"{cluster}\" is not the one that answers"),
                );
                let problem = place(problem, *at, "defined here")
                    .on(cluster.clone())
                    .note(format!("pinned is the UID {pinned}, found was {found}"))
                    .note(target.to_string())
                    .note("nothing was sent but the question for its UID");
                match owner {
                    Some(owner) => problem
                        .note(format!("what answers is the fleet's cluster \"{owner}\""))
                        .help(format!("give cluster \"{cluster}\" its own context, or map it with --context {cluster}=CONTEXT")),
                    None => problem.help(format!(
                        "if the cluster was built anew: fleetwright trust --cluster {cluster} --replace {pinned}"
                    )),
                }
            }
            MismatchKind::Twice { other, other_at } => {
                let problem = Diagnostic::error(
                    codes::ONE_CLUSTER,
                    format!("clusters \"{other}\" and \"{cluster}\" of the fleet are one cluster"),
                );
                let problem = place(problem, *at, "this one");
                place(problem, *other_at, "and this one")
                    .on(cluster.clone())
                    .note(format!("both have the UID {found}"))
                    .note(target.to_string())
                    .help("give each cluster a context of its own, or take one of the two out")
            }
        }
    }
}
