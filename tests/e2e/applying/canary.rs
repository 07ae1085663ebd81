//! The canary first: what the other clusters get, the first has proven.

use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;
use std::time::Duration;

use serde_json::json;

use super::four::{Four, NAMES};
use super::scene::{config_map, deployment};
use crate::harness::client::eventually;
use crate::harness::{Fault, Rule, block_on};

/// The rollout of the four clusters, and what is rendered for them.
fn rollout(soak: &str, more: &str) -> String {
    format!(
        "rollout \"prod\" {{\n  match = \"env=prod\"\n\
         \x20 stage \"canary\" {{\n    clusters = [\"prod-a\"]\n    soak = \"{soak}\"\n  }}\n\
         \x20 stage \"rest\" {{\n    clusters = [\"prod-b\", \"prod-c\", \"prod-d\"]\n  }}\n}}\n\
         component \"web\" {{\n  match = \"env=prod\"\n  namespace = \"shop\"\n  manifests = [\"web.yaml\"]\n}}\n{more}"
    )
}

fn said(outcome: &crate::program::Outcome) -> String {
    format!("{}\n{}", outcome.stdout, outcome.stderr)
}

#[test]
fn a_release_goes_from_the_canary_to_the_others() {
    let four = Four::new("canary", &rollout("1h", ""));
    let image = "registry.example.com/web:1";
    four.render(&[config_map("settings", "1"), deployment("web", image, "")]);

    // Nobody before the canary.
    let early = four.apply("prod-b", &[]);
    assert_eq!(early.status, Some(4), "{}", said(&early));
    assert!(early.stderr.contains("fleetwright apply --cluster prod-a"), "{}", early.stderr);
    assert!(four.everything("prod-b").is_empty());

    let canary = four.apply("prod-a", &[]);
    assert_eq!(canary.status, Some(0), "{}", said(&canary));
    // It soaks for an hour.
    let soaking = four.apply("prod-b", &[]);
    assert_eq!(soaking.status, Some(4), "{}", said(&soaking));
    assert!(soaking.stderr.contains("soak"), "{}", soaking.stderr);
    // How long it soaks is no part of the release.
    four.define("canary", &rollout("0s", ""));
    for cluster in &NAMES[1..] {
        let rest = four.apply(cluster, &[]);
        assert_eq!(rest.status, Some(0), "{cluster}: {}", said(&rest));
    }
    assert_eq!(four.values("settings").len(), 4);

    // A release whose pods fail goes no further than the canary.
    let untouched = NAMES[1..].iter().map(|cluster| four.everything(cluster)).collect::<Vec<_>>();
    four.render(&[config_map("settings", "2"), deployment("web", image, "CrashLoopBackOff")]);
    let failed = four.apply("prod-a", &[]);
    assert_eq!(failed.status, Some(5), "{}", said(&failed));
    assert!(failed.stderr.contains("CrashLoopBackOff"), "{}", failed.stderr);
    for cluster in &NAMES[1..] {
        let refused = four.apply(cluster, &[]);
        assert_eq!(refused.status, Some(4), "{cluster}: {}", said(&refused));
    }
    let after = NAMES[1..].iter().map(|cluster| four.everything(cluster)).collect::<Vec<_>>();
    assert_eq!(after, untouched);

    // The mended release is another one.
    four.render(&[config_map("settings", "3"), deployment("web", image, "")]);
    let mended = four.apply("prod-a", &[]);
    assert_eq!(mended.status, Some(0), "{}", said(&mended));
    // What does not reach the rollout leaves its evidence.
    let staging = "component \"tools\" {\n  match = \"env=staging\"\n  manifests = [\"web.yaml\"]\n}\n\
                   output \"one\" {\n  value = 1\n}\n# a comment\n";
    four.define("canary", &rollout("0s", staging));
    let second = four.apply("prod-b", &[]);
    assert_eq!(second.status, Some(0), "{}", said(&second));
    // What reaches it does not.
    four.render(&[config_map("settings", "4"), deployment("web", image, "")]);
    let other = four.apply("prod-c", &[]);
    assert_eq!(other.status, Some(4), "{}", said(&other));
    assert_eq!(
        four.values("settings").into_values().collect::<Vec<_>>(),
        ["3", "3", "1", "1"].map(serde_json::Value::from)
    );
    evidence_that_goes_stops_a_run_that_waits(&four);
}

/// What was decided before the lock was had is decided once more under it (INV-12): who waits for it, or for somebody to
/// agree, may wait for long. All holds the release that is rendered, or an older one.
fn evidence_that_goes_stops_a_run_that_waits(four: &Four) {
    let canary = four.apply("prod-a", &[]);
    assert_eq!(canary.status, Some(0), "{}", said(&canary));
    let lease = json!({
        "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
        "metadata": {"namespace": "fleetwright", "name": "fleetwright.canary.rollout.prod"},
        "spec": {"holderIdentity": "another-run", "leaseDurationSeconds": 600},
    });
    block_on(async {
        let somebody = four.someone("prod-a", "somebody").await;
        somebody.delete(&lease).await;
        somebody.apply(&lease).await;
    });
    let before = four.values("settings");
    let waits = ["apply", "--cluster", "prod-b", "--yes", "--lock-timeout", "2m"];
    let mut waits = four.command(&waits).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = BufReader::new(waits.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("waiting for the lock") {
        line.clear();
        assert!(stderr.read_line(&mut line).unwrap() > 0, "it waits for no lock");
    }
    // Another release comes to the canary, against the rules, which takes no lock of the rollout.
    four.render(&[config_map("settings", "5"), deployment("web", "registry.example.com/web:1", "")]);
    let other = four.apply("prod-a", &["--break-glass", "a test"]);
    assert_eq!(other.status, Some(0), "{}", said(&other));
    block_on(async { four.someone("prod-a", "somebody").await.delete(&lease).await });
    let mut told = String::new();
    stderr.read_to_string(&mut told).unwrap();
    assert_eq!(waits.wait().unwrap().code(), Some(4), "{told}");
    assert!(told.contains("prod-a"), "{told}");
    assert_eq!(four.values("settings")["prod-b"], before["prod-b"], "{told}");
}

#[test]
fn a_canary_that_crashed_and_came_back_soaks_anew() {
    let four = Four::apart("flicker", &rollout("0s", ""));
    four.render(&[deployment("web", "registry.example.com/web:1", "")]);
    four.done("prod-a", &[]);
    // Pods that cannot be read may have done anything.
    four.proxy("prod-a").add(Rule::new(Fault::status(403)).verb("list").kind("v1", "Pod"));
    four.refused("prod-b", &[], &["what is on cluster \"prod-a\" is not known"]);
    four.proxy("prod-a").clear();
    // Servers tell whole seconds.
    std::thread::sleep(Duration::from_millis(1_100));
    crash(&four, "prod-a");

    // It is ready now, and was when it was applied.
    four.define("flicker", &rollout("1h", ""));
    let soaking =
        four.refused("prod-b", &[], &["soaks until", "was not ready until", "the soak counts from there"]);
    assert!(soaking.stderr.contains("Deployment/web"), "{}", soaking.stderr);
    four.define("flicker", &rollout("0s", ""));
    four.done("prod-b", &[]);
}

/// The only pod of a cluster crashes and is ready again, as its kubelet tells.
fn crash(four: &Four, cluster: &str) {
    let pods = || four.everything(cluster).into_iter().filter(|(name, _)| name.contains("/Pod/"));
    let pod = pods().map(|(_, pod)| pod).next().unwrap();
    let pod =
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": pod["metadata"], "status": pod["status"]});
    block_on(async {
        let kubelet = four.someone(cluster, "kubelet").await;
        for (ready, available) in [("False", 0), ("True", 1)] {
            let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
            let mut conditions = pod["status"]["conditions"].clone();
            for condition in conditions.as_array_mut().unwrap() {
                if ["Ready", "ContainersReady"].iter().any(|name| condition["type"] == *name) {
                    condition["status"] = json!(ready);
                    condition["lastTransitionTime"] = json!(now);
                }
            }
            kubelet.patch_status(&pod, &json!({"status": {"conditions": conditions}})).await;
            let web = four.here(&deployment("web", "", ""));
            eventually("its Deployment sees it", async || {
                let live = kubelet.finds(&web).await?;
                let count = live["status"]["availableReplicas"].as_i64().unwrap_or_default();
                (count == available).then_some(())
            })
            .await;
        }
    });
}
