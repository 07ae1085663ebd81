//! The eight points of a great error, worked out from what the program printed.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

use crate::program::{Outcome, Place, outcome};

/// A secret that every fleet of these tests holds; no output may.
pub const SECRET: &str = "hunter2-3f9c";

/// The unrelated mistake that every case is run beside, and the code it is told with: a case earns the point
/// for "all independent errors in one run" only if this one is told too.
const BESIDE: &str = "profile \"beside\" {\n  colour = \"red\"\n}\n";
const BESIDE_CODE: &str = "F005";

/// A mistake, and what a person must be told about it.
pub struct Case<'a> {
    /// The files that make the mistake; they replace those of the sound fleet.
    pub files: &'a [(&'a str, &'a str)],
    /// What else makes the mistake: links, pipes, files that are no text.
    pub set_up: fn(&Place),
    /// The arguments after `render`.
    pub arguments: &'a [&'a str],
    /// The code of the error.
    pub code: &'a str,
    /// `path:line:column` of the line that the user wrote; `None` where no file is to blame.
    pub place: Option<&'a str>,
    /// For rendered YAML: `path:line` of the template that made the line, too.
    pub rendered: bool,
    /// A cluster and an object that must be named; `None` where the error is about neither.
    pub about: Option<(&'a str, &'a str)>,
    /// Texts that say what was found and what is allowed; each must be there.
    pub says: &'a [&'a str],
    /// Whether the mistake leaves nothing else to be found: no fleet at all, or a wrong command line.
    pub alone: bool,
    /// The program with these arguments; where a row is about stdin, the environment or what no file of a test
    /// can be, this prepares it.
    pub command: fn(&Place, &[&str]) -> Command,
}

impl Default for Case<'_> {
    fn default() -> Self {
        Self {
            files: &[],
            set_up: |_| {},
            arguments: &[],
            code: "",
            place: None,
            rendered: false,
            about: None,
            says: &[],
            alone: false,
            command: |place, arguments| place.command(arguments),
        }
    }
}

/// The points of one case, and which are missing.
pub struct Score {
    pub points: usize,
    pub missing: Vec<String>,
    pub text: String,
}

/// A sound fleet of two clusters, one component, one service and a secret.
pub fn sound() -> Vec<(&'static str, &'static str)> {
    vec![
        (
            "fleet/fleet.hcl",
            "fleet \"demo\" {}\n\ncluster \"prod-a\" {\n  labels = { env = \"prod\", zone = \"a\" }\n}\n\ncluster \"prod-b\" {\n  labels = { env = \"prod\", zone = \"b\" }\n}\n",
        ),
        ("fleet/secret.hcl", "variable \"token\" {\n  sensitive = true\n  default   = \"hunter2-3f9c\"\n}\n"),
        (
            "fleet/web.hcl",
            "component \"web\" {\n  namespace = \"web\"\n  templates = [\"web\"]\n  values    = { greeting = \"hello\", token = var.token }\n}\n",
        ),
        (
            "templates/web.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\ndata:\n  greeting: {{ values.greeting | quote }}\n  token: {{ values.token | quote }}\n",
        ),
    ]
}

fn place(case: &Case<'_>, beside: bool) -> Place {
    let place = Place::with(&sound());
    for (path, text) in case.files {
        place.write(path, text);
    }
    if beside && !case.alone {
        place.write("fleet/zz-beside.hcl", BESIDE);
    }
    (case.set_up)(&place);
    place.write("out/keep.txt", "mine");
    place
}

fn render(place: &Place, case: &Case<'_>, more: &[&str]) -> Outcome {
    let mut arguments = vec!["render"];
    arguments.extend(case.arguments);
    if !case.arguments.iter().any(|argument| argument.starts_with("--out")) {
        arguments.extend(["--out", "out"]);
    }
    arguments.extend(more);
    outcome((case.command)(place, &arguments).output().unwrap())
}

/// The eight points: code and status; place and caret; cluster and object; found and allowed; one next step;
/// all errors at once; nothing that must not be seen; nothing written, and the same as JSON.
pub fn score(case: &Case<'_>) -> Score {
    let alone = place(case, false);
    let told = render(&alone, case, &[]);
    let text = shown(&told);
    let both = render(&place(case, true), case, &[]);
    let again = render(&place(case, true), case, &[]);
    let json = render(&place(case, false), case, &["-o", "json"]);
    let mut missing = Vec::new();
    let mut point = |holds: bool, what: String| {
        if !holds {
            missing.push(what);
        }
    };
    let headline = format!("error[{}]: ", case.code);
    let failed = told.status == Some(2) || told.status == Some(7);
    point(failed && text.contains(&headline), format!("1: status {:?}, {headline}", told.status));
    let at = case.place.map(|place| format!("--> {place}\n"));
    // Under a line may stand marks of other places before the caret: `----- ^`.
    let under = |line: &str| {
        line.trim_start()
            .strip_prefix('|')
            .is_some_and(|marks| marks.trim_start().trim_start_matches(['-', ' ']).starts_with('^'))
    };
    let caret = text.lines().any(under);
    let placed = at.as_ref().is_none_or(|at| text.contains(at.as_str()) && caret);
    let rendered = !case.rendered || text.contains("(rendered)");
    point(
        placed && rendered,
        format!("2: {at:?}, a caret{}", if case.rendered { ", the rendered line" } else { "" }),
    );
    let about = case.about.is_none_or(|(cluster, object)| {
        let line = |names: &[&str]| {
            let facts = names.iter().map(|name| format!("= {name}: ")).collect::<Vec<_>>();
            text.lines().find(|line| facts.iter().any(|fact| line.contains(fact))).unwrap_or("")
        };
        line(&["cluster", "clusters"]).contains(cluster) && line(&["object"]).contains(object)
    });
    point(about, format!("3: {:?}", case.about));
    let says: Vec<&&str> = case.says.iter().filter(|says| !text.contains(**says)).collect();
    point(says.is_empty() && !case.says.is_empty(), format!("4: {says:?}"));
    let errors = text.matches("error[").count();
    let helps = text.matches("= help: ").count();
    point(
        errors >= 1 && helps == errors + text.matches("warning[").count(),
        format!("5: {helps} next steps for {errors} errors"),
    );
    let in_one_run = case.alone
        || shown(&both).contains(&headline)
            && shown(&both).contains(&format!("error[{BESIDE_CODE}]: profile \"beside\""));
    point(
        in_one_run && both == again,
        "6: the mistake beside it, told in the same run, in the same order".to_owned(),
    );
    let everything = [&told, &both, &json].map(|run| format!("{}{}", run.stdout, run.stderr)).concat();
    point(unseen(&everything).is_empty(), format!("7: {:?}", unseen(&everything)));
    let written = alone.read("out/keep.txt") == "mine"
        && std::fs::read_dir(alone.path().join("out")).unwrap().count() == 1;
    let same = same_as_json(&text, &json);
    point(
        written && same.is_empty(),
        format!("8: nothing written: {written}; in the text and not in the JSON: {same:?}"),
    );
    Score { points: 8 - missing.len(), missing, text }
}

/// What a person sees: `validate` prints its findings on stdout.
fn shown(run: &Outcome) -> String {
    format!("{}{}", run.stdout, run.stderr)
}

/// What no output may hold.
pub fn unseen(text: &str) -> Vec<String> {
    let mut found = BTreeSet::new();
    for pattern in [
        SECRET,
        "panicked at",
        "RUST_BACKTRACE",
        "Some(",
        "None)",
        "Err(",
        "Ok(",
        "{ kind:",
        "Kind::",
        "Span {",
    ] {
        if text.contains(pattern) {
            found.insert(pattern.to_owned());
        }
    }
    for character in text.chars() {
        let control = character.is_control() && character != '\n';
        let reorders = matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}'..='\u{200f}' | '\u{feff}');
        if control || reorders {
            found.insert(format!("U+{:04X}", u32::from(character)));
        }
    }
    found.into_iter().collect()
}

/// What of the text is not in the JSON document: each headline, place, note and next step.
fn same_as_json(text: &str, json: &Outcome) -> Vec<String> {
    let Ok(document) = serde_json::from_str::<Value>(&json.stdout) else {
        return vec![format!("no JSON document: {}", json.stdout)];
    };
    let empty = Vec::new();
    let findings = document["findings"].as_array().unwrap_or(&empty);
    let mut missing = Vec::new();
    for finding in findings {
        let field = |name: &str| finding[name].as_str().unwrap_or_default().to_owned();
        let headline = format!("{}[{}]: {}", field("severity"), field("code"), field("message"));
        let place = &finding["place"];
        let place = match place["file"].as_str() {
            Some(file) => format!("--> {file}:{}:{}", place["line"], place["column"]),
            None => String::new(),
        };
        for part in [headline, place, field("help")] {
            if !text.contains(&part) {
                missing.push(part);
            }
        }
    }
    let headlines =
        text.lines().filter(|line| line.starts_with("error[") || line.starts_with("warning[")).count();
    if headlines != findings.len() {
        missing.push(format!("{headlines} in the text, {} in the JSON", findings.len()));
    }
    missing
}

/// Asserts at least seven points for a case.
pub fn great(case: &Case<'_>) -> String {
    let score = score(case);
    assert!(score.points >= 7, "{} points; missing {:#?}\n{}", score.points, score.missing, score.text);
    score.text
}
