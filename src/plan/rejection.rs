//! What it means that a server does not take an object.

use std::sync::Arc;

use super::change::Why;
use super::preview::{Cause, Rejection};

/// What it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The user may not ask: no dry run without the right to patch.
    MayNotPatch,
    /// It gives away rights that the user does not have.
    GivesAway,
    /// A webhook cannot be asked without consequences.
    NoDryRun,
    /// Only what cannot be changed is wrong with it.
    Immutable,
    /// Its namespace is not there.
    NoNamespace,
    /// It would not be taken.
    Refused,
}

/// How API servers word that a field cannot be changed; there is no reason of its own for it. In lower case.
const IMMUTABLE: [&str; 8] = [
    "immutable",
    "may not change",
    "may not be changed",
    "cannot be changed",
    "can not be changed",
    "cannot change",
    "for fields other than",
    "updates to",
];

/// The longest text of a server that is repeated, in characters.
const LONGEST: usize = 400;

/// What a rejection means for an object that is there, or is not.
pub(super) fn meaning(rejection: &Rejection, is_there: bool) -> Meaning {
    let Rejection { code, reason, message, causes } = rejection;
    // What a webhook or a policy denies has words of its author, and may pass on what another server said.
    let forbidden =
        message.split_once("is forbidden: ").filter(|(what, _)| !what.contains("admission webhook"));
    if let (403, Some((_, why))) = (*code, forbidden) {
        let verbs = ["patch", "create", "update"];
        let is_about_rights = |verb: &str| why.contains(&format!(" cannot {verb} resource "));
        if why.starts_with("User ") && verbs.into_iter().any(is_about_rights) {
            return Meaning::MayNotPatch;
        }
        // Who may patch a Role may still not give away rights that they do not have, not even in a dry run.
        if why.starts_with("user ") && why.contains("attempting to grant RBAC permissions not currently held")
        {
            return Meaning::GivesAway;
        }
    }
    if *code == 400 && message.contains("does not support dry run") {
        return Meaning::NoDryRun;
    }
    if *code == 404 && reason == "NotFound" && message.starts_with("namespaces \"") {
        return Meaning::NoNamespace;
    }
    let cannot_change = |cause: &Cause| {
        let message = cause.message.to_lowercase();
        // What a policy denies is about no field, whatever its author says of it.
        !cause.field.is_empty() && IMMUTABLE.iter().any(|words| message.contains(words))
    };
    if *code == 422 && is_there && !causes.is_empty() && causes.iter().all(cannot_change) {
        return Meaning::Immutable;
    }
    Meaning::Refused
}

/// A rejection in a phrase. Values of the object are left out of it as far as the server says where they are; where
/// something of the object is secret (`hides`), nothing is repeated but the names of fields and the kind of fault.
pub(super) fn why(rejection: &Rejection, hides: bool) -> Why {
    let Rejection { code, reason, message, causes } = rejection;
    let said = match (causes.as_slice(), hides) {
        ([], true) => reason.clone(),
        ([], false) => short(message),
        (causes, hides) => {
            let told: Vec<String> = causes.iter().map(|cause| of(cause, hides)).collect();
            told.join("; ")
        }
    };
    match said.is_empty() {
        true => Arc::from(format!("the server answered {code}")),
        false => Arc::from(format!("the server answered {code}: {said}")),
    }
}

impl Rejection {
    /// Why, in a phrase without values; where something of the object is secret (`hides`), without the server's words.
    pub fn phrase(&self, hides: bool) -> Why {
        why(self, hides)
    }
}

fn of(cause: &Cause, hides: bool) -> String {
    let Cause { field, reason, message } = cause;
    let what = match hides {
        true => reason,
        // `Invalid value: VALUE: what is wrong with it`
        false if message.starts_with("Invalid value: ") => message.rsplit(": ").next().unwrap_or(message),
        false => message,
    };
    // An index of a list is no secret; a key of a map may be one.
    let field = match (hides, field.split_once('[')) {
        (true, Some((field, _))) => field,
        _ => field,
    };
    let what = short(what);
    if field.is_empty() { what } else { format!("{field}: {what}") }
}

fn short(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}
