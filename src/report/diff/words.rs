//! What is said of an object and of a cluster, in the words of every format.

use super::Known;
use super::entry::{Entry, Part, Verb};
use super::lines::{Form, form};
use super::names;
use crate::diff::{Clusters, FieldChange, Hidden, Path, Shown, compare};
use crate::object::{ObjectRef, scope};
use crate::plan::{Conflict, Judged};
use crate::report::escape::one_line;

/// A phrase, its own words and those of others told apart: what others said is quoted where a format can.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Words(pub Vec<Word>);

/// A part of a phrase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// Words of this room.
    Own(String),
    /// A name, a value or a reason from elsewhere.
    Quoted(String),
}

impl Words {
    pub(super) fn own(mut self, text: impl Into<String>) -> Self {
        self.0.push(Word::Own(text.into()));
        self
    }

    pub(super) fn quoted(mut self, text: impl Into<String>) -> Self {
        self.0.push(Word::Quoted(text.into()));
        self
    }

    fn clusters(self, some: &Clusters, all: &Clusters) -> Self {
        let said = names::clusters(some, all);
        if names::are_all(some, all) { self.own(said) } else { self.quoted(said) }
    }

    /// The phrase on one line.
    pub(super) fn plain(&self) -> String {
        let words = self.0.iter().map(|word| match word {
            Word::Own(text) => text.clone(),
            Word::Quoted(text) => one_line(text).into_owned(),
        });
        words.collect()
    }
}

/// What is done to an object, in the infinitive or as a state, for a list of numbers.
pub(super) fn aim(verb: Verb) -> &'static str {
    match verb {
        Verb::Create => "to create",
        Verb::Update => "to change",
        Verb::Adopt => "to take over",
        Verb::Replace => "to replace",
        Verb::Delete => "to delete",
        Verb::Refused => "refused",
        Verb::Terminating => "being deleted",
        Verb::Unknown => "unknown",
        Verb::Keep => "kept",
        Verb::Stray => "astray",
        Verb::Unchanged => "unchanged",
    }
}

/// What is said of an action beside its sign, with its reason if it has one.
fn action(verb: Verb, why: Option<&str>) -> Option<Words> {
    let said = match verb {
        Verb::Create | Verb::Update | Verb::Delete | Verb::Unchanged | Verb::Terminating => "",
        Verb::Adopt => "taken over: it was not made by fleetwright",
        Verb::Replace => "replace required",
        Verb::Refused => "refused",
        Verb::Unknown => "unknown",
        Verb::Keep => "no longer rendered, kept",
        Verb::Stray => "left alone: it carries the label of this fleet, and is neither rendered nor recorded",
    };
    match (said, why) {
        ("", None) => None,
        ("", Some(why)) => Some(Words::default().quoted(why)),
        (said, None) => Some(Words::default().own(said)),
        (said, Some(why)) => Some(Words::default().own(format!("{said}: ")).quoted(why)),
    }
}

/// What is said of an object on all its clusters. A reason that is not the same on all is said with the clusters that
/// have it: [`part`].
pub(super) fn entry(entry: &Entry<'_>) -> Option<Words> {
    let has_reason = entry.parts.iter().any(|part| part.why.is_some());
    action(entry.verb, None).filter(|_| !has_reason)
}

/// What is said of an object on some of its clusters beside its fields: the reason of its action, why the server did
/// not judge it, and the conflicts, each with the way to take it over.
pub(super) fn part(entry: &Entry<'_>, part: &Part<'_>) -> Vec<Words> {
    let why = part.why.and_then(|why| action(entry.verb, Some(why)));
    let later = match part.judged {
        Some(Judged::Later(why)) => Some(Words::default().own("not checked by the server: ").quoted(&**why)),
        Some(Judged::Approximately(_) | Judged::Forbidden(_) | Judged::Server | Judged::Rendered) | None => {
            None
        }
    };
    why.into_iter().chain(later).collect()
}

/// A conflict.
pub(super) fn conflict(found: &Conflict) -> Words {
    let Conflict { path, manager, held: _, theirs, ours } = found;
    let change = FieldChange { path: path.clone(), before: theirs.clone(), after: ours.clone() };
    let words = Words::default().own("conflict: ").quoted(manager).own(" owns ").quoted(path.to_string());
    let value = |words: Words, value: Option<String>| match value {
        Some(value) => words.quoted(value),
        None => words.own("nothing"),
    };
    match form(&change) {
        Form::Short(theirs, ours) => value(value(words.own(": "), theirs).own(" → "), ours),
        Form::Long { .. } => words,
    }
}

/// How a conflict is taken over: by a setting of the fleet.
pub(super) fn take_over(object: &ObjectRef, found: &Conflict) -> Words {
    let field = format!("{object}:{}", found.path);
    let setting = format!("take_over = [\"{}\"]", field.escape_debug());
    Words::default().own("take it over with ").quoted(setting).own(" in its unit")
}

/// `only on prod-a`, or `only on prod-a, else as on prod-b` where what comes is what differs from other clusters; the
/// second set is theirs.
pub(super) fn only_on(some: &Clusters, others: Option<&Clusters>, all: &Clusters) -> Words {
    let words = Words::default().own("only on ").clusters(some, all);
    match others {
        Some(others) => words.own(", else as on ").clusters(others, all),
        None => words,
    }
}

/// `on prod-a, prod-b`.
pub(super) fn on(some: &Clusters, all: &Clusters) -> Words {
    Words::default().own("on ").clusters(some, all)
}

/// What is to be said of how much of a cluster is known.
pub(super) fn known(known: &Known) -> Vec<Words> {
    let said = |own: &str, why: &str| Words::default().own(own).quoted(why);
    match known {
        Known::Completely => Vec::new(),
        Known::Partly(reasons) => reasons.iter().map(|why| said("known in part: ", why)).collect(),
        Known::Unread(why) => vec![said("unknown: ", why)],
        Known::Refused(why) => vec![said("refused: ", why)],
    }
}

/// The groups whose kinds everybody means when they say no group.
const BUILT_IN: [&str; 8] = [
    "",
    "apps",
    "batch",
    "autoscaling",
    "policy",
    "networking.k8s.io",
    "rbac.authorization.k8s.io",
    "storage.k8s.io",
];

/// `Deployment/backend-a in backend`; of another group's kind with a name that a built-in one has too, with the group,
/// as `Service.serving.knative.dev/backend-a in backend`.
pub(super) fn title(object: &ObjectRef) -> String {
    let ObjectRef { group, kind, namespace, name } = object;
    let is_built_in = BUILT_IN.contains(&&**group);
    let is_taken = !is_built_in && BUILT_IN.iter().any(|built_in| scope(built_in, kind).is_some());
    let kind = if is_taken { format!("{kind}.{group}") } else { kind.to_string() };
    match namespace {
        Some(namespace) => one_line(&format!("{kind}/{name} in {namespace}")).into_owned(),
        None => one_line(&format!("{kind}/{name}")).into_owned(),
    }
}

/// A path as it is shown.
pub(super) fn path(path: &Path) -> String {
    one_line(&path.to_string()).into_owned()
}

/// The fields to show of a part. Of an object that is there on one side alone most clusters have the whole of it, and
/// the others what differs from that; with the clusters that they are compared with. Of one that goes, none: that it
/// goes is all there is to say.
pub(super) fn fields<'e>(entry: &'e Entry<'_>, part: &Part<'_>) -> (Vec<FieldChange>, Option<&'e Clusters>) {
    if entry.verb == Verb::Delete {
        return (Vec::new(), None);
    }
    match (entry.whole(), part.whole()) {
        (Some((most, clusters)), Some(this)) if this != most => {
            (exceptions(entry.object, most, this), Some(clusters))
        }
        _ => (part.fields.iter().map(|field| (*field).clone()).collect(), None),
    }
}

fn exceptions(object: &ObjectRef, most: &FieldChange, this: &FieldChange) -> Vec<FieldChange> {
    let value = |change: &FieldChange| match (&change.before, &change.after) {
        (_, Shown::Value(value)) | (Shown::Value(value), _) => Some(value.clone()),
        _ => None,
    };
    match (value(most), value(this)) {
        (Some(most), Some(this)) => compare(Some(&most), Some(&this), &Hidden::of(object, [])),
        _ => vec![this.clone()],
    }
}
