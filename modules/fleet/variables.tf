variable "program" {
  description = "What answers: fleetwright and its arguments, each a word of its own. A path pins one file; a name is looked up in PATH."
  type        = list(string)
  default     = ["fleetwright", "external"]
  nullable    = false

  validation {
    condition     = length(var.program) > 0 && alltrue([for word in var.program : try(trimspace(word) != "", false)])
    error_message = "`program` must be the words of a command, such as [\"fleetwright\", \"external\"]: none may be empty."
  }
}

variable "fleet" {
  description = "The folder with the fleet's HCL. A relative one counts from where Terraform runs, so begin it with path.module or path.root."
  type        = string
  nullable    = false

  validation {
    condition     = trimspace(var.fleet) != ""
    error_message = "`fleet` must name the folder of the fleet, such as \"$${path.module}/../fleet\"; it is empty."
  }
}

variable "variables" {
  description = "Variables of the fleet, by name; a list or map as jsonencode(…). A value that is null leaves the default. All of them come to lie in the state: no secrets."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "hosts_output" {
  description = "The output of the fleet that holds the host names of each cluster; null if there is none."
  type        = string
  default     = "hosts"
}

variable "weights_output" {
  description = "The output of the fleet that holds the weight of each cluster that traffic may be led to; null if there is none."
  type        = string
  default     = "ingress_weights"
}

variable "outputs" {
  description = "The names of other outputs of the fleet, to be had as `outputs`."
  type        = set(string)
  default     = []
  nullable    = false
}
