//! Excuses: what they are about, that they are listed, and what is told of one that is not needed.

use super::shop::{FLEET, SHOP, findings, validate};
use crate::program::Place;

fn latest() -> String {
    SHOP.replace("web:1.0", "web:latest")
}

fn codes(top: &str, shop: &str) -> Vec<String> {
    let document = validate(&format!("{}{top}", FLEET.replace("BLOCK", "")), shop);
    findings(&document).iter().map(|finding| finding["code"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn an_excuse_is_about_clusters_units_and_objects() {
    let excuse = |arguments: &str| {
        codes(&format!("excuse \"image-latest\" {{\n  reason = \"a test\"\n{arguments}}}\n"), &latest())
    };
    assert_eq!(excuse(""), [""; 0]);
    assert_eq!(excuse("  match = \"env=prod\"\n"), [""; 0]);
    assert_eq!(excuse("  match = \"env!=prod\"\n"), ["V108", "C019"]);
    assert_eq!(excuse("  units = \"name=shop\"\n"), [""; 0]);
    assert_eq!(excuse("  units = \"kind=service\"\n"), ["V108", "C019"]);
    assert_eq!(excuse("  objects = [\"Deployment/web\"]\n"), [""; 0]);
    assert_eq!(excuse("  objects = [\"Deployment/sh*/*\"]\n"), [""; 0]);
    assert_eq!(excuse("  objects = [\"StatefulSet/web\", \"Deployment/api\"]\n"), ["V108", "C019"]);
}

/// Either of two objects that clash may be the one that is excused; what else it names is told.
#[test]
fn an_excuse_on_any_object_of_a_finding_is_one() {
    let ingress = |name: &str| {
        format!(
            "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: {name}}}\nspec: {{rules: [{{host: a.example.com, http: {{paths: [{{path: /, pathType: Prefix, backend: {{service: {{name: web, port: {{name: http}}}}}}}}]}}}}]}}\n"
        )
    };
    let shop = format!("{SHOP}{}{}", ingress("a"), ingress("b"));
    let excuse = |objects: &str| {
        codes(
            &format!("excuse \"host-twice\" {{\n  reason = \"a test\"\n  objects = [{objects}]\n}}\n"),
            &shop,
        )
    };
    assert_eq!(excuse("\"Ingress/a\""), [""; 0]);
    assert_eq!(excuse("\"Ingress/b\""), [""; 0]);
    assert_eq!(excuse("\"Ingress/a\", \"Ingress/b\""), [""; 0]);
    assert_eq!(excuse("\"Ingress/c\""), ["V120", "C019"]);
    assert_eq!(excuse("\"Ingress/a\", \"Ingress/c\""), ["C019"]);
}

#[test]
fn a_blank_reason_is_refused() {
    let fleet = format!("{}excuse \"image-latest\" {{\n  reason = \" \"\n}}\n", FLEET.replace("BLOCK", ""));
    let place = Place::with(&[("fleet/fleet.hcl", &fleet), ("templates/shop.yaml", SHOP)]);
    let told = place.run(&["render"]).refused(2);
    insta::assert_snapshot!(told.split("\n\n").next().unwrap(), @r#"
    error[C001]: excuse "image-latest" gives no reason
      --> fleet/fleet.hcl:12:12
       |
    12 |   reason = " "
       |            ^^^ blank
       |
       = help: say why the check does not hold here
    "#);
}

#[test]
fn objects_that_cannot_be_are_refused() {
    let fleet = format!(
        "{}excuse \"image-latest\" {{\n  reason = \"a test\"\n  objects = [\"web\"]\n}}\n",
        FLEET.replace("BLOCK", "")
    );
    let place = Place::with(&[("fleet/fleet.hcl", &fleet), ("templates/shop.yaml", SHOP)]);
    let told = place.run(&["render"]).refused(2);
    insta::assert_snapshot!(told.split("\n\n").next().unwrap(), @r#"
    error[C001]: "web" names no objects
      --> fleet/fleet.hcl:13:14
       |
    13 |   objects = ["web"]
       |              ^^^^^ in `objects` of this excuse
       |
       = help: write Kind/name or Kind/namespace/name; a * stands for any text in a part
    "#);
}

/// A service's settings and its objects are excused by the same block, and the excuse is used for both.
#[test]
fn one_excuse_serves_settings_and_objects() {
    let fleet = "fleet \"demo\" {}

cluster \"prod-a\" {}

service \"web\" {
  namespace = \"shop\"
  templates = [\"shop.yaml\"]
  image     = \"registry.example.com/web:1.0\"
  requests  = { cpu = \"100m\", memory = \"64Mi\" }
  limits    = { cpu = \"1\", memory = \"64Mi\" }
  probe \"readiness\" {
    command = [\"ready\"]
  }
  excuse \"liveness\" {
    reason = \"it is restarted every night\"
  }
}
";
    let document = validate(fleet, SHOP);
    assert_eq!(findings(&document).len(), 0, "{document:#}");
    insta::assert_snapshot!(listed(fleet, SHOP), @"
    1 cluster, 5 objects: no findings, 1 excuse
      liveness (the settings of 1 unit on 1 cluster): it is restarted every night (fleet/fleet.hcl:14:10)
    ");
    let probe = "          livenessProbe:\n            httpGet: {path: /live, port: http}\n";
    insta::assert_snapshot!(listed(fleet, &SHOP.replace(probe, "")), @"
    1 cluster, 5 objects: no findings, 1 excuse
      liveness (1 object on 1 cluster): it is restarted every night (fleet/fleet.hcl:14:10)
    ");
}

/// The last lines of `validate`: the counts, and the excuses.
fn listed(fleet: &str, shop: &str) -> String {
    let place = Place::with(&[("fleet/fleet.hcl", fleet), ("templates/shop.yaml", shop)]);
    let run = place.run(&["validate"]);
    assert_eq!(run.status, Some(0), "{}", run.stdout);
    let lines: Vec<&str> = run.stdout.lines().skip_while(|line| !line.contains("excuse")).collect();
    lines.join("\n")
}

/// A run of a part of the fleet says nothing of excuses that the rest may need.
#[test]
fn a_part_of_the_fleet_tells_no_excuse_unused() {
    let fleet = format!(
        "{}cluster \"dev-a\" {{\n  labels = {{ env = \"dev\" }}\n}}\nexcuse \"privileged\" {{\n  reason = \"a test\"\n}}\n",
        FLEET.replace("BLOCK", "")
    );
    let place = Place::with(&[("fleet/fleet.hcl", &fleet), ("templates/shop.yaml", SHOP)]);
    let unused = "excuse \"privileged\" excuses nothing";
    assert!(place.run(&["render"]).done().1.contains(unused));
    assert!(!place.run(&["render", "--cluster", "prod-a"]).done().1.contains(unused));
}
