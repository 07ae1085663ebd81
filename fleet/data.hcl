locals {
  carts = cluster.labels.env == "dev" ? 1 : 3
  # A cart lies on one of them, which the shopper's id picks: whoever reads carts knows all addresses.
  carts_shards = join(",", [for shard in range(local.carts) : "carts-${shard}.carts-peers.data:6379"])
}

# The carts: a store of its own in each cluster, because a shopper stays on one cluster.
service "carts" {
  match     = "layer=online"
  namespace = "data"
  labels    = { tier = "data", core = "yes" }
  workload  = "statefulset"
  image     = "registry.example.com/shop/valkey:8.1.4"
  replicas  = local.carts
  pool      = "stateful" # never on spot: a volume does not move in two minutes
  args      = ["--appendonly", "yes", "--dir", "/data"]
  requests  = { cpu = "500m", memory = "2Gi" }
  limits    = { cpu = "500m", memory = "2Gi" }
  access    = { from = ["backend-a", "checkout", "cart-expiry"] }

  port "tcp-valkey" {
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

# Each pod holds the whole index and builds it from the catalogue when it has none: an hour of work, and no loss.
service "search-index" {
  match     = "layer=online"
  namespace = "data"
  labels    = { tier = "data" }
  workload  = "statefulset"
  image     = "registry.example.com/shop/search-index:3.4.0"
  replicas  = 3
  pool      = "stateful"
  requests  = { cpu = "1", memory = "4Gi" }
  limits    = { cpu = "2", memory = "4Gi" }
  access    = { from = ["search"], egress = ["catalog.example.net:443"] }

  port "http" {
    number = 9200
  }
  probe "startup" { # while it builds
    path     = "/live"
    port     = "http"
    period   = "30s"
    failures = 160
  }
  probe "readiness" {
    path = "/ready"
    port = "http"
  }
  probe "liveness" {
    path   = "/live"
    port   = "http"
    period = "30s"
  }
  storage "index" {
    class = "gp3"
    size  = "100Gi"
    mount = "/index"
  }
  disruption {
    max_unavailable = 1
  }
  security {
    run_as_user = 10002
  }
}
