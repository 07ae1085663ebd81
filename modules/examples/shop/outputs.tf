output "weights" {
  description = "As the fleet says them."
  value       = module.fleet.weights
}

output "shares" {
  description = "What the CDN would be told."
  value       = module.weights.shares
}

output "access" {
  description = "Another output of the fleet, of whatever type it is there."
  value       = module.fleet.outputs.cluster_access
}

output "version" {
  description = "The version of fleetwright that answered."
  value       = module.fleet.version

  # A runner with another fleetwright than the one that this was reviewed with stops here.
  precondition {
    condition     = startswith(module.fleet.version, "0.1.")
    error_message = "fleetwright ${module.fleet.version} answered; this configuration is for 0.1."
  }
}
