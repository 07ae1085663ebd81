//! Recorded schemas that are missing, damaged, or of something else.

use std::fs;
use std::os::unix::fs::symlink;

use super::schemas::{fleet, recorded};
use super::score::{Case, great, sound, unseen};
use super::web::WEB;
use crate::program::Place;

/// The record of the first cluster.
const INDEX: &str = "fleet/schemas/prod-a.json";

/// The sound fleet, with schemas of a real server, after this was done to them.
fn place(spoil: impl FnOnce(&Place)) -> Place {
    let place = Place::with(&sound());
    recorded(&place);
    spoil(&place);
    place
}

/// The path of the file of a package.
fn package(place: &Place, name: &str) -> String {
    let files = fs::read_dir(fleet(place).join("schemas")).unwrap();
    let mut files = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let file = files.find(|file| file.strip_prefix(name).is_some_and(|rest| rest.starts_with('-')));
    format!("fleet/schemas/{}", file.unwrap())
}

/// Moves a file or folder of the fleet out of it.
fn take_away(place: &Place, name: &str) {
    fs::rename(fleet(place).join(name), place.path().join("aside")).unwrap();
}

/// Replaces what is there once in a file.
fn replace(place: &Place, path: &str, from: &str, to: &str) {
    let text = place.read(path);
    assert_eq!(text.matches(from).count(), 1, "{from} in {path}");
    place.write(path, &text.replace(from, to));
}

/// What stops: `validate` prints it, `render` says the same and prints no object.
fn stops(place: &Place) -> String {
    let validated = place.run(&["validate"]);
    assert_eq!((validated.status, validated.stderr.as_str()), (Some(2), ""), "{}", validated.stdout);
    assert_eq!(place.run(&["render"]).refused(2), validated.stdout);
    assert_eq!(unseen(&validated.stdout), [""; 0]);
    validated.stdout
}

/// What is only a warning: `validate` prints it, `render` says the same and prints the objects.
fn warns(place: &Place) -> String {
    let (validated, _) = place.run(&["validate"]).done();
    let (objects, told) = place.run(&["render"]).done();
    assert!(objects.starts_with("# prod-a/web.yaml\napiVersion: "), "{objects}");
    assert_eq!(validated, told);
    assert_eq!(place.run(&["validate", "--strict"]).status, Some(2));
    validated
}

#[test]
fn schemas_that_are_missing_are_said_once_with_the_kinds_not_checked() {
    insta::assert_snapshot!(warns(&place(|place| take_away(place, "schemas"))), @r#"
    warning[V021]: no schemas are recorded: 1 kind could not be checked
     --> fleet/fleet.hcl:3:9
      |
    3 | cluster "prod-a" {
      |         ^^^^^^^^
      |
      = clusters: prod-a, prod-b
      = note: not checked: v1 ConfigMap
      = help: record them: `fleetwright schema fetch`, or for one cluster with `--cluster NAME`

    1 warning
    "#);
    // Of one cluster alone.
    insta::assert_snapshot!(warns(&place(|place| fs::remove_file(fleet(place).join("schemas/prod-b.json")).unwrap())), @r#"
    warning[V021]: no schemas are recorded: 1 kind could not be checked
     --> fleet/fleet.hcl:7:9
      |
    7 | cluster "prod-b" {
      |         ^^^^^^^^
      |
      = cluster: prod-b
      = note: not checked: v1 ConfigMap
      = help: record them: `fleetwright schema fetch`, or for one cluster with `--cluster NAME`

    1 warning
    "#);
}

#[test]
fn an_index_that_is_none_or_of_another_format_stops() {
    insta::assert_snapshot!(stops(&place(|place| place.write(INDEX, "no JSON"))), @r#"
    error[V020]: fleet/schemas/prod-a.json cannot be used: it is not what `schema fetch` writes: expected ident at line 1 column 2: 1 kind could not be checked
     --> fleet/fleet.hcl:3:9
      |
    3 | cluster "prod-a" {
      |         ^^^^^^^^
      |
      = cluster: prod-a
      = note: not checked: v1 ConfigMap
      = help: record them: `fleetwright schema fetch`, or for one cluster with `--cluster NAME`

    1 error
    "#);
    insta::assert_snapshot!(stops(&place(|place| replace(place, INDEX, "\n \"version\": 1\n", "\n \"version\": 2\n"))), @r#"
    error[V020]: fleet/schemas/prod-a.json cannot be used: its format has version 2, and this build reads version 1: 1 kind could not be checked
     --> fleet/fleet.hcl:3:9
      |
    3 | cluster "prod-a" {
      |         ^^^^^^^^
      |
      = cluster: prod-a
      = note: not checked: v1 ConfigMap
      = help: record them: `fleetwright schema fetch`, or for one cluster with `--cluster NAME`

    1 error
    "#);
    insta::assert_snapshot!(stops(&place(|place| replace(place, INDEX, "{\n \"kinds\"", "{\n \"more\": 1, \"kinds\""))), @r#"
    error[V020]: fleet/schemas/prod-a.json cannot be used: it is not what `schema fetch` writes: unknown field `more`, expected one of `version`, `kubernetes`, `kinds`, `packages`, `unread` at line 2 column 7: 1 kind could not be checked
     --> fleet/fleet.hcl:3:9
      |
    3 | cluster "prod-a" {
      |         ^^^^^^^^
      |
      = cluster: prod-a
      = note: not checked: v1 ConfigMap
      = help: record them: `fleetwright schema fetch`, or for one cluster with `--cluster NAME`

    1 error
    "#);
}

#[test]
fn a_damaged_index_earns_its_points() {
    great(&Case {
        set_up: |place| {
            recorded(place);
            place.write(INDEX, "{}");
        },
        code: "V020",
        place: Some("fleet/fleet.hcl:3:9"),
        says: &[
            "fleet/schemas/prod-a.json cannot be used",
            "missing field `version`",
            "1 kind could not be checked",
            "not checked: v1 ConfigMap",
            "`fleetwright schema fetch`",
        ],
        ..Case::default()
    });
}

#[test]
fn definitions_that_are_missing_or_changed_by_a_byte_stop() {
    let core = "io.k8s.api.core.v1";
    insta::assert_snapshot!(stops(&place(|place| fs::remove_file(place.path().join(package(place, core))).unwrap())), @r#"
    error[V020]: fleet/schemas/io.k8s.api.core.v1-6197fd548908c017.json: no such file or folder: 1 kind could not be checked
     --> fleet/fleet.hcl:3:9
      |
    3 | cluster "prod-a" {
      |         ^^^^^^^^
      |
      = clusters: prod-a, prod-b
      = note: not checked: v1 ConfigMap
      = help: record them: `fleetwright schema fetch`, or for one cluster with `--cluster NAME`

    1 error
    "#);
    let changed = place(|place| {
        let path = package(place, core);
        let text = place.read(&path);
        place.write(&path, &text.replacen("object", "objecT", 1));
    });
    insta::assert_snapshot!(stops(&changed), @r#"
    error[V020]: fleet/schemas/io.k8s.api.core.v1-6197fd548908c017.json is damaged: its text is not the one that was recorded: 1 kind could not be checked
     --> fleet/fleet.hcl:3:9
      |
    3 | cluster "prod-a" {
      |         ^^^^^^^^
      |
      = clusters: prod-a, prod-b
      = note: not checked: v1 ConfigMap
      = help: record them: `fleetwright schema fetch`, or for one cluster with `--cluster NAME`

    1 error
    "#);
}

#[test]
fn schemas_of_another_kubernetes_are_said() {
    let other = place(|place| {
        let text =
            place.read("fleet/fleet.hcl").replace("{\n  labels", "{\n  kubernetes = \"1.33\"\n  labels");
        fs::write(place.path().join("fleet/fleet.hcl"), text).unwrap();
    });
    insta::assert_snapshot!(warns(&other), @r#"
    warning[V022]: the fleet says Kubernetes 1.33, and the schemas were recorded from 1.36.3
     --> fleet/fleet.hcl:3:9
      |
    3 | cluster "prod-a" {
      |         ^^^^^^^^ of this cluster
      |
      = clusters: prod-a, prod-b
      = help: record them: `fleetwright schema fetch`, or for one cluster with `--cluster NAME`

    1 warning
    "#);
}

#[test]
fn a_kind_of_a_group_that_could_not_be_read_is_listed() {
    let unread = place(|place| {
        for cluster in ["prod-a", "prod-b"] {
            let index = format!("fleet/schemas/{cluster}.json");
            replace(
                place,
                &index,
                "\n \"version\": 1\n",
                "\n \"unread\": [\"shops.example.com/v1\"],\n \"version\": 1\n",
            );
        }
        place.write(WEB, SHOP);
    });
    insta::assert_snapshot!(warns(&unread), @r#"
    warning[V021]: 1 kind could not be checked: nothing is recorded of it
     --> fleet/fleet.hcl:3:9
      |
    3 | cluster "prod-a" {
      |         ^^^^^^^^
      |
      = clusters: prod-a, prod-b
      = note: not checked: shops.example.com/v1 Shop
      = help: record them: `fleetwright schema fetch`, or for one cluster with `--cluster NAME`

    1 warning
    "#);
}

/// An object of a kind that no server of the tests has.
const SHOP: &str = "apiVersion: shops.example.com/v1\nkind: Shop\nmetadata:\n  name: web\nspec:\n  sise: 1\n  greeting: {{ values.greeting }}\n  token: {{ values.token }}\n";

/// The definition of that kind.
const DEFINITION: &str = "apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: shops.shops.example.com
spec:
  group: shops.example.com
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
              properties:
                size: {type: integer}
                greeting: {type: string}
                token: {type: string}
";

#[test]
fn custom_resources_are_held_to_the_definition_that_the_fleet_renders() {
    let with = |spoil: fn(&Place)| {
        place(|place| {
            place.write("templates/web/shop.yaml", SHOP);
            place.write("templates/web/definition.yaml", DEFINITION);
            fs::remove_file(place.path().join(WEB)).unwrap();
            spoil(place);
        })
    };
    insta::assert_snapshot!(stops(&with(|_| ())), @r#"
    error[V010]: there is no field `spec.sise`
     --> templates/web/shop.yaml:6:3
      |
    6 |   sise: 1
      |   ^^^^^^^
      |
     ::: fleet/web.hcl:1:11
      |
    1 | component "web" {
      |           ----- by this unit
      |
      = clusters: prod-a, prod-b
      = object: web/Shop/web
      = help: did you mean `size`?

    1 error
    "#);
    // Also where nothing is recorded: then only the definition itself could not be checked.
    insta::assert_snapshot!(stops(&with(|place| take_away(place, "schemas"))), @r#"
    error[V010]: there is no field `spec.sise`
     --> templates/web/shop.yaml:6:3
      |
    6 |   sise: 1
      |   ^^^^^^^
      |
     ::: fleet/web.hcl:1:11
      |
    1 | component "web" {
      |           ----- by this unit
      |
      = clusters: prod-a, prod-b
      = object: web/Shop/web
      = help: did you mean `size`?

    warning[V021]: no schemas are recorded: 1 kind could not be checked
     --> fleet/fleet.hcl:3:9
      |
    3 | cluster "prod-a" {
      |         ^^^^^^^^
      |
      = clusters: prod-a, prod-b
      = note: not checked: apiextensions.k8s.io/v1 CustomResourceDefinition
      = help: record them: `fleetwright schema fetch`, or for one cluster with `--cluster NAME`

    1 error, 1 warning
    "#);
}

#[test]
fn the_folder_may_lie_beside_the_fleet_and_not_outside_of_the_root() {
    let named = |path: &str| {
        let place = Place::with(&sound());
        let text = place
            .read("fleet/fleet.hcl")
            .replace("\"demo\" {}", &format!("\"demo\" {{\n  schemas = \"{path}\"\n}}"));
        fs::write(place.path().join("fleet/fleet.hcl"), text).unwrap();
        take_away(&place, "schemas");
        place
    };
    let beside = named("../elsewhere");
    recorded(&beside);
    fs::rename(fleet(&beside).join("schemas"), beside.path().join("elsewhere")).unwrap();
    assert_eq!(beside.run(&["validate"]).done().0, "2 clusters, 2 objects: no findings\n");
    insta::assert_snapshot!(stops(&named("../../elsewhere")), @r#"
    error[C009]: ../../elsewhere: leads out of the repository; nothing outside it is read
     --> fleet/fleet.hcl:2:13
      |
    2 |   schemas = "../../elsewhere"
      |             ^^^^^^^^^^^^^^^^^ this path
      |
      = help: give a folder inside the repository, relative to the fleet's

    warning[V021]: no schemas are recorded: 1 kind could not be checked
     --> fleet/fleet.hcl:5:9
      |
    5 | cluster "prod-a" {
      |         ^^^^^^^^
      |
      = clusters: prod-a, prod-b
      = note: not checked: v1 ConfigMap
      = help: record them: `fleetwright schema fetch`, or for one cluster with `--cluster NAME`

    1 error, 1 warning
    "#);
    // What is not there is missing, wherever it should be.
    let (missing, _) = named("../elsewhere").run(&["validate"]).done();
    assert!(
        missing.starts_with("warning[V021]: no schemas are recorded: 1 kind could not be checked\n"),
        "{missing}"
    );
}

#[test]
fn a_link_out_of_the_root_is_not_followed() {
    let outside = place(|_| ());
    let linked = |name: &str| {
        let place = place(|_| ());
        let link = fleet(&place).join(name);
        take_away(&place, name);
        symlink(fleet(&outside).join(name), link).unwrap();
        stops(&place).replace(outside.path().to_str().unwrap(), "OUTSIDE")
    };
    insta::assert_snapshot!(linked("schemas/prod-a.json"), @r#"
    error[V020]: fleet/schemas/prod-a.json: leads out of the repository; nothing outside it is read: 1 kind could not be checked
     --> fleet/fleet.hcl:3:9
      |
    3 | cluster "prod-a" {
      |         ^^^^^^^^
      |
      = cluster: prod-a
      = note: not checked: v1 ConfigMap
      = help: record them: `fleetwright schema fetch`, or for one cluster with `--cluster NAME`

    1 error
    "#);
    insta::assert_snapshot!(linked("schemas"), @r#"
    error[V020]: fleet/schemas/prod-a.json: leads out of the repository; nothing outside it is read: 1 kind could not be checked
     --> fleet/fleet.hcl:3:9
      |
    3 | cluster "prod-a" {
      |         ^^^^^^^^
      |
      = cluster: prod-a
      = note: not checked: v1 ConfigMap
      = help: record them: `fleetwright schema fetch`, or for one cluster with `--cluster NAME`

    error[V020]: fleet/schemas/prod-b.json: leads out of the repository; nothing outside it is read: 1 kind could not be checked
     --> fleet/fleet.hcl:7:9
      |
    7 | cluster "prod-b" {
      |         ^^^^^^^^
      |
      = cluster: prod-b
      = note: not checked: v1 ConfigMap
      = help: record them: `fleetwright schema fetch`, or for one cluster with `--cluster NAME`

    2 errors
    "#);
}
