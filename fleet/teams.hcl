# The namespaces of the teams, and how much each may take.

locals {
  # On one production cluster: what the team's services can grow to, sidecars and rolling updates included. A quota
  # below that would stop a service at its peak; far above, it would let one team take the room of the others.
  teams = {
    web        = { cpu = 50, memory = 45, pods = 75 } # memory in Gi
    backend    = { cpu = 210, memory = 280, pods = 400 }
    payments   = { cpu = 30, memory = 20, pods = 30 }
    data       = { cpu = 11, memory = 40, pods = 12 }
    batch      = { cpu = 50, memory = 60, pods = 40 }
    backoffice = { cpu = 4, memory = 8, pods = 12 }
  }
  edge_teams = {
    edge = { cpu = 55, memory = 110, pods = 80 }
  }
}

component "teams" {
  templates = ["platform"]
  values = {
    namespaces = {
      for team, most in cluster.labels.layer == "edge" ? local.edge_teams : local.teams : team => {
        quota = {
          "requests.cpu"    = tostring(ceil(most.cpu * cluster.values.room))
          "requests.memory" = "${ceil(most.memory * cluster.values.room)}Gi"
          pods              = tostring(ceil(most.pods * cluster.values.room))
        }
        # For what says nothing itself, such as a container that an operator adds; nothing may be larger.
        limit_range = {
          defaultRequest = { cpu = "50m", memory = "64Mi" }
          default        = { memory = "256Mi" }
          max            = { memory = "8Gi" }
        }
      }
    }
  }
}

# Who goes first when there is no room.
component "priorities" {
  templates = ["capacity/priorities"]
  values = {
    priorities = {
      core  = { value = 100000, description = "Without it nobody can buy anything." }
      batch = { value = -5, preempts = false, description = "Waits for room, and gives it up to any service." }
    }
  }
}
