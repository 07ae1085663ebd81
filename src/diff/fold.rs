//! The same on many clusters, told once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The names of clusters.
pub type Clusters = BTreeSet<Arc<str>>;

/// What several clusters have under one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folded<K, T> {
    /// The key.
    pub key: K,
    /// What is there, each value once: what most clusters have first, of equally many the one of the first cluster.
    pub variants: Vec<Variant<T>>,
}

/// A value, and who has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant<T> {
    /// The value.
    pub value: T,
    /// The clusters that have it; never empty.
    pub clusters: Clusters,
}

/// What clusters have, each key once and in the order in which the keys first come. A key that comes twice on one
/// cluster with two values has that cluster in both.
pub fn fold<K: Ord + Clone, T: PartialEq>(
    clusters: impl IntoIterator<Item = (Arc<str>, Vec<(K, T)>)>,
) -> Vec<Folded<K, T>> {
    let mut all: Vec<Folded<K, T>> = Vec::new();
    let mut places: BTreeMap<K, usize> = BTreeMap::new();
    for (cluster, entries) in clusters {
        for (key, value) in entries {
            let place = *places.entry(key.clone()).or_insert(all.len());
            let Some(folded) = all.get_mut(place) else {
                let clusters = Clusters::from([Arc::clone(&cluster)]);
                all.push(Folded { key, variants: vec![Variant { value, clusters }] });
                continue;
            };
            match folded.variants.iter_mut().find(|variant| variant.value == value) {
                Some(variant) => drop(variant.clusters.insert(Arc::clone(&cluster))),
                None => {
                    folded.variants.push(Variant { value, clusters: Clusters::from([Arc::clone(&cluster)]) })
                }
            }
        }
    }
    for folded in &mut all {
        folded.variants.sort_by(|a, b| by_size(&a.clusters, &b.clusters));
    }
    all
}

/// Larger sets first; of equally large ones the one whose clusters come first.
pub fn by_size(a: &Clusters, b: &Clusters) -> std::cmp::Ordering {
    b.len().cmp(&a.len()).then_with(|| a.cmp(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_the_same_is_told_once_and_exceptions_after_it() {
        let cluster = |name: &str, entries: &[(&'static str, u8)]| (Arc::from(name), entries.to_vec());
        let folded = fold([
            cluster("d", &[("web", 2), ("db", 1)]),
            cluster("b", &[("cache", 1), ("web", 1)]),
            cluster("a", &[("web", 1)]),
            cluster("c", &[("web", 3), ("db", 4)]),
            cluster("e", &[]),
        ]);
        let text: Vec<String> = folded
            .iter()
            .map(|folded| {
                let variants = folded.variants.iter().map(|variant| {
                    let names: Vec<&str> = variant.clusters.iter().map(|name| &**name).collect();
                    format!(" {}@{}", variant.value, names.join("+"))
                });
                format!("{}:{}", folded.key, variants.collect::<String>())
            })
            .collect();
        assert_eq!(text, ["web: 1@a+b 3@c 2@d", "db: 4@c 1@d", "cache: 1@b"]);
    }

    #[test]
    fn two_values_of_one_key_are_both_kept() {
        let folded = fold([(Arc::from("a"), vec![("x", 1), ("x", 2), ("x", 1)])]);
        let values: Vec<u8> = folded[0].variants.iter().map(|variant| variant.value).collect();
        assert_eq!((folded.len(), values), (1, vec![1, 2]));
    }
}
