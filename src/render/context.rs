//! What a template sees: `fleet`, `cluster`, `clusters`, `unit`, `values` and, for a service, `service`.

use std::collections::BTreeMap;
use std::sync::Arc;

use tera::value::Key;
use tera::{Context, Map, Value};

use super::convert::{Convert, Known, Variant};
use super::service;
use crate::cluster::{Cluster, Resolved, Unit, UnitKind};
use crate::diagnostic::Diagnostics;

/// The parts of a context that many units share; cheap to clone.
pub(super) struct Shared {
    fleet: Value,
    clusters: Value,
    /// By the number of the cluster.
    each: Vec<Value>,
    /// What was turned into Tera's values for one unit and holds for others.
    known: Known,
}

impl Shared {
    /// The parts that all units of a fleet share.
    pub(super) fn of(fleet: &Resolved, variant: Variant) -> (Self, Diagnostics) {
        let known = Known::default();
        let mut convert = Convert::new(variant, &known);
        let named = map([
            ("name", Value::from(&*fleet.name)),
            ("description", fleet.description.as_deref().map_or(Value::none(), Value::from)),
        ]);
        let each: Vec<Value> =
            fleet.clusters.iter().map(|cluster| of_cluster(cluster, &mut convert)).collect();
        let problems = convert.problems;
        let shared = Self { fleet: named, clusters: Value::from(each.clone()), each, known };
        (shared, problems)
    }

    /// The context of one unit on the cluster with this number.
    pub(super) fn unit(
        &self,
        number: usize,
        cluster: &Cluster,
        unit: &Unit,
        variant: Variant,
    ) -> (Context, Diagnostics) {
        let mut convert = Convert::new(variant, &self.known);
        let mut context = Context::new();
        context.insert_value("fleet", self.fleet.clone());
        context.insert_value("cluster", self.each.get(number).cloned().unwrap_or(Value::none()));
        context.insert_value("clusters", self.clusters.clone());
        context.insert_value("unit", of_unit(unit));
        let values = unit.settings.get("values");
        context
            .insert_value("values", values.map_or(Value::from(Map::new()), |values| convert.setting(values)));
        if unit.kind == UnitKind::Service {
            context.insert_value("service", service::service(cluster, unit, &mut convert));
        }
        (context, convert.problems)
    }
}

fn of_cluster(cluster: &Cluster, convert: &mut Convert<'_>) -> Value {
    map([
        ("name", Value::from(&*cluster.name)),
        ("labels", strings(&cluster.labels)),
        ("values", convert.setting(&cluster.values)),
    ])
}

fn of_unit(unit: &Unit) -> Value {
    map([
        ("name", Value::from(unit.name.file_stem())),
        ("namespace", unit.namespace.as_deref().map_or(Value::none(), Value::from)),
        ("kind", Value::from(unit.kind.as_str())),
        ("labels", strings(&unit.labels)),
        ("key", unit.name.key.as_deref().map_or(Value::none(), Value::from)),
    ])
}

/// A map of these entries, in this order.
pub(super) fn map<const N: usize>(entries: [(&'static str, Value); N]) -> Value {
    let entries = entries.into_iter().map(|(key, value)| (Key::Str(key), value));
    Value::from(entries.collect::<Map>())
}

fn strings(entries: &BTreeMap<Arc<str>, Arc<str>>) -> Value {
    let entries = entries.iter().map(|(key, value)| (Key::String(key.clone()), Value::from(&**value)));
    Value::from(entries.collect::<Map>())
}
