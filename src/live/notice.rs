//! What is worth telling while a server is being talked to.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Takes every [`Notice`] as it comes; may be called from any task.
pub type Tell = Arc<dyn Fn(Notice) + Send + Sync>;

/// Something that happened on the way, and that stopped nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The cluster of the fleet.
    pub cluster: Arc<str>,
    /// What happened.
    pub event: Event,
}

/// What can happen on the way. No text of it holds a secret that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The server sent a `Warning` header: what was asked for is deprecated, or will not do what it seems to.
    Warning(String),
    /// A read failed and is tried again.
    Retry {
        /// What was asked for, as in `GET /version`.
        asked: String,
        /// Why it failed.
        reason: String,
        /// Which try failed, from 1.
        attempt: u32,
        /// How many tries there are.
        attempts: u32,
        /// How long is waited before the next.
        wait: Duration,
    },
    /// A part of a record that is no longer in use could not be deleted. The next that is written does so.
    Leftover {
        /// The Secret.
        secret: String,
        /// Why.
        reason: String,
    },
    /// What the credential plugin wrote to stderr.
    Plugin(String),
    /// Nothing proves who answers, as the command line allows.
    Insecure,
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.cluster, self.event)
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Warning(text) => write!(f, "warning of the server: {text}"),
            Self::Retry { asked, reason, attempt, attempts, wait } => {
                let (next, wait) = (attempt + 1, seconds(*wait));
                write!(f, "{asked}: {reason}; try {next} of {attempts} in {wait}")
            }
            Self::Leftover { secret, reason } => {
                write!(f, "the Secret {secret}, an old part of the record, stays: {reason}")
            }
            Self::Plugin(line) => write!(f, "credential plugin: {line}"),
            Self::Insecure => {
                f.write_str("the server's identity is NOT protected: anybody could be answering")
            }
        }
    }
}

/// What others wrote, on one line: control characters are written out.
pub(super) fn legible(text: &str) -> String {
    let mut legible = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            control if control.is_control() => legible.extend(control.escape_default()),
            other => legible.push(other),
        }
    }
    legible
}

/// A duration as messages show it.
pub(super) fn seconds(duration: Duration) -> String {
    match duration.as_millis() {
        millis if millis % 1000 == 0 => format!("{}s", millis / 1000),
        millis => format!("{millis}ms"),
    }
}
