fleet "shop" {
  description      = "The web shop: four independent production clusters, two at the edge, staging and development"
  required_version = ">= 0.1"
  templates        = "../templates"
}

# What Terraform reads: `fleetwright external`.

output "ingress_weights" {
  description = "For the CDN: which share of the traffic each production cluster takes; 0 drains one"
  value       = { for c in clusters : c.name => c.retired ? 0 : c.values.ingress.weight if c.labels.env == "prod" }
}

output "hosts" {
  description = "For DNS and certificates: the host names that each cluster answers to from outside"
  value = {
    for c in clusters : c.name => [
      for name in c.labels.layer == "edge" ? ["", "media."] : ["", "api."] : "${name}${c.values.domain}"
    ]
  }
}

output "cluster_access" {
  description = "For providers and jobs that log in: where each cluster is, and the kubeconfig context that leads there"
  value = {
    for c in clusters : c.name => {
      context = c.context
      region  = c.labels.region
      zone    = c.labels.zone
      env     = c.labels.env
      layer   = c.labels.layer
    } if !c.retired
  }
}
