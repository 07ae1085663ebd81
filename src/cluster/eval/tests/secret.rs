//! What is sensitive stays so.

use super::*;

#[test]
fn what_is_secret_stays_secret() {
    check(&[
        ("local.secret", "!\"s3cret\""),
        ("\"a${local.secret}\"", "!\"as3cret\""),
        ("<<EOT\n${local.secret}\nEOT", "!\"s3cret\\n\""),
        ("\"%{ if local.secret == \"x\" }a%{ endif }\"", "!\"\""),
        ("\"%{ for x in local.vault.l }${x}%{ endfor }\"", "!\"1\""),
        ("local.secret == \"x\"", "!false"),
        ("local.partly == {}", "!false"),
        ("!(local.secret == \"x\")", "!true"),
        ("-local.partly.b + 1", "!-1"),
        ("local.secret == \"x\" && true", "!false"),
        ("local.secret != \"x\" && true", "!true"),
        ("local.secret == \"x\" ? 1 : 2", "!2"),
        ("upper(local.secret)", "!\"S3CRET\""),
        ("local.partly", "{a: 1, b: !2}"),
        ("local.partly.a", "1"),
        ("local.partly[\"b\"]", "!2"),
        ("local.vault.a", "!1"),
        ("local.vault.l[0]", "!1"),
        ("local.vault.l[*]", "![!1]"),
        ("var.list[length(local.secret) - 6]", "!\"a\""),
        ("[for k, v in local.partly : v]", "[1, !2]"),
        ("[for k, v in local.vault : k]", "![!\"a\", !\"l\"]"),
        ("[for x in var.list : x if x != local.secret]", "![\"a\", \"b\"]"),
        ("{ (local.secret) = 1 }", "C117 a secret is the key of a map <(local.secret)>"),
        ("{ for k in [local.secret] : k => 1 }", "C117 a secret is the key of a map <k>"),
        ("merge(local.partly, { c = 3 })", "{a: 1, b: !2, c: 3}"),
        ("merge(local.vault, { c = 3 })", "!{a: !1, c: 3, l: ![1]}"),
        ("length(local.partly)", "2"),
        ("length(local.secret)", "!6"),
        ("keys(local.partly)", "[\"a\", \"b\"]"),
        ("keys(local.vault)", "![\"a\", \"l\"]"),
        ("jsonencode(local.partly)", "!\"{\\\"a\\\":1,\\\"b\\\":2}\""),
        ("contains(values(local.partly), 1)", "!true"),
        ("lookup(local.partly, \"a\", 0)", "1"),
        ("lookup(local.partly, \"b\", 0)", "!2"),
        ("element([1, local.secret], 0)", "1"),
        ("coalesce(null, local.secret)", "!\"s3cret\""),
        ("try(local.secret, 1)", "!\"s3cret\""),
        ("can(local.secret)", "!true"),
        ("nonsensitive(local.secret)", "\"s3cret\""),
        ("sensitive(1)", "!1"),
        ("concat([1], local.vault.l)", "![1, !1]"),
        ("flatten([[1], local.vault.l])", "[1, !1]"),
        ("zipmap([local.secret], [1])", "!{s3cret: 1}"),
        ("max([1, local.partly.b]...)", "!2"),
        // No message shows one.
        ("local.vault[local.secret]", "C103 `local.vault` has no (sensitive) <local.secret>"),
        ("var.m[local.secret]", "C103 `var.m` has no (sensitive) <local.secret>"),
        (
            "var.list[sensitive(7)]",
            "C109 index (sensitive) is out of range: `var.list` has 2 elements, from 0 to 1 <sensitive(7)>",
        ),
        ("{ (local.secret) = 1, s3cret = 2 }", "C117 a secret is the key of a map <(local.secret)>"),
        ("{ for x in var.list : local.secret => 1 }", "C117 a secret is the key of a map <local.secret>"),
    ]);
    for text in [
        "abs(local.secret)",
        "local.secret + 1",
        "local.vault.b",
        "local.secret ? 1 : 2",
        "tonumber(local.secret)",
    ] {
        let run = Run::of(text);
        for problem in run.problems.iter() {
            let printed = format!("{problem:?}");
            assert!(!printed.contains("s3cret") && !printed.contains("`l`"), "{text}: {printed}");
        }
        assert!(!run.problems.is_empty(), "{text}");
    }
}
