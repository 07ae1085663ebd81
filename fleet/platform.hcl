# The ground that services stand on.

locals {
  service_cidr = "10.0.0.0/16" # the network of Services, the same in each cluster
}

component "namespaces" {
  templates = ["platform"]
  values = {
    # Each is restricted by Pod Security, closed by a default-deny NetworkPolicy, and in the mesh. Those of the teams
    # are in teams.hcl.
    namespaces = {
      # Gateways name the mesh's revision themselves; pause pods need no sidecar, and the collector of traces would
      # trace itself.
      istio-ingress = { mesh = false }
      istio-egress  = { mesh = false }
      capacity      = { mesh = false }
      observability = { mesh = false }

      # The identities that secrets are read by, and the record of what was applied.
      secret-stores = { mesh = false }
      fleetwright   = { mesh = false }
    }
  }
}

# Who may look and who may change something, as the groups of CI's tokens.
component "fleetwright" {
  namespace  = "fleetwright"
  templates  = ["fleetwright"]
  depends_on = ["namespaces"]
  values = {
    diff  = { groups = ["ci:pull-requests"] }
    apply = { groups = ["ci:main"] }
  }
}

component "storage" {
  templates = ["storage"]
  values = {
    storage_classes = {
      # For whatever names no class; its volumes go with their claims.
      gp3 = {
        provisioner = "ebs.csi.aws.com"
        parameters  = { type = "gp3", encrypted = "true" }
        reclaim     = "Delete"
        default     = true
      }

      # For the primaries of stateful sets; the volumes stay when a claim goes.
      gp3-primary = {
        provisioner = "ebs.csi.aws.com"
        parameters  = { type = "gp3", encrypted = "true", iops = "12000", throughput = "500" }
      }
    }
  }
}

component "mesh" {
  namespace = "istio-system"
  templates = ["istio/mesh"]
  values = {
    tracing = { provider = "otel-collector" } # one of MeshConfig's extensionProviders: templates/README.md
  }

  excuse "namespace" {
    reason = "the installation of Istio makes istio-system"
  }
}

# The cluster's own name servers, with the settings of a large cluster. The first apply takes over those that a cluster
# came with (`apply --adopt`), so staging goes first; small clusters keep what they came with.
component "dns" {
  match     = "env in (prod,staging)"
  namespace = "kube-system"
  templates = ["coredns"]
  values = {
    cluster_ip   = cidrhost(local.service_cidr, 10) # the tenth address, as kubelets have it
    replicas     = 3
    max_replicas = 5
    dns          = { ttl = 30, cache = 300, max_concurrent = 1000 }
  }
}
