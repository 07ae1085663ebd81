//! What is deleted, and what only seems to be ours.

use std::time::Duration;

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::ready::{UNIT, gizmos};
use super::scene::{Scene, config_map, full, said, told};
use crate::harness::proxy::Request;
use crate::harness::{Fault, Lab, Rule, block_on};

fn maps(names: &[&str]) -> Vec<Value> {
    names.iter().map(|name| config_map(name, "1")).collect()
}

/// A scene that has applied these, and renders only the last two of them now.
fn dropped(names: &[&str]) -> Scene {
    let scene = Scene::rendering(Lab::extended(), &maps(names));
    let first = scene.apply(&[]);
    assert_eq!(first.status, Some(0), "{}", said(&first));
    scene.render(&maps(&names[names.len() - 2..]));
    scene
}

/// The DELETE requests of objects.
fn deletes(scene: &Scene) -> Vec<Request> {
    let requests = scene.proxy.requests().into_iter();
    requests.filter(|one| one.verb == "delete" && one.resource == "configmaps").collect()
}

fn edit(scene: &Scene, name: &str, patch: &Value) {
    block_on(async {
        scene.someone("somebody").await.edit(&scene.here(&config_map(name, "")), patch).await;
    });
}

#[test]
fn f94_inv09_every_deletion_names_the_very_object() {
    let scene = dropped(&["gone", "one", "two"]);
    let live = scene.live(&config_map("gone", "")).unwrap();
    let applied = scene.apply(&[]);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
    assert!(scene.live(&config_map("gone", "")).is_none());
    let [delete] = deletes(&scene).try_into().unwrap();
    let body: Value = serde_json::from_str(&delete.body).unwrap();
    assert_eq!(body["preconditions"]["uid"], live["metadata"]["uid"]);
    assert_eq!(body["preconditions"]["resourceVersion"], live["metadata"]["resourceVersion"]);
    assert_eq!(body["propagationPolicy"], "Background");
}

#[test]
fn f94_what_is_no_longer_ours_stays_and_is_told() {
    let names = ["relabelled", "anew", "owned", "gone", "one", "two", "three", "four", "five"];
    let scene = Scene::rendering(Lab::extended(), &maps(&names));
    let first = scene.apply(&[]);
    assert_eq!(first.status, Some(0), "{}", said(&first));
    edit(
        &scene,
        "relabelled",
        &json!({"metadata": {"labels": {"applyset.kubernetes.io/part-of": "another"}}}),
    );
    let owner = json!({"apiVersion": "v1", "kind": "Namespace", "name": scene.namespace, "uid": "7f0f6a3e-0000-4000-8000-000000000001"});
    edit(&scene, "owned", &json!({"metadata": {"ownerReferences": [owner]}}));
    block_on(async {
        let someone = scene.someone("somebody").await;
        let anew = scene.here(&config_map("anew", "1"));
        let labels = someone.get(&anew).await.unwrap()["metadata"]["labels"].clone();
        someone.delete(&anew).await;
        let mut made = anew.clone();
        made["metadata"]["labels"] = labels;
        someone.create(&made).await;
    });
    scene.render(&maps(&names[4..]));
    let applied = scene.apply(&[]);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
    let deleted: Vec<String> = deletes(&scene).into_iter().map(|delete| delete.name).collect();
    assert_eq!(deleted, ["gone"]);
    assert_snapshot!(told(&applied), @r#"
    = ConfigMap/relabelled in here  component.web  on a
        no longer rendered, kept: it does not carry the label applyset.kubernetes.io/part-of of this fleet any longer
    = ConfigMap/owned in here  component.web  on a
        no longer rendered, kept: it belongs to Namespace/here
    - ConfigMap/gone in here  component.web  on a
    = ConfigMap/anew in here  component.web  on a
        no longer rendered, kept: it is another object than the one that was applied: it was made anew by somebody
    1 cluster: 1 to delete; 5 unchanged, 3 kept
    created 0, changed 0, unchanged 5, deleted 1 on "a"
    a: context "context", server https://HOST, user "context"
    a: locked by this run, RUN
    a: recording what is to be done
    a: waiting until 5 objects are ready
    a: deleting 1 object
    a: deleted here/ConfigMap/gone (component.web)
    "#);
    for (name, why) in [
        ("relabelled", "does not carry the label"),
        ("anew", "another object than the one that was applied"),
        ("owned", "it belongs to Namespace/"),
    ] {
        assert!(scene.live(&config_map(name, "")).is_some(), "{name}");
        for known in [&format!("ConfigMap/{name}"), why] {
            assert!(said(&applied).contains(known), "{known}: {}", said(&applied));
        }
    }
}

#[test]
fn f94_a_deletion_that_is_overtaken_is_judged_anew() {
    for (patch, stays) in [
        (json!({"data": {"key": "theirs"}}), false),
        (json!({"metadata": {"labels": {"applyset.kubernetes.io/part-of": "another"}}}), true),
    ] {
        let scene = dropped(&["gone", "one", "two"]);
        let slow = Fault::Delay(Duration::from_secs(2));
        scene.proxy.add(Rule::new(slow).verb("delete").kind("v1", "ConfigMap").times(1));
        let run = scene.start(&[]);
        scene.until_faulty(false);
        edit(&scene, "gone", &patch);
        let applied = scene.ended(run);
        let deletes = deletes(&scene);
        assert_eq!(deletes[0].acted, 409);
        assert_eq!(scene.live(&config_map("gone", "")).is_some(), stays, "{}", said(&applied));
        assert_eq!(deletes.len(), if stays { 1 } else { 2 });
        if stays {
            assert!(said(&applied).contains("ConfigMap/gone"), "{}", said(&applied));
        } else {
            assert_eq!(applied.status, Some(0), "{}", said(&applied));
        }
    }
}

#[test]
fn f93_a_namespace_and_a_definition_go_only_by_name() {
    let scene = Scene::of(full(), "");
    let (definition, gizmo) = gizmos(&scene);
    let other = format!("{}-other", scene.namespace);
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": other}});
    let mut inside = config_map("inside", "1");
    inside["metadata"]["namespace"] = json!(other);
    scene.units(&format!("{UNIT}  ready_when = {{ Gizmo = \"create\" }}\n}}\n"));
    let rest = maps(&["one", "two", "three", "four"]);
    let all = [&rest[..], &[definition.clone(), gizmo.clone(), namespace.clone(), inside.clone()]].concat();
    scene.render(&all);
    let applied = scene.apply(&[]);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));

    // No longer rendered, they stay, with what is in them.
    let kept = [&rest[..], &[gizmo.clone(), inside.clone()]].concat();
    scene.render(&kept);
    let applied = scene.apply(&[]);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
    for object in [&definition, &gizmo, &namespace, &inside] {
        assert!(scene.live(object).is_some(), "{object}");
    }
    let name = |object: &Value| scene.named(object["metadata"]["name"].as_str().unwrap());
    assert_snapshot!(told(&applied), @r#"
    = Namespace/here-other  component.web  on a
        no longer rendered, kept: 1 object that is rendered is in it
    = CustomResourceDefinition/gizmos.here.example.com  component.web  on a
        no longer rendered, kept: 1 object that is rendered is in it
    no differences on 1 cluster; 6 unchanged, 2 kept
    created 0, changed 0, unchanged 6, deleted 0 on "a"
    a: context "context", server https://HOST, user "context"
    a: locked by this run, RUN
    a: recording what is to be done
    a: waiting until 6 objects are ready
    "#);
    for object in [&definition, &namespace] {
        assert!(said(&applied).contains(&name(object)), "{}", said(&applied));
    }

    // By name, they go.
    scene.render(&rest);
    let definition_name =
        format!("CustomResourceDefinition/{}", definition["metadata"]["name"].as_str().unwrap());
    let namespace_name = format!("Namespace/{other}");
    let diff = scene.diff(&[]);
    assert_snapshot!(told(&diff), @"
    - Gizmo/one in here  component.web  on a
    - ConfigMap/inside in here-other  component.web  on a
    = Namespace/here-other  component.web  on a
        no longer rendered, kept: what is in it (1 object of this fleet) would go with it; a Namespace or CustomResourceDefinition is deleted only by name
    = CustomResourceDefinition/gizmos.here.example.com  component.web  on a
        no longer rendered, kept: what is in it (1 object of this fleet) would go with it; a Namespace or CustomResourceDefinition is deleted only by name
    1 cluster: 2 to delete; 4 unchanged, 2 kept
    ");
    let applied =
        scene.apply(&["--delete", &namespace_name, "--delete", &definition_name, "--ready-timeout", "60s"]);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
    for object in [&definition, &namespace] {
        assert!(scene.live(object).is_none(), "{object}");
    }
    assert_eq!(scene.record().unwrap().inventory.len(), 4);
}
