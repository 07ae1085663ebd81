//! Rendered documents that are no objects.

use super::score::{Case, great};
use super::web::{WEB, rendered};

/// What is named where the object has no name.
const UNIT: &str = "component.web";

const OBJECT: &str = "ConfigMap/web";

/// What is told of a template whose document is wrong at a line of its own.
pub fn told(template: &str, code: &str, place: &str, object: &str, says: &[&str]) -> String {
    great(&Case {
        files: &[(WEB, template)],
        code,
        place: Some(&format!("{WEB}:{place}")),
        rendered: true,
        about: Some(("prod-a, prod-b", object)),
        says,
        ..Case::default()
    })
}

#[test]
fn b54_a_document_that_is_no_map_says_what_it_is() {
    let text = told(
        "- a\n- b\n",
        "O001",
        "1:1",
        UNIT,
        &["expected an object, got a list", "documents are parted by `---`"],
    );
    insta::assert_snapshot!(text, @"
    error[O001]: expected an object, got a list
     --> templates/web.yaml:1:1
      |
    1 | - a
      | ^^^
      |
     ::: prod-a/web (rendered):1:1
      |
    1 | - a
      | -
      |
      = clusters: prod-a, prod-b
      = object: component.web
      = help: an object has apiVersion, kind and metadata.name; documents are parted by `---`

    1 error
    ");
    for (template, says) in [
        ("hello\n", "expected an object, got a string"),
        ("null\n", "expected an object, got null"),
        ("12\n", "expected an object, got a number"),
        ("true\n", "expected an object, got a bool"),
        ("[]\n", "expected an object, got a list"),
    ] {
        told(template, "O001", "1:1", UNIT, &[says, "an object has apiVersion, kind and metadata.name"]);
    }
}

#[test]
fn b55_lists_are_taken_apart_or_refused() {
    let list = "apiVersion: v1\nkind: List\nitems:\n";
    let item = |name: &str| format!("- apiVersion: v1\n  kind: ConfigMap\n  metadata:\n    name: {name}\n");
    let nested =
        format!("- apiVersion: v1\n  kind: ConfigMapList\n  items:\n  {}", item("b").replace('\n', "\n  "));
    insta::assert_snapshot!(rendered(&[(WEB, &format!("{list}{}{}", item("a"), nested.trim_end()))]), @"
    # prod-a/web.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: a
      namespace: web
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: b
      namespace: web
    ");
    let kind = told(
        &format!("{list}- apiVersion: v1\n  metadata:\n    name: a\n"),
        "O001",
        "4:1",
        UNIT,
        &["kind is missing", "an object has apiVersion, kind and metadata.name"],
    );
    insta::assert_snapshot!(kind, @"
    error[O001]: kind is missing
     --> templates/web.yaml:4:1
      |
    4 | - apiVersion: v1
      | ^^^^^^^^^^^^^^^^
      |
     ::: prod-a/web (rendered):4:3
      |
    4 | - apiVersion: v1
      |   -
      |
      = clusters: prod-a, prod-b
      = object: component.web
      = help: an object has apiVersion, kind and metadata.name; documents are parted by `---`

    1 error
    ");
    told(&format!("{list}- hello\n"), "O001", "4:1", UNIT, &["expected an object, got a string"]);
    for items in ["", "items:\n", "items:\n  a: b\n", "items: 12\n"] {
        let template = format!("apiVersion: v1\nkind: List\n{items}");
        told(
            &template,
            "O001",
            "2:1",
            UNIT,
            &["kind List is a list of objects, not an object", "give it `items`"],
        );
    }
}

#[test]
fn b56_each_field_that_every_object_has_is_asked_for() {
    let text = told(
        "apiversion: v1\nkind: ConfigMap\nmetadata:\n  name: web\n",
        "O001",
        "1:1",
        OBJECT,
        &["apiVersion is missing", "did you mean `apiVersion` in place of `apiversion`?"],
    );
    insta::assert_snapshot!(text, @"
    error[O001]: apiVersion is missing
     --> templates/web.yaml:1:1
      |
    1 | apiversion: v1
      | ^^^^^^^^^^^^^^
      |
     ::: prod-a/web (rendered):1:1
      |
    1 | apiversion: v1
      | ----------
      |
      = clusters: prod-a, prod-b
      = object: ConfigMap/web
      = help: did you mean `apiVersion` in place of `apiversion`?

    1 error
    ");
    let (version, kind, name) = ("apiVersion: v1\n", "kind: ConfigMap\n", "metadata:\n  name: web\n");
    let has = "an object has apiVersion, kind and metadata.name";
    for (template, place, object, says) in [
        (format!("{kind}{name}"), "1:1", OBJECT, ["apiVersion is missing", has]),
        (format!("{version}{name}"), "1:1", UNIT, ["kind is missing", has]),
        (format!("{version}{kind}"), "1:1", UNIT, ["metadata is missing", has]),
        (format!("{version}{kind}metadata:\n"), "3:1", UNIT, ["metadata is missing", has]),
        (
            format!("{version}{kind}metdata:\n  name: web\n"),
            "3:1",
            UNIT,
            ["metadata is missing", "did you mean `metadata` in place of `metdata`?"],
        ),
        (
            format!("{version}{kind}metadata:\n  namespace: web\n"),
            "3:1",
            UNIT,
            ["metadata.name is missing", has],
        ),
        (
            format!("{version}{kind}metadata:\n  nmae: web\n"),
            "4:3",
            UNIT,
            ["metadata.name is missing", "did you mean `name` in place of `nmae`?"],
        ),
        (format!("{version}{kind}metadata:\n  name: \"\"\n"), "4:3", UNIT, ["metadata.name is empty", has]),
        (
            format!("{version}{kind}metadata:\n- name: web\n"),
            "3:1",
            UNIT,
            ["metadata must be a map, got a list", has],
        ),
        (
            format!("{version}{kind}metadata:\n  generateName: web-\n"),
            "4:3",
            UNIT,
            ["metadata.generateName gives an object another name each time", "give it a metadata.name"],
        ),
        (
            format!("{version}{kind}metadata:\n  name: 12\n"),
            "4:3",
            UNIT,
            ["metadata.name must be a string, got a number", "put it between quotes"],
        ),
        (
            format!("{version}{kind}{name}  labels:\n    a: true\n"),
            "6:5",
            OBJECT,
            ["metadata.labels.a must be a string, got a bool", "put it between quotes"],
        ),
        (
            format!("apiVersion: a/b/c\n{kind}{name}"),
            "1:1",
            OBJECT,
            ["apiVersion \"a/b/c\" is neither VERSION nor GROUP/VERSION", has],
        ),
    ] {
        told(&template, "O001", place, object, &says);
    }
}
