//! In which order a plan is carried out.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::build::Plan;
use super::change::{Action, Change};
use super::level::{Levels, block};
use super::needs::{NETWORKING, Need, needs, rules_for};
use super::risk::is_strict;
use super::shrink::{Shrinking, shrinking};
use super::state::LiveState;
use super::wanted::Wanted;
use crate::object::{ApplyOrder, ObjectRef, apply_order};

/// What is written and deleted, in waves: a wave begins when the one before it has ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Steps {
    /// Definitions and namespaces that come before everything else: once they are there, the server is asked again what
    /// it serves.
    pub foundation: Vec<Wave>,
    /// All other writes.
    pub writes: Vec<Wave>,
    /// What is deleted after everything else succeeded.
    pub deletions: Vec<Wave>,
    /// What is written after that: `DestinationRules` that lose subsets which something deleted still used.
    pub last: Vec<Wave>,
}

/// Objects that are written, or deleted, side by side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wave {
    /// What must have happened before.
    pub before: Before,
    /// The places of what nothing is done about, and which must be ready too if the wave comes after what is ready: an
    /// earlier run may have written it and not have seen it ready.
    pub after: Vec<usize>,
    /// The places of the changes in [`Plan::changes`]; none where something is only waited for.
    pub changes: Vec<usize>,
    /// The subsets that a DestinationRule of this wave keeps for now, by the place of its change. It stands in a later
    /// wave once more, without them.
    pub keeps: BTreeMap<usize, Vec<Value>>,
}

/// What must have happened before a wave, beside the end of the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    /// Nothing.
    Nothing,
    /// What was written so far is ready, and [`Wave::after`]: units that others depend on, what a webhook or an APIService
    /// leads to.
    Ready,
    /// Proxies had time to learn of what was written.
    Settled,
}

impl Wave {
    fn of(before: Before, changes: Vec<usize>) -> Self {
        Self { before, after: Vec::new(), changes, keeps: BTreeMap::new() }
    }

    /// One that comes after nothing, in which nothing is done.
    pub fn none() -> Self {
        Self::of(Before::Nothing, Vec::new())
    }

    /// What is sent in this wave for the change at a place: `rendered`, with the subsets that are kept for now.
    pub fn body(&self, place: usize, mut rendered: Value) -> Value {
        if let Some(kept) = self.keeps.get(&place)
            && let Some(Value::Object(spec)) = rendered.get_mut("spec")
        {
            let subsets = spec.entry("subsets").or_insert_with(|| Value::Array(Vec::new()));
            if let Value::Array(subsets) = subsets {
                subsets.extend(kept.iter().cloned());
            }
        }
        rendered
    }
}

/// The order of a plan: it depends on nothing but what is to be done, not on the order of files or blocks. `state` is
/// what is there before it is carried out: a run that its record still has may have ended anywhere, so that what it wrote
/// is waited for as if it were written now.
///
/// Units come after those that they depend on; within a level, kinds come in their order. What an object names is
/// never written after it, nor deleted before it. Routes (`VirtualService`) and what they lead to change such that no
/// proxy has a route to something that it does not know (make before break:
/// [Istio](https://istio.io/latest/docs/ops/best-practices/traffic-management/#avoid-503-errors-while-reconfiguring-service-routes)).
pub fn steps(plan: &Plan, wanted: &Wanted<'_>, state: &LiveState) -> Steps {
    let order = Order { plan, wanted, state, levels: Levels::of(wanted) };
    let places = |is_meant: &dyn Fn(&Action) -> bool| -> Vec<usize> {
        let changes = plan.changes.iter().enumerate();
        changes.filter(|(_, change)| is_meant(&change.action)).map(|(place, _)| place).collect()
    };
    let (base, written): (Vec<usize>, Vec<usize>) =
        places(&Action::is_written).into_iter().partition(|place| order.is_foundation(*place));
    let (ground, deleted): (Vec<usize>, Vec<usize>) = places(&|action| *action == Action::Delete)
        .into_iter()
        .partition(|place| order.is_foundation(*place));
    let mut writes = order.writes(&written, &deleted);
    let last = writes.split_off_last(order.any(&deleted, is_route));
    Steps {
        foundation: order.by_rank(base).into_values().map(|wave| Wave::of(Before::Nothing, wave)).collect(),
        writes: writes.waves,
        deletions: order.deletions(&written, &deleted, ground),
        last,
    }
}

/// What says where traffic goes.
fn is_route(object: &ObjectRef) -> bool {
    object.is(NETWORKING, "VirtualService")
}

/// What routes lead to by way of the proxies' configuration.
fn is_led_to(object: &ObjectRef) -> bool {
    ["DestinationRule", "ServiceEntry", "Gateway"].iter().any(|kind| object.is(NETWORKING, kind))
}

/// What must not go as long as a proxy may lead somebody to it.
fn is_behind_routes(object: &ObjectRef) -> bool {
    let workloads = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"];
    is_led_to(object) || object.is("", "Service") || workloads.iter().any(|kind| object.is("apps", kind))
}

/// What stops others as soon as it is there, unless what it needs is ready: what answers for a webhook or an APIService,
/// and sidecars for a `PeerAuthentication` that lets nobody in without a certificate.
fn is_gate(object: &ObjectRef) -> bool {
    ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"]
        .iter()
        .any(|kind| object.is("admissionregistration.k8s.io", kind))
        || object.is("apiregistration.k8s.io", "APIService")
        || object.is("security.istio.io", "PeerAuthentication")
}

/// Whether such a thing comes to stop others that does not do so as it is there: what was made to let others pass must
/// not wait for them.
fn closes(object: &ObjectRef, live: Option<&Value>, rendered: &Value) -> bool {
    if object.is("security.istio.io", "PeerAuthentication") {
        let strict = |body: &Value| body.get("spec").is_some_and(is_strict);
        return strict(rendered) && !live.is_some_and(strict);
    }
    if object.is("apiregistration.k8s.io", "APIService") {
        let service =
            |body: &Value| body.pointer("/spec/service").filter(|service| !service.is_null()).cloned();
        return service(rendered).is_some() && live.and_then(service) != service(rendered);
    }
    let failing = |body: &Value| -> BTreeSet<String> {
        let webhooks = body.get("webhooks").and_then(Value::as_array).into_iter().flatten();
        // `Fail` is the default.
        let failing =
            webhooks.filter(|one| one.get("failurePolicy").and_then(Value::as_str) != Some("Ignore"));
        failing.filter_map(|one| one.get("name")?.as_str()).map(str::to_owned).collect()
    };
    !failing(rendered).is_subset(&live.map(failing).unwrap_or_default())
}

/// Waves of one level and rank.
type Layers = BTreeMap<(usize, ApplyOrder), Vec<usize>>;

/// The waves of all writes; those at the end that wait for routes apart.
struct Writes {
    waves: Vec<Wave>,
    shrunk: Option<Wave>,
}

impl Writes {
    /// What is written last comes after the deletions if routes are among them.
    fn split_off_last(&mut self, routes_go: bool) -> Vec<Wave> {
        match (self.shrunk.take(), routes_go) {
            (Some(wave), true) => vec![wave],
            (Some(wave), false) => {
                self.waves.push(wave);
                Vec::new()
            }
            (None, _) => Vec::new(),
        }
    }
}

struct Order<'a> {
    plan: &'a Plan,
    wanted: &'a Wanted<'a>,
    state: &'a LiveState,
    levels: Levels<'a>,
}

impl<'a> Order<'a> {
    fn change(&self, place: usize) -> Option<&'a Change> {
        self.plan.changes.get(place)
    }

    fn any(&self, places: &[usize], is_meant: fn(&ObjectRef) -> bool) -> bool {
        places.iter().filter_map(|place| self.change(*place)).any(|change| is_meant(&change.object))
    }

    fn is_foundation(&self, place: usize) -> bool {
        self.change(place).is_some_and(|change| {
            change.object.is("", "Namespace")
                || change.object.is("apiextensions.k8s.io", "CustomResourceDefinition")
        })
    }

    fn by_rank(&self, places: Vec<usize>) -> BTreeMap<ApplyOrder, Vec<usize>> {
        let mut ranks: BTreeMap<ApplyOrder, Vec<usize>> = BTreeMap::new();
        for place in places {
            if let Some(change) = self.change(place) {
                ranks.entry(apply_order(&change.object)).or_default().push(place);
            }
        }
        ranks.values_mut().for_each(|wave| self.sort(wave));
        ranks
    }

    fn sort(&self, wave: &mut [usize]) {
        wave.sort_by_key(|place| self.change(*place).map(|change| &change.object));
    }

    /// The object as it is to be, or as it is there if it is no longer wanted.
    fn body(&self, object: &ObjectRef) -> Option<Value> {
        match self.wanted.objects.get(object) {
            Some(wanted) => Some(Value::Object(wanted.object.body().clone())),
            None => self.state.live(object).map(|live| live.object.clone()),
        }
    }

    /// These changes by level and rank. What one of them names comes forward to it.
    fn layers(&self, places: &[usize]) -> Layers {
        let changes = || places.iter().filter_map(|place| Some((*place, self.change(*place)?)));
        let mut levels: BTreeMap<&ObjectRef, usize> = changes()
            .map(|(_, change)| (&change.object, self.levels.level(change.unit.as_deref())))
            .collect();
        // Without levels nobody comes too late: a kind's rank is after those that it names.
        if levels.values().any(|level| *level > 0) {
            self.bring_forward(&mut levels);
        }
        let mut layers = Layers::new();
        for (place, change) in changes() {
            let level = levels.get(&change.object).copied().unwrap_or(0);
            layers.entry((level, apply_order(&change.object))).or_default().push(place);
        }
        layers.values_mut().for_each(|wave| self.sort(wave));
        layers
    }

    fn bring_forward(&self, levels: &mut BTreeMap<&ObjectRef, usize>) {
        let bodies: Vec<(&ObjectRef, Value)> =
            levels.keys().filter_map(|object| Some((*object, self.body(object)?))).collect();
        let mut rules: BTreeMap<String, Vec<&ObjectRef>> = BTreeMap::new();
        for (object, body) in &bodies {
            if let Some(host) = rules_for(object, body) {
                rules.entry(host).or_default().push(object);
            }
        }
        let named = |need: Need| match need {
            Need::Object(object) => levels.get_key_value(&object).map(|(object, _)| vec![*object]),
            Need::Rules(host) => rules.get(&host).cloned(),
        };
        let edges: Vec<(&ObjectRef, Vec<&ObjectRef>)> = bodies
            .iter()
            .map(|(object, body)| {
                (*object, needs(object, body).into_iter().filter_map(named).flatten().collect())
            })
            .collect();
        // Levels only go down, so this ends.
        let mut moved = true;
        while moved {
            moved = false;
            for (object, needed) in &edges {
                let Some(level) = levels.get(object).copied() else { continue };
                for needed in needed {
                    if let Some(theirs) = levels.get_mut(needed).filter(|theirs| **theirs > level) {
                        *theirs = level;
                        moved = true;
                    }
                }
            }
        }
    }

    fn writes(&self, written: &[usize], deleted: &[usize]) -> Writes {
        let routes_change = self.is_unsettled() || self.any(written, is_route) || self.any(deleted, is_route);
        let shrunk = if routes_change { self.shrunk(written) } else { BTreeMap::new() };
        let at_once = |place: &usize| shrunk.get(place).is_none_or(|shrinking| shrinking.adds);
        let written: Vec<usize> = written.iter().copied().filter(at_once).collect();
        let blocks = self.blocks_written();
        let mut waves: Vec<Wave> = Vec::new();
        let mut unsettled = self.is_unsettled();
        let mut reached = None;
        for ((level, rank), places) in self.layers(&written) {
            let begins = reached.replace(level) != Some(level);
            let needed = if begins && level > 0 { self.needed_by_level(level) } else { BTreeSet::new() };
            let waits = begins && level > 0 && (self.level_waits(level, &blocks) || !needed.is_empty());
            let held_by = self.needed_by_gates(&places, (level, rank));
            let is_held = self.any(&places, is_gate) && !(waves.is_empty() && held_by.is_empty());
            let after: Vec<usize> = needed.union(&held_by).copied().collect();
            let settles = unsettled && self.any(&places, is_route);
            let wave = match (waits || is_held, settles) {
                (true, true) => {
                    waves.push(Wave { after, ..Wave::of(Before::Ready, Vec::new()) });
                    Wave::of(Before::Settled, Vec::new())
                }
                (true, false) => Wave { after, ..Wave::of(Before::Ready, Vec::new()) },
                (false, true) => Wave::of(Before::Settled, Vec::new()),
                (false, false) => Wave::none(),
            };
            unsettled = (unsettled && !settles) || self.any(&places, is_led_to);
            let keeps = places.iter().filter_map(|place| Some((*place, shrunk.get(place)?.gone.clone())));
            let keeps = keeps.collect();
            waves.push(Wave { keeps, changes: places, ..wave });
        }
        let mut late: Vec<usize> = shrunk.into_keys().collect();
        self.sort(&mut late);
        let shrunk = (!late.is_empty()).then(|| Wave::of(Before::Settled, late));
        Writes { waves, shrunk }
    }

    /// The `DestinationRules` that lose subsets.
    fn shrunk(&self, written: &[usize]) -> BTreeMap<usize, Shrinking> {
        let shrunk = written.iter().filter_map(|place| {
            let change = self.change(*place)?;
            let live = self.state.live(&change.object)?;
            let wanted = self.wanted.objects.get(&change.object)?;
            Some((*place, shrinking(change, &live.object, wanted.object)?))
        });
        shrunk.collect()
    }

    /// Whether an earlier run has not ended.
    fn is_resumed(&self) -> bool {
        self.state.recorded().is_some_and(|record| record.run.is_some())
    }

    /// Whether proxies may still have to learn of what an earlier run did.
    fn is_unsettled(&self) -> bool {
        let routed = format!("virtualservices.{NETWORKING}");
        self.is_resumed()
            && self
                .state
                .admission
                .as_ref()
                .map_or(true, |admission| admission.definitions.contains_key(&routed))
    }

    /// What nothing is done about.
    fn unchanged(&self) -> impl Iterator<Item = (usize, &'a Change)> {
        let changes = self.plan.changes.iter().enumerate();
        changes.filter(|(_, change)| change.action == Action::Unchanged)
    }

    /// What is unchanged of the units that those of this level come after of which something is written.
    fn needed_by_level(&self, level: usize) -> BTreeSet<usize> {
        let written = self.plan.changes.iter().filter(|change| change.action.is_written());
        let units = written.filter_map(|change| change.unit.as_deref());
        let units: BTreeSet<&str> = units.filter(|unit| self.levels.level(Some(unit)) == level).collect();
        let is_needed = |change: &Change| {
            change.unit.as_deref().is_some_and(|theirs| {
                let theirs = BTreeSet::from([block(theirs)]);
                units.iter().any(|unit| self.levels.is_after(unit, &theirs))
            })
        };
        self.unchanged().filter(|(_, change)| is_needed(change)).map(|(place, _)| place).collect()
    }

    /// What is unchanged and must be ready before what begins to stop others: what it names, and the rest of its unit; all
    /// that comes before it if an earlier run may have written that.
    fn needed_by_gates(&self, places: &[usize], at: (usize, ApplyOrder)) -> BTreeSet<usize> {
        let mut needed = BTreeSet::new();
        for gate in places.iter().filter_map(|place| self.change(*place)) {
            if !is_gate(&gate.object) {
                continue;
            }
            let live = self.state.live(&gate.object).map(|live| &live.object);
            let Some(body) = self.body(&gate.object).filter(|body| closes(&gate.object, live, body)) else {
                continue;
            };
            let named = needs(&gate.object, &body);
            let unit = gate.unit.as_deref().map(block);
            let is_needed = |change: &Change| {
                named.contains(&Need::Object(change.object.clone()))
                    || (unit.is_some() && change.unit.as_deref().map(block) == unit)
                    || self.is_resumed()
            };
            let comes_first = |change: &Change| {
                (self.levels.level(change.unit.as_deref()), apply_order(&change.object)) < at
            };
            let meant = self.unchanged().filter(|(_, change)| comes_first(change) && is_needed(change));
            needed.extend(meant.map(|(place, _)| place));
        }
        needed
    }

    /// The blocks of the units of which something is written.
    fn blocks_written(&self) -> BTreeSet<&'a str> {
        let written = self.plan.changes.iter().filter(|change| change.action.is_written());
        written.filter_map(|change| change.unit.as_deref()).map(block).collect()
    }

    /// Whether a unit of this level, of which something is written, comes after one of these.
    fn level_waits(&self, level: usize, blocks: &BTreeSet<&str>) -> bool {
        let written = self.plan.changes.iter().filter(|change| change.action.is_written());
        let mut units = written.filter_map(|change| change.unit.as_deref());
        units.any(|unit| self.levels.level(Some(unit)) == level && self.levels.is_after(unit, blocks))
    }

    /// What is deleted, the last applied first; definitions and namespaces at the end.
    fn deletions(&self, written: &[usize], deleted: &[usize], ground: Vec<usize>) -> Vec<Wave> {
        let mut unsettled = self.is_unsettled() || self.any(written, is_route);
        let mut waves: Vec<Wave> = Vec::new();
        let layers = self.layers(deleted).into_values().rev();
        for places in layers.chain(self.by_rank(ground).into_values().rev()) {
            let settles = unsettled && self.any(&places, is_behind_routes);
            unsettled = (unsettled && !settles) || self.any(&places, is_route);
            waves.push(Wave::of(if settles { Before::Settled } else { Before::Nothing }, places));
        }
        waves
    }
}
