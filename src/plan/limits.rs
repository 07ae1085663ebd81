//! How much may be changed or deleted without a word.

use super::change::Action;
use super::codes;
use super::permit::{Look, counted};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::object::ObjectRef;

/// How much is there, and how much of that is deleted and changed.
struct Counts {
    recorded: usize,
    deleted: usize,
    changed: usize,
}

impl Counts {
    fn of(look: &Look<'_>) -> Self {
        // A run records what it is about to make before it does: what is known not to be there is none of what there is.
        let is_there = |object: &&ObjectRef| !look.state.is_absent(object);
        let record = look.state.recorded();
        let count = |is_meant: fn(&Action) -> bool| {
            look.plan.changes.iter().filter(|change| is_meant(&change.action)).count()
        };
        Self {
            recorded: record.map_or(0, |record| record.inventory.keys().filter(is_there).count()),
            deleted: count(|action| *action == Action::Delete),
            changed: count(|action| matches!(action, Action::Update | Action::Replace(_))),
        }
    }
}

/// Tells what is more than allowed.
pub(super) fn check(look: &Look<'_>, found: &mut Diagnostics) {
    let counts = Counts::of(look);
    let is_said = deletions(look, &counts, found);
    if let Some((most, message)) = changes(look, &counts, is_said) {
        let problem = Diagnostic::error(codes::CHANGED, message);
        let problem = problem.note(format!("the rollout's `limits` allow {most} percent"));
        found.push(problem.help(match changes(look, &counts, true) {
            None => format!("if that is meant, say `--deletions {}`", counts.deleted),
            Some(_) => "raise `changed_percent`, or go on once with `--break-glass \"reason\"`, which is recorded"
                .to_owned(),
        }));
    }
}

/// What is changed and deleted beyond what the rollout allows, in a phrase; none if it is within.
pub(super) fn too_much(look: &Look<'_>) -> Option<String> {
    let counts = Counts::of(look);
    let is_said = deletions(look, &counts, &mut Diagnostics::new());
    changes(look, &counts, is_said)
        .map(|(most, message)| format!("{message}, and {most} percent are allowed"))
}

/// Tells deletions that are more than allowed; whether their exact number was said aloud, which allows it. Another number
/// allows nothing.
fn deletions(look: &Look<'_>, counts: &Counts, found: &mut Diagnostics) -> bool {
    let record = look.state.recorded();
    let &Counts { recorded, deleted, .. } = counts;
    let would = match deleted {
        0 => "none would be".to_owned(),
        deleted => format!("{deleted} of {} would be", counted(recorded, "recorded object")),
    };
    match look.permit.deletions {
        Some(said) if said == deleted => return true,
        // An earlier run was stopped among them: the number holds for those that are left.
        Some(said) if said > deleted && said <= deleted + look.done().count() => return true,
        Some(said) => {
            let message = format!("{} to be deleted, and {would}", are(said));
            let help = match deleted {
                0 => "leave `--deletions` out".to_owned(),
                deleted => format!("look at the plan again; if that is meant, say `--deletions {deleted}`"),
            };
            found.push(Diagnostic::error(codes::NUMBER, message).help(help));
            return false;
        }
        None => {}
    }
    let mut tell = |message: String, note: &str| {
        let help = format!("if that is meant, say `--deletions {deleted}`");
        found.push(Diagnostic::error(codes::LIMIT, message).note(note).help(help));
    };
    if look.wanted.objects.is_empty() && record.is_some_and(|record| !record.inventory.is_empty()) {
        tell(
            format!(
                "nothing is rendered, and {deleted} of {} would be deleted",
                counted(recorded, "recorded object")
            ),
            "a render that lost its objects looks the same",
        );
    } else if deleted * 2 > recorded {
        tell(
            format!("{deleted} of {} would be deleted", counted(recorded, "recorded object")),
            "that is more than half",
        );
    }
    if let Some(most) = look.permit.limits.deletions.filter(|most| deleted > *most) {
        tell(
            format!("{} would be deleted", counted(deleted, "object")),
            &format!("the rollout's `limits` allow {most}"),
        );
    }
    false
}

/// The most that may be changed, in percent, if that is exceeded, and by how much it is. Deletions whose number was said
/// aloud are none of it. There is nothing yet that a first apply could change.
fn changes(look: &Look<'_>, counts: &Counts, is_said: bool) -> Option<(usize, String)> {
    let &Counts { recorded, deleted, changed } = counts;
    let (touched, what) = match is_said {
        true => (changed, "changed"),
        false => (changed + deleted, "changed or deleted"),
    };
    let most = look.permit.limits.changed_percent?;
    let message = format!("{touched} of {} would be {what}", counted(recorded, "recorded object"));
    (recorded > 0 && touched * 100 > recorded * most).then_some((most, message))
}

fn are(said: usize) -> String {
    if said == 1 {
        "`--deletions` says that 1 object is".to_owned()
    } else {
        format!("`--deletions` says that {said} objects are")
    }
}
