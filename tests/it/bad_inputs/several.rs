//! Mistakes between templates, units and clusters.

use super::score::{Case, great, sound};
use super::web::{WEB, data, values};
use crate::program::Place;

#[test]
fn b42_one_object_twice_names_both_lines() {
    let case = |files: &[(&str, &str)], place: &str, says: &[&str]| {
        let object = if says.iter().any(|says| says.contains("HorizontalPodAutoscaler")) {
            "HorizontalPodAutoscaler/web"
        } else {
            "ConfigMap/web"
        };
        great(&Case {
            files,
            code: "O007",
            place: Some(place),
            about: Some(("prod-a", object)),
            says,
            ..Case::default()
        })
    };
    let once = data("  a: b");
    let two = values("").replace("[\"web\"]", "[\"web.yaml\", \"two.yaml\"]");
    let text = case(
        &[("fleet/web.hcl", &two), (WEB, &once), ("templates/two.yaml", &once)],
        "templates/two.yaml:1:1",
        &[
            "web/ConfigMap/web is rendered twice by component.web",
            "rendered again",
            "::: templates/web.yaml:1:1",
            "first rendered here",
        ],
    );
    insta::assert_snapshot!(text, @"
    error[O007]: web/ConfigMap/web is rendered twice by component.web
     --> templates/two.yaml:1:1
      |
    1 | apiVersion: v1
      | ^^^^^^^^^^^^^^ rendered again
      |
     ::: templates/web.yaml:1:1
      |
    1 | apiVersion: v1
      | -------------- first rendered here
      |
      = clusters: prod-a, prod-b
      = object: ConfigMap/web
      = help: render it once, or give one of them another name; the version of its API makes no difference

    1 error
    ");
    case(
        &[(WEB, &format!("{{% for n in [1, 2] %}}\n---\n{once}{{% endfor %}}\n"))],
        "templates/web.yaml:3:1",
        &["renders it more than once"],
    );
    let explicit = once.replace("name: web", "name: web\n  namespace: web");
    case(
        &[(WEB, &format!("{once}---\n{explicit}"))],
        "templates/web.yaml:8:1",
        &["rendered again", "first rendered here"],
    );
    let scaler = |version: &str| {
        format!("apiVersion: autoscaling/{version}\nkind: HorizontalPodAutoscaler\nmetadata:\n  name: web\n")
    };
    case(
        &[(WEB, &format!("{}---\n{}", scaler("v1"), scaler("v2")))],
        "templates/web.yaml:6:1",
        &["web/HorizontalPodAutoscaler/web is rendered twice", "the version of its API makes no difference"],
    );
    let again = values("").replace("\"web\" {", "\"again\" {");
    case(
        &[("fleet/again.hcl", &again)],
        "templates/web.yaml:1:1",
        &[
            "is rendered by component.again and by component.web",
            "::: fleet/again.hcl:1:11",
            "::: fleet/web.hcl:1:11",
        ],
    );
}

#[test]
fn b44_what_nothing_uses_is_a_warning_and_with_strict_an_error() {
    let inputs: [(&str, &str, &str, &str, &str); 3] = [
        ("templates/old.yaml", "a: b\n", "V004", "templates/old.yaml:1:1", "no unit renders this template"),
        (
            "fleet/v.hcl",
            "variable \"old\" {\n  default = 1\n}\n",
            "C020",
            "fleet/v.hcl:1:10",
            "variable \"old\" is used nowhere",
        ),
        (
            "fleet/v.hcl",
            "locals {\n  old = 1\n}\n",
            "C020",
            "fleet/v.hcl:2:3",
            "local \"old\" is used nowhere",
        ),
    ];
    for (path, text, code, place, says) in inputs {
        let fleet = Place::with(&sound());
        fleet.write(path, text);
        let warned = fleet.run(&["validate"]).done().0;
        assert!(warned.starts_with(&format!("warning[{code}]: {says}\n --> {place}\n")), "{warned}");
        let told = great(&Case {
            files: &[(path, text)],
            command: |place, arguments| {
                let json = arguments.contains(&"json");
                place.command(if json {
                    &["validate", "--strict", "-o", "json"][..]
                } else {
                    &["validate", "--strict"]
                })
            },
            code,
            place: Some(place),
            says: &[says],
            ..Case::default()
        });
        if code == "V004" {
            insta::assert_snapshot!(told, @"
            error[V004]: no unit renders this template
             --> templates/old.yaml:1:1
              |
            1 | a: b
              | ^ this file
              |
              = help: name it in the `templates` of a unit, or take it out

            1 error
            ");
        }
    }
    assert_eq!(
        Place::with(&sound()).run(&["validate", "--strict"]).done().0,
        "2 clusters, 2 objects: no findings\n"
    );
}

#[test]
fn b45_an_error_on_one_cluster_of_thirty_names_that_one_and_nothing_is_written() {
    let clusters: String = (0..30)
        .map(|n| {
            format!(
                "cluster \"c{n:02}\" {{\n  values = {{ mode = \"{}\" }}\n}}\n",
                if n == 17 { "no" } else { "slow" }
            )
        })
        .collect();
    let fleet = format!("fleet \"demo\" {{}}\n{clusters}");
    let case = |line: &str, code: &str, place: &str, rendered: bool, says: &[&str]| {
        great(&Case {
            files: &[("fleet/fleet.hcl", &fleet), (WEB, &data(line))],
            code,
            place: Some(&format!("{WEB}:{place}")),
            rendered,
            about: Some(("cluster: c17", "component.web")),
            says,
            ..Case::default()
        })
    };
    let text = case(
        "  a: {{ values.mode }}",
        "T031",
        "6:6",
        true,
        &["the value \"no\" is a string, but makes this scalar a bool"],
    );
    insta::assert_snapshot!(text, @r#"
    error[T031]: the value "no" is a string, but makes this scalar a bool
      --> templates/web.yaml:6:6
       |
     6 |   a: {{ values.mode }}
       |      ^^^^^^^^^^^^^^^^^ needs quotes
       |
      ::: fleet/fleet.hcl:54:21
       |
    54 |   values = { mode = "no" }
       |                     ---- the value is set here
       |
      ::: c17/web (rendered):6:6
       |
     6 |   a: no
       |      --
       |
       = cluster: c17
       = object: component.web
       = help: put `| quote` after the value in the template

    1 error
    "#);
    case(
        "  a: {% if values.mode == \"no\" %}{{ values.fast }}{% else %}b{% endif %}",
        "T020",
        "6:44",
        false,
        &["`values` has no `fast`"],
    );
    assert!(!text.contains("c16") && !text.contains("c18"));
}
