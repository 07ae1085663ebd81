//! Asking one cluster, for so long at the most, and why there may be no answer.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use super::runtime::block_on;
use super::settings::Connect;
use super::status::ExitStatus;
use super::{codes, connect};
use crate::diagnostic::Diagnostic;
use crate::live::Failure;

/// How many times the patience with silence all questions to one cluster may take.
const WHOLE_CLUSTER: u32 = 20;

/// Why a cluster gave no answer.
#[derive(Debug)]
pub enum Failed {
    /// It was not asked, or did not answer.
    Cluster(Failure),
    /// It answered, and was not done with it within this time.
    Late(Duration),
    /// This machine has no way to wait for a server.
    Machine(io::Error),
}

/// Asks a cluster, on this thread.
///
/// # Errors
/// If there is no answer, or not within the time that all of a cluster may take.
pub fn ask<T>(how: &Connect, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failed> {
    block_on(within(how, work)).unwrap_or_else(|error| Err(Failed::Machine(error)))
}

/// The same of work that waits on purpose, for at most so much longer.
///
/// # Errors
/// As [`ask`].
pub fn ask_longer<T>(
    how: &Connect,
    more: Duration,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failed> {
    let limit = whole(how).saturating_add(more);
    block_on(limited(limit, work)).unwrap_or_else(|error| Err(Failed::Machine(error)))
}

fn whole(how: &Connect) -> Duration {
    how.patience.saturating_mul(WHOLE_CLUSTER)
}

/// As [`ask`], within a runtime.
///
/// # Errors
/// If there is no answer, or not within the time that all of a cluster may take.
pub async fn within<T>(how: &Connect, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failed> {
    limited(whole(how), work).await
}

async fn limited<T>(limit: Duration, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failed> {
    match timeout(limit, work).await {
        Ok(answer) => answer.map_err(Failed::Cluster),
        Err(_) => Err(Failed::Late(limit)),
    }
}

impl Failed {
    /// The problem as it is told.
    pub fn diagnostic(&self, cluster: &Arc<str>) -> Diagnostic {
        match self {
            Self::Cluster(failure) => failure.diagnostic(),
            Self::Late(limit) => {
                let message = format!("cluster \"{cluster}\" could not be read within {}s", limit.as_secs());
                let problem = Diagnostic::error(codes::LATE, message).on(Arc::clone(cluster));
                problem
                    .help("run it again, for this cluster alone; --request-timeout raises the limit with it")
            }
            Self::Machine(error) => {
                let message = format!("the system gives no way to wait for a server: {error}");
                Diagnostic::error(codes::MACHINE, message).on(Arc::clone(cluster))
            }
        }
    }

    /// Why, in a phrase.
    pub fn phrase(&self, cluster: &Arc<str>) -> String {
        match self {
            Self::Cluster(Failure::Unknown(unknown)) => unknown.phrase(),
            Self::Cluster(Failure::Wrong(_) | Failure::Refused(_) | Failure::Mismatch(_))
            | Self::Late(_)
            | Self::Machine(_) => self.diagnostic(cluster).message,
        }
    }

    /// How a run ends that only reads.
    pub fn status(&self) -> ExitStatus {
        match self {
            Self::Cluster(failure) => connect::status(failure),
            Self::Late(_) => ExitStatus::Unknown,
            Self::Machine(_) => ExitStatus::Machine,
        }
    }

    /// How a run ends that would have changed the cluster: what it cannot read, it refuses to change.
    pub fn refusal(&self) -> ExitStatus {
        match self.status() {
            ExitStatus::Unknown => ExitStatus::Refused,
            other => other,
        }
    }
}
