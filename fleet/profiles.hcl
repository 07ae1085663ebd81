# What clusters have in common. Two profiles that match one cluster may not set a value differently, unless
# one names the other in `replaces`.

profile "base" {
  values = {
    istio   = { revision = "1-29", proxy = { cpu = "${local.proxy.cpu}m", memory = "${local.proxy.memory}Mi" } }
    mtls    = "STRICT"
    tracing = { sampling = 1 } # percent of requests
    room    = 1                # which share of its quota a team has here (teams.hcl)

    # The AWS Load Balancer Controller, not the cloud provider: the two have opposite defaults for who may come in.
    load_balancer = { class = "service.k8s.aws/nlb" }

    # The networks of Services and pods: what may leave a cluster may not come back in as if from outside.
    cluster_cidrs = [local.service_cidr, "100.64.0.0/10"]

    prometheus = "http://prometheus.${cluster.name}.internal:9090"
  }
}

profile "prod" {
  match = "env=prod"
  values = {
    domain  = "shop.example.com"
    ingress = { weight = 25 } # the share of the traffic; 0 in the `values` of one cluster drains it
  }

  service {
    rightsize = "recommend" # recommendations to read, never changes by themselves
  }
}

profile "edge" {
  match  = "env=edge"
  values = { domain = "${cluster.name}.shop.example.com" }
}

profile "staging" {
  match    = "env=staging"
  replaces = ["base"]
  values = {
    domain  = "staging.shop.example.com"
    istio   = { revision = "1-30" } # the next revision of the mesh, before production gets it
    tracing = { sampling = 100 }
    room    = 0.5
    pages   = false # a ticket is enough: nobody is woken for it
  }

  service {
    rightsize = "recommend"
  }
}

profile "dev" {
  match    = "env=dev"
  replaces = ["base"]
  values = {
    domain  = "${cluster.name}.shop.example.net"
    istio   = { revision = "1-30" }
    tracing = { sampling = 100 }
    room    = 0.25
    pages   = false
  }
}
