//! Others who change objects between the plan and the write of them: INV-7.

use std::time::Duration;

use serde_json::{Value, json};

use super::random::{Random, rounds};
use super::scene::{Scene, config_map};
use crate::harness::{Fault, Lab, Rule, block_on};
use crate::program::Outcome;

fn said(outcome: &Outcome) -> String {
    format!("{}\n{}", outcome.stdout, outcome.stderr)
}

const COUNT: usize = 12;

fn maps(value: &str) -> Vec<Value> {
    (0..COUNT).map(|number| config_map(&format!("map-{number:02}"), value)).collect()
}

/// What somebody does to an object.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Deed {
    /// They change a field that is rendered.
    Ours,
    /// They set another one.
    Theirs,
    /// They delete it.
    Delete,
    /// They delete it and make it anew, as it was.
    Anew,
}

/// Does things to objects, at moments of their own, while a run is under way.
fn meddle(scene: &Scene, random: &mut Random) -> Vec<(usize, Deed)> {
    let mut done = Vec::new();
    block_on(async {
        let someone = scene.someone("somebody").await;
        for number in 0..COUNT {
            if random.one_in(3) {
                std::thread::sleep(Duration::from_millis(random.below(250)));
                let deed = [Deed::Ours, Deed::Theirs, Deed::Delete, Deed::Anew]
                    [usize::try_from(random.below(4)).unwrap()];
                let object = scene.here(&maps("1")[number]);
                match deed {
                    Deed::Ours => drop(someone.edit(&object, &json!({"data": {"key": "theirs"}})).await),
                    Deed::Theirs => drop(someone.edit(&object, &json!({"data": {"other": "theirs"}})).await),
                    Deed::Delete => someone.delete(&object).await,
                    Deed::Anew => {
                        someone.delete(&object).await;
                        someone.create(&object).await;
                    }
                }
                done.push((number, deed));
            }
        }
    });
    done
}

#[test]
fn inv07_what_others_changed_meanwhile_is_theirs() {
    let mut random = Random(7);
    let (mut refused, mut met) = (0, 0);
    for round in 0..rounds(6) {
        let scene = Scene::rendering(Lab::extended(), &maps("1"));
        let first = scene.apply(&[]);
        assert_eq!(first.status, Some(0), "{}", said(&first));
        scene.render(&maps("2"));
        let wait = 200 + random.below(600);
        for from in 1..=4 {
            let slow = Fault::Delay(Duration::from_millis(wait * from));
            scene.proxy.add(
                Rule::new(slow)
                    .verb("patch")
                    .kind("v1", "ConfigMap")
                    .dry_run(false)
                    .from(1 + 3 * (from - 1))
                    .times(3),
            );
        }
        let past = scene.proxy.requests().len();
        let run = scene.start(&[]);
        // From the moment on at which the plan is made: what was done before stands in it.
        block_on(crate::harness::eventually("a write is under way", async || {
            let requests = scene.proxy.requests().split_off(past);
            requests
                .iter()
                .any(|one| one.resource == "configmaps" && one.verb == "patch" && !one.dry_run)
                .then_some(())
        }));
        let done = meddle(&scene, &mut random);
        let ended = scene.ended(run);
        assert!(matches!(ended.status, Some(0 | 4 | 5)), "round {round}: {}", said(&ended));
        let requests = scene.proxy.requests().split_off(past);
        for (number, deed) in &done {
            let name = format!("map-{number:02}");
            let live = scene.live(&config_map(&name, ""));
            let is_written = requests.iter().any(|one| {
                one.name == name && one.verb == "patch" && !one.dry_run && matches!(one.acted, 200 | 201)
            });
            let key = live.as_ref().map(|live| live["data"]["key"].clone());
            let what =
                format!("round {round}: {deed:?} {name}, written: {is_written}, {key:?}\n{}", said(&ended));
            match deed {
                Deed::Ours => assert_eq!(key, Some(json!("theirs")), "{what}"),
                Deed::Theirs => {
                    assert_eq!(live.unwrap()["data"]["other"], "theirs", "{what}");
                    assert!(ended.status != Some(0) || key == Some(json!("2")), "{what}");
                }
                Deed::Delete => assert_eq!(key, None, "{what}"),
                // Another object of the same name: nobody approved of changing it.
                Deed::Anew => assert_eq!(key, Some(json!("1")), "{what}"),
            }
            if !is_written && *deed != Deed::Theirs {
                assert_ne!(ended.status, Some(0), "{what}");
                assert!(ended.stderr.contains(&name), "{what}");
                refused += 1;
            }
            met += 1;
        }
    }
    assert!(refused > 3 && met > refused, "{refused} of {met}");
}
