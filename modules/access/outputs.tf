output "kubeconfig" {
  description = "The kubeconfig as YAML. No secret is in it but what `exec` is given."
  value       = yamlencode(local.config)

  precondition {
    condition     = length(local.clusters) > 0
    error_message = "There is no cluster to reach: `clusters` is empty, or all of them are retired."
  }

  precondition {
    condition     = alltrue([for name in keys(local.clusters) : can(var.endpoints[name])])
    error_message = "These clusters have no endpoint: ${join(", ", [for name in keys(local.clusters) : name if !can(var.endpoints[name])])}. Give each its server and certificate in `endpoints`, or retire it in the fleet."
  }

  precondition {
    condition     = alltrue([for cluster in values(local.clusters) : cluster.context != null])
    error_message = "These clusters have no context: ${join(", ", [for name, cluster in local.clusters : name if cluster.context == null])}. Give each its `context` in the fleet."
  }

  precondition {
    condition     = length(local.shared) == 0
    error_message = "Several clusters have one context: ${join("; ", local.shared)}. Each needs one of its own."
  }

  precondition {
    condition     = length(local.unfilled) == 0
    error_message = "`exec` asks for what some clusters do not have: ${join(", ", local.unfilled)}. A placeholder is {cluster}, or the key of a label."
  }
}

output "config" {
  description = "The same as an object."
  value       = local.config
}
