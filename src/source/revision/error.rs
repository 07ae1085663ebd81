//! Why a revision cannot be read at all.

/// Why a revision cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum RevisionError {
    /// No `.git` at the folder or above it.
    #[error(
        "no git repository at {path} or above it, so there is no revision \"{}\"",
        revision.escape_debug()
    )]
    NoRepository {
        /// The folder.
        path: String,
        /// The revision that was asked for.
        revision: String,
    },
    /// Git's own rule (CVE-2022-24765): what another user set up is not trusted.
    #[error("the git repository {path} belongs to another user, so no revision of it is read")]
    Owner {
        /// The folder that holds `.git`.
        path: String,
    },
    /// There is no such revision.
    #[error("the repository has no revision \"{}\"", revision.escape_debug())]
    Unknown {
        /// The revision that was asked for.
        revision: String,
        /// The local branches, sorted.
        branches: Vec<String>,
        /// The tags and the branches of remotes, sorted.
        others: Vec<String>,
        /// Whether old commits are missing from this clone.
        shallow: bool,
    },
    /// The first digits of several objects.
    #[error("the revision \"{}\" is not clear: several objects begin with it", revision.escape_debug())]
    Ambiguous {
        /// The revision that was asked for.
        revision: String,
    },
    /// Something else than a commit.
    #[error("\"{}\" is not a commit but a {found}", revision.escape_debug())]
    NotACommit {
        /// The revision that was asked for.
        revision: String,
        /// What it is: `tree`, `blob`.
        found: &'static str,
    },
    /// Not in the form of a revision.
    #[error("\"{}\" is no revision: {}", revision.escape_debug(), reason.escape_debug())]
    Form {
        /// The revision that was asked for.
        revision: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The path of the fleet cannot lie in a repository.
    #[error("{path}: {reason}")]
    Path {
        /// The path.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The repository is damaged, or of a format that is not known here.
    #[error("the git repository {path} cannot be read: {}", reason.escape_debug())]
    Unreadable {
        /// The folder that holds `.git`.
        path: String,
        /// The words of libgit2.
        reason: String,
    },
}
