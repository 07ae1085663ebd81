# Weighted records in Route 53: each production cluster gets its share of what resolves the name.
#
# The provider hashicorp/aws is no part of the tests of this repository: of this example only the formatting is checked.

variable "zone" {
  description = "The hosted zone."
  type        = string
}

variable "host" {
  description = "The name that shoppers, or the CDN, resolve."
  type        = string
  default     = "shop.example.com"
}

variable "load_balancers" {
  description = "The load balancer of each cluster's ingress gateway: its host name and its hosted zone."
  type        = map(object({ host = string, zone = string }))
}

module "fleet" {
  source = "../../../fleet"
  fleet  = "${path.module}/../../../../fleet"
}

module "weights" {
  source = "../.."

  weights = module.fleet.weights
  retired = [for name, cluster in module.fleet.clusters : name if cluster.retired]
  total   = 255 # the most that Route 53 takes for one record
  limit   = 128 # half
}

resource "aws_route53_record" "shop" {
  # A record with the weight 0 is not out of use: where all others fail their health checks, Route 53 leads traffic to it.
  # So a cluster that is drained or retired has none.
  for_each = { for name, share in module.weights.shares : name => share if share > 0 }

  zone_id        = var.zone
  name           = var.host
  type           = "A"
  set_identifier = each.key

  weighted_routing_policy {
    weight = each.value
  }

  alias {
    name                   = var.load_balancers[each.key].host
    zone_id                = var.load_balancers[each.key].zone
    evaluate_target_health = true
  }

  lifecycle {
    precondition {
      condition     = contains(lookup(module.fleet.hosts, each.key, []), var.host)
      error_message = "${each.key} does not answer to ${var.host}: the output \"hosts\" of the fleet does not have it."
    }
  }
}
