//! What `explain` is asked for and is not there.

use insta::assert_snapshot;

use crate::program::Place;

fn refused(arguments: &[&str]) -> String {
    let mut all = vec!["explain"];
    all.extend(arguments);
    Place::fleet().run(&all).refused(2)
}

#[test]
fn an_object_that_is_not_there() {
    assert_snapshot!(refused(&["Namespace/bsae", "--cluster", "prod-a"]), @r#"
    error[X036]: nothing renders "Namespace/bsae" on prod-a
     |
     = help: did you mean `Namespace/base`?

    1 error
    "#);
    assert_snapshot!(refused(&["base", "--cluster", "prod-a"]), @r#"
    error[X036]: "base" names no object: it is not KIND/NAME or NAMESPACE/KIND/NAME
     |
     = help: of this name there are Namespace/base

    1 error
    "#);
    assert_snapshot!(refused(&["Deployment/entirely-different", "--cluster", "prod-a"]), @r#"
    error[X036]: nothing renders "Deployment/entirely-different" on prod-a
     |
     = help: `fleetwright render` prints what there is

    1 error
    "#);
}

#[test]
fn an_object_of_several_clusters() {
    assert_snapshot!(refused(&["Namespace/base"]), @r#"
    error[X036]: several clusters render "Namespace/base"
     |
     = note: they are prod-a or prod-b
     = help: name one: --cluster prod-a

    1 error
    "#);
}

#[test]
fn a_cluster_that_is_not_there() {
    assert_snapshot!(refused(&["Namespace/base", "--cluster", "prd-a"]), @r#"
    error[X002]: the fleet has no cluster "prd-a"
     |
     = help: did you mean `prod-a`?

    1 error
    "#);
    assert_snapshot!(refused(&["Namespace/base", "--cluster", "prod-*"]), @"
    error[X017]: `explain` is about one cluster, and `--cluster` names several
     |
     = note: it matches prod-a or prod-b
     = help: take them one after the other, and look at each

    1 error
    ");
}

#[test]
fn a_field_that_is_not_there() {
    assert_snapshot!(refused(&["Namespace/base", "metadata.nmae", "--cluster", "prod-a"]), @r#"
    error[X037]: `metadata` has no "nmae"
     |
     = object: Namespace/base
     = help: did you mean `name`?

    1 error
    "#);
    assert_snapshot!(refused(&["Namespace/base", "spec", "--cluster", "prod-a"]), @r#"
    error[X037]: the object has no "spec"
     |
     = object: Namespace/base
     = help: there are apiVersion, kind or metadata

    1 error
    "#);
    assert_snapshot!(refused(&["Namespace/base", "metadata..name", "--cluster", "prod-a"]), @r#"
    error[X037]: "metadata..name" is no path of a field
     |
     = object: Namespace/base
     = help: write it as in spec.template.spec.containers[name=app].image, keys with dots or slashes as in metadata.annotations["example.com/owner"]

    1 error
    "#);
}

#[test]
fn a_mistake_as_json() {
    let outcome = Place::fleet().run(&["explain", "Namespace/bsae", "--cluster", "prod-a", "-o", "json"]);
    assert_eq!(outcome.status, Some(2));
    let document: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!((&document["version"], &document["explained"]), (&1.into(), &serde_json::Value::Null));
    assert_eq!(document["findings"][0]["code"], "X036");
}

#[test]
fn another_unit_that_is_wrong_does_not_matter() {
    let place = |more: &str| {
        let config = |name: &str, value: &str| {
            format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n  a: {value}\n")
        };
        Place::with(&[
            (
                "fleet/fleet.hcl",
                &format!(
                    "fleet \"demo\" {{\n  templates = \"../templates\"\n}}\ncluster \"a\" {{}}\ncomponent \"sound\" {{\n  namespace = \"x\"\n  templates = [\"sound.yaml\"]\n  values = {{ a = \"one\" }}\n}}\n{more}"
                ),
            ),
            ("templates/sound.yaml", &config("sound", "{{ values.a }}")),
            ("templates/broken.yaml", &config("broken", "{{ values.nothing }}")),
        ])
    };
    for more in [
        "component \"broken\" {\n  namespace = \"x\"\n  templates = [\"broken.yaml\"]\n}\n",
        "component \"broken\" {\n  namespace = \"x\"\n  templates = [\"nowhere.yaml\"]\n}\n",
        "component \"broken\" {\n  namespace = local.nothing\n  templates = [\"broken.yaml\"]\n}\n",
    ] {
        let place = place(more);
        let (out, told) = place.run(&["explain", "ConfigMap/sound", "data.a"]).done();
        assert!(out.contains("set by") && out.contains("fleet/fleet.hcl:8"), "{out}");
        assert_eq!(told, "the fleet has an error elsewhere: `fleetwright validate` tells it\n");
        let told = place.run(&["explain", "ConfigMap/broken"]).refused(2);
        assert!(told.starts_with("error["), "{told}");
    }
}
