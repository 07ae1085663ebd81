locals {
  carts = cluster.labels.env == "dev" ? 1 : 3
  # A cart lies on one of them, which the shopper's id picks: whoever reads carts knows all addresses.
  carts_shards = join(",", [for shard in range(local.carts) : "carts-${shard}.carts-peers.data:6379"])
}

# The carts: a store of its own in each cluster, because a shopper stays on one cluster. No cart lies on two of them: while a
# node is drained, a third of the carts of its cluster cannot be read until the volume is on another node, a minute or two.
service "carts" {
  match     = "layer=online"
  namespace = "data"
  labels    = { tier = "data", core = "yes" }
  workload  = "statefulset"
  image     = "registry.example.com/shop/valkey:8.1.4"
  replicas  = local.carts
  pool      = "stateful" # never on spot: a volume does not move in two minutes
  # Full, it takes no more carts; it neither forgets any nor grows until it is killed. The rest is for rewriting the file.
  args     = ["--appendonly", "yes", "--dir", "/data", "--maxmemory", "1400mb", "--maxmemory-policy", "noeviction"]
  requests = { cpu = "500m", memory = "2Gi" }
  limits   = { cpu = "500m", memory = "2Gi" }
  access   = { from = ["backend-a", "checkout", "cart-expiry"] }

  port "tcp-valkey" {
    number = 6379
  }
  probe "readiness" {
    command = ["valkey-cli", "-e", "ping"] # fails on an error, such as that it is loading
  }
  probe "liveness" {
    command  = ["valkey-cli", "ping"] # fails where nothing answers: loading is no reason to begin anew
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
