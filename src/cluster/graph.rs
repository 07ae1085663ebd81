//! Names that refer to names: an order in which none comes before what it refers to, or the cycles.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic, Span};

/// What each name refers to, and where it says so.
pub type Graph = BTreeMap<Arc<str>, Vec<(Arc<str>, Span)>>;

/// A cycle: each name, with the place where it refers to the next; the last refers to the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cycle(pub Vec<(Arc<str>, Span)>);

/// The names in an order in which none comes before what it refers to. Names on a cycle, and those that refer
/// to one, are left out; each cycle is told once. Names that the graph does not hold are passed over.
pub fn order(graph: &Graph) -> (Vec<Arc<str>>, Vec<Cycle>) {
    let mut ordered: Vec<Arc<str>> = Vec::with_capacity(graph.len());
    let mut waits: BTreeMap<&str, usize> = BTreeMap::new();
    let mut users: BTreeMap<&str, Vec<&Arc<str>>> = BTreeMap::new();
    for (name, uses) in graph {
        let known: BTreeSet<&str> =
            uses.iter().map(|(used, _)| &**used).filter(|used| graph.contains_key(*used)).collect();
        waits.insert(name, known.len());
        known.into_iter().for_each(|used| users.entry(used).or_default().push(name));
    }
    // Kahn's algorithm; of the names that are ready the least comes first, so that the order is one alone.
    let mut ready: BTreeSet<&Arc<str>> =
        graph.keys().filter(|name| waits.get(&***name) == Some(&0)).collect();
    while let Some(name) = ready.pop_first() {
        ordered.push(name.clone());
        for user in users.get(&**name).into_iter().flatten() {
            if let Some(left) = waits.get_mut(&***user) {
                *left = left.saturating_sub(1);
                if *left == 0 {
                    ready.insert(user);
                }
            }
        }
    }
    let done: BTreeSet<&str> = ordered.iter().map(|name| &**name).collect();
    let stuck: BTreeSet<&str> =
        graph.keys().map(|name| &**name).filter(|name| !done.contains(name)).collect();
    let cycles = cycles(graph, &stuck);
    (ordered, cycles)
}

/// Every stuck name leads, by its first stuck reference, to a cycle.
fn cycles(graph: &Graph, stuck: &BTreeSet<&str>) -> Vec<Cycle> {
    let next = |name: &str| {
        graph.get(name).and_then(|uses| uses.iter().find(|(used, _)| stuck.contains(&**used))).cloned()
    };
    let mut told: BTreeSet<Arc<str>> = BTreeSet::new();
    let mut cycles = Vec::new();
    for start in stuck {
        let mut walked: Vec<(Arc<str>, Span)> = Vec::new();
        let mut at: Arc<str> = Arc::from(*start);
        while let Some((used, span)) = next(&at) {
            if told.contains(&at) {
                break;
            }
            if let Some(begin) = walked.iter().position(|(name, _)| *name == at) {
                let cycle = walked.split_off(begin);
                told.extend(cycle.iter().map(|(name, _)| name.clone()));
                cycles.push(Cycle(cycle));
                break;
            }
            walked.push((at, span));
            at = used;
        }
        told.extend(walked.into_iter().map(|(name, _)| name));
    }
    cycles
}

/// The names that each name reaches.
pub fn reach(graph: &Graph) -> BTreeMap<Arc<str>, BTreeSet<Arc<str>>> {
    let from = |name: &Arc<str>| {
        let mut reached = BTreeSet::new();
        let mut waiting = vec![name.clone()];
        while let Some(name) = waiting.pop() {
            for (used, _) in graph.get(&name).into_iter().flatten() {
                if reached.insert(used.clone()) {
                    waiting.push(used.clone());
                }
            }
        }
        reached
    };
    graph.keys().map(|name| (name.clone(), from(name))).collect()
}

impl Cycle {
    /// The error that tells it: `what` is `local`, `profile`, …; `how` says how one refers to the next.
    pub fn problem(&self, code: Code, what: &str, how: &str) -> Diagnostic {
        const SHOWN: usize = 8;
        let names: Vec<&str> = self.0.iter().map(|(name, _)| &**name).collect();
        let first = names.first().copied().unwrap_or("");
        let message = match names.len() {
            1 => format!("{what} \"{first}\" {how} itself"),
            _ => format!("{what} \"{first}\" {how} itself, through {} others", names.len() - 1),
        };
        let mut path = names.iter().take(SHOWN).copied().collect::<Vec<_>>().join(" → ");
        if names.len() > SHOWN {
            path.push_str(&format!(" → … {} more", names.len() - SHOWN));
        }
        let mut problem = Diagnostic::error(code, message.replace("through 1 others", "through one other"));
        for (index, (name, span)) in self.0.iter().take(SHOWN).enumerate() {
            let to = names.get(index + 1).copied().unwrap_or(first);
            problem = problem.at(*span, format!("\"{name}\" {how} \"{to}\""));
        }
        problem.note(format!("the cycle: {path} → {first}")).help("take out one of these references")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::SourceMap;

    fn graph(edges: &[(&str, &[&str])]) -> Graph {
        let span = Span::new(SourceMap::default().add("x", ""), 0..0);
        edges
            .iter()
            .map(|(name, uses)| {
                (Arc::from(*name), uses.iter().map(|used| (Arc::from(*used), span)).collect())
            })
            .collect()
    }

    fn names(cycle: &Cycle) -> Vec<&str> {
        cycle.0.iter().map(|(name, _)| &**name).collect()
    }

    #[test]
    fn what_is_referred_to_comes_first() {
        let (ordered, cycles) = order(&graph(&[("a", &["b", "c"]), ("b", &["c"]), ("c", &["nowhere"])]));
        assert_eq!(ordered.iter().map(|name| &**name).collect::<Vec<_>>(), ["c", "b", "a"]);
        assert_eq!(cycles, []);
    }

    #[test]
    fn each_cycle_is_told_once() {
        let (ordered, cycles) =
            order(&graph(&[("a", &["b"]), ("b", &["a"]), ("c", &["a"]), ("d", &["d"]), ("e", &[])]));
        assert_eq!(ordered.iter().map(|name| &**name).collect::<Vec<_>>(), ["e"]);
        assert_eq!(cycles.iter().map(names).collect::<Vec<_>>(), [vec!["a", "b"], vec!["d"]]);
    }

    #[test]
    fn a_long_cycle_is_found_without_recursion() {
        let ring: Vec<String> = (0..5_000).map(|n| format!("n{n:04}")).collect();
        let span = Span::new(SourceMap::default().add("x", ""), 0..0);
        let graph: Graph = ring
            .iter()
            .zip(ring.iter().cycle().skip(1))
            .map(|(name, used)| (Arc::from(name.as_str()), vec![(Arc::from(used.as_str()), span)]))
            .collect();
        let (ordered, cycles) = order(&graph);
        assert!(ordered.is_empty());
        assert_eq!(cycles.iter().map(|cycle| cycle.0.len()).collect::<Vec<_>>(), [5_000]);
    }
}
