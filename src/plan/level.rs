//! Which units come before which: `depends_on`, as levels.

use std::collections::{BTreeMap, BTreeSet};

use super::wanted::Wanted;

/// The units of one cluster by the names of their blocks.
pub(super) struct Levels<'r> {
    /// The length of the longest chain of units that one comes after.
    levels: BTreeMap<&'r str, usize>,
    /// All that one comes after, those by way of others included.
    after: BTreeMap<&'r str, BTreeSet<&'r str>>,
}

impl<'r> Levels<'r> {
    /// Those of a cluster. A name that no unit there has is left out. In a circle, which is refused long before, levels
    /// mean nothing, but they are found.
    pub fn of(wanted: &Wanted<'r>) -> Self {
        let mut direct: BTreeMap<&'r str, BTreeSet<&'r str>> =
            wanted.units.keys().map(|address| (block(address), BTreeSet::new())).collect();
        for (address, applying) in &wanted.units {
            let known: Vec<&'r str> = applying
                .depends_on
                .iter()
                .map(|name| &**name)
                .filter(|name| direct.contains_key(name))
                .collect();
            if let Some(names) = direct.get_mut(block(address)) {
                names.extend(known);
            }
        }
        let mut levels: BTreeMap<&'r str, usize> = direct.keys().map(|name| (*name, 0)).collect();
        // A chain is not longer than there are units.
        for _ in 0..direct.len() {
            let above =
                |names: &BTreeSet<&str>| names.iter().filter_map(|name| levels.get(name)).max().copied();
            let next: BTreeMap<&'r str, usize> = direct
                .iter()
                .map(|(name, names)| (*name, above(names).map_or(0, |level| level + 1)))
                .collect();
            if next == levels {
                break;
            }
            levels = next;
        }
        let after = direct.keys().map(|name| (*name, reached(name, &direct))).collect();
        Self { levels, after }
    }

    /// The level of a unit, by its address; 0 for one that is not on this cluster.
    pub fn level(&self, unit: Option<&str>) -> usize {
        unit.and_then(|unit| self.levels.get(block(unit))).copied().unwrap_or(0)
    }

    /// Whether a unit comes after one of these blocks.
    pub fn is_after(&self, unit: &str, blocks: &BTreeSet<&str>) -> bool {
        self.after.get(block(unit)).is_some_and(|after| after.iter().any(|name| blocks.contains(name)))
    }
}

fn reached<'r>(name: &str, direct: &BTreeMap<&'r str, BTreeSet<&'r str>>) -> BTreeSet<&'r str> {
    let mut found = BTreeSet::new();
    let mut waiting: Vec<&str> = vec![name];
    while let Some(name) = waiting.pop() {
        for next in direct.get(name).into_iter().flatten() {
            if found.insert(*next) {
                waiting.push(next);
            }
        }
    }
    found
}

/// The name of the block of a unit: `web` of `service.web` and of `component.web[key]`.
pub(super) fn block(address: &str) -> &str {
    let name = address.split_once('.').map_or(address, |(_, name)| name);
    name.split_once('[').map_or(name, |(name, _)| name)
}
