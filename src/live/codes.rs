//! The codes of what stands between fleetwright and an API server.

use crate::diagnostic::Code;

/// There is no kubeconfig where it was looked for.
pub const NO_KUBECONFIG: Code = Code::new("L001");
/// A kubeconfig that cannot be read from disk.
pub const UNREADABLE: Code = Code::new("L002");
/// A kubeconfig that is not YAML.
pub const SYNTAX: Code = Code::new("L003");
/// A kubeconfig that is no `Config`, or has something of the wrong type in it.
pub const FORM: Code = Code::new("L004");
/// No context of this name.
pub const NO_CONTEXT: Code = Code::new("L005");
/// A context that names a cluster or user that is not there.
pub const DANGLING: Code = Code::new("L006");
/// The address of a server or proxy that cannot be used.
pub const ADDRESS: Code = Code::new("L007");
/// A certificate or key that cannot be used.
pub const CERTIFICATE: Code = Code::new("L008");
/// Credentials that contradict one another or are not complete.
pub const USER: Code = Code::new("L009");
/// A credential plugin that cannot be run as it is configured.
pub const PLUGIN: Code = Code::new("L010");
/// A certificate that is not to be checked.
pub const INSECURE: Code = Code::new("L011");
/// A proxy of the environment that cannot be used.
pub const PROXY: Code = Code::new("L012");
/// No connection: nothing answers at the address.
pub const UNREACHABLE: Code = Code::new("L020");
/// The server, or this client, does not trust the other's certificate.
pub const TLS: Code = Code::new("L021");
/// No credentials could be had.
pub const CREDENTIALS: Code = Code::new("L022");
/// The server does not know who asks.
pub const UNAUTHENTICATED: Code = Code::new("L023");
/// The server does not let the user read this.
pub const FORBIDDEN: Code = Code::new("L024");
/// No answer in time.
pub const TIMEOUT: Code = Code::new("L025");
/// The connection broke in the middle of an answer.
pub const BROKEN: Code = Code::new("L026");
/// An answer that is none of an API server, or too long.
pub const ANSWER: Code = Code::new("L027");
/// The server answered that it could not.
pub const SERVER: Code = Code::new("L028");
/// The server does not know a part of what it serves.
pub const STALE: Code = Code::new("L029");
/// A kind of which a server keeps no objects.
pub const UNLISTED: Code = Code::new("L033");
/// Another cluster than the one that is pinned.
pub const WRONG_CLUSTER: Code = Code::new("L030");
/// Two entries of the fleet are one cluster.
pub const ONE_CLUSTER: Code = Code::new("L031");
/// A cluster whose UID is not pinned.
pub const NOT_PINNED: Code = Code::new("L032");
/// A record that cannot be read as one.
pub const DAMAGED: Code = Code::new("L040");
/// A record that is of something else than this fleet's cluster.
pub const NOT_OURS: Code = Code::new("L041");
/// A record that cannot be written.
pub const UNWRITTEN: Code = Code::new("L042");
/// A record that somebody else has written since it was read.
pub const OVERTAKEN: Code = Code::new("L043");
/// A policy of a server that mutates objects by what other objects say.
pub const PARAMETERS: Code = Code::new("L034");
/// A namespace for the record that cannot be made, or is being deleted.
pub const NO_NAMESPACE: Code = Code::new("L044");
/// A lock that another run holds.
pub const LOCKED: Code = Code::new("L045");
/// A lock that cannot be taken or given back.
pub const UNLOCKED: Code = Code::new("L046");
