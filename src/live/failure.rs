//! Why there is no proven connection.

use super::identity::Mismatch;
use super::unknown::Unknown;
use crate::diagnostic::Diagnostic;

/// Why there is no proven connection.
#[derive(Clone, Debug)]
pub enum Failure {
    /// The kubeconfig or the environment is wrong; nothing was sent.
    Wrong(Box<Diagnostic>),
    /// The server could not be asked; what it is stays unknown.
    Unknown(Box<Unknown>),
    /// It is not to be talked to; nothing was sent to it.
    Refused(Box<Diagnostic>),
    /// It is another cluster than the fleet says; nothing was sent to it but the question who it is.
    Mismatch(Box<Mismatch>),
}

impl Failure {
    /// The problem as it is told.
    pub fn diagnostic(&self) -> Diagnostic {
        match self {
            Self::Wrong(problem) | Self::Refused(problem) => (**problem).clone(),
            Self::Unknown(unknown) => unknown.diagnostic(),
            Self::Mismatch(mismatch) => mismatch.diagnostic(),
        }
    }
}

impl From<Unknown> for Failure {
    fn from(unknown: Unknown) -> Self {
        Self::Unknown(Box::new(unknown))
    }
}
