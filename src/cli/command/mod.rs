//! The commands, one file each.

pub mod apply;
pub mod completion;
pub mod diff;
pub mod explain;
pub mod external;
pub mod fmt;
mod head;
pub mod history;
pub mod man;
mod planned;
pub mod render;
pub mod schema;
pub mod set;
pub mod status;
pub mod trust;
pub mod unlock;
pub mod validate;
pub mod version;

use std::io;

use super::console::Console;
use super::selection::{Clusters, select};
use super::settings::Selection;
use super::status::ExitStatus;
use super::{codes, connect, inputs, locate, pipeline, settings};
use crate::cluster::{Cluster, Given};
use crate::diagnostic::{Diagnostic, Diagnostics, SourceMap, one_of};
use crate::live::kubeconfig::Access;
use crate::report::json;
use crate::source::{RelPath, Sources};

/// What a fleet is read into, and what is found on the way.
#[derive(Default)]
struct Run {
    sources: SourceMap,
    problems: Diagnostics,
}

impl Run {
    /// The fleet; `None` if a problem is an error.
    fn load(&mut self, fleet: &settings::Fleet) -> Option<pipeline::Loaded> {
        let given = self.given(fleet);
        self.load_at(fleet, fleet.revision.as_deref(), &given)
    }

    /// The values of variables that were given. To be called once: one may come from stdin.
    fn given(&mut self, fleet: &settings::Fleet) -> Vec<Given> {
        inputs::collect(&fleet.variables, &mut self.sources, &mut self.problems)
    }

    /// The fleet as of a revision, or as it is on disk; `None` if a problem is an error.
    fn load_at(
        &mut self,
        fleet: &settings::Fleet,
        revision: Option<&str>,
        given: &[Given],
    ) -> Option<pipeline::Loaded> {
        let (sources, folder) = self.located(fleet, revision)?;
        pipeline::load(sources, &folder, given, fleet.threads, &mut self.sources, &mut self.problems)
    }

    /// The fleet, not resolved; `None` if its outline is not known.
    fn read(&mut self, fleet: &settings::Fleet) -> Option<pipeline::Read> {
        let (sources, folder) = self.located(fleet, fleet.revision.as_deref())?;
        pipeline::read(sources, &folder, &mut self.sources, &mut self.problems)
    }

    fn located(&mut self, fleet: &settings::Fleet, revision: Option<&str>) -> Option<(Sources, RelPath)> {
        locate::locate(fleet.dir.as_deref(), revision).map_err(|problem| self.problems.push(*problem)).ok()
    }

    /// The one cluster that a command is about: the one of this name, or that the pattern leaves alone.
    fn one_cluster(
        &mut self,
        command: &str,
        pattern: &str,
        loaded: &pipeline::Loaded,
    ) -> Result<Cluster, ExitStatus> {
        let clusters = &loaded.resolved.clusters;
        let selection = Selection { clusters: vec![pattern.to_owned()], labels: None };
        let chosen = match select(&selection, clusters, &mut self.sources) {
            Ok(Clusters::Only(chosen)) => chosen,
            Ok(Clusters::All) => clusters.iter().map(|cluster| cluster.name.clone()).collect(),
            Err(problems) => {
                self.problems.append(problems);
                return Err(ExitStatus::Wrong);
            }
        };
        let mut found = clusters.iter().filter(|cluster| chosen.contains(&cluster.name));
        match (found.next(), found.next()) {
            (Some(cluster), None) => Ok(cluster.clone()),
            (_, _) => Err(self.wrong(
                Diagnostic::error(
                    codes::ONE_CLUSTER,
                    format!("`{command}` is about one cluster, and `--cluster` names several"),
                )
                .note(format!("it matches {}", one_of(chosen.iter().map(|name| &**name))))
                .help("take them one after the other, and look at each"),
            )),
        }
    }

    /// The way to a cluster; tells what is doubtful about it.
    fn way(
        &mut self,
        cluster: &Cluster,
        loaded: &pipeline::Loaded,
        how: &settings::Connect,
    ) -> Result<Access, ExitStatus> {
        match connect::access(cluster, &loaded.resolved.clusters, how, &mut self.sources) {
            Ok((access, doubts)) => {
                self.problems.append(doubts);
                Ok(access)
            }
            Err(problems) => {
                self.problems.append(problems);
                Err(ExitStatus::Wrong)
            }
        }
    }

    /// Tells a mistake.
    fn wrong(&mut self, problem: Diagnostic) -> ExitStatus {
        self.problems.push(problem);
        ExitStatus::Wrong
    }

    /// Tells a refusal.
    fn refused(&mut self, problem: Diagnostic) -> ExitStatus {
        self.problems.push(problem);
        ExitStatus::Refused
    }

    /// Brings what was found into its order.
    fn fold(&mut self) {
        self.problems = std::mem::take(&mut self.problems).folded();
    }
}

/// A JSON document on stdout.
fn print_json<T: serde::Serialize>(document: &T, console: &Console) -> io::Result<()> {
    console.print(&json::print(document).map_err(io::Error::from)?)
}
