//! Somebody else who changes the same objects at the same time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::ready::{UNIT, gizmos};
use super::scene::{Scene, config_map, said, told};
use crate::harness::{Cluster, Fault, Lab, Manager, Rule, block_on, eventually};

/// A controller that puts its own value back wherever it finds another, until this is dropped.
struct Controller {
    ends: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Controller {
    fn of(cluster: &'static Cluster, object: Value, value: &'static str) -> Self {
        let ends = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&ends);
        let thread = std::thread::spawn(move || {
            block_on(async {
                let controller = Manager::new("argocd-controller", &cluster.client().await).await;
                while !told.load(Ordering::SeqCst) {
                    let live = controller.get(&object).await;
                    if live.is_some_and(|live| live["data"]["key"] != value) {
                        controller.edit(&object, &json!({"data": {"key": value}})).await;
                    }
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            });
        });
        Self { ends, thread: Some(thread) }
    }
}

impl Drop for Controller {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::SeqCst);
        self.thread.take().unwrap().join().unwrap();
    }
}

#[test]
fn f55_a_manager_that_puts_its_value_back_is_named() {
    let scene = Scene::rendering(Lab::extended(), &[config_map("one", "1"), config_map("two", "1")]);
    let first = scene.apply(&[]);
    assert_eq!(first.status, Some(0), "{}", said(&first));
    let object = scene.here(&config_map("one", ""));
    let controller = Controller::of(scene.cluster, object.clone(), "theirs");
    block_on(async {
        let reader = scene.someone("reader").await;
        eventually("its value is there", async || {
            (reader.get(&object).await.unwrap()["data"]["key"] == "theirs").then_some(())
        })
        .await;
    });
    let stopped = scene.apply(&["--take-over", "ConfigMap/one:data.key"]);
    assert_eq!(stopped.status, Some(5), "{}", said(&stopped));
    assert_snapshot!(told(&stopped), @r#"
    ~ ConfigMap/one in here  component.web  on a
        data.key  theirs → "1"
        conflict: argocd-controller owns data.key: theirs → "1"
          take it over with take_over = ["here/ConfigMap/one:data.key"] in its unit
    1 cluster: 1 to change, 1 conflict; 1 unchanged
      not ready                here/ConfigMap/one (component.web): argocd-controller has changed back what was written, 2 times
    not finished: created 0, changed 0, unchanged 1, deleted 0, not ready 1 on "a"
    a: context "context", server https://HOST, user "context"
    a: locked by this run, RUN
    a: recording what is to be done
    a: writing 1 object
    a: written, not ready yet here/ConfigMap/one (component.web)
    a: waiting until 2 objects are ready
    a: written, not ready yet here/ConfigMap/one (component.web)
    a: not ready here/ConfigMap/one (component.web): argocd-controller has changed back what was written, 2 times
    error[A013]: fighting over here/ConfigMap/one with argocd-controller
     |
     = cluster: a
     = object: here/ConfigMap/one
     = note: argocd-controller has changed back what was written, 2 times
     = help: let only one of the two keep it, then run the same command again
    1 error
    next: mend what is told, then the same command again, with the same --take-over; what is done already is not done twice
    "#);
    assert_eq!(scene.live(&config_map("one", "")).unwrap()["data"]["key"], "theirs");
    drop(controller);
    let applied = scene.apply(&["--take-over", "ConfigMap/one:data.key"]);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
    assert_eq!(scene.live(&config_map("one", "")).unwrap()["data"]["key"], "1");
}

#[test]
fn f30_what_somebody_else_changes_beside_ours_is_written_around() {
    let scene = Scene::rendering(Lab::extended(), &[config_map("one", "1")]);
    let first = scene.apply(&[]);
    assert_eq!(first.status, Some(0), "{}", said(&first));
    scene.render(&[config_map("one", "2")]);
    let slow = Fault::Delay(Duration::from_secs(1));
    scene.proxy.add(Rule::new(slow).verb("patch").kind("v1", "ConfigMap").dry_run(false).times(1));
    let run = scene.start(&[]);
    scene.until_faulty(false);
    block_on(async {
        let other = scene.someone("somebody").await;
        other.edit(&scene.here(&config_map("one", "")), &json!({"data": {"beside": "theirs"}})).await;
    });
    let applied = scene.ended(run);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
    let live = scene.live(&config_map("one", "")).unwrap();
    assert_eq!(live["data"], json!({"key": "2", "beside": "theirs"}));
    let requests = scene.proxy.requests();
    let met = requests.iter().find(|one| !one.fault.is_empty()).unwrap();
    assert_eq!(met.acted, 409);
}

#[test]
fn f42_what_is_ready_and_then_not_is_told_and_waited_for() {
    let scene = Scene::of(Lab::extended(), "");
    let (definition, gizmo) = gizmos(&scene);
    scene.units(&format!("{UNIT}  ready_when = {{ Gizmo = \"condition=Polished\" }}\n}}\n"));
    scene.render(&[definition, gizmo.clone()]);
    let run = scene.start(&["--stable-for", "6s", "--ready-timeout", "120s"]);
    let gizmo = scene.here(&gizmo);
    let seen = || {
        let requests = scene.proxy.requests();
        requests
            .iter()
            .filter(|one| one.method == "GET" && one.resource == "gizmos" && one.ended != 0)
            .count()
    };
    block_on(async {
        let reader = scene.someone("reader").await;
        // The kind is not there at first.
        eventually("it is there", async || reader.finds(&gizmo).await).await;
    });
    for (number, status) in ["True", "False", "True"].into_iter().enumerate() {
        block_on(async {
            let controller = scene.someone("polisher").await;
            let condition = json!({
                "type": "Polished", "status": status, "reason": "Round", "message": format!("round {number}"),
                "lastTransitionTime": "2026-01-01T00:00:00Z",
            });
            controller.patch_status(&gizmo, &json!({"status": {"conditions": [condition]}})).await;
            let before = seen();
            // One read may have begun before.
            let twice = async || (seen() >= before + 2).then_some(());
            eventually("it is looked at", twice).await;
        });
    }
    let applied = scene.ended(run);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
    let flap = "here/Gizmo/one was ready and is not any longer";
    assert!(applied.stderr.contains(flap), "{}", applied.stderr);
}
