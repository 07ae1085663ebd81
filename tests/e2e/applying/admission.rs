//! Webhooks while objects are written.

use serde_json::Value;

use super::scene::{Scene, config_map, deployment, full};
use crate::harness::{Does, Lab, Webhook, block_on};
use crate::program::Outcome;

fn said(outcome: &Outcome) -> String {
    format!("{}\n{}", outcome.stdout, outcome.stderr)
}

/// A webhook that sees the ConfigMaps of a scene.
fn installed(scene: &Scene, does: &Does, kinds: &[(&str, &str)]) -> (Webhook, Value) {
    let hook = Webhook::of(scene.cluster, &Does::Nothing);
    let name = format!("hook-{}", scene.namespace);
    let configuration = hook.configuration(&name, kinds, &scene.namespace);
    block_on(async {
        let client = scene.cluster.client().await;
        hook.install(&client, &configuration, &scene.here(&config_map("seen", "1"))).await;
    });
    hook.becomes(does);
    (hook, configuration)
}

fn uninstall(scene: &Scene, hook: &Webhook, configuration: &Value) {
    block_on(async {
        let client = scene.cluster.client().await;
        hook.becomes(&Does::Nothing);
        hook.uninstall(&client, configuration, &scene.here(&config_map("seen", "1"))).await;
    });
}

const MAPS: [(&str, &str); 1] = [("", "configmaps")];

#[test]
fn f23_what_a_webhook_denies_is_refused_before_the_first_write() {
    let scene = Scene::rendering(Lab::extended(), &[config_map("one", "1"), config_map("two", "1")]);
    let (hook, configuration) = installed(&scene, &Does::Deny("not on a Friday".to_owned()), &MAPS);
    let refused = scene.apply(&[]);
    assert_eq!(refused.status, Some(4), "{}", said(&refused));
    for known in [
        "not on a Friday",
        &configuration["metadata"]["name"].as_str().unwrap().replace(&scene.namespace, "here"),
    ] {
        assert!(said(&refused).contains(known), "{known}: {}", said(&refused));
    }
    assert_eq!(scene.writes(), Vec::<String>::new());
    uninstall(&scene, &hook, &configuration);
    let applied = scene.apply(&[]);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
}

#[test]
fn f24_a_webhook_that_nobody_answers_for_is_named() {
    let scene = Scene::rendering(Lab::extended(), &[config_map("one", "1")]);
    let (hook, configuration) = installed(&scene, &Does::Stall, &MAPS);
    let refused = scene.apply(&[]);
    assert!(matches!(refused.status, Some(4 | 5)), "{}", said(&refused));
    assert!(said(&refused).contains("failed calling webhook"), "{}", said(&refused));
    assert!(scene.live(&config_map("one", "")).is_none());
    uninstall(&scene, &hook, &configuration);
}

#[test]
fn f26_what_a_webhook_changes_is_no_drift() {
    let scene = Scene::rendering(full(), &[deployment("web", "registry.example.com/web:1", "")]);
    let does = Does::LabelAndRegistry("mesh", "on", "mirror.example.com");
    let (hook, configuration) = installed(&scene, &does, &[("apps", "deployments"), ("", "configmaps")]);
    let applied = scene.apply(&[]);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
    for arguments in [&[][..], &["--exact"]] {
        let diff = scene.diff(arguments);
        assert_eq!(diff.status, Some(0), "{arguments:?}: {}", said(&diff));
    }
    let before = scene.writes().len();
    let again = scene.apply(&[]);
    assert_eq!((again.status, scene.writes().len()), (Some(0), before), "{}", said(&again));
    uninstall(&scene, &hook, &configuration);
}
