# The ground that services stand on.

component "namespaces" {
  templates = ["platform"]
  values = {
    # Each is restricted by Pod Security, closed by a default-deny NetworkPolicy, and in the mesh; those of the
    # teams are in teams.hcl.
    namespaces = {
      # The gateway names the mesh's revision itself; pause pods need no sidecar.
      istio-ingress = { mesh = false }
      capacity      = { mesh = false }

      # The record of what was applied.
      fleetwright = { mesh = false }
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
      # For the primaries of stateful sets; the volumes stay when a claim goes.
      gp3-primary = {
        provisioner = "ebs.csi.aws.com"
        parameters  = { type = "gp3", iops = "12000", throughput = "500" }
      }
      # For what can be made again.
      gp3 = {
        provisioner = "ebs.csi.aws.com"
        parameters  = { type = "gp3" }
        reclaim     = "Delete"
      }
    }
  }
}

component "mesh" {
  namespace = "istio-system"
  templates = ["istio/mesh"]

  excuse "namespace" {
    reason = "the installation of Istio makes istio-system"
  }
}

component "ingress-gateway" {
  namespace  = "istio-ingress"
  templates  = ["istio/ingress-gateway"]
  depends_on = ["namespaces", "mesh"]
  values = {
    hosts      = [cluster.values.domain, "*.${cluster.values.domain}"]
    tls_secret = "shop-tls" # cert-manager, or whoever issues certificates, keeps it up to date
    replicas   = 3
    requests   = { cpu = "1", memory = "512Mi" }
    limits     = { cpu = "2", memory = "512Mi" }
  }

  excuse "gateway-certificate" {
    reason = "certificates are issued outside of the fleet, into the Secret that tls_secret names"
  }

  override "busy-zone" {
    match  = "env=prod,zone=eu-west-1a" # the partners' networks come in here
    values = { replicas = 5 }
  }
}

# Room for a burst: pause pods of the size of backend-a's, so that its pods start at once and the nodes for
# the next ones come up meanwhile.
component "over-provisioner" {
  match      = "env=prod,layer=online"
  namespace  = "capacity"
  templates  = ["capacity/over-provisioner"]
  depends_on = ["namespaces"]
  values = {
    # 200 pods over the fleet: 50 for each of the four.
    replicas = ceil(local.surge_pods / length([
      for c in clusters : c.name if c.labels.env == "prod" && c.labels.layer == "online" && !c.retired
    ]))
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
