variable "program" {
  description = "fleetwright and its arguments."
  type        = list(string)
  default     = ["fleetwright", "external"]
}

variable "fleet" {
  description = "The folder of the fleet; null for that of this repository."
  type        = string
  default     = null
}

variable "variables" {
  description = "Variables of the fleet."
  type        = map(string)
  default     = {}
}
