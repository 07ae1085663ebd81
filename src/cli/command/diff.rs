//! `diff`: what would change.

mod live;
mod offline;
mod release;
mod save;

use std::io;
use std::sync::Arc;

use super::head::{Head, wanted_of, with_companions};
use super::{Run, print_json};
use crate::cli::args::{AgainstArg, DiffFormat};
use crate::cli::console::Console;
use crate::cli::progress::Progress;
use crate::cli::selection::{Clusters, select};
use crate::cli::settings::Diff;
use crate::cli::status::ExitStatus;
use crate::cli::{codes, connect};
use crate::cluster::{Cluster, Given};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::live::Identities;
use crate::plan::Wanted;
use crate::report::diff::{self as report, ClusterDiff};
use crate::report::text::{self, Style};
use crate::validate::Validated;
use live::Answer;
use offline::{Changes, Masked};

/// Shows what would change.
///
/// # Errors
/// If stdout or stderr cannot be written.
pub fn run(settings: &Diff, console: &Console) -> io::Result<ExitStatus> {
    let mut run = Run::default();
    let compared = run.compare(settings, *console);
    run.fold();
    let (problems, sources) = (&run.problems, &run.sources);
    let found = match &compared {
        Ok(found) => found,
        Err(status) => {
            match settings.format {
                DiffFormat::Json => {
                    let nothing = report::Diff::of(&against(&settings.against), Vec::new());
                    print_json(&report::json::Document::of(&nothing, problems, sources), console)?;
                }
                DiffFormat::Text => console.tell_diagnostics(problems, sources)?,
                DiffFormat::Markdown => {
                    console.tell_diagnostics(problems, sources)?;
                    // A comment that stays as it was would be taken for this one.
                    let plain = Style { color: false, ..console.out };
                    let told = text::diagnostics(problems, sources, plain);
                    console.print(&report::markdown::stopped(&against(&settings.against), &told))?;
                }
            }
            return Ok(*status);
        }
    };
    let diff = report::Diff::of(&against(&settings.against), found.clusters());
    match settings.format {
        DiffFormat::Text => {
            console.tell_diagnostics(problems, sources)?;
            console.print(&report::text::text(&diff, console.out))?;
        }
        DiffFormat::Markdown => {
            console.tell_diagnostics(problems, sources)?;
            console.print(&report::markdown::markdown(&diff))?;
        }
        DiffFormat::Json => print_json(&report::json::Document::of(&diff, problems, sources), console)?,
    }
    Ok(match found.status() {
        ExitStatus::Differences if settings.exit_zero => ExitStatus::Done,
        other => other,
    })
}

fn against(against: &AgainstArg) -> String {
    match against {
        AgainstArg::Live => "live".to_owned(),
        AgainstArg::Revision(revision) => format!("git:{revision}"),
        AgainstArg::Folder(folder) => format!("dir:{}", folder.display()),
        AgainstArg::Release(digest) => format!("release:{digest}"),
    }
}

/// What was found.
enum Found {
    /// On live clusters.
    Live {
        /// What each answered.
        answers: Vec<Answer>,
        /// How saving the plan ended.
        saved: ExitStatus,
    },
    /// Between two renders.
    Offline {
        /// What differs.
        changes: Changes,
        /// What could not be compared.
        masked: Masked,
    },
}

impl Found {
    fn clusters(&self) -> Vec<ClusterDiff<'_>> {
        match self {
            Self::Live { answers, .. } => answers.iter().map(Answer::diff).collect(),
            Self::Offline { changes, masked } => {
                let clusters = changes.iter().map(|(name, changes)| {
                    let cluster = ClusterDiff::offline(name, changes);
                    match masked.get(name) {
                        Some(count) if *count > 0 => cluster.in_part(format!(
                            "{} masked in the folder: not known whether changed",
                            if *count == 1 {
                                "1 secret value".to_owned()
                            } else {
                                format!("{count} secret values")
                            }
                        )),
                        Some(_) | None => cluster,
                    }
                });
                clusters.collect()
            }
        }
    }

    fn status(&self) -> ExitStatus {
        match self {
            Self::Live { answers, saved } => {
                answers.iter().fold(*saved, |status, answer| status.and(answer.status()))
            }
            Self::Offline { changes, masked } => {
                let is_different = changes.values().flatten().any(|change| change.action.is_difference());
                let status = if is_different { ExitStatus::Differences } else { ExitStatus::Done };
                let is_masked = masked.values().any(|count| *count > 0);
                status.and(if is_masked { ExitStatus::Unknown } else { ExitStatus::Done })
            }
        }
    }
}

/// What was found, or how the run ends without.
type Compared = Result<Found, ExitStatus>;

impl Run {
    fn compare(&mut self, settings: &Diff, console: Console) -> Compared {
        let is_live = settings.against == AgainstArg::Live;
        if !is_live && (settings.exact || settings.save.is_some()) {
            let what = if settings.exact { "--exact" } else { "--save" };
            let message = format!("{what} is about live clusters; --against names something else");
            self.problems.push(
                Diagnostic::error(codes::USAGE, message).help(format!("leave {what} out, or --against")),
            );
            return Err(ExitStatus::Wrong);
        }
        if settings.save.is_none() && !settings.allowed.is_nothing() {
            let problem = Diagnostic::error(codes::USAGE, "what a plan allows is about a plan that is saved");
            let help = "leave --adopt, --deletions, --take-over and --delete out, or add --save PLAN";
            self.problems.push(problem.help(help));
            return Err(ExitStatus::Wrong);
        }
        let given = self.given(&settings.fleet);
        let loaded = self.load_at(&settings.fleet, settings.fleet.revision.as_deref(), &given);
        let loaded = loaded.ok_or(ExitStatus::Wrong)?;
        let clusters = select(&settings.selection, &loaded.resolved.clusters, &mut self.sources);
        let clusters = clusters.map_err(|problems| self.stopped(problems))?;
        let needed = match settings.save {
            Some(_) => with_companions(&clusters, &loaded.resolved.rollouts),
            None => clusters.clone(),
        };
        let outcome = self.rendered(&settings.fleet, settings.progress, &loaded, &needed);
        let Some(after) = &outcome.validated else { return Err(ExitStatus::Wrong) };
        match &settings.against {
            AgainstArg::Live => {
                let head = Head { loaded: &loaded, chosen: &clusters, outcome: &outcome, validated: after };
                self.live(settings, &head, &given, console)
            }
            AgainstArg::Revision(revision) => self.revision(settings, revision, &given, &clusters, after),
            AgainstArg::Folder(folder) => self.folder(folder, &clusters, after),
            AgainstArg::Release(digest) => {
                let head = Head { loaded: &loaded, chosen: &clusters, outcome: &outcome, validated: after };
                self.release(settings, digest, &head, console)
            }
        }
    }

    fn stopped(&mut self, problems: Diagnostics) -> ExitStatus {
        self.problems.append(problems);
        ExitStatus::Wrong
    }

    /// What would change on the live clusters.
    fn live(&mut self, settings: &Diff, head: &Head<'_>, given: &[Given], console: Console) -> Compared {
        let fleet = &head.loaded.resolved;
        let jobs = self.jobs(settings, head)?;
        // Of the whole run, so that two clusters without a `uid` that are one server are told apart.
        let identities = Identities::of(&fleet.clusters);
        let how = live::How {
            fleet: &fleet.name,
            connect: &settings.connect,
            identities: &identities,
            exact: settings.exact,
            saves: settings.save.is_some(),
        };
        let progress = Progress::new("reading", jobs.len(), settings.progress);
        let answers = live::ask(&jobs, &how, console, &|| progress.cluster_done());
        progress.finish();
        for answer in &answers {
            self.problems.append(answer.problems());
        }
        let mut saved = ExitStatus::Done;
        if let Some(path) = &settings.save {
            let commit = self.commit(&settings.fleet, settings.progress, given, head.validated);
            let commit = commit.filter(|commit| !commit.dirty).map(|commit| commit.id);
            if let Err((problem, ended)) =
                save::save(path, head, commit, (&jobs, &answers), &settings.allowed.permit)
            {
                self.problems.push(*problem);
                saved = ended;
            }
        }
        Ok(Found::Live { answers, saved })
    }

    /// The clusters to ask, and the way to each.
    fn jobs<'h>(&mut self, settings: &Diff, head: &Head<'h>) -> Result<Vec<live::Job<'h>>, ExitStatus> {
        let fleet = &head.loaded.resolved;
        let mut jobs = Vec::new();
        let mut wrong = Diagnostics::new();
        // A retired cluster is asked where it is named: it may be gone already.
        let is_asked = |cluster: &&Cluster| {
            head.chosen.contains(&cluster.name) && !(cluster.retired && *head.chosen == Clusters::All)
        };
        for cluster in fleet.clusters.iter().filter(is_asked) {
            match connect::access(cluster, &fleet.clusters, &settings.connect, &mut self.sources) {
                Ok((access, doubts)) => {
                    self.problems.append(doubts);
                    let recorded = head.outcome.recorded.get(&cluster.name);
                    let schemas = recorded.and_then(|recorded| recorded.schemas.as_ref().ok());
                    let wanted = wanted_of(&cluster.name, head.loaded, head.validated);
                    jobs.extend(wanted.map(|wanted| {
                        let deletes = settings.allowed.deletes.clone();
                        live::Job { wanted: Wanted { deletes, ..wanted }, access, schemas }
                    }));
                }
                Err(problems) => wrong.append(problems),
            }
        }
        if wrong.is_empty() { Ok(jobs) } else { Err(self.stopped(wrong)) }
    }

    /// What the fleet rendered to in a revision.
    fn revision(
        &mut self,
        settings: &Diff,
        revision: &str,
        given: &[Given],
        chosen: &Clusters,
        after: &Validated,
    ) -> Compared {
        let so_far = std::mem::take(&mut self.problems);
        let loaded = self.load_at(&settings.fleet, Some(revision), given);
        let is_read = loaded.is_some();
        let is_there = loaded.as_ref().is_some_and(|loaded| {
            loaded.resolved.clusters.iter().any(|cluster| chosen.contains(&cluster.name))
        });
        let before = match (loaded, is_there) {
            (Some(loaded), true) => {
                self.rendered(&settings.fleet, settings.progress, &loaded, chosen).validated
            }
            (Some(_) | None, _) => None,
        };
        // What is doubtful about the revision is no concern of this change.
        let found = std::mem::replace(&mut self.problems, so_far);
        if found.has_errors() {
            if is_read {
                let message =
                    format!("the fleet does not render in the revision \"{}\"", revision.escape_debug());
                let problem = Diagnostic::error(codes::AGAINST, message);
                self.problems.push(problem.help("compare with a revision that renders"));
            }
            self.problems.append(found);
            return Err(ExitStatus::Wrong);
        }
        Ok(Found::Offline { changes: offline::between(before.as_ref(), after), masked: Masked::new() })
    }

    /// A release that the clusters' records know.
    fn release(&mut self, settings: &Diff, digest: &str, head: &Head<'_>, console: Console) -> Compared {
        let mut changes = Changes::new();
        let clusters = &head.loaded.resolved.clusters;
        for cluster in clusters.iter().filter(|cluster| head.chosen.contains(&cluster.name)) {
            let (record, _) = self.record(head.loaded, cluster, &settings.connect, console)?;
            let found = release::changes(&cluster.name, record.as_ref(), digest, head.validated);
            match found {
                Ok(found) => drop(changes.insert(Arc::clone(&cluster.name), found)),
                Err(problem) => self.problems.push(*problem),
            }
        }
        if self.problems.has_errors() {
            return Err(ExitStatus::Wrong);
        }
        Ok(Found::Offline { changes, masked: Masked::new() })
    }

    /// What `render --out` wrote.
    fn folder(&mut self, folder: &std::path::Path, chosen: &Clusters, after: &Validated) -> Compared {
        match offline::Folder::read(folder, chosen) {
            Ok(before) => {
                let (changes, masked) = before.changes(after);
                Ok(Found::Offline { changes, masked })
            }
            Err(problems) => {
                self.problems.append(problems);
                Err(ExitStatus::Wrong)
            }
        }
    }
}
