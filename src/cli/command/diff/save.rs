//! `--save`: the plan file.

use std::path::Path;

use super::live::{Answer, Job, Made};
use crate::cli::codes;
use crate::cli::command::head::{Head, release_of};
use crate::cli::out::{Error, Found, look, replace};
use crate::cli::status::ExitStatus;
use crate::diagnostic::Diagnostic;
use crate::plan::{Action, Change, Permit, Saved, SavedCluster};
use crate::report::json;

/// The mode of a plan file.
const MODE: u32 = 0o600;

/// Saves the plans of all clusters, with what they allow; or none.
///
/// # Errors
/// If one of them is not known in full, or the file cannot be written.
pub fn save(
    path: &Path,
    head: &Head<'_>,
    commit: Option<String>,
    (jobs, answers): (&[Job<'_>], &[Answer]),
    permit: &Permit,
) -> Result<(), (Box<Diagnostic>, ExitStatus)> {
    let not_saved = |what: &str| Diagnostic::error(codes::SAVE, format!("no plan is saved: {what}"));
    let mut clusters = Vec::new();
    for (job, answer) in jobs.iter().zip(answers) {
        let (plan, state, previews) = match &answer.plan {
            Ok(Made { plan, kept: Some((state, previews)), .. }) if plan.is_complete() => {
                (plan, state, previews)
            }
            Ok(_) | Err(_) => {
                let problem = not_saved("what is live is not known in full").on(answer.cluster.clone());
                let problem =
                    problem.help("mend what is told above, or leave the cluster out with --cluster");
                return Err((Box::new(problem), ExitStatus::Done));
            }
        };
        let in_the_way =
            |change: &&Change| matches!(change.action, Action::Refused(_) | Action::Terminating(_));
        if let Some(change) = plan.changes.iter().find(in_the_way) {
            let problem = not_saved(&format!("{} stands in the way", change.object));
            let problem = problem.on(answer.cluster.clone()).help("mend what the diff says of it");
            return Err((Box::new(problem), ExitStatus::Refused));
        }
        let mut salt = [0; 32];
        getrandom::fill(&mut salt).map_err(|error| {
            let problem = not_saved(&format!("the system gives no random bytes: {error}"));
            (Box::new(problem), ExitStatus::Machine)
        })?;
        let release = release_of(&answer.cluster, head.loaded, head.validated);
        let saved = SavedCluster::new(plan, &job.wanted, state, previews, release, permit, salt);
        clusters.push(saved.map_err(|error| machine(&error.to_string()))?);
    }
    let saved = Saved::new(&head.loaded.resolved.name, commit, clusters);
    let text = saved.and_then(|saved| json::print(&saved)).map_err(|error| machine(&error.to_string()))?;
    write(path, &text).map_err(|error| {
        let problem = error.diagnostic();
        let problem = match error {
            Error::Link(_) | Error::NotAFile(_) => problem.help("give the plan a path of its own"),
            _ => problem,
        };
        (Box::new(problem), error.status())
    })
}

fn machine(error: &str) -> (Box<Diagnostic>, ExitStatus) {
    (
        Box::new(Diagnostic::error(codes::MACHINE, format!("the plan cannot be written: {error}"))),
        ExitStatus::Machine,
    )
}

/// Writes the file in one step; through no link.
fn write(path: &Path, text: &str) -> Result<(), Error> {
    if look(path)? == Found::Folder {
        return Err(Error::NotAFile(path.to_owned()));
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) | None => Path::new("."),
    };
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| Error::Name(path.to_string_lossy().into_owned()))?;
    replace(folder, name, text.as_bytes(), MODE)
}
