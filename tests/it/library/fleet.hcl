# What the example fleet does not use of the library: each optional part of a template once.

fleet "small" {
  templates = "../templates"
}

cluster "one" {
  labels     = { env = "test", region = "eu-west-1" }
  kubernetes = "1.36"
}

profile "all" {
  values = { istio = { revision = "1-30", trust_domain = "shop.local" }, monitoring_namespace = "metrics", cluster_cidrs = ["10.0.0.0/16"] }
}

locals {
  gateway = { replicas = 2, requests = { cpu = "1", memory = "1Gi" }, limits = { cpu = "1", memory = "1Gi" } }
  peak    = { start = "30 17 * * *", end = "0 22 * * *", replicas = 7 }
}

component "namespaces" {
  templates = ["platform"]
  values = {
    namespaces = {
      web    = {}
      legacy = { pod_security = "baseline", mesh = false, default_deny = false, labels = { team = "old" } }
    }
  }
}

component "teams" {
  templates = ["teams"]
  values = {
    teams = { shop = { namespaces = ["web"], view = ["all"], debug = ["few"], deploy = ["ci"] } }
  }
}

component "told" {
  templates = ["admission"]
  values = {
    mode = "Warn"
    admission = {
      requests = { mode = "Deny" }
      probes   = { exempt = ["legacy", "batch"] }
      images   = { mode = "Off" }
    }
    namespaces = { matchExpressions = [{ key = "team", operator = "Exists" }] }
  }
}

component "storage" {
  templates = ["storage"]
  values    = { storage_classes = { plain = { provisioner = "ebs.csi.aws.com" } } }
}

component "stores" {
  namespace = "legacy"
  templates = ["secrets/stores"]
  values    = { stores = { params = { service = "ParameterStore", region = "eu-west-1", role = "arn:aws:iam::1:role/x" } } }
}

component "secrets" {
  namespace = "legacy"
  templates = ["secrets/external"]
  values    = { secrets = { token = { store = "params", refresh = "5m", data = { value = "a/b", part = "a/c#d" } } } }
}

component "mesh" {
  namespace = "istio-system"
  templates = ["istio/mesh"]
  values    = { mtls = "PERMISSIVE" }
}

component "ingress" {
  namespace = "legacy"
  templates = ["istio/ingress-gateway"]
  values = merge(local.gateway, {
    hosts       = ["a.example.com"]
    tls_secret  = "token"
    grace       = "90s"
    cpu         = 80
    annotations = { lb = "on" }

    load_balancer = { class = "service.k8s.aws/nlb", source_ranges = ["10.0.0.0/8"] }
    peaks         = { evening = merge(local.peak, { timezone = "Europe/Berlin" }), night = { start = "0 22 * * *", end = "0 6 * * *", percent = 30 } }
  })
}

component "egress" {
  namespace = "legacy"
  templates = ["istio/egress-gateway"]
  values = merge(local.gateway, {
    egress_hosts = {
      "mq.example.net"  = { port = 5671, from = ["web/orders", "web/carts"] }
      "api.example.net" = { from = ["web/orders"] }
    }
  })
}

# Who is let out.
service "orders" {
  namespace = "web"
  image     = "registry.example.com/orders:1"
  requests  = { cpu = "1", memory = "1Gi" }
  limits    = { cpu = "1", memory = "1Gi" }

  probe "readiness" {
    command = ["true"]
  }
  probe "liveness" {
    command = ["true"]
  }
}

service "carts" {
  namespace = "web"
  image     = "registry.example.com/carts:1"
  requests  = { cpu = "1", memory = "1Gi" }
  limits    = { cpu = "1", memory = "1Gi" }

  probe "readiness" {
    command = ["true"]
  }
  probe "liveness" {
    command = ["true"]
  }
}

component "hosts" {
  namespace = "legacy"
  templates = ["istio/external-hosts"]
  values = {
    external_hosts = {
      near = {
        hosts      = ["store.example.net"]
        ports      = { "5432" = "TCP", "443" = "TLS" }
        namespaces = ["web"]
        endpoints  = { "a.store.example.net" = "eu-west-1/eu-west-1a", "b.store.example.net" = "eu-west-1/eu-west-1b" }
      }
    }
  }
}

component "traffic" {
  namespace = "web"
  templates = ["istio/traffic"]
  values = {
    traffic = {
      broken = { host = "store.example.net", port = 80, timeout = "2s", retries = 2, fault = { abort = 503 } }
      tried  = { host = "index.search.svc.cluster.local", port = 80, split = { v1 = { weight = 90, labels = { version = "1" } }, v2 = { weight = 10, labels = { version = "2" } } } }
    }
  }
}

component "nodes" {
  templates = ["karpenter"]
  values = {
    nodes = { image = "al2023@v20260101", role = "Node", discovery = "shared", disk = "200Gi" }
    pools = {
      plain = { limits = { cpu = 10 } }
      spare = {
        capacity     = ["spot"]
        dedicated    = false
        weight       = 60
        limits       = { cpu = 10, memory = "40Gi" }
        arch         = ["arm64"]
        expire_after = "24h"
        budgets      = [{ nodes = "0", schedule = "30 16 * * *", duration = "6h" }]
        requirements = [{ key = "capacity-spread", operator = "In", values = ["1"] }]
      }
    }
  }
}

component "priorities" {
  templates = ["capacity/priorities"]
  values    = { priorities = { late = { value = -5, preempts = false, description = "x" }, usual = { value = 1, default = true, description = "y" } } }
}

component "room" {
  namespace = "legacy"
  templates = ["capacity/over-provisioner"]
  values    = { replicas = 1, pool = "plain", requests = { cpu = "1", memory = "1Gi" }, image = "registry.example.com/pause:1" }

  excuse "readiness" {
    reason = "a pause pod serves nobody"
  }
  excuse "liveness" {
    reason = "a pause pod does nothing that could hang"
  }
}

component "fallback" {
  namespace = "kube-system"
  templates = ["capacity/cluster-autoscaler"]
  values    = { node_groups = { "10" = [".*-od-.*", "old"], "50" = [".*-spot-.*"] } }
}

component "dns" {
  namespace = "kube-system"
  templates = ["coredns"]
  values = {
    cluster_ip  = "10.0.0.10"
    replicas    = 3
    tolerations = []
    pool        = "plain"
    dns         = { domain = "small.local", stubs = { "corp.example.com" = "10.1.0.2" } }
  }
}

component "alerts" {
  namespace = "legacy"
  templates = ["observability/alerts"]
  values    = { wait = "5m", start = "30s", ignored = ["a", "b"], gateways = ["in", "out"], pages = false }
}

component "collector" {
  namespace = "legacy"
  templates = ["observability/collector"]
  values = merge(local.gateway, {
    clients = ["web"]
    backend = { endpoint = "tempo.metrics:4317", insecure = true, header = { name = "authorization", secret = "token", key = "value" } }
  })
}

component "fleetwright" {
  namespace = "legacy"
  templates = ["fleetwright"]
  values    = { diff = { groups = ["readers"], dry_run = false }, apply = { groups = ["ci"] } }
}
