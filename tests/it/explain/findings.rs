//! Findings of `validate` name the lines of the fleet that set what they are about.

use serde_json::Value;

use crate::program::Place;

/// Two pods whose containers may do what they should not: one because the fleet says so, one because the template does.
fn place() -> Place {
    Place::with(&[
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
  templates = ["pods.yaml"]
  values = {
    privileged = false
  }

  override "power" {
    match  = "env=prod"
    values = { privileged = true }
  }
}
"#,
        ),
        (
            "templates/pods.yaml",
            "\
apiVersion: v1
kind: Pod
metadata:
  name: by-the-fleet
spec:
  containers:
    - name: app
      image: registry.example.com/app:1
      securityContext:
        privileged: {{ values.privileged }}
---
apiVersion: v1
kind: Pod
metadata:
  name: by-the-template
spec:
  containers:
    - name: app
      image: registry.example.com/app:1
      securityContext:
        privileged: true
",
        ),
    ])
}

/// Of each finding of the check: the object, and what is said where.
fn told(document: &Value) -> Vec<String> {
    let findings = document["findings"].as_array().unwrap().iter();
    let found = findings.filter(|finding| finding["check"] == "privileged").map(|finding| {
        let labels = finding["labels"].as_array().unwrap().iter().map(|label| {
            let file = label["place"]["file"].as_str().unwrap().rsplit('/').next().unwrap();
            format!("{file}:{} {}", label["place"]["line"], label["text"].as_str().unwrap())
        });
        let object = finding["object"].as_str().unwrap();
        format!("{object}: {}", labels.collect::<Vec<_>>().join("; "))
    });
    found.collect()
}

#[test]
fn a_finding_names_the_line_that_set_the_value_and_none_where_the_template_alone_does() {
    let outcome = place().run(&["validate", "-o", "json"]);
    let document: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(
        told(&document),
        [
            "web/Pod/by-the-fleet: pods.yaml:10 set here; fleet.hcl:13 rendered by this unit; \
             fleet.hcl:22 the value is set here",
            "web/Pod/by-the-template: pods.yaml:21 set here; fleet.hcl:13 rendered by this unit",
        ]
    );
}

#[test]
fn a_result_of_sarif_has_the_line_among_its_places() {
    let outcome = place().run(&["validate", "-o", "sarif"]);
    let document: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let results = document["runs"][0]["results"].as_array().unwrap().iter();
    let related = results.flat_map(|result| result["relatedLocations"].as_array().into_iter().flatten());
    let line = |location: &&Value| {
        let place = &location["physicalLocation"];
        place["artifactLocation"]["uri"] == "fleet/fleet.hcl" && place["region"]["startLine"] == 22
    };
    assert!(related.filter(line).count() > 0, "{document:#}");
}
