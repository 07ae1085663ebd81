//! Answers and objects that are too large.

use serde_json::{Value, json};

use super::scene::{Scene, config_map, said};
use crate::harness::{Fault, Lab, Rule, block_on};

/// More than is ever read of an answer.
fn huge() -> Fault {
    Fault::answer(200, "application/json", &" ".repeat((8 << 20) + 1))
}

#[test]
fn f10_a_list_that_does_not_end_refuses_before_anything() {
    let scene = Scene::rendering(Lab::extended(), &[config_map("one", "1"), config_map("two", "1")]);
    scene.proxy.add(Rule::new(huge()).verb("list").kind("v1", "ConfigMap"));
    let refused = scene.apply(&[]);
    assert_eq!(refused.status, Some(4), "{}", said(&refused));
    assert!(refused.stderr.contains("is longer than 8388608 bytes"), "{}", refused.stderr);
    assert_eq!(scene.writes(), Vec::<String>::new());
}

#[test]
fn f10_an_answer_to_a_write_that_does_not_end_is_no_success_and_no_failure_of_what_landed() {
    for (landed, status) in [(false, 5), (true, 0)] {
        let scene = Scene::rendering(Lab::extended(), &[config_map("one", "1"), config_map("two", "1")]);
        let fault = if landed { huge().after_acting() } else { huge() };
        scene.proxy.add(Rule::new(fault).verb("patch").kind("v1", "ConfigMap").name("two").dry_run(false));
        let applied = scene.apply(&[]);
        assert_eq!(applied.status, Some(status), "landed: {landed}: {}", said(&applied));
        if !landed {
            for known in ["ConfigMap/two", "is longer than"] {
                assert!(applied.stderr.contains(known), "{known}: {}", applied.stderr);
            }
        }
        assert!(scene.live(&config_map("one", "")).is_some());
        assert_eq!(scene.live(&config_map("two", "")).is_some(), landed);
        assert_eq!(scene.record().unwrap().inventory.len(), 2);
        scene.proxy.clear();
        let again = scene.apply(&[]);
        assert_eq!(again.status, Some(0), "{}", said(&again));
        assert!(scene.live(&config_map("two", "")).is_some());
    }
}

#[test]
fn f20_what_no_server_can_keep_is_refused_before_anything_is_sent() {
    let mut annotated = config_map("annotated", "1");
    annotated["metadata"]["annotations"] = json!({"note": "x".repeat(262_145)});
    let large = config_map("large", &"x".repeat(1 << 20));
    for (object, limit) in [(large, "1048576"), (annotated, "262144")] {
        let scene = Scene::rendering(Lab::extended(), &[object.clone(), config_map("beside", "1")]);
        let refused = scene.apply(&[]);
        assert_eq!(refused.status, Some(2), "{}", said(&refused));
        let name = format!("ConfigMap/{}", object["metadata"]["name"].as_str().unwrap());
        for known in [limit, name.as_str()] {
            assert!(refused.stderr.contains(known), "{known}: {}", refused.stderr);
        }
        assert!(scene.proxy.requests().is_empty());
    }
}

/// A name of 250 characters that does not become shorter when it is packed.
fn long_name(number: u64) -> String {
    let mut random = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let letters = (0..250).map(|_| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let letter = u8::try_from((random >> 33) % 26).unwrap();
        char::from(b'a' + letter)
    });
    letters.collect()
}

#[test]
fn f20_a_record_of_many_objects_is_kept_in_parts() {
    let count = 3000;
    let maps: Vec<Value> = (0..count).map(|number| config_map(&long_name(number), "1")).collect();
    let scene = Scene::rendering(Lab::extended(), &maps);
    let applied = scene.apply(&[]);
    assert_eq!(applied.status, Some(0), "{}", applied.stderr);
    let like =
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"namespace": scene.state, "name": ""}});
    let secrets = block_on(async { scene.someone("reader").await.list(&like).await });
    let (parents, parts): (Vec<_>, Vec<_>) =
        secrets.iter().partition(|secret| secret["type"] == "fleetwright.dev/record");
    assert_eq!(parents.len(), 1);
    assert!(parts.len() > 1, "{}", parts.len());
    for secret in &secrets {
        assert!(secret.to_string().len() < 3 << 19, "{}", secret["metadata"]["name"]);
    }
    assert_eq!(scene.record().unwrap().inventory.len(), 3000);
    let before = scene.writes().len();
    let again = scene.apply(&[]);
    assert_eq!((again.status, scene.writes().len()), (Some(0), before), "{}", again.stderr);
}
