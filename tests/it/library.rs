//! The library of templates: what `templates/README.md` says of it, and what each of its settings does.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;
use serde_json::{Value, json};

use crate::example;

/// The templates by path, as text.
fn templates() -> BTreeMap<String, String> {
    let files = example::files(&example::root().join("templates")).into_iter();
    let yaml = files.filter(|(path, _)| path.ends_with(".yaml"));
    yaml.map(|(path, text)| (path, String::from_utf8(text).unwrap())).collect()
}

/// The folders that a component can name, each with the templates in it.
fn folders(templates: &BTreeMap<String, String>) -> BTreeMap<&str, Vec<&str>> {
    let mut folders: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for path in templates.keys() {
        let (folder, name) = path.rsplit_once('/').unwrap();
        if !name.starts_with('_') && folder != "_lib" && folder != "service" {
            folders.entry(folder).or_default().push(path);
        }
    }
    assert!(folders.len() > 10, "{folders:?}");
    folders
}

/// The names after `values.` in a template and in what it includes.
fn values(templates: &BTreeMap<String, String>, path: &str, found: &mut BTreeSet<String>) {
    let name = Regex::new(r"\bvalues\.([a-z_]+)").unwrap();
    let include = Regex::new(r#"\{%-? include "([^"]+)""#).unwrap();
    let text = &templates[path];
    found.extend(name.captures_iter(text).map(|name| name[1].to_owned()));
    for included in include.captures_iter(text) {
        values(templates, &included[1], found);
    }
}

fn of_folder(templates: &BTreeMap<String, String>, paths: &[&str]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for path in paths {
        values(templates, path, &mut found);
    }
    found
}

/// The rows of the tables of `templates/README.md` that begin with a name: their cells by that name.
fn rows() -> BTreeMap<String, Vec<String>> {
    let page = std::fs::read_to_string(example::root().join("templates/README.md")).unwrap();
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
    rows.map(|(name, cells)| {
        (name.to_owned(), cells.trim_end_matches(" |").split(" | ").map(str::to_owned).collect())
    })
    .collect()
}

#[test]
fn the_reference_names_every_folder_and_every_value_that_it_reads() {
    let (templates, rows) = (templates(), rows());
    let beside = Regex::new(r"\([^)]*\)|`\{[^`]*\}`").unwrap();
    let name = Regex::new(r"`([a-z_]+)(?:\.[a-z_.]+)?`").unwrap();
    for (folder, paths) in folders(&templates) {
        let row = rows.get(folder).unwrap_or_else(|| panic!("templates/README.md has no row for `{folder}`"));
        let [_, named, _] = row.as_slice() else { panic!("the row of `{folder}` has other columns") };
        // What stands in parentheses is a default, in braces what is below a value.
        let plain = beside.replace_all(named, "").into_owned();
        let named: BTreeSet<String> = name.captures_iter(&plain).map(|name| name[1].to_owned()).collect();
        assert_eq!(
            named,
            of_folder(&templates, &paths),
            "the values of `{folder}`: the page and its templates"
        );
    }
    let known = folders(&templates);
    let page: BTreeSet<&str> =
        rows.iter().filter(|(_, cells)| cells.len() == 3).map(|(name, _)| name.as_str()).collect();
    let gone: Vec<_> =
        page.into_iter().filter(|name| name.contains('/') && !known.contains_key(name)).collect();
    assert!(gone.is_empty(), "templates/README.md has rows for folders that are not there: {gone:?}");
}

#[test]
fn the_reference_names_every_template_of_a_service_and_every_value_that_it_reads() {
    let (templates, rows) = (templates(), rows());
    let mut seen = 0;
    let value = Regex::new(r"\bvalues\.[a-z_]+").unwrap();
    for (path, text) in templates.iter().filter(|(path, _)| path.starts_with("service/")) {
        let file = path.trim_start_matches("service/");
        let row = rows.get(file).unwrap_or_else(|| panic!("templates/README.md has no row for `{file}`"));
        let row = row.join(" | ");
        for name in value.find_iter(text) {
            assert!(
                row.contains(&format!("`{}", name.as_str())),
                "`{file}` reads `{}`: {row}",
                name.as_str()
            );
        }
        seen += 1;
    }
    assert!(seen > 10, "{seen} templates of a service");
}

#[test]
fn every_folder_and_every_value_is_used_by_a_fleet_that_is_tested() {
    let small = std::fs::read_to_string(example::root().join("tests/it/library/fleet.hcl")).unwrap();
    let fleets = example::fleet().into_values().chain([small]).collect::<Vec<_>>().join("\n");
    let used: BTreeSet<&str> = Regex::new(r"templates\s*=\s*\[([^\]]*)\]")
        .unwrap()
        .captures_iter(&fleets)
        .flat_map(|list| list.extract::<1>().1[0].split(','))
        .map(|name| name.trim().trim_matches('"'))
        .collect();
    let templates = templates();
    for (folder, paths) in folders(&templates) {
        assert!(used.contains(folder), "no fleet of a test uses `{folder}`");
        for name in of_folder(&templates, &paths) {
            let set = Regex::new(&format!(r"\b{name}\s*=")).unwrap();
            assert!(set.is_match(&fleets), "no fleet of a test sets `{name}`, which `{folder}` reads");
        }
    }
}

/// What the small fleet renders, as objects.
fn objects() -> Vec<Value> {
    let place = example::small();
    place.run(&["validate"]).done();
    let (text, _) = place.run(&["render", "-o", "json"]).done();
    let document: Value = serde_json::from_str(&text).unwrap();
    let units = document["clusters"][0]["units"].as_array().unwrap();
    units.iter().flat_map(|unit| unit["objects"].as_array().unwrap().clone()).collect()
}

/// The object `Kind/name`; none of the tests needs a namespace to tell two apart.
fn find<'a>(objects: &'a [Value], name: &str) -> Option<&'a Value> {
    let (kind, name) = name.split_once('/').unwrap();
    objects.iter().find(|object| object["kind"] == kind && object["metadata"]["name"] == name)
}

/// An object of the small fleet, where in it, and what is there; null for nothing.
fn cases() -> Vec<(&'static str, &'static str, Value)> {
    const MATCH: &str = "/spec/matchResources/namespaceSelector";
    vec![
        // platform
        ("Namespace/legacy", "/metadata/labels/istio.io~1rev", Value::Null),
        ("Namespace/legacy", "/metadata/labels/pod-security.kubernetes.io~1enforce", json!("baseline")),
        ("Namespace/legacy", "/metadata/labels/team", json!("old")),
        ("Namespace/web", "/metadata/labels/istio.io~1rev", json!("1-30")),
        ("NetworkPolicy/default-deny", "/metadata/namespace", json!("web")),
        // teams
        ("Role/shop-debug", "/rules/0/resources", json!(["pods/exec", "pods/portforward"])),
        ("RoleBinding/shop-debug", "/subjects/0/name", json!("few")),
        ("Role/shop-deploy", "/rules/0/verbs/3", json!("create")),
        ("Role/shop-view", "/rules/4/verbs", json!(["get", "list", "watch"])),
        // admission
        ("ValidatingAdmissionPolicyBinding/told-requests", "/spec/validationActions", json!(["Deny"])),
        ("ValidatingAdmissionPolicyBinding/told-probes", "/spec/validationActions", json!(["Warn", "Audit"])),
        (
            "ValidatingAdmissionPolicyBinding/told-probes",
            MATCH,
            json!({"matchExpressions": [{"key": "team", "operator": "Exists"}]}),
        ),
        ("ValidatingAdmissionPolicy/told-requests", "/spec/matchConditions/1", Value::Null),
        (
            "ValidatingAdmissionPolicy/told-probes",
            "/spec/matchConditions/1/expression",
            json!(r#"!(request.namespace in ["legacy","batch"])"#),
        ),
        // storage
        ("StorageClass/plain", "/metadata/annotations", Value::Null),
        ("StorageClass/plain", "/reclaimPolicy", json!("Retain")),
        ("StorageClass/plain", "/volumeBindingMode", json!("WaitForFirstConsumer")),
        // secrets
        ("ClusterSecretStore/params", "/spec/conditions", Value::Null),
        ("ClusterSecretStore/params", "/spec/provider/aws/service", json!("ParameterStore")),
        ("ExternalSecret/token", "/spec/data/0/remoteRef", json!({"key": "a/c", "property": "d"})),
        ("ExternalSecret/token", "/spec/data/1/remoteRef", json!({"key": "a/b"})),
        ("ExternalSecret/token", "/spec/refreshInterval", json!("5m")),
        // istio
        ("PeerAuthentication/default", "/spec/mtls/mode", json!("PERMISSIVE")),
        ("Telemetry/default", "/spec/tracing", Value::Null),
        ("ScaledObject/ingress", "/spec/maxReplicaCount", json!(8)),
        ("ScaledObject/ingress", "/spec/triggers/0/metadata/value", json!("80")),
        ("ScaledObject/ingress", "/spec/triggers/1/metadata/timezone", json!("Europe/Berlin")),
        ("ScaledObject/ingress", "/spec/triggers/2/metadata/timezone", json!("Etc/UTC")),
        ("ScaledObject/ingress", "/spec/triggers/1/metadata/desiredReplicas", json!("7")),
        ("ScaledObject/ingress", "/spec/triggers/2/metadata/desiredReplicas", json!("3")),
        (
            "ScaledObject/ingress",
            "/spec/advanced/horizontalPodAutoscalerConfig/behavior/scaleUp/policies/0/value",
            json!(100),
        ),
        ("Deployment/ingress", "/spec/template/spec/terminationGracePeriodSeconds", json!(90)),
        ("Deployment/ingress", "/spec/template/spec/priorityClassName", Value::Null),
        ("Service/ingress", "/metadata/annotations/lb", json!("on")),
        ("Service/ingress", "/spec/loadBalancerClass", json!("service.k8s.aws/nlb")),
        ("Service/ingress", "/spec/loadBalancerSourceRanges", json!(["10.0.0.0/8"])),
        (
            "NetworkPolicy/ingress",
            "/spec/ingress/1/from/0/namespaceSelector/matchLabels/kubernetes.io~1metadata.name",
            json!("metrics"),
        ),
        ("HorizontalPodAutoscaler/egress", "/spec/maxReplicas", json!(8)),
        ("HorizontalPodAutoscaler/egress", "/spec/behavior/scaleDown/policies/0/value", json!(20)),
        ("ServiceEntry/mq-example-net", "/spec/ports/0/number", json!(5671)),
        ("ServiceEntry/api-example-net", "/spec/ports/0/number", json!(443)),
        ("VirtualService/mq-example-net", "/spec/tls/0/match/0/port", json!(5671)),
        ("VirtualService/mq-example-net", "/spec/tls/0/route/0/destination/port/number", json!(443)),
        ("VirtualService/mq-example-net", "/spec/tcp/0/route/0/destination/port/number", json!(5671)),
        (
            "AuthorizationPolicy/egress",
            "/spec/rules/1/from/0/source/principals",
            json!(["shop.local/ns/web/sa/orders", "shop.local/ns/web/sa/carts"]),
        ),
        (
            "NetworkPolicy/egress",
            "/spec/egress/2/ports",
            json!([{"port": 443, "protocol": "TCP"}, {"port": 5671, "protocol": "TCP"}]),
        ),
        (
            "NetworkPolicy/egress",
            "/spec/egress/2/to/0/ipBlock/except",
            json!(["169.254.0.0/16", "10.0.0.0/16"]),
        ),
        ("NetworkPolicy/orders-to-egress", "/metadata/namespace", json!("web")),
        ("DestinationRule/near-1", "/spec/trafficPolicy/outlierDetection/maxEjectionPercent", json!(100)),
        ("ServiceEntry/near", "/spec/endpoints/1/locality", json!("eu-west-1/eu-west-1b")),
        (
            "NetworkPolicy/to-near",
            "/spec/egress/0/ports",
            json!([{"port": 443, "protocol": "TCP"}, {"port": 5432, "protocol": "TCP"}]),
        ),
        (
            "VirtualService/broken",
            "/spec/http/0/fault/abort",
            json!({"httpStatus": 503, "percentage": {"value": 100}}),
        ),
        ("VirtualService/broken", "/spec/http/0/fault/delay", Value::Null),
        ("VirtualService/broken", "/spec/http/0/route/0/destination/subset", Value::Null),
        ("VirtualService/broken", "/spec/http/0/retries/attempts", json!(2)),
        ("VirtualService/tried", "/spec/http/0/route/1/weight", json!(10)),
        ("VirtualService/tried", "/spec/http/0/route/1/destination/subset", json!("v2")),
        ("DestinationRule/tried", "/spec/subsets/1", json!({"name": "v2", "labels": {"version": "2"}})),
        // nodes
        (
            "EC2NodeClass/nodes",
            "/spec/subnetSelectorTerms/0/tags",
            json!({"karpenter.sh/discovery": "shared"}),
        ),
        ("EC2NodeClass/nodes", "/spec/blockDeviceMappings/0/ebs/volumeSize", json!("200Gi")),
        ("EC2NodeClass/nodes", "/spec/blockDeviceMappings/0/deviceName", json!("/dev/xvda")),
        ("NodePool/plain", "/spec/template/spec/taints/0/value", json!("plain")),
        ("NodePool/plain", "/spec/template/spec/requirements/2/values", json!(["on-demand"])),
        ("NodePool/plain", "/spec/weight", Value::Null),
        ("NodePool/plain", "/spec/disruption/budgets", json!([{"nodes": "10%"}])),
        ("NodePool/spare", "/spec/template/spec/taints", Value::Null),
        ("NodePool/spare", "/spec/template/spec/requirements/1/values", json!(["arm64"])),
        ("NodePool/spare", "/spec/template/spec/requirements/5/key", json!("capacity-spread")),
        ("NodePool/spare", "/spec/template/spec/expireAfter", json!("24h")),
        ("NodePool/spare", "/spec/disruption/budgets/0/nodes", json!("0")),
        ("NodePool/spare", "/spec/limits", json!({"cpu": 10, "memory": "40Gi"})),
        // capacity
        ("PriorityClass/late", "/preemptionPolicy", json!("Never")),
        ("PriorityClass/usual", "/globalDefault", json!(true)),
        (
            "Deployment/room",
            "/spec/template/spec/containers/0/resources/limits",
            json!({"cpu": "1", "memory": "1Gi"}),
        ),
        (
            "ConfigMap/cluster-autoscaler-priority-expander",
            "/data/priorities",
            json!("10: [\".*-od-.*\",\"old\"]\n50: [\".*-spot-.*\"]\n"),
        ),
        // coredns
        ("Service/kube-dns", "/spec/clusterIP", json!("10.0.0.10")),
        (
            "Deployment/coredns",
            "/spec/template/spec/tolerations",
            json!([{"key": "dedicated", "operator": "Equal", "value": "plain", "effect": "NoSchedule"}]),
        ),
        ("Deployment/coredns", "/spec/template/spec/nodeSelector", json!({"karpenter.sh/nodepool": "plain"})),
        ("Deployment/room", "/spec/template/spec/nodeSelector", json!({"karpenter.sh/nodepool": "plain"})),
        ("Deployment/room", "/spec/template/spec/tolerations/0/value", json!("plain")),
        ("Deployment/ingress", "/spec/template/spec/nodeSelector", Value::Null),
        (
            "Deployment/coredns",
            "/spec/template/spec/containers/0/securityContext/capabilities",
            json!({"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}),
        ),
        ("HorizontalPodAutoscaler/coredns", "/spec/scaleTargetRef/name", json!("coredns")),
        ("PodDisruptionBudget/coredns", "/spec/selector/matchLabels", json!({"k8s-app": "kube-dns"})),
        // observability
        ("PrometheusRule/alerts-layers", "/spec/groups/3", Value::Null),
        (
            "PrometheusRule/alerts-scaling",
            "/spec/groups/1/rules/0/expr",
            json!(
                "count by (namespace) (time() - kube_pod_created > 300 and on (namespace, pod) \
                 kube_pod_status_phase{phase=\"Pending\",namespace!~\"a|b\"} == 1)"
            ),
        ),
        ("PrometheusRule/alerts-scaling", "/spec/groups/1/rules/0/labels/severity", json!("ticket")),
        ("PrometheusRule/alerts-workloads", "/spec/groups/0/rules/0/labels/severity", json!("ticket")),
        ("PrometheusRule/alerts-layers", "/spec/groups/2/rules/4/labels/severity", json!("ticket")),
        (
            "PrometheusRule/alerts-layers",
            "/spec/groups/2/rules/3/expr",
            json!(
                "(sum by (source_workload) (rate(istio_requests_total{reporter=\"source\",\
                 source_workload_namespace=~\"in|out\",response_code=~\"5..\"}[5m])\n  or \
                 rate(istio_requests_total{reporter=\"source\",source_workload_namespace=~\"in|out\",\
                 response_flags=~\".*(NR|NC|UH|UF|UC).*\"}[5m])))\n  / sum by (source_workload) \
                 (rate(istio_requests_total{reporter=\"source\",source_workload_namespace=~\"in|out\"}[5m]))\n"
            ),
        ),
        (
            "Deployment/collector",
            "/spec/template/spec/containers/0/env/0/valueFrom/secretKeyRef",
            json!({"name": "token", "key": "value"}),
        ),
        ("NetworkPolicy/to-collector", "/metadata/namespace", json!("web")),
        ("NetworkPolicy/collector", "/spec/egress/2/ports/0/port", json!(4317)),
        // fleetwright
        ("ClusterRole/fleetwright-diff", "/rules/0/verbs", json!(["get", "list"])),
    ]
}

#[test]
fn each_setting_of_a_template_does_what_it_says() {
    let objects = objects();
    for (name, at, expected) in cases() {
        let object = find(&objects, name).unwrap_or_else(|| panic!("{name} is not rendered"));
        let found = object.pointer(at).cloned().unwrap_or_default();
        assert_eq!(found, expected, "{name} {at}\n{object:#}");
    }
    for absent in [
        "HorizontalPodAutoscaler/ingress",
        "ScaledObject/egress",
        "ValidatingAdmissionPolicy/told-images",
        "ValidatingAdmissionPolicyBinding/told-images",
        "ValidatingAdmissionPolicy/fleetwright-dry-run-only",
        "DestinationRule/broken",
    ] {
        assert!(find(&objects, absent).is_none(), "{absent} is rendered");
    }
    let config = find(&objects, "ConfigMap/collector").unwrap()["data"]["config.yaml"].as_str().unwrap();
    for line in ["    headers:\n      authorization: ${env:BACKEND_HEADER}\n", "      insecure: true\n"] {
        assert!(config.contains(line), "{config}");
    }
    let corefile = find(&objects, "ConfigMap/coredns").unwrap()["data"]["Corefile"].as_str().unwrap();
    for part in ["kubernetes small.local in-addr.arpa", "ttl 30", "cache 300", "max_concurrent 1000"] {
        assert!(corefile.contains(part), "{part}: {corefile}");
    }
    assert!(
        corefile.contains("\ncorp.example.com:53 {\n    errors\n    cache 300\n    forward . 10.1.0.2\n}\n")
    );
}

/// What runs pods: whether it is a Deployment of the library's own.
#[test]
fn whatever_runs_pods_has_a_budget_an_identity_and_a_network_policy() {
    let objects = objects();
    let mut seen = 0;
    for workload in objects.iter().filter(|object| object["kind"] == "Deployment") {
        let name = workload["metadata"]["name"].as_str().unwrap();
        let pod = &workload["spec"]["template"]["spec"];
        let account = format!("ServiceAccount/{}", pod["serviceAccountName"].as_str().unwrap_or_default());
        assert!(find(&objects, &account).is_some(), "{name} runs as {account}");
        assert_eq!(pod["securityContext"]["seccompProfile"]["type"], "RuntimeDefault", "{name}");
        // A pause pod gives way to everybody, and speaks to nobody.
        if name != "room" {
            seen += 1;
            for kind in ["PodDisruptionBudget", "NetworkPolicy"] {
                assert!(find(&objects, &format!("{kind}/{name}")).is_some(), "{name} has no {kind}");
            }
            assert_eq!(pod["topologySpreadConstraints"].as_array().map(Vec::len), Some(2), "{name}");
        }
    }
    assert!(seen >= 5, "{seen} Deployments");
}

/// What a template asks for is said in its own words.
#[test]
fn what_a_template_must_know_is_asked_for() {
    for (folder, values, asked) in [
        ("karpenter", "pools = {}, nodes = { role = \"x\" }", "say in `values.nodes.image`"),
        (
            "karpenter",
            "pools = { a = {} }, nodes = { image = \"al2023@v1\", role = \"x\" }",
            "without `limits`",
        ),
        ("coredns", "replicas = 3", "say in `values.cluster_ip`"),
        ("secrets/stores", "stores = { a = { role = \"x\" } }", "say in which `region`"),
    ] {
        let place = example::templates();
        place.write(
            "fleet/fleet.hcl",
            &format!(
                "fleet \"x\" {{\n  templates = \"../templates\"\n}}\ncluster \"one\" {{}}\n\
                 component \"it\" {{\n  namespace = \"kube-system\"\n  templates = [\"{folder}\"]\n  values = {{ {values} }}\n}}\n"
            ),
        );
        let told = place.run(&["render"]).refused(2);
        assert!(told.contains(asked), "{folder}: {told}");
    }
}
