//! What keeps a value from being an object.

use super::name::InvalidName;

/// Why a value is no Kubernetes object. [`Malformed::path`] gives the field at fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// No map at all.
    #[error("expected an object, got {found}")]
    NotAMap {
        /// What it is, such as `a list`.
        found: &'static str,
    },
    /// A field that every object has is not there, or is null.
    #[error("{} is missing", dotted(.path))]
    Missing {
        /// The field.
        path: Vec<String>,
    },
    /// A field that is empty.
    #[error("{} is empty", dotted(.path))]
    Empty {
        /// The field.
        path: Vec<String>,
    },
    /// A field of another type than Kubernetes knows.
    #[error("{} must be {expected}, got {found}", dotted(.path))]
    Type {
        /// The field.
        path: Vec<String>,
        /// What it has to be, such as `a string`.
        expected: &'static str,
        /// What it is.
        found: &'static str,
    },
    /// An `apiVersion` that is neither `VERSION` nor `GROUP/VERSION`.
    #[error("apiVersion \"{}\" is neither VERSION nor GROUP/VERSION", .found.escape_debug())]
    ApiVersion {
        /// The text.
        found: String,
    },
    /// `generateName` in place of a name.
    #[error("metadata.generateName gives an object another name each time; give it a metadata.name")]
    GenerateName,
    /// A name or namespace that no object can have.
    #[error("{}: {}", dotted(.path), .invalid.finding())]
    Name {
        /// The field.
        path: Vec<String>,
        /// What is wrong with it.
        invalid: InvalidName,
    },
    /// A `List`, which holds objects and is none itself.
    #[error("kind {kind} is a list of objects, not an object")]
    List {
        /// Its kind, such as `List` or `ConfigMapList`.
        kind: String,
    },
}

impl Malformed {
    /// The keys that lead to the field at fault; of a field that is missing, the keys it would have.
    pub fn path(&self) -> Vec<&str> {
        match self {
            Self::NotAMap { .. } => Vec::new(),
            Self::Missing { path }
            | Self::Empty { path }
            | Self::Type { path, .. }
            | Self::Name { path, .. } => path.iter().map(String::as_str).collect(),
            Self::ApiVersion { .. } => vec!["apiVersion"],
            Self::GenerateName => vec!["metadata", "generateName"],
            Self::List { .. } => vec!["kind"],
        }
    }
}

/// The path as a person writes it: `metadata.labels["app.kubernetes.io/name"]`.
fn dotted(path: &[String]) -> String {
    let mut text = String::new();
    for part in path {
        if part.is_empty() || part.contains(|c: char| !c.is_ascii_alphanumeric()) {
            text.push_str(&format!("[\"{}\"]", part.escape_debug()));
        } else {
            if !text.is_empty() {
                text.push('.');
            }
            text.push_str(part);
        }
    }
    text
}
