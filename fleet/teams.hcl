# The namespaces of the teams: how much each may take, and what people may do there by hand.

locals {
  # `cpu`, `memory` (in Gi) and `pods` are what the services of a namespace can grow to on one production cluster,
  # sidecars and rolling updates included. A quota below that would stop a service at its peak; one far above would let
  # a team take the room of the others.
  rooms = {
    web        = { team = "shop", layer = "online", cpu = 50, memory = 45, pods = 75 }
    backend    = { team = "shop", layer = "online", cpu = 210, memory = 280, pods = 400 }
    backoffice = { team = "shop", layer = "online", cpu = 4, memory = 8, pods = 12 }
    payments   = { team = "payments", layer = "online", cpu = 30, memory = 20, pods = 30 }
    data       = { team = "data", layer = "online", cpu = 11, memory = 40, pods = 12 }
    batch      = { team = "data", layer = "online", cpu = 50, memory = 60, pods = 40 }
    edge       = { team = "edge", layer = "edge", cpu = 55, memory = 110, pods = 80 }
  }

  # Those of the cluster at hand, by namespace.
  rooms_here = { for namespace, room in local.rooms : namespace => room if room.layer == cluster.labels.layer }
  teams_here = distinct([for room in local.rooms_here : room.team])
}

component "rooms" {
  templates = ["platform"]
  values = {
    namespaces = {
      for namespace, room in local.rooms_here : namespace => {
        quota = {
          "requests.cpu"    = tostring(ceil(room.cpu * cluster.values.room))
          "requests.memory" = "${ceil(room.memory * cluster.values.room)}Gi"
          pods              = tostring(ceil(room.pods * cluster.values.room))
        }
        # For a container that says nothing itself, such as one that an operator adds. One that only says how much memory
        # it requests gets `default` as its limit, so that is no small number; none may be larger than `max`.
        limit_range = {
          defaultRequest = { cpu = "50m", memory = "64Mi" }
          default        = { memory = "1Gi" }
          max            = { memory = "8Gi" }
        }
      }
    }
  }
}

# Whatever is in this fleet is changed by `apply`, so nobody is among those who deploy.
component "teams" {
  templates  = ["teams"]
  depends_on = ["rooms"]
  values = {
    teams = {
      for team in local.teams_here : team => {
        namespaces = [for namespace, room in local.rooms_here : namespace if room.team == team]
        view       = ["team:${team}"]
      }
    }
  }

  # A shell in a pod is for clusters without customers.
  override "debug" {
    match  = "env in (dev,staging)"
    values = { teams = { for team in local.teams_here : team => { debug = ["team:${team}"] } } }
  }
}
