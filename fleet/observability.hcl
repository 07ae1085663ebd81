# Who is told, and what can be seen afterwards. Objectives are in the services' own `slo` blocks.

component "alerts" {
  namespace  = "observability"
  templates  = ["observability/alerts"]
  depends_on = ["namespaces"]
  values = {
    ignored  = ["capacity", "batch"] # what lies there may wait
    gateways = ["istio-ingress"]
  }

  # A deploy that went well and a shop that sells nothing look alike to every other layer. A drained cluster is to sell
  # nothing.
  override "sells" {
    match = "env=prod"
    values = {
      business = {
        for name, metric in local.business : name => metric if cluster.values.ingress.weight > 0
      }
    }
  }
}

locals {
  business = {
    checkouts_per_minute = {
      expr    = "(sum(rate(shop_checkouts_total[5m])) or vector(0)) * 60"
      alert   = "< 0.5 * 60 * sum(rate(shop_checkouts_total[5m] offset 1w)) or absent(shop_checkouts_total)"
      for     = "15m"
      summary = "Half as many checkouts as a week ago, or nobody counts them"
    }
  }
}

component "otel-collector" {
  namespace  = "observability"
  templates  = ["observability/collector"]
  depends_on = ["namespaces"]
  values = {
    backend      = { endpoint = "tempo.${cluster.name}.internal:4317" }
    clients      = concat(keys(local.rooms_here), ["istio-ingress", "istio-egress"])
    replicas     = 2
    max_replicas = 6
    requests     = { cpu = "200m", memory = "512Mi" }
    limits       = { cpu = "1", memory = "512Mi" }
  }
}
