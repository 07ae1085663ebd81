//! The excuses that a run needed, as text and JSON.

use serde::Serialize;

use super::escape::one_line;
use super::json::Place;
use super::severity::count;
use crate::diagnostic::SourceMap;
use crate::validate::Excused;

/// An excuse that was needed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Excuse {
    /// The id of the check.
    pub check: &'static str,
    /// Why.
    pub reason: String,
    /// The label of its block.
    pub place: Place,
    /// The clusters it was needed on.
    pub clusters: Vec<String>,
    /// How many units it excused, those of each cluster counted.
    pub units: usize,
    /// How many objects it excused, those of each cluster counted; 0 where it excused settings alone.
    pub objects: usize,
}

impl Excuse {
    pub(super) fn of(excused: &Excused, sources: &SourceMap) -> Self {
        Self {
            check: excused.check,
            reason: sources.secrets().hide(&excused.reason),
            place: Place::of(excused.at, sources),
            clusters: excused.clusters.iter().map(ToString::to_string).collect(),
            units: excused.units,
            objects: excused.objects,
        }
    }
}

/// How many there are, as `2 excuses`; empty for none.
pub fn summary(excused: &[Excused]) -> String {
    match excused.len() {
        0 => String::new(),
        number => count(number, "excuse"),
    }
}

/// A line for each: the check, what it excused, why, and where it stands.
pub fn lines(excused: &[Excused], sources: &SourceMap) -> String {
    let line = |one: &Excused| {
        let what = match one.objects {
            0 => format!("the settings of {}", count(one.units, "unit")),
            objects => count(objects, "object"),
        };
        let clusters = count(one.clusters.len(), "cluster");
        let reason = sources.secrets().hide(&one.reason);
        let at = sources.locate(one.at);
        format!("  {} ({what} on {clusters}): {} ({})\n", one.check, one_line(&reason), one_line(&at))
    };
    excused.iter().map(line).collect()
}
