//! The commit that is applied: resolved once, shown, recorded, and the same however branches move.

use serde_json::Value;

use super::scene::{Scene, config_map, said};
use crate::harness::{Fault, Lab, Rule};
use crate::repository::{commit, repository};

/// A fleet in a repository: the commit that renders `1`, and the one that renders `2`, which `main` is at.
fn two_commits() -> (Scene, String, String) {
    let scene = Scene::rendering(Lab::extended(), &[config_map("one", "1"), config_map("two", "1")]);
    let first = commit(&scene.place);
    scene.render(&[config_map("one", "2"), config_map("two", "1")]);
    let second = commit(&scene.place);
    (scene, first, second)
}

/// Where the branch is from now on, whatever is checked out.
fn points(scene: &Scene, branch: &str, to: &str) {
    let repository = repository(&scene.place);
    let to = git2::Oid::from_str(to).unwrap();
    repository.reference(&format!("refs/heads/{branch}"), to, true, "moved").unwrap();
}

fn value(scene: &Scene) -> Option<String> {
    Some(scene.live(&config_map("one", ""))?["data"]["key"].as_str().unwrap().to_owned())
}

/// The commit of the newest release, as `history` tells it.
fn newest(scene: &Scene) -> (String, bool) {
    let history = scene.run(&["history", "--cluster", "a", "-o", "json"]);
    let document: Value = serde_json::from_str(&history.stdout).unwrap();
    let release = &document["releases"][0];
    (release["commit"].as_str().unwrap().to_owned(), release["dirty"].as_bool().unwrap())
}

#[test]
fn f75_what_a_revision_names_is_resolved_once_and_recorded_in_full() {
    let (scene, first, second) = two_commits();
    points(&scene, "release", &first);
    // The files on disk are of no matter.
    scene.render(&[config_map("one", "3")]);
    let applied = scene.apply(&["--rev", "release", "--log-format", "json"]);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
    let document: Value = serde_json::from_str(&applied.stdout).unwrap();
    assert_eq!(document["commit"], first.as_str());
    assert_eq!((value(&scene).as_deref(), newest(&scene)), (Some("1"), (first.clone(), false)));
    // A plan is of what the branch was at then.
    let saved = scene.diff(&["--rev", &second, "--save", "plan.json"]);
    assert_eq!(saved.status, Some(1), "{}", said(&saved));
    let before = scene.writes().len();
    let overtaken = scene.apply(&["--rev", "release", "--plan", "plan.json"]);
    assert_eq!(overtaken.status, Some(4), "{}", said(&overtaken));
    assert!(overtaken.stderr.contains("X033"), "{}", overtaken.stderr);
    assert_eq!(scene.writes().len(), before);
    points(&scene, "release", &second);
    let applied = scene.apply(&["--rev", "release", "--plan", "plan.json"]);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
    assert_eq!((value(&scene).as_deref(), newest(&scene)), (Some("2"), (second, false)));
    // By its own id it is what it was, wherever the branch is.
    let back = scene.apply(&["--rev", &first[..12]]);
    assert_eq!(back.status, Some(0), "{}", said(&back));
    assert_eq!((value(&scene).as_deref(), newest(&scene)), (Some("1"), (first, false)));
}

#[test]
fn f75_a_branch_that_moves_in_the_middle_of_a_run_changes_nothing_of_it() {
    let (scene, first, second) = two_commits();
    points(&scene, "release", &first);
    let slow = Fault::Delay(std::time::Duration::from_secs(1));
    scene.proxy.add(Rule::new(slow).verb("list").kind("v1", "ConfigMap").times(1));
    let run = scene.start(&["--rev", "release"]);
    scene.until_faulty(false);
    points(&scene, "release", &second);
    let ended = scene.ended(run);
    assert_eq!(ended.status, Some(0), "{}", said(&ended));
    assert_eq!((value(&scene).as_deref(), newest(&scene)), (Some("1"), (first, false)));
}

#[test]
fn f75_a_commit_that_is_gone_is_told_when_a_run_is_to_go_on() {
    let (scene, first, _) = two_commits();
    scene.proxy.add(Rule::new(Fault::Stall).verb("patch").kind("v1", "ConfigMap").dry_run(false));
    let mut run = scene.start(&["--rev", &first, "--lock-lease", "3s"]);
    scene.until_faulty(false);
    run.kill().unwrap();
    run.wait().unwrap();
    scene.proxy.clear();
    // Another clone, without that history.
    std::fs::rename(scene.place.path().join(".git"), scene.place.path().join("git")).unwrap();
    commit(&scene.place);
    let before = scene.writes().len();
    for revision in [first.as_str(), "release"] {
        let refused = scene.apply(&["--rev", revision]);
        assert_eq!(refused.status, Some(2), "{}", said(&refused));
        assert!(refused.stderr.contains(revision), "{}", refused.stderr);
    }
    assert_eq!(scene.writes().len(), before);
    assert!(scene.record().unwrap().run.is_some());
    // Whoever goes on says with what.
    let on = scene.apply(&["--rev", "main"]);
    assert_eq!(on.status, Some(0), "{}", said(&on));
    assert_eq!(value(&scene).as_deref(), Some("2"));
}
