//! `render`: the objects of each cluster, printed, written or compared.

use std::io;
use std::path::Path;
use std::sync::Arc;

use super::{Run, print_json};
use crate::cli::args::Format;
use crate::cli::codes;
use crate::cli::console::Console;
use crate::cli::out::{self, Comparison, Error, Folder};
use crate::cli::pipeline;
use crate::cli::progress::Progress;
use crate::cli::selection::{Clusters, select};
use crate::cli::settings::{Render, Target};
use crate::cli::status::ExitStatus;
use crate::diagnostic::Diagnostic;
use crate::render::RenderedCluster;
use crate::report::manifest::{self, FileChange, Manifest};

/// Renders what the settings ask for.
///
/// # Errors
/// If stdout or stderr cannot be written.
pub fn run(settings: &Render, console: &Console) -> io::Result<ExitStatus> {
    let mut run = Run::default();
    match &settings.target {
        Target::Print => run.print(settings, console),
        Target::Write(dir) => match run.write(dir, settings) {
            Ok((changes, outcome)) => {
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
        Target::Check(dir) => match run.check(dir, settings) {
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

impl Run {
    /// What was made of each of the chosen clusters; `None` if a problem is an error.
    fn render<R: Send>(
        &mut self,
        settings: &Render,
        make: impl Fn(RenderedCluster) -> R + Sync,
    ) -> Option<(Vec<R>, Clusters)> {
        let given = self.given(&settings.fleet);
        let read = self.read(&settings.fleet)?;
        let prepared = read.prepare(&given, &mut self.sources, &mut self.problems)?;
        let fleet = prepared.outline();
        let clusters = match select(&settings.selection, &fleet.clusters, &mut self.sources) {
            Ok(clusters) => clusters,
            Err(problems) => {
                self.problems.append(problems);
                return None;
            }
        };
        let count = fleet.clusters.iter().filter(|one| clusters.contains(&one.name)).count();
        let progress = Progress::new("rendering", count, settings.progress);
        let made = pipeline::each(
            &read,
            &prepared,
            &clusters,
            settings.fleet.threads,
            &mut self.sources,
            &mut self.problems,
            |rendered| {
                let made = make(rendered);
                progress.cluster_done();
                made
            },
        );
        progress.finish();
        // What built-in checks find is worth a look here; it stops `validate` alone.
        self.problems = std::mem::take(&mut self.problems).advisory();
        made.map(|made| (made.into_made(), clusters))
    }

    fn print(mut self, settings: &Render, console: &Console) -> io::Result<ExitStatus> {
        match settings.format {
            Format::Text => {
                let manifests =
                    self.render(settings, |rendered| pipeline::manifests(rendered, settings.show).collect());
                let Some((manifests, _)) = manifests else {
                    return self.stop(settings.format, ExitStatus::Wrong, console);
                };
                self.warn(settings.format, console)?;
                let manifests: Vec<Vec<Manifest>> = manifests;
                console.print(&manifest::stream(&manifests.concat()))?;
            }
            Format::Json => {
                let clusters = self.render(settings, |rendered| pipeline::document(&rendered, settings.show));
                let Some((clusters, _)) = clusters else {
                    return self.stop(settings.format, ExitStatus::Wrong, console);
                };
                self.warn(settings.format, console)?;
                let document = manifest::Render::findings(&self.problems, &self.sources);
                print_json(&manifest::Render { clusters, ..document }, console)?;
            }
        }
        Ok(ExitStatus::Done)
    }

    /// Renders beside what stands in the folder. Each unit is looked at as it is rendered, and its text is gone then.
    fn compare_with(
        &mut self,
        settings: &Render,
        folder: &Folder,
        staged: bool,
    ) -> Result<Comparison, ExitStatus> {
        let look = |rendered: RenderedCluster| {
            let cluster = Arc::clone(rendered.name());
            let manifests = pipeline::manifests(rendered, settings.show);
            out::look_at(folder, &cluster, manifests, staged)
        };
        let Some((looked, clusters)) = self.render(settings, look) else { return Err(ExitStatus::Wrong) };
        let looked =
            looked.into_iter().collect::<Result<Vec<_>, _>>().map_err(|error| self.refuse(&error))?;
        out::compare(folder, looked, &clusters).map_err(|error| self.refuse(&error))
    }

    fn write(
        &mut self,
        dir: &Path,
        settings: &Render,
    ) -> Result<(Vec<FileChange>, out::Outcome), ExitStatus> {
        let folder = Folder::to_write(dir).map_err(|error| self.refuse(&error))?;
        let mut comparison = self.compare_with(settings, &folder, true)?;
        if !comparison.refused.is_empty() {
            for error in &comparison.refused {
                self.refuse(error);
            }
            return Err(ExitStatus::Wrong);
        }
        for path in &comparison.edited {
            self.problems.push(
                Diagnostic::warning(
                    codes::OUT_KEPT,
                    format!("{}: is no longer rendered, but was edited and is kept", path.escape_debug()),
                )
                .help("remove it if it is not needed"),
            );
        }
        let changes = std::mem::take(&mut comparison.changes);
        let outcome = out::write(&folder, comparison).map_err(|error| self.refuse(&error))?;
        Ok((changes, outcome))
    }

    fn check(&mut self, dir: &Path, settings: &Render) -> Result<Vec<FileChange>, ExitStatus> {
        let folder = Folder::to_compare(dir).map_err(|error| self.refuse(&error))?;
        let mut comparison = self.compare_with(settings, &folder, false)?;
        let mut refused = false;
        for error in &comparison.refused {
            // A file of somebody else is a difference like any other as long as nothing is written.
            if !matches!(error, Error::Foreign(_)) {
                self.refuse(error);
                refused = true;
            }
        }
        if refused {
            return Err(ExitStatus::Wrong);
        }
        let mut changes = std::mem::take(&mut comparison.changes);
        changes.extend(out::strangers(&folder, &comparison).map_err(|error| self.refuse(&error))?);
        changes.sort();
        Ok(changes)
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
