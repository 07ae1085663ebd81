# Machines: Karpenter makes them as pods need them.

locals {
  # How many cores the nodes of pods without a pool may come to: about twice what these pods request at most.
  cores = { prod = 150, staging = 100, dev = 100, edge = 100 }
}

component "nodes" {
  templates = ["karpenter"]
  values = {
    nodes = { image = "bottlerocket@v1.44.0", role = "KarpenterNode-${cluster.name}" }

    pools = {
      # Pods that name no pool: spot is tried first, and gets no more than 60 % of the cores. Pods spread over the label
      # (`capacity_spread`, rules.hcl) are on spot three times of five, however few they are.
      general-spot = {
        capacity     = ["spot"]
        dedicated    = false
        weight       = 60
        limits       = { cpu = lookup(local.cores, cluster.labels.env, 100) * 60 / 100 }
        requirements = [{ key = "capacity-spread", operator = "In", values = ["1", "2", "3"] }]
      }
      general = {
        dedicated    = false
        weight       = 40
        limits       = { cpu = lookup(local.cores, cluster.labels.env, 100) * 40 / 100 }
        requirements = [{ key = "capacity-spread", operator = "In", values = ["4", "5"] }]
      }

      # Apart from each other by what they run, and never on spot: what the others need, the core, payments, volumes.
      system   = { limits = { cpu = 64 } }
      online   = { limits = { cpu = 300 }, categories = ["c"] }
      secure   = { limits = { cpu = 60 } }
      stateful = { limits = { cpu = 40 }, categories = ["r"] }

      # Nobody is moved in the middle of a job; what the cloud takes back is done again.
      batch = { limits = { cpu = 100 }, capacity = ["spot"], consolidation = "WhenEmpty", consolidate_after = "30s" }
    }
  }

  # Machines that save up while nobody works.
  override "burstable" {
    match = "env=dev"
    values = {
      pools = {
        general-spot = { categories = ["t"], min_generation = 3 }
        general      = { categories = ["t"], min_generation = 3 }
      }
    }
  }
}

# What everybody needs, apart from everybody.
override "system-nodes" {
  match  = "env!=dev"
  units  = "name in (ingress-gateway,internal-gateway,egress-gateway,dns)"
  values = { pool = "system" }
}

# Where Karpenter itself is down, the cluster autoscaler goes on with the node groups that a cluster came with.
component "cluster-autoscaler" {
  match     = "env=prod"
  namespace = "kube-system"
  templates = ["capacity/cluster-autoscaler"]
  values = {
    node_groups = { "60" = [".*-spot-.*"], "40" = [".*-on-demand-.*"] }
  }
}

component "priorities" {
  templates = ["capacity/priorities"]
  values = {
    priorities = {
      core    = { value = 100000, description = "What the shop cannot sell without." }
      default = { value = 1000, default = true, description = "Pods that name no class." }

      # Below everybody but the over-provisioner, and even that is not pre-empted by what may wait.
      batch = { value = -5, preempts = false, description = "What may wait." }
    }
  }
}

# Room for a burst: pause pods of the size of backend-a's, on the same nodes, so that its pods start at once and the nodes
# for the next ones come up meanwhile.
component "over-provisioner" {
  match      = "env in (prod,staging)"
  namespace  = "capacity"
  templates  = ["capacity/over-provisioner"]
  depends_on = ["namespaces"]
  values = {
    # 200 pods over the fleet: 50 for each production cluster.
    replicas = ceil(local.surge_pods / length([for c in clusters : c.name if c.labels.env == "prod" && !c.retired]))
    requests = { cpu = "${local.backend_a.cpu + local.proxy.cpu}m", memory = "${local.backend_a.memory + local.proxy.memory}Mi" }
    pool     = "online"
  }

  override "staging" {
    match  = "env=staging"
    values = { replicas = 2 }
  }

  excuse "readiness" {
    reason = "a pause pod serves nobody"
  }
  excuse "liveness" {
    reason = "a pause pod does nothing that could hang"
  }
  excuse "disruption" {
    reason = "the room gives way to whoever needs it, all of it at once if need be"
  }
}
