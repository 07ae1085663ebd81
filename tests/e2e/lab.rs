//! The lab itself: that its servers are what the other tests take them for.

use std::collections::BTreeSet;
use std::time::Instant;

use kube::api::{DeleteParams, ListParams};
use serde_json::{Value, json};

use crate::harness::client::{api, create};
use crate::harness::cluster::POD_ANNOTATION;
use crate::harness::crds::manifests;
use crate::harness::dry_run::{Judge, Verdict, Way};
use crate::harness::programs::{self, say};
use crate::harness::{Cluster, Crds, Lab, Spec, block_on, eventually};

#[test]
fn four_clusters_side_by_side_are_four_clusters() {
    let lab = Lab::new();
    #[expect(clippy::disallowed_methods, reason = "printed for people, and never judged")]
    let begun = Instant::now();
    let clusters = lab.start(["prod-a", "prod-b", "prod-c", "prod-d"].map(Spec::bare));
    say(&format!("four clusters were up in {:.1} s", begun.elapsed().as_secs_f64()));
    let mut uids: Vec<_> = clusters.iter().map(|cluster| &cluster.uid).collect();
    uids.sort();
    uids.dedup();
    assert_eq!(uids.len(), 4);
    block_on(async {
        for cluster in &clusters {
            let version = cluster.client().await.apiserver_version().await.unwrap();
            if programs::assets().is_none() {
                assert_eq!(version.git_version, "v1.36.3");
                assert_eq!((version.major.as_str(), version.minor.as_str()), ("1", "36"));
            }
        }
        create(&clusters[0].client().await, &json!({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "namespace": "default", "name": "here" },
        }))
        .await;
        let elsewhere =
            json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "namespace": "default" } });
        let elsewhere = api(&clusters[1].client().await, &elsewhere);
        assert!(elsewhere.get_opt("here").await.unwrap().is_none());
    });
}

#[test]
fn a_user_without_rights_is_refused() {
    let cluster = Lab::bare();
    let pods = json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "namespace": "default" } });
    block_on(async {
        for user in [Cluster::POWERLESS.to_owned(), format!("{}-token", Cluster::POWERLESS)] {
            let client = cluster.client_of(&user).await;
            let problem = api(&client, &pods).list(&ListParams::default()).await.unwrap_err();
            let kube::Error::Api(status) = problem else { panic!("{problem}") };
            assert_eq!((status.code, status.reason.as_str()), (403, "Forbidden"));
            assert_eq!(
                status.message,
                r#"pods is forbidden: User "powerless" cannot list resource "pods" in API group "" in the namespace "default""#
            );
        }
        let admin = cluster.client_of("token").await;
        assert!(api(&admin, &pods).list(&ListParams::default()).await.unwrap().items.is_empty());
    });
}

#[test]
fn a_deployment_becomes_ready_on_a_node_of_kwok() {
    let cluster = Lab::full();
    block_on(async {
        cluster.add_node("deploying", "zone-a").await;
        let client = cluster.client().await;
        let namespace = cluster.namespace("deploying").await;
        let deployment = deployment(&namespace, "web", json!({}));
        create(&client, &deployment).await;
        let ready = eventually("three replicas are ready", async || {
            let live = api(&client, &deployment).get("web").await.unwrap();
            let status = &live.data["status"];
            (status["readyReplicas"] == 3 && status["updatedReplicas"] == 3)
                .then(|| status["availableReplicas"].clone())
        });
        assert_eq!(ready.await, 3);
    });
}

#[test]
fn a_pod_fails_as_its_annotation_says() {
    let cluster = Lab::full();
    block_on(async {
        cluster.add_node("failing", "zone-b").await;
        let client = cluster.client().await;
        let namespace = cluster.namespace("failing").await;
        for reason in ["CrashLoopBackOff", "ImagePullBackOff"] {
            let name = reason.to_lowercase();
            create(&client, &deployment(&namespace, &name, json!({ POD_ANNOTATION: reason }))).await;
            let pods = json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "namespace": namespace } });
            let of = ListParams::default().labels(&format!("app={name}"));
            eventually(reason, async || {
                let found = api(&client, &pods).list(&of).await.unwrap();
                let waits = |pod: &kube::core::DynamicObject| {
                    pod.data.pointer("/status/containerStatuses/0/state/waiting/reason")
                        == Some(&json!(reason))
                };
                (found.items.len() == 3 && found.iter().all(waits)).then_some(())
            })
            .await;
        }
    });
}

#[test]
fn a_namespace_and_what_is_in_it_go_away() {
    let cluster = Lab::full();
    block_on(async {
        let client = cluster.client().await;
        let namespace = cluster.namespace("ending").await;
        create(&client, &json!({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "namespace": namespace, "name": "inside" },
        }))
        .await;
        let namespaces = api(&client, &json!({ "apiVersion": "v1", "kind": "Namespace" }));
        namespaces.delete(&namespace, &DeleteParams::default()).await.unwrap();
        eventually("the namespace is gone", async || {
            namespaces.get_opt(&namespace).await.unwrap().is_none().then_some(())
        })
        .await;
    });
}

/// A Deployment of three replicas whose pods have these annotations.
fn deployment(namespace: &str, name: &str, annotations: Value) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": { "namespace": namespace, "name": name },
        "spec": {
            "replicas": 3,
            "selector": { "matchLabels": { "app": name } },
            "template": {
                "metadata": { "labels": { "app": name }, "annotations": annotations },
                "spec": { "containers": [{ "name": "main", "image": "registry.example/main:1" }] },
            },
        },
    })
}

#[test]
fn definitions_of_the_projects_are_established() {
    // All at once cost the server more than a gigabyte.
    #[expect(clippy::disallowed_methods, reason = "how a person asks for the long tests")]
    let all = std::env::var_os("FLEETWRIGHT_SOAK").is_some();
    let installed: &[Crds] =
        if all { &Crds::ALL } else { &[Crds::Istio, Crds::GatewayApi, Crds::VerticalPodAutoscaler] };
    let cluster = Lab::shared().start([Spec::bare("definitions")]).remove(0);
    block_on(async {
        cluster.install(installed).await;
        let client = cluster.client().await;
        let groups = client.list_api_groups().await.unwrap().groups;
        assert!(groups.iter().any(|group| group.name == "networking.istio.io"));
        let gateway = json!({
            "apiVersion": "networking.istio.io/v1", "kind": "Gateway",
            "metadata": { "namespace": "default", "name": "ingress" },
            "spec": { "servers": [{ "hosts": ["*"], "port": { "name": "http", "number": 80, "protocol": "HTTP" } }] },
        });
        create(&client, &gateway).await;
    });
}

#[test]
fn a_cluster_has_the_apis_of_the_version_that_it_emulates() {
    if programs::assets().is_some() {
        return; // which versions those can be is theirs to say
    }
    let cluster = Lab::shared().start([Spec::bare("older").emulating("1.33")]).remove(0);
    block_on(async {
        let groups = async |cluster: &Cluster| {
            let groups = cluster.client().await.list_api_groups().await.unwrap().groups;
            groups.into_iter().map(|group| group.name).collect::<BTreeSet<_>>()
        };
        let (newest, older) = (groups(Lab::bare()).await, groups(&cluster).await);
        assert_eq!(newest.difference(&older).collect::<Vec<_>>(), ["resource.k8s.io"]);
    });
}

#[test]
fn a_dry_run_says_what_is_wrong_with_an_object() {
    block_on(async {
        let judge = Judge::of(Lab::bare()).await;
        let right = deployment("default", "right", json!({}));
        let mut unknown = right.clone();
        unknown["spec"]["replica"] = json!(3);
        let mut wrong = right.clone();
        wrong["metadata"]["name"] = json!("Wrong name");
        let mut absent = right.clone();
        absent["apiVersion"] = json!("apps/v1beta1");
        for (way, of_unknown) in [
            (
                Way::Apply,
                (
                    500,
                    "",
                    "failed to create typed patch object (default/right; apps/v1, Kind=Deployment): .spec.replica: field not declared in schema",
                ),
            ),
            (
                Way::Create,
                (
                    400,
                    "BadRequest",
                    r#"Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "spec.replica""#,
                ),
            ),
        ] {
            assert!(matches!(judge.ask(way, &right).await, Verdict::Accepted { .. }));
            let (code, reason, message) = refusal(judge.ask(way, &unknown).await);
            assert_eq!((code, reason.as_str(), message.as_str()), of_unknown);
            let (code, reason, _) = refusal(judge.ask(way, &wrong).await);
            assert_eq!((code, reason.as_str()), (422, "Invalid"));
            assert_eq!(judge.ask(way, &absent).await, Verdict::NotServed);
        }
        // None of them was kept.
        let client = Lab::bare().client().await;
        assert!(api(&client, &right).list(&ListParams::default()).await.unwrap().items.is_empty());
    });
}

fn refusal(verdict: Verdict) -> (u16, String, String) {
    match verdict {
        Verdict::Refused { code, reason, message, .. } => (code, reason, message),
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_project_has_definitions() {
    for (project, count) in Crds::ALL.into_iter().zip([15, 10, 4, 5, 10, 6, 23, 2, 7, 6]) {
        assert_eq!(project.read().len(), count, "{project:?}");
    }
    let manifests = manifests();
    assert!(manifests.len() > 150, "{}", manifests.len());
    assert!(manifests.iter().all(|object| object["apiVersion"].is_string() && object["kind"].is_string()));
}
