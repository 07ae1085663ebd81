//! `schema fetch`: record what the API servers take.

use std::io;

use super::{Run, print_json};
use crate::cli::args::Format;
use crate::cli::console::Console;
use crate::cli::out::Error;
use crate::cli::pipeline::Loaded;
use crate::cli::runtime::block_on;
use crate::cli::selection::{Clusters, select};
use crate::cli::settings::SchemaFetch;
use crate::cli::status::ExitStatus;
use crate::cli::{codes, connect, schemas};
use crate::cluster::Cluster;
use crate::diagnostic::Diagnostic;
use crate::live::{Failure, Identities, Unknown};
use crate::report::fetched::{self, Fetch, Fetched};
use crate::schema::Record;
use crate::source::Sources;

/// Asks one cluster after the other and writes what each serves; one that cannot be read stops no other.
///
/// # Errors
/// If stdout or stderr cannot be written.
pub fn run(settings: &SchemaFetch, console: &Console) -> io::Result<ExitStatus> {
    let mut run = Run::default();
    let mut fetched = Vec::new();
    let mut status = ExitStatus::Done;
    match run.clusters(settings) {
        Some((loaded, clusters)) => {
            // Of the whole run, so that two clusters without a `uid` that are one server are told apart.
            let identities = Identities::of(&loaded.resolved.clusters);
            for cluster in &clusters {
                let (done, ended) = run.fetch(settings, &loaded, cluster, &identities, *console);
                status = status.and(ended);
                if let (Some(done), Format::Text) = (&done, settings.format) {
                    console.print(&fetched::line(done))?;
                }
                fetched.extend(done);
            }
        }
        None => status = ExitStatus::Wrong,
    }
    run.fold();
    match settings.format {
        Format::Json => print_json(&Fetch::new(fetched, &run.problems, &run.sources), console)?,
        Format::Text => console.tell_diagnostics(&run.problems, &run.sources)?,
    }
    Ok(status)
}

impl Run {
    /// The fleet, and the clusters to ask; `None` if a problem is an error.
    fn clusters(&mut self, settings: &SchemaFetch) -> Option<(Loaded, Vec<Cluster>)> {
        if settings.fleet.revision.is_some() {
            let message = "`schema fetch` writes beside the fleet as it is on disk; `--rev` reads another";
            self.problems.push(Diagnostic::error(codes::USAGE, message).help("leave `--rev` out"));
            return None;
        }
        let loaded = self.load(&settings.fleet)?;
        let all = &loaded.resolved.clusters;
        let chosen: Vec<Cluster> = match select(&settings.selection, all, &mut self.sources) {
            // One that renders nothing needs no schemas, unless somebody asks for it.
            Ok(Clusters::All) => all.iter().filter(|cluster| !cluster.retired).cloned().collect(),
            Ok(Clusters::Only(names)) => {
                all.iter().filter(|cluster| names.contains(&cluster.name)).cloned().collect()
            }
            Err(problems) => {
                self.problems.append(problems);
                return None;
            }
        };
        (!self.problems.has_errors()).then_some((loaded, chosen))
    }

    /// Asks one cluster and writes what it said.
    fn fetch(
        &mut self,
        settings: &SchemaFetch,
        loaded: &Loaded,
        cluster: &Cluster,
        identities: &Identities,
        console: Console,
    ) -> (Option<Fetched>, ExitStatus) {
        let (mut record, failed) = match self.published(settings, loaded, cluster, identities, console) {
            Ok(answer) => answer,
            Err(status) => return (None, status),
        };
        let status = if failed.is_empty() { ExitStatus::Done } else { ExitStatus::Unknown };
        Unknown::together(&failed).into_iter().for_each(|problem| self.problems.push(problem));
        if record.index.kinds.is_empty() && !failed.is_empty() {
            return (None, status);
        }
        let Sources::Folder(root) = &loaded.sources else { return (None, ExitStatus::Wrong) };
        let folder = schemas::folder(root, &loaded.schemas);
        match folder.and_then(|folder| schemas::write(&folder, &cluster.name, &mut record)) {
            Ok(schemas::Outcome { written, removed, kept }) => {
                let fetched = Fetched {
                    cluster: cluster.name.to_string(),
                    kubernetes: record.index.kubernetes,
                    kinds: record.index.kinds.len(),
                    unread: record.index.unread,
                    kept,
                    written,
                    removed,
                };
                (Some(fetched), status)
            }
            Err(error) => {
                self.problems.push(unwritten(&error).on(cluster.name.clone()));
                (None, status.and(error.status()))
            }
        }
    }

    fn published(
        &mut self,
        settings: &SchemaFetch,
        loaded: &Loaded,
        cluster: &Cluster,
        identities: &Identities,
        console: Console,
    ) -> Result<(Record, Vec<Unknown>), ExitStatus> {
        let access = self.way(cluster, loaded, &settings.connect)?;
        let answer = block_on(async {
            let proven =
                connect::prove(&cluster.name, &access, &settings.connect, identities, connect::tell(console))
                    .await?;
            let doubt = proven.doubt();
            let answer = proven.schemas().await.map_err(|unknown| Failure::Unknown(Box::new(unknown)))?;
            Ok((answer, doubt))
        });
        match answer {
            Ok(Ok((answer, doubt))) => {
                doubt.into_iter().for_each(|doubt| self.problems.push(doubt));
                Ok(answer)
            }
            Ok(Err(failure)) => {
                let failure: Failure = failure;
                self.problems.push(failure.diagnostic());
                Err(connect::status(&failure))
            }
            Err(error) => {
                let message = format!("the system gives no way to wait for a server: {error}");
                self.problems.push(Diagnostic::error(codes::MACHINE, message));
                Err(ExitStatus::Machine)
            }
        }
    }
}

fn unwritten(error: &Error) -> Diagnostic {
    error
        .diagnostic()
        .note("the schemas cannot be recorded; `schemas` in the `fleet` block names their folder")
}
