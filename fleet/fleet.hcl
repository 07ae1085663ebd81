fleet "shop" {
  description      = "The web shop, on four independent production clusters and a staging cluster"
  required_version = ">= 0.1"
  templates        = "../templates"
}

# What Terraform reads: `fleetwright external` (the weights go to the CDN, the hosts to DNS).

output "ingress_weights" {
  description = "Which share of the traffic each production cluster takes; 0 drains one"
  value       = { for c in clusters : c.name => c.retired ? 0 : c.values.ingress.weight if c.labels.env == "prod" }
}

output "hosts" {
  description = "The host names that each cluster's gateway answers to"
  value       = { for c in clusters : c.name => [c.values.domain, "api.${c.values.domain}"] }
}
