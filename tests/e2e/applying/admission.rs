//! Webhooks while objects are written.

use std::time::Duration;

use insta::assert_snapshot;
use serde_json::Value;

use super::scene::{Scene, config_map, deployment, full};
use crate::harness::{Does, Fault, Lab, Rule, Webhook, block_on, eventually};
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
fn f24_a_webhook_that_ends_midway_stops_the_run_and_is_named_with_who_answers_for_it() {
    for (name, hint) in [("shop.example.com", false), ("rev.validation.istio.io", true)] {
        let maps = ["one", "two", "three"].map(|name| config_map(name, "1"));
        let scene = Scene::rendering(Lab::extended(), &maps);
        let hook = Webhook::of(scene.cluster, &Does::Nothing);
        let mut configuration =
            hook.configuration(&format!("hook-{}", scene.namespace), &MAPS, &scene.namespace);
        configuration["kind"] = "ValidatingWebhookConfiguration".into();
        configuration["webhooks"][0]["name"] = name.into();
        let (seen, of) = (scene.here(&config_map("seen", "1")), scene.cluster);
        block_on(async { hook.install(&of.client().await, &configuration, &seen).await });
        let slow = Fault::Delay(Duration::from_secs(1));
        scene.proxy.add(Rule::new(slow).verb("patch").kind("v1", "ConfigMap").dry_run(false));
        let run = scene.start(&[]);
        scene.until_faulty(false);
        // Nobody is at its address from now on.
        let url = hook.url.clone();
        drop(hook);
        let stopped = scene.ended(run);
        assert_eq!(stopped.status, Some(5), "{}", said(&stopped));
        let error = stopped.stderr.split("\n\n").find(|part| part.starts_with("error[")).unwrap_or_default();
        let lines =
            error.lines().filter(|line| !line.contains("note: PATCH ") && !line.contains("failed calling"));
        let told = lines.collect::<Vec<_>>().join("\n").replace(&url, "URL");
        let told = ["one", "two", "three"]
            .iter()
            .fold(told, |told, name| told.replace(&format!("/{name}"), "/NAME"));
        match hint {
            false => assert_snapshot!(told, @r#"
            error[A014]: here/ConfigMap/NAME was not written: the webhook shop.example.com does not answer, and nothing is written without it
             |
             = cluster: a
             = object: here/ConfigMap/NAME
             = note: context "context", server https://HOST, user "context"
             = note: ValidatingWebhookConfiguration hook-here: URL/hook-here answers for it, failurePolicy Fail
             = help: see whether the service behind it runs, then run the same command again
            "#),
            true => {
                assert!(told.contains("it is istiod: see whether its pods in istio-system run"), "{told}")
            }
        }
        // It was tried again, each time in view, and nothing came of it.
        assert!(stopped.stderr.contains("; try 3 of 3"), "{}", stopped.stderr);
        assert!(scene.everything(&[("v1", "ConfigMap")]).is_empty());
        assert!(scene.record().unwrap().run.is_some());
        let like = serde_json::json!({
            "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration",
            "metadata": {"name": configuration["metadata"]["name"]},
        });
        block_on(async { scene.someone("lab").await.delete(&like).await });
        scene.proxy.clear();
        // The server takes a moment to learn that there is no webhook any more.
        let again = block_on(eventually("it goes on", async || {
            Some(scene.apply(&[])).filter(|again| again.status == Some(0))
        }));
        assert_eq!(scene.everything(&[("v1", "ConfigMap")]).len(), 3, "{}", said(&again));
    }
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
