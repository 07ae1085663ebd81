//! An object as people name it: `Deployment/storefront`, with its namespace and the group of its kind where that is
//! needed.

use std::fmt;
use std::sync::Arc;

use super::name::{dns_label, dns_subdomain, object_name};
use super::reference::ObjectRef;

/// The name of an object: `KIND/NAME` or `NAMESPACE/KIND/NAME`, where KIND may be `KIND.GROUP`. Displayed as it is
/// written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Named {
    /// The group of its kind; any if none is given.
    pub group: Option<Arc<str>>,
    /// Its kind.
    pub kind: Arc<str>,
    /// Its namespace; any, or none, if none is given.
    pub namespace: Option<Arc<str>>,
    /// Its name.
    pub name: Arc<str>,
}

/// A field of an object that may be taken from its manager: `OBJECT:PATH`. Displayed as it is written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TakeOver {
    /// The object.
    pub object: Named,
    /// The field, as a diff writes it: `spec.replicas`, `spec.template.spec.containers[name=main].image`. What lies
    /// below it is meant too.
    pub path: String,
}

/// Why a text names no object, or no field of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadName {
    /// Not two or three parts.
    #[error("it is not KIND/NAME or NAMESPACE/KIND/NAME")]
    Parts,
    /// The kind is none.
    #[error("its kind is not KIND or KIND.GROUP, as Deployment or Gateway.networking.istio.io")]
    Kind,
    /// The namespace is none.
    #[error("its namespace is no DNS label")]
    Namespace,
    /// The name is none.
    #[error("its name is no name of an object")]
    Name,
    /// No path.
    #[error("it is not OBJECT:PATH")]
    NoPath,
    /// The path is none.
    #[error("its path is not written as a diff writes it, as spec.template.spec.containers[name=main].image")]
    Path,
}

/// A kind as people name it: `KIND`, or `KIND.GROUP`.
///
/// # Errors
/// If it is none.
pub fn kind_and_group(text: &str) -> Result<(&str, Option<&str>), BadName> {
    let (kind, group) = match text.split_once('.') {
        Some((kind, group)) => (kind, Some(group)),
        None => (text, None),
    };
    let begins = kind.starts_with(|first: char| first.is_ascii_alphabetic());
    let is_kind = begins && kind.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !is_kind || group.is_some_and(|group| dns_subdomain(group).is_err()) {
        return Err(BadName::Kind);
    }
    Ok((kind, group))
}

impl Named {
    /// The one that is written so.
    ///
    /// # Errors
    /// If it names no object.
    pub fn parse(text: &str) -> Result<Self, BadName> {
        let parts: Vec<&str> = text.split('/').collect();
        let (namespace, kind, name) = match parts.as_slice() {
            [kind, name] => (None, *kind, *name),
            [namespace, kind, name] => (Some(*namespace), *kind, *name),
            _ => return Err(BadName::Parts),
        };
        let (kind, group) = kind_and_group(kind)?;
        if namespace.is_some_and(|namespace| dns_label(namespace).is_err()) {
            return Err(BadName::Namespace);
        }
        object_name(name).map_err(|_| BadName::Name)?;
        Ok(Self {
            group: group.map(Arc::from),
            kind: Arc::from(kind),
            namespace: namespace.map(Arc::from),
            name: Arc::from(name),
        })
    }

    /// Whether it names this object. Where it gives no group or namespace, that of the object does not matter.
    pub fn matches(&self, object: &ObjectRef) -> bool {
        self.kind == object.kind
            && self.name == object.name
            && self.group.as_ref().is_none_or(|group| *group == object.group)
            && self.namespace.as_ref().is_none_or(|namespace| object.namespace.as_ref() == Some(namespace))
    }
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { group, kind, namespace, name } = self;
        if let Some(namespace) = namespace {
            write!(f, "{namespace}/")?;
        }
        f.write_str(kind)?;
        if let Some(group) = group {
            write!(f, ".{group}")?;
        }
        write!(f, "/{name}")
    }
}

impl TakeOver {
    /// The one that is written so: `OBJECT:PATH`. Names of RBAC's objects have colons too (`ClusterRole/system:node`), and
    /// so may values in brackets: the path begins after the last colon that stands before the first bracket.
    ///
    /// # Errors
    /// If it names no field of an object.
    pub fn parse(text: &str) -> Result<Self, BadName> {
        let before = text.split_once('[').map_or(text, |(before, _)| before);
        let colon = before.rfind(':').ok_or(BadName::NoPath)?;
        let (object, path) = text.split_at(colon);
        let path = path.strip_prefix(':').unwrap_or(path);
        if !is_path(path) {
            return Err(BadName::Path);
        }
        Ok(Self { object: Named::parse(object)?, path: path.to_owned() })
    }

    /// Whether a field, as a diff writes its path, is the one that is meant or lies below it.
    pub fn covers(&self, path: &str) -> bool {
        path.strip_prefix(self.path.as_str())
            .is_some_and(|below| below.is_empty() || below.starts_with(['.', '[']))
    }
}

impl fmt::Display for TakeOver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.object, self.path)
    }
}

/// Whether a text is a path as a diff writes it: plain keys with dots between them, and brackets.
fn is_path(text: &str) -> bool {
    let mut rest = text;
    let mut is_first = true;
    while !rest.is_empty() {
        if rest.starts_with('[') {
            let Some(end) = bracket(rest) else { return false };
            rest = rest.get(end..).unwrap_or_default();
        } else {
            rest = match (is_first, rest.strip_prefix('.')) {
                (true, _) => rest,
                (false, Some(after)) => after,
                (false, None) => return false,
            };
            let after = rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_');
            if after.len() == rest.len() {
                return false;
            }
            rest = after;
        }
        is_first = false;
    }
    !is_first
}

/// Where the bracket that a text begins with is closed: the offset after it.
fn bracket(text: &str) -> Option<usize> {
    let (mut depth, mut is_quoted, mut is_escaped) = (0_usize, false, false);
    for (offset, character) in text.char_indices() {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            '[' if !is_quoted => depth += 1,
            ']' if !is_quoted => {
                depth -= 1;
                if depth == 0 {
                    return (offset > 1).then_some(offset + 1);
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_named_by_kind_namespace_and_name() {
        let object = ObjectRef {
            group: "apps".into(),
            kind: "Deployment".into(),
            namespace: Some("web".into()),
            name: "shop".into(),
        };
        for (text, means_it) in [
            ("Deployment/shop", true),
            ("web/Deployment/shop", true),
            ("Deployment.apps/shop", true),
            ("web/Deployment.apps/shop", true),
            ("api/Deployment/shop", false),
            ("Deployment.example.com/shop", false),
            ("Deployment/shop-2", false),
            ("StatefulSet/shop", false),
        ] {
            let named = Named::parse(text).unwrap();
            assert_eq!(named.matches(&object), means_it, "{text}");
            assert_eq!(named.to_string(), text);
        }
        let cluster_wide = ObjectRef { namespace: None, ..object };
        assert!(Named::parse("Deployment/shop").unwrap().matches(&cluster_wide));
        assert!(!Named::parse("web/Deployment/shop").unwrap().matches(&cluster_wide));

        for (text, why) in [
            ("", BadName::Parts),
            ("shop", BadName::Parts),
            ("a/b/c/d", BadName::Parts),
            ("/shop", BadName::Kind),
            ("Deploy ment/shop", BadName::Kind),
            ("Deployment./shop", BadName::Kind),
            ("Deployment.Apps/shop", BadName::Kind),
            ("*/shop", BadName::Kind),
            ("Web/Deployment/shop", BadName::Namespace),
            ("/Deployment/shop", BadName::Namespace),
            ("Deployment/", BadName::Name),
            ("Deployment/..", BadName::Name),
            ("Deployment/é", BadName::Name),
        ] {
            assert_eq!(Named::parse(text), Err(why), "{text}");
        }
    }

    #[test]
    fn a_field_to_take_over_covers_what_lies_below_it() {
        let covers = |written: &str, path: &str| TakeOver::parse(written).unwrap().covers(path);
        assert!(covers("Deployment/shop:spec.replicas", "spec.replicas"));
        assert!(!covers("Deployment/shop:spec.replicas", "spec.replicasMax"));
        assert!(!covers("Deployment/shop:spec.replicas", "spec"));
        assert!(covers("Deployment/shop:spec.template", "spec.template.spec.containers[name=main].image"));
        assert!(covers("Deployment/shop:spec.list", "spec.list[0]"));
        assert!(covers(
            "Service/shop:spec.ports[port=80,protocol=TCP]",
            "spec.ports[port=80,protocol=TCP].name"
        ));
        assert!(!covers("Service/shop:spec.ports[port=80]", "spec.ports[port=800]"));
        assert!(covers("ClusterRole/system:node:rules[0]", "rules[0].verbs"));
        assert!(covers(
            "ConfigMap/c:metadata.annotations[\"a.b/c:d]\"]",
            "metadata.annotations[\"a.b/c:d]\"]"
        ));
        let named = "web/Gateway.networking.istio.io/g:spec.servers[=[\"a\"]]";
        assert_eq!(TakeOver::parse(named).unwrap().to_string(), named);

        for (text, why) in [
            ("Deployment/shop", BadName::NoPath),
            ("Deployment/shop:", BadName::Path),
            ("Deployment/shop:.spec", BadName::Path),
            ("Deployment/shop:spec.", BadName::Path),
            ("Deployment/shop:spec..a", BadName::Path),
            ("Deployment/shop:spec[", BadName::Path),
            ("Deployment/shop:spec[]", BadName::Path),
            ("Deployment/shop:spec[0]a", BadName::Path),
            ("Deployment/shop:spec]", BadName::Path),
            ("shop:spec", BadName::Parts),
        ] {
            assert_eq!(TakeOver::parse(text), Err(why), "{text}");
        }
    }

    mod written {
        use proptest::prelude::*;

        use super::*;

        proptest! {
            /// What is taken is written again as it was read, and nothing panics.
            #[test]
            fn what_is_read_is_written_so(text in "[A-Za-z/:.\\[\\]\"\\\\=é0-]{0,24}") {
                if let Ok(read) = TakeOver::parse(&text) {
                    prop_assert_eq!(read.to_string(), text);
                }
            }
        }
    }
}
