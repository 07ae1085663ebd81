//! What holds for the folder of `render --out`.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use tempfile::TempDir;

use super::*;
use crate::cli::selection::Clusters;
use crate::report::manifest::{FileChange, Manifest};

fn manifest(cluster: &str, unit: &str, text: &str) -> Manifest {
    Manifest {
        cluster: cluster.into(),
        unit: format!("component.{unit}"),
        file: format!("{unit}.yaml"),
        text: text.into(),
        has_secrets: false,
        shows_secrets: false,
    }
}

fn compared(
    folder: &Folder,
    manifests: &[Manifest],
    clusters: &Clusters,
    staged: bool,
) -> Result<Comparison, Error> {
    let mut looked = Vec::new();
    for of_cluster in manifests.chunk_by(|a, b| a.cluster == b.cluster) {
        let Some(first) = of_cluster.first() else { continue };
        looked.push(look_at(folder, &first.cluster, of_cluster.iter().cloned(), staged)?);
    }
    compare(folder, looked, clusters)
}

fn render(dir: &Path, manifests: &[Manifest], clusters: &Clusters) -> Result<Outcome, String> {
    let shown = |error: Error| error.to_string().replace(&dir.display().to_string(), "DIR");
    let folder = Folder::to_write(dir).map_err(shown)?;
    let comparison = compared(&folder, manifests, clusters, true).map_err(shown)?;
    write(&folder, comparison).map_err(shown)
}

fn only(names: &[&str]) -> Clusters {
    Clusters::Only(names.iter().map(|name| (*name).into()).collect::<BTreeSet<_>>())
}

/// Every path below the folder with its text, the index left out.
fn tree(dir: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut waiting = vec![dir.to_owned()];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let shown = path.strip_prefix(dir).unwrap().display().to_string();
            if path.is_dir() && !path.is_symlink() {
                found.push(format!("{shown}/"));
                waiting.push(path);
            } else if shown != ".fleetwright.json" {
                found.push(format!("{shown}={}", fs::read_to_string(&path).unwrap_or_default()));
            }
        }
    }
    found.sort();
    found
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

const A: &str = "prod-a";
const B: &str = "prod-b";

#[test]
fn the_folder_becomes_what_is_rendered() {
    let dir = folder();
    let dir = &dir.path().join("not/there/yet");
    let first = [manifest(A, "x", "1\n"), manifest(A, "y", "1\n"), manifest(B, "x", "1\n")];
    assert_eq!(render(dir, &first, &Clusters::All), Ok(Outcome { written: 3, removed: 0, unchanged: 0 }));
    let second = [manifest(A, "x", "1\n"), manifest(A, "z", "2\n")];
    assert_eq!(render(dir, &second, &Clusters::All), Ok(Outcome { written: 1, removed: 2, unchanged: 1 }));
    assert_eq!(tree(dir), ["prod-a/", "prod-a/x.yaml=1\n", "prod-a/z.yaml=2\n"]);
    assert_eq!(
        fs::read_to_string(dir.join(".fleetwright.json")).unwrap(),
        "{\n  \"version\": 1,\n  \"files\": {\n    \
         \"prod-a/x.yaml\": \"4355a46b19d348dc2f57c046f8ef63d4538ebb936000f3c9ee954a27460dd865\",\n    \
         \"prod-a/z.yaml\": \"53c234e5e8472b6ac51c1ae1cab3fe06fad053beb8ebfd8977b010655bfdd3c3\"\n  }\n}\n"
    );
}

#[test]
fn what_is_as_rendered_is_not_touched() {
    let dir = folder();
    let manifests = [manifest(A, "x", "1\n")];
    render(dir.path(), &manifests, &Clusters::All).unwrap();
    let inode =
        |name: &str| std::os::unix::fs::MetadataExt::ino(&fs::metadata(dir.path().join(name)).unwrap());
    let before = (inode("prod-a/x.yaml"), inode(".fleetwright.json"));
    assert_eq!(
        render(dir.path(), &manifests, &Clusters::All),
        Ok(Outcome { written: 0, removed: 0, unchanged: 1 })
    );
    assert_eq!((inode("prod-a/x.yaml"), inode(".fleetwright.json")), before);
}

#[test]
fn clusters_that_were_not_chosen_keep_their_files() {
    let dir = folder();
    render(dir.path(), &[manifest(A, "x", "1\n"), manifest(B, "x", "1\n")], &Clusters::All).unwrap();
    assert_eq!(
        render(dir.path(), &[manifest(A, "y", "1\n")], &only(&[A])),
        Ok(Outcome { written: 1, removed: 1, unchanged: 0 })
    );
    assert_eq!(tree(dir.path()), ["prod-a/", "prod-a/y.yaml=1\n", "prod-b/", "prod-b/x.yaml=1\n"]);
}

#[test]
fn b76_foreign_files_are_neither_overwritten_nor_removed() {
    let dir = folder();
    fs::create_dir(dir.path().join(A)).unwrap();
    fs::write(dir.path().join("README"), "mine").unwrap();
    fs::write(dir.path().join("prod-a/x.yaml"), "mine").unwrap();
    fs::write(dir.path().join("prod-a/other.yaml"), "mine").unwrap();
    assert_eq!(
        render(dir.path(), &[manifest(A, "x", "1\n"), manifest(A, "y", "1\n")], &Clusters::All),
        Err("DIR/prod-a/x.yaml: was not written by fleetwright and is not overwritten".into())
    );
    assert_eq!(tree(dir.path()), ["README=mine", "prod-a/", "prod-a/other.yaml=mine", "prod-a/x.yaml=mine"]);

    // Nor is the folder of another cluster begun.
    let both = [manifest(A, "x", "1\n"), manifest(B, "x", "1\n")];
    assert!(render(dir.path(), &both, &Clusters::All).is_err());
    assert_eq!(tree(dir.path()), ["README=mine", "prod-a/", "prod-a/other.yaml=mine", "prod-a/x.yaml=mine"]);

    // What is not in the way stays, and what is already as rendered is taken over.
    fs::write(dir.path().join("prod-a/x.yaml"), "1\n").unwrap();
    render(dir.path(), &[manifest(A, "x", "1\n")], &Clusters::All).unwrap();
    assert_eq!(render(dir.path(), &[], &Clusters::All), Ok(Outcome { written: 0, removed: 1, unchanged: 0 }));
    assert_eq!(tree(dir.path()), ["README=mine", "prod-a/", "prod-a/other.yaml=mine"]);
}

#[test]
fn a_stale_file_that_was_edited_is_kept() {
    let dir = folder();
    render(dir.path(), &[manifest(A, "x", "1\n")], &Clusters::All).unwrap();
    fs::write(dir.path().join("prod-a/x.yaml"), "edited").unwrap();
    let opened = Folder::to_write(dir.path()).unwrap();
    let comparison = compared(&opened, &[], &Clusters::All, true).unwrap();
    assert_eq!(comparison.edited, ["prod-a/x.yaml"]);
    assert_eq!(write(&opened, comparison).unwrap(), Outcome { written: 0, removed: 0, unchanged: 0 });
    assert_eq!(tree(dir.path()), ["prod-a/", "prod-a/x.yaml=edited"]);
}

#[test]
fn s10_links_are_not_written_through() {
    let target = folder();
    fs::write(target.path().join("x.yaml"), "mine").unwrap();
    let manifests = [manifest(A, "x", "1\n")];
    let refused = |prepare: &dyn Fn(&Path), message: &str| {
        let dir = folder();
        prepare(dir.path());
        assert_eq!(render(dir.path(), &manifests, &Clusters::All), Err(message.to_owned()));
        assert_eq!(tree(target.path()), ["x.yaml=mine"]);
    };
    refused(
        &|dir| symlink(target.path(), dir.join(A)).unwrap(),
        "DIR/prod-a: is a link; links are not followed when writing",
    );
    refused(
        &|dir| {
            fs::create_dir(dir.join(A)).unwrap();
            symlink(target.path().join("x.yaml"), dir.join("prod-a/x.yaml")).unwrap();
        },
        "DIR/prod-a/x.yaml: is a link; links are not followed when writing",
    );
    refused(
        &|dir| symlink(target.path().join("x.yaml"), dir.join(".fleetwright.json")).unwrap(),
        "DIR/.fleetwright.json: is a link; links are not followed when writing",
    );
    refused(
        &|dir| fs::write(dir.join(A), "a file").unwrap(),
        "DIR/prod-a: expected a folder, found something else",
    );
    refused(
        &|dir| fs::create_dir_all(dir.join("prod-a/x.yaml")).unwrap(),
        "DIR/prod-a/x.yaml: expected a file, found something else",
    );
    let link = folder();
    symlink(target.path(), link.path().join("out")).unwrap();
    assert_eq!(
        render(&link.path().join("out"), &manifests, &Clusters::All),
        Err("DIR: is a link; links are not followed when writing".into())
    );
    assert_eq!(tree(target.path()), ["x.yaml=mine"]);
}

#[test]
fn s10_an_index_cannot_point_outside() {
    let victim = folder();
    fs::write(victim.path().join("x.yaml"), "mine").unwrap();
    for (index, message) in [
        (
            "{\"version\":1,\"files\":{\"../x.yaml\":\"0\"}}",
            "names \"../x.yaml\", which fleetwright cannot have written",
        ),
        (
            "{\"version\":1,\"files\":{\"/etc/passwd\":\"0\"}}",
            "names \"/etc/passwd\", which fleetwright cannot have written",
        ),
        (
            "{\"version\":1,\"files\":{\"a/.b\":\"0\"}}",
            "names \"a/.b\", which fleetwright cannot have written",
        ),
        (
            "{\"version\":1,\"files\":{\"a/b/c\":\"0\"}}",
            "names \"a/b/c\", which fleetwright cannot have written",
        ),
        ("{\"version\":2,\"files\":{}}", "written by another version: found 2, this one reads 1"),
        ("{\"version\":1}", "not a list that fleetwright wrote: line 1, column 13"),
        ("", "not a list that fleetwright wrote: line 1, column 0"),
    ] {
        let dir = folder();
        fs::write(dir.path().join(".fleetwright.json"), index).unwrap();
        assert_eq!(render(dir.path(), &[], &Clusters::All), Err(format!("DIR/.fleetwright.json: {message}")));
    }
    // A listed file below a folder that has become a link is not removed through it.
    let dir = folder();
    render(dir.path(), &[manifest(A, "x", "mine")], &Clusters::All).unwrap();
    fs::remove_file(dir.path().join("prod-a/x.yaml")).unwrap();
    fs::remove_dir(dir.path().join(A)).unwrap();
    symlink(victim.path(), dir.path().join(A)).unwrap();
    assert_eq!(
        render(dir.path(), &[], &Clusters::All),
        Err("DIR/prod-a: is a link; links are not followed when writing".into())
    );
    assert_eq!(tree(victim.path()), ["x.yaml=mine"]);
}

#[test]
fn b12_names_that_are_no_file_names_are_refused() {
    for (cluster, unit) in
        [("..", "x"), ("a/b", "x"), ("", "x"), ("a", "../x"), (".git", "x"), ("a\0", "x"), ("a", "\u{1b}")]
    {
        let dir = folder();
        assert!(
            render(dir.path(), &[manifest(cluster, unit, "")], &Clusters::All).is_err(),
            "{cluster} {unit}"
        );
        assert_eq!(tree(dir.path()), Vec::<String>::new());
    }
    let same = [manifest(A, "x", "1"), Manifest { unit: "service.x".into(), ..manifest(A, "x", "2") }];
    assert_eq!(
        render(folder().path(), &same, &Clusters::All),
        Err("prod-a/x.yaml: both component.x and service.x render to this file".into())
    );
}

#[test]
fn s14_a_killed_run_leaves_nothing_for_long() {
    let dir = folder();
    render(dir.path(), &[manifest(A, "x", "1\n")], &Clusters::All).unwrap();
    for left in [".fleetwright-tmp-0123456789abcdef", "prod-a/.fleetwright-tmp-0123456789abcdef"] {
        fs::write(dir.path().join(left), "half").unwrap();
    }
    fs::create_dir(dir.path().join(".fleetwright-tmp-fedcba9876543210")).unwrap();
    fs::write(dir.path().join(".fleetwright-tmp-fedcba9876543210/x.yaml"), "half").unwrap();
    for mine in [".fleetwright-tmp-mine", "prod-a/.fleetwright-tmp-0123456789abcdefg"] {
        fs::write(dir.path().join(mine), "mine").unwrap();
    }
    render(dir.path(), &[manifest(A, "x", "2\n")], &Clusters::All).unwrap();
    assert_eq!(
        tree(dir.path()),
        [
            ".fleetwright-tmp-mine=mine",
            "prod-a/",
            "prod-a/.fleetwright-tmp-0123456789abcdefg=mine",
            "prod-a/x.yaml=2\n"
        ]
    );
}

/// What `write` says where somebody did `meanwhile` after the places were looked at.
fn meanwhile(dir: &Path, manifests: &[Manifest], meanwhile: impl FnOnce()) -> String {
    let opened = Folder::to_write(dir).unwrap();
    let comparison = compared(&opened, manifests, &Clusters::All, true).unwrap();
    meanwhile();
    write(&opened, comparison).unwrap_err().to_string().replace(&dir.display().to_string(), "DIR")
}

#[test]
fn s10_what_changes_meanwhile_is_neither_followed_nor_taken_over() {
    let outside = folder();
    fs::write(outside.path().join("x.yaml"), "mine").unwrap();
    let both = |text: &str| [manifest(A, "x", text), manifest(B, "x", text)];
    let dir = folder();
    let a = dir.path().join(A);
    render(dir.path(), &both("1\n")[..1], &Clusters::All).unwrap();
    // A folder that became a link: nothing at all is written.
    let said = meanwhile(dir.path(), &both("2\n"), || {
        fs::rename(&a, dir.path().join("away")).unwrap();
        symlink(outside.path(), &a).unwrap();
    });
    assert_eq!(said, "DIR/prod-a: is a link; links are not followed when writing");
    assert_eq!(tree(outside.path()), ["x.yaml=mine"]);
    fs::remove_file(&a).unwrap();
    fs::rename(dir.path().join("away"), &a).unwrap();
    let left = |name: &str| fs::read_dir(dir.path().join(name)).map_or(0, Iterator::count);
    assert_eq!((left(A), dir.path().join(B).exists()), (2, false), "what a killed run leaves, too");
    // One that went.
    let gone = folder();
    let said = meanwhile(dir.path(), &both("2\n"), || fs::rename(&a, gone.path().join("a")).unwrap());
    assert_eq!(said, "DIR/prod-a/x.yaml: changed while this was rendered, by somebody else");
    assert_eq!(tree(dir.path()), Vec::<String>::new());
    // One that came, with a file of somebody else: the next run does not take that for its own.
    let dir = folder();
    let a = dir.path().join(A);
    let said = meanwhile(dir.path(), &both("2\n"), || {
        fs::create_dir(&a).unwrap();
        fs::write(a.join("x.yaml"), "mine").unwrap();
    });
    assert_eq!(said, "DIR/prod-a: changed while this was rendered, by somebody else");
    let refused = "DIR/prod-a/x.yaml: was not written by fleetwright and is not overwritten".to_owned();
    assert_eq!(render(dir.path(), &both("2\n"), &Clusters::All), Err(refused));
    assert_eq!(tree(dir.path()), ["prod-a/", "prod-a/x.yaml=mine"]);
}

#[test]
fn two_runs_do_not_write_at_once() {
    let dir = folder();
    let first = Folder::to_write(dir.path()).unwrap();
    assert_eq!(
        render(dir.path(), &[], &Clusters::All),
        Err("DIR: another run of fleetwright is writing here".into())
    );
    drop(first);
    render(dir.path(), &[], &Clusters::All).unwrap();
}

#[test]
fn s13_a_file_that_shows_a_secret_is_for_its_owner() {
    let dir = folder();
    let mode = |name: &str| fs::metadata(dir.path().join(name)).unwrap().permissions().mode() & 0o777;
    let secret = Manifest { has_secrets: true, shows_secrets: true, ..manifest(A, "x", "1\n") };
    render(dir.path(), std::slice::from_ref(&secret), &Clusters::All).unwrap();
    assert_eq!(mode("prod-a/x.yaml"), 0o600);
    fs::set_permissions(dir.path().join("prod-a/x.yaml"), fs::Permissions::from_mode(0o644)).unwrap();
    render(dir.path(), &[secret], &Clusters::All).unwrap();
    assert_eq!(mode("prod-a/x.yaml"), 0o600);
}

fn checked(dir: &Path, manifests: &[Manifest]) -> String {
    let folder = Folder::to_compare(dir).unwrap();
    let comparison = compared(&folder, manifests, &Clusters::All, false).unwrap();
    let strangers = strangers(&folder, &comparison).unwrap();
    let mut changes: Vec<FileChange> = comparison.changes;
    changes.extend(strangers);
    crate::report::manifest::changes(&changes)
}

#[test]
fn a_comparison_names_every_file_and_the_first_line() {
    let dir = folder();
    assert_eq!(checked(&dir.path().join("none"), &[manifest(A, "x", "1\n")]), "added   prod-a/x.yaml\n");
    render(
        dir.path(),
        &[
            manifest(A, "same", "1\n"),
            manifest(A, "less", "1\n2\n"),
            manifest(A, "secret", "a: hunter2\n"),
            manifest(B, "x", "1\n"),
        ],
        &Clusters::All,
    )
    .unwrap();
    fs::write(dir.path().join("prod-a/stranger.yaml"), "mine").unwrap();
    let secret = Manifest { has_secrets: true, ..manifest(A, "secret", "a: (sensitive)\n") };
    let manifests =
        [manifest(A, "same", "1\n"), manifest(A, "less", "1\n"), secret, manifest(A, "new", "1\n")];
    let before = tree(dir.path());
    insta::assert_snapshot!(checked(dir.path(), &manifests), @"
    changed prod-a/less.yaml
            from line 2
            - 2
    added   prod-a/new.yaml
    changed prod-a/secret.yaml
            from line 1
    stale   prod-b/x.yaml
    stale   prod-a/stranger.yaml
    ");
    assert_eq!(tree(dir.path()), before);
}

#[test]
fn s14_a_run_that_stops_half_way_forgets_nothing_that_it_wrote() {
    let dir = folder();
    let both = |text: &str| [manifest(A, "x", text), manifest(B, "x", text)];
    render(dir.path(), &both("0\n"), &Clusters::All).unwrap();
    let said = meanwhile(dir.path(), &both("1\n"), || {
        fs::remove_file(dir.path().join("prod-b/x.yaml")).unwrap();
        fs::create_dir(dir.path().join("prod-b/x.yaml")).unwrap();
    });
    assert!(said.starts_with("DIR/prod-b/x.yaml: cannot write this file: "), "{said}");
    assert_eq!(tree(dir.path()), ["prod-a/", "prod-a/x.yaml=1\n", "prod-b/", "prod-b/x.yaml/"]);
    // The next run may replace what this one wrote.
    let next = [manifest(A, "x", "2\n")];
    assert_eq!(render(dir.path(), &next, &only(&[A])), Ok(Outcome { written: 1, removed: 0, unchanged: 0 }));
}
