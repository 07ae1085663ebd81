//! A problem in one line, for where there is room for no more: `fleet/web.hcl:12:5: error[C103]: …`.

use super::escape::one_line;
use crate::diagnostic::{Diagnostic, Severity, SourceMap};

/// The place, the severity and code, and the message; without colour, control characters and secrets.
pub fn of(problem: &Diagnostic, sources: &SourceMap) -> String {
    let problem = problem.without(sources.secrets());
    let severity = match problem.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let place = problem.labels.first().map(|label| format!("{}: ", sources.locate(label.at)));
    let clusters = match problem.clusters.len() {
        0 => String::new(),
        count => {
            let first = problem.clusters.first().map_or("", |name| name);
            if count == 1 {
                format!(" (on {first})")
            } else {
                format!(" (on {first} and {} more)", count - 1)
            }
        }
    };
    let text =
        format!("{}{severity}[{}]: {}{clusters}", place.unwrap_or_default(), problem.code, problem.message);
    one_line(&text).into_owned()
}
