//! Whether objects as servers return them are ready.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::*;

/// A live object of a kind, at generation 2, with other parts.
fn live(api_version: &str, kind: &str, parts: Value) -> Value {
    let mut object = json!({
        "apiVersion": api_version,
        "kind": kind,
        "metadata": {"name": "shop", "namespace": "web", "generation": 2},
    });
    for (key, value) in parts.as_object().unwrap() {
        match (key.as_str(), object.get_mut(key).and_then(Value::as_object_mut)) {
            ("metadata", Some(metadata)) => metadata.extend(value.as_object().unwrap().clone()),
            _ => object[key] = value.clone(),
        }
    }
    object
}

fn verdict(object: &Value, when: Option<&ReadyWhen>) -> String {
    match readiness(object, when) {
        Readiness::Ready => "ready".to_owned(),
        Readiness::NotYet(why) => format!("not yet: {why}"),
        Readiness::Failed(why) => format!("failed: {why}"),
    }
}

/// The verdict on each, a line each.
fn verdicts(api_version: &str, kind: &str, cases: &[(&str, Value)]) -> String {
    let lines = cases
        .iter()
        .map(|(name, parts)| format!("{name}: {}", verdict(&live(api_version, kind, parts.clone()), None)));
    lines.collect::<Vec<_>>().join("\n")
}

fn condition(name: &str, status: &str, reason: &str, message: &str) -> Value {
    json!({"type": name, "status": status, "reason": reason, "message": message})
}

#[test]
fn f43_a_deployment_is_ready_when_all_of_it_is_new_and_available() {
    let spec = json!({"replicas": 3, "progressDeadlineSeconds": 600});
    let available =
        condition("Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability.");
    let progressing =
        condition("Progressing", "True", "NewReplicaSetAvailable", "ReplicaSet has progressed.");
    let status = |replicas: i64, updated: i64, ready: i64, conditions: Value| {
        json!({"spec": spec, "status": {"observedGeneration": 2, "replicas": replicas, "updatedReplicas": updated,
            "readyReplicas": ready, "availableReplicas": ready, "conditions": conditions}})
    };
    let cases = [
        ("fresh", json!({"spec": spec})),
        (
            "old generation",
            json!({"spec": spec, "status": {"observedGeneration": 1, "replicas": 3, "updatedReplicas": 3,
            "readyReplicas": 3, "availableReplicas": 3, "conditions": [available]}}),
        ),
        ("surge", status(4, 1, 3, json!([available, progressing]))),
        ("old ones left", status(4, 3, 4, json!([available, progressing]))),
        (
            "not available",
            status(3, 3, 1, json!([condition("Available", "False", "MinimumReplicasUnavailable", "")])),
        ),
        (
            "quota",
            status(
                0,
                0,
                0,
                json!([condition(
                    "ReplicaFailure",
                    "True",
                    "FailedCreate",
                    "pods \"shop-1\" is forbidden: exceeded quota"
                )]),
            ),
        ),
        (
            "deadline",
            status(
                3,
                1,
                2,
                json!([
                    available,
                    condition(
                        "Progressing",
                        "False",
                        "ProgressDeadlineExceeded",
                        "ReplicaSet \"shop-6\" has timed out progressing."
                    )
                ]),
            ),
        ),
        ("paused", json!({"spec": {"replicas": 3, "paused": true}, "status": {"observedGeneration": 2}})),
        (
            "scaled to none",
            json!({"spec": {"replicas": 0}, "status": {"observedGeneration": 2, "conditions": [available]}}),
        ),
        ("done", status(3, 3, 3, json!([available, progressing]))),
        (
            "going",
            json!({"metadata": {"deletionTimestamp": "2026-03-01T10:00:00Z"}, "spec": spec,
            "status": status(3, 3, 3, json!([available]))["status"]}),
        ),
    ];
    assert_snapshot!(verdicts("apps/v1", "Deployment", &cases), @r#"
    fresh: not yet: no controller has looked at it yet
    old generation: not yet: its controller has seen generation 1, and it is at 2
    surge: not yet: 1 of 3 replicas are of the newest template
    old ones left: not yet: 1 replica too many is still there
    not available: not yet: 1 of 3 replicas are available
    quota: not yet: 0 of 3 replicas are of the newest template; ReplicaFailure is True: FailedCreate: pods "shop-1" is forbidden: exceeded quota
    deadline: failed: Progressing is False: ProgressDeadlineExceeded: ReplicaSet "shop-6" has timed out progressing.
    paused: not yet: 0 of 3 replicas are of the newest template; it is paused by `spec.paused`
    scaled to none: ready
    done: ready
    going: not yet: it is being deleted since 2026-03-01T10:00:00Z
    "#);
}

#[test]
fn the_other_workloads_are_ready_when_their_pods_are() {
    let set = |strategy: Value, counts: [i64; 4]| {
        let [replicas, updated, ready, available] = counts;
        json!({"spec": {"replicas": 3, "updateStrategy": strategy}, "status": {"observedGeneration": 2,
            "replicas": replicas, "updatedReplicas": updated, "readyReplicas": ready, "availableReplicas": available}})
    };
    let rolling = || json!({"type": "RollingUpdate", "rollingUpdate": {"partition": 0}});
    let cases = [
        ("fresh", json!({"spec": {"replicas": 3}, "status": {"replicas": 0, "availableReplicas": 0}})),
        ("one at a time", set(rolling(), [1, 1, 1, 1])),
        ("old ones are ready", set(rolling(), [3, 1, 3, 3])),
        ("young ones", set(rolling(), [3, 3, 3, 2])),
        ("done", set(rolling(), [3, 3, 3, 3])),
        ("partition", set(json!({"type": "RollingUpdate", "rollingUpdate": {"partition": 2}}), [3, 1, 3, 3])),
        (
            "partition above all",
            set(json!({"type": "RollingUpdate", "rollingUpdate": {"partition": 9}}), [3, 0, 3, 3]),
        ),
        ("on delete", set(json!({"type": "OnDelete"}), [3, 0, 3, 3])),
        ("on delete, not ready", set(json!({"type": "OnDelete"}), [3, 0, 2, 2])),
        ("scaled down", set(rolling(), [4, 4, 4, 4])),
    ];
    assert_snapshot!(verdicts("apps/v1", "StatefulSet", &cases), @"
    fresh: not yet: no controller has looked at it yet
    one at a time: not yet: 1 of 3 replicas are there
    old ones are ready: not yet: 1 of 3 replicas are of the newest template
    young ones: not yet: 2 of 3 replicas are available
    done: ready
    partition: ready
    partition above all: ready
    on delete: ready
    on delete, not ready: not yet: 2 of 3 replicas are ready
    scaled down: not yet: 1 replica too many is still there
    ");

    let daemons = |counts: [i64; 5]| {
        let [desired, current, updated, ready, available] = counts;
        json!({"spec": {"updateStrategy": {"type": "RollingUpdate"}}, "status": {"observedGeneration": 2,
            "desiredNumberScheduled": desired, "currentNumberScheduled": current, "updatedNumberScheduled": updated,
            "numberReady": ready, "numberAvailable": available}})
    };
    let cases = [
        ("fresh", json!({"spec": {}})),
        ("no node", daemons([0, 0, 0, 0, 0])),
        ("scheduling", daemons([3, 2, 2, 2, 2])),
        ("old ones", daemons([3, 3, 1, 3, 3])),
        ("starting", daemons([3, 3, 3, 2, 2])),
        ("young", daemons([3, 3, 3, 3, 2])),
        ("done", daemons([3, 3, 3, 3, 3])),
    ];
    assert_snapshot!(verdicts("apps/v1", "DaemonSet", &cases), @"
    fresh: not yet: its controller has not counted its nodes yet
    no node: ready
    scheduling: not yet: 2 of 3 nodes have a pod
    old ones: not yet: 1 of 3 pods are of the newest template
    starting: not yet: 2 of 3 pods are ready
    young: not yet: 2 of 3 pods are available
    done: ready
    ");

    let cases = [
        (
            "forbidden",
            json!({"spec": {"replicas": 1}, "status": {"observedGeneration": 2, "conditions":
            [condition("ReplicaFailure", "True", "FailedCreate", "forbidden")]}}),
        ),
        (
            "done",
            json!({"spec": {"replicas": 1}, "status": {"observedGeneration": 2, "replicas": 1, "readyReplicas": 1,
            "availableReplicas": 1}}),
        ),
    ];
    assert_snapshot!(verdicts("apps/v1", "ReplicaSet", &cases), @"
    forbidden: not yet: ReplicaFailure is True: FailedCreate: forbidden
    done: ready
    ");
    assert_snapshot!(verdicts("v1", "ReplicationController", &cases), @"
    forbidden: not yet: ReplicaFailure is True: FailedCreate: forbidden
    done: ready
    ");

    let cases = [
        ("fresh", json!({"spec": {}})),
        (
            "running",
            json!({"spec": {"completions": 3}, "status": {"startTime": "2026-03-01T10:00:00Z", "active": 1,
            "succeeded": 1, "failed": 2}}),
        ),
        (
            "failed",
            json!({"spec": {}, "status": {"startTime": "2026-03-01T10:00:00Z", "failed": 7, "conditions":
            [condition("Failed", "True", "BackoffLimitExceeded", "Job has reached the specified backoff limit")]}}),
        ),
        (
            "suspended",
            json!({"spec": {"suspend": true}, "status": {"conditions":
            [condition("Suspended", "True", "JobSuspended", "Job suspended")]}}),
        ),
        (
            "complete",
            json!({"spec": {}, "status": {"startTime": "2026-03-01T10:00:00Z", "succeeded": 1, "conditions":
            [condition("SuccessCriteriaMet", "True", "", ""), condition("Complete", "True", "", "")]}}),
        ),
    ];
    assert_snapshot!(verdicts("batch/v1", "Job", &cases), @"
    fresh: not yet: it has not started
    running: not yet: 1 of 3 pods have succeeded, 2 have failed
    failed: failed: Failed is True: BackoffLimitExceeded: Job has reached the specified backoff limit
    suspended: ready
    complete: ready
    ");
}

#[test]
fn the_built_in_kinds_without_pods_have_their_rules() {
    let kinds: [(&str, &str, Value); 24] = [
        ("v1", "ConfigMap", json!({})),
        ("batch/v1", "CronJob", json!({})),
        ("networking.k8s.io/v1", "Ingress", json!({})),
        ("v1", "PersistentVolumeClaim", json!({"status": {"phase": "Pending"}})),
        ("v1", "PersistentVolumeClaim", json!({"status": {"phase": "Bound"}})),
        ("v1", "PersistentVolumeClaim", json!({"status": {"phase": "Lost"}})),
        ("v1", "PersistentVolume", json!({"status": {"phase": "Available"}})),
        ("v1", "PersistentVolume", json!({"status": {"phase": "Failed", "message": "no\nrecycler"}})),
        ("v1", "Service", json!({"spec": {"type": "ClusterIP"}, "status": {"loadBalancer": {}}})),
        ("v1", "Service", json!({"spec": {"type": "LoadBalancer"}, "status": {"loadBalancer": {}}})),
        (
            "v1",
            "Service",
            json!({"spec": {"type": "LoadBalancer"},
            "status": {"loadBalancer": {"ingress": [{"hostname": "lb.example.com"}]}}}),
        ),
        ("v1", "Namespace", json!({"status": {"phase": "Active"}})),
        ("v1", "Namespace", json!({"status": {"phase": "Terminating"}})),
        ("policy/v1", "PodDisruptionBudget", json!({})),
        (
            "policy/v1",
            "PodDisruptionBudget",
            json!({"status": {"observedGeneration": 2, "conditions":
            [condition("DisruptionAllowed", "False", "InsufficientPods", "")]}}),
        ),
        (
            "autoscaling/v2",
            "HorizontalPodAutoscaler",
            json!({"status": {"conditions": [
            condition("AbleToScale", "False", "FailedGetScale", "deployments.apps \"shop\" not found")]}}),
        ),
        (
            "autoscaling/v2",
            "HorizontalPodAutoscaler",
            json!({"status": {"conditions": [
            condition("AbleToScale", "True", "SucceededGetScale", ""),
            condition("ScalingActive", "False", "ScalingDisabled", "scaling is disabled")]}}),
        ),
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition", json!({})),
        (
            "apiextensions.k8s.io/v1",
            "CustomResourceDefinition",
            json!({"status": {"conditions": [
            condition("NamesAccepted", "False", "KindConflict", "\"Widget\" is already in use"),
            condition("Established", "False", "NotAccepted", "not all names are accepted")]}}),
        ),
        (
            "apiextensions.k8s.io/v1",
            "CustomResourceDefinition",
            json!({"status": {"conditions": [
            condition("NamesAccepted", "True", "NoConflicts", ""),
            condition("Established", "False", "Installing", "the initial names have been accepted")]}}),
        ),
        (
            "apiextensions.k8s.io/v1",
            "CustomResourceDefinition",
            json!({"status": {"conditions": [
            condition("NamesAccepted", "True", "NoConflicts", ""),
            condition("Established", "True", "InitialNamesAccepted", "")]}}),
        ),
        (
            "apiregistration.k8s.io/v1",
            "APIService",
            json!({"status": {"conditions": [
            condition("Available", "False", "MissingEndpoints", "endpoints for service/metrics have no addresses")]}}),
        ),
        (
            "apiregistration.k8s.io/v1",
            "APIService",
            json!({"status": {"conditions": [condition("Available", "True", "Passed", "")]}}),
        ),
        ("networking.istio.io/v1", "VirtualService", json!({})),
    ];
    let lines =
        kinds.map(|(version, kind, parts)| format!("{kind}: {}", verdict(&live(version, kind, parts), None)));
    assert_snapshot!(lines.join("\n"), @r#"
    ConfigMap: ready
    CronJob: ready
    Ingress: ready
    PersistentVolumeClaim: not yet: it is not bound; if its class waits for the first consumer and no pod uses it, say `ready_when = { PersistentVolumeClaim = "create" }` in its unit
    PersistentVolumeClaim: ready
    PersistentVolumeClaim: failed: it has lost its volume
    PersistentVolume: ready
    PersistentVolume: failed: it could not be reclaimed: no recycler
    Service: ready
    Service: not yet: its load balancer has no address yet
    Service: ready
    Namespace: ready
    Namespace: not yet: its phase is Terminating
    PodDisruptionBudget: not yet: no controller has looked at it yet
    PodDisruptionBudget: ready
    HorizontalPodAutoscaler: not yet: AbleToScale is False: FailedGetScale: deployments.apps "shop" not found
    HorizontalPodAutoscaler: ready
    CustomResourceDefinition: not yet: its kind is not served yet
    CustomResourceDefinition: failed: NamesAccepted is False: KindConflict: "Widget" is already in use
    CustomResourceDefinition: not yet: Established is False: Installing: the initial names have been accepted
    CustomResourceDefinition: ready
    APIService: not yet: Available is False: MissingEndpoints: endpoints for service/metrics have no addresses
    APIService: ready
    VirtualService: ready
    "#);
}

#[test]
fn f41_a_custom_resource_without_a_known_condition_is_not_ready() {
    let cases = [
        ("no status", json!({})),
        ("empty status", json!({"status": {}})),
        ("only seen", json!({"status": {"observedGeneration": 2}})),
        (
            "behind",
            json!({"status": {"observedGeneration": 1, "conditions": [condition("Ready", "True", "", "")]}}),
        ),
        (
            "condition behind",
            json!({"status": {"conditions":
            [{"type": "Ready", "status": "True", "observedGeneration": 1}]}}),
        ),
        ("unknown condition", json!({"status": {"conditions": [condition("Spinning", "True", "", "")]}})),
        ("ready", json!({"status": {"conditions": [condition("Ready", "True", "", "")]}})),
        (
            "no secret",
            json!({"status": {"conditions": [condition("Ready", "False", "SecretSyncedError", "could not get\nsecret")]}}),
        ),
        ("unclear", json!({"status": {"conditions": [condition("Ready", "Unknown", "", "")]}})),
        (
            "stalled",
            json!({"status": {"conditions": [condition("Ready", "True", "", ""), condition("Stalled", "True", "BadSpec", "no such size")]}}),
        ),
        (
            "reconciling",
            json!({"status": {"conditions": [condition("Reconciling", "True", "Progressing", "")]}}),
        ),
        ("malformed", json!({"status": {"conditions": "none"}})),
        (
            "available",
            json!({"status": {"observedGeneration": 2, "conditions": [condition("Available", "True", "", "")]}}),
        ),
    ];
    assert_snapshot!(verdicts("example.com/v1", "Widget", &cases), @r#"
    no status: not yet: it has no status; say when it is in its unit: `ready_when = { "Widget.example.com" = "create" }`
    empty status: not yet: its status has no condition; say when it is in its unit: `ready_when = { "Widget.example.com" = "create" }`
    only seen: not yet: its status has no condition; say when it is in its unit: `ready_when = { "Widget.example.com" = "create" }`
    behind: not yet: its controller has seen generation 1, and it is at 2
    condition behind: not yet: its conditions are of an older generation
    unknown condition: not yet: none of its conditions (Spinning) is known to say that it is ready; say when it is in its unit: `ready_when = { "Widget.example.com" = "condition=Spinning" }`
    ready: ready
    no secret: not yet: Ready is False: SecretSyncedError: could not get secret
    unclear: not yet: Ready is Unknown
    stalled: failed: Stalled is True: BadSpec: no such size
    reconciling: not yet: Reconciling is True: Progressing
    malformed: not yet: its status has no condition; say when it is in its unit: `ready_when = { "Widget.example.com" = "create" }`
    available: ready
    "#);

    let cases = [
        ("nobody", json!({"spec": {"parentRefs": [{"name": "edge"}]}})),
        (
            "one of two",
            json!({"spec": {"parentRefs": [{"name": "edge"}, {"name": "mesh"}]}, "status": {"parents":
            [{"conditions": [condition("Accepted", "True", "Accepted", "")]}]}}),
        ),
        (
            "refused",
            json!({"spec": {"parentRefs": [{"name": "edge"}]}, "status": {"parents":
            [{"conditions": [condition("Accepted", "False", "NotAllowedByListeners", "no listener")]}]}}),
        ),
        (
            "no backend",
            json!({"spec": {"parentRefs": [{"name": "edge"}]}, "status": {"parents": [{"conditions": [
            condition("Accepted", "True", "Accepted", ""), condition("ResolvedRefs", "False", "BackendNotFound", "shop")]}]}}),
        ),
        (
            "accepted",
            json!({"spec": {"parentRefs": [{"name": "edge"}]}, "status": {"parents": [{"conditions": [
            condition("Accepted", "True", "Accepted", ""), condition("ResolvedRefs", "True", "ResolvedRefs", "")]}]}}),
        ),
    ];
    assert_snapshot!(verdicts("gateway.networking.k8s.io/v1", "HTTPRoute", &cases), @"
    nobody: not yet: 0 of 1 gateways have looked at it
    one of two: not yet: 1 of 2 gateways have looked at it
    refused: not yet: Accepted is False: NotAllowedByListeners: no listener
    no backend: not yet: ResolvedRefs is False: BackendNotFound: shop
    accepted: ready
    ");
}

#[test]
fn f41_the_fleet_says_when_a_custom_resource_is_ready() {
    let field = |path: &[&str], value: &str| ReadyWhen::Field {
        path: path.iter().map(|key| Arc::from(*key)).collect(),
        value: value.into(),
    };
    let is = |name: &str, status: &str| ReadyWhen::Condition { name: name.into(), status: status.into() };
    let widget = live(
        "example.com/v1",
        "Widget",
        json!({"status": {"phase": "Running", "replicas": 3, "on": true, "list": [{"phase": "Up"}],
            "conditions": [condition("Spinning", "True", "", ""), condition("Locked", "False", "", "")]}}),
    );
    let cases = [
        ReadyWhen::Exists,
        is("Spinning", "True"),
        is("spinning", "True"),
        is("Locked", "False"),
        is("Locked", "True"),
        field(&["status", "phase"], "Running"),
        field(&["status", "phase"], "Bound"),
        field(&["status", "replicas"], "3"),
        field(&["status", "on"], "true"),
        field(&["status", "list", "0", "phase"], "Up"),
        field(&["status", "list"], "Up"),
        field(&["status", "nothing"], "Up"),
    ];
    let lines = cases.iter().map(|when| verdict(&widget, Some(when))).collect::<Vec<_>>();
    assert_snapshot!(lines.join("\n"), @r#"
    ready
    ready
    not yet: it has no condition spinning yet
    ready
    not yet: Locked is False
    ready
    not yet: `status.phase` is "Running", not "Bound"
    ready
    ready
    ready
    not yet: `status.list` is no single value
    not yet: it has no `status.nothing` yet
    "#);

    let stalled = live(
        "example.com/v1",
        "Widget",
        json!({"status": {"conditions": [condition("Stalled", "True", "BadSpec", "")]}}),
    );
    assert_snapshot!(verdict(&stalled, Some(&ReadyWhen::Exists)), @"failed: Stalled is True: BadSpec");
    let deployment = live("apps/v1", "Deployment", json!({"spec": {"replicas": 1}}));
    assert_snapshot!(verdict(&deployment, Some(&ReadyWhen::Exists)), @"not yet: no controller has looked at it yet");
    let claim = live("v1", "PersistentVolumeClaim", json!({"status": {"phase": "Pending"}}));
    assert_snapshot!(verdict(&claim, Some(&ReadyWhen::Exists)), @"ready");
}

#[test]
fn f42_only_what_ends_for_good_cannot_flap() {
    let flaps = |group: &str, kind: &str| {
        may_flap(&ObjectRef { group: group.into(), kind: kind.into(), namespace: None, name: "shop".into() })
    };
    for (group, kind) in
        [("apps", "Deployment"), ("apps", "DaemonSet"), ("", "Pod"), ("example.com", "Widget")]
    {
        assert!(flaps(group, kind), "{kind}");
    }
    for (group, kind) in [("", "ConfigMap"), ("batch", "Job"), ("networking.istio.io", "VirtualService")] {
        assert!(!flaps(group, kind), "{kind}");
    }
}

/// What stands in the way of a pod with these container statuses.
fn failing(pod: Value, statuses: Value) -> String {
    let mut pod = live("v1", "Pod", pod);
    pod["metadata"]["name"] = json!("shop-5d9-x");
    pod["status"]["containerStatuses"] = statuses;
    match pod_failure(&pod) {
        None => "none".to_owned(),
        Some(found) => {
            let container = found.container.as_deref().unwrap_or("-");
            format!(
                "{}/{container} {}: {} ({}s)",
                found.pod,
                found.reason,
                found.message,
                found.grace.as_secs()
            )
        }
    }
}

#[test]
fn f43_a_pod_says_why_it_does_not_start() {
    let terminated = |code: i64, reason: &str, message: &str| json!({"terminated": {"exitCode": code, "reason": reason, "message": message}});
    let waiting = |reason: &str, message: &str| json!({"waiting": {"reason": reason, "message": message}});
    let container = |restarts: i64, state: Value, last: Value| json!([{"name": "main", "ready": false, "restartCount": restarts, "state": state, "lastState": last}]);
    let back_off = || waiting("CrashLoopBackOff", "back-off 40s restarting failed container=main");
    let error = || terminated(1, "Error", "panic: no database\n\tat main.go:3\n");
    let running = || json!({"running": {"startedAt": "2026-03-01T10:00:00Z"}});
    let of_a_job = || json!({"metadata": {"ownerReferences": [{"kind": "Job", "name": "migrate"}]}, "spec": {"restartPolicy": "Never"}});
    let cases = [
        ("crash loop", failing(json!({}), container(5, back_off(), error()))),
        ("no last words", failing(json!({}), container(5, back_off(), terminated(137, "OOMKilled", "")))),
        ("no last state", failing(json!({}), container(5, back_off(), json!({})))),
        ("second start", failing(json!({}), container(1, back_off(), error()))),
        ("runs again", failing(json!({}), container(1, running(), error()))),
        ("out of memory", failing(json!({}), container(4, running(), terminated(137, "OOMKilled", "")))),
        ("first pull", failing(json!({}), container(0, waiting("ErrImagePull", "not found"), json!({})))),
        (
            "pull",
            failing(
                json!({}),
                container(0, waiting("ImagePullBackOff", "Back-off pulling image \"shop:9\""), json!({})),
            ),
        ),
        (
            "name",
            failing(
                json!({}),
                container(0, waiting("InvalidImageName", "couldn't parse image \"a b\""), json!({})),
            ),
        ),
        (
            "no secret",
            failing(
                json!({}),
                container(0, waiting("CreateContainerConfigError", "secret \"db\" not found"), json!({})),
            ),
        ),
        ("creating", failing(json!({}), container(0, waiting("ContainerCreating", ""), json!({})))),
        (
            "going",
            failing(
                json!({"metadata": {"deletionTimestamp": "2026-03-01T10:00:00Z"}}),
                container(5, back_off(), error()),
            ),
        ),
        (
            "never again",
            failing(json!({"spec": {"restartPolicy": "Never"}}), container(0, error(), json!({}))),
        ),
        (
            "ended well",
            failing(
                json!({"spec": {"restartPolicy": "Never"}}),
                container(0, terminated(0, "Completed", ""), json!({})),
            ),
        ),
        ("a job tries again", failing(of_a_job(), container(0, error(), json!({})))),
        (
            "a job without image",
            failing(of_a_job(), container(0, waiting("ImagePullBackOff", "no"), json!({}))),
        ),
        (
            "init",
            failing(
                json!({"status": {"initContainerStatuses":
            [{"name": "migrate", "restartCount": 4, "state": back_off(), "lastState": error()}]}}),
                container(0, waiting("PodInitializing", ""), json!({})),
            ),
        ),
        (
            "what is certain first",
            failing(
                json!({}),
                json!([
            {"name": "a", "state": waiting("CreateContainerConfigError", "secret \"db\" not found")},
            {"name": "b", "state": waiting("InvalidImageName", "bad")}]),
            ),
        ),
        ("malformed", failing(json!({}), json!({"main": "running"}))),
    ];
    let lines = cases.map(|(name, found)| format!("{name}: {found}"));
    assert_snapshot!(lines.join("\n"), @r#"
    crash loop: shop-5d9-x/main CrashLoopBackOff: exit code 1: panic: no database at main.go:3 (0s)
    no last words: shop-5d9-x/main CrashLoopBackOff: exit code 137, out of memory, and no last message (0s)
    no last state: shop-5d9-x/main CrashLoopBackOff: back-off 40s restarting failed container=main (0s)
    second start: shop-5d9-x/main CrashLoopBackOff: exit code 1: panic: no database at main.go:3 (60s)
    runs again: none
    out of memory: shop-5d9-x/main OOMKilled: exit code 137, out of memory, and no last message (0s)
    first pull: none
    pull: shop-5d9-x/main ImagePullBackOff: Back-off pulling image "shop:9" (0s)
    name: shop-5d9-x/main InvalidImageName: couldn't parse image "a b" (0s)
    no secret: shop-5d9-x/main CreateContainerConfigError: secret "db" not found (60s)
    creating: none
    going: none
    never again: shop-5d9-x/main Error: exit code 1: panic: no database at main.go:3 (0s)
    ended well: none
    a job tries again: none
    a job without image: shop-5d9-x/main ImagePullBackOff: no (0s)
    init: shop-5d9-x/migrate CrashLoopBackOff: exit code 1: panic: no database at main.go:3 (0s)
    what is certain first: shop-5d9-x/b InvalidImageName: bad (0s)
    malformed: none
    "#);
}

#[test]
fn a_pod_is_ready_when_it_says_so_or_has_ended_well() {
    let cases = [
        ("fresh", json!({})),
        (
            "unschedulable",
            json!({"status": {"phase": "Pending", "conditions":
            [condition("PodScheduled", "False", "Unschedulable", "0/3 nodes are available: 3 Insufficient cpu.")]}}),
        ),
        (
            "starting",
            json!({"status": {"phase": "Running", "conditions": [condition("PodScheduled", "True", "", ""),
            condition("ContainersReady", "False", "ContainersNotReady", "containers with unready status: [main]")]}}),
        ),
        (
            "ready",
            json!({"status": {"phase": "Running", "conditions": [condition("Ready", "True", "", "")]}}),
        ),
        ("ended", json!({"status": {"phase": "Succeeded"}})),
        (
            "evicted",
            json!({"status": {"phase": "Failed", "reason": "Evicted", "message": "The node was low on memory."}}),
        ),
        (
            "crash loop",
            json!({"status": {"phase": "Running", "containerStatuses": [{"name": "main", "restartCount": 9,
            "state": {"waiting": {"reason": "CrashLoopBackOff"}}, "lastState": {"terminated": {"exitCode": 2}}}]}}),
        ),
    ];
    assert_snapshot!(verdicts("v1", "Pod", &cases), @"
    fresh: not yet: no kubelet has looked at it yet
    unschedulable: not yet: PodScheduled is False: Unschedulable: 0/3 nodes are available: 3 Insufficient cpu.
    starting: not yet: ContainersReady is False: ContainersNotReady: containers with unready status: [main]
    ready: ready
    ended: ready
    evicted: failed: it has failed: The node was low on memory.
    crash loop: failed: container main: CrashLoopBackOff: exit code 2, and no last message
    ");
}

#[test]
fn f43_the_pods_of_a_workload_are_those_made_since_it_was_changed() {
    let deployment = live(
        "apps/v1",
        "Deployment",
        json!({
            "metadata": {"managedFields": [
                {"manager": "kube-controller-manager", "operation": "Update", "subresource": "status", "time": "2026-03-01T11:00:00Z"},
                {"manager": "fleetwright", "operation": "Apply", "time": "2026-03-01T10:00:00Z"},
            ]},
            "spec": {"selector": {"matchLabels": {"app": "shop"}, "matchExpressions": [
                {"key": "tier", "operator": "In", "values": ["a", "b"]},
                {"key": "old", "operator": "DoesNotExist"},
            ]}},
        }),
    );
    let pods = pods_of(&deployment).unwrap();
    assert_snapshot!(format!("{} {} {:?}", pods.namespace, pods.selector, pods.since), @"web app=shop,tier in (a,b),!old Some(2026-03-01T10:00:00Z)");
    let made = |at: &str| json!({"metadata": {"creationTimestamp": at}});
    assert!(!pods.holds(&made("2026-03-01T09:59:59Z")));
    assert!(pods.holds(&made("2026-03-01T10:00:00Z")));
    assert!(pods.holds(&json!({})));

    assert_eq!(pods_of(&live("v1", "ConfigMap", json!({}))), None);
    assert_eq!(pods_of(&live("apps/v1", "Deployment", json!({"spec": {"selector": {}}}))), None, "all pods");
    let odd = json!({"spec": {"selector": {"matchExpressions": [{"key": "a", "operator": "Gt", "values": ["1"]}]}}});
    assert_eq!(pods_of(&live("apps/v1", "Deployment", odd)), None);
}

mod no_panic {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn anything() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "[A-Z][a-z]{0,5}".prop_map(Value::from)
        ];
        let key = prop_oneof![
            Just("status"),
            Just("spec"),
            Just("metadata"),
            Just("conditions"),
            Just("replicas"),
            Just("generation"),
            Just("observedGeneration"),
            Just("type"),
            Just("partition"),
            Just("updateStrategy"),
            Just("rollingUpdate"),
            Just("containerStatuses"),
            Just("state"),
            Just("waiting"),
            Just("parents"),
            Just("parentRefs"),
        ];
        leaf.prop_recursive(4, 40, 5, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(key.clone().prop_map(str::to_owned), inner, 0..5)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        /// B-rows: whatever a server sends is read without a panic, and nothing makes an unseen workload ready.
        #[test]
        fn any_object_has_a_verdict(mut object in anything(), number in 0..5_usize) {
            let kinds = [("apps/v1", "Deployment"), ("apps/v1", "StatefulSet"), ("v1", "Pod"),
                ("gateway.networking.k8s.io/v1", "HTTPRoute"), ("example.com/v1", "Widget")];
            let (version, kind) = kinds[number];
            if let Some(map) = object.as_object_mut() {
                map.insert("apiVersion".into(), version.into());
                map.insert("kind".into(), kind.into());
            }
            let observed = object.pointer("/status/observedGeneration").is_some_and(Value::is_i64);
            let found = readiness(&object, None);
            if object.is_object() && version == "apps/v1" && !observed {
                prop_assert_ne!(found, Readiness::Ready);
            }
            pod_failure(&object);
            pods_of(&object);
        }
    }
}
