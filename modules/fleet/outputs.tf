output "clusters" {
  description = "Every cluster of the fleet, by name: its name, labels, context, UID, version of Kubernetes (the last three null where the fleet says nothing), and whether it is retired."
  value       = tomap(local.clusters)
}

output "hosts" {
  description = "The host names that each cluster answers to from outside, by cluster."
  value       = tomap(local.hosts)

  precondition {
    condition     = local.hosts_are_a_map && alltrue([for hosts in values(local.hosts) : hosts != null])
    error_message = "The output \"${coalesce(var.hosts_output, "-")}\" of the fleet must be a map: the names of clusters, and for each a list of host names, none of them empty."
  }

  precondition {
    condition     = length(setsubtract(keys(local.hosts), keys(local.clusters))) == 0
    error_message = "The output \"${coalesce(var.hosts_output, "-")}\" of the fleet names what is no cluster of it: ${join(", ", setsubtract(keys(local.hosts), keys(local.clusters)))}."
  }

  precondition {
    condition     = var.hosts_output == null || !local.hosts_are_a_map || length(local.hostless) == 0
    error_message = "Traffic is led to clusters without a host name: ${join(", ", local.hostless)}. Give them one in the output \"${coalesce(var.hosts_output, "-")}\" of the fleet, or the weight 0 in \"${coalesce(var.weights_output, "-")}\"."
  }
}

output "weights" {
  description = "The weight of each cluster that traffic may be led to, by cluster, as the fleet gives it. The module `weights` makes shares of them."
  value       = tomap(local.weights)

  precondition {
    condition     = local.weights_are_a_map
    error_message = "The output \"${coalesce(var.weights_output, "-")}\" of the fleet must be a map: the names of clusters, and for each its weight."
  }

  precondition {
    condition     = alltrue([for weight in values(local.weights) : weight != null])
    error_message = "A weight is a whole number from 0 on. In the output \"${coalesce(var.weights_output, "-")}\" of the fleet these are not: ${join(", ", [for cluster, weight in local.weights : "${cluster} (${jsonencode(local.given_weights[cluster])})" if weight == null])}."
  }

  precondition {
    condition     = length(setsubtract(keys(local.weights), keys(local.clusters))) == 0
    error_message = "The output \"${coalesce(var.weights_output, "-")}\" of the fleet has weights for what is no cluster of it: ${join(", ", setsubtract(keys(local.weights), keys(local.clusters)))}."
  }

  precondition {
    condition     = var.weights_output == null || !local.weights_are_a_map || length(local.taking) > 0 || anytrue([for weight in values(local.weights) : weight == null])
    error_message = "No cluster takes traffic: the output \"${coalesce(var.weights_output, "-")}\" of the fleet has no weight above 0 for one that is not retired. A CDN or DNS that gets only zeros stops, or leads traffic everywhere."
  }
}

output "outputs" {
  description = "The other outputs that were asked for, by name, each of its own type. Numbers and bools come as strings."
  value       = { for name in var.outputs : name => try(local.result[name], jsondecode(local.result["${name}_json"])) }
}

output "version" {
  description = "The version of fleetwright that answered."
  value       = local.result.version
}

output "warnings" {
  description = "What fleetwright warns of, one line each. Each plan shows them as well, but for outputs that are left out as sensitive."
  value       = local.warnings
}
