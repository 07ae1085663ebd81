variable "clusters" {
  description = "The clusters, by name, as the module `fleet` gives them. Retired ones are left out."
  type = map(object({
    context = string
    labels  = map(string)
    retired = optional(bool, false)
  }))
  nullable = false

  validation {
    condition     = alltrue([for cluster in values(var.clusters) : try(trimspace(cluster.context) != "", true)])
    error_message = "The context of these clusters is empty: ${join(", ", [for name, cluster in var.clusters : name if !try(trimspace(cluster.context) != "", true)])}. Give each its `context` in the fleet."
  }
}

variable "endpoints" {
  description = "Where the API server of each cluster is, by the name of the cluster: its URL, and the certificate of its authority as PEM in base64. Clusters that the fleet does not have are left out."
  type = map(object({
    server                     = string
    certificate_authority_data = string
  }))
  nullable = false

  validation {
    condition     = alltrue([for endpoint in values(var.endpoints) : can(regex("^https://[^/@?#[:space:]]+(/[^?#[:space:]]*)?$", endpoint.server))])
    error_message = "`server` is a URL with https://, without a user, a query or blanks. These are not: ${join(", ", [for name, endpoint in var.endpoints : name if !can(regex("^https://[^/@?#[:space:]]+(/[^?#[:space:]]*)?$", endpoint.server))])}."
  }

  # Nothing but certificates: a private key beside one would go to everybody who gets the kubeconfig.
  validation {
    condition     = alltrue([for endpoint in values(var.endpoints) : can(regex("^([[:space:]]*-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=[:space:]]+-----END CERTIFICATE-----)+[[:space:]]*$", base64decode(endpoint.certificate_authority_data)))])
    error_message = "`certificate_authority_data` is one certificate or more as PEM in base64, and nothing else, least of all a key. These are not: ${join(", ", [for name, endpoint in var.endpoints : name if !can(regex("^([[:space:]]*-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=[:space:]]+-----END CERTIFICATE-----)+[[:space:]]*$", base64decode(endpoint.certificate_authority_data)))])}."
  }
}

variable "exec" {
  description = "The credential plugin that each user of the kubeconfig gets their credentials from. In `args` and in the values of `env`, {cluster} stands for the name of the cluster, and {LABEL}, such as {region}, for its label of that key."
  type = object({
    api_version      = optional(string, "client.authentication.k8s.io/v1")
    command          = string
    args             = optional(list(string), [])
    env              = optional(map(string), {})
    install_hint     = optional(string)
    interactive_mode = optional(string, "Never")
  })
  nullable = false

  validation {
    condition     = trimspace(var.exec.command) != ""
    error_message = "`exec.command` must name the credential plugin, such as \"aws\"; it is empty."
  }

  validation {
    condition     = alltrue([for text in concat(var.exec.args, values(var.exec.env)) : text != null])
    error_message = "In `exec.args` and `exec.env` nothing is null."
  }

  validation {
    condition     = contains(["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"], var.exec.api_version)
    error_message = "`exec.api_version` is client.authentication.k8s.io/v1 or client.authentication.k8s.io/v1beta1."
  }

  validation {
    condition     = contains(["Never", "IfAvailable", "Always"], var.exec.interactive_mode)
    error_message = "`exec.interactive_mode` is Never, IfAvailable or Always."
  }
}
