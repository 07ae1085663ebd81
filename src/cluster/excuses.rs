//! Excuses: checks that somebody has said, with a reason, do not hold for a unit.

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::codes;
use super::eval::Scope;
use super::select::{Labels, Match, fixed_text};
use crate::diagnostic::{Diagnostic, Diagnostics, Span, one_of, suggest};
use crate::fleet::{Block, Fleet};

/// The checks on the settings of a service.
pub const CHECKS: [&str; 6] = ["requests", "limits", "readiness", "liveness", "fault", "autoscale"];

/// The excuses of a fleet.
#[derive(Debug)]
pub struct Excuses {
    all: Vec<Excuse>,
    used: RefCell<BTreeSet<Span>>,
}

#[derive(Debug)]
struct Excuse {
    check: String,
    at: Span,
    /// The unit it stands in; `None` at the top level.
    unit: Option<String>,
    clusters: Match,
    units: Match,
}

impl Excuses {
    /// The excuses of a fleet; those for a check that does not exist are told.
    pub fn new(fleet: &Fleet, scope: &Scope, problems: &mut Diagnostics) -> Self {
        let mut all = Vec::new();
        let own = fleet
            .units
            .iter()
            .flat_map(|unit| unit.blocks_of("excuse").map(move |block| (Some(unit), block)));
        for (unit, block) in fleet.excuses.iter().map(|block| (None, block)).chain(own) {
            fixed_text(block, "reason", scope, problems);
            if !CHECKS.contains(&block.name()) {
                problems.push(no_check(block));
                continue;
            }
            all.push(Excuse {
                check: block.name().to_owned(),
                at: block.place(),
                unit: unit.map(|unit| unit.name().to_owned()),
                clusters: Match::read(block, "match", scope, problems),
                units: Match::read(block, "units", scope, problems),
            });
        }
        Self { all, used: RefCell::default() }
    }

    /// Whether the check is excused for a unit on a cluster. An excuse that is asked for is used.
    pub fn excuse(&self, check: &str, unit: &Block, labels: &Labels, cluster: &Labels) -> bool {
        let found = self.all.iter().find(|excuse| {
            excuse.check == check
                && excuse.unit.as_deref().is_none_or(|name| name == unit.name())
                && excuse.units.matches(labels)
                && excuse.clusters.matches(cluster)
        });
        found.is_some_and(|excuse| {
            self.used.borrow_mut().insert(excuse.at);
            true
        })
    }

    /// Tells the excuses that excused nothing.
    pub fn unused(&self, problems: &mut Diagnostics) {
        let used = self.used.borrow();
        for excuse in self.all.iter().filter(|excuse| !used.contains(&excuse.at)) {
            problems.push(
                Diagnostic::warning(codes::EXCUSE, format!("excuse \"{}\" excuses nothing", excuse.check))
                    .at(excuse.at, "no unit that it is about fails this check")
                    .help("take it out"),
            );
        }
    }
}

fn no_check(block: &Block) -> Diagnostic {
    let problem = Diagnostic::error(
        codes::UNKNOWN_NAME,
        format!("there is no check \"{}\"", block.name().escape_debug()),
    )
    .at(block.place(), "no such check");
    match suggest(block.name(), CHECKS) {
        Some(near) => problem.help(format!("did you mean \"{near}\"?")),
        None => problem.help(format!("the checks: {}", one_of(CHECKS))),
    }
}
