//! Syntax that was begun and not ended.

use super::beside::{all_told, told};

#[test]
fn b03_what_is_unclosed_is_told_at_its_opening() {
    all_told(&[
        (
            "F003",
            "1:13",
            &["unclosed bracket", "the file ends before it is closed"],
            "profile \"x\" {\n  match = \"env=prod\"\n",
        ),
        (
            "F003",
            "2:11",
            &["unclosed string", "expected `\"` before the line ends"],
            "profile \"x\" {\n  match = \"env=prod\n}\n",
        ),
        ("F003", "1:9", &["unclosed string"], "profile \"x {\n}\n"),
        (
            "F003",
            "2:7",
            &["unclosed heredoc", "a line that holds `EOT` alone"],
            "locals {\n  a = <<EOT\nfoo\n}\n",
        ),
        (
            "F003",
            "2:7",
            &["unclosed heredoc", "a line that holds `EOT` alone"],
            "locals {\n  a = <<-EOT\n    foo\n    EOTX\n}\n",
        ),
        ("F003", "2:8", &["unclosed interpolation", "expected `}` here"], "locals {\n  a = \"${var.x\"\n}\n"),
        (
            "F003",
            "2:8",
            &["unclosed interpolation", "expected `}` before the line ends"],
            "locals {\n  a = \"${var.x\n}\n",
        ),
        ("F003", "3:1", &["unclosed interpolation"], "locals {\n  a = <<EOT\n${var.x\nEOT\n}\n"),
        (
            "F003",
            "2:8",
            &["unclosed directive", "close it with `%{ endif }`"],
            "locals {\n  a = \"%{ if true }x\"\n}\n",
        ),
        (
            "F003",
            "2:8",
            &["unclosed directive", "close it with `%{ endfor }`"],
            "locals {\n  a = \"%{ for b in [1] }x\"\n}\n",
        ),
        ("F003", "2:7", &["unclosed bracket", "expected `]` here"], "locals {\n  a = [1, 2\n}\n"),
        ("F003", "2:7", &["unclosed bracket", "expected `}` here"], "locals {\n  a = { b = 1\n}\n"),
        ("F003", "1:1", &["unclosed comment", "close it with `*/`"], "/* not ended\nlocals {}\n"),
    ]);
    let inner =
        "component \"a\" {\n  override \"b\" {\n    values = {}\n}\n\nprofile \"x\" {\n  lables = {}\n}\n";
    insta::assert_snapshot!(told(("F003", "2:16", &["unclosed bracket", "has no argument `lables`"], inner)), @r#"
    error[F003]: unclosed bracket
     --> fleet/x.hcl:2:16
      |
    2 |   override "b" {
      |                ^ opened here
    3 |     values = {}
    4 | }
      | - expected `}` here
      |
      = help: close it with `}`

    error[F005]: profile "x" has no argument `lables`
     --> fleet/x.hcl:7:3
      |
    7 |   lables = {}
      |   ^^^^^^ unknown
      |
      = help: did you mean the argument `values`?

    2 errors
    "#);
    let interpolation = "locals {\n  a = \"${var.x\n}\n\nlocals {\n  b = <<EOT\n}\n";
    insta::assert_snapshot!(told(("F003", "2:8", &["unclosed interpolation", "unclosed heredoc"], interpolation)), @r#"
    error[F003]: unclosed interpolation
     --> fleet/x.hcl:2:8
      |
    2 |   a = "${var.x
      |        ^^     - expected `}` before the line ends
      |        |
      |        opened here
      |
      = help: close it with `}`

    error[F003]: unclosed heredoc
     --> fleet/x.hcl:6:7
      |
    6 |   b = <<EOT
      |       ^^^^^ opened here
      |
      = note: the file ends before it is closed
      = help: end it with a line that holds `EOT` alone

    2 errors
    "#);
}
