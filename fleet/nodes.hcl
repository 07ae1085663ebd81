# Machines: Karpenter makes them as pods need them.

locals {
  # How many cores the nodes of pods without a pool may come to.
  cores = { prod = 4000, staging = 600, dev = 50, edge = 100 }
}

component "nodes" {
  templates = ["karpenter"]
  values = {
    nodes = { image = "bottlerocket@v1.44.0", role = "KarpenterNode-${cluster.name}" }

    pools = {
      # Pods that name no pool: spot is tried first, and gets no more than 60 % of the cores. The label is for what must
      # never be all on spot: spread over it, three pods of five are (templates/README.md).
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

      # Apart from each other by what they run: a service asks for one by its name.
      system   = { limits = { cpu = 64 } }
      business = { limits = { cpu = 1000 } }
      online   = { limits = { cpu = 2000 }, categories = ["c"] }
      secure   = { limits = { cpu = 100 } }
      stateful = { limits = { cpu = 200 }, categories = ["r"] }
      offline  = { limits = { cpu = 1000 }, capacity = ["spot", "on-demand"], categories = ["m", "r"] }

      # Nobody is moved in the middle of a job; what the cloud takes back is done again.
      batch = { limits = { cpu = 1000 }, capacity = ["spot"], consolidation = "WhenEmpty", consolidate_after = "30s" }
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

      # Above the over-provisioner, whose room it may take, and below everybody else.
      batch = { value = -5, preempts = false, description = "What may wait." }
    }
  }
}

# Room for a burst: pause pods of the size of backend-a's, so that its pods start at once and the nodes for
# the next ones come up meanwhile.
component "over-provisioner" {
  match      = "env=prod"
  namespace  = "capacity"
  templates  = ["capacity/over-provisioner"]
  depends_on = ["namespaces"]
  values = {
    # 200 pods over the fleet: 50 for each production cluster.
    replicas = ceil(local.surge_pods / length([for c in clusters : c.name if c.labels.env == "prod" && !c.retired]))
    requests = local.backend_a_requests
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
