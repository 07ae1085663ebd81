//! How diagnostics look on a terminal.

use insta::assert_snapshot;

use super::*;
use crate::diagnostic::Span;
use crate::report::CODE;

fn plain(list: Diagnostics, sources: &SourceMap) -> String {
    diagnostics(&list, sources, Style::default())
}

#[test]
fn everything_a_diagnostic_says_is_shown() {
    let mut sources = SourceMap::default();
    let profiles = sources.add("fleet/profiles.hcl", "profile \"eu\" {\n  replaces = [\"base\"]\n}\n");
    let base = sources.add("fleet/base.hcl", "profile \"base\" {}\n");
    let mut problem = Diagnostic::error(CODE, "profile \"eu\" replaces itself")
        .at(Span::new(profiles, 29..35), "eu → base → eu")
        .at(Span::new(profiles, 8..12), "")
        .at(Span::new(base, 8..14), "declared here")
        .about("service.storefront")
        .note("first fact\nover two lines")
        .help("remove one of the two `replaces`")
        .rendered(Excerpt {
            name: "prod-a/storefront (rendered)".into(),
            line: 12,
            column: 3,
            width: 4,
            text: "  name: x".into(),
            label: "this key".into(),
        });
    for number in 0..10 {
        problem = problem.on(format!("prod-{number}"));
    }
    assert_snapshot!(plain(problem.into(), &sources), @r#"
    error[R001]: profile "eu" replaces itself
      --> fleet/profiles.hcl:2:15
       |
     1 | profile "eu" {
       |         ----
     2 |   replaces = ["base"]
       |               ^^^^^^ eu → base → eu
       |
      ::: fleet/base.hcl:1:9
       |
     1 | profile "base" {}
       |         ------ declared here
       |
      ::: prod-a/storefront (rendered):12:3
       |
    12 |   name: x
       |   ---- this key
       |
       = clusters: prod-0, prod-1, prod-2, prod-3, prod-4, prod-5, prod-6, prod-7 and 2 more
       = object: service.storefront
       = note: first fact
               over two lines
       = help: remove one of the two `replaces`

    1 error
    "#);
}

#[test]
fn a_diagnostic_without_a_place_has_no_arrow() {
    let problem = Diagnostic::warning(CODE, "no clusters defined").on("prod-a").help("add a `cluster` block");
    assert_snapshot!(plain(problem.into(), &SourceMap::default()), @"
    warning[R001]: no clusters defined
     |
     = cluster: prod-a
     = help: add a `cluster` block

    1 warning
    ");
}

#[test]
fn a_rendered_line_alone_is_the_primary_place() {
    let excerpt = Excerpt {
        name: "prod-a/a (rendered)".into(),
        line: 7,
        column: 99,
        width: 0,
        text: "a: [".into(),
        label: "not closed".into(),
    };
    let problem = Diagnostic::error(CODE, "not YAML").rendered(excerpt);
    assert_snapshot!(plain(problem.into(), &SourceMap::default()), @"
    error[R001]: not YAML
     --> prod-a/a (rendered):7:5
      |
    7 | a: [
      |     ^ not closed

    1 error
    ");
}

#[test]
fn s07_no_control_character_is_printed_and_the_column_is_that_of_the_file() {
    let mut sources = SourceMap::default();
    let file = sources.add("fl\u{1b}[2Jeet\n.hcl", "\tx = \"\u{202e}\u{1b}]0;t\u{7}\" y\n");
    let list: Diagnostics = Diagnostic::error(CODE, "found \u{1b}[31m and \u{200b}")
        .at(Span::new(file, 17..18), "here\u{9b}")
        .on("prod\u{202e}-a")
        .about("Deployment/\u{8}x")
        .note("a\rb")
        .help("\u{7}")
        .into();
    let text = plain(list.clone(), &sources);
    assert_snapshot!(text, @r#"
    error[R001]: found \x1b[31m and \u{200b}
     --> fl\x1b[2Jeet\n.hcl:1:16
      |
    1 |     x = "\u{202e}\x1b]0;t\x07" y
      |                                ^ here\x9b
      |
      = cluster: prod\u{202e}-a
      = object: Deployment/\x08x
      = note: a\rb
      = help: \x07

    1 error
    "#);
    assert!(text.chars().all(|c| c == '\n' || !c.is_control()));
    let styled = diagnostics(&list, &sources, Style { color: true, width: 10 });
    let codes = styled.matches("\u{1b}[").count();
    assert!(codes > 0);
    assert_eq!(styled.matches('\u{1b}').count(), codes);
}

#[test]
fn secrets_are_hidden_in_quoted_lines() {
    let mut sources = SourceMap::default();
    let file = sources.add("--var-file s.hcl", "token = \"hunter2\" }\n");
    sources.hide(Span::new(file, 9..16));
    let problem = Diagnostic::error(CODE, "unexpected `}`").at(Span::new(file, 18..19), "");
    assert_snapshot!(plain(problem.into(), &sources), @r#"
    error[R001]: unexpected `}`
     --> --var-file s.hcl:1:19
      |
    1 | token = "*******" }
      |                   ^

    1 error
    "#);
}

#[test]
fn twenty_are_shown_and_the_rest_counted() {
    for (errors, line) in
        [(20, None), (21, Some("and 1 more error not shown")), (57, Some("and 37 more errors not shown"))]
    {
        let list =
            (0..errors).map(|number| Diagnostic::error(CODE, format!("problem {number:02}"))).collect();
        let text = plain(list, &SourceMap::default());
        assert_eq!(text.matches("error[R001]").count(), 20);
        assert_eq!(text.lines().find(|line| line.starts_with("and ")), line);
        assert_eq!(text.lines().last(), Some(format!("{errors} errors").as_str()));
    }
}

#[test]
fn no_place_is_out_of_reach() {
    let mut sources = SourceMap::default();
    let empty = sources.add("empty.hcl", "");
    let other = sources.add("other.hcl", "é\r\n\tx\r\n");
    let mut elsewhere = SourceMap::default();
    for _ in 0..3 {
        elsewhere.add("elsewhere.hcl", "text");
    }
    let foreign = elsewhere.add("elsewhere.hcl", "text");
    for file in [empty, other, foreign] {
        for (start, end) in [(0, 0), (0, 1), (1, 1), (1, 2), (3, 9), (8, 8), (7, 4), (400, 500)] {
            let list = Diagnostic::error(CODE, "")
                .at(Span::new(file, start..end), "")
                .at(Span::new(other, 0..99), "x");
            for width in [0, 10, 140, usize::MAX] {
                diagnostics(&list.clone().into(), &sources, Style { color: false, width });
            }
        }
    }
}
