//! Problems as workflow commands of GitHub Actions, which show them beside the code of a pull request.
//!
//! After GitHub's page "Workflow commands for GitHub Actions", and for what has to be escaped and which lines are
//! commands, after the runner's own reading of them.

use sha2::{Digest, Sha256};

use super::escape::printable;
use super::json::{Label, Level, Place};
use super::placed::{ClusterBlocks, Placed};
use super::severity::Summary;
use crate::diagnostic::{Diagnostics, SourceMap};

/// How many annotations of each kind GitHub shows of one step.
const MOST_SHOWN: usize = 10;

/// What `validate -o github` prints: one annotation for each problem, folded away in the log, and then `text`, the
/// same as everywhere, with its quoted lines. Of an annotation the log shows the message alone, without its place,
/// so that the log could not be read without the text; and of the text a pull request shows nothing.
///
/// While the text is printed, commands are stopped: it quotes lines that somebody wrote, and the runner takes
/// `##[command]` for one wherever it stands in a line. The token that starts them again is the digest of the text,
/// which no text can hold.
pub fn annotations(list: &Diagnostics, sources: &SourceMap, clusters: &ClusterBlocks, text: &str) -> String {
    let mut log = String::new();
    let summary = Summary::of(list);
    if !list.is_empty() {
        log.push_str(&format!("::group::{summary} as annotations\n"));
        let placed = Placed::all(list, sources, clusters);
        // Those of one kind after the other: of too many, GitHub drops the last.
        for level in [Level::Error, Level::Warning] {
            for problem in placed.iter().filter(|problem| problem.level == level) {
                log.push_str(&command(problem));
                log.push('\n');
            }
        }
        log.push_str("::endgroup::\n");
    }
    if holds_no_command(text) {
        log.push_str(text);
    } else {
        let token: String = Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
        log.push_str(&format!("::stop-commands::{token}\n{text}::{token}::\n"));
    }
    if summary.errors.max(summary.warnings) > MOST_SHOWN {
        log.push_str(&format!(
            "GitHub shows the first {MOST_SHOWN} errors and the first {MOST_SHOWN} warnings of a step\n"
        ));
    }
    log
}

/// Whether no line can be a command. Other characters than ASCII count as dangerous: the runner compares with the
/// rules of a language, which pass over some of them.
fn holds_no_command(text: &str) -> bool {
    text.is_ascii() && !text.contains('#') && !text.contains("::")
}

/// `::error file=…,line=…,title=…::message`.
fn command(problem: &Placed) -> String {
    let mut properties = Vec::new();
    if let Some(label) = &problem.at {
        let Place { file, line, column, end_line, end_column } = &label.place;
        properties.push(format!("file={}", property(file)));
        properties.push(format!("line={line}"));
        if line == end_line {
            // The last column counts here. Columns of several lines are dropped by the runner.
            properties
                .push(format!("endLine={line},col={column},endColumn={}", (*column).max(end_column - 1)));
        } else {
            // What ends before the first character of a line ends on the line before.
            let last = if *end_column == 1 { end_line - 1 } else { *end_line };
            properties.push(format!("endLine={last}"));
        }
    }
    properties.push(format!("title={}", property(&title(problem))));
    let mut text = problem.text();
    for Label { place, text: said } in &problem.related {
        let said = if said.is_empty() { "see also" } else { said };
        text.push_str(&format!("\n{said}: {}:{}:{}", place.file, place.line, place.column));
    }
    format!("::{} {}::{}", problem.level.as_str(), properties.join(","), data(&text))
}

/// `fleetwright C001`, with the id of the check if one found it.
fn title(problem: &Placed) -> String {
    let check = problem.check.map(|check| format!(" {check}")).unwrap_or_default();
    format!("fleetwright {}{check}", problem.code)
}

/// A message as the data of a command: one line, from which the runner reads it back.
fn data(text: &str) -> String {
    printable(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A value as a property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests;
