# What many services have in common, said once, by the labels of the services:
#
#   tier  web, backend  stateless, and scaled by load        data   holds something
#         worker        takes from a queue                   batch  runs to its end
#         steady        a fixed number of pods               edge   on the edge clusters alone
#   core  yes           without it nobody can buy anything
#   spot  yes           may be taken away at any time (batch.hcl)

override "http" {
  units = "tier in (web,backend,steady,edge)"

  probe "readiness" { # may it get requests? No while it starts, ends, or misses something that it cannot do without
    path = "/ready"
    port = "http"
  }
  probe "liveness" { # would a restart help? Says nothing of others, or their failure would restart everything
    path = "/live"
    port = "http"
  }
}

override "core" {
  units    = "core=yes"
  priority = "core"
}

# Nodes on demand for what sells; what has nodes of its own already keeps them.
override "core-nodes" {
  match = "env!=dev"
  units = "core=yes,tier!=data,layer!=secure"
  pool  = "online"
}

# The rest may be on spot, but never all of it.
override "mixed-nodes" {
  match  = "env!=dev"
  units  = "tier in (web,backend,steady,edge),core!=yes"
  values = { capacity_spread = true }
}

locals {
  # The crowd comes at six, and to a sale that was announced at once. What is there before is 70 % of what is needed then;
  # it needs no release, so it comes in a freeze (rollouts.hcl) just as well.
  peaks = {
    evening      = { start = "30 17 * * *", end = "0 22 * * *", timezone = "Europe/Berlin", percent = 70 }
    black-friday = { start = "30 23 25 11 *", end = "0 0 1 12 *", timezone = "Europe/Berlin", percent = 70 }
  }
}

override "peaks" {
  match  = "env in (prod,staging)"
  units  = "core=yes,tier in (web,backend)"
  values = { peaks = local.peaks }
}

override "peaks-before" {
  match  = "env in (prod,staging)"
  units  = "name in (ingress-gateway,dns)" # what the crowd comes through
  values = { peaks = local.peaks }
}

# Staging runs what production runs, only less of it.
override "staging" {
  match = "env=staging"
  units = "tier in (web,backend)"

  autoscale {
    min = 2
    max = 6
  }
}

override "staging-workers" {
  match = "env=staging"
  units = "tier=worker"

  autoscale {
    max = 6
  }
}

override "dev" {
  match = "env=dev"
  units = "tier in (web,backend)"

  autoscale {
    min = 1
    max = 2
  }
}

override "dev-workers" {
  match = "env=dev"
  units = "tier=worker"

  autoscale {
    max = 2
  }
}

override "dev-steady" {
  match    = "env=dev"
  units    = "tier in (steady,data)"
  replicas = 1
}

# A burstable machine lends its CPU to whoever needs it now: nobody keeps much of it, or machines of his own. And nobody
# is woken at night.
override "dev-services" {
  match    = "env=dev"
  units    = "kind=service"
  remove   = ["slo", "pool"]
  requests = { cpu = "50m" }
}
