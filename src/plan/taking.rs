//! Fields that others own: which of them may be taken.

use super::change::{Action, Change, Conflict, Held};
use super::codes;
use super::permit::{Look, counted};
use crate::diagnostic::Diagnostics;
use crate::diff::Shown;
use crate::object::{MASK, ObjectRef, TakeOver};

/// The most characters of a value that are told.
const LONGEST: usize = 80;

/// Tells the fields that an object would take from others without leave.
pub(super) fn check(look: &Look<'_>, change: &Change) -> Diagnostics {
    let mut found = Diagnostics::new();
    let object = &change.object;
    let held: Vec<&Conflict> =
        change.conflicts.iter().filter(|conflict| !is_allowed(look, change, conflict)).collect();
    if held.is_empty() {
        return found;
    }
    let fields = counted(held.len(), "field");
    let belong = if held.len() == 1 { "belongs" } else { "belong" };
    let mut problem =
        look.error(codes::CONFLICT, object, format!("{fields} of {object} {belong} to somebody else"));
    for conflict in &held {
        let Conflict { path, manager, held: _, theirs, ours } = conflict;
        problem =
            problem.note(format!("{manager} owns {path}: {}, and rendered is {}", word(theirs), word(ours)));
    }
    let takes: Vec<String> =
        held.iter().map(|conflict| format!("{}:{}", look.named_as(object), conflict.path)).collect();
    let quoted: Vec<String> = takes.iter().map(|take| format!("\"{}\"", take.escape_debug())).collect();
    let flags: Vec<String> = takes.iter().map(|take| format!("--take-over '{take}'")).collect();
    let unit = change.unit.as_deref().unwrap_or("its unit");
    found.push(problem.help(format!(
        "leave what others manage out of what is rendered; or take it: add `take_over = [{}]` to {unit}, or say `{}`",
        quoted.join(", "),
        flags.join(" "),
    )));
    found
}

/// Whether a field may be taken: it is named, or the object is taken over from whoever wrote it. What is written by way of
/// a subresource, as the scale, goes on being written, and another set is another fleet's: both must be named.
fn is_allowed(look: &Look<'_>, change: &Change, conflict: &Conflict) -> bool {
    let path = conflict.path.to_string();
    let in_fleet = look.applying(change).into_iter().flat_map(|applying| &applying.take_over);
    let mut named = in_fleet.chain(&look.permit.take_over);
    // Where nobody said that it may be, that is told of the whole object.
    let is_adopted = change.action == Action::Adopt;
    named.any(|take| is_named(take, &change.object, &path)) || is_adopted && conflict.held == Held::Object
}

fn is_named(take: &TakeOver, object: &ObjectRef, path: &str) -> bool {
    take.object.matches(object) && take.covers(path)
}

/// A value, on one line.
fn word(shown: &Shown) -> String {
    match shown {
        Shown::Absent => "nothing".to_owned(),
        Shown::Hidden => MASK.to_owned(),
        Shown::Value(value) => {
            let text = value.to_string();
            match text.char_indices().nth(LONGEST) {
                Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
                None => text,
            }
        }
    }
}
