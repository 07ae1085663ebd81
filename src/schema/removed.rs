//! Versions of built-in kinds that Kubernetes has stopped serving.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::kind::GroupVersionKind;

/// One version of a kind a line: the release that no longer serves it, the version, the kind, and what to use
/// in its place, or `-`. From the *Deprecated API Migration Guide* of the Kubernetes documentation.
const TABLE: &str = include_str!("removed.txt");

/// That a version of a kind is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Removed {
    /// The minor release of Kubernetes 1 that serves it no longer.
    pub minor: u32,
    /// The `apiVersion` to use in its place, if there is one.
    pub replacement: Option<&'static str>,
}

static REMOVED: LazyLock<BTreeMap<(&'static str, &'static str), Removed>> =
    LazyLock::new(|| TABLE.lines().filter_map(line).collect());

fn line(line: &'static str) -> Option<((&'static str, &'static str), Removed)> {
    let words: Vec<&str> = line.split_whitespace().collect();
    match words.as_slice() {
        [release, version, kind, replacement] => {
            let minor = release.strip_prefix("1.")?.parse().ok()?;
            let replacement = Some(*replacement).filter(|replacement| *replacement != "-");
            Some(((*version, *kind), Removed { minor, replacement }))
        }
        _ => None,
    }
}

/// When Kubernetes stopped serving this version of a kind, if it did.
pub fn removed(kind: &GroupVersionKind) -> Option<Removed> {
    REMOVED.get(&(kind.api_version().as_str(), kind.kind.as_str())).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_one() {
        for text in TABLE.lines().filter(|line| !line.starts_with('#')) {
            assert!(line(text).is_some(), "{text}");
        }
        let kind = GroupVersionKind::parse("extensions/v1beta1 Ingress").unwrap();
        let expected = Removed { minor: 22, replacement: Some("networking.k8s.io/v1") };
        assert_eq!(removed(&kind), Some(expected));
    }
}
