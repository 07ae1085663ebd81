//! Names, labels and identities that Kubernetes, a file system or a reader would trip over.

use super::beside::{all_told, told};

#[test]
fn b12_a_name_is_a_dns_label() {
    let grammar =
        "use lower-case letters, digits and `-`, at most 63, beginning and ending with a letter or digit";
    let long = "a".repeat(254);
    for (name, found) in [
        ("../x", "'.' at offset 0"),
        ("a/b", "'/' at offset 1"),
        (".", "'.' at offset 0"),
        ("..", "'.' at offset 0"),
        ("", "it is empty"),
        (" ", "' ' at offset 0"),
        ("-rf", "'-' at offset 0"),
        ("CON", "'C' at offset 0"),
        ("nul.yaml", "'.' at offset 3"),
        ("a\\u0000b", "'\\0' at offset 1"),
        ("a\\nb", "'\\n' at offset 1"),
        ("🚀", "(U+1F680) at offset 0"),
        ("é", "(U+00E9) at offset 0"),
        ("e\u{301}", "'\\u{301}' (U+0301) at offset 1"),
        ("a\\u202Eb", "'\\u{202e}' (U+202E) at offset 1"),
        (&long, "it has 254 characters; at most 63 are allowed"),
        (&"a".repeat(64), "it has 64 characters; at most 63 are allowed"),
        ("a.", "'.' at offset 1"),
    ] {
        for (block, at) in [("cluster", "1:9"), ("profile", "1:9"), ("component", "1:11"), ("gate", "1:6")] {
            let text = format!("{block} \"{name}\" {{\n}}\n");
            told(("F008", at, &["is not allowed: ", found, grammar], &text));
        }
    }
    let raw = told((
        "F004",
        "1:11",
        &["a character that reorders the text around it: U+202E"],
        "cluster \"a\u{202e}b\" {\n}\n",
    ));
    insta::assert_snapshot!(raw, @r#"
    error[F004]: a character that reorders the text around it: U+202E
     --> fleet/x.hcl:1:11
      |
    1 | cluster "a\u{202e}b" {
      |           ^^^^^^^^ at byte 10 of this line
      |
      = help: remove it; in a string, write it as the escape \u202E

    1 error
    "#);
    insta::assert_snapshot!(told(("F008", "1:9", &["U+0301"], "cluster \"e\u{301}\" {\n}\n")), @r#"
    error[F008]: cluster name "é" is not allowed: '\u{301}' (U+0301) at offset 1
     --> fleet/x.hcl:1:9
      |
    1 | cluster "é" {
      |         ^^^ this name
      |
      = help: use lower-case letters, digits and `-`, at most 63, beginning and ending with a letter or digit

    1 error
    "#);
    super::beside::fine(&|place| {
        place.write("fleet/x.hcl", &format!("profile \"{}\" {{}}\n", "a".repeat(63)))
    });
}

#[test]
fn b12_a_variable_is_an_identifier() {
    let grammar = "use letters, digits, `_` and `-`, beginning with a letter";
    for (name, found) in [
        ("../x", "'.' at offset 0"),
        ("", "it is empty"),
        ("a b", "' ' at offset 1"),
        ("é", "'\\u{e9}' at offset 0"),
        ("1a", "it does not begin with a letter"),
        (&"a".repeat(129), "it has 129 characters; at most 128 are allowed"),
    ] {
        let text = format!("variable \"{name}\" {{\n  default = 1\n}}\n");
        told(("F008", "1:10", &["is not allowed: ", found, grammar], &text));
    }
}

#[test]
fn b13_a_label_says_rule_and_length() {
    let value = "use at most 63 letters, digits, `-`, `_` and `.`, first and last a letter or digit";
    let dns =
        "use at most 63 lower-case letters, digits and `-`, first and last a letter or digit (RFC 1123)";
    let label = |label: &str| format!("cluster \"c\" {{\n  labels = {{ {label} }}\n}}\n");
    let namespace =
        |name: &str| format!("component \"c\" {{\n  namespace = \"{name}\"\n  templates = [\"web\"]\n}}\n");
    let (long, longer) = ("a".repeat(64), "a".repeat(254));
    all_told(&[
        (
            "C001",
            "2:20",
            &["it has 64 characters; at most 63 are allowed", value],
            &label(&format!("env = \"{long}\"")),
        ),
        ("C001", "2:20", &["' ' at offset 1", value], &label("env = \"a b\"")),
        ("C001", "2:20", &["'-' at offset 0", value], &label("env = \"-a\"")),
        (
            "C001",
            "2:14",
            &["a label key of cluster \"c\" is not allowed: ' ' at offset 1", "at most 63"],
            &label("\"a b\" = \"x\""),
        ),
        (
            "C001",
            "2:14",
            &["'E' at offset 0", "a DNS subdomain and `/`"],
            &label("\"Example.com/a\" = \"x\""),
        ),
        (
            "C001",
            "2:14",
            &["it has 254 characters; at most 253 are allowed"],
            &label(&format!("\"{longer}/a\" = \"x\"")),
        ),
        ("C014", "2:14", &["label `name` is set by fleetwright itself"], &label("name = \"x\"")),
        ("C001", "2:15", &["`namespace` takes a DNS label", "'F' at offset 0", dns], &namespace("Foo_Bar")),
        ("C001", "2:15", &["it has 64 characters; at most 63 are allowed", dns], &namespace(&long)),
    ]);
    insta::assert_snapshot!(told(("C001", "2:20", &[value], &label(&format!("env = \"{long}\"")))), @r#"
    error[C001]: `labels.env` takes a label value; found the string "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…"
     --> fleet/x.hcl:2:20
      |
    2 |   labels = { env = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" }
      |                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ it has 64 characters; at most 63 are allowed
      |
      = object: cluster "c"
      = help: use at most 63 letters, digits, `-`, `_` and `.`, first and last a letter or digit

    1 error
    "#);
    insta::assert_snapshot!(told(("C001", "2:14", &["' ' at offset 1"], &label("\"a b\" = \"x\""))), @r#"
    error[C001]: a label key of cluster "c" is not allowed: ' ' at offset 1
     --> fleet/x.hcl:2:14
      |
    2 |   labels = { "a b" = "x" }
      |              ^^^^^ this key
      |
      = help: use at most 63 letters, digits, `-`, `_` and `.`, first and last a letter or digit; before it, if need be, a DNS subdomain and `/`

    1 error
    "#);
}

#[test]
fn b27_a_uid_is_a_uuid() {
    let help = "take what `kubectl get namespace kube-system -o jsonpath={.metadata.uid}` prints";
    let cluster = |uid: &str| format!("cluster \"c\" {{\n  uid = {uid}\n}}\n");
    for uid in [
        "\"\"",
        "\"x\"",
        "\"7f0f6a3e-0000-4000-8000-00000000000\"",
        "\"7f0f6a3e-0000-4000-8000-00000000000g\"",
        "\"{7f0f6a3e-0000-4000-8000-000000000000}\"",
        "\"7f0f6a3e000040008000000000000000\"",
        "\"urn:uuid:7f0f6a3e-0000-4000-8000-000000000000\"",
    ] {
        told((
            "C001",
            "2:9",
            &["`uid` takes a UUID; found the string", "a UUID has 8-4-4-4-12 hex digits", help],
            &cluster(uid),
        ));
    }
    all_told(&[
        (
            "C001",
            "2:9",
            &["a UID is in lower case", help],
            &cluster("\"7F0F6A3E-0000-4000-8000-000000000000\""),
        ),
        ("C001", "2:9", &["`uid` takes a UUID; found the number 7", help], &cluster("7")),
        ("C001", "2:9", &["`uid` takes a UUID; found null"], &cluster("null")),
    ]);
    insta::assert_snapshot!(told(("C001", "2:9", &[help], &cluster("\"7f0f6a3e\""))), @r#"
    error[C001]: `uid` takes a UUID; found the string "7f0f6a3e"
     --> fleet/x.hcl:2:9
      |
    2 |   uid = "7f0f6a3e"
      |         ^^^^^^^^^^ a UUID has 8-4-4-4-12 hex digits
      |
      = object: cluster "c"
      = help: take what `kubectl get namespace kube-system -o jsonpath={.metadata.uid}` prints for this cluster

    1 error
    "#);
}
