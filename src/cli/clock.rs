//! The clock of this machine. Read here and nowhere else.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::live::Proven;

/// Now.
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// The time where a cluster is, which its record goes by: that of its API server, or of this machine until it has told.
pub fn at(cluster: &Proven) -> Timestamp {
    cluster.time().unwrap_or_else(now)
}

/// Measures how long something takes.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// From now on.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// How long since.
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}
