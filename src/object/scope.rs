//! Whether objects of a kind live in a namespace.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Where objects of a kind live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// In a namespace.
    Namespaced,
    /// In the cluster as a whole.
    Cluster,
}

/// The kinds that are known, one a line: scope, group (`core` for the empty one), kind.
const TABLE: &str = include_str!("scopes.txt");

/// By kind and group: kinds differ sooner.
static SCOPES: LazyLock<BTreeMap<(&'static str, &'static str), Scope>> = LazyLock::new(|| {
    TABLE.lines().filter_map(line).map(|(group, kind, scope)| ((kind, group), scope)).collect()
});

/// Where objects of this kind live; none if the kind is not known.
pub fn scope(group: &str, kind: &str) -> Option<Scope> {
    SCOPES.get(&(kind, group)).copied()
}

fn line(line: &'static str) -> Option<(&'static str, &'static str, Scope)> {
    let mut words = line.split_whitespace();
    let scope = match words.next()? {
        "namespaced" => Scope::Namespaced,
        "cluster" => Scope::Cluster,
        _ => return None,
    };
    let group = words.next()?;
    Some((if group == "core" { "" } else { group }, words.next()?, scope))
}
