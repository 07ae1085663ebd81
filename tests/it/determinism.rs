//! The example fleet renders the same bytes whoever renders it, where, and however its files are cut.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use hcl_edit::Span as _;
use hcl_edit::parser::parse_body;

use crate::example;
use crate::program::{Place, outcome};

/// What the example renders to on stdout.
fn printed(place: &Place) -> String {
    place.run(&["render"]).done().0
}

#[test]
fn the_environment_changes_no_byte() {
    let place = example::copy();
    let plain = printed(&place);
    fs::create_dir(place.path().join("home")).unwrap();
    let home = place.path().join("home");
    let home = home.to_str().unwrap();
    for environment in [
        &[("HOME", home)][..],
        &[("HOME", "/nowhere"), ("USER", "somebody"), ("HOSTNAME", "elsewhere")],
        &[("TZ", "Pacific/Kiritimati")],
        &[("TZ", "America/Los_Angeles"), ("SOURCE_DATE_EPOCH", "0")],
        &[("LANG", "tr_TR.UTF-8"), ("LC_ALL", "tr_TR.UTF-8")],
        &[("LANG", "C"), ("LC_ALL", "C")],
        &[("TERM", "dumb"), ("COLUMNS", "20")],
        &[("KUBECONFIG", "/nowhere"), ("TMPDIR", "/nowhere"), ("PATH", "/nowhere")],
    ] {
        let mut command = place.command(&["render"]);
        let (stdout, _) = outcome(command.envs(environment.iter().copied()).output().unwrap()).done();
        assert!(stdout == plain, "{environment:?}");
    }
}

#[test]
fn the_number_of_threads_changes_no_byte() {
    let place = example::copy();
    let plain = printed(&place);
    let json = place.run(&["render", "-o", "json", "--threads", "1"]).done().0;
    for threads in ["1", "2", "7"] {
        assert!(place.run(&["render", "--threads", threads]).done().0 == plain, "{threads}");
        assert!(place.run(&["render", "-o", "json", "--threads", threads]).done().0 == json, "{threads}");
    }
}

#[test]
fn the_working_directory_changes_no_byte() {
    let place = example::copy();
    let plain = printed(&place);
    fs::create_dir_all(place.path().join("some/where")).unwrap();
    let absolute = place.path().join("fleet");
    let absolute = absolute.to_str().unwrap();
    for (folder, fleet) in [
        (".", "fleet"),
        (".", "./templates/../fleet/"),
        ("fleet", "."),
        ("some/where", "../../fleet"),
        ("some/where", absolute),
        ("/", absolute),
    ] {
        let mut command = place.command(&["render", "--fleet", fleet]);
        let output = command.current_dir(place.path().join(folder)).output().unwrap();
        assert!(outcome(output).done().0 == plain, "{folder} {fleet}");
    }
}

#[test]
fn files_hold_the_same_bytes_and_obey_the_umask() {
    let place = example::copy();
    let mut first: Option<BTreeMap<String, Vec<u8>>> = None;
    for (umask, mode) in [("022", 0o644), ("077", 0o600), ("000", 0o644), ("027", 0o640)] {
        // There is no way to set it for a child without `unsafe`.
        let out = format!("rendered-{umask}");
        let mut command = Command::new("sh");
        command.env_clear().current_dir(place.path()).stdin(Stdio::null());
        command.args(["-c", &format!("umask {umask}; exec \"$0\" render --out {out}")]);
        outcome(command.arg(env!("CARGO_BIN_EXE_fleetwright")).output().unwrap()).done();
        let out = place.path().join(out);
        let files = example::files(&out);
        assert!(files.len() > 20, "{:?}", files.keys());
        for name in files.keys() {
            let found = fs::metadata(out.join(name)).unwrap().permissions().mode() & 0o777;
            assert_eq!(found, mode, "{umask} {name}: {found:o}");
        }
        match &first {
            None => first = Some(files),
            Some(first) => assert!(*first == files, "{umask}"),
        }
    }
}

/// The blocks of the example fleet, in the order in which they are written.
fn blocks() -> Vec<String> {
    let mut blocks = Vec::new();
    for text in example::fleet().into_values() {
        let body = parse_body(&text).unwrap();
        blocks.extend(body.iter().map(|block| text[block.span().unwrap()].trim().to_owned() + "\n"));
    }
    assert!(blocks.len() > 20, "{}", blocks.len());
    blocks
}

/// A small generator of numbers below `bound`; the same seed gives the same numbers.
fn numbers(mut seed: u64) -> impl FnMut(usize) -> usize {
    move |bound| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap() % bound
    }
}

/// What the templates render to with the fleet cut into these files.
fn rendered(files: impl IntoIterator<Item = (String, String)>) -> String {
    let place = example::templates();
    for (path, text) in files {
        place.write(&format!("fleet/{path}"), &text);
    }
    printed(&place)
}

#[test]
fn how_the_fleet_is_cut_into_files_changes_no_byte() {
    let plain = printed(&example::copy());
    let blocks = blocks();
    let numbered = || blocks.iter().cloned().enumerate();
    assert!(rendered([("all.hcl".to_owned(), blocks.join("\n"))]) == plain, "one file");
    assert!(
        rendered(numbered().map(|(n, block)| (format!("{n:02}.hcl"), block))) == plain,
        "one block a file"
    );
    let turned = numbered().map(|(n, block)| (format!("{:02}.hcl", 99 - n), block));
    assert!(rendered(turned) == plain, "one block a file, named the other way round");
    let folders = numbered().map(|(n, block)| (format!("{}/{}/x{n}.hcl", n % 3, n % 5), block));
    assert!(rendered(folders) == plain, "sub-folders");
    let renamed = example::fleet().into_iter().map(|(name, text)| {
        let stem = name.trim_end_matches(".hcl");
        (format!("{stem}/{}.hcl", stem.chars().rev().collect::<String>()), text)
    });
    assert!(rendered(renamed) == plain, "renamed");
    let crlf = example::fleet().into_iter().map(|(name, text)| (name, text.replace('\n', "\r\n")));
    assert!(rendered(crlf) == plain, "line breaks of Windows");
}

#[test]
fn the_order_of_blocks_changes_no_byte() {
    let plain = printed(&example::copy());
    for seed in 0..6 {
        let mut below = numbers(seed);
        let mut blocks = blocks();
        for last in (1..blocks.len()).rev() {
            blocks.swap(last, below(last + 1));
        }
        let mut files: BTreeMap<String, String> = BTreeMap::new();
        for block in blocks {
            let file = files.entry(format!("{}/{}.hcl", below(2), below(4))).or_default();
            file.push_str(&block);
            file.push('\n');
        }
        assert!(rendered(files) == plain, "seed {seed}");
    }
}

#[test]
fn a_run_after_another_changes_no_byte() {
    let place = example::copy();
    place.run(&["render", "--out", "rendered"]).done();
    let first = example::files(&place.path().join("rendered"));
    let (_, told) = place.run(&["render", "--out", "rendered"]).done();
    assert_eq!(told, format!("rendered: 0 written, 0 removed, {} unchanged\n", first.len() - 1));
    assert!(example::files(&place.path().join("rendered")) == first);
}
