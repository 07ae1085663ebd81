//! What a diff says of each thing that can become of an object, as a real server has it.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::applied::{apply_and_record, connect};
use crate::harness::{Cluster, Does, Lab, Manager, Spec, Webhook, block_on, many};
use crate::program::{Outcome, Place, outcome};
use crate::rendering::Rendering;

/// Who may read everything and change nothing.
pub const READER: &str = "reader";

/// Of the secrets in the objects; a diff says it nowhere.
const PLANTED: [&str; 2] = ["Zm9yLW5vYm9keS1vbmU=", "for-nobody-one"];

fn config_map(name: &str, value: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": { "namespace": "shop", "name": name }, "data": { "mode": value },
    })
}

fn namespace(name: &str) -> Value {
    json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } })
}

fn deployment(app: &str) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": { "namespace": "shop", "name": "web" },
        "spec": {
            "selector": { "matchLabels": { "app": app } },
            "template": {
                "metadata": { "labels": { "app": app } },
                "spec": { "containers": [{ "name": "main", "image": "registry.example.com/main:1" }] },
            },
        },
    })
}

fn service(port: u32) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Service",
        "metadata": { "namespace": "shop", "name": "web" },
        "spec": { "selector": { "app": "web" }, "ports": [{ "name": "http", "port": port }] },
    })
}

fn frozen(value: &str) -> Value {
    let mut frozen = config_map("frozen", value);
    frozen["immutable"] = json!(true);
    frozen
}

fn secret(name: &str, key: &str, value: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Secret",
        "metadata": { "namespace": "shop", "name": name }, "data": { key: value },
    })
}

fn definition() -> Value {
    let spec = json!({ "type": "object", "x-kubernetes-preserve-unknown-fields": true });
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": { "name": "gadgets.lab.example.com" },
        "spec": {
            "group": "lab.example.com", "scope": "Namespaced",
            "names": { "kind": "Gadget", "plural": "gadgets" },
            "versions": [{ "name": "v1", "served": true, "storage": true, "schema": { "openAPIV3Schema": {
                "type": "object", "properties": { "spec": spec },
            } } }],
        },
    })
}

fn of_lab(kind: &str, name: &str) -> Value {
    json!({
        "apiVersion": "lab.example.com/v1", "kind": kind,
        "metadata": { "namespace": "shop", "name": name }, "spec": { "size": 1 },
    })
}

/// What is applied.
fn before() -> Vec<Value> {
    vec![
        namespace("shop"),
        namespace("old"),
        config_map("changed", "plain"),
        config_map("ending", "plain"),
        config_map("gone", "plain"),
        config_map("same", "plain"),
        config_map("unlabelled", "plain"),
        frozen("plain"),
        secret("token", "token", "Zm9yLW5vYm9keS10d28="),
        secret("wrong", "token", "Zm9yLW5vYm9keS10d28="),
        deployment("web"),
        service(80),
    ]
}

/// What is rendered then.
fn after() -> Vec<Value> {
    let within = |mut object: Value, namespace: &str| {
        object["metadata"]["namespace"] = json!(namespace);
        object
    };
    let mut misspelt = config_map("misspelt", "plain");
    misspelt["dta"] = json!({ "mode": "fancy" });
    vec![
        namespace("shop"),
        namespace("new"),
        definition(),
        config_map("adopted", "ours"),
        config_map("changed", "fancy"),
        config_map("ending", "fancy"),
        config_map("same", "plain"),
        within(config_map("early", "plain"), "new"),
        within(config_map("homeless", "plain"), "nowhere"),
        frozen("fancy"),
        misspelt,
        secret("token", "token", PLANTED[0]),
        secret("wrong", "to ken", PLANTED[0]),
        deployment("shop"),
        service(70_000),
        of_lab("Gadget", "first"),
        of_lab("Widget", "unheard-of"),
    ]
}

/// A cluster with what is applied, and a fleet that renders something else.
struct Scene {
    cluster: Cluster,
    place: Place,
}

impl Scene {
    async fn new(cluster: Cluster) -> Self {
        let place = Place::empty();
        many::write_fleet(place.path(), &cluster, &before());
        let rendering = Rendering::of(place.path());
        let wanted = rendering.wanted(&cluster.name);
        let identities = rendering.identities();
        let proven = connect(&cluster.kubeconfig, &cluster.name, &cluster.name, &identities).await;
        apply_and_record(&cluster, &proven, &wanted, &rendering.fleet.name).await;
        many::write_fleet(place.path(), &cluster, &after());
        Self { cluster, place }
    }

    fn diff(&self, arguments: &[&str]) -> Outcome {
        let mut command = self.place.command(&["diff"]);
        let outcome =
            outcome(command.args(arguments).env("KUBECONFIG", &self.cluster.kubeconfig).output().unwrap());
        for planted in PLANTED {
            assert!(!outcome.stdout.contains(planted) && !outcome.stderr.contains(planted), "{outcome:?}");
        }
        outcome
    }
}

/// What is said on stdout, without times.
fn said(outcome: &Outcome) -> String {
    let since = |line: &str| match line.split_once("since 20") {
        Some((before, _)) => format!("{before}since TIME"),
        None => line.to_owned(),
    };
    let lines: Vec<String> = outcome.stdout.lines().map(since).collect();
    lines.join("\n")
}

/// What is said of the first object, and of all together.
fn ends(outcome: &Outcome) -> String {
    let said = said(outcome);
    let paragraphs: Vec<&str> = said.split("\n\n").collect();
    let is_of_one = |paragraph: &&&str| paragraph.starts_with(['-', '=', '!', '~', '+']);
    let of_all = paragraphs.iter().filter(|paragraph| !is_of_one(paragraph));
    let shown: Vec<&str> = paragraphs.first().into_iter().chain(of_all).copied().collect();
    shown.join("\n\n")
}

#[test]
fn whatever_becomes_of_an_object_is_said() {
    let cluster = Lab::shared().start([Spec::bare("said").user(READER)]).remove(0);
    block_on(async {
        let client = cluster.client().await;
        let scene = Scene::new(cluster).await;
        let someone = Manager::new("kubectl", &client).await;
        someone.apply(&config_map("adopted", "theirs")).await;
        let holds = json!({ "metadata": { "finalizers": ["lab.example.com/holds"] } });
        someone.edit(&config_map("ending", "plain"), &holds).await;
        someone.begin_to_delete(&config_map("ending", "plain")).await;
        let unlabelled = json!({ "metadata": { "labels": null } });
        someone.edit(&config_map("unlabelled", "plain"), &unlabelled).await;

        let all = scene.diff(&[]);
        assert_eq!(all.status, Some(4), "{all:?}");
        assert_snapshot!(said(&all), @r#"
        + CustomResourceDefinition/gadgets.lab.example.com  component.objects  on said
            + spec:
            +   group: lab.example.com
            +   names:
            +     kind: Gadget
            +     plural: gadgets
            +   scope: Namespaced
            +   versions:
            +   - name: v1
            +     schema:
            +       openAPIV3Schema:
            +         properties:
            +           spec:
            +             type: object
            +             x-kubernetes-preserve-unknown-fields: true
            +         type: object
            +     served: true
            +     storage: true

        + Namespace/new  component.objects  on said

        + ConfigMap/early in new  component.objects  on said
            not checked by the server: its namespace new is created by the same run
            + data:
            +   mode: plain

        ! ConfigMap/homeless in nowhere  component.objects  on said
            refused: there is no namespace nowhere, and none is rendered

        ~ ConfigMap/adopted in shop  component.objects  on said
            taken over: it was not made by fleetwright
            data.mode  theirs → ours
            conflict: kubectl owns data.mode: theirs → ours
              take it over with take_over = ["shop/ConfigMap/adopted:data.mode"] in its unit

        ~ ConfigMap/changed in shop  component.objects  on said
            data.mode  plain → fancy

        ! ConfigMap/ending in shop  component.objects  on said
            it is being deleted since TIME

        ! ConfigMap/frozen in shop  component.objects  on said
            replace required: the server answered 422: data: Forbidden: field is immutable when `immutable` is set
            data.mode  plain → fancy

        ! ConfigMap/misspelt in shop  component.objects  on said
            refused: the server answered 500: failed to create typed patch object (shop/misspelt; /v1, Kind=ConfigMap): .dta: field not declared in schema

        ~ Secret/token in shop  component.objects  on said
            data.token  (sensitive) → (sensitive, another value)

        ! Secret/wrong in shop  component.objects  on said
            refused: the server answered 422: data: FieldValueInvalid

        ! Service/web in shop  component.objects  on said
            refused: the server answered 422: spec.ports[0].port: must be between 1 and 65535, inclusive; spec.ports[0].targetPort: must be between 1 and 65535, inclusive

        + Gadget/first in shop  component.objects  on said
            not checked by the server: its CustomResourceDefinition gadgets.lab.example.com is created by the same run
            + spec:
            +   size: 1

        ! Widget/unheard-of in shop  component.objects  on said
            refused: the server has no kind Widget.lab.example.com, and no CustomResourceDefinition of it is rendered

        ! Deployment/web in shop  component.objects  on said
            replace required: the server answered 422: spec.selector: field is immutable
            spec.selector.matchLabels.app      web → shop
            spec.template.metadata.labels.app  web → shop

        = ConfigMap/unlabelled in shop  component.objects  on said
            no longer rendered, kept: it does not carry the label applyset.kubernetes.io/part-of of this fleet any longer

        - ConfigMap/gone in shop  component.objects  on said

        = Namespace/old  component.objects  on said
            no longer rendered, kept: what is in it would go with it; a Namespace or CustomResourceDefinition is deleted only by name

        1 cluster: 4 to create, 2 to change, 1 to take over, 2 to replace, 1 to delete, 5 refused, 1 being deleted, 1 conflict; 2 unchanged, 2 kept
        "#);

        many::write_fleet(
            scene.place.path(),
            &scene.cluster,
            &[namespace("shop"), config_map("changed", "fancy")],
        );
        let hook = Webhook::of(&scene.cluster, &Does::DenyDryRun("ask in earnest".to_owned()));
        let configuration = hook.configuration("careless", &[("", "configmaps")], "shop");
        hook.install(&client, &configuration, &config_map("seen", "")).await;
        let denied = scene.diff(&[]);
        assert_eq!(denied.status, Some(4));
        assert_snapshot!(ends(&denied), @r#"
        ! ConfigMap/changed in shop  component.objects  on said
            refused: the server answered 403: admission webhook "careless.lab.fleetwright.dev" denied the request: ask in earnest

        1 cluster: 7 to delete, 1 refused; 1 unchanged, 3 kept
        "#);
        hook.becomes(&Does::Stall);
        let stalled = scene.diff(&[]);
        assert_eq!(stalled.status, Some(3));
        assert_snapshot!(ends(&stalled).replace(&hook.url, "https://HOOK"), @r#"
        - Deployment/web in shop  component.objects  on said
        - Service/web in shop  component.objects  on said
        - Secret/wrong in shop  component.objects  on said
        - Secret/token in shop  component.objects  on said

        ? unknown on said: the server answered 500: Internal error occurred: failed calling webhook "careless.lab.fleetwright.dev": failed to call webhook: Post "https://HOOK/careless?timeout=2s": context deadline exceeded
            ConfigMap/changed in shop

        ? cluster said: known in part: the server answered 500: Internal error occurred: failed calling webhook "careless.lab.fleetwright.dev": failed to call webhook: Post "https://HOOK/careless?timeout=2s": context deadline exceeded

        1 cluster: 7 to delete; 1 unchanged, 3 kept, 1 unknown; 1 cluster known in part
        "#);
        let stderr =
            stalled.stderr.replace(&hook.url, "https://HOOK").replace(&scene.cluster.url, "https://HOST");
        assert_snapshot!(stderr, @r#"
        said: PATCH /api/v1/namespaces/shop/configmaps/changed: the server answered 500: Internal error occurred: failed calling webhook "careless.lab.fleetwright.dev": failed to call webhook: Post "https://HOOK/careless?timeout=2s": context deadline exceeded; try 2 of 3 in 500ms
        said: PATCH /api/v1/namespaces/shop/configmaps/changed: the server answered 500: Internal error occurred: failed calling webhook "careless.lab.fleetwright.dev": failed to call webhook: Post "https://HOOK/careless?timeout=2s": context deadline exceeded; try 3 of 3 in 1s
        error[L028]: cluster "said" cannot be read: the server answered 500: Internal error occurred: failed calling webhook "careless.lab.fleetwright.dev": failed to call webhook: Post "https://HOOK/careless?timeout=2s": context deadline exceeded
         |
         = cluster: said
         = note: context "said", server https://HOST, user "said"
         = note: asked for PATCH /api/v1/namespaces/shop/configmaps/changed
         = help: run the same command again; if it stays so, look at the server's log

        warning[V021]: no schemas are recorded: 2 kinds could not be checked
         --> fleet/fleet.hcl:5:9
          |
        5 | cluster "said" {
          |         ^^^^^^
          |
          = cluster: said
          = note: not checked: v1 ConfigMap, v1 Namespace
          = help: record them: `fleetwright schema fetch`, or for one cluster with `--cluster NAME`

        1 error, 1 warning
        "#);
        hook.uninstall(&client, &configuration, &config_map("seen", "")).await;

        let powerless = scene.diff(&["--context", "said=said-powerless"]);
        assert_eq!(powerless.status, Some(3), "{powerless:?}");
        assert_snapshot!(said(&powerless), @r#"
        ? cluster said: unknown: the user may not read this (403 Forbidden): namespaces "kube-system" is forbidden: User "powerless" cannot get resource "namespaces" in API group "" in the namespace "kube-system"

        1 cluster: not all could be compared; 1 cluster unknown
        "#);
        assert_snapshot!(powerless.stderr.replace(&scene.cluster.url, "https://HOST"), @r#"
        error[L024]: cluster "said" cannot be read: the user may not read this (403 Forbidden): namespaces "kube-system" is forbidden: User "powerless" cannot get resource "namespaces" in API group "" in the namespace "kube-system"
         |
         = cluster: said
         = note: context "said-powerless", server https://HOST, user "said-powerless"
         = note: asked for GET /api/v1/namespaces/kube-system
         = help: bind the user to a Role or ClusterRole that lets it `get` this

        warning[V021]: no schemas are recorded: 2 kinds could not be checked
         --> fleet/fleet.hcl:5:9
          |
        5 | cluster "said" {
          |         ^^^^^^
          |
          = cluster: said
          = note: not checked: v1 ConfigMap, v1 Namespace
          = help: record them: `fleetwright schema fetch`, or for one cluster with `--cluster NAME`

        1 error, 1 warning
        "#);
        scene.cluster.lets_read(READER).await;
        let reader = scene.diff(&["--context", "said=said-reader"]);
        assert_snapshot!(ends(&reader), @"
        ~ ConfigMap/changed in shop  component.objects  on said  (approximate)
            data.mode  plain → fancy

        approximate for 1 object on said: the user may not ask for a dry run, which takes the right to patch

        1 cluster: 1 to change, 7 to delete; 1 unchanged, 3 kept, 1 approximate
        ");
        assert_eq!(reader.status, Some(1));
    });
}
