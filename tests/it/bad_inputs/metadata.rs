//! Objects that carry what is not theirs, or more than the API server takes.

use super::objects::told;
use super::score::{Case, great};
use super::web::{MAP, WEB, rendered};

const OBJECT: &str = "ConfigMap/web";

#[test]
fn b60_what_the_server_sets_is_refused_and_what_generators_leave_empty_is_dropped() {
    let by_server = |field: &str| format!("`{field}` is set by the API server, not by a manifest");
    let text = told(
        &format!("{MAP}  resourceVersion: \"1\"\nstatus:\n  x: y\n"),
        "O004",
        "5:3",
        OBJECT,
        &[
            &by_server("metadata.resourceVersion"),
            &by_server("status"),
            "take it out of the template or manifest",
        ],
    );
    insta::assert_snapshot!(text, @r#"
    error[O004]: `metadata.resourceVersion` is set by the API server, not by a manifest
     --> templates/web.yaml:5:3
      |
    5 |   resourceVersion: "1"
      |   ^^^^^^^^^^^^^^^^^^^^
      |
     ::: prod-a/web (rendered):5:3
      |
    5 |   resourceVersion: "1"
      |   ---------------
      |
      = clusters: prod-a, prod-b
      = object: ConfigMap/web
      = help: take it out of the template or manifest

    error[O004]: `status` is set by the API server, not by a manifest
     --> templates/web.yaml:6:1
      |
    6 | status:
      | ^^^^^^^
      |
     ::: prod-a/web (rendered):6:1
      |
    6 | status:
      | ------
      |
      = clusters: prod-a, prod-b
      = object: ConfigMap/web
      = help: take it out of the template or manifest

    2 errors
    "#);
    for (field, value) in [
        ("managedFields", "[{manager: x}]"),
        ("resourceVersion", "\"1\""),
        ("uid", "0d3f8c1e-5a7b-4c2d-9e6f-1a2b3c4d5e6f"),
        ("creationTimestamp", "\"2026-01-01T00:00:00Z\""),
        ("deletionTimestamp", "\"2026-01-01T00:00:00Z\""),
        ("generation", "1"),
    ] {
        let says = by_server(&format!("metadata.{field}"));
        told(&format!("{MAP}  {field}: {value}\n"), "O004", "5:3", OBJECT, &[&says, "take it out"]);
    }
    told(&format!("{MAP}status: {{phase: Active}}\n"), "O004", "5:1", OBJECT, &[&by_server("status")]);
    told(
        &format!("{MAP}  ownerReferences: [{{apiVersion: v1, kind: Pod, name: a, uid: x}}]\n"),
        "O004",
        "5:3",
        OBJECT,
        &["`metadata.ownerReferences` names an owner by its UID, which no manifest can know"],
    );
    assert_eq!(
        rendered(&[(WEB, &format!("{MAP}  creationTimestamp: null\nstatus: {{}}\n"))]),
        rendered(&[(WEB, MAP)])
    );
}

#[test]
fn b61_marks_of_ownership_are_refused() {
    let marked = |kind: &str, key: &str, value: &str, owner: &str| {
        told(
            &format!("{MAP}  {kind}:\n    {key}: {value}\n"),
            "O005",
            "6:5",
            OBJECT,
            &[&format!("`{key}` says that the object belongs to {owner}"), "take it out"],
        )
    };
    let ours = "an apply set of fleetwright";
    insta::assert_snapshot!(marked("labels", "applyset.kubernetes.io/part-of", "x", ours), @"
    error[O005]: `applyset.kubernetes.io/part-of` says that the object belongs to an apply set of fleetwright
     --> templates/web.yaml:6:5
      |
    6 |     applyset.kubernetes.io/part-of: x
      |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
     ::: prod-a/web (rendered):6:5
      |
    6 |     applyset.kubernetes.io/part-of: x
      |     ------------------------------
      |
      = clusters: prod-a, prod-b
      = object: ConfigMap/web
      = help: take it out: `apply` sets it, and no manifest may claim it

    1 error
    ");
    for (kind, key, value, owner) in [
        ("labels", "applyset.kubernetes.io/id", "x", ours),
        ("labels", "fleetwright.dev/fleet", "x", ours),
        ("annotations", "fleetwright.dev/record", "x", ours),
        ("labels", "kapp.k14s.io/app", "\"1\"", "kapp"),
        ("annotations", "meta.helm.sh/release-name", "x", "a Helm release"),
        ("labels", "app.kubernetes.io/managed-by", "Helm", "a Helm release"),
        ("annotations", "argocd.argoproj.io/tracking-id", "x", "Argo CD"),
        ("labels", "argocd.argoproj.io/instance", "x", "Argo CD"),
    ] {
        marked(kind, key, value, owner);
    }
}

#[test]
fn b62_names_labels_and_sizes_have_limits() {
    let found = |template: &str, code: &str, says: &[&str]| {
        great(&Case {
            files: &[(WEB, template)],
            code,
            place: Some("templates/web.yaml:1:1"),
            about: Some(("prod-a, prod-b", "web/ConfigMap/")),
            says,
            ..Case::default()
        })
    };
    let text = found(
        &format!("{MAP}  labels:\n    tier: a b\n"),
        "V002",
        &["label `tier`: \"a b\" is no value of a label: ' ' at offset 1", "allowed: letters"],
    );
    insta::assert_snapshot!(text, @r#"
    error[V002]: label `tier`: "a b" is no value of a label: ' ' at offset 1
     --> templates/web.yaml:1:1
      |
    1 | apiVersion: v1
      | ^^^^^^^^^^^^^^ rendered from here
      |
      = clusters: prod-a, prod-b
      = object: web/ConfigMap/web
      = help: allowed: letters, digits, '-', '_' and '.', first and last a letter or digit

    1 error
    "#);
    let big = "x".repeat(1 << 20);
    found(
        &format!("{MAP}  annotations:\n    a: {}\n", &big[..1 << 18]),
        "V003",
        &["the annotations have 262145 bytes; at most 262144 are stored", "move the data"],
    );
    found(
        &format!("{MAP}data:\n  a: {big}\n"),
        "V003",
        &["at most 1048576 are stored", "split it into several objects"],
    );
    found(
        &format!("{MAP}  labels:\n    -tier: x\n"),
        "V002",
        &["\"-tier\" is no key of a label: '-' at offset 0", "allowed: letters"],
    );
    found(
        &format!("{MAP}  labels:\n    {}: x\n", &big[..64]),
        "V002",
        &[
            "is no key of a label: it has 64 characters; at most 63 are allowed",
            "shorten it to 63 characters or less",
        ],
    );
    found(
        &format!("{MAP}  labels:\n    tier: {}\n", &big[..64]),
        "V002",
        &["is no value of a label: it has 64 characters; at most 63 are allowed"],
    );
    found(
        &format!("{MAP}  annotations:\n    a b: x\n"),
        "V002",
        &["\"a b\" is no key of an annotation: ' ' at offset 1"],
    );
    found(
        &MAP.replace("web", "Web"),
        "V001",
        &["`metadata.name`: \"Web\" is no DNS subdomain: 'W' at offset 0", "allowed: lower case letters"],
    );
    told(
        &MAP.replace("web", &big[..254]),
        "O001",
        "4:3",
        "ConfigMap/xxx",
        &[
            "is no name of an object: it has 254 characters; at most 253 are allowed",
            "shorten it to 253 characters or less",
        ],
    );
}

/// What is wrong with a value that nobody may see is told without it.
#[test]
fn b62_a_secret_in_a_name_or_label_is_not_shown() {
    for (template, code, object, says) in [
        (
            format!("{MAP}  labels:\n    a: \"{{{{ values.token }}}}-\"\n"),
            "V002",
            OBJECT,
            "label `a`: a sensitive value is no value of a label",
        ),
        (
            format!("{MAP}  labels:\n    a: \"{{{{ values.token }}}} x\"\n"),
            "V002",
            OBJECT,
            "label `a`: a sensitive value is no value of a label",
        ),
        (
            format!("{MAP}  labels:\n    \"{{{{ values.token }}}}-\": a\n"),
            "O010",
            "ConfigMap",
            "a sensitive value reaches the key of a label or annotation",
        ),
        (
            format!("{MAP}  annotations:\n    \"{{{{ values.token }}}} x\": a\n"),
            "O010",
            "ConfigMap",
            "a sensitive value reaches the key of a label or annotation",
        ),
        (
            MAP.replace("web", "\"{{ values.token }}-\""),
            "O010",
            "ConfigMap",
            "a sensitive value reaches the apiVersion, kind, name or namespace",
        ),
    ] {
        let text = great(&Case {
            files: &[(WEB, &template)],
            code,
            place: Some("templates/web.yaml:1:1"),
            about: Some(("prod-a, prod-b", object)),
            says: &[says],
            ..Case::default()
        });
        assert_eq!(text.matches("error[").count(), 1, "{text}");
    }
}

#[test]
fn b65_hooks_are_refused_once_and_definitions_come_before_what_they_define() {
    let hook = |lines: &str| {
        told(
            &format!("{MAP}  annotations:\n{lines}"),
            "O006",
            "6:5",
            OBJECT,
            &[
                "`helm.sh/hook` makes the object a Helm hook, which fleetwright does not run",
                "with `depends_on`, or leave it out",
            ],
        )
    };
    let text = hook(
        "    helm.sh/hook: pre-install\n    helm.sh/hook-weight: \"1\"\n    helm.sh/hook-delete-policy: before-hook-creation\n",
    );
    insta::assert_snapshot!(text, @"
    error[O006]: `helm.sh/hook` makes the object a Helm hook, which fleetwright does not run
     --> templates/web.yaml:6:5
      |
    6 |     helm.sh/hook: pre-install
      |     ^^^^^^^^^^^^^^^^^^^^^^^^^
      |
     ::: prod-a/web (rendered):6:5
      |
    6 |     helm.sh/hook: pre-install
      |     ------------
      |
      = clusters: prod-a, prod-b
      = object: ConfigMap/web
      = help: render it as a Job of a component of its own with `depends_on`, or leave it out

    1 error
    ");
    for kind in ["post-install", "pre-delete", "test", "test-success"] {
        hook(&format!("    helm.sh/hook: {kind}\n"));
    }
    let thing = "apiVersion: example.com/v1\nkind: Thing\nmetadata:\n  name: a\n";
    let definition = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: things.example.com\nspec:\n  group: example.com\n  scope: Cluster\n  names:\n    kind: Thing\n  versions:\n  - name: v1\n    served: true\n";
    insta::assert_snapshot!(rendered(&[(WEB, &format!("{thing}---\n{definition}"))]), @"
    # prod-a/web.yaml
    apiVersion: apiextensions.k8s.io/v1
    kind: CustomResourceDefinition
    metadata:
      name: things.example.com
    spec:
      group: example.com
      names:
        kind: Thing
      scope: Cluster
      versions:
      - name: v1
        served: true
    ---
    apiVersion: example.com/v1
    kind: Thing
    metadata:
      name: a
    ");
}
