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
    assert_snapshot!(told("data.fast"), @"");
    assert_snapshot!(told("data.known"), @"");
}

#[test]
fn a_text_that_a_template_compares() {
    assert_snapshot!(told("data.calm"), @"");
}

#[test]
fn a_number_far_from_its_limit() {
    assert_snapshot!(told("data.wide"), @"");
}

#[test]
fn a_list_that_is_counted() {
    assert_snapshot!(told("data.count"), @"");
}

/// Its items are shown: each is named for what it is, and no further one for its place.
#[test]
fn a_list_that_is_shown() {
    assert_snapshot!(told("data.names"), @"");
}
