//! What a runner reads, held against its own rules.

use insta::assert_snapshot;

use super::*;
use crate::diagnostic::{Diagnostic, Span};
use crate::report::CODE;
use crate::report::text::{self, Style};

fn shown(list: &Diagnostics, sources: &SourceMap) -> String {
    let text = text::diagnostics(list, sources, Style::default());
    annotations(list, sources, &ClusterBlocks::new(), &text)
}

/// The commands of the log, as the runner of GitHub Actions finds them: a line that begins with `::name`, or one
/// that holds `##[name]` anywhere, unless commands are stopped; then the message is read back.
fn run(log: &str) -> Vec<(String, String)> {
    let mut stopped: Option<String> = None;
    let mut commands = Vec::new();
    for line in log.split(['\n', '\r']) {
        let new = line.trim_start().strip_prefix("::").and_then(|rest| rest.split_once("::"));
        let old = || line.split_once("##[").and_then(|(_, rest)| rest.split_once(']'));
        let Some((head, data)) = new.or_else(old) else { continue };
        match (&stopped, head.split(' ').next().unwrap()) {
            (Some(token), name) if name == token => stopped = None,
            (Some(_), _) => {}
            (None, "stop-commands") => stopped = Some(data.to_owned()),
            (None, _) => {
                let data = data.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%");
                commands.push((head.to_owned(), data));
            }
        }
    }
    assert_eq!(stopped, None, "commands stay stopped");
    commands
}

#[test]
fn annotations_come_first_and_the_text_after_them() {
    let mut sources = SourceMap::default();
    let file =
        sources.add_file("deploy/a,b:c.hcl", "main:deploy/a,b:c.hcl", "one = 1\ntwo = 100%\nthree = 3\n");
    let list: Diagnostics = [
        Diagnostic::warning(CODE, "a doubt").at(Span::new(file, 8..11), ""),
        Diagnostic::error(CODE, "all of it").at(Span::new(file, 0..19), "this").about("service \"a\""),
        Diagnostic::error(CODE, "100% wrong")
            .at(Span::new(file, 14..18), "here")
            .on("prod-a")
            .help("mend it"),
        Diagnostic::error(CODE, "at the end").at(Span::new(file, 29..29), ""),
        Diagnostic::error(CODE, "from 8 to 9").at(Span::new(file, 0..29), ""),
    ]
    .into_iter()
    .collect();
    assert_snapshot!(shown(&list, &sources), @r#"
    ::group::4 errors, 1 warning as annotations
    ::error file=deploy/a%2Cb%3Ac.hcl,line=1,endLine=2,title=fleetwright R001::all of it%0Aobject: service "a"
    ::error file=deploy/a%2Cb%3Ac.hcl,line=2,endLine=2,col=7,endColumn=10,title=fleetwright R001::100%25 wrong%0Acluster: prod-a%0Ahelp: mend it
    ::error file=deploy/a%2Cb%3Ac.hcl,line=3,endLine=3,col=10,endColumn=10,title=fleetwright R001::at the end
    ::error file=deploy/a%2Cb%3Ac.hcl,line=1,endLine=3,title=fleetwright R001::from 8 to 9
    ::warning file=deploy/a%2Cb%3Ac.hcl,line=2,endLine=2,col=1,endColumn=3,title=fleetwright R001::a doubt
    ::endgroup::
    error[R001]: all of it
     --> main:deploy/a,b:c.hcl:1:1
      |
    1 | one = 1
      | ^^^^^^^ this
      |
      = object: service "a"

    error[R001]: 100% wrong
     --> main:deploy/a,b:c.hcl:2:7
      |
    2 | two = 100%
      |       ^^^^ here
      |
      = cluster: prod-a
      = help: mend it

    error[R001]: at the end
     --> main:deploy/a,b:c.hcl:4:1
      |
    4 |
      | ^

    error[R001]: from 8 to 9
     --> main:deploy/a,b:c.hcl:1:1
      |
    1 | one = 1
      | ^^^^^^^

    warning[R001]: a doubt
     --> main:deploy/a,b:c.hcl:2:1
      |
    2 | two = 100%
      | ^^^

    4 errors, 1 warning
    "#);
    assert_eq!(shown(&Diagnostics::new(), &sources), "");
}

#[test]
fn commands_are_stopped_where_a_text_could_hold_one() {
    let log = |text| annotations(&Diagnostics::new(), &SourceMap::default(), &ClusterBlocks::new(), text);
    for plain in ["", "1 cluster, 2 objects: no findings\n", "error[C001]: a: b\n"] {
        assert_eq!(log(plain), plain);
    }
    for dangerous in ["::error::x\n", "a ##[error]x\n", "#\u{fe0f}#[error]x\n", "\u{fe0f}::error::x\n"] {
        assert!(log(dangerous).starts_with("::stop-commands::"), "{dangerous}");
        assert_eq!(run(&log(dangerous)), []);
    }
}

#[test]
fn no_text_of_a_fleet_is_a_command() {
    let evil = [
        "::error::x",
        "a\n::error::x",
        "a\r\n::set-output name=a::b",
        "##[add-path]/evil",
        "\u{2028}::error::x",
        "%0A::error::x",
        "%250A::error::x",
        "::stop-commands::x",
        "]::endgroup::",
        ",line=1::error::x",
    ];
    for text in evil {
        let mut sources = SourceMap::default();
        let quoted = format!("a = {text:?}\n{text}\n");
        let file = sources.add_file(text, text, quoted.clone());
        let problem = Diagnostic::error(CODE, text)
            .at(Span::new(file, 0..quoted.len() - 1), text)
            .about(text)
            .note(text)
            .help(text)
            .on(text);
        let list = Diagnostics::from(problem);
        let log = shown(&list, &sources);
        let commands = run(&log);
        let names: Vec<&str> = commands.iter().map(|(head, _)| head.split(' ').next().unwrap()).collect();
        assert_eq!(names, ["group", "error", "endgroup"], "{log}");
        let (head, data) = &commands[1];
        assert_eq!(*data, printable(&Placed::all(&list, &sources, &ClusterBlocks::new())[0].text()));
        let names: Vec<&str> =
            head["error ".len()..].split(',').map(|one| one.split('=').next().unwrap()).collect();
        assert_eq!(names, ["file", "line", "endLine", "title"], "{head}");
    }
}

#[test]
fn what_github_does_not_show_is_counted() {
    let sources = SourceMap::default();
    for (warnings, said) in [(MOST_SHOWN, false), (MOST_SHOWN + 1, true)] {
        let list = (0..warnings).map(|n| Diagnostic::warning(CODE, n.to_string())).collect();
        let log = shown(&list, &sources);
        assert_eq!(run(&log).len(), warnings + 2);
        assert_eq!(log.contains("GitHub shows the first 10 errors"), said);
    }
}
