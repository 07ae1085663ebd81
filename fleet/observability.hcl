# Who is told, and what can be seen afterwards. Objectives are in the services' own `slo` blocks.

component "alerts" {
  namespace  = "observability"
  templates  = ["observability/alerts"]
  depends_on = ["namespaces"]
  values = {
    # A deploy that went well and a shop that sells nothing look alike to every other layer.
    business = {
      checkouts_per_minute = {
        expr    = "sum(rate(shop_checkouts_total[5m])) * 60"
        alert   = "< 0.5 * (sum(rate(shop_checkouts_total[5m] offset 1w)) * 60)"
        for     = "15m"
        summary = "Half as many checkouts as a week ago"
      }
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
