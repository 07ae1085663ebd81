//! What the person who applies a plan allows, and what stands in its way.

use std::collections::{BTreeMap, BTreeSet};

use super::build::Plan;
use super::change::{Action, Change, Judged};
use super::state::{Kind, Live, LiveState, Unread};
use super::wanted::{Wanted, WantedObject};
use super::{adoption, codes, limits, prune, risk, size, taking};
use crate::cluster::{Applying, Limits};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::object::{ObjectRef, TakeOver};

/// What is allowed beyond what every apply may do.
#[derive(Clone, Debug, Default)]
pub struct Permit {
    /// Whether objects that something else made may be taken over.
    pub adopt: bool,
    /// How many objects are to be deleted, said aloud; no other number will do.
    pub deletions: Option<usize>,
    /// The fields that may be taken from other managers, beside those of the fleet.
    pub take_over: Vec<TakeOver>,
    /// The limits of the rollout.
    pub limits: Limits,
}

impl Plan {
    /// What stands in the way of applying this plan: each with the object, why, and what to do. Without errors it may be
    /// applied; warnings tell what is risky about it.
    pub fn blockers(&self, wanted: &Wanted<'_>, state: &LiveState, permit: &Permit) -> Diagnostics {
        let look = Look { plan: self, wanted, state, permit };
        let mut found = Diagnostics::new();
        look.unread(&mut found);
        look.renamed(&mut found);
        for change in &self.changes {
            look.object(change, &mut found);
        }
        adoption::check(&look, &mut found);
        limits::check(&look, &mut found);
        look.named(&mut found);
        risk::check(&look, &mut found);
        found.on(&self.cluster)
    }

    /// What would be changed beyond what the rollout allows, in a phrase; none if it is within. Who breaks the rollout's
    /// rules breaks this one too.
    pub fn too_much(&self, wanted: &Wanted<'_>, state: &LiveState, permit: &Permit) -> Option<String> {
        limits::too_much(&Look { plan: self, wanted, state, permit })
    }
}

/// What a plan is judged by.
pub(super) struct Look<'a> {
    pub plan: &'a Plan,
    pub wanted: &'a Wanted<'a>,
    pub state: &'a LiveState,
    pub permit: &'a Permit,
}

impl<'a> Look<'a> {
    /// How the unit of a change is to be applied.
    pub fn applying(&self, change: &Change) -> Option<&'a Applying> {
        self.wanted.units.get(change.unit.as_deref()?).copied()
    }

    /// An error about an object, with the line that renders it.
    pub fn error(&self, code: Code, object: &ObjectRef, message: String) -> Diagnostic {
        self.placed(Diagnostic::error(code, message), object)
    }

    /// A warning about an object.
    pub fn warning(&self, code: Code, object: &ObjectRef, message: String) -> Diagnostic {
        self.placed(Diagnostic::warning(code, message), object)
    }

    fn placed(&self, problem: Diagnostic, object: &ObjectRef) -> Diagnostic {
        let problem = problem.about(object.to_string());
        match self.wanted.objects.get(object).and_then(|wanted| wanted.origin) {
            Some(origin) => problem.at(origin, "rendered from here"),
            None => problem,
        }
    }

    /// What would be written, with the object.
    pub fn written(&self) -> impl Iterator<Item = (&'a Change, &'a WantedObject<'a>)> {
        let changes = self.plan.changes.iter().filter(|change| change.action.is_written());
        changes.filter_map(|change| Some((change, self.wanted.objects.get(&change.object)?)))
    }

    /// That the cluster had another name when it was applied to last.
    fn renamed(&self, found: &mut Diagnostics) {
        let now = &self.wanted.cluster;
        if let Some(record) = self.state.recorded().filter(|record| *record.cluster != **now) {
            let before = record.cluster.escape_debug();
            let message =
                format!("cluster \"{now}\" was applied to as \"{before}\", by its UID the same one");
            found.push(
                Diagnostic::warning(codes::RENAMED, message)
                    .help("if it was renamed, nothing is to be done: the next apply records its new name"),
            );
        }
    }

    /// What could not be read: it stands in the way of what is wanted, and keeps what is only recorded.
    fn unread(&self, found: &mut Diagnostics) {
        if let Err(unread) = &self.state.record {
            found.push(unknown(unread, format!("the record could not be read: {}", unread.why)));
        }
        let mut reasons: BTreeMap<(&str, bool), (BTreeSet<String>, &Unread)> = BTreeMap::new();
        for ((group, kind), unread) in &self.state.kinds {
            let Kind::Unread(unread) = unread else { continue };
            let is_wanted = self.wanted.objects.iter().any(|(object, _)| object.is(group, kind));
            let named = if group.is_empty() { kind.to_string() } else { format!("{kind}.{group}") };
            let reason = reasons.entry((&unread.why, is_wanted));
            reason.or_insert_with(|| (BTreeSet::new(), unread)).0.insert(named);
        }
        for ((why, is_wanted), (kinds, unread)) in reasons {
            let kinds = kinds.into_iter().collect::<Vec<_>>().join(", ");
            found.push(match is_wanted {
                true => unknown(unread, format!("it is not known what is there of {kinds}: {why}")),
                false => Diagnostic::warning(codes::KEPT, format!("nothing of {kinds} is deleted: {why}"))
                    .note("they are no longer rendered, and it is not known what is there of them"),
            });
        }
        let mut unclear: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for change in &self.plan.changes {
            let is_told = matches!(self.state.kind(&change.object), Some(Kind::Unread(_)));
            if let Action::Unknown(why) = &change.action
                && !is_told
                && self.wanted.objects.get(&change.object).is_some()
            {
                unclear.entry(why).or_default().push(change.object.to_string());
            }
        }
        for (why, objects) in unclear {
            let what = counted(objects.len(), "object");
            let problem = Diagnostic::error(
                codes::UNREAD,
                format!("it is not known what would become of {what}: {why}"),
            );
            found.push(listed(problem, objects).help("run it again once that is mended"));
        }
    }

    /// What is recorded, no longer wanted, and gone, where a run has not ended: that run may have deleted it.
    pub fn done(&self) -> impl Iterator<Item = &'a ObjectRef> {
        let record = self.state.record.as_ref().ok().and_then(Option::as_ref);
        let recorded = record.filter(|record| record.run.is_some()).map(|record| record.inventory.keys());
        let unwanted = recorded.into_iter().flatten().filter(|one| self.wanted.objects.get(one).is_none());
        unwanted.filter(|object| self.state.is_absent(object))
    }

    /// The namespace of an object and since when it is being deleted, if it is.
    fn ending(&self, object: &ObjectRef) -> Option<(&str, &str)> {
        let ending = &self.state.admission.as_ref().ok()?.ending;
        ending.get_key_value(object.namespace.as_deref()?).map(|(name, since)| (&**name, &**since))
    }

    fn object(&self, change: &Change, found: &mut Diagnostics) {
        let Change { object, action, .. } = change;
        match action {
            Action::Refused(why) => {
                let problem =
                    self.error(codes::REFUSED, object, format!("{object} cannot be applied: {why}"));
                found.push(match self.ending(object) {
                    Some((namespace, since)) => problem
                        .note(format!("the namespace {namespace} is being deleted since {since}"))
                        .help(format!(
                            "wait until it is gone; what it waits for, and which finalizers, is in the conditions of `kubectl get namespace {namespace} -o yaml`"
                        )),
                    None => problem.help("change what renders it"),
                });
            }
            Action::Terminating(why) => {
                let mut problem =
                    self.error(codes::TERMINATING, object, format!("{object} cannot be applied: {why}"));
                let waits = self.state.live(object).map(Live::finalizers).unwrap_or_default();
                if !waits.is_empty() {
                    problem = problem.note(format!("it waits for its finalizers: {}", waits.join(", ")));
                }
                found
                    .push(problem.help(
                        "wait until it is gone, and run it again; fleetwright takes no finalizer away",
                    ));
            }
            Action::Replace(why) => {
                let allowed = self.applying(change).into_iter().flat_map(|applying| &applying.replace);
                if !allowed.into_iter().any(|named| named.matches(object)) {
                    let message = format!("{object} would have to be deleted and made again");
                    let unit = change.unit.as_deref().unwrap_or("its unit");
                    let help =
                        format!("if that may be, add `replace = [\"{}\"]` to {unit}", self.named_as(object));
                    found.push(self.error(codes::REPLACE, object, message).note(why.to_string()).help(help));
                }
            }
            Action::Unchanged
            | Action::Create
            | Action::Update
            | Action::Adopt
            | Action::Delete
            | Action::Keep(_)
            | Action::Stray
            | Action::Unknown(_) => {}
        }
        if let (true, Judged::Forbidden(why)) = (action.is_written(), &change.judged) {
            let problem = self.error(codes::REFUSED, object, format!("{object} cannot be applied: {why}"));
            found.push(problem.help("let somebody apply it who has these rights"));
        }
        if action.is_written() {
            found.append(taking::check(self, change));
            found.append(size::check(self, change));
        }
    }

    /// The shortest name of an object that means no other of the cluster.
    pub fn named_as(&self, object: &ObjectRef) -> String {
        let same = |one: &&ObjectRef| one.kind == object.kind && one.name == object.name;
        let others =
            || self.wanted.objects.iter().map(|(one, _)| one).filter(same).filter(|one| *one != object);
        let kind = match others().any(|one| one.group != object.group) {
            true if !object.group.is_empty() => format!("{}.{}", object.kind, object.group),
            true | false => object.kind.to_string(),
        };
        match &object.namespace {
            Some(namespace) if others().any(|one| one.namespace != object.namespace) => {
                format!("{namespace}/{kind}/{}", object.name)
            }
            Some(_) | None => format!("{kind}/{}", object.name),
        }
    }

    /// What was named to be deleted.
    fn named(&self, found: &mut Diagnostics) {
        for named in &self.wanted.deletes {
            let meant: Vec<&Change> =
                self.plan.changes.iter().filter(|change| named.matches(&change.object)).collect();
            let is_done = meant.is_empty() && self.done().any(|object| named.matches(object));
            if !is_done && !meant.iter().any(|change| change.action == Action::Delete) {
                let why = match meant.first().map(|change| &change.action) {
                    None => "it is neither recorded nor rendered here".to_owned(),
                    Some(Action::Keep(why) | Action::Unknown(why)) => why.to_string(),
                    Some(Action::Stray) => "it is not recorded".to_owned(),
                    Some(_) => "it is rendered".to_owned(),
                };
                let message = format!("{named} is named to be deleted and would not be: {why}");
                found.push(
                    Diagnostic::error(codes::NAMED, message).help(format!("take `--delete {named}` away")),
                );
            }
        }
        for change in self.plan.changes.iter().filter(|change| change.action == Action::Delete) {
            let object = &change.object;
            let inside = self.state.live(object).and_then(|live| prune::inside(object, live));
            if let Some(inside) = inside {
                let ours = counted(inside.count(self.wanted, self.state), "object");
                let message = format!(
                    "{object} is deleted with all that is in it: {ours} of this fleet, and what others put there"
                );
                found.push(self.warning(codes::WITH_ALL, object, message));
            }
        }
    }
}

fn unknown(unread: &Unread, message: String) -> Diagnostic {
    let problem =
        Diagnostic::error(codes::UNREAD, message).note("nothing is written where something is not known");
    match &unread.problem.help {
        Some(help) => problem.help(help.clone()),
        None => problem.help("run it again once that is mended"),
    }
}

/// `1 object`, `2 objects`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// A problem with some objects, a line each.
pub(super) fn listed(problem: Diagnostic, objects: impl IntoIterator<Item = String>) -> Diagnostic {
    objects.into_iter().fold(problem, Diagnostic::note)
}
