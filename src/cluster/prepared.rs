//! A fleet that is resolved but for its units: those of a cluster are worked out when they are asked for, and need not
//! be held for all clusters at once.

use super::excuses::Excuses;
use super::named::Named;
use super::units::{Ground, Needed, Units};
use super::{Cluster, Resolved};
use crate::diagnostic::Diagnostics;
use crate::parallel;

/// A fleet, resolved but for its units.
#[derive(Debug)]
pub struct Prepared<'a> {
    /// The fleet; no cluster has a unit.
    pub(super) outline: Resolved,
    pub(super) units: Units<'a>,
    /// By the number of the cluster.
    pub(super) grounds: Vec<Ground<'a>>,
}

impl Prepared<'_> {
    /// The fleet, without the units of its clusters.
    pub fn outline(&self) -> &Resolved {
        &self.outline
    }

    /// The files that its units name, on any cluster. What is wrong with a name is told with the unit.
    pub fn named(&self) -> Named {
        self.units.named(&self.grounds)
    }

    /// The cluster with this number, complete; what was needed for it, and what is wrong with it. A unit with a problem
    /// is left out.
    pub fn cluster(&self, number: usize) -> Option<(Cluster, Needed, Diagnostics)> {
        let (cluster, ground) = (self.outline.clusters.get(number)?, self.grounds.get(number)?);
        let (mut needed, mut found) = (Needed::default(), Diagnostics::new());
        let units = self.units.on(ground, &mut needed, &mut found);
        let cluster = Cluster { units, ..cluster.clone() };
        Some((cluster, needed, found.on(&ground.head.name)))
    }

    /// What only all clusters together tell: what of the fleet none of them needed, and which settings were excused.
    pub fn conclude(&self, needed: Needed) -> (Excuses, Diagnostics) {
        let labels: Vec<_> = self.grounds.iter().map(|ground| &ground.head.labels).collect();
        let mut problems = Diagnostics::new();
        self.units.unused(&needed, &labels, &mut problems);
        (self.units.excuses(needed), problems)
    }

    /// All clusters, complete, worked out on so many threads.
    pub(super) fn resolved(self, threads: usize) -> (Resolved, Diagnostics) {
        let numbers: Vec<usize> = (0..self.grounds.len()).collect();
        let parts = parallel::map(threads, &numbers, |number| self.cluster(*number));
        let (mut needed, mut problems) = (Needed::default(), Diagnostics::new());
        let mut clusters = Vec::with_capacity(parts.len());
        for (cluster, of_cluster, found) in parts.into_iter().flatten() {
            clusters.push(cluster);
            needed.add(of_cluster);
            problems.append(found);
        }
        let (excuses, found) = self.conclude(needed);
        problems.append(found);
        (Resolved { clusters, excuses, ..self.outline }, problems)
    }
}
