//! `--plan`: a plan that was saved, read and held against what is rendered now.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::cli::codes;
use crate::diagnostic::{Diagnostic, one_of};
use crate::object::Digest;
use crate::plan::{Saved, SavedCluster};

/// The largest plan file, in bytes.
const MAX_BYTES: u64 = 256 << 20;

/// Reads a plan file.
///
/// # Errors
/// If it cannot be read, or is none.
pub fn read(path: &Path) -> Result<Saved, Box<Diagnostic>> {
    let shown = path.display();
    let unreadable = |what: &str| {
        let problem = Diagnostic::error(codes::PLAN, format!("{shown}: {what}"));
        Box::new(problem.help("name a file that `fleetwright diff --save` wrote"))
    };
    let told = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => unreadable("no such file"),
        io::ErrorKind::PermissionDenied => unreadable("permission denied"),
        _ => unreadable(&error.to_string()),
    };
    let file = File::open(path).map_err(told)?;
    if !file.metadata().map_err(told)?.is_file() {
        return Err(unreadable("not a regular file"));
    }
    let mut text = String::new();
    file.take(MAX_BYTES + 1).read_to_string(&mut text).map_err(told)?;
    if text.len() as u64 > MAX_BYTES {
        return Err(unreadable(&format!("more than {MAX_BYTES} bytes")));
    }
    Saved::read(&text).map_err(|bad| {
        let problem =
            Diagnostic::error(codes::PLAN, format!("{shown} is no plan that can be applied: {bad}"));
        Box::new(problem.help("save it anew with `fleetwright diff --save`"))
    })
}

/// The part of a plan that is about a cluster, if it is of this fleet.
///
/// # Errors
/// If it is of another fleet, or not about the cluster.
pub fn of<'s>(saved: &'s Saved, fleet: &str, cluster: &str) -> Result<&'s SavedCluster, Box<Diagnostic>> {
    let wrong = |message: String| Diagnostic::error(codes::PLAN, message).on(cluster);
    if saved.fleet != fleet {
        let message = format!("the plan is of fleet \"{}\", and this is fleet \"{fleet}\"", saved.fleet);
        return Err(Box::new(wrong(message).help("give the plan that was saved for this fleet")));
    }
    let of_cluster = saved.clusters.iter().find(|one| one.name == cluster);
    of_cluster.ok_or_else(|| {
        let names = one_of(saved.clusters.iter().map(|one| one.name.as_str()));
        let message = format!("the plan is not about cluster \"{cluster}\"");
        let problem = wrong(message).note(format!("it is about {names}"));
        Box::new(problem.help(format!("save one with `fleetwright diff --cluster {cluster} --save PLAN`")))
    })
}

/// That the release of a plan is the one that is rendered now.
///
/// # Errors
/// If it is another.
pub fn same_release(saved: &Saved, part: &SavedCluster, release: &Digest) -> Result<(), Box<Diagnostic>> {
    if part.release == release.to_string() {
        return Ok(());
    }
    let message = "the plan is of another release than the one that is rendered here";
    let problem = Diagnostic::error(codes::PLAN_RELEASE, message).on(part.name.as_str());
    let planned: String = part.release.chars().take(Digest::SHORT).collect();
    let problem = problem.note(format!("the plan is of {planned}, rendered is {}", release.short()));
    let tool = env!("CARGO_PKG_VERSION");
    let problem = match saved.tool == tool {
        true => problem,
        false => problem.note(format!("fleetwright {} saved it, and this is {tool}", saved.tool)),
    };
    Err(Box::new(match &saved.commit {
        Some(commit) => problem.help(format!(
            "check out the commit that it was saved from, {commit}, with the same variables; or add `--rev {commit}`"
        )),
        None => problem.help("bring the fleet's files back to what they were when it was saved, or save it anew"),
    }))
}
