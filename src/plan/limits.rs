//! How much may be changed or deleted without a word.

use super::change::Action;
use super::codes;
use super::permit::{Look, counted};
use super::state::Kind;
use crate::cluster::Limits;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::object::ObjectRef;

/// Tells what is more than allowed. The exact number of deletions, said aloud, allows it; another number allows nothing.
pub(super) fn check(look: &Look<'_>, found: &mut Diagnostics) {
    let record = look.state.recorded();
    // A run records what it is about to make before it does: what is known not to be there is none of what there is.
    let is_absent = |object: &&ObjectRef| match look.state.kind(object) {
        Some(Kind::Listed { objects, .. }) => !objects.contains_key(*object),
        Some(Kind::NotServed | Kind::Unread(_)) | None => false,
    };
    let recorded =
        record.map_or(0, |record| record.inventory.keys().filter(|object| !is_absent(object)).count());
    let count = |is_meant: fn(&Action) -> bool| {
        look.plan.changes.iter().filter(|change| is_meant(&change.action)).count()
    };
    let deleted = count(|action| *action == Action::Delete);
    let changed = count(|action| matches!(action, Action::Update | Action::Replace(_)));
    let would = match deleted {
        0 => "none would be".to_owned(),
        deleted => format!("{deleted} of {} would be", counted(recorded, "recorded object")),
    };
    let help = format!("if that is meant, say `--deletions {deleted}`");
    match look.permit.deletions {
        Some(said) if said == deleted => return,
        // An earlier run was stopped among them: the number holds for those that are left.
        Some(said) if said > deleted && said <= deleted + look.done().count() => return,
        Some(said) => {
            let message = format!("{} to be deleted, and {would}", are(said));
            let help = match deleted {
                0 => "leave `--deletions` out".to_owned(),
                deleted => format!("look at the plan again; if that is meant, say `--deletions {deleted}`"),
            };
            found.push(Diagnostic::error(codes::NUMBER, message).help(help));
            return;
        }
        None => {}
    }
    let mut tell = |message: String, note: &str| {
        found.push(Diagnostic::error(codes::LIMIT, message).note(note).help(help.clone()));
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
    let Limits { deletions, changed_percent } = look.permit.limits;
    if let Some(most) = deletions.filter(|most| deleted > *most) {
        tell(
            format!("{} would be deleted", counted(deleted, "object")),
            &format!("the rollout's `limits` allow {most}"),
        );
    }
    // There is nothing yet that a first apply could change.
    let touched = changed + deleted;
    if let Some(most) = changed_percent.filter(|most| touched * 100 > recorded * *most && recorded > 0) {
        let message =
            format!("{touched} of {} would be changed or deleted", counted(recorded, "recorded object"));
        tell(message, &format!("the rollout's `limits` allow {most} percent"));
    }
}

fn are(said: usize) -> String {
    if said == 1 {
        "`--deletions` says that 1 object is".to_owned()
    } else {
        format!("`--deletions` says that {said} objects are")
    }
}
