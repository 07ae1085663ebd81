# The share of a cluster is `level × weight`, but at least 1 and at most its limit; the level is the one at which the
# shares add up to the total. Terraform has no loops to look for it in, and needs none: a cluster is held by its limit
# if, at the level where it reaches it, all shares together come to the total at most; and by the 1 the other way round.
# Everything is multiplied by the weight of the cluster that is looked at, so the numbers stay whole and exact.

locals {
  taking = [for name, weight in var.weights : name if weight > 0 && !contains(var.retired, name)] # in the order of names
  out    = [for name in keys(var.weights) : name if !contains(local.taking, name)]
  limit = {
    for name in local.taking : name => min(var.total, lookup(var.limits, name, var.limit == null ? var.total : var.limit))
  }
  reach = sum(concat([0], values(local.limit)))

  at_limit = [
    for this in local.taking : this if sum(concat([0], [
      for name in local.taking :
      min(max(local.limit[this] * var.weights[name], var.weights[this]), local.limit[name] * var.weights[this])
    ])) <= var.total * var.weights[this]
  ]
  at_least = [
    for this in local.taking : this if !contains(local.at_limit, this) && sum(concat([0], [
      for name in local.taking :
      min(max(var.weights[name], var.weights[this]), local.limit[name] * var.weights[this])
    ])) >= var.total * var.weights[this]
  ]
  between = [for name in local.taking : name if !contains(concat(local.at_limit, local.at_least), name)]

  # What is left for those between, in proportion to their weights, rounded down.
  left   = var.total - sum(concat([0], [for name in local.at_limit : local.limit[name]])) - length(local.at_least)
  weight = max(1, sum(concat([0], [for name in local.between : var.weights[name]])))
  whole  = { for name in local.between : name => floor(local.left * var.weights[name] / local.weight) }
  rest   = { for name in local.between : name => local.left * var.weights[name] - local.whole[name] * local.weight }

  # The units that are lost by that go to the largest rests, of equal ones to the first by name.
  lost = local.left - sum(concat([0], values(local.whole)))
  rank = {
    for place, this in local.between : this => length([
      for other, name in local.between : name
      if local.rest[name] > local.rest[this] || local.rest[name] == local.rest[this] && other < place
    ])
  }

  shares = merge(
    { for name in local.out : name => 0 },
    { for name in local.at_limit : name => local.limit[name] },
    { for name in local.at_least : name => 1 },
    { for name in local.between : name => local.whole[name] + (local.rank[name] < local.lost ? 1 : 0) },
  )
}
