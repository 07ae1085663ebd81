//! The lines that fields of rendered objects come from.

use insta::assert_snapshot;

use super::{Fleet, config_map, told};
use crate::render::{Options, render};

/// The line that gives the field at each of these paths of an object, by its kind and name.
fn places(fleet: &Fleet, object: &str, paths: &[&str]) -> Vec<String> {
    let (resolved, sources, mut map) = fleet.resolved();
    let options = Options { threads: 1, ..Options::default() };
    let (rendered, problems) = render(&resolved, &sources, &mut map, &options);
    assert!(problems.is_empty(), "{}", told(problems, &map));
    let places = rendered.places(&resolved);
    let cluster = &rendered.clusters()[0];
    let found = cluster.units().iter().find_map(|unit| {
        let object = unit.objects().iter().find(|other| {
            let reference = other.object().reference();
            [reference.short(), reference.to_string()].iter().any(|name| name == object)
        })?;
        Some((unit, object))
    });
    let (unit, object) = found.unwrap();
    let line = |path: &&str| {
        let keys: Vec<&str> = path.split('.').collect();
        match places.of(cluster, unit, object, &keys) {
            Some(span) => format!("{} {}", map.locate(span), map.text(span)),
            None => "nowhere".to_owned(),
        }
    };
    paths.iter().map(line).collect()
}

const DEPLOYMENT: &str = "apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: {{ 1 + 2 }}
  template:
    spec:
      containers:
        - name: app
          image: app:1
        - name: side
          image: {{ values.image | quote }}
";

#[test]
fn a_field_is_found_in_a_template() {
    let fleet = Fleet::new(DEPLOYMENT).set("values.image = \"side:1\"\n");
    let paths = ["kind", "metadata.name", "spec.replicas", "spec.template.spec.containers"];
    assert_snapshot!(places(&fleet, "Deployment/web", &paths).join("\n"), @"
    templates/web/a.yaml:2:1 kind: Deployment
    templates/web/a.yaml:3:1 metadata: { name: web }
    templates/web/a.yaml:5:3 replicas: {{ 1 + 2 }}
    templates/web/a.yaml:8:7 containers:
    ");
}

#[test]
fn an_item_of_a_list_is_the_line_it_begins_at() {
    let fleet = Fleet::new(DEPLOYMENT).set("values.image = \"side:1\"\n");
    let containers = "spec.template.spec.containers";
    let paths = ["0", "0.image", "1", "1.image"].map(|path| format!("{containers}.{path}"));
    let paths = paths.each_ref().map(String::as_str);
    assert_snapshot!(places(&fleet, "Deployment/web", &paths).join("\n"), @"
    templates/web/a.yaml:9:9 - name: app
    templates/web/a.yaml:10:11 image: app:1
    templates/web/a.yaml:11:9 - name: side
    templates/web/a.yaml:12:11 image: {{ values.image | quote }}
    ");
}

#[test]
fn of_what_is_not_there_it_is_the_deepest_that_is() {
    let fleet = Fleet::new(DEPLOYMENT).set("values.image = \"side:1\"\n");
    for (path, expected) in [
        ("spec.paused", "templates/web/a.yaml:4:1 spec:"),
        ("spec.template.metadata.labels", "templates/web/a.yaml:6:3 template:"),
        ("spec.template.spec.containers.1.ports.0", "templates/web/a.yaml:11:9 - name: side"),
        ("spec.template.spec.containers.2", "templates/web/a.yaml:8:7 containers:"),
        ("spec.template.spec.containers.name", "templates/web/a.yaml:8:7 containers:"),
        ("data", "templates/web/a.yaml:1:1 apiVersion: apps/v1"),
    ] {
        assert_eq!(places(&fleet, "Deployment/web", &[path]), [expected], "{path}");
    }
}

#[test]
fn each_turn_of_a_loop_leads_to_the_line_of_the_loop() {
    let fleet = Fleet::new(
        "{% for name in [\"a\", \"b\"] -%}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ name }}
data:
  {% for key in [\"x\", \"z\"] -%}
  {{ key }}: {{ name | quote }}
  {% endfor %}
---
{% endfor %}",
    );
    let paths = ["metadata.name", "data.x", "data.z", "data.w"];
    let of_both = ["ConfigMap/a", "ConfigMap/b"].map(|object| places(&fleet, object, &paths));
    assert_eq!(of_both[0], of_both[1]);
    assert_snapshot!(of_both[0].join("\n"), @"
    templates/web/a.yaml:5:3 name: {{ name }}
    templates/web/a.yaml:8:3 {{ key }}
    templates/web/a.yaml:8:3 {{ key }}
    templates/web/a.yaml:6:1 data:
    ");
}

#[test]
fn what_is_included_leads_to_the_file_that_has_it() {
    let fleet = Fleet::new(
        "{% component labels(app) %}
    app: {{ app }}
    tier: web
{% endcomponent %}apiVersion: v1
kind: ConfigMap
metadata:
  name: a
  labels: {{ <labels app={\"x\"} /> }}
data:
{% include \"lib/data.yaml\" %}
",
    )
    .file("templates/lib/data.yaml", "  x: one\n  z: two\n");
    let paths = ["data.x", "data.z", "metadata.labels.app", "metadata.labels.tier"];
    assert_snapshot!(places(&fleet, "ConfigMap/a", &paths).join("\n"), @"
    templates/lib/data.yaml:1:3 x: one
    templates/lib/data.yaml:2:3 z: two
    templates/web/a.yaml:2:5 app: {{ app }}
    templates/web/a.yaml:3:5 tier: web
    ");
}

#[test]
fn a_plain_manifest_is_its_own_place() {
    let list = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: { name: b }\n  data:\n    x: \"1\"\n";
    let fleet = Fleet::new("").optional().manifest("fleet/b.yaml", list);
    assert_snapshot!(places(&fleet, "ConfigMap/b", &["metadata.name", "data.x", "data.y"]).join("\n"), @r#"
    fleet/b.yaml:6:3 metadata: { name: b }
    fleet/b.yaml:8:5 x: "1"
    fleet/b.yaml:7:3 data:
    "#);
}

#[test]
fn what_a_patch_gives_leads_to_the_patch() {
    let fleet = Fleet::new(DEPLOYMENT).set(
        "values.image = \"side:1\"\npatch.Deployment/web.spec.replicas = 5\npatch.Deployment/web.spec.template.spec.containers = [{\"name\": \"app\", \"tty\": \"x\"}]\n",
    );
    let paths = [
        "spec.replicas",
        "spec.template.spec.containers.0.tty",
        "spec.template.spec",
        "metadata.name",
        "spec.paused",
    ];
    assert_snapshot!(places(&fleet, "Deployment/web", &paths).join("\n"), @r#"
    fleet/fleet.hcl:2:38 5
    fleet/fleet.hcl:3:54 [{"name": "app", "tty": "x"}]
    templates/web/a.yaml:7:5 spec:
    templates/web/a.yaml:3:1 metadata: { name: web }
    templates/web/a.yaml:4:1 spec:
    "#);
}

#[test]
fn objects_of_one_name_are_told_apart_by_namespace() {
    let object = |namespace: &str, x: u8| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: a, namespace: {namespace} }}\ndata: {{ x: \"{x}\" }}\n---\n"
        )
    };
    let fleet = Fleet::new(&format!("{}{}", object("one", 1), object("web", 2)));
    assert_eq!(
        places(&fleet, "one/ConfigMap/a", &["data.x"]),
        ["templates/web/a.yaml:4:1 data: { x: \"1\" }"]
    );
}

#[test]
fn a_place_is_known_on_each_cluster() {
    let fleet = Fleet::new(&config_map("x: {{ cluster.name }}")).clusters(&["prod-a", "prod-b"]);
    let (resolved, sources, mut map) = fleet.resolved();
    let options = Options { threads: 1, ..Options::default() };
    let (rendered, _) = render(&resolved, &sources, &mut map, &options);
    let places = rendered.places(&resolved);
    for cluster in rendered.clusters() {
        let unit = &cluster.units()[0];
        let span = places.of(cluster, unit, &unit.objects()[0], &["data", "x"]).unwrap();
        assert_eq!(map.locate(span).to_string(), "templates/web/a.yaml:6:3");
    }
}
