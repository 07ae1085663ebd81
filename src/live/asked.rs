//! What is asked of a server, as messages say it.

use std::fmt;

/// What is asked of a server. Displayed as `GET /apis/apps/v1/deployments`, without the query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The verb.
    pub verb: Verb,
    /// The path.
    pub path: String,
}

/// The verbs of Kubernetes, as roles name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Reads one thing.
    Get,
    /// Reads all of a kind.
    List,
    /// Makes an object.
    Create,
    /// Replaces an object.
    Update,
    /// Asks what would become of an object, by a dry run of a patch.
    Patch,
    /// Changes an object, or makes it, by server-side apply.
    Apply,
    /// Changes who owns the fields of an object, and nothing else of it.
    Migrate,
    /// Asks what the user may do: a `SelfSubjectAccessReview`, which is created and of which nothing is kept.
    Review,
    /// Deletes an object.
    Delete,
}

impl Verb {
    /// Its name in a role.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::List => "list",
            Self::Create | Self::Review => "create",
            Self::Update => "update",
            Self::Patch | Self::Apply | Self::Migrate => "patch",
            Self::Delete => "delete",
        }
    }

    /// The method of HTTP.
    pub(super) fn method(self) -> http::Method {
        match self {
            Self::Get | Self::List => http::Method::GET,
            Self::Create | Self::Review => http::Method::POST,
            Self::Update => http::Method::PUT,
            Self::Patch | Self::Apply | Self::Migrate => http::Method::PATCH,
            Self::Delete => http::Method::DELETE,
        }
    }

    /// Whether something would be another afterwards.
    pub fn is_write(self) -> bool {
        match self {
            Self::Get | Self::List | Self::Patch | Self::Review => false,
            Self::Create | Self::Update | Self::Apply | Self::Migrate | Self::Delete => true,
        }
    }
}

impl Asked {
    /// To read what is at a path.
    pub(super) fn get(path: &str) -> Self {
        Self { verb: Verb::Get, path: path.to_owned() }
    }
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.verb.method(), self.path)
    }
}
