//! `unlock`: the lock of a run that has ended without giving it back.

use std::io;
use std::sync::Arc;

use super::Run;
use super::head::rollout_of;
use crate::cli::console::Console;
use crate::cli::pipeline::Loaded;
use crate::cli::settings::Unlock;
use crate::cli::status::ExitStatus;
use crate::cli::{asking, codes, connect};
use crate::cluster::Cluster;
use crate::diagnostic::Diagnostic;
use crate::live::{Failure, Identities, LONGEST_WATCH, LockId, Proven};
use crate::plan::{Phase, SetId};

/// Gives back the lock of a run.
///
/// # Errors
/// If stdout or stderr cannot be written.
pub fn run(settings: &Unlock, console: &Console) -> io::Result<ExitStatus> {
    let mut run = Run::default();
    let unlocked = run.unlock(settings, *console);
    run.fold();
    console.tell_diagnostics(&run.problems, &run.sources)?;
    match unlocked {
        Ok(what) => {
            console.tell_line(&format!(
                "{what} is unlocked; `fleetwright apply` goes on with what the run had begun"
            ))?;
            Ok(ExitStatus::Done)
        }
        Err(status) => Ok(status),
    }
}

/// Which lock is meant.
struct Meant {
    /// The cluster that holds it.
    cluster: Cluster,
    /// The lock.
    lock: LockId,
}

impl Run {
    fn unlock(&mut self, settings: &Unlock, console: Console) -> Result<String, ExitStatus> {
        let loaded = self.load(&settings.fleet).ok_or(ExitStatus::Wrong)?;
        let fleet = &loaded.resolved;
        let set = SetId::of(&fleet.name, &fleet.state_namespace);
        let Meant { cluster, lock } = self.meant(settings, &loaded, &set)?;
        let what = lock.what(&cluster.name);
        let access = self.way(&cluster, &loaded, &settings.connect)?;
        let identities = Identities::of(&fleet.clusters);
        match console.tell_line(&format!("watching whether run {} is alive", settings.run.escape_debug())) {
            // What cannot be told changes nothing.
            Ok(()) | Err(_) => {}
        }
        let ask = async {
            let proven = connect::prove(
                &cluster.name,
                &access,
                &settings.connect,
                &identities,
                connect::tell(console),
            )
            .await?;
            match proven.unlock(&lock, &settings.run).await {
                Ok(unlocked) => Ok(unlocked),
                Err(Failure::Refused(problem)) => {
                    let known = match settings.rollout {
                        // Its lock lies on the first cluster, and what it does is in the record of another.
                        true => changed(&proven, &lock).await,
                        false => evidence(&proven, &set, &fleet.name).await,
                    };
                    let problem = known.into_iter().fold(*problem, Diagnostic::note);
                    Err(Failure::Refused(Box::new(problem)))
                }
                Err(other) => Err(other),
            }
        };
        match asking::ask_longer(&settings.connect, LONGEST_WATCH, ask) {
            Ok(true) => Ok(what),
            Ok(false) => {
                let problem = Diagnostic::error(codes::NOT_LOCKED, format!("{what} is not locked"));
                Err(self.refused(
                    problem.on(Arc::clone(&cluster.name)).help("there is nothing to unlock: apply as always"),
                ))
            }
            Err(failed) => {
                self.problems.push(failed.diagnostic(&cluster.name));
                Err(failed.refusal())
            }
        }
    }

    fn meant(&mut self, settings: &Unlock, loaded: &Loaded, set: &SetId) -> Result<Meant, ExitStatus> {
        let cluster = self.one_cluster("unlock", &settings.cluster, loaded)?;
        if !settings.rollout {
            return Ok(Meant { lock: LockId::of_cluster(set), cluster });
        }
        let rollout = rollout_of(&cluster.name, &loaded.resolved.rollouts);
        let first = rollout.and_then(|rollout| {
            let first = rollout.first()?;
            Some((rollout, loaded.resolved.clusters.iter().find(|cluster| cluster.name == *first)?))
        });
        let Some((rollout, first)) = first else {
            let message = format!("cluster \"{}\" is in no rollout", cluster.name);
            let problem = Diagnostic::error(codes::USAGE, message).at(cluster.span, "this cluster");
            return Err(self.wrong(problem.help("leave `--rollout` out")));
        };
        Ok(Meant { lock: LockId::of_rollout(set, &rollout.name), cluster: first.clone() })
    }
}

/// Which cluster the run changes that holds a rollout's lock, in a line.
async fn changed(proven: &Proven, lock: &LockId) -> Vec<String> {
    match proven.holder(lock).await {
        Ok(Some(holder)) if !holder.cluster.is_empty() => {
            let cluster = holder.cluster;
            vec![format!(
                "it changes cluster {cluster}: `fleetwright status --cluster {cluster}` tells how far it has come"
            )]
        }
        Ok(_) => Vec::new(),
        Err(unknown) => vec![format!("which cluster it changes cannot be read: {}", unknown.phrase())],
    }
}

/// What the cluster's record says of the run that is not finished, a line each.
async fn evidence(proven: &Proven, set: &SetId, fleet: &str) -> Vec<String> {
    match proven.record(set, fleet).await {
        Ok(Some(stored)) => match stored.record.run {
            Some(run) => {
                let phase = match run.phase {
                    Phase::Applying => "was applying",
                    Phase::Deleting => "was deleting",
                    Phase::Failed => "had failed",
                };
                vec![format!(
                    "its record: run {} by {} {phase} when last heard of, begun {}",
                    run.id, run.by, run.at
                )]
            }
            None => vec!["its record knows of no run that is not finished".to_owned()],
        },
        Ok(None) => vec!["it has no record: nothing was written yet".to_owned()],
        Err(failure) => vec![format!("its record cannot be read: {}", failure.diagnostic().message)],
    }
}
