//! Where structures end, and what is left open.

use super::*;

fn items(text: &str) -> Vec<&str> {
    outline(text).items.into_iter().map(|item| &text[item]).collect()
}

#[test]
fn structures_are_found_whatever_stands_in_them() {
    let text = "# c {\na = \"}${ {b = \"]\"} }\"\n\nb \"x\" {\n  c = <<-EOT\n  } ${\"}\"}\n  EOT\n}\n";
    assert_eq!(items(text), ["a = \"}${ {b = \"]\"} }\"", "b \"x\" {\n  c = <<-EOT\n  } ${\"}\"}\n  EOT\n}"]);
    assert_eq!(outline(text).unclosed, []);
}

#[test]
fn what_is_left_open_is_named_by_its_opener() {
    for (text, opener, found) in [
        ("a {\n b = 1\n", 2..3, None),
        ("a = \"x\nb = 1\n", 4..5, Some(6..6)),
        ("a = <<EOT\nfoo\n", 4..9, None),
        ("a = \"${b\"\n", 5..7, Some(8..9)),
        ("a = [1, 2\nb = 3\n", 4..5, None),
        ("a = [1, 2\n}\n", 4..5, Some(10..11)),
        ("/* a\n", 0..2, None),
        ("a = \"${b\n}\n", 5..7, Some(8..8)),
        ("a = <<E\n${b\nE\nc {\n}\n}\n", 8..10, Some(11..11)),
        ("a {\n  b {\n    c = 1\n}\n", 8..9, Some(20..21)),
        ("a \"b {\n  c = 1\n}\n", 2..3, Some(6..6)),
    ] {
        assert_eq!(outline(text).unclosed, [Unclosed::new(opener, found)], "{text:?}");
    }
}

#[test]
fn a_directive_left_open_is_named() {
    let text = "a = \"%{ if b }c%{ else }d\"\n";
    let unclosed = Unclosed { opener: 5..7, found: Some(25..26), end: Some("endif") };
    assert_eq!(outline(text).unclosed, [unclosed]);
    assert_eq!(outline("a = \"%{ if b }c%{ endif }\"\n").unclosed, []);
}

#[test]
fn a_name_set_twice_is_found_in_its_own_bracket() {
    let text = "a = 1\nb {\n a = 2\n}\na = 3\n";
    assert_eq!(outline(text).repeated(text, &(0..text.len())), [(0..1, 19..20)]);
}
