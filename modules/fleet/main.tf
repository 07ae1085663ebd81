locals {
  query = merge({ fleet = var.fleet }, { for name, value in var.variables : "var.${name}" => value if value != null })
  asked = setunion(var.outputs, compact([var.hosts_output, var.weights_output]))
}

# All outputs in one call.
data "external" "outputs" {
  program = var.program
  query   = local.query

  lifecycle {
    postcondition {
      condition     = can(self.result.version)
      error_message = "`${var.program[0]}` does not answer as `fleetwright external` does: there is no `version` in its result."
    }

    postcondition {
      condition     = length([for name in local.asked : name if !can(self.result[name]) && !can(self.result["${name}_json"])]) == 0
      error_message = "The fleet in ${var.fleet} has no output that may be read under these names: ${join(", ", [for name in local.asked : name if !can(self.result[name]) && !can(self.result["${name}_json"])])}. It has ${coalesce(join(", ", [for key in keys(self.result) : trimsuffix(key, "_json") if !contains(["version", "warnings"], key)]), "none")}. The names come from `hosts_output`, `weights_output` and `outputs`; a sensitive output is never given."
    }
  }
}

data "external" "clusters" {
  program = var.program
  query   = merge(local.query, { cluster = "*" })

  # What is wrong with the fleet is then told once.
  depends_on = [data.external.outputs]
}

locals {
  result = data.external.outputs.result

  clusters = {
    for name, cluster in jsondecode(data.external.clusters.result.clusters_json) : name => {
      name       = cluster.name
      labels     = tomap({ for label, value in cluster.labels : label => tostring(value) })
      context    = try(tostring(cluster.context), null)
      uid        = try(tostring(cluster.uid), null)
      kubernetes = try(tostring(cluster.kubernetes), null)
      retired    = cluster.retired
    }
  }

  # As the fleet gives them. What is no map of the right things is told by the outputs below.
  given_hosts   = try(jsondecode(local.result["${var.hosts_output}_json"]), var.hosts_output == null ? {} : null)
  given_weights = try(jsondecode(local.result["${var.weights_output}_json"]), var.weights_output == null ? {} : null)

  hosts_are_a_map   = can(merge(local.given_hosts, {})) && local.given_hosts != null
  weights_are_a_map = can(merge(local.given_weights, {})) && local.given_weights != null

  hosts = {
    for cluster, hosts in try(merge(local.given_hosts, {}), {}) :
    cluster => try(alltrue([for host in concat(hosts) : trimspace(host) != ""]), false) ? try(tolist([for host in hosts : tostring(host)]), null) : null
  }
  weights = {
    for cluster, weight in try(merge(local.given_weights, {}), {}) :
    cluster => try(tonumber(weight) >= 0 && floor(weight) == tonumber(weight), false) ? tonumber(weight) : null
  }

  taking   = [for cluster, weight in local.weights : cluster if try(weight > 0, false) && !try(local.clusters[cluster].retired, false)]
  hostless = [for cluster in local.taking : cluster if try(length(local.hosts[cluster]) == 0, !can(local.hosts[cluster]))]

  warnings = distinct(compact(flatten([
    for data in [data.external.outputs, data.external.clusters] : split("\n", try(data.result.warnings, ""))
  ])))
}

locals {
  # All outputs are asked for, so a sensitive one that nobody wants is left out (X044) as it should be.
  told = [for warning in local.warnings : warning if !strcontains(warning, "warning[X044]")]
}

# Of a program that ends well Terraform shows no stderr: this is how its warnings are seen.
check "warnings" {
  assert {
    condition     = length(local.told) == 0
    error_message = "fleetwright warns of the fleet in ${var.fleet}:\n${join("\n", local.told)}"
  }
}
