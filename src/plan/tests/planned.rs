//! A saved plan, held to what is there when it is applied.

use std::fmt::Write;

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::*;
use crate::object::TakeOver;

fn release() -> Digest {
    Digest::of(&json!("release"))
}

fn run(release: Digest) -> Run {
    let (id, by) = ("r".to_owned(), "somebody@there".to_owned());
    Run { id, by, release, at: jiff::Timestamp::UNIX_EPOCH, phase: Phase::Failed }
}

fn released(digest: Digest) -> Release {
    Release {
        digest,
        tool: String::new(),
        commit: None,
        dirty: false,
        at: jiff::Timestamp::UNIX_EPOCH,
        by: String::new(),
        rollout: None,
        ready: None,
        verified: false,
        written: 0,
        covers: BTreeSet::new(),
        broken_glass: None,
        objects: None,
    }
}

impl Scene {
    fn saved(&self, permit: &Permit) -> SavedCluster {
        self.decided(|wanted, plan| {
            SavedCluster::new(plan, wanted, &self.state, &self.previews, release(), permit, [9; 32]).unwrap()
        })
    }

    /// How a plan stands here.
    fn stands(&self, saved: &SavedCluster) -> String {
        self.decided(|wanted, plan| match saved.check(plan, wanted, &self.state, &self.previews, release()) {
            Ok(standing) => format!("{standing:?}\n"),
            Err(unfit) => {
                let mut told = String::new();
                for problem in unfit.problems("prod-a").iter() {
                    writeln!(told, "{} {}", problem.code, problem.message).unwrap();
                    problem.notes.iter().for_each(|note| writeln!(told, "  {note}").unwrap());
                }
                assert!(!told.contains(SECRET), "{told}");
                told
            }
        })
    }
}

fn rendered() -> Value {
    config("x", json!({"a": "1"}))
}

/// It is there with another value, and would be changed.
fn changed(edit: &dyn Fn(&mut Value)) -> Scene {
    let old = applied(&config("x", json!({"a": "0"})), "1");
    let mut live = old.clone();
    edit(&mut live);
    let after = applied(&rendered(), live["metadata"]["uid"].as_str().unwrap());
    Scene::new()
        .render(&rendered())
        .record(&rendered(), &old)
        .live(&live)
        .preview(&rendered(), Preview::Accepted(after))
}

fn by(manager: &str, fields: Value) -> Value {
    json!({"manager": manager, "operation": "Update", "apiVersion": "v1", "fieldsV1": fields})
}

#[test]
fn f77_a_plan_of_what_was_changed_since_is_stale() {
    let saved = changed(&|_| {}).saved(&Permit::default());
    assert_eq!(changed(&|_| {}).stands(&saved), "Due\n");
    // What others do to the rest of it does not matter.
    let foreign = |live: &mut Value| {
        live["data"]["b"] = json!("theirs");
        live["metadata"]["resourceVersion"] = json!("99");
    };
    let mut after = applied(&rendered(), "1");
    after["data"]["b"] = json!("theirs");
    after["metadata"]["resourceVersion"] = json!("99");
    assert_eq!(changed(&foreign).preview(&rendered(), Preview::Accepted(after)).stands(&saved), "Due\n");
    let edited = |live: &mut Value| {
        live["data"]["a"] = json!("2");
        let entries = live["metadata"]["managedFields"].as_array_mut().unwrap();
        entries[0]["fieldsV1"].as_object_mut().unwrap().remove("f:data");
        entries.push(by("kubectl-edit", json!({"f:data": {"f:a": {}}})));
        entries.push(by("bystander", json!({"f:data": {"f:b": {}}})));
    };
    assert_snapshot!(changed(&edited).stands(&saved), @"
    P031 a/ConfigMap/x was changed by kubectl-edit since the plan was made
      data.a has another value
    ");
    let anew = |live: &mut Value| live["metadata"]["uid"] = json!("2");
    assert_snapshot!(changed(&anew).stands(&saved), @"P031 a/ConfigMap/x was deleted and made again by fleetwright since the plan was made");
    let absent =
        Scene::new().render(&rendered()).preview(&rendered(), Preview::Accepted(applied(&rendered(), "1")));
    assert_snapshot!(absent.stands(&saved), @"P031 a/ConfigMap/x is gone since the plan was made");
    let deleting = |live: &mut Value| live["metadata"]["deletionTimestamp"] = json!("2026-11-22T00:00:00Z");
    assert_snapshot!(changed(&deleting).stands(&saved), @"P031 what would be done to a/ConfigMap/x is not what was planned");
}

#[test]
fn f77_a_plan_from_before_there_was_a_record_is_held_to_it_too() {
    let without = |scene: Scene| scene.with(|scene| scene.state.record = Ok(None));
    let accepted = || Preview::Accepted(applied(&rendered(), "1"));
    let new = || without(Scene::new().render(&rendered()).preview(&rendered(), accepted()));
    let saved = new().saved(&Permit::default());
    assert_eq!(new().stands(&saved), "Due\n");
    let mut made = applied(&rendered(), "1");
    made["metadata"]["managedFields"] = json!([by("kubectl-create", json!({"f:data": {"f:a": {}}}))]);
    assert_snapshot!(new().live(&made).stands(&saved), @"P031 a/ConfigMap/x was made by kubectl-create since the plan was");
}

#[test]
fn f78_the_same_plan_again_has_nothing_to_do() {
    let saved = changed(&|_| {}).saved(&Permit::default());
    let done = applied(&rendered(), "1");
    let scene = || Scene::new().render(&rendered()).record(&rendered(), &done);
    assert_eq!(scene().live(&done).stands(&saved), "Done\n");
    // Nor does one that made what was not there, and the record with it.
    let new = Scene::new().render(&rendered()).preview(&rendered(), Preview::Accepted(done.clone()));
    let saved = new.with(|scene| scene.state.record = Ok(None)).saved(&Permit::default());
    assert_eq!(scene().live(&done).stands(&saved), "Done\n");
    // One that deleted, and was killed half-way: one of two is gone.
    let (one, two) = (config("one", json!({})), config("two", json!({})));
    let (live_one, live_two) = (applied(&one, "1"), applied(&two, "2"));
    let scene = || Scene::new().record(&one, &live_one).record(&two, &live_two);
    let saved =
        scene().live(&live_one).live(&live_two).saved(&Permit { deletions: Some(2), ..Permit::default() });
    assert_eq!(scene().live(&live_two).stands(&saved), "Due\n");
    assert_eq!(scene().stands(&saved), "Done\n");
    assert_eq!(Scene::new().stands(&saved), "Done\n");
    // Made anew, it is somebody else's.
    let anew = applied(&two, "3");
    assert_snapshot!(scene().live(&anew).stands(&saved), @"P031 a/ConfigMap/two was deleted and made again by fleetwright since the plan was made");
}

/// A rule as it is there, applied.
fn ruled(subsets: &Value) -> Value {
    let mut live = rule(subsets);
    live["metadata"]["uid"] = json!("1");
    live["metadata"]["labels"] = json!({ PART_OF: set().as_str() });
    live["metadata"]["managedFields"] = json!([{
        "manager": "fleetwright", "operation": "Apply", "apiVersion": "networking.istio.io/v1",
        "fieldsV1": {"f:spec": {"f:host": {}, "f:subsets": {}}},
    }]);
    live
}

fn rule(subsets: &Value) -> Value {
    json!({
        "apiVersion": "networking.istio.io/v1", "kind": "DestinationRule",
        "metadata": {"name": "web", "namespace": "a"}, "spec": {"host": "web", "subsets": subsets},
    })
}

#[test]
fn f57_a_rule_that_is_written_in_two_steps_may_be_found_between_them() {
    let subset = |name: &str| json!({"name": name, "labels": {"v": name}});
    let becomes = json!([subset("v2"), subset("v3")]);
    let scene = |live: &Value| {
        let kind = (Arc::from("networking.istio.io"), Arc::from("DestinationRule"));
        let (api_version, plural) = (Arc::from("networking.istio.io/v1"), Arc::from("destinationrules"));
        let served =
            Served { versions: vec![Arc::clone(&api_version)], api_version, plural, namespaced: true };
        let scene = Scene::new().with(|scene| {
            drop(scene.state.kinds.insert(kind, Kind::Listed { served, objects: BTreeMap::new() }))
        });
        let live = ruled(live);
        let mut after = live.clone();
        after["spec"]["subsets"] = becomes.clone();
        let scene = scene.render(&rule(&becomes)).record(&rule(&becomes), &live).live(&live);
        scene.preview(&rule(&becomes), Preview::Accepted(after))
    };
    let saved = scene(&json!([subset("v1"), subset("v2")])).saved(&Permit::default());
    let stands = |live: Value| scene(&live).stands(&saved);
    assert_eq!(stands(json!([subset("v1"), subset("v2")])), "Due\n");
    assert_eq!(stands(json!([subset("v2"), subset("v3"), subset("v1")])), "Due\n");
    assert_eq!(stands(becomes.clone()), "Done\n");
    // Somebody else was there.
    let edited = json!([subset("v2"), subset("v3"), {"name": "v1", "labels": {"v": "v9"}}]);
    assert_snapshot!(stands(edited), @"
    P031 a/DestinationRule/web was changed by fleetwright since the plan was made
      spec.subsets has another value
    ");
    assert_snapshot!(stands(json!([subset("v2"), subset("v3"), subset("v1"), subset("v4")])), @"
    P031 a/DestinationRule/web was changed by fleetwright since the plan was made
      spec.subsets has another value
    ");
}

#[test]
fn s30_a_plan_with_a_salt_holds_for_what_its_own_run_has_left_alone() {
    let new = || {
        Scene::new().render(&rendered()).preview(&rendered(), Preview::Accepted(applied(&rendered(), "1")))
    };
    let salted =
        new().with(|scene| scene.state.record = Ok(None)).saved(&Permit { adopt: true, ..Permit::default() });
    let with = |releases: &[Digest], is_ended: bool| {
        new().with(|scene| {
            let Ok(Some(record)) = &mut scene.state.record else { panic!() };
            record.releases = releases.iter().map(|digest| released(*digest)).collect();
            record.run = (!is_ended).then(|| run(release()));
        })
    };
    let older = Digest::of(&json!("older"));
    // As it is left by a run that was stopped.
    assert_eq!(with(&[release()], false).stands(&salted), "Due\n");
    assert_snapshot!(with(&[older], false).stands(&salted), @"P030 the plan cannot be applied: its seal is not that of the record of this cluster");
    assert_snapshot!(with(&[release(), older], false).stands(&salted), @"P030 the plan cannot be applied: its seal is not that of the record of this cluster");
    assert_snapshot!(with(&[release()], true).stands(&salted), @"P030 the plan cannot be applied: its seal is not that of the record of this cluster");
}

#[test]
fn f77_what_is_not_in_a_plan_is_not_done() {
    let saved = changed(&|_| {}).saved(&Permit::default());
    let gone = config("gone", json!({}));
    let live = applied(&gone, "7");
    assert_snapshot!(changed(&|_| {}).record(&gone, &live).live(&live).stands(&saved), @"P031 what would be done to a/ConfigMap/gone is not what was planned");
    // A stray is nobody's business.
    assert_eq!(changed(&|_| {}).live(&live).stands(&saved), "Due\n");
}

#[test]
fn a_plan_is_for_one_cluster_and_release_and_sealed_by_its_record() {
    let scene = changed(&|_| {});
    let saved = scene.saved(&Permit::default());
    let told = |saved: &SavedCluster, edit: &dyn Fn(&mut Scene)| {
        changed(&|_| {}).with(|scene| edit(scene)).stands(saved)
    };
    let record = |scene: &mut Scene, key| {
        let Ok(Some(record)) = &mut scene.state.record else { panic!() };
        record.key = key;
    };
    let mut forged = saved.clone();
    forged.adopt = true;
    let told = [
        told(&saved, &|scene| scene.state.uid = "another".to_owned()),
        told(&saved, &|scene| record(scene, [8; 32])),
        told(&saved, &|scene| scene.state.record = Ok(None)),
        told(&saved, &|scene| scene.state.record = Err(unread("forbidden"))),
        told(&forged, &|_| {}),
        told(&SavedCluster { release: "other".to_owned(), ..saved.clone() }, &|_| {}),
    ];
    assert_snapshot!(told.join(""), @"
    P030 the plan cannot be applied: it was made for the cluster with the UID u, and this one has another
    P030 the plan cannot be applied: its seal is not that of the record of this cluster
    P030 the plan cannot be applied: the record that it was made with is gone, or cannot be read
    P030 the plan cannot be applied: the record that it was made with is gone, or cannot be read
    P030 the plan cannot be applied: its seal is not that of the record of this cluster
    P030 the plan cannot be applied: it is of another release than the one that is rendered here
    ");
}

#[test]
fn a_plan_carries_what_was_permitted() {
    let take = TakeOver::parse("a/ConfigMap/x:data.a").unwrap();
    let permit = Permit { adopt: true, deletions: Some(3), take_over: vec![take], ..Permit::default() };
    let named = vec![Named::parse("Namespace/old").unwrap()];
    let saved = changed(&|_| {}).with(|scene| scene.deletes.clone_from(&named)).saved(&permit);
    let read = saved.permit(crate::cluster::Limits::default()).unwrap();
    assert_eq!((read.adopt, read.deletions, read.take_over), (true, Some(3), permit.take_over));
    assert_eq!(saved.named().unwrap(), named);
}
