//! The commands, one file each.

pub mod completion;
pub mod diff;
pub mod man;
pub mod render;
pub mod schema;
pub mod trust;
pub mod validate;
pub mod version;

use std::io;

use super::console::Console;
use super::{inputs, locate, pipeline, settings};
use crate::cluster::Given;
use crate::diagnostic::{Diagnostics, SourceMap};
use crate::report::json;

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
        let (sources, folder) = match locate::locate(fleet.dir.as_deref(), revision) {
            Ok(found) => found,
            Err(problem) => {
                self.problems.push(*problem);
                return None;
            }
        };
        pipeline::load(sources, &folder, given, &mut self.sources, &mut self.problems)
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
