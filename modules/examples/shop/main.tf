# From the fleet to what a CDN would be told. It runs as it is, on the fleet of this repository: the resources of a CDN
# are stood in for by `terraform_data`, which every Terraform has.

module "fleet" {
  source = "../../fleet"

  program   = var.program
  fleet     = coalesce(var.fleet, "${path.module}/../../../fleet")
  variables = var.variables
  outputs   = ["cluster_access"]
}

module "weights" {
  source = "../../weights"

  weights = module.fleet.weights
  retired = [for name, cluster in module.fleet.clusters : name if cluster.retired]
  limit   = 50 # two of the four clusters carry a quiet day
}

resource "terraform_data" "origin" {
  for_each = module.weights.shares

  input = {
    hosts  = lookup(module.fleet.hosts, each.key, []) # a drained cluster may have none
    region = module.fleet.clusters[each.key].labels.region
    share  = each.value
  }
}
