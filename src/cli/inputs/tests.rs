//! What becomes of the values given from outside.

use super::*;
use crate::report::text;

fn given(variables: &Variables) -> (String, String) {
    let mut sources = SourceMap::default();
    let mut problems = Diagnostics::new();
    let shown = collect(variables, &mut sources, &mut problems)
        .iter()
        .map(|given| {
            let value = match &given.value {
                GivenValue::Text(text) => format!("text {text}"),
                GivenValue::Expression(_) => format!("expression {}", sources.text(given.span)),
                GivenValue::Value(value) => value.shown(),
            };
            let from = match given.from {
                GivenFrom::Environment => "environment",
                GivenFrom::File => "file",
                GivenFrom::CommandLine => "flag",
                GivenFrom::Terraform => "terraform",
            };
            format!("{} ({from}): {value} at {}\n", given.name, sources.locate(given.span))
        })
        .collect();
    (shown, text::diagnostics(&problems, &sources, text::Style::default()))
}

fn from_file(name: &str, content: impl AsRef<[u8]>) -> (String, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    let (shown, errors) = given(&Variables { files: vec![path], ..Variables::default() });
    let folder = folder.path().display().to_string();
    (shown.replace(&folder, "DIR"), errors.replace(&folder, "DIR"))
}

#[test]
fn the_environment_comes_first_then_files_then_flags() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vars.hcl");
    std::fs::write(&path, "b = \"file\"\nc = [1.10, { d = null }]\n").unwrap();
    let variables = Variables {
        flags: vec!["a=first".into(), "a=x=y".into()],
        files: vec![path],
        environment: [("a", "env"), ("b", "env"), ("e", "env")]
            .map(|(name, value)| (name.into(), value.into()))
            .into(),
        stdin_is_terminal: true,
    };
    let (shown, errors) = given(&variables);
    insta::assert_snapshot!(shown.replace(&folder.path().display().to_string(), "DIR"), @r#"
    a (environment): text env at FLEETWRIGHT_VAR_a:1:1
    b (environment): text env at FLEETWRIGHT_VAR_b:1:1
    e (environment): text env at FLEETWRIGHT_VAR_e:1:1
    b (file): expression "file" at DIR/vars.hcl:1:5
    c (file): expression [1.10, { d = null }] at DIR/vars.hcl:2:5
    a (flag): text first at --var a:1:1
    a (flag): text x=y at --var a:1:1
    "#);
    assert_eq!(errors, "");
}

#[test]
fn terraform_outputs_are_understood_and_their_secrets_hidden() {
    let outputs = r#"{"vpc": {"sensitive": false, "type": "string", "value": "vpc-1"},
 "token": {"sensitive": true, "type": "string", "value": "hunter2"}}"#;
    let (shown, errors) = from_file("outputs.json", outputs);
    insta::assert_snapshot!(shown, @r#"
    token (file): (sensitive) at DIR/outputs.json:2:58
    vpc (file): "vpc-1" at DIR/outputs.json:1:57
    "#);
    assert_eq!(errors, "");
    let (shown, _) =
        from_file("plain.json", r#"{"a": {"sensitive": true, "value": 1, "more": 2}, "b": "x"}"#);
    insta::assert_snapshot!(shown, @r#"
    a (file): a map of 3 at DIR/plain.json:1:7
    b (file): "x" at DIR/plain.json:1:56
    "#);
}

#[test]
fn b70_what_cannot_be_read_is_named_and_never_quoted() {
    insta::assert_snapshot!(from_file("v.json", "{\"token\": \"hunter2\",\n \"token\": \"hunter2\" }").1, @"
    error[X013]: DIR/v.json: an object has two members of the same name at byte 22
     --> DIR/v.json:2:2
      |
    1 | ********************
      |  ------- first here
    2 | *********************
      |  ^^^^^^^
      |
      = note: the text is hidden, since it may hold secrets
      = help: give one JSON object whose members are variables

    1 error
    ");
    insta::assert_snapshot!(from_file("v.json", "").1, @"
    error[X013]: DIR/v.json: expected a value, found the end at byte 0
     --> DIR/v.json:1:1
      |
    1 |
      | ^
      |
      = note: the text is hidden, since it may hold secrets
      = help: give one JSON object whose members are variables

    1 error
    ");
    insta::assert_snapshot!(from_file("v.json", "[\"hunter2\"]").1, @"
    error[X014]: DIR/v.json: expected an object, found a list
     --> DIR/v.json:1:1
      |
    1 | ***********
      | ^^^^^^^^^^^
      |
      = note: the text is hidden, since it may hold secrets
      = help: give one JSON object whose members are variables

    1 error
    ");
    insta::assert_snapshot!(from_file("v.hcl", "token = \"hunter2\n").1, @r#"
    error[X013]: DIR/v.hcl: unexpected token
     --> DIR/v.hcl:1:1
      |
    1 | ****************
      | ^
      |
      = note: the text is hidden, since it may hold secrets
      = help: write one variable to a line, as in `image = "registry.example.com/a:1"`

    1 error
    "#);
    insta::assert_snapshot!(from_file("v.hcl", "variable \"a\" {}\n").1, @r#"
    error[X014]: DIR/v.hcl: a file of variables has no blocks; found `variable`
     --> DIR/v.hcl:1:1
      |
    1 | variable "a" {}
      | ^^^^^^^^
      |
      = help: write `name = value`; blocks belong into the fleet's own files

    1 error
    "#);
    insta::assert_snapshot!(from_file("v.hcl", b"a = \"\xff\"").1, @"
    error[X012]: DIR/v.hcl: not UTF-8 from byte 5 on
     |
     = help: save it as UTF-8

    1 error
    ");
}

#[test]
fn b70_what_is_no_file_is_not_opened() {
    for (path, errors) in [
        (".", "error[X012]: .: a folder\n"),
        ("/dev/zero", "error[X012]: /dev/zero: not a regular file\n"),
        ("no-such-file.json", "error[X012]: no-such-file.json: no such file\n"),
        ("-", "error[X012]: <stdin>: stdin is a terminal\n"),
    ] {
        let files = vec![path.into()];
        let found = given(&Variables { files, stdin_is_terminal: true, ..Variables::default() }).1;
        assert_eq!(found.split_inclusive('\n').next(), Some(errors));
    }
}

#[test]
fn b70_the_size_has_a_limit() {
    let content = |bytes: u64| {
        let mut text = b"a = 1 #".to_vec();
        text.resize(usize::try_from(bytes).unwrap(), b'x');
        text
    };
    assert_eq!(from_file("v.hcl", content(file::MAX_BYTES)).1, "");
    let (shown, errors) = from_file("v.hcl", content(file::MAX_BYTES + 1));
    assert_eq!(shown, "");
    assert!(errors.starts_with("error[X012]: DIR/v.hcl: more than 16777216 bytes\n"), "{errors}");
}

#[test]
fn a_flag_without_a_name_is_refused_and_not_repeated() {
    let flags = vec!["hunter2".into(), "=hunter2".into()];
    insta::assert_snapshot!(given(&Variables { flags, ..Variables::default() }).1, @"
    error[X010]: a --var is not of the form NAME=VALUE
     |
     = help: write it as --var image=registry.example.com/shop/storefront:1.42.0

    error[X010]: a --var is not of the form NAME=VALUE
     |
     = help: write it as --var image=registry.example.com/shop/storefront:1.42.0

    2 errors
    ");
}
