//! The webhooks of the lab: that a server asks them, and does what they say.

use kube::api::{DynamicObject, Patch, PatchParams};
use kube::{Client, Error};
use serde_json::{Value, json};

use crate::harness::client::api;
use crate::harness::{Does, Lab, Webhook, block_on};

fn deployment(namespace: &str) -> Value {
    let container = |name: &str, image: &str| json!({ "name": name, "image": image });
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": { "namespace": namespace, "name": "web" },
        "spec": {
            "selector": { "matchLabels": { "app": "web" } },
            "template": {
                "metadata": { "labels": { "app": "web" } },
                "spec": {
                    "initContainers": [container("first", "registry.example.com/first:1")],
                    "containers": [container("main", "registry.example.com/shop/main:1"), container("bare", "bare:1")],
                },
            },
        },
    })
}

async fn apply(client: &Client, object: &Value, dry_run: bool) -> Result<DynamicObject, Error> {
    let params = PatchParams { dry_run, ..PatchParams::apply("tester") };
    api(client, object).patch("web", &params, &Patch::Apply(object)).await
}

#[test]
fn a_server_does_what_a_webhook_says() {
    let cluster = Lab::bare();
    block_on(async {
        let client = cluster.client().await;
        let namespace = cluster.namespace("hooked").await;
        let object = deployment(&namespace);
        let hook = Webhook::of(cluster, &Does::LabelAndRegistry("mutated", "yes", "mirror.example.com"));
        let configuration = hook.configuration(&namespace, &[("apps", "deployments")], &namespace);
        hook.install(&client, &configuration, &object).await;
        let made = apply(&client, &object, false).await.unwrap();
        assert_eq!(made.metadata.labels.unwrap()["mutated"], "yes");
        let spec = &made.data["spec"]["template"]["spec"];
        let images = ["/initContainers/0/image", "/containers/0/image", "/containers/1/image"];
        assert_eq!(
            images.map(|path| spec.pointer(path).unwrap().as_str().unwrap().to_owned()),
            ["mirror.example.com/first:1", "mirror.example.com/shop/main:1", "bare:1"]
        );
        let last = hook.reviews().pop().unwrap();
        assert_eq!((&*last.kind, &*last.name, last.dry_run), ("Deployment", "web", false));

        let refused = |result: Result<DynamicObject, Error>| match result {
            Err(Error::Api(status)) => (status.code, status.message),
            other => panic!("{other:?}"),
        };
        let says = |what: &str| format!("admission webhook \"{namespace}.lab.fleetwright.dev\" {what}");
        hook.becomes(&Does::Deny("not on Fridays".to_owned()));
        assert_eq!(
            refused(apply(&client, &object, true).await),
            (403, says("denied the request: not on Fridays"))
        );
        hook.becomes(&Does::DenyDryRun("ask in earnest".to_owned()));
        assert_eq!(
            refused(apply(&client, &object, true).await),
            (403, says("denied the request: ask in earnest"))
        );
        apply(&client, &object, false).await.unwrap();
        hook.becomes(&Does::Stall);
        let (code, message) = refused(apply(&client, &object, true).await);
        assert_eq!(code, 500);
        assert!(message.starts_with("Internal error occurred: failed calling webhook"), "{message}");
        hook.becomes(&Does::Nothing);
        let reviews = hook.reviews().len();
        apply(&client, &object, true).await.unwrap();
        assert_eq!(hook.reviews().len(), reviews + 1);
        hook.uninstall(&client, &configuration, &object).await;
    });
}
