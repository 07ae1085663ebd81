//! Ten releases, each applied over the last; the end is what applying the last one alone comes to.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::scene::{Scene, config_map, deployment, full};

const KINDS: [(&str, &str); 5] = [
    ("v1", "ConfigMap"),
    ("v1", "ServiceAccount"),
    ("v1", "Service"),
    ("apps/v1", "Deployment"),
    ("apps/v1", "StatefulSet"),
];

/// One release: its units, each a component with its objects, and whether some of them were called otherwise before.
struct Release {
    units: Vec<(&'static str, Vec<Value>)>,
    moved: &'static str,
    /// How many objects of the release before are deleted.
    deletions: usize,
}

fn release(units: &[(&'static str, &[Value])], deletions: usize) -> Release {
    let units = units.iter().map(|(name, objects)| (*name, objects.to_vec())).collect();
    Release { units, moved: "", deletions }
}

fn account(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": "here"}})
}

fn service(name: &str, ports: Value) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": "here"},
        "spec": {"clusterIP": "None", "ports": ports, "selector": {"app": name}},
    })
}

fn http(port: u16) -> Value {
    json!([{"name": "http", "port": port}])
}

/// With more containers beside the first, in this order.
fn with(mut workload: Value, containers: &[&str]) -> Value {
    let images = containers
        .iter()
        .map(|name| json!({"name": name, "image": format!("registry.example.com/{name}:1")}));
    workload["spec"]["template"]["spec"]["containers"] = images.collect();
    workload
}

fn stateful(name: &str) -> Value {
    let mut set = deployment(name, "registry.example.com/main:1", "");
    set["kind"] = json!("StatefulSet");
    set["spec"]["serviceName"] = json!(name);
    set
}

/// A definition of gadgets with these versions, the last of which is stored; its group is that of one scene.
fn definition(group: &str, versions: &[&str]) -> Value {
    let last = versions.last().unwrap();
    let versions = versions.iter().map(|version| {
        let size = if *version == "v1" { "size" } else { "magnitude" };
        json!({
            "name": version, "served": true, "storage": version == last,
            "schema": {"openAPIV3Schema": {"type": "object", "properties": {
                "spec": {"type": "object", "properties": {"name": {"type": "string"}, size: {"type": "integer"}}}
            }}},
        })
    });
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("gadgets.{group}")},
        "spec": {
            "group": group, "scope": "Namespaced",
            "names": {"kind": "Gadget", "plural": "gadgets", "singular": "gadget", "listKind": "GadgetList"},
            "versions": versions.collect::<Vec<_>>(),
        },
    })
}

fn gadget(group: &str, version: &str) -> Value {
    json!({
        "apiVersion": format!("{group}/{version}"), "kind": "Gadget",
        "metadata": {"name": "one", "namespace": "here"}, "spec": {"name": "first"},
    })
}

fn releases(group: &str) -> Vec<Release> {
    let web = |image: &str| deployment("web", &format!("registry.example.com/main:{image}"), "");
    let settings = |value: &str| config_map("settings", value);
    let store = || {
        ("store", vec![deployment("store", "registry.example.com/main:1", ""), service("store", http(6379))])
    };
    let gadgets = |versions: &[&str], version: &str| {
        ("gadgets", vec![definition(group, versions), gadget(group, version)])
    };
    let full = |units: Vec<(&'static str, Vec<Value>)>, deletions| Release { units, moved: "", deletions };
    vec![
        // 1: the first.
        release(&[("web", &[settings("1"), web("1"), service("web", http(80))])], 0),
        // 2: a unit is added.
        full(vec![("web", vec![settings("1"), web("1"), service("web", http(80))]), store()], 0),
        // 3: an image and a value change; a ServiceAccount is added.
        full(
            vec![("web", vec![settings("2"), web("2"), service("web", http(80)), account("web")]), store()],
            0,
        ),
        // 4: a unit has another name.
        Release {
            units: vec![
                ("front", vec![settings("2"), web("2"), service("web", http(80)), account("web")]),
                store(),
            ],
            moved: "moved {\n  from = component.web\n  to = component.front\n}\n",
            deletions: 0,
        },
        // 5: a port changes its number and its name.
        full(
            vec![
                (
                    "front",
                    vec![
                        settings("2"),
                        web("2"),
                        service("web", json!([{"name": "web", "port": 8080}])),
                        account("web"),
                    ],
                ),
                store(),
            ],
            0,
        ),
        // 6: a container is added before the other.
        full(
            vec![
                (
                    "front",
                    vec![settings("2"), with(web("2"), &["proxy", "main"]), service("web", http(8080))],
                ),
                store(),
            ],
            1,
        ),
        // 7: it moves to another workload; a definition with an object of its kind.
        full(
            vec![
                ("front", vec![settings("2"), with(web("2"), &["main"]), service("web", http(8080))]),
                (
                    "store",
                    vec![with(deployment("store", "", ""), &["main", "proxy"]), service("store", http(6379))],
                ),
                gadgets(&["v1"], "v1"),
            ],
            0,
        ),
        // 8: a Deployment becomes a StatefulSet.
        full(
            vec![
                ("front", vec![settings("2"), with(web("2"), &["main"]), service("web", http(8080))]),
                ("store", vec![stateful("store"), service("store", http(6379))]),
                gadgets(&["v1"], "v1"),
            ],
            1,
        ),
        // 9: the definition has another version, and its object is of that.
        full(
            vec![
                ("front", vec![settings("3"), with(web("2"), &["main"]), service("web", http(8080))]),
                ("store", vec![stateful("store"), service("store", http(6379))]),
                gadgets(&["v1", "v2"], "v2"),
            ],
            0,
        ),
        // 10: a unit goes, and a file is split in two units.
        full(
            vec![
                ("settings", vec![settings("3")]),
                ("front", vec![with(web("3"), &["main"]), service("web", http(8080))]),
                gadgets(&["v1", "v2"], "v2"),
            ],
            2,
        ),
    ]
}

/// Renders a release.
fn render(scene: &Scene, release: &Release) {
    let mut text = release.moved.to_owned();
    for (name, objects) in &release.units {
        scene.manifest(&format!("{name}.yaml"), objects);
        // A gadget has no status.
        text += &format!(
            "component \"{name}\" {{\n  namespace = \"here\"\n  manifests = [\"{name}.yaml\"]\n  \
             ready_when = {{ Gadget = \"create\" }}\n}}\n"
        );
    }
    scene.units(&text);
}

/// What a fleet says of objects: without what controllers wrote.
fn essence(scene: &Scene, group: &str) -> BTreeMap<String, Value> {
    let version = format!("{group}/v2");
    let kinds = [&KINDS[..], &[(version.as_str(), "Gadget")]].concat();
    let mut all = scene.everything(&kinds);
    all.remove("ConfigMap/kube-root-ca.crt");
    all.remove("ServiceAccount/default");
    for object in all.values_mut() {
        let fields = object.as_object_mut().unwrap();
        fields.remove("status");
        let metadata = fields["metadata"].as_object_mut().unwrap();
        if let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_object_mut) {
            annotations.remove("deployment.kubernetes.io/revision");
        }
        if metadata.get("annotations").is_some_and(|annotations| annotations == &json!({})) {
            metadata.remove("annotations");
        }
        let managers = metadata["managedFields"].as_array_mut().unwrap();
        managers.retain(|entry| entry["manager"] == "fleetwright");
    }
    let text = serde_json::to_string(&all).unwrap().replace(group, "group");
    serde_json::from_str(&text).unwrap()
}

#[test]
fn ten_releases_end_as_the_last_one_alone() {
    let scene = Scene::of(full(), "");
    let group = format!("{}.example.com", scene.namespace);
    let all = releases(&group);
    assert_eq!(all.len(), 10);
    let mut there = 0;
    for (number, release) in all.iter().enumerate() {
        render(&scene, release);
        let deletions = release.deletions.to_string();
        // More than half of what is there is not deleted unasked.
        let more =
            if release.deletions * 2 > there { vec!["--deletions", deletions.as_str()] } else { Vec::new() };
        let applied = scene.apply(&more);
        assert_eq!(applied.status, Some(0), "{}:\n{}{}", number + 1, applied.stdout, applied.stderr);
        let again = scene.diff(&[]);
        assert_eq!(again.status, Some(0), "{}:\n{}{}", number + 1, again.stdout, again.stderr);
        there = release.units.iter().map(|(_, objects)| objects.len()).sum();
    }
    let record = scene.record().unwrap();
    // The fourth renders the same objects as the third: it is the same release.
    assert_eq!(record.releases.len(), 9);
    assert_eq!(record.inventory.len(), there);

    let fresh = Scene::of(full(), "");
    let other = format!("{}.example.com", fresh.namespace);
    render(&fresh, releases(&other).last().unwrap());
    let applied = fresh.apply(&[]);
    assert_eq!(applied.status, Some(0), "{}{}", applied.stdout, applied.stderr);
    assert_eq!(essence(&scene, &group), essence(&fresh, &other));
}
