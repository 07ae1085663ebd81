//! The house rules that can be read off the source.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files below a folder with this ending, sorted; what git does not keep is left out.
fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting = vec![root().join(folder)];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                // Of the fuzz targets.
                if !path.ends_with("fuzz/target") && !path.ends_with("fuzz/corpus") {
                    waiting.push(path);
                }
            } else if path.to_string_lossy().ends_with(ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().display().to_string()
}

/// The rooms of the table in `src/lib.rs`, each with those it may use.
fn rooms() -> BTreeMap<String, BTreeSet<String>> {
    let page = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let rows = page.lines().filter_map(|line| line.strip_prefix("//! | `"));
    rows.map(|row| {
        let cells: Vec<&str> = row.split(" | ").collect();
        let uses = cells.last().unwrap().trim_end_matches('|').split(',').map(str::trim);
        let uses = uses.filter(|used| *used != "–").map(str::to_owned).collect();
        (cells[0].trim_end_matches('`').to_owned(), uses)
    })
    .collect()
}

#[test]
fn every_file_begins_by_saying_what_it_is() {
    for path in files("src", ".rs").into_iter().chain(files("tests", ".rs")) {
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("//! "), "{} does not begin with `//!`", shown(&path));
    }
}

#[test]
fn rooms_use_what_the_table_says() {
    let rooms = rooms();
    assert!(rooms.len() >= 10, "the table in src/lib.rs was not read: {rooms:?}");
    for (room, uses) in &rooms {
        for path in files(&format!("src/{room}"), ".rs") {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            let code = code.collect::<Vec<_>>().join("\n");
            for rest in code.split("crate::").skip(1) {
                // A list may go on over several lines.
                let named: Vec<&str> = match rest.strip_prefix('{') {
                    Some(list) => {
                        list.split(';').next().unwrap().split(['{', ',', '}', ':', ' ', '\n']).collect()
                    }
                    None => vec![rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap()],
                };
                for used in named.into_iter().filter(|name| rooms.contains_key(*name) && name != room) {
                    assert!(uses.contains(used), "{}: `{room}` may not use `{used}`", shown(&path));
                }
            }
        }
    }
}

/// Words, and the rooms that may use them.
const KEPT: [(&[&str], &[&str]); 4] = [
    (&["kube::Client", "kube::Api", "Api<", "kube::Config"], &["live"]),
    (&["kube::", "use kube"], &["live"]),
    (&["async fn", "async move", "async {", ".await"], &["live", "apply", "cli"]),
    (&["tokio::runtime"], &["cli"]),
];

#[test]
fn what_belongs_to_one_room_stays_in_it() {
    let mut used: BTreeSet<&str> = BTreeSet::new();
    for path in files("src", ".rs") {
        let room = shown(&path).split('/').nth(1).unwrap().trim_end_matches(".rs").to_owned();
        let text = fs::read_to_string(&path).unwrap();
        // A test may need a runtime of its own.
        let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        for (number, line) in
            text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"))
        {
            for (words, rooms) in KEPT {
                for word in words.iter().filter(|word| line.contains(**word)) {
                    assert!(
                        rooms.contains(&room.as_str()),
                        "{}:{}: `{word}` belongs to {rooms:?}",
                        shown(&path),
                        number + 1
                    );
                    used.insert(word);
                }
            }
        }
    }
    for word in ["kube::Client", "kube::", "async fn", "tokio::runtime"] {
        assert!(used.contains(word), "`{word}` is nowhere: is the rule still about something?");
    }
}

/// The requests that change something, and the one file of `live` that sends each.
const WRITES: [(&str, &str); 10] = [
    ("Request::apply(", "write.rs"),
    ("Request::migrate(", "migration.rs"),
    ("Request::delete(", "removal.rs"),
    ("Request::create_lease(", "lock.rs"),
    ("Request::replace_lease(", "lock.rs"),
    ("Request::create_secret(", "record.rs"),
    ("Request::replace_secret(", "record.rs"),
    ("Request::delete_secret(", "record.rs"),
    ("Request::create_namespace(", "namespace.rs"),
    ("(\"force\", \"true\")", "request.rs"),
];

#[test]
fn each_write_is_sent_from_one_place() {
    let sources: Vec<(String, String)> = files("src", ".rs")
        .iter()
        .map(|path| {
            let text = fs::read_to_string(path).unwrap();
            (shown(path), text.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned())
        })
        .collect();
    for (request, file) in WRITES {
        let found: Vec<&str> = sources
            .iter()
            .filter(|(_, text)| text.contains(request))
            .map(|(path, _)| path.as_str())
            .collect();
        assert_eq!(found, [format!("src/live/{file}")], "`{request}`");
    }
    // A request that changes something and is not in the table.
    let (_, requests) = sources.iter().find(|(path, _)| path == "src/live/request.rs").unwrap();
    let mut makers: Vec<String> = Vec::new();
    for function in requests.split("\n    pub fn ").skip(1) {
        let function = function.split("\n    }\n").next().unwrap();
        let verbs = ["Verb::Create", "Verb::Update", "Verb::Apply", "Verb::Migrate", "Verb::Delete"];
        if verbs.iter().any(|verb| function.contains(verb)) && function.contains("-> Self") {
            makers.push(format!("Request::{}(", function.split('(').next().unwrap()));
        }
    }
    let mut known: Vec<&str> = WRITES
        .iter()
        .map(|(request, _)| *request)
        .filter(|request| request.starts_with("Request::"))
        .collect();
    makers.sort();
    known.sort_unstable();
    assert_eq!(makers, known);
}

#[test]
fn every_folder_of_src_is_a_room() {
    let rooms: BTreeSet<String> = rooms().into_keys().collect();
    let folders = fs::read_dir(root().join("src")).unwrap().map(|entry| entry.unwrap().path());
    let folders = folders.filter(|path| path.is_dir());
    let folders: BTreeSet<String> =
        folders.map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect();
    assert_eq!(folders, rooms);
}

#[test]
fn the_top_level_holds_what_the_house_says() {
    let allowed =
        ["Cargo.toml", "Cargo.lock", "LICENSE", "README.md", "src", "fleet", "templates", "modules", "tests"];
    let built = ["target", "rendered"];
    for entry in fs::read_dir(root()).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        assert!(
            name.starts_with('.') || allowed.contains(&&*name) || built.contains(&&*name),
            "{name} does not belong at the top level"
        );
    }
}

#[test]
fn no_code_of_a_diagnostic_is_used_twice() {
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    for path in files("src", ".rs") {
        let text = fs::read_to_string(&path).unwrap();
        for (_, rest) in text.match_indices("Code::new(\"").map(|(at, found)| (at, &text[at + found.len()..]))
        {
            let code = rest.split('"').next().unwrap().to_owned();
            let form = code.len() == 4
                && code.starts_with(|c: char| c.is_ascii_uppercase())
                && code[1..].chars().all(|c| c.is_ascii_digit());
            assert!(form, "{}: `{code}` is no code: one letter and three digits", shown(&path));
            let first = seen.insert(code.clone(), shown(&path));
            assert!(first.is_none(), "{code} is in {} and in {}", first.unwrap(), shown(&path));
        }
    }
    assert!(seen.len() > 30, "codes were not found: {}", seen.len());
}

/// No file has more lines.
const LONG: usize = 800;

#[test]
fn no_file_is_a_crowd() {
    for path in files("src", ".rs").into_iter().chain(files("tests", ".rs")) {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= LONG, "{} has {lines} lines; at most {LONG}", shown(&path));
    }
}

#[test]
fn no_file_is_named_after_nothing() {
    for path in files("src", ".rs") {
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        let vague = ["util", "utils", "helper", "helpers", "common", "imp", "misc"];
        assert!(!vague.contains(&&*stem), "{}: name it by what it is about", shown(&path));
    }
}
