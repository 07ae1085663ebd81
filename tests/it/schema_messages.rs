//! What is told of objects that their schema refuses: each kind of problem, with its line.

use std::fmt::Write;

use fleetwright::object::Scope;
use fleetwright::schema::{Document, GroupVersionKind, Served, record};
use serde_json::{Value, json};

use crate::program::Place;
use crate::recorded;

/// A custom resource with one field for each kind of problem.
const DEFINITION: &str = r#"apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: shops.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Shop, plural: shops}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              required: [size]
              properties:
                size: {type: integer, minimum: 1, maximum: 9}
                name: {type: string, maxLength: 3}
                code: {type: string, pattern: '^[a-z]+$'}
                color: {type: string, enum: [red, blue, ""]}
                open: {type: boolean}
                port: {x-kubernetes-int-or-string: true}
                labels: {type: object, additionalProperties: {type: string}}
                doors:
                  type: array
                  maxItems: 2
                  items: {type: object, required: [name], properties: {name: {type: string}, wide: {type: boolean}}}
                  x-kubernetes-list-type: map
                  x-kubernetes-list-map-keys: [name]
                tags: {type: array, items: {type: string}, x-kubernetes-list-type: set}
                by:
                  type: object
                  properties: {foot: {type: boolean}, car: {type: boolean}}
                  oneOf: [{required: [foot]}, {required: [car]}]
                range:
                  type: object
                  properties: {from: {type: integer}, to: {type: integer}}
                  x-kubernetes-validations: [{rule: self.from < self.to, message: from lies before to}]
"#;

/// What `validate` says of objects with these lines after their metadata, each in a file of its own: a line of
/// code and message, the line it points at, and the help.
fn told(objects: &[&str]) -> String {
    let fleet = "fleet \"demo\" {}\ncluster \"prod-a\" {}\ncomponent \"shop\" {\n  namespace = \"shop\"\n  templates = [\"shop\"]\n}\n";
    let place = Place::with(&[("fleet/fleet.hcl", fleet), ("templates/shop/definition.yaml", DEFINITION)]);
    for (number, lines) in objects.iter().enumerate() {
        let object = format!("apiVersion: example.com/v1\nkind: Shop\nmetadata:\n  name: s{number}\n{lines}");
        place.write(&format!("templates/shop/s{number}.yaml"), &object);
    }
    let run = place.run(&["validate", "-o", "json"]);
    let document: Value = serde_json::from_str(&run.stdout).unwrap();
    let mut told = String::new();
    for finding in document["findings"].as_array().unwrap() {
        let text = |name: &str| finding[name].as_str().unwrap_or_default();
        let at = &finding["place"];
        let line = usize::try_from(at["line"].as_u64().unwrap()).unwrap();
        let source = place.read(at["file"].as_str().unwrap());
        let source = source.lines().nth(line - 1).unwrap().trim();
        writeln!(told, "{} {}\n  at `{source}`", text("code"), text("message")).unwrap();
        for note in finding["notes"].as_array().unwrap() {
            writeln!(told, "  note: {}", note.as_str().unwrap()).unwrap();
        }
        writeln!(told, "  help: {}", text("help")).unwrap();
    }
    told
}

#[test]
fn unknown_fields() {
    insta::assert_snapshot!(told(&[
        "spec:\n  size: 1\n  colour: red\n",
        "spec:\n  size: 1\n  zebra: 1\n",
        "spec:\n  size: 1\n  doors:\n    - {name: a}\n    - {name: b, wdie: true}\n",
        "spec:\n  size: 1\n  \"a b\": 1\n",
        "spce:\n  size: 1\n",
    ]), @r#"
    V010 there is no field `spec.colour`
      at `colour: red`
      help: did you mean `color`?
    V010 there is no field `spec.zebra`
      at `zebra: 1`
      help: the fields there are: by, code, color, doors, labels, name, open, port, range, size or tags
    V010 there is no field `spec.doors[1].wdie`
      at `- {name: b, wdie: true}`
      help: did you mean `wide`?
    V010 there is no field `spec["a b"]`
      at `"a b": 1`
      help: the fields there are: by, code, color, doors, labels, name, open, port, range, size or tags
    V010 there is no field `spce`
      at `spce:`
      help: did you mean `spec`?
    "#);
}

#[test]
fn other_types() {
    insta::assert_snapshot!(told(&[
        "spec:\n  size: '1'\n",
        "spec:\n  size: 1.5\n",
        "spec:\n  size: null\n",
        "spec:\n  size: 1\n  name: 12\n",
        "spec:\n  size: 1\n  name: true\n",
        "spec:\n  size: 1\n  open: 'true'\n",
        "spec:\n  size: 1\n  port: [80]\n",
        "spec:\n  size: 1\n  labels:\n    a: 1\n",
        "spec:\n  size: 1\n  doors: {}\n",
        "spec:\n  size: 1\n  tags: a\n",
        "spec: [size]\n",
    ]), @r#"
    V011 `spec.size` must be a whole number, and is a string: "1"
      at `size: '1'`
      help: take the quotes away, or the filter that writes them
    V011 `spec.size` must be a whole number, and is a number with a point: 1.5
      at `size: 1.5`
      help: write it without the point
    V011 `spec` must be a map, and is a list
      at `spec: [size]`
      help: write a map: `KEY: VALUE` for each field
    V011 `spec.size` must be a whole number, and is null
      at `size: null`
      help: leave it out where there is no value
    V011 `spec.name` must be a string, and is a number: 12
      at `name: 12`
      help: put it between quotes; a value of the fleet is quoted by `| quote`
    V011 `spec.name` must be a string, and is a bool: true
      at `name: true`
      help: put it between quotes; a value of the fleet is quoted by `| quote`
    V011 `spec.open` must be true or false, and is a string: "true"
      at `open: 'true'`
      help: take the quotes away, or the filter that writes them
    V011 `spec.port` must be a whole number or a string, and is a list
      at `port: [80]`
      help: write it as its kind has it
    V011 `spec.labels.a` must be a string, and is a number: 1
      at `a: 1`
      help: put it between quotes; a value of the fleet is quoted by `| quote`
    V011 `spec.doors` must be a list, and is a map
      at `doors: {}`
      help: write a list: `- ` before each item
    V011 `spec.tags` must be a list, and is a string: "a"
      at `tags: a`
      help: write a list: `- ` before each item
    "#);
}

#[test]
fn missing_fields() {
    insta::assert_snapshot!(told(&["spec: {}\n", "spec:\n  size: 1\n  doors:\n    - wide: true\n"]), @"
    V012 `spec.size` is missing
      at `spec: {}`
      help: the API server refuses the object without it
    V012 `spec.doors[0].name` is missing
      at `- wide: true`
      help: the API server refuses the object without it
    ");
}

#[test]
fn values_that_are_not_allowed() {
    insta::assert_snapshot!(told(&[
        "spec:\n  size: 10\n",
        "spec:\n  size: 1\n  name: 'abcd'\n",
        "spec:\n  size: 1\n  code: 'A1'\n",
        "spec:\n  size: 1\n  color: green\n",
        "spec:\n  size: 1\n  doors: [{name: a}, {name: b}, {name: c}]\n",
        "spec:\n  size: 1\n  name: 'a text that is longer than a message has room for, and so cut somewhere'\n",
    ]), @r#"
    V013 `spec.size` is 10, and must be from 1 to 9
      at `size: 10`
      help: the API server refuses the object as it is
    V013 `spec.name` is "abcd", and must be at most 3 characters
      at `name: 'abcd'`
      help: the API server refuses the object as it is
    V013 `spec.code` is "A1", and must be text that matches ^[a-z]+$
      at `code: 'A1'`
      help: the API server refuses the object as it is
    V013 `spec.color` is "green", and must be red, blue or ""
      at `color: green`
      help: the API server refuses the object as it is
    V013 `spec.doors` is [{"name":"a"},{"name":"b"},{"name":"c"}], and must be a list of at most 2 items
      at `doors: [{name: a}, {name: b}, {name: c}]`
      help: the API server refuses the object as it is
    V013 `spec.name` is "a text that is longer than a message has room for, and so c…, and must be at most 3 characters
      at `name: 'a text that is longer than a message has room for, and so cut somewhere'`
      help: the API server refuses the object as it is
    "#);
}

#[test]
fn items_that_stand_twice() {
    insta::assert_snapshot!(told(&[
        "spec:\n  size: 1\n  doors:\n    - name: a\n    - name: b\n    - name: a\n",
        "spec:\n  size: 1\n  tags:\n    - a\n    - a\n",
    ]), @r#"
    V013 `spec.doors` is [{"name":"a"},{"name":"b"},{"name":"a"}], and must be a list of at most 2 items
      at `doors:`
      help: the API server refuses the object as it is
    V014 `spec.doors[2]` stands twice in its list
      at `- name: a`
      help: items of this list with the same `name` are the same one: keep one of them
    V014 `spec.tags[1]` stands twice in its list
      at `- a`
      help: items of this list that are equal are the same one: keep one of them
    "#);
}

#[test]
fn fields_that_do_not_go_together_and_rules() {
    insta::assert_snapshot!(told(&[
        "spec:\n  size: 1\n  by: {foot: true, car: true}\n",
        "spec:\n  size: 1\n  by: {}\n",
        "spec:\n  size: 1\n  range:\n    from: 2\n    to: 1\n",
    ]), @"
    V015 the fields of `spec.by` do not go together
      at `by: {foot: true, car: true}`
      help: give one of foot, car
    V015 the fields of `spec.by` do not go together
      at `by: {}`
      help: give one of foot, car
    V016 `spec.range`: from lies before to
      at `range:`
      help: this is a rule of its CustomResourceDefinition
    ");
}

#[test]
fn a_namespace_where_there_is_none_and_none_where_there_must_be() {
    // What only the record knows: the fleet renders no definition of them.
    let kind = |kind: &str, scope: Scope| {
        let served = Served { scope, definition: "com.example.v1.Any".to_owned() };
        (GroupVersionKind::parse(&format!("example.com/v1 {kind}")).unwrap(), served)
    };
    let kinds = [kind("Street", Scope::Cluster), kind("House", Scope::Namespaced)].into();
    let definitions = [("com.example.v1.Any".to_owned(), json!({}))].into();
    let record = record("v1.36.3", &[Document { kinds, definitions }], Vec::new());
    let fleet =
        "fleet \"demo\" {}\ncluster \"prod-a\" {}\ncomponent \"shop\" {\n  templates = [\"shop\"]\n}\n";
    let place = Place::with(&[
        ("fleet/fleet.hcl", fleet),
        (
            "templates/shop/street.yaml",
            "apiVersion: example.com/v1\nkind: Street\nmetadata:\n  name: a\n  namespace: web\n",
        ),
        ("templates/shop/house.yaml", "apiVersion: example.com/v1\nkind: House\nmetadata:\n  name: a\n"),
    ]);
    recorded::write(&place.path().join("fleet"), "prod-a", &record);
    insta::assert_snapshot!(place.run(&["validate"]).stdout, @r#"
    error[O002]: House/a has no namespace, and component.shop gives none
     --> templates/shop/house.yaml:1:1
      |
    1 | apiVersion: example.com/v1
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = cluster: prod-a
      = object: House/a
      = help: set `namespace` of the unit, or `metadata.namespace` in the template

    error[O003]: Street/a belongs to the whole cluster, but names the namespace "web"
     --> templates/shop/street.yaml:1:1
      |
    1 | apiVersion: example.com/v1
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = cluster: prod-a
      = object: Street/a
      = help: take `metadata.namespace` out

    2 errors
    "#);
}

#[test]
fn what_is_true_of_a_kind_is_told_once() {
    let shop =
        |name: &str| format!("apiVersion: example.com/v2\nkind: Shop\nmetadata:\n  name: {name}\n---\n");
    let fleet = "fleet \"demo\" {}\ncluster \"prod-a\" {}\ncluster \"prod-b\" {}\ncomponent \"shop\" {\n  namespace = \"shop\"\n  templates = [\"shop\"]\n}\n";
    let shops = ["a", "b", "c"].map(shop).concat();
    let place = Place::with(&[
        ("fleet/fleet.hcl", fleet),
        ("templates/shop/definition.yaml", DEFINITION),
        ("templates/shop/shop.yaml", &shops),
    ]);
    insta::assert_snapshot!(place.run(&["validate"]).stdout, @r#"
    error[V017]: the cluster does not serve example.com/v2 Shop
     --> templates/shop/shop.yaml:1:1
      |
    1 | apiVersion: example.com/v2
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
     ::: fleet/fleet.hcl:4:11
      |
    4 | component "shop" {
      |           ------ by this unit
      |
      = clusters: prod-a, prod-b
      = object: shop/Shop/a
      = note: it serves example.com/v1 Shop
      = note: and 2 other objects
      = help: write the `apiVersion` that it serves; if that has changed, run `fleetwright schema fetch`

    1 error
    "#);
}

#[test]
fn a_recorded_kind_of_the_whole_cluster_gets_no_namespace() {
    let place = Place::with(&[
        (
            "fleet/fleet.hcl",
            "fleet \"demo\" {}\ncluster \"prod-a\" {}\ncomponent \"shop\" {\n  namespace = \"shop\"\n  manifests = [\"street.yaml\"]\n}\n",
        ),
        ("fleet/street.yaml", "apiVersion: example.com/v1\nkind: Street\nmetadata:\n  name: main\n"),
    ]);
    let definition = "com.example.Street".to_owned();
    let kind = GroupVersionKind::parse("example.com/v1 Street").unwrap();
    let kinds = [(kind, Served { scope: Scope::Cluster, definition: definition.clone() })].into();
    let document = Document { kinds, definitions: [(definition, json!({}))].into() };
    recorded::write(&place.path().join("fleet"), "prod-a", &record("v1.36.3", &[document], Vec::new()));
    let rendered = place.run(&["render"]);
    assert_eq!((rendered.status, rendered.stderr.as_str()), (Some(0), ""));
    assert!(!rendered.stdout.contains("namespace"), "{}", rendered.stdout);
}
