output "shares" {
  description = "The share of every cluster in `weights`, by name: whole numbers that add up to `total`; 0 for those that take no traffic."
  value       = tomap(local.shares)

  precondition {
    condition     = length(local.taking) > 0
    error_message = "No cluster is left to take traffic: ${length(local.out) == 0 ? "`weights` is empty" : "retired or with the weight 0 are ${join(", ", local.out)}"}. Give one a weight above 0."
  }

  precondition {
    condition     = length(setsubtract(keys(var.limits), keys(var.weights))) == 0
    error_message = "`limits` names what has no weight: ${join(", ", setsubtract(keys(var.limits), keys(var.weights)))}. Take it out, or write the name as in `weights`."
  }

  precondition {
    condition     = length(local.taking) <= var.total
    error_message = "A total of ${var.total} is too small for ${length(local.taking)} clusters: each that takes traffic gets at least 1. Raise `total`."
  }

  precondition {
    condition     = length(local.taking) == 0 || local.reach >= var.total
    error_message = "The limits add up to ${local.reach} of ${var.total}, ${var.total - local.reach} are missing: ${join(", ", [for name in local.taking : "${name} may take ${local.limit[name]}"])}. Raise `limit` or `limits`${length(local.out) == 0 ? "" : ", or bring a cluster back: retired or with the weight 0 are ${join(", ", local.out)}"}."
  }
}
