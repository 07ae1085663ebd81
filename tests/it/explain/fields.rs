//! What `explain` says of fields of different kinds.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::program::Place;

/// A fleet with a field of every kind.
fn place() -> Place {
    Place::with(&[
        (
            "fleet/fleet.hcl",
            r#"fleet "demo" {
  templates = "../templates"
}

variable "image" {
  type    = string
  default = "registry.example.com/shop/app:1.0.0"
}

variable "password" {
  type      = string
  default   = "hunter2-of-the-fleet"
  sensitive = true
}

locals {
  domain = "example.com"
  sizes  = { small = 2, large = 6 }
  people = [
    { name = "ada", env = "prod" },
    { name = "bob", env = "dev" },
  ]
}

cluster "dev" {
  labels = { env = "dev" }
}

cluster "prod" {
  labels = { env = "prod" }
}

profile "base" {
  values = {
    replicas = 1
    level    = "info"
  }
}

profile "prod" {
  match    = "env=prod"
  replaces = ["base"]
  values   = { level = "warn" }
}
"#,
        ),
        (
            "fleet/app.hcl",
            r#"component "app" {
  namespace = "web"
  templates = ["app.yaml"]
  manifests = ["quota.yaml"]
  values = {
    literal  = "as it stands"
    image    = var.image
    host     = "app.${local.domain}"
    pods     = max(local.sizes.small, 3) * 2
    tier     = cluster.labels.env == "prod" ? "gold" : "tin"
    owner    = join(",", [for p in local.people : p.name if p.env == cluster.labels.env])
    password = var.password
    replicas = 2
    mode     = "slow"
  }
  patch = {
    "ConfigMap/app" = { data = { patched = "by the fleet" } }
  }

  override "more" {
    match  = "env in (prod,staging)"
    values = { replicas = 5 }
  }
  override "plain" {
    remove = ["values.mode"]
  }
  override "fast" {
    match    = "env=prod"
    replaces = ["plain"]
    values   = { mode = "fast" }
  }
}

component "queue" {
  for_each  = toset(["orders", "mails"])
  namespace = "web"
  templates = ["queue.yaml"]
}
"#,
        ),
        (
            "fleet/quota.yaml",
            "apiVersion: v1\nkind: ResourceQuota\nmetadata:\n  name: app\nspec:\n  hard:\n    pods: \"10\"\n",
        ),
        ("templates/_part.yaml", "  from-library: \"always\"\n"),
        (
            "templates/app.yaml",
            r#"apiVersion: v1
kind: ConfigMap
metadata:
  name: app
  annotations:
    example.com/host: {{ values.host | quote }}
data:
  literal: {{ values.literal | quote }}
  image: {{ values.image | quote }}
  pods: {{ values.pods | quote }}
  tier: {{ values.tier | quote }}
  owner: {{ values.owner | quote }}
  level: {{ values.level | quote }}
  replicas: {{ values.replicas | quote }}
  computed: "{{ values.replicas * values.pods }}"
  dsn: {{ "postgres://app:" ~ values.password ~ "@db" | quote }}
{%- if values.mode is defined %}
  mode: {{ values.mode | quote }}
{%- endif %}
{% include "_part.yaml" %}
"#,
        ),
        (
            "templates/queue.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ unit.name }}\ndata:\n  queue: {{ unit.key | quote }}\n",
        ),
    ])
}

fn told(arguments: &[&str]) -> String {
    let mut all = vec!["explain"];
    all.extend(arguments);
    all.extend(["--cluster", "prod"]);
    place().run(&all).done().0
}

#[test]
fn a_literal() {
    assert_snapshot!(told(&["web/ConfigMap/app", "data.literal"]), @r#"
    web/ConfigMap/app on prod, rendered by component.app (fleet/app.hcl:1)

    data.literal = "as it stands"
      template  templates/app.yaml:8  literal: {{ values.literal | quote }}
      set by    fleet/app.hcl:6       component "app": values.literal = "as it stands"

    the object is there, under this name, because of
      decided by  fleet/app.hcl:2  component "app": namespace = "web"
    "#);
}

#[test]
fn an_override_and_what_it_replaced() {
    assert_snapshot!(told(&["ConfigMap/app", "data.replicas"]), @r#"
    web/ConfigMap/app on prod, rendered by component.app (fleet/app.hcl:1)

    data.replicas = "5"
      template    templates/app.yaml:14  replicas: {{ values.replicas | quote }}
      set by      fleet/app.hcl:22       override "more" of component "app": values.replicas = 5
      instead of  fleet/app.hcl:13       component "app": values.replicas = 2
      instead of  fleet/fleet.hcl:35     profile "base": values.replicas = 1
      decided by  fleet/app.hcl:21       override "more" of component "app": match = "env in (prod,staging)"
                  fleet/fleet.hcl:30     cluster "prod": labels.env = "prod"

    the object is there, under this name, because of
      decided by  fleet/app.hcl:2  component "app": namespace = "web"
    "#);
}

#[test]
fn a_setting_that_was_taken_away_and_set_again() {
    assert_snapshot!(told(&["ConfigMap/app", "data.mode"]), @r#"
    web/ConfigMap/app on prod, rendered by component.app (fleet/app.hcl:1)

    data.mode = "fast"
      template    templates/app.yaml:18  mode: {{ values.mode | quote }}
      set by      fleet/app.hcl:30       override "fast" of component "app": values.mode = "fast"
      instead of  fleet/app.hcl:14       component "app": values.mode = "slow"
      removed by  fleet/app.hcl:25       override "plain" of component "app": remove = "values.mode"
      decided by  fleet/app.hcl:28       override "fast" of component "app": match = "env=prod"
                  fleet/fleet.hcl:30     cluster "prod": labels.env = "prod"

    the object is there, under this name, because of
      decided by  fleet/app.hcl:2  component "app": namespace = "web"
    "#);
}

#[test]
fn a_profile_over_another() {
    assert_snapshot!(told(&["ConfigMap/app", "data.level"]), @r#"
    web/ConfigMap/app on prod, rendered by component.app (fleet/app.hcl:1)

    data.level = "warn"
      template    templates/app.yaml:13  level: {{ values.level | quote }}
      set by      fleet/fleet.hcl:43     profile "prod": values.level = "warn"
      instead of  fleet/fleet.hcl:36     profile "base": values.level = "info"
      decided by  fleet/fleet.hcl:30     cluster "prod": labels.env = "prod"
                  fleet/fleet.hcl:41     profile "prod": match = "env=prod"

    the object is there, under this name, because of
      decided by  fleet/app.hcl:2  component "app": namespace = "web"
    "#);
}

#[test]
fn a_local_in_a_string() {
    assert_snapshot!(told(&["ConfigMap/app", "metadata.annotations[\"example.com/host\"]"]), @r#"
    web/ConfigMap/app on prod, rendered by component.app (fleet/app.hcl:1)

    metadata.annotations["example.com/host"] = "app.example.com"
      template  templates/app.yaml:6  example.com/host: {{ values.host | quote }}
      set by    fleet/app.hcl:8       component "app": values.host = "app.example.com", from "app.${local.domain}"
        from    fleet/fleet.hcl:17    local: domain = "example.com"

    the object is there, under this name, because of
      decided by  fleet/app.hcl:2  component "app": namespace = "web"
    "#);
}

#[test]
fn the_result_of_a_function() {
    assert_snapshot!(told(&["ConfigMap/app", "data.pods"]), @r#"
    web/ConfigMap/app on prod, rendered by component.app (fleet/app.hcl:1)

    data.pods = "6"
      template  templates/app.yaml:10  pods: {{ values.pods | quote }}
      set by    fleet/app.hcl:9        component "app": values.pods = 6, from max(local.sizes.small, 3) * 2
        from    fleet/fleet.hcl:18     local: sizes.small = 2

    the object is there, under this name, because of
      decided by  fleet/app.hcl:2  component "app": namespace = "web"
    "#);
}

#[test]
fn a_condition_and_the_branch_that_is_taken() {
    assert_snapshot!(told(&["ConfigMap/app", "data.tier"]), @r#"
    web/ConfigMap/app on prod, rendered by component.app (fleet/app.hcl:1)

    data.tier = "gold"
      template  templates/app.yaml:11  tier: {{ values.tier | quote }}
      set by    fleet/app.hcl:10       component "app": values.tier = "gold", from cluster.labels.env == "prod" ? "gold" : "tin"
        from    fleet/fleet.hcl:30     cluster "prod": labels.env = "prod"

    the object is there, under this name, because of
      decided by  fleet/app.hcl:2  component "app": namespace = "web"
    "#);
}

#[test]
fn a_for_and_its_filter() {
    assert_snapshot!(told(&["ConfigMap/app", "data.owner"]), @r#"
    web/ConfigMap/app on prod, rendered by component.app (fleet/app.hcl:1)

    data.owner = "ada"
      template  templates/app.yaml:12  owner: {{ values.owner | quote }}
      set by    fleet/app.hcl:11       component "app": values.owner = "ada", from join(",", [for p in local.people : p.name if p.env == cluster.labels.env])
        from    fleet/fleet.hcl:20     local: people[0].name = "ada"
        from    fleet/fleet.hcl:20     local: people[0].env = "prod"
        from    fleet/fleet.hcl:21     local: people[1].env = "dev"
        from    fleet/fleet.hcl:30     cluster "prod": labels.env = "prod"

    the object is there, under this name, because of
      decided by  fleet/app.hcl:2  component "app": namespace = "web"
    "#);
}

#[test]
fn what_the_template_computes_of_several() {
    assert_snapshot!(told(&["ConfigMap/app", "data.computed"]), @r#"
    web/ConfigMap/app on prod, rendered by component.app (fleet/app.hcl:1)

    data.computed = "30"
      template    templates/app.yaml:15  computed: "{{ values.replicas * values.pods }}"
      set by      fleet/app.hcl:9        component "app": values.pods = 6, from max(local.sizes.small, 3) * 2
        from      fleet/fleet.hcl:18     local: sizes.small = 2
      set by      fleet/app.hcl:22       override "more" of component "app": values.replicas = 5
      instead of  fleet/app.hcl:13       component "app": values.replicas = 2
      instead of  fleet/fleet.hcl:35     profile "base": values.replicas = 1
      decided by  fleet/app.hcl:21       override "more" of component "app": match = "env in (prod,staging)"
                  fleet/fleet.hcl:30     cluster "prod": labels.env = "prod"

    the object is there, under this name, because of
      decided by  fleet/app.hcl:2  component "app": namespace = "web"
    "#);
}

#[test]
fn what_only_a_template_says() {
    assert_snapshot!(told(&["ConfigMap/app", "data.from-library"]), @r#"
    web/ConfigMap/app on prod, rendered by component.app (fleet/app.hcl:1)

    data.from-library = "always"
      template  templates/_part.yaml:1  from-library: "always"

    the object is there, under this name, because of
      decided by  fleet/app.hcl:2  component "app": namespace = "web"
    "#);
}

#[test]
fn a_variable() {
    assert_snapshot!(told(&["ConfigMap/app", "data.image"]), @r#"
    web/ConfigMap/app on prod, rendered by component.app (fleet/app.hcl:1)

    data.image = "registry.example.com/shop/app:1.0.0"
      template  templates/app.yaml:9  image: {{ values.image | quote }}
      set by    fleet/app.hcl:7       component "app": values.image = "registry.example.com/shop/app:1.0.0", from var.image
        from    fleet/fleet.hcl:7     variable "image": default = "registry.example.com/shop/app:1.0.0"

    the object is there, under this name, because of
      decided by  fleet/app.hcl:2  component "app": namespace = "web"
    "#);
    assert_snapshot!(told(&["ConfigMap/app", "data.image", "--var", "image=registry.example.com/shop/app:2.0.0"]), @r#"
    web/ConfigMap/app on prod, rendered by component.app (fleet/app.hcl:1)

    data.image = "registry.example.com/shop/app:2.0.0"
      template      templates/app.yaml:9  image: {{ values.image | quote }}
      set by        fleet/app.hcl:7       component "app": values.image = "registry.example.com/shop/app:2.0.0", from var.image
        given       --var image           variable "image": registry.example.com/shop/app:2.0.0
        instead of  fleet/fleet.hcl:7     variable "image": default = "registry.example.com/shop/app:1.0.0"

    the object is there, under this name, because of
      decided by  fleet/app.hcl:2  component "app": namespace = "web"
    "#);
}

#[test]
fn a_secret_is_masked() {
    assert_snapshot!(told(&["ConfigMap/app", "data.dsn"]), @r#"
    web/ConfigMap/app on prod, rendered by component.app (fleet/app.hcl:1)

    data.dsn = (sensitive)
      template  templates/app.yaml:16  dsn: (sensitive)
      set by    fleet/app.hcl:12       component "app": values.password = (sensitive), from var.password
        from    fleet/fleet.hcl:12     variable "password": default = (sensitive)

    the object is there, under this name, because of
      decided by  fleet/app.hcl:2  component "app": namespace = "web"
    "#);
    assert_snapshot!(told(&["ConfigMap/app", "data.dsn", "--var", "password=hunter2-given"]), @r#"
    web/ConfigMap/app on prod, rendered by component.app (fleet/app.hcl:1)

    data.dsn = (sensitive)
      template      templates/app.yaml:16  dsn: (sensitive)
      set by        fleet/app.hcl:12       component "app": values.password = (sensitive), from var.password
        given       --var password         variable "password": (sensitive)
        instead of  fleet/fleet.hcl:12     variable "password": default = (sensitive)

    the object is there, under this name, because of
      decided by  fleet/app.hcl:2  component "app": namespace = "web"
    "#);
}

#[test]
fn a_patch() {
    assert_snapshot!(told(&["ConfigMap/app", "data.patched"]), @r#"
    web/ConfigMap/app on prod, rendered by component.app (fleet/app.hcl:1)

    data.patched = "by the fleet"
      patch   fleet/app.hcl:17  "ConfigMap/app" = { data = { patched = "by the fleet" } }
      set by  fleet/app.hcl:17  component "app": patch["ConfigMap/app"].data.patched = "by the fleet"

    the object is there, under this name, because of
      decided by  fleet/app.hcl:2  component "app": namespace = "web"
    "#);
}

#[test]
fn a_manifest() {
    assert_snapshot!(told(&["ResourceQuota/app", "spec.hard.pods"]), @r#"
    web/ResourceQuota/app on prod, rendered by component.app (fleet/app.hcl:1)

    spec.hard.pods = "10"
      manifest  fleet/quota.yaml:7  pods: "10"

    the object is there, under this name, because of
      decided by  fleet/app.hcl:2  component "app": namespace = "web"
                  fleet/app.hcl:4  component "app": manifests[0] = "quota.yaml"
    "#);
}

#[test]
fn a_key_of_for_each() {
    assert_snapshot!(told(&["ConfigMap/queue-mails", "data.queue"]), @r#"
    web/ConfigMap/queue-mails on prod, rendered by component.queue[mails] (fleet/app.hcl:34)

    data.queue = "mails"
      template  templates/queue.yaml:6  queue: {{ unit.key | quote }}
      set by    fleet/app.hcl:35        component "queue": for_each = toset(["orders", "mails"])

    the object is there, under this name, because of
      decided by  fleet/app.hcl:35  component "queue": for_each = toset(["orders", "mails"])
                  fleet/app.hcl:36  component "queue": namespace = "web"
    "#);
}

#[test]
fn all_of_an_object() {
    assert_snapshot!(told(&["component.app/ConfigMap/app"]), @r#"
    web/ConfigMap/app on prod, rendered by component.app (fleet/app.hcl:1)

    apiVersion = "v1"
        templates/app.yaml:1
    data.computed = "30"
        templates/app.yaml:15, fleet/app.hcl:9 component "app", fleet/app.hcl:22 override "more" of component "app"
    data.dsn = (sensitive)
        templates/app.yaml:16, fleet/app.hcl:12 component "app"
    data.from-library = "always"
        templates/_part.yaml:1
    data.image = "registry.example.com/shop/app:1.0.0"
        templates/app.yaml:9, fleet/app.hcl:7 component "app"
    data.level = "warn"
        templates/app.yaml:13, fleet/fleet.hcl:43 profile "prod"
    data.literal = "as it stands"
        templates/app.yaml:8, fleet/app.hcl:6 component "app"
    data.mode = "fast"
        templates/app.yaml:18, fleet/app.hcl:30 override "fast" of component "app"
    data.owner = "ada"
        templates/app.yaml:12, fleet/app.hcl:11 component "app"
    data.patched = "by the fleet"
        fleet/app.hcl:17 component "app"
    data.pods = "6"
        templates/app.yaml:10, fleet/app.hcl:9 component "app"
    data.replicas = "5"
        templates/app.yaml:14, fleet/app.hcl:22 override "more" of component "app"
    data.tier = "gold"
        templates/app.yaml:11, fleet/app.hcl:10 component "app"
    kind = "ConfigMap"
        templates/app.yaml:2
    metadata.annotations["example.com/host"] = "app.example.com"
        templates/app.yaml:6, fleet/app.hcl:8 component "app"
    metadata.name = "app"
        templates/app.yaml:4
    metadata.namespace = "web"
        templates/app.yaml:3, fleet/app.hcl:2 component "app"

    the object is there, under this name, because of
      decided by  fleet/app.hcl:2  component "app": namespace = "web"
    "#);
}

#[test]
fn a_field_as_json() {
    let document: Value =
        serde_json::from_str(&told(&["ConfigMap/app", "data.replicas", "-o", "json"])).unwrap();
    assert_eq!(document["version"], 1);
    let explained = &document["explained"];
    let named = ["cluster", "unit", "apiVersion", "kind", "namespace", "name"].map(|name| &explained[name]);
    assert_eq!(named, ["prod", "component.app", "v1", "ConfigMap", "web", "app"]);
    assert_eq!(explained["fields"].as_array().unwrap().len(), 1);
    let field = &explained["fields"][0];
    assert_eq!(field["keys"], json!(["data", "replicas"]));
    assert_eq!(
        (&field["path"], &field["value"], &field["sensitive"]),
        (&json!("data.replicas"), &json!("5"), &json!(false))
    );
    let given_by = &field["givenBy"];
    let line = (&given_by["kind"], &given_by["place"]["file"], &given_by["text"]);
    let text = json!("replicas: {{ values.replicas | quote }}");
    assert_eq!(line, (&json!("template"), &json!("templates/app.yaml"), &text));
    let mut lines = Vec::new();
    let mut waiting: Vec<&Value> =
        ["setBy", "decidedBy"].iter().flat_map(|name| field[*name].as_array().unwrap()).collect();
    while !waiting.is_empty() {
        let line = waiting.remove(0);
        let word = |name: &str| line[name].as_str().unwrap_or_default();
        let at = &line["place"];
        let place = format!("{}:{}:{}", at["file"].as_str().unwrap(), at["line"], at["column"]);
        lines.push(format!(
            "{} {place} {} {} {} {}",
            word("role"),
            word("block"),
            word("path"),
            word("text"),
            line["literals"].as_array().unwrap().len()
        ));
        waiting.extend(["from", "replaced"].iter().flat_map(|name| line[*name].as_array().unwrap()));
    }
    assert_snapshot!(lines.join("\n"), @r#"
    set fleet/app.hcl:22:27 override "more" of component "app" values.replicas 5 1
    decides fleet/app.hcl:21:14 override "more" of component "app" match "env in (prod,staging)" 1
    decides fleet/fleet.hcl:30:20 cluster "prod" labels.env "prod" 1
    replaced fleet/app.hcl:13:16 component "app" values.replicas 2 0
    replaced fleet/fleet.hcl:35:16 profile "base" values.replicas 1 0
    "#);
}
