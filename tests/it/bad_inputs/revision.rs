//! Mistakes in `--rev`, and what the working tree has to do with rendering: nothing but its files.
//!
//! That `apply` and `plan` record the revision and a dirty tree does not apply yet: neither command exists.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, symlink};

use insta::assert_snapshot;

use super::score::{Case, great, sound};
use crate::program::{Place, outcome};
use crate::repository::{commit, commit_entry, repository};

fn committed() -> Place {
    let place = Place::with(&sound());
    commit(&place);
    place
}

#[test]
fn b75_a_dirty_tree_an_untracked_template_and_no_git_render() {
    let (plain, _) = Place::with(&sound()).run(&["render"]).done();
    let place = committed();
    assert_eq!(place.run(&["render"]).done().0, plain);
    place.write("templates/web/extra.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: extra\n");
    fs::rename(place.path().join("templates/web.yaml"), place.path().join("templates/web/web.yaml")).unwrap();
    place.write("fleet/dirty.hcl", "profile \"dirty\" {}\n");
    let (dirty, told) = place.run(&["render"]).done();
    assert_eq!(told, "");
    assert!(dirty.contains("name: extra\n"), "{dirty}");
    // What git ignores is a file like any other; a repository without a commit is as good as none.
    place.write(".gitignore", "templates\nfleet\n");
    assert_eq!(place.run(&["render"]).done().0, dirty);
    let fresh = Place::with(&sound());
    repository(&fresh);
    assert_eq!(fresh.run(&["render"]).done().0, plain);
}

#[test]
fn b75_a_revision_is_read_and_not_the_working_tree() {
    let place = committed();
    let (before, _) = place.run(&["render"]).done();
    let first = repository(&place).head().unwrap().peel_to_commit().unwrap().id().to_string();
    place.write("fleet/web.hcl", "broken {");
    place.write("templates/web.yaml", "{{ broken");
    let (dirty, _) = place.run(&["render", "--rev", "HEAD"]).done();
    assert_eq!(dirty, before);
    for folder in ["fleet", "templates"] {
        fs::rename(place.path().join(folder), place.path().join(format!("old-{folder}"))).unwrap();
    }
    commit(&place);
    for revision in [first.as_str(), &first[..8], "HEAD~1", "main^", "HEAD@{1}"] {
        assert_eq!(place.run(&["render", "--rev", revision]).done().0, before, "{revision}");
        assert_eq!(place.run(&["render", "--rev", revision, "--fleet", "fleet"]).done().0, before);
    }
    let absolute = place.path().join("fleet");
    let named = place.run(&["render", "--rev", &first, "--fleet", absolute.to_str().unwrap()]);
    assert_eq!(named.done().0, before);
    // From a folder below, as everywhere, the fleet is named from the working directory.
    fs::create_dir(place.path().join("below")).unwrap();
    let mut below = place.command(&["render", "--rev", &first, "--fleet", "../fleet"]);
    below.current_dir(place.path().join("below"));
    assert_eq!(outcome(below.output().unwrap()).done().0, before);
    let (validated, _) = place.run(&["validate", "--rev", &first]).done();
    assert_eq!(validated, "2 clusters, 2 objects: no findings\n");
    assert_eq!(place.run(&["validate"]).status, Some(2));
}

#[test]
fn b75_the_fleet_of_a_revision_is_found_as_on_disk() {
    let place = Place::with(&[
        ("fleet.hcl", "fleet \"demo\" {\n  templates = \".\"\n}\n\ncluster \"a\" {}\n"),
        ("base.hcl", "component \"base\" {\n  manifests = [\"base.yaml\"]\n}\n"),
        ("base.yaml", "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: base\n"),
    ]);
    commit(&place);
    let (before, _) = place.run(&["render"]).done();
    assert_eq!(place.run(&["render", "--rev", "main"]).done().0, before);
}

#[test]
fn b75_an_unknown_revision_is_told_with_the_branches() {
    // A repository of two branches as its files.
    const REPOSITORY: &[(&str, &str)] = &[
        (".git/HEAD", "ref: refs/heads/main\n"),
        (".git/objects/info/none", ""),
        (".git/refs/heads/main", "0123456789012345678901234567890123456789\n"),
        (".git/refs/heads/next-release", "0123456789012345678901234567890123456789\n"),
    ];
    let case = |revision: &'static str, says: &[&str]| {
        great(&Case {
            files: REPOSITORY,
            arguments: &["--rev", revision],
            code: "X006",
            says,
            alone: true,
            ..Case::default()
        })
    };
    assert_snapshot!(case("mian", &["no revision \"mian\"", "did you mean `main`?"]), @r#"
    error[X006]: the repository has no revision "mian"
     |
     = help: did you mean `main`?

    1 error
    "#);
    assert_snapshot!(case("v1.4.0", &["no revision \"v1.4.0\"", "main or next-release"]), @r#"
    error[X006]: the repository has no revision "v1.4.0"
     |
     = help: give a branch, a tag or a commit; the branches are main or next-release

    1 error
    "#);
    case("HEAD~3", &["\"HEAD~3\""]);
    case("0123456", &["no revision \"0123456\""]);
    case("", &["\"\" is no revision"]);
    case("main..next-release", &["\"main..next-release\" is no revision"]);
    case("a b\u{1b}[2J", &["\"a b\\u{1b}[2J\" is no revision"]);
    case("main:", &["\"main:\""]);
}

#[test]
fn b75_no_repository_is_told() {
    assert_snapshot!(great(&Case {
        arguments: &["--rev", "main"],
        code: "X006",
        says: &["no git repository at . or above it, so there is no revision \"main\"", "leave --rev out"],
        alone: true,
        ..Case::default()
    }), @r#"
    error[X006]: no git repository at . or above it, so there is no revision "main"
     |
     = help: leave --rev out to read the files as they are on disk

    1 error
    "#);
    // The message names the folder, which is another one on each run.
    let place = Place::with(&sound());
    place.write(".git/nothing", "");
    let root = place.path().canonicalize().unwrap();
    let told = place.run(&["render", "--rev", "main"]).refused(2);
    assert_snapshot!(told.replace(root.to_str().unwrap(), "ROOT"), @r"
    error[X006]: the git repository ROOT cannot be read: could not find repository at \'ROOT/.git\'
     |
     = help: run `git fsck` there

    1 error
    ");
}

#[test]
fn b75_a_folder_that_is_not_in_the_revision_is_told() {
    let prepare: fn(&Place, &[&str]) -> std::process::Command = |place, arguments| {
        fs::rename(place.path().join("fleet"), place.path().join("other")).unwrap();
        commit(place);
        fs::rename(place.path().join("other"), place.path().join("fleet")).unwrap();
        place.command(arguments)
    };
    let case = |arguments: &[&str], says: &[&str]| {
        great(&Case { arguments, code: "X001", says, alone: true, command: prepare, ..Case::default() })
    };
    assert_snapshot!(case(&["--rev", "main", "--fleet", "fleet"], &[
        "the revision \"main\" has no folder fleet",
    ]), @r#"
    error[X001]: the revision "main" has no folder fleet
     |
     = help: name the folder that holds the fleet's *.hcl files with --fleet DIR

    1 error
    "#);
    assert_snapshot!(case(&["--rev", "main"], &["no fleet found in the revision \"main\""]), @r#"
    error[X001]: no fleet found in the revision "main"
     |
     = note: looked for the folder fleet below ., and for *.hcl files in .
     = help: name the folder that holds the fleet's *.hcl files with --fleet DIR

    1 error
    "#);
    case(
        &["--rev", "main", "--fleet", "templates/web.yaml"],
        &["main:templates/web.yaml: expected a folder, found a file"],
    );
    let place = committed();
    let told = place.run(&["render", "--rev", "HEAD^{tree}"]).refused(2);
    assert_snapshot!(told, @r#"
    error[X006]: "HEAD^{tree}" is not a commit but a tree
     |
     = help: give one commit: a branch, a tag, a commit's id, HEAD~1

    1 error
    "#);
    let told = place.run(&["render", "--rev", "HEAD:fleet/web.hcl"]).refused(2);
    assert!(told.starts_with("error[X006]: \"HEAD:fleet/web.hcl\" is not a commit but a blob\n"), "{told}");
    let told = place.run(&["render", "--rev", "main", "--fleet", "../elsewhere"]).refused(2);
    assert!(told.contains("no git repository at ../elsewhere or above it"), "{told}");
}

#[test]
fn b75_a_mistake_in_a_revision_names_it() {
    let place = committed();
    place.write("fleet/x.hcl", "profile \"x\" {\n  replcaes = [\"y\"]\n}\n");
    place.write("templates/web.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ nmae }}\n");
    commit(&place);
    fs::remove_file(place.path().join("fleet/x.hcl")).unwrap();
    assert_snapshot!(place.run(&["render", "--rev", "main"]).refused(2), @r#"
    error[F005]: profile "x" has no argument `replcaes`
     --> main:fleet/x.hcl:2:3
      |
    2 |   replcaes = ["y"]
      |   ^^^^^^^^ unknown
      |
      = help: did you mean the argument `replaces`?

    error[T020]: `nmae` is not defined
     --> main:templates/web.yaml:4:12
      |
    4 |   name: {{ nmae }}
      |            ^^^^
      |
      = clusters: prod-a, prod-b
      = object: component.web
      = help: a template sees cluster, clusters, fleet, unit or values

    2 errors
    "#);
}

#[test]
fn b75_submodules_links_and_large_files_of_a_revision_are_told() {
    let place = committed();
    // A submodule among the fleet's files: what it holds would be missing without a word.
    let fleet = "fleet \"demo\" {}\n";
    let blob = repository(&place).blob(fleet.as_bytes()).unwrap();
    let some_commit = repository(&place).head().unwrap().peel_to_commit().unwrap().id();
    let inner = {
        let repository = repository(&place);
        let mut builder = repository.treebuilder(None).unwrap();
        builder.insert("fleet.hcl", blob, 0o100_644).unwrap();
        builder.insert("more", some_commit, 0o160_000).unwrap();
        builder.write().unwrap()
    };
    commit_entry(&place, "fleet", inner, 0o040_000);
    assert_snapshot!(place.run(&["render", "--rev", "main"]).refused(2), @"
    error[F001]: main:fleet/more: is a submodule; a revision of this repository does not hold its files
     |
     = help: check the revision out with its submodules, and run it there without --rev

    1 error
    ");

    let place = committed();
    place
        .write("templates/web.yaml", "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 5\n");
    commit(&place);
    assert_snapshot!(place.run(&["render", "--rev", "main"]).refused(2), @r#"
    error[T001]: main:templates/web.yaml: is a Git LFS pointer, not the file itself
     --> main:fleet/web.hcl:3:16
      |
    3 |   templates = ["web"]
      |                ^^^^^ named here
      |
      = help: run `git lfs pull`, which puts the file in its place; a revision has only the pointer, so leave --rev out

    1 error
    "#);
    assert!(place.run(&["render"]).refused(2).contains("templates/web.yaml: is a Git LFS pointer"));

    let place = Place::with(&sound());
    place.write("secret", "hunter2");
    for (name, target) in [
        ("up", "../../secret.yaml"),
        ("absolute", "/etc/passwd"),
        ("inside", "../templates/web.yaml"),
        ("circle", "circle.yaml"),
        ("nowhere", "none.yaml"),
    ] {
        symlink(target, place.path().join(format!("templates/{name}.yaml"))).unwrap();
    }
    commit(&place);
    assert_snapshot!(place.run(&["render", "--rev", "main"]).refused(2), @"
    error[T001]: main:templates/absolute.yaml: leads out of the repository; nothing outside it is read
     |
     = help: templates and manifests are files of the repository; look at the path, or at what stands there

    error[T001]: main:templates/circle.yaml: leads through more than 40 links
     |
     = help: templates and manifests are files of the repository; look at the path, or at what stands there

    error[T001]: main:templates/nowhere.yaml: no such file or folder
     |
     = help: templates and manifests are files of the repository; look at the path, or at what stands there

    error[T001]: main:templates/up.yaml: leads out of the repository; nothing outside it is read
     |
     = help: templates and manifests are files of the repository; look at the path, or at what stands there

    4 errors
    ");
}

#[test]
fn s22_nothing_of_a_hostile_repository_runs() {
    let place = committed();
    let (before, _) = place.run(&["render"]).done();
    let marker = place.path().join("ran");
    let program = place.path().join("hostile");
    place.write("hostile", &format!("#!/bin/sh\necho \"$0 $*\" >> {}\ncat\n", marker.display()));
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    place.write(".gitattributes", "* filter=hostile diff=hostile merge=hostile ident\n");
    place.write(".gitmodules", "[submodule \"x\"]\n\tpath = x\n\turl = ext::sh -c hostile\n");
    commit(&place);
    let program = program.display();
    place.write(".git/config", &format!(
        "[core]\n\trepositoryformatversion = 0\n\tfsmonitor = {program}\n\tsshCommand = {program}\n\tpager = {program}\n\
         \thooksPath = {path}\n\teditor = {program}\n\taskPass = {program}\n[diff]\n\texternal = {program}\n\
         [diff \"hostile\"]\n\ttextconv = {program}\n\tcommand = {program}\n[filter \"hostile\"]\n\tsmudge = {program}\n\
         \tclean = {program}\n\tprocess = {program}\n\trequired = true\n[alias]\n\trender = !{program}\n\
         [credential]\n\thelper = {program}\n[gpg]\n\tprogram = {program}\n[extensions]\n\tpartialClone = origin\n\
         [remote \"origin\"]\n\turl = ext::{program}\n\tpromisor = true\n\tuploadpack = {program}\n",
        path = place.path().display(),
    ));
    for hook in ["post-checkout", "reference-transaction", "post-index-change", "fsmonitor-watchman"] {
        fs::copy(place.path().join("hostile"), place.path().join(format!(".git/hooks/{hook}"))).unwrap();
    }
    let tree = |place: &Place| {
        let mut files: Vec<_> = fs::read_dir(place.path().join(".git"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        files.sort();
        files
    };
    let files = tree(&place);
    let mut command = place.command(&["render", "--rev", "HEAD"]);
    command.env("GIT_SSH", place.path().join("hostile")).env("GIT_DIR", "/nowhere").env("PATH", place.path());
    let (stdout, stderr) = outcome(command.output().unwrap()).done();
    assert_eq!((stdout, stderr), (before, String::new()));
    assert!(!marker.exists(), "{}", place.read("ran"));
    assert_eq!(tree(&place), files);
    // An object that is missing is not fetched.
    let fleet = repository(&place).revparse_single("HEAD:fleet").unwrap().id().to_string();
    fs::remove_file(place.path().join(format!(".git/objects/{}/{}", &fleet[..2], &fleet[2..]))).unwrap();
    let told = place.run(&["render", "--rev", "HEAD"]).refused(2);
    assert!(!marker.exists(), "{}", place.read("ran"));
    assert_snapshot!(told.replace(&fleet, "ID"), @"
    error[F001]: HEAD:fleet: object not found - no match for id (ID)
     |
     = help: run `git fsck`; in a partial or shallow clone, fetch what is missing

    1 error
    ");
}

#[test]
fn s22_a_repository_of_somebody_else_is_not_read() {
    let place = committed();
    let (before, _) = place.run(&["render"]).done();
    // Only root can give a folder away; everybody else has one of root's to look at, or none.
    for folder in ["", ".git"] {
        if chown(place.path().join(folder), Some(12_345), None).is_err() {
            return;
        }
    }
    let root = place.path().canonicalize().unwrap();
    let root = root.to_str().unwrap();
    let told = place.run(&["render", "--rev", "HEAD"]).refused(2);
    assert_snapshot!(told.replace(root, "ROOT"), @"
    error[X006]: the git repository ROOT belongs to another user, so no revision of it is read
     |
     = help: if you trust it, say so to git: git config --global --add safe.directory 'ROOT'

    1 error
    ");
    place.write("home/.gitconfig", &format!("[safe]\n\tdirectory = {root}\n"));
    let mut trusted = place.command(&["render", "--rev", "HEAD"]);
    trusted.env("HOME", place.path().join("home"));
    assert_eq!(outcome(trusted.output().unwrap()).done().0, before);
}
