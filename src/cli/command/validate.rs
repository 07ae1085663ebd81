//! `validate`: all findings over all clusters.

use std::io;

use super::{Run, print_json};
use crate::cli::args::FindingsFormat;
use crate::cli::console::Console;
use crate::cli::pipeline;
use crate::cli::progress::Progress;
use crate::cli::selection::Clusters;
use crate::cli::settings::Validate;
use crate::cli::status::ExitStatus;
use crate::diagnostic::{Diagnostics, Label};
use crate::explain::Setters;
use crate::report::json::Findings;
use crate::report::sarif::Log;
use crate::report::{ClusterBlocks, excuse, github, text};
use crate::validate::Excused;

/// Prints the findings on stdout: here they are the data.
///
/// # Errors
/// If stdout or stderr cannot be written.
pub fn run(settings: &Validate, console: &Console) -> io::Result<ExitStatus> {
    let mut run = Run::default();
    let looked = run.validate(settings);
    if settings.strict {
        run.problems = std::mem::take(&mut run.problems).strict();
    }
    run.fold();
    let Run { problems, sources } = &run;
    let Looked { blocks, counts, excused } = &looked;
    let text = || {
        let findings = text::diagnostics(problems, sources, console.out);
        let ending = summary(*counts, excused, problems.is_empty());
        format!("{findings}{ending}{}", excuse::lines(excused, sources))
    };
    match settings.format {
        FindingsFormat::Json => print_json(&Findings::of(problems, excused, sources), console)?,
        FindingsFormat::Text => console.print(&text())?,
        FindingsFormat::Github => {
            console.print(&github::annotations(problems, sources, blocks, &text()))?;
        }
        FindingsFormat::Sarif => {
            let log = Log::of(problems, sources, blocks, env!("CARGO_PKG_VERSION"));
            print_json(&log, console)?;
            for notification in log.notifications() {
                console.tell_line(&notification)?;
            }
        }
    }
    Ok(if run.problems.has_errors() { ExitStatus::Wrong } else { ExitStatus::Done })
}

/// The last line: what was looked at where nothing was found, and the excuses that were needed.
fn summary(counts: Option<(usize, usize)>, excused: &[Excused], nothing_found: bool) -> String {
    let excuses = excuse::summary(excused);
    match counts {
        Some((clusters, objects)) if nothing_found => {
            let clusters = if clusters == 1 { "1 cluster" } else { &format!("{clusters} clusters") };
            let objects = if objects == 1 { "1 object" } else { &format!("{objects} objects") };
            let excuses = if excuses.is_empty() { excuses } else { format!(", {excuses}") };
            format!("{clusters}, {objects}: no findings{excuses}\n")
        }
        Some(_) | None if !excused.is_empty() => format!("{excuses}\n"),
        Some(_) | None => String::new(),
    }
}

/// The most units whose findings are told with the lines of the fleet that set what is wrong: each of them is rendered
/// some hundred times.
const MOST_UNITS: usize = 40;

/// Adds to each finding on a field the lines of the fleet that set what the field is made of, on the first of its
/// clusters.
fn name_setters(problems: &mut Diagnostics, setters: &Setters<'_>) {
    for problem in problems.iter_mut() {
        let (Some(field), Some(object), Some(cluster)) =
            (&problem.field, &problem.object, problem.clusters.first())
        else {
            continue;
        };
        if field.path.is_empty() {
            continue;
        }
        for at in setters.of(cluster, &field.unit, object, &field.path) {
            if problem.labels.iter().all(|label| label.at != at) {
                problem.labels.push(Label { at, text: "the value is set here".to_owned() });
            }
        }
    }
}

/// What was looked at.
#[derive(Default)]
struct Looked {
    /// The block of each cluster.
    blocks: ClusterBlocks,
    /// How many clusters and objects there are, if nothing stops.
    counts: Option<(usize, usize)>,
    /// The excuses that were needed.
    excused: Vec<Excused>,
}

impl Run {
    /// Collects everything there is to find.
    fn validate(&mut self, settings: &Validate) -> Looked {
        let Some(loaded) = self.load(&settings.fleet) else { return Looked::default() };
        let progress = Progress::new("rendering", loaded.resolved.clusters.len(), settings.progress);
        let outcome = pipeline::render(
            &loaded,
            &Clusters::All,
            settings.fleet.threads,
            &mut self.sources,
            &mut self.problems,
            &|| progress.cluster_done(),
        );
        progress.finish();
        if let Some(again) = outcome.again {
            self.fold();
            name_setters(
                &mut self.problems,
                &Setters::new(&loaded.fleet, &loaded.resolved, again, MOST_UNITS),
            );
        }
        Looked {
            blocks: loaded.resolved.clusters.iter().map(|one| (one.name.clone(), one.span)).collect(),
            counts: outcome.validated.as_ref().map(pipeline::counts),
            excused: outcome.excused,
        }
    }
}
