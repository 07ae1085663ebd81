//! Secrets where everybody could read them. That no output holds one is a point of every case.

use super::beside::{all_told, told};
use super::score::{Case, great};

#[test]
fn b28_a_secret_becomes_no_name() {
    let cluster = |argument: &str| format!("cluster \"c\" {{\n  {argument}\n}}\n");
    let component = |argument: &str| {
        format!(
            "component \"c\" {{\n  {argument}\n  templates = [\"web\"]\n  values    = {{ greeting = \"x\", token = \"x\" }}\n}}\n"
        )
    };
    let profile = |argument: &str| format!("profile \"x\" {{\n  {argument}\n}}\n");
    let stage = "rollout \"r\" {\n  stage \"canary\" {\n    clusters = [var.token]\n  }\n  stage \"rest\" {\n    clusters = [\"prod-b\"]\n  }\n}\n";
    all_told(&[
        (
            "C016",
            "2:15",
            &["`namespace` of component \"c\" holds a secret"],
            &component("namespace = var.token"),
        ),
        (
            "C016",
            "2:15",
            &["`namespace` of component \"c\" holds a secret"],
            &component("namespace = \"x-${var.token}\""),
        ),
        ("C117", "2:16", &["a secret is the key of a map"], &component("for_each = { (var.token) = 1 }")),
        (
            "C016",
            "2:14",
            &["`for_each` of component \"c\" holds a secret"],
            &component("for_each = toset([var.token])"),
        ),
        (
            "C016",
            "2:16",
            &["`depends_on` of component \"c\" holds a secret"],
            &component("depends_on = [var.token]"),
        ),
        (
            "C016",
            "2:15",
            &["`manifests` of component \"c\" holds a secret"],
            &component("manifests = [var.token]"),
        ),
        (
            "C016",
            "2:12",
            &["`labels` of component \"c\" holds a secret"],
            &component("labels = { a = var.token }"),
        ),
        (
            "C016",
            "2:12",
            &["`labels` of cluster \"c\" holds a secret"],
            &cluster("labels = { a = var.token }"),
        ),
        ("C117", "2:14", &["a secret is the key of a map"], &cluster("labels = { (var.token) = \"a\" }")),
        ("C117", "2:13", &["a secret is the key of a map"], &component("patch = { (var.token) = {} }")),
        ("C117", "2:14", &["a secret is the key of a map"], &profile("values = { (var.token) = 1 }")),
        (
            "C117",
            "2:37",
            &["a secret is the key of a map"],
            &profile("values = { for t in [var.token] : t => 1 }"),
        ),
        ("C016", "2:13", &["`context` of cluster \"c\" holds a secret"], &cluster("context = var.token")),
        (
            "C016",
            "2:11",
            &["`match` of profile \"x\" holds a secret"],
            &profile("match = \"env=${var.token}\""),
        ),
        ("C016", "2:14", &["`replaces` of profile \"x\" holds a secret"], &profile("replaces = [var.token]")),
        ("C016", "2:12", &["`remove` of profile \"x\" holds a secret"], &profile("remove = [var.token]")),
        ("C016", "3:16", &["`clusters` of stage \"canary\" holds a secret"], stage),
        (
            "C016",
            "2:11",
            &["output \"o\" holds a secret", "add `sensitive = true`"],
            "output \"o\" {\n  value = var.token\n}\n",
        ),
        ("F002", "1:9", &["syntax error"], "cluster \"${var.token}\" {\n}\n"),
    ]);
    insta::assert_snapshot!(told(("C016", "2:13", &["secret"], &cluster("context = \"c-${var.token}\""))), @r#"
    error[C016]: `context` of cluster "c" holds a secret
     --> fleet/x.hcl:2:13
      |
    2 |   context = "c-${var.token}"
      |             ^^^^^^^^^^^^^^^^ a sensitive variable has a part in this
      |
      = help: this can be read by everybody: keep secrets out of it

    1 error
    "#);
}

#[test]
fn b28_a_secret_is_masked_in_what_is_wrong_with_it() {
    all_told(&[
        ("C001", "2:9", &["found the string (sensitive)"], "cluster \"c\" {\n  uid = var.token\n}\n"),
        (
            "C113",
            "2:22",
            &["`+` takes numbers, not a string", "(sensitive)"],
            "profile \"x\" {\n  values = { a = 1 + var.token }\n}\n",
        ),
        (
            "C111",
            "2:28",
            &["`var.token` is a string and has no attribute `x`"],
            "profile \"x\" {\n  values = { a = var.token.x }\n}\n",
        ),
        (
            "C001",
            "4:13",
            &["`p` takes number; found (sensitive)"],
            "variable \"p\" {\n  sensitive = true\n  type    = number\n  default = \"hunter2-3f9c\"\n}\n",
        ),
    ]);
}

#[test]
fn b28_a_secret_becomes_no_name_of_an_object() {
    let object = |kind: &str, metadata: &str| {
        let text = format!("apiVersion: v1\nkind: {kind}\nmetadata:\n{metadata}");
        great(&Case {
            files: &[("templates/web.yaml", &text)],
            code: "O010",
            place: Some("templates/web.yaml:1:1"),
            about: Some(("prod-a", "")),
            says: &["a sensitive value reaches the ", "which cannot be kept secret"],
            ..Case::default()
        })
    };
    let token = "{{ values.token | quote }}";
    insta::assert_snapshot!(object("ConfigMap", &format!("  name: {token}\n")), @"
    error[O010]: a sensitive value reaches the apiVersion, kind, name or namespace of an object, which cannot be kept secret
     --> templates/web.yaml:1:1
      |
    1 | apiVersion: v1
      | ^^^^^^^^^^^^^^
      |
      = clusters: prod-a, prod-b
      = object: ConfigMap
      = help: name objects, and the keys in them, by what is not secret

    1 error
    ");
    object("ConfigMap", "  name: x-{{ values.token }}\n");
    object("ConfigMap", &format!("  name: x\n  namespace: {token}\n"));
    object(token, "  name: x\n");
    object("ConfigMap", &format!("  name: x\n  labels:\n    {token}: a\n"));
}
