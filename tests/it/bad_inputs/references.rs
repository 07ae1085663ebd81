//! Names that refer to themselves, or to nothing.

use super::beside::{all_told, told};

/// A ring of `size` names, each part as `part` writes it.
fn ring(size: usize, part: impl Fn(usize, usize) -> String) -> String {
    (0..size).map(|n| part(n, (n + 1) % size)).collect()
}

#[test]
fn b09_a_cycle_is_told_with_its_path() {
    for (size, path) in [
        (1, "the cycle: n00 → n00"),
        (2, "the cycle: n00 → n01 → n00"),
        (50, "the cycle: n00 → n01 → n02 → n03 → n04 → n05 → n06 → n07 → … 42 more → n00"),
    ] {
        let replaces = |word: &str| {
            ring(size, |n, next| format!("{word} \"n{n:02}\" {{\n  replaces = [\"n{next:02}\"]\n}}\n"))
        };
        let inner = ring(size, |n, next| {
            format!("  override \"n{n:02}\" {{\n    replaces = [\"n{next:02}\"]\n  }}\n")
        });
        let inner = format!(
            "component \"x\" {{\n  namespace = \"x\"\n  templates = [\"web\"]\n  values = {{ greeting = \"x\", token = \"x\" }}\n{inner}}}\n"
        );
        let depends = ring(size, |n, next| {
            format!(
                "component \"n{n:02}\" {{\n  namespace = \"n{n:02}\"\n  templates = [\"web\"]\n  depends_on = [\"n{next:02}\"]\n  values = {{ greeting = \"x\", token = \"x\" }}\n}}\n"
            )
        });
        let locals =
            format!("locals {{\n{}}}\n", ring(size, |n, next| format!("  n{n:02} = local.n{next:02}\n")));
        for (at, what, text) in [
            ("2:15", "profile \"n00\" replaces itself", replaces("profile")),
            ("2:15", "override \"n00\" replaces itself", replaces("override")),
            ("6:17", "override \"n00\" replaces itself", inner),
            ("4:17", "unit \"n00\" depends on itself", depends),
            ("2:9", "local \"n00\" refers to itself", locals),
        ] {
            told(("C003", at, &[what, path], &text));
        }
    }
    let two = "profile \"a\" {\n  replaces = [\"b\"]\n}\nprofile \"b\" {\n  replaces = [\"a\"]\n}\n";
    insta::assert_snapshot!(told(("C003", "2:15", &["a → b → a"], two)), @r#"
    error[C003]: profile "a" replaces itself, through one other
     --> fleet/x.hcl:2:15
      |
    2 |   replaces = ["b"]
      |               ^^^ "a" replaces "b"
    ...
    5 |   replaces = ["a"]
      |               --- "b" replaces "a"
      |
      = note: the cycle: a → b → a
      = help: take out one of these references

    1 error
    "#);
}

#[test]
fn b10_a_name_of_nothing_is_told_with_the_nearest() {
    let service = |expose: &str, from: &str| {
        format!(
            "service \"s\" {{\n  namespace = \"s\"\n  templates = [\"web\"]\n  values    = {{ greeting = \"x\", token = \"x\" }}\n  image     = \"a/b:1\"\n  requests  = {{ cpu = \"1\", memory = \"1Gi\" }}\n  limits    = {{ cpu = \"1\", memory = \"1Gi\" }}\n  access    = {{ from = [\"{from}\"] }}\n\n  port \"http\" {{\n    number = 80\n  }}\n  probe \"readiness\" {{\n    port = \"http\"\n  }}\n  probe \"liveness\" {{\n    port = \"http\"\n  }}\n  expose \"public\" {{\n    hosts   = [\"a.example.com\"]\n    gateway = \"{expose}\"\n  }}\n}}\n"
        )
    };
    let stage = |clusters: &str, gates: &str| {
        format!(
            "rollout \"r\" {{\n  stage \"canary\" {{\n    clusters = [{clusters}]\n    gates    = [{gates}]\n  }}\n  stage \"rest\" {{\n    clusters = [\"prod-b\"]\n  }}\n}}\ngate \"errors\" {{\n  prometheus = \"http://p\"\n  query      = \"up\"\n  max        = 1\n}}\n"
        )
    };
    all_told(&[
        (
            "C004",
            "4:15",
            &["there is no profile \"bas\"", "did you mean \"base\"?"],
            "profile \"base\" {\n}\nprofile \"x\" {\n  replaces = [\"bas\"]\n}\n",
        ),
        (
            "C004",
            "2:15",
            &["there is no profile \"zebra\"", "there is none to name here"],
            "profile \"x\" {\n  replaces = [\"zebra\"]\n}\n",
        ),
        (
            "C004",
            "2:15",
            &["there is no override \"wed\"", "there is none to name here"],
            "override \"x\" {\n  replaces = [\"wed\"]\n}\n",
        ),
        (
            "C004",
            "4:17",
            &["there is no unit \"wbe\"", "did you mean \"web\"?"],
            "component \"x\" {\n  namespace  = \"x\"\n  templates  = [\"web\"]\n  depends_on = [\"wbe\"]\n}\n",
        ),
        ("C004", "21:15", &["there is no unit \"wbe\"", "did you mean \"web\"?"], &service("wbe", "web")),
        ("C004", "8:25", &["there is no unit \"wep\"", "did you mean \"web\"?"], &service("web", "wep")),
        (
            "C004",
            "4:17",
            &["there is no gate \"eror\"", "did you mean \"errors\"?"],
            &stage("\"prod-a\"", "\"eror\""),
        ),
        (
            "C004",
            "3:17",
            &["there is no cluster \"prd-a\"", "did you mean \"prod-a\"?"],
            &stage("\"prd-a\"", "\"errors\""),
        ),
        (
            "C018",
            "3:10",
            &["there is no component.wbe to move to", "did you mean component.web?"],
            "moved {\n  from = component.old\n  to   = component.wbe\n}\n",
        ),
    ]);
    let text = told((
        "C004",
        "4:17",
        &["there is no unit \"zebra\"", "take web"],
        "component \"x\" {\n  namespace  = \"x\"\n  templates  = [\"web\"]\n  depends_on = [\"zebra\"]\n  values     = { greeting = \"hi\", token = \"t\" }\n}\n",
    ));
    insta::assert_snapshot!(text, @r#"
    error[C004]: there is no unit "zebra"
     --> fleet/x.hcl:4:17
      |
    4 |   depends_on = ["zebra"]
      |                 ^^^^^^^ no such unit
      |
      = help: take web

    1 error
    "#);
}
