# Staging first, then production: two rollouts, each with a digest of its own, so nothing but the order in which they are
# applied keeps production from being first. The dev clusters are in no rollout: each is a release of its own.

# What pods answered, as their own proxies count it.

gate "errors" {
  prometheus  = cluster.values.prometheus
  query       = "(sum(rate(istio_requests_total{reporter=\"destination\",response_code=~\"5..\"}[2m])) or vector(0)) / sum(rate(istio_requests_total{reporter=\"destination\"}[2m]))"
  max         = 0.01
  interval    = "30s"
  min_samples = 10
}

# What never reached a pod (no route, no cluster, no endpoint, no connection) only the gateways count.
gate "gateways" {
  prometheus  = cluster.values.prometheus
  query       = "(sum(rate(${local.at_gateways},response_code=~\"5..\"}[2m]) or rate(${local.at_gateways},response_flags=~\".*(NR|NC|UH|UF|UC).*\"}[2m])) or vector(0)) / sum(rate(${local.at_gateways}}[2m]))"
  max         = 0.01
  interval    = "30s"
  min_samples = 10
}

locals {
  at_gateways = "istio_requests_total{reporter=\"source\",source_workload_namespace=\"istio-ingress\""
}

gate "latency" {
  prometheus  = cluster.values.prometheus
  query       = "histogram_quantile(0.99, sum by (le) (rate(istio_request_duration_milliseconds_bucket{reporter=\"destination\"}[2m])))"
  max         = 800 # milliseconds
  interval    = "30s"
  min_samples = 10
}

rollout "staging" {
  match      = "env=staging"
  on_failure = "halt" # left as it is, for somebody to look at

  stage "canary" {
    clusters = ["staging-a"]
    soak     = "10m"
    gates    = ["errors", "gateways"]
  }
  stage "rest" {
    clusters = ["staging-b"]
    soak     = "10m"
    gates    = ["errors", "gateways"]
  }
}

rollout "prod" {
  match      = "env in (prod,edge)"
  on_failure = "rollback"

  stage "canary" {
    clusters = ["prod-a"]
    soak     = "15m"
    gates    = ["errors", "gateways", "latency"]
  }
  stage "rest" {
    clusters = ["prod-b", "prod-c", "prod-d"] # one at a time
    soak     = "10m"
    gates    = ["errors", "gateways", "latency"]
  }
  # What only the edge runs is proven by none of the four: the edge has a canary of its own.
  stage "edge-canary" {
    clusters = ["edge-eu"]
    soak     = "15m"
    gates    = ["errors", "gateways", "latency"]
  }
  stage "edge" {
    clusters = ["edge-ap"]
    soak     = "10m"
    gates    = ["errors", "gateways", "latency"]
  }

  freeze "evening" {
    cron     = "0 17 * * *"
    duration = "5h"
    timezone = "Europe/Berlin"
    reason   = "the peak of each day (local.peaks)"
  }
  freeze "black-friday" {
    from   = "2026-11-26T00:00:00Z"
    until  = "2026-12-01T00:00:00Z"
    reason = "the four days that earn the year"
  }
  limits {
    deletions       = 5
    changed_percent = 40
  }
}
