//! Clusters and units as values, without what is secret in them.

use std::sync::Arc;

use super::answer::map;
use crate::cluster::{Cluster, Kind, Setting, Unit, Value};

/// What is said of a cluster; null where the fleet says nothing.
pub fn of_cluster(cluster: &Cluster) -> Value {
    let text =
        |text: Option<&Arc<str>>| text.map_or(Value::new(Kind::Null), |text| Value::string(Arc::clone(text)));
    let labels =
        cluster.labels.iter().map(|(key, value)| (Arc::clone(key), Value::string(Arc::clone(value))));
    map([
        ("name", Value::string(Arc::clone(&cluster.name))),
        ("labels", map(labels)),
        ("context", text(cluster.context.as_ref())),
        ("uid", text(cluster.uid.as_ref())),
        ("kubernetes", text(cluster.kubernetes.as_ref())),
        ("retired", Value::new(Kind::Bool(cluster.retired))),
    ])
}

/// What is said of a unit. The paths of settings that are left out, since they are secret, go on the list.
pub fn of_unit(unit: &Unit, left_out: &mut Vec<String>) -> Value {
    let labels = unit.labels.iter().map(|(key, value)| (Arc::clone(key), Value::string(Arc::clone(value))));
    let namespace = unit.namespace.as_ref();
    let settings = public(&unit.settings, "", left_out).unwrap_or_else(|| map::<&str>([]));
    map([
        ("address", Value::string(unit.address())),
        ("kind", Value::string(unit.kind.as_str())),
        ("name", Value::string(unit.name.file_stem())),
        ("namespace", namespace.map_or(Value::new(Kind::Null), |name| Value::string(Arc::clone(name)))),
        ("labels", map(labels)),
        ("settings", settings),
    ])
}

/// A setting without what is secret in it; `None` if all of it is.
fn public(setting: &Setting, path: &str, left_out: &mut Vec<String>) -> Option<Value> {
    match setting {
        Setting::Leaf(leaf) if leaf.value.is_sensitive() => {
            left_out.push(path.to_owned());
            None
        }
        Setting::Leaf(leaf) => Some(leaf.value.clone()),
        Setting::Map(branch) if branch.sensitive => {
            left_out.push(path.to_owned());
            None
        }
        Setting::Map(branch) => {
            let entries = branch.entries.iter().filter_map(|(key, entry)| {
                let path = if path.is_empty() { key.to_string() } else { format!("{path}.{key}") };
                Some((Arc::clone(key), public(entry, &path, left_out)?))
            });
            Some(map(entries.collect::<Vec<_>>()))
        }
    }
}
