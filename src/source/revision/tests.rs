//! What of a tree is read, and what is not.

use git2::{Commit, Signature, Time};

use super::*;
use crate::source::Sources;

/// A repository whose one commit holds these entries: path, content or target, mode.
fn sources(folder: &std::path::Path, entries: &[(&str, &str, i32)]) -> Sources {
    let repository = Repository::init(folder).unwrap();
    let mut tree = repository.treebuilder(None).unwrap().write().unwrap();
    for (path, text, mode) in entries {
        let oid = match mode {
            0o160_000 => Oid::from_str("0123456789012345678901234567890123456789").unwrap(),
            _ => repository.blob(text.as_bytes()).unwrap(),
        };
        tree = inserted(&repository, tree, path, oid, *mode);
    }
    let author = Signature::new("demo", "demo@example.com", &Time::new(0, 0)).unwrap();
    let parents: [&Commit<'_>; 0] = [];
    let tree = repository.find_tree(tree).unwrap();
    repository.commit(Some("HEAD"), &author, &author, "demo", &tree, &parents).unwrap();
    Sources::revision(folder, "HEAD").unwrap()
}

fn inserted(repository: &Repository, tree: Oid, path: &str, oid: Oid, mode: i32) -> Oid {
    let found = repository.find_tree(tree).unwrap();
    let mut builder = repository.treebuilder(Some(&found)).unwrap();
    match path.split_once('/') {
        None => builder.insert(path, oid, mode).unwrap(),
        Some((folder, rest)) => {
            let inner = found
                .get_name(folder)
                .map_or_else(|| repository.treebuilder(None).unwrap().write().unwrap(), |entry| entry.id());
            let inner = inserted(repository, inner, rest, oid, mode);
            builder.insert(folder, inner, 0o040_000).unwrap()
        }
    };
    builder.write().unwrap()
}

const FILE: i32 = 0o100_644;
const LINK: i32 = 0o120_000;
const SUBMODULE: i32 = 0o160_000;

fn path(text: &str) -> RelPath {
    RelPath::parse(text).unwrap()
}

fn read(sources: &Sources, at: &str) -> String {
    match sources.read(&path(at)) {
        Ok(text) => text.to_string(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_revision_lists_and_reads_as_a_folder_does() {
    let folder = tempfile::tempdir().unwrap();
    let sources = sources(
        folder.path(),
        &[
            ("fleet/b.hcl", "\u{feff}b\r\n", FILE),
            ("fleet/a/x.hcl", "x", 0o100_755),
            ("fleet/.h/y.hcl", "y", FILE),
            ("fleet/same.hcl", "a/x.hcl", LINK),
            ("fleet/folder", "a", LINK),
            ("z", "z", FILE),
        ],
    );
    let listed = sources.list(&path("fleet")).unwrap();
    let listed: Vec<&str> = listed.iter().map(RelPath::as_str).collect();
    assert_eq!(listed, ["fleet/a/x.hcl", "fleet/b.hcl", "fleet/same.hcl"]);
    for (at, text) in [
        ("fleet/b.hcl", "b\n"),
        ("fleet/same.hcl", "x"),
        ("fleet/folder/x.hcl", "x"),
        ("fleet/folder", "HEAD:fleet/folder: expected a file, found a folder"),
        ("fleet/none", "HEAD:fleet/none: no such file or folder"),
        ("z/x", "HEAD:z/x: no such file or folder"),
    ] {
        assert_eq!(read(&sources, at), text, "{at}");
        assert_eq!(sources.exists(&path(at)), !text.contains("no such"), "{at}");
    }
    assert_eq!(sources.list(&path("z")).unwrap_err().to_string(), "HEAD:z: expected a folder, found a file");
    assert_eq!(sources.list(&RelPath::root()).unwrap().len(), 4);
}

#[test]
fn links_of_a_revision_stay_inside() {
    let folder = tempfile::tempdir().unwrap();
    let many: Vec<(String, String)> = (0..=41)
        .map(|n| (format!("l{n}"), format!("l{}", n + 1)))
        .chain([("l42".into(), "z".into())])
        .collect();
    let mut entries = vec![
        ("z", "z", FILE),
        ("a/up", "../z", LINK),
        ("a/out", "../../z", LINK),
        ("a/out-and-in", "../../a/up", LINK),
        ("absolute", "/etc/passwd", LINK),
        ("circle", "circle", LINK),
        ("sub", "", SUBMODULE),
        ("pointer", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", FILE),
    ];
    entries.extend(many.iter().take(42).map(|(name, target)| (name.as_str(), target.as_str(), LINK)));
    entries.push(("l42", "z", LINK));
    let sources = sources(folder.path(), &entries);
    let outside = "leads out of the repository; nothing outside it is read";
    for (at, text) in [
        ("a/up", "z".to_owned()),
        ("a/out", format!("HEAD:a/out: {outside}")),
        ("a/out-and-in", format!("HEAD:a/out-and-in: {outside}")),
        ("absolute", format!("HEAD:absolute: {outside}")),
        ("circle", "HEAD:circle: leads through more than 40 links".to_owned()),
        ("l3", "z".to_owned()),
        ("l2", "HEAD:l2: leads through more than 40 links".to_owned()),
        ("sub", "HEAD:sub: is a submodule; a revision of this repository does not hold its files".to_owned()),
        (
            "sub/x",
            "HEAD:sub/x: is a submodule; a revision of this repository does not hold its files".to_owned(),
        ),
        ("pointer", "HEAD:pointer: is a Git LFS pointer, not the file itself".to_owned()),
    ] {
        assert_eq!(read(&sources, at), text, "{at}");
    }
    assert!(matches!(sources.list(&RelPath::root()), Err(Error::Submodule { .. })));
}

#[test]
fn what_is_too_large_is_not_unpacked() {
    let folder = tempfile::tempdir().unwrap();
    let limit = usize::try_from(MAX_FILE_BYTES).unwrap();
    let (most, more) = ("a".repeat(limit), "a".repeat(limit + 1));
    let sources = sources(folder.path(), &[("most", &most, FILE), ("more", &more, FILE)]);
    assert_eq!(read(&sources, "most").len(), limit);
    assert!(matches!(sources.read(&path("more")), Err(Error::TooLarge { bytes: 4_194_305, .. })));
}

#[test]
fn a_tree_that_holds_itself_often_is_cut_off() {
    // Twenty objects, a folder of 2^20 files: each level holds the one below twice.
    let folder = tempfile::tempdir().unwrap();
    let repository = Repository::init(folder.path()).unwrap();
    let leaf = repository.blob(b"x").unwrap();
    let mut tree =
        inserted(&repository, repository.treebuilder(None).unwrap().write().unwrap(), "x", leaf, FILE);
    for _ in 0..20 {
        let mut builder = repository.treebuilder(None).unwrap();
        builder.insert("a", tree, 0o040_000).unwrap();
        builder.insert("b", tree, 0o040_000).unwrap();
        tree = builder.write().unwrap();
    }
    let author = Signature::new("demo", "demo@example.com", &Time::new(0, 0)).unwrap();
    let tree = repository.find_tree(tree).unwrap();
    repository.commit(Some("HEAD"), &author, &author, "demo", &tree, &[]).unwrap();
    let sources = Sources::revision(folder.path(), "HEAD").unwrap();
    assert!(matches!(sources.list(&RelPath::root()), Err(Error::TooMany { .. })));
}
