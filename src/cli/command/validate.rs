//! `validate`: all findings over all clusters.

use std::io;

use super::{Run, print_json};
use crate::cli::args::Format;
use crate::cli::console::Console;
use crate::cli::pipeline;
use crate::cli::progress::Progress;
use crate::cli::selection::Clusters;
use crate::cli::settings::Validate;
use crate::cli::status::ExitStatus;
use crate::report::json::Findings;
use crate::report::text;

/// Prints the findings on stdout: here they are the data.
///
/// # Errors
/// If stdout or stderr cannot be written.
pub fn run(settings: &Validate, console: &Console) -> io::Result<ExitStatus> {
    let mut run = Run::default();
    let counts = run.validate(settings);
    if settings.strict {
        run.problems = std::mem::take(&mut run.problems).strict();
    }
    run.fold();
    match settings.format {
        Format::Json => print_json(&Findings::of(&run.problems, &run.sources), console)?,
        Format::Text => {
            console.print(&text::diagnostics(&run.problems, &run.sources, console.out))?;
            if let (true, Some((clusters, objects))) = (run.problems.is_empty(), counts) {
                let clusters = if clusters == 1 { "1 cluster" } else { &format!("{clusters} clusters") };
                let objects = if objects == 1 { "1 object" } else { &format!("{objects} objects") };
                console.print(&format!("{clusters}, {objects}: no findings\n"))?;
            }
        }
    }
    Ok(if run.problems.has_errors() { ExitStatus::Wrong } else { ExitStatus::Done })
}

impl Run {
    /// Collects everything there is to find; the clusters and objects that were looked at.
    fn validate(&mut self, settings: &Validate) -> Option<(usize, usize)> {
        let loaded = self.load(&settings.fleet)?;
        let progress = Progress::new(loaded.resolved.clusters.len(), settings.progress);
        let rendered = pipeline::render(
            &loaded,
            &Clusters::All,
            settings.fleet.threads,
            &mut self.sources,
            &mut self.problems,
            &|| progress.cluster_done(),
        );
        progress.finish();
        rendered.as_ref().map(pipeline::counts)
    }
}
