//! What `status`, `history`, `unlock`, `diff --against release:` and `--log-format json` tell.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::scene::{Scene, config_map};
use crate::harness::{Fault, Lab, Rule, block_on};
use crate::program::Outcome;

fn said(outcome: &Outcome) -> String {
    format!("{}\n{}", outcome.stdout, outcome.stderr)
}

/// A text without what is another in each run: times, digests, ids.
fn steady(text: &str) -> String {
    let is_word = |c: char| c.is_ascii_alphanumeric() || "-:._".contains(c);
    let mut told = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
        if length == 0 {
            told.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let (word, after) = rest.split_at(length);
        rest = after;
        let is_hex = word.len() >= 8
            && word.chars().all(|c| c.is_ascii_hexdigit())
            && word.contains(|c: char| c.is_ascii_digit());
        let is_time = word.len() >= 20 && word.contains('T') && word.ends_with('Z');
        told += match (is_time, is_hex) {
            (true, _) => "TIME",
            (_, true) => "HEX",
            _ => word,
        };
    }
    told
}

fn json_of(outcome: &Outcome) -> Value {
    serde_json::from_str(&outcome.stdout).unwrap_or_else(|error| panic!("{error}: {}", said(outcome)))
}

#[test]
fn status_tells_of_releases_drift_and_what_differs() {
    let scene = Scene::rendering(Lab::extended(), &[config_map("one", "1"), config_map("two", "1")]);
    let status = |scene: &Scene| scene.run(&["status", "--cluster", "a"]);
    let none = status(&scene);
    assert_eq!(none.status, Some(0), "{}", said(&none));
    assert_snapshot!(steady(&none.stdout), @"
    a  nothing was ever applied to it
        differs from what is rendered here: 2 to create
    ");
    assert_eq!(scene.apply(&[]).status, Some(0));
    assert_snapshot!(steady(&status(&scene).stdout), @"
    a  release HEX  no commit, applied TIME by tester@lab
        ready since TIME, soaked
        no drift
    ");
    // What Terraform is told of the release is what was applied.
    let applied = json_of(&scene.run(&["status", "--cluster", "a", "-o", "json"]));
    let asked = scene.place.run_with_stdin(&["external"], br#"{"release": "a"}"#);
    assert_eq!(json_of(&asked)["release"], applied["clusters"][0]["release"]["digest"], "{}", said(&asked));
    // Somebody changes what is ours.
    block_on(async {
        let someone = scene.someone("kubectl-edit").await;
        someone.edit(&scene.here(&config_map("one", "")), &json!({"data": {"key": "by hand"}})).await;
    });
    assert_snapshot!(steady(&status(&scene).stdout), @"
    a  release HEX  no commit, applied TIME by tester@lab
        ready since TIME, soaked
        drift: 1 to change, 1 conflict
    ");
    // Something else is rendered here.
    scene.render(&[config_map("one", "1"), config_map("three", "1")]);
    assert_snapshot!(steady(&status(&scene).stdout), @"
    a  release HEX  no commit, applied TIME by tester@lab
        ready since TIME, soaked
        differs from what is rendered here: 1 to create, 1 to change, 1 to delete, 1 conflict
    ");
    let document = json_of(&scene.run(&["status", "--cluster", "a", "-o", "json"]));
    assert_eq!(document["version"], 1);
    let cluster = &document["clusters"][0];
    assert_eq!((&cluster["name"], &cluster["isRendered"]), (&json!("a"), &json!(false)));
    assert_eq!(cluster["release"]["written"], 2);
    // It cannot be read in full, or not at all.
    scene.proxy.add(Rule::new(Fault::status(403)).verb("list").kind("v1", "ConfigMap"));
    let part = status(&scene);
    assert_eq!(part.status, Some(3), "{}", said(&part));
    assert_snapshot!(steady(&part.stdout), @"
    a  release HEX  no commit, applied TIME by tester@lab
        ready since TIME, soaked
        not all of it could be read
    ");
    scene.proxy.add(Rule::new(Fault::status(403)).verb("get"));
    let nothing = status(&scene);
    assert_eq!(nothing.status, Some(3), "{}", said(&nothing));
    assert_snapshot!(steady(&nothing.stdout), @"a  unknown: the user may not read this (403 Forbidden): forbidden: the proxy says so");
}

#[test]
fn what_status_cannot_read_of_the_record_and_the_lock_is_not_absent() {
    let scene = Scene::rendering(Lab::extended(), &[config_map("one", "1")]);
    let applied = scene.apply(&[]);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
    let status = |more: &[&str]| scene.run(&[&["status", "--cluster", "a"], more].concat());
    scene.proxy.add(Rule::new(Fault::status(403)).kind("coordination.k8s.io/v1", "Lease"));
    let locked = status(&[]);
    assert_eq!(locked.status, Some(3), "{}", said(&locked));
    assert_snapshot!(steady(&locked.stdout), @"
    a  release HEX  no commit, applied TIME by tester@lab
        ready since TIME, soaked
        no drift
        who holds the lock is not known: the user may not read this (403 Forbidden): forbidden: the proxy says so
    ");
    let document = json_of(&status(&["-o", "json"]));
    let cluster = &document["clusters"][0];
    assert_eq!((&cluster["lock"], &cluster["complete"]), (&json!(null), &json!(false)));
    assert!(cluster["lockUnknown"].is_string() && cluster["recordUnknown"].is_null(), "{cluster}");

    scene.proxy.clear();
    scene.proxy.add(Rule::new(Fault::status(403)).kind("v1", "Secret"));
    let unread = status(&[]);
    assert_eq!(unread.status, Some(3), "{}", said(&unread));
    assert!(!unread.stdout.contains("nothing was ever applied"), "{}", unread.stdout);
    assert_snapshot!(steady(unread.stdout.lines().next().unwrap()), @"a  its record could not be read: the user may not read this (403 Forbidden): forbidden: the proxy says so");
    let document = json_of(&status(&["-o", "json"]));
    let cluster = &document["clusters"][0];
    assert_eq!((&cluster["release"], &cluster["complete"]), (&json!(null), &json!(false)));
    assert!(cluster["recordUnknown"].is_string() && cluster["lockUnknown"].is_null(), "{cluster}");
}

/// A scene whose first run was killed while it wrote.
fn killed() -> (Scene, String) {
    let scene = Scene::rendering(Lab::extended(), &[config_map("one", "1"), config_map("two", "1")]);
    scene.proxy.add(Rule::new(Fault::Stall).verb("patch").kind("v1", "ConfigMap").dry_run(false));
    let mut run = scene.start(&[]);
    scene.until_faulty(false);
    run.kill().unwrap();
    run.wait().unwrap();
    scene.proxy.clear();
    let holder = scene.holder().unwrap();
    (scene, holder)
}

#[test]
fn f53_b79_status_and_unlock_show_a_run_that_died() {
    let (scene, holder) = killed();
    let named = |text: &str| {
        let words = text.replace(&holder, "RUN");
        let mut words = words.split("process ");
        let first = words.next().unwrap_or_default().to_owned();
        let is_digit = |c: char| c.is_ascii_digit();
        let rest = words.map(|word| format!("process ID{}", word.trim_start_matches(is_digit)));
        steady(&(first + &rest.collect::<String>()))
    };
    assert_snapshot!(named(&scene.run(&["status", "--cluster", "a"]).stdout), @"
    a  release HEX  no commit, applied TIME by tester@lab
        not ready: not all of it is there, or ready
        drift: 2 to create
        run RUN of HEX by tester@lab, begun TIME, was writing when last heard of
        locked by run RUN, by tester@lab, process ID, since TIME
    ");
    let document = json_of(&scene.run(&["status", "--cluster", "a", "-o", "json"]));
    let cluster = &document["clusters"][0];
    assert_eq!((&cluster["run"]["phase"], &cluster["lock"]["run"]), (&json!("applying"), &json!(holder)));
    let wrong = scene.run(&["unlock", "--cluster", "a", "another"]);
    assert_eq!(wrong.status, Some(4));
    assert_snapshot!(named(&wrong.stderr), @r#"
    watching whether run another is alive
    error[L045]: the lock of cluster "a" is held by run RUN, and not by another
     |
     = cluster: a
     = note: run RUN
     = note: by tester@lab
     = note: process ID
     = note: release HEX
     = note: cluster a
     = note: since TIME
     = note: last renewed TIME
     = note: its record: run RUN by tester@lab was applying when last heard of, begun TIME
     = help: make sure that it has ended, then name exactly that run

    1 error
    "#);
    let right = scene.run(&["unlock", "--cluster", "a", &holder]);
    assert_eq!(right.status, Some(0));
    assert_snapshot!(named(&right.stderr), @r#"
    watching whether run RUN is alive
    cluster "a" is unlocked; `fleetwright apply` goes on with what the run had begun
    "#);
    let nothing = scene.run(&["unlock", "--cluster", "a", &holder]);
    assert_eq!(nothing.status, Some(4));
    assert_snapshot!(named(&nothing.stderr), @r#"
    watching whether run RUN is alive
    error[X034]: cluster "a" is not locked
     |
     = cluster: a
     = help: there is nothing to unlock: apply as always

    1 error
    "#);
}

#[test]
fn f63_another_checkout_goes_on_with_a_run_that_died() {
    let (scene, holder) = killed();
    let other = scene.twin();
    other.render(&[config_map("one", "1"), config_map("two", "1")]);
    let unlocked = scene.run(&["unlock", "--cluster", "a", &holder]);
    assert_eq!(unlocked.status, Some(0), "{}", said(&unlocked));
    let done = scene.ended(other.start(&[]));
    assert_eq!(done.status, Some(0), "{}", said(&done));
    let record = scene.record().unwrap();
    assert_eq!((record.inventory.len(), record.releases.len(), record.run), (2, 1, None));
    assert!(record.releases[0].ready.is_some());
    assert!(scene.live(&config_map("two", "")).is_some());
}

#[test]
fn history_tells_of_the_last_ten_releases() {
    let scene = Scene::rendering(Lab::extended(), &[config_map("one", "0")]);
    let empty = scene.run(&["history", "--cluster", "a"]);
    assert_eq!(empty.status, Some(0), "{}", said(&empty));
    assert_snapshot!(empty.stdout, @"nothing was ever applied to a");
    for number in 1..=11 {
        scene.render(&[config_map("one", &number.to_string()), config_map("two", "1")]);
        let applied = scene.apply(&[]);
        assert_eq!(applied.status, Some(0), "{}", said(&applied));
    }
    let text = scene.run(&["history", "--cluster", "a"]).stdout;
    assert_snapshot!(steady(&text.lines().take(6).collect::<Vec<_>>().join("\n")), @"
    HEX  no commit, applied TIME by tester@lab
        ready since TIME, soaked
        1 object changed
    HEX  no commit, applied TIME by tester@lab
        verified
        1 object changed
    ");
    let document = json_of(&scene.run(&["history", "--cluster", "a", "-o", "json"]));
    let releases = document["releases"].as_array().unwrap();
    assert_eq!((releases.len(), &document["version"], &document["cluster"]), (10, &json!(1), &json!("a")));
    let digests: std::collections::BTreeSet<&str> =
        releases.iter().map(|release| release["digest"].as_str().unwrap()).collect();
    assert_eq!(digests.len(), 10);
    // The objects of the newest are there to compare with.
    assert_eq!(releases[0]["hasObjects"], true);
    assert!(releases.iter().all(|release| release["by"] == "tester@lab"));
}

#[test]
fn a_diff_against_a_release_compares_with_what_was_applied() {
    let scene = Scene::rendering(Lab::extended(), &[config_map("one", "1"), config_map("two", "1")]);
    assert_eq!(scene.apply(&[]).status, Some(0));
    let digest = scene.record().unwrap().releases[0].digest.to_string();
    scene.render(&[config_map("one", "2"), config_map("three", "1")]);
    // Whatever is live.
    block_on(async {
        let someone = scene.someone("kubectl-edit").await;
        someone.edit(&scene.here(&config_map("one", "")), &json!({"data": {"key": "by hand"}})).await;
    });
    let whole = format!("release:{digest}");
    let diff = scene.diff(&["--against", &whole]);
    assert_eq!(diff.status, Some(1), "{}", said(&diff));
    assert_snapshot!(steady(&diff.stdout), @r#"
    ~ ConfigMap/one in here  component.web  on a
        data.key  "1" → "2"

    + ConfigMap/three in here  component.web  on a
        + data:
        +   key: "1"

    - ConfigMap/two in here  component.web  on a

    1 cluster: 1 to create, 1 to change, 1 to delete
    "#);
    let short = format!("release:{}", &digest[..8]);
    assert_eq!(scene.diff(&["--against", &short]).stdout, diff.stdout);
    for wrong in ["release:00000000", "release:1234567", "release:"] {
        let refused = scene.diff(&["--against", wrong]);
        assert!(matches!(refused.status, Some(2 | 4)), "{wrong}: {}", said(&refused));
        assert!(!refused.stderr.is_empty());
    }
    let unknown = scene.diff(&["--against", "release:00000000"]);
    assert_snapshot!(steady(&unknown.stderr), @r#"
    error[X027]: the record of cluster "a" knows no release HEX
     |
     = cluster: a
     = note: its record keeps the objects of HEX
     = help: `fleetwright history --cluster a` lists its releases

    warning[V021]: no schemas are recorded: 1 kind could not be checked
     --> fleet/fleet.hcl:5:9
      |
    5 | cluster "a" {
      |         ^^^
      |
      = cluster: a
      = note: not checked: v1 ConfigMap
      = help: record them: `fleetwright schema fetch`, or for one cluster with `--cluster NAME`

    1 error, 1 warning
    "#);
}

#[test]
fn every_line_of_a_json_log_is_an_object_and_the_end_is_a_document() {
    let scene = Scene::rendering(
        Lab::extended(),
        &[config_map("one", "1"), config_map("two", "1"), config_map("three", "1")],
    );
    let first = scene.apply(&["--log-format", "json"]);
    assert_eq!(first.status, Some(0), "{}", said(&first));
    scene.render(&[config_map("one", "2"), config_map("two", "1")]);
    let second = scene.apply(&["--log-format", "json"]);
    assert_eq!(second.status, Some(0), "{}", said(&second));
    let mut told = String::new();
    for line in second.stderr.lines() {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert_eq!((&line["version"], &line["cluster"]), (&json!(1), &json!("a")), "{line}");
        assert!(line["time"].as_str().unwrap().ends_with('Z'), "{line}");
        let event = &line["event"];
        let word = |path: &str| event.pointer(path).and_then(Value::as_str).unwrap_or_default();
        told += format!("{} {} {}", word("/type"), word("/object/name"), word("/state")).trim_end();
        told += "\n";
    }
    assert_snapshot!(told, @"
    locked
    recording
    writing
    begun one
    object one written
    readying
    object one changed
    deleting
    begun three
    object three deleted
    ");
    let document = json_of(&second);
    assert_eq!(
        (&document["version"], &document["end"], &document["cluster"]),
        (&json!(1), &json!("done"), &json!("a"))
    );
    let objects: Vec<String> = document["objects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| format!("{} {}", one["object"]["name"].as_str().unwrap(), one["state"].as_str().unwrap()))
        .collect();
    assert_eq!(objects, ["one changed", "three deleted"]);
    // Also what happens on the way to the server is a line: before the cluster is locked, and after.
    scene.render(&[config_map("one", "3"), config_map("two", "1")]);
    let slow_down = || Rule::new(Fault::status(429)).times(1);
    scene.proxy.add(slow_down().verb("list").kind("v1", "ConfigMap"));
    scene.proxy.add(slow_down().verb("patch").kind("v1", "ConfigMap").dry_run(false));
    let third = scene.apply(&["--log-format", "json"]);
    assert_eq!(third.status, Some(0), "{}", said(&third));
    let lines = third
        .stderr
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap_or_else(|error| panic!("{error}: {line}")));
    let types: Vec<String> =
        lines.map(|line| line["event"]["type"].as_str().unwrap_or_default().to_owned()).collect();
    assert_eq!(types.iter().filter(|one| *one == "notice").count(), 2, "{types:?}");
    assert_eq!(types.first().map(String::as_str), Some("notice"));
    // What is refused is a document too, and nothing else.
    let refused = scene.apply(&["--log-format", "json", "--deletions", "5"]);
    assert_eq!(refused.status, Some(4), "{}", said(&refused));
    let document = json_of(&refused);
    assert_eq!(document["end"], "refused");
    assert_eq!(document["findings"][0]["severity"], "error");
}

#[test]
fn a_retired_cluster_is_emptied_with_the_exact_number_alone() {
    let scene = Scene::rendering(Lab::extended(), &[config_map("one", "1"), config_map("two", "1")]);
    assert_eq!(scene.apply(&[]).status, Some(0));
    let fleet = scene.place.read("fleet/fleet.hcl");
    scene
        .place
        .write("fleet/fleet.hcl", &fleet.replace("cluster \"a\" {\n", "cluster \"a\" {\n  retired = true\n"));
    let before = scene.writes().len();
    for more in [&[][..], &["--deletions", "1"], &["--deletions", "3"]] {
        let refused = scene.apply(more);
        assert_eq!(refused.status, Some(4), "{}", said(&refused));
        assert!(refused.stderr.contains("--deletions 2"), "{}", refused.stderr);
    }
    assert_eq!(scene.writes().len(), before);
    let emptied = scene.apply(&["--deletions", "2"]);
    assert_eq!(emptied.status, Some(0), "{}", said(&emptied));
    assert_eq!(scene.live(&config_map("one", "")), None);
    assert_eq!(scene.live(&config_map("two", "")), None);
    // The server's own is there as before.
    assert!(scene.everything(&[("v1", "ServiceAccount")]).len() <= 1);
    let writes = scene.writes().len();
    let again = scene.apply(&[]);
    assert_eq!((again.status, scene.writes().len()), (Some(0), writes), "{}", said(&again));
}
