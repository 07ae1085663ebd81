//! Two runs on one cluster: one of them writes.

use std::sync::Arc;
use std::time::Duration;

use fleetwright::apply::End;
use fleetwright::live::{Attempt, Claim, Lock, LockId, Patrol, Proven, Write, WriteFailure};
use fleetwright::plan;
use insta::assert_snapshot;
use serde_json::json;

use super::{Scene, config_map, shown};
use crate::applied::connect;
use crate::harness::{Fault, Manager, Rule, block_on};
use crate::rendering::pinned;

fn claim(scene: &Scene, run: &str, lasts: u64) -> Claim {
    Claim {
        lock: LockId::of_cluster(&scene.set()),
        run: Arc::from(run),
        by: "other@lab".to_owned(),
        process: 9,
        release: scene.digest(),
        cluster: Arc::from("lab"),
        lasts: Duration::from_secs(lasts),
    }
}

async fn take(proven: &Proven, claim: &Claim) -> Lock {
    match proven.try_lock(claim, &mut Patrol::default()).await {
        Ok(Attempt::Ours(lock)) => lock,
        _ => panic!("the lock is not free"),
    }
}

#[test]
fn f49_of_two_runs_one_is_refused_and_writes_nothing() {
    let scene = Scene::new(&[config_map("a", "1")]);
    let outcome = block_on(async {
        let other = scene.proven().await;
        let lock = take(&other, &claim(&scene, "aaaa", 60)).await;
        let before = scene.proxy.requests().len();
        let proven = scene.proven().await;
        let (state, plan) = scene.plan(&proven).await;
        let outcome = scene.carry_out(&proven, &state, &plan).await;
        let writes = scene.writes_since(before);
        assert!(writes.iter().all(|write| write == "PUT leases/fleetwright 200"), "{writes:?}");
        lock.release().await.unwrap();
        outcome
    });
    let digest = scene.digest().to_string();
    let shown = shown(&scene, &outcome).replace(&digest, "DIGEST");
    let shown: Vec<&str> = shown.lines().map(|line| line.split(" 20").next().unwrap()).collect();
    assert_snapshot!(shown.join("\n"), @r#"
    Refused, 0 unchanged
    HERE/ConfigMap/a: Untouched
    A007 cluster "CLUSTER" is being changed by another run, which is alive
      run aaaa
      by other@lab
      process 9
      release DIGEST
      cluster lab
      since
      last renewed
      help: wait until it has ended, or give it time with --lock-timeout
    "#);
    assert_eq!(scene.apply().end, End::Done);
}

#[test]
fn f53_a_dead_run_is_waited_for_as_long_as_its_lease_lasts() {
    let scene = Scene::new(&[config_map("a", "1")]);
    // Its process ends without a word.
    block_on(async {
        let proven = scene.proven().await;
        std::mem::forget(take(&proven, &claim(&scene, "aaaa", 2)).await);
    });
    let told = |outcome: &fleetwright::apply::Outcome| outcome.end;
    assert_eq!(told(&scene.apply()), End::Done);
    let waited = scene
        .told
        .lock()
        .unwrap()
        .iter()
        .any(|event| matches!(event, fleetwright::apply::Event::Waiting { .. }));
    assert!(waited);
}

#[test]
fn f53_a_lock_is_given_back_by_its_exact_id_alone() {
    let scene = Scene::new(&[config_map("a", "1")]);
    block_on(async {
        let proven = scene.proven().await;
        // Of a run that has died: nobody renews it.
        drop(take(&proven, &claim(&scene, "aaaa", 3)).await);
        let lock = LockId::of_cluster(&scene.set());
        let refused = proven.unlock(&lock, "aaa").await.unwrap_err().diagnostic();
        assert_snapshot!(refused.message.replace(&scene.cluster.name, "CLUSTER"), @r#"the lock of cluster "CLUSTER" is held by run aaaa, and not by aaa"#);
        assert!(refused.notes.iter().any(|note| note.starts_with("last renewed 20")), "{:?}", refused.notes);
        assert!(proven.holder(&lock).await.unwrap().is_some());
        assert!(proven.unlock(&lock, "aaaa").await.unwrap());
        assert_eq!(proven.holder(&lock).await.unwrap(), None);
        assert!(!proven.unlock(&lock, "aaaa").await.unwrap());
    });
}

#[test]
fn inv03_a_lock_is_not_given_back_as_long_as_its_run_may_write() {
    let scene = Scene::new(&[config_map("a", "1")]);
    block_on(async {
        let (proven, other) = (scene.proven().await, scene.proven().await);
        let lock = take(&proven, &claim(&scene, "aaaa", 6)).await;
        let id = LockId::of_cluster(&scene.set());
        // It cannot be renewed from now on, and is trusted for a while yet.
        scene.proxy.add(Rule::new(Fault::status(403)).verb("update").kind("coordination.k8s.io/v1", "Lease"));
        let refused = other.unlock(&id, "aaaa").await;
        assert!(!lock.is_held(), "{:?}", refused.map_err(|failure| failure.diagnostic()));
        assert_snapshot!(lock.loss().replace(&scene.cluster.name, "CLUSTER"), @r#"it could not be renewed in time: the lock of cluster "CLUSTER" cannot be written: the user may not write this (403 Forbidden): forbidden: the proxy says so"#);
    });
}

#[test]
fn inv03_what_takes_long_to_connect_is_not_sent_once_the_lock_is_lost() {
    let scene = Scene::new(&[config_map("a", "1")]);
    block_on(async {
        let proven = scene.proven().await;
        let wanted = scene.wanted();
        let (state, plan) = scene.plan(&proven).await;
        let ask = plan::asks(&wanted, &state, true).remove(0);
        let write = Write::of(&plan.changes[0], ask, None, false).unwrap();
        let lock = take(&proven, &claim(&scene, "aaaa", 3)).await;
        proven.fence(&lock);
        // Every connection ends, and a new one takes longer than the lock lasts.
        scene.proxy.lead_to(scene.cluster);
        let identity = "/api/v1/namespaces/kube-system";
        scene.proxy.add(Rule::new(Fault::Delay(Duration::from_secs(3))).path(identity));
        scene.proxy.add(Rule::new(Fault::status(409)).verb("update").kind("coordination.k8s.io/v1", "Lease"));
        assert!(lock.is_held());
        let before = scene.proxy.requests().len();
        match proven.write(&write).await {
            Err(WriteFailure::Unknown(unknown)) => {
                assert_snapshot!(unknown.phrase(), @"the lock was lost before it was sent");
            }
            other => panic!("{other:?}"),
        }
        let sent = scene.writes_since(before);
        assert!(sent.iter().all(|write| write.starts_with("PUT leases/")), "{sent:?}");
    });
}

#[test]
fn f50_a_lock_that_cannot_be_renewed_is_not_held_though_nobody_took_it() {
    let scene = Scene::new(&[config_map("a", "1")]);
    block_on(async {
        let proven = scene.proven().await;
        let lock = take(&proven, &claim(&scene, "aaaa", 3)).await;
        // The Lease can be read all the while, and says that it is ours.
        scene.proxy.add(Rule::new(Fault::status(409)).verb("update").kind("coordination.k8s.io/v1", "Lease"));
        crate::harness::eventually("it notices", async || (!lock.is_held()).then_some(())).await;
        assert_snapshot!(lock.loss(), @"it could not be renewed in time");
        scene.proxy.clear();
        lock.release().await.unwrap();
    });
}

#[test]
fn inv07_nothing_is_written_where_no_uid_is_pinned() {
    let scene = Scene::new(&[config_map("a", "1")]);
    let before = scene.proxy.requests().len();
    let why = block_on(async {
        let nobody = pinned("elsewhere", "00000000-0000-0000-0000-000000000000");
        let name = &scene.cluster.name;
        let proven = connect(&scene.proxy.kubeconfig, name, name, &nobody).await;
        let wanted = scene.wanted();
        let (state, plan) = scene.plan(&proven).await;
        let ask = plan::asks(&wanted, &state, true).remove(0);
        let write = Write::of(&plan.changes[0], ask, None, false).unwrap();
        match proven.write(&write).await {
            Err(WriteFailure::Unknown(unknown)) => unknown.phrase(),
            other => panic!("{other:?}"),
        }
    });
    assert_snapshot!(why, @"its UID is not pinned, and nothing would prove which one it is");
    assert_eq!(scene.writes_since(before), Vec::<String>::new());
}

#[test]
fn f50_a_lock_that_was_taken_away_is_not_held() {
    let scene = Scene::new(&[config_map("a", "1")]);
    block_on(async {
        let proven = scene.proven().await;
        let lock = take(&proven, &claim(&scene, "aaaa", 3)).await;
        assert!(lock.is_held());
        let set = scene.set();
        // `unlock` takes none from who is alive; a person with other tools can.
        let lease = json!({
            "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
            "metadata": {"namespace": scene.namespace, "name": set.name},
        });
        let person = Manager::new("kubectl-edit", &scene.cluster.client().await).await;
        person.edit(&lease, &json!({"spec": {"holderIdentity": ""}})).await;
        let other = take(&proven, &claim(&scene, "bbbb", 60)).await;
        crate::harness::eventually("the first notices", async || (!lock.is_held()).then_some(())).await;
        // Giving back what is not ours any longer takes nothing from the other.
        lock.release().await.unwrap();
        assert_eq!(proven.holder(&LockId::of_cluster(&set)).await.unwrap().unwrap().run, "bbbb");
        other.release().await.unwrap();
    });
}
