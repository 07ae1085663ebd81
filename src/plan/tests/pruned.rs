//! What is there and no longer wanted.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::*;

#[test]
fn what_is_no_longer_wanted_goes_with_three_proofs() {
    let gone = config("gone", json!({}));
    let live = applied(&gone, "1");
    let scene = |edit: &dyn Fn(&mut Value)| {
        let mut edited = live.clone();
        edit(&mut edited);
        Scene::new().record(&gone, &live).live(&edited).told()
    };
    let told = [
        scene(&|_| {}),
        scene(&|live| live["metadata"]["uid"] = json!("2")),
        scene(&|live| live["metadata"]["labels"][PART_OF] = json!("another")),
        scene(&|live| live["metadata"]["deletionTimestamp"] = json!("2026-11-22T00:00:00Z")),
        scene(&|live| live["metadata"]["ownerReferences"] = json!([{"kind": "Thing", "name": "boss"}])),
        Scene::new().record(&gone, &live).told(),
        Scene::new().live(&live).told(),
        Scene::new()
            .record(&gone, &live)
            .live(&live)
            .with(|scene| {
                let Ok(Some(record)) = &mut scene.state.record else { panic!() };
                record.inventory.values_mut().for_each(|entry| entry.uid = None);
            })
            .told(),
    ];
    assert_snapshot!(told.join("---\n"), @r#"
    a/ConfigMap/gone: Delete Server
    ---
    a/ConfigMap/gone: Keep("it is another object than the one that was applied: it was made anew by somebody") Server
    ---
    a/ConfigMap/gone: Keep("it does not carry the label applyset.kubernetes.io/part-of of this fleet any longer") Server
    ---
    a/ConfigMap/gone: Keep("it is being deleted since 2026-11-22T00:00:00Z") Server
    ---
    a/ConfigMap/gone: Keep("it belongs to Thing/boss") Server
    ---
    ---
    a/ConfigMap/gone: Stray Server
    ---
    a/ConfigMap/gone: Delete Server
    "#);
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "n"}});
    let live = applied(&namespace, "1");
    assert_snapshot!(Scene::new().record(&namespace, &live).live(&live).told(), @r#"Namespace/n: Keep("what is in it would go with it; a Namespace or CustomResourceDefinition is deleted only by name") Server"#);
}

#[test]
fn an_object_that_is_served_in_two_groups_is_one_object() {
    let rendered = config("twice", json!({"a": "1"}));
    let live = applied(&rendered, "1");
    let elsewhere = |uid: &str| {
        let mut elsewhere = live.clone();
        elsewhere["apiVersion"] = json!("other.example.com/v1");
        elsewhere["metadata"]["uid"] = json!(uid);
        elsewhere
    };
    let scene = |uid: &str| {
        Scene::new()
            .with(|scene| {
                let Some(Kind::Listed { served, .. }) = scene.state.kind(object(live.clone()).reference())
                else {
                    panic!()
                };
                let other = Kind::Listed { served: served.clone(), objects: BTreeMap::new() };
                scene.state.kinds.insert((Arc::from("other.example.com"), Arc::from("ConfigMap")), other);
            })
            .render(&rendered)
            .record(&rendered, &live)
            .live(&live)
            .live(&elsewhere(uid))
    };
    let told = [
        scene("1").told(),
        scene("2").told(),
        scene("1").record(&elsewhere("1"), &elsewhere("1")).told(),
        scene("2").record(&elsewhere("2"), &elsewhere("2")).told(),
    ];
    assert_snapshot!(told.join("---\n"), @r#"
    a/ConfigMap/twice: Unchanged Server
    ---
    a/ConfigMap/twice: Unchanged Server
    a/ConfigMap/twice: Stray Server
    ---
    a/ConfigMap/twice: Unchanged Server
    a/ConfigMap/twice: Keep("it is rendered in another API group") Server
    ---
    a/ConfigMap/twice: Unchanged Server
    a/ConfigMap/twice: Delete Server
    "#);
}

#[test]
fn f94_what_somebody_else_made_of_it_stays() {
    let gone = config("gone", json!({}));
    let live = applied(&gone, "1");
    let kept = |edit: &dyn Fn(&mut Value)| {
        let mut edited = live.clone();
        edit(&mut edited);
        let told = Scene::new().record(&gone, &live).live(&edited).told();
        assert!(told.starts_with("a/ConfigMap/gone: Keep("), "{told}");
    };
    kept(&|live| live["metadata"]["uid"] = json!("2"));
    kept(&|live| live["metadata"]["labels"][PART_OF] = json!("another"));
    kept(&|live| drop(live["metadata"]["labels"].as_object_mut().unwrap().remove(PART_OF)));
    kept(&|live| live["metadata"]["ownerReferences"] = json!([{"kind": "Thing", "name": "boss"}]));
}

#[test]
fn inv09_what_a_killed_run_made_is_known_by_its_label_and_manager() {
    let gone = config("gone", json!({"a": "1"}));
    let live = applied(&gone, "1");
    let told = |edit: &dyn Fn(&mut Value)| {
        let mut edited = live.clone();
        edit(&mut edited);
        let scene = Scene::new().record(&gone, &live).live(&edited).with(|scene| {
            let Ok(Some(record)) = &mut scene.state.record else { panic!() };
            record.inventory.values_mut().for_each(|entry| (entry.uid, entry.applied) = (None, None));
        });
        scene.told()
    };
    let told = [
        told(&|_| {}),
        told(&|live| live["metadata"]["managedFields"][0]["manager"] = json!("kubectl")),
        told(&|live| live["metadata"]["managedFields"][0]["operation"] = json!("Update")),
        told(&|live| drop(live["metadata"]["labels"].as_object_mut().unwrap().remove(PART_OF))),
    ];
    assert_snapshot!(told.join("---\n"), @r#"
    a/ConfigMap/gone: Delete Server
    ---
    a/ConfigMap/gone: Keep("nothing proves that fleetwright made it: it was never applied to its end") Server
    ---
    a/ConfigMap/gone: Keep("nothing proves that fleetwright made it: it was never applied to its end") Server
    ---
    a/ConfigMap/gone: Keep("it does not carry the label applyset.kubernetes.io/part-of of this fleet any longer") Server
    "#);
}

#[test]
fn f96_what_could_not_be_listed_stays() {
    let gone = config("gone", json!({}));
    let live = applied(&gone, "1");
    let scene = || Scene::new().record(&gone, &live).live(&live);
    assert_snapshot!(scene().unread(("", "ConfigMap")).told(), @r#"
    a/ConfigMap/gone: Unknown("the server answered 503") Server
    incomplete: the server answered 503
    "#);
    let not_served = |scene: &mut Scene| {
        scene.state.kinds.insert(("".into(), "ConfigMap".into()), Kind::NotServed);
    };
    assert_snapshot!(scene().with(not_served).told(), @r#"a/ConfigMap/gone: Keep("the server no longer has its kind") Server"#);
}

/// The same objects in other units, files or blocks are the same objects.
#[test]
fn inv01_a_unit_of_another_name_deletes_nothing() {
    let (one, two) = (config("one", json!({"a": "1"})), config("two", json!({"a": "1"})));
    let (live_one, live_two) = (applied(&one, "1"), applied(&two, "2"));
    let scene = Scene::new().record(&one, &live_one).record(&two, &live_two).live(&live_one).live(&live_two);
    let (one, two, secrets) = (object(one), object(two), BTreeSet::new());
    let told = |units: [&str; 2]| {
        let wanted = |object, unit| WantedObject { object, secrets: &secrets, unit, origin: None };
        let objects = [wanted(&one, units[0]), wanted(&two, units[1])];
        let wanted = Wanted::new(&Arc::from("prod-a"), set(), objects);
        let plan = build(&wanted, &scene.state, &BTreeMap::new(), None);
        let told = plan.changes.iter().map(|change| {
            format!("{} {:?} {}\n", change.object, change.action, change.unit.as_deref().unwrap())
        });
        told.collect::<String>()
    };
    // Renamed as a whole, and split in two: both were of component.a.
    assert_snapshot!(told(["component.b", "component.b"]), @"
    a/ConfigMap/one Unchanged component.b
    a/ConfigMap/two Unchanged component.b
    ");
    assert_snapshot!(told(["component.a", "service.b"]), @"
    a/ConfigMap/one Unchanged component.a
    a/ConfigMap/two Unchanged service.b
    ");
}

#[test]
fn a_retired_cluster_loses_all_when_the_number_is_said() {
    let value = config("x", json!({}));
    let live = applied(&value, "1");
    let scene = Scene::new().record(&value, &live).live(&live);
    assert_snapshot!(scene.told(), @"a/ConfigMap/x: Delete Server");
    assert!(scene.blocked(&Permit::default()).contains("P008"));
    assert_eq!(scene.blocked(&Permit { deletions: Some(1), ..Permit::default() }), "");
}

#[test]
fn the_namespace_of_the_record_is_never_deleted() {
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "fleetwright"}});
    let live = applied(&namespace, "1");
    let named = |scene: &mut Scene| scene.deletes = vec![Named::parse("Namespace/fleetwright").unwrap()];
    let scene = Scene::new().record(&namespace, &live).live(&live).with(named);
    assert_snapshot!(scene.told(), @r#"Namespace/fleetwright: Keep("the record and the lock of this fleet are in it") Server"#);
    let blocked = scene.blocked(&Permit::default());
    assert!(blocked.contains("would not be: the record and the lock of this fleet are in it"), "{blocked}");
}

/// A run that was stopped among its deletions: the number that was said holds for those that are left, and no others.
#[test]
fn inv01_a_number_that_was_said_holds_for_what_is_left() {
    let (one, two) = (config("one", json!({})), config("two", json!({})));
    let (live_one, live_two) = (applied(&one, "1"), applied(&two, "2"));
    let stopped = |scene: &mut Scene| {
        let Ok(Some(record)) = &mut scene.state.record else { panic!() };
        record.run = Some(Run {
            id: "run".to_owned(),
            by: "somebody".to_owned(),
            release: Digest::of_bytes(b"x"),
            at: "2026-11-22T00:00:00Z".parse().unwrap(),
            phase: Phase::Deleting,
        });
    };
    let scene = || Scene::new().record(&one, &live_one).record(&two, &live_two).live(&live_one);
    let said = |deletions| Permit { deletions: Some(deletions), ..Permit::default() };
    let left = scene().with(stopped);
    assert_eq!(left.blocked(&said(2)), "");
    assert_eq!(left.blocked(&said(1)), "");
    assert!(left.blocked(&said(3)).contains("P009"));
    assert!(scene().blocked(&said(2)).contains("P009"));
}
