//! `trust`: pin a cluster by the UID that it answers with.

use std::io;
use std::path::Path;
use std::sync::Arc;

use super::{Run, print_json};
use crate::cli::args::Format;
use crate::cli::console::Console;
use crate::cli::pipeline::Loaded;
use crate::cli::rewrite::{Original, RewriteError, write};
use crate::cli::runtime::block_on;
use crate::cli::settings::{Consent, Trust};
use crate::cli::status::ExitStatus;
use crate::cli::{codes, connect};
use crate::cluster::Cluster;
use crate::diagnostic::{Diagnostic, SourceFile};
use crate::fleet::{Address, Assignment, set};
use crate::live::kubeconfig::Access;
use crate::live::{Failure, Identities};
use crate::report::trust::{self, Found, Outcome};
use crate::source::{RelPath, Sources};

/// Asks the cluster who it is, shows it, and writes it into the fleet.
///
/// # Errors
/// If stdout or stderr cannot be written.
pub fn run(settings: &Trust, console: &Console) -> io::Result<ExitStatus> {
    let mut run = Run::default();
    let (found, outcome, status) = match run.ask(settings, console) {
        Ok((loaded, cluster, found, is_pinned)) => {
            if settings.format == Format::Text {
                console.print(&trust::text(&found))?;
            }
            let (outcome, status) = match is_pinned {
                true => (Outcome::AlreadyPinned, ExitStatus::Done),
                false => run.pin(settings, &loaded, &cluster, &found, console)?,
            };
            (Some(found), outcome, status)
        }
        Err(status) => (None, Outcome::NotPinned, status),
    };
    run.fold();
    match settings.format {
        Format::Json => {
            print_json(&trust::Trust::new(found, outcome, &run.problems, &run.sources), console)?;
        }
        Format::Text => {
            console.tell_diagnostics(&run.problems, &run.sources)?;
            if let (Some(found), Outcome::AlreadyPinned) = (&found, outcome) {
                console.tell_line(&format!("cluster \"{}\" is pinned to it already", found.cluster))?;
            }
        }
    }
    Ok(status)
}

impl Run {
    /// What answers for the cluster, and whether just that is pinned.
    fn ask(
        &mut self,
        settings: &Trust,
        console: &Console,
    ) -> Result<(Loaded, Cluster, Found, bool), ExitStatus> {
        if settings.fleet.revision.is_some() {
            return Err(self.wrong(
                Diagnostic::error(
                    codes::USAGE,
                    "`trust` edits the fleet as it is on disk; `--rev` reads another",
                )
                .help("leave `--rev` out"),
            ));
        }
        let loaded = self.load(&settings.fleet).ok_or(ExitStatus::Wrong)?;
        if self.problems.has_errors() {
            return Err(ExitStatus::Wrong);
        }
        let cluster = self.one_cluster("trust", &settings.cluster, &loaded)?;
        let identities = self.identities(settings.replace.as_deref(), &cluster, &loaded)?;
        let access = self.way(&cluster, &loaded, &settings.connect)?;
        let answer = block_on(answer(settings, &cluster, &access, &identities, *console));
        match answer {
            Ok(Ok((found, is_pinned))) => Ok((loaded, cluster, found, is_pinned)),
            Ok(Err(failure)) => {
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

    /// What the fleet says, less what is to be replaced.
    fn identities(
        &mut self,
        replace: Option<&str>,
        cluster: &Cluster,
        loaded: &Loaded,
    ) -> Result<Identities, ExitStatus> {
        let identities = Identities::of(&loaded.resolved.clusters);
        let Some(replace) = replace else { return Ok(identities) };
        let name = &cluster.name;
        match identities.pinned(name) {
            Some(pinned) if pinned.as_str() == replace => Ok(identities.without(name)),
            pinned => {
                let is = match pinned {
                    Some(pinned) => format!("pinned is {pinned}"),
                    None => "nothing is pinned".to_owned(),
                };
                Err(self.refused(
                    Diagnostic::error(
                        codes::REPLACE,
                        format!("`--replace` does not name the UID that is pinned for cluster \"{name}\""),
                    )
                    .at(cluster.span, is)
                    .on(name.clone())
                    .help("leave `--replace` out to see what answers; give it the UID that is to go"),
                ))
            }
        }
    }

    /// Asks for consent and writes the UID.
    fn pin(
        &mut self,
        settings: &Trust,
        loaded: &Loaded,
        cluster: &Cluster,
        found: &Found,
        console: &Console,
    ) -> io::Result<(Outcome, ExitStatus)> {
        let name = &cluster.name;
        let agreed = match settings.consent {
            Consent::Given => true,
            // With the facts: stdout may lead elsewhere.
            Consent::Ask { sees_stdout: _ } => {
                let Found { server, kubernetes, uid, .. } = found;
                let what = format!("{server} runs Kubernetes {kubernetes} and has the UID {uid}");
                let question = format!("{what}\nIs that cluster \"{name}\"? Pin it? [y/N] ");
                matches!(console.ask(&question)?.to_lowercase().as_str(), "y" | "yes")
            }
            Consent::Nobody => {
                let status = self.wrong(
                    Diagnostic::error(codes::CONFIRMATION, "nobody can be asked: stdin is no terminal")
                        .on(name.clone())
                        .note(format!("the UID that would be pinned is {}", found.uid))
                        .help("give --yes if that is the cluster that is meant"),
                );
                return Ok((Outcome::NotPinned, status));
            }
        };
        if !agreed {
            console.tell_line("nothing was written")?;
            return Ok((Outcome::NotPinned, ExitStatus::Refused));
        }
        let by_hand = format!("uid = \"{}\" in cluster \"{name}\"", found.uid);
        let file = self.sources.file(cluster.span.file);
        let path = file.and_then(|file| RelPath::parse(file.path()).ok());
        let (Some(path), Sources::Folder(root)) = (path, &loaded.sources) else {
            let message = format!("the file of cluster \"{name}\" cannot be edited");
            let status = self
                .wrong(Diagnostic::error(codes::EDIT, message).help(format!("write it yourself: {by_hand}")));
            return Ok((Outcome::NotPinned, status));
        };
        let text = file.map_or("", SourceFile::text);
        match pinned(root, &path, text, name, &found.uid) {
            Ok(()) => {
                if settings.format == Format::Text {
                    console
                        .tell_line(&format!("{path}: cluster \"{name}\" is pinned to it now; commit that"))?;
                }
                Ok((Outcome::Pinned, ExitStatus::Done))
            }
            Err(error) => {
                self.problems.push(error.diagnostic(&by_hand).on(name.clone()));
                Ok((Outcome::NotPinned, error.status()))
            }
        }
    }
}

/// Writes the UID into the block of the cluster.
fn pinned(root: &Path, path: &RelPath, read: &str, name: &str, uid: &str) -> Result<(), RewriteError> {
    let original = Original::open(root, path, read)?;
    let edited = Address::named("cluster", name)
        .and_then(|cluster| set(&original.text, &cluster, &Assignment::argument("uid", uid)))
        .map_err(|error| RewriteError::Edit { path: path.clone(), error: Box::new(error) })?;
    write(&[(original, edited.text)])
}

async fn answer(
    settings: &Trust,
    cluster: &Cluster,
    access: &Access,
    identities: &Identities,
    console: Console,
) -> Result<(Found, bool), Failure> {
    let name: &Arc<str> = &cluster.name;
    let proven = connect::prove(name, access, &settings.connect, identities, connect::tell(console)).await?;
    let target = proven.target();
    let found = Found {
        cluster: name.to_string(),
        context: target.context.clone(),
        server: target.server.clone(),
        user: match &target.acts_as {
            Some(other) => format!("{} acting as {other}", target.user),
            None => target.user.clone(),
        },
        kubernetes: proven.kubernetes().await?,
        uid: proven.uid().to_string(),
    };
    let is_pinned = cluster.uid.as_deref() == Some(found.uid.as_str());
    Ok((found, is_pinned))
}
