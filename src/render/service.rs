//! `service` as a template sees it.
//!
//! The resolver has filled the settings up: whatever the language has and the service does not set is null,
//! `{}` or `[]`, so that a template may ask for all of it. Here names of other units become what templates
//! need of them.

use std::sync::Arc;

use tera::value::Key;
use tera::{Map, Value};

use super::codes;
use super::context::map;
use super::convert::Convert;
use crate::cluster::{Cluster, Setting, Unit, Value as Given};
use crate::diagnostic::Diagnostic;

/// What every unit has, and templates see elsewhere or not at all.
const COMMON: [&str; 6] = ["values", "patch", "optional", "take_over", "ready_when", "replace"];

/// `service` of one unit.
pub(super) fn service(cluster: &Cluster, unit: &Unit, convert: &mut Convert<'_>) -> Value {
    let mut service = Map::new();
    service.insert(Key::Str("name"), Value::from(unit.name.file_stem()));
    for (key, setting) in unit.settings.entries().filter(|(key, _)| !COMMON.contains(key)) {
        let value = match key {
            "access" => access(cluster, setting, convert),
            "expose" => exposed(cluster, setting, convert),
            "port" | "storage" | "slo" => labelled(setting, convert),
            "autoscale" => with(convert.setting(setting), "metric", |value| {
                setting.get("metric").map_or(value, |metrics| labelled(metrics, convert))
            }),
            _ => convert.setting(setting),
        };
        service.insert(Key::String(key.into()), value);
    }
    Value::from(service)
}

/// Labelled blocks, each with its label as `name`.
fn labelled(blocks: &Setting, convert: &mut Convert<'_>) -> Value {
    let Setting::Map(blocks) = blocks else { return Value::none() };
    let blocks = blocks
        .entries
        .iter()
        .map(|(label, block)| (Key::String(Arc::clone(label)), convert.labelled(label, block)));
    Value::from(blocks.collect::<Map>())
}

/// A map with one of its entries made anew; what is no map stays as it is.
fn with(value: Value, key: &str, make: impl FnOnce(Value) -> Value) -> Value {
    let Some(mut entries) = value.clone().into_map() else { return value };
    if let Some(entry) = entries.get_mut(&Key::String(key.into())) {
        *entry = make(entry.clone());
    }
    Value::from(entries)
}

/// `access`: who may call it, as units of this cluster; where it may call, as hosts and ports. A name that
/// is on other clusters only is left out: nobody here has it.
fn access(cluster: &Cluster, given: &Setting, convert: &mut Convert<'_>) -> Value {
    let texts = |name: &str| -> Vec<Given> {
        let list = given.get(name).and_then(Setting::leaf);
        list.into_iter().flat_map(Given::items).map(std::borrow::Cow::into_owned).collect()
    };
    let from = texts("from");
    let from = from.iter().filter_map(Given::as_str).flat_map(|name| named(cluster, name)).map(|unit| {
        map([
            ("name", Value::from(unit.name.file_stem())),
            ("namespace", namespace(unit)),
            ("kind", Value::from(unit.kind.as_str())),
        ])
    });
    let from: Vec<Value> = from.collect();
    let mut egress: Vec<Value> = Vec::new();
    for target in texts("egress") {
        let parts = target.as_str().and_then(|text| text.rsplit_once(':'));
        match parts.and_then(|(host, port)| Some((host, port.parse::<u16>().ok()?))) {
            Some((host, port)) => {
                let host = convert.value(&Given::string(host).marked(target.sensitive), false);
                egress.push(map([("host", host), ("port", Value::from(i64::from(port)))]));
            }
            None => {
                let message = format!("{} is no HOST:PORT", target.shown());
                let diagnostic = Diagnostic::error(codes::VALUE, message);
                convert.problem(diagnostic.help("write it as `api.example.net:443`"), target.span);
            }
        }
    }
    map([("from", Value::from(from)), ("egress", Value::from(egress))])
}

/// `expose`, each `gateway` as a unit of this cluster.
fn exposed(cluster: &Cluster, given: &Setting, convert: &mut Convert<'_>) -> Value {
    let mut blocks = labelled(given, convert);
    for (label, block) in given.entries() {
        let Some(gateway) = block.get("gateway").and_then(Setting::as_str) else { continue };
        let namespace = named(cluster, gateway).next().map_or(Value::none(), namespace);
        let gateway = map([("name", Value::from(gateway)), ("namespace", namespace)]);
        blocks = with(blocks, label, |block| with(block, "gateway", |_| gateway));
    }
    blocks
}

/// The units of this name: several where it has `for_each`.
fn named<'a>(cluster: &'a Cluster, name: &str) -> impl Iterator<Item = &'a Unit> {
    cluster.units.iter().filter(move |unit| &*unit.name.name == name)
}

fn namespace(unit: &Unit) -> Value {
    unit.namespace.as_deref().map_or(Value::none(), Value::from)
}
