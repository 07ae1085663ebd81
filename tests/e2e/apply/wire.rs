//! Faults on the wire while objects are written: what landed is never said to have failed.

use fleetwright::apply::End;
use insta::assert_snapshot;
use serde_json::json;

use super::{Scene, config_map, shown};
use crate::harness::{Fault, Rule, block_on};

fn writes_of(name: &str, fault: Fault) -> Rule {
    Rule::new(fault).verb("patch").kind("v1", "ConfigMap").name(name).dry_run(false)
}

#[test]
fn f06_an_answer_that_is_lost_is_no_failure() {
    let mut scene = Scene::new(&[config_map("a", "1")]);
    scene.proxy.add(writes_of("a", Fault::ResetAfter).nth(1));
    assert_snapshot!(shown(&scene, &scene.apply()), @"
    Done, 0 unchanged
    HERE/ConfigMap/a: Created
    ");
    scene.want(&[config_map("a", "2")]);
    scene.proxy.clear();
    scene.proxy.add(writes_of("a", Fault::ResetAfter).nth(1));
    assert_snapshot!(shown(&scene, &scene.apply()), @"
    Done, 0 unchanged
    HERE/ConfigMap/a: Changed
    ");
    assert!(scene.record().inventory.values().all(|entry| entry.applied.is_some()));
}

#[test]
fn f07_an_answer_that_is_cut_short_is_no_success() {
    let mut scene = Scene::new(&[config_map("a", "1")]);
    assert_eq!(scene.apply().end, End::Done);
    scene.want(&[config_map("a", "2")]);
    scene.proxy.add(writes_of("a", Fault::Truncate(20)).times(3));
    assert_snapshot!(shown(&scene, &scene.apply()), @"
    Done, 0 unchanged
    HERE/ConfigMap/a: Changed
    ");
    let live = block_on(async { scene.other("reader").await.get(&scene.here(&config_map("a", "1"))).await });
    assert_eq!(live.unwrap()["data"]["key"], "2");
}

#[test]
fn f03_a_server_that_fails_on_an_object_fails_it_and_what_comes_after() {
    let mut scene = Scene::new(&[config_map("a", "1"), config_map("b", "1"), config_map("gone", "1")]);
    assert_eq!(scene.apply().end, End::Done);
    scene.want(&[config_map("a", "2"), config_map("b", "2")]);
    scene.proxy.add(writes_of("a", Fault::status(500)));
    assert_snapshot!(shown(&scene, &scene.apply()), @r#"
    Partial, 0 unchanged
    HERE/ConfigMap/a: Failed("the server answered 500: Internal error occurred: the proxy says so")
    HERE/ConfigMap/b: Written
    HERE/ConfigMap/gone: Untouched
    A010 HERE/ConfigMap/a was not written: the server answered 500: Internal error occurred: the proxy says so
      help: run the same command again
    "#);
    let run = scene.record().run.unwrap();
    assert_eq!(run.phase, fleetwright::plan::Phase::Failed);
    // The same again.
    scene.proxy.clear();
    assert_snapshot!(shown(&scene, &scene.apply()), @"
    Done, 1 unchanged
    HERE/ConfigMap/a: Changed
    HERE/ConfigMap/gone: Deleted
    ");
    assert_eq!(scene.record().run, None);
}

#[test]
fn f30_a_change_at_the_same_moment_is_written_over_only_if_it_is_none_of_ours() {
    let mut scene = Scene::new(&[config_map("a", "1"), config_map("b", "1")]);
    assert_eq!(scene.apply().end, End::Done);
    scene.want(&[config_map("a", "2"), config_map("b", "2")]);
    // Both are changed by somebody while their first write is under way.
    for name in ["a", "b"] {
        scene.proxy.add(writes_of(name, Fault::Delay(std::time::Duration::from_millis(1500))).nth(1));
    }
    let outcome = block_on(async {
        let proven = scene.proven().await;
        let (state, plan) = scene.plan(&proven).await;
        let other = scene.other("somebody").await;
        let (a, b) = (scene.here(&config_map("a", "1")), scene.here(&config_map("b", "1")));
        let meddle = async {
            crate::harness::eventually("it is being written", async || {
                let is_write = |one: &crate::harness::proxy::Request| {
                    one.verb == "patch" && !one.dry_run && one.ended == 0
                };
                (scene.proxy.requests().iter().filter(|one| is_write(one)).count() == 2).then_some(())
            })
            .await;
            other.edit(&a, &json!({ "metadata": { "labels": { "seen": "yes" } } })).await;
            other.edit(&b, &json!({ "data": { "key": "3" } })).await;
        };
        let (outcome, ()) = tokio::join!(scene.carry_out(&proven, &state, &plan), meddle);
        outcome
    });
    let shown = shown(&scene, &outcome);
    let shown: Vec<&str> = shown.lines().map(|line| line.split(" at 20").next().unwrap()).collect();
    assert_snapshot!(shown.join("\n"), @r#"
    Partial, 0 unchanged
    HERE/ConfigMap/a: Written
    HERE/ConfigMap/b: Failed("it has changed since it was shown, by somebody
    A012 HERE/ConfigMap/b has changed since the plan was shown
      last changed by somebody
      agreed was: update; now it is: update
      fields that differ now: data.key
      help: look at the diff again, and apply what it shows then
    "#);
}
