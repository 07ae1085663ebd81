//! What the example fleet renders to, kept in `tests/it/golden`: a change of a template, of the fleet or of the
//! program shows there line by line.
//!
//! `prod-a` is kept in full; of each other cluster only how it differs from one that it is like.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::example;
use crate::program::Place;

/// What is to be done about a difference.
const BLESS: &str = "if that is what it should be, write it with\n\n    FLEETWRIGHT_BLESS=1 cargo test --test it golden\n\n\
                     and read the difference that git shows";

/// The cluster that is kept in full.
const FULL: &str = "prod-a";

/// The clusters that are kept as what differs from another: that one second.
const ALIKE: [(&str, &str); 10] = [
    ("prod-b", "prod-a"),
    ("prod-c", "prod-a"),
    ("prod-d", "prod-a"),
    ("edge-eu", "prod-a"),
    ("edge-ap", "edge-eu"),
    ("staging-a", "prod-a"),
    ("staging-b", "staging-a"),
    ("dev-1", "staging-a"),
    ("dev-2", "dev-1"),
    ("dev-3", "dev-1"),
];

#[test]
fn golden_output_of_the_example_fleet() {
    let rendered = golden(&rendered());
    let folder = example::root().join("tests/it/golden");
    if is_blessed() {
        bless(&folder, &rendered);
    }
    let kept: BTreeMap<String, String> = match folder.exists() {
        true => texts(example::files(&folder)),
        false => BTreeMap::new(),
    };
    let names: BTreeSet<&String> = kept.keys().chain(rendered.keys()).collect();
    for name in names {
        match (kept.get(name), rendered.get(name)) {
            (Some(kept), Some(rendered)) if kept == rendered => {}
            (Some(kept), Some(rendered)) => {
                panic!("tests/it/golden/{name} is rendered otherwise:\n\n{}\n{BLESS}", diff(kept, rendered))
            }
            (Some(_), None) => panic!("tests/it/golden/{name} is no longer rendered; {BLESS}"),
            (None, Some(_)) => panic!("tests/it/golden/{name} is not there yet; {BLESS}"),
            (None, None) => unreachable!("the names are theirs"),
        }
    }
}

/// The example's files as `render --out` writes them, by path.
fn rendered() -> BTreeMap<String, String> {
    let place = Place::empty();
    let fleet = example::root().join("fleet");
    place.run(&["render", "--fleet", fleet.to_str().unwrap(), "--out", "rendered"]).done();
    texts(example::files(&place.path().join("rendered")))
}

fn texts(files: BTreeMap<String, Vec<u8>>) -> BTreeMap<String, String> {
    files.into_iter().map(|(name, text)| (name, String::from_utf8(text).unwrap())).collect()
}

/// What is kept of it.
fn golden(rendered: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let of = |cluster: &str| -> BTreeMap<&str, &str> {
        let below = rendered.iter().filter_map(|(path, text)| Some((path.split_once('/')?, text)));
        below
            .filter(|((name, _), _)| *name == cluster)
            .map(|((_, file), text)| (file, text.as_str()))
            .collect()
    };
    let clusters: BTreeSet<&str> = rendered.keys().filter_map(|path| Some(path.split_once('/')?.0)).collect();
    let alike = ALIKE.iter().map(|(cluster, _)| *cluster);
    assert_eq!(clusters, alike.chain([FULL]).collect(), "each cluster of the example is kept");
    let mut kept: BTreeMap<String, String> =
        of(FULL).into_iter().map(|(file, text)| (format!("{FULL}/{file}"), text.to_owned())).collect();
    for (cluster, like) in ALIKE {
        let (first, other) = (of(like), of(cluster));
        let mut text = format!("How {cluster} differs from {like}.\n");
        for file in first.keys().chain(other.keys()).collect::<BTreeSet<_>>() {
            match (first.get(file), other.get(file)) {
                (Some(before), Some(after)) if before == after => {}
                (Some(_), None) => text.push_str(&format!("\n{file} is not there\n")),
                (before, after) => {
                    let changes = diff(before.unwrap_or(&""), after.unwrap_or(&""));
                    text.push_str(&format!("\n{file}\n{changes}"));
                }
            }
        }
        kept.insert(format!("{cluster}.diff"), text);
    }
    kept
}

/// The lines that differ, each with its number: those that go with `-`, those that come with `+`.
fn diff(before: &str, after: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    // How many lines the ends of both have in common, from each pair of lines on.
    let mut common = vec![vec![0_usize; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i][j] = match old[i] == new[j] {
                true => common[i + 1][j + 1] + 1,
                false => common[i + 1][j].max(common[i][j + 1]),
            };
        }
    }
    let (mut i, mut j, mut text) = (0, 0, String::new());
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            (i, j) = (i + 1, j + 1);
        } else if j == new.len() || (i < old.len() && common[i + 1][j] >= common[i][j + 1]) {
            text.push_str(&format!("{:>5} - {}\n", i + 1, old[i]));
            i += 1;
        } else {
            text.push_str(&format!("{:>5} + {}\n", j + 1, new[j]));
            j += 1;
        }
    }
    text
}

#[expect(clippy::disallowed_methods, reason = "how a person says that the output is to be kept")]
fn is_blessed() -> bool {
    std::env::var_os("FLEETWRIGHT_BLESS").is_some_and(|value| value == "1")
}

fn bless(folder: &Path, rendered: &BTreeMap<String, String>) {
    let old = if folder.exists() { example::files(folder) } else { BTreeMap::new() };
    for name in old.keys().filter(|name| !rendered.contains_key(*name)) {
        fs::remove_file(folder.join(name)).unwrap();
    }
    for (name, text) in rendered {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

#[test]
fn golden_differences_name_their_lines() {
    assert_eq!(diff("a\nb\nc\n", "a\nx\nc\nd\n"), "    2 - b\n    2 + x\n    4 + d\n");
    assert_eq!(diff("a\n", "a\n"), "");
}
