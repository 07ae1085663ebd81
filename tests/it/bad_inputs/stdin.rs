//! Mistakes in what comes in on stdin.
//!
//! That stdin is a terminal is tested beside the code: a test has none to give.

use std::fs::File;
use std::io::Write;
use std::process::Stdio;

use insta::assert_snapshot;

use super::score::{Case, great};
use crate::program::{Place, outcome};

/// What stdin holds, as a file of the test.
const INPUT: &str = "input";

/// Scores `--var-file -` with this input; `sound` declares no variable but the secret `token`.
fn told(input: &str, code: &str, place: Option<&str>, says: &[&str]) -> String {
    great(&Case {
        files: &[(INPUT, input)],
        arguments: &["--var-file", "-"],
        code,
        place,
        says,
        command: |place, arguments| {
            let mut command = place.command(arguments);
            command.stdin(File::open(place.path().join(INPUT)).unwrap());
            command
        },
        ..Case::default()
    })
}

#[test]
fn b70_json_that_is_none_is_told_with_its_byte() {
    assert_snapshot!(told("{\"token\": \"hunter2-3f9c\",}", "X013", Some("<stdin>:1:26"), &[
        "<stdin>: expected the name of a member, in double quotes, found `}` at byte 25",
    ]), @"
    error[X013]: <stdin>: expected the name of a member, in double quotes, found `}` at byte 25
     --> <stdin>:1:26
      |
    1 | **************************
      |                          ^
      |
      = note: the text is hidden, since it may hold secrets
      = help: give one JSON object whose members are variables

    1 error
    ");
    assert_snapshot!(told("{\"token\": \"a\",\n \"token\": \"b\"}", "X013", Some("<stdin>:2:2"), &[
        "two members of the same name at byte 16", "first here",
    ]), @"
    error[X013]: <stdin>: an object has two members of the same name at byte 16
     --> <stdin>:2:2
      |
    1 | **************
      |  ------- first here
    2 | **************
      |  ^^^^^^^
      |
      = note: the text is hidden, since it may hold secrets
      = help: give one JSON object whose members are variables

    1 error
    ");
    let deep = "[".repeat(100_000);
    let deep_object = "{\"a\":".repeat(100_000);
    for (input, place, says) in [
        ("{\"a\": 1", "<stdin>:1:8", "expected `,` or `}`, found the end at byte 7"),
        ("{} {}", "<stdin>:1:4", "expected the end after the first value, found `{` at byte 3"),
        ("{}\n]", "<stdin>:2:1", "expected the end after the first value, found `]` at byte 3"),
        ("{\"a\": NaN}", "<stdin>:1:7", "expected a value, found `N` at byte 6"),
        ("{\"a\": -Infinity}", "<stdin>:1:8", "expected a digit, found `I` at byte 7"),
        ("{\"a\": 1e400}", "<stdin>:1:7", "at byte 6"),
        ("{1: 2}", "<stdin>:1:2", "expected the name of a member, in double quotes, found `1` at byte 1"),
        ("{\"a\": \"\\ud800\"}", "<stdin>:1:8", "half of a surrogate pair"),
        ("{\"a\": \"x\ny\"}", "<stdin>:1:9", "found `\\n` at byte 8"),
        ("{\"a\": 'b'}", "<stdin>:1:7", "found `'` at byte 6"),
        ("{\"a\": 1 // no\n}", "<stdin>:1:9", "found `/` at byte 8"),
        (&deep, "<stdin>:1:65", "nested deeper than 64 levels at byte 64"),
        (&deep_object, "<stdin>:1:321", "nested deeper than 64 levels at byte 320"),
    ] {
        told(input, "X013", Some(place), &["<stdin>: ", says]);
    }
}

#[test]
fn b70_what_is_no_json_is_read_as_hcl() {
    assert_snapshot!(told("token = \"hunter2-3f9c\" }\n", "X013", Some("<stdin>:1:24"), &["<stdin>: "]), @r#"
    error[X013]: <stdin>: expected newline or eof
     --> <stdin>:1:24
      |
    1 | ************************
      |                        ^
      |
      = note: the text is hidden, since it may hold secrets
      = help: write one variable to a line, as in `image = "registry.example.com/a:1"`

    1 error
    "#);
    assert_snapshot!(told("token: yes\n", "X013", Some("<stdin>:1:6"), &["<stdin>: "]), @r#"
    error[X013]: <stdin>: invalid structure; expected `{`, `=`, `"` or identifier
     --> <stdin>:1:6
      |
    1 | **********
      |      ^
      |
      = note: the text is hidden, since it may hold secrets
      = help: write one variable to a line, as in `image = "registry.example.com/a:1"`

    1 error
    "#);
    let deep = format!("token = {}", "[".repeat(100_000));
    told(&deep, "X013", Some("<stdin>:1:74"), &["expected at most 64 nested levels"]);
    let deep = format!("{}1", "a = \"${".repeat(50_000));
    told(&deep, "X013", None, &["<stdin>: "]);
}

#[test]
fn b70_what_holds_no_variables_is_told() {
    assert_snapshot!(told("[1]", "X014", Some("<stdin>:1:1"), &["<stdin>: expected an object, found a list"]), @"
    error[X014]: <stdin>: expected an object, found a list
     --> <stdin>:1:1
      |
    1 | ***
      | ^^^
      |
      = note: the text is hidden, since it may hold secrets
      = help: give one JSON object whose members are variables

    1 error
    ");
    told("\"a\"", "X013", None, &["<stdin>: "]);
    assert_snapshot!(told("", "X012", None, &["<stdin>: nothing came in"]), @"
    error[X012]: <stdin>: nothing came in
     |
     = help: check the command before the pipe

    1 error
    ");
    told(" \n\t\n", "X012", None, &["<stdin>: nothing came in"]);
}

/// The outcome of `validate` with these bytes on stdin.
fn validated(input: &[u8]) -> String {
    let place = Place::with(&super::score::sound());
    let outcome = place.run_with_stdin(&["validate", "--var-file", "-"], input);
    assert_eq!(outcome.status, Some(2), "{}", outcome.stdout);
    outcome.stdout
}

#[test]
fn b70_bytes_that_are_no_text_are_told() {
    assert_snapshot!(validated(b"{\"token\": \"\xc3\"}"), @"
    error[X012]: <stdin>: not UTF-8 from byte 11 on
     |
     = help: save it as UTF-8

    1 error
    ");
    assert_snapshot!(validated(b"\xff\xfe{\0}\0"), @"
    error[X012]: <stdin>: not UTF-8 from byte 0 on
     |
     = help: save it as UTF-8

    1 error
    ");
    let (more, least) = (vec![b' '; (16 << 20) + 1], vec![b' '; 16 << 20]);
    assert_snapshot!(validated(&more), @"
    error[X012]: <stdin>: more than 16777216 bytes
     |
     = help: give only the variables that the fleet declares

    1 error
    ");
    assert!(validated(&least).contains("nothing came in"));
}

#[test]
fn b70_a_stream_without_end_is_cut_off() {
    let place = Place::with(&super::score::sound());
    let mut command = place.command(&["validate", "--var-file", "-"]);
    command.stdin(File::open("/dev/zero").unwrap());
    let told = outcome(command.output().unwrap());
    assert_eq!(told.status, Some(2));
    assert!(told.stdout.starts_with("error[X012]: <stdin>: more than 16777216 bytes"), "{}", told.stdout);
}

#[test]
fn b70_a_byte_order_mark_and_pieces_of_characters_are_fine() {
    let place = Place::with(&super::score::sound());
    place.write(
        "fleet/web.hcl",
        "variable \"greeting\" {}\n\ncomponent \"web\" {\n  namespace = \"web\"\n  templates = [\"web\"]\n  values    = { greeting = var.greeting, token = var.token }\n}\n",
    );
    let text = "\u{feff}{\"greeting\": \"grüß dich\"}".as_bytes();
    for cut in [1, 2, 17, 18, 19, 20, 21] {
        let mut command = place.command(&["render", "--cluster", "prod-a", "--var-file", "-"]);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        for part in [&text[..cut], &text[cut..]] {
            stdin.write_all(part).unwrap();
            stdin.flush().unwrap();
        }
        drop(stdin);
        let (stdout, _) = outcome(child.wait_with_output().unwrap()).done();
        assert!(stdout.contains("greeting: grüß dich\n"), "{cut}: {stdout}");
    }
}
