//! `render`: the objects of each cluster, printed, written or compared.

use std::io;
use std::path::Path;

use super::{Run, print_json};
use crate::cli::args::Format;
use crate::cli::codes;
use crate::cli::console::Console;
use crate::cli::out::{self, Error, Folder};
use crate::cli::pipeline;
use crate::cli::progress::Progress;
use crate::cli::selection::{Clusters, select};
use crate::cli::settings::{Render, Target};
use crate::cli::status::ExitStatus;
use crate::diagnostic::Diagnostic;
use crate::render::Show;
use crate::report::manifest::{self, FileChange};
use crate::validate::Validated;

/// Renders what the settings ask for.
///
/// # Errors
/// If stdout or stderr cannot be written.
pub fn run(settings: &Render, console: &Console) -> io::Result<ExitStatus> {
    let mut run = Run::default();
    let Some((rendered, clusters)) = run.render(settings) else {
        return run.stop(settings.format, ExitStatus::Wrong, console);
    };
    match &settings.target {
        Target::Print => {
            run.warn(settings.format, console)?;
            match settings.format {
                Format::Text => {
                    console.print(&manifest::stream(&pipeline::manifests(&rendered, settings.show)))?
                }
                Format::Json => print_json(
                    &pipeline::document(&rendered, settings.show, &run.problems, &run.sources),
                    console,
                )?,
            }
            Ok(ExitStatus::Done)
        }
        Target::Write(dir) => match write(dir, &rendered, &clusters, settings.show, &mut run) {
            Ok(Written { changes, outcome }) => {
                run.tell_files(settings.format, changes, console)?;
                if settings.format == Format::Text {
                    let out::Outcome { written, removed, unchanged } = outcome;
                    let dir = dir.display().to_string();
                    console.tell_line(&format!(
                        "{dir}: {written} written, {removed} removed, {unchanged} unchanged"
                    ))?;
                }
                Ok(ExitStatus::Done)
            }
            Err(status) => run.stop(settings.format, status, console),
        },
        Target::Check(dir) => match check(dir, &rendered, &clusters, settings.show, &mut run) {
            Ok(changes) => {
                let count = changes.len();
                if settings.format == Format::Text {
                    console.print(&manifest::changes(&changes))?;
                }
                run.tell_files(settings.format, changes, console)?;
                if count == 0 {
                    return Ok(ExitStatus::Done);
                }
                if settings.format == Format::Text {
                    let files = if count == 1 { "1 file differs" } else { &format!("{count} files differ") };
                    console
                        .tell_line(&format!("{files}; write them with the same command without --check"))?;
                }
                Ok(ExitStatus::Differences)
            }
            Err(status) => run.stop(settings.format, status, console),
        },
    }
}

/// What writing came to.
struct Written {
    changes: Vec<FileChange>,
    outcome: out::Outcome,
}

impl Run {
    /// What the chosen clusters render to; `None` if a problem is an error.
    fn render(&mut self, settings: &Render) -> Option<(Validated, Clusters)> {
        let loaded = self.load(&settings.fleet)?;
        let clusters = match select(&settings.selection, &loaded.resolved.clusters, &mut self.sources) {
            Ok(clusters) => clusters,
            Err(problems) => {
                self.problems.append(problems);
                return None;
            }
        };
        let count = loaded.resolved.clusters.iter().filter(|one| clusters.contains(&one.name)).count();
        let progress = Progress::new("rendering", count, settings.progress);
        let outcome = pipeline::render(
            &loaded,
            &clusters,
            settings.fleet.threads,
            &mut self.sources,
            &mut self.problems,
            &|| progress.cluster_done(),
        );
        progress.finish();
        // What built-in checks find is worth a look here; it stops `validate` alone.
        self.problems = std::mem::take(&mut self.problems).advisory();
        outcome.validated.map(|rendered| (rendered, clusters))
    }

    /// Ends with what was found: on stderr, or as the JSON document.
    fn stop(&mut self, format: Format, status: ExitStatus, console: &Console) -> io::Result<ExitStatus> {
        self.fold();
        match format {
            Format::Text => console.tell_diagnostics(&self.problems, &self.sources)?,
            Format::Json => print_json(&manifest::Render::findings(&self.problems, &self.sources), console)?,
        }
        Ok(status)
    }

    /// Tells the warnings; a JSON document carries its own.
    fn warn(&mut self, format: Format, console: &Console) -> io::Result<()> {
        self.fold();
        match format {
            Format::Text => console.tell_diagnostics(&self.problems, &self.sources),
            Format::Json => Ok(()),
        }
    }

    /// Tells the warnings, or prints the JSON document of a run that was about files.
    fn tell_files(&mut self, format: Format, files: Vec<FileChange>, console: &Console) -> io::Result<()> {
        self.warn(format, console)?;
        match format {
            Format::Text => Ok(()),
            Format::Json => {
                let document = manifest::Render::findings(&self.problems, &self.sources);
                print_json(&manifest::Render { files, ..document }, console)
            }
        }
    }

    /// Notes why the folder cannot be used.
    fn refuse(&mut self, error: &Error) -> ExitStatus {
        self.problems.push(error.diagnostic());
        error.status()
    }
}

fn write(
    dir: &Path,
    rendered: &Validated,
    clusters: &Clusters,
    show: Show,
    run: &mut Run,
) -> Result<Written, ExitStatus> {
    let manifests = pipeline::manifests(rendered, show);
    let folder = Folder::to_write(dir).map_err(|error| run.refuse(&error))?;
    let mut comparison = out::compare(&folder, &manifests, clusters).map_err(|error| run.refuse(&error))?;
    if !comparison.refused.is_empty() {
        for error in &comparison.refused {
            run.refuse(error);
        }
        return Err(ExitStatus::Wrong);
    }
    for path in &comparison.edited {
        run.problems.push(
            Diagnostic::warning(
                codes::OUT_KEPT,
                format!("{}: is no longer rendered, but was edited and is kept", path.escape_debug()),
            )
            .help("remove it if it is not needed"),
        );
    }
    let changes = std::mem::take(&mut comparison.changes);
    let outcome = out::write(&folder, comparison).map_err(|error| run.refuse(&error))?;
    Ok(Written { changes, outcome })
}

fn check(
    dir: &Path,
    rendered: &Validated,
    clusters: &Clusters,
    show: Show,
    run: &mut Run,
) -> Result<Vec<FileChange>, ExitStatus> {
    let manifests = pipeline::manifests(rendered, show);
    let folder = Folder::to_compare(dir).map_err(|error| run.refuse(&error))?;
    let comparison = out::compare(&folder, &manifests, clusters).map_err(|error| run.refuse(&error))?;
    let mut refused = false;
    for error in &comparison.refused {
        // A file of somebody else is a difference like any other as long as nothing is written.
        if !matches!(error, Error::Foreign(_)) {
            run.refuse(error);
            refused = true;
        }
    }
    if refused {
        return Err(ExitStatus::Wrong);
    }
    let mut changes = comparison.changes;
    changes.extend(out::strangers(&folder, &manifests).map_err(|error| run.refuse(&error))?);
    changes.sort();
    Ok(changes)
}
