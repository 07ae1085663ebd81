//! Objects that something else made, and fields that somebody else holds.

use serde_json::{Value, json};

use super::scene::{Scene, config_map};
use crate::harness::{Fault, Lab, Rule, block_on, eventually};
use crate::program::Outcome;

fn said(outcome: &Outcome) -> String {
    format!("{}\n{}", outcome.stdout, outcome.stderr)
}

fn two_keys(one: &str, two: Option<&str>) -> Value {
    let mut object = config_map("web", one);
    if let Some(two) = two {
        object["data"]["other"] = json!(two);
    }
    object
}

/// What `kubectl apply` without `--server-side` leaves: its fields by plain updates, and an annotation of its own.
fn kubectl_applied(scene: &Scene, object: &Value) {
    let object = scene.here(object);
    block_on(async {
        let kubectl = scene.someone("kubectl-client-side-apply").await;
        let mut made = object.clone();
        made["metadata"]["annotations"] =
            json!({"kubectl.kubernetes.io/last-applied-configuration": object.to_string()});
        kubectl.create(&made).await;
    });
}

#[test]
fn what_kubectl_made_is_taken_over_only_when_asked_and_nothing_is_deleted() {
    let scene = Scene::rendering(Lab::extended(), &[two_keys("1", Some("2"))]);
    kubectl_applied(&scene, &two_keys("0", Some("2")));
    kubectl_applied(&scene, &config_map("beside", "1"));
    let refused = scene.apply(&[]);
    assert_eq!(refused.status, Some(4), "{}", said(&refused));
    for known in ["ConfigMap/web", "kubectl-client-side-apply", "--adopt"] {
        assert!(refused.stderr.contains(known), "{known}: {}", refused.stderr);
    }
    assert_eq!(scene.writes(), Vec::<String>::new());
    assert_eq!(scene.live(&config_map("web", "")).unwrap()["data"]["key"], "0");

    let adopted = scene.apply(&["--adopt"]);
    assert_eq!(adopted.status, Some(0), "{}", said(&adopted));
    assert_eq!(scene.live(&config_map("web", "")).unwrap()["data"], json!({"key": "1", "other": "2"}));
    assert!(scene.live(&config_map("beside", "")).is_some());
    let diff = scene.diff(&[]);
    assert_eq!(diff.status, Some(0), "{}", said(&diff));

    // A field that goes from the fleet goes from the cluster: kubectl holds it no more.
    scene.render(&[two_keys("1", None)]);
    let applied = scene.apply(&[]);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
    assert_eq!(scene.live(&config_map("web", "")).unwrap()["data"], json!({"key": "1"}));
}

/// Who owns something of the object by a plain update, beside subresources.
fn updaters(scene: &Scene) -> Vec<String> {
    let live = scene.live(&config_map("web", "")).unwrap();
    let entries = live["metadata"]["managedFields"].as_array().unwrap().clone();
    let updaters = entries.iter().filter(|entry| {
        let fields = entry["fieldsV1"].as_object().unwrap();
        entry["operation"] == "Update"
            && fields.get("f:data").is_some_and(|data| data.as_object().unwrap().keys().any(|key| key != "."))
    });
    updaters.map(|entry| entry["manager"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn f57_what_the_first_run_could_not_take_the_next_one_takes() {
    let scene = Scene::rendering(Lab::extended(), &[two_keys("1", Some("2"))]);
    kubectl_applied(&scene, &two_keys("0", Some("2")));
    let writes = Rule::new(Fault::status(403)).verb("patch").kind("v1", "ConfigMap").dry_run(false);
    scene.proxy.add(writes.nth(2));
    let partial = scene.apply(&["--adopt"]);
    assert_eq!(partial.status, Some(5), "{}", said(&partial));
    assert!(partial.stderr.contains("others still own fields of it"), "{}", partial.stderr);
    assert_eq!(updaters(&scene), ["kubectl-client-side-apply"]);
    scene.proxy.clear();
    let again = scene.apply(&[]);
    assert_eq!(again.status, Some(0), "{}", said(&again));
    assert_eq!(updaters(&scene), Vec::<String>::new());
    let before = scene.writes().len();
    let nothing = scene.apply(&[]);
    assert_eq!((nothing.status, scene.writes().len()), (Some(0), before), "{}", said(&nothing));
}

#[test]
fn f55_what_is_changed_back_once_is_written_once_more() {
    let scene = Scene::rendering(Lab::extended(), &[config_map("web", "1")]);
    let first = scene.apply(&[]);
    assert_eq!(first.status, Some(0), "{}", said(&first));
    let theirs = || {
        block_on(async {
            let other = scene.someone("somebody").await;
            other.edit(&scene.here(&config_map("web", "")), &json!({"data": {"key": "theirs"}})).await;
        });
    };
    theirs();
    let before = scene.writes().len();
    let looks = Rule::new(Fault::Delay(std::time::Duration::from_secs(3)));
    scene.proxy.add(looks.verb("list").kind("v1", "ConfigMap"));
    let run = scene.start(&["--take-over", "ConfigMap/web:data.key"]);
    block_on(eventually("it is written", async || {
        scene.writes().split_off(before).iter().any(|line| line == "PATCH configmaps/web").then_some(())
    }));
    block_on(async {
        let reader = scene.someone("reader").await;
        let object = scene.here(&config_map("web", ""));
        eventually("it landed", async || {
            (reader.get(&object).await.unwrap()["data"]["key"] == "1").then_some(())
        })
        .await;
    });
    theirs();
    let ended = scene.ended(run);
    assert_eq!(ended.status, Some(0), "{}", said(&ended));
    assert_eq!(scene.live(&config_map("web", "")).unwrap()["data"]["key"], "1");
}

#[test]
fn f29_a_field_of_another_manager_is_taken_by_its_path_alone() {
    let scene = Scene::rendering(Lab::extended(), &[two_keys("1", Some("1"))]);
    let first = scene.apply(&[]);
    assert_eq!(first.status, Some(0), "{}", said(&first));
    block_on(async {
        let other = scene.someone("somebody").await;
        other
            .edit(&scene.here(&two_keys("", None)), &json!({"data": {"key": "theirs", "other": "theirs"}}))
            .await;
    });
    scene.render(&[two_keys("2", Some("2"))]);
    let before = scene.writes().len();
    let refused = scene.apply(&[]);
    assert_eq!(refused.status, Some(4), "{}", said(&refused));
    for known in ["somebody", "data.key", "data.other", "theirs", "--take-over"] {
        assert!(refused.stderr.contains(known), "{known}: {}", refused.stderr);
    }
    // One of the two is not enough.
    let one = format!("{}/ConfigMap/web:data.key", scene.namespace);
    let refused = scene.apply(&["--take-over", &one]);
    assert_eq!(refused.status, Some(4), "{}", said(&refused));
    assert_eq!(scene.writes().len(), before);
    let applied = scene.apply(&["--take-over", &one, "--take-over", "ConfigMap/web:data.other"]);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
    assert_eq!(scene.live(&config_map("web", "")).unwrap()["data"], json!({"key": "2", "other": "2"}));

    // The fleet may say so too.
    block_on(async {
        let other = scene.someone("somebody").await;
        other.edit(&scene.here(&two_keys("", None)), &json!({"data": {"key": "again"}})).await;
    });
    scene.units(
        "component \"web\" {\n  namespace = \"here\"\n  manifests = [\"web.yaml\"]\n  take_over = [\"ConfigMap/web:data.key\"]\n}\n",
    );
    let applied = scene.apply(&[]);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
    assert_eq!(scene.live(&config_map("web", "")).unwrap()["data"]["key"], "2");
}

#[test]
fn f31_what_cannot_be_changed_is_replaced_only_where_the_fleet_says_so() {
    let object = |port: u16| {
        let ip = format!("10.0.0.{port}");
        json!({
            "apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": "here"},
            "spec": {"clusterIP": ip, "ports": [{"port": 80}], "selector": {"app": "web"}},
        })
    };
    let free = |scene: &Scene, port: u16| {
        // Another test may have the address.
        let mut at = port;
        while scene.apply_is_refused(&object(at)) {
            at += 1;
        }
        at
    };
    let scene = Scene::rendering(Lab::extended(), &[]);
    let first = free(&scene, 200);
    scene.render(&[object(first)]);
    let applied = scene.apply(&[]);
    assert_eq!(applied.status, Some(0), "{}", said(&applied));
    let uid = scene.live(&object(0)).unwrap()["metadata"]["uid"].clone();
    let second = free(&scene, first + 1);
    scene.render(&[object(second)]);
    let refused = scene.apply(&[]);
    assert_eq!(refused.status, Some(4), "{}", said(&refused));
    assert!(refused.stderr.contains("replace = [\"Service/web\"]"), "{}", refused.stderr);
    assert_eq!(scene.live(&object(0)).unwrap()["metadata"]["uid"], uid);
    scene.units(
        "component \"web\" {\n  namespace = \"here\"\n  manifests = [\"web.yaml\"]\n  replace = [\"Service/web\"]\n}\n",
    );
    let replaced = scene.apply(&[]);
    assert_eq!(replaced.status, Some(0), "{}", said(&replaced));
    let live = scene.live(&object(0)).unwrap();
    assert_ne!(live["metadata"]["uid"], uid);
    assert_eq!(live["spec"]["clusterIP"], format!("10.0.0.{second}"));
}

#[test]
fn f31_a_job_is_made_anew_where_the_fleet_says_so_and_after_a_kill_too() {
    let job = |image: &str| {
        json!({
            "apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "migrate", "namespace": "here"},
            "spec": {"suspend": true, "template": {"spec": {
                "restartPolicy": "Never", "containers": [{"name": "main", "image": image}],
            }}},
        })
    };
    let (one, two) = ("registry.example.com/migrate:1", "registry.example.com/migrate:2");
    let unit = |more: &str| {
        format!("component \"web\" {{\n  namespace = \"here\"\n  manifests = [\"web.yaml\"]\n{more}}}\n")
    };
    let allowed = "  replace = [\"Job/migrate\"]\n  ready_when = { Job = \"create\" }\n";
    // Nobody runs it: a bare cluster has no controller.
    let scene = Scene::rendering(Lab::extended(), &[job(one), config_map("beside", "1")]);
    scene.units(&unit("  ready_when = { Job = \"create\" }\n"));
    let first = scene.apply(&[]);
    assert_eq!(first.status, Some(0), "{}", said(&first));
    let uid = || scene.live(&job("")).map(|live| live["metadata"]["uid"].clone());
    let before = uid().unwrap();
    scene.render(&[job(two), config_map("beside", "2")]);
    let refused = scene.apply(&[]);
    assert_eq!(refused.status, Some(4), "{}", said(&refused));
    for known in ["Job/migrate", "spec.template", "replace = [\"Job/migrate\"]"] {
        assert!(refused.stderr.contains(known), "{known}: {}", refused.stderr);
    }
    assert_eq!(uid(), Some(before.clone()));

    // Killed when it is gone, and not there again.
    scene.units(&unit(allowed));
    let again = Rule::new(Fault::Stall).verb("patch").kind("batch/v1", "Job").dry_run(false);
    scene.proxy.add(again.times(1));
    let mut run = scene.start(&["--lock-lease", "3s"]);
    scene.until_faulty(false);
    run.kill().unwrap();
    run.wait().unwrap();
    assert_eq!(uid(), None);
    scene.proxy.clear();
    let replaced = scene.apply(&[]);
    assert_eq!(replaced.status, Some(0), "{}", said(&replaced));
    let live = scene.live(&job("")).unwrap();
    assert_ne!(live["metadata"]["uid"], before);
    assert_eq!(live["spec"]["template"]["spec"]["containers"][0]["image"], two);
    // Once, with what it was made of.
    let of_job = scene.writes().into_iter().filter(|line| line.contains("jobs/")).collect::<Vec<_>>();
    assert_eq!(
        of_job,
        ["PATCH jobs/migrate", "DELETE jobs/migrate", "PATCH jobs/migrate", "PATCH jobs/migrate"]
    );
    let diff = scene.diff(&["--exact"]);
    assert_eq!(diff.status, Some(0), "{}", said(&diff));

    // In one run, as it is told.
    scene.render(&[job(one), config_map("beside", "2")]);
    let replaced = scene.apply(&[]);
    assert_eq!(replaced.status, Some(0), "{}", said(&replaced));
    for known in ["replaced here/Job/migrate (component.web)", "replaced 1"] {
        assert!(said(&replaced).contains(known), "{known}: {}", said(&replaced));
    }
    let writes = scene.writes().len();
    let nothing = scene.apply(&[]);
    assert_eq!((nothing.status, scene.writes().len()), (Some(0), writes), "{}", said(&nothing));
}
