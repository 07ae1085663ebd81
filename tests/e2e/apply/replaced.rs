//! What is deleted to be made again is made again, or is told to be missing.

use fleetwright::apply::{End, Outcome};
use fleetwright::object::Named;
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{Scene, config_map, shown};
use crate::harness::proxy::Request;
use crate::harness::{Fault, Rule, block_on, eventually};

fn frozen(value: &str) -> Value {
    let mut map = config_map("frozen", value);
    map["immutable"] = json!(true);
    map
}

/// A scene in which an object is to be deleted and made again, and others beside it are to be written.
fn to_replace() -> Scene {
    let mut scene = Scene::new(&[frozen("1")]);
    assert_eq!(scene.apply().end, End::Done);
    scene.want(&[frozen("2"), config_map("beside", "1")]);
    scene.applying.replace = vec![Named::parse("ConfigMap/frozen").unwrap()];
    scene
}

fn live(scene: &Scene) -> Option<Value> {
    block_on(async { scene.other("reader").await.get(&scene.here(&frozen("1"))).await })
}

/// A run that a signal reaches once this request is there.
fn signalled(scene: &Scene, when: fn(&Request) -> bool) -> Outcome {
    block_on(async {
        let proven = scene.proven().await;
        let (state, plan) = scene.plan(&proven).await;
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let signal = async {
            eventually("the request is there", async || {
                scene.proxy.requests().iter().any(when).then_some(())
            })
            .await;
            stop.send(true).unwrap();
        };
        tokio::join!(scene.carry_out_until(&proven, &state, &plan, stopped), signal).0
    })
}

#[test]
fn f58_a_signal_between_both_halves_lets_the_second_be_done() {
    let scene = to_replace();
    let slow = Fault::Delay(std::time::Duration::from_secs(2));
    scene.proxy.add(Rule::new(slow).verb("delete").kind("v1", "ConfigMap"));
    // All its tries fail in passing: it is looked at, and written once more.
    let lost = Rule::new(Fault::ResetBefore).verb("patch").kind("v1", "ConfigMap").name("frozen");
    scene.proxy.add(lost.dry_run(false).times(3));
    let outcome = signalled(&scene, |one| one.verb == "delete" && one.resource == "configmaps");
    assert_snapshot!(shown(&scene, &outcome), @"
    Stopped, 0 unchanged
    HERE/ConfigMap/beside: Written
    HERE/ConfigMap/frozen: Written
    ");
    assert_eq!(live(&scene).unwrap()["data"]["key"], "2");
}

#[test]
fn what_is_deleted_and_not_made_again_is_told_to_be_missing() {
    let scene = to_replace();
    let no = json!({
        "kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "Forbidden", "code": 403,
        "message": "exceeded quota: small",
    });
    let no = Fault::answer(403, "application/json", &no.to_string());
    scene.proxy.add(Rule::new(no).verb("patch").kind("v1", "ConfigMap").name("frozen").dry_run(false));
    let outcome = scene.apply();
    assert_snapshot!(shown(&scene, &outcome), @r#"
    Partial, 0 unchanged
    HERE/ConfigMap/beside: Written
    HERE/ConfigMap/frozen: Missing("the server answered 403: exceeded quota: small")
    A010 HERE/ConfigMap/frozen was not written: the server answered 403: exceeded quota: small
      it was deleted to be made again, and is missing now; the same command makes it
      help: mend what the server says, then run it again; what was written stays
    "#);
    assert_eq!(live(&scene), None);
    scene.proxy.clear();
    assert_snapshot!(shown(&scene, &scene.apply()), @"
    Done, 1 unchanged
    HERE/ConfigMap/frozen: Created
    ");
}
