//! `history`: the releases that a cluster's record knows.

use std::io;
use std::sync::Arc;

use super::head::rollout_of;
use super::{Run, print_json};
use crate::cli::args::Format;
use crate::cli::console::Console;
use crate::cli::pipeline::Loaded;
use crate::cli::settings::{Connect, History};
use crate::cli::status::ExitStatus;
use crate::cli::{asking, clock, connect};
use crate::cluster::Cluster;
use crate::live::Identities;
use crate::plan::{Record, SetId};
use crate::report::history as report;
use crate::report::release::Release;
use jiff::Timestamp;

/// Shows the last releases of a cluster.
///
/// # Errors
/// If stdout or stderr cannot be written.
pub fn run(settings: &History, console: &Console) -> io::Result<ExitStatus> {
    let mut run = Run::default();
    let (cluster, releases, status) = match run.releases(settings, *console) {
        Ok((cluster, releases)) => (Some(cluster), Some(releases), ExitStatus::Done),
        Err(status) => (None, None, status),
    };
    run.fold();
    match settings.format {
        Format::Json => {
            let cluster = cluster.map(|cluster| cluster.to_string());
            print_json(&report::History::new(cluster, releases, &run.problems, &run.sources), console)?;
        }
        Format::Text => {
            console.tell_diagnostics(&run.problems, &run.sources)?;
            if let (Some(cluster), Some(releases)) = (&cluster, &releases) {
                console.print(&report::text(cluster, releases))?;
            }
        }
    }
    Ok(status)
}

impl Run {
    fn releases(
        &mut self,
        settings: &History,
        console: Console,
    ) -> Result<(Arc<str>, Vec<Release>), ExitStatus> {
        let loaded = self.load(&settings.fleet).ok_or(ExitStatus::Wrong)?;
        let cluster = self.one_cluster("history", &settings.cluster, &loaded)?;
        let (record, now) = self.record(&loaded, &cluster, &settings.connect, console)?;
        let rollout = rollout_of(&cluster.name, &loaded.resolved.rollouts);
        let soak = rollout.map(|rollout| rollout.soak_of(&cluster.name)).unwrap_or_default();
        let releases = record.map(|record| record.releases).unwrap_or_default();
        // The newest comes first.
        let next = std::iter::once(None).chain(releases.iter().map(|next| Some(next.at)));
        let told = releases.iter().zip(next).map(|(release, next)| Release::of(release, soak, now, next));
        Ok((cluster.name, told.collect()))
    }

    /// The record of a cluster, which is read, and the time there; `None` where there is none.
    pub(super) fn record(
        &mut self,
        loaded: &Loaded,
        cluster: &Cluster,
        how: &Connect,
        console: Console,
    ) -> Result<(Option<Record>, Timestamp), ExitStatus> {
        let fleet = &loaded.resolved;
        let access = self.way(cluster, loaded, how)?;
        let identities = Identities::of(&fleet.clusters);
        let set = SetId::of(&fleet.name, &fleet.state_namespace);
        let ask = async {
            let proven =
                connect::prove(&cluster.name, &access, how, &identities, connect::tell(console)).await?;
            let record = proven.record(&set, &fleet.name).await?.map(|stored| stored.record);
            Ok((proven.doubt(), record, clock::at(&proven)))
        };
        match asking::ask(how, ask) {
            Ok((doubt, record, now)) => {
                doubt.into_iter().for_each(|doubt| self.problems.push(doubt));
                Ok((record, now))
            }
            Err(failed) => {
                self.problems.push(failed.diagnostic(&cluster.name));
                Err(failed.status())
            }
        }
    }
}
