//! Which cluster is written to.

use serde_json::{Value, json};

use super::scene::{Scene, config_map, said};
use crate::harness::{Lab, Manager, block_on};
use crate::program::outcome;

#[test]
fn f71_the_context_of_the_fleet_is_taken_whatever_the_current_one_is() {
    let scene = Scene::rendering(Lab::extended(), &[config_map("one", "1")]);
    let mine = std::fs::read_to_string(&scene.proxy.kubeconfig).unwrap();
    let theirs = std::fs::read_to_string(&Lab::other().kubeconfig).unwrap();
    scene.place.write("mine", &mine);
    for current in ["other", "nowhere"] {
        scene.place.write("theirs", &format!("current-context: {current}\n{}", without_current(&theirs)));
        let mut command = scene.command(&["apply", "--cluster", "a", "--yes"]);
        let applied = outcome(command.env("KUBECONFIG", "theirs:mine").output().unwrap());
        assert_eq!(applied.status, Some(0), "{}", said(&applied));
        assert!(scene.live(&config_map("one", "")).is_some());
        // Where to is told.
        let host = scene.proxy.url.trim_start_matches("https://");
        for known in [host, &scene.cluster.name] {
            assert!(applied.stderr.contains(known), "{known}: {}", said(&applied));
        }
    }
    let there = block_on(async {
        let reader = Manager::new("reader", &Lab::other().client().await).await;
        let like = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": ""}});
        reader.list(&like).await
    });
    let names = |namespace: &Value| namespace["metadata"]["name"].as_str().unwrap().to_owned();
    assert!(!there.iter().map(names).any(|name| name == scene.state));
}

fn without_current(kubeconfig: &str) -> String {
    let lines = kubeconfig.lines().filter(|line| !line.starts_with("current-context"));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn f68_two_entries_for_one_cluster_are_refused() {
    let scene = Scene::rendering(Lab::extended(), &[config_map("one", "1")]);
    let fleet = scene.place.read("fleet/fleet.hcl");
    let entry = |name: &str| {
        format!(
            "cluster \"{name}\" {{\n  context = \"{}\"\n  uid = \"{}\"\n}}\n",
            scene.cluster.name, scene.cluster.uid
        )
    };
    scene.place.write("fleet/fleet.hcl", &format!("{fleet}{}", entry("alias")));
    for cluster in ["a", "alias"] {
        let refused = scene.run(&["apply", "--cluster", cluster, "--yes"]);
        assert!(matches!(refused.status, Some(2 | 4)), "{}", said(&refused));
        for known in ["\"a\"", "\"alias\"", "UID"] {
            assert!(refused.stderr.contains(known), "{known}: {}", refused.stderr);
        }
    }
    assert!(scene.proxy.requests().is_empty());
}

#[test]
fn f69_the_record_of_a_cluster_that_was_rebuilt_is_not_used() {
    let scene = Scene::rendering(Lab::extended(), &[config_map("one", "1"), config_map("two", "1")]);
    let first = scene.apply(&[]);
    assert_eq!(first.status, Some(0), "{}", said(&first));
    // Another cluster of the same name, that was given a copy of everything.
    let secrets =
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"namespace": scene.state, "name": ""}});
    block_on(async {
        let here = scene.someone("lab").await;
        let there = Manager::new("lab", &Lab::other().client().await).await;
        for name in [&scene.state, &scene.namespace] {
            let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
            there.apply(&namespace).await;
        }
        let mut copied = here.list(&secrets).await;
        copied.push(here.get(&scene.here(&config_map("two", ""))).await.unwrap());
        for mut object in copied {
            if object["kind"].is_null() {
                object["apiVersion"] = json!("v1");
                object["kind"] = json!("Secret");
            }
            for key in ["uid", "resourceVersion", "creationTimestamp", "managedFields"] {
                object["metadata"].as_object_mut().unwrap().remove(key);
            }
            there.create(&object).await;
        }
    });
    scene.render(&[config_map("one", "1")]);
    let rebuilt = |arguments: &[&str]| {
        let mut command = scene.command(arguments);
        outcome(command.env("KUBECONFIG", &Lab::other().kubeconfig).output().unwrap())
    };
    let fleet = scene.place.read("fleet/fleet.hcl");
    let context = |text: &str| text.replace(&format!("\"{}\"", scene.cluster.name), "\"other\"");
    scene.place.write("fleet/fleet.hcl", &context(&fleet));
    let apply = ["apply", "--cluster", "a", "--yes"];
    let refused = rebuilt(&apply);
    assert_eq!(refused.status, Some(4), "{}", said(&refused));
    for known in [scene.cluster.uid.as_str(), Lab::other().uid.as_str(), "fleetwright trust --cluster a"] {
        assert!(refused.stderr.contains(known), "{known}: {}", refused.stderr);
    }
    // Trusted again, what was recorded of the one before says nothing.
    scene.place.write("fleet/fleet.hcl", &context(&fleet).replace(&scene.cluster.uid, &Lab::other().uid));
    let refused = rebuilt(&apply);
    assert_eq!(refused.status, Some(4), "{}", said(&refused));
    assert!(refused.stderr.contains("the record of cluster \"a\" is not its own"), "{}", refused.stderr);
    let two = block_on(async {
        let there = Manager::new("lab", &Lab::other().client().await).await;
        there.get(&scene.here(&config_map("two", ""))).await
    });
    assert!(two.is_some());
}

#[test]
fn a_cluster_that_is_renamed_keeps_its_record() {
    let objects = [config_map("one", "1"), config_map("two", "1")];
    let scene = Scene::rendering(Lab::extended(), &objects);
    let first = scene.apply(&[]);
    assert_eq!(first.status, Some(0), "{}", said(&first));
    let fleet = scene.place.read("fleet/fleet.hcl");
    scene.place.write("fleet/fleet.hcl", &fleet.replace("cluster \"a\"", "cluster \"z\""));
    scene.render(&objects[..1]);
    let renamed = scene.apply(&["--cluster", "z"]);
    assert_eq!(renamed.status, Some(0), "{}", said(&renamed));
    let told = "cluster \"z\" was applied to as \"a\", by its UID the same one";
    assert!(renamed.stderr.contains(told), "{}", renamed.stderr);
    // What is no longer rendered is known under the new name, and goes.
    assert_eq!(scene.live(&objects[1]), None);
    let again = scene.apply(&["--cluster", "z"]);
    assert_eq!(again.status, Some(0), "{}", said(&again));
    assert!(!again.stderr.contains(told), "{}", again.stderr);
}
