//! The exit statuses: one place for all commands.

use std::process::ExitCode;

/// How a run ended. Where several clusters end differently, the first of 7, 5, 4, 3, 6, 1 counts.
///
/// | status | meaning |
/// |---|---|
/// | 0 | done, or no differences |
/// | 1 | differences found (`diff`, `render --check`) |
/// | 2 | the fleet, a template or the command line is wrong; nothing was written |
/// | 3 | a cluster could not be read completely (`diff`, `status`) |
/// | 4 | refused: lock, freeze, identity, missing evidence, stale plan, limits; nothing was written |
/// | 5 | stopped after a write: failed or partial |
/// | 6 | inconclusive: a gate could not say |
/// | 7 | this machine: disk, permissions, a defect |
/// | 130, 143 | stopped by SIGINT, by SIGTERM or SIGHUP; all but `apply` leave that to the system |
///
/// 3 to 6 belong to the commands that speak to clusters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitStatus {
    /// Done, or no differences.
    Done = 0,
    /// Differences found.
    Differences = 1,
    /// The fleet, a template or the command line is wrong.
    Wrong = 2,
    /// A cluster could not be read completely.
    Unknown = 3,
    /// Refused: nothing was written.
    Refused = 4,
    /// Stopped after a write: failed or partial.
    Partial = 5,
    /// This machine: disk, permissions, a defect.
    Machine = 7,
    /// Stopped by SIGINT.
    Interrupted = 130,
    /// Stopped by SIGTERM or SIGHUP.
    Terminated = 143,
}

impl ExitStatus {
    /// Which of two counts where clusters end differently.
    pub fn and(self, other: Self) -> Self {
        let rank = |status| match status {
            Self::Done => 0,
            Self::Differences => 1,
            Self::Unknown => 2,
            Self::Refused => 3,
            Self::Wrong => 4,
            Self::Partial => 5,
            Self::Machine => 6,
            Self::Interrupted => 7,
            Self::Terminated => 8,
        };
        if rank(other) > rank(self) { other } else { self }
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(status as u8)
    }
}
