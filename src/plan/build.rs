//! From what is wanted and what is there to what is to be done.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::approximate::approximate;
use super::change::{Action, Change, Judged, Why};
use super::conflict::{Applied, conflicts, taken};
use super::label::label;
use super::later::Makes;
use super::ownership::{disproof, is_of_fleet, is_ours, is_untouched};
use super::preview::{Ask, Preview};
use super::prune::prune;
use super::rejection::{Meaning, meaning, why};
use super::state::{Kind, Live, LiveState, Served, Unread};
use super::wanted::{Wanted, WantedObject};
use crate::diff::{Hidden, compare};
use crate::object::{FieldPath, FieldSet, Member, Object, ObjectRef, PART_OF, Unmanaged, managed};
use crate::schema::Schemas;

/// What is to be done to one cluster. Made by [`build`] alone.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The cluster of the fleet.
    pub cluster: Arc<str>,
    /// Every object that is wanted, recorded, or carries our label, in the order in which they are applied; what is
    /// no longer wanted comes last.
    pub changes: Vec<Change>,
    /// What could not be read.
    pub unread: Vec<Unread>,
}

impl Plan {
    /// Whether everything is known that there is to know.
    pub fn is_complete(&self) -> bool {
        let is_unknown = |change: &Change| matches!(change.action, Action::Unknown(_));
        self.unread.is_empty() && !self.changes.iter().any(is_unknown)
    }
}

/// What is known of one object before the server is asked.
enum Known<'s> {
    /// All there is to say.
    Said(Action, Judged),
    /// It is there as it was applied.
    Untouched,
    /// The server must be asked; with what is there of it.
    Ask(&'s Served, Option<&'s Live>),
}

/// The questions that the server must be asked: one for each object whose digests do not say that nothing has changed;
/// with `exact`, one for each object that can be asked about.
pub fn asks(wanted: &Wanted<'_>, state: &LiveState, exact: bool) -> Vec<Ask> {
    let makes = Makes::of(wanted, state);
    let asks = wanted.objects.iter().filter_map(|(object, wanted_object)| {
        let Known::Ask(served, _) = known(wanted_object, wanted, state, &makes, exact) else { return None };
        Some(Ask {
            object: object.clone(),
            api_version: Arc::from(wanted_object.object.api_version()),
            served: served.clone(),
            body: wanted_object.body(&wanted.set),
            hides: hidden(wanted_object, state).is_secret(),
        })
    });
    asks.collect()
}

/// What is to be done. `previews` answers the questions of [`asks`]; an object that a preview is missing for is unknown.
/// `schemas` are those that hold on the cluster, for where the server may not be asked.
pub fn build(
    wanted: &Wanted<'_>,
    state: &LiveState,
    previews: &BTreeMap<ObjectRef, Preview>,
    schemas: Option<&Schemas>,
) -> Plan {
    let makes = Makes::of(wanted, state);
    let mut changes = Vec::with_capacity(wanted.objects.len());
    let mut unread = Vec::new();
    for (object, wanted_object) in wanted.objects.iter() {
        let blank = Blank::of(wanted_object, state);
        let change = match previews.get(object) {
            // Whatever was asked for, an answer counts.
            Some(preview) => match known(wanted_object, wanted, state, &makes, true) {
                Known::Ask(served, live) => {
                    let case = Case {
                        wanted: wanted_object,
                        set: wanted,
                        served,
                        live,
                        state,
                        schemas,
                        makes: &makes,
                    };
                    if let Preview::Unread(why) = preview {
                        unread.push(why.clone());
                    }
                    case.judge(blank, preview)
                }
                Known::Said(action, judged) => blank.say(action, judged),
                Known::Untouched => blank.say(Action::Unchanged, Judged::Server),
            },
            None => match known(wanted_object, wanted, state, &makes, false) {
                Known::Said(action, judged) => blank.say(action, judged),
                Known::Untouched => blank.say(Action::Unchanged, Judged::Server),
                Known::Ask(..) => {
                    blank.say(Action::Unknown(Why::from("the server was not asked about it")), Judged::Server)
                }
            },
        };
        changes.push(change);
    }
    changes.extend(prune(wanted, state));
    let unread_kinds = state.kinds.values().filter_map(|kind| match kind {
        Kind::Unread(why) => Some(why.clone()),
        Kind::Listed { .. } | Kind::NotServed => None,
    });
    let of_record = |unread: &Unread| Unread { why: format!("the record: {}", unread.why), ..unread.clone() };
    let record = state.record.as_ref().err().map(of_record);
    let unread = record.into_iter().chain(unread_kinds).chain(unread).collect();
    Plan { cluster: Arc::clone(&wanted.cluster), changes, unread }
}

/// What is known of one object without asking.
fn known<'s>(
    object: &WantedObject<'_>,
    wanted: &Wanted<'_>,
    state: &'s LiveState,
    makes: &Makes,
    exact: bool,
) -> Known<'s> {
    let reference = object.reference();
    let (served, objects) = match state.kind(reference) {
        Some(Kind::Listed { served, objects }) => (served, objects),
        Some(Kind::Unread(unread)) => {
            return Known::Said(Action::Unknown(Why::from(unread.why.as_str())), Judged::Server);
        }
        Some(Kind::NotServed) => {
            return match makes.definition_of(reference) {
                Some(later) => Known::Said(Action::Create, Judged::Later(later)),
                None => match makes.doubt_of(reference) {
                    Some(doubt) => Known::Said(Action::Unknown(doubt), Judged::Server),
                    None => Known::Said(Action::Refused(not_served(reference)), Judged::Server),
                },
            };
        }
        None => return Known::Said(Action::Unknown(Why::from("its kind was not read")), Judged::Server),
    };
    // Under this name nothing can be there; what is meant may well be.
    if served.namespaced != reference.namespace.is_some() {
        return Known::Said(Action::Refused(misplaced(reference, served)), Judged::Server);
    }
    let live = objects.get(reference);
    if let Some(since) = live.and_then(Live::terminating) {
        let since = Why::from(format!("it is being deleted since {since}"));
        return Known::Said(Action::Terminating(since), Judged::Server);
    }
    let api_version = object.object.api_version();
    if !served.versions.iter().any(|version| **version == *api_version) {
        return match makes.definition_of(reference) {
            Some(later) if live.is_none() => Known::Said(Action::Create, Judged::Later(later)),
            Some(later) => match live.is_some_and(|live| is_of_fleet(reference, live, state, &wanted.set)) {
                true => Known::Said(Action::Update, Judged::Later(later)),
                false => Known::Said(Action::Adopt, Judged::Later(later)),
            },
            None => {
                let versions = served.versions.join(", ");
                let why = format!("the server does not serve it as {api_version}, but as {versions}");
                Known::Said(Action::Refused(Why::from(why)), Judged::Server)
            }
        };
    }
    if live.is_none()
        && let Some(later) = makes.namespace_of(reference)
    {
        return Known::Said(Action::Create, Judged::Later(later));
    }
    if !exact
        && let (Some(live), Ok(admission), Ok(Some(record))) = (live, &state.admission, &state.record)
        && let Some(entry) = record.inventory.get(reference)
        && is_untouched(object, entry, live, served, admission, &wanted.set)
    {
        return Known::Untouched;
    }
    Known::Ask(served, live)
}

fn not_served(object: &ObjectRef) -> Why {
    let kind = match object.group.as_ref() {
        "" => object.kind.to_string(),
        group => format!("{}.{group}", object.kind),
    };
    Why::from(format!("the server has no kind {kind}, and no CustomResourceDefinition of it is rendered"))
}

fn misplaced(object: &ObjectRef, served: &Served) -> Why {
    let kind = &object.kind;
    Why::from(match served.namespaced {
        true => format!("the server has a {kind} in a namespace only, and it is rendered in none"),
        false => format!("the server has a {kind} in no namespace, and it is rendered in one"),
    })
}

fn unowned(unclear: &Unmanaged) -> Action {
    Action::Unknown(Why::from(format!("who owns its fields is not known: {unclear}")))
}

/// A change of which only the object is known.
struct Blank<'r> {
    change: Change,
    hidden: Hidden,
    rendered: &'r Object,
}

impl<'r> Blank<'r> {
    fn of(wanted: &WantedObject<'r>, state: &LiveState) -> Self {
        let object = wanted.reference();
        Self {
            hidden: hidden(wanted, state),
            rendered: wanted.object,
            change: Change {
                object: object.clone(),
                api_version: Arc::from(wanted.object.api_version()),
                unit: Some(Arc::from(wanted.unit)),
                action: Action::Unchanged,
                fields: Vec::new(),
                conflicts: Vec::new(),
                judged: Judged::Server,
            },
        }
    }

    fn say(self, action: Action, judged: Judged) -> Change {
        let Self { change, hidden, rendered } = self;
        let fields = match action == Action::Create {
            true => compare(None, Some(&Value::Object(rendered.body().clone())), &hidden),
            false => Vec::new(),
        };
        Change { action, judged, fields, ..change }
    }
}

/// What must not be shown of an object: its secrets as rendered now and as recorded. Where the record cannot be read, or
/// is lost, what was secret when it was applied is not known: then nothing is shown that fleetwright has applied.
pub(super) fn hidden(wanted: &WantedObject<'_>, state: &LiveState) -> Hidden {
    let object = wanted.reference();
    let secrets = wanted.secrets.iter();
    match state.recorded().and_then(|record| record.inventory.get(object)) {
        Some(entry) => Hidden::of(object, secrets.chain(&entry.secrets)),
        None => {
            let ours = state.live(object).map(applied).unwrap_or_default();
            Hidden::of(object, secrets.chain(&ours))
        }
    }
}

/// The fields of a live object that fleetwright has applied; the whole object if that is not clear.
fn applied(live: &Live) -> Vec<FieldPath> {
    let Ok(managers) = managed(&live.object) else { return vec![FieldPath::new()] };
    let ours = managers.into_iter().filter(is_ours);
    let key = |member: &Member| match member {
        Member::Field(name) => name.clone(),
        // The place of an item stands for all of them.
        Member::Keys(_) | Member::Value(_) | Member::Index(_) => "0".to_owned(),
    };
    let leaves = ours.flat_map(|ours| {
        let leaves = ours.fields.leaves(&live.object);
        leaves.into_iter().map(|(path, _)| path.iter().map(key).collect()).collect::<Vec<_>>()
    });
    leaves.filter(|path: &FieldPath| *path != ["metadata", "labels", PART_OF]).collect()
}

/// Whether an object is never deleted to be made anew, as what it holds would go with it.
fn holds_others(object: &ObjectRef) -> bool {
    let kinds = [
        ("", "Namespace"),
        ("", "PersistentVolume"),
        ("", "PersistentVolumeClaim"),
        ("apiextensions.k8s.io", "CustomResourceDefinition"),
    ];
    kinds.into_iter().any(|(group, kind)| object.is(group, kind))
}

/// One object that the server was asked about.
struct Case<'a> {
    wanted: &'a WantedObject<'a>,
    set: &'a Wanted<'a>,
    served: &'a Served,
    live: Option<&'a Live>,
    state: &'a LiveState,
    schemas: Option<&'a Schemas>,
    makes: &'a Makes,
}

impl Case<'_> {
    fn judge(&self, blank: Blank<'_>, preview: &Preview) -> Change {
        match preview {
            Preview::Unread(unread) => {
                blank.say(Action::Unknown(Why::from(unread.why.as_str())), Judged::Server)
            }
            Preview::Skipped(why) => self.approximately(blank, why),
            Preview::Accepted(after) => self.accepted(blank, after),
            Preview::Rejected(rejection) => {
                let hides = blank.hidden.is_secret();
                let reason = why(rejection, hides);
                let reference = self.wanted.reference();
                match meaning(rejection, self.live.is_some()) {
                    Meaning::MayNotPatch => self.approximately(
                        blank,
                        "the user may not ask for a dry run, which takes the right to patch",
                    ),
                    Meaning::GivesAway => {
                        let why = Why::from("the user may not grant the rights that are in it");
                        let changed = self.approximately(blank, "");
                        Change { judged: Judged::Forbidden(why), ..changed }
                    }
                    Meaning::NoDryRun => self.approximately(blank, "a webhook cannot be asked by a dry run"),
                    Meaning::NoNamespace => {
                        match (self.makes.namespace_of(reference), self.makes.doubt_of(reference)) {
                            (Some(later), _) => blank.say(Action::Create, Judged::Later(later)),
                            (None, Some(doubt)) => blank.say(Action::Unknown(doubt), Judged::Server),
                            (None, None) => {
                                let namespace = reference.namespace.as_deref().unwrap_or_default();
                                let why = format!("there is no namespace {namespace}, and none is rendered");
                                blank.say(Action::Refused(Why::from(why)), Judged::Server)
                            }
                        }
                    }
                    Meaning::Immutable if holds_others(reference) => {
                        let kind = &reference.kind;
                        let why = format!("a {kind} is never deleted to be made anew, and {reason}");
                        let changed = self.approximately(blank, "");
                        Change { action: Action::Refused(Why::from(why)), judged: Judged::Server, ..changed }
                    }
                    Meaning::Immutable => {
                        let changed = self.approximately(blank, "");
                        let action = match (changed.action, self.disproof()) {
                            (Action::Unknown(why), _) => Action::Unknown(why),
                            (_, Some(why)) => Action::Refused(Why::from(format!(
                                "it would have to be deleted and made again, which is for you to do: {why}; and {reason}"
                            ))),
                            (_, None) => Action::Replace(reason),
                        };
                        Change { action, judged: Judged::Server, ..changed }
                    }
                    Meaning::Refused => match self.makes.changed_definition_of(reference) {
                        // What the server knows now says nothing about what it will know then.
                        Some(later) => {
                            let changed = self.approximately(blank, "");
                            Change { judged: Judged::Later(later), ..changed }
                        }
                        None => blank.say(Action::Refused(reason), Judged::Server),
                    },
                }
            }
        }
    }

    fn accepted(&self, blank: Blank<'_>, after: &Value) -> Change {
        let Some(live) = self.live else { return blank.say(Action::Create, Judged::Server) };
        let version = |object: &Value| object.pointer("/metadata/resourceVersion").cloned();
        // A dry run keeps it: with another one, what somebody did in between would be taken for ours.
        if let (Some(listed), Some(asked)) = (version(&live.object), version(after))
            && listed != asked
        {
            let why = Why::from("somebody changed it while it was looked at; run it again");
            return blank.say(Action::Unknown(why), Judged::Server);
        }
        let owned: Vec<FieldSet> = match managed(after) {
            Ok(managers) => managers.into_iter().filter(is_ours).map(|ours| ours.fields).collect(),
            Err(unclear) => return blank.say(unowned(&unclear), Judged::Server),
        };
        let hidden = blank.hidden.clone();
        let mut change = self.differs(blank, live, after, &Applied::Owned(&owned), Judged::Server);
        // Where nothing changes, nothing is taken.
        if !change.fields.is_empty() {
            match taken(&live.object, after, &self.served.versions, &change.conflicts, &hidden) {
                Ok(taken) => change.conflicts.extend(taken),
                Err(unclear) => change.action = unowned(&unclear),
            }
        }
        change
    }

    fn differs(
        &self,
        blank: Blank<'_>,
        live: &Live,
        after: &Value,
        applied: &Applied<'_>,
        judged: Judged,
    ) -> Change {
        let mut fields = compare(Some(&live.object), Some(after), &blank.hidden);
        let mut conflicts = match conflicts(&live.object, after, applied, &blank.hidden) {
            Ok(conflicts) => conflicts,
            Err(unclear) => return blank.say(unowned(&unclear), Judged::Server),
        };
        if let Some(label) = label(live, &self.set.set) {
            conflicts.extend(label.theirs());
            // What is taken over gets it in any case.
            fields.extend((self.state.record.is_ok() && self.is_ours()).then(|| label.lost()));
        }
        let action = self.action(!fields.is_empty());
        Change { fields, conflicts, action, judged, ..blank.change }
    }

    /// What fleetwright makes of it by itself.
    fn approximately(&self, blank: Blank<'_>, why: &str) -> Change {
        let why = Why::from(why);
        let Some(live) = self.live else { return blank.say(Action::Create, Judged::Approximately(why)) };
        let body = self.wanted.body(&self.set.set);
        let after = approximate(&live.object, &body, self.wanted.object, self.schemas);
        self.differs(blank, live, &after, &Applied::Rendered(&body), Judged::Approximately(why))
    }

    fn is_ours(&self) -> bool {
        let reference = self.wanted.reference();
        self.live.is_some_and(|live| is_of_fleet(reference, live, self.state, &self.set.set))
    }

    /// Why what is there may not be deleted to be made anew.
    fn disproof(&self) -> Option<String> {
        // Where the record could not be read, that is told.
        let record = self.state.record.as_ref().ok()?.as_ref();
        let entry = record.and_then(|record| record.inventory.get(self.wanted.reference()));
        self.live.and_then(|live| disproof(entry, live, &self.set.set))
    }

    /// What is to be done to an object that is there.
    fn action(&self, differs: bool) -> Action {
        match (self.is_ours(), differs) {
            (false, _) => Action::Adopt,
            (true, true) => Action::Update,
            (true, false) => Action::Unchanged,
        }
    }
}
