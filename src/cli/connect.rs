//! From a cluster of the fleet to a connection.

use std::sync::Arc;

use super::clock;
use super::console::Console;
use super::contexts::Contexts;
use super::settings::Connect;
use super::status::ExitStatus;
use crate::apply;
use crate::cluster::Cluster;
use crate::diagnostic::{Diagnostic, Diagnostics, SourceMap};
use crate::live::kubeconfig::{Access, Kubeconfig};
use crate::live::{self, Failure, Identities, Notice, Proven, Tell, Unproven};
use crate::report::apply::json;

/// What the kubeconfig says about one cluster of the fleet, and warnings.
///
/// # Errors
/// If no context is known for it, or the kubeconfig does not say how to reach it.
pub fn access(
    cluster: &Cluster,
    clusters: &[Cluster],
    settings: &Connect,
    sources: &mut SourceMap,
) -> Result<(Access, Diagnostics), Diagnostics> {
    let contexts = Contexts::new(settings, clusters)?;
    // What no line of the kubeconfig is to blame for, the cluster's own block is.
    let about = |problem: Box<Diagnostic>| {
        let problem = problem.on(cluster.name.clone());
        let is_placed = !problem.labels.is_empty();
        Diagnostics::from(if is_placed { problem } else { problem.at(cluster.span, "this cluster") })
    };
    let mut access = || {
        let context = contexts.of(cluster).map_err(|problem| Diagnostics::from(*problem))?;
        let kubeconfig = Kubeconfig::read(&settings.kubeconfigs, sources)?;
        kubeconfig.access(context).map_err(about)
    };
    match access() {
        Ok(access) => Ok((access, contexts.doubts)),
        Err(mut problems) => {
            problems.append(contexts.doubts);
            Err(problems)
        }
    }
}

/// How a connection to one cluster is made.
pub fn settings(cluster: &str, settings: &Connect) -> live::Settings {
    live::Settings {
        patience: settings.patience,
        allow_insecure: settings.allow_insecure_tls.iter().any(|allowed| allowed == cluster),
        stdin_is_terminal: settings.stdin_is_terminal,
        proxies: settings.proxies.clone(),
    }
}

/// Connects to a cluster, and holds who answers against the fleet. To be called within a runtime.
///
/// # Errors
/// If it cannot be asked, or if it is another cluster than the one that is meant.
pub async fn prove(
    cluster: &str,
    access: &Access,
    how: &Connect,
    identities: &Identities,
    console: Console,
) -> Result<Proven, Failure> {
    prove_and(cluster, access, how, identities, tell(console)).await
}

/// The same, with something else done with what happens on the way.
///
/// # Errors
/// As [`prove`].
pub async fn prove_and(
    cluster: &str,
    access: &Access,
    how: &Connect,
    identities: &Identities,
    tell: Tell,
) -> Result<Proven, Failure> {
    let unproven = Unproven::open(cluster, access, &settings(cluster, how), tell).await?;
    unproven.prove(identities).await
}

/// Tells on stderr what happens on the way.
pub fn tell(console: Console) -> Tell {
    Arc::new(move |notice: Notice| match line(&notice, console) {
        // With stderr gone there is nobody to tell; what was asked for goes on.
        Some(line) => match console.tell_line(&line) {
            Ok(()) | Err(_) => {}
        },
        None => {}
    })
}

/// What happens on the way as stderr takes it: for people, or as a line of a JSON log.
pub fn line(notice: &Notice, console: Console) -> Option<String> {
    if !console.logs_json {
        return Some(notice.to_string());
    }
    let warning = apply::Event::Warning(notice.event.to_string());
    let line = json::Line::print(&notice.cluster, clock::now().to_string(), &warning).ok()?;
    Some(line.trim_end().to_owned())
}

/// How a run ends that got no connection.
pub fn status(failure: &Failure) -> ExitStatus {
    match failure {
        Failure::Wrong(_) => ExitStatus::Wrong,
        Failure::Unknown(_) => ExitStatus::Unknown,
        Failure::Refused(_) | Failure::Mismatch(_) => ExitStatus::Refused,
    }
}
