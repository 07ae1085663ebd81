//! What the templates of services make of settings that the example fleet does not have.

use insta::assert_snapshot;

use crate::example;
use crate::program::Outcome;

/// A fleet of one service with these settings.
fn render(values: &str, service: &str) -> Outcome {
    let place = example::templates();
    place.write(
        "fleet/fleet.hcl",
        &format!(
            "fleet \"demo\" {{}}\n\ncluster \"prod-a\" {{\n  values = {{ {values} }}\n}}\n\n\
             service \"web\" {{\n  namespace = \"web\"\n  image = \"registry.example.com/web:1.0\"\n  {service}\n  \
             port \"http\" {{\n    number = 8080\n  }}\n  \
             probe \"readiness\" {{\n    port = \"http\"\n  }}\n  probe \"liveness\" {{\n    port = \"http\"\n  }}\n}}\n"
        ),
    );
    place.run(&["render"])
}

const GUARANTEED: &str =
    "requests = { cpu = \"1\", memory = \"1Gi\" }\n  limits = { cpu = \"1\", memory = \"1Gi\" }";
const BURSTABLE: &str =
    "requests = { cpu = \"1\", memory = \"1Gi\" }\n  limits = { cpu = \"2\", memory = \"1Gi\" }";

/// The lines of what is rendered that hold one of these words, and what is indented below them.
fn lines(outcome: Outcome, words: &[&str]) -> String {
    let (text, _) = outcome.done();
    let depth = |line: &str| line.len() - line.trim_start().len();
    let (mut below, mut found) = (None, String::new());
    for line in text.lines() {
        below = below.filter(|above| depth(line) > *above);
        if below.is_none() && words.iter().any(|word| line.contains(word)) {
            below = Some(depth(line));
        }
        if below.is_some() {
            found.push_str(&format!("{}\n", line));
        }
    }
    found
}

#[test]
fn the_sidecar_of_a_guaranteed_pod_has_limits_as_it_has_requests() {
    let sidecar = |values, service| lines(render(values, service), &["sidecar.istio.io"]);
    assert_snapshot!(sidecar("istio = { revision = \"1-29\" }", GUARANTEED), @"
    sidecar.istio.io/proxyCPU: 200m
    sidecar.istio.io/proxyCPULimit: 200m
    sidecar.istio.io/proxyMemory: 256Mi
    sidecar.istio.io/proxyMemoryLimit: 256Mi
    ");
    assert_snapshot!(
        sidecar("istio = { revision = \"1-29\", proxy = { cpu = \"500m\", memory = \"1Gi\" } }", GUARANTEED), @"
    sidecar.istio.io/proxyCPU: 500m
    sidecar.istio.io/proxyCPULimit: 500m
    sidecar.istio.io/proxyMemory: 1Gi
    sidecar.istio.io/proxyMemoryLimit: 1Gi
    "
    );
    assert_snapshot!(sidecar("istio = { revision = \"1-29\" }", BURSTABLE), @"");
    assert_snapshot!(sidecar("", GUARANTEED), @"");
}

#[test]
fn a_pod_goes_on_for_a_while_when_it_is_told_to_end() {
    let ends = |shutdown: &str| {
        lines(render("", &format!("{BURSTABLE}\n  {shutdown}")), &["lifecycle:", "terminationGracePeriod"])
    };
    assert_snapshot!(ends(""), @"
      lifecycle:
        preStop:
          sleep:
            seconds: 5
    terminationGracePeriodSeconds: 30
    ");
    assert_snapshot!(ends("shutdown {\n    pre_stop = [\"/bin/drain\"]\n  }"), @"
      lifecycle:
        preStop:
          exec:
            command:
            - /bin/drain
    terminationGracePeriodSeconds: 30
    ");
    assert_snapshot!(ends("shutdown {\n    grace = \"5s\"\n  }"), @"      terminationGracePeriodSeconds: 5");
}

/// A service that is scaled by this metric, and by what `more` says.
fn scaled(metric: &str, more: &str) -> String {
    format!(
        "{BURSTABLE}\n  autoscale {{\n    min = 1\n    max = 25\n    cpu = 70\n    metric \"{metric}\" {{\n      \
         target = \"10\"\n    }}\n  {more}  }}"
    )
}

#[test]
fn keda_asks_prometheus_for_the_metric_of_pods_that_it_knows() {
    let cron = "trigger \"cron\" {\n    start = \"0 8 * * *\"\n  }\n";
    let Outcome { status, stderr, .. } = render("", &scaled("jobs", cron));
    assert_eq!(status, Some(2), "{stderr}");
    assert!(stderr.contains("`autoscale.metric` jobs beside a `trigger`"), "{stderr}");
    let Outcome { status, stderr, .. } = render("", &scaled("requests_per_second", cron));
    assert_eq!(status, Some(2), "{stderr}");
    assert!(stderr.contains("say in `values.prometheus`"), "{stderr}");
}

#[test]
fn pods_are_there_before_a_peak_and_the_load_still_counts() {
    let peak = "peaks = { evening = { start = \"0 17 * * *\", end = \"0 22 * * *\", percent = 70 } }";
    let values = format!("prometheus = \"http://prometheus:9090\", {peak}");
    let said = |words: &[&str]| lines(render(&values, &scaled("requests_per_second", "")), words);
    assert_snapshot!(said(&["fallback:", "type: cpu", "type: prom", "query:", "threshold:", "type: cron", "desired"]), @r#"
    fallback:
      behavior: currentReplicasIfHigher
      failureThreshold: 4
      replicas: 13
      type: cpu
        query: sum(rate(istio_requests_total{reporter="destination",destination_service_name="web",destination_service_namespace="web"}[1m]))
        threshold: "10"
      type: prometheus
        desiredReplicas: "18"
      type: cron
    "#);
    assert_snapshot!(said(&["kind: HorizontalPodAutoscaler"]), @"");
}

#[test]
fn pods_may_be_spread_over_what_nodes_cost() {
    let spread = |service: &str| lines(render("", &format!("{BURSTABLE}\n  {service}")), &["topologyKey"]);
    assert_snapshot!(spread(""), @"
    topologyKey: topology.kubernetes.io/zone
    topologyKey: kubernetes.io/hostname
    ");
    assert_snapshot!(spread("values = { capacity_spread = true }"), @"
    topologyKey: topology.kubernetes.io/zone
    topologyKey: kubernetes.io/hostname
    topologyKey: capacity-spread
    ");
}

#[test]
fn no_scratch_folder_keeps_a_node_from_being_removed() {
    let safe = |values| lines(render(values, BURSTABLE), &["safe-to-evict"]);
    assert_snapshot!(safe(""), @"cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes: tmp");
    assert_snapshot!(safe("istio = { revision = \"1-29\" }"), @"cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes: tmp,workload-socket,credential-socket,workload-certs,istio-envoy,istio-data");
}

#[test]
fn an_identity_may_have_a_role_in_the_cloud() {
    let role = |values| lines(render(values, BURSTABLE), &["role-arn"]);
    assert_snapshot!(role("cloud_role = \"arn:aws:iam::1:role/web\""), @"eks.amazonaws.com/role-arn: arn:aws:iam::1:role/web");
    assert_snapshot!(role(""), @"");
}

#[test]
fn what_may_leave_does_not_come_back_into_the_cluster() {
    let out = format!("{BURSTABLE}\n  access = {{ egress = [\"example.net:443\"] }}");
    assert_snapshot!(lines(render("cluster_cidrs = [\"10.0.0.0/16\"]", &out), &["- 169.254.", "- 10."]), @"
    - 169.254.0.0/16
    - 10.0.0.0/16
    ");
}
