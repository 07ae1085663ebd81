//! What `explain` says of fields that a value decides about without being shown.

use insta::assert_snapshot;

use crate::program::Place;

fn place() -> Place {
    Place::with(&[
        (
            "fleet/fleet.hcl",
            r#"fleet "demo" {
  templates = "../templates"
}

variable "tier" {
  default = "silver"
}

locals {
  zones = ["a", "b"]
  least = 500
  names = ["x", "y", "z"]
}

cluster "prod" {
  labels = { env = "prod" }
}

component "app" {
  namespace = "web"
  templates = ["app.yaml"]
  values = {
    fast  = var.tier == "gold" ? 7 : 3
    count = length(local.zones)
    wide  = local.least > 10 ? "far" : "near"
    known = contains(["dev", "staging"], cluster.labels.env) ? "test" : "real"
    mode  = "slow"
    names = [for name in local.names : "n-${name}"]
  }
}
"#,
        ),
        (
            "templates/app.yaml",
            r#"apiVersion: v1
kind: ConfigMap
metadata:
  name: app
data:
  fast: "{{ values.fast }}"
  count: "{{ values.count }}"
  wide: {{ values.wide }}
  known: {{ values.known }}
  {% if values.mode == "fast" %}quick{% else %}calm{% endif %}: "yes"
  names: "{{ values.names | join(sep=",") }}"
"#,
        ),
    ])
}

fn told(path: &str) -> String {
    let (out, _) = place().run(&["explain", "ConfigMap/app", path]).done();
    out
}

#[test]
fn a_text_that_is_only_compared() {
    assert_snapshot!(told("data.fast"), @r#"
    web/ConfigMap/app on prod, rendered by component.app (fleet/fleet.hcl:19)

    data.fast = "3"
      template  templates/app.yaml:6  fast: "{{ values.fast }}"
      set by    fleet/fleet.hcl:23    component "app": values.fast = 3, from var.tier == "gold" ? 7 : 3
        from    fleet/fleet.hcl:6     variable "tier": default = "silver"

    the object is there, under this name, because of
      decided by  fleet/fleet.hcl:20  component "app": namespace = "web"
    "#);
    assert_snapshot!(told("data.known"), @r#"
    web/ConfigMap/app on prod, rendered by component.app (fleet/fleet.hcl:19)

    data.known = "real"
      template  templates/app.yaml:9  known: {{ values.known }}
      set by    fleet/fleet.hcl:26    component "app": values.known = "real", from contains(["dev", "staging"], cluster.labels.env) ? "test" : "real"
        from    fleet/fleet.hcl:16    cluster "prod": labels.env = "prod"

    the object is there, under this name, because of
      decided by  fleet/fleet.hcl:20  component "app": namespace = "web"
    "#);
}

#[test]
fn a_text_that_a_template_compares() {
    assert_snapshot!(told("data.calm"), @r#"
    web/ConfigMap/app on prod, rendered by component.app (fleet/fleet.hcl:19)

    data.calm = "yes"
      template    templates/app.yaml:9  known: {{ values.known }}
      decided by  fleet/fleet.hcl:27    component "app": values.mode = "slow"

    the object is there, under this name, because of
      decided by  fleet/fleet.hcl:20  component "app": namespace = "web"
    "#);
}

#[test]
fn a_number_far_from_its_limit() {
    assert_snapshot!(told("data.wide"), @r#"
    web/ConfigMap/app on prod, rendered by component.app (fleet/fleet.hcl:19)

    data.wide = "far"
      template  templates/app.yaml:8  wide: {{ values.wide }}
      set by    fleet/fleet.hcl:25    component "app": values.wide = "far", from local.least > 10 ? "far" : "near"
        from    fleet/fleet.hcl:11    local: least = 500

    the object is there, under this name, because of
      decided by  fleet/fleet.hcl:20  component "app": namespace = "web"
    "#);
}

#[test]
fn a_list_that_is_counted() {
    assert_snapshot!(told("data.count"), @r#"
    web/ConfigMap/app on prod, rendered by component.app (fleet/fleet.hcl:19)

    data.count = "2"
      template  templates/app.yaml:7  count: "{{ values.count }}"
      set by    fleet/fleet.hcl:24    component "app": values.count = 2, from length(local.zones)
        from    fleet/fleet.hcl:10    local: zones[0] = "a"
        from    fleet/fleet.hcl:10    local: zones[1] = "b"

    the object is there, under this name, because of
      decided by  fleet/fleet.hcl:20  component "app": namespace = "web"
    "#);
}

/// Its items are shown: each is named for what it is, and no further one for its place.
#[test]
fn a_list_that_is_shown() {
    assert_snapshot!(told("data.names"), @r#"
    web/ConfigMap/app on prod, rendered by component.app (fleet/fleet.hcl:19)

    data.names = "n-x,n-y,n-z"
      template  templates/app.yaml:11  names: "{{ values.names | join(sep=",") }}"
      set by    fleet/fleet.hcl:28     component "app": values.names = [for name in local.names : "n-${name}"]
        from    fleet/fleet.hcl:12     local: names[0] = "x"
        from    fleet/fleet.hcl:12     local: names[1] = "y"
        from    fleet/fleet.hcl:12     local: names[2] = "z"

    the object is there, under this name, because of
      decided by  fleet/fleet.hcl:20  component "app": namespace = "web"
    "#);
}

/// What a `remove` of another cluster takes away here, or would take if it matched.
#[test]
fn a_selector_that_matches_or_could() {
    let place = Place::with(&[
        (
            "fleet/fleet.hcl",
            r#"fleet "demo" {
  templates = "../templates"
}

cluster "dev" {
  labels = { env = "dev" }
}

cluster "prod" {
  labels = { env = "prod" }
}

component "app" {
  namespace = "web"
  templates = ["app.yaml"]
  values    = { note = "kept" }
}

override "quiet" {
  match  = "env=dev"
  units  = "name=app"
  remove = ["values.note"]
}
"#,
        ),
        (
            "templates/app.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: app\ndata:\n  note: {{ values.note | default(value=\"none\") }}\n",
        ),
    ]);
    for (cluster, value) in [("dev", "none"), ("prod", "kept")] {
        let (out, _) = place.run(&["explain", "ConfigMap/app", "data.note", "--cluster", cluster]).done();
        let said = format!("data.note = \"{value}\"\n");
        let line = out.lines().find(|line| line.contains("fleet/fleet.hcl:20 ")).unwrap_or_default();
        assert!(out.contains(&said) && line.ends_with("override \"quiet\": match = \"env=dev\""), "{out}");
    }
}
