//! Objects that the cluster's API server would refuse, by its recorded schemas.

use std::path::PathBuf;

use super::score::{Case, score};
use super::web::WEB;
use crate::program::Place;
use crate::recorded;

/// The clusters of the sound fleet with the schemas of a real server.
pub fn recorded(place: &Place) {
    recorded::real(&fleet(place), &["prod-a", "prod-b"]);
}

/// The folder of the fleet.
pub fn fleet(place: &Place) -> PathBuf {
    place.path().join("fleet")
}

/// What is told of an object, in the line of the template and with the unit's block.
fn told(template: &str, code: &str, place: &str, object: &str, says: &[&str]) -> String {
    let score = score(&Case {
        files: &[(WEB, template)],
        set_up: recorded,
        code,
        place: Some(&format!("{WEB}:{place}")),
        about: Some(("prod-a, prod-b", object)),
        says,
        ..Case::default()
    });
    assert_eq!(score.missing, [""; 0], "{}", score.text);
    assert!(score.text.contains("::: fleet/web.hcl:1:11\n"), "the unit's block: {}", score.text);
    score.text
}

fn object(api_version: &str, kind: &str) -> String {
    format!("apiVersion: {api_version}\nkind: {kind}\nmetadata:\n  name: web\n")
}

#[test]
fn b58_an_unknown_kind_says_which_is_near() {
    let near = object("apps/v1", "Deploymnet");
    insta::assert_snapshot!(told(&near, "V017", "2:1", "web/Deploymnet/web", &[
        "the cluster has no kind apps/v1 Deploymnet", "did you mean apps/v1 Deployment?",
    ]), @r#"
    error[V017]: the cluster has no kind apps/v1 Deploymnet
     --> templates/web.yaml:2:1
      |
    2 | kind: Deploymnet
      | ^^^^^^^^^^^^^^^^
      |
     ::: fleet/web.hcl:1:11
      |
    1 | component "web" {
      |           ----- by this unit
      |
      = clusters: prod-a, prod-b
      = object: web/Deploymnet/web
      = help: did you mean apps/v1 Deployment?

    1 error
    "#);
    // Nothing is near: where it may come from is told.
    told(
        &object("shops.example.com/v1", "Shop"),
        "V017",
        "2:1",
        "web/Shop/web",
        &[
            "the cluster has no kind shops.example.com/v1 Shop",
            "render its CustomResourceDefinition",
            "`fleetwright schema fetch`",
        ],
    );
}

#[test]
fn b58_a_wrong_group_or_version_says_which_are_served() {
    let group = object("extensions/v1", "Deployment");
    insta::assert_snapshot!(told(&group, "V017", "1:1", "web/Deployment/web", &[
        "the cluster does not serve extensions/v1 Deployment", "it serves apps/v1 Deployment",
    ]), @r#"
    error[V017]: the cluster does not serve extensions/v1 Deployment
     --> templates/web.yaml:1:1
      |
    1 | apiVersion: extensions/v1
      | ^^^^^^^^^^^^^^^^^^^^^^^^^
      |
     ::: fleet/web.hcl:1:11
      |
    1 | component "web" {
      |           ----- by this unit
      |
      = clusters: prod-a, prod-b
      = object: web/Deployment/web
      = note: it serves apps/v1 Deployment
      = help: write the `apiVersion` that it serves; if that has changed, run `fleetwright schema fetch`

    1 error
    "#);
    for (api_version, kind, served) in [
        ("apps/v2", "Deployment", "it serves apps/v1 Deployment"),
        ("apps/v1", "ConfigMap", "it serves v1 ConfigMap"),
        ("v1", "Deployment", "it serves apps/v1 Deployment"),
        ("keda.sh/v1", "ScaledObject", "it serves keda.sh/v1alpha1 ScaledObject"),
        (
            "networking.istio.io/v2",
            "Gateway",
            "it serves networking.istio.io/v1 Gateway, networking.istio.io/v1alpha3 Gateway or networking.istio.io/v1beta1 Gateway",
        ),
    ] {
        told(
            &object(api_version, kind),
            "V017",
            "1:1",
            &format!("web/{kind}/web"),
            &[&format!("the cluster does not serve {api_version} {kind}"), served],
        );
    }
}

#[test]
fn b58_a_removed_version_says_since_when_and_what_took_its_place() {
    let removed = object("policy/v1beta1", "PodDisruptionBudget");
    insta::assert_snapshot!(told(&removed, "V018", "1:1", "web/PodDisruptionBudget/web", &[
        "policy/v1beta1 PodDisruptionBudget is gone since Kubernetes 1.25", "write `apiVersion: policy/v1`",
    ]), @r#"
    error[V018]: policy/v1beta1 PodDisruptionBudget is gone since Kubernetes 1.25
     --> templates/web.yaml:1:1
      |
    1 | apiVersion: policy/v1beta1
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
     ::: fleet/web.hcl:1:11
      |
    1 | component "web" {
      |           ----- by this unit
      |
      = clusters: prod-a, prod-b
      = object: web/PodDisruptionBudget/web
      = note: the cluster runs 1.36.3
      = help: write `apiVersion: policy/v1`

    1 error
    "#);
    for (api_version, kind, says) in [
        (
            "extensions/v1beta1",
            "Ingress",
            ["since Kubernetes 1.22", "write `apiVersion: networking.k8s.io/v1`"],
        ),
        (
            "autoscaling/v2beta2",
            "HorizontalPodAutoscaler",
            ["since Kubernetes 1.26", "write `apiVersion: autoscaling/v2`"],
        ),
        ("policy/v1beta1", "PodSecurityPolicy", ["since Kubernetes 1.25", "nothing took its place"]),
    ] {
        told(&object(api_version, kind), "V018", "1:1", &format!("{kind}/web"), &says);
    }
}

/// A Deployment on which the lines of a table are mistakes; `SPEC` and `POD` stand for them.
fn deployment(spec: &str, container: &str) -> String {
    let base = object("apps/v1", "Deployment");
    format!(
        "{base}spec:\n{spec}  selector:\n    matchLabels: {{app: web}}\n  template:\n    metadata:\n      labels: {{app: web}}\n    spec:\n      containers:\n        - name: web\n{container}"
    )
}

#[test]
fn b59_an_unknown_field_says_its_path_and_which_is_near() {
    let template = deployment("  replcias: 3\n", "          image: web:1\n");
    insta::assert_snapshot!(first(&told(&template, "V010", "6:3", "web/Deployment/web", &[
        "there is no field `spec.replcias`", "did you mean `replicas`?",
    ])), @r#"
    error[V010]: there is no field `spec.replcias`
     --> templates/web.yaml:6:3
      |
    6 |   replcias: 3
      |   ^^^^^^^^^^^
      |
     ::: fleet/web.hcl:1:11
      |
    1 | component "web" {
      |           ----- by this unit
      |
      = clusters: prod-a, prod-b
      = object: web/Deployment/web
      = help: did you mean `replicas`?
    "#);
    for (container, place, says) in [
        (
            "          image: web:1\n          imagePulPolicy: Always\n",
            "15:11",
            [
                "there is no field `spec.template.spec.containers[0].imagePulPolicy`",
                "did you mean `imagePullPolicy`?",
            ],
        ),
        (
            "          image: web:1\n          zebra: Always\n",
            "15:11",
            [
                "there is no field `spec.template.spec.containers[0].zebra`",
                "the fields there are: args, command, env, ",
            ],
        ),
        (
            "          image: web:1\n          env:\n            - {name: A, valeu: b}\n",
            "16:13",
            ["there is no field `spec.template.spec.containers[0].env[0].valeu`", "did you mean `value`?"],
        ),
    ] {
        told(&deployment("", container), "V010", place, "web/Deployment/web", &says);
    }
}

#[test]
fn b59_a_wrong_type_says_what_is_found_and_what_must_be() {
    let template = deployment("  replicas: \"3\"\n", "          image: web:1\n");
    insta::assert_snapshot!(first(&told(&template, "V011", "6:3", "web/Deployment/web", &[
        "`spec.replicas` must be a whole number", "and is a string",
    ])), @r#"
    error[V011]: `spec.replicas` must be a whole number, without a point, and is a string: "3"
     --> templates/web.yaml:6:3
      |
    6 |   replicas: "3"
      |   ^^^^^^^^^^^^^
      |
     ::: fleet/web.hcl:1:11
      |
    1 | component "web" {
      |           ----- by this unit
      |
      = clusters: prod-a, prod-b
      = object: web/Deployment/web
      = help: take the quotes away, or the filter that writes them
    "#);
    for (container, place, says) in [
        (
            "          image: 1.10\n",
            "14:11",
            [
                "`spec.template.spec.containers[0].image` must be a string, and is a number with a point",
                "`| quote`",
            ],
        ),
        (
            "          image: web:1\n          args: serve\n",
            "15:11",
            ["must be a list, and is a string", ".args`"],
        ),
        (
            "          image: web:1\n          ports: {http: 80}\n",
            "15:11",
            ["must be a list, and is a map", "write a list: `- ` before each item"],
        ),
        (
            "          image: web:1\n          env:\n            - {name: A, value: 1}\n",
            "16:13",
            [
                "`spec.template.spec.containers[0].env[0].value` must be a string, and is a number",
                "`| quote`",
            ],
        ),
    ] {
        told(&deployment("", container), "V011", place, "web/Deployment/web", &says);
    }
}

#[test]
fn b59_what_is_missing_says_where() {
    insta::assert_snapshot!(first(&told(&deployment("", ""), "V012", "13:9", "web/Deployment/web", &[
        "`spec.template.spec.containers[0].image` is missing", "the API server refuses the object without it",
    ])), @r#"
    error[V012]: `spec.template.spec.containers[0].image` is missing
      --> templates/web.yaml:13:9
       |
    13 |         - name: web
       |         ^^^^^^^^^^^
       |
      ::: fleet/web.hcl:1:11
       |
     1 | component "web" {
       |           ----- by this unit
       |
       = clusters: prod-a, prod-b
       = object: web/Deployment/web
       = help: the API server refuses the object without it
    "#);
    let service = format!("{}spec:\n  ports:\n    - name: http\n", object("v1", "Service"));
    told(
        &service,
        "V012",
        "7:5",
        "web/Service/web",
        &["`spec.ports[0].port` is missing", "the API server refuses"],
    );
}

#[test]
fn b59_a_value_out_of_range_says_what_is_allowed() {
    let image = "          image: web:1\n";
    for (container, place, says) in [
        (
            "          imagePullPolicy: Sometimes\n",
            "15:11",
            ["is \"Sometimes\", and must be", "Always, IfNotPresent or Never"],
        ),
        (
            "          ports:\n            - containerPort: 70000\n",
            "16:13",
            ["`spec.template.spec.containers[0].ports[0].containerPort` is 70000", "must be from 1 to 65535"],
        ),
        (
            "          resources:\n            requests: {cpu: 1 core}\n",
            "16:13",
            ["requests.cpu` is \"1 core\"", "must be a quantity such as 500m, 1.5 or 2Gi"],
        ),
    ] {
        told(&deployment("", &format!("{image}{container}")), "V013", place, "web/Deployment/web", &says);
    }
}

/// The first finding of a text: a workload of a few lines has others, of built-in checks.
fn first(text: &str) -> &str {
    text.split_once("\n\n").map_or(text, |(first, _)| first)
}
