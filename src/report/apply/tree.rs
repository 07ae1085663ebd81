//! How far each unit has come, as a block of lines that is drawn again and again on a terminal.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::event::step;
use super::{is_bad, is_done, said};
use crate::apply::{Event, ObjectEnd};
use crate::object::ObjectRef;
use crate::plan::Plan;
use crate::report::escape::one_line;
use crate::report::severity::count;

/// The most lines that are drawn: a block that is higher than the terminal cannot be drawn again.
const MOST_LINES: usize = 16;

/// The fewest, and the narrowest: what is drawn on a terminal that is smaller is of no use there.
const FEWEST_LINES: usize = 3;
const NARROWEST: usize = 20;

/// What stands for the objects that no unit renders any more.
const NO_UNIT: &str = "no longer rendered";

/// How far each unit has come.
#[derive(Clone, Debug)]
pub struct Tree {
    cluster: Arc<str>,
    doing: String,
    units: BTreeMap<Arc<str>, Unit>,
}

/// How far one unit has come.
#[derive(Clone, Debug, Default)]
struct Unit {
    objects: usize,
    ends: BTreeMap<ObjectRef, ObjectEnd>,
    /// Those under way, with what is said of them.
    under_way: BTreeMap<ObjectRef, Arc<str>>,
}

impl Tree {
    /// That nothing was done yet of a plan.
    pub fn of(plan: &Plan) -> Self {
        let mut units: BTreeMap<Arc<str>, Unit> = BTreeMap::new();
        for change in plan.changes.iter().filter(|change| change.action.is_difference()) {
            units.entry(key(change.unit.as_ref())).or_default().objects += 1;
        }
        Self { cluster: Arc::clone(&plan.cluster), doing: "beginning".to_owned(), units }
    }

    /// Takes in what happened.
    pub fn on(&mut self, event: &Event) {
        match event {
            Event::Waiting { holder } => self.doing = format!("waiting for the lock, held by {holder}"),
            Event::Locked { .. } => self.doing = "locked".to_owned(),
            Event::Begun(begun) => self.doing = step(begun),
            Event::Writing { object, unit } => {
                let unit = self.units.entry(key(unit.as_ref())).or_default();
                unit.under_way.insert(object.clone(), Arc::from("writing"));
            }
            Event::NotReady { object, unit, why } => {
                let unit = self.units.entry(key(unit.as_ref())).or_default();
                unit.under_way.insert(object.clone(), Arc::clone(why));
            }
            Event::Object { object, unit, end } => {
                let unit = self.units.entry(key(unit.as_ref())).or_default();
                if *end == ObjectEnd::Written {
                    unit.under_way.insert(object.clone(), Arc::from("written"));
                } else {
                    unit.under_way.remove(object);
                }
                unit.ends.insert(object.clone(), end.clone());
            }
            Event::Stopping => self.doing = "stopping: what is under way ends".to_owned(),
            Event::Warning(_) | Event::Notice { .. } => {}
        }
    }

    /// The block for a terminal of so many columns and rows, of a bounded height, without the last line break. Units that
    /// are done are left out first where there is no room for all.
    pub fn block(&self, columns: usize, rows: usize) -> String {
        let mut lines = vec![format!("{}: {}", self.cluster, self.doing)];
        let (open, done): (Vec<_>, Vec<_>) = self.units.iter().partition(|(_, unit)| !unit.is_done());
        let mut below: Vec<String> = open.iter().flat_map(|(name, unit)| unit.lines(name)).collect();
        // A row stays free for the cursor, and for what comes after.
        let room = MOST_LINES.min(rows.saturating_sub(1)).max(FEWEST_LINES) - 1;
        let done_lines = done.iter().flat_map(|(name, unit)| unit.lines(name)).collect::<Vec<_>>();
        match below.len() + done_lines.len() <= room {
            true => below.extend(done_lines),
            false if !done.is_empty() => {
                let are = if done.len() == 1 { "is" } else { "are" };
                below.insert(0, format!("  {} {are} done", count(done.len(), "unit")));
            }
            false => {}
        }
        if below.len() > room {
            let more = below.len() - (room - 1);
            below.truncate(room - 1);
            below.push(format!("  and {more} more lines"));
        }
        lines.extend(below);
        let fit = |line: &String| one_line(line).chars().take(columns.max(NARROWEST)).collect::<String>();
        lines.iter().map(fit).collect::<Vec<_>>().join("\n")
    }
}

fn key(unit: Option<&Arc<str>>) -> Arc<str> {
    unit.map_or_else(|| Arc::from(NO_UNIT), Arc::clone)
}

impl Unit {
    fn finished(&self) -> usize {
        self.ends.values().filter(|end| is_done(end)).count()
    }

    fn is_done(&self) -> bool {
        self.under_way.is_empty() && self.finished() >= self.objects
    }

    fn lines(&self, name: &str) -> Vec<String> {
        let bad = self.ends.iter().filter(|(_, end)| is_bad(end));
        let bad = bad.map(|(object, end)| {
            let (what, why) = said(end);
            format!("    {object}  {what}: {}", why.unwrap_or_default())
        });
        let under_way = self.under_way.iter().map(|(object, what)| format!("    {object}  {what}"));
        let head = format!("  {name}  {}/{}", self.finished(), self.objects.max(self.ends.len()));
        std::iter::once(head).chain(bad).chain(under_way).collect()
    }
}
