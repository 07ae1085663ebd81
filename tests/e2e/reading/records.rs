//! The record in its Secrets.

use std::collections::BTreeSet;
use std::sync::Arc;

use insta::assert_snapshot;
use serde_json::{Value, json};

use fleetwright::live::Failure;
use fleetwright::object::{Digest, ObjectRef, base64_encode};
use fleetwright::plan::{Applied, Entry, Kind, Record};

use super::{Scene, config_map};
use crate::harness::{Fault, Rule};

fn filled(scene: &Scene) -> Record {
    let mut record = scene.record();
    let object = ObjectRef {
        group: Arc::from(""),
        kind: Arc::from("ConfigMap"),
        namespace: Some(Arc::from(scene.namespace.as_str())),
        name: Arc::from("a"),
    };
    let digest = Digest::of_bytes(b"x");
    let entry = Entry {
        api_version: "v1".to_owned(),
        unit: "component.c".to_owned(),
        uid: None,
        applied: Some(Applied { rendered: digest, owned: digest, admission: digest }),
        secrets: BTreeSet::new(),
    };
    record.inventory.insert(object, entry);
    record
}

#[test]
fn a_record_is_written_and_read_and_old_parts_go() {
    let scene = Scene::new();
    assert_eq!(scene.read().unwrap(), None);
    let (empty, full) = (scene.record(), filled(&scene));
    let first = scene.write(&empty, None).unwrap();
    assert_eq!(scene.read().unwrap(), Some((empty, first.clone())));
    let second = scene.write(&full, Some(&first)).unwrap();
    assert_eq!(scene.read().unwrap(), Some((full.clone(), second.clone())));
    assert_eq!(scene.secrets().len(), 2, "the parent and one part");
    // The same again changes nothing, and another who read the first is told.
    assert_eq!(scene.write(&full, Some(&second)).unwrap(), second);
    assert_snapshot!(scene.told(&scene.write(&scene.record(), Some(&first)).unwrap_err()), @r#"
    the record of cluster "prod-a" is not written: somebody else has written it since it was read
    context "c", server https://HOST, user "u"
    it is the Secret STATE/fleetwright.shop
    run the same command again
    "#);
    assert_snapshot!(scene.told(&scene.write(&scene.record(), None).unwrap_err()), @r#"
    the record of cluster "prod-a" is not written: somebody else has written it since it was read
    context "c", server https://HOST, user "u"
    it is the Secret STATE/fleetwright.shop
    run the same command again
    "#);
    assert_eq!(scene.read().unwrap(), Some((full.clone(), second.clone())));
    assert_eq!(scene.state().unwrap().record.unwrap(), Some(full));
    assert_eq!(scene.notices(), Vec::<String>::new());
}

#[test]
fn a_large_record_has_several_parts() {
    let scene = Scene::new();
    let mut record = filled(&scene);
    // What does not compress.
    let mut noise = Digest::of_bytes(b"noise");
    let mut text = String::new();
    while text.len() < 5 << 20 {
        noise = Digest::of_bytes(noise.as_bytes());
        text.push_str(&noise.to_string());
    }
    for entry in record.inventory.values_mut() {
        entry.unit = text.clone();
    }
    let version = scene.write(&record, None).unwrap();
    assert!(scene.secrets().len() > 3, "{:?}", scene.secrets().keys());
    assert_eq!(scene.read().unwrap(), Some((record, version.clone())));
    scene.write(&scene.record(), Some(&version)).unwrap();
    assert_eq!(scene.secrets().len(), 2);
}

#[test]
fn a_record_that_is_interrupted_anywhere_can_be_read() {
    let scene = Scene::new();
    let first = scene.write(&scene.record(), None).unwrap();
    let requests = |scene: &Scene| scene.proxy.requests().len();
    let full = filled(&scene);
    let mut version = first;
    let mut outcomes = Vec::new();
    // The question for the UID is the first.
    for (nth, fault) in (2..8).flat_map(|nth| [(nth, Fault::Stall), (nth, Fault::StallBody(5))]) {
        let mut next = full.clone();
        next.key[0] = nth as u8;
        let before = scene.read().unwrap().unwrap().0;
        scene.proxy.clear();
        scene.proxy.add(Rule::new(fault).nth(nth));
        let start = requests(&scene);
        let written = scene.write(&next, Some(&version));
        let asked = requests(&scene) - start;
        scene.proxy.clear();
        let (read, now) = scene.read().unwrap().unwrap();
        assert!(read == next || read == before);
        match &written {
            Ok(written) => assert_eq!((read == next, written), (true, &now)),
            Err(Failure::Unknown(_)) => {}
            Err(failure) => panic!("{}", scene.told(failure)),
        }
        outcomes.push((nth, written.is_ok(), asked));
        version = now;
    }
    assert!(outcomes.iter().any(|(_, is_written, _)| !is_written), "{outcomes:?}");
    scene.write(&scene.record(), Some(&version)).unwrap();
    assert_eq!(scene.secrets().len(), 2, "what was left behind is gone");
}

#[test]
fn f06_a_record_that_was_written_though_the_answer_was_lost_is_written() {
    for (before, verb) in [(false, "create"), (true, "update")] {
        for fault in [
            Fault::ResetAfter,
            Fault::Truncate(10),
            Fault::StallBody(10),
            Fault::status(503).after_acting(),
            Fault::status(500).after_acting(),
            Fault::status(429).after_acting(),
        ] {
            let scene = Scene::new();
            let first = before.then(|| scene.write(&scene.record(), None).unwrap());
            scene.proxy.add(Rule::new(fault.clone()).verb(verb).kind("v1", "Secret"));
            let written = scene.write(&filled(&scene), first.as_ref());
            scene.proxy.clear();
            match written {
                Ok(version) => {
                    assert_eq!(scene.read().unwrap(), Some((filled(&scene), version)), "{fault:?}")
                }
                // Nothing but the parts was there to be asked about.
                Err(failure) => assert_eq!(
                    (before, scene.read().unwrap().is_none()),
                    (false, true),
                    "{fault:?} {}",
                    scene.told(&failure)
                ),
            }
        }
    }
}

#[test]
fn s29_s30_a_record_that_is_not_ours_or_was_changed_is_refused() {
    let scene = Scene::new();
    scene.write(&filled(&scene), None).unwrap();
    let secrets = scene.secrets();
    let parent = secrets["fleetwright.shop"].clone();
    let shard = secrets.keys().find(|name| **name != "fleetwright.shop").unwrap().clone();
    let refused = || scene.told(&scene.read().unwrap_err()).replace(&shard, "PART");
    let with = |change: &dyn Fn(&mut Value)| {
        let mut changed = parent.clone();
        changed["metadata"].as_object_mut().unwrap().remove("resourceVersion");
        let original = changed.clone();
        change(&mut changed);
        scene.replace(&changed);
        let told = refused();
        assert!(matches!(scene.state(), Err(Failure::Refused(_))));
        scene.replace(&original);
        told
    };
    assert_snapshot!(with(&|parent| parent["metadata"]["labels"] = json!({})), @r#"
    the record of cluster "prod-a" is not its own: it has no label applyset.kubernetes.io/id
    context "c", server https://HOST, user "u"
    it is the Secret STATE/fleetwright.shop
    if it was copied or restored from elsewhere, delete the Secret STATE/fleetwright.shop: then nothing is known of what was applied, and nothing is deleted
    "#);
    assert_snapshot!(with(&|parent| parent["data"]["digest"] = json!("eA==")), @r#"
    the record of cluster "prod-a" is damaged: its digest is missing, or is none
    context "c", server https://HOST, user "u"
    it is the Secret STATE/fleetwright.shop
    restore the Secret STATE/fleetwright.shop and its parts from a backup, with the version of fleetwright that wrote them
    "#);
    // As somebody would who copies the Secrets of another cluster.
    let plant = |record: &Record| {
        let bytes = record.to_bytes().unwrap();
        let digest = Digest::of_bytes(&bytes);
        let mut part = secrets[&shard].clone();
        let name = format!("fleetwright.shop.{digest}");
        part["metadata"] = json!({ "name": name, "labels": part["metadata"]["labels"] });
        part["data"]["part"] = json!(base64_encode(&bytes));
        let path = format!("/api/v1/namespaces/{}/secrets", scene.namespace);
        scene.send(http::Request::post(path).header("Content-Type", "application/json"), &part);
        with(&|parent| {
            parent["data"]["digest"] = json!(base64_encode(digest.to_string().as_bytes()));
            parent["data"]["shards"] = json!(base64_encode(name.as_bytes()));
        })
    };
    let other_uid = Record::new("shop", "prod-a", "00000000-0000-4000-8000-000000000000", [7; 32]);
    let other_name = Record::new("shop", "prod-b", &scene.cluster.uid, [7; 32]);
    let other_fleet = Record::new("sh\u{1b}p", "prod-a", &scene.cluster.uid, [7; 32]);
    assert_snapshot!(plant(&other_uid), @r#"
    the record of cluster "prod-a" is not its own: it is of the cluster with the UID "00000000-0000-4000-8000-000000000000", and this is the cluster with the UID "UID"
    context "c", server https://HOST, user "u"
    it is the Secret STATE/fleetwright.shop
    if it was copied or restored from elsewhere, delete the Secret STATE/fleetwright.shop: then nothing is known of what was applied, and nothing is deleted
    "#);
    assert_snapshot!(plant(&other_name), @r#"
    the record of cluster "prod-a" is not its own: it is of cluster "prod-b", and this is cluster "prod-a"
    context "c", server https://HOST, user "u"
    it is the Secret STATE/fleetwright.shop
    if the fleet's clusters changed their names, rename one at a time, first to a name that none has; if not, their UIDs or contexts are mixed up
    "#);
    assert_snapshot!(plant(&other_fleet), @r#"
    the record of cluster "prod-a" is not its own: it is of fleet "sh\u{1b}p", and this is fleet "shop"
    context "c", server https://HOST, user "u"
    it is the Secret STATE/fleetwright.shop
    if it was copied or restored from elsewhere, delete the Secret STATE/fleetwright.shop: then nothing is known of what was applied, and nothing is deleted
    "#);
    scene.delete(&shard);
    assert_snapshot!(refused(), @r#"
    the record of cluster "prod-a" is damaged: a part of it is missing
    context "c", server https://HOST, user "u"
    it is the Secret STATE/fleetwright.shop
    restore the Secret STATE/fleetwright.shop and its parts from a backup, with the version of fleetwright that wrote them
    "#);
    scene.delete("fleetwright.shop");
    assert_eq!(scene.read().unwrap(), None);
    assert_snapshot!(scene.told(&scene.write(&other_name, None).unwrap_err()), @r#"
    the record of cluster "prod-a" is not its own: it is of cluster "prod-b", and this is cluster "prod-a"
    context "c", server https://HOST, user "u"
    it is the Secret STATE/fleetwright.shop
    if the fleet's clusters changed their names, rename one at a time, first to a name that none has; if not, their UIDs or contexts are mixed up
    "#);
    assert_snapshot!(scene.told(&scene.write(&other_uid, None).unwrap_err()), @r#"
    the record of cluster "prod-a" is not its own: it is of the cluster with the UID "00000000-0000-4000-8000-000000000000", and this is the cluster with the UID "UID"
    context "c", server https://HOST, user "u"
    it is the Secret STATE/fleetwright.shop
    if it was copied or restored from elsewhere, delete the Secret STATE/fleetwright.shop: then nothing is known of what was applied, and nothing is deleted
    "#);
}

#[test]
fn a_record_that_cannot_be_read_is_unread_and_never_absent() {
    let scene = Scene::new().wanting(&[config_map("x")]);
    let meets = |fault: Fault| {
        scene.proxy.clear();
        scene.proxy.add(Rule::new(fault).verb("get").kind("v1", "Secret"));
        let state = scene.state().unwrap();
        assert!(state.kinds.values().all(|kind| matches!(kind, Kind::Listed { .. })));
        scene.named(&state.record.unwrap_err().why)
    };
    assert_snapshot!(meets(Fault::status(403)), @"the user may not read this (403 Forbidden): forbidden: the proxy says so");
    assert_snapshot!(meets(Fault::status(404)), @"the server answered 404: the proxy finds nothing");
    assert_snapshot!(meets(Fault::answer(404, "text/html", "<html>not found</html>")), @"the server answered 404");
    assert_snapshot!(meets(Fault::status(503)), @"the server answered 503: the server is currently unable to handle the request");
    assert_snapshot!(meets(Fault::answer(200, "application/json", "{}")), @"the answer of HOST is none of an API server: it is not the Secret that was asked for");
    assert_snapshot!(meets(Fault::Truncate(10)), @"HOST broke the connection off in the middle of its answer");
}

#[test]
fn where_a_record_cannot_be_written_that_is_said() {
    let scene = Scene::new();
    let nowhere = Scene { namespace: "nowhere".to_owned(), ..Scene::new() };
    assert_eq!(nowhere.read().unwrap(), None);
    assert_snapshot!(nowhere.told(&nowhere.write(&nowhere.record(), None).unwrap_err()), @r#"
    the record of cluster "prod-a" is not written: there is no namespace STATE
    context "c", server https://HOST, user "u"
    it is the Secret STATE/fleetwright.shop
    make it: kubectl --context 'c' create namespace STATE
    "#);
    scene.proxy.add(Rule::new(Fault::status(403)).verb("create").kind("v1", "Secret"));
    assert_snapshot!(scene.told(&scene.write(&scene.record(), None).unwrap_err()), @r#"
    the record of cluster "prod-a" is not written: the user may not write this (403 Forbidden): forbidden: the proxy says so
    context "c", server https://HOST, user "u"
    it is the Secret STATE/fleetwright.shop
    bind the user to a Role in namespace STATE that lets it get, list, create, update and delete Secrets
    "#);
    scene.proxy.clear();
    let large =
        Fault::answer(413, "application/json", r#"{"kind":"Status","message":"Request entity too large"}"#);
    scene.proxy.add(Rule::new(large).verb("create").kind("v1", "Secret"));
    assert_snapshot!(scene.told(&scene.write(&scene.record(), None).unwrap_err()), @r#"
    the record of cluster "prod-a" is not written: the server answered 413: Request entity too large
    context "c", server https://HOST, user "u"
    it is the Secret STATE/fleetwright.shop
    mend what the server says, then run the same command again
    "#);
    scene.proxy.clear();
    // Without a pinned UID nothing is written.
    let text = scene.place.read("fleet/fleet.hcl");
    scene.place.write("fleet/fleet.hcl", &text.replace("uid = ", "# uid = "));
    let before = scene.proxy.requests().len();
    assert_snapshot!(scene.told(&scene.write(&scene.record(), None).unwrap_err()), @r#"
    the record of cluster "prod-a" is not written: nothing proves which cluster this is
    context "c", server https://HOST, user "u"
    it is the Secret STATE/fleetwright.shop
    pin it with `fleetwright trust --cluster prod-a`
    "#);
    assert_eq!(scene.proxy.requests().len() - before, 1, "the question for the UID");
    assert_eq!(scene.secrets().len(), 0);
}
