//! Objects that something else made.

use std::collections::BTreeSet;

use super::change::Action;
use super::codes;
use super::ownership::is_ours;
use super::permit::{Look, listed};
use super::state::Live;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::object::{ObjectRef, managed};

/// Tells all objects that would be taken over, if nobody said that they may be.
pub(super) fn check(look: &Look<'_>, found: &mut Diagnostics) {
    let adopted = look.plan.changes.iter().filter(|change| change.action == Action::Adopt);
    let adopted: Vec<&ObjectRef> = adopted.map(|change| &change.object).collect();
    if look.permit.adopt || adopted.is_empty() {
        return;
    }
    let message = match adopted.len() {
        1 => "1 object is there already, and fleetwright did not make it".to_owned(),
        count => format!("{count} objects are there already, and fleetwright did not make them"),
    };
    let lines = adopted.iter().map(|object| match look.state.live(object).map(makers).unwrap_or_default() {
        makers if makers.is_empty() => object.to_string(),
        makers => format!("{object}, of {}", makers.join(" and ")),
    });
    let them = if adopted.len() == 1 { "it" } else { "them" };
    let help = format!(
        "`--adopt` takes {them} over, and deletes nothing: what others own and is not rendered stays"
    );
    found.push(listed(Diagnostic::error(codes::ADOPT, message), lines).help(help));
}

/// Who manages a live object, beside its subresources.
fn makers(live: &Live) -> Vec<String> {
    let managers = managed(&live.object).unwrap_or_default();
    let others = managers.into_iter().filter(|entry| entry.subresource.is_none() && !is_ours(entry));
    others.map(|entry| entry.manager).collect::<BTreeSet<_>>().into_iter().collect()
}
