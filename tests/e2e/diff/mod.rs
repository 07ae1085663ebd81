//! The diff against real API servers.

mod access;
mod again;
mod conflicts;
mod faults;
mod kinds;
mod order;
mod pair;
mod requests;
mod said;
mod secrets;
pub mod shop;
mod shortcut;

use std::collections::BTreeSet;

use fleetwright::live::Proven;
use fleetwright::object::{FieldPath, Object};
use fleetwright::plan::{self, Action, Change, Plan, SetId, Wanted, WantedObject};
use serde_json::{Value, json};

/// Objects that no template rendered.
pub struct Loose(Vec<(Object, BTreeSet<FieldPath>)>);

impl Loose {
    pub fn new(objects: impl IntoIterator<Item = Value>) -> Self {
        let object = |value| (Object::from_value(value).unwrap(), BTreeSet::new());
        Self(objects.into_iter().map(object).collect())
    }

    /// That a cluster is to hold them, as the fleet "loose".
    pub fn wanted(&self, cluster: &str) -> Wanted<'_> {
        let set = SetId::of(FLEET, &STATE.into());
        let objects = self.0.iter().map(|(object, secrets)| WantedObject {
            object,
            secrets,
            unit: "component.loose",
            origin: None,
        });
        Wanted::new(&cluster.into(), set, objects)
    }
}

/// The fleet of [`Loose`] objects.
pub const FLEET: &str = "loose";

/// The namespace of its record.
const STATE: &str = "fleetwright";

/// What is to be done, and how many questions it took.
pub async fn plan(proven: &Proven, wanted: &Wanted<'_>, fleet: &str, exact: bool) -> (Plan, usize) {
    let state = proven.state(wanted, fleet).await.unwrap();
    let asks = plan::asks(wanted, &state, exact);
    let count = asks.len();
    let previews = proven.previews(asks).await;
    (plan::build(wanted, &state, &previews, None), count)
}

/// The changes of a plan that are not nothing.
pub fn differences(plan: &Plan) -> Vec<&Change> {
    let is_nothing = |change: &Change| change.action == Action::Unchanged && change.fields.is_empty();
    plan.changes.iter().filter(|change| !is_nothing(change)).collect()
}

/// As a server merges a patch (RFC 7386).
pub fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = json!({});
    }
    let fields = target.as_object_mut().unwrap();
    for (key, value) in patch {
        if value.is_null() {
            fields.remove(key);
        } else {
            merge(fields.entry(key.clone()).or_insert(Value::Null), value);
        }
    }
}
