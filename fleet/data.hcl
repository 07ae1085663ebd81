# The carts: a store of its own in each cluster, because a shopper stays on one cluster.
service "carts" {
  namespace = "data"
  labels    = { tier = "data" }
  workload  = "statefulset"
  image     = "registry.example.com/shop/valkey:8.1.4"
  replicas  = 3
  args      = ["--appendonly", "yes", "--dir", "/data"]
  requests  = { cpu = "500m", memory = "2Gi" }
  limits    = { cpu = "500m", memory = "2Gi" } # the same as the requests: the last to be evicted
  access    = { from = ["backend-a"] }

  port "valkey" {
    number = 6379
  }
  probe "readiness" {
    command = ["valkey-cli", "ping"]
  }
  probe "liveness" {
    command  = ["valkey-cli", "ping"]
    period   = "30s"
    failures = 5
  }
  storage "data" {
    class = "gp3-primary"
    size  = "50Gi"
    mount = "/data"
  }
  disruption {
    max_unavailable = 1
  }
  shutdown {
    grace = "120s" # time to write everything down
  }
  security {
    run_as_user = 999
  }
}
